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
    written.extend(parts.next().map(|part| utf8_percent_encode(part, set).to_string()));
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
                        parts.iter().map(|part| matrix(&name, part)).collect()
                    }
                    (Value::Object(_), true) => {
                        let parts = self.parts(&value, explode)?;
                        parts.iter().map(|part| format!(";{part}")).collect()
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
            (Value::List(_), true) => parts.iter().map(|part| format!("{name}={part}")).collect(),
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
            Value::List(items) => items.iter().map(|item| self.scalar(item)).collect(),
            Value::Object(properties) => {
                let mut parts = Vec::new();
                for (name, value) in properties {
                    let (name, value) = (self.write(name), self.scalar(value)?);
                    match explode {
                        true => parts.push(format!("{name}={value}")),
                        false => parts.extend([name, value]),
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
            let texts = items.iter().map(|item| match item {
                Value::Text(text) => Ok(plain(text).replace(',', "%2C")),
                _ => Err("has a value within a list, for which a path has no form".to_owned()),
            });
            texts.collect::<Result<Vec<_>, _>>()?.join(",")
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
