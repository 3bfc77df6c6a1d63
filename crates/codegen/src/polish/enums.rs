//! Enums: open, so that a value the document does not list is kept.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{docs, example};
use crate::model::Enum;

pub(crate) fn definition(name: &str, item: &Enum, crate_name: &str) -> TokenStream {
    let ident = format_ident!("{name}");
    let first = item.variants.first();
    let example = first.map(|(variant, first)| example::of_enum(name, variant, &first.value));
    let about = docs::item(&item.about, example.as_deref());
    let variants = item.variants.iter().map(|(name, variant)| {
        let (ident, about) = (format_ident!("{name}"), docs::item(&variant.about, None));
        quote! { #about #ident, }
    });
    let pairs = item.variants.iter().map(|(name, variant)| {
        let (ident, value) = (format_ident!("{name}"), &variant.value);
        quote! { #ident = #value, }
    });
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// A value that this version does not know, as it came.
            Unknown(String),
        }

        open_enum! { #crate_name #ident { #(#pairs)* } }
    }
}
