//! The schemas of a document, converted to JSON Schema 2020-12, for which there is a validator.
//!
//! A schema is named by its JSON pointer. OpenAPI reads a schema in two ways: what is `readOnly` need not
//! be in a request, and what is `writeOnly` need not be in a response, whatever `required` says. So the
//! document is kept twice, in both of which the pointers are the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ittybit_spec::pointer;
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use crate::percent;

/// The name of the document among the validator's schemas.
const ROOT: &str = "https://openapi.invalid/document";

/// Whether a value is sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

pub(crate) struct Schemas {
    requests: Side,
    responses: Side,
}

struct Side {
    document: Value,
    registry: Registry<'static>,
    /// By pointer. They are made when they are first needed: a large document has thousands.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    /// # Errors
    /// The reason why the schemas cannot be used.
    pub(crate) fn new(document: &Value) -> Result<Self, String> {
        Ok(Self {
            requests: Side::new(document, Direction::Request)?,
            responses: Side::new(document, Direction::Response)?,
        })
    }

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Request => &self.requests,
            Direction::Response => &self.responses,
        }
    }

    /// The place of the schema that a pointer leads to when every `$ref` there is followed, up to one that has
    /// other constraints beside it, as in 3.1.
    pub(crate) fn resolve(&self, direction: Direction, pointer: &str) -> Option<(String, &Value)> {
        self.follow(direction, pointer, is_constrained)
    }

    /// The same for anything but a schema, where nothing beside a `$ref` counts.
    pub(crate) fn resolve_object(&self, pointer: &str) -> Option<(String, &Value)> {
        self.follow(Direction::Request, pointer, |_| false)
    }

    fn follow(&self, direction: Direction, pointer: &str, ends: fn(&Value) -> bool) -> Option<(String, &Value)> {
        let document = &self.side(direction).document;
        let mut pointer = pointer.to_owned();
        // A cycle of references leads nowhere.
        for _ in 0..64 {
            let value = document.pointer(&pointer)?;
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) if !ends(value) => pointer = target(reference)?,
                _ => return Some((pointer, value)),
            }
        }
        None
    }

    /// What a `$ref` refers to.
    pub(crate) fn referred(&self, direction: Direction, reference: &str) -> Option<&Value> {
        self.side(direction).document.pointer(&target(reference)?)
    }

    /// # Errors
    /// The reason why nothing can be checked against the schema.
    pub(crate) fn validator(&self, direction: Direction, pointer: &str) -> Result<Arc<Validator>, String> {
        let side = self.side(direction);
        let mut validators = side.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = validators.get(pointer) {
            return Ok(Arc::clone(validator));
        }
        let mut fragment = String::new();
        for token in pointer.split('/').skip(1) {
            fragment.push('/');
            percent::encode(token, &mut fragment);
        }
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&side.registry)
            .should_validate_formats(true)
            .build(&json!({ "$ref": format!("{ROOT}#{fragment}") }))
            .map_err(|error| format!("the schema at `{pointer}` cannot be used: {error}"))?;
        let validator = Arc::new(validator);
        validators.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }

    /// Whether a value is as the schema says.
    pub(crate) fn is_valid(&self, direction: Direction, pointer: &str, value: &Value) -> bool {
        self.validator(direction, pointer)
            .is_ok_and(|validator| validator.is_valid(value))
    }
}

impl Side {
    fn new(document: &Value, direction: Direction) -> Result<Self, String> {
        let mut converted = document.clone();
        let version = document["openapi"].as_str().unwrap_or_default();
        let conversion = Conversion {
            document,
            direction,
            old: version.starts_with("3.0"),
        };
        conversion.convert(&mut converted, false);
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(ROOT, converted.clone())
            .and_then(|registry| registry.prepare())
            .map_err(|error| format!("the schemas of the document cannot be used: {error}"))?;
        Ok(Self {
            document: converted,
            registry,
            validators: Mutex::default(),
        })
    }
}

/// Whether a schema says more of a value than its `$ref`.
fn is_constrained(schema: &Value) -> bool {
    const DESCRIBING: [&str; 3] = ["$ref", "$comment", "examples"];
    let constrains = |name: &String| !DESCRIBING.contains(&name.as_str()) && !ittybit_spec::describes(name);
    schema.as_object().is_some_and(|members| members.keys().any(constrains))
}

/// The pointer of a reference into the document itself.
pub(crate) fn target(reference: &str) -> Option<String> {
    percent::decode(reference.strip_prefix('#')?)
}

struct Conversion<'d> {
    document: &'d Value,
    direction: Direction,
    /// Whether it is OpenAPI 3.0, whose schemas are of another dialect.
    old: bool,
}

/// Members whose own members have names of the document's choice.
const NAMED: [&str; 12] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "paths",
    "content",
    "callbacks",
];

/// Members whose values are data, not schemas.
const DATA: [&str; 5] = ["example", "examples", "default", "enum", "const"];

impl Conversion<'_> {
    /// Converts every schema in a value. `named` says that it is a map with names of the document's choice.
    fn convert(&self, value: &mut Value, named: bool) {
        match value {
            Value::Object(object) => {
                for (name, member) in object.iter_mut() {
                    if named {
                        self.convert(member, false);
                    } else if !DATA.contains(&name.as_str()) && !name.starts_with("x-") {
                        self.convert(member, NAMED.contains(&name.as_str()) && member.is_object());
                    }
                }
                if !named {
                    self.convert_schema(object);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.convert(item, false)),
            _ => {}
        }
    }

    /// Does nothing to an object that is no schema: none of these members is in one.
    fn convert_schema(&self, schema: &mut Map<String, Value>) {
        let unusable = |pattern: &Value| jsonschema::validator_for(&json!({ "pattern": pattern })).is_err();
        if schema.get("pattern").is_some_and(unusable) {
            schema.remove("pattern");
        }
        self.relax(schema);
        if !self.old {
            return;
        }
        if schema.get("$ref").is_some_and(Value::is_string) {
            // In OpenAPI 3.0, what is beside a reference is ignored.
            schema.retain(|name, _| name == "$ref");
            return;
        }
        for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            match schema.get(exclusive) {
                Some(Value::Bool(true)) => {
                    schema.remove(exclusive);
                    if let Some(bound) = schema.remove(limit) {
                        schema.insert(exclusive.to_owned(), bound);
                    }
                }
                Some(Value::Bool(false)) => {
                    schema.remove(exclusive);
                }
                _ => {}
            }
        }
        if schema.get("nullable") == Some(&Value::Bool(true)) {
            schema.remove("nullable");
            match schema.get("type") {
                Some(Value::String(name)) => {
                    let types = json!([name, "null"]);
                    schema.insert("type".to_owned(), types);
                    if let Some(Value::Array(values)) = schema.get_mut("enum")
                        && !values.contains(&Value::Null)
                    {
                        values.push(Value::Null);
                    }
                }
                _ => {
                    let inner = std::mem::take(schema);
                    schema.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
                }
            }
        }
    }

    /// Removes what a value in this direction need not, or must not, have.
    fn relax(&self, schema: &mut Map<String, Value>) {
        let flag = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let flagged = |name: &str| {
            let property = properties.get(name)?;
            let property = match property.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.document.pointer(&target(reference)?)?,
                None => property,
            };
            property.get(flag)?.as_bool()
        };
        let flagged: Vec<String> = properties
            .keys()
            .filter(|name| flagged(name) == Some(true))
            .cloned()
            .collect();
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| !flagged.iter().any(|flagged| name == flagged));
        }
        // A response never has what is only written. A request may have what is only read: it has no effect.
        if self.direction == Direction::Response
            && let Some(Value::Object(properties)) = schema.get_mut("properties")
        {
            for name in flagged {
                properties.insert(name, Value::Bool(false));
            }
        }
    }
}

/// The pointer of a member below another pointer.
pub(crate) fn below<'t>(base: &str, tokens: impl IntoIterator<Item = &'t str>) -> String {
    pointer::join(base, tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(version: &str, schemas: &Value) -> Schemas {
        Schemas::new(&json!({ "openapi": version, "components": { "schemas": schemas } })).unwrap()
    }

    #[test]
    fn the_dialect_of_3_0_is_converted() {
        let schemas = schemas(
            "3.0.3",
            &json!({
                "Nullable": { "type": "string", "enum": ["a"], "nullable": true },
                "Union": { "nullable": true, "oneOf": [{ "type": "string" }] },
                "Above": { "type": "integer", "minimum": 5, "exclusiveMinimum": true },
                "Sibling": { "$ref": "#/components/schemas/Above", "maximum": 5 },
                "nullable": { "type": "object", "properties": { "nullable": { "type": "boolean" } } },
            }),
        );
        for (name, value, valid) in [
            ("Nullable", Value::Null, true),
            ("Nullable", json!("a"), true),
            ("Nullable", json!("b"), false),
            ("Union", Value::Null, true),
            ("Union", json!(1), false),
            ("Above", json!(5), false),
            ("Above", json!(6), true),
            ("Sibling", json!(6), true),
            ("nullable", json!({ "nullable": true }), true),
            ("nullable", json!({ "nullable": null }), false),
        ] {
            let pointer = format!("/components/schemas/{name}");
            assert_eq!(
                schemas.is_valid(Direction::Response, &pointer, &value),
                valid,
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn read_only_and_write_only_properties_are_required_in_one_direction() {
        let schemas = schemas(
            "3.1.0",
            &json!({ "User": {
                "type": "object",
                "required": ["id", "password"],
                "properties": {
                    "id": { "type": "string", "readOnly": true },
                    "password": { "type": "string", "writeOnly": true },
                },
            } }),
        );
        let pointer = "/components/schemas/User";
        assert!(schemas.is_valid(Direction::Request, pointer, &json!({ "password": "x" })));
        assert!(!schemas.is_valid(Direction::Request, pointer, &json!({ "id": "x" })));
        assert!(schemas.is_valid(Direction::Request, pointer, &json!({ "id": "x", "password": "x" })));
        assert!(schemas.is_valid(Direction::Response, pointer, &json!({ "id": "x" })));
        assert!(!schemas.is_valid(Direction::Response, pointer, &json!({ "id": "x", "password": "x" })));
    }

    #[test]
    fn references_are_followed_up_to_one_with_a_constraint_beside_it() {
        let schemas = schemas(
            "3.1.0",
            &json!({
                "Named": { "$ref": "#/components/schemas/Base", "description": "…", "x-order": 1 },
                "Step": { "$ref": "#/components/schemas/Base", "multipleOf": 5 },
                "Base": { "type": "integer" },
            }),
        );
        for (name, found) in [("Named", "Base"), ("Step", "Step")] {
            let (place, _) = schemas
                .resolve(Direction::Request, &format!("/components/schemas/{name}"))
                .unwrap();
            assert_eq!(place, format!("/components/schemas/{found}"));
        }
        let (place, _) = schemas.resolve_object("/components/schemas/Step").unwrap();
        assert_eq!(place, "/components/schemas/Base");
    }

    #[test]
    fn a_circle_of_references_resolves_to_nothing() {
        let schemas = schemas("3.0.3", &json!({ "A": { "$ref": "#/components/schemas/A" } }));
        assert!(schemas.resolve(Direction::Request, "/components/schemas/A").is_none());
    }
}
