//! The texts of a document become docs, and no part of them becomes a test that rustdoc runs.

mod support;

use ittybit_codegen::Client;
use proptest::prelude::*;
use proptest::sample::select;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TextMergeStream};
use serde_json::json;
use support::generate;

/// What rustdoc reads more than CommonMark.
const READING: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_SMART_PUNCTUATION);

/// The client of a small document with this text wherever a document can have one.
fn client(text: &str) -> Client {
    let schema = json!({ "type": "string", "description": text });
    let response = json!({ "description": text, "content": { "application/json": { "schema": {
        "$ref": "#/components/schemas/Pet",
    } } } });
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": text, "description": text, "version": "1.0.0" },
        "tags": [{ "name": "pets", "description": text }],
        "servers": [{ "url": "https://api.example.com", "description": text }],
        "security": [{ "key": [] }],
        "externalDocs": { "url": "https://example.com", "description": text },
        "paths": { "/pets": { "summary": text, "description": text,
            "get": {
                "operationId": "list_pets",
                "summary": text,
                "tags": ["pets"],
                "parameters": [{ "name": "kind", "in": "query", "description": text, "schema": schema }],
                "responses": { "200": response, "404": { "description": text }, "default": { "description": text } },
            },
            "put": {
                "operationId": "put_pet",
                "description": text,
                "servers": [{ "url": "https://other.example.com", "description": text }],
                "requestBody": { "description": text, "content": { "application/json": { "schema": {
                    "$ref": "#/components/schemas/Pet",
                } } } },
                "responses": { "200": response, "204": { "description": text } },
            },
            "post": {
                "operationId": "send_file",
                "summary": text,
                "description": text,
                "requestBody": { "content": { "multipart/form-data": { "schema": {
                    "type": "object", "properties": { "part": schema },
                } } } },
                "responses": { "200": { "description": text, "content": { "text/plain": {} } } },
            },
        } },
        "components": {
            "schemas": {
                "Alias": { "type": "array", "description": text, "items": schema },
                "Pet": { "type": "object", "description": text, "title": text, "properties": {
                    "name": schema,
                    "kind": { "$ref": "#/components/schemas/Kind" },
                    "either": { "$ref": "#/components/schemas/Either" },
                } },
                "Kind": { "type": "string", "description": text, "enum": ["cat"], "x-enum-descriptions": { "cat": text } },
                "Either": { "description": text, "oneOf": [schema, { "$ref": "#/components/schemas/Alias" }] },
            },
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": text } },
        },
    });
    let client = generate("api.json", &document.to_string());
    client.unwrap_or_else(|findings| panic!("{text:?}: {findings}"))
}

/// The code blocks that rustdoc would compile, in all docs of a file.
fn tests(code: &str) -> Vec<String> {
    let mut lines = code.lines().map(str::trim_start).peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("///") else {
            continue;
        };
        let mut docs = vec![first];
        while let Some(line) = lines.peek().and_then(|line| line.strip_prefix("///")) {
            docs.push(line);
            lines.next();
        }
        // rustdoc removes the spaces that all lines begin with.
        let indented = docs.iter().filter(|line| !line.trim().is_empty());
        let indent = indented.map(|line| line.len() - line.trim_start().len()).min();
        let docs: Vec<&str> = docs
            .iter()
            .map(|line| line.get(indent.unwrap_or_default()..).unwrap_or_default())
            .collect();
        blocks(&docs.join("\n"), &mut found);
    }
    found
}

fn blocks(docs: &str, found: &mut Vec<String>) {
    let mut events = TextMergeStream::new(Parser::new_ext(docs, READING)).peekable();
    while let Some(event) = events.next() {
        let Event::Start(Tag::CodeBlock(kind)) = event else {
            continue;
        };
        let code = match events.next_if(|event| matches!(event, Event::Text(_))) {
            Some(Event::Text(code)) => code.into_string(),
            _ => String::new(),
        };
        match kind {
            CodeBlockKind::Indented => found.push(code),
            CodeBlockKind::Fenced(info) => {
                let mut words = info.split([',', ' ', '\t', '{']);
                let rust = ["", "rust", "should_panic", "no_run", "compile_fail", "standalone_crate"];
                if words.any(|word| rust.contains(&word) || word.starts_with("edition")) {
                    found.push(code);
                }
            }
        }
    }
}

#[test]
fn a_rule_after_a_long_word_begins_no_test() {
    let text = format!(
        "{} ___\n    -1;\n    std::fs::write(\"a\", \"b\").unwrap();",
        "a".repeat(97)
    );
    assert_eq!(tests(&client(&text).code), tests(&client("").code));
}

/// The README of a generated crate has this call.
#[test]
fn the_first_call_is_not_the_documents() {
    let call = client("```json\n{}\n```").first_call;
    assert_eq!(
        call,
        "let response = client.list_pets().send().await?;\nprintln!(\"{:?}\", *response);"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn no_text_becomes_a_test(parts in prop::collection::vec(select(HOSTILE), 0..80)) {
        thread_local! { static OWN: Vec<String> = tests(&client("").code); }
        let text = parts.concat();
        OWN.with(|own| { prop_assert_eq!(&tests(&client(&text).code), own, "{:?}", text); Ok(()) })?;
    }
}

/// Parts of texts that could become a block, among the generator's own marks and what rustc refuses.
const HOSTILE: &[&str] = &[
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\n\n",
    "    ",
    "  ",
    " ",
    "\t",
    "\r",
    "> ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "1.",
    "_ ",
    "___",
    "***",
    "===",
    "---",
    "#",
    "|",
    "-|-",
    "\u{0}",
    "\u{1}",
    "\u{2}",
    "\u{202a}",
    "\u{2069}",
    "\u{85}",
    "rust",
    "text",
    "-1;",
    "x",
    "\"####",
    "word word word word word ",
    "</pre>",
    "<!--",
    "<b>",
    "[a]: b",
    "[^a]: b",
    "\\",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ",
];
