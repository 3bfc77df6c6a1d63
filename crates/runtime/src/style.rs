//! How a value is written outside of JSON: the styles of OpenAPI's parameters.
//!
//! The forms are those of the table "Style Examples" in OpenAPI 3.0.3. What the table leaves open is
//! decided here:
//! - A list or an object that is empty, and a property that is null, is left out.
//! - `deepObject` takes values of any depth: `a[b][c]=1`. An item of a list is named by its number,
//!   `a[b][0]=1`. Stripe, PHP and Node's `qs` read that, and unlike `a[b][]=1` it says which properties of
//!   a list of objects belong together.
//! - `spaceDelimited` and `pipeDelimited` with `explode` are the same as `form`.
//! - The other styles have no form for a list or an object within another, which is refused.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use crate::number;

/// How a parameter, or a property of a form, is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The form of the whole.
    pub form: Form,
    /// Whether each item or property has a name of its own.
    pub explode: bool,
    /// Whether characters that have a meaning in a URL are written as they are.
    pub reserved: bool,
}

/// The styles of OpenAPI, and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `1,2`
    Simple,
    /// `.1.2`
    Label,
    /// `;name=1,2`
    Matrix,
    /// `name=1,2`
    Form,
    /// `name=1%202`
    SpaceDelimited,
    /// `name=1|2`
    PipeDelimited,
    /// `name[a]=1&name[b]=2`
    DeepObject,
    /// JSON in one piece, for a parameter whose `content` is `application/json`.
    Json,
}

impl Style {
    /// A style that encodes reserved characters.
    pub const fn new(form: Form, explode: bool) -> Self {
        Self {
            form,
            explode,
            reserved: false,
        }
    }

    /// Leaves reserved characters as they are (RFC 6570, section 3.2.3): `:/?#[]@!$&'()*+,;=`, and what is
    /// percent-encoded already.
    pub const fn allow_reserved(mut self) -> Self {
        self.reserved = true;
        self
    }
}

/// The place that a text is written to, which says what is encoded there and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A value in a path that is one segment, or a part of one.
    Path,
    /// A query or a form: a blank is `+`.
    Query,
    /// Nothing is encoded.
    Header,
    Cookie,
}

/// What has to be encoded in a segment of a path, beside what every URL encodes.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// All but the unreserved characters of RFC 3986.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// All but the unreserved and the reserved characters of RFC 3986.
const RESERVED: &AsciiSet = &STRICT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// The end of a path is no value's to set.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.add(b'?').add(b'#');

impl Place {
    /// The text as it is written here.
    pub(crate) fn write(self, text: &str, reserved: bool) -> String {
        match self {
            Self::Header => text.to_owned(),
            Self::Path if reserved => kept(text, RESERVED_IN_PATH),
            Self::Query | Self::Cookie if reserved => kept(text, RESERVED),
            Self::Query => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            Self::Path | Self::Cookie => utf8_percent_encode(text, STRICT).to_string(),
        }
    }
}

/// Encodes a text, but for what is percent-encoded already.
fn kept(text: &str, set: &'static AsciiSet) -> String {
    let mut written = String::with_capacity(text.len());
    let mut parts = text.split('%');
    written.extend(utf8_percent_encode(parts.next().unwrap_or_default(), set));
    for part in parts {
        let encoded = part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        written += if encoded { "%" } else { "%25" };
        written.extend(utf8_percent_encode(part, set));
    }
    written
}

/// A value in one of OpenAPI's styles, without its place in a request.
pub(crate) struct Styled<'a> {
    pub(crate) name: &'a str,
    pub(crate) style: Style,
    pub(crate) place: Place,
}

impl Styled<'_> {
    /// The value for a place that has its name elsewhere: a path or a header.
    pub(crate) fn text(&self, json: &str) -> Result<String, String> {
        let Style { form, explode, .. } = self.style;
        if form == Form::Json {
            return Ok(self.write(json));
        }
        let value = parse(json)?;
        match form {
            Form::Label => Ok(match self.parts(&value, explode)? {
                parts if parts.is_empty() => String::new(),
                parts => format!(".{}", parts.join(".")),
            }),
            Form::Matrix => {
                let name = self.write(self.name);
                Ok(match (&value, explode) {
                    (Value::List(_), true) => {
                        let parts = self.parts(&value, explode)?;
                        each(&parts, &|part| matrix(&name, part)).concat()
                    }
                    (Value::Object(_), true) => {
                        let parts = self.parts(&value, explode)?;
                        each(&parts, &|part| format!(";{part}")).concat()
                    }
                    _ => match self.parts(&value, false)? {
                        parts if parts.is_empty() => String::new(),
                        parts => matrix(&name, &parts.join(",")),
                    },
                })
            }
            _ => Ok(self.parts(&value, explode)?.join(",")),
        }
    }

    /// The value for a place that takes pairs, a query, a form or cookies: each with its name.
    pub(crate) fn pairs(&self, json: &str) -> Result<Vec<String>, String> {
        let Style { form, explode, .. } = self.style;
        let name = self.write(self.name);
        if form == Form::Json {
            return Ok(vec![format!("{name}={}", self.write(json))]);
        }
        let value = parse(json)?;
        if form == Form::DeepObject {
            let mut pairs = Vec::new();
            self.deep(name, &value, &mut pairs)?;
            return Ok(pairs);
        }
        let delimiter = match form {
            Form::SpaceDelimited => "%20",
            Form::PipeDelimited => "|",
            _ => ",",
        };
        let parts = self.parts(&value, explode)?;
        Ok(match (&value, explode) {
            (Value::Object(_), true) => parts,
            (Value::List(_), true) => each(&parts, &|part| format!("{name}={part}")),
            _ if parts.is_empty() => parts,
            _ => vec![format!("{name}={}", parts.join(delimiter))],
        })
    }

    fn write(&self, text: &str) -> String {
        self.place.write(text, self.style.reserved)
    }

    /// The texts that a value consists of. Properties are `name=value` where they are exploded, and two
    /// texts each where they are not.
    fn parts(&self, value: &Value, explode: bool) -> Result<Vec<String>, String> {
        match value {
            Value::List(items) => {
                let mut parts = Vec::new();
                for item in items {
                    parts.push(self.scalar(item)?);
                }
                Ok(parts)
            }
            Value::Object(properties) => {
                let mut parts = Vec::new();
                for (name, value) in properties {
                    let (name, value) = (self.write(name), self.scalar(value)?);
                    match explode {
                        true => parts.push(format!("{name}={value}")),
                        false => {
                            parts.push(name);
                            parts.push(value);
                        }
                    }
                }
                Ok(parts)
            }
            scalar => Ok(vec![self.scalar(scalar)?]),
        }
    }

    fn scalar(&self, value: &Value) -> Result<String, String> {
        match value {
            Value::Text(text) => Ok(self.write(text)),
            Value::Null => Err("null cannot be written as text".to_owned()),
            Value::List(_) | Value::Object(_) => {
                let what = if let Value::List(_) = value {
                    "a list"
                } else {
                    "an object"
                };
                Err(format!(
                    "has {what} within another value, for which this parameter has no form"
                ))
            }
        }
    }

    fn deep(&self, name: String, value: &Value, pairs: &mut Vec<String>) -> Result<(), String> {
        match value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.deep(format!("{name}[{index}]"), item, pairs)?;
                }
            }
            Value::Object(properties) => {
                for (property, value) in properties {
                    self.deep(format!("{name}[{}]", self.write(property)), value, pairs)?;
                }
            }
            scalar => pairs.push(format!("{name}={}", self.scalar(scalar)?)),
        }
        Ok(())
    }
}

/// A parameter of a path in the default style, as it was always written: only what cannot be in a segment
/// is encoded, and of a list the commas of its items.
pub(crate) fn segment(json: &str) -> Result<String, String> {
    let plain = |text: &str| utf8_percent_encode(text, SEGMENT).to_string();
    Ok(match parse(json)? {
        Value::Text(text) => plain(&text),
        Value::List(items) => {
            let mut texts = Vec::new();
            for item in items {
                let Value::Text(text) = item else {
                    return Err("has a value within a list, for which a path has no form".to_owned());
                };
                texts.push(plain(&text).replace(',', "%2C"));
            }
            texts.join(",")
        }
        Value::Null => return Err("null cannot be written as text".to_owned()),
        Value::Object(_) => {
            let styled = Styled {
                name: "",
                style: Style::new(Form::Simple, false),
                place: Place::Path,
            };
            styled.text(json)?
        }
    })
}

fn each(parts: &[String], text: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut texts = Vec::with_capacity(parts.len());
    for part in parts {
        texts.push(text(part));
    }
    texts
}

fn matrix(name: &str, value: &str) -> String {
    match value {
        "" => format!(";{name}"),
        value => format!(";{name}={value}"),
    }
}

/// The value of JSON text.
pub(crate) fn parse(json: &str) -> Result<Value, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// A value as it is written outside of JSON, where numbers and texts are the same. Properties keep their
/// order; those that are null, and items that are, are left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;

        impl<'de> Visitor<'de> for AnyValue {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Text(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Text(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Text(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                // JSON has no number that is none.
                let number = Number::from_f64(value).map(|number| number::text(&number));
                Ok(Value::Text(number.unwrap_or_else(|| value.to_string())))
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    if item != Value::Null {
                        list.push(item);
                    }
                }
                Ok(Value::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Value, A::Error> {
                let mut object = Vec::new();
                while let Some((name, value)) = properties.next_entry()? {
                    if value != Value::Null {
                        object.push((name, value));
                    }
                }
                Ok(Value::Object(object))
            }
        }

        deserializer.deserialize_any(AnyValue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    const EMPTY: &str = r#""""#;
    const TEXT: &str = r#""blue""#;
    const LIST: &str = r#"["blue", "black", "brown"]"#;
    const OBJECT: &str = r#"{"R": 100, "G": 200, "B": 150}"#;

    fn styled(form: Form, explode: bool, place: Place) -> Styled<'static> {
        Styled {
            name: "color",
            style: Style::new(form, explode),
            place,
        }
    }

    fn pairs(form: Form, explode: bool, json: &str) -> String {
        styled(form, explode, Place::Query).pairs(json).unwrap().join("&")
    }

    /// The table "Style Examples" of OpenAPI 3.0.3.
    #[test]
    fn the_table_of_the_specification() {
        let in_path = [
            (
                Form::Matrix,
                false,
                [
                    ";color",
                    ";color=blue",
                    ";color=blue,black,brown",
                    ";color=R,100,G,200,B,150",
                ],
            ),
            (
                Form::Matrix,
                true,
                [
                    ";color",
                    ";color=blue",
                    ";color=blue;color=black;color=brown",
                    ";R=100;G=200;B=150",
                ],
            ),
            (
                Form::Label,
                false,
                [".", ".blue", ".blue.black.brown", ".R.100.G.200.B.150"],
            ),
            (
                Form::Label,
                true,
                [".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"],
            ),
            (
                Form::Simple,
                false,
                ["", "blue", "blue,black,brown", "R,100,G,200,B,150"],
            ),
            (
                Form::Simple,
                true,
                ["", "blue", "blue,black,brown", "R=100,G=200,B=150"],
            ),
        ];
        for (form, explode, expected) in in_path {
            for place in [Place::Path, Place::Header] {
                let written = [EMPTY, TEXT, LIST, OBJECT].map(|json| styled(form, explode, place).text(json).unwrap());
                assert_eq!(written, expected, "{form:?} {explode} {place:?}");
            }
        }
        let in_query = [
            (
                Form::Form,
                false,
                [
                    "color=",
                    "color=blue",
                    "color=blue,black,brown",
                    "color=R,100,G,200,B,150",
                ],
            ),
            (
                Form::Form,
                true,
                [
                    "color=",
                    "color=blue",
                    "color=blue&color=black&color=brown",
                    "R=100&G=200&B=150",
                ],
            ),
        ];
        for (form, explode, expected) in in_query {
            let written = [EMPTY, TEXT, LIST, OBJECT].map(|json| pairs(form, explode, json));
            assert_eq!(written, expected, "{form:?} {explode}");
        }
        assert_eq!(pairs(Form::SpaceDelimited, false, LIST), "color=blue%20black%20brown");
        assert_eq!(
            pairs(Form::SpaceDelimited, false, OBJECT),
            "color=R%20100%20G%20200%20B%20150"
        );
        assert_eq!(pairs(Form::PipeDelimited, false, LIST), "color=blue|black|brown");
        assert_eq!(pairs(Form::PipeDelimited, false, OBJECT), "color=R|100|G|200|B|150");
        assert_eq!(
            pairs(Form::DeepObject, true, OBJECT),
            "color[R]=100&color[G]=200&color[B]=150"
        );
    }

    #[test]
    fn what_the_table_leaves_open() {
        assert_eq!(pairs(Form::DeepObject, true, TEXT), "color=blue");
        let nested = r#"{"a": {"b": [{"c d": 1.0, "e": null}, {"c d": true}]}, "f": []}"#;
        assert_eq!(
            pairs(Form::DeepObject, true, nested),
            "color[a][b][0][c+d]=1&color[a][b][1][c+d]=true"
        );
        for form in [Form::SpaceDelimited, Form::PipeDelimited] {
            assert_eq!(pairs(form, true, LIST), pairs(Form::Form, true, LIST));
            assert_eq!(pairs(form, true, OBJECT), pairs(Form::Form, true, OBJECT));
        }
        for form in [Form::Form, Form::SpaceDelimited, Form::PipeDelimited, Form::DeepObject] {
            assert_eq!(pairs(form, false, "[]"), "", "{form:?}");
            assert_eq!(pairs(form, true, "{}"), "", "{form:?}");
        }
        for form in [Form::Label, Form::Matrix, Form::Simple] {
            assert_eq!(styled(form, false, Place::Path).text("[]").unwrap(), "", "{form:?}");
        }
        assert_eq!(
            pairs(Form::Json, false, r#"{"a":[1]}"#),
            "color=%7B%22a%22%3A%5B1%5D%7D"
        );
        let refused = styled(Form::Form, true, Place::Query).pairs("[[1]]").unwrap_err();
        assert_eq!(
            refused,
            "has a list within another value, for which this parameter has no form"
        );
        assert!(styled(Form::Form, true, Place::Query).pairs("null").is_err());
    }

    #[test]
    fn delimiters_within_values_are_encoded() {
        let list = r#"["a,b", "c|d e", "f;g=h"]"#;
        assert_eq!(pairs(Form::Form, false, list), "color=a%2Cb,c%7Cd+e,f%3Bg%3Dh");
        let matrix = styled(Form::Matrix, true, Place::Path).text(list).unwrap();
        assert_eq!(matrix, ";color=a%2Cb;color=c%7Cd%20e;color=f%3Bg%3Dh");
        assert_eq!(segment(r#"["a,b", "c/d"]"#).unwrap(), "a%2Cb,c%2Fd");
    }

    #[test]
    fn reserved_characters_stay_where_that_is_allowed() {
        let json = r#""/:?#[]@!$&'()*+,;= %41%é""#;
        let allowed = |place| Styled {
            name: "n",
            style: Style::new(Form::Simple, false).allow_reserved(),
            place,
        };
        assert_eq!(
            allowed(Place::Query).pairs(json).unwrap(),
            ["n=/:?#[]@!$&'()*+,;=%20%41%25%C3%A9"]
        );
        assert_eq!(
            allowed(Place::Path).text(json).unwrap(),
            "/:%3F%23[]@!$&'()*+,;=%20%41%25%C3%A9"
        );
    }

    proptest! {
        #[test]
        fn encoded_texts_decode_to_themselves(text in any::<String>(), name in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            for written in [segment(&json).unwrap(), styled(Form::Simple, false, Place::Path).text(&json).unwrap()] {
                prop_assert!(!written.contains(['/', '?', '#', ' ']));
                prop_assert_eq!(percent_decode_str(&written).decode_utf8().unwrap(), text.as_str());
            }
            let style = Style::new(Form::Form, true);
            let pairs = Styled { name: &name, style, place: Place::Query }.pairs(&json).unwrap();
            let read: Vec<_> = form_urlencoded::parse(pairs[0].as_bytes()).into_owned().collect();
            prop_assert_eq!(read, [(name.clone(), text.clone())]);
            let cookies = Styled { name: &name, style, place: Place::Cookie }.pairs(&json).unwrap();
            let (first, second) = cookies[0].split_once('=').unwrap();
            prop_assert_eq!(percent_decode_str(first).decode_utf8().unwrap(), name.as_str());
            prop_assert_eq!(percent_decode_str(second).decode_utf8().unwrap(), text.as_str());
        }

        #[test]
        fn lists_split_into_what_they_were_made_of(texts in proptest::collection::vec(any::<String>(), 1..5)) {
            let json = serde_json::to_string(&texts).unwrap();
            for (form, delimiter) in [(Form::Form, ","), (Form::SpaceDelimited, "%20"), (Form::PipeDelimited, "|")] {
                let pairs = styled(form, false, Place::Query).pairs(&json).unwrap();
                let (_, value) = pairs[0].split_once('=').unwrap();
                let read: Vec<String> = value
                    .split(delimiter)
                    .map(|part| percent_decode_str(&part.replace('+', " ")).decode_utf8().unwrap().into_owned())
                    .collect();
                prop_assert_eq!(&read, &texts);
            }
        }

        #[test]
        fn nothing_panics(json in r#"[\[\]{}:,"%a-z0-9 é]{0,40}"#) {
            let _ = segment(&json);
            for form in [Form::Simple, Form::Label, Form::Matrix, Form::Form, Form::DeepObject, Form::Json] {
                let mut styled = styled(form, true, Place::Query);
                styled.style = styled.style.allow_reserved();
                let _ = (styled.text(&json), styled.pairs(&json));
            }
        }
    }
}
