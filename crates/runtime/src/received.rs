//! A response so far as it was received.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// Status, headers and body of a response, the body as far as it came.
///
/// The headers hold no secret. The body may: it is what the server sent.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What is still to come, where it is wanted as it arrives; `body` is the first of it.
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
