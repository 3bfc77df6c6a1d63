//! The texts of a document become docs, and no part of them becomes a test that rustdoc runs.

mod support;

use std::collections::BTreeSet;

use ittybit_codegen::Client;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TextMergeStream};
use serde_json::json;
use support::generate;
use syn::Item;

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

/// A small document with a harmless word at each place where a document can have a name or a value of its own.
fn words() -> String {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Pets", "version": "word" },
        "servers": [{ "url": "https://api.example.com/word" }],
        "security": [{ "word": [] }, { "other": [] }, { "login": [] }],
        "tags": [{ "name": "word" }],
        "x-word": "word",
        "paths": { "/pets/word/{word}": {
            "get": {
                "operationId": "word",
                "tags": ["word"],
                "parameters": [
                    { "name": "word", "in": "path", "required": true, "schema": { "type": "string" }, "example": "word" },
                    { "name": "word", "in": "query", "required": true, "schema": { "type": "string", "default": "word" } },
                    { "name": "word", "in": "header", "required": true, "schema": { "type": "string", "enum": ["word", "b"] } },
                    { "name": "word", "in": "cookie", "schema": { "type": "string", "pattern": "word", "format": "word" } },
                ],
                "responses": {
                    "200": {
                        "description": "Fine.",
                        "headers": { "word": { "schema": { "type": "string" } } },
                        "content": { "application/word": { "schema": { "$ref": "#/components/schemas/Pet" } } },
                    },
                    "201": { "description": "Made.", "content": { "application/json": { "schema": {
                        "type": "object", "properties": { "word": { "type": "string", "example": "word" } },
                    } } } },
                },
            },
            "post": {
                "operationId": "send_file",
                "parameters": [{ "name": "word", "in": "path", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "content": { "multipart/form-data": {
                    "schema": { "type": "object", "required": ["word"], "properties": { "word": { "type": "string", "example": "word" } } },
                    "encoding": { "word": { "contentType": "text/word" } },
                } } },
                "responses": { "204": { "description": "Fine." } },
            },
            "put": {
                "operationId": "put_file",
                "parameters": [{ "name": "word", "in": "path", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "content": { "image/word": {} } },
                "responses": { "204": { "description": "Fine." } },
            },
            "patch": {
                "operationId": "patch_pet",
                "parameters": [{ "name": "word", "in": "path", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pet" } } } },
                "responses": { "204": { "description": "Fine." } },
            },
        } },
        "components": {
            "schemas": {
                "Pet": { "type": "object", "required": ["word", "kind"], "properties": {
                    "word": { "type": "string", "example": "word" },
                    "kind": { "type": "string", "enum": ["word", "b"], "default": "word" },
                    "either": { "anyOf": [{ "$ref": "#/components/schemas/Cat" }, { "type": "object", "title": "word" }],
                                "discriminator": { "propertyName": "word", "mapping": { "word": "#/components/schemas/Cat" } } },
                } },
                "Cat": { "type": "object", "required": ["word"], "properties": { "word": { "type": "string", "enum": ["word"] } } },
                "word": { "type": "object", "properties": { "a": { "type": "array", "items": { "type": "string" }, "example": ["word"] } } },
            },
            "securitySchemes": {
                "word": { "type": "http", "scheme": "bearer" },
                "other": { "type": "apiKey", "in": "header", "name": "word" },
                "login": { "type": "http", "scheme": "word" },
            },
        },
    })
    .to_string()
}

/// Code without its names and values, of which a document has its own, and without calls that set a value.
fn shape(code: &str) -> String {
    let lines = code.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    shape_of(
        lines
            .map(|line| format!("{line}\n"))
            .collect::<String>()
            .parse()
            .unwrap(),
    )
}

fn shape_of(tokens: TokenStream) -> String {
    let mut shape = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let inner = shape_of(group.stream());
                let is_value = inner.chars().all(|char| "x0:-.,![]()".contains(char)) && !inner.is_empty();
                match group.delimiter() {
                    Delimiter::Parenthesis if is_value && shape.ends_with(".x") => shape.truncate(shape.len() - 2),
                    Delimiter::Parenthesis => shape += &format!("({inner})"),
                    Delimiter::Bracket => shape += &format!("[{inner}]"),
                    Delimiter::Brace | Delimiter::None => shape += &format!("{{{inner}}}"),
                }
            }
            TokenTree::Ident(_) => shape.push('x'),
            TokenTree::Literal(_) => shape.push('0'),
            TokenTree::Punct(punct) => shape.push(punct.as_char()),
        }
    }
    shape
}

/// The texts of the document that macros of the runtime have in docs: those of a client, and the example of a request's
/// `set`, which is shown as it is written.
fn expanded(code: &str) -> Vec<String> {
    let mut items = syn::parse_file(code).unwrap().items;
    let modules: Vec<Item> = items.iter().filter_map(content).flatten().cloned().collect();
    items.extend(modules);
    let mut docs = Vec::new();
    for item in items {
        let Item::Macro(item) = item else { continue };
        match item.mac.path.segments.last().unwrap().ident.to_string().as_str() {
            "client" => {
                let texts = literals(item.mac.tokens).into_iter();
                let texts = texts.filter_map(|literal| syn::parse_str::<syn::LitStr>(&literal).ok());
                docs.extend(texts.map(|text| format!("The text `{}` in a line.", text.value())));
            }
            "request_builder" => {
                let example = item.mac.tokens.into_iter().find_map(|token| match token {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
                    _ => None,
                });
                let texts = literals(example.unwrap_or_default());
                docs.push(format!("```\nclient.set({});\n```", texts.join(", ")));
            }
            _ => {}
        }
    }
    docs
}

fn content(item: &Item) -> Option<&Vec<Item>> {
    match item {
        Item::Mod(module) => Some(&module.content.as_ref()?.1),
        _ => None,
    }
}

fn literals(tokens: TokenStream) -> Vec<String> {
    let literals = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Literal(literal) => vec![literal.to_string()],
        TokenTree::Group(group) => literals(group.stream()),
        _ => Vec::new(),
    });
    literals.collect()
}

/// The shapes of all code in docs that rustdoc would compile.
fn shapes(code: &str) -> BTreeSet<String> {
    let mut found = tests(code);
    expanded(code).iter().for_each(|docs| blocks(docs, &mut found));
    found.iter().map(|code| shape(code)).collect()
}

/// The name of a security scheme can be anything, and is in the docs of its setter.
#[test]
fn the_name_of_a_scheme_begins_no_test() {
    let document = words().replace(
        "\"word\":{\"scheme\":\"bearer\"",
        "\"a`\\n\\n```\\nb();\\n```\\n`\":{\"scheme\":\"bearer\"",
    );
    assert_ne!(document, words());
    let findings = generate("api.json", &document).unwrap_err();
    assert!(findings.to_string().contains("security-scheme-name"), "{findings}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn no_text_becomes_a_test(parts in prop::collection::vec(select(HOSTILE), 0..80)) {
        thread_local! { static OWN: Vec<String> = tests(&client("").code); }
        let text = parts.concat();
        OWN.with(|own| { prop_assert_eq!(&tests(&client(&text).code), own, "{:?}", text); Ok(()) })?;
    }

    /// The generator may refuse such a document. Otherwise all tests in docs are what it makes of harmless ones.
    #[test]
    fn no_name_or_value_becomes_a_test(place: Index, parts in prop::collection::vec(select(HOSTILE), 0..12)) {
        thread_local! { static OWN: BTreeSet<String> = shapes(&generate("api.json", &words()).unwrap().code); }
        let words = words();
        let places: Vec<usize> = words.match_indices("word").map(|(at, _)| at).collect();
        let at = place.get(&places);
        let text = json!(parts.concat()).to_string();
        let document = format!("{}{}{}", &words[..*at], &text[1..text.len() - 1], &words[at + "word".len()..]);
        if let Ok(client) = generate("api.json", &document) {
            let found = shapes(&client.code);
            OWN.with(|own| { let new: Vec<_> = found.difference(own).collect(); prop_assert!(new.is_empty(), "{}: {:?}", document, new); Ok(()) })?;
            prop_assert!(!client.code.contains(['\u{202a}', '\u{2069}']), "{}", document);
        }
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
