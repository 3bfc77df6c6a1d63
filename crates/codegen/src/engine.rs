//! Runs progenitor, which generates types from the lowered copy of the document.
//!
//! Progenitor panics on many documents that it does not support. A panic, like an error, becomes a diagnostic that
//! names the schema. The schema is found by bisection.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use ittybit_spec::Diagnostics;
use openapiv3::{Components, OpenAPI, ReferenceOr};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use progenitor::{GenerationSettings, Generator, TypeImpl};

use quote::quote;

use crate::lower::{self, Lowered, Schemas, TIMESTAMP};
use crate::model::Model;

/// Runs progenitor.
pub(crate) fn run(lowered: &Lowered) -> Result<syn::File, Diagnostics> {
    attempt(lowered.schemas.clone(), &lowered.model).map_err(|reason| failing(lowered, &reason))
}

fn settings(schemas: &Schemas, model: &Model) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    for name in schemas.keys() {
        if model.enums.contains_key(name) {
            let impls = [TypeImpl::Display, TypeImpl::FromStr].into_iter();
            settings.with_replacement(name, format!("types::{name}"), impls);
        } else if model.unions.contains_key(name) || model.elsewhere.contains(name) {
            settings.with_replacement(name, format!("types::{name}"), std::iter::empty());
        }
    }
    settings.with_replacement(TIMESTAMP, TIMESTAMP, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    settings
}

/// Runs progenitor once. A panic becomes an error.
fn attempt(schemas: Schemas, model: &Model) -> Result<syn::File, String> {
    let settings = settings(&schemas, model);
    let api = OpenAPI {
        openapi: "3.0.3".to_owned(),
        components: Some(Components {
            schemas,
            ..Components::default()
        }),
        ..OpenAPI::default()
    };
    let tokens = quietly(|| Generator::new(&settings).generate_tokens(&api))?.map_err(|error| error.to_string())?;
    syn::parse2(only_structs(tokens)).map_err(|error| format!("progenitor's code does not parse: {error}"))
}

/// The part of progenitor's code that emit reads: the structs of the module `types`. The rest is much larger, and
/// parsing it would take most of the time of a generation.
fn only_structs(code: TokenStream) -> TokenStream {
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

/// Splits a stream into items: each ends in braces or in a semicolon.
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

/// Finds the schemas that progenitor fails on.
fn failing(lowered: &Lowered, reason: &str) -> Diagnostics {
    let Lowered { document, schemas, .. } = lowered;
    let names: Vec<&str> = schemas.keys().map(String::as_str).collect();
    let failed = halve(&names, &mut |names| {
        attempt(alone(schemas, names), &lowered.model).err()
    });
    let mut found = Diagnostics::new();
    for (name, reason) in failed {
        let at = lowered.model.places.get(name).cloned().unwrap_or_default();
        let message = format!("the schema `{name}` cannot be generated: {}", first_line(&reason));
        let finding = document.error(&at, message).code("schema-not-generated");
        found.push(finding.help("describe it with simpler keywords"));
    }
    if found.is_empty() {
        let message = format!("the document cannot be generated: {}", first_line(reason));
        let finding = document.error("", message).code("document-not-generated");
        found.push(finding.help("each schema can be generated alone: remove some of them"));
    }
    found
}

fn first_line(reason: &str) -> &str {
    reason.lines().next().unwrap_or_default()
}

/// The names that fail on their own, each with the reason. Only the halves of a failing list are tried, so the
/// number of names tried grows with the number of failures and the logarithm of the length of the list.
fn halve<'n>(names: &[&'n str], fails: &mut impl FnMut(&[&'n str]) -> Option<String>) -> Vec<(&'n str, String)> {
    let mut found = Vec::new();
    let mut pending = vec![names];
    while let Some(names) = pending.pop() {
        match (names, fails(names)) {
            (_, None) | ([], _) => {}
            ([name], Some(reason)) => found.push((*name, reason)),
            (names, Some(_)) => {
                let (left, right) = names.split_at(names.len() / 2);
                pending.extend([right, left]);
            }
        }
    }
    found
}

/// Some of the schemas. Other schemas that they refer to are replaced by one that accepts any value.
fn alone(all: &Schemas, names: &[&str]) -> Schemas {
    let mut schemas: Schemas = names
        .iter()
        .filter_map(|name| all.get_key_value(*name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    // The copy is plain data: its JSON contains every reference.
    let mut needed = BTreeSet::new();
    for schema in schemas.values() {
        references(&serde_json::to_value(schema).unwrap_or_default(), &mut needed);
    }
    for name in needed {
        if all.contains_key(&name) {
            schemas.entry(name).or_insert_with(|| ReferenceOr::Item(lower::any()));
        }
    }
    schemas
}

/// Collects the names of the schemas that the JSON of a schema refers to.
pub(crate) fn references(json: &serde_json::Value, names: &mut BTreeSet<String>) {
    match json {
        serde_json::Value::Object(entries) => {
            let reference = entries.get("$ref").and_then(|reference| reference.as_str());
            names.extend(reference.and_then(|reference| Some(reference.rsplit('/').next()?.to_owned())));
            entries.values().for_each(|value| references(value, names));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

thread_local! {
    /// Whether a panic on this thread will be caught, and is not printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`. A panic becomes an error with the message of the panic, and is not printed.
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
    use ittybit_spec::Document;

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

    /// The diagnostics for a copy that progenitor does not support. `lower` never makes such a copy.
    fn refused(spoil: impl FnOnce(&mut Schemas)) -> String {
        let document = Document::parse("pets.yaml", PETS).unwrap();
        let mut lowered = crate::lower::lower(&document).unwrap();
        assert!(run(&lowered).is_ok());
        spoil(&mut lowered.schemas);
        run(&lowered).err().unwrap().to_string()
    }

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(quietly(|| 1), Ok(1));
        assert_eq!(quietly(|| -> () { panic!("no {}", "way") }), Err("no way".to_owned()));
    }

    #[test]
    fn failing_names_are_found_by_bisection() {
        let names: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut tried = 0;
        let found = halve(&names, &mut |names| {
            tried += names.len();
            names.contains(&"700").then(|| "no way".to_owned())
        });
        assert_eq!(found, [("700", "no way".to_owned())]);
        assert!(tried < 4 * names.len(), "{tried}");
        assert_eq!(halve(&names, &mut |names| (names.len() > 1).then(String::new)), []);
    }

    #[test]
    fn the_schema_that_typify_panics_on_is_named() {
        let shown = refused(|schemas| {
            schemas["Tag"] = serde_json::from_str(r##"{ "$ref": "#/components/schemas/Nowhere" }"##).unwrap();
        });
        insta::assert_snapshot!(shown, @r"
        error[schema-not-generated]: the schema `Tag` cannot be generated: $ref #/components/schemas/Nowhere is missing
          --> pets.yaml:16:5
           |
        16 |     Tag: { type: object, properties: { name: { type: string } } }
           |     ^^^
           |
           = help: describe it with simpler keywords
        ");
    }
}
