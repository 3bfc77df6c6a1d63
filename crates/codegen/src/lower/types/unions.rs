//! Unions: the enums of variants that a `oneOf` or an `anyOf` becomes.

use indexmap::IndexMap;
use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, Type};

use super::Types;
use super::convert::Converted;
use super::one_of::Class;
use super::shape::Variants;
use crate::lower::about::about;
use crate::lower::names::{Place, Suffixes};
use crate::lower::schema::{self, COMPONENTS, chain, listed};
use crate::model::{Union, UnionVariant};
use crate::name;

/// Nested `allOf`s are searched for a property up to this depth.
const MOST_NESTED: usize = 8;

impl Types<'_> {
    /// Gives a union its name and its variants.
    pub(super) fn define_union(&mut self, union: Variants, schema: &ReferenceOr<Schema>, place: &Place) {
        // Progenitor sees a string, and replaces it by the type that its settings name.
        let placeholder = ReferenceOr::Item(schema::text());
        self.defined.schemas.insert(place.name.clone(), placeholder);
        let about = about(&[(schema, String::new())], &mut self.budget);
        self.defined.unions.insert(
            place.name.clone(),
            Union {
                about,
                tag: union.discriminator.as_ref().map(|found| found.property_name.clone()),
                variants: IndexMap::new(),
            },
        );
        let mut holds = Vec::new();
        let mut variants: IndexMap<String, UnionVariant> = IndexMap::new();
        let mut suffixes = Suffixes::default();
        for variant in union.variants {
            let (part, at) = &variant.schema;
            let wanted = self.variant_of_union(part);
            let rust = suffixes.free(&wanted, "", |name| variants.contains_key(name));
            let inner = Place::new(at.clone(), name::type_name(&format!("{}-{rust}", place.name)));
            let converted = match variant.merged {
                // Another union may have the same part with other properties, so this is a new type.
                Some(object) => {
                    let name = self.names.take_noted(&inner.name, &inner.at, &mut self.report);
                    self.name_struct(object, part, &Place::new(inner.at, name.clone()));
                    Converted::holding(name)
                }
                None => self.convert(part, &inner),
            };
            holds.extend(converted.holds.clone());
            let tags = union.discriminator.as_ref().map(|found| self.tags(found, part));
            variants.insert(
                rust,
                UnionVariant {
                    // A struct may contain the union again.
                    boxed: converted.is_reference(),
                    ty: converted.received_type(),
                    tags: tags.unwrap_or_default(),
                },
            );
        }
        self.usage.holds.insert(place.name.clone(), holds);
        self.defined.unions[&place.name].variants = variants;
    }

    /// The name of a variant: that of its component, its title, or its kind.
    fn variant_of_union(&mut self, part: &ReferenceOr<Schema>) -> String {
        let of = match part {
            ReferenceOr::Reference { reference } => {
                let name = reference.trim_start_matches(COMPONENTS);
                let rust = self.names.components.get(name).map_or(name, String::as_str);
                return name::variant_name(rust);
            }
            ReferenceOr::Item(schema) => schema,
        };
        if let Some(title) = &of.schema_data.title {
            return name::variant_name(title);
        }
        let word = match self.shapes().class(part) {
            Class::Text => "Text",
            Class::Choice => {
                return name::variant_name(self.shapes().choices(part).first().map_or("Choice", String::as_str));
            }
            Class::Integer => "Integer",
            Class::Number => "Number",
            Class::Boolean => "Boolean",
            Class::List => "List",
            Class::Object | Class::Condition => "Object",
            Class::Union | Class::Anything | Class::Null => "Other",
        };
        word.to_owned()
    }

    /// The values of the discriminator for this variant: those in the mapping. Without a mapping, the name of the
    /// component, unless the variant has an enum for this property that does not contain the name. Then they are the
    /// values of the enum: many documents leave the mapping out. A number without an enum decides nothing.
    fn tags(&mut self, discriminator: &Discriminator, part: &ReferenceOr<Schema>) -> Vec<String> {
        let ReferenceOr::Reference { reference } = part else {
            return Vec::new();
        };
        let name = reference.trim_start_matches(COMPONENTS);
        let mapping = discriminator.mapping.iter();
        let mapped = mapping.filter(|(_, target)| *target == reference || *target == name);
        let mapped: Vec<String> = mapped.map(|(value, _)| value.clone()).collect();
        if !mapped.is_empty() {
            return mapped;
        }
        let property = self.property_of(part, &discriminator.property_name, MOST_NESTED);
        let own = property.map(|property| match self.shapes().class(&property) {
            // The name of a component is no number.
            Class::Integer | Class::Number | Class::Boolean => Some(listed(self.components, &property)),
            _ => Some(self.shapes().choices(&property)).filter(|values| !values.is_empty()),
        });
        match own.flatten() {
            Some(values) if !values.iter().any(|value| value == name) => values,
            _ => vec![name.to_owned()],
        }
    }

    /// A property of an object.
    fn property_of(&self, schema: &ReferenceOr<Schema>, property: &str, levels: usize) -> Option<ReferenceOr<Schema>> {
        let Some((ReferenceOr::Item(schema), _)) = chain(self.components, schema, "").pop() else {
            return None;
        };
        let none = IndexMap::new();
        let (properties, parts) = match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => (&object.properties, [].as_slice()),
            SchemaKind::Any(any) => (&any.properties, any.all_of.as_slice()),
            SchemaKind::AllOf { all_of } => (&none, all_of.as_slice()),
            _ => return None,
        };
        if let Some(property) = properties.get(property) {
            return Some(property.clone().unbox());
        }
        let levels = levels.checked_sub(1)?;
        parts.iter().find_map(|part| self.property_of(part, property, levels))
    }
}
