//! Bodies: what is sent, and what is answered.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{MediaType, ReferenceOr, RequestBody, Response, Responses, StatusCode};
use proc_macro2::TokenStream;

use super::Prepare;
use super::operation::{place_name, resolve};
use super::schema::{Place, any};
use crate::model::{About, Body};

const JSON: &str = "application/json";

/// What an operation answers.
pub(super) struct Answer {
    /// The Rust type of the body, if there is one.
    pub(super) ty: Option<TokenStream>,
    pub(super) success: Vec<(u16, u16)>,
    pub(super) errors: Vec<(String, String)>,
    pub(super) docs: String,
    /// The headers of a success.
    pub(super) headers: Vec<String>,
    /// Where the body is a list of structs: the struct.
    pub(super) item: Option<String>,
    /// Where the response stands.
    pub(super) at: String,
}

impl Prepare<'_> {
    /// What the model says of a request body.
    pub(super) fn body(&mut self, body: &ReferenceOr<RequestBody>, at: &str, builder: &str) -> Option<Body> {
        let at = pointer::join(at, ["requestBody"]);
        let (body, at) = match body {
            ReferenceOr::Item(body) => (Some(body), at),
            ReferenceOr::Reference { reference } => {
                resolve(&self.components.request_bodies, reference, "requestBodies", at)
            }
        };
        let body = body.cloned()?;
        let content_at = pointer::join(&at, ["content"]);
        let name = place_name(&at, builder, "body", "body");
        let (media_type, place) = self.json(&body.content, &content_at, &name, "request")?;
        let ty = match &media_type.schema {
            Some(schema) => {
                let converted = self.convert(schema, &place);
                self.sent.extend(converted.holds.clone());
                converted.sent_type()
            }
            None => {
                self.error(
                    &content_at,
                    "the request body has no schema",
                    "add `schema`; `{}` stands for any JSON value",
                );
                return None;
            }
        };
        let about = About {
            docs: body.description.clone(),
            deprecated: false,
        };
        Some(Body {
            about,
            required: body.required,
            ty,
        })
    }

    /// The JSON form among the media types of a body; the others are left out.
    fn json(
        &mut self,
        content: &IndexMap<String, MediaType>,
        at: &str,
        name: &str,
        what: &str,
    ) -> Option<(MediaType, Place)> {
        let Some((key, media_type)) = content.iter().find(|(media, _)| is_json(media)) else {
            let found: Vec<String> = content.keys().map(|media| format!("`{media}`")).collect();
            self.error(
                at,
                format!(
                    "the client reads and writes JSON only, and this {what} body is {}",
                    found.join(" or ")
                ),
                format!("describe it as `{JSON}`"),
            );
            return None;
        };
        for other in content.keys().filter(|media| *media != key) {
            let message = format!("of the media types only `{key}` is used, not `{other}`");
            self.push(
                self.document
                    .note(&pointer::join(at, [other.as_str()]), message)
                    .at_key(),
            );
        }
        Some((
            media_type.clone(),
            Place::new(pointer::join(at, [key.as_str(), "schema"]), name),
        ))
    }

    pub(super) fn answer(&mut self, responses: &Responses, at: &str, builder: &str) -> Option<Answer> {
        let at = pointer::join(at, ["responses"]);
        let mut success: Vec<(String, (u16, u16), Response, String)> = Vec::new();
        let mut errors = Vec::new();
        let mut informational = Vec::new();
        for (status, response) in &responses.responses {
            let key = status.to_string();
            let at = pointer::join(&at, [key.as_str()]);
            let Some((response, at)) = self.response(response, at) else {
                continue;
            };
            let range = match status {
                StatusCode::Code(code) => (*code, *code),
                StatusCode::Range(class) => (class * 100, class * 100 + 99),
            };
            match range.0 {
                200..=299 => success.push((key, range, response, at)),
                400..=599 => errors.push((key, response.description)),
                _ => informational.push(at),
            }
        }
        for at in informational {
            self.note(&at, "a status that is neither success nor an error has no effect");
        }
        if let Some(default) = &responses.default
            && let Some((response, default_at)) = self.response(default, pointer::join(&at, ["default"]))
        {
            if success.is_empty() {
                // The only answer described is what success looks like.
                success.push(("default".to_owned(), (200, 299), response, default_at));
            } else {
                errors.push(("other".to_owned(), response.description));
            }
        }
        let Some((_, _, first, first_at)) = success.first().cloned() else {
            self.error(
                &at,
                "no response says what success looks like",
                "add a response for `200`, or for `204` without a body",
            );
            return None;
        };
        let body = |response: &Response| {
            let json = response.content.iter().find(|(media, _)| is_json(media));
            json.or(response.content.first()).map(|(_, media)| media.schema.clone())
        };
        for (key, _, response, other_at) in &success[1..] {
            // It has to be JSON as well.
            if !response.content.is_empty() {
                let content_at = pointer::join(other_at, ["content"]);
                self.json(&response.content, &content_at, "", "response");
            }
            if body(response) != body(&first) {
                self.push(
                    self.document
                        .error(
                            other_at,
                            format!("`{key}` succeeds with another body than `{}`", success[0].0),
                        )
                        .at_key()
                        .also(self.document, &first_at, "the other body")
                        .help("a method has one type of result: give both the same schema, or leave one out"),
                );
            }
        }
        let mut item = None;
        let mut ty = None;
        if !first.content.is_empty() {
            let content_at = pointer::join(&first_at, ["content"]);
            let name = place_name(&first_at, builder, "response", "response");
            let (media_type, place) = self.json(&first.content, &content_at, &name, "response")?;
            let any = ReferenceOr::Item(any());
            let schema = media_type.schema.unwrap_or(any);
            let converted = self.convert(&schema, &place);
            self.received.extend(converted.holds.clone());
            item = converted.list_item();
            ty = Some(converted.received_type());
        }
        Some(Answer {
            ty,
            success: success.iter().map(|(_, range, _, _)| *range).collect(),
            headers: first.headers.keys().cloned().collect(),
            docs: first.description,
            errors,
            item,
            at: first_at,
        })
    }

    fn response(&mut self, response: &ReferenceOr<Response>, at: String) -> Option<(Response, String)> {
        let (response, at) = match response {
            ReferenceOr::Item(response) => (Some(response), at),
            ReferenceOr::Reference { reference } => resolve(&self.components.responses, reference, "responses", at),
        };
        Some((response.cloned()?, at))
    }
}

fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case(JSON)
}
