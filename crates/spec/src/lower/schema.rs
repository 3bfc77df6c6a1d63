//! Converts schemas of 3.1 to the form of 3.0.
//!
//! A keyword without an equivalent in 3.0 only ever restricts what a schema accepts, so it is left out, with
//! a note, and the values that it excludes are accepted.

use serde_json::Number;

use super::members::{Members, empty};
use crate::fix::object;
use crate::node::{Entry, Node, Object, Value};

/// Keywords about the schema itself, and not about values.
const ABOUT: [&str; 9] = [
    "$id",
    "$schema",
    "$anchor",
    "$comment",
    "$vocabulary",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$defs",
    "definitions",
];

/// Keywords that only restrict values.
const NARROWING: [&str; 12] = [
    "$dynamicRef",
    "$recursiveRef",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "unevaluatedItems",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "then",
    "else",
];

/// Keywords that describe a schema, but do not restrict its values. Extensions do not either.
const DESCRIBING: [&str; 10] = [
    "title",
    "description",
    "default",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "nullable",
    "externalDocs",
    "xml",
];

/// Whether a keyword describes a schema, and does not restrict its values.
///
/// ```
/// assert!(ittybit_spec::describes("title") && ittybit_spec::describes("x-order"));
/// assert!(!ittybit_spec::describes("maxLength"));
/// ```
pub fn describes(keyword: &str) -> bool {
    DESCRIBING.contains(&keyword) || keyword.starts_with("x-")
}

const OF_NUMBERS: [&str; 6] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "format",
];

/// The keywords that apply to values of one type.
const OF_TYPES: [(&str, &[&str]); 5] = [
    ("string", &["minLength", "maxLength", "pattern", "format"]),
    ("number", &OF_NUMBERS),
    ("integer", &OF_NUMBERS),
    ("array", &["items", "minItems", "maxItems", "uniqueItems"]),
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
    ),
];

/// Receives what has no equivalent in 3.0: the value, and a message.
type Note<'n> = &'n mut dyn FnMut(&Node, &str);

/// Converts a schema whose parts were converted.
pub(super) fn convert(at: &Node, mut members: Members, note: Note<'_>) -> Node {
    examples(&mut members);
    content(at, &mut members);
    exclusive(at, &mut members, "minimum", "exclusiveMinimum", |flag, bound| {
        flag >= bound
    });
    exclusive(at, &mut members, "maximum", "exclusiveMaximum", |flag, bound| {
        flag <= bound
    });
    tuple(at, &mut members, note);
    more_properties(at, &mut members, note);
    for key in NARROWING {
        if let Some(entry) = members.remove(key) {
            let message = format!("`{key}` has no equivalent in OpenAPI 3.0: values that it excludes are accepted");
            note(entry.value(), &message);
        }
    }
    members.0.retain(|entry| !ABOUT.contains(&entry.key()));
    constant(at, &mut members);
    types(at, &mut members, note);
    null_variants(at, &mut members, "oneOf");
    null_variants(at, &mut members, "anyOf");
    let list = members.get("type").and_then(Node::as_str) == Some("array");
    if list && !members.has("items") {
        members.set("items", empty(at));
    }
    beside_reference(at, members)
}

/// `contentEncoding` and `contentMediaType` become `format`: `byte` for Base64, `binary` for bytes.
fn content(at: &Node, members: &mut Members) {
    let encoding = members.remove("contentEncoding");
    let media = members.remove("contentMediaType");
    members.remove("contentSchema");
    let text = |entry: &Option<Entry>| {
        entry
            .as_ref()
            .and_then(|entry| entry.value().as_str())
            .map(str::to_owned)
    };
    let format = match (text(&encoding).as_deref(), text(&media)) {
        (Some("base64" | "base64url"), _) => "byte",
        (None | Some("binary"), Some(media)) if is_binary(&media) => "binary",
        _ => return,
    };
    let types: Vec<&str> = match members.get("type").map(Node::value) {
        None => vec!["string"],
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Node::as_str).collect(),
        Some(_) => Vec::new(),
    };
    if types.contains(&"string") && !members.has("format") {
        if !members.has("type") {
            members.set("type", string(at, "string"));
        }
        members.set("format", string(at, format));
    }
}

/// `prefixItems`, the schemas of the first items, becomes one schema for all items: any of them and of the
/// one for the further items. Where further items may be anything, all items may.
fn tuple(at: &Node, members: &mut Members, note: Note<'_>) {
    // `items: false` was made `items: { not: {} }`.
    let rest = members.get("items").cloned();
    let no_more = rest.as_ref().is_some_and(is_nothing);
    let Some(prefix) = members.remove("prefixItems") else {
        if no_more {
            members.set("items", empty(at));
            members.set("maxItems", Node::new(at.span(), Value::Number(0.into())));
        }
        return;
    };
    let mut variants: Vec<Node> = Vec::new();
    for item in prefix.value().as_array().unwrap_or_default() {
        if variants.len() < MAX_VARIANTS && !variants.contains(item) {
            variants.push(item.clone());
        }
    }
    let count = prefix.value().as_array().map_or(0, <[Node]>::len);
    let most = members
        .get("maxItems")
        .and_then(Node::as_number)
        .and_then(Number::as_u64);
    let closed = no_more || most.is_some_and(|most| most <= count as u64);
    if let Some(rest) = rest.filter(|_| !closed)
        && !variants.contains(&rest)
    {
        variants.push(rest);
    } else if !closed {
        variants = vec![empty(at)];
    }
    let message = "`prefixItems` has no equivalent in OpenAPI 3.0: its schemas apply to items at any index";
    note(prefix.value(), message);
    let items = match variants.as_slice() {
        [one] => one.clone(),
        _ if count > MAX_VARIANTS => empty(at),
        _ => object(at, vec![("anyOf", Value::Array(variants))]),
    };
    members.set("items", items);
    if no_more && most.is_none() {
        members.set("maxItems", Node::new(at.span(), Value::Number((count as u64).into())));
    }
}

/// `patternProperties` and `unevaluatedProperties` become `additionalProperties`.
fn more_properties(at: &Node, members: &mut Members, note: Note<'_>) {
    if let Some(patterns) = members.remove("patternProperties") {
        let all = patterns.value().as_object().unwrap_or_default();
        let closed = members.get("additionalProperties").and_then(Node::as_bool) == Some(false);
        let open = !members.has("additionalProperties");
        let values = match all {
            [] => None,
            // Every name matches such a pattern.
            [one] if closed || open && [".*", "^.*$", "", ".+", "^.+$"].contains(&one.key()) => {
                Some(one.value().clone())
            }
            several if closed && several.len() <= MAX_VARIANTS => {
                let variants = several.iter().map(|entry| entry.value().clone()).collect();
                Some(object(at, vec![("anyOf", Value::Array(variants))]))
            }
            _ => Some(empty(at)),
        };
        if let Some(values) = values {
            members.set("additionalProperties", values);
            let message = "`patternProperties` has no equivalent in OpenAPI 3.0: names are not checked";
            note(patterns.value(), message);
        }
    }
    if let Some(rest) = members.remove("unevaluatedProperties") {
        let alone = ["additionalProperties", "allOf", "oneOf", "anyOf", "$ref", "if"];
        if alone.iter().any(|key| members.has(key)) {
            if rest.value().as_object().is_some() {
                note(
                    rest.value(),
                    "`unevaluatedProperties` has no equivalent in OpenAPI 3.0: any additional property is accepted",
                );
            }
        } else {
            members.set("additionalProperties", rest.value().clone());
        }
    }
}

/// A list of types becomes `anyOf` with a schema for each, and `null` becomes `nullable`.
fn types(at: &Node, members: &mut Members, note: Note<'_>) {
    let Some(kind) = members.get("type") else { return };
    let kind = kind.clone();
    let listed = match kind.value() {
        Value::String(name) if name == "null" || name == "file" => std::slice::from_ref(&kind),
        Value::Array(kinds) => kinds,
        _ => return,
    };
    let mut kinds: Vec<&str> = Vec::new();
    for name in listed {
        // In YAML, `null` without quotes is not a string.
        let name = match name.value() {
            Value::Null => "null",
            Value::String(name) => name,
            _ => continue,
        };
        if !kinds.contains(&name) {
            kinds.push(name);
        }
    }
    let nullable = kinds.contains(&"null");
    kinds.retain(|name| *name != "null");
    if kinds.contains(&"number") {
        kinds.retain(|name| *name != "integer");
    }
    let named = |name: &str| string(&kind, name);
    match kinds.as_slice() {
        [] => {
            members.remove("type");
            if nullable && !members.has("enum") {
                members.set(
                    "enum",
                    Node::new(at.span(), Value::Array(vec![Node::new(at.span(), Value::Null)])),
                );
            }
        }
        ["file"] => {
            members.set("type", named("string"));
            members.set("format", string(at, "binary"));
        }
        [one] => members.set("type", named(one)),
        // All types: `number` and `integer` are one of the five.
        [_, _, _, _, _, ..] => {
            members.remove("type");
        }
        _ if ["allOf", "oneOf", "anyOf", "not", "$ref"]
            .iter()
            .any(|key| members.has(key)) =>
        {
            members.remove("type");
            let message = "several types with other schemas have no equivalent in OpenAPI 3.0: the types are ignored";
            note(&kind, message);
        }
        _ => {
            let variants = kinds.iter().map(|name| variant(&kind, members, name)).collect();
            members.remove("type");
            members.remove("enum");
            for (_, keys) in OF_TYPES {
                members.0.retain(|entry| !keys.contains(&entry.key()));
            }
            members.set("anyOf", Node::new(kind.span(), Value::Array(variants)));
        }
    }
    if nullable {
        members.set("nullable", Node::new(at.span(), Value::Bool(true)));
    }
}

/// In 3.1, the siblings of `$ref` have an effect: the reference and the siblings become an `allOf`.
fn beside_reference(at: &Node, mut members: Members) -> Node {
    if members.0.len() < 2 || !members.has("$ref") {
        return members.into_node(at);
    }
    let Some(reference) = members.remove("$ref") else {
        return members.into_node(at);
    };
    let span = reference.key_span();
    let part = |entries| Node::new(span.clone(), Value::Object(Object::of(entries)));
    let mut parts = vec![part(vec![reference])];
    let (outer, inner): (Vec<Entry>, Vec<Entry>) = members.0.into_iter().partition(|entry| describes(entry.key()));
    if let [only] = inner.as_slice()
        && only.key() == "allOf"
    {
        parts.extend(only.value().as_array().unwrap_or_default().iter().cloned());
    } else if !inner.is_empty() {
        parts.push(part(inner));
    }
    let mut members = Members(outer);
    members.set("allOf", Node::new(at.span(), Value::Array(parts)));
    members.into_node(at)
}

/// `examples` becomes one `example`.
fn examples(members: &mut Members) {
    let Some(examples) = members.remove("examples") else {
        return;
    };
    if let Some(first) = examples.value().as_array().and_then(<[Node]>::first)
        && !members.has("example")
    {
        members.set("example", first.clone());
    }
}

/// With more variants than this, any JSON is accepted.
const MAX_VARIANTS: usize = 16;

fn string(at: &Node, text: &str) -> Node {
    Node::new(at.span(), Value::String(text.to_owned()))
}

/// Whether a schema is `{ not: {} }`, which the schema `false` was converted to.
fn is_nothing(node: &Node) -> bool {
    let alone = node.as_object().is_some_and(|members| members.len() == 1);
    alone
        && node
            .get("not")
            .and_then(Node::as_object)
            .is_some_and(<[Entry]>::is_empty)
}

/// Whether a media type is not text.
fn is_binary(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = media.starts_with("text/")
        || ["json", "xml", "yaml", "javascript"]
            .iter()
            .any(|end| media.ends_with(end));
    media.contains('/') && !text
}

/// An exclusive bound, a number in 3.1, becomes a bound and a flag.
fn exclusive(at: &Node, members: &mut Members, bound: &str, flag: &str, tighter: fn(f64, f64) -> bool) {
    let Some(exclusive) = members.get(flag).filter(|node| node.as_number().is_some()).cloned() else {
        return;
    };
    let number = |node: &Node| node.as_number().and_then(Number::as_f64);
    let counts = match members.get(bound).and_then(number) {
        Some(inclusive) => number(&exclusive).is_some_and(|exclusive| tighter(exclusive, inclusive)),
        None => true,
    };
    if counts {
        members.set(bound, exclusive);
        members.set(flag, Node::new(at.span(), Value::Bool(true)));
    } else {
        members.remove(flag);
    }
}

/// `const` becomes an `enum` of one value, with the type of that value.
fn constant(at: &Node, members: &mut Members) {
    let Some(constant) = members.remove("const") else {
        // An `enum` without a type that contains null is nullable.
        let null = |node: &Node| *node.value() == Value::Null;
        let has_null = members
            .get("enum")
            .and_then(Node::as_array)
            .is_some_and(|values| values.iter().any(null));
        if has_null && !members.has("type") && !members.has("nullable") {
            members.set("nullable", Node::new(at.span(), Value::Bool(true)));
        }
        return;
    };
    let value = constant.value().clone();
    let kind = match value.value() {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::Array(_) | Value::Object(_) => "",
    };
    // Of several types, only that of the value remains.
    let several = members.get("type").is_none_or(|kind| kind.as_array().is_some());
    if several && !kind.is_empty() {
        members.set("type", string(&value, kind));
    }
    if kind == "null" {
        members.set("nullable", Node::new(at.span(), Value::Bool(true)));
    }
    members.set("enum", Node::new(value.span(), Value::Array(vec![value])));
}

/// The schema for one of several types.
fn variant(kind: &Node, members: &Members, name: &str) -> Node {
    let mut entries = vec![Entry::new("type".to_owned(), kind.span(), string(kind, name))];
    let own = OF_TYPES
        .iter()
        .find(|(of, _)| *of == name)
        .map_or(&[] as &[&str], |(_, keys)| keys);
    let is_text = |format: &Node| !["int32", "int64", "float", "double"].contains(&format.as_str().unwrap_or_default());
    for entry in members.0.iter().filter(|entry| own.contains(&entry.key())) {
        // A `format` applies either to strings or to numbers.
        if entry.key() != "format" || is_text(entry.value()) == (name == "string") {
            entries.push(entry.clone());
        }
    }
    if let Some(values) = members.get("enum") {
        let fits = |value: &&Node| match value.value() {
            Value::String(_) => name == "string",
            Value::Bool(_) => name == "boolean",
            Value::Number(number) => name == "number" || name == "integer" && !number.is_f64(),
            Value::Array(_) => name == "array",
            Value::Object(_) => name == "object",
            Value::Null => false,
        };
        let fitting: Vec<Node> = values
            .as_array()
            .unwrap_or_default()
            .iter()
            .filter(fits)
            .cloned()
            .collect();
        if !fitting.is_empty() {
            entries.push(Entry::new(
                "enum".to_owned(),
                values.span(),
                Node::new(values.span(), Value::Array(fitting)),
            ));
        }
    }
    if name == "array" && !entries.iter().any(|entry| entry.key() == "items") {
        entries.push(Entry::new("items".to_owned(), kind.span(), empty(kind)));
    }
    Node::new(kind.span(), Value::Object(Object::of(entries)))
}

/// Whether a schema accepts only null.
fn is_null(schema: &Node) -> bool {
    let members = schema.as_object().unwrap_or_default();
    let known = |entry: &Entry| ["enum", "nullable", "title", "description"].contains(&entry.key());
    let only = schema
        .get("enum")
        .and_then(Node::as_array)
        .is_some_and(|values| matches!(values, [value] if *value.value() == Value::Null));
    only && members.iter().all(known)
}

/// A variant that accepts only null becomes `nullable`.
fn null_variants(at: &Node, members: &mut Members, key: &str) {
    let Some(variants) = members.get(key).and_then(Node::as_array) else {
        return;
    };
    if !variants.iter().any(is_null) {
        return;
    }
    let span = members.get(key).map_or(at.span(), Node::span);
    let rest: Vec<Node> = variants.iter().filter(|variant| !is_null(variant)).cloned().collect();
    let alone = members
        .0
        .iter()
        .all(|entry| entry.key() == key || describes(entry.key()));
    match rest.as_slice() {
        [] if alone => {
            members.remove(key);
            let null = Node::new(at.span(), Value::Null);
            members.set("enum", Node::new(span, Value::Array(vec![null])));
        }
        [] => {
            members.remove(key);
        }
        [one] if alone && one.get("$ref").is_none() => {
            members.remove(key);
            members.add(one.clone().into_entries());
        }
        [_] if alone => {
            members.remove(key);
            members.set("allOf", Node::new(span, Value::Array(rest)));
        }
        _ => members.set(key, Node::new(span, Value::Array(rest))),
    }
    members.set("nullable", Node::new(at.span(), Value::Bool(true)));
}
