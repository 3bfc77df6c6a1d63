//! The body of a request: read by its content type, and checked against the document.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use serde_json::Value;

use crate::check;
use crate::contract::{Contract, Media, Operation, is_json};
use crate::id::property;
use crate::multipart;
use crate::parameter::fields;
use crate::percent;
use crate::problem::Problem;
use crate::schema::{Direction, below};
use crate::value::Shape;
use crate::wording::{one_of, shown};

/// A body that is as documented.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Its value, where it has one: JSON, a form, or a text.
    pub(crate) value: Option<Value>,
    /// A file, with its media type: the body itself, or the first file of a form.
    pub(crate) file: Option<(String, Vec<u8>)>,
    /// The media type of the body.
    pub(crate) media: String,
}

/// # Errors
/// What is wrong with the body, or with its content type.
pub(crate) fn read(
    contract: &Contract,
    operation: &Operation,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Sent, Problem> {
    let Some(documented) = &operation.body else {
        return Ok(Sent::default());
    };
    let content_type = headers
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    if body.is_empty() && (content_type.is_none() || !documented.required) {
        return match documented.required {
            true => Err(Problem::invalid(
                "body",
                format!("The body is missing. Send {}.", names(&documented.media)),
            )),
            false => Ok(Sent::default()),
        };
    }
    let content_type = content_type.unwrap_or_default();
    let name = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let media = match name.is_empty() {
        // Without a content type, the only documented one is assumed.
        true if documented.media.len() == 1 => documented.media.first(),
        _ => documented.media.iter().find(|media| covers(&media.name, &name)),
    };
    let Some(media) = media else {
        let message = format!(
            "The content type of the body is {}. Send {}.",
            shown(&name),
            names(&documented.media)
        );
        return Err(Problem {
            place: Some("content-type".to_owned()),
            ..Problem::new(&[415, 400, 422], "content_type_unsupported", message)
        });
    };
    let name = if name.is_empty() { media.name.clone() } else { name };
    let reader = Reader {
        contract,
        schema: media.schema.as_deref(),
    };
    let sent = match name.as_str() {
        "application/x-www-form-urlencoded" => reader.form(body),
        "multipart/form-data" => reader.multipart(&content_type, body),
        name if is_json(name) => reader.json(body),
        name if name.starts_with("text/") && !name.contains("xml") => reader.text(name, body),
        name => Ok(Sent {
            file: Some((name.to_owned(), body.to_vec())),
            ..Sent::default()
        }),
    };
    Ok(Sent { media: name, ..sent? })
}

fn names(media: &[Media]) -> String {
    one_of(media.iter().map(|media| media.name.as_str()))
}

/// Whether a documented media type, which may be a range, is that of a body.
fn covers(documented: &str, name: &str) -> bool {
    match documented.strip_suffix('*') {
        Some("*/") => true,
        Some(range) => name.starts_with(range),
        None => documented == name,
    }
}

struct Reader<'c> {
    contract: &'c Contract,
    schema: Option<&'c str>,
}

impl Reader<'_> {
    fn checked(&self, value: Value, file: Option<(String, Vec<u8>)>) -> Result<Sent, Problem> {
        if let Some(pointer) = self.schema {
            check::value(&self.contract.schemas, pointer, "body", &value)?;
        }
        Ok(Sent {
            value: Some(value),
            file,
            ..Sent::default()
        })
    }

    fn json(&self, body: &[u8]) -> Result<Sent, Problem> {
        let value = serde_json::from_slice(body)
            .map_err(|error| Problem::invalid("body", format!("The body is not JSON: {error}.")))?;
        self.check_integers("body", None, body)?;
        self.checked(value, None)
    }

    /// Of the body, or of one of its properties.
    fn check_integers(&self, place: &str, name: Option<&str>, json: &[u8]) -> Result<(), Problem> {
        let schemas = &self.contract.schemas;
        let pointer = match (self.schema, name) {
            (Some(schema), Some(name)) => property(schemas, schema, name),
            (schema, _) => schema.map(str::to_owned),
        };
        pointer.map_or(Ok(()), |pointer| check::integers(schemas, &pointer, place, json))
    }

    fn text(&self, name: &str, body: &[u8]) -> Result<Sent, Problem> {
        let text = std::str::from_utf8(body)
            .map_err(|error| Problem::invalid("body", format!("The body is not UTF-8: {error}.")))?;
        self.checked(text.into(), Some((name.to_owned(), body.to_vec())))
    }

    fn form(&self, body: &[u8]) -> Result<Sent, Problem> {
        let text = String::from_utf8_lossy(body);
        let pairs = percent::pairs(&text)
            .map_err(|part| Problem::invalid("body", format!("{} is not percent-encoded UTF-8.", shown(part))))?;
        let members = pairs.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        self.checked(Value::Object(fields(self.contract, &self.properties(), members)), None)
    }

    fn multipart(&self, content_type: &str, body: &[u8]) -> Result<Sent, Problem> {
        let parts = multipart::parts(content_type, body)
            .map_err(|reason| Problem::invalid("body", format!("The body is not a form: {reason}.")))?;
        let properties = self.properties();
        // A part is a file by its property, whatever it is called.
        let binary = |name: &str| {
            let shape = properties
                .get(name)
                .map(|schema| Shape::of(&self.contract.schemas, schema));
            let is_binary = |shape: Shape| {
                // In 3.1 a file has a media type of its own.
                let is_media = shape.keywords.contains_key("contentMediaType");
                let is_text = shape.keywords.contains_key("contentEncoding");
                shape.keywords.get("format").is_some_and(|format| format == "binary") || is_media && !is_text
            };
            shape.is_some_and(is_binary)
        };
        let file = parts.iter().find(|part| part.file || binary(&part.name));
        let file = file.map(|part| {
            let media = part.media.as_deref().unwrap_or("application/octet-stream");
            (media.to_owned(), part.data.to_vec())
        });
        let is_json_part = |part: &multipart::Part| {
            let media = part.media.as_deref().and_then(|media| media.split(';').next());
            !part.file && media.is_some_and(|media| is_json(&media.trim().to_ascii_lowercase()))
        };
        let texts: Vec<_> = parts
            .iter()
            .filter(|part| !is_json_part(part))
            .map(|part| (part.name.as_str(), String::from_utf8_lossy(part.data)))
            .collect();
        let members = texts.iter().map(|(name, text)| (*name, text.as_ref()));
        let mut object = fields(self.contract, &properties, members);
        for part in parts.iter().filter(|part| is_json_part(part)) {
            let value: Value = serde_json::from_slice(part.data).map_err(|error| {
                Problem::invalid("body", format!("The part {} is not JSON: {error}.", shown(&part.name)))
            })?;
            self.check_integers(&below("body", [part.name.as_str()]), Some(&part.name), part.data)?;
            let shape = properties
                .get(&part.name)
                .map(|schema| Shape::of(&self.contract.schemas, schema));
            let is_list =
                shape.is_some_and(|shape| shape.types(&self.contract.schemas).iter().any(|kind| kind == "array"));
            // A list is one part, or a part for each item.
            match object.get_mut(&part.name) {
                _ if !is_list || value.is_array() => {
                    object.insert(part.name.clone(), value);
                }
                Some(Value::Array(items)) => items.push(value),
                _ => {
                    object.insert(part.name.clone(), Value::Array(vec![value]));
                }
            }
        }
        self.checked(Value::Object(object), file)
    }

    fn properties(&self) -> serde_json::Map<String, Value> {
        let Some(pointer) = self.schema else {
            return serde_json::Map::new();
        };
        Shape::at(&self.contract.schemas, Direction::Request, pointer).properties(&self.contract.schemas)
    }
}
