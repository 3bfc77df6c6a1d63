//! Items: JSON as the server sent it, and the fields in it.

use std::collections::HashMap;

use ittybit_runtime::Timestamp;
use ittybit_runtime::generated::Members;
use serde_json::value::RawValue;

/// An item as the server sent it.
pub type Item = Box<RawValue>;

/// The requested fields of an item, by their paths, such as `input.url`.
pub struct Fields<'a>(HashMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Reads those of `paths` that are there.
    pub fn read(item: &'a RawValue, paths: &[String]) -> Self {
        let mut fields = Self(HashMap::new());
        fields.read_within(item, "", paths);
        fields
    }

    /// Goes no deeper than the paths do, however deep the item is.
    fn read_within(&mut self, object: &'a RawValue, prefix: &str, paths: &[String]) {
        let members: Members = serde_json::from_str(object.get()).unwrap_or_default();
        for (name, value) in members.0 {
            let path = format!("{prefix}{name}");
            let within = format!("{path}.");
            if paths.iter().any(|wanted| wanted.starts_with(&within)) {
                self.read_within(value, &within, paths);
            }
            if paths.contains(&path) {
                self.0.insert(path, value);
            }
        }
    }

    /// A field as text: a string without its quotes, anything else as JSON. Nothing if it is null.
    pub fn text(&self, path: &str) -> Option<String> {
        let json = self.0.get(path)?.get();
        match serde_json::from_str::<String>(json) {
            Ok(text) => Some(text),
            Err(_) if json == "null" => None,
            Err(_) => Some(one_line(json)),
        }
    }

    /// A field as a time, if it is one.
    pub fn time(&self, path: &str) -> Option<Timestamp> {
        serde_json::from_str(self.0.get(path)?.get()).ok()
    }
}

/// JSON without line ends, which are only between its tokens.
pub fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(json: &str, paths: &[&str]) -> Vec<Option<String>> {
        let item: Box<RawValue> = serde_json::from_str(json).unwrap();
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let fields = Fields::read(&item, &paths);
        paths.iter().map(|path| fields.text(path)).collect()
    }

    #[test]
    fn fields_are_found_at_any_depth() {
        let json = r#"{"id":"a\"b","n":1.50,"big":1e400,"in":{"x":{"y":true}},"list":[1,
            2],"none":null}"#;
        let found = texts(
            json,
            &[
                "id",
                "n",
                "big",
                "in.x.y",
                "in.x",
                "list",
                "none",
                "missing",
                "id.deeper",
            ],
        );
        let expected = ["a\"b", "1.50", "1e400", "true", r#"{"y":true}"#, "[1,            2]"];
        let expected = expected
            .iter()
            .map(|text| Some((*text).to_owned()))
            .chain([None, None, None]);
        assert_eq!(found, expected.collect::<Vec<_>>());
    }

    #[test]
    fn depth_is_harmless() {
        let depth = 200_000;
        let json = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert_eq!(texts(&json, &["a.a.b"]), [None]);
        assert_eq!(texts("[1]", &["a"]), [None]);
    }

    #[test]
    fn times_are_numbers() {
        let item: Box<RawValue> = serde_json::from_str(r#"{"at":1735689600,"text":"soon"}"#).unwrap();
        let fields = Fields::read(&item, &["at".to_owned(), "text".to_owned()]);
        assert_eq!(fields.time("at"), Some(Timestamp::from_unix_seconds(1_735_689_600)));
        assert_eq!(fields.time("text"), None);
    }
}
