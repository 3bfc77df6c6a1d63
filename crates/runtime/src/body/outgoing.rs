//! The body of a request: pieces that are opened for each attempt, and sent one after the other.

use std::fs;
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{AnyError, Chunks, Source};
use crate::error::Error;

/// How much of a file is read at once, in bytes.
const CHUNK: usize = 64 * 1024;

/// The pieces of a body, each with the argument that it comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    pieces: Vec<(String, Source)>,
}

impl Outgoing {
    /// A body of one piece.
    pub(crate) fn of(source: Source) -> Self {
        Self {
            pieces: vec![("body".to_owned(), source)],
        }
    }

    pub(crate) fn push(&mut self, name: &str, source: Source) {
        self.pieces.push((name.to_owned(), source));
    }

    /// Whether it can be sent again.
    pub(crate) fn is_reusable(&self) -> bool {
        !self
            .pieces
            .iter()
            .any(|(_, source)| matches!(source, Source::Stream(_)))
    }

    /// Opens the pieces for one attempt.
    pub(crate) async fn open(&self) -> Result<reqwest::Body, Error> {
        if let Some(bytes) = self.bytes() {
            return Ok(bytes.into());
        }
        let mut pieces = Vec::new();
        for (name, source) in &self.pieces {
            let refuse = |reason: String| Error::invalid_argument(name, reason);
            let piece = match source {
                Source::Bytes(bytes) => Piece::Bytes(bytes.clone()),
                Source::File(path) => {
                    let opened = FileWork::Open(path.clone()).start().await;
                    let opened =
                        opened
                            .map_err(|error| refuse(error.to_string()))?
                            .map(|Worked { file, left, .. }| Piece::File {
                                state: FileState::Idle(file),
                                left,
                            });
                    opened.map_err(|error| refuse(format!("the file {} cannot be read: {error}", path.display())))?
                }
                Source::Stream(chunks) => {
                    let taken = chunks.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let chunks = taken.ok_or_else(|| {
                        refuse("is a stream that was sent already; make a new one for each call".to_owned())
                    })?;
                    Piece::Stream(Mutex::new(chunks))
                }
            };
            pieces.push(piece);
        }
        let pieces = pieces.into_iter();
        Ok(reqwest::Body::wrap(Sending { pieces }))
    }

    /// The whole, where all of it is in memory.
    fn bytes(&self) -> Option<Bytes> {
        let mut pieces = Vec::new();
        for (_, source) in &self.pieces {
            let Source::Bytes(bytes) = source else { return None };
            pieces.push(bytes.clone());
        }
        Some(match pieces.as_slice() {
            [bytes] => bytes.clone(),
            pieces => pieces.concat().into(),
        })
    }
}

fn open(path: &Path) -> io::Result<Worked> {
    let file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // The length of a pipe is not known.
    let left = metadata.is_file().then_some(metadata.len());
    let bytes = Bytes::new();
    Ok(Worked { file, left, bytes })
}

/// A piece that was opened.
enum Piece {
    Bytes(Bytes),
    File {
        state: FileState,
        /// How many bytes are still to be sent.
        left: Option<u64>,
    },
    /// In a lock only because a body has to be `Sync`.
    Stream(Mutex<Chunks>),
}

enum FileState {
    Idle(fs::File),
    Reading(JoinHandle<io::Result<Worked>>),
    Over,
}

/// What is done on a thread for blocking work. One type for all of it, because a caller compiles what it takes to run
/// a task for each.
enum FileWork {
    Open(PathBuf),
    /// Reads at most so many bytes.
    Read(fs::File, usize),
}

/// What came of it.
struct Worked {
    file: fs::File,
    /// How many bytes an opened file has, where that is known.
    left: Option<u64>,
    /// What was read.
    bytes: Bytes,
}

impl FileWork {
    fn start(self) -> JoinHandle<io::Result<Worked>> {
        spawn_blocking(move || match self {
            Self::Open(path) => open(&path),
            Self::Read(file, most) => read(file, most),
        })
    }
}

impl Piece {
    /// How many bytes are still to be sent, where that is known.
    fn left(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Self::File { left, .. } => *left,
            Self::Stream(_) => None,
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, AnyError>>> {
        match self {
            Self::Bytes(bytes) => {
                let bytes = mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
            }
            Self::Stream(chunks) => chunks
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .as_mut()
                .poll_next(context),
            Self::File { state, left } => Poll::Ready(ready!(poll_file(state, left, context)).transpose()),
        }
    }
}

fn poll_file(
    state: &mut FileState,
    left: &mut Option<u64>,
    context: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, AnyError>> {
    loop {
        match state {
            FileState::Over => return Poll::Ready(Ok(None)),
            FileState::Idle(_) if *left == Some(0) => *state = FileState::Over,
            FileState::Idle(_) => {
                let most = left.map_or(CHUNK, |left| {
                    usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK))
                });
                if let FileState::Idle(file) = mem::replace(state, FileState::Over) {
                    *state = FileState::Reading(FileWork::Read(file, most).start());
                }
            }
            FileState::Reading(reading) => {
                let Worked { file, bytes, .. } = ready!(Pin::new(reading).poll(context))??;
                *state = FileState::Idle(file);
                let length = u64::try_from(bytes.len())?;
                if length == 0 {
                    *state = FileState::Over;
                    return Poll::Ready(match left {
                        // The length was announced, and a shorter body would be a different one.
                        Some(_) => Err("the file became shorter while it was sent".into()),
                        None => Ok(None),
                    });
                }
                if let Some(left) = left {
                    *left -= length;
                }
                return Poll::Ready(Ok(Some(bytes)));
            }
        }
    }
}

fn read(mut file: fs::File, most: usize) -> io::Result<Worked> {
    let mut chunk = vec![0; most];
    let length = loop {
        match file.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    chunk.truncate(length);
    let bytes = chunk.into();
    Ok(Worked {
        file,
        left: None,
        bytes,
    })
}

/// The pieces of one attempt.
struct Sending {
    pieces: std::vec::IntoIter<Piece>,
}

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = AnyError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, AnyError>>> {
        while let Some(piece) = self.pieces.as_mut_slice().first_mut() {
            match ready!(piece.poll(context)) {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(chunk) => return Poll::Ready(Some(chunk.map(Frame::data))),
                None => {
                    self.pieces.next();
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let mut length = 0_u64;
        for piece in self.pieces.as_slice() {
            let Some(sum) = piece.left().and_then(|left| length.checked_add(left)) else {
                return SizeHint::default();
            };
            length = sum;
        }
        SizeHint::with_exact(length)
    }
}
