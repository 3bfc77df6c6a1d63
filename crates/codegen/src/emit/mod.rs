//! Emit: writes the code of the client.
//!
//! Only the fields of structs and their types come from progenitor's code. Everything else comes from the [`Model`].

mod cases;
mod client;
mod context;
pub(crate) mod docs;
mod enums;
mod example;
mod metadata;
mod operation;
mod paths;
mod requests;
mod setter;
mod shared;
mod structs;
mod survey;
mod unions;

use std::cell::RefCell;

use ittybit_spec::Diagnostics;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{File, Item, ItemMod, Path};

pub(crate) use self::client::variables;
use self::context::{Context, missing};
use self::shared::Shared;
use self::survey::Survey;
use crate::model::Model;
use crate::name;

/// Returns the code of the client, the cases for its tests if `cases` has their first line, and its first call.
pub(crate) fn emit(
    mut file: File,
    model: &Model,
    crate_name: &str,
    cases: Option<&str>,
) -> Result<(File, String, String), syn::Error> {
    paths::Shorten.visit_file_mut(&mut file);
    let type_items = module(&file, "types")?;

    let patterns = setter::patterns(model);
    let definitions = context::definitions(type_items);
    let listed = RefCell::default();
    let context = Context {
        model,
        definitions: &definitions,
        crate_name,
        patterns: &patterns,
        listed: &listed,
    };
    let structs = model
        .structs
        .iter()
        .map(|(name, item)| {
            let definition = definitions
                .get(name)
                .ok_or_else(|| missing(&format!("struct `{name}`")))?;
            structs::Parts::new(definition, name, item)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let enums = model
        .enums
        .iter()
        .map(|(name, item)| enums::definition(name, item, crate_name));
    let conversions = model
        .conversions
        .iter()
        .filter_map(|(from, to)| enums::conversion(from, to, model));
    let unions = model
        .unions
        .iter()
        .map(|(name, union)| unions::definition(name, union, context));
    let outcomes = model
        .outcomes
        .iter()
        .map(|(name, outcome)| unions::outcome(name, outcome));
    let fits = model.in_unions.iter().map(|name| unions::fit(name, context));
    let aliases = model.aliases.iter().map(|(name, alias)| {
        let (docs, ident, target) = (docs::item(&alias.about, None), format_ident!("{name}"), &alias.target);
        quote! { #docs pub type #ident = #target; }
    });
    let operations = model
        .operations
        .iter()
        .map(|(name, item)| operation::Parts::new(name, item, context))
        .collect::<Result<Vec<_>, _>>()?;
    // Parsed one by one: nested token streams are copied at each level.
    let mut types = Vec::new();
    for tokens in structs
        .iter()
        .map(|item| item.definition(context))
        .chain(enums)
        .chain(conversions)
        .chain(unions)
        .chain(fits)
        .chain(outcomes)
        .chain(aliases)
    {
        types.extend(items(tokens)?);
    }
    let mut builders = Vec::new();
    let shared = Shared::of(operations.iter().flat_map(operation::Parts::shareable));
    let of_structs = structs.iter().map(|item| item.builder(crate_name));
    let of_operations = operations.iter().map(|operation| operation.builder(&shared, context));
    for tokens in of_structs.chain(of_operations) {
        builders.extend(items(tokens)?);
    }
    let fields = metadata::fields(operations.iter().map(operation::Parts::described), context);
    let constants = metadata::values(context).chain(setter::pattern_constants(context));
    for constant in fields.into_iter().chain(constants).chain(shared.constants) {
        builders.extend(items(constant)?);
    }
    let of_types = Survey::of(&mut types, &["Timestamp", "open_enum"]);
    import(&mut types, &of_types.found)?;
    let importable: Vec<_> = name::IMPORTS.iter().map(|(name, _)| *name).collect();
    let of_builders = Survey::of(&mut builders, &importable);
    import(&mut builders, &of_builders.found)?;

    let builder_idents: Vec<_> = operations.iter().map(operation::Parts::builder_ident).collect();
    let lists = operations.iter().filter(|operation| operation.is_list());
    let list_idents: Vec<_> = lists.map(operation::Parts::builder_ident).collect();
    let metadata = metadata::operations(&builder_idents, &list_idents);
    let methods = operations.iter().map(|operation| operation.method(false));
    let blocking_methods = operations.iter().map(|operation| operation.method(true));
    let of_client = (!operations.is_empty()).then(|| {
        quote! {
            impl Client { #(#methods)* }

            #[cfg(feature = "blocking")]
            impl blocking::Client { #(#blocking_methods)* }
        }
    });
    let client = client::definition(model, crate_name);
    let mut file: File = syn::parse2(quote! {
        #client

        #of_client

        #metadata
    })?;
    for (docs, name, inner) in [
        (" The types of requests and responses.", "types", types),
        (" Builders of requests and of the values in them.", "builder", builders),
    ] {
        let ident = format_ident!("{name}");
        let mut module: ItemMod = syn::parse_quote! { #[doc = #docs] pub mod #ident {} };
        module.content = Some((syn::token::Brace::default(), inner));
        file.items.push(Item::Mod(module));
    }
    let surveys = [of_types, of_builders];
    let deepest = surveys.iter().map(|survey| survey.deepest).max().unwrap_or_default();
    let undocumented = surveys.iter().any(|survey| survey.undocumented);
    // A lint is only allowed if something in the document violates it.
    let allowed = [
        (model.has_operators(), quote!(clippy::should_implement_trait)),
        (deepest > 3, quote!(clippy::type_complexity)),
        (model.has_deprecated(), quote!(deprecated)),
        (undocumented, quote!(missing_docs)),
        (model.has_caseless(), quote!(bindings_with_variant_name)),
    ];
    let allowed = allowed.into_iter().filter(|(broken, _)| *broken);
    file.attrs = allowed.map(|(_, lint)| syn::parse_quote!(#![allow(#lint)])).collect();
    let cases = cases.map(|header| cases::text(header, &operations, context));
    let first_call = operations.first().map(operation::Parts::call).unwrap_or_default();
    let first_call = first_call.replace(docs::CRATE, crate_name);
    Ok((file, cases.unwrap_or_default(), first_call))
}

fn items(tokens: TokenStream) -> Result<Vec<Item>, syn::Error> {
    Ok(syn::parse2::<File>(tokens)?.items)
}

/// Inserts a `use` for each of the names at the start of `code`.
fn import(code: &mut Vec<Item>, names: &[&str]) -> Result<(), syn::Error> {
    let found = name::IMPORTS.iter().filter(|(name, _)| names.contains(name));
    let tokens = found
        .map(|(name, from)| {
            let cfg = (*name == "blocking::").then(|| quote! { #[cfg(feature = "blocking")] });
            let path: Path = syn::parse_str(&format!("{from}::{}", name.trim_end_matches("::")))?;
            Ok(quote! { #cfg use #path; })
        })
        .collect::<Result<_, syn::Error>>()?;
    code.splice(0..0, items(tokens)?);
    Ok(())
}

fn module<'f>(file: &'f File, name: &str) -> Result<&'f [Item], syn::Error> {
    file.items
        .iter()
        .find_map(|item| match item {
            Item::Mod(ItemMod {
                ident,
                content: Some((_, items)),
                ..
            }) if ident == name => Some(items.as_slice()),
            _ => None,
        })
        .ok_or_else(|| missing(&format!("module `{name}`")))
}

/// The diagnostic for code from progenitor that is not as expected.
pub(crate) fn unexpected(document: &ittybit_spec::Document, error: &syn::Error) -> Diagnostics {
    let message = format!("the generated code is not as expected: {error}");
    document
        .error("", message)
        .code("generator-failed")
        .help("the generator does not support this version of progenitor")
        .into()
}
