//! Bodies of requests and of responses.

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::pointer;
use openapiv3::{MediaType, ReferenceOr, RequestBody, Response, Responses, Schema, SchemaKind, StatusCode, Type};
use proc_macro2::TokenStream;

use super::operation::{place_name, resolve};
use super::schema::{Place, any};
use super::shape::{Object, Shape};
use super::{Lowering, Suffixes};
use crate::model::{About, Body, Format, Outcome, OutcomeVariant, Parameter, Success};
use crate::name;

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const MULTIPART: &str = "multipart/form-data";

/// The responses of an operation.
pub(super) struct ResponseModel {
    pub(super) body: Success,
    /// The `Accept` header, where it is not `application/json`.
    pub(super) accept: Option<String>,
    pub(super) success: Vec<(u16, u16)>,
    pub(super) errors: Vec<(String, String)>,
    pub(super) docs: String,
    /// The headers of the first successful response.
    pub(super) headers: Vec<String>,
    /// The struct of the items, if the body is a list of structs.
    pub(super) item: Option<String>,
    /// The place of the first successful response.
    pub(super) at: String,
}

/// A successful response.
struct Succeeded<'a> {
    status: String,
    range: (u16, u16),
    response: &'a Response,
    at: String,
}

impl Succeeded<'_> {
    /// The media type that is read, if the response has a body.
    fn media(&self) -> Option<(&str, &MediaType)> {
        let content = &self.response.content;
        let found = content.iter().find(|(media, _)| is_json(media));
        let found = found.or_else(|| content.iter().find(|(media, _)| is_text(media)));
        let (media, content) = found.or_else(|| content.first())?;
        Some((media, content))
    }
}

/// How a body is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Json,
    Text,
    Bytes,
}

impl<'a> Lowering<'a> {
    /// The model of a request body.
    pub(super) fn body(
        &mut self,
        body: &'a ReferenceOr<RequestBody>,
        at: &str,
        builder: &str,
        parameters: &IndexMap<String, Parameter>,
    ) -> Option<Body> {
        let at = pointer::join(at, ["requestBody"]);
        let (body, at) = match body {
            ReferenceOr::Item(body) => (Some(body), at),
            ReferenceOr::Reference { reference } => {
                resolve(&self.components.request_bodies, reference, "requestBodies", at)
            }
        };
        let body = body?;
        let content_at = pointer::join(&at, ["content"]);
        let name = place_name(&at, builder, "body", "body");
        let best = body.content.iter().min_by_key(|(media, content)| rank(media, content));
        let Some((media, content)) = best else {
            self.note(
                &content_at,
                "body-empty",
                "the request body has no media type, so there is nothing to send",
            );
            return None;
        };
        self.unused_media(&body.content, media, &content_at);
        let place = Place::new(pointer::join(&content_at, [media.as_str(), "schema"]), name);
        let schema = content.schema.clone().unwrap_or_else(|| ReferenceOr::Item(any()));
        let essence = essence(media);
        let format = if is_json(media) || essence == "*/*" && !self.is_binary(&schema) && content.schema.is_some() {
            let ty = self.sent_type(&schema, &place);
            match essence.as_str() {
                "application/json" | "*/*" => Format::Json(ty),
                _ => Format::JsonAs(media.clone(), ty),
            }
        } else if essence == FORM {
            let styles = self.form_styles(&content.encoding, &pointer::join(&content_at, [media, "encoding"]));
            Format::Form(self.sent_type(&schema, &place), styles)
        } else if essence == MULTIPART
            && let Some(object) = self.object(&schema, &place)
        {
            Format::Multipart(self.parts(&object, &place, parameters, content))
        } else if is_text(media) && !self.is_binary(&schema) {
            Format::Text(media.clone())
        } else {
            self.read_as_bytes(&schema, &place.at);
            match essence.as_str() {
                "*/*" => Format::Bytes("application/octet-stream".to_owned()),
                _ => Format::Bytes(media.clone()),
            }
        };
        let about = About {
            docs: body.description.as_deref().map(|text| self.words(text)),
            deprecated: false,
        };
        Some(Body {
            about,
            required: body.required,
            format,
        })
    }

    /// Adds notes for the media types of a body that are not used.
    fn unused_media(&mut self, content: &IndexMap<String, MediaType>, used: &str, at: &str) {
        for other in content.keys().filter(|other| *other != used) {
            let message = format!("of the media types only `{used}` is used, not `{other}`");
            let at = pointer::join(at, [other.as_str()]);
            self.push(self.document.note(&at, message).code("media-type-unused").at_key());
        }
    }

    pub(super) fn sent_type(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> TokenStream {
        let converted = self.convert(schema, place);
        self.sent.extend(converted.holds.clone());
        converted.sent_type()
    }

    /// The properties of an object. References are followed.
    fn object(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Option<Object> {
        if self.repeats_too_much() {
            return None;
        }
        let (schema, at) = self.chain(schema, &place.at).pop()?;
        match self.shape(schema, &Place::new(at, place.name.clone())) {
            Shape::Struct(object) => Some(object),
            _ => None,
        }
    }

    pub(super) fn response_model(&mut self, responses: &'a Responses, at: &str, builder: &str) -> ResponseModel {
        let at = pointer::join(at, ["responses"]);
        let mut success: Vec<Succeeded> = Vec::new();
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
                200..=299 => success.push(Succeeded {
                    status: key,
                    range,
                    response,
                    at,
                }),
                400..=599 => errors.push((key, self.words(&response.description))),
                _ => informational.push(at),
            }
        }
        for at in informational {
            self.note(
                &at,
                "status-unused",
                "a status code that means neither success nor an error has no effect",
            );
        }
        if let Some(default) = &responses.default
            && let Some((response, default_at)) = self.response(default, pointer::join(&at, ["default"]))
        {
            if success.is_empty() {
                // `default` alone is the description of success.
                success.push(Succeeded {
                    status: "default".to_owned(),
                    range: (200, 299),
                    response,
                    at: default_at,
                });
            } else {
                errors.push(("other".to_owned(), self.words(&response.description)));
            }
        }
        let Some(first) = success.first() else {
            self.note(
                &at,
                "success-undocumented",
                "no response describes a success: the body is returned as bytes",
            );
            return ResponseModel {
                body: Success::Bytes,
                accept: Some("*/*".to_owned()),
                success: vec![(200, 299)],
                errors,
                docs: String::new(),
                headers: Vec::new(),
                item: None,
                at,
            };
        };
        let (docs, headers) = (
            self.words(&first.response.description),
            first.response.headers.keys().cloned().collect(),
        );
        let first_at = first.at.clone();
        let (body, item) = self.success_body(&success, builder);
        let accept = match &body {
            Success::Text | Success::Bytes => Some(accepted(&success)),
            Success::ByStatus(_) | Success::Json(_) | Success::Optional(_) => {
                Some(accepted(&success)).filter(|accepted| !accepted.is_empty() && accepted != "application/json")
            }
            Success::Empty => None,
        };
        ResponseModel {
            body,
            accept,
            success: success.iter().map(|succeeded| succeeded.range).collect(),
            headers,
            docs,
            errors,
            item,
            at: first_at,
        }
    }

    /// How successful responses are read, and the struct of the items if the body is a list of structs.
    fn success_body(&mut self, success: &[Succeeded], builder: &str) -> (Success, Option<String>) {
        let with_body: Vec<&Succeeded> = success.iter().filter(|item| item.media().is_some()).collect();
        let readings: Vec<Reading> = with_body.iter().map(|item| self.reading(item)).collect();
        let Some(first) = with_body.first() else {
            return (Success::Empty, None);
        };
        for item in &with_body {
            if let Some((used, _)) = item.media() {
                self.unused_media(&item.response.content, used, &pointer::join(&item.at, ["content"]));
            }
        }
        match readings.as_slice() {
            all if all.iter().all(|reading| *reading == Reading::Text) => return (Success::Text, None),
            all if all.iter().all(|reading| *reading == Reading::Json) => {}
            all => {
                if all.contains(&Reading::Json) {
                    let message = "the bodies of successful responses differ in kind: the body is returned as bytes";
                    self.note(&first.at, "success-mixed", message);
                }
                for item in &with_body {
                    let media = item
                        .media()
                        .and_then(|(media, content)| Some((media, content.schema.as_ref()?)));
                    if let Some((media, schema)) = media {
                        self.read_as_bytes(schema, &pointer::join(&item.at, ["content", media, "schema"]));
                    }
                }
                return (Success::Bytes, None);
            }
        }
        let schema = |item: &Succeeded| item.media().and_then(|(_, content)| content.schema.clone());
        let is_one = with_body.iter().all(|item| schema(item) == schema(first));
        if is_one {
            let name = place_name(&first.at, builder, "response", "response");
            let (ty, item) = self.received_body(first, name);
            return match with_body.len() == success.len() {
                true => (Success::Json(ty), item),
                false => (Success::Optional(ty), None),
            };
        }
        let wanted = name::type_name(&format!("{builder}-response"));
        let name = self.free_type_name(&wanted);
        self.model.places.insert(name.clone(), first.at.clone());
        let mut variants: IndexMap<String, OutcomeVariant> = IndexMap::new();
        for item in success {
            let rust = Suffixes::default().free(&reason(&item.status), "", |name| variants.contains_key(name));
            let ty = item.media().is_some().then(|| {
                let name = place_name(&item.at, builder, &format!("response-{}", item.status), "response");
                self.received_body(item, name).0
            });
            let variant = OutcomeVariant {
                docs: self.words(&item.response.description),
                statuses: item.range,
                ty,
            };
            variants.insert(rust, variant);
        }
        let outcome = Outcome {
            operation: builder.to_owned(),
            variants,
        };
        self.model.outcomes.insert(name.clone(), outcome);
        (Success::ByStatus(name), None)
    }

    fn received_body(&mut self, item: &Succeeded, name: String) -> (TokenStream, Option<String>) {
        let (media, schema) = match item.media() {
            Some((media, content)) => (media, content.schema.clone()),
            None => ("", None),
        };
        let schema = schema.unwrap_or_else(|| ReferenceOr::Item(any()));
        let place = Place::new(pointer::join(&item.at, ["content", media, "schema"]), name);
        let converted = self.convert(&schema, &place);
        self.received.extend(converted.holds.clone());
        let is_struct = |name: &String| self.model.structs.contains_key(name);
        (converted.received_type(), converted.list_item().filter(is_struct))
    }

    fn reading(&self, item: &Succeeded) -> Reading {
        let Some((media, content)) = item.media() else {
            return Reading::Bytes;
        };
        if is_json(media) {
            return Reading::Json;
        }
        let schema = content.schema.as_ref();
        let binary = schema.is_some_and(|schema| self.is_binary(schema));
        let is_string =
            schema.is_some_and(|schema| matches!(*self.kind_behind(schema), SchemaKind::Type(Type::String(_))));
        match essence(media).as_str() {
            _ if binary => Reading::Bytes,
            "*/*" if is_string => Reading::Text,
            "*/*" if schema.is_some() => Reading::Json,
            _ if is_text(media) => Reading::Text,
            _ => Reading::Bytes,
        }
    }

    fn response(&self, response: &'a ReferenceOr<Response>, at: String) -> Option<(&'a Response, String)> {
        let (response, at) = match response {
            ReferenceOr::Item(response) => (Some(response), at),
            ReferenceOr::Reference { reference } => resolve(&self.components.responses, reference, "responses", at),
        };
        Some((response?, at))
    }
}

/// The preference for a media type: the lower, the better. Types that describe their content in more detail are better.
fn rank(media: &str, content: &MediaType) -> u8 {
    match essence(media).as_str() {
        "application/json" => 0,
        _ if is_json(media) => 1,
        FORM if content.schema.is_some() => 2,
        MULTIPART if content.schema.is_some() => 3,
        "*/*" if content.schema.is_some() => 4,
        _ if is_text(media) => 5,
        _ => 6,
    }
}

/// The media types of successful responses, as the value of an `Accept` header.
fn accepted(success: &[Succeeded]) -> String {
    let media: IndexSet<&str> = success.iter().filter_map(|item| Some(item.media()?.0)).collect();
    let sendable = |media: &&str| media.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    media.into_iter().filter(sendable).collect::<Vec<_>>().join(", ")
}

/// The name of the variant for a status code.
fn reason(status: &str) -> String {
    let word = match status {
        "200" => "Ok",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "NonAuthoritativeInformation",
        "204" => "NoContent",
        "205" => "ResetContent",
        "206" => "PartialContent",
        "207" => "MultiStatus",
        "2XX" | "default" => "Success",
        other => return format!("Status{other}"),
    };
    word.to_owned()
}

/// A media type without its parameters.
pub(super) fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn is_json(media: &str) -> bool {
    let essence = essence(media);
    ["application/json", "text/json"].contains(&essence.as_str()) || essence.ends_with("+json")
}

pub(super) fn is_text(media: &str) -> bool {
    let essence = essence(media);
    essence.starts_with("text/") || essence == "application/xml" || essence.ends_with("+xml")
}
