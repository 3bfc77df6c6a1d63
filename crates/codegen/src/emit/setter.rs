//! Setters of builders: anything that converts, and the reason kept where it does not.

use indexmap::IndexMap;
use proc_macro2::{Literal as RustLiteral, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::context::Context;
use super::example::Argument;
use super::{docs, paths};
use crate::model::{Bound, Bounds, Literal, Model};
use crate::pattern::Automaton;

/// A field of a builder.
pub(crate) struct Setter {
    pub name: String,
    pub about: TokenStream,
    /// The type that is set, without `Option` or `Box` around it.
    pub ty: Type,
    pub required: bool,
    pub boxed: bool,
    /// What a value must pass, each a function from a value to a result.
    pub checks: Vec<TokenStream>,
    /// The checks in words.
    pub demand: Vec<String>,
    /// What may be set, if there is anything.
    pub example: Option<Argument>,
}

impl Setter {
    /// One that takes every value of its type.
    pub(crate) fn unchecked(
        name: &str,
        about: TokenStream,
        ty: Type,
        required: bool,
        example: Option<Argument>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            about,
            ty,
            required,
            boxed: false,
            checks: Vec::new(),
            demand: Vec::new(),
            example,
        }
    }

    fn stored(&self) -> TokenStream {
        let ty = &self.ty;
        let ty = if self.boxed { quote!(Box<#ty>) } else { quote!(#ty) };
        if self.required { ty } else { quote!(Option<#ty>) }
    }

    pub(crate) fn field(&self) -> TokenStream {
        let (ident, stored) = (format_ident!("{}", self.name), self.stored());
        quote! { #ident: Result<#stored, String>, }
    }

    pub(crate) fn initial(&self) -> TokenStream {
        let ident = format_ident!("{}", self.name);
        if self.required {
            quote! { #ident: argument::missing(), }
        } else {
            quote! { #ident: Ok(None), }
        }
    }

    pub(crate) fn method(&self) -> TokenStream {
        let (ident, about, ty) = (format_ident!("{}", self.name), &self.about, &self.ty);
        let checks = self.checks.iter().map(|check| quote! { .and_then(#check) });
        let boxed = self.boxed.then(|| quote! { .map(Box::new) });
        let plain = self.demand.is_empty() && self.checks.is_empty() && !self.boxed;
        let some = (!self.required && !plain).then(|| quote! { .map(Some) });
        let converted = match self.demand.as_slice() {
            [] if plain && !self.required => quote! { argument::optional(value) },
            [] => quote! { argument::converted(value) },
            demand => {
                let demand = demand.join(", ");
                quote! { argument::converted_to(#demand, value) }
            }
        };
        quote! {
            #about
            pub fn #ident(mut self, value: impl TryInto<#ty, Error: Display>) -> Self {
                self.#ident = #converted #(#checks)* #boxed #some;
                self
            }
        }
    }
}

/// What is around a setter's type: whether it is in an `Option`, whether in a `Box`, and the type.
pub(crate) fn unwrapped(ty: &Type) -> (bool, bool, &Type) {
    let (optional, ty) = match paths::argument(ty, "Option") {
        Some(inner) => (true, inner),
        None => (false, ty),
    };
    match paths::argument(ty, "Box") {
        Some(inner) => (optional, true, inner),
        None => (optional, false, ty),
    }
}

/// The checks that the document's bounds ask for.
pub(crate) fn checks(bounds: &Bounds, context: Context) -> Vec<TokenStream> {
    let mut checks = Vec::new();
    if bounds.minimum.is_some() || bounds.maximum.is_some() {
        let (minimum, maximum) = (bound(bounds.minimum), bound(bounds.maximum));
        checks.push(quote! { |value| bounds::between(value, #minimum, #maximum) });
    }
    if let Some(factor) = bounds.multiple_of {
        let check = match factor {
            Literal::Integer(_) => quote!(multiple_of),
            Literal::Float(_) => quote!(multiple_of_fraction),
        };
        let factor = literal(factor);
        checks.push(quote! { |value| bounds::#check(value, #factor) });
    }
    if bounds.min_length.is_some() || bounds.max_length.is_some() {
        let (minimum, maximum) = counts(bounds.min_length, bounds.max_length);
        checks.push(quote! { |value| bounds::length(value, #minimum, #maximum) });
    }
    if let Some(automaton) = &bounds.pattern {
        let constant = pattern(automaton, context);
        checks.push(quote! { |value| bounds::pattern(value, &#constant) });
    }
    if bounds.min_items.is_some() || bounds.max_items.is_some() {
        let (minimum, maximum) = counts(bounds.min_items, bounds.max_items);
        checks.push(quote! { |values| bounds::items(values, #minimum, #maximum) });
    }
    if bounds.unique_items {
        checks.push(quote! { bounds::unique });
    }
    if let Some(items) = &bounds.items {
        let each = match self::checks(items, context).as_slice() {
            [check] => check.clone(),
            checks => quote! { |value| Ok(value) #(.and_then(#checks))* },
        };
        checks.push(quote! { |values| bounds::each(values, #each) });
    }
    checks
}

/// The same as data.
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
        let (minimum, maximum) = counts(minimum, maximum);
        quote! { (#minimum, #maximum) }
    };
    let has_length = bounds.min_length.is_some() || bounds.max_length.is_some();
    let has_items = bounds.min_items.is_some() || bounds.max_items.is_some();
    let said: Vec<TokenStream> = [
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
    quote! { bounds::Bounds { #(#said)* ..bounds::Bounds::NONE } }
}

/// A number as a literal with a fraction.
fn float(value: Literal) -> TokenStream {
    match value {
        Literal::Integer(value) => format!("{value}.0").parse().unwrap_or_default(),
        Literal::Float(_) => literal(value),
    }
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

/// The patterns of all parameters, by their text.
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
                found.entry(automaton.source.as_str()).or_insert(automaton);
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

fn counts(minimum: Option<usize>, maximum: Option<usize>) -> (TokenStream, TokenStream) {
    let minimum = RustLiteral::usize_unsuffixed(minimum.unwrap_or(0));
    let maximum = match maximum {
        Some(maximum) => {
            let maximum = RustLiteral::usize_unsuffixed(maximum);
            quote!(#maximum)
        }
        None => quote!(usize::MAX),
    };
    (quote!(#minimum), maximum)
}

fn bound(bound: Option<Bound>) -> TokenStream {
    match bound {
        None => quote!(Bound::Unbounded),
        Some(Bound { value, exclusive }) => {
            let value = literal(value);
            if exclusive {
                quote!(Bound::Excluded(#value))
            } else {
                quote!(Bound::Included(#value))
            }
        }
    }
}

fn literal(value: Literal) -> TokenStream {
    match value {
        Literal::Integer(value) => {
            let value = RustLiteral::i64_unsuffixed(value);
            quote!(#value)
        }
        // As it is written for people, so that it is not hundreds of digits.
        Literal::Float(_) => {
            let mut text = value.to_string();
            if !text.contains(['.', 'e']) {
                text.push_str(".0");
            }
            text.parse().unwrap_or_default()
        }
    }
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
