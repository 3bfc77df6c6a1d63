//! `multipart/form-data` (RFC 7578), written here: the feature of reqwest would make every caller compile
//! `mime_guess` with its table of a thousand file extensions, and its forms cannot be sent twice.

use std::hash::{BuildHasher, RandomState};

use bytes::Bytes;

use super::{File, Outgoing, Source};

/// A form with parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Multipart {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    source: Source,
}

impl Part {
    /// A field with a text. Without a media type it is `text/plain` (RFC 7578, section 4.4).
    pub(crate) fn text(name: &str, text: String, media_type: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            file_name: None,
            content_type: media_type.map(str::to_owned),
            source: Source::Bytes(text.into()),
        }
    }

    /// A field with JSON.
    pub(crate) fn json(name: &str, json: String, media_type: Option<&str>) -> Self {
        Self::text(name, json, Some(media_type.unwrap_or("application/json")))
    }

    /// A file, with its own media type if it has one.
    pub(crate) fn file(name: &str, file: File, media_type: Option<&str>) -> Self {
        let content_type = file.body.content_type;
        let otherwise = || media_type.unwrap_or(super::OCTET_STREAM).to_owned();
        Self {
            name: name.to_owned(),
            file_name: Some(file.name),
            content_type: Some(content_type.unwrap_or_else(otherwise)),
            source: file.body.source,
        }
    }

    /// The lines before the contents.
    fn head(&self, boundary: &str) -> String {
        let mut head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&self.name)
        );
        if let Some(name) = &self.file_name {
            head += &format!("; filename=\"{}\"", quoted(name));
        }
        if let Some(media_type) = &self.content_type {
            head += &format!("\r\nContent-Type: {media_type}");
        }
        head + "\r\n\r\n"
    }
}

impl Multipart {
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(crate) fn push(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// The content type, and the body.
    pub(crate) fn into_body(self) -> (String, Outgoing) {
        let boundary = boundary();
        let mut body = Outgoing::default();
        for (index, part) in self.parts.into_iter().enumerate() {
            let end_of_last = if index > 0 { "\r\n" } else { "" };
            let head = format!("{end_of_last}{}", part.head(&boundary));
            body.push(&part.name, Source::Bytes(head.into()));
            body.push(&part.name, part.source);
        }
        let end = format!("\r\n--{boundary}--\r\n");
        body.push("body", Source::Bytes(Bytes::from(end)));
        (format!("multipart/form-data; boundary={boundary}"), body)
    }
}

/// A line that no part has in it: 128 random bits.
fn boundary() -> String {
    // The standard library draws the keys of its hash maps from the system's random generator.
    let bits = || RandomState::new().hash_one(std::time::SystemTime::now());
    format!("form-{:016x}{:016x}", bits(), bits())
}

/// A name between quotation marks, as browsers write it (WHATWG, "multipart/form-data encoding
/// algorithm").
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
