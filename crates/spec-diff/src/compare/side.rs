//! One of the two documents, with all that is found in it once.

use ittybit_spec::{Document, Entry, Node};
use rustc_hash::FxHashMap;

use super::view::View;
use crate::locate::address;
use crate::reference::References;

/// For the address of a schema with a discriminator, the components that include it.
type Subtypes<'d> = FxHashMap<usize, Vec<(&'d str, &'d Node)>>;

/// One of the two documents.
pub(super) struct Side<'d> {
    pub(super) document: &'d Document,
    pub(super) references: References<'d>,
    /// For each schema with a discriminator the schemas that include it by `allOf`.
    pub(super) subtypes: Subtypes<'d>,
}

impl<'d> Side<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let references = References::new(document);
        Self {
            document,
            subtypes: subtypes(document, &references),
            references,
        }
    }

    pub(super) fn root(&self) -> &'d Node {
        self.document.root()
    }

    /// A schema with its references and `allOf`s resolved.
    pub(super) fn view(&self, parts: &[&'d Node]) -> View<'d> {
        View::of(&self.references, parts, false)
    }

    /// As [`view`](Self::view), where the only alternative of a `oneOf` or `anyOf` is a part like those of `allOf`.
    pub(super) fn folded(&self, parts: &[&'d Node]) -> View<'d> {
        View::of(&self.references, parts, true)
    }

    /// The component schemas.
    pub(super) fn schemas(&self) -> &'d [Entry] {
        schemas(self.document)
    }

    /// The components that a discriminator can select: those that its mapping names, and those that include the
    /// schema that has it.
    pub(super) fn selected(&self, view: &View<'d>) -> Vec<(&'d str, &'d Node)> {
        let implied = view.objects.iter().filter_map(|part| self.subtypes.get(&address(part)));
        let mut all: Vec<(&'d str, &'d Node)> = implied.flatten().copied().collect();
        let mapping = view
            .get("discriminator")
            .and_then(|discriminator| discriminator.get("mapping"));
        for entry in mapping.and_then(Node::as_object).unwrap_or_default() {
            let Some(name) = entry.value().as_str().map(component_name) else {
                continue;
            };
            let schemas = self.document.get("/components/schemas");
            let target = schemas.and_then(|schemas| schemas.entry(name));
            all.extend(target.map(|target| {
                let schema = self.references.resolve(target.value());
                (target.key(), schema.unwrap_or(target.value()))
            }));
        }
        all.sort_by_key(|(name, _)| *name);
        all.dedup_by_key(|(name, _)| *name);
        all
    }
}

fn schemas(document: &Document) -> &[Entry] {
    let schemas = document.get("/components/schemas");
    schemas.and_then(Node::as_object).unwrap_or_default()
}

/// Finds the components that include another one with a discriminator by `allOf`, directly or indirectly.
fn subtypes<'d>(document: &'d Document, references: &References<'d>) -> Subtypes<'d> {
    let mut subtypes = Subtypes::default();
    let schemas = schemas(document);
    let has_discriminator = |node: &Node| node.get("discriminator").is_some();
    if !schemas.iter().any(|entry| has_discriminator(entry.value())) {
        return subtypes;
    }
    for entry in schemas {
        let view = View::of(references, &[entry.value()], false);
        let bases = view
            .objects
            .iter()
            .filter(|part| has_discriminator(part) && !std::ptr::eq(**part, entry.value()));
        for base in bases {
            let known = subtypes.entry(address(base)).or_insert_with(Vec::new);
            known.push((entry.key(), entry.value()));
        }
    }
    subtypes
}

/// The name of the component that an entry of a mapping refers to.
pub(super) fn component_name(text: &str) -> &str {
    text.strip_prefix("#/components/schemas/").unwrap_or(text)
}
