//! The response to one call, with its status and headers.

use std::cell::RefCell;
use std::ops::Deref;

use bytes::Bytes;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::decode::{self, Malformed, Misfits};
use crate::received::Received;

/// The response to a call: the value itself, by `Deref`, with the status and the headers.
///
/// A list gives a [`Page`](crate::Page) instead.
///
/// ```
/// # use ittybit_runtime as my_api;
/// fn show<T: std::fmt::Debug>(response: my_api::Response<T>) {
///     println!("{}: {:?}", response.status(), *response);
///     let value: T = response.into_inner();
/// #   let _ = value;
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers }
    }

    /// The same response with another value.
    #[cfg(feature = "blocking")]
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U> {
        Response::new(map(self.value), self.status, self.headers)
    }

    /// The value alone.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn value<T>(response: my_api::Response<T>) -> T {
    ///     response.into_inner()
    /// }
    /// ```
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status, which is one that the API's document describes as success.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn created<T>(response: &my_api::Response<T>) -> bool {
    ///     response.status() == my_api::reqwest::StatusCode::CREATED
    /// }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The response headers.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn etag<T>(response: &my_api::Response<T>) -> Option<&str> {
    ///     response.headers().get("etag")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// What an operation responds with whose successes have different bodies: one variant for each status.
///
/// ```
/// use ittybit_runtime::generated::{Malformed, StatusBody, Success};
///
/// enum MakePet {
///     Created(serde_json::Value),
///     Accepted,
/// }
///
/// impl StatusBody for MakePet {
///     fn read(success: &Success) -> Result<Self, Malformed> {
///         Ok(match success.status() {
///             201 => Self::Created(success.json()?),
///             _ => Self::Accepted,
///         })
///     }
/// }
/// ```
pub trait StatusBody: Sized {
    /// Reads the body that goes with the status.
    ///
    /// # Errors
    /// The body is not what the document describes for this status.
    fn read(success: &Success) -> Result<Self, Malformed>;
}

/// A text, where one of the successes has no body.
impl StatusBody for Option<String> {
    fn read(success: &Success) -> Result<Self, Malformed> {
        match success.received.body.is_empty() {
            true => Ok(None),
            false => success.text().map(Some),
        }
    }
}

/// Bytes, where one of the successes has no body.
impl StatusBody for Option<Bytes> {
    fn read(success: &Success) -> Result<Self, Malformed> {
        Ok(Some(success.bytes()).filter(|bytes| !bytes.is_empty()))
    }
}

/// A response with a status of success, for [`StatusBody`].
#[doc(hidden)]
pub struct Success {
    received: Received,
    misfits: RefCell<Misfits>,
}

impl Success {
    pub(crate) fn new(received: Received) -> Self {
        Self {
            received,
            misfits: RefCell::default(),
        }
    }

    /// The response, and what was left out when it was read.
    pub(crate) fn into_parts(self) -> (Received, Misfits) {
        (self.received, self.misfits.into_inner())
    }

    /// The status.
    #[doc(hidden)]
    pub fn status(&self) -> u16 {
        self.received.status.as_u16()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// It is no such value.
    #[doc(hidden)]
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Malformed> {
        let (value, misfits) = decode::value(&self.received)?;
        self.misfits.replace(misfits);
        Ok(value)
    }

    /// The body as JSON, unless there is none.
    ///
    /// # Errors
    /// It is no such value.
    #[doc(hidden)]
    pub fn optional<T: DeserializeOwned>(&self) -> Result<Option<T>, Malformed> {
        match self.received.body.trim_ascii() {
            [] => Ok(None),
            _ => self.json().map(Some),
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// It is not UTF-8.
    #[doc(hidden)]
    pub fn text(&self) -> Result<String, Malformed> {
        decode::text(&self.received)
    }

    /// The body as it is.
    #[doc(hidden)]
    pub fn bytes(&self) -> Bytes {
        Bytes::copy_from_slice(&self.received.body)
    }
}
