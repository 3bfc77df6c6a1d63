//! Errors in the document's own shape.
//!
//! The body is the document's example for the status, or a value made from its schema. What happened and
//! where is put into it under the names that are usual for these, as far as the schema allows it.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::contract::{Contract, Media, Operation, Response};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::schema::{Direction, below};
use crate::value::{self, Extent, Shape};

const MESSAGES: [&str; 10] = [
    "message",
    "detail",
    "description",
    "error_description",
    "errorMessage",
    "error_message",
    "msg",
    "reason",
    "errors",
    "title",
];
const KINDS: [&str; 6] = ["kind", "code", "error_code", "errorCode", "type", "error"];
const STATUSES: [&str; 6] = [
    "status",
    "statusCode",
    "status_code",
    "httpStatus",
    "http_status",
    "code",
];
const PLACES: [&str; 8] = [
    "field",
    "param",
    "parameter",
    "pointer",
    "path",
    "property",
    "location",
    "target",
];

/// The response for a problem with a request to an operation, or to an unknown path.
pub(crate) fn reply(contract: &Contract, operation: Option<&Operation>, problem: &Problem) -> Reply {
    let named = |status: &&u16| operation.is_some_and(|operation| operation.names(**status));
    let status = problem.statuses.iter().find(named).or(problem.statuses.first());
    let status = status.and_then(|status| StatusCode::from_u16(*status).ok());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = match documented(contract, operation, status.as_u16()) {
        Some(media) => {
            let schema = media.schema.as_deref();
            let shown = example(contract, media).cloned();
            let made = shown.is_none();
            let mut body = shown.unwrap_or_else(|| template(contract, schema));
            let filled = fill(contract, schema, &mut body, problem, status);
            if made {
                prune(contract, schema, &mut body, &filled);
            }
            Reply::bytes(status, concrete(&media.name), body.to_string().into_bytes())
        }
        None => Reply::json(status, &json!({ "kind": problem.kind, "message": problem.message })),
    };
    for (name, value) in &problem.headers {
        if let Ok(name) = name.parse() {
            reply.set(name, value);
        }
    }
    reply
}

/// The response that a status has by itself: the document's example where there is one. The noun is what
/// the path is about.
pub(crate) fn of_status(
    contract: &Contract,
    operation: Option<&Operation>,
    noun: Option<&str>,
    status: StatusCode,
) -> Reply {
    let problem = match noun.filter(|_| status == StatusCode::NOT_FOUND) {
        Some(noun) => Problem::not_found(noun, format!("Check the id of the {noun}.")),
        None => {
            let example = documented(contract, operation, status.as_u16()).and_then(|media| example(contract, media));
            if let Some(example) = example {
                return Reply::json(status, example);
            }
            Problem::of_status(status)
        }
    };
    reply(contract, operation, &problem)
}

/// How the document describes the body of an error: for the operation, or for any other.
fn documented<'c>(contract: &'c Contract, operation: Option<&'c Operation>, status: u16) -> Option<&'c Media> {
    if let Some(response) = operation.and_then(|operation| operation.response(status)) {
        return response.json();
    }
    let all = || contract.operations.iter().flat_map(|operation| &operation.responses);
    let wanted = status.to_string();
    let is_error = |response: &&Response| response.status.starts_with(['4', '5']) || response.status == "default";
    let json = |response: &'c Response| response.json().filter(|media| media.schema.is_some());
    all()
        .filter(|response| response.status == wanted)
        .find_map(json)
        .or_else(|| all().filter(is_error).find_map(json))
}

/// An example that is as the schema says.
fn example<'c>(contract: &Contract, media: &'c Media) -> Option<&'c Value> {
    let (_, example) = media.examples.first()?;
    let fits = |pointer: &String| contract.schemas.is_valid(Direction::Response, pointer, example);
    media.schema.as_ref().is_none_or(fits).then_some(example)
}

fn template(contract: &Contract, schema: Option<&str>) -> Value {
    match schema.map(|pointer| value::make(&contract.schemas, pointer, Extent::Full, 0, 0)) {
        Some(Ok(made)) => made,
        // Without a schema, or with one that nothing fits, there is no shape to have.
        Some(Err(_)) | None => json!({ "kind": "", "message": "" }),
    }
}

fn fits(contract: &Contract, schema: Option<&str>, body: &Value) -> bool {
    schema.is_none_or(|pointer| contract.schemas.is_valid(Direction::Response, pointer, body))
}

/// Removes generated values that do not describe the problem, as far as the schema allows it.
fn prune(contract: &Contract, schema: Option<&str>, body: &mut Value, filled: &[String]) {
    for place in holders(body) {
        let names: Vec<String> = match body.pointer(&place).and_then(Value::as_object) {
            Some(object) => object.keys().cloned().collect(),
            None => continue,
        };
        for name in names {
            let member = below(&place, [name.as_str()]);
            if filled.iter().any(|filled| filled.starts_with(&member)) {
                continue;
            }
            let before = body.clone();
            if let Some(object) = body.pointer_mut(&place).and_then(Value::as_object_mut) {
                object.remove(&name);
            }
            if !fits(contract, schema, body) {
                *body = before;
            }
        }
    }
}

/// A media type to send, for one that may be a range.
pub(crate) fn concrete(name: &str) -> &str {
    if name.contains('*') { "application/json" } else { name }
}

/// Puts a problem into a body; gives the pointers of what was set.
fn fill(
    contract: &Contract,
    schema: Option<&str>,
    body: &mut Value,
    problem: &Problem,
    status: StatusCode,
) -> Vec<String> {
    let mut filled = Vec::new();
    // Properties that the schema has and the example does not.
    let shape = schema.map(|pointer| Shape::at(&contract.schemas, Direction::Response, pointer));
    let declared = shape
        .map(|shape| shape.properties(&contract.schemas))
        .unwrap_or_default();
    for place in holders(body) {
        let top = place.is_empty();
        let has = |body: &Value, name: &str| {
            let object = body.pointer(&place).and_then(Value::as_object);
            object.is_some_and(|object| object.contains_key(name)) || top && declared.contains_key(name)
        };
        let mut set = |names: &[&str], values: &[Value], all: bool| {
            for name in names.iter().copied().filter(|name| has(body, name)).collect::<Vec<_>>() {
                for value in values {
                    let before = body.clone();
                    let object = body.pointer_mut(&place).and_then(Value::as_object_mut);
                    if !object.is_some_and(|object| insert(object, name, value)) {
                        break;
                    }
                    if fits(contract, schema, body) {
                        filled.push(below(&place, [name]));
                        if !all {
                            return;
                        }
                        break;
                    }
                    *body = before;
                }
            }
        };
        let message = Value::from(problem.message.as_str());
        set(&MESSAGES, std::slice::from_ref(&message), false);
        set(
            &STATUSES,
            &[status.as_u16().into(), status.as_u16().to_string().into()],
            true,
        );
        set(&KINDS, &[problem.kind.as_str().into()], false);
        if let Some(place) = &problem.place {
            set(&PLACES, &[place.as_str().into(), json!([place])], false);
        }
    }
    filled
}

/// Replaces a value; a text that replaces a list becomes its only item. Returns false for an object, or a
/// list of objects, which is filled from inside.
fn insert(object: &mut Map<String, Value>, name: &str, value: &Value) -> bool {
    let value = match object.get(name) {
        Some(Value::Object(_)) => return false,
        Some(Value::Array(items)) if items.iter().all(Value::is_string) && !value.is_array() => json!([value]),
        Some(Value::Array(items)) if items.iter().any(Value::is_object) => return false,
        _ => value.clone(),
    };
    object.insert(name.to_owned(), value);
    true
}

/// The pointers of the objects that may describe the problem: the body, and the objects in it.
fn holders(body: &Value) -> Vec<String> {
    fn collect(value: &Value, place: String, depth: usize, found: &mut Vec<String>) {
        if depth > 3 {
            return;
        }
        match value {
            Value::Object(object) => {
                for (name, member) in object {
                    let place = below(&place, [name.as_str()]);
                    collect(member, place, depth + 1, found);
                }
                found.push(place);
            }
            Value::Array(items) => {
                if let Some(first) = items.first() {
                    collect(first, format!("{place}/0"), depth + 1, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(body, String::new(), 0, &mut found);
    found
}
