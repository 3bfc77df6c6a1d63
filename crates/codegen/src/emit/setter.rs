//! Setters of builders. A setter accepts any value that converts; if the conversion fails, the builder keeps the
//! error.

use indexmap::IndexMap;
use proc_macro2::{Literal as RustLiteral, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::context::Context;
use super::docs;
use super::example::Argument;
use crate::model::{Bound, Bounds, Literal, Model};
use crate::pattern::Automaton;

/// The setter of the request body.
pub(super) const BODY: &str = "body";

/// A setter of a builder.
pub(crate) struct Setter {
    pub name: String,
    pub about: TokenStream,
    /// The type that is set, without `Option` or `Box` around it.
    pub ty: Type,
    pub required: bool,
    /// A valid argument, if one is known.
    pub example: Option<Argument>,
    /// The call of the runtime's function that stores the value.
    pub kept: TokenStream,
}

impl Setter {
    /// The line of the setter in the runtime's macros.
    pub(crate) fn line(&self) -> TokenStream {
        let Self { about, ty, kept, .. } = self;
        let ident = format_ident!("{}", self.name);
        quote! { #about #ident: #ty = #kept, }
    }
}

/// The bounds of a value as data.
pub(crate) fn data(bounds: &Bounds, context: Context) -> TokenStream {
    let of_number = |found: Option<Bound>| {
        found.map(|Bound { value, exclusive }| {
            let value = float(value);
            match exclusive {
                true => quote!(Bound::Excluded(#value)),
                false => quote!(Bound::Included(#value)),
            }
        })
    };
    let of_count = |minimum: Option<usize>, maximum: Option<usize>| {
        let minimum = RustLiteral::usize_unsuffixed(minimum.unwrap_or(0));
        let maximum = match maximum.map(RustLiteral::usize_unsuffixed) {
            Some(maximum) => quote!(#maximum),
            None => quote!(usize::MAX),
        };
        quote! { (#minimum, #maximum) }
    };
    let has_length = bounds.min_length.is_some() || bounds.max_length.is_some();
    let has_items = bounds.min_items.is_some() || bounds.max_items.is_some();
    let members: Vec<TokenStream> = [
        of_number(bounds.minimum).map(|bound| quote! { minimum: #bound, }),
        of_number(bounds.maximum).map(|bound| quote! { maximum: #bound, }),
        bounds.multiple_of.map(|factor| {
            let factor = float(factor);
            quote! { multiple_of: Some(#factor), }
        }),
        has_length.then(|| {
            let length = of_count(bounds.min_length, bounds.max_length);
            quote! { length: #length, }
        }),
        bounds.pattern.as_ref().map(|automaton| {
            let constant = pattern(automaton, context);
            quote! { pattern: Some(&#constant), }
        }),
        has_items.then(|| {
            let items = of_count(bounds.min_items, bounds.max_items);
            quote! { items: #items, }
        }),
        bounds.unique_items.then(|| quote! { unique: true, }),
        bounds.items.as_ref().filter(|items| !items.is_empty()).map(|items| {
            let each = data(items, context);
            quote! { each: Some(&#each), }
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    quote! { Bounds { #(#members)* ..Bounds::NONE } }
}

/// A number as a floating-point literal: with an exponent where needed, instead of hundreds of digits.
fn float(value: Literal) -> TokenStream {
    let mut text = value.to_string();
    if !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    text.parse().unwrap_or_default()
}

/// The name of a pattern's constant.
fn pattern(automaton: &Automaton, context: Context) -> proc_macro2::Ident {
    let number = context
        .patterns
        .get_index_of(automaton.source.as_str())
        .unwrap_or_default()
        + 1;
    format_ident!("PATTERN_{number}")
}

/// The patterns of all parameters, by their source.
pub(crate) fn patterns(model: &Model) -> IndexMap<&str, &Automaton> {
    let mut found = IndexMap::new();
    for parameter in model
        .operations
        .values()
        .flat_map(|operation| operation.parameters.values())
    {
        let mut bounds = Some(&parameter.bounds);
        while let Some(of) = bounds {
            if let Some(automaton) = &of.pattern {
                found.entry(automaton.source.as_str()).or_insert(automaton.as_ref());
            }
            bounds = of.items.as_deref();
        }
    }
    found
}

/// The constants of the patterns, which parameters share.
pub(crate) fn pattern_constants(context: Context) -> impl Iterator<Item = TokenStream> {
    context.patterns.values().map(move |automaton| {
        let constant = pattern(automaton, context);
        let Automaton {
            source,
            classes,
            next,
            accepts,
            ..
        } = automaton;
        let classes = classes.iter().map(|class| RustLiteral::u8_unsuffixed(*class));
        let next = next.iter().map(|state| RustLiteral::u16_unsuffixed(*state));
        quote! {
            static #constant: Pattern = Pattern {
                source: #source,
                classes: &[#(#classes),*],
                next: &[#(#next),*],
                accepts: &[#(#accepts),*],
            };
        }
    })
}

/// The bounds in words, for the docs.
pub(crate) fn described(bounds: &Bounds) -> Vec<String> {
    let mut words = Vec::new();
    match (bounds.minimum, bounds.maximum) {
        (
            Some(Bound {
                value: low,
                exclusive: false,
            }),
            Some(Bound {
                value: high,
                exclusive: false,
            }),
        ) => {
            words.push(format!("from {low} to {high}"));
        }
        (minimum, maximum) => {
            words.extend(
                minimum.map(|low| format!("{} {}", if low.exclusive { "more than" } else { "at least" }, low.value)),
            );
            words.extend(maximum.map(|high| {
                format!(
                    "{} {}",
                    if high.exclusive { "less than" } else { "at most" },
                    high.value
                )
            }));
        }
    }
    words.extend(bounds.multiple_of.map(|factor| format!("a multiple of {factor}")));
    for (minimum, maximum, of) in [
        (bounds.min_length, bounds.max_length, "character"),
        (bounds.min_items, bounds.max_items, "item"),
    ] {
        words.extend(match (minimum, maximum) {
            (Some(minimum), Some(maximum)) if minimum == maximum => Some(format!("exactly {}", count(minimum, of))),
            (Some(minimum), Some(maximum)) => Some(format!("from {minimum} to {}", count(maximum, of))),
            (Some(minimum), None) => Some(format!("at least {}", count(minimum, of))),
            (None, Some(maximum)) => Some(format!("at most {}", count(maximum, of))),
            (None, None) => None,
        });
    }
    words.extend(
        bounds
            .pattern
            .as_ref()
            .map(|automaton| format!("matching {}", docs::code(&automaton.source))),
    );
    words.extend(bounds.unique_items.then(|| "no item twice".to_owned()));
    if let Some(items) = &bounds.items {
        words.extend(described(items).into_iter().map(|words| format!("each item {words}")));
    }
    words
}

/// `1 item`, `2 items`.
fn count(count: usize, of: &str) -> String {
    format!("{count} {of}{}", if count == 1 { "" } else { "s" })
}
