//! Parts of multipart bodies, and properties of forms: how each is written.
//!
//! Without a `contentType` a file is bytes, a list is a part for each item, an object is JSON, and anything else is a
//! text. A `contentType` is sent as it is, and decides between these forms: see [`written`].

use std::collections::HashSet;

use indexmap::IndexMap;
use ittybit_spec::{Node, pointer};
use openapiv3::{
    Components, Encoding, MediaType, QueryStyle, ReferenceOr, Schema, SchemaKind, StringFormat, Type,
    VariantOrUnknownOrEmpty,
};
use quote::quote;

use super::about::{about, example};
use super::media_type::{is_json, is_text};
use super::names::{Place, Suffixes};
use super::report::Report;
use super::schema::{WireForm, chain, kind_behind, wire_form};
use super::types::{Object, Types};
use crate::model::{Parameter, Part, PartContent, Style};
use crate::name;

/// JSON, as a style.
const AS_JSON: Style = Style {
    form: "Json",
    explode: false,
    allow_reserved: false,
};

/// How the value of a part is written.
enum Written {
    File,
    /// As a text, or in the form that follows from the schema.
    Value,
    /// As JSON, also where it is a list or a text.
    Json,
    /// By the caller.
    Text,
}

pub(super) fn parts(
    object: &Object,
    place: &Place,
    parameters: &IndexMap<String, Parameter>,
    content: &MediaType,
    types: &mut Types,
) -> Vec<Part> {
    let components = types.components;
    let (mut parts, mut taken, mut suffixes) = (Vec::new(), HashSet::new(), Suffixes::default());
    if !types
        .budget
        .may_repeat(object.properties.len(), &place.at, &mut types.report)
    {
        return parts;
    }
    let encoding_at = place.at.strip_suffix("/schema").unwrap_or(&place.at);
    let encoding_at = pointer::join(encoding_at, ["encoding"]);
    note_encodings_without_property(&content.encoding, &encoding_at, object, &mut types.report);
    for (property, (schema, at)) in &object.properties {
        let mut wanted = name::field_name(property);
        if name::REQUEST_METHODS.contains(&wanted.as_str()) {
            wanted.push_str("_value");
        }
        let is_taken = |name: &str| parameters.contains_key(name) || taken.contains(name);
        let rust = match is_taken(&wanted) {
            true => suffixes.free(&format!("{wanted}_part"), "_", is_taken),
            false => wanted.clone(),
        };
        taken.insert(rust.clone());
        if rust != name::field_name(property) {
            types.report.note(
                at,
                "name-taken",
                format!("the name `{property}` is taken: the method is `{rust}`"),
            );
        }
        let chain = chain(components, schema, at);
        let declared = content
            .encoding
            .get(property)
            .and_then(|encoding| encoding.content_type.as_deref());
        let media_at = pointer::join(&encoding_at, [property.as_str(), "contentType"]);
        let (written, media_type) = written(schema, declared, &media_at, components, &mut types.report);
        if matches!(written, Written::File) {
            read_as_bytes(schema, at, types);
        }
        let is_list = matches!(
            kind_behind(components, schema).as_ref(),
            SchemaKind::Type(Type::Array(_))
        );
        let mut value = || {
            let inner = Place::new(at.clone(), name::type_name(&format!("{}-{property}", place.name)));
            PartContent::Value(types.sent_type(schema, &inner))
        };
        let (content, style) = match written {
            Written::File if is_list => (PartContent::Files, None),
            Written::File => (PartContent::File, None),
            Written::Value => (value(), None),
            Written::Json => (value(), Some(AS_JSON)),
            Written::Text => (PartContent::Value(quote!(String)), None),
        };
        parts.push(Part {
            rust,
            name: property.clone(),
            about: about(&chain, &mut types.budget),
            at: at.clone(),
            required: object.required.contains(property),
            content,
            style,
            media_type,
            // That of an object is not the text that is set.
            example: example(&chain, &mut types.budget).filter(|_| !matches!(written, Written::Text)),
        });
    }
    parts
}

/// How a part is written, and its media type, where only one is possible.
///
/// Of several media types, a value has the first that it can be written in. A file has its own, because only
/// the caller knows which it is. What cannot be written from its schema, such as an object in XML, is set as a
/// text or as a file.
fn written(
    schema: &ReferenceOr<Schema>,
    declared: Option<&str>,
    at: &str,
    components: &Components,
    report: &mut Report,
) -> (Written, Option<String>) {
    let is_file = is_binary(components, schema) || is_list_of_files(components, schema);
    let by_default = if is_file { Written::File } else { Written::Value };
    let Some(declared) = declared else {
        return (by_default, None);
    };
    let visible = |byte: u8| (b' '..=b'~').contains(&byte);
    if !declared.contains('/') || !declared.bytes().all(visible) {
        report.note(
            at,
            "media-type-malformed",
            format!("`{}` is not a media type: it is not used", declared.escape_debug()),
        );
        return (by_default, None);
    }
    let listed: Vec<&str> = declared.split(',').map(str::trim).collect();
    let single: Vec<&str> = listed.iter().copied().filter(|media| !media.contains('*')).collect();
    let only = match (listed.as_slice(), single.as_slice()) {
        ([_], [media]) => Some((*media).to_owned()),
        _ => None,
    };
    let own = "a file is sent with its own media type, which `content_type` sets";
    if is_file {
        if only.is_none() {
            report.note(at, "part-media-type", format!("of `{declared}`, {own}"));
        }
        return (Written::File, only);
    }
    let form = wire_form(components, schema);
    let is_one_of = |wanted: fn(&str) -> bool| single.iter().copied().find(|media| wanted(media));
    let (json, text) = (is_one_of(is_json), is_one_of(is_text));
    let is_first = |media: &str, other: Option<&str>| {
        let place = |media: &str| single.iter().position(|item| *item == media);
        other.is_none_or(|other| place(media) < place(other))
    };
    if let Some(media) = json.filter(|media| form == WireForm::Neither || is_first(media, text)) {
        if matches!(
            kind_behind(components, schema).as_ref(),
            SchemaKind::Type(Type::Array(_))
        ) {
            report.note(at, "part-list", format!("the list is one part, as `{media}`"));
        }
        return (Written::Json, Some(media.to_owned()));
    }
    if let Some(media) = text {
        if form != WireForm::Neither {
            return (Written::Value, Some(media.to_owned()));
        }
        let message = format!("a value of this schema cannot be written as `{media}`: the part is set as a text");
        report.note(at, "part-as-text", message);
        return (Written::Text, Some(media.to_owned()));
    }
    let range = match form {
        WireForm::One | WireForm::Many => "text/*",
        WireForm::Neither => "application/*",
    };
    if listed.contains(&"*/*") || listed.contains(&range) {
        return (Written::Value, None);
    }
    if form != WireForm::Neither && !may_be_bytes(components, schema) {
        if only.is_none() {
            report.note(
                at,
                "part-media-type",
                format!("a text has none of the media types `{declared}`: it is sent without one"),
            );
        }
        return (Written::Value, only);
    }
    let message = format!(
        "a value of this schema cannot be written as `{declared}`: the part is set as a file{}",
        if only.is_none() {
            format!(", and {own}")
        } else {
            String::new()
        }
    );
    report.note(at, "part-as-file", message);
    (Written::File, only)
}

/// Whether a text may be bytes that the document does not call `binary`: any string that has no format and no
/// values, or a list of those.
fn may_be_bytes(components: &Components, schema: &ReferenceOr<Schema>) -> bool {
    match kind_behind(components, schema).as_ref() {
        SchemaKind::Type(Type::String(string)) => {
            string.enumeration.is_empty() && matches!(string.format, VariantOrUnknownOrEmpty::Empty)
        }
        SchemaKind::Type(Type::Array(list)) => {
            let items = list.items.clone().map(ReferenceOr::unbox);
            items.is_some_and(|items| match kind_behind(components, &items).as_ref() {
                SchemaKind::Type(Type::Array(_)) => false,
                _ => may_be_bytes(components, &items),
            })
        }
        _ => false,
    }
}

/// Whether the values of a schema are bytes.
pub(super) fn is_binary(components: &Components, schema: &ReferenceOr<Schema>) -> bool {
    let kind = kind_behind(components, schema);
    let SchemaKind::Type(Type::String(string)) = kind.as_ref() else {
        return false;
    };
    match &string.format {
        VariantOrUnknownOrEmpty::Item(StringFormat::Binary) => true,
        VariantOrUnknownOrEmpty::Unknown(format) => format == "file",
        _ => false,
    }
}

/// Remembers that the `format` of a schema, or of its items, says what its values are.
pub(super) fn read_as_bytes(schema: &ReferenceOr<Schema>, at: &str, types: &mut Types) {
    let Some((ReferenceOr::Item(schema), at)) = chain(types.components, schema, at).pop() else {
        return;
    };
    match &schema.schema_kind {
        SchemaKind::Type(Type::Array(list)) => {
            let items = list.items.clone().map(ReferenceOr::unbox);
            let chain = items
                .as_ref()
                .map(|items| chain(types.components, items, &pointer::join(&at, ["items"])));
            types.bytes.extend(chain.and_then(|mut chain| Some(chain.pop()?.1)));
        }
        _ => {
            types.bytes.insert(at);
        }
    }
}

fn is_list_of_files(components: &Components, schema: &ReferenceOr<Schema>) -> bool {
    match kind_behind(components, schema).as_ref() {
        SchemaKind::Type(Type::Array(list)) => {
            let items = list.items.clone().map(ReferenceOr::unbox);
            items.is_some_and(|items| is_binary(components, &items))
        }
        _ => false,
    }
}

/// The properties of a form that have their own style.
pub(super) fn form_styles(
    encoding: &IndexMap<String, Encoding>,
    at: &str,
    report: &mut Report,
) -> Vec<(String, Style)> {
    let mut styles = Vec::new();
    for (name, encoding) in encoding {
        let at = pointer::join(at, [name.as_str()]);
        let node = report.document.get(&at);
        let explode = node.and_then(|node| node.get("explode")).and_then(Node::as_bool);
        if encoding.style.is_some() || explode.is_some() || encoding.allow_reserved {
            let form = match encoding.style {
                None | Some(QueryStyle::Form) => "Form",
                Some(QueryStyle::SpaceDelimited) => "SpaceDelimited",
                Some(QueryStyle::PipeDelimited) => "PipeDelimited",
                Some(QueryStyle::DeepObject) => "DeepObject",
            };
            let style = Style {
                form,
                explode: explode.unwrap_or(matches!(form, "Form" | "DeepObject")),
                allow_reserved: encoding.allow_reserved,
            };
            styles.push((name.clone(), style));
            if encoding.content_type.is_some() {
                let message = "`contentType` has no effect beside `style`, `explode` or `allowReserved`";
                report.note(&pointer::join(&at, ["contentType"]), "encoding-unused", message);
            }
        } else if let Some(media) = &encoding.content_type {
            if is_json(media) {
                styles.push((name.clone(), AS_JSON));
            } else if !["text/plain", "*/*"].contains(&media.as_str()) {
                let message = "a `contentType` in a form only has an effect if it is JSON";
                report.note(&pointer::join(&at, ["contentType"]), "encoding-unused", message);
            }
        }
    }
    styles
}

fn note_encodings_without_property(
    encoding: &IndexMap<String, Encoding>,
    at: &str,
    object: &Object,
    report: &mut Report,
) {
    for name in encoding.keys().filter(|name| !object.properties.contains_key(*name)) {
        let message = format!("the schema has no property `{name}`, so its encoding has no effect");
        report.note(&pointer::join(at, [name.as_str()]), "encoding-unused", message);
    }
}
