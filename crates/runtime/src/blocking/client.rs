//! The client of a blocking call: the async one, and a runtime of its own.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::runtime::{OwnRuntime, refuse_inside_runtime};
use super::{Download, Page, Pages, Watch};
use crate::client::ClientBuilder;
use crate::error::Error;
use crate::page::Pagination;
use crate::request::Request;
use crate::response::{Response, StatusBody};
use crate::watch::Watching;

/// What a generated client wraps whose calls block. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    inner: crate::client::Client,
    runtime: OwnRuntime,
}

impl Client {
    /// Checks what was set, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// As for [`ClientBuilder::build`], and inside an async runtime, or where no thread can be started.
    pub fn build(builder: ClientBuilder) -> Result<Self, Error> {
        let crate_name = builder.crate_name();
        refuse_inside_runtime(crate_name)?;
        Ok(Self {
            inner: builder.build()?,
            runtime: OwnRuntime::start(crate_name)?,
        })
    }

    /// The async client that does the work.
    pub fn inner(&self) -> &crate::client::Client {
        &self.inner
    }

    /// Sends a request, and reads one value from the response.
    ///
    /// # Errors
    /// As for [`Request::send_json`].
    pub fn send_json<T: DeserializeOwned>(&self, request: Request) -> Result<Response<T>, Error> {
        self.runtime.wait(request.send_json(&self.inner))
    }

    /// Sends a request; the body of the response does not matter.
    ///
    /// # Errors
    /// As for [`Request::send_empty`].
    pub fn send_empty(&self, request: Request) -> Result<Response<()>, Error> {
        self.runtime.wait(request.send_empty(&self.inner))
    }

    /// Sends a request, and reads one value from the response, unless it has no body.
    ///
    /// # Errors
    /// As for [`Request::send_optional`].
    pub fn send_optional<T: DeserializeOwned>(&self, request: Request) -> Result<Response<Option<T>>, Error> {
        self.runtime.wait(request.send_optional(&self.inner))
    }

    /// Sends a request, and reads the response by its status.
    ///
    /// # Errors
    /// As for [`Request::send_by_status`].
    pub fn send_by_status<T: StatusBody>(&self, request: Request) -> Result<Response<T>, Error> {
        self.runtime.wait(request.send_by_status(&self.inner))
    }

    /// Sends a request, and reads the response as text.
    ///
    /// # Errors
    /// As for [`Request::send_text`].
    pub fn send_text(&self, request: Request) -> Result<Response<String>, Error> {
        self.runtime.wait(request.send_text(&self.inner))
    }

    /// Sends a request, and reads the response as it is.
    ///
    /// # Errors
    /// As for [`Request::send_bytes`].
    pub fn send_bytes(&self, request: Request) -> Result<Response<Bytes>, Error> {
        self.runtime.wait(request.send_bytes(&self.inner))
    }

    /// Sends a request, and gives the body of the response as it arrives.
    ///
    /// # Errors
    /// As for [`Request::download`].
    pub fn download(&self, request: Request) -> Result<Response<Download>, Error> {
        let response = self.runtime.wait(request.download(&self.inner))?;
        Ok(response.map(|inner| Download::new(inner, self.runtime.clone())))
    }

    /// Sends a request, and reads one page.
    ///
    /// # Errors
    /// As for [`Request::send_page`].
    pub fn send_page<T: DeserializeOwned>(
        &self,
        request: Request,
        pagination: Pagination<T>,
    ) -> Result<Page<T>, Error> {
        let inner = self.runtime.wait(request.send_page(&self.inner, pagination))?;
        Ok(Page {
            inner,
            runtime: self.runtime.clone(),
        })
    }

    /// The pages from this request on.
    pub fn pages<T>(&self, request: Request, pagination: Pagination<T>) -> Pages<T> {
        Pages {
            inner: request.pages(&self.inner, pagination),
            runtime: self.runtime.clone(),
        }
    }

    /// The changes of the items of this request's list.
    pub fn watch<T>(&self, request: Request, watching: Watching<T>) -> Watch<T> {
        Watch {
            inner: request.watch(&self.inner, watching),
            runtime: self.runtime.clone(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client").field(&self.inner).finish()
    }
}
