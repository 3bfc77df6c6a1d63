//! A document's description of its responses, read independently of the emulator.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::Path;

use serde_json::{Map, Value, json};

use super::Response;

/// The document, as JSON Schema understands it.
pub struct Contract {
    document: Value,
    /// The schemas of the document, for references to find.
    components: Value,
}

impl Contract {
    /// That of the project's own document.
    pub fn own() -> Self {
        Self::read("openapi.yaml")
    }

    /// That of a document in this crate's folder.
    pub fn read(path: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let document = ittybit_spec::Document::read(&path).unwrap();
        // The schemas of 3.1 are JSON Schema already.
        let is_json_schema = document.get("/openapi").and_then(|version| version.as_str()) == Some("3.1.0");
        let document = match is_json_schema {
            true => document.root().to_json(),
            false => {
                let mut document = serde_json::to_value(document.openapi().unwrap()).unwrap();
                to_json_schema(&mut document);
                document
            }
        };
        Self {
            components: document["components"].clone(),
            document,
        }
    }

    /// What is wrong with a response of an operation; nothing, if nothing is.
    pub fn complaints(&self, method: &str, path: &str, received: &Response) -> Vec<String> {
        let responses = &self.document["paths"][path][method.to_ascii_lowercase()]["responses"];
        assert!(responses.is_object(), "the document has no {method} {path}");
        let class = format!("{}XX", received.status / 100);
        let response = [received.status.to_string().as_str(), &class, "default"]
            .into_iter()
            .find_map(|status| responses.get(status));
        let Some(response) = response else {
            return vec![format!("status {} is not described", received.status)];
        };
        let response = self.resolve(response);
        let mut complaints = Vec::new();
        let content = response["content"].as_object();
        match (
            content.filter(|content| !content.is_empty()),
            received.header("content-type"),
        ) {
            (None, _) if received.body.is_empty() => {}
            (Some(content), Some(name)) if content.contains_key(name) && name.ends_with("json") => {
                complaints.extend(self.violations(&content[name]["schema"], &received.json()));
            }
            (Some(content), Some(name)) if content.contains_key(name) => {}
            (_, other) => complaints.push(format!("content type {other:?}")),
        }
        for (name, header) in response["headers"].as_object().unwrap_or(&Map::new()) {
            let schema = &self.resolve(header)["schema"];
            match received.header(&name.to_ascii_lowercase()) {
                Some(text) => {
                    let violations = self.violations(schema, &header_value(text));
                    complaints.extend(violations.into_iter().map(|violation| format!("{name}: {violation}")));
                }
                None if self.resolve(header)["required"] == true => complaints.push(format!("{name} is missing")),
                None => {}
            }
        }
        complaints
    }

    /// The statuses of errors that are described.
    pub fn error_codes(&self, method: &str, path: &str) -> Vec<u16> {
        let responses = &self.document["paths"][path][method.to_ascii_lowercase()]["responses"];
        let codes = responses
            .as_object()
            .unwrap()
            .keys()
            .filter_map(|code| code.parse().ok());
        codes.filter(|code| *code >= 400).collect()
    }

    /// Methods that a path does not have, besides those that every path has.
    pub fn other_methods(&self, path: &str) -> Vec<&'static str> {
        let item = &self.document["paths"][path];
        let mut methods = vec!["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"];
        methods.retain(|method| item.get(method.to_ascii_lowercase()).is_none());
        methods
    }

    /// What the header `Allow` says of a path.
    pub fn allowed(&self, path: &str) -> String {
        let item = &self.document["paths"][path];
        let mut methods = Vec::new();
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH"] {
            if item.get(method.to_ascii_lowercase()).is_some() {
                methods.push(method);
                if method == "GET" {
                    methods.push("HEAD");
                }
            }
        }
        methods.push("OPTIONS");
        methods.join(", ")
    }

    fn violations(&self, schema: &Value, value: &Value) -> Vec<String> {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.components,
            "allOf": [schema],
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect()
    }

    fn resolve<'a>(&'a self, object: &'a Value) -> &'a Value {
        match object["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
            None => object,
        }
    }
}

/// Converts a schema of OpenAPI 3.0 to JSON Schema.
fn to_json_schema(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(to_json_schema);
            for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
                if object.remove(exclusive) == Some(Value::Bool(true)) {
                    let bound = object.remove(bound).unwrap();
                    object.insert(exclusive.to_owned(), bound);
                }
            }
            // In a response, what is only written need not be.
            let properties = object.get("properties").cloned().unwrap_or_default();
            if let Some(Value::Array(required)) = object.get_mut("required") {
                required.retain(|name| properties[name.as_str().unwrap()]["writeOnly"] != true);
            }
            if object.remove("nullable") == Some(Value::Bool(true)) {
                let schema = std::mem::take(object);
                object.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        _ => {}
    }
}

/// A header has no types; the document means what its text looks like.
fn header_value(text: &str) -> Value {
    match (text, text.parse::<i64>()) {
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        (_, Ok(number)) => number.into(),
        _ => text.into(),
    }
}
