//! Schemas: questions about one that need no more than the document.

use std::borrow::Cow;

use ittybit_spec::pointer;
use openapiv3::{AnySchema, ArrayType, Components, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type};
use serde_json::Value;

use super::integer::make_whole;

pub(super) const COMPONENTS: &str = "#/components/schemas/";

/// Chains of references, and of the lists and maps between them, are followed up to this length.
pub(super) const MAX_CHAIN: usize = 192;

/// A schema that consists of its kind.
pub(super) fn of(schema_kind: SchemaKind) -> Schema {
    Schema {
        schema_data: SchemaData::default(),
        schema_kind,
    }
}

/// A schema without keywords, for any value.
pub(crate) fn any() -> Schema {
    of(SchemaKind::Any(AnySchema::default()))
}

/// A schema of strings, without bounds.
pub(super) fn text() -> Schema {
    of(SchemaKind::Type(Type::String(StringType::default())))
}

/// A schema that null fits, too. A reference has to be wrapped for that.
pub(super) fn nullable(schema: ReferenceOr<Schema>) -> ReferenceOr<Schema> {
    let mut schema = match schema {
        ReferenceOr::Item(schema) => schema,
        reference => self::of(SchemaKind::AllOf {
            all_of: vec![reference],
        }),
    };
    schema.schema_data.nullable = true;
    ReferenceOr::Item(schema)
}

pub(super) fn boxed(schema: ReferenceOr<Schema>) -> ReferenceOr<Box<Schema>> {
    match schema {
        ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(schema)),
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
    }
}

/// The value of an extension in a schema.
pub(super) fn extension<'s>(schema: &'s ReferenceOr<Schema>, name: &str) -> Option<&'s Value> {
    schema.as_item()?.schema_data.extensions.get(name)
}

/// Schemas with a `type` that `openapiv3` reads as `Any`, with the kind of their type. These have keywords of other
/// types, which have no effect, or are integers with bounds that are not integers.
pub(super) fn single_type(kind: &SchemaKind) -> Cow<'_, SchemaKind> {
    let SchemaKind::Any(any) = kind else {
        return Cow::Borrowed(kind);
    };
    let combined = [&any.all_of, &any.one_of, &any.any_of]
        .iter()
        .any(|parts| !parts.is_empty());
    if combined || any.not.is_some() {
        return Cow::Borrowed(kind);
    }
    let own: &[&str] = match any.typ.as_deref() {
        Some("string") => &["format", "pattern", "minLength", "maxLength", "enum"],
        Some("integer" | "number") => &[
            "format",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "enum",
        ],
        Some("boolean") => &["enum"],
        Some("array") => &["items", "minItems", "maxItems", "uniqueItems"],
        Some("object") => &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
        _ => return Cow::Borrowed(kind),
    };
    // With only the keywords of its type, `openapiv3` can read the schema.
    let Ok(serde_json::Value::Object(keywords)) = serde_json::to_value(any) else {
        return Cow::Borrowed(kind);
    };
    let mut keywords: serde_json::Map<_, _> = keywords
        .into_iter()
        .filter(|(key, _)| key == "type" || own.contains(&key.as_str()))
        .collect();
    if any.typ.as_deref() == Some("integer") {
        make_whole(&mut keywords);
    }
    match serde_json::from_value(serde_json::Value::Object(keywords)) {
        Ok(SchemaKind::Type(single)) => Cow::Owned(SchemaKind::Type(single)),
        _ => Cow::Borrowed(kind),
    }
}

pub(super) fn required(schema: &ReferenceOr<Schema>) -> Vec<String> {
    match schema.as_item().map(|schema| &schema.schema_kind) {
        Some(SchemaKind::Type(Type::Object(object))) => object.required.clone(),
        Some(SchemaKind::Any(any)) => any.required.clone(),
        _ => Vec::new(),
    }
}

/// Whether the values of an `enum` without `type` are strings, apart from `null`.
pub(super) fn is_enum(values: &[Value]) -> bool {
    values.iter().any(Value::is_string) && values.iter().all(|value| value.is_string() || value.is_null())
}

/// Whether a schema, or the only part of it, is nullable.
pub(super) fn is_nullable(schema: &ReferenceOr<Schema>) -> bool {
    let mut next = Some(schema);
    while let Some(ReferenceOr::Item(schema)) = next {
        if schema.schema_data.nullable {
            return true;
        }
        next = sole_part(&schema.schema_kind);
    }
    false
}

/// The only part of an `allOf` that describes values, with its index. Other parts may have a description or a default.
pub(super) fn only_part(parts: &[ReferenceOr<Schema>]) -> Option<(usize, &ReferenceOr<Schema>)> {
    let is_empty = |part: &ReferenceOr<Schema>| matches!(part, ReferenceOr::Item(schema) if schema.schema_kind == any().schema_kind);
    if let [part] = parts {
        return Some((0, part));
    }
    let mut others = parts.iter().enumerate().filter(|(_, part)| !is_empty(part));
    others.next().filter(|_| others.next().is_none())
}

/// The only part of an `allOf`, a `oneOf` or an `anyOf`.
pub(super) fn sole_part(kind: &SchemaKind) -> Option<&ReferenceOr<Schema>> {
    match kind {
        SchemaKind::AllOf { all_of } => only_part(all_of).map(|(_, part)| part),
        SchemaKind::OneOf { one_of: parts } | SchemaKind::AnyOf { any_of: parts } => match parts.as_slice() {
            [part] => Some(part),
            _ => None,
        },
        _ => None,
    }
}

/// The component that a schema refers to, if it is only a reference.
fn referred(schema: &ReferenceOr<Schema>) -> Option<&str> {
    let reference = match schema {
        ReferenceOr::Reference { reference } => reference,
        ReferenceOr::Item(schema) => match sole_part(&schema.schema_kind)? {
            ReferenceOr::Reference { reference } => reference,
            ReferenceOr::Item(_) => return None,
        },
    };
    reference.strip_prefix(COMPONENTS)
}

/// A schema and the schemas that it refers to one after the other, each with its place.
pub(super) type Chain<'s> = Vec<(&'s ReferenceOr<Schema>, String)>;

/// The chain of a schema. An `allOf` with a single reference counts as that reference.
pub(super) fn chain<'s>(components: &'s Components, schema: &'s ReferenceOr<Schema>, at: &str) -> Chain<'s> {
    let mut chain = vec![(schema, at.to_owned())];
    while let Some(name) = chain.last().and_then(|(schema, _)| referred(schema))
        && let Some(schema) = components.schemas.get(name)
        && chain.len() < MAX_CHAIN
    {
        let at = pointer::join("/components/schemas", [name]);
        chain.push((schema, at));
    }
    chain
}

/// The kind of the last schema in a chain; any value if a reference is broken.
pub(super) fn kind_behind<'s>(components: &'s Components, schema: &'s ReferenceOr<Schema>) -> Cow<'s, SchemaKind> {
    match chain(components, schema, "").pop() {
        Some((ReferenceOr::Item(schema), _)) => single_type(&schema.schema_kind),
        _ => Cow::Owned(any().schema_kind),
    }
}

/// The values of an enum of numbers or booleans, as JSON.
pub(super) fn listed(components: &Components, schema: &ReferenceOr<Schema>) -> Vec<String> {
    fn texts<T: ToString>(values: &[Option<T>]) -> Vec<String> {
        values.iter().flatten().map(T::to_string).collect()
    }
    match kind_behind(components, schema).as_ref() {
        SchemaKind::Type(Type::Integer(of)) => texts(&of.enumeration),
        SchemaKind::Type(Type::Number(of)) => texts(&of.enumeration),
        SchemaKind::Type(Type::Boolean(of)) => texts(&of.enumeration),
        _ => Vec::new(),
    }
}

/// How a parameter's value is converted to text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireForm {
    One,
    Many,
    Neither,
}

/// Whether a parameter's value is a single text, a list of texts, or neither.
pub(super) fn wire_form(components: &Components, schema: &ReferenceOr<Schema>) -> WireForm {
    let is_one = |kind: &SchemaKind| match kind {
        SchemaKind::Type(Type::Object(_) | Type::Array(_)) => false,
        SchemaKind::Type(_) => true,
        SchemaKind::Any(any) => is_enum(&any.enumeration),
        _ => false,
    };
    match kind_behind(components, schema).as_ref() {
        // Only one level of items is followed, because a list may contain itself.
        SchemaKind::Type(Type::Array(ArrayType { items: Some(items), .. }))
            if is_one(kind_behind(components, &items.clone().unbox()).as_ref()) =>
        {
            WireForm::Many
        }
        kind if is_one(kind) => WireForm::One,
        _ => WireForm::Neither,
    }
}
