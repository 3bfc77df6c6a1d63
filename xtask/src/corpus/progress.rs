//! What is shown while documents are worked on: each failure as soon as it is known and, on a terminal, a line that
//! counts.
//!
//! All of it goes to standard error. An error of writing there is no reason to stop.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ittybit_spec_diff::render::visible;

/// Replaces the current line.
const OVER: &str = "\r\x1b[K";

/// A stage: what is done with each document, and with how many it is.
pub(super) struct Progress {
    what: &'static str,
    of: usize,
    done: Mutex<usize>,
    counts: bool,
}

impl Progress {
    pub(super) fn new(what: &'static str, of: usize) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
        let progress = Self {
            what,
            of,
            done: Mutex::new(0),
            counts: io::stderr().is_terminal() && !is_dumb,
        };
        progress.show(0, "");
        progress
    }

    /// One more document is done; `failure` says how it failed, if it did.
    pub(super) fn done(&self, path: &Path, failure: Option<&str>) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += 1;
        let failure = failure.map(|failure| format!("{failure}: {}\n", visible(&path.to_string_lossy())));
        self.show(*done, &failure.unwrap_or_default());
    }

    /// Shows a text above the line that counts.
    fn show(&self, done: usize, text: &str) {
        let shown = match self.counts {
            true => format!("{OVER}{text}{} {done} of {}", self.what, self.of),
            false => text.to_owned(),
        };
        io::stderr().write_all(shown.as_bytes()).ok();
    }
}

impl Drop for Progress {
    /// The line that counts gives way to what follows.
    fn drop(&mut self) {
        if self.counts {
            io::stderr().write_all(OVER.as_bytes()).ok();
        }
    }
}
