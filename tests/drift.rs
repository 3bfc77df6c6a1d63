//! Drift: snapshots of what the document makes of the client. `cargo xtask codegen` updates them.
//!
//! - the public surface of the generated code: a type, a field, a method or a variant that changed;
//! - the JSON Schema of the generated types, compared with `openapi.yaml` too;
//! - requests as sent, one for each argument of every operation.
//!
//! Nothing here knows the document by hand: types and requests come from `generated/cases.rs`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use ittybit::Client;
use ittybit::operation::OPERATIONS;
use ittybit_spec::Document;
use serde_json::{Map, Value};

#[rustfmt::skip]
#[path = "../generated/cases.rs"]
mod cases;

const CLIENT: &str = include_str!("../generated/client.rs");
const CASES: &str = include_str!("../generated/cases.rs");
const COMMAND: &str = "cargo xtask codegen";

fn document() -> Document {
    Document::read("openapi.yaml".as_ref()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

#[test]
fn what_is_checked_in_is_what_is_generated() {
    let client = ittybit_codegen::generate(&document(), COMMAND, "ittybit");
    let client = client.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let cases = ittybit_codegen::cases(&document(), COMMAND, "ittybit");
    let cases = cases.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    for (file, generated, checked_in) in [("client.rs", client.code, CLIENT), ("cases.rs", cases, CASES)] {
        let checked_in = checked_in.replace("\r\n", "\n");
        let line = generated
            .lines()
            .zip(checked_in.lines())
            .position(|(new, old)| new != old);
        assert!(
            generated == checked_in,
            "generated/{file} does not match openapi.yaml from line {} on: run `{COMMAND}`",
            line.map_or(checked_in.lines().count() + 1, |line| line + 1),
        );
    }
}

#[test]
fn public_surface() {
    insta::assert_snapshot!("surface", ittybit_codegen::surface(CLIENT).unwrap());
}

/// The definitions of all types, and for each type its place in the document and what refers to it.
fn json_schemas() -> (Map<String, Value>, Vec<(&'static str, Value)>) {
    let mut generator = schemars::SchemaGenerator::default();
    let types = cases::schemas(&mut generator).into_iter();
    let types = types.map(|(at, schema)| (at, schema.to_value())).collect();
    (generator.take_definitions(true), types)
}

#[test]
fn json_schema() {
    insta::assert_json_snapshot!("json_schema", json_schemas().0);
}

/// A schema of the document, and the others that it is made of: those it refers to, and the parts of an `allOf`.
fn parts<'d>(document: &'d Value, schema: &'d Value, found: &mut Vec<&'d Value>) {
    let reference = schema["$ref"]
        .as_str()
        .and_then(|to| document.pointer(to.strip_prefix('#')?));
    match reference {
        Some(referred) if !found.contains(&referred) => parts(document, referred, found),
        Some(_) => {}
        None => {
            found.push(schema);
            for part in schema["allOf"].as_array().into_iter().flatten() {
                parts(document, part, found);
            }
        }
    }
}

/// The values of an enum of texts.
fn values(schema: &Value) -> impl Iterator<Item = &str> {
    schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// The type and the format of a value, as far as the document and schemars name them alike.
fn kind(schema: &Value) -> Option<(&str, Option<&str>)> {
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .find_map(|kind| kind.as_str().filter(|kind| *kind != "null")),
        kind => kind.as_str(),
    };
    let format = schema["format"]
        .as_str()
        .filter(|format| ["int32", "int64"].contains(format));
    Some((kind?, format))
}

/// Where the schema that is derived from a type differs from the document. `nullable` are the properties that may be null.
fn differences(document: &Value, documented: &Value, derived: &Value, nullable: &[&Value]) -> Vec<String> {
    let mut of = Vec::new();
    parts(document, documented, &mut of);
    let mut differences = Vec::new();
    let documented: BTreeSet<&str> = of.iter().flat_map(|part| values(part)).collect();
    // The schema of an open enum is the values, or any string.
    let found: BTreeSet<&str> = values(&derived["anyOf"][0]).collect();
    if documented != found {
        differences.push(format!("the values are {documented:?}, and in Rust {found:?}"));
    }

    let is_union = of.iter().any(|part| part.get("oneOf").or(part.get("anyOf")).is_some());
    let members = || of.iter().filter_map(|part| part["properties"].as_object()).flatten();
    let documented: BTreeSet<&str> = members().map(|(name, _)| name.as_str()).collect();
    let properties = &derived["properties"];
    let found: BTreeSet<&str> = properties
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    if documented != found && !is_union {
        differences.push(format!("the properties are {documented:?}, and in Rust {found:?}"));
    }
    for (name, schema) in members() {
        let mut of = Vec::new();
        parts(document, schema, &mut of);
        let Some(((documented, format), (found, found_format))) =
            of.iter().find_map(|part| kind(part)).zip(kind(&properties[name]))
        else {
            continue;
        };
        if documented != found || format.is_some() && format != found_format {
            differences.push(format!(
                "`{name}` is {documented} {format:?}, and in Rust {found} {found_format:?}"
            ));
        }
    }
    let is_nullable = |schema: &Value| nullable.iter().any(|property| std::ptr::eq(*property, schema));
    let is_null = |name: &str| members().any(|(member, schema)| member == name && is_nullable(schema));
    let names = |schema: &Value| -> BTreeSet<String> {
        let names = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    };
    let documented: BTreeSet<String> = of
        .iter()
        .flat_map(|part| names(part))
        .filter(|name| !is_null(name))
        .collect();
    let found = names(derived);
    if documented != found && !is_union {
        differences.push(format!("required are {documented:?}, and in Rust {found:?}"));
    }
    differences
}

#[test]
fn json_schema_says_what_the_document_says() {
    // The places of the types are those of the document in one file, as OpenAPI 3.0.
    let lowered = document()
        .lowered()
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let document = lowered.document.root().to_json();
    let nullable = cases::nullable().into_iter();
    let nullable: Vec<&Value> = nullable.map(|at| document.pointer(at).unwrap()).collect();
    let (definitions, types) = json_schemas();
    assert!(!types.is_empty());
    for (at, schema) in &types {
        let name = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()).unwrap();
        let documented = document
            .pointer(at)
            .unwrap_or_else(|| panic!("the document has no {at:?}, of `{name}`"));
        let differences = differences(&document, documented, &definitions[name], &nullable);
        assert!(differences.is_empty(), "`{name}`, {at}: {}", differences.join("; "));
    }
    // A schema that is not among them would not be compared.
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        // An object without properties is a map, and not a type of its own.
        let properties = schema["properties"].as_object();
        let has_type = properties.is_some_and(|all| !all.is_empty()) || values(schema).next().is_some();
        let is_compared = types
            .iter()
            .any(|(at, _)| at.strip_prefix("/components/schemas/") == Some(name));
        assert!(is_compared || !has_type, "no type is compared with `{name}`");
    }
}

/// Reads one request.
fn read(stream: &TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream);
    let mut text = Vec::new();
    while reader.read_until(b'\n', &mut text)? > 2 {}
    let head = String::from_utf8_lossy(&text).to_lowercase();
    let header = |name: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
    };
    if let Some(length) = header("content-length") {
        reader.take(length.parse().unwrap()).read_to_end(&mut text)?;
    } else if header("transfer-encoding").is_some() {
        while !text.ends_with(b"\r\n0\r\n\r\n") {
            reader.read_until(b'\n', &mut text)?;
        }
    }
    Ok(String::from_utf8_lossy(&text).replace("\r\n", "\n"))
}

/// Accepts requests and passes each on. Every response is 404: only the requests are compared.
fn server() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read(&stream).unwrap();
            if sender.send(request).is_err() {
                break;
            }
            let response = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(response.as_bytes()).unwrap();
        }
    });
    (url, receiver)
}

fn client(url: &str) -> Client {
    let builder = Client::builder().api_key("ittybit_wire").base_url(url);
    builder.build().unwrap()
}

/// A request without what differs between runs.
fn settled(request: &str, operation: &str, argument: &str, url: &str) -> String {
    let mut text = request
        .replace(url.trim_start_matches("http://").trim_end_matches("/v1"), "HOST")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION")
        // The feature `gzip` adds it, and has tests of its own.
        .replace("accept-encoding: gzip\n", "");
    let after = |text: &str, start: &str| {
        let (_, rest) = text.split_once(start)?;
        Some(rest.lines().next().unwrap_or_default().to_owned())
    };
    if let Some(boundary) = after(&text, "multipart/form-data; boundary=") {
        text = text.replace(&boundary, "BOUNDARY");
    }
    let operation = OPERATIONS.iter().find(|found| found.id == operation);
    let key = operation
        .and_then(|operation| operation.idempotency_key)
        .map(str::to_lowercase);
    if let Some(name) = key
        && let Some(key) = after(&text, &format!("{name}: "))
        && !["all", &name.replace('-', "_")].contains(&argument)
    {
        text = text.replace(&key, "KEY");
    }
    text
}

#[tokio::test]
async fn requests_as_sent() {
    let (url, sent) = server();
    let mut listing = String::new();
    let see = |operation: &str, argument: &str, response: Result<(), ittybit::Error>| {
        let comma = if argument.is_empty() { "" } else { ", " };
        writeln!(listing, "# {operation}{comma}{argument}").unwrap();
        match (sent.try_recv(), response) {
            (Ok(request), _) => listing.push_str(&settled(&request, operation, argument, &url)),
            (Err(_), Err(error)) => writeln!(listing, "not sent: {error}").unwrap(),
            (Err(_), Ok(())) => panic!("{operation}{comma}{argument} succeeded, and nothing was sent"),
        }
        listing.truncate(listing.trim_end().len());
        listing.push_str("\n\n");
    };
    cases::send(&client(&url), see).await.unwrap();
    for operation in OPERATIONS {
        if !listing.contains(&format!("# {}\n", operation.id)) {
            writeln!(
                listing,
                "# {}\nnot sent: the document has no value for an argument that it needs\n",
                operation.id
            )
            .unwrap();
        }
    }
    assert!(listing.contains(" HTTP/1.1\n"), "nothing was sent:\n{listing}");
    insta::assert_snapshot!("requests", listing);
}

#[tokio::test]
async fn numbers_out_of_bounds_are_not_sent() {
    let (url, sent) = server();
    let mut messages = String::new();
    let see = |operation: &str, argument: &str, response: Result<(), ittybit::Error>| {
        let error = response.expect_err("a number out of bounds was taken");
        assert!(sent.try_recv().is_err(), "{operation}, {argument} was sent");
        writeln!(messages, "{operation}, {argument}: {error}").unwrap();
    };
    cases::exceed(&client(&url), see).await.unwrap();
    insta::assert_snapshot!("numbers_out_of_bounds", messages);
}
