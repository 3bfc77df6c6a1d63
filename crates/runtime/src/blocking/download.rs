//! The body of a response as it arrives, for blocking calls.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;

use super::runtime::OwnRuntime;
use crate::body;
use crate::error::Error;

/// The body of a response, as it arrives: a [`Read`], chunk by chunk, or into a file. See
/// [`body::Download`](crate::body::Download).
///
/// ```
/// # use ittybit_runtime as my_api;
/// use std::io::Read;
///
/// fn text(mut download: my_api::blocking::Download) -> std::io::Result<String> {
///     let mut text = String::new();
///     download.read_to_string(&mut text)?;
///     Ok(text)
/// }
/// ```
#[must_use = "the body is read only as the download is"]
pub struct Download {
    inner: body::Download,
    runtime: OwnRuntime,
    /// What was received and not read yet.
    rest: Bytes,
}

impl Download {
    pub(super) fn new(inner: body::Download, runtime: OwnRuntime) -> Self {
        Self {
            inner,
            runtime,
            rest: Bytes::new(),
        }
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// As for [`body::Download::chunk`](crate::body::Download::chunk).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn size(mut download: my_api::blocking::Download) -> Result<usize, my_api::Error> {
    ///     let mut size = 0;
    ///     while let Some(chunk) = download.chunk()? {
    ///         size += chunk.len();
    ///     }
    ///     Ok(size)
    /// }
    /// ```
    pub fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match std::mem::take(&mut self.rest) {
            rest if rest.is_empty() => self.runtime.wait(self.inner.chunk()),
            rest => Ok(Some(rest)),
        }
    }

    /// Refuses a body that is larger.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn save(download: my_api::blocking::Download) -> Result<u64, my_api::Error> {
    ///     download.limit(10 << 20).save("rex.png")
    /// }
    /// ```
    pub fn limit(mut self, bytes: u64) -> Self {
        self.inner = self.inner.limit(bytes);
        self
    }

    /// How long the whole body is, where the server says it.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn is_small(download: &my_api::blocking::Download) -> bool {
    ///     download.content_length().is_some_and(|length| length < 1 << 20)
    /// }
    /// ```
    pub fn content_length(&self) -> Option<u64> {
        self.inner.content_length()
    }

    /// Writes what was not read yet to a file: see [`body::Download::save`](crate::body::Download::save).
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn save(download: my_api::blocking::Download) -> Result<u64, my_api::Error> {
    ///     download.save("rex.png")
    /// }
    /// ```
    pub fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.runtime.wait(self.inner.save_after(self.rest, path.as_ref()))
    }
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.runtime.wait(self.inner.chunk()) {
                Ok(Some(chunk)) => self.rest = chunk,
                Ok(None) => return Ok(0),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let length = buffer.len().min(self.rest.len());
        buffer[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
