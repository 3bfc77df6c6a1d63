//! Constants for what several operations have in common. Many documents give every operation the same parameters and
//! tags, each with its whole description.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::name;

/// Shorter code is repeated: it is easier to read than the name of a constant.
const SHORT: usize = 80;

/// A parameter or the tags of an operation, as code.
pub(crate) struct Shareable {
    /// `PARAMETER_LIMIT`: what its constant is called, if no other has the name.
    name: String,
    ty: TokenStream,
    code: TokenStream,
    /// The code as text, to find what is equal.
    text: String,
}

impl Shareable {
    pub(crate) fn parameter(name: &str, code: TokenStream) -> Self {
        Self::new(format!("parameter_{}", name::field_name(name)), quote!(Parameter), code)
    }

    /// `first` is the name of the first tag.
    pub(crate) fn tags(first: &str, code: TokenStream) -> Self {
        Self::new(
            format!("tags_{}", name::field_name(first)),
            quote!(&[(&str, &str)]),
            code,
        )
    }

    fn new(name: String, ty: TokenStream, code: TokenStream) -> Self {
        Self {
            name: name.to_uppercase(),
            ty,
            text: code.to_string(),
            code,
        }
    }
}

/// What is a constant, by its text.
pub(crate) struct Shared<'a> {
    names: HashMap<&'a str, Ident>,
    /// The constants, in the order in which they are used first.
    pub(crate) constants: Vec<TokenStream>,
}

impl<'a> Shared<'a> {
    /// Finds what occurs more than once.
    pub(crate) fn of(all: impl Iterator<Item = &'a Shareable> + Clone) -> Self {
        let mut count: HashMap<&str, usize> = HashMap::new();
        for item in all.clone() {
            *count.entry(&item.text).or_default() += 1;
        }
        let mut shared = Self {
            names: HashMap::new(),
            constants: Vec::new(),
        };
        let mut taken = HashSet::new();
        // The last suffix of constants of the same name.
        let mut suffixes: HashMap<&str, usize> = HashMap::new();
        for item in all {
            let Shareable { name, ty, code, text } = item;
            if text.len() <= SHORT || count[text.as_str()] < 2 || shared.names.contains_key(text.as_str()) {
                continue;
            }
            let mut unique = name.clone();
            while !taken.insert(unique.clone()) {
                let suffix = suffixes.entry(name).or_insert(1);
                *suffix += 1;
                unique = format!("{name}_{suffix}");
            }
            let ident = format_ident!("{unique}");
            shared.constants.push(quote! { const #ident: #ty = #code; });
            shared.names.insert(text, ident);
        }
        shared
    }

    /// The constant, or the code itself.
    pub(crate) fn code(&self, item: &Shareable) -> TokenStream {
        match self.names.get(item.text.as_str()) {
            Some(constant) => constant.to_token_stream(),
            None => item.code.clone(),
        }
    }
}
