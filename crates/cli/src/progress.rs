//! Progress: one line on standard error, on a terminal.

use std::io::{self, Write};
use std::time::Instant;

use crate::terminal::{ERASE_LINE, can_erase};
use indicatif::HumanCount;

/// Shows the number of items. Where its line cannot be erased, it shows nothing.
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

    /// Shows the number of items, and their rate.
    pub fn show(&mut self, items: u64) {
        if self.watched && items > 0 {
            let rate = items as f64 / self.begun.elapsed().as_secs_f64().max(f64::EPSILON);
            // Nothing depends on whether this succeeds.
            let _ = write!(
                io::stderr(),
                "{ERASE_LINE}{} {}, {rate:.0}/s",
                HumanCount(items),
                self.noun
            );
            self.shown = true;
        }
    }

    /// Erases the line.
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
