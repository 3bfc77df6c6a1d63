//! The small documents in `rules/`, one for each rule of the generator.

// Each test program uses only a part of this module.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use ittybit_codegen::Client;
use ittybit_spec::{Diagnostics, Document, Entry, Node, Value};

/// The fields that every document needs, for rules that are not about them.
const HEAD: &str =
    "openapi: 3.0.3\ninfo: { title: Rule, version: 1.0.0 }\nservers: [{ url: https://api.example.com }]\n";

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The document of this project.
pub fn project() -> String {
    fs::read_to_string(repository().join("openapi.yaml")).expect("openapi.yaml is there")
}

/// The name and the complete text of every rule's document.
pub fn rules() -> Vec<(String, String)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules"));
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the rules are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let name = |file: &Path| file.file_name().expect("a name").to_string_lossy().into_owned();
    files
        .iter()
        .map(|file| (name(file), whole(&fs::read_to_string(file).expect("text"))))
        .collect()
}

/// Completes a document with the required fields that it leaves out. They come last, to keep line numbers.
pub fn whole(text: &str) -> String {
    let has = |key: &str| text.starts_with('{') || text.starts_with(key) || text.contains(&format!("\n{key}"));
    let mut text = text.to_owned();
    if !has("openapi:") {
        text += HEAD;
    }
    if !has("paths:") {
        text += "paths: {}\n";
    }
    text
}

/// Generates a client as `cargo xtask codegen` does.
pub fn generate(name: &str, text: &str) -> Result<Client, Diagnostics> {
    generate_for("ittybit", name, text)
}

/// Generates the client of a crate.
pub fn generate_for(crate_name: &str, name: &str, text: &str) -> Result<Client, Diagnostics> {
    ittybit_codegen::generate(&Document::parse(name, text)?, "cargo xtask codegen", crate_name)
}

/// The fence at the start or the end of a code block in docs, and the text after it.
pub fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches([' ', '>', '-']);
    let first = line.chars().next().filter(|char| ['`', '~'].contains(char))?;
    let (ticks, rest) = line.split_at(line.len() - line.trim_start_matches(first).len());
    (ticks.len() >= 3 && !rest.contains('`')).then_some((ticks, rest))
}

/// A value as JSON, with its members in the order of the text, and the variants of unions in that order or in the other.
pub fn json(node: &Node, unions_reversed: bool) -> String {
    let all = |items: &[Node]| -> Vec<String> { items.iter().map(|item| json(item, unions_reversed)).collect() };
    match node.value() {
        Value::Object(members) => {
            let member = |member: &Entry| {
                let value = match member.value().as_array() {
                    Some(variants) if unions_reversed && ["oneOf", "anyOf"].contains(&member.key()) => {
                        let mut variants = all(variants);
                        variants.reverse();
                        format!("[{}]", variants.join(",\n"))
                    }
                    _ => json(member.value(), unions_reversed),
                };
                format!("{:?}: {value}", member.key())
            };
            let members: Vec<String> = members.iter().map(member).collect();
            format!("{{{}}}", members.join(",\n"))
        }
        Value::Array(items) => format!("[{}]", all(items).join(",\n")),
        _ => node.to_json().to_string(),
    }
}
