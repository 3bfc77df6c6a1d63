//! Reading the JSON of a response.

mod malformed;

use serde::de::{DeserializeOwned, IgnoredAny};

pub(crate) use self::malformed::Malformed;
use crate::received::Received;

/// Reads one value.
pub(crate) fn value<T: DeserializeOwned>(received: &Received) -> Result<T, Malformed> {
    serde_json::from_slice(&received.body).map_err(|error| Malformed::json(received, &error))
}

/// Reads a list, which is a bare JSON array.
pub(crate) fn list<T: DeserializeOwned>(received: &Received) -> Result<Vec<T>, Malformed> {
    match received.body.trim_ascii_start().first() {
        Some(b'{') => Err(Malformed::no_list("a JSON object")),
        Some(b'n') if received.body.trim_ascii() == b"null" => Err(Malformed::no_list("`null`")),
        _ => value(received),
    }
}

/// Whether a body ends in the middle of its JSON.
pub(crate) fn is_cut_short(body: &[u8]) -> bool {
    !body.trim_ascii().is_empty() && serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof())
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
        list::<Item>(&received).err().unwrap().message(&received)
    }

    #[test]
    fn names_item_field_and_what_stands_there() {
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
        let received = received("[".repeat(100_000));
        let message = list::<Box<RawValue>>(&received).err().unwrap().message(&received);
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
            let _ = list::<Item>(&received).map_err(|malformed| malformed.message(&received));
        }

        #[test]
        fn nearly_json_does_not_panic(body in r#"[\[\]{}:,"\\idnputawh0-9 \né]{0,80}"#) {
            let received = received(body);
            let _ = list::<Item>(&received).map_err(|malformed| malformed.message(&received));
        }
    }
}
