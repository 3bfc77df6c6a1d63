//! Examples are valid for their schemas, as checked by a validator of JSON Schema.

use ittybit_spec::{Diagnostic, Document, Kind, Node, pointer};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, JsonType, ValidationError};
use serde_json::{Map, Value, json};

const CODE: &str = "example-invalid";

/// The maximum number of steps for all examples of a document, each through a part of a schema and a part of the
/// example. Schemas that refer to each other may need any number of steps.
const MAX_STEPS: usize = 2_000_000;

/// The maximum depth of nested schemas, with references followed.
const MAX_DEPTH: usize = 256;

/// The maximum number of findings about an example: each shows the value, which may be large.
const MAX_FINDINGS: usize = 20;

/// The examples of a part of the document, and their schema.
struct Holder<'d> {
    schema: &'d Node,
    examples: Vec<(&'d Node, String)>,
}

pub(super) fn check(document: &Document) -> Vec<Diagnostic> {
    within(document, MAX_STEPS)
}

fn within(document: &Document, mut steps: usize) -> Vec<Diagnostic> {
    let mut holders = Vec::new();
    document.visit(&mut |part| {
        let schema = match part.kind {
            Kind::Schema => Some(part.node),
            Kind::Parameter | Kind::Header | Kind::MediaType => part.node.get("schema"),
            _ => None,
        };
        let examples = examples_of(document, part.node, part.at);
        if let Some(schema) = schema.filter(|_| !examples.is_empty()) {
            holders.push(Holder { schema, examples });
        }
    });
    // The validator rejects a schema with an invalid pattern: then all patterns are left out.
    let compiled = [true, false].into_iter().find_map(|patterns| {
        let root = root(document, &holders, patterns);
        let options = jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_format("uuid", is_uuid);
        let validator = options.build(&root).ok()?;
        Some((root, validator))
    });
    let Some((root, validator)) = compiled else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (index, holder) in holders.iter().enumerate() {
        let name = index.to_string();
        for (example, at) in &holder.examples {
            let value = example.to_json();
            let mut walk = Walk { root: &root, steps };
            let bounded = walk.walk(&root["properties"][&name], &value, 0);
            steps = walk.steps;
            if !bounded {
                let message = "the example is not checked: its schema is too complex";
                findings.push(document.note(at, message).code(CODE));
                continue;
            }
            let value = json!({ &name: value });
            let errors: Vec<ValidationError<'_>> = validator.iter_errors(&value).take(MAX_FINDINGS).collect();
            findings.extend(errors.iter().flat_map(causes).map(|error| {
                let path = error.instance_path().as_str();
                let place = format!("{at}{}", &path[1 + name.len()..]);
                let message = format!("the example does not fit its schema: {error}");
                document.warning(&place, message).code(CODE)
            }));
        }
    }
    findings
}

/// All schemas as one schema for the validator. Its property `N` has the schema of the holder `N`, so schemas that
/// many of them refer to are compiled once.
fn root(document: &Document, holders: &[Holder<'_>], patterns: bool) -> Value {
    // With one invalid schema, the validator would reject all of them.
    let valid = |schema: &Node| {
        let forms = [patterns, false].map(|patterns| converted(schema, patterns));
        let valid = forms.into_iter().find(jsonschema::draft4::meta::is_valid);
        valid.unwrap_or_else(|| json!({}))
    };
    let schemas = document
        .get("/components/schemas")
        .and_then(Node::as_object)
        .unwrap_or_default();
    let schemas: Map<String, Value> = schemas
        .iter()
        .map(|schema| (schema.key().to_owned(), valid(schema.value())))
        .collect();
    let holders: Map<String, Value> = holders
        .iter()
        .enumerate()
        .map(|(index, holder)| (index.to_string(), valid(holder.schema)))
        .collect();
    json!({ "components": { "schemas": schemas }, "properties": holders })
}

/// Counts the steps that a validator takes through a schema and a value.
struct Walk<'v> {
    root: &'v Value,
    steps: usize,
}

impl Walk<'_> {
    /// Whether the validation ends within the steps that are left.
    fn walk(&mut self, schema: &Value, value: &Value, depth: usize) -> bool {
        let Some(left) = self.steps.checked_sub(1).filter(|_| depth < MAX_DEPTH) else {
            return false;
        };
        self.steps = left;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = reference.strip_prefix('#').and_then(|place| self.root.pointer(place));
            return target.is_none_or(|target| self.walk(target, value, depth + 1));
        }
        let parts = ["allOf", "anyOf", "oneOf"]
            .iter()
            .filter_map(|key| schema.get(key)?.as_array());
        let parts = parts.flatten().chain(schema.get("not"));
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let properties = properties.filter_map(|(name, schema)| Some((schema, value.get(name)?)));
        let more = schema.get("additionalProperties").filter(|more| more.is_object());
        let more = more.into_iter().flat_map(|more| {
            let members = value.as_object().into_iter().flat_map(Map::values);
            members.map(move |value| (more, value))
        });
        let items = schema.get("items").into_iter().flat_map(|items| {
            let values = value.as_array().into_iter().flatten();
            values.map(move |value| (items, value))
        });
        let steps: Vec<(&Value, &Value)> = parts
            .map(|part| (part, value))
            .chain(properties)
            .chain(more)
            .chain(items)
            .collect();
        steps
            .into_iter()
            .all(|(schema, value)| self.walk(schema, value, depth + 1))
    }
}

/// The errors to report. For a nullable schema, the error that the value is not null is left out.
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
        // No schema of OpenAPI 3.0 has the type `null`: it was added by `converted`.
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

/// Converts a schema of OpenAPI 3.0 to JSON Schema: `nullable` becomes the type `null`, and the keywords of OpenAPI
/// only are left out.
fn converted(schema: &Node, patterns: bool) -> Value {
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
            "items" | "not" | "additionalProperties" => converted(value, patterns),
            "pattern" if !patterns => continue,
            "allOf" | "anyOf" | "oneOf" => {
                let parts = value.as_array().unwrap_or_default().iter();
                parts.map(|part| converted(part, patterns)).collect()
            }
            "properties" => value
                .as_object()
                .unwrap_or_default()
                .iter()
                .map(|property| (property.key().to_owned(), converted(property.value(), patterns)))
                .collect(),
            "required" if value.as_array().is_some_and(<[Node]>::is_empty) => continue,
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

/// The examples of an object: each value with its pointer.
fn examples_of<'d>(document: &'d Document, node: &'d Node, at: &str) -> Vec<(&'d Node, String)> {
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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn a_schema_that_is_too_complex_is_noted() {
        let mut text =
            String::from("openapi: 3.0.3\ninfo: { title: a, version: b }\npaths: {}\ncomponents:\n  schemas:\n");
        for from in 0..40 {
            let to: Vec<String> = (from + 1..40)
                .map(|to| format!("{{ type: object, properties: {{ a: {{ $ref: '#/components/schemas/S{to}' }} }} }}, {{ $ref: '#/components/schemas/S{to}' }}"))
                .collect();
            let variants = if to.is_empty() {
                "{ type: string }".to_owned()
            } else {
                to.join(", ")
            };
            writeln!(
                text,
                "    S{from}: {{ anyOf: [{variants}], example: {{ a: {{ a: 1 }} }} }}"
            )
            .expect("writing to a string");
        }
        let document = Document::parse("api.yaml", text).expect("a document");
        let findings = within(&document, 1000);
        assert!(findings.iter().any(|finding| finding.message().contains("too complex")));
    }

    #[test]
    fn an_invalid_pattern_hides_no_other_mistake() {
        let text = "openapi: 3.0.3\ninfo: { title: a, version: b }\npaths: {}\ncomponents:\n  schemas:\n    A: { type: string, pattern: '(', example: 1 }\n";
        let document = Document::parse("api.yaml", text).expect("a document");
        assert_eq!(check(&document).len(), 1);
    }
}
