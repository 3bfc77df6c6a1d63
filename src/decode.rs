//! Reading a body, and saying what is wrong with one that cannot be read: which item, which field,
//! and what stands there.

use std::fmt::Write;

use reqwest::header::CONTENT_ENCODING;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny};

use crate::error::{Answer, Category, Error};
use crate::excerpt;
use crate::key::Key;

/// Reads one value.
pub(crate) fn value<T: DeserializeOwned>(mut answer: Answer, key: &Key) -> Result<(T, Answer), Error> {
    let mut error = match serde_json::from_slice(&answer.body) {
        Ok(value) => return Ok((value, answer)),
        Err(error) => error,
    };
    if key.is_in(&answer.body) {
        // Read again without the key, so that the cause does not quote it either.
        answer.body = key.strike_out(answer.body);
        if let Err(without_key) = serde_json::from_slice::<T>(&answer.body) {
            error = without_key;
        }
    }
    // Struck out once more: in the JSON, the key may have been written with escapes. And shortened:
    // the cause may quote a whole value.
    let cause = error.to_string();
    let told = excerpt::both_ends(key.strike_out_text(cause.clone()));
    if told != cause {
        error = serde_json::Error::custom(told);
    }
    let message = key.strike_out_text(what_is_wrong(&answer, &error));
    Err(Error::answered(Category::Decode, message, answer.strike_out(key)).caused_by(error))
}

/// Reads a list, which is a bare JSON array.
pub(crate) fn list<T: DeserializeOwned>(answer: Answer, key: &Key) -> Result<(Vec<T>, Answer), Error> {
    let found = match answer.body.trim_ascii_start().first() {
        Some(b'{') => "a JSON object",
        Some(b'n') if answer.body.trim_ascii() == b"null" => "`null`",
        _ => return value(answer, key),
    };
    let answer = answer.strike_out(key);
    let message = format!(
        "{found} instead of an array: {}. {ADVICE}",
        excerpt::start(&answer.body)
    );
    Err(Error::answered(Category::Decode, message, answer))
}

/// Whether a body ends in the middle of its JSON.
pub(crate) fn is_cut_short(body: &[u8]) -> bool {
    !body.trim_ascii().is_empty() && serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof())
}

const ADVICE: &str = "Check the base URL; if it is right, look for a newer version of this client";

fn what_is_wrong(answer: &Answer, error: &serde_json::Error) -> String {
    let body = &answer.body;
    if let Some(encoding) = answer.headers.get(CONTENT_ENCODING)
        && encoding != "identity"
    {
        let or = match encoding == "gzip" {
            true => "Turn on the feature `gzip` of the crate, or stop",
            false => "Stop",
        };
        return format!(
            "the body is compressed ({}), which was not asked for. {or} the proxy that compresses",
            excerpt::start(encoding.as_bytes())
        );
    }
    if body.trim_ascii().is_empty() {
        return format!("no body, where JSON should be. {ADVICE}");
    }
    if excerpt::is_markup(body) {
        return format!("HTML or XML instead of JSON: {}. {ADVICE}", excerpt::start(body));
    }
    if let Err(invalid) = std::str::from_utf8(body) {
        return format!(
            "the body is not UTF-8: byte {} of {}, after {}. {ADVICE}",
            invalid.valid_up_to(),
            body.len(),
            excerpt::around(body, invalid.valid_up_to())
        );
    }
    let offset = offset(body, error);
    let mut message = if error.is_data() {
        "JSON that does not fit".to_owned()
    } else {
        "JSON that is broken".to_owned()
    };
    let path = excerpt::both_ends(path(body, offset));
    if !path.is_empty() {
        write!(message, " at `{path}`").expect("writing to a string");
        if let Some(id) = id_of_item(body, &path) {
            write!(message, " (id `{}`)", excerpt::start(id.as_bytes())).expect("writing to a string");
        }
    }
    if let Some(content_type) = answer.content_type()
        && !content_type.to_ascii_lowercase().contains("json")
    {
        let called = excerpt::start(content_type.as_bytes());
        write!(message, ", called `{called}` by the server").expect("writing to a string");
    }
    write!(message, ": {error}, near {}. {ADVICE}", excerpt::around(body, offset)).expect("writing to a string");
    message
}

/// Where in the body the error was met.
fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let start_of_line: usize = body
        .split_inclusive(|&byte| byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (start_of_line + error.column()).min(body.len())
}

enum Level<'a> {
    Object { key: Option<&'a [u8]>, at_key: bool },
    Array { index: usize },
}

/// The way from the root to an offset, such as `[3].input.width`.
///
/// It is found from the position rather than kept while reading, so that the answers that can be
/// read, which are nearly all, cost nothing.
fn path(body: &[u8], offset: usize) -> String {
    let mut levels = Vec::new();
    let mut string_from = None;
    let mut escaped = false;
    for (position, &byte) in body[..offset].iter().enumerate() {
        if let Some(from) = string_from {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if byte == b'"' {
                string_from = None;
                if let Some(Level::Object { key, at_key: true }) = levels.last_mut() {
                    *key = Some(&body[from..position]);
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

/// The `id` of the item of a list that a path leads into, where it has one.
fn id_of_item(body: &[u8], path: &str) -> Option<String> {
    let index: usize = path.strip_prefix('[')?.split_once(']')?.0.parse().ok()?;
    let items: Vec<serde_json::Value> = serde_json::from_slice(body).ok()?;
    Some(items.get(index)?.get("id")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Debug, Deserialize)]
    struct Item {
        #[expect(dead_code, reason = "read only by serde")]
        id: String,
        #[expect(dead_code, reason = "read only by serde")]
        input: Option<Input>,
    }

    #[derive(Debug, Deserialize)]
    struct Input {
        #[expect(dead_code, reason = "read only by serde")]
        width: Option<i64>,
        #[expect(dead_code, reason = "read only by serde")]
        name: String,
    }

    fn key() -> Key {
        Key::new("ittybit_secret", "`api_key`").unwrap()
    }

    fn complaint(body: &str) -> String {
        let answer = Answer {
            body: body.into(),
            ..Answer::default()
        };
        let error = list::<Item>(answer, &key()).err().unwrap();
        assert_eq!(error.category(), Category::Decode);
        error.message().to_owned()
    }

    #[test]
    fn names_item_field_and_what_stands_there() {
        let complaint = complaint(
            r#"[{"id": "a", "input": {"name": "x"}},
                {"input": {"name": "y, {[\"", "width": "wide"}, "id": "task_2"}]"#,
        );
        assert!(complaint.contains("`[1].input.width` (id `task_2`)"), "{complaint}");
        assert!(complaint.contains(r#"string "wide", expected i64"#), "{complaint}");
        assert!(complaint.contains(r#"near …"#), "{complaint}");
    }

    #[test]
    fn names_the_object_that_lacks_a_field() {
        let complaint = complaint(r#"[{"id": "a"}, {"id": "b", "input": {"width": 1}}]"#);
        assert!(complaint.contains("`[1].input` (id `b`)"), "{complaint}");
        assert!(complaint.contains("missing field `name`"), "{complaint}");
    }

    #[test]
    fn tells_bodies_that_are_no_list_apart() {
        assert!(complaint(r#"{"id": "a"}"#).starts_with("a JSON object instead of an array"));
        assert!(complaint("null").starts_with("`null` instead of an array"));
        assert!(complaint(" \n").starts_with("no body"));
        assert!(complaint("<!doctype html><p>hi").starts_with("HTML or XML"));
        assert!(complaint(r#"[{"id": "a" "input"}]"#).starts_with("JSON that is broken at `[0].id`"));
        assert!(complaint("true").starts_with("JSON that does not fit: invalid type: boolean"));
    }

    #[test]
    fn excerpts_are_bounded() {
        let body = format!(r#"[{{"id": {}}}]"#, "[1,".repeat(100_000));
        assert!(complaint(&body).len() < 1000);
        let key = format!(r#"[{{"id": "{}", "input": 5}}]"#, "k".repeat(100_000));
        assert!(complaint(&key).len() < 1000);
        let value = format!(
            r#"[{{"id": "a", "input": {{"name": "x", "width": "{}"}}}}]"#,
            "é".repeat(100_000)
        );
        let complaint = complaint(&value);
        assert!(complaint.len() < 1500, "{complaint}");
        assert!(complaint.contains("`[0].input.width` (id `a`)"), "{complaint}");
        assert!(complaint.contains("ééé\", expected i64 at line 1"), "{complaint}");
    }

    #[test]
    fn excerpts_of_deep_json_are_bounded() {
        // Items that are kept as JSON may be nested as deep as a body is long.
        let answer = Answer {
            body: "[".repeat(100_000).into(),
            ..Answer::default()
        };
        let error = list::<Box<RawValue>>(answer, &key()).err().unwrap();
        assert!(error.message().len() < 1000, "{} bytes", error.message().len());
    }

    #[test]
    fn a_body_that_stops_early_is_cut_short() {
        let body = r#"[{"id": "a"}, {"id": "b"}]"#;
        for end in 1..body.len() {
            assert!(is_cut_short(&body.as_bytes()[..end]), "{}", &body[..end]);
        }
        assert!(!is_cut_short(body.as_bytes()));
        assert!(!is_cut_short(b" "));
        assert!(!is_cut_short(b"<html>"));
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = list::<Item>(Answer { body, ..Answer::default() }, &key());
        }

        #[test]
        fn nearly_json_does_not_panic(body in r#"[\[\]{}:,"\\idnputawh0-9 \né]{0,80}"#) {
            let _ = list::<Item>(Answer { body: body.into(), ..Answer::default() }, &key());
        }
    }
}
