//! Which component schemas are only ever sent. The structs of the others keep unknown fields, in
//! `extra`, and so they have no `Default`.

use std::collections::HashSet;

use ittybit_spec::{Document, Node};
use rustc_hash::FxHashSet;

use crate::compare::{first_success, json, operations};
use crate::reference::References;

/// The names of the component schemas that are in request bodies and in no answer that the client
/// reads.
pub(crate) fn sent_only<'d>(document: &'d Document, references: &References<'d>) -> HashSet<&'d str> {
    let paths = document.get("/paths").and_then(Node::as_object).unwrap_or_default();
    let (mut sent, mut received) = (Reached::default(), Reached::default());
    for path in paths {
        let Some(item) = references.resolve(path.value()) else {
            continue;
        };
        for (_, operation) in operations(item) {
            let body = operation.get("requestBody").and_then(|body| references.resolve(body));
            sent.visit(references, body.and_then(json));
            let response = operation
                .get("responses")
                .and_then(|responses| responses.get(first_success(responses)?))
                .and_then(|response| references.resolve(response));
            received.visit(references, response.and_then(json));
        }
    }
    sent.names.difference(&received.names).copied().collect()
}

#[derive(Default)]
struct Reached<'d> {
    names: HashSet<&'d str>,
    seen: FxHashSet<usize>,
}

impl<'d> Reached<'d> {
    fn visit(&mut self, references: &References<'d>, media_type: Option<&'d Node>) {
        let mut open: Vec<&'d Node> = media_type
            .and_then(|media_type| media_type.get("schema"))
            .into_iter()
            .collect();
        while let Some(schema) = open.pop() {
            if !self.seen.insert(std::ptr::from_ref(schema).addr()) {
                continue;
            }
            if schema.get("$ref").is_some() {
                self.names.extend(references.component(schema));
                open.extend(references.resolve(schema));
                continue;
            }
            let parts = schema.get("allOf").and_then(Node::as_array).unwrap_or_default();
            match parts {
                [part] => open.push(part),
                // The parts become one struct: none of them is held, but what they hold is.
                parts => open.extend(parts.iter().filter_map(|part| references.resolve(part))),
            }
            let properties = schema.get("properties").and_then(Node::as_object).unwrap_or_default();
            open.extend(properties.iter().map(|property| property.value()));
            open.extend(
                ["items", "additionalProperties"]
                    .into_iter()
                    .filter_map(|key| schema.get(key)),
            );
        }
    }
}
