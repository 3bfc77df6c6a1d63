//! Unions: `oneOf` and `anyOf` become an enum of their variants.
//!
//! Some of them become a plain type instead: several enums of strings become one enum, and several numbers a number.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::pointer;
use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, StringType, Type};

use super::schema::{COMPONENTS, Converted, Place};
use super::shape::{Inner, Object, Shape, is_enum, required, single_type};
use super::{Lowering, Suffixes};
use crate::model::{Union, UnionVariant};
use crate::name;

/// Nested unions with their own properties are merged up to this depth: a union may be a part of itself.
const MOST_MERGED: usize = 3;

/// Nested `allOf`s are searched for a property up to this depth.
const MOST_NESTED: usize = 8;

/// A union that has no name yet.
pub(super) struct Variants {
    variants: Vec<Variant>,
    discriminator: Option<Discriminator>,
}

struct Variant {
    schema: Inner,
    /// If the variant is merged with the properties beside the union: all properties.
    merged: Option<Object>,
}

/// The class of a schema, without regard to its inner schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Null,
    Text,
    Choice,
    Integer,
    Number,
    Boolean,
    List,
    Object,
    /// It only says which properties are required or forbidden.
    Condition,
    Union,
    Anything,
}

impl Lowering<'_> {
    /// The shape of a `oneOf` or an `anyOf`. `own` contains the properties beside it.
    pub(super) fn union_shape(
        &mut self,
        keyword: &str,
        parts: &[ReferenceOr<Schema>],
        own: Option<Object>,
        discriminator: Option<&Discriminator>,
        place: &Place,
    ) -> Shape {
        let mut found: Vec<(ReferenceOr<Schema>, String, Class)> = Vec::new();
        let mut known = HashSet::new();
        for (index, part) in parts.iter().enumerate() {
            let at = pointer::join(&place.at, [keyword, index.to_string().as_str()]);
            let class = self.class(part);
            // Equal parts are one variant.
            if class != Class::Null && known.insert(serde_json::to_string(part).unwrap_or_default()) {
                found.push((part.clone(), at, class));
            }
        }
        let classes: Vec<Class> = found.iter().map(|(.., class)| *class).collect();
        let all = |of: &[Class]| !classes.is_empty() && classes.iter().all(|class| of.contains(class));
        if all(&[Class::Condition]) || classes.is_empty() {
            return own.map_or(Shape::Any, Shape::Struct);
        }
        if let (Some(own), [(part, at, Class::Object)]) = (&own, found.as_slice()) {
            let shape = self.merged(own, part, at, place);
            return shape.map_or(Shape::Any, Shape::Struct);
        }
        if let Some(own) = own {
            if !all(&[Class::Object, Class::Condition]) {
                let message = format!("what is beside this `{keyword}` applies to objects only: it is any JSON value");
                self.note(&place.at, "union-any", message);
                return Shape::Any;
            }
            let mut variants = Vec::new();
            for (part, at, _) in found {
                let merged = self.merged(&own, &part, &at, place);
                variants.push(Variant {
                    schema: (part, at),
                    merged,
                });
            }
            let discriminator = discriminator.cloned();
            return Shape::Union(Variants {
                variants,
                discriminator,
            });
        }
        if let [(part, at, _)] = found.as_slice() {
            return self.shape(part, &Place::new(at.clone(), place.name.clone()));
        }
        if all(&[Class::Text]) {
            return Shape::String;
        }
        if all(&[Class::Text, Class::Choice]) {
            let values: IndexSet<String> = found.iter().flat_map(|(part, ..)| self.choices(part)).collect();
            return Shape::Enum(values.into_iter().collect());
        }
        if all(&[Class::Integer]) {
            return Shape::Integer("i64");
        }
        if all(&[Class::Integer, Class::Number]) {
            return Shape::Float;
        }
        if all(&[Class::Boolean]) {
            return Shape::Boolean;
        }
        if classes
            .iter()
            .any(|class| matches!(class, Class::Anything | Class::Condition))
        {
            self.note(
                &place.at,
                "union-any",
                format!("a part of this `{keyword}` accepts any value: it is any JSON value"),
            );
            return Shape::Any;
        }
        let variants = found.into_iter().map(|(part, at, _)| Variant {
            schema: (part, at),
            merged: None,
        });
        Shape::Union(Variants {
            variants: variants.collect(),
            discriminator: discriminator.cloned(),
        })
    }

    /// An `allOf` of objects and of unions: each variant of the union has the properties of the objects.
    pub(super) fn all_of_union(&mut self, own: Object, mut unions: Vec<Variants>, place: &Place) -> Shape {
        let (Some(union), true) = (unions.pop(), unions.is_empty()) else {
            self.note(
                &place.at,
                "all-of-any",
                "an `allOf` of several unions is any JSON value",
            );
            return Shape::Any;
        };
        if own.properties.is_empty() && own.required.is_empty() {
            return Shape::Union(union);
        }
        let mut variants = Vec::new();
        for Variant { schema, merged } in union.variants {
            let merged = match merged {
                Some(object) if self.may_repeat(own.properties.len(), &place.at) => {
                    let mut whole = own.clone();
                    self.merge(&mut whole, object);
                    Some(whole)
                }
                Some(_) => return Shape::Refused,
                None => self.merged(&own, &schema.0, &schema.1, place),
            };
            if merged.is_none() {
                self.note(
                    &place.at,
                    "all-of-any",
                    "a variant of this `allOf` is not an object: it is any JSON value",
                );
                return Shape::Any;
            }
            variants.push(Variant { schema, merged });
        }
        Shape::Union(Variants {
            variants,
            discriminator: union.discriminator,
        })
    }

    /// A part of a union, merged with the properties beside the union.
    fn merged(&mut self, own: &Object, part: &ReferenceOr<Schema>, at: &str, place: &Place) -> Option<Object> {
        let (schema, at) = self.chain(part, at).pop()?;
        if self.merging == MOST_MERGED || !self.may_repeat(own.properties.len(), &place.at) {
            return None;
        }
        let mut whole = own.clone();
        self.merging += 1;
        let shape = self.shape(schema, &Place::new(at, place.name.clone()));
        self.merging -= 1;
        match shape {
            Shape::Struct(object) => self.merge(&mut whole, object),
            Shape::Map(additional) => whole.additional = whole.additional.or(additional),
            Shape::Any => whole.required.extend(required(schema)),
            _ => return None,
        }
        Some(whole)
    }

    fn class(&self, schema: &ReferenceOr<Schema>) -> Class {
        let Some((ReferenceOr::Item(schema), _)) = self.chain(schema, "").pop() else {
            return Class::Anything;
        };
        match &*single_type(&schema.schema_kind) {
            SchemaKind::Type(Type::String(string)) => match string.enumeration.as_slice() {
                [] => Class::Text,
                values if values.iter().all(Option::is_none) => Class::Null,
                _ => Class::Choice,
            },
            SchemaKind::Type(Type::Integer(_)) => Class::Integer,
            SchemaKind::Type(Type::Number(_)) => Class::Number,
            SchemaKind::Type(Type::Boolean(_)) => Class::Boolean,
            SchemaKind::Type(Type::Array(_)) => Class::List,
            SchemaKind::Type(Type::Object(_)) => Class::Object,
            SchemaKind::AllOf { .. } => Class::Object,
            SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } => Class::Union,
            SchemaKind::Not { .. } => Class::Condition,
            SchemaKind::Any(any) if !any.properties.is_empty() || !any.all_of.is_empty() => Class::Object,
            SchemaKind::Any(any) if !any.one_of.is_empty() || !any.any_of.is_empty() => Class::Union,
            SchemaKind::Any(any) if !any.enumeration.is_empty() => match () {
                () if any.enumeration.iter().all(serde_json::Value::is_null) => Class::Null,
                () if is_enum(&any.enumeration) => Class::Choice,
                () => Class::Anything,
            },
            SchemaKind::Any(any) if any.items.is_some() => Class::List,
            SchemaKind::Any(any) if !any.required.is_empty() || any.not.is_some() => Class::Condition,
            SchemaKind::Any(_) if schema.schema_data.nullable => Class::Null,
            SchemaKind::Any(_) => Class::Anything,
        }
    }

    /// The values of an enum of strings.
    fn choices(&mut self, schema: &ReferenceOr<Schema>) -> Vec<String> {
        let Some((schema, at)) = self.chain(schema, "").pop() else {
            return Vec::new();
        };
        match self.shape(schema, &Place::new(at, "")) {
            Shape::Enum(values) => values,
            _ => Vec::new(),
        }
    }

    /// The values of the discriminator for this variant: those in the mapping. Without a mapping, the name of the
    /// component, unless the variant has an enum for this property that does not contain the name. Then they are the
    /// values of the enum: many documents leave the mapping out.
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
        let own = self.values_of(part, &discriminator.property_name, MOST_NESTED);
        match own.is_empty() || own.iter().any(|value| value == name) {
            true => vec![name.to_owned()],
            false => own,
        }
    }

    /// The values that a property of an object may have, where it is an enum.
    fn values_of(&mut self, schema: &ReferenceOr<Schema>, property: &str, levels: usize) -> Vec<String> {
        let Some((ReferenceOr::Item(schema), _)) = self.chain(schema, "").pop() else {
            return Vec::new();
        };
        let none = IndexMap::new();
        let (properties, parts) = match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => (&object.properties, [].as_slice()),
            SchemaKind::Any(any) => (&any.properties, any.all_of.as_slice()),
            SchemaKind::AllOf { all_of } => (&none, all_of.as_slice()),
            _ => return Vec::new(),
        };
        if let Some(property) = properties.get(property) {
            return self.choices(&property.clone().unbox());
        }
        let Some(levels) = levels.checked_sub(1) else {
            return Vec::new();
        };
        let mut values = parts.iter().map(|part| self.values_of(part, property, levels));
        values.find(|values| !values.is_empty()).unwrap_or_default()
    }

    /// Gives a union its name and its variants.
    pub(super) fn define_union(&mut self, union: Variants, schema: &ReferenceOr<Schema>, place: &Place) {
        // Progenitor sees a string, and replaces it by the type that its settings name.
        let placeholder = Schema {
            schema_data: openapiv3::SchemaData::default(),
            schema_kind: SchemaKind::Type(Type::String(StringType::default())),
        };
        self.schemas.insert(place.name.clone(), ReferenceOr::Item(placeholder));
        let about = self.about(&[(schema, String::new())]);
        self.model.unions.insert(
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
                    let name = self.free_type_name(&inner.name);
                    self.model.places.insert(name.clone(), inner.at.clone());
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
        self.holds.insert(place.name.clone(), holds);
        self.model.unions[&place.name].variants = variants;
    }

    /// The name of a variant: that of its component, its title, or its kind.
    fn variant_of_union(&mut self, part: &ReferenceOr<Schema>) -> String {
        let of = match part {
            ReferenceOr::Reference { reference } => {
                let name = reference.trim_start_matches(COMPONENTS);
                return self
                    .type_names
                    .get(name)
                    .map_or_else(|| name::variant_name(name), |name| name::variant_name(name));
            }
            ReferenceOr::Item(schema) => schema,
        };
        if let Some(title) = &of.schema_data.title {
            return name::variant_name(title);
        }
        let word = match self.class(part) {
            Class::Text => "Text",
            Class::Choice => return name::variant_name(self.choices(part).first().map_or("Choice", String::as_str)),
            Class::Integer => "Integer",
            Class::Number => "Number",
            Class::Boolean => "Boolean",
            Class::List => "List",
            Class::Object | Class::Condition => "Object",
            Class::Union | Class::Anything | Class::Null => "Other",
        };
        word.to_owned()
    }
}
