//! Text without invisible characters.

use std::borrow::Cow;

/// Text in one line, in which invisible characters with an effect are escaped: control characters such as the one
/// that begins a terminal's escape sequences, and those that reorder text.
///
/// ```
/// use ittybit_spec_diff::render::visible;
///
/// assert_eq!(visible("café, 東京"), "café, 東京");
/// assert_eq!(visible("a\r\u{1b}[31m\u{202e}b"), "a\\r\\u{1b}[31m\\u{202e}b");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match is_hidden(character) {
            true => out.extend(character.escape_default()),
            false => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Whether a character is invisible, and has an effect.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
