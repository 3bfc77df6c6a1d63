//! Resolves names in generated code to their definitions.

use std::cell::RefCell;
use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};
use proc_macro2::TokenStream;
use syn::visit_mut::{self, VisitMut};
use syn::{Item, ItemStruct, Type};

use super::paths;
use crate::model::{Field, Model};
use crate::pattern::Automaton;

/// A struct in progenitor's code, with the types of its fields.
pub(crate) struct Definition<'a> {
    pub item: &'a ItemStruct,
    pub fields: HashMap<String, &'a Type>,
    /// The names of the fields that are not an `Option`.
    pub required: Vec<String>,
}

impl<'a> Definition<'a> {
    fn field<'m>(&self, rust: &'m String, field: &'m Field) -> Option<(&'m String, &'m Field, bool, &'a Type)> {
        let (optional, _, ty) = paths::unwrapped(self.fields.get(rust)?);
        Some((rust, field, optional, ty))
    }
}

/// The structs among items, by name.
pub(crate) fn definitions(items: &[Item]) -> HashMap<String, Definition<'_>> {
    let mut found = HashMap::new();
    for item in items {
        let Item::Struct(item) = item else { continue };
        let named = |field: &'_ syn::Field| field.ident.as_ref().map(ToString::to_string);
        let fields = item.fields.iter().filter_map(|field| Some((named(field)?, &field.ty)));
        let fields: HashMap<String, &Type> = fields.collect();
        let required = fields.iter().filter(|(_, ty)| paths::argument(ty, "Option").is_none());
        let required = required.map(|(name, _)| name.clone()).collect();
        found.insert(item.ident.to_string(), Definition { item, fields, required });
    }
    found
}

/// The error for a definition that is not there.
pub(crate) fn missing(what: &str) -> syn::Error {
    syn::Error::new(
        proc_macro2::Span::call_site(),
        format!("progenitor's code has no {what}"),
    )
}

/// Everything that a name can refer to.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub model: &'a Model,
    /// The structs of progenitor's module `types`.
    pub definitions: &'a HashMap<String, Definition<'a>>,
    pub crate_name: &'a str,
    pub patterns: &'a IndexMap<&'a str, &'a Automaton>,
    /// The enums whose values are a constant that parameters share.
    pub listed: &'a RefCell<IndexSet<String>>,
}

impl<'a> Context<'a> {
    /// The type behind an alias.
    pub(crate) fn resolved(self, ty: &Type) -> Type {
        let alias = name_of(ty).and_then(|name| self.model.aliases.get(&name));
        match alias.and_then(|alias| syn::parse2(alias.target.clone()).ok()) {
            Some(target) => self.resolved(&target),
            None => ty.clone(),
        }
    }

    /// A type of the model, as it is written outside of the module `types`, with aliases resolved.
    pub(crate) fn outside(self, ty: &TokenStream) -> Result<Type, syn::Error> {
        let mut ty: Type = syn::parse2(ty.clone())?;
        WithoutAliases(self).visit_type_mut(&mut ty);
        paths::OutsideTypes.visit_type_mut(&mut ty);
        Ok(ty)
    }

    /// The fields of a struct: the name in Rust, the field of the model, whether it is optional, and the type
    /// without `Option` and `Box`. Empty if there is no such struct.
    pub(crate) fn fields(self, name: &str) -> impl Iterator<Item = (&'a String, &'a Field, bool, &'a Type)> {
        let known = self.model.structs.get(name).zip(self.definitions.get(name));
        known.into_iter().flat_map(|(model, definition)| {
            let fields = model.fields.iter();
            fields.filter_map(|(rust, field)| definition.field(rust, field))
        })
    }

    /// The fields that are not optional. This does not iterate over the others: there may be thousands.
    pub(crate) fn required_fields(self, name: &str) -> Vec<(&'a String, &'a Field, bool, &'a Type)> {
        let Some((model, definition)) = self.model.structs.get(name).zip(self.definitions.get(name)) else {
            return Vec::new();
        };
        let required = definition.required.iter();
        let mut found: Vec<_> = required.filter_map(|rust| model.fields.get_full(rust)).collect();
        found.sort_by_key(|(index, ..)| *index);
        let field = |(_, rust, field)| definition.field(rust, field);
        found.into_iter().filter_map(field).collect()
    }
}

struct WithoutAliases<'a>(Context<'a>);

impl VisitMut for WithoutAliases<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        *ty = self.0.resolved(ty);
        visit_mut::visit_type_mut(self, ty);
    }
}

/// The name of a type without generic arguments, with or without the prefix `types::`.
pub(crate) fn name_of(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let segments = &path.path.segments;
    let is_own = segments.len() == 1 || segments.len() == 2 && segments[0].ident == "types";
    let last = segments.last().filter(|last| is_own && last.arguments.is_none())?;
    Some(last.ident.to_string())
}
