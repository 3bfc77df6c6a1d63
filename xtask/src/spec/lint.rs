//! `cargo xtask spec lint`: what generation ignores or refuses in the document, and the style of this
//! project.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use ittybit_spec::{Diagnostic, Diagnostics, Document, Node, Severity, Value, pointer};

use super::examples::{Schemas, examples_of};
use super::revision;
use crate::output::counted;
use crate::workspace;

/// List what is wrong with the document, or could be better
///
/// That is: what OpenAPI does not allow, what generation refuses or ignores, and the style of this
/// project: descriptions everywhere, names as they are in Rust, no enum or object without a name,
/// examples that are what their schemas say.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes:
  0  nothing but notes
  1  errors or warnings
  2  wrong usage")]
pub struct Args {
    /// The document [default: openapi.yaml]
    file: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A document that cannot be read, and one with errors or warnings.
pub fn run(args: &Args) -> Result<()> {
    let document = match &args.file {
        Some(file) => Document::read(file)?,
        None => {
            workspace::enter()?;
            revision::read(revision::DOCUMENT)?
        }
    };
    let findings = findings(&document);
    let mut stdout = anstream::stdout();
    if !findings.is_empty() {
        writeln!(stdout, "{}\n", findings.render(true))?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    writeln!(
        stdout,
        "{}: {}, {}, {}",
        document.name(),
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(count(Severity::Note), "note"),
    )?;
    if errors + warnings > 0 {
        bail!("the document has {}", counted(errors + warnings, "finding"));
    }
    Ok(())
}

/// All that there is to say about a document.
fn findings(document: &Document) -> Diagnostics {
    let checked = document.check();
    let mut findings: Vec<Diagnostic> = match ittybit_codegen::generate(document, "cargo xtask codegen", "ittybit") {
        Ok(client) => client.notes.into_iter().collect(),
        Err(refused) => refused.into_iter().collect(),
    };
    // What is wrong by the rules of OpenAPI is told by both.
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    findings.extend(
        checked
            .into_iter()
            .filter(|finding| !told.contains(&finding.to_string())),
    );
    let mut style = Style {
        document,
        schemas: Schemas::new(document),
        findings: Vec::new(),
    };
    style.document();
    findings.extend(style.findings);
    findings.into_iter().collect()
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The rules of this project's style.
struct Style<'d> {
    document: &'d Document,
    schemas: Schemas,
    findings: Vec<Diagnostic>,
}

impl<'d> Style<'d> {
    fn warn(&mut self, at: &str, message: String, help: &str) {
        let finding = self.document.warning(at, message).at_key().help(help);
        self.findings.push(finding);
    }

    fn document(&mut self) {
        for (path, item, at) in members(self.document.get("/paths"), "/paths") {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    self.operation(
                        &format!("{} {path}", method.to_uppercase()),
                        operation,
                        &pointer::join(&at, [method]),
                    );
                }
            }
            self.parameters(item, &at);
        }
        let components = "/components";
        for (kind, named, at) in members(self.document.get(components), components) {
            for (name, node, at) in members(Some(named), &at) {
                match kind {
                    "schemas" => self.component(name, node, &at),
                    "parameters" | "headers" => self.parameter(name, node, &at),
                    "responses" => self.response(name, node, &at),
                    "requestBodies" => self.content(node, &at),
                    _ => {}
                }
            }
        }
    }

    fn described(&mut self, what: &str, node: &Node, at: &str) {
        let described = node
            .get("description")
            .and_then(Node::as_str)
            .is_some_and(|text| !text.trim().is_empty());
        if !described && node.get("$ref").is_none() {
            self.warn(
                at,
                format!("{what} has no description"),
                "say what it is, in a `description`",
            );
        }
    }

    fn operation(&mut self, name: &str, operation: &'d Node, at: &str) {
        self.described(&format!("`{name}`"), operation, at);
        if operation.get("summary").is_none() {
            self.warn(
                at,
                format!("`{name}` has no summary"),
                "say what it does in a few words, in a `summary`",
            );
        }
        match operation.get("operationId").and_then(Node::as_str) {
            Some(id) if !is_snake(id) => {
                let at = pointer::join(at, ["operationId"]);
                self.warn(
                    &at,
                    format!("`{id}` is not the name of a Rust method"),
                    "write it in snake_case",
                );
            }
            _ => {}
        }
        self.parameters(operation, at);
        if let Some(body) = operation.get("requestBody") {
            self.content(body, &pointer::join(at, ["requestBody"]));
        }
        let at = pointer::join(at, ["responses"]);
        for (status, response, at) in members(operation.get("responses"), &at) {
            self.response(status, response, &at);
        }
    }

    fn parameters(&mut self, node: &'d Node, at: &str) {
        for (index, parameter) in node
            .get("parameters")
            .and_then(Node::as_array)
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            let at = pointer::join(at, ["parameters", index.to_string().as_str()]);
            let name = parameter.get("name").and_then(Node::as_str).unwrap_or_default();
            self.parameter(name, parameter, &at);
        }
    }

    /// A parameter or a header.
    fn parameter(&mut self, name: &str, parameter: &'d Node, at: &str) {
        self.described(&format!("`{name}`"), parameter, at);
        if let Some(schema) = parameter.get("schema") {
            self.examples(parameter, schema, at);
            self.schema(name, schema, &pointer::join(at, ["schema"]));
        }
    }

    fn response(&mut self, status: &str, response: &'d Node, at: &str) {
        self.described(&format!("the response `{status}`"), response, at);
        let headers = pointer::join(at, ["headers"]);
        for (name, header, at) in members(response.get("headers"), &headers) {
            self.parameter(name, header, &at);
        }
        self.content(response, at);
    }

    fn content(&mut self, body: &'d Node, at: &str) {
        let content = pointer::join(at, ["content"]);
        for (media, node, at) in members(body.get("content"), &content) {
            if let Some(schema) = node.get("schema") {
                self.examples(node, schema, &at);
                self.schema(media, schema, &pointer::join(&at, ["schema"]));
            }
        }
    }

    /// A schema with a name.
    fn component(&mut self, name: &str, schema: &'d Node, at: &str) {
        let pascal = name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|character| character.is_ascii_alphanumeric());
        if !pascal {
            self.warn(
                at,
                format!("`{name}` is not the name of a Rust type"),
                "write it in PascalCase",
            );
        }
        self.described(&format!("the schema `{name}`"), schema, at);
        let values = schema.get("enum").and_then(Node::as_array).unwrap_or_default();
        for (index, value) in values.iter().enumerate() {
            let Some(value) = value.as_str() else { continue };
            let described = schema.get("x-enum-descriptions").and_then(|texts| texts.get(value));
            if described.is_none() {
                let at = pointer::join(at, ["enum", index.to_string().as_str()]);
                self.warn(
                    &at,
                    format!("the value `{value}` of `{name}` has no description"),
                    "describe it in `x-enum-descriptions`",
                );
            }
        }
        self.parts(schema, at);
    }

    /// A schema that stands in something else.
    fn schema(&mut self, name: &str, schema: &'d Node, at: &str) {
        for (key, what) in [("enum", "an enum"), ("properties", "an object")] {
            if schema.get(key).is_some() {
                self.warn(
                    at,
                    format!("`{name}` is {what} without a name"),
                    "move it to `components/schemas`, and refer to it",
                );
            }
        }
        self.parts(schema, at);
    }

    /// What stands in a schema.
    fn parts(&mut self, schema: &'d Node, at: &str) {
        self.examples(schema, schema, at);
        let properties = pointer::join(at, ["properties"]);
        for (name, property, at) in members(schema.get("properties"), &properties) {
            self.described(&format!("the property `{name}`"), property, &at);
            if !is_snake(name) {
                self.warn(
                    &at,
                    format!("`{name}` is not the name of a Rust field"),
                    "write it in snake_case, unless the API has it so",
                );
            }
            self.schema(name, property, &at);
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get(key) {
                self.schema(key, inner, &pointer::join(at, [key]));
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for (index, part) in schema
                .get(key)
                .and_then(Node::as_array)
                .unwrap_or_default()
                .iter()
                .enumerate()
            {
                self.parts(part, &pointer::join(at, [key, index.to_string().as_str()]));
            }
        }
    }

    fn examples(&mut self, holder: &'d Node, schema: &'d Node, at: &str) {
        for (example, at) in examples_of(self.document, holder, at) {
            let findings = self.schemas.check(self.document, schema, example, &at);
            self.findings.extend(findings);
        }
    }
}

/// The members of an object that are objects themselves, each with its name and its pointer.
fn members<'d>(node: Option<&'d Node>, at: &str) -> Vec<(&'d str, &'d Node, String)> {
    let members = node.and_then(Node::as_object).unwrap_or_default().iter();
    members
        .filter(|member| matches!(member.value().value(), Value::Object(_)))
        .map(|member| (member.key(), member.value(), pointer::join(at, [member.key()])))
        .collect()
}

fn is_snake(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}
