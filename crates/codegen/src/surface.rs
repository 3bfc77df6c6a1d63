//! The public surface of generated code, one readable listing: what a user of the client can name.

use std::collections::HashMap;

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Attribute, Fields, File, GenericArgument, ImplItem, Item, ItemImpl, Signature, Type, Visibility};

/// Lists the public items of generated code, sorted so that a move is no change.
///
/// One line an item, indented below what it belongs to. Docs are left out.
///
/// ```
/// let listing = ittybit_codegen::surface("
///     pub mod types {
///         /// A pet.
///         #[derive(Clone, Debug)]
///         pub struct Pet { pub name: String, age: u8 }
///         impl Pet { pub fn is_old(&self) -> bool { self.age > 9 } }
///     }
/// ")?;
/// assert_eq!(listing, "\
/// struct types::Pet: Clone + Debug
///     fn is_old(&self) -> bool
///     name: String
/// ");
/// # Ok::<(), syn::Error>(())
/// ```
///
/// # Errors
///
/// The code does not parse.
pub fn surface(code: &str) -> Result<String, syn::Error> {
    let file: File = syn::parse_str(code)?;
    let mut entries = Vec::new();
    collect(&file.items, "", &mut entries);
    entries.sort();
    entries.dedup();
    let mut out = String::new();
    let mut owner = String::new();
    for Entry { of, line } in entries {
        if line.is_empty() {
            out.push_str(&of);
            out.push('\n');
        } else {
            if owner != of && !out.lines().any(|line| line == of) {
                out.push_str(&of);
                out.push('\n');
            }
            out.push_str(&format!("    {line}\n"));
        }
        owner = of;
    }
    Ok(out)
}

/// An item, or a member of one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The line of the item.
    of: String,
    /// The member's own line; empty for the item itself.
    line: String,
}

fn collect(items: &[Item], module: &str, entries: &mut Vec<Entry>) {
    let heads: Vec<(String, String)> = items.iter().filter_map(|item| head(item, module)).collect();
    for item in items {
        match item {
            Item::Mod(inner) if is_public(&inner.vis) => {
                if let Some((_, items)) = &inner.content {
                    collect(items, &format!("{module}{}::", inner.ident), entries);
                }
            }
            Item::Struct(item) if is_public(&item.vis) => {
                let of = find(&heads, &item.ident.to_string(), module);
                entries.push(Entry {
                    of: of.clone(),
                    line: String::new(),
                });
                if let Fields::Named(fields) = &item.fields {
                    for field in fields.named.iter().filter(|field| is_public(&field.vis)) {
                        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                        let marks = marks(&field.attrs);
                        entries.push(Entry {
                            of: of.clone(),
                            line: format!("{name}: {}{marks}", text(&field.ty)),
                        });
                    }
                }
            }
            Item::Enum(item) if is_public(&item.vis) => {
                let of = find(&heads, &item.ident.to_string(), module);
                entries.push(Entry {
                    of: of.clone(),
                    line: String::new(),
                });
                let values = values(items, &item.ident);
                for variant in &item.variants {
                    let value = values
                        .get(&variant.ident.to_string())
                        .map(|value| format!(" = {value}"))
                        .unwrap_or_default();
                    let line = format!(
                        "{}{}{value}{}",
                        variant.ident,
                        text(&variant.fields),
                        marks(&variant.attrs)
                    );
                    entries.push(Entry { of: of.clone(), line });
                }
            }
            Item::Type(item) if is_public(&item.vis) => {
                let of = format!("type {module}{} = {}", item.ident, text(&item.ty));
                entries.push(Entry {
                    of,
                    line: String::new(),
                });
            }
            Item::Const(item) if is_public(&item.vis) => {
                let of = format!("const {module}{}: {}", item.ident, text(&item.ty));
                entries.push(Entry {
                    of,
                    line: String::new(),
                });
            }
            Item::Impl(item) => collect_impl(item, &heads, module, entries),
            _ => {}
        }
    }
}

/// The name and the line of a struct or an enum.
fn head(item: &Item, module: &str) -> Option<(String, String)> {
    let (keyword, ident, generics, attributes) = match item {
        Item::Struct(item) => ("struct", &item.ident, &item.generics, &item.attrs),
        Item::Enum(item) => ("enum", &item.ident, &item.generics, &item.attrs),
        _ => return None,
    };
    let mut traits: Vec<String> = attributes.iter().filter_map(derives).flatten().collect();
    traits.sort();
    let traits = if traits.is_empty() {
        String::new()
    } else {
        format!(": {}", traits.join(" + "))
    };
    let line = format!(
        "{keyword} {module}{ident}{}{traits}{}",
        text(generics),
        marks(attributes)
    );
    Some((ident.to_string(), line))
}

fn find(heads: &[(String, String)], name: &str, module: &str) -> String {
    heads
        .iter()
        .find(|(known, _)| known == name)
        .map_or_else(|| format!("{module}{name}"), |(_, line)| line.clone())
}

fn collect_impl(item: &ItemImpl, heads: &[(String, String)], module: &str, entries: &mut Vec<Entry>) {
    let ty = text(&item.self_ty);
    let name = match &*item.self_ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
        _ => ty.clone(),
    };
    let mut of = match heads.iter().find(|(known, _)| *known == name) {
        Some((_, line)) => line.clone(),
        None => format!("impl {ty}"),
    };
    // `impl Request<blocking::Client>` has other methods than `impl Request`.
    if heads.iter().any(|(known, _)| *known == name)
        && let Type::Path(path) = &*item.self_ty
        && let Some(syn::PathArguments::AngleBracketed(arguments)) =
            path.path.segments.last().map(|last| &last.arguments)
        && arguments
            .args
            .iter()
            .any(|argument| matches!(argument, GenericArgument::Type(Type::Path(path)) if path.path.segments.len() > 1))
    {
        of = format!("impl {module}{ty}");
    }
    if let Some((path, _)) = &item.trait_ {
        entries.push(Entry {
            of: format!("impl {} for {ty}", text(path)),
            line: String::new(),
        });
        return;
    }
    for item in &item.items {
        if let ImplItem::Fn(function) = item
            && is_public(&function.vis)
        {
            let line = format!("{}{}", signature(&function.sig), marks(&function.attrs));
            entries.push(Entry { of: of.clone(), line });
        }
    }
}

fn signature(signature: &Signature) -> String {
    // Whether an argument is `mut` is the function's own business.
    let text = text(signature);
    text.replace("mut self", "self").replace("& self", "&self")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn marks(attributes: &[Attribute]) -> String {
    let mut marks = String::new();
    for attribute in attributes {
        let path = attribute.path();
        if path.is_ident("deprecated") || path.is_ident("non_exhaustive") {
            marks.push_str(&format!(" #[{}]", text(path)));
        } else if path.is_ident("serde")
            && let syn::Meta::List(list) = &attribute.meta
        {
            marks.push_str(&format!(" #[serde({})]", text(&list.tokens)));
        }
    }
    marks
}

fn derives(attribute: &Attribute) -> Option<Vec<String>> {
    let syn::Meta::List(list) = &attribute.meta else {
        return None;
    };
    list.path
        .is_ident("derive")
        .then(|| text(&list.tokens).split(", ").map(str::to_owned).collect())
}

/// The values of an enum's variants on the wire, as `open_enum!` has them.
fn values(items: &[Item], name: &syn::Ident) -> HashMap<String, String> {
    let pairs = items.iter().find_map(|item| {
        let Item::Macro(item) = item else { return None };
        let mut tokens = item.mac.tokens.clone().into_iter();
        // The crate's name for the docs comes first.
        let (owner, pairs) = (tokens.nth(1)?, tokens.next()?);
        match pairs {
            TokenTree::Group(pairs) if name == &owner.to_string() => Some(text(&pairs.stream())),
            _ => None,
        }
    });
    let pairs = pairs.unwrap_or_default();
    pairs
        .split(',')
        .filter_map(|pair| pair.split_once(" = "))
        .map(|(variant, value)| (variant.trim().to_owned(), value.to_owned()))
        .collect()
}

/// Tokens as one writes them: without the spaces that `quote` puts everywhere.
fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("- >", "->"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("->", " -> "),
        ("  ->", " ->"),
        ("->  ", "-> "),
        (",)", ")"),
        (", )", ")"),
    ] {
        text = text.replace(from, to);
    }
    text
}
