//! Responses of an operation, and how their bodies are read.

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::pointer;
use openapiv3::{Components, MediaType, ReferenceOr, Response, Responses, SchemaKind, StatusCode, Type};
use proc_macro2::TokenStream;

use super::media_type::{self, essence, is_json, is_text};
use super::names::{Place, Suffixes, place_name};
use super::part::{is_binary, read_as_bytes};
use super::reference::resolve;
use super::schema::{any, kind_behind};
use super::types::Types;
use crate::model::{Outcome, OutcomeBody, OutcomeVariant, Success};
use crate::name;

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

pub(super) fn responses(responses: &Responses, at: &str, builder: &str, types: &mut Types) -> ResponseModel {
    let at = pointer::join(at, ["responses"]);
    let mut success: Vec<Succeeded> = Vec::new();
    let mut errors = Vec::new();
    let mut informational = Vec::new();
    for (status, response) in &responses.responses {
        let key = status.to_string();
        let at = pointer::join(&at, [key.as_str()]);
        let Some((response, at)) = resolve(response, &types.components.responses, "responses", at) else {
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
            400..=599 => errors.push((key, types.budget.words(&response.description))),
            _ => informational.push(at),
        }
    }
    for at in informational {
        types.report.note(
            &at,
            "status-unused",
            "a status code that means neither success nor an error has no effect",
        );
    }
    if let Some(default) = &responses.default
        && let Some((response, default_at)) = resolve(
            default,
            &types.components.responses,
            "responses",
            pointer::join(&at, ["default"]),
        )
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
            errors.push(("other".to_owned(), types.budget.words(&response.description)));
        }
    }
    let Some(first) = success.first() else {
        types.report.note(
            &at,
            "success-undocumented",
            "no response describes a success: the body is returned as bytes",
        );
        return ResponseModel {
            body: Success::Bytes { optional: false },
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
        types.budget.words(&first.response.description),
        first.response.headers.keys().cloned().collect(),
    );
    let first_at = first.at.clone();
    types.described.insert(first_at.clone());
    let (body, item) = success_body(&success, builder, types);
    let accept = match &body {
        Success::Text { .. } | Success::Bytes { .. } => Some(accepted(&success)),
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
fn success_body(success: &[Succeeded], builder: &str, types: &mut Types) -> (Success, Option<String>) {
    let with_body: Vec<&Succeeded> = success.iter().filter(|item| item.media().is_some()).collect();
    let readings: Vec<Reading> = with_body.iter().map(|item| reading(item, types.components)).collect();
    let Some(first) = with_body.first() else {
        return (Success::Empty, None);
    };
    for item in &with_body {
        if let Some((used, _)) = item.media() {
            media_type::note_unused(
                &item.response.content,
                used,
                &pointer::join(&item.at, ["content"]),
                &mut types.report,
            );
        }
    }
    let optional = with_body.len() < success.len();
    let as_bytes = |item: &Succeeded, types: &mut Types| {
        if let Some((media, schema)) = item
            .media()
            .and_then(|(media, content)| Some((media, content.schema.as_ref()?)))
        {
            read_as_bytes(schema, &pointer::join(&item.at, ["content", media, "schema"]), types);
        }
    };
    let is_one_kind = readings.iter().all(|reading| *reading == readings[0]);
    match readings[0] {
        Reading::Text if is_one_kind => return (Success::Text { optional }, None),
        Reading::Bytes if is_one_kind => {
            with_body.iter().for_each(|item| as_bytes(item, types));
            return (Success::Bytes { optional }, None);
        }
        _ => {}
    }
    let schema = |item: &Succeeded| item.media().and_then(|(_, content)| content.schema.clone());
    let is_one = is_one_kind && with_body.iter().all(|item| schema(item) == schema(first));
    if is_one {
        let name = place_name(&first.at, builder, "response", "response");
        let (ty, item) = received_body(first, name, types);
        return match optional {
            false => (Success::Json(ty), item),
            true => (Success::Optional(ty), None),
        };
    }
    let wanted = name::type_name(&format!("{builder}-response"));
    let name = types.names.take_noted(&wanted, &first.at, &mut types.report);
    let mut variants: IndexMap<String, OutcomeVariant> = IndexMap::new();
    for item in success {
        let rust = Suffixes::default().free(&reason(&item.status), "", |name| variants.contains_key(name));
        let body = item.media().is_some().then(|| match reading(item, types.components) {
            Reading::Json => {
                let name = place_name(&item.at, builder, &format!("response-{}", item.status), "response");
                OutcomeBody::Json(received_body(item, name, types).0)
            }
            Reading::Text => OutcomeBody::Text,
            Reading::Bytes => {
                as_bytes(item, types);
                OutcomeBody::Bytes
            }
        });
        let variant = OutcomeVariant {
            docs: types.budget.words(&item.response.description),
            statuses: item.range,
            body,
        };
        variants.insert(rust, variant);
        types.described.insert(item.at.clone());
    }
    let outcome = Outcome {
        operation: builder.to_owned(),
        variants,
    };
    types.defined.outcomes.insert(name.clone(), outcome);
    (Success::ByStatus(name), None)
}

fn received_body(item: &Succeeded, name: String, types: &mut Types) -> (TokenStream, Option<String>) {
    let (media, schema) = match item.media() {
        Some((media, content)) => (media, content.schema.clone()),
        None => ("", None),
    };
    let schema = schema.unwrap_or_else(|| ReferenceOr::Item(any()));
    let place = Place::new(pointer::join(&item.at, ["content", media, "schema"]), name);
    let converted = types.received(&schema, &place);
    let is_struct = |name: &String| types.defined.structs.contains_key(name);
    (converted.received_type(), converted.list_item().filter(is_struct))
}

fn reading(item: &Succeeded, components: &Components) -> Reading {
    let Some((media, content)) = item.media() else {
        return Reading::Bytes;
    };
    if is_json(media) {
        return Reading::Json;
    }
    let schema = content.schema.as_ref();
    let binary = schema.is_some_and(|schema| is_binary(components, schema));
    let is_string =
        schema.is_some_and(|schema| matches!(*kind_behind(components, schema), SchemaKind::Type(Type::String(_))));
    match essence(media).as_str() {
        _ if binary => Reading::Bytes,
        "*/*" if is_string => Reading::Text,
        "*/*" if schema.is_some() => Reading::Json,
        _ if is_text(media) => Reading::Text,
        _ => Reading::Bytes,
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
