//! Definitions: the types so far, as they are in the copy and in the model.

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, ReferenceOr, Schema, SchemaKind, Type};

use crate::lower::schema::{COMPONENTS, any, boxed, nullable};
use crate::model::{Alias, Enum, Outcome, Struct, Union};

/// The types by their Rust names.
#[derive(Default)]
pub(crate) struct Definitions {
    /// The schemas of the copy.
    pub(crate) schemas: IndexMap<String, ReferenceOr<Schema>>,
    pub(crate) structs: IndexMap<String, Struct>,
    pub(crate) enums: IndexMap<String, Enum>,
    pub(crate) aliases: IndexMap<String, Alias>,
    pub(crate) unions: IndexMap<String, Union>,
    pub(crate) outcomes: IndexMap<String, Outcome>,
}

impl Definitions {
    /// The schema of a field of a struct in the copy, and whether the field is optional.
    pub(crate) fn field_schema(&self, item: &str, field: &str) -> Option<(ReferenceOr<Schema>, bool)> {
        let Some(ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        })) = self.schemas.get(item)
        else {
            return None;
        };
        let found = match object.properties.get(field)? {
            ReferenceOr::Item(schema) => {
                let optional = schema.schema_data.nullable;
                match &schema.schema_kind {
                    SchemaKind::AllOf { all_of } => (all_of.first()?.clone(), optional),
                    _ => (ReferenceOr::Item((**schema).clone()), optional),
                }
            }
            ReferenceOr::Reference { reference } => (
                ReferenceOr::Reference {
                    reference: reference.clone(),
                },
                false,
            ),
        };
        Some(found)
    }

    /// Makes the write-only fields of a struct of responses optional: a response does not have them.
    pub(super) fn mark_received(&mut self, name: &str) {
        if let Some(item) = self.structs.get_mut(name)
            && let Some(ReferenceOr::Item(Schema {
                schema_kind: SchemaKind::Type(Type::Object(object)),
                ..
            })) = self.schemas.get_mut(name)
        {
            for (rust, field) in item
                .fields
                .iter_mut()
                .filter(|(_, field)| field.write_only && field.required)
            {
                field.required = false;
                object.required.retain(|required| required != rust);
                let schema = object.properties[rust].clone().unbox();
                object.properties[rust] = boxed(nullable(schema));
            }
        }
    }

    /// Marks a struct that is only used in requests: it does not need the map for unknown fields.
    pub(super) fn mark_request_only(&mut self, name: &str) {
        if let Some(ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        })) = self.schemas.get_mut(name)
            && matches!(&object.additional_properties, Some(AdditionalProperties::Schema(schema)) if **schema == ReferenceOr::Item(any()))
        {
            object.additional_properties = None;
        }
    }
}

/// The type that a schema of the copy, or its items, refers to.
pub(crate) fn named_type(schema: &ReferenceOr<Schema>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => Some(reference.trim_start_matches(COMPONENTS)),
        ReferenceOr::Item(schema) => match &schema.schema_kind {
            SchemaKind::Type(Type::Array(list)) => match list.items.as_ref()? {
                ReferenceOr::Reference { reference } => Some(reference.trim_start_matches(COMPONENTS)),
                ReferenceOr::Item(_) => None,
            },
            _ => None,
        },
    }
}
