//! What the names in generated code stand for.

use indexmap::IndexMap;
use proc_macro2::TokenStream;
use syn::visit_mut::{self, VisitMut};
use syn::{Item, Type};

use super::{find_struct, paths};
use crate::model::{Field, Model};
use crate::pattern::Automaton;

/// Everything that a name can stand for.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub model: &'a Model,
    /// Progenitor's module `types`.
    pub types: &'a [Item],
    pub crate_name: &'a str,
    pub patterns: &'a IndexMap<&'a str, &'a Automaton>,
}

impl<'a> Context<'a> {
    /// The type that an alias stands for.
    pub(crate) fn resolved(self, ty: &Type) -> Type {
        let alias = name_of(ty).and_then(|name| self.model.aliases.get(&name));
        match alias.and_then(|alias| syn::parse2(alias.target.clone()).ok()) {
            Some(target) => self.resolved(&target),
            None => ty.clone(),
        }
    }

    /// A type of the model, as code outside of the module `types` writes it: with no aliases.
    pub(crate) fn outside(self, ty: &TokenStream) -> Result<Type, syn::Error> {
        let mut ty: Type = syn::parse2(ty.clone())?;
        WithoutAliases(self).visit_type_mut(&mut ty);
        paths::OutsideTypes.visit_type_mut(&mut ty);
        Ok(ty)
    }

    /// The fields of a struct: the name in Rust, what the document says, whether it is optional, and
    /// the type without `Option` and `Box`. None, where there is no such struct.
    pub(crate) fn fields(self, name: &str) -> impl Iterator<Item = (&'a String, &'a Field, bool, &'a Type)> {
        let known = self.model.structs.get(name).zip(find_struct(self.types, name).ok());
        known.into_iter().flat_map(|(model, definition)| {
            model.fields.iter().filter_map(|(rust, field)| {
                let is_it = |field: &&syn::Field| field.ident.as_ref().is_some_and(|ident| ident == rust);
                let (optional, _, ty) = paths::unwrapped(&definition.fields.iter().find(is_it)?.ty);
                Some((rust, field, optional, ty))
            })
        })
    }
}

struct WithoutAliases<'a>(Context<'a>);

impl VisitMut for WithoutAliases<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        *ty = self.0.resolved(ty);
        visit_mut::visit_type_mut(self, ty);
    }
}

/// The name of a type without arguments, as it stands or in the module `types`.
pub(crate) fn name_of(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let segments = &path.path.segments;
    let is_own = segments.len() == 1 || segments.len() == 2 && segments[0].ident == "types";
    let last = segments.last().filter(|last| is_own && last.arguments.is_none())?;
    Some(last.ident.to_string())
}
