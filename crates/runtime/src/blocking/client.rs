//! The client of a blocking call: the async one, and a runtime of its own.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::runtime::{Handle, Runtime};

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
    runtime: Arc<OwnRuntime>,
}

impl Client {
    /// Checks what was set, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// As for [`ClientBuilder::build`], and inside an async runtime, or where no thread can be started.
    pub fn build(builder: ClientBuilder) -> Result<Self, Error> {
        refuse_inside_runtime(builder.crate_name())?;
        let inner = builder.build()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("blocking-client")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| Error::runtime(format!("no thread for the client: {error}")))?;
        Ok(Self {
            inner,
            runtime: Arc::new(OwnRuntime(Some(runtime))),
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
        self.wait(request.send_json(&self.inner))
    }

    /// Sends a request; the body of the response does not matter.
    ///
    /// # Errors
    /// As for [`Request::send_empty`].
    pub fn send_empty(&self, request: Request) -> Result<Response<()>, Error> {
        self.wait(request.send_empty(&self.inner))
    }

    /// Sends a request, and reads one value from the response, unless it has no body.
    ///
    /// # Errors
    /// As for [`Request::send_optional`].
    pub fn send_optional<T: DeserializeOwned>(&self, request: Request) -> Result<Response<Option<T>>, Error> {
        self.wait(request.send_optional(&self.inner))
    }

    /// Sends a request, and reads the response by its status.
    ///
    /// # Errors
    /// As for [`Request::send_by_status`].
    pub fn send_by_status<T: StatusBody>(&self, request: Request) -> Result<Response<T>, Error> {
        self.wait(request.send_by_status(&self.inner))
    }

    /// Sends a request, and reads the response as text.
    ///
    /// # Errors
    /// As for [`Request::send_text`].
    pub fn send_text(&self, request: Request) -> Result<Response<String>, Error> {
        self.wait(request.send_text(&self.inner))
    }

    /// Sends a request, and reads the response as it is.
    ///
    /// # Errors
    /// As for [`Request::send_bytes`].
    pub fn send_bytes(&self, request: Request) -> Result<Response<Bytes>, Error> {
        self.wait(request.send_bytes(&self.inner))
    }

    /// Sends a request, and gives the body of the response as it arrives.
    ///
    /// # Errors
    /// As for [`Request::download`].
    pub fn download(&self, request: Request) -> Result<Response<Download>, Error> {
        let response = self.wait(request.download(&self.inner))?;
        Ok(response.map(|inner| Download::new(inner, self.clone())))
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
        let inner = self.wait(request.send_page(&self.inner, pagination))?;
        Ok(Page {
            inner,
            client: self.clone(),
        })
    }

    /// The pages from this request on.
    pub fn pages<T>(&self, request: Request, pagination: Pagination<T>) -> Pages<T> {
        Pages {
            inner: request.pages(&self.inner, pagination),
            client: self.clone(),
        }
    }

    /// The changes of the items of this request's list.
    pub fn watch<T>(&self, request: Request, watching: Watching<T>) -> Watch<T> {
        Watch {
            inner: request.watch(&self.inner, watching),
            client: self.clone(),
        }
    }

    pub(super) fn wait<R>(&self, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
        refuse_inside_runtime(self.inner.api().crate_name)?;
        self.runtime.get().block_on(work)
    }
}

fn refuse_inside_runtime(crate_name: &str) -> Result<(), Error> {
    match Handle::try_current() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::runtime(format!(
            "a blocking call inside an async runtime would block all else that runs there. Use \
             `{crate_name}::Client` and `.await` there, or a thread of its own (`std::thread::spawn`)"
        ))),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client").field(&self.inner).finish()
    }
}

/// A runtime that can be dropped anywhere: tokio's own drop waits, and panics in async code.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn get(&self) -> &Runtime {
        self.0.as_ref().expect("it is taken out by `drop` only")
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
