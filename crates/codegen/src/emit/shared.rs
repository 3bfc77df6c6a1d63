//! Constants for what several operations have in common. Many documents give every operation the same parameters and
//! tags, each with its whole description.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItemConst, Item, Lit};

use crate::name;

/// Shorter code is repeated: it is easier to read than the name of a constant.
const SHORT: usize = 80;

/// Replaces the equal parameters and tags of operations by constants, and adds these constants.
pub(crate) fn in_operations(builders: &mut Vec<Item>) -> Result<(), syn::Error> {
    let mut shared = Shared {
        count: HashMap::new(),
        constants: None,
    };
    shared.visit(builders);
    shared.constants = Some(Constants::default());
    shared.visit(builders);
    for (name, value, ty) in shared.constants.unwrap_or_default().by_text.into_values() {
        let ident = format_ident!("{name}");
        builders.push(syn::parse2(quote! { const #ident: #ty = #value; })?);
    }
    Ok(())
}

struct Shared {
    /// How often each is there, by its text.
    count: HashMap<String, usize>,
    /// `None` as long as they are counted.
    constants: Option<Constants>,
}

#[derive(Default)]
struct Constants {
    /// The name, the value and the type.
    by_text: IndexMap<String, (String, Expr, proc_macro2::TokenStream)>,
    names: HashSet<String>,
    /// The last suffix of constants of the same name.
    suffixes: HashMap<String, usize>,
}

impl Shared {
    fn visit(&mut self, builders: &mut [Item]) {
        for item in builders {
            self.visit_item_mut(item);
        }
    }

    fn shareable(&mut self, value: &mut Expr) {
        let Some((of, ty)) = kind(value) else { return };
        let text = value.to_token_stream().to_string();
        if text.len() <= SHORT {
            return;
        }
        let Some(constants) = &mut self.constants else {
            *self.count.entry(text).or_default() += 1;
            return;
        };
        if self.count.get(&text).is_none_or(|count| *count < 2) {
            return;
        }
        let Constants {
            by_text,
            names,
            suffixes,
        } = constants;
        let (name, ..) = by_text.entry(text).or_insert_with(|| {
            let first = of.to_uppercase();
            let mut name = first.clone();
            while !names.insert(name.clone()) {
                let count = suffixes.entry(first.clone()).or_insert(1);
                *count += 1;
                name = format!("{first}_{count}");
            }
            (name, value.clone(), ty)
        });
        let ident = format_ident!("{name}");
        *value = syn::parse_quote!(#ident);
    }
}

impl VisitMut for Shared {
    fn visit_impl_item_const_mut(&mut self, constant: &mut ImplItemConst) {
        if constant.ident == "OPERATION" {
            visit_mut::visit_impl_item_const_mut(self, constant);
        }
    }

    fn visit_expr_array_mut(&mut self, array: &mut syn::ExprArray) {
        array.elems.iter_mut().for_each(|value| self.shareable(value));
        visit_mut::visit_expr_array_mut(self, array);
    }

    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        match &field.member {
            syn::Member::Named(name) if name == "tags" => self.shareable(&mut field.expr),
            _ => visit_mut::visit_field_value_mut(self, field),
        }
    }

    // Functions have no constants of operations in them.
    fn visit_impl_item_fn_mut(&mut self, _: &mut syn::ImplItemFn) {}
}

/// The beginning of the constant's name, and its type, for a parameter or a tag.
fn kind(value: &Expr) -> Option<(String, proc_macro2::TokenStream)> {
    match value {
        Expr::Struct(value) if value.path.is_ident("Parameter") => {
            let Expr::Call(base) = value.rest.as_deref()? else {
                return None;
            };
            named("parameter", base.args.first()?, quote!(Parameter))
        }
        Expr::Call(call) => match call.func.as_ref() {
            Expr::Path(path) if path.path.segments.first()?.ident == "Parameter" => {
                named("parameter", call.args.first()?, quote!(Parameter))
            }
            _ => None,
        },
        Expr::Reference(tags) => match tags.expr.as_ref() {
            Expr::Array(tags) => match tags.elems.first()? {
                Expr::Tuple(tag) => named("tags", tag.elems.first()?, quote!(&[(&str, &str)])),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn named(kind: &str, name: &Expr, ty: proc_macro2::TokenStream) -> Option<(String, proc_macro2::TokenStream)> {
    match name {
        Expr::Lit(name) => match &name.lit {
            Lit::Str(name) => Some((format!("{kind}_{}", name::field_name(&name.value())), ty)),
            _ => None,
        },
        _ => None,
    }
}
