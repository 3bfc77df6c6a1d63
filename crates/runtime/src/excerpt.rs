//! Short, printable pieces of what a server sent, for error messages.

/// The longest excerpt, in characters.
const LENGTH: usize = 160;

/// The start of a body, on one line.
pub(crate) fn start(body: &[u8]) -> String {
    // Four bytes are the longest character: this much is enough, and decoding stays cheap.
    let head = &body[..body.len().min(LENGTH * 4 + 4)];
    let text = String::from_utf8_lossy(head);
    let mut out = one_line(&text, LENGTH);
    if text.chars().count() > LENGTH || head.len() < body.len() {
        out.push('…');
    }
    out
}

/// The text around an offset, on one line.
pub(crate) fn around(body: &[u8], offset: usize) -> String {
    let offset = offset.min(body.len());
    let from = offset.saturating_sub(LENGTH / 2);
    let to = (offset + LENGTH / 2).min(body.len());
    let text = String::from_utf8_lossy(&body[from..to]);
    // A cut through a character leaves replacement characters at the ends.
    let text = text.trim_matches(char::REPLACEMENT_CHARACTER);
    format!(
        "{}{}{}",
        if from > 0 { "…" } else { "" },
        one_line(text, LENGTH),
        if to < body.len() { "…" } else { "" }
    )
}

/// A text without its middle, where it is long.
pub(crate) fn both_ends(text: String) -> String {
    let length = text.chars().count();
    if length <= 2 * LENGTH {
        return text;
    }
    let (start, _) = text.split_at(offset(&text, LENGTH));
    let (_, end) = text.split_at(offset(&text, length - LENGTH));
    format!("{start}…{end}")
}

/// Whether a body is HTML or XML, which no JSON starts like.
pub(crate) fn is_markup(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Where the character of this number begins.
fn offset(text: &str, number: usize) -> usize {
    text.char_indices().nth(number).map_or(text.len(), |(offset, _)| offset)
}

fn one_line(text: &str, length: usize) -> String {
    let mut line = String::new();
    for c in text[..offset(text, length)].chars() {
        line.push(if c.is_control() { ' ' } else { c });
    }
    line
}
