//! Generates a Rust client from an OpenAPI 3.0 or 3.1 document.
//!
//! ```text
//! document ─ lower ─ progenitor ─ emit ─ layout ─ text
//! ```
//!
//! - **lower** makes a simplified copy of the document for progenitor, and a model of everything else;
//! - **progenitor** generates the types from the copy;
//! - **emit** turns the types and the model into the code of the client;
//! - **layout** formats the code as text.
//!
//! The generator has no knowledge of any particular API. What it cannot generate faithfully is an error that
//! names the place in the document and says what to write there instead.
//!
//! ```
//! use ittybit_spec::Document;
//!
//! let document = Document::parse("api.yaml", "\
//! openapi: 3.0.3
//! info: { title: Pets, version: 1.0.0 }
//! servers: [{ url: https://api.example.com }]
//! paths:
//!   /pets/{id}:
//!     get:
//!       operationId: get_pet
//!       parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
//!       responses: { '204': { description: It is there. } }
//! ")?;
//! let client = ittybit_codegen::generate(&document, "cargo xtask codegen", "pets")?;
//! assert!(client.code.contains("pub fn get_pet(&self)"));
//! assert_eq!(client.operations, 1);
//! # Ok::<(), ittybit_spec::Diagnostics>(())
//! ```

mod difference;
mod emit;
mod engine;
mod join;
mod layout;
mod lower;
mod model;
mod name;
mod pattern;
mod surface;

use ittybit_spec::{Diagnostics, Document, Node};

pub use difference::PublicItem;
pub use surface::surface;

/// A generated client.
#[derive(Clone, Debug)]
pub struct Client {
    /// The Rust code.
    pub code: String,
    /// Notes and warnings: what the document contains and the generator does not use.
    pub notes: Diagnostics,
    /// The number of operations.
    pub operations: usize,
    /// The number of structs, enums and aliases.
    pub types: usize,
    /// The environment variables that the client reads its credentials from, and its base URL where the document has
    /// none.
    pub variables: Vec<String>,
    /// A call of the first operation, as statements of an async function with a `client`. Empty without operations.
    pub first_call: String,
}

/// Generates a client. The header of the code names `command` as the command that generated it; `crate_name` is
/// the name of the crate that the code is for, as a Rust identifier.
///
/// The same document results in the same bytes on every run and every machine.
///
/// # Errors
///
/// Returns everything in the document that is invalid or that has no faithful Rust form, all at once.
pub fn generate(document: &Document, command: &str, crate_name: &str) -> Result<Client, Diagnostics> {
    Ok(generate_all(document, command, crate_name, false)?.0)
}

/// Generates Rust code for tests of the client, so that the tests contain no copy of the document. The code names
/// every type, and sends a request for each argument of every operation. The arguments are those of
/// [`generate`].
///
/// ```
/// # let document = ittybit_spec::Document::parse("api.yaml", "\
/// # openapi: 3.0.3
/// # info: { title: Pets, version: 1.0.0 }
/// # servers: [{ url: https://api.example.com }]
/// # paths:
/// #   /pets:
/// #     get:
/// #       operationId: list_pets
/// #       parameters: [{ name: tag, in: query, example: cat, schema: { type: string } }]
/// #       responses: { '204': { description: There are some. } }
/// # ")?;
/// let cases = ittybit_codegen::cases(&document, "cargo xtask codegen", "pets")?;
/// assert!(cases.contains("client.list_pets().tag(\"cat\").send().await;"));
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
///
/// # Errors
///
/// The same as [`generate`].
pub fn cases(document: &Document, command: &str, crate_name: &str) -> Result<String, Diagnostics> {
    Ok(generate_all(document, command, crate_name, true)?.1)
}

fn generate_all(
    document: &Document,
    command: &str,
    crate_name: &str,
    with_cases: bool,
) -> Result<(Client, String), Diagnostics> {
    let outcome = with_stack([document].as_slice(), || {
        let lowered = lower::lower(document)?;
        let file = engine::run(&lowered)?;
        let model = &lowered.model;
        let name = document.name().rsplit(['/', '\\']).next().unwrap_or_default();
        let header = format!("//! Generated from `{name}` by `{command}`. Do not edit.");
        let (file, cases, first_call) = emit::emit(file, model, crate_name, with_cases.then_some(header.as_str()))
            .map_err(|error| emit::unexpected(document, &error))?;
        let client = Client {
            code: join::join(&layout::text(&file, &header, crate_name)),
            notes: lowered.notes,
            operations: model.operations.len(),
            types: model.types(),
            variables: emit::variables(model, crate_name),
            first_call,
        };
        Ok((client, cases))
    });
    outcome.unwrap_or_else(|reason| Err(failed(document, &reason)))
}

/// The public items in which the clients of two documents differ: everything that only one of them has, and
/// some items that both have. Types and operations that are the same in both are not generated, so the time
/// depends on the size of the change and not on the size of the documents.
///
/// ```
/// use ittybit_spec::Document;
///
/// let [old, new] = ["string", "integer"].map(|ty| {
///     Document::parse("api.yaml", format!("\
/// openapi: 3.0.3
/// info: {{ title: Pets, version: 1.0.0 }}
/// paths: {{}}
/// components:
///   schemas:
///     Pet: {{ type: object, properties: {{ name: {{ type: {ty} }} }} }}
///     Kind: {{ type: string, enum: [cat, dog] }}
/// "))
/// });
/// let [old, new] = ittybit_codegen::differing_items(&old?, &new?, "pets");
/// let (old, new) = (old?, new?);
/// let name = new.iter().find(|item| item.member.starts_with("name:")).unwrap();
/// assert_eq!(name.places, [["/components/schemas/Pet/properties/name"]]);
/// assert!(!old.contains(name) && old.iter().all(|item| !item.item.contains("Kind")));
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
///
/// # Errors
///
/// For each document, the errors of [`generate`] in the parts that differ. If one document has errors, the list
/// for the other one is empty.
pub fn differing_items(old: &Document, new: &Document, crate_name: &str) -> [Result<Vec<PublicItem>, Diagnostics>; 2] {
    let both = [old, new];
    let outcome = with_stack(both.as_slice(), || difference::between(both, crate_name));
    outcome.unwrap_or_else(|reason| both.map(|document| Err(failed(document, &reason))))
}

/// Runs `work` on a stack that is large enough for the documents. A panic becomes an error.
fn with_stack<T: Send>(documents: &[&Document], work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let work = || engine::quietly(work);
    if documents.iter().all(|document| is_shallow(document)) {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| format!("no thread to run it on: {error}"))?;
        thread.join().unwrap_or_else(|_| Err("its thread panicked".to_owned()))
    })
}

fn failed(document: &Document, reason: &str) -> Diagnostics {
    let finding = document.error("", format!("the generator failed: {reason}"));
    finding
        .code("generator-failed")
        .help("this is a defect of the generator: please report it with the document")
        .into()
}

/// The stack size for deeply nested documents. Progenitor, syn and prettyplease recurse into nested types: the
/// 128 levels that a document may have need more than the 2 MiB that threads have by default.
const STACK: usize = 64 << 20;

/// Types that are nested no deeper than this are generated on the current stack: starting a thread with a large
/// stack takes longer than the generation.
const SHALLOW: usize = 48;

/// Whether no type of the document can be deeply nested. Components that are objects with properties become
/// structs, which end the nesting. Lists, maps and aliases add to it.
fn is_shallow(document: &Document) -> bool {
    let schemas = document
        .get("/components/schemas")
        .and_then(Node::as_object)
        .unwrap_or_default();
    let is_nested = |schema: &&Node| {
        let has = |key: &&str| schema.get(key).is_some();
        let inner = ["items", "additionalProperties", "allOf", "oneOf", "anyOf", "$ref"];
        inner.iter().any(has) && !has(&"properties")
    };
    let nested = schemas.iter().map(|schema| schema.value()).filter(is_nested);
    let as_written = document.files().count() <= 1
        && !matches!(document.get("/openapi").and_then(Node::as_str), Some(version) if version.starts_with("3.1"));
    as_written && document.root().depth() + nested.map(Node::depth).sum::<usize>() <= SHALLOW
}
