//! Parameters as data, as the document describes them.
//!
//! Programs that read this at run time, such as a command line, need no code for any one parameter. A field
//! of a body is described in the same way.

use serde_json::value::RawValue;

use crate::bounds::{self, Bounds};
use crate::style::Style;
use crate::timestamp::Timestamp;

/// A parameter of an operation, as the API's document describes it.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::Parameter;
/// fn choices(parameter: &Parameter) -> Vec<&'static str> {
///     parameter.values.iter().map(|(value, _)| *value).collect()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// The name as it is sent. Where two parameters of an operation are sent under the same name,
    /// the name of the builder's method.
    pub name: &'static str,
    /// The name as it is sent, where that is not `name`.
    pub sent_as: Option<&'static str>,
    /// Where it is sent.
    pub location: Location,
    /// What a value is.
    pub kind: Kind,
    /// How it is written, where this does not follow from its location.
    #[doc(hidden)]
    pub style: Option<Style>,
    /// The media type of a part of a multipart body, where the document has one.
    pub media_type: Option<&'static str>,
    /// The description of the document, in CommonMark; empty where it has none.
    pub description: &'static str,
    /// Whether it is required.
    pub required: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether it takes any number of values.
    pub repeated: bool,
    /// The documented values, each with its description; empty where any is fine. The API may know
    /// more of them, so a builder takes others too.
    pub values: &'static [(&'static str, &'static str)],
    /// The default of the server.
    pub default: Option<&'static str>,
    /// The bounds as text, such as `from 1 to 100`; empty where there are none.
    pub bounds: &'static str,
    /// The bounds that are checked.
    #[doc(hidden)]
    pub checks: Bounds,
}

/// Where a parameter is sent.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::{Location, Operation};
/// fn in_the_path(operation: &Operation) -> usize {
///     let parameters = operation.parameters.iter();
///     parameters.filter(|parameter| parameter.location == Location::Path).count()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the path of the URL.
    Path,
    /// In the query of the URL.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
    /// As a field of the body.
    Body,
}

/// What a value of a parameter is, or of each of its values.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::{Kind, Parameter};
/// fn takes_a_number(parameter: &Parameter) -> bool {
///     matches!(parameter.kind, Kind::Integer | Kind::Number)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A time: Unix seconds or RFC 3339.
    Time,
    /// Anything else that is written as JSON.
    Json,
    /// The contents of a file.
    File,
}

impl Parameter {
    /// A parameter with defaults for all other fields, which generated code then sets.
    #[doc(hidden)]
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            sent_as: None,
            location: Location::Query,
            kind: Kind::Text,
            style: None,
            media_type: None,
            description,
            required: false,
            deprecated: false,
            repeated: false,
            values: &[],
            default: None,
            bounds: "",
            checks: Bounds::NONE,
        }
    }

    /// The name as it is sent.
    pub(crate) fn wire_name(&self) -> &'static str {
        self.sent_as.unwrap_or(self.name)
    }

    /// Parses a value from text, as JSON: one text, or any number of them for a list. It is within the
    /// documented bounds.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Parameter;
    /// fn is_fine(parameter: &Parameter, text: &str) -> bool {
    ///     parameter.parse(&[text]).is_ok()
    /// }
    /// ```
    ///
    /// # Errors
    /// Why the text is not a value of this parameter, to be read after its name.
    pub fn parse<T: AsRef<str>>(&self, texts: &[T]) -> Result<Box<RawValue>, String> {
        let json = match (self.repeated, texts) {
            (false, [text]) => self.json(text.as_ref())?,
            (false, texts) => return Err(format!("takes one value, and got {}", texts.len())),
            (true, texts) => {
                let items = texts.iter().enumerate().map(|(index, text)| {
                    let item = self.json(text.as_ref());
                    item.map_err(|reason| format!("item {} {reason}", index + 1))
                });
                let items = items.collect::<Result<Vec<_>, _>>()?;
                format!("[{}]", items.join(","))
            }
        };
        let json = RawValue::from_string(json).map_err(|error| error.to_string())?;
        self.checked(json)
    }

    /// A value that the document allows.
    pub(crate) fn checked(&self, json: Box<RawValue>) -> Result<Box<RawValue>, String> {
        bounds::check(json.get(), &self.checks)?;
        if self.location == Location::Path && self.style.is_none() {
            let text = serde_json::from_str::<String>(json.get());
            bounds::path_segment(text.as_deref().unwrap_or(json.get()))?;
        }
        Ok(json)
    }

    /// One value as JSON.
    fn json(&self, text: &str) -> Result<String, String> {
        let quoted = || serde_json::Value::from(text).to_string();
        // Of any size, beyond the integer types of Rust.
        let is_number = || {
            let json = serde_json::from_str::<&RawValue>(text);
            json.is_ok_and(|json| json.get() == text)
                && text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        };
        let (json, what) = match self.kind {
            Kind::Text => (Some(quoted()), "a text"),
            Kind::Integer => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && is_number();
                (whole.then(|| text.to_owned()), "a whole number")
            }
            Kind::Number => (is_number().then(|| text.to_owned()), "a number"),
            Kind::Boolean => (
                matches!(text, "true" | "false").then(|| text.to_owned()),
                "`true` or `false`",
            ),
            Kind::Time => {
                let time = text.parse::<Timestamp>().map(|time| time.unix_seconds().to_string());
                let seconds = text.parse::<i64>().map(|_| text.to_owned());
                (time.ok().or(seconds.ok()), "a time, such as 2026-01-31T12:00:00Z")
            }
            Kind::Json => match serde_json::from_str::<&RawValue>(text) {
                Ok(_) => (Some(text.to_owned()), ""),
                Err(error) => return Err(format!("must be JSON, with a text in quotes: {error}")),
            },
            Kind::File => (None, "a file"),
        };
        json.ok_or_else(|| {
            let demand = match self.bounds {
                bounds if bounds.is_empty() || self.repeated => what,
                bounds => bounds,
            };
            format!("must be {demand}, but is {text:?}")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Bound::{Included, Unbounded};

    use super::*;

    fn parsed(parameter: Parameter, texts: &[&str]) -> Result<String, String> {
        parameter.parse(texts).map(|json| json.get().to_owned())
    }

    fn of(kind: Kind) -> Parameter {
        Parameter {
            kind,
            ..Parameter::new("it", "")
        }
    }

    #[test]
    fn values_are_read_as_their_kind() {
        for (kind, text, json) in [
            (Kind::Text, "a \"b\"", r#""a \"b\"""#),
            (Kind::Integer, "-12345678901234567890123", "-12345678901234567890123"),
            (Kind::Number, "1e400", "1e400"),
            (Kind::Boolean, "true", "true"),
            (Kind::Time, "2025-01-01T00:00:00Z", "1735689600"),
            (Kind::Time, "1735689600", "1735689600"),
            (Kind::Json, r#"{"a":[1.50]}"#, r#"{"a":[1.50]}"#),
        ] {
            assert_eq!(parsed(of(kind), &[text]), Ok(json.to_owned()), "{kind:?}");
        }
        for (kind, text, reason) in [
            (Kind::Integer, "1.5", r#"must be a whole number, but is "1.5""#),
            (Kind::Integer, "", r#"must be a whole number, but is """#),
            (Kind::Integer, "0x1f", r#"must be a whole number, but is "0x1f""#),
            (Kind::Number, "NaN", r#"must be a number, but is "NaN""#),
            (Kind::Boolean, "yes", r#"must be `true` or `false`, but is "yes""#),
            (
                Kind::Time,
                "soon",
                r#"must be a time, such as 2026-01-31T12:00:00Z, but is "soon""#,
            ),
            (
                Kind::Json,
                "{",
                "must be JSON, with a text in quotes: EOF while parsing an object at line 1 column 1",
            ),
        ] {
            assert_eq!(parsed(of(kind), &[text]), Err(reason.to_owned()), "{kind:?}");
        }
    }

    #[test]
    fn lists_take_any_number_of_values() {
        let list = Parameter {
            repeated: true,
            ..of(Kind::Integer)
        };
        assert_eq!(parsed(list, &["1", "2"]), Ok("[1,2]".to_owned()));
        assert_eq!(parsed(list, &[]), Ok("[]".to_owned()));
        assert_eq!(
            parsed(list, &["1", "x"]),
            Err("item 2 must be a whole number, but is \"x\"".to_owned())
        );
        assert_eq!(
            parsed(of(Kind::Text), &["a", "b"]),
            Err("takes one value, and got 2".to_owned())
        );
    }

    #[test]
    fn what_the_document_demands_is_checked() {
        let limit = Parameter {
            bounds: "from 1 to 100",
            checks: Bounds {
                minimum: Included(1.0),
                maximum: Included(100.0),
                ..Bounds::NONE
            },
            ..of(Kind::Integer)
        };
        assert_eq!(parsed(limit, &["100"]), Ok("100".to_owned()));
        assert_eq!(
            parsed(limit, &["101"]),
            Err("must be at least 1 and at most 100, but is 101".to_owned())
        );
        assert_eq!(
            parsed(limit, &["ten"]),
            Err("must be from 1 to 100, but is \"ten\"".to_owned())
        );
        const SHORT: Bounds = Bounds {
            length: (1, 3),
            ..Bounds::NONE
        };
        let names = Parameter {
            repeated: true,
            checks: Bounds {
                items: (0, 2),
                unique: true,
                each: Some(&SHORT),
                minimum: Unbounded,
                ..Bounds::NONE
            },
            ..of(Kind::Text)
        };
        assert_eq!(parsed(names, &["äöü", "b"]), Ok("[\"äöü\",\"b\"]".to_owned()));
        assert_eq!(
            parsed(names, &["a", "long"]),
            Err("item 2 must have from 1 to 3 characters, but has 4".to_owned())
        );
        assert_eq!(
            parsed(names, &["a", "b", "c"]),
            Err("must have at most 2 items, but has 3".to_owned())
        );
        assert_eq!(
            parsed(names, &["a", "a"]),
            Err("must not have an item twice, but item 2 is item 1 again".to_owned())
        );
    }
}
