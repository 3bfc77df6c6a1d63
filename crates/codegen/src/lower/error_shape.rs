//! Finds the properties of the document's error objects that contain the kind of an error and its message.
//!
//! OpenAPI does not say which properties these are, so this looks for their usual names, the most specific first: at
//! the top level of the object, and in its property `error`.

use std::collections::HashSet;

use openapiv3::{Components, OpenAPI, ReferenceOr, Responses, Schema, SchemaKind, StatusCode, Type};

use super::reference::resolve;
use super::schema::COMPONENTS;
use crate::model::ErrorShape;

const KINDS: [&str; 8] = [
    "kind",
    "code",
    "type",
    "error_code",
    "errorCode",
    "error",
    "reason",
    "name",
];

const MESSAGES: [&str; 10] = [
    "message",
    "detail",
    "error_description",
    "description",
    "error_message",
    "errorMessage",
    "title",
    "msg",
    "error",
    "reason",
];

/// What was found in the error responses.
#[derive(Default)]
struct Properties {
    /// Pointers to the properties that are texts or numbers.
    texts: HashSet<String>,
    /// The references that were followed, each with the pointer and the remaining depth.
    seen: HashSet<(String, String, usize)>,
}

/// References are followed up to this depth.
const MAX_DEPTH: usize = 8;

/// Reads the error responses of every operation.
pub(super) fn error_shape(api: &OpenAPI, components: &Components) -> ErrorShape {
    let mut properties = Properties::default();
    for (_, item) in api.paths.iter() {
        let ReferenceOr::Item(item) = item else { continue };
        for (_, operation) in item.iter() {
            properties.read(&operation.responses, components);
        }
    }
    let pointers = |names: &[&str], but: &[String]| {
        let mut found = Vec::new();
        for within in ["", "/error"] {
            let candidates = names.iter().map(|name| format!("{within}/{name}"));
            found.extend(candidates.filter(|pointer| properties.texts.contains(pointer) && !but.contains(pointer)));
        }
        found
    };
    let kind: Vec<String> = pointers(&KINDS, &[]);
    let message = pointers(&MESSAGES, &kind);
    if properties.texts.is_empty() {
        // Nothing is documented, so all of the usual names are tried.
        let all = |names: &[&str]| names.iter().map(|name| format!("/{name}")).collect();
        return ErrorShape {
            kind: all(&KINDS),
            message: all(&MESSAGES),
        };
    }
    // If there is only one text, it is more likely the message than the kind.
    match (kind.as_slice(), message.as_slice()) {
        ([only], []) if MESSAGES.contains(&only.trim_start_matches("/error").trim_start_matches('/')) => ErrorShape {
            kind: Vec::new(),
            message: kind,
        },
        _ => ErrorShape { kind, message },
    }
}

impl Properties {
    fn read(&mut self, responses: &Responses, components: &Components) {
        let coded = responses.responses.iter().filter(|(status, _)| match status {
            StatusCode::Code(code) => *code >= 400,
            StatusCode::Range(class) => *class >= 4,
        });
        for response in coded.map(|(_, response)| response).chain(&responses.default) {
            let response = resolve(response, &components.responses, "responses", String::new());
            for media_type in response.iter().flat_map(|(response, _)| response.content.values()) {
                if let Some(schema) = &media_type.schema {
                    self.texts(schema, "", components, MAX_DEPTH);
                }
            }
        }
    }

    /// Collects pointers to the texts and numbers in an object, and in its property `error`.
    fn texts(&mut self, schema: &ReferenceOr<Schema>, within: &str, components: &Components, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let schema = match schema {
            ReferenceOr::Item(schema) => schema,
            ReferenceOr::Reference { reference } => {
                // A schema that many responses refer to is read once.
                let is_new = self.seen.insert((reference.clone(), within.to_owned(), depth));
                if is_new && let Some(schema) = components.schemas.get(reference.trim_start_matches(COMPONENTS)) {
                    self.texts(schema, within, components, depth);
                }
                return;
            }
        };
        let members = match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => &object.properties,
            SchemaKind::Any(any) => {
                any.all_of
                    .iter()
                    .for_each(|part| self.texts(part, within, components, depth));
                &any.properties
            }
            SchemaKind::AllOf { all_of } => {
                all_of
                    .iter()
                    .for_each(|part| self.texts(part, within, components, depth));
                return;
            }
            _ => return,
        };
        for (name, member) in members {
            let member = member.clone().unbox();
            if is_text(&member, components, MAX_DEPTH) {
                self.texts.insert(format!("{within}/{name}"));
            } else if name == "error" && within.is_empty() {
                self.texts(&member, "/error", components, depth);
            }
        }
    }
}

/// Whether the values of a schema are texts or numbers.
fn is_text(schema: &ReferenceOr<Schema>, components: &Components, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match schema {
        ReferenceOr::Item(schema) => match &schema.schema_kind {
            SchemaKind::Type(Type::String(_) | Type::Integer(_)) => true,
            SchemaKind::AllOf { all_of } => matches!(all_of.as_slice(), [only] if is_text(only, components, depth)),
            _ => false,
        },
        ReferenceOr::Reference { reference } => components
            .schemas
            .get(reference.trim_start_matches(COMPONENTS))
            .is_some_and(|schema| is_text(schema, components, depth)),
    }
}
