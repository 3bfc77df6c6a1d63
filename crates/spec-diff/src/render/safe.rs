//! Escaping: text of a document is shown in a report, and is never interpreted as markup.
//!
//! The author of a document controls its names, values and versions, and a report is read on terminals,
//! in comments of a bot and in browsers. A heading, a mention, an image or an escape sequence in such a
//! text must have no effect there. Each format has its function here, and reports write text of a document
//! only by these functions.
//!
//! Messages quote values between backticks. A name may contain a backtick itself, so text that looks
//! quoted may not be, and the other way round: neither is trusted.

use std::fmt::Write;

use crate::visible::{is_hidden, visible};

/// The same JSON with hidden characters escaped, so that it can be printed on a terminal.
pub(super) fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        // Line ends only occur between members: those in strings are escaped in JSON.
        if character == '\n' || !is_hidden(character) {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// A message as Markdown in one line. Quoted text becomes code, and so does every word that could be
/// interpreted: GitHub does not mention, link or load anything in code.
pub(super) fn markdown(message: &str) -> String {
    let message = visible(message);
    let parts: Vec<&str> = message.split('`').collect();
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        let opened = index % 2 == 1;
        let closed = index + 1 < parts.len();
        match (opened, closed) {
            (true, true) if part.is_empty() => code(&mut out, "``"),
            (true, true) => code(&mut out, part),
            (true, false) => {
                code(&mut out, "`");
                prose(&mut out, part);
            }
            (false, _) => prose(&mut out, part),
        }
    }
    out
}

/// A text as one code span of Markdown.
pub(super) fn markdown_code(text: &str) -> String {
    let mut out = String::new();
    code(&mut out, &visible(text));
    out
}

/// Markdown of one line, for a cell of a table: even in code a `|` would end the cell.
pub(super) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

fn prose(out: &mut String, text: &str) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let (before, word) = word.strip_prefix('(').map_or(("", word), |rest| ("(", rest));
        let inner = word.trim_end_matches([')', ',', '.', ';', ':']);
        out.push_str(before);
        match is_plain(inner) {
            true => out.push_str(inner),
            false => code(out, inner),
        }
        out.push_str(&word[inner.len()..]);
    }
}

/// Whether this is only a word, a number or a date, such as `read-only` and `2026-11-27`, but not
/// `www.example.com` or `GH-1`, which GitHub links.
fn is_plain(word: &str) -> bool {
    let all = |part: &str, is: fn(char) -> bool| !part.is_empty() && part.chars().all(is);
    word.chars().all(|letter| letter.is_alphanumeric() || letter == '\'')
        || word.split('-').all(|part| all(part, char::is_alphabetic))
        || word
            .split(['-', '.'])
            .all(|part| all(part, |letter| letter.is_ascii_digit()))
        || word == "→"
}

/// Writes a code span, delimited by more backticks than the text contains in a row.
fn code(out: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    // Two adjacent spans would be read as one.
    if out.ends_with('`') {
        out.push(' ');
    }
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let spaced = text.starts_with(' ') && text.ends_with(' ');
    let padded = spaced || text.starts_with('`') || text.ends_with('`');
    let pad = if padded { " " } else { "" };
    let _ = write!(out, "{fence}{pad}{text}{pad}{fence}");
}

/// Text for HTML, between tags and in attributes.
pub(super) fn html(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// A message as HTML: quoted text becomes code.
pub(super) fn html_message(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        let opened = index % 2 == 1;
        let part = html(part);
        match opened && index + 1 < parts.len() {
            true => {
                let _ = write!(out, "<code>{part}</code>");
            }
            false if opened => {
                let _ = write!(out, "`{part}");
            }
            false => out.push_str(&part),
        }
    }
    out
}

/// The text of a GitHub workflow command: one line, with `%` escaped.
pub(super) fn command_data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

/// A property of a workflow command.
pub(super) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}
