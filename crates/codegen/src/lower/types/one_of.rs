//! Shapes of unions: a `oneOf` or an `anyOf` is an enum of its variants.
//!
//! Some of them are a plain type instead: several enums of strings are one enum, and several integers an integer, where
//! one type has all values.

use std::collections::HashSet;

use indexmap::IndexSet;
use ittybit_spec::pointer;
use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, Type};

use super::shape::{Object, Shape, Shapes, Variant, Variants};
use crate::lower::integer::rust_type;
use crate::lower::names::Place;
use crate::lower::schema::{chain, is_enum, is_nullable, kind_behind, required, single_type, sole_part};

/// Nested unions with their own properties are merged up to this depth: a union may be a part of itself.
const MOST_MERGED: usize = 3;

/// The class of a schema, without regard to its inner schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
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

impl Shapes<'_, '_> {
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
                self.report.note(&place.at, "union-any", message);
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
        if all(&[Class::Integer])
            && let Some(rust) = self.integer(&found)
        {
            return Shape::Integer(rust);
        }
        if all(&[Class::Number]) {
            return Shape::Float;
        }
        if all(&[Class::Boolean]) {
            return Shape::Boolean;
        }
        if classes
            .iter()
            .any(|class| matches!(class, Class::Anything | Class::Condition))
        {
            self.report.note(
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

    /// The Rust type for all values of some integers, if there is one.
    fn integer(&self, parts: &[(ReferenceOr<Schema>, String, Class)]) -> Option<&'static str> {
        let types = parts
            .iter()
            .map(|(part, ..)| match kind_behind(self.components, part).as_ref() {
                SchemaKind::Type(Type::Integer(integer)) => rust_type(integer).unwrap_or("i64"),
                _ => "i64",
            });
        let types: Vec<&str> = types.collect();
        match types.contains(&"u64") {
            false => Some("i64"),
            true => types.iter().all(|rust| rust.starts_with('u')).then_some("u64"),
        }
    }

    /// An `allOf` of objects and of unions: each variant of the union has the properties of the objects.
    pub(super) fn all_of_union(&mut self, own: Object, mut unions: Vec<Variants>, place: &Place) -> Shape {
        let (Some(union), true) = (unions.pop(), unions.is_empty()) else {
            self.report.note(
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
                Some(object) if self.budget.may_repeat(own.properties.len(), &place.at, self.report) => {
                    let mut whole = own.clone();
                    self.merge(&mut whole, object);
                    Some(whole)
                }
                Some(_) => return Shape::Refused,
                None => self.merged(&own, &schema.0, &schema.1, place),
            };
            if merged.is_none() {
                self.report.note(
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
        let (schema, at) = chain(self.components, part, at).pop()?;
        if self.merging == MOST_MERGED || !self.budget.may_repeat(own.properties.len(), &place.at, self.report) {
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

    /// Whether null is a value of a schema. A variant of an enum of types may be nullable itself; where there is no such
    /// enum, the whole is.
    pub(super) fn accepts_null(&self, schema: &ReferenceOr<Schema>, shape: &Shape) -> bool {
        let is_union = matches!(shape, Shape::Union(_));
        let accepts = |part: &ReferenceOr<Schema>| {
            let chain = || chain(self.components, part, "");
            self.class(part) == Class::Null || !is_union && chain().iter().any(|(schema, _)| is_nullable(schema))
        };
        let mut next = Some(schema);
        while let Some(ReferenceOr::Item(schema)) = next {
            let parts = match &schema.schema_kind {
                SchemaKind::OneOf { one_of: parts } | SchemaKind::AnyOf { any_of: parts } => parts.as_slice(),
                SchemaKind::Any(any) if !any.one_of.is_empty() => &any.one_of,
                SchemaKind::Any(any) => &any.any_of,
                _ => &[],
            };
            if schema.schema_data.nullable || parts.iter().any(accepts) {
                return true;
            }
            next = sole_part(&schema.schema_kind);
        }
        false
    }

    pub(super) fn class(&self, schema: &ReferenceOr<Schema>) -> Class {
        let Some((ReferenceOr::Item(schema), _)) = chain(self.components, schema, "").pop() else {
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
    pub(super) fn choices(&mut self, schema: &ReferenceOr<Schema>) -> Vec<String> {
        let Some((schema, at)) = chain(self.components, schema, "").pop() else {
            return Vec::new();
        };
        match self.shape(schema, &Place::new(at, "")) {
            Shape::Enum(values) => values,
            _ => Vec::new(),
        }
    }
}
