//! Structs: objects, whose properties become fields.

use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, ObjectType, ReferenceOr, Schema, SchemaKind, Type};

use super::Types;
use super::shape::Object;
use crate::lower::about::{about, example};
use crate::lower::names::{Place, Suffixes};
use crate::lower::schema::{self, any, boxed, chain, listed};
use crate::model::{Field, Struct};
use crate::name;

impl Types<'_> {
    /// Adds a struct without its fields, which are defined later.
    pub(super) fn name_struct(&mut self, object: Object, schema: &ReferenceOr<Schema>, place: &Place) {
        let about = about(&[(schema, String::new())], &mut self.budget);
        self.defined.structs.insert(
            place.name.clone(),
            Struct {
                about,
                fields: IndexMap::new(),
            },
        );
        self.defined
            .schemas
            .insert(place.name.clone(), ReferenceOr::Item(any()));
        self.pending.push_back((object, place.clone()));
    }

    /// Defines the fields of all structs that do not have them yet.
    pub(crate) fn define_pending(&mut self) {
        while let Some((object, place)) = self.pending.pop_front() {
            self.define_struct(&object, &place);
        }
    }

    fn define_struct(&mut self, object: &Object, place: &Place) {
        let mut fields: IndexMap<String, Field> = IndexMap::new();
        let mut properties = IndexMap::new();
        let mut required = Vec::new();
        let mut holds = Vec::new();
        let mut suffixes = Suffixes::default();
        let required_properties: HashSet<&String> = object.required.iter().collect();
        for (property, (schema, at)) in &object.properties {
            let mut rust = name::field_name(property);
            if name::STRUCT_METHODS.contains(&rust.as_str()) {
                rust.push_str("_value");
                let message = format!("every struct or its builder has a `{property}`: this field is `{rust}`");
                self.report.note(at, "name-taken", message);
            } else if rust.ends_with('_') {
                self.report.note(
                    at,
                    "name-keyword",
                    format!("`{property}` is a Rust keyword: the field is `{rust}`"),
                );
            }
            let inner = place.inner(at.clone(), property);
            let converted = self.convert(schema, &inner);
            holds.extend(converted.holds.clone());
            let is_required = required_properties.contains(property);
            let chain = chain(self.components, schema, at);
            let says = |is: fn(&Schema) -> bool| chain.iter().any(|(schema, _)| schema.as_item().is_some_and(is));
            let field = Field {
                about: about(&chain, &mut self.budget),
                at: at.clone(),
                property: property.clone(),
                required: is_required,
                nullable: converted.nullable,
                read_only: says(|schema| schema.schema_data.read_only),
                write_only: says(|schema| schema.schema_data.write_only),
                example: example(&chain, &mut self.budget),
                listed: listed(self.components, schema),
            };
            let free = suffixes.free(&rust, "_", |name| fields.contains_key(name));
            if free != rust {
                let message = format!("there is a field `{rust}` already: the property `{property}` is `{free}`");
                self.report.note(at, "name-taken", message);
                rust = free;
            }
            fields.insert(rust.clone(), field);
            // An optional list is an `Option`, because an empty list is not the same as no list.
            properties.insert(rust.clone(), boxed(converted.into_schema(!is_required)));
            if is_required {
                required.push(rust);
            }
        }
        let additional = match &object.additional {
            Some((schema, at)) => {
                let converted = self.convert(schema, &place.inner(at.clone(), "extra"));
                holds.extend(converted.holds.clone());
                converted.into_schema(false)
            }
            None => ReferenceOr::Item(any()),
        };
        let additional_properties = Some(AdditionalProperties::Schema(Box::new(additional)));
        let copy = ObjectType {
            properties,
            required,
            additional_properties,
            ..ObjectType::default()
        };
        let copy = schema::of(SchemaKind::Type(Type::Object(copy)));
        self.defined.schemas.insert(place.name.clone(), ReferenceOr::Item(copy));
        self.usage.holds.insert(place.name.clone(), holds);
        self.defined.structs[&place.name].fields = fields;
    }
}
