//! The answer to one call, with what HTTP said about it.

use std::ops::Deref;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// What an operation answered: the value itself, by `Deref`, and status and headers beside it.
///
/// Lists answer with a [`Page`](crate::Page) instead.
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
    #[allow(
        dead_code,
        reason = "for operations that are no lists, which a document need not have"
    )]
    pub(crate) fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers }
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
