//! Enums: they are open, so that a value that the document does not list is kept.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{docs, example};
use crate::model::{Enum, Lifecycle, Model};

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
    let lifecycle = item.lifecycle.as_ref().map(|found| lifecycle(name, item, found));
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// A value that this version does not know, unchanged.
            Unknown(String),
        }

        open_enum! { #crate_name #ident { #(#pairs)* } }

        #lifecycle
    }
}

/// `is_terminal()` and `is_success()`, from `x-lifecycle`.
fn lifecycle(name: &str, item: &Enum, lifecycle: &Lifecycle) -> TokenStream {
    let ident = format_ident!("{name}");
    let terminal: Vec<&String> = lifecycle.terminal().collect();
    let success: Vec<&String> = lifecycle.success.iter().collect();
    let examples = |values: &[&String], others: &[&String], method: &str| {
        let variant = |value: &&String| item.variant(value).map(str::to_owned);
        let (yes, no) = (values.first().and_then(variant), others.first().and_then(variant));
        example::of_predicate(name, method, yes.as_deref(), no.as_deref())
    };
    let progress: Vec<&String> = lifecycle.progress.iter().collect();
    let failure: Vec<&String> = lifecycle.failure.iter().collect();
    let about_terminal = docs::lines(&format!(
        "Whether this state is final and will not change any more: {}. `false` for a value that this version \
         does not know.\n\n{}",
        listed(&terminal),
        examples(&terminal, &progress, "is_terminal")
    ));
    let others = if failure.is_empty() { &progress } else { &failure };
    let about_success = docs::lines(&format!(
        "Whether this state is a final success: {}.\n\n{}",
        listed(&success),
        examples(&success, others, "is_success")
    ));
    let [terminal, success] = [terminal, success].map(|values| {
        let variants = values
            .iter()
            .filter_map(|value| Some(format_ident!("{}", item.variant(value)?)));
        let variants: Vec<_> = variants.collect();
        match variants.is_empty() {
            true => quote! { false },
            false => quote! { matches!(self, #(Self::#variants)|*) },
        }
    });
    quote! {
        impl #ident {
            #about_terminal
            pub fn is_terminal(&self) -> bool {
                #terminal
            }

            #about_success
            pub fn is_success(&self) -> bool {
                #success
            }
        }
    }
}

/// Values as a list within a sentence.
fn listed(values: &[&String]) -> String {
    let values: Vec<String> = values.iter().map(|value| docs::code(value)).collect();
    match values.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "no value".to_owned(),
    }
}

/// The conversion from the enum of a property to the enum of a filter.
pub(crate) fn conversion(from: &str, to: &str, model: &Model) -> Option<TokenStream> {
    let (source, target) = (model.enums.get(from)?, model.enums.get(to)?);
    let renamed = source
        .aliases
        .iter()
        .filter(|(older, _)| target.variant(older).is_none());
    let renamed: Vec<(&String, &String)> = renamed.filter(|(_, newer)| target.variant(newer).is_some()).collect();
    let pairs = renamed
        .iter()
        .filter_map(|(older, newer)| Some((source.variant(older)?, target.variant(newer)?)));
    let pairs: Vec<(&str, &str)> = pairs.collect();
    let mut same = source.variants.iter();
    let same = same.find_map(|(rust, variant)| Some((rust.as_str(), target.variant(&variant.value)?)));
    let example = pairs
        .first()
        .copied()
        .or(same)
        .map(|(one, other)| example::of_conversion(from, one, to, other));
    let renamed = renamed.iter().map(|(older, newer)| {
        format!(
            "{} becomes {}, which replaced it. ",
            docs::code(older),
            docs::code(newer)
        )
    });
    let about = docs::lines(&format!(
        "The filter that finds this value. {}A value that the filter does not know is sent unchanged.\n\n{}",
        renamed.collect::<String>(),
        example.unwrap_or_default()
    ));
    let (from, to) = (format_ident!("{from}"), format_ident!("{to}"));
    let body = match pairs.is_empty() {
        true => quote! { Self::from(value.as_str()) },
        false => {
            let arms = pairs.iter().map(|(one, other)| {
                let (one, other) = (format_ident!("{one}"), format_ident!("{other}"));
                quote! { #from::#one => Self::#other, }
            });
            quote! {
                match value {
                    #(#arms)*
                    other => Self::from(other.as_str()),
                }
            }
        }
    };
    Some(quote! {
        impl From<#from> for #to {
            #about
            fn from(value: #from) -> Self {
                #body
            }
        }
    })
}
