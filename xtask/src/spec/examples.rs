//! Whether examples are what their schemas say, by a validator of JSON Schema.

use ittybit_spec::{Diagnostic, Document, Node, pointer};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, JsonType, ValidationError};
use serde_json::{Map, Value, json};

/// The schemas of a document, in the form that a validator reads.
pub struct Schemas {
    components: Value,
}

impl Schemas {
    pub fn new(document: &Document) -> Self {
        let schemas = document
            .get("/components/schemas")
            .and_then(Node::as_object)
            .unwrap_or_default();
        let schemas: Map<String, Value> = schemas
            .iter()
            .map(|schema| (schema.key().to_owned(), converted(schema.value())))
            .collect();
        Self {
            components: json!({ "schemas": schemas }),
        }
    }

    /// What is wrong with an example at a place.
    pub fn check(&self, document: &Document, schema: &Node, example: &Node, at: &str) -> Vec<Diagnostic> {
        // A keyword beside `$ref` has no effect, so the schema stands in an `allOf`.
        let root = json!({ "components": self.components, "allOf": [converted(schema)] });
        // References into nowhere, and patterns that are none, are told by `check`.
        let options = jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_format("uuid", is_uuid);
        let Ok(validator) = options.build(&root) else {
            return Vec::new();
        };
        let value = example.to_json();
        let errors: Vec<ValidationError<'_>> = validator.iter_errors(&value).collect();
        let findings = errors.iter().flat_map(causes).map(|error| {
            let place = format!("{at}{}", error.instance_path().as_str());
            document.warning(&place, format!("the example is not what its schema says: {error}"))
        });
        findings.collect()
    }
}

/// What is wrong with a value that may be null: not that it is not null.
fn causes<'e>(error: &'e ValidationError<'e>) -> Vec<&'e ValidationError<'e>> {
    let is_null = |error: &ValidationError<'_>| {
        matches!(
            error.kind(),
            ValidationErrorKind::Type {
                kind: TypeKind::Single(JsonType::Null)
            }
        )
    };
    match error.kind() {
        // No schema of OpenAPI 3.0 has the type `null`: `converted` has made it.
        ValidationErrorKind::AnyOf { context } => match context.as_slice() {
            [null, other] if null.first().is_some_and(is_null) => other.iter().flat_map(causes).collect(),
            _ => vec![error],
        },
        _ => vec![error],
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|digit| digit == '-' || digit.is_ascii_hexdigit())
}

/// A schema of OpenAPI 3.0 as one of JSON Schema: `nullable` is a type there, and what concerns only
/// OpenAPI is left out.
fn converted(schema: &Node) -> Value {
    let Some(members) = schema.as_object() else {
        return schema.to_json();
    };
    if let Some(reference) = schema.get("$ref") {
        return json!({ "$ref": reference.to_json() });
    }
    let mut result = Map::new();
    for member in members {
        let value = member.value();
        let inner = match member.key() {
            "items" | "not" | "additionalProperties" => converted(value),
            "allOf" | "anyOf" | "oneOf" => value.as_array().unwrap_or_default().iter().map(converted).collect(),
            "properties" => value
                .as_object()
                .unwrap_or_default()
                .iter()
                .map(|property| (property.key().to_owned(), converted(property.value())))
                .collect(),
            "type" | "format" | "enum" | "required" | "pattern" | "minimum" | "maximum" | "exclusiveMinimum"
            | "exclusiveMaximum" | "multipleOf" | "minLength" | "maxLength" | "minItems" | "maxItems"
            | "uniqueItems" | "minProperties" | "maxProperties" => value.to_json(),
            _ => continue,
        };
        result.insert(member.key().to_owned(), inner);
    }
    let range = match schema.get("format").and_then(Node::as_str) {
        Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
        Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
        _ => None,
    };
    if let Some((least, greatest)) = range {
        result.entry("minimum").or_insert(least);
        result.entry("maximum").or_insert(greatest);
    }
    if schema.get("nullable").and_then(Node::as_bool) == Some(true) {
        return json!({ "anyOf": [{ "type": "null" }, result] });
    }
    Value::Object(result)
}

/// The examples that stand at an object: each value with its pointer.
pub fn examples_of<'d>(document: &'d Document, node: &'d Node, at: &str) -> Vec<(&'d Node, String)> {
    let mut found = Vec::new();
    if let Some(example) = node.get("example") {
        found.push((example, pointer::join(at, ["example"])));
    }
    for example in node.get("examples").and_then(Node::as_object).unwrap_or_default() {
        let mut at = pointer::join(at, ["examples", example.key()]);
        if let Some(name) = example
            .value()
            .get("$ref")
            .and_then(Node::as_str)
            .and_then(|reference| reference.strip_prefix('#'))
        {
            at = name.to_owned();
        }
        let value = document
            .resolve(example.value())
            .and_then(|example| example.get("value"));
        if let Some(value) = value {
            found.push((value, pointer::join(&at, ["value"])));
        }
    }
    found
}
