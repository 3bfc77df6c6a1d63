//! Reading JSON.
//!
//! `serde_json` checks the syntax and decodes strings; this module only finds the position of each value,
//! which `serde_json` does not report.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::error::Category;

use crate::node::{Node, Value};
use crate::number::{self, NotFinite};
use crate::source::Source;
use crate::tree::{MAX_DEPTH, Tree, too_deep};
use crate::{Diagnostic, Diagnostics, Severity};

pub(crate) fn read(source: &Arc<Source>) -> Result<(Option<Node>, Diagnostics), Diagnostics> {
    let text = source.text();
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let finding = match first_too_deep(text) {
            Some(at) => too_deep(source, source.base() + at),
            None => syntax_error(source, &error),
        };
        return Err(finding.into());
    }
    let mut tree = Tree::new(source);
    match place_values(&mut tree, text) {
        Ok(()) => tree.finish(),
        Err(finding) => Err(tree.fail(finding)),
    }
}

/// Builds the tree of a text that is known to be JSON.
fn place_values(tree: &mut Tree<'_>, text: &str) -> Result<(), Diagnostic> {
    let bytes = text.as_bytes();
    let source = tree.source();
    let base = source.base();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'{' => {
                tree.open_object(base + start)?;
                at += 1;
            }
            b'[' => {
                tree.open_array(base + start)?;
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                tree.close(Some(base + at));
            }
            b'"' => {
                at = end_of_string(bytes, start);
                let span = source.place(start..at);
                let string = serde_json::from_str(&text[start..at]).map_err(|_| {
                    Diagnostic::new(
                        Severity::Error,
                        source,
                        Some(span.clone()),
                        "the string has half of a surrogate pair",
                    )
                    .code("json-syntax")
                    .help("write both halves, as in `\\ud83d\\ude00`, or the character itself")
                })?;
                if tree.wants_key() {
                    tree.key(string, span);
                } else {
                    tree.value(Node::new(span, Value::String(string)));
                }
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let length = bytes[start..]
                    .iter()
                    .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'))
                    .unwrap_or(bytes.len() - start);
                at += length;
                let word = &text[start..at];
                let value = match word {
                    "null" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    word => match number::parse(word) {
                        Ok(Some(number)) => Value::Number(number),
                        Ok(None) | Err(NotFinite) => {
                            tree.report(number::not_finite(source, source.place(start..at), word));
                            Value::String(word.to_owned())
                        }
                    },
                };
                tree.value(Node::new(source.place(start..at), value));
            }
            _ => at += 1,
        }
    }
    Ok(())
}

/// The position at which a text, which may not be JSON, is nested too deeply. It is reported before any other
/// error, since such text is often cut off too.
fn first_too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' if depth == MAX_DEPTH => return Some(at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at) - 1,
            _ => {}
        }
        at += 1;
    }
    None
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn syntax_error(source: &Arc<Source>, error: &serde_json::Error) -> Diagnostic {
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = full.strip_suffix(&place).unwrap_or(&full);
    let (message, help) = match reason {
        _ if error.is_eof() => {
            let inside = reason.strip_prefix("EOF while parsing ").unwrap_or("it");
            (format!("the text ends inside {inside}"), "write the missing end")
        }
        "key must be a string" | "trailing comma" => (
            reason.to_owned(),
            "write keys in double quotes, no comma after the last member, and no comments",
        ),
        "expected value" => (
            reason.to_owned(),
            "write an object, a list, a number, `true`, `false`, `null`, or text in double quotes",
        ),
        "trailing characters" => ("there is more text after the document".to_owned(), "remove it"),
        "invalid escape" => (reason.to_owned(), "write a backslash as `\\\\`"),
        _ if reason.starts_with("control character") => (
            "a string contains a control character".to_owned(),
            "write it as an escape, as in `\\n`",
        ),
        "expected `:`" => (reason.to_owned(), "write a `:` between a key and its value"),
        _ if reason.starts_with("expected `,`") => (reason.to_owned(), "write a `,` between two members or items"),
        _ => (reason.to_owned(), "write valid JSON"),
    };
    let text = source.text();
    let at = match error.classify() {
        Category::Eof => text.trim_end().len(),
        // Within strings, the column is that of the last valid character.
        _ if reason.starts_with("control character") => source.offset(error.line(), error.column()),
        _ => source.offset(error.line(), error.column().saturating_sub(1)),
    };
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    Diagnostic::new(
        Severity::Error,
        source,
        Some(source.place(at..at + width)),
        format!("not JSON: {message}"),
    )
    .code("json-syntax")
    .help(help)
}
