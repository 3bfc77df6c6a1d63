//! A complete response, before a fault is applied to it.

use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::collection::ListName;

/// A text where an enum has one that is not documented.
pub(crate) const UNKNOWN_VALUE: &str = "hibernating";

#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The pointer in the body of an enum whose value a fault can replace with an undocumented one.
    pub(crate) open: Option<String>,
    /// The item that the request created, by its list and its id.
    pub(crate) created: Option<(ListName, String)>,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::bytes(status, "application/json", body.to_string().into_bytes())
    }

    pub(crate) fn bytes(status: StatusCode, media: &str, body: Vec<u8>) -> Self {
        let mut reply = Self {
            status,
            body,
            ..Self::default()
        };
        reply.set(CONTENT_TYPE, media);
        reply
    }

    /// Sets a header, unless its value cannot be written in one.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.insert(name, value);
        }
    }

    /// How many bytes it takes to keep it, roughly.
    pub(crate) fn size(&self) -> usize {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len());
        size_of::<Self>() + self.body.len() + headers.sum::<usize>()
    }

    /// Makes the body malformed JSON: its last bracket is the wrong one.
    pub(crate) fn break_json(&mut self) {
        match self.body.last_mut() {
            Some(last) if *last == b']' => *last = b'}',
            Some(last) => *last = b']',
            None => self.body = b"{".to_vec(),
        }
    }

    pub(crate) fn put_unknown_value(&mut self) {
        if let Some(pointer) = &self.open
            && let Ok(mut body) = serde_json::from_slice::<Value>(&self.body)
            && let Some(value) = body.pointer_mut(pointer)
        {
            *value = UNKNOWN_VALUE.into();
            self.body = body.to_string().into_bytes();
        }
    }
}
