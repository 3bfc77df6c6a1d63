//! The text of a document and the places in it.

use std::fmt;
use std::ops::Range;

/// The text of a file, and its name in messages.
///
/// Line ends are converted to `\n` and a byte order mark is removed, so a file saved on Windows gives the
/// same positions and the same messages.
///
/// All files of a document share one range of offsets: the first file begins at 0, and each further file
/// after the end of the one before. So a range of offsets also identifies the file.
pub(crate) struct Source {
    name: String,
    text: String,
    /// The offset of its first byte in the range of all files.
    base: usize,
    /// Byte offset at which each line starts.
    lines: Vec<usize>,
    /// Byte offset of every [`STEP`]th character; empty when all characters are ASCII.
    characters: Vec<usize>,
}

const STEP: usize = 64;

/// A position as editors show it: lines and columns start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Only the name: the text may have megabytes.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Source {
    pub(crate) fn new(name: String, text: String, base: usize) -> Self {
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let text = if text.contains('\r') {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text
        };
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(end, _)| end + 1))
            .collect();
        let characters = if text.is_ascii() {
            Vec::new()
        } else {
            let offsets = text.char_indices().map(|(at, _)| at);
            offsets.step_by(STEP).collect()
        };
        Self {
            name,
            text,
            base,
            lines,
            characters,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// The offset at which the next file begins: one byte after the end of this one, so that the ends of
    /// both differ.
    pub(crate) fn end(&self) -> usize {
        self.base + self.text.len() + 1
    }

    /// Converts a range of bytes of this file to one of all files.
    pub(crate) fn place(&self, bytes: Range<usize>) -> Range<usize> {
        self.base + bytes.start..self.base + bytes.end
    }

    /// Converts a range of all files to one of this file. A range of another file is clamped to this one.
    pub(crate) fn bytes(&self, place: Range<usize>) -> Range<usize> {
        let local = |offset: usize| self.floor(offset.saturating_sub(self.base));
        local(place.start)..local(place.end)
    }

    /// Line number, from 0, of a byte offset.
    fn line_index(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }

    /// The bytes of the line that contains `offset`, without its line end.
    pub(crate) fn line(&self, offset: usize) -> Range<usize> {
        let index = self.line_index(offset);
        let end = match self.lines.get(index + 1) {
            Some(next) => next - 1,
            None => self.text.len(),
        };
        self.lines[index]..end
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let index = self.line_index(offset);
        Position {
            line: index + 1,
            column: self.character(offset) - self.character(self.lines[index]) + 1,
        }
    }

    /// The number of characters before a byte offset.
    fn character(&self, offset: usize) -> usize {
        let steps = self.characters.partition_point(|at| *at <= offset);
        match steps.checked_sub(1) {
            None => offset,
            Some(step) => {
                let from = self.characters[step];
                step * STEP + self.text[from..offset].chars().count()
            }
        }
    }

    /// The byte offset of a character.
    pub(crate) fn byte(&self, character: usize) -> usize {
        if self.characters.is_empty() {
            return character.min(self.text.len());
        }
        let Some(&from) = self.characters.get(character / STEP) else {
            return self.text.len();
        };
        let mut rest = self.text[from..].char_indices();
        rest.nth(character % STEP).map_or(self.text.len(), |(at, _)| from + at)
    }

    /// The nearest character boundary at or before `offset`, since offsets from a parser may be inside a
    /// character.
    pub(crate) fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// Byte offset of a line (from 1) and a column counted in bytes (from 0).
    pub(crate) fn offset(&self, line: usize, byte_column: usize) -> usize {
        let start = self.lines.get(line.saturating_sub(1)).copied();
        self.floor(start.unwrap_or(self.text.len()) + byte_column)
    }
}
