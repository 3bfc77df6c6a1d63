//! A request out of an operation and its arguments: what generated code says, and how it is written.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Body, Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::{self, CallOptions};
use crate::client::Client;
use crate::error::Error;
use crate::number;
use crate::operation::Operation;
use crate::page::{Page, Pages, Pagination};
use crate::response::Response;
use crate::watch::{Watch, Watching};

/// A request in the making. The first argument that is wrong is the error of the whole.
pub struct Request {
    operation: &'static Operation,
    options: CallOptions,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Option<Body>,
    error: Option<Error>,
}

/// A request that is ready to be sent, with the options of its call.
pub(crate) struct Call {
    pub(crate) request: reqwest::Request,
    pub(crate) options: CallOptions,
}

impl Call {
    /// A copy, unless the body is a stream, which can be sent once.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        Some(Self {
            request: self.request.try_clone()?,
            options: self.options.clone(),
        })
    }
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

impl Request {
    /// A request of an operation, without arguments.
    pub fn new(operation: &'static Operation, options: CallOptions) -> Self {
        Self {
            operation,
            options,
            path: operation.path.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            error: None,
        }
    }

    /// Sets a parameter of the path.
    pub fn path<T: Serialize>(mut self, name: &str, value: Result<T, String>) -> Self {
        if let Some(text) = self.texts(name, value.map(Some)) {
            let text = text.join(",");
            // They would make another path of this one, and so call another operation.
            let reason = match text.as_str() {
                "" => "is empty, and its place in the path cannot be",
                "." | ".." => "a path cannot have it: a URL takes it as a step to another path",
                _ => "",
            };
            if !reason.is_empty() {
                let shown = Value::from(text).to_string();
                self.refuse(Error::invalid_argument(name, format!("{shown}: {reason}")));
                return self;
            }
            let encoded = utf8_percent_encode(&text, SEGMENT);
            self.path = self.path.replace(&format!("{{{name}}}"), &encoded.to_string());
        }
        self
    }

    /// Sets a parameter of the query, once for each of its values.
    pub fn query<T: Serialize>(mut self, name: &str, value: Result<Option<T>, String>) -> Self {
        for text in self.texts(name, value).into_iter().flatten() {
            self.query.push((name.to_owned(), text));
        }
        self
    }

    /// Sets a header.
    pub fn header<T: Serialize>(mut self, name: &str, value: Result<Option<T>, String>) -> Self {
        if let Some(texts) = self.texts(name, value) {
            match call::header(name, &texts.join(",")) {
                Ok((name, value)) => {
                    self.headers.insert(name, value);
                }
                Err(reason) => self.refuse(Error::invalid_argument(name, reason)),
            }
        }
        self
    }

    /// Sets the body, as JSON.
    pub fn json<T: Serialize>(mut self, value: Result<Option<T>, String>) -> Self {
        let value = value.map_err(|reason| Error::invalid_argument("body", reason));
        let bytes = value.and_then(|value| {
            let bytes = value.map(|value| serde_json::to_vec(&value)).transpose();
            bytes.map_err(|error| Error::invalid_argument("body", error))
        });
        match bytes {
            Ok(Some(bytes)) => {
                self.headers
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                self.body = Some(bytes.into());
            }
            Ok(None) => {}
            Err(error) => self.refuse(error),
        }
        self
    }

    /// Sends the request, and reads one value from the response.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_json<T: DeserializeOwned>(self, client: &Client) -> Result<Response<T>, Error> {
        let (operation, call) = self.call(client)?;
        client.send_json(operation, call).await
    }

    /// Sends the request; the body of the response does not matter.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_empty(self, client: &Client) -> Result<Response<()>, Error> {
        let (operation, call) = self.call(client)?;
        client.send_empty(operation, call).await
    }

    /// Sends the request, and reads one page.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_page<T: DeserializeOwned>(
        self,
        client: &Client,
        pagination: Pagination<T>,
    ) -> Result<Page<T>, Error> {
        let (operation, call) = self.call(client)?;
        Page::fetch(client.clone(), operation, pagination, call).await
    }

    /// A stream of pages from this request on.
    pub fn pages<T>(self, client: &Client, pagination: Pagination<T>) -> Pages<T> {
        let operation = self.operation;
        let call = self.call(client).map(|(_, call)| call);
        Pages::new(client.clone(), operation, pagination, call)
    }

    /// A stream of the changes of the items of this request's list.
    pub fn watch<T>(self, client: &Client, watching: Watching<T>) -> Watch<T> {
        let operation = self.operation;
        let call = self.call(client).map(|(_, call)| call);
        Watch::new(client.clone(), operation, watching, call)
    }

    fn call(mut self, client: &Client) -> Result<(&'static Operation, Call), Error> {
        let operation = self.operation;
        if let Some(error) = self.error {
            return Err(error.on(operation));
        }
        let request = self.options.headers(client.api()).map(|more| {
            self.headers.extend(more.clone());
        });
        let request = request.and_then(|()| {
            let mut url = Url::parse(&format!("{}{}", client.base_url(), self.path)).map_err(Error::request)?;
            if !self.query.is_empty() {
                url.query_pairs_mut().extend_pairs(&self.query);
            }
            let method = Method::from_bytes(operation.method.as_bytes()).map_err(Error::request)?;
            let mut request = reqwest::Request::new(method, url);
            *request.headers_mut() = self.headers;
            *request.body_mut() = self.body;
            let headers = request.headers_mut();
            headers
                .entry(ACCEPT)
                .or_insert(HeaderValue::from_static("application/json"));
            Ok(request)
        });
        let request = request.map_err(|error| error.on(operation))?;
        let options = self.options;
        Ok((operation, Call { request, options }))
    }

    /// The values of an argument as text; `None` where it is left out, or was refused.
    fn texts<T: Serialize>(&mut self, name: &str, value: Result<Option<T>, String>) -> Option<Vec<String>> {
        let texts = value.and_then(|value| match value {
            Some(value) => {
                let json = serde_json::to_value(value).map_err(|error| error.to_string())?;
                texts(&json).map(Some)
            }
            None => Ok(None),
        });
        texts.unwrap_or_else(|reason| {
            self.refuse(Error::invalid_argument(name, reason));
            None
        })
    }

    fn refuse(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

/// A value as it is written outside of JSON: a list as several texts.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) => {
            let items = items.iter().filter(|item| !item.is_null());
            items.map(|item| text(item).map(Cow::into_owned)).collect()
        }
        value => Ok(vec![text(value)?.into_owned()]),
    }
}

fn text(value: &Value) -> Result<Cow<'_, str>, String> {
    match value {
        Value::String(text) => Ok(text.into()),
        Value::Bool(value) => Ok(value.to_string().into()),
        Value::Number(number) => Ok(number::text(number).into()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(format!("{value} cannot be written as text")),
    }
}

/// A key that no other call has: random bits in the form of a UUID of version 4 (RFC 9562).
pub(crate) fn idempotency_key() -> HeaderValue {
    // The standard library draws the keys of its hash maps from the system's random generator.
    let bits = || RandomState::new().hash_one(std::time::SystemTime::now());
    let (high, low) = (bits() & !0xf000 | 0x4000, bits() & (u64::MAX >> 2) | 1 << 63);
    let text = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    );
    HeaderValue::try_from(text).expect("hexadecimal digits and hyphens are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idempotency_keys_are_uuids_and_differ() {
        let keys: std::collections::HashSet<String> = (0..1000)
            .map(|_| idempotency_key().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(keys.len(), 1000);
        for key in keys {
            let groups: Vec<usize> = key.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{key}");
            assert_eq!(key.as_bytes()[14], b'4', "{key}");
            assert!(b"89ab".contains(&key.as_bytes()[19]), "{key}");
        }
    }

    #[test]
    fn values_as_text() {
        let written = |value: Value| texts(&value).unwrap();
        assert_eq!(written(serde_json::json!("a b")), ["a b"]);
        assert_eq!(
            written(serde_json::json!([1, 2.5, 30.0, true])),
            ["1", "2.5", "30", "true"]
        );
        assert_eq!(written(serde_json::json!([])), [""; 0]);
        assert!(texts(&serde_json::json!({ "a": 1 })).is_err());
    }
}
