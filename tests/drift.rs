//! Drift: what the document makes of the client, as snapshots. `cargo xtask codegen` renews them.
//!
//! - the public surface of the generated code: a type, a field, a method or a variant that changed;
//! - the JSON Schema of the generated types, compared with `openapi.yaml` too;
//! - requests as sent, one for every parameter.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use ittybit::builder::ListTasks;
use ittybit::{Client, SortOrder, TaskKind, TaskStatus};
use ittybit_spec::Document;
use serde_json::{Map, Value, json};

const CHECKED_IN: &str = include_str!("../generated/client.rs");

fn document() -> Document {
    Document::read("openapi.yaml".as_ref()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

#[test]
fn the_checked_in_client_is_the_generated_one() {
    let generated = ittybit_codegen::generate(&document(), "cargo xtask codegen", "ittybit")
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let checked_in = CHECKED_IN.replace("\r\n", "\n");
    let line = generated
        .code
        .lines()
        .zip(checked_in.lines())
        .position(|(new, old)| new != old);
    assert!(
        generated.code == checked_in,
        "generated/client.rs does not match openapi.yaml from line {} on: run `cargo xtask codegen`",
        line.map_or(checked_in.lines().count() + 1, |line| line + 1),
    );
}

#[test]
fn public_surface() {
    insta::assert_snapshot!("surface", ittybit_codegen::surface(CHECKED_IN).unwrap());
}

/// The JSON Schema of every type that a task holds, and of the errors.
fn json_schemas() -> Map<String, Value> {
    let mut generator = schemars::SchemaGenerator::default();
    generator.subschema_for::<ittybit::Task>();
    generator.subschema_for::<ittybit::TaskStatusFilter>();
    generator.subschema_for::<ittybit::SortOrder>();
    generator.subschema_for::<ittybit::ErrorBody>();
    generator.take_definitions(true)
}

#[test]
fn json_schema() {
    insta::assert_json_snapshot!("json_schema", json_schemas());
}

/// What a schema says of values, in words that the document's and schemars' schemas have in common.
fn meaning(schema: &Value, own: bool) -> Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return json!(reference.rsplit('/').next());
    }
    // An optional member of schemars' is the type or null, an open enum the values or any string.
    for keyword in ["allOf", "anyOf"] {
        if let Some(parts) = schema.get(keyword).and_then(Value::as_array) {
            let part = parts
                .iter()
                .find(|part| part.get("type") != Some(&json!("null")))
                .unwrap();
            return meaning(part, own);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: BTreeSet<&str> = values.iter().filter_map(Value::as_str).collect();
        return json!({ "enum": values });
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object)
        && own
    {
        let required: BTreeSet<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties: BTreeMap<&String, Value> = properties
            .iter()
            .map(|(name, schema)| (name, meaning(schema, true)))
            .collect();
        return json!({ "properties": properties, "required": required });
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().find(|kind| **kind != json!("null")).cloned(),
        kind => kind.cloned(),
    };
    json!({ "type": kind, "format": schema.get("format") })
}

#[test]
fn json_schema_says_what_the_document_says() {
    let document = document().root().to_json();
    let schemars = json_schemas();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        let derived = schemars
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is not among schemars' definitions"));
        assert_eq!(meaning(derived, true), meaning(schema, true), "{name}");
    }
    assert_eq!(schemars.len(), schemas.len());
}

/// Answers every request with an empty list; gives back what it was sent.
fn server() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = String::new();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            while lines.read_line(&mut head).unwrap() > 2 {}
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nhas-more: false\r\nconnection: close\r\n\r\n[]";
            stream.write_all(answer.as_bytes()).unwrap();
            if sender.send(head).is_err() {
                break;
            }
        }
    });
    (url, receiver)
}

fn client(url: &str) -> Client {
    let builder = Client::builder().api_key("ittybit_wire").base_url(url);
    builder.build().unwrap()
}

type Case = (&'static str, fn(ListTasks) -> ListTasks);

/// One case a parameter, and some of their own.
const CASES: &[Case] = &[
    ("none", |request| request),
    ("after", |request| request.after("task_2jR8kLm4nP")),
    ("before", |request| request.before("task_2jR8kLm4nP")),
    ("limit", |request| request.limit(100)),
    ("status", |request| request.status(TaskStatus::Succeeded)),
    ("status, legacy", |request| request.status(TaskStatus::Ready)),
    ("status, unknown", |request| request.status("paused & more")),
    ("kind", |request| request.kind(TaskKind::AdaptiveVideo)),
    ("run_id", |request| request.run_id("run_5xQ9wKp3vN")),
    ("created_by", |request| request.created_by("key ä/?#&=+%")),
    ("order", |request| request.order(SortOrder::Asc)),
    ("all", |request| {
        request
            .after("a")
            .before("b")
            .limit(1)
            .status(TaskStatus::Failed)
            .kind(TaskKind::Nsfw)
            .run_id("r")
            .created_by("c")
            .order(SortOrder::Desc)
    }),
];

#[tokio::test]
async fn requests_as_sent() {
    let (url, sent) = server();
    let client = client(&url);
    let mut listing = String::new();
    for (name, case) in CASES {
        let page = case(client.list_tasks()).send().await.unwrap();
        assert!(page.is_empty());
        let head = sent.recv().unwrap();
        let host = url.trim_start_matches("http://").trim_end_matches("/v1");
        let head = head
            .replace(host, "HOST")
            .replace(env!("CARGO_PKG_VERSION"), "VERSION")
            .replace("\r\n", "\n")
            // The feature `gzip` adds it, and has tests of its own.
            .replace("accept-encoding: gzip\n", "");
        listing.push_str(&format!("# {name}\n{head}"));
    }
    insta::assert_snapshot!("requests", listing);

    // The document's parameters all have a case.
    let document = document().root().to_json();
    for parameter in document["components"]["parameters"].as_object().unwrap().values() {
        let name = parameter["name"].as_str().unwrap();
        assert!(listing.contains(&format!("?{name}=")), "no case sends `{name}` alone");
    }
}

#[tokio::test]
async fn arguments_out_of_range_are_not_sent() {
    let (url, sent) = server();
    let client = client(&url);
    let mut messages = String::new();
    for limit in [i64::MIN, -1, 0, 101, i64::MAX] {
        let error = client.list_tasks().limit(limit).send().await.unwrap_err();
        messages.push_str(&format!("{error}\n"));
    }
    assert!(sent.try_recv().is_err());
    insta::assert_snapshot!(messages);
}
