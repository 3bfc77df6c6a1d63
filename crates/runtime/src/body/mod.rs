//! Bodies that are not JSON: bytes, files and streams, of requests and responses.

mod download;
mod multipart;
mod outgoing;

use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_core::Stream;

pub use bytes::Bytes;

pub use self::download::Download;
pub(crate) use self::multipart::{Multipart, Part};
pub(crate) use self::outgoing::Outgoing;

/// The media type of bytes without a known type.
pub(crate) const OCTET_STREAM: &str = "application/octet-stream";

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Chunks of a body, as a caller gives them.
pub(crate) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, AnyError>> + Send>>;

/// A body to send: bytes, a file or a stream.
///
/// A text and bytes are made into one by `into`. Printed, a body never shows its contents.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::body::Body;
///
/// let text: Body = "name,age\nRex,7\n".into();
/// let bytes: Body = vec![0x89, b'P', b'N', b'G'].into();
/// let file = Body::file("rex.png").content_type("image/png");
/// assert_eq!(format!("{text:?}"), "Body(15 bytes)");
/// ```
#[derive(Clone)]
pub struct Body {
    pub(crate) source: Source,
    pub(crate) content_type: Option<String>,
}

/// Where the bytes of a body come from.
#[derive(Clone)]
pub(crate) enum Source {
    Bytes(Bytes),
    File(PathBuf),
    /// Empty once it was sent.
    Stream(Arc<Mutex<Option<Chunks>>>),
}

impl Body {
    fn new(source: Source) -> Self {
        Self {
            source,
            content_type: None,
        }
    }

    /// The contents of a file. It is opened when the request is sent, and again for another attempt.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let body = my_api::body::Body::file("rex.png");
    /// ```
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self::new(Source::File(path.as_ref().to_owned()))
    }

    /// What a stream yields. It can be sent once, so a request with it is never sent again; clones share
    /// the stream.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use futures_util::stream;
    ///
    /// let chunks = stream::iter([Ok::<_, std::io::Error>("a,b\n".into()), Ok("1,2\n".into())]);
    /// let body = my_api::body::Body::stream(chunks);
    /// ```
    pub fn stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let chunks: Chunks = Box::pin(AnyErrors(Box::pin(stream)));
        Self::new(Source::Stream(Arc::new(Mutex::new(Some(chunks)))))
    }

    /// The media type to send, in place of the one that the API's document has.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let body = my_api::body::Body::from("<p>hi").content_type("text/html");
    /// ```
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::new(Source::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from(bytes).into()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::File(path) => write!(f, "file {path:?}"),
            Self::Stream(_) => f.write_str("stream"),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?}", self.source)?;
        if let Some(media_type) = &self.content_type {
            write!(f, ", {media_type}")?;
        }
        f.write_str(")")
    }
}

/// A file to send as a part of a form: a [`Body`] with a name and a media type.
///
/// Where no media type is set, it is `application/octet-stream`.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::body::File;
///
/// let photo = File::path("photos/rex.png").content_type("image/png");
/// let notes = File::bytes("notes.txt", "Rex is 7.").content_type("text/plain");
/// assert_eq!(photo.name(), "rex.png");
/// assert_eq!(format!("{notes:?}"), "File(\"notes.txt\", 9 bytes, text/plain)");
/// ```
#[derive(Clone)]
pub struct File {
    pub(crate) name: String,
    pub(crate) body: Body,
}

impl File {
    /// A file of this machine, sent under its own name. It is opened when the request is sent, and again
    /// for another attempt.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// assert_eq!(my_api::body::File::path("photos/rex.png").name(), "rex.png");
    /// ```
    pub fn path(path: impl AsRef<Path>) -> Self {
        let name = path.as_ref().file_name().unwrap_or_default();
        Self {
            name: name.to_string_lossy().into_owned(),
            body: Body::file(path),
        }
    }

    /// A file from memory.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let file = my_api::body::File::bytes("notes.txt", "Rex is 7.");
    /// ```
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            body: bytes.into().into(),
        }
    }

    /// A file from a stream, which can be sent once: see [`Body::stream`].
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use futures_util::stream;
    ///
    /// let chunks = stream::iter([Ok::<_, std::io::Error>("a,b\n".into()), Ok("1,2\n".into())]);
    /// let file = my_api::body::File::stream("table.csv", chunks);
    /// ```
    pub fn stream<S, E>(name: impl Into<String>, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self {
            name: name.into(),
            body: Body::stream(stream),
        }
    }

    /// The media type to send.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let file = my_api::body::File::path("rex.png").content_type("image/png");
    /// ```
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.body = self.body.content_type(media_type);
        self
    }

    /// The name to send, in place of the file's own.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let file = my_api::body::File::path("upload-7f3a").named("rex.png");
    /// assert_eq!(file.name(), "rex.png");
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The name that is sent.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// assert_eq!(my_api::body::File::bytes("notes.txt", "").name(), "notes.txt");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({:?}, {:?}", self.name, self.body.source)?;
        if let Some(media_type) = &self.body.content_type {
            write!(f, ", {media_type}")?;
        }
        f.write_str(")")
    }
}

/// A stream whose errors are of any type.
struct AnyErrors<S>(Pin<Box<S>>);

impl<S, E> Stream for AnyErrors<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<AnyError>,
{
    type Item = Result<Bytes, AnyError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let next = self.0.as_mut().poll_next(context);
        next.map(|chunk| chunk.map(|chunk| chunk.map_err(Into::into)))
    }
}
