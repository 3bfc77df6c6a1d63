//! Malformed documents: parts of valid ones are deleted, replaced, repeated and renamed. The generator never panics,
//! and the code that it generates is always valid.

mod support;

use std::collections::HashSet;

use ittybit_spec::{Diagnostics, Document};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use support::{generate, project, rules};
use syn::{File, Item};

/// A change at one of the places of the document.
#[derive(Clone, Debug)]
enum Change {
    Delete(Index),
    Replace(Index, Value),
    /// Replaces a value by a copy of another one.
    Copy(Index, Index),
    /// Gives a member another name.
    Rename(Index, String),
    Insert(Index, String, Value),
    /// Inserts a copy of a value.
    Nest(Index, String, Index),
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "",
            "_",
            "-",
            "$",
            "1",
            "type",
            "self",
            "Self",
            "crate",
            "fn",
            "extra",
            "build",
            "new",
            "body",
            "client",
            "id",
            "a",
            "A",
            "a_b",
            "aB",
            "a-b",
            "Task",
            "TaskBuilder",
            "ListTasks",
            "list_tasks",
            "Timestamp",
            "Error",
            "String",
            "Option",
            "unknown",
            "ß",
            "日本",
            "+1",
            "-1",
            "it's",
            "{}",
            "\"",
            "\\",
            "\n",
            "r#type",
            "200",
            "2XX",
            "default",
            "x-cursor-pagination",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z0-9_. -]{1,12}",
        "\\PC{0,6}",
    ]
}

fn keywords() -> impl Strategy<Value = String> {
    select(vec![
        "type",
        "format",
        "enum",
        "properties",
        "items",
        "additionalProperties",
        "required",
        "nullable",
        "allOf",
        "oneOf",
        "anyOf",
        "not",
        "$ref",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "multipleOf",
        "pattern",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "default",
        "description",
        "deprecated",
        "title",
        "x-columns",
        "x-enum-aliases",
        "x-enum-descriptions",
        "x-filter",
        "x-lifecycle",
        "x-cursor-pagination",
        "parameters",
        "requestBody",
        "responses",
        "content",
        "schema",
        "headers",
        "in",
        "name",
        "style",
        "explode",
        "operationId",
        "get",
        "post",
        "application/json",
        "200",
        "204",
        "default",
        "security",
        "servers",
    ])
    .prop_map(str::to_owned)
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(vec![0, 1, -1, 255, 256, i64::MAX, i64::MIN]).prop_map(Value::from),
        select(vec![0.5, -0.5, 1e300, 1e-300]).prop_map(Value::from),
        names().prop_map(Value::from),
        select(vec![
            "string",
            "integer",
            "number",
            "boolean",
            "array",
            "object",
            "int32",
            "uint8",
            "unix-time",
            "date",
            "path",
            "query",
            "header",
            "#/components/schemas/Task",
            "#/components/schemas/A",
            "^a{2,3}$",
            "(?=a)",
            "```\nx",
            "<b>[a](b) */"
        ])
        .prop_map(Value::from),
        prop::collection::vec(names(), 0..4).prop_map(Value::from),
        select(vec![
            json!({}),
            json!([]),
            json!({ "type": "object" }),
            json!({ "type": "object", "properties": { "type": { "type": "string" }, "build": {}, "a": { "type": "array", "items": {} } } }),
            json!({ "type": "string", "enum": ["a", "A b", "unknown"] }),
            json!({ "type": "array", "items": { "type": "integer", "format": "unix-time", "nullable": true } }),
            json!({ "type": "integer", "format": "uint8", "minimum": -1, "maximum": 300, "multipleOf": 3 }),
            json!({ "type": "object", "additionalProperties": { "type": "object", "properties": { "b": { "type": "number" } } } }),
            json!({ "allOf": [{ "type": "object", "properties": { "c": {} } }, { "type": "object" }] }),
            json!({ "allOf": [] }),
            json!({ "forward": "after", "cursor": "id" }),
        ]),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    let change = prop_oneof![
        place().prop_map(Change::Delete),
        (place(), values()).prop_map(|(at, value)| Change::Replace(at, value)),
        (place(), place()).prop_map(|(at, from)| Change::Copy(at, from)),
        (place(), names()).prop_map(|(at, name)| Change::Rename(at, name)),
        (place(), prop_oneof![keywords(), names()], values())
            .prop_map(|(at, key, value)| Change::Insert(at, key, value)),
        (place(), prop_oneof![keywords(), names()], place()).prop_map(|(at, key, from)| Change::Nest(at, key, from)),
    ];
    prop::collection::vec(change, 1..5)
}

/// The places of all values below a value.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| places(value, ittybit_spec::pointer::join(&at, [key]), found);
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| below(&index.to_string(), value)),
        _ => {}
    }
    found.push(at);
}

fn change(document: &mut Value, change: &Change) {
    let mut all = Vec::new();
    places(document, String::new(), &mut all);
    let at = |index: &Index| index.get(&all).as_str();
    let copied = |document: &Value, index: &Index| document.pointer(at(index)).cloned().unwrap_or_default();
    match change {
        Change::Delete(place) => {
            take(document, at(place));
        }
        Change::Replace(place, value) => put(document, at(place), value.clone()),
        Change::Copy(place, from) => put(document, at(place), copied(document, from)),
        Change::Rename(place, name) => {
            let at = at(place);
            if let Some(value) = take(document, at)
                && let Some(parent) = at.rsplit_once('/').and_then(|(parent, _)| document.pointer_mut(parent))
            {
                insert(parent, name, value);
            }
        }
        Change::Insert(place, key, value) => {
            if let Some(parent) = document.pointer_mut(at(place)) {
                insert(parent, key, value.clone());
            }
        }
        Change::Nest(place, key, from) => {
            let value = copied(document, from);
            if let Some(parent) = document.pointer_mut(at(place)) {
                insert(parent, key, value);
            }
        }
    }
}

fn put(document: &mut Value, at: &str, value: Value) {
    if let Some(place) = document.pointer_mut(at) {
        *place = value;
    }
}

fn insert(parent: &mut Value, key: &str, value: Value) {
    match parent {
        Value::Object(members) => {
            members.insert(key.to_owned(), value);
        }
        Value::Array(items) => items.push(value),
        _ => *parent = Value::Object(Map::from_iter([(key.to_owned(), value)])),
    }
}

fn take(document: &mut Value, at: &str) -> Option<Value> {
    let (parent, key) = at.rsplit_once('/')?;
    let key = ittybit_spec::pointer::parse(&format!("/{key}"))?.pop()?;
    match document.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&key),
        Value::Array(items) => Some(items.remove(key.parse().ok()?)),
        _ => None,
    }
}

/// Generates a client, and checks the code or the diagnostics.
fn check(text: &str) -> Result<(), TestCaseError> {
    match generate("api.json", text) {
        Ok(client) => {
            coded(&client.notes)?;
            let file = syn::parse_file(&client.code);
            let file = file.map_err(|error| TestCaseError::fail(format!("{error} in\n{}", client.code)))?;
            has_unique_names(&file).map_err(|reason| TestCaseError::fail(format!("{reason} in\n{}", client.code)))
        }
        Err(findings) => {
            prop_assert!(findings.has_errors());
            coded(&findings)?;
            for finding in findings.iter() {
                let message = finding.message();
                // If `lower` succeeds, the rest has to succeed too. These messages mean that it did not.
                for unforeseen in ["the generator failed", "not as expected", "cannot be generated"] {
                    prop_assert!(!message.contains(unforeseen), "{message}");
                }
                prop_assert!(!finding.help_lines().is_empty(), "no help: {message}");
            }
            Ok(())
        }
    }
}

/// Every finding needs a code, so that it can be filtered by it.
fn coded(findings: &Diagnostics) -> Result<(), TestCaseError> {
    for finding in findings {
        prop_assert!(finding.code_name().is_some(), "no code: {finding}");
    }
    Ok(())
}

/// Names that have to be unique are not repeated.
fn has_unique_names(file: &File) -> Result<(), String> {
    once("an item", file.items.iter().flat_map(item_names))?;
    for item in &file.items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &module.content
        {
            once("an item", items.iter().flat_map(item_names))?;
            for item in items {
                match item {
                    Item::Struct(item) => once(
                        "a field",
                        item.fields
                            .iter()
                            .filter_map(|field| Some(field.ident.as_ref()?.to_string())),
                    )?,
                    Item::Enum(item) => once(
                        "a variant",
                        item.variants.iter().map(|variant| variant.ident.to_string()),
                    )?,
                    _ => {}
                }
            }
            // For each of the two clients, the methods of a builder for it and for both.
            for blocking in [false, true] {
                once("a method", items.iter().flat_map(|item| methods(item, blocking)))?;
            }
        } else {
            once("a method", methods(item, false).into_iter().chain(methods(item, true)))?;
        }
    }
    Ok(())
}

fn once(what: &str, names: impl Iterator<Item = String>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            return Err(format!("{what} `{name}` is defined twice"));
        }
    }
    Ok(())
}

fn item_names(item: &Item) -> Vec<String> {
    match item {
        Item::Struct(item) => vec![item.ident.to_string()],
        Item::Enum(item) => vec![item.ident.to_string()],
        Item::Type(item) => vec![item.ident.to_string()],
        Item::Mod(item) => vec![item.ident.to_string()],
        Item::Use(item) => {
            let path = quote::ToTokens::to_token_stream(&item.tree).to_string();
            vec![path.rsplit(' ').next().unwrap_or_default().to_owned()]
        }
        _ => Vec::new(),
    }
}

fn methods(item: &Item, blocking: bool) -> Vec<String> {
    let Item::Impl(block) = item else { return Vec::new() };
    let ty = quote::ToTokens::to_token_stream(&block.self_ty).to_string();
    if block.trait_.is_some() || ty.contains("blocking") != blocking && !ty.contains("< C >") {
        return Vec::new();
    }
    let owner = ty.split(' ').next().unwrap_or_default().to_owned();
    let name = |item: &syn::ImplItem| match item {
        syn::ImplItem::Fn(function) => Some(format!("{owner}::{}", function.sig.ident)),
        _ => None,
    };
    block.items.iter().filter_map(name).collect()
}

fn documents() -> Vec<Value> {
    let all = rules().into_iter().map(|(_, text)| text).chain([project()]);
    all.map(|text| Document::parse("api.txt", text).expect("a document").root().to_json())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_documents_are_generated_or_rejected(document in any::<Index>(), changes in changes()) {
        thread_local! { static DOCUMENTS: Vec<Value> = documents(); }
        let mut document = DOCUMENTS.with(|documents| document.get(documents).clone());
        changes.iter().for_each(|one| change(&mut document, one));
        let text = serde_json::to_string_pretty(&document).expect("JSON");
        check(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
    }

    #[test]
    fn any_name_is_generated_or_rejected(
        schema in "[A-Za-z0-9_.-]{1,8}",
        [property, value, parameter, operation] in [names(), names(), names(), names()],
        header in "[A-Za-z0-9_.-]{1,8}",
    ) {
        let text = json!({
            "openapi": "3.0.3",
            "info": { "title": "Names", "version": "1.0.0" },
            "servers": [{ "url": "https://api.example.com" }],
            "paths": { "/a": { "put": {
                "operationId": operation,
                "parameters": [
                    { "name": parameter, "in": "query", "schema": { "type": "string", "enum": [value] } },
                    { "name": header, "in": "header", "schema": { "type": "string" } },
                ],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } } },
                "responses": { "200": { "description": value, "content": { "application/json": { "schema": {
                    "type": "array", "items": { "type": "object", "properties": { property.clone(): { "type": "integer" } } },
                } } } } },
            } } },
            "components": { "schemas": { schema: { "type": "object", "properties": {
                property: { "type": "string", "enum": [value, parameter] },
                "other": { "type": "object", "properties": { header: { "type": "number" } } },
            } } } },
        });
        check(&text.to_string()).map_err(|error| TestCaseError::fail(format!("{error}\n{text:#}")))?;
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Schemas that are valid on their own. Together they may result in an error.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => select(vec!["A", "B", "C", "D"]).prop_map(reference),
        1 => Just(json!({})),
        1 => Just(json!({ "type": "object" })),
        1 => Just(json!({ "type": "boolean" })),
        2 => (select(vec!["", "int8", "uint8", "int32", "uint64", "unix-time", "other"]), any::<i16>())
            .prop_map(|(format, least)| json!({ "type": "integer", "format": format, "minimum": least })),
        1 => select(vec!["float", "double", "x"]).prop_map(|format| json!({ "type": "number", "format": format, "multipleOf": 0.5 })),
        2 => select(vec!["", "date", "uuid", "byte"]).prop_map(|format| json!({ "type": "string", "format": format, "minLength": 1 })),
        2 => prop::collection::hash_set(names(), 1..4).prop_map(|values| json!({ "type": "string", "enum": values })),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let object = (
            prop::collection::btree_map(names(), inner.clone(), 0..4),
            prop::option::of(inner.clone()),
            any::<bool>(),
        )
            .prop_map(|(properties, additional, all)| {
                let required: Vec<String> = properties.keys().filter(|_| all).cloned().collect();
                let mut schema = json!({ "type": "object", "properties": properties, "required": required });
                if let Some(additional) = additional {
                    schema["additionalProperties"] = additional;
                }
                schema
            });
        let object = object.boxed();
        let part = prop_oneof![3 => object.clone(), 1 => select(vec!["A", "B", "C"]).prop_map(reference)];
        prop_oneof![
            3 => object,
            2 => inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            1 => inner.clone().prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
            2 => prop::collection::vec(part, 1..3).prop_map(|parts| json!({ "allOf": parts, "description": "All." })),
            1 => inner.prop_map(|mut schema| {
                if schema.get("$ref").is_none() {
                    schema["nullable"] = true.into();
                }
                schema
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_schemas_are_generated_or_rejected(
        [a, b, c, parameter, body, response] in [schemas(), schemas(), schemas(), schemas(), schemas(), schemas()],
        paged in any::<bool>(),
    ) {
        let mut text = json!({
            "openapi": "3.0.3",
            "info": { "title": "Schemas", "version": "1.0.0" },
            "servers": [{ "url": "https://api.example.com" }],
            "paths": { "/a/{b}": { "put": {
                "operationId": "put_a",
                "parameters": [
                    { "name": "b", "in": "path", "required": true, "schema": { "$ref": "#/components/schemas/D" } },
                    { "name": "c", "in": "query", "schema": { "type": "array", "items": { "$ref": "#/components/schemas/D" } } },
                ],
                "requestBody": { "content": { "application/json": { "schema": body } } },
                "responses": { "200": { "description": "Fine.", "content": { "application/json": { "schema": {
                    "type": "array", "items": response,
                } } } } },
            } } },
            "components": { "schemas": { "A": a, "B": b, "C": c, "D": { "type": "string" } } },
        });
        if paged {
            text["paths"]["/a/{b}"]["put"]["x-cursor-pagination"] = json!({ "forward": "c", "cursor": "a" });
        } else {
            text["paths"]["/a/{b}"]["put"]["parameters"][1]["schema"] = parameter;
        }
        check(&text.to_string()).map_err(|error| TestCaseError::fail(format!("{error}\n{text:#}")))?;
    }
}

#[test]
fn the_rules_and_the_project_have_unique_names() {
    for document in documents() {
        check(&document.to_string()).expect("valid code");
    }
}

/// Types can be nested as deeply as a document may be.
#[test]
fn deeply_nested_types_are_generated() {
    let list = ("{ type: array, items: ", "}");
    let map = ("{ type: object, additionalProperties: ", "}");
    let object = ("{ type: object, properties: { a: ", "} }");
    let part = ("{ allOf: [", "] }");
    for ((open, close), levels) in [(list, 120), (map, 120), (object, 60), (part, 60)] {
        let schema = open.repeat(levels) + "{ type: string }" + &close.repeat(levels);
        let text = support::whole(&format!("components:\n  schemas:\n    Deep: {schema}\n"));
        let client = generate("deep.yaml", &text).unwrap_or_else(|findings| panic!("{findings}"));
        assert!(client.code.contains("Deep"));
    }
    // On both sides of the depth from which generation runs on its own stack.
    for (levels, names) in [(10, 4), (9, 30)] {
        let (open, close) = (list.0.repeat(levels), list.1.repeat(levels));
        let chain: String = (0..names)
            .map(|n| {
                format!(
                    "    A{n}: {open}{{ $ref: \"#/components/schemas/A{}\" }}{close}\n",
                    n + 1
                )
            })
            .collect();
        let text = format!("components:\n  schemas:\n{chain}    A{names}: {{ type: string }}\n");
        match generate("lists.yaml", &support::whole(&text)) {
            Ok(client) => assert!(levels * names < 192 && client.code.contains("A0")),
            Err(findings) => assert!(levels * names >= 192, "{findings}"),
        }
    }
    let chain: String = (0..1_000)
        .map(|n| format!("    A{n}: {{ type: array, items: {{ type: object, properties: {{ a: {{ $ref: \"#/components/schemas/A{}\" }} }} }} }}\n", n + 1))
        .collect();
    let text = support::whole(&format!(
        "components:\n  schemas:\n{chain}    A1000: {{ type: string }}\n"
    ));
    let client = generate("chain.yaml", &text).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!(client.types, 2_001);
}

/// Values that many parameters share are written once, and nested fields are listed up to a depth.
#[test]
fn the_size_of_the_metadata_is_linear() {
    let values: Vec<String> = (0..200).map(|n| format!("value{n}")).collect();
    let values = values.join(", ");
    let parameters: String = (0..50)
        .map(|n| format!("{{ name: p{n}, in: query, schema: {{ $ref: '#/components/schemas/Many' }} }}, "))
        .collect();
    let chain: String = (0..300)
        .map(|n| {
            format!(
                "    A{n}: {{ type: object, properties: {{ a: {{ $ref: '#/components/schemas/A{}' }} }} }}\n",
                n + 1
            )
        })
        .collect();
    let text = format!(
        "openapi: 3.0.3
info: {{ title: Much, version: 1.0.0 }}
servers: [{{ url: https://api.example.com }}]
paths:
  /a:
    get:
      operationId: get_a
      parameters: [{parameters}]
      responses:
        '200':
          description: Fine.
          content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/A0' }} }} }}
components:
  schemas:
    Many: {{ type: string, enum: [{values}] }}
{chain}    A300: {{ type: string }}
"
    );
    let client = generate("much.yaml", &text).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!(client.code.matches("(\"value7\", \"\")").count(), 1);
    assert_eq!(client.code.matches("VALUES_OF_MANY").count(), 51);
    assert!(client.code.contains(&"a.".repeat(10)) && !client.code.contains(&"a.".repeat(20)));
}

/// Twice as much of what a document repeats results in at most twice as many lines.
#[test]
fn the_number_of_lines_is_linear() {
    let each = |count: usize, write: &dyn Fn(usize) -> String| -> String { (0..count).map(write).collect() };
    let schemas = |schemas: String| {
        support::whole(&format!(
            "components:\n  schemas:\n{schemas}    Last: {{ type: string }}\n"
        ))
    };
    let next = |n: usize, count: usize| match n + 1 == count {
        true => "{ $ref: '#/components/schemas/Last' }".to_owned(),
        false => format!("{{ $ref: '#/components/schemas/A{}' }}", n + 1),
    };
    let parameters = |count: usize| {
        let parameters = each(count, &|n| {
            format!("{{ name: p{n}, in: query, schema: {{ type: string, maxLength: {n} }} }}, ")
        });
        support::whole(&format!(
            "paths: {{ /a: {{ get: {{ operationId: get_a, parameters: [{parameters}], \
             responses: {{ '204': {{ description: Fine. }} }} }} }} }}\n"
        ))
    };
    let properties = |count: usize| {
        let properties = each(count, &|n| format!("p{n}: {{ type: integer }}, "));
        schemas(format!("    A: {{ type: object, properties: {{ {properties} }} }}\n"))
    };
    let references = |count: usize| schemas(each(count, &|n| format!("    A{n}: {}\n", next(n, count))));
    let parts = |count: usize| {
        let part = |n: usize| format!("    A{n}: {{ allOf: [{}] }}\n", next(n, count));
        schemas(each(count, &part))
    };
    // An example of the first would contain one of the last 2^count times.
    let examples = |count: usize| {
        let both = |n: usize| format!("a: {0}, b: {0}", next(n, count));
        let write = |n: usize| {
            format!(
                "    A{n}: {{ type: object, required: [a, b], properties: {{ {} }} }}\n",
                both(n)
            )
        };
        schemas(each(count, &write))
    };
    let documents: [&dyn Fn(usize) -> String; 5] = [&parameters, &properties, &references, &parts, &examples];
    for document in documents {
        let lines = |count: usize| {
            let client = generate("much.yaml", &document(count)).unwrap_or_else(|findings| panic!("{findings}"));
            client.code.lines().count()
        };
        let (once, twice) = (lines(40), lines(80));
        assert!(
            once < twice && twice <= 2 * once,
            "{once} and {twice} lines: {}",
            document(3)
        );
    }
}

/// What is cut off a long name may be all that distinguishes it from another one.
#[test]
fn long_names_that_differ_at_their_ends_are_different() {
    let long = "aB".repeat(150);
    let each = |write: fn(&str) -> String| -> String { (0..3).map(|n| write(&format!("{long}{n}"))).collect() };
    let paths = each(|name| {
        format!(
            "  /{name}:
    get:
      operationId: {name}
      parameters:
        - {{ name: {name}, in: query, schema: {{ type: string, enum: [{name}0, {name}1] }} }}
        - {{ name: {name}_, in: query, schema: {{ type: string }} }}
      responses:
        '200': {{ description: Fine., content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/{name}' }} }} }} }}
"
        )
    });
    let schemas = each(|name| {
        format!(
            "    {name}: {{ type: object, properties: {{ {name}0: {{ type: object, properties: {{ a: {{ type: string }} }} }}, {name}1: {{ type: string }} }} }}\n"
        )
    });
    let text = format!(
        "openapi: 3.0.3\ninfo: {{ title: Long, version: 1.0.0 }}\nservers: [{{ url: https://api.example.com }}]\n\
         paths:\n{paths}components:\n  schemas:\n{schemas}"
    );
    let client = generate("long.yaml", &text).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!(client.operations, 3);
    let file = syn::parse_file(&client.code).unwrap();
    has_unique_names(&file).unwrap_or_else(|names| panic!("{names}"));
}
