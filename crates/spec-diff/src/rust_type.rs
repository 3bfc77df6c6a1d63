//! What a schema becomes in Rust: just as much as is needed to see whether a public item is another
//! one now. `ittybit-codegen` decides; a test holds the two together.

use heck::{ToPascalCase, ToSnakeCase};
use ittybit_spec::Node;

use crate::reference::References;

/// A Rust type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RustType {
    Plain(&'static str),
    Struct(String),
    Enum(String),
    List(Box<RustType>),
    Map(Box<RustType>),
    Optional(Box<RustType>),
}

/// Aliases of aliases are followed this far.
const DEEPEST: usize = 64;
const JSON: RustType = RustType::Plain("serde_json::Value");

impl RustType {
    pub(crate) fn optional(self, optional: bool) -> Self {
        match self {
            RustType::Optional(_) => self,
            _ if optional => RustType::Optional(Box::new(self)),
            _ => self,
        }
    }

    /// The name of a struct or an enum.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            RustType::Struct(name) | RustType::Enum(name) => Some(name),
            _ => None,
        }
    }

    /// Whether both are the same but for the names of structs and enums.
    pub(crate) fn alike(&self, other: &Self) -> bool {
        match (self, other) {
            (RustType::Struct(_), RustType::Struct(_)) | (RustType::Enum(_), RustType::Enum(_)) => true,
            (RustType::List(a), RustType::List(b))
            | (RustType::Map(a), RustType::Map(b))
            | (RustType::Optional(a), RustType::Optional(b)) => a.alike(b),
            _ => self == other,
        }
    }
}

/// The type of a schema. `name` is that of the type if the schema has none of its own.
pub(crate) fn of(references: &References<'_>, schema: &Node, name: &str) -> RustType {
    within(references, schema, name, 0)
}

fn within(references: &References<'_>, schema: &Node, name: &str, depth: usize) -> RustType {
    if depth > DEEPEST {
        return JSON;
    }
    if schema.get("$ref").is_some() {
        return match references.resolve(schema) {
            Some(target) => match references.component(schema) {
                Some(component) => within(references, target, &type_name(component), depth + 1),
                None => within(references, target, name, depth + 1),
            },
            None => JSON,
        };
    }
    let has = |key: &str| {
        schema
            .get(key)
            .and_then(Node::as_object)
            .is_some_and(|members| !members.is_empty())
    };
    let required = schema
        .get("required")
        .and_then(Node::as_array)
        .is_some_and(|names| !names.is_empty());
    let parts = ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .find_map(|key| schema.get(key).and_then(Node::as_array));
    match parts {
        Some([part]) if !has("properties") && !required => {
            return within(references, part, name, depth + 1).optional(is_nullable(schema));
        }
        Some(parts) if !parts.is_empty() => return RustType::Struct(name.to_owned()),
        _ => {}
    }
    let ty = schema.get("type").and_then(Node::as_str);
    if has("properties") && matches!(ty, None | Some("object")) {
        return RustType::Struct(name.to_owned());
    }
    let inner = |key: &str, suffix: &str| match schema.get(key) {
        Some(inner) if inner.as_object().is_some() => {
            let ty = within(references, inner, &format!("{name}{suffix}"), depth + 1);
            ty.optional(nullable(references, inner))
        }
        _ => JSON,
    };
    if matches!(ty, None | Some("string"))
        && let Some(values) = schema.get("enum").and_then(Node::as_array)
        && values.iter().any(|value| value.as_str().is_some())
        && values
            .iter()
            .all(|value| value.as_str().is_some() || *value.value() == ittybit_spec::Value::Null)
    {
        return RustType::Enum(name.to_owned());
    }
    match ty {
        Some("string") => RustType::Plain("String"),
        Some("boolean") => RustType::Plain("bool"),
        Some("number") => RustType::Plain("f64"),
        Some("integer") => RustType::Plain(match schema.get("format").and_then(Node::as_str) {
            Some("unix-time") => "Timestamp",
            Some("int8") => "i8",
            Some("int16") => "i16",
            Some("int32") => "i32",
            Some("uint8") => "u8",
            Some("uint16") => "u16",
            Some("uint32" | "uint") => "u32",
            Some("uint64") => "u64",
            _ => "i64",
        }),
        Some("array") => RustType::List(Box::new(inner("items", "Item"))),
        None if schema.get("items").is_some() => RustType::List(Box::new(inner("items", "Item"))),
        Some("object") => RustType::Map(Box::new(inner("additionalProperties", "Value"))),
        _ => JSON,
    }
}

/// Whether a schema says that its value may be null, itself or through what it refers to.
pub(crate) fn nullable(references: &References<'_>, schema: &Node) -> bool {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        if is_nullable(schema) {
            return true;
        }
        let next = if schema.get("$ref").is_some() {
            references.resolve(schema)
        } else {
            match schema.get("allOf").and_then(Node::as_array) {
                Some([part]) => Some(part),
                _ => None,
            }
        };
        match next {
            Some(next) => schema = next,
            None => return false,
        }
    }
    false
}

fn is_nullable(schema: &Node) -> bool {
    schema.get("nullable").and_then(Node::as_bool) == Some(true)
}

/// The name of the type of a component.
pub(crate) fn type_name(name: &str) -> String {
    name.to_pascal_case()
}

/// The name of a method, a field or a setter.
pub(crate) fn method_name(name: &str) -> String {
    name.to_snake_case()
}
