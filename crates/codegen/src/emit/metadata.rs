//! Metadata: each request builder has a constant that describes its operation.

use std::collections::HashMap;

use indexmap::IndexSet;
use proc_macro2::{Literal as RustLiteral, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::context::{Context, name_of};
use super::example::{self, Hint};
use super::setter::{self, Setter};
use super::shared::{Shareable, Shared};
use super::{docs, paths};
use crate::model::{
    About, Body, Enum, Format, Lifecycle, LifecycleField, Literal, Location, Operation, Parameter, PartContent, Style,
    Success,
};
use crate::name;

/// The module `operation`: every operation, and the data about the API as a whole.
pub(crate) fn operations(builders: &[proc_macro2::Ident], lists: &[proc_macro2::Ident]) -> TokenStream {
    let about = docs::lines(&format!(
        "Every operation, in the order of the document.\n\n{}",
        example::of_operations()
    ));
    let about_lists = docs::lines(&format!(
        "The operations that are lists with pages, in the order of the document.\n\n{}",
        example::of_lists()
    ));
    let about_api = docs::lines(&format!(
        "What the document says about the API as a whole.\n\n{}",
        example::of_api()
    ));
    let use_builder = (!builders.is_empty()).then(|| quote! { use super::builder; });
    quote! {
        /// Operations as data, for programs that find out at run time what they can call, such as a
        /// command line.
        pub mod operation {
            #use_builder
            pub use ittybit_runtime::operation::{
                Api, Call, Encoding, Kind, Lifecycle, List, Location, Operation, Paging, Parameter, RequestBody,
                ResponseBody,
            };

            #about_api
            pub const API: &Api = &super::API;

            #about
            pub const OPERATIONS: &[&Operation] = &[#(builder::#builders::OPERATION),*];

            #about_lists
            pub const LISTS: &[List] = &[#(List::of(builder::#lists::OPERATION)),*];
        }
    }
}

/// The parts of `OPERATION` that several operations may have in common.
pub(crate) struct Parts {
    tags: Option<Shareable>,
    parameters: Vec<Shareable>,
    /// The fields of the body.
    fields: Vec<Shareable>,
}

impl Parts {
    pub(crate) fn new(operation: &Operation, setters: &[Setter], context: Context) -> Self {
        let tags = operation.tags.first().map(|(first, _)| {
            let tags = operation.tags.iter().map(|(name, docs)| quote! { (#name, #docs) });
            Shareable::tags(first, quote! { &[#(#tags),*] })
        });
        Self {
            tags,
            parameters: parameters(operation, setters, context),
            fields: operation
                .body
                .as_ref()
                .map(|body| fields_of_body(body, setters, context))
                .unwrap_or_default(),
        }
    }

    pub(crate) fn shareable(&self) -> impl Iterator<Item = &Shareable> + Clone {
        self.tags.iter().chain(&self.parameters).chain(&self.fields)
    }

    /// The constant `OPERATION`.
    pub(crate) fn operation(
        &self,
        id: &str,
        operation: &Operation,
        setters: &[Setter],
        success: &Type,
        shared: &Shared,
        context: Context,
    ) -> TokenStream {
        let Operation {
            method,
            path,
            success: statuses,
            ..
        } = operation;
        let summary = operation.summary.as_deref().unwrap_or_default().trim();
        let (description, deprecated) = words(&operation.about);
        let tags = self.tags.as_ref().map(|tags| shared.code(tags));
        let parameters = self.parameters.iter().map(|parameter| shared.code(parameter));
        let paging = operation.pagination.as_ref().map(|pagination| {
            let name = |wire: &String| {
                let mut found = named(operation, setters);
                let found = found.find(|(_, item, _)| item.location == Location::Query && item.name == *wire);
                found.map_or_else(|| wire.clone(), |(name, _, _)| name.to_owned())
            };
            let forward = name(&pagination.forward);
            let [backward, limit] =
                [&pagination.backward, &pagination.limit].map(|wire| optional(&wire.as_ref().map(name)));
            let sizes = operation
                .parameters
                .values()
                .find(|item| Some(&item.name) == pagination.limit.as_ref());
            let [largest, default_limit] = [sizes.and_then(largest), pagination.default_limit]
                .map(|size| optional(&size.map(RustLiteral::u64_unsuffixed)));
            let cursor = &pagination.cursor.property;
            let [has_more, applied_limit] = [&pagination.has_more, &pagination.applied_limit].map(optional);
            quote! {
                Paging {
                    forward: #forward,
                    backward: #backward,
                    limit: #limit,
                    largest: #largest,
                    default_limit: #default_limit,
                    cursor: #cursor,
                    has_more: #has_more,
                    applied_limit: #applied_limit,
                }
            }
        });
        let fields = described(operation, success).and_then(|item| fields_of(&item, context));
        let statuses = statuses.iter().map(|(first, last)| {
            let (first, last) = (RustLiteral::u16_unsuffixed(*first), RustLiteral::u16_unsuffixed(*last));
            quote! { #first..=#last }
        });
        let parameters: Vec<TokenStream> = parameters.collect();
        let body = operation
            .body
            .as_ref()
            .map(|body| request_body(body, &self.fields, shared));
        let response = match &operation.success_body {
            Success::ByStatus(name) if !context.model.outcomes[name].is_json() => {
                Some(quote! { operation::ResponseBody::Bytes })
            }
            Success::Json(_) | Success::Optional(_) | Success::ByStatus(_) => None,
            Success::Empty => Some(quote! { operation::ResponseBody::Empty }),
            Success::Text { .. } => Some(quote! { operation::ResponseBody::Text }),
            Success::Bytes { .. } => Some(quote! { operation::ResponseBody::Bytes }),
        };
        let security: Vec<TokenStream> = operation
            .security
            .iter()
            .map(|names| quote! { &[#(#names),*] })
            .collect();
        let idempotency_key = operation.idempotency_key();
        let columns = &operation.columns;
        let lifecycle = operation.lifecycle.as_ref().map(|found| lifecycle(found, context));
        let members = [
            (!summary.is_empty()).then(|| quote! { summary: #summary, }),
            (!description.is_empty()).then(|| quote! { description: #description, }),
            deprecated.then(|| quote! { deprecated: true, }),
            tags.map(|tags| quote! { tags: #tags, }),
            (!parameters.is_empty()).then(|| quote! { parameters: &[#(#parameters),*], }),
            body.map(|body| quote! { body: Some(#body), }),
            response.map(|response| quote! { response: #response, }),
            operation
                .accept
                .as_ref()
                .map(|accept| quote! { accept: Some(#accept), }),
            paging.map(|paging| quote! { paging: Some(#paging), }),
            fields.as_ref().map(|name| quote! { fields: #name.0, times: #name.1, }),
            (!columns.is_empty()).then(|| quote! { columns: &[#(#columns),*], }),
            lifecycle.map(|lifecycle| quote! { lifecycle: Some(#lifecycle), }),
            (!security.is_empty()).then(|| quote! { security: &[#(#security),*], }),
            idempotency_key.map(|name| quote! { idempotency_key: Some(#name), }),
        ];
        let base = quote! { Operation::of(#id, #method, #path, &[#(#statuses),*]) };
        let operation = completed(&members, quote! { Operation }, base);
        quote! {
            /// What the document says about this operation.
            pub const OPERATION: &Operation = &#operation;
        }
    }
}

fn parameters(operation: &Operation, setters: &[Setter], context: Context) -> Vec<Shareable> {
    let parameters = named(operation, setters).map(|(name, parameter, setter)| {
        let value = match parameter.is_text {
            true => Value::of(&setter.ty, context),
            false => Value::json(),
        };
        let location = match parameter.location {
            Location::Path => Some(format_ident!("Path")),
            Location::Query => None,
            Location::Header => Some(format_ident!("Header")),
            Location::Cookie => Some(format_ident!("Cookie")),
        };
        let sent_as = (name != parameter.name).then_some(&parameter.name);
        let default = parameter.default.as_ref().map(as_text);
        let bounds = setter::described(&parameter.bounds).join(", ");
        let checks = (!parameter.bounds.is_empty()).then(|| setter::data(&parameter.bounds, context));
        let members = [
            sent_as.map(|name| quote! { sent_as: Some(#name), }),
            location.map(|location| quote! { location: operation::Location::#location, }),
            parameter.style.map(|style| {
                let style = style_of(style);
                quote! { style: Some(#style), }
            }),
            default.map(|default| quote! { default: Some(#default), }),
            (!bounds.is_empty()).then(|| quote! { bounds: #bounds, }),
            checks.map(|checks| quote! { checks: #checks, }),
        ];
        value.parameter(name, &parameter.about, setter.required, &members)
    });
    parameters.collect()
}

/// The struct of an operation's response, or of the items of its list.
fn described(operation: &Operation, success: &Type) -> Option<String> {
    match &operation.pagination {
        Some(pagination) => Some(pagination.item.clone()),
        None => name_of(paths::argument(success, "Vec").unwrap_or(success)),
    }
}

/// The request body as data.
fn request_body(body: &Body, fields: &[Shareable], shared: &Shared) -> TokenStream {
    let (description, _) = words(&body.about);
    let required = body.required;
    let (encoding, media_type) = match &body.format {
        Format::Json(_) => ("Json", "application/json"),
        Format::JsonAs(media, _) => ("Json", media.as_str()),
        Format::Form(..) => ("Form", "application/x-www-form-urlencoded"),
        Format::Text(media) => ("Text", media.as_str()),
        Format::Bytes(media) => ("Bytes", media.as_str()),
        Format::Multipart(_) => ("Multipart", "multipart/form-data"),
    };
    let encoding = format_ident!("{encoding}");
    let fields = fields.iter().map(|field| shared.code(field));
    quote! {
        operation::RequestBody {
            description: #description,
            required: #required,
            media_type: #media_type,
            encoding: operation::Encoding::#encoding,
            fields: &[#(#fields),*],
        }
    }
}

/// The fields of a body: those of its type, or the parts of a multipart body.
fn fields_of_body(body: &Body, setters: &[Setter], context: Context) -> Vec<Shareable> {
    let of_body = || quote! { location: operation::Location::Body, };
    match &body.format {
        Format::Json(_) | Format::JsonAs(..) | Format::Form(..) => {
            let ty = setters.iter().find(|setter| setter.name == setter::BODY);
            let of = ty
                .and_then(|setter| name_of(&context.resolved(&setter.ty)))
                .unwrap_or_default();
            let styles: HashMap<&String, Style> = match &body.format {
                Format::Form(_, styles) => styles.iter().map(|(name, style)| (name, *style)).collect(),
                _ => HashMap::new(),
            };
            // A server ignores or refuses what is only read, so a command line has no flag for it.
            let sent = context.fields(&of).filter(|(_, field, ..)| !field.read_only);
            let fields = sent.map(|(_, field, _, ty)| {
                let style = styles.get(&field.property).map(|style| style_of(*style));
                let members = [Some(of_body()), style.map(|style| quote! { style: Some(#style), })];
                Value::of(ty, context).parameter(&field.property, &field.about, field.required, &members)
            });
            fields.collect()
        }
        Format::Multipart(parts) => {
            // The setters of parts come last, in the order of the parts.
            let of_parts = &setters[setters.len() - parts.len()..];
            let parts = parts.iter().zip(of_parts).map(|(part, setter)| {
                let value = match &part.content {
                    PartContent::File => Value::file(false),
                    PartContent::Files => Value::file(true),
                    PartContent::Value(_) => Value::of(&setter.ty, context),
                };
                let style = part.style.map(style_of);
                let media_type = part.media_type.as_ref();
                let members = [
                    Some(of_body()),
                    style.map(|style| quote! { style: Some(#style), }),
                    media_type.map(|media_type| quote! { media_type: Some(#media_type), }),
                ];
                value.parameter(&part.name, &part.about, part.required, &members)
            });
            parts.collect()
        }
        Format::Text(_) | Format::Bytes(_) => Vec::new(),
    }
}

/// The name of the constant with the fields of a struct, and with those that are times.
fn fields_of(item: &str, context: Context) -> Option<proc_macro2::Ident> {
    let has_fields = context
        .model
        .structs
        .get(item)
        .is_some_and(|item| !item.fields.is_empty());
    has_fields.then(|| format_ident!("FIELDS_OF_{}", name::field_name(item).to_uppercase()))
}

/// The constants that several `OPERATION`s share: the fields of responses, and which of them are times.
pub(crate) fn fields<'a>(
    operations: impl Iterator<Item = (&'a Operation, &'a Type)>,
    context: Context,
) -> Vec<TokenStream> {
    let items: IndexSet<String> = operations
        .filter_map(|(operation, success)| described(operation, success))
        .collect();
    let constants = items.iter().filter_map(|item| {
        let constant = fields_of(item, context)?;
        let mut fields = Fields {
            context,
            names: Vec::new(),
            times: Vec::new(),
        };
        fields.collect(item, "", &mut Vec::new());
        let Fields { names, times, .. } = fields;
        Some(quote! {
            const #constant: (&[&str], &[&str]) = (&[#(#names),*], &[#(#times),*]);
        })
    });
    constants.collect()
}

/// The field that has a lifecycle, and what its values mean.
fn lifecycle(field: &LifecycleField, context: Context) -> TokenStream {
    let LifecycleField {
        property,
        values,
        percent,
        ..
    } = field;
    let values = context.model.enums.get(values);
    // Older spellings have the meaning of the values that replaced them.
    let listed = |of: fn(&Lifecycle) -> &Vec<String>| {
        let values = values.and_then(|values| Some((values, of(values.lifecycle.as_ref()?))));
        let all = values.map(|(values, listed)| {
            let older = values.aliases.iter().filter(|(_, newer)| listed.contains(newer));
            listed
                .iter()
                .chain(older.map(|(older, _)| older))
                .collect::<IndexSet<_>>()
        });
        all.into_iter().flatten().collect::<Vec<_>>()
    };
    let progress = listed(|lifecycle| &lifecycle.progress);
    let success = listed(|lifecycle| &lifecycle.success);
    let failure = listed(|lifecycle| &lifecycle.failure);
    let percent = optional(percent);
    quote! {
        Lifecycle {
            field: #property,
            percent: #percent,
            progress: &[#(#progress),*],
            success: &[#(#success),*],
            failure: &[#(#failure),*],
        }
    }
}

/// A struct expression with these members; all other members are those of `base`.
fn completed(members: &[Option<TokenStream>], name: TokenStream, base: TokenStream) -> TokenStream {
    if members.iter().all(Option::is_none) {
        return base;
    }
    let members = members.iter().flatten();
    quote! { #name { #(#members)* ..#base } }
}

/// A parameter and a valid text for it, for the example of `set`.
pub(crate) fn set_example(operation: &Operation, setters: &[Setter], context: Context) -> Option<TokenStream> {
    let mut texts = named(operation, setters).filter(|(_, parameter, _)| parameter.is_text);
    texts.find_map(|(name, parameter, setter)| {
        let text = context.text(&setter.ty, Hint::of(parameter))?;
        Some(quote! { #name #text })
    })
}

/// The parameters, each with a unique name and its setter.
fn named<'a>(
    operation: &'a Operation,
    setters: &'a [Setter],
) -> impl Iterator<Item = (&'a str, &'a Parameter, &'a Setter)> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for parameter in operation.parameters.values() {
        *count.entry(parameter.name.as_str()).or_default() += 1;
    }
    // The setters of parameters come first, in the order of the parameters.
    operation
        .parameters
        .iter()
        .zip(setters)
        .map(move |((rust, parameter), setter)| {
            let is_method = parameter.name != *rust && operation.parameters.contains_key(&parameter.name);
            let name = match is_method || count[parameter.name.as_str()] > 1 {
                true => rust,
                false => &parameter.name,
            };
            (name.as_str(), parameter, setter)
        })
}

/// The values of a parameter, according to its type.
struct Value {
    /// A variant of the runtime's `Kind`.
    kind: &'static str,
    repeated: bool,
    /// The values of an enum, as data.
    values: Option<TokenStream>,
}

/// If the values of an enum take more text than this, they are a constant that all parameters share.
const LONG: usize = 1_000;

/// The values of an enum and their descriptions.
fn documented(values: &Enum) -> TokenStream {
    let values = values.variants.values().map(|variant| {
        let (value, docs) = (&variant.value, words(&variant.about).0);
        quote! { (#value, #docs) }
    });
    quote! { &[#(#values),*] }
}

fn is_long(values: &Enum) -> bool {
    let docs = |about: &About| about.docs.as_ref().map_or(0, String::len);
    let lengths = values
        .variants
        .values()
        .map(|variant| variant.value.len() + docs(&variant.about));
    lengths.sum::<usize>() > LONG
}

/// The name of the constant for the values of an enum.
fn values_of(name: &str) -> proc_macro2::Ident {
    format_ident!("VALUES_OF_{}", name::field_name(name).to_uppercase())
}

/// The constants that `OPERATION`s share: the values of long enums.
pub(crate) fn values(context: Context) -> impl Iterator<Item = TokenStream> {
    let listed = context.listed.take().into_iter();
    listed.filter_map(move |name| {
        let values = documented(context.model.enums.get(&name)?);
        let constant = values_of(&name);
        Some(quote! { const #constant: &[(&str, &str)] = #values; })
    })
}

impl Value {
    fn of(ty: &Type, context: Context) -> Self {
        let ty = context.resolved(ty);
        if let Some(item) = paths::argument(&ty, "Vec") {
            let item = paths::argument(item, "Option").unwrap_or(item);
            return match Self::of(item, context) {
                list if list.repeated => Self::json(),
                item => Self { repeated: true, ..item },
            };
        }
        let known = name_of(&ty).and_then(|name| context.model.enums.get_key_value(&name));
        let kind = match (known, &ty) {
            (Some(_), _) => "Text",
            (None, Type::Path(path)) => kind_of(path),
            (None, _) => "Json",
        };
        let known = known.filter(|(_, known)| !known.variants.is_empty());
        let values = known.map(|(name, known)| match is_long(known) {
            true => {
                context.listed.borrow_mut().insert(name.clone());
                let constant = values_of(name);
                quote! { #constant }
            }
            false => documented(known),
        });
        Self {
            kind,
            values,
            ..Self::json()
        }
    }

    /// Any value that is written as JSON.
    fn json() -> Self {
        Self {
            kind: "Json",
            repeated: false,
            values: None,
        }
    }

    fn file(repeated: bool) -> Self {
        Self {
            kind: "File",
            repeated,
            ..Self::json()
        }
    }

    /// The parameter as data, with further members.
    fn parameter(self, name: &str, about: &About, required: bool, members: &[Option<TokenStream>]) -> Shareable {
        let (description, deprecated) = words(about);
        let kind = (self.kind != "Text").then(|| format_ident!("{}", self.kind));
        let of_values = [
            kind.map(|kind| quote! { kind: operation::Kind::#kind, }),
            required.then(|| quote! { required: true, }),
            deprecated.then(|| quote! { deprecated: true, }),
            self.repeated.then(|| quote! { repeated: true, }),
            self.values.map(|values| quote! { values: #values, }),
        ];
        let all: Vec<_> = of_values.into_iter().chain(members.iter().cloned()).collect();
        let base = quote! { Parameter::new(#name, #description) };
        Shareable::parameter(name, completed(&all, quote! { Parameter }, base))
    }
}

/// Once this many fields are listed, nested objects are listed themselves instead of their fields: nested structs
/// may have any number of fields.
const MOST_FIELDS: usize = 200;

/// The same applies from this depth on.
const MOST_LEVELS: usize = 16;

/// The fields of a struct and of the structs in it.
struct Fields<'a> {
    context: Context<'a>,
    names: Vec<String>,
    times: Vec<String>,
}

impl Fields<'_> {
    /// `within` contains the structs around this one: a struct may contain itself.
    fn collect(&mut self, name: &str, prefix: &str, within: &mut Vec<String>) {
        let structs = &self.context.model.structs;
        within.push(name.to_owned());
        for (_, field, _, ty) in self.context.fields(name) {
            let path = format!("{prefix}{}", field.property);
            match name_of(&self.context.resolved(ty)) {
                Some(inner)
                    if structs.contains_key(&inner)
                        && !within.contains(&inner)
                        && within.len() < MOST_LEVELS
                        && self.names.len() < MOST_FIELDS =>
                {
                    self.collect(&inner, &format!("{path}."), within);
                }
                other => {
                    if other.as_deref() == Some(crate::lower::TIMESTAMP) {
                        self.times.push(path.clone());
                    }
                    self.names.push(path);
                }
            }
        }
        within.pop();
    }
}

/// How text is parsed for a type that is not an enum.
fn kind_of(path: &syn::TypePath) -> &'static str {
    let last = path.path.segments.last().map(|last| last.ident.to_string());
    match last.unwrap_or_default().as_str() {
        "String" => "Text",
        "bool" => "Boolean",
        "f32" | "f64" => "Number",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "Integer",
        nonzero if nonzero.starts_with("NonZero") => "Integer",
        crate::lower::TIMESTAMP => "Time",
        _ => "Json",
    }
}

fn words(about: &About) -> (String, bool) {
    let text = about.docs.as_deref().unwrap_or_default().replace("\r\n", "\n");
    (text.trim().to_owned(), about.deprecated)
}

fn largest(parameter: &Parameter) -> Option<u64> {
    let maximum = parameter.bounds.maximum?;
    match maximum.value {
        Literal::Integer(value) => u64::try_from(value).ok()?.checked_sub(u64::from(maximum.exclusive)),
        Literal::Float(_) => None,
    }
}

/// A default value as it would be sent.
fn as_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn style_of(style: Style) -> TokenStream {
    let (form, explode) = (format_ident!("{}", style.form), style.explode);
    let reserved = style.allow_reserved.then(|| quote! { .allow_reserved() });
    quote! { Style::new(Form::#form, #explode) #reserved }
}

pub(crate) fn optional<T: quote::ToTokens>(value: &Option<T>) -> TokenStream {
    match value {
        Some(value) => quote! { Some(#value) },
        None => quote! { None },
    }
}
