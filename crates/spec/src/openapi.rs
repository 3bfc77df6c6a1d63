//! Converts a lowered document to the types of `openapiv3`.

use openapiv3::{
    Callback, Example, Header, Link, OpenAPI, Operation, Parameter, PathItem, ReferenceOr, RequestBody, Response,
    Schema, SecurityScheme,
};
use serde::Deserialize;

use crate::node::{Entry, Node};
use crate::{Diagnostic, Diagnostics, Document, Lowered, pointer};

impl Document {
    /// The document in the types of `openapiv3`.
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn openapi(&self) -> Result<openapiv3::OpenAPI, Diagnostics> {
        Ok(self.checked()?.0)
    }

    /// The document [in the form of OpenAPI 3.0](Self::lowered), in the types of `openapiv3`, and all
    /// warnings and notes about it.
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn checked(&self) -> Result<(openapiv3::OpenAPI, Diagnostics), Diagnostics> {
        let lowered = self.lowered()?;
        Ok((lowered.openapi()?, lowered.findings))
    }
}

impl Lowered {
    /// The document in the types of `openapiv3`.
    ///
    /// # Errors
    /// A document that those types cannot represent.
    pub fn openapi(&self) -> Result<openapiv3::OpenAPI, Diagnostics> {
        Ok(read(&self.document)?)
    }
}

const CODE: &str = "document-unreadable";

/// `openapiv3` reads nested schemas by deep recursion: 128 levels need more than the default stack of a
/// thread, 2 MiB.
const STACK: usize = 64 << 20;

/// Up to this depth, a document is read in the current thread: to start another one takes more time than to
/// read it.
const SHALLOW: usize = 32;

/// Deserialises a document that has no errors.
fn read(document: &Document) -> Result<OpenAPI, Diagnostic> {
    let read = || OpenAPI::deserialize(document.root()).map_err(|error| refusal(document, &error));
    if document.root().depth() <= SHALLOW {
        return read();
    }
    let outcome = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, read)
            .map(|thread| thread.join())
    });
    match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(document
            .error("", "not OpenAPI 3.0: reading its types panicked")
            .code(CODE)),
        Err(error) => Err(document
            .error("", format!("cannot start a thread to read the document: {error}"))
            .code(CODE)),
    }
}

/// An error at the part that cannot be deserialised: the error of the whole document has no position.
fn refusal(document: &Document, whole: &serde_json::Error) -> Diagnostic {
    let (place, error) = match failing_part(document) {
        Some((place, error)) => (place, error.to_string()),
        None => (String::new(), whole.to_string()),
    };
    document
        .error(&place, format!("not OpenAPI 3.0: {error}"))
        .code(CODE)
        .help("compare it with the OpenAPI 3.0.3 specification")
}

fn failing_part(document: &Document) -> Option<(String, serde_json::Error)> {
    let components = members(document, "/components")
        .flat_map(|(place, kind)| members(document, &place).map(|(place, entry)| (place, kind.key(), entry.value())))
        .find_map(|(place, kind, node)| component_error(kind, node).map(|error| (place, error)));
    if components.is_some() {
        return components;
    }
    members(document, "/paths").find_map(|(path, item)| {
        members(document, &path)
            .filter(|(_, entry)| entry.value().get("responses").is_some())
            .find_map(|(place, entry)| Some((place, error::<Operation>(entry.value())?)))
            .or_else(|| Some((path, error::<ReferenceOr<PathItem>>(item.value())?)))
    })
}

fn component_error(kind: &str, node: &Node) -> Option<serde_json::Error> {
    match kind {
        "schemas" => error::<ReferenceOr<Schema>>(node),
        "responses" => error::<ReferenceOr<Response>>(node),
        "parameters" => error::<ReferenceOr<Parameter>>(node),
        "examples" => error::<ReferenceOr<Example>>(node),
        "requestBodies" => error::<ReferenceOr<RequestBody>>(node),
        "headers" => error::<ReferenceOr<Header>>(node),
        "securitySchemes" => error::<ReferenceOr<SecurityScheme>>(node),
        "links" => error::<ReferenceOr<Link>>(node),
        "callbacks" => error::<ReferenceOr<Callback>>(node),
        _ => None,
    }
}

fn error<'d, T: Deserialize<'d>>(node: &'d Node) -> Option<serde_json::Error> {
    T::deserialize(node).err()
}

fn members<'d>(document: &'d Document, place: &str) -> impl Iterator<Item = (String, &'d Entry)> + use<'d> {
    let place = place.to_owned();
    let entries = document.get(&place).and_then(Node::as_object);
    entries
        .unwrap_or_default()
        .iter()
        .map(move |entry| (pointer::join(&place, [entry.key()]), entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules report all such mistakes first, so this reads the documents without them.
    #[test]
    fn an_error_of_deserialising_has_the_position_of_its_part() {
        let head = "openapi: 3.0.3\ninfo: { title: a, version: b }\n";
        for (rest, line) in [
            ("paths: {}\ncomponents:\n  schemas:\n    A: {}\n    B: { type: 1 }\n", 7),
            (
                "paths:\n  /a:\n    get: { responses: {} }\n    put: { responses: 1 }\n",
                6,
            ),
            ("paths:\n  /a: { summary: 1 }\n", 4),
            ("paths: 1\n", 1),
        ] {
            let document = Document::parse("api.yaml", format!("{head}{rest}")).unwrap();
            let finding = read(&document).unwrap_err();
            assert!(finding.message().starts_with("not OpenAPI 3.0: "), "{finding}");
            assert_eq!(finding.position().unwrap().line, line, "{finding}");
        }
    }
}
