//! The public API of generated code as a readable listing.

use std::collections::HashMap;

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, File, GenericArgument, ImplItem, Item, ItemImpl, Signature, Type, Visibility};

/// Lists the public items of generated code. The list is sorted, so moving an item does not change it.
///
/// Each item is one line; members are indented below their item. Docs are left out.
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
    let mut out = String::new();
    let mut owner = String::new();
    for Entry { of, line } in entries(&syn::parse_str(code)?) {
        if line.is_empty() {
            out.push_str(&of);
            out.push('\n');
        } else {
            if owner != of {
                out.push_str(&of);
                out.push('\n');
            }
            out.push_str(&format!("    {line}\n"));
        }
        owner = of;
    }
    Ok(out)
}

/// The public items of a file and their members, sorted.
pub(crate) fn entries(file: &File) -> Vec<Entry> {
    let mut entries = Vec::new();
    collect(&file.items, "", &mut entries);
    of_types(&mut entries);
    entries.sort();
    entries.dedup();
    entries
}

/// An item, or a member of one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The line of the item.
    pub of: String,
    /// The member's own line; empty for the item itself.
    pub line: String,
}

impl Entry {
    fn item(of: String) -> Self {
        Self {
            of,
            line: String::new(),
        }
    }
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
                entries.push(Entry::item(of.clone()));
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
                entries.push(Entry::item(of.clone()));
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
                entries.push(Entry::item(of));
            }
            Item::Const(item) if is_public(&item.vis) => {
                let of = format!("const {module}{}: {}", item.ident, text(&item.ty));
                entries.push(Entry::item(of));
            }
            Item::Impl(item) => collect_impl(item, &heads, module, entries),
            Item::Macro(item) => {
                let name = item.mac.path.segments.last().map(|last| last.ident.to_string());
                let made = match name.as_deref() {
                    Some("value_builder") => item.mac.parse_body_with(value_builder),
                    Some("request_builder") => item
                        .mac
                        .parse_body_with(|input: ParseStream| request_builder(input, &heads, module)),
                    Some("client") => item.mac.parse_body_with(client_types),
                    _ => continue,
                };
                entries.extend(made.into_iter().flatten());
            }
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
    // `impl Request<blocking::Client>` and `impl Request` have different methods.
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
        entries.push(Entry::item(format!("impl {} for {ty}", text(path))));
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

/// The line of a setter in the invocation of one of the runtime's macros that define builders.
fn setter(input: ParseStream) -> syn::Result<String> {
    let marks = marks(&input.call(Attribute::parse_outer)?);
    let name: syn::Ident = input.parse()?;
    input.parse::<syn::Token![:]>()?;
    let ty = text(&input.parse::<Type>()?);
    input.parse::<syn::Token![=]>()?;
    // How the value is stored is not public.
    input.parse::<syn::Expr>()?;
    Ok(format!(
        "fn {name}(self, value: impl TryInto<{ty}, Error: Display>) -> Self{marks}"
    ))
}

fn setters(input: ParseStream) -> syn::Result<Punctuated<String, syn::Token![,]>> {
    let braced;
    syn::braced!(braced in input);
    braced.parse_terminated(setter, syn::Token![,])
}

/// What `value_builder!` declares.
fn value_builder(input: ParseStream) -> syn::Result<Vec<Entry>> {
    input.parse::<syn::LitStr>()?;
    let (name, builder): (syn::Ident, syn::Ident) = (input.parse()?, input.parse()?);
    let mut lines: Vec<String> = setters(input)?.into_iter().collect();
    if input.peek(syn::Ident) {
        input.parse::<syn::Ident>()?;
        input.parse::<syn::Token![:]>()?;
        lines.push(format!(
            "fn extra(self, fields: {}) -> Self",
            text(&input.parse::<Type>()?)
        ));
    }
    lines.extend([String::new(), format!("fn build(self) -> Result<types::{name}, Error>")]);
    let of = format!("struct builder::{builder}: Clone + Debug");
    let mut entries: Vec<Entry> = lines.into_iter().map(|line| Entry { of: of.clone(), line }).collect();
    entries.push(Entry::item(format!("impl TryFrom<{builder}> for types::{name}")));
    entries.push(Entry {
        of: format!("impl types::{name}"),
        line: format!("fn builder() -> super::builder::{builder}"),
    });
    Ok(entries)
}

/// What `request_builder!` declares.
fn request_builder(input: ParseStream, heads: &[(String, String)], module: &str) -> syn::Result<Vec<Entry>> {
    input.parse::<syn::LitStr>()?;
    input.parse::<syn::Ident>()?;
    let builder: syn::Ident = input.parse()?;
    let _example;
    syn::parenthesized!(_example in input);
    _example.parse::<proc_macro2::TokenStream>()?;
    let of = find(heads, &builder.to_string(), module);
    let entry = |line| Entry { of: of.clone(), line };
    Ok(setters(input)?.into_iter().map(entry).collect())
}

/// What `client!` declares. Only the methods for credentials differ between APIs.
fn client_types(input: ParseStream) -> syn::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut add = |of: &str, line: String| {
        let of = format!("impl {of}");
        entries.push(Entry { of, line });
    };
    while !input.is_empty() {
        let key = syn::Ident::parse_any(input)?;
        input.parse::<syn::Token![:]>()?;
        if key == "credentials" {
            let listed;
            syn::bracketed!(listed in input);
            while !listed.is_empty() {
                let (name, arguments) = credential(&listed)?;
                add("ClientBuilder", format!("fn {name}(self, {arguments}) -> Self"));
                listed.parse::<Option<syn::Token![,]>>()?;
            }
        } else if key == "new" {
            let arguments = match (input.peek2(syn::Ident), input.peek(syn::Ident)) {
                (true, _) => Some(credential(input)?.1),
                (false, true) if input.parse::<syn::Ident>()? == "anonymous" => Some(String::new()),
                _ => None,
            };
            if let Some(arguments) = arguments {
                for of in ["Client", "blocking::Client"] {
                    add(of, format!("fn new({arguments}) -> Result<Self, Error>"));
                }
            }
        } else {
            input.parse::<syn::Expr>()?;
        }
        input.parse::<Option<syn::Token![,]>>()?;
    }
    Ok(entries)
}

/// The setter of a credential, and its arguments.
fn credential(input: ParseStream) -> syn::Result<(syn::Ident, String)> {
    let (kind, setter): (syn::Ident, syn::Ident) = (input.parse()?, input.parse()?);
    input.parse::<syn::LitStr>()?;
    let arguments = match kind.to_string().as_str() {
        "basic" => ["username", "password"].as_slice(),
        "client_credentials" => &["id", "secret"],
        _ => &["value"],
    };
    let arguments = arguments.iter().map(|name| format!("{name}: impl Into<String>"));
    Ok((setter, arguments.collect::<Vec<_>>().join(", ")))
}

/// Moves the members of a type that are written in another module to the line of the type.
fn of_types(entries: &mut [Entry]) {
    let heads: HashMap<String, String> = entries
        .iter()
        .filter(|entry| entry.line.is_empty())
        .filter_map(|entry| {
            let name = entry.of.strip_prefix("struct types::")?.split([':', '<', ' ']).next()?;
            Some((format!("impl types::{name}"), entry.of.clone()))
        })
        .collect();
    for entry in entries.iter_mut().filter(|entry| !entry.line.is_empty()) {
        if let Some(head) = heads.get(&entry.of) {
            entry.of.clone_from(head);
        }
    }
}

fn signature(signature: &Signature) -> String {
    // Whether an argument is `mut` is not public.
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
        // The first token is the crate's name, for the docs.
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

/// Tokens in the usual format, without the spaces that `quote` puts everywhere.
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
