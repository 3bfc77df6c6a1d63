//! Generates a Rust client from an OpenAPI 3.0 document.
//!
//! ```text
//! document ─ lower ─ progenitor ─ emit ─ layout ─ text
//! ```
//!
//! - **lower** makes a copy that progenitor does the right thing with, and remembers the rest;
//! - **progenitor** generates types and methods from the copy;
//! - **emit** makes of them what a person would have written, and puts the rest back;
//! - **layout** writes it down.
//!
//! The generator knows nothing about any one API. What it cannot generate faithfully it refuses,
//! with the place in the document and what to write there instead.
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
    /// What the document holds and generation leaves out, as notes and warnings.
    pub notes: Diagnostics,
    /// The number of operations.
    pub operations: usize,
    /// The number of structs, enums and aliases.
    pub types: usize,
}

/// Generates a client. `command` is named in the header as what made the code; `crate_name` is the name
/// of the crate that the code is for, as Rust writes it.
///
/// The same document gives the same bytes, on every run and machine.
///
/// # Errors
///
/// Everything in the document that is wrong, or that has no faithful Rust form, in one go.
pub fn generate(document: &Document, command: &str, crate_name: &str) -> Result<Client, Diagnostics> {
    Ok(generate_all(document, command, crate_name, false)?.0)
}

/// Writes Rust code for tests of the client: what they would otherwise know by hand of the document. It names
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
/// As those of [`generate`].
pub fn cases(document: &Document, command: &str, crate_name: &str) -> Result<String, Diagnostics> {
    Ok(generate_all(document, command, crate_name, true)?.1)
}

fn generate_all(
    document: &Document,
    command: &str,
    crate_name: &str,
    with_cases: bool,
) -> Result<(Client, String), Diagnostics> {
    let outcome = with_room([document].as_slice(), || {
        generate_here(document, command, crate_name, with_cases)
    });
    outcome.unwrap_or_else(|reason| Err(failed(document, &reason)))
}

/// The public items in which the clients of two documents differ: all that one of them has and the other has
/// not, and others beside it. What is the same in both is not generated, so a small change of a large
/// document takes no longer than the change is large.
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
/// assert_eq!(name.places, ["/components/schemas/Pet/properties/name"]);
/// assert!(!old.contains(name) && old.iter().all(|item| !item.item.contains("Kind")));
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
///
/// # Errors
///
/// For each document as those of [`generate`], where what differs has no client. Where one is refused, there
/// are no items of the other.
pub fn differing_items(old: &Document, new: &Document, crate_name: &str) -> [Result<Vec<PublicItem>, Diagnostics>; 2] {
    let both = [old, new];
    let outcome = with_room(both.as_slice(), || difference::between(both, crate_name));
    outcome.unwrap_or_else(|reason| both.map(|document| Err(failed(document, &reason))))
}

/// Runs work on a stack that is large enough for the documents; a panic is an error.
fn with_room<T: Send>(documents: &[&Document], work: impl FnOnce() -> T + Send) -> Result<T, String> {
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

/// Progenitor, syn and prettyplease go down nested types by deep recursion: 128 levels, which a
/// document may have, need more than the 2 MiB that threads have.
const STACK: usize = 64 << 20;

/// Types that are nested no deeper than this need no stack of their own, which would cost more time
/// than the generation.
const SHALLOW: usize = 48;

/// Whether no type of the document can be nested deep. Components that are objects with properties
/// become structs, which end the nesting; lists, maps and other names for types go on with it.
fn is_shallow(document: &Document) -> bool {
    let schemas = document
        .get("/components/schemas")
        .and_then(Node::as_object)
        .unwrap_or_default();
    let goes_on = |schema: &&Node| {
        let has = |key: &&str| schema.get(key).is_some();
        let inner = ["items", "additionalProperties", "allOf", "oneOf", "anyOf", "$ref"];
        inner.iter().any(has) && !has(&"properties")
    };
    let going_on = schemas.iter().map(|schema| schema.value()).filter(goes_on);
    let as_written = document.files().count() <= 1
        && !matches!(document.get("/openapi").and_then(Node::as_str), Some(version) if version.starts_with("3.1"));
    as_written && document.root().depth() + going_on.map(Node::depth).sum::<usize>() <= SHALLOW
}

fn generate_here(
    document: &Document,
    command: &str,
    crate_name: &str,
    with_cases: bool,
) -> Result<(Client, String), Diagnostics> {
    let lowered = lower::lower(document)?;
    let file = engine::run(&lowered.document, &lowered)?;
    let model = &lowered.model;
    let name = document.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let header = format!("//! Generated from `{name}` by `{command}`. Do not edit.");
    let (file, cases) = emit::emit(file, model, crate_name, with_cases.then_some(header.as_str()))
        .map_err(|error| emit::unexpected(document, &error))?;
    let client = Client {
        code: join::join(&layout::text(&file, &header, crate_name)),
        notes: lowered.notes,
        operations: model.operations.len(),
        types: model.types(),
    };
    Ok((client, cases))
}
