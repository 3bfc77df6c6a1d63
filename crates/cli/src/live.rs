//! A table that is drawn again where it stands, on a terminal.

use std::io::{self, Write};

use crate::failure::Failure;
use crate::terminal::erase_lines;

/// What is drawn, and can be taken back.
#[derive(Default)]
pub struct Live {
    /// How many lines there are above the cursor.
    lines: usize,
    text: String,
}

impl Live {
    /// Draws a text, of whole lines, in place of the one before.
    pub fn draw(&mut self, text: String) -> Result<(), Failure> {
        if text == self.text {
            return Ok(());
        }
        self.erase()?;
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        self.lines = text.lines().count();
        self.text = text;
        Ok(())
    }

    /// Takes it back, so that something else can be printed.
    pub fn erase(&mut self) -> Result<(), Failure> {
        // Not by way of what leaves colours out, which would leave this out too.
        let mut out = io::stdout().lock();
        out.write_all(erase_lines(self.lines).as_bytes())?;
        out.flush()?;
        *self = Self::default();
        Ok(())
    }

    /// How many lines the terminal has room for above the cursor.
    pub fn room() -> usize {
        let size = terminal_size::terminal_size_of(io::stdout());
        size.map_or(24, |(_, height)| usize::from(height.0)).saturating_sub(1)
    }
}
