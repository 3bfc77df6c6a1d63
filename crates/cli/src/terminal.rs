//! Control of the terminal.

use std::io::{self, IsTerminal};

/// Erases a line, and what the terminal itself has written into it.
pub const ERASE_LINE: &str = "\r\x1b[K";

/// Whether a line on standard error can be erased: on a terminal that supports it.
pub fn can_erase() -> bool {
    io::stderr().is_terminal() && supports_escapes()
}

/// Whether lines on standard output can be erased.
pub fn can_redraw() -> bool {
    io::stdout().is_terminal() && supports_escapes()
}

fn supports_escapes() -> bool {
    std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// How wide standard output is, if it is a terminal.
pub fn width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// How high standard output is, if it is a terminal.
pub fn height() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| usize::from(height.0))
}

/// Erases this many lines above the cursor.
pub fn erase_lines(lines: usize) -> String {
    match lines {
        0 => String::new(),
        lines => format!("\r\x1b[{lines}A\x1b[J"),
    }
}

/// Whether a character controls a terminal, or changes the direction of the text.
pub fn is_control_or_bidi(char: char) -> bool {
    let turns = matches!(
        char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    char.is_control() || turns
}

/// A message without control characters.
pub fn harmless(message: &str) -> String {
    message.replace(is_control_or_bidi, " ")
}

/// A text without control characters.
pub fn visible(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        if is_control_or_bidi(char) {
            out.extend(char.escape_default());
        } else {
            out.push(char);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn bidi_characters_are_escaped() {
        assert_eq!(
            visible("a\u{202e}gpj.exe\u{2067}\u{2028}\u{200e}\u{200f}\u{61c}"),
            r"a\u{202e}gpj.exe\u{2067}\u{2028}\u{200e}\u{200f}\u{61c}"
        );
        assert_eq!(visible("日本 👩\u{200d}👧 é"), "日本 👩\u{200d}👧 é");
    }
}
