//! Progress: one line on standard error, for someone who watches.

use std::io::{self, Write};
use std::time::Instant;

use crate::failure::count;
use crate::terminal::{ERASE_LINE, can_erase};

/// Counts what has come. Where its line cannot be taken back, it says nothing.
pub struct Progress {
    noun: String,
    begun: Instant,
    watched: bool,
    shown: bool,
}

impl Progress {
    pub fn new(noun: &str) -> Self {
        Self {
            noun: noun.to_owned(),
            begun: Instant::now(),
            watched: can_erase(),
            shown: false,
        }
    }

    /// Shows how many have come, and how many in a second.
    pub fn show(&mut self, items: u64) {
        if self.watched && items > 0 {
            let rate = items as f64 / self.begun.elapsed().as_secs_f64().max(f64::EPSILON);
            // Nothing depends on whether it can be shown.
            let _ = write!(io::stderr(), "{ERASE_LINE}{} {}, {rate:.0}/s", count(items), self.noun);
            self.shown = true;
        }
    }

    /// Gives the line back to whatever is printed next.
    pub fn clear(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "{ERASE_LINE}");
            self.shown = false;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
