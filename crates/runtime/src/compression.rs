//! Compressed responses. They are decompressed here, after the whole body was received, so that its
//! length can still be compared with `Content-Length`.

use reqwest::header::HeaderMap;

use crate::received::{Incomplete, Received};

/// Asks for compression, unless the request says what it accepts.
pub(crate) fn accept(headers: &mut HeaderMap) {
    use reqwest::header::{ACCEPT_ENCODING, HeaderValue};
    headers
        .entry(ACCEPT_ENCODING)
        .or_insert(HeaderValue::from_static("gzip"));
}

/// Decompresses a body of at most `limit` bytes, if it is compressed; returns whether it was.
#[cfg(feature = "gzip")]
pub(crate) fn unpack(received: &mut Received, limit: usize) -> Result<bool, Incomplete> {
    use std::io::Read;

    use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};

    use crate::transport::TransportError;

    // RFC 9110, section 8.4.1.3: `x-gzip` is the same.
    let is_gzip = |encoding: &HeaderValue| {
        [b"gzip".as_slice(), b"x-gzip"]
            .iter()
            .any(|name| encoding.as_bytes().eq_ignore_ascii_case(name))
    };
    if received.body.is_empty() || !received.headers.get(CONTENT_ENCODING).is_some_and(is_gzip) {
        return Ok(false);
    }
    let mut unpacked = Vec::new();
    // One byte more, to see that there is more.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = flate2::read::MultiGzDecoder::new(received.body.as_slice())
        .take(most)
        .read_to_end(&mut unpacked);
    received.body = unpacked;
    received.headers.remove(CONTENT_ENCODING);
    received.headers.remove(CONTENT_LENGTH);
    if received.body.len() > limit {
        received.body.truncate(limit);
        return Err(Incomplete::TooLarge);
    }
    read.map(|_| true)
        .map_err(|error| Incomplete::Broken(TransportError::interrupted(error)))
}

#[cfg(not(feature = "gzip"))]
pub(crate) fn unpack(_: &mut Received, _: usize) -> Result<bool, Incomplete> {
    Ok(false)
}
