//! Progenitor: from the lowered copy to types.
//!
//! It panics on much that it does not support. A panic, like an error, becomes a diagnostic that
//! names the schema, which is found by generating each of them alone.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use indexmap::IndexMap;
use ittybit_spec::{Diagnostics, Document};
use openapiv3::{OpenAPI, ReferenceOr, Schema};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use progenitor::{GenerationSettings, Generator, TypeImpl};

use quote::quote;

use crate::lower::{Lowered, TIMESTAMP};
use crate::model::Model;

/// Runs progenitor.
pub(crate) fn run(document: &Document, lowered: &Lowered) -> Result<syn::File, Diagnostics> {
    attempt(&lowered.api, &lowered.model).map_err(|reason| culprits(document, lowered, &reason))
}

fn settings(model: &Model) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    for name in model.enums.keys() {
        let impls = [TypeImpl::Display, TypeImpl::FromStr].into_iter();
        settings.with_replacement(name, format!("types::{name}"), impls);
    }
    for name in model.unions.keys().chain(&model.elsewhere) {
        settings.with_replacement(name, format!("types::{name}"), std::iter::empty());
    }
    settings.with_replacement(TIMESTAMP, TIMESTAMP, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    settings
}

/// One run, with a panic made an error.
fn attempt(api: &OpenAPI, model: &Model) -> Result<syn::File, String> {
    let tokens =
        quietly(|| Generator::new(&settings(model)).generate_tokens(api))?.map_err(|error| error.to_string())?;
    syn::parse2(essence(tokens)).map_err(|error| format!("progenitor's code does not parse: {error}"))
}

/// What emit reads of progenitor's code: the structs of its types. The rest is most of it, and parsing
/// it would take most of the time of a generation.
fn essence(code: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    for module in items(code) {
        let is_types = |names: &[&str]| module.iter().any(|token| is(token, names));
        let Some(TokenTree::Group(body)) = module.last() else {
            continue;
        };
        if is_types(&["mod"]) && is_types(&["types"]) {
            let structs = items(body.stream()).into_iter();
            let structs = structs.filter(|item| item.iter().any(|token| is(token, &["struct"])));
            let inner: TokenStream = structs.flatten().collect();
            kept.extend(quote! { mod types { #inner } });
        }
    }
    kept
}

/// The items of a stream: each ends in braces or in a semicolon.
fn items(code: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut items, mut item) = (Vec::new(), Vec::new());
    for token in code {
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        item.push(token);
        if ends {
            items.push(std::mem::take(&mut item));
        }
    }
    items
}

fn is(token: &TokenTree, names: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(ident) if names.iter().any(|name| ident == name))
}

/// Finds out what progenitor stumbles over.
fn culprits(document: &Document, lowered: &Lowered, reason: &str) -> Diagnostics {
    let mut found = Diagnostics::new();
    let api = &lowered.api;
    let schemas = api
        .components
        .as_ref()
        .map(|components| components.schemas.clone())
        .unwrap_or_default();
    let mut failures = IndexMap::new();
    for name in schemas.keys() {
        let needed = needed(&schemas, name);
        let needs: Vec<String> = needed.keys().cloned().collect();
        let alone = with_schemas(api, needed);
        if let Err(reason) = attempt(&alone, &lowered.model) {
            failures.insert(name.clone(), (reason, needs));
        }
    }
    // What needs another that fails, and is not needed by it, fails because of it.
    let is_cause = |name: &String, needs: &[String]| {
        let needs_back = |other: &String| failures.get(other).is_none_or(|(_, needs)| needs.contains(name));
        needs.iter().all(|other| other == name || needs_back(other))
    };
    for (name, (reason, _)) in failures.iter().filter(|(name, (_, needs))| is_cause(name, needs)) {
        let at = lowered.model.places.get(name).cloned().unwrap_or_default();
        let message = format!("the schema `{name}` cannot be generated: {}", first_line(reason));
        found.push(document.error(&at, message).help("describe it with simpler means"));
    }
    if found.is_empty() {
        let message = format!("the document cannot be generated: {}", first_line(reason));
        found.push(
            document
                .error("", message)
                .help("each schema can be generated alone: take some out"),
        );
    }
    found
}

fn first_line(reason: &str) -> &str {
    reason.lines().next().unwrap_or_default()
}

fn with_schemas(api: &OpenAPI, schemas: IndexMap<String, ReferenceOr<Schema>>) -> OpenAPI {
    let mut api = api.clone();
    if let Some(components) = &mut api.components {
        components.schemas = schemas;
    }
    api
}

/// A schema and all that it refers to.
fn needed(all: &IndexMap<String, ReferenceOr<Schema>>, name: &str) -> IndexMap<String, ReferenceOr<Schema>> {
    let mut names = vec![name.to_owned()];
    let mut index = 0;
    while let Some(name) = names.get(index) {
        // The copy is plain data: its JSON holds every reference.
        let json = all
            .get(name)
            .and_then(|schema| serde_json::to_value(schema).ok())
            .unwrap_or_default();
        references(&json, &mut names);
        index += 1;
    }
    names
        .into_iter()
        .filter_map(|name| all.get_key_value(&name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect()
}

/// The names of the schemas that the JSON of one refers to.
pub(crate) fn references(json: &serde_json::Value, names: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(entries) => {
            if let Some(name) = entries
                .get("$ref")
                .and_then(|reference| reference.as_str()?.rsplit('/').next())
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
            entries.values().for_each(|value| references(value, names));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

thread_local! {
    /// Whether a panic on this thread is caught, so that it need not be printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic is an error with the panic's text, and prints nothing.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                others(info);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(outer);
    result.map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("progenitor panicked").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers: [{ url: https://api.example.com }]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: It is there. } }
    put:
      operationId: putPet
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: It is there. } }
components:
  schemas:
    Tag: { type: object, properties: { name: { type: string } } }
    Pet: { type: object, properties: { tag: { $ref: '#/components/schemas/Tag' } } }
";

    /// What is said of a copy that progenitor cannot take, which lower never makes.
    fn refused(spoil: impl FnOnce(&mut OpenAPI)) -> String {
        let document = Document::parse("pets.yaml", PETS).unwrap();
        let mut lowered = crate::lower::lower(&document).unwrap();
        assert!(run(&document, &lowered).is_ok());
        spoil(&mut lowered.api);
        run(&document, &lowered).err().unwrap().to_string()
    }

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(quietly(|| 1), Ok(1));
        assert_eq!(quietly(|| -> () { panic!("no {}", "way") }), Err("no way".to_owned()));
    }

    #[test]
    fn the_schema_that_typify_panics_on_is_named() {
        let shown = refused(|api| {
            let schemas = &mut api.components.as_mut().unwrap().schemas;
            schemas["Tag"] = serde_json::from_str(r##"{ "$ref": "#/components/schemas/Nowhere" }"##).unwrap();
        });
        insta::assert_snapshot!(shown, @r"
        error: the schema `Tag` cannot be generated: $ref #/components/schemas/Nowhere is missing
          --> pets.yaml:16:5
           |
        16 |     Tag: { type: object, properties: { name: { type: string } } }
           |     ^^^
           |
           = help: describe it with simpler means
        ");
    }
}
