//! Bodies and headers of responses that succeed.

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName};
use serde_json::Value;

use crate::contract::{Contract, Media, Operation, Response};
use crate::error_body::concrete;
use crate::id::property;
use crate::problem::Problem;
use crate::random::number_of;
use crate::recipe::texts;
use crate::reply::Reply;
use crate::resource::{Resource, holder};
use crate::schema::Direction;
use crate::value::{self, Extent, Shape};

/// An item in the form of a schema, which may differ from that of the item: with fewer properties, or with
/// an object around it.
///
/// # Errors
/// The reason why there is no such form.
pub(crate) fn item(contract: &Contract, resource: &Resource, pointer: &str, item: &Value) -> Result<Value, Problem> {
    let schemas = &contract.schemas;
    let fits = |value: &Value| schemas.is_valid(Direction::Response, pointer, value);
    if pointer == resource.schema || fits(item) {
        return Ok(item.clone());
    }
    let number = number_of(&texts(item.get(&resource.id)).concat());
    let make = |extent| value::make(schemas, pointer, extent, 0, number).map_err(Problem::internal);
    if let Some(name) = envelope_of(contract, resource, pointer) {
        let mut outer = make(Extent::Full)?;
        outer[name.as_str()] = item.clone();
        if fits(&outer) {
            return Ok(outer);
        }
    }
    let mut made = make(Extent::Required)?;
    for (name, value) in item.as_object().into_iter().flatten() {
        if property(schemas, pointer, name).is_some() && made.is_object() {
            let before = made.clone();
            made[name.as_str()] = value.clone();
            if !fits(&made) {
                made = before;
            }
        }
    }
    Ok(made)
}

/// The property that holds the item, where a schema is that of an object around it.
pub(crate) fn envelope_of(contract: &Contract, resource: &Resource, pointer: &str) -> Option<String> {
    let list = resource.list.as_ref().map(|list| list.schema.as_str());
    let inner = [Some(resource.schema.as_str()), list];
    let mut inner = inner.into_iter().flatten();
    (pointer != resource.schema)
        .then(|| inner.find_map(|inner| holder(contract, pointer, inner)))
        .flatten()
}

/// A response that the document has, from its examples or from its schema.
///
/// # Errors
/// The reason why there is none.
pub(crate) fn documented(
    contract: &Contract,
    operation: &Operation,
    status: u16,
    example: Option<&str>,
    accept: &str,
    seed: u64,
) -> Result<Reply, Problem> {
    let code = StatusCode::from_u16(status).unwrap_or_default();
    let Some(media) = operation.response(status).and_then(|response| media(response, accept)) else {
        return Ok(Reply {
            status: code,
            ..Reply::default()
        });
    };
    let number = number_of(&operation.path);
    let fits = |value: &Value| {
        let pointer = media.schema.as_ref();
        pointer.is_none_or(|pointer| contract.schemas.is_valid(Direction::Response, pointer, value))
    };
    let wanted = example.and_then(|wanted| media.examples.iter().find(|(name, _)| name == wanted));
    let example = wanted.or_else(|| media.examples.first()).map(|(_, value)| value);
    let is_json = media.is_json();
    let value = match (example.filter(|value| !is_json || fits(value)), &media.schema) {
        (Some(value), _) => value.clone(),
        (None, Some(pointer)) => {
            value::make(&contract.schemas, pointer, Extent::Full, seed, number).map_err(Problem::internal)?
        }
        (None, None) if is_json => Value::Object(serde_json::Map::new()),
        (None, None) => "This is what the emulator has.\n".into(),
    };
    let body = match value {
        Value::String(text) if !is_json => text,
        value => value.to_string(),
    };
    Ok(Reply::bytes(code, concrete(&media.name), body.into_bytes()))
}

/// The form of a body that a request accepts, or the first one.
fn media<'r>(response: &'r Response, accept: &str) -> Option<&'r Media> {
    let accepted = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    let exact = accepted
        .filter(|range| !range.is_empty() && !range.contains('*'))
        .find_map(|range| {
            response
                .media
                .iter()
                .find(|media| media.name.eq_ignore_ascii_case(range))
        });
    exact.or_else(|| response.json()).or_else(|| response.media.first())
}

/// Sets the headers that a response must have, and that it does not have yet.
pub(crate) fn headers(contract: &Contract, operation: &Operation, reply: &mut Reply, seed: u64) {
    let Some(response) = operation.response(reply.status.as_u16()) else {
        return;
    };
    for header in response.headers.iter().filter(|header| header.required) {
        let Ok(name) = header.name.parse::<HeaderName>() else {
            continue;
        };
        if name == CONTENT_TYPE || reply.headers.contains_key(&name) {
            continue;
        }
        let made = || {
            let pointer = header.schema.as_deref()?;
            value::make(&contract.schemas, pointer, Extent::Required, seed, 0).ok()
        };
        if let Some(value) = header.example.clone().or_else(made) {
            reply.set(name, &texts(Some(&value)).join(","));
        }
    }
}

/// An object around the items of a list.
///
/// # Errors
/// The reason why there is none.
pub(crate) fn envelope(
    contract: &Contract,
    pointer: &str,
    name: &str,
    items: Vec<Value>,
    fields: Vec<(&'static str, Vec<Value>)>,
    seed: u64,
) -> Result<Value, Problem> {
    let schemas = &contract.schemas;
    let fits = |value: &Value| schemas.is_valid(Direction::Response, pointer, value);
    let mut object = value::make(schemas, pointer, Extent::Full, seed, 0).map_err(Problem::internal)?;
    object[name] = Value::Array(items);
    if !fits(&object) {
        // Optional properties beside the items may contradict them.
        let items = object[name].take();
        object = value::make(schemas, pointer, Extent::Required, seed, 0).map_err(Problem::internal)?;
        object[name] = items;
    }
    let declared = Shape::at(schemas, Direction::Response, pointer).properties(schemas);
    crate::page::write_fields(&mut object, &declared, fields.clone(), fits);
    for inner in crate::total::INNER {
        let Some(place) = property(schemas, pointer, inner).filter(|_| object[inner].is_object()) else {
            continue;
        };
        let declared = Shape::at(schemas, Direction::Response, &place).properties(schemas);
        let mut part = object[inner].take();
        let inner_fits = |part: &Value| schemas.is_valid(Direction::Response, &place, part);
        crate::page::write_fields(&mut part, &declared, fields.clone(), inner_fits);
        object[inner] = part;
    }
    if fits(&object) {
        return Ok(object);
    }
    Err(unfit(pointer))
}

/// The problem with a page whose schema does not allow what is on it.
pub(crate) fn unfit(pointer: &str) -> Problem {
    Problem::internal(format!("the items do not fit into the schema at `{pointer}`"))
}
