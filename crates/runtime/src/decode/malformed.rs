//! What is wrong with a body, and where.

use std::fmt::Write;
use std::ops::Range;

use reqwest::header::CONTENT_ENCODING;

use super::lenient::Refused;
use super::position;
use crate::excerpt;
use crate::received::Received;

/// A body that is not what the document describes.
#[doc(hidden)]
pub struct Malformed {
    what: What,
    /// The offset in the body at which it was found.
    pub(crate) offset: usize,
}

enum What {
    /// Compressed with an encoding that was not requested.
    Compressed(String),
    Empty,
    /// HTML or XML.
    Markup,
    NotUtf8 {
        length: usize,
    },
    /// A list was expected; with what came instead.
    NoList(&'static str),
    Json(Json),
}

/// JSON that does not match its type, or is malformed.
struct Json {
    /// Whether it is valid JSON, but of another form.
    is_json: bool,
    /// The message of the deserializer.
    reason: String,
    /// The path to the place, such as `[3].input.width`.
    path: String,
    /// The `id` of the item of a list that the place is in.
    id: Option<String>,
}

const ADVICE: &str = "Check the base URL; if it is right, look for a newer version of this client";

impl Malformed {
    pub(super) fn no_list(found: &'static str) -> Self {
        Self {
            what: What::NoList(found),
            offset: 0,
        }
    }

    /// A body that the deserializer refused.
    pub(super) fn json(received: &Received, error: &serde_json::Error) -> Self {
        let body = &received.body;
        if let Some(compressed) = Self::compressed(received) {
            return compressed;
        }
        let (what, offset) = if body.trim_ascii().is_empty() {
            (What::Empty, 0)
        } else if excerpt::is_markup(body) {
            (What::Markup, 0)
        } else if let Err(invalid) = std::str::from_utf8(body) {
            (What::NotUtf8 { length: body.len() }, invalid.valid_up_to())
        } else {
            let offset = position::of_error(body, error);
            let json = Json {
                is_json: error.is_data(),
                reason: error.to_string(),
                id: None,
                path: position::path(body, offset),
            };
            (What::Json(json), offset)
        };
        Self { what, offset }
    }

    /// A body that is no text.
    pub(super) fn text(received: &Received, error: std::str::Utf8Error) -> Self {
        Self::compressed(received).unwrap_or(Self {
            what: What::NotUtf8 {
                length: received.body.len(),
            },
            offset: error.valid_up_to(),
        })
    }

    fn compressed(received: &Received) -> Option<Self> {
        let encoding = received.headers.get(CONTENT_ENCODING)?;
        (encoding != "identity").then(|| Self {
            what: What::Compressed(String::from_utf8_lossy(encoding.as_bytes()).into_owned()),
            offset: 0,
        })
    }

    /// A value without a typed form, which begins at an offset of a text. `within` is the path to the text
    /// itself, where it is part of another.
    pub(super) fn refused(text: &[u8], start: usize, refused: &Refused, within: &str, id: Option<String>) -> Self {
        let offset = start + refused.offset();
        let path = position::join(within, &position::path(text, offset));
        let place = position::line_and_column(text, offset);
        let json = Json {
            is_json: refused.is_json,
            reason: format!("{} at {place}", refused.reason),
            path,
            id,
        };
        Self {
            what: What::Json(json),
            offset,
        }
    }

    /// Gives every piece that came from outside to `redact`.
    pub(crate) fn redact(&mut self, redact: impl Fn(&mut String)) {
        match &mut self.what {
            What::Compressed(encoding) => redact(encoding),
            What::Json(Json { reason, path, id, .. }) => {
                redact(path);
                if let Some(id) = id {
                    redact(id);
                }
                if let Some(place) = value_in(reason) {
                    let mut value = reason[place.clone()].to_owned();
                    redact(&mut value);
                    reason.replace_range(place, &value);
                }
            }
            What::Empty | What::Markup | What::NotUtf8 { .. } | What::NoList(_) => {}
        }
    }

    /// The message of the deserializer, if there is one: shortened, because it may quote a whole value.
    pub(crate) fn cause(&self) -> Option<String> {
        match &self.what {
            What::Json(json) => Some(excerpt::both_ends(json.reason.clone())),
            _ => None,
        }
    }

    /// What is wrong, and what to do about it. All parts are redacted by now.
    pub(crate) fn message(&self, received: &Received) -> String {
        let body = &received.body;
        match &self.what {
            What::Compressed(encoding) => {
                let or = match encoding == "gzip" {
                    true => "Turn on the feature `gzip` of the crate, or stop",
                    false => "Stop",
                };
                format!(
                    "the body is compressed ({}), which was not requested. {or} the proxy that compresses",
                    excerpt::start(encoding.as_bytes())
                )
            }
            What::Empty => format!("empty body, expected JSON. {ADVICE}"),
            What::Markup => format!("HTML or XML instead of JSON: {}. {ADVICE}", excerpt::start(body)),
            What::NotUtf8 { length } => format!(
                "the body is not UTF-8: byte {} of {length}, after {}. {ADVICE}",
                self.offset,
                excerpt::around(body, self.offset)
            ),
            What::NoList(found) => {
                format!("{found} instead of an array: {}. {ADVICE}", excerpt::start(body))
            }
            What::Json(json) => self.json_message(json, received),
        }
    }

    fn json_message(&self, json: &Json, received: &Received) -> String {
        let mut message = match json.is_json {
            true => "JSON that does not match its type".to_owned(),
            false => "malformed JSON".to_owned(),
        };
        let path = excerpt::both_ends(json.path.clone());
        if !path.is_empty() {
            write!(message, " at `{path}`").expect("writing to a string");
            if let Some(id) = &json.id {
                write!(message, " (id `{}`)", excerpt::start(id.as_bytes())).expect("writing to a string");
            }
        }
        if let Some(content_type) = received.content_type()
            && !content_type.to_ascii_lowercase().contains("json")
        {
            let content_type = excerpt::start(content_type.as_bytes());
            write!(message, ", with Content-Type `{content_type}`").expect("writing to a string");
        }
        let reason = excerpt::both_ends(json.reason.clone());
        let near = excerpt::around(&received.body, self.offset);
        write!(message, ": {reason}, near {near}. {ADVICE}").expect("writing to a string");
        message
    }
}

/// Where a message of the deserializer quotes a value that came from outside.
fn value_in(reason: &str) -> Option<Range<usize>> {
    let starts_with = |starts: &[&str]| starts.iter().any(|start| reason.starts_with(start));
    // The fields of our own types.
    if starts_with(&["missing field `", "duplicate field `"]) {
        return None;
    }
    // What was expected is our own as well. Any other message may quote a value everywhere.
    let has_expectation = starts_with(&[
        "invalid type: ",
        "invalid value: ",
        "unknown field `",
        "unknown variant `",
    ]);
    let end = reason.rfind(", expected ").filter(|_| has_expectation);
    let found = &reason[..end.unwrap_or(reason.len())];
    let quotes = ['"', '`'];
    Some(found.find(quotes)?..found.rfind(quotes)? + 1)
}
