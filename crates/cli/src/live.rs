//! A table that is redrawn in place, on a terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;
use crate::terminal::{erase_lines, height, width};

/// What is drawn, and can be erased.
#[derive(Default)]
pub struct Live {
    /// How wide each line above the cursor is.
    lines: Vec<usize>,
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
        let plain = anstream::adapter::strip_str(&text).to_string();
        self.lines = plain.lines().map(UnicodeWidthStr::width).collect();
        self.text = text;
        Ok(())
    }

    /// Erases it, so that something else can be printed.
    pub fn erase(&mut self) -> Result<(), Failure> {
        // Not through `anstream`, which would remove this with the colours.
        let mut out = io::stdout().lock();
        out.write_all(erase_lines(rows(&self.lines, width()).min(Self::room())).as_bytes())?;
        out.flush()?;
        *self = Self::default();
        Ok(())
    }

    /// How many lines the terminal has room for above the cursor.
    pub fn room() -> usize {
        height().unwrap_or(24).saturating_sub(1)
    }
}

/// How many rows lines of these widths have. A terminal that became narrower has wrapped them.
fn rows(lines: &[usize], width: Option<usize>) -> usize {
    let width = width.unwrap_or(usize::MAX).max(1);
    lines.iter().map(|line| line.div_ceil(width).max(1)).sum()
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn a_narrower_terminal_has_more_rows() {
        let lines = [40, 0, 41];
        assert_eq!(rows(&lines, None), 3);
        assert_eq!(rows(&lines, Some(41)), 3);
        assert_eq!(rows(&lines, Some(40)), 4);
        assert_eq!(rows(&lines, Some(20)), 2 + 1 + 3);
    }
}
