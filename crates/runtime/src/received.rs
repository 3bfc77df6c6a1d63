//! A response, as far as it was received.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// Status, headers and body of a response, the body as far as it came.
///
/// The headers are redacted. The body is not: it is what the server sent.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The rest of a body that is read as it arrives; `body` is the start of it.
    pub(crate) rest: Option<reqwest::Body>,
    /// How many times the request had been sent.
    pub(crate) attempts: u32,
}

impl Received {
    /// The same without a body.
    pub(crate) fn head(&self) -> Self {
        Self {
            status: self.status,
            headers: self.headers.clone(),
            attempts: self.attempts,
            ..Self::default()
        }
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }
}
