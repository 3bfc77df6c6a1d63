//! What carries a request to a server and brings the response back.
//!
//! A [`Transport`] is below authentication, retries and redaction: it gets each attempt, with its
//! credentials, and gives one response or one error. The default is a [`reqwest::Client`]; a test can use an
//! [`InMemory`], and a program its own middleware.
//!
//! ```
//! # use ittybit_runtime as my_api;
//! use my_api::reqwest;
//! use my_api::transport::{Transport, TransportError};
//!
//! /// Counts the attempts of all requests.
//! struct Counting {
//!     inner: reqwest::Client,
//!     attempts: std::sync::atomic::AtomicU64,
//! }
//!
//! impl Transport for Counting {
//!     async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
//!         self.attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
//!         Ok(self.inner.execute(request).await?)
//!     }
//! }
//! ```

pub(crate) mod http_client;
mod in_memory;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

pub use self::in_memory::{InMemory, Recorded};

/// Sends requests, each once. It follows no redirect and retries nothing: the client does.
///
/// The client limits the time of an attempt, so a transport needs no timeout of its own. The client drops
/// the future of a request that it cancels.
///
/// ```
/// use ittybit_runtime::reqwest;
/// use ittybit_runtime::transport::{Transport, TransportError};
///
/// /// A network that is down.
/// struct Down;
///
/// impl Transport for Down {
///     async fn send(&self, _: reqwest::Request) -> Result<reqwest::Response, TransportError> {
///         Err(TransportError::connect("the cable is out"))
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends one request, and gives the response as soon as its head is there.
    ///
    /// # Errors
    /// No response came: the error says whether the request may have been processed.
    fn send(&self, request: reqwest::Request)
    -> impl Future<Output = Result<reqwest::Response, TransportError>> + Send;
}

impl Transport for reqwest::Client {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        Ok(self.execute(request).await?)
    }
}

/// Why a transport failed.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::transport::TransportError;
///
/// let error = TransportError::connect("no route to the host");
/// assert_eq!(error.to_string(), "no route to the host");
/// ```
#[derive(Debug)]
pub struct TransportError {
    pub(crate) kind: TransportErrorKind,
    /// The innermost cause, which is usually the plainest.
    pub(crate) reason: String,
    pub(crate) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportErrorKind {
    Request,
    Connect,
    Timeout,
    Redirect,
    Interrupted,
}

impl TransportError {
    /// No connection was made, so the request was not processed: it can be sent again, whatever its
    /// method.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let error = my_api::transport::TransportError::connect("the pool is empty");
    /// ```
    pub fn connect(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Connect, reason.into())
    }

    /// The transport's own time limit was over. The request may have been processed.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let error = my_api::transport::TransportError::timeout("5 s without a response");
    /// ```
    pub fn timeout(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Timeout, reason.into())
    }

    /// The connection broke. The request may have been processed.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let error = my_api::transport::TransportError::interrupted("reset by peer");
    /// ```
    pub fn interrupted(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Interrupted, reason.into())
    }

    /// The request cannot be sent at all, now or later.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let error = my_api::transport::TransportError::request("the circuit is open");
    /// ```
    pub fn request(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Request, reason.into())
    }

    fn new(kind: TransportErrorKind, source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self {
            kind,
            reason: innermost(&*source),
            source: Some(source),
        }
    }

    /// Redacts the reason. A source whose text changes when it is redacted is replaced by what is left of it.
    pub(crate) fn redact(&mut self, redact: impl Fn(&mut String)) {
        redact(&mut self.reason);
        if let Some(source) = &self.source {
            let shown = format!("{} {source:?}", chain(&**source));
            let mut redacted = shown.clone();
            redact(&mut redacted);
            if redacted != shown {
                let mut chain = chain(&**source);
                redact(&mut chain);
                self.source = Some(chain.into());
            }
        }
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_builder() {
            TransportErrorKind::Request
        } else if error.is_connect() {
            TransportErrorKind::Connect
        } else if error.is_timeout() {
            TransportErrorKind::Timeout
        } else if error.is_redirect() {
            TransportErrorKind::Redirect
        } else {
            TransportErrorKind::Interrupted
        };
        // A URL may have a credential in its query, and the error of the call has the URL without it.
        Self::new(kind, Box::new(error.without_url()))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&**self.source.as_ref()?)
    }
}

/// The end of the chain of sources, where the cause usually is the plainest.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// An error with all its sources, each once.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error;
    while let Some(source) = cause.source() {
        let source_text = source.to_string();
        // Many errors have the text of their source in their own.
        if !text.contains(&source_text) {
            text = format!("{text}: {source_text}");
        }
        cause = source;
    }
    text
}

/// The future of a response.
type Sending<'a> = Pin<Box<dyn Future<Output = Result<reqwest::Response, TransportError>> + Send + 'a>>;

/// A [`Transport`] of any type.
pub(crate) trait AnyTransport: Send + Sync {
    fn send_boxed(&self, request: reqwest::Request) -> Sending<'_>;
}

impl<T: Transport> AnyTransport for T {
    fn send_boxed(&self, request: reqwest::Request) -> Sending<'_> {
        Box::pin(self.send(request))
    }
}
