//! Shortens paths: progenitor writes `::std::option::Option`, the client has `Option`.

use syn::visit_mut::{self, VisitMut};
use syn::{Path, PathSegment, Type};

/// Names of the standard library that need no path, because no type of the document may have them.
const PRELUDE: [&str; 5] = ["Box", "Option", "Result", "String", "Vec"];

pub(crate) struct Shorten;

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let first = path.segments.first().map(|segment| segment.ident.to_string());
        let last = path.segments.last().map(|segment| segment.ident.to_string());
        if let (Some("std"), Some(last)) = (first.as_deref(), &last)
            && PRELUDE.contains(&last.as_str())
        {
            keep_last(path);
        }
        path.leading_colon = None;
    }
}

/// Replaces `types::Task` by `Task`.
pub(crate) struct WithinTypes;

impl VisitMut for WithinTypes {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.segments.len() == 2 && path.segments[0].ident == "types" {
            keep_last(path);
        }
    }
}

/// Replaces names of the document's types as they are in the module `types`, such as `Task`, by `types::Task`.
pub(crate) struct OutsideTypes;

impl VisitMut for OutsideTypes {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let is_foreign = |name: &str| {
            !PRELUDE.contains(&name) && name != "Timestamp" && name.starts_with(|first: char| !first.is_lowercase())
        };
        if path.segments.len() == 1 && is_foreign(&path.segments[0].ident.to_string()) {
            let last = path.segments[0].clone();
            let types: PathSegment = syn::parse_quote!(types);
            path.segments = [types, last].into_iter().collect();
        }
    }
}

fn keep_last(path: &mut Path) {
    if let Some(last) = path.segments.last().cloned() {
        path.segments = std::iter::once(last).collect();
    }
}

/// The last argument of a type of the standard library: `T` of `Name<T>`, `V` of `Name<K, V>`.
pub(crate) fn argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.last()? {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Whether a type is the plain path `name`.
pub(crate) fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

/// The type of a field without `Option` and `Box`, and whether it is in an `Option` and in a `Box`.
pub(crate) fn unwrapped(ty: &Type) -> (bool, bool, &Type) {
    let (optional, ty) = match argument(ty, "Option") {
        Some(inner) => (true, inner),
        None => (false, ty),
    };
    match argument(ty, "Box") {
        Some(inner) => (optional, true, inner),
        None => (optional, false, ty),
    }
}
