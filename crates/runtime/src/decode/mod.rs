//! Reading the JSON of a response.
//!
//! What fits is read in one go. Only where that fails is the body read once more, part by part: an
//! optional field that does not fit is left out ([`lenient`]), an item without a typed form fails alone.

mod item;
mod lenient;
mod malformed;
mod misfits;
mod position;

use serde::de::{self, DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

pub use self::item::text_of;
pub(crate) use self::item::{FailedItem, List};
pub use self::lenient::{extra, nullable};
pub use self::malformed::Malformed;
pub(crate) use self::misfits::Misfits;
use crate::received::Received;

/// Reads one value.
pub(crate) fn value<T: DeserializeOwned>(received: &Received) -> Result<(T, Misfits), Malformed> {
    let mut misfits = Misfits::default();
    let error = match parsed(&received.body) {
        Ok(value) => return Ok((value, misfits)),
        Err(error) => error,
    };
    let Some((body, json)) = split::<&RawValue>(received) else {
        return Err(Malformed::json(received, &error));
    };
    match lenient::read(json.get()) {
        Ok((value, offsets)) => {
            misfits.add(json.get(), &offsets, "");
            Ok((value, misfits))
        }
        Err(refused) => {
            let start = position::within(body, json.get());
            let id = item::id_at(body, start + refused.offset());
            Err(Malformed::refused(&received.body, start, &refused, "", id))
        }
    }
}

/// Reads text. A byte order mark is no part of it.
pub(crate) fn text(received: &Received) -> Result<String, Malformed> {
    match std::str::from_utf8(&received.body) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
        Err(error) => Err(Malformed::text(received, error)),
    }
}

/// Reads a value without the optional fields that do not fit.
pub(crate) fn leniently<T: DeserializeOwned>(value: &serde_json::Value) -> Option<T> {
    Some(lenient::read(&value.to_string()).ok()?.0)
}

/// Reads a list, which is a bare JSON array. `cursor` is the property of an item that is its cursor.
pub(crate) fn list<T: DeserializeOwned>(received: &Received, cursor: &str) -> Result<List<T>, Malformed> {
    match received.body.trim_ascii_start().first() {
        Some(b'{') => return Err(Malformed::no_list("a JSON object")),
        Some(b'n') if received.body.trim_ascii() == b"null" => return Err(Malformed::no_list("`null`")),
        _ => {}
    }
    let error = match parsed(&received.body) {
        Ok(items) => {
            return Ok(List {
                items,
                failed: Vec::new(),
                misfits: Misfits::default(),
            });
        }
        Err(error) => error,
    };
    match split::<Vec<&RawValue>>(received) {
        Some((body, items)) => Ok(List::of(body, &items, cursor)),
        None => Err(Malformed::json(received, &error)),
    }
}

/// Reads JSON. It is text first, because a type that is read from bytes as well is compiled twice.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_str(std::str::from_utf8(body).map_err(de::Error::custom)?)
}

/// The text of a body, and its parts; `None` where it is no JSON of this form.
fn split<'a, P: serde::Deserialize<'a>>(received: &'a Received) -> Option<(&'a str, P)> {
    let body = std::str::from_utf8(&received.body).ok()?;
    Some((body, serde_json::from_str(body).ok()?))
}

/// Whether there is nothing to read in a body.
pub(crate) fn is_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}

/// Whether a body ends in the middle of its JSON.
pub(crate) fn is_cut_short(body: &[u8]) -> bool {
    // The end may be within a character.
    let text = String::from_utf8_lossy(body);
    !is_empty(body) && serde_json::from_str::<IgnoredAny>(&text).is_err_and(|error| error.is_eof())
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

    fn received(body: impl Into<Vec<u8>>) -> Received {
        Received {
            body: body.into(),
            ..Received::default()
        }
    }

    fn complaint(body: &str) -> String {
        let received = received(body);
        message::<Item>(&received).unwrap()
    }

    /// What a page that has all its items or none says is wrong.
    fn message<T: DeserializeOwned>(received: &Received) -> Option<String> {
        let malformed = match list::<T>(received, "id") {
            Ok(list) => list.failed.first()?.in_body(received),
            Err(malformed) => malformed,
        };
        Some(malformed.message(received))
    }

    #[test]
    fn a_message_names_the_item_the_field_and_its_value() {
        let complaint = complaint(
            r#"[{"id": "a", "input": {"name": "x"}},
                {"input": {"name": "y, {[\"", "width": "wide"}, "id": "item_2"}]"#,
        );
        assert!(complaint.contains("`[1].input.width` (id `item_2`)"), "{complaint}");
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
    fn each_body_that_is_no_list_has_a_message_of_its_own() {
        assert!(complaint(r#"{"id": "a"}"#).starts_with("a JSON object instead of an array"));
        assert!(complaint("null").starts_with("`null` instead of an array"));
        assert!(complaint(" \n").starts_with("empty body"));
        assert!(complaint("<!doctype html><p>hi").starts_with("HTML or XML"));
        assert!(complaint(r#"[{"id": "a" "input"}]"#).starts_with("malformed JSON at `[0].id`"));
        assert!(complaint("true").starts_with("JSON that does not match its type: invalid type: boolean"));
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
        let received = received("[".repeat(100_000));
        let message = message::<Box<RawValue>>(&received).unwrap();
        assert!(message.len() < 1000, "{} bytes", message.len());
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
            let received = received(body);
            let _ = message::<Item>(&received);
        }

        #[test]
        fn nearly_json_does_not_panic(body in r#"[\[\]{}:,"\\idnputawh0-9 \né]{0,80}"#) {
            let received = received(body);
            let _ = message::<Item>(&received);
        }
    }
}
