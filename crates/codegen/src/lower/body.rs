//! Bodies of requests.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{MediaType, ReferenceOr, RequestBody, Schema};

use super::media_type::{self, FORM, MULTIPART, essence, is_json, is_text};
use super::names::{Place, place_name};
use super::part::{form_styles, is_binary, parts, read_as_bytes};
use super::reference::resolve;
use super::report::Report;
use super::schema::{any, chain};
use super::types::{Object, Shape, Types};
use crate::model::{About, Body, Format, Parameter};

/// The model of a request body.
pub(super) fn body(
    body: &ReferenceOr<RequestBody>,
    at: &str,
    builder: &str,
    parameters: &IndexMap<String, Parameter>,
    types: &mut Types,
) -> Option<Body> {
    let components = types.components;
    let at = pointer::join(at, ["requestBody"]);
    let (body, at) = resolve(body, &components.request_bodies, "requestBodies", at)?;
    let content_at = pointer::join(&at, ["content"]);
    let name = place_name(&at, builder, "body", "body");
    let best = body.content.iter().min_by_key(|(media, content)| rank(media, content));
    let Some((media, content)) = best else {
        types.report.note(
            &content_at,
            "body-empty",
            "the request body has no media type, so there is nothing to send",
        );
        return None;
    };
    media_type::note_unused(&body.content, media, &content_at, &mut types.report);
    let place = Place::new(pointer::join(&content_at, [media.as_str(), "schema"]), name);
    let schema = content.schema.clone().unwrap_or_else(|| ReferenceOr::Item(any()));
    let essence = essence(media);
    let format = if is_json(media) || essence == "*/*" && !is_binary(components, &schema) && content.schema.is_some() {
        let ty = types.sent_type(&schema, &place);
        let sent = sent_as(media, "application/json", &content_at, &mut types.report);
        match media_type::essence(&sent).as_str() {
            "application/json" => Format::Json(ty),
            _ => Format::JsonAs(sent, ty),
        }
    } else if essence == FORM {
        let encoding_at = pointer::join(&content_at, [media, "encoding"]);
        let styles = form_styles(&content.encoding, &encoding_at, &mut types.report);
        Format::Form(types.sent_type(&schema, &place), styles)
    } else if essence == MULTIPART
        && let Some(object) = object(&schema, &place, types)
    {
        Format::Multipart(parts(&object, &place, parameters, content, types))
    } else if is_text(media) && !is_binary(components, &schema) {
        Format::Text(sent_as(media, "text/plain", &content_at, &mut types.report))
    } else {
        read_as_bytes(&schema, &place.at, types);
        match essence.as_str() {
            "*/*" => Format::Bytes("application/octet-stream".to_owned()),
            _ => Format::Bytes(media.clone()),
        }
    };
    let about = About {
        docs: types.budget.docs(body.description.as_deref()),
        deprecated: false,
    };
    Some(Body {
        about,
        required: body.required,
        format,
    })
}

/// The media type that a body is sent as: of a range of them, this `one`.
fn sent_as(media: &str, one: &str, at: &str, report: &mut Report) -> String {
    if !essence(media).contains('*') {
        return media.to_owned();
    }
    let message = format!("`{media}` is a range of media types: the body is sent as `{one}`");
    report.note_at_key(&pointer::join(at, [media]), "media-type-range", message);
    one.to_owned()
}

/// The properties of an object. References are followed.
fn object(schema: &ReferenceOr<Schema>, place: &Place, types: &mut Types) -> Option<Object> {
    if types.budget.repeats_too_much() {
        return None;
    }
    let (schema, at) = chain(types.components, schema, &place.at).pop()?;
    match types.shape(schema, &Place::new(at, place.name.clone())) {
        Shape::Struct(object) => Some(object),
        _ => None,
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
