//! Places in a text of JSON: offsets, and the path from the root to them.

use std::fmt::Write;

use crate::excerpt;

/// Where a part of a text begins.
pub(super) fn within(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// Where in the text the deserializer found an error.
pub(super) fn of_error(text: &[u8], error: &serde_json::Error) -> usize {
    let start_of_line: usize = text
        .split_inclusive(|&byte| byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (start_of_line + error.column()).min(text.len())
}

/// The message of the deserializer without its position.
pub(super) fn without(error: &serde_json::Error) -> String {
    let mut reason = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    if reason.ends_with(&place) {
        reason.truncate(reason.len() - place.len());
    }
    reason
}

/// An offset as the deserializer writes it.
pub(super) fn line_and_column(text: &[u8], offset: usize) -> String {
    let before = &text[..offset.min(text.len())];
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count();
    format!("line {line} column {column}")
}

enum Level<'a> {
    Object { key: Option<&'a [u8]>, at_key: bool },
    Array { index: usize },
}

/// The path from the root to an offset, such as `[3].input.width`.
///
/// It is computed from the position rather than kept while reading, so that the responses that can be
/// read, which are nearly all, do not pay for it.
pub(super) fn path(text: &[u8], offset: usize) -> String {
    let mut levels = Vec::new();
    let mut string_from = None;
    let mut escaped = false;
    for (position, &byte) in text[..offset].iter().enumerate() {
        if let Some(from) = string_from {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if byte == b'"' {
                string_from = None;
                if let Some(Level::Object { key, at_key: true }) = levels.last_mut() {
                    *key = Some(&text[from..position]);
                }
            }
            continue;
        }
        match (byte, levels.last_mut()) {
            (b'"', _) => string_from = Some(position + 1),
            (b'{', _) => levels.push(Level::Object {
                key: None,
                at_key: true,
            }),
            (b'[', _) => levels.push(Level::Array { index: 0 }),
            (b'}' | b']', _) => {
                levels.pop();
            }
            (b':', Some(Level::Object { at_key, .. })) => *at_key = false,
            (b',', Some(Level::Object { key, at_key })) => {
                *key = None;
                *at_key = true;
            }
            (b',', Some(Level::Array { index })) => *index += 1,
            _ => {}
        }
    }
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Array { index } => write!(path, "[{index}]").expect("writing to a string"),
            Level::Object { key: Some(key), .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&excerpt::start(key));
            }
            Level::Object { key: None, .. } => {}
        }
    }
    path
}

/// The path to a text and the path within it, joined.
pub(super) fn join(outer: &str, inner: &str) -> String {
    let between = match outer.is_empty() || inner.is_empty() || inner.starts_with('[') {
        true => "",
        false => ".",
    };
    format!("{outer}{between}{inner}")
}
