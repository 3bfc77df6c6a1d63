//! The body of a response as it arrives, chunk by chunk.

use std::fmt;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use reqwest::Url;
use reqwest::header::CONTENT_LENGTH;
use tokio::task::spawn_blocking;
use tokio::time::Sleep;

use crate::error::Error;
use crate::failure::{Failure, Reporter};
use crate::limits::{Limits, Setting, TimeLimit};
use crate::operation::Operation;
use crate::received::Received;
use crate::timers;
use crate::transport::TransportError;

/// The body of a response, as it arrives: chunk by chunk, as a `Stream` of chunks, or into a file.
///
/// The client retries only until the body begins; a download that breaks off is not resumed. The client's
/// `timeout` limits the wait for each chunk, its `deadline` the whole. The client's limit on the size of a
/// response does not apply; [`limit`](Self::limit) sets one.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::body::Download;
///
/// async fn size(mut download: Download) -> Result<usize, my_api::Error> {
///     let mut size = 0;
///     while let Some(chunk) = download.chunk().await? {
///         size += chunk.len();
///     }
///     Ok(size)
/// }
/// ```
#[must_use = "the body is read only as the download is"]
pub struct Download {
    reporter: Reporter,
    /// The crate of the client.
    crate_name: &'static str,
    operation: &'static Operation,
    url: Url,
    limits: Limits,
    /// The response without its body.
    received: Received,
    first: Option<Bytes>,
    /// What is still to come.
    rest: Option<reqwest::Body>,
    /// The end of the wait for a chunk.
    timer: Option<(TimeLimit, Pin<Box<Sleep>>)>,
    read: u64,
    limit: Option<u64>,
    failed: bool,
}

impl Download {
    pub(crate) fn new(
        reporter: Reporter,
        crate_name: &'static str,
        operation: &'static Operation,
        url: Url,
        limits: Limits,
        mut received: Received,
    ) -> Self {
        let first = std::mem::take(&mut received.body);
        Self {
            reporter,
            crate_name,
            operation,
            url,
            limits,
            first: (!first.is_empty()).then(|| first.into()),
            rest: received.rest.take(),
            received,
            timer: None,
            read: 0,
            limit: None,
            failed: false,
        }
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// The body broke off, took too long, or is larger than the limit. What was read is the beginning.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::body::Download;
    /// async fn starts_with_png(download: &mut Download) -> Result<bool, my_api::Error> {
    ///     let chunk = download.chunk().await?;
    ///     Ok(chunk.is_some_and(|chunk| chunk.starts_with(b"\x89PNG")))
    /// }
    /// ```
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()
    }

    /// Refuses a body that is larger.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::body::Download;
    /// async fn save(download: Download) -> Result<u64, my_api::Error> {
    ///     download.limit(10 << 20).save("rex.png").await
    /// }
    /// ```
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// How long the whole body is, where the server says it.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::body::Download;
    /// fn is_small(download: &Download) -> bool {
    ///     download.content_length().is_some_and(|length| length < 1 << 20)
    /// }
    /// ```
    pub fn content_length(&self) -> Option<u64> {
        let length = self.received.headers.get(CONTENT_LENGTH)?;
        length.to_str().ok()?.parse().ok()
    }

    /// Writes what was not read yet to a file, which replaces one that is there. The number of bytes.
    ///
    /// The bytes go to a file beside it, which gets the name when all of them are there. Where that fails,
    /// or the future is dropped, nothing is left of it.
    ///
    /// # Errors
    /// The body broke off, took too long, or is larger than the limit; or the file cannot be written
    /// ([`Category::File`](crate::Category::File)).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::body::Download;
    /// async fn save(download: Download) -> Result<(), my_api::Error> {
    ///     let bytes = download.save("rex.png").await?;
    ///     println!("{bytes} bytes");
    ///     Ok(())
    /// }
    /// ```
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.save_after(Bytes::new(), path.as_ref()).await
    }

    /// Writes these bytes, which were received before, and then what was not read yet.
    pub(crate) async fn save_after(mut self, received: Bytes, path: &Path) -> Result<u64, Error> {
        let operation = self.operation;
        let path = path.to_owned();
        let refuse = |error: io::Error| Error::file(&path, error).on(operation);
        if self.failed {
            return Err(refuse(io::Error::other("the download failed before; start it again")));
        }
        let mut file = {
            let path = path.clone();
            written(move || Unfinished::create(&path)).await.map_err(refuse)?
        };
        let mut length = 0;
        let mut next = Some(received);
        while let Some(chunk) = next {
            length += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let write = move || file.file.write_all(&chunk).map(|()| file);
            file = written(write).await.map_err(refuse)?;
            next = self.chunk().await?;
        }
        let target = path.clone();
        written(move || file.finish(&target)).await.map_err(refuse)?;
        Ok(length)
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        // The wait for a chunk has a time limit, wherever the download was moved since the call.
        if self.rest.is_some()
            && self.timer.is_none()
            && let Err(error) = timers::ready(self.crate_name)
        {
            return Poll::Ready(Some(Err(error.on(self.operation))));
        }
        let next = match self.too_large(0) {
            Some(failure) => Err(failure),
            None => match self.first.take() {
                Some(first) => Ok(Some(first)),
                None => ready!(self.poll_rest(context)),
            },
        };
        let next = next.and_then(|chunk| match chunk {
            Some(chunk) => {
                let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                match self.too_large(length) {
                    Some(failure) => Err(failure),
                    None => {
                        self.read += length;
                        Ok(Some(chunk))
                    }
                }
            }
            None => match self.content_length() {
                Some(length) if length != self.read && !self.failed => {
                    let reason = format!("it ended after {} of {length} bytes", self.read);
                    let error = TransportError::interrupted(reason);
                    Err(Failure::Transport(error, Some(self.received.head())))
                }
                _ => Ok(None),
            },
        });
        Poll::Ready(next.transpose().map(|next| {
            next.map_err(|failure| {
                self.failed = true;
                self.first = None;
                self.rest = None;
                let attempts = self.received.attempts;
                self.reporter.error(failure, self.operation, &self.url, attempts)
            })
        }))
    }

    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Failure>> {
        loop {
            let Some(rest) = &mut self.rest else {
                return Poll::Ready(Ok(None));
            };
            match Pin::new(rest).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.timer = None;
                    // Trailers are not part of it.
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Ok(Some(chunk)));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Err(Failure::Transport(error.into(), Some(self.received.head()))));
                }
                Poll::Ready(None) => {
                    self.rest = None;
                    return Poll::Ready(Ok(None));
                }
                Poll::Pending => {
                    let limits = &self.limits;
                    let (limit, timer) = self.timer.get_or_insert_with(|| {
                        let (limit, until) = limits.of_attempt();
                        (limit, Box::pin(tokio::time::sleep_until(until)))
                    });
                    ready!(timer.as_mut().poll(context));
                    return Poll::Ready(Err(Failure::Timeout(*limit, Some(self.received.head()))));
                }
            }
        }
    }

    /// Why so many bytes more are too many, if they are.
    fn too_large(&self, more: u64) -> Option<Failure> {
        let limit = self.limit?;
        let announced = self.content_length().unwrap_or(0);
        let so_far = self.read.saturating_add(more);
        (!self.failed && announced.max(so_far) > limit).then(|| {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let setting = Setting {
                of: "download",
                name: "limit",
            };
            Failure::TooLarge(limit, setting, self.received.head())
        })
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("operation", &self.operation.id)
            .field("read", &self.read)
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}

/// Work on a file, on a thread for blocking work.
async fn written<R: Send + 'static>(work: impl FnOnce() -> io::Result<R> + Send + 'static) -> io::Result<R> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// A file that goes away unless it is finished.
struct Unfinished {
    file: fs::File,
    /// `None` when it has its own name.
    path: Option<PathBuf>,
}

impl Unfinished {
    /// Creates one beside `path`.
    fn create(path: &Path) -> io::Result<Self> {
        let Some(name) = path.file_name() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path has no file name"));
        };
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // The standard library draws the keys of its hash maps from the system's random generator.
        let unique = RandomState::new().hash_one(std::time::SystemTime::now());
        let beside = path.with_file_name(format!(".{}.{unique:016x}.part", name.display()));
        Ok(Self {
            file: fs::File::create_new(&beside)?,
            path: Some(beside),
        })
    }

    fn finish(mut self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(beside) = &self.path {
            fs::rename(beside, path)?;
        }
        self.path = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.path
            && let Err(error) = fs::remove_file(path)
        {
            tracing::warn!(path = %path.display(), %error, "a file that was not finished could not be removed");
        }
    }
}
