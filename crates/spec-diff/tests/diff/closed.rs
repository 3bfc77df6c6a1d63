//! Verifies reports with random documents, each with a random edit of one component, and with values that
//! `jsonschema` validates against the old and the new document.
//!
//! If the new document refuses a request value that the old one allows, or the old document refuses a response
//! value that the new one allows, the change is breaking. If the report says that the wire is unchanged, both
//! documents must allow the same values.
//!
//! The test follows the choices of `docs/spec-review.md`: enums of responses are open, `oneOf` is read as `anyOf`,
//! unlisted properties are not sent, and read-only properties are not sent in requests.
//!
//! `CLOSED_PAIRS=100000` sets the number of pairs, and `CLOSED_FIRST` the first seed.

use std::collections::BTreeMap;

use ittybit_spec_diff::{Report, Wire, diff};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::cases::document;

/// Random numbers (splitmix64), the same on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).expect("a small number")
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

const COMPONENTS: [&str; 5] = ["A", "B", "C", "D", "E"];
const PROPERTIES: [&str; 4] = ["a", "b", "kind", "id"];

/// Generates schemas that refer only to components from the index `from` on, so that there are no cycles.
struct Schemas<'r> {
    random: &'r mut Random,
    newer: bool,
    from: usize,
}

impl Schemas<'_> {
    fn schema(&mut self, depth: usize) -> Value {
        let most = if depth == 0 { 4 } else { 9 };
        let mut schema = match self.random.below(most) {
            0 => json!({ "type": "string" }),
            1 => json!({ "type": "integer" }),
            2 => json!({ "type": self.random.pick(&["boolean", "number"]) }),
            3 => json!({}),
            4 if self.from < COMPONENTS.len() => {
                let at = self.from + self.random.below(COMPONENTS.len() - self.from);
                let reference = json!({ "$ref": format!("#/components/schemas/{}", COMPONENTS[at]) });
                return match self.random.below(4) {
                    0 => json!({ "allOf": [reference] }),
                    _ => reference,
                };
            }
            5 => json!({ "type": "array", "items": self.schema(depth - 1) }),
            6 => {
                let key = self.random.pick(&["allOf", "anyOf", "oneOf", "anyOf"]);
                let count = 1 + self.random.below(3);
                let parts: Vec<Value> = (0..count).map(|_| self.schema(depth - 1)).collect();
                json!({ key: parts })
            }
            _ => self.object(depth),
        };
        for _ in 0..self.random.below(3) {
            self.add_keyword(&mut schema, depth);
        }
        schema
    }

    fn object(&mut self, depth: usize) -> Value {
        let mut properties = Map::new();
        for _ in 0..=self.random.below(3) {
            let name = self.random.pick(&PROPERTIES);
            properties.insert(name.to_owned(), self.schema(depth - 1));
        }
        let mut object = json!({ "type": "object", "properties": properties });
        if self.random.one_in(3) {
            object["required"] = json!([self.random.pick(&PROPERTIES)]);
        }
        if self.random.one_in(8) {
            object["additionalProperties"] = self.others(depth);
        }
        object
    }

    fn others(&mut self, depth: usize) -> Value {
        match self.random.below(3) {
            0 => json!(false),
            1 => json!(true),
            _ => self.schema(depth.saturating_sub(1)),
        }
    }

    fn add_keyword(&mut self, schema: &mut Value, depth: usize) {
        let Some(members) = schema.as_object_mut() else { return };
        let small = json!(self.random.below(5));
        let older: &[&str] = &[
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "uniqueItems",
            "enum",
            "nullable",
            "pattern",
            "multipleOf",
            "required",
            "additionalProperties",
            "not",
            "readOnly",
            "writeOnly",
            "type",
            "minProperties",
            "maxProperties",
            "description",
            "default",
            "exclusiveMinimum",
            "format",
            "properties",
            "discriminator",
        ];
        let newer: &[&str] = &[
            "const",
            "if",
            "then",
            "else",
            "prefixItems",
            "contains",
            "minContains",
            "maxContains",
            "dependentRequired",
            "dependentSchemas",
            "propertyNames",
            "patternProperties",
            "unevaluatedProperties",
            "unevaluatedItems",
            "type",
        ];
        let key = match self.newer && self.random.one_in(2) {
            true => self.random.pick(newer),
            false => self.random.pick(older),
        };
        let inner = |this: &mut Self| this.schema(depth.saturating_sub(1));
        let value = match key {
            "uniqueItems" | "nullable" | "readOnly" | "writeOnly" => json!(true),
            "exclusiveMinimum" if self.newer => small,
            "exclusiveMinimum" => json!(true),
            "multipleOf" => json!(1 + self.random.below(4)),
            "enum" => {
                let all = [json!("a"), json!("ab"), json!(1), json!(3), json!(null)];
                let from = self.random.below(all.len() - 1);
                json!(all[from..from + 1 + self.random.below(all.len() - from)])
            }
            "const" => json!(self.random.pick(&["a", "ab"])),
            "pattern" => json!(self.random.pick(&["^a", "b$", ".*", "^a+$"])),
            "format" => json!(self.random.pick(&["int32", "date", "double"])),
            "required" => {
                let from = self.random.below(PROPERTIES.len() - 1);
                json!(PROPERTIES[from..from + 1 + self.random.below(2)])
            }
            "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems" => self.others(depth),
            "type" if self.newer && self.random.one_in(2) => {
                json!([
                    self.random.pick(&["string", "integer", "null"]),
                    self.random.pick(&["number", "object", "array"])
                ])
            }
            "type" => json!(self.random.pick(&["string", "integer", "number", "array", "object"])),
            "description" | "default" => json!("a"),
            "not" | "if" | "then" | "else" | "contains" | "propertyNames" => inner(self),
            "prefixItems" => json!([inner(self), inner(self)][..1 + self.random.below(2)]),
            "discriminator" => {
                let component = format!("#/components/schemas/{}", self.random.pick(&COMPONENTS));
                json!({ "propertyName": self.random.pick(&PROPERTIES), "mapping": { "a": component } })
            }
            "dependentRequired" => json!({ self.random.pick(&PROPERTIES): [self.random.pick(&PROPERTIES)] }),
            "dependentSchemas" => json!({ self.random.pick(&PROPERTIES): inner(self) }),
            "patternProperties" => json!({ self.random.pick(&["^a", "^k"]): inner(self) }),
            "properties" => json!({ self.random.pick(&PROPERTIES): inner(self) }),
            _ => small,
        };
        members.insert(key.to_owned(), value);
    }

    /// Edits a random one of the schemas in a schema.
    fn edit(&mut self, schema: &mut Value) {
        let inner: Vec<String> = places(schema);
        let at = &inner[self.random.below(inner.len())];
        let place = schema.pointer_mut(at).expect("a place");
        if !place.is_object() || self.random.one_in(6) {
            *place = self.schema(2);
            return;
        }
        match self.random.below(4) {
            0 => {
                let members = place.as_object_mut().expect("an object");
                let keys: Vec<String> = members.keys().cloned().collect();
                if let Some(key) = (!keys.is_empty()).then(|| &keys[self.random.below(keys.len())]) {
                    members.remove(key);
                }
            }
            1 => {
                if let Some(Value::Object(properties)) = place.get_mut("properties") {
                    let name = self.random.pick(&PROPERTIES);
                    if properties.remove(name).is_none() {
                        properties.insert(name.to_owned(), self.schema(1));
                    }
                } else {
                    self.add_keyword(place, 1);
                }
            }
            2 => {
                for key in ["anyOf", "oneOf", "allOf"] {
                    if let Some(Value::Array(parts)) = place.get_mut(key) {
                        if self.random.one_in(2) && parts.len() > 1 {
                            parts.remove(self.random.below(parts.len()));
                        } else {
                            parts.push(self.schema(1));
                        }
                        return;
                    }
                }
                self.add_keyword(place, 1);
            }
            _ => self.add_keyword(place, 1),
        }
    }
}

/// The pointers of all schemas in a schema, including itself.
fn places(schema: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let Some(members) = schema.as_object() else { return all };
    let mut add = |at: String, inner: &Value| all.extend(places(inner).into_iter().map(|rest| format!("{at}{rest}")));
    for (key, value) in members {
        match (key.as_str(), value) {
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(named)) => {
                for (name, inner) in named {
                    add(format!("/{key}/{name}"), inner);
                }
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(parts)) => {
                for (index, inner) in parts.iter().enumerate() {
                    add(format!("/{key}/{index}"), inner);
                }
            }
            (
                "items" | "not" | "if" | "then" | "else" | "contains" | "propertyNames" | "additionalProperties",
                Value::Object(_),
            ) => {
                add(format!("/{key}"), value);
            }
            _ => {}
        }
    }
    all
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

/// Random paths that use the components, and the components with the direction of each use.
fn uses(random: &mut Random) -> (Value, Vec<(&'static str, Direction)>) {
    let mut paths = json!({ "/a": { "post": { "responses": { "200": { "description": "" } } } } });
    let mut used = Vec::new();
    for component in COMPONENTS {
        // Each component is used up to two times.
        for _ in 0..random.below(3) {
            let schema = json!({ "schema": { "$ref": format!("#/components/schemas/{component}") } });
            let content = json!({ "application/json": schema.clone() });
            let operation = &mut paths["/a"]["post"];
            let index = used.len();
            let direction = match random.below(8) {
                0 => {
                    operation["requestBody"]["content"] = content;
                    used.retain(|(_, at, _)| *at != 0);
                    (0, Direction::Request)
                }
                1 => {
                    operation["responses"]["200"]["content"] = content;
                    used.retain(|(_, at, _)| *at != 1);
                    (1, Direction::Response)
                }
                2 => {
                    let parameter = json!({ "name": format!("p{index}"), "in": "query", "content": content });
                    match operation.get_mut("parameters") {
                        Some(Value::Array(all)) => all.push(parameter),
                        _ => operation["parameters"] = json!([parameter]),
                    }
                    (10 + index, Direction::Request)
                }
                3 => {
                    operation["responses"]["200"]["headers"][format!("h{index}")] = json!({ "content": content });
                    (10 + index, Direction::Response)
                }
                4 => {
                    let request = json!({ "requestBody": { "content": content }, "responses": {} });
                    operation["callbacks"][format!("c{index}")]["{$url}"]["post"] = request;
                    (10 + index, Direction::Response)
                }
                5 => {
                    let response = json!({ "responses": { "200": { "description": "", "content": content } } });
                    operation["callbacks"][format!("c{index}")]["{$url}"]["post"] = response;
                    (10 + index, Direction::Request)
                }
                6 => {
                    // Each item is a part of its own, written as JSON.
                    let parts = json!({ "part": { "type": "array", "items": schema["schema"] } });
                    let encoding = json!({ "part": { "contentType": "application/json" } });
                    let form = json!({ "schema": { "properties": parts }, "encoding": encoding });
                    operation["requestBody"]["content"] = json!({ "multipart/form-data": form });
                    used.retain(|(_, at, _)| *at != 0);
                    (0, Direction::Request)
                }
                _ => {
                    let status = format!("{}", 400 + index);
                    operation["responses"][status] = json!({ "description": "", "content": content });
                    (10 + index, Direction::Response)
                }
            };
            used.push((component, direction.0, direction.1));
        }
    }
    (
        paths,
        used.into_iter()
            .map(|(component, _, direction)| (component, direction))
            .collect(),
    )
}

/// Marks a property that is not sent in the direction of the schema.
const UNSENT: &str = "x-unsent";

/// The schemas of a document, converted to JSON Schema for one direction.
fn in_direction(schemas: &Map<String, Value>, direction: Direction) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, schema) in schemas {
        all.insert(name.clone(), converted(schema, schemas, direction, false));
    }
    all
}

fn converted(schema: &Value, schemas: &Map<String, Value>, direction: Direction, negated: bool) -> Value {
    let Some(members) = schema.as_object() else {
        return schema.clone();
    };
    let again = |inner: &Value, negated: bool| converted(inner, schemas, direction, negated);
    let mut result = Map::new();
    for (key, value) in members {
        match (key.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                let name = reference.rsplit('/').next().unwrap_or_default();
                result.insert(key.clone(), json!(format!("#/$defs/{name}")));
            }
            // Enums of responses are open.
            ("enum" | "const", _) if direction == Direction::Response && !negated => {}
            ("properties", Value::Object(named)) => {
                // A property that is not sent in this direction still has a schema.
                let marked = named.iter().map(|(name, property)| {
                    let mut schema = again(property, negated);
                    if let (false, Some(members)) = (is_sent(property, schemas, direction), schema.as_object_mut()) {
                        members.insert(UNSENT.to_owned(), json!(true));
                    }
                    (name.clone(), schema)
                });
                result.insert(key.clone(), marked.collect());
            }
            ("required", Value::Array(names)) => {
                let sent = |name: &&Value| {
                    let named = described(schema, name.as_str().unwrap_or_default(), schemas);
                    named.iter().all(|property| is_sent(property, schemas, direction))
                };
                let names: Vec<&Value> = names.iter().filter(sent).collect();
                result.insert(key.clone(), json!(names));
            }
            ("patternProperties" | "dependentSchemas", Value::Object(named)) => {
                let all = named.iter().map(|(name, inner)| (name.clone(), again(inner, negated)));
                result.insert(key.clone(), all.collect());
            }
            ("allOf" | "prefixItems", Value::Array(parts)) => {
                let parts: Vec<Value> = parts.iter().map(|part| again(part, negated)).collect();
                result.insert(key.clone(), json!(parts));
            }
            // `oneOf` is read as `anyOf`.
            ("anyOf" | "oneOf", Value::Array(parts)) => {
                let parts: Vec<Value> = parts.iter().map(|part| again(part, negated)).collect();
                let all = result.entry("allOf").or_insert_with(|| json!([]));
                all.as_array_mut().expect("a list").push(json!({ "anyOf": parts }));
            }
            ("not" | "if", inner) => drop(result.insert(key.clone(), again(inner, true))),
            (
                "items"
                | "then"
                | "else"
                | "contains"
                | "propertyNames"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "unevaluatedItems",
                inner,
            ) => {
                result.insert(key.clone(), again(inner, negated));
            }
            ("exclusiveMinimum", Value::Bool(_)) | ("nullable" | "readOnly" | "writeOnly" | "format", _) => {}
            ("minimum", bound) if members.get("exclusiveMinimum") == Some(&json!(true)) => {
                result.insert("exclusiveMinimum".to_owned(), bound.clone());
            }
            ("type", Value::String(name)) if members.get("nullable") == Some(&json!(true)) => {
                result.insert(key.clone(), json!([name, "null"]));
            }
            ("type", Value::Array(names)) if members.get("nullable") == Some(&json!(true)) => {
                let mut names = names.clone();
                if !names.contains(&json!("null")) {
                    names.push(json!("null"));
                }
                result.insert(key.clone(), json!(names));
            }
            _ => drop(result.insert(key.clone(), value.clone())),
        }
    }
    Value::Object(result)
}

/// The schemas of a property: in the schema itself, in the target of its reference, and in its `allOf`.
fn described<'s>(schema: &'s Value, name: &str, schemas: &'s Map<String, Value>) -> Vec<&'s Value> {
    let referred = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|text| schemas.get(text.rsplit('/').next()?));
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let inner = referred.into_iter().chain(parts);
    let own = schema.get("properties").and_then(|all| all.get(name));
    own.into_iter()
        .chain(inner.flat_map(|part| described(part, name, schemas)))
        .collect()
}

/// Whether a property is sent in this direction: neither its schema nor any part of it forbids that.
fn is_sent(property: &Value, schemas: &Map<String, Value>, direction: Direction) -> bool {
    let flag = match direction {
        Direction::Request => "readOnly",
        Direction::Response => "writeOnly",
    };
    if property.get(flag) == Some(&json!(true)) {
        return false;
    }
    let referred = property
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|text| schemas.get(text.rsplit('/').next()?));
    // A list of one alternative is that alternative.
    let lists = ["allOf", "anyOf", "oneOf"].map(|key| property.get(key).and_then(Value::as_array));
    let [all, any, one] = lists.map(|list| list.map_or(&[] as &[Value], Vec::as_slice));
    let only = [any, one].into_iter().filter(|parts| parts.len() == 1).flatten();
    let parts = all.iter().chain(only);
    referred
        .into_iter()
        .chain(parts)
        .all(|part| is_sent(part, schemas, direction))
}

fn validator(schemas: &Map<String, Value>, name: &str) -> Validator {
    let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": schemas });
    let validator = jsonschema::options().with_draft(Draft::Draft202012).build(&schema);
    validator.unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// Values that may be valid for a schema; the caller validates them.
fn values(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let Some(members) = schema.as_object() else {
        return vec![json!("a"), json!(1), json!(null)];
    };
    if depth == 0 {
        return vec![json!("a"), json!(1), json!({})];
    }
    let inner = |schema: &Value| {
        let mut values = values(schema, schemas, depth - 1);
        values.truncate(14);
        values
    };
    if let Some(name) = members.get("$ref").and_then(Value::as_str) {
        all.extend(
            schemas
                .get(name.rsplit('/').next().unwrap_or_default())
                .map(inner)
                .unwrap_or_default(),
        );
    }
    for key in ["enum", "const"] {
        match members.get(key) {
            Some(Value::Array(values)) => all.extend(values.iter().cloned()),
            Some(value) => all.push(value.clone()),
            None => {}
        }
    }
    let mut objects: Vec<Map<String, Value>> = Vec::new();
    for key in ["allOf", "anyOf", "oneOf", "if", "then", "else", "not"] {
        let parts = match members.get(key) {
            Some(Value::Array(parts)) => parts.iter().collect(),
            Some(part) => vec![part],
            None => Vec::new(),
        };
        for part in parts {
            for value in inner(part) {
                match value {
                    Value::Object(object) if key == "allOf" => objects.push(object),
                    value => all.push(value),
                }
            }
        }
    }
    objects.truncate(8);
    let list = |keys: &[&str]| -> Vec<Value> {
        let parts = keys.iter().filter_map(|key| members.get(*key));
        let parts = parts.flat_map(|part| match part {
            Value::Array(parts) => parts.iter().collect::<Vec<_>>(),
            part => vec![part],
        });
        parts.flat_map(inner).take(24).collect()
    };
    let types = members.get("type").map(|types| match types {
        Value::Array(names) => names.clone(),
        name => vec![name.clone()],
    });
    let may = |name: &str| {
        types
            .as_ref()
            .is_none_or(|types| types.iter().any(|known| known == name))
    };
    if may("null") || members.contains_key("nullable") {
        all.push(json!(null));
    }
    if may("string") {
        all.extend(["a", "", "ab", "b", "aaa", "aaaaaa", "bcd"].map(Value::from));
    }
    if may("integer") || may("number") {
        all.extend([0, 1, 2, 3, 4, 6, 12, -1].map(Value::from));
    }
    if may("number") {
        all.push(json!(2.5));
    }
    if may("boolean") {
        all.push(json!(true));
    }
    if may("array") {
        let items = list(&["items", "prefixItems", "contains", "unevaluatedItems"]);
        all.push(json!([]));
        for item in items.iter().take(16) {
            all.push(json!([item]));
            all.push(json!([item, item]));
        }
        for pair in items.windows(2) {
            all.push(json!([pair[0], pair[1]]));
            all.push(json!([pair[1], pair[0], pair[1], pair[0], pair[1]]));
        }
        if !members.contains_key("items") {
            all.push(json!(["a", 1, {}]));
        }
    }
    if may("object") {
        objects.push(Map::new());
        let mut named: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (name, property) in members
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if property.get(UNSENT).is_none() {
                named.insert(name, inner(property));
            }
        }
        for name in members.get("required").and_then(Value::as_array).into_iter().flatten() {
            let free = || vec![json!("a"), json!(1)];
            named.entry(name.as_str().unwrap_or_default()).or_insert_with(free);
        }
        for key in ["additionalProperties", "unevaluatedProperties"] {
            if let Some(others) = members
                .get(key)
                .filter(|others| others.as_object().is_some_and(|all| !all.is_empty()))
            {
                for name in ["kind", "other"] {
                    if !named.contains_key(name) {
                        named.insert(name, inner(others));
                    }
                }
            }
        }
        for (pattern, value) in members
            .get("patternProperties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let name = if pattern == "^a" { "ab" } else { "key" };
            named.entry(name).or_insert_with(|| inner(value));
        }
        let mut combined = Vec::new();
        for base in &objects {
            // Each value of each property: alone, with the required properties, and with all properties.
            let first = |names: &dyn Fn(&str) -> bool| -> Map<String, Value> {
                let mut object = base.clone();
                for (name, values) in named.iter().filter(|(name, _)| names(name)) {
                    if let Some(value) = values.first() {
                        object.insert((*name).to_owned(), value.clone());
                    }
                }
                object
            };
            let required = members.get("required").and_then(Value::as_array);
            let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
            for object in [first(&|_| false), first(&is_required), first(&|_| true)] {
                combined.push(object.clone());
                for (name, values) in &named {
                    for value in values.iter().take(8) {
                        let mut object = object.clone();
                        object.insert((*name).to_owned(), value.clone());
                        combined.push(object);
                    }
                }
            }
        }
        all.extend(combined.into_iter().map(Value::Object));
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|value| seen.insert(value.to_string()));
    all
}

struct Pair {
    old: Value,
    new: Value,
    uses: Vec<(&'static str, Direction)>,
}

fn pair(seed: u64) -> Pair {
    let mut random = Random(seed);
    let newer = random.one_in(2);
    let mut schemas = Map::new();
    for (at, name) in COMPONENTS.iter().enumerate() {
        let mut inner = Schemas {
            random: &mut random,
            newer,
            from: at + 1,
        };
        let schema = inner.schema(2);
        schemas.insert((*name).to_owned(), schema);
    }
    let (paths, uses) = uses(&mut random);
    let version = if newer { "3.1.0" } else { "3.0.3" };
    let whole = |schemas: &Map<String, Value>| json!({ "openapi": version, "info": { "title": "", "version": "" }, "paths": paths, "components": { "schemas": schemas } });
    let old = whole(&schemas);
    let at = random.below(COMPONENTS.len());
    let mut edited = schemas[COMPONENTS[at]].clone();
    let mut inner = Schemas {
        random: &mut random,
        newer,
        from: at + 1,
    };
    inner.edit(&mut edited);
    schemas.insert(COMPONENTS[at].to_owned(), edited);
    Pair {
        new: whole(&schemas),
        old,
        uses,
    }
}

/// Whether a value contains a property that one of the parts and alternatives of its schema marks as not sent. Such a
/// value may still be valid for another part.
fn contains_unsent(value: &Value, schema: &Value, schemas: &Map<String, Value>) -> bool {
    let Some(members) = value.as_object() else { return false };
    let is_unsent = |name: &String| schema["properties"][name].get(UNSENT).is_some();
    let referred = schema["$ref"]
        .as_str()
        .and_then(|text| schemas.get(text.rsplit('/').next()?));
    let parts = ["allOf", "anyOf"]
        .into_iter()
        .filter_map(|key| schema[key].as_array())
        .flatten();
    let inner = referred.into_iter().chain(parts);
    members.keys().any(is_unsent) || inner.into_iter().any(|part| contains_unsent(value, part, schemas))
}

/// Why the report of a pair is wrong, if it is, and how many values were checked.
fn verdict(pair: &Pair) -> (Option<String>, usize) {
    let mut checked = 0;
    let parsed = |name: &str, value: &Value| document(name, &value.to_string());
    let report: Report = diff(&parsed("old.json", &pair.old), &parsed("new.json", &pair.new));
    if report.wire() == Wire::Breaking {
        return (None, 0);
    }
    let schemas = |document: &Value| document["components"]["schemas"].as_object().expect("schemas").clone();
    let (old, new) = (schemas(&pair.old), schemas(&pair.new));
    for (component, direction) in &pair.uses {
        let (old, new) = (in_direction(&old, *direction), in_direction(&new, *direction));
        let (old_validator, new_validator) = (validator(&old, component), validator(&new, component));
        let sides = [
            (&old, &old_validator, &new_validator, Direction::Request, "old", "new"),
            (&new, &new_validator, &old_validator, Direction::Response, "new", "old"),
        ];
        for (schemas, own, other, breaks, here, there) in sides {
            if *direction != breaks && report.wire() != Wire::None {
                continue;
            }
            let fitting = values(&schemas[*component], schemas, 5);
            let is_sent = |value: &Value| !contains_unsent(value, &schemas[*component], schemas);
            let fitting: Vec<Value> = fitting
                .into_iter()
                .filter(|value| own.is_valid(value) && is_sent(value))
                .collect();
            checked += fitting.len();
            if let Some(value) = fitting.iter().find(|value| !other.is_valid(value)) {
                let reason = format!(
                    "{} for a {direction:?} of {component}: {value} is valid for {here}, not for {there}\n{:#?}",
                    report.wire(),
                    report.changes
                );
                return (Some(reason), checked);
            }
        }
    }
    (None, checked)
}

#[test]
fn breaking_changes_are_not_reported_as_compatible() {
    let number = |name: &str, without: u64| {
        std::env::var(name)
            .ok()
            .map_or(without, |text| text.parse().expect("a number"))
    };
    let (first, count) = (number("CLOSED_FIRST", 0), number("CLOSED_PAIRS", 400));
    let mut wrong = Vec::new();
    let mut checked = 0;
    for seed in first..first + count {
        let pair = pair(seed);
        let (reason, values) = verdict(&pair);
        checked += values;
        if let Some(reason) = reason {
            wrong.push(seed);
            if wrong.len() <= 12 {
                eprintln!("pair {seed}: {reason}\nold: {}\nnew: {}\n", pair.old, pair.new);
            }
        }
    }
    println!("{checked} values of {count} pairs");
    assert!(count < 100 || checked as u64 >= count, "too few values were checked");
    assert_eq!(wrong, [0; 0], "seeds of pairs with a wrong report, of {count}");
}
