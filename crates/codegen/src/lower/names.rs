//! The Rust names of schemas.

use std::collections::HashMap;

use ittybit_spec::pointer;

use super::report::Report;
use crate::name;

/// The type for times, which the client crate re-exports from the runtime.
pub(crate) const TIMESTAMP: &str = "Timestamp";

/// The place of a schema in the document, and the name for its type if it needs one.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub at: String,
    pub name: String,
}

impl Place {
    pub(super) fn new(at: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            name: name.into(),
        }
    }

    /// The place of a schema within this one.
    pub(super) fn inner(&self, at: impl Into<String>, name: &str) -> Self {
        Self {
            at: at.into(),
            name: name::type_name(&format!("{}-{name}", self.name)),
        }
    }
}

/// The name of an inline schema: after the operation, or after the component that operations share.
pub(super) fn place_name(at: &str, builder: &str, of_operation: &str, of_component: &str) -> String {
    match pointer::parse(at).as_deref() {
        Some([root, _, component]) if root == "components" => name::type_name(&format!("{component}-{of_component}")),
        _ => name::type_name(&format!("{builder}-{of_operation}")),
    }
}

/// The names of types that are taken.
#[derive(Default)]
pub(super) struct Names {
    /// For each type, the place in the document that it comes from.
    pub(super) places: HashMap<String, String>,
    /// The names of the component schemas.
    pub(super) components: HashMap<String, String>,
    /// The names of inline schemas, by place.
    inline: HashMap<String, String>,
    suffixes: Suffixes,
}

impl Names {
    /// The place of a component, with its Rust name.
    pub(super) fn component(&self, name: &str) -> Place {
        let rust = self.components.get(name).cloned();
        let rust = rust.unwrap_or_else(|| name::type_name(name));
        Place::new(pointer::join("/components/schemas", [name]), rust)
    }

    /// Takes the name itself, or with the shortest suffix that makes it unique.
    pub(super) fn take(&mut self, wanted: &str, at: &str) -> String {
        let is_reserved = |name: &str| name::is_reserved_type(name) || name == TIMESTAMP;
        let wanted = match is_reserved(wanted) {
            true => format!("{wanted}Value"),
            false => wanted.to_owned(),
        };
        let is_taken = |name: &str| is_reserved(name) || self.places.contains_key(name);
        let name = self.suffixes.free(&wanted, "", is_taken);
        self.places.insert(name.clone(), at.to_owned());
        name
    }

    /// Takes a name, and notes if it is another one than that of its place.
    pub(super) fn take_noted(&mut self, wanted: &str, at: &str, report: &mut Report) -> String {
        let name = self.take(wanted, at);
        if name != wanted {
            let message = format!("the name `{wanted}` is taken: the Rust type is `{name}`");
            report.note(at, "name-taken", message);
        }
        name
    }

    /// The place of an inline schema with its Rust name, and whether it still has to be defined. A place can be
    /// visited again through an `allOf` or a shared parameter. It keeps its name then, because it is the same type.
    pub(super) fn inline_place(&mut self, place: &Place, report: &mut Report) -> (Place, bool) {
        let Place { at, name: wanted } = place;
        if let Some(name) = self.inline.get(at) {
            return (Place::new(at, name), false);
        }
        let name = self.take_noted(wanted, at, report);
        self.inline.insert(at.clone(), name.clone());
        (Place::new(at, name), true)
    }
}

/// For each name that was taken, the next number to try as a suffix. Without it, naming many schemas alike would
/// take quadratic time.
#[derive(Default)]
pub(super) struct Suffixes(HashMap<String, usize>);

impl Suffixes {
    /// The name itself, or with the first number as a suffix that makes it unique. A name that is taken stays taken.
    pub(super) fn free(&mut self, wanted: &str, separator: &str, is_taken: impl Fn(&str) -> bool) -> String {
        if !is_taken(wanted) {
            return wanted.to_owned();
        }
        // Progenitor would rename `self__2` to `self_2`.
        let stem = wanted.trim_end_matches('_');
        let next = self.0.entry(stem.to_owned()).or_insert(2);
        loop {
            let name = format!("{stem}{separator}{next}");
            if !is_taken(&name) {
                return name;
            }
            *next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_name_is_tried_once() {
        let (mut suffixes, mut taken, tried) = (Suffixes::default(), HashSet::new(), Cell::new(0));
        for _ in 0..1_000 {
            let name = suffixes.free("name", "_", |name| {
                tried.set(tried.get() + 1);
                taken.contains(name)
            });
            taken.insert(name);
        }
        assert!(taken.contains("name") && taken.contains("name_1000"));
        assert!(tried.get() < 4_000, "{}", tried.get());
        assert_eq!(suffixes.free("type_", "_", |name| name == "type_"), "type_2");
    }
}
