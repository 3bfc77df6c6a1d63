//! Unions: enums of types. Like every enum they are open.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use super::context::Context;
use super::docs;
use crate::model::{Outcome, OutcomeBody, Union};

pub(crate) fn definition(name: &str, union: &Union, context: Context) -> TokenStream {
    let ident = format_ident!("{name}");
    let about = docs::item(&union.about, None);
    let ty = |ty: &TokenStream, boxed: bool| match boxed {
        true => quote!(Box<#ty>),
        false => ty.clone(),
    };
    let variants = union.variants.iter().map(|(variant, found)| {
        let (ident, ty) = (format_ident!("{variant}"), ty(&found.ty, found.boxed));
        let tags: Vec<String> = found.tags.iter().map(|tag| docs::code(tag)).collect();
        let words = match (&union.tag, tags.as_slice()) {
            (Some(tag), [_, ..]) => format!("Where {} is {}.", docs::code(tag), tags.join(" or ")),
            _ => format!("One of the types that {} accepts.", docs::code(name)),
        };
        let about = docs::lines(&words);
        quote! { #about #ident(#ty), }
    });
    let listed = union.variants.iter().map(|(variant, found)| {
        let (ident, ty, tags) = (format_ident!("{variant}"), ty(&found.ty, found.boxed), &found.tags);
        quote! { #ident(#ty) as [#(#tags)*], }
    });
    let tag = super::metadata::optional(&union.tag);
    // A type that two variants have gets no `From`: it would be ambiguous. Two aliases may be one type.
    let same = |ty: &TokenStream| match context.outside(ty) {
        Ok(ty) => ty.to_token_stream().to_string(),
        Err(_) => ty.to_string(),
    };
    let mut count: HashMap<String, usize> = HashMap::new();
    for variant in union.variants.values() {
        *count.entry(same(&variant.ty)).or_default() += 1;
    }
    let own = union
        .variants
        .iter()
        .filter(|(_, found)| count.get(&same(&found.ty)) == Some(&1));
    let conversions = own.map(|(variant, found)| {
        let (variant, ty) = (format_ident!("{variant}"), &found.ty);
        let value = match found.boxed {
            true => quote!(Box::new(value)),
            false => quote!(value),
        };
        quote! {
            impl From<#ty> for #ident {
                fn from(value: #ty) -> Self {
                    Self::#variant(#value)
                }
            }
        }
    });
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// A value that fits none of the variants, unchanged.
            Unknown(serde_json::Value),
        }

        ittybit_runtime::union! { #ident, #tag, { #(#listed)* } }

        #(#conversions)*
    }
}

/// How the runtime decides whether an object fits this struct, for the choice of a union's variant.
pub(crate) fn fit(name: &str, context: Context) -> TokenStream {
    let ident = format_ident!("{name}");
    let properties = context.fields(name).map(|(_, field, _, ty)| {
        let (property, presence) = (&field.property, if field.required { "required" } else { "optional" });
        let presence = format_ident!("{presence}");
        let mut ty = ty.clone();
        if field.nullable {
            ty = syn::parse_quote!(Option<#ty>);
        }
        syn::visit_mut::VisitMut::visit_type_mut(&mut super::paths::WithinTypes, &mut ty);
        let listed = (!field.listed.is_empty()).then(|| {
            let values = &field.listed;
            quote! { as #(#values)* }
        });
        quote! { #presence #property: #ty #listed, }
    });
    quote! { ittybit_runtime::fit! { #ident { #(#properties)* } } }
}

/// The enum of an operation's successful responses, where their bodies differ.
pub(crate) fn outcome(name: &str, outcome: &Outcome) -> TokenStream {
    let ident = format_ident!("{name}");
    let about = docs::lines(&format!(
        "The successful responses to the request [`{0}`](super::builder::{0}), by status code.",
        outcome.operation
    ));
    let variants = outcome.variants.iter().map(|(variant, found)| {
        let (ident, about) = (format_ident!("{variant}"), docs::lines(&docs::for_rustdoc(&found.docs)));
        match &found.body {
            Some(OutcomeBody::Json(ty)) => quote! { #about #ident(#ty), },
            Some(OutcomeBody::Text) => quote! { #about #ident(String), },
            Some(OutcomeBody::Bytes) => quote! { #about #ident(ittybit_runtime::body::Bytes), },
            None => quote! { #about #ident, },
        }
    });
    // A status has the variant of its own, where there is one, and not that of its range.
    let mut arms: Vec<_> = outcome.variants.iter().collect();
    arms.sort_by_key(|(_, found)| found.statuses.1 - found.statuses.0);
    let last = arms.len().saturating_sub(1);
    let arms = arms.into_iter().enumerate().map(|(index, (variant, found))| {
        let ident = format_ident!("{variant}");
        let value = match &found.body {
            Some(OutcomeBody::Json(_)) => quote! { Self::#ident(success.json()?) },
            Some(OutcomeBody::Text) => quote! { Self::#ident(success.text()?) },
            Some(OutcomeBody::Bytes) => quote! { Self::#ident(success.bytes()) },
            None => quote! { Self::#ident },
        };
        let (first, end) = found.statuses;
        let [first, end] = [first, end].map(proc_macro2::Literal::u16_unsuffixed);
        match index == last {
            true => quote! { _ => #value, },
            false if found.statuses.0 == found.statuses.1 => quote! { #first => #value, },
            false => quote! { #first..=#end => #value, },
        }
    });
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
        }

        impl ittybit_runtime::generated::StatusBody for #ident {
            fn read(
                success: &ittybit_runtime::generated::Success,
            ) -> Result<Self, ittybit_runtime::generated::Malformed> {
                Ok(match success.status() { #(#arms)* })
            }
        }
    }
}
