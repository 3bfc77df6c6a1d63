//! A response, as far as it was received.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::transport::TransportError;

/// How much of a response's body an error keeps, in bytes.
pub(crate) const MAX_ERROR_BODY: usize = 64 * 1024;

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

    /// The same as an error keeps it: with a body of bounded length.
    pub(crate) fn shortened(mut self) -> Self {
        self.body.truncate(MAX_ERROR_BODY);
        self.body.shrink_to_fit();
        self
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }
}

/// Why a body was not read to its end.
pub(crate) enum Incomplete {
    TooLarge,
    Broken(TransportError),
}

/// Reads a body of at most `limit` bytes, as far as it comes.
pub(crate) async fn read_body(
    response: &mut reqwest::Response,
    body: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Incomplete> {
    let length = response.content_length().unwrap_or(0);
    let Ok(length) = usize::try_from(length) else {
        return Err(Incomplete::TooLarge);
    };
    // The server may announce any length, so no more space than for about a page is reserved.
    body.reserve(length.min(limit).min(1 << 20));
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Incomplete::Broken(error.into()))?
    {
        let space = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(space)]);
        if chunk.len() > space {
            return Err(Incomplete::TooLarge);
        }
    }
    Ok(())
}
