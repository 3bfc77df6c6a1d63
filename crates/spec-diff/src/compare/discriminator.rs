//! Discriminators: a schema with one represents all schemas that include it by `allOf`, or that its mapping names.

use ittybit_spec::{Document, Node};
use rustc_hash::FxHashMap;

use super::schema::{Comparison, Holder, Pending};
use super::view::View;
use super::{Member, address};
use crate::change::Kind;
use crate::reference::References;
use crate::rule;

/// For the address of a schema with a discriminator, the components that include it.
pub(super) type Subtypes<'d> = FxHashMap<usize, Vec<(&'d str, &'d Node)>>;

/// Finds the components that include another one with a discriminator by `allOf`, directly or indirectly.
pub(super) fn subtypes<'d>(document: &'d Document, references: &References<'d>) -> Subtypes<'d> {
    let mut subtypes = Subtypes::default();
    let schemas = document
        .get("/components/schemas")
        .and_then(Node::as_object)
        .unwrap_or_default();
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

/// The components that a discriminator can select: those that its mapping names, and those that include the
/// schema that has it.
pub(super) fn targets<'d>(
    document: &'d Document,
    references: &References<'d>,
    subtypes: &Subtypes<'d>,
    view: &View<'d>,
) -> Vec<(&'d str, &'d Node)> {
    let mut all: Vec<(&'d str, &'d Node)> = Vec::new();
    let implied = view
        .objects
        .iter()
        .filter_map(|part| subtypes.get(&address(part)))
        .flatten();
    all.extend(implied.copied());
    let mapping = view
        .get("discriminator")
        .and_then(|discriminator| discriminator.get("mapping"));
    for entry in mapping.and_then(Node::as_object).unwrap_or_default() {
        let Some(name) = entry.value().as_str().map(name) else {
            continue;
        };
        let target = document
            .get("/components/schemas")
            .and_then(|schemas| schemas.entry(name));
        all.extend(target.map(|target| {
            (
                target.key(),
                references.resolve(target.value()).unwrap_or(target.value()),
            )
        }));
    }
    all.sort_by_key(|(name, _)| *name);
    all.dedup_by_key(|(name, _)| *name);
    all
}

/// The name of the component that an entry of a mapping refers to.
fn name(text: &str) -> &str {
    text.strip_prefix("#/components/schemas/").unwrap_or(text)
}

impl<'d> Comparison<'_, 'd> {
    /// Compares two discriminators, and the schemas that they can select.
    pub(super) fn discriminator(&mut self) {
        let key = "discriminator";
        if !self.plain(key, |node| node.as_object().is_some()) {
            return;
        }
        let (Some(old), Some(new)) = (self.old.get(key), self.new.get(key)) else {
            return;
        };
        let what = format!("the discriminator of {}", self.at.subject);
        for member in self.walk.members(old, new, &what) {
            let mappings = [member.old, member.new].into_iter().flatten();
            match member.key {
                "propertyName" => {
                    let message = format!("the property of {what} {}", member.difference());
                    self.facet(&rule::DISCRIMINATOR_PROPERTY_CHANGED, &member, message);
                }
                "mapping" if mappings.clone().all(|node| node.as_object().is_some()) => self.mapping(&member, &what),
                _ => self.walk.unclassified(&member, &what),
            }
        }
        let targets = (
            targets(
                self.walk.old,
                &self.walk.old_references,
                &self.walk.subtypes.0,
                self.old,
            ),
            targets(
                self.walk.new,
                &self.walk.new_references,
                &self.walk.subtypes.1,
                self.new,
            ),
        );
        for (name, old) in targets.0 {
            if let Some((_, new)) = targets.1.iter().find(|(other, _)| *other == name) {
                let subject = self.at.subject.property(&format!("the kind {name}"));
                let inner = self.inner(vec![old], vec![*new], subject, Holder::Value);
                self.walk.pending.push_back(Pending {
                    site: self.at.site,
                    ..inner
                });
            }
        }
    }

    fn mapping(&mut self, mapping: &Member<'d>, what: &str) {
        for node in [mapping.old, mapping.new].into_iter().flatten() {
            self.walk.see(node);
        }
        let entries = |node: Option<&'d Node>| node.and_then(Node::as_object).unwrap_or_default();
        let of = |node: Option<&'d Node>, key: &str| node.and_then(|node| node.get(key));
        let added = entries(mapping.new)
            .iter()
            .filter(|entry| of(mapping.old, entry.key()).is_none());
        for entry in entries(mapping.old).iter().chain(added) {
            let member = Member {
                key: entry.key(),
                old: of(mapping.old, entry.key()),
                new: of(mapping.new, entry.key()),
                within: mapping.places(),
            };
            let target = |node: Option<&'d Node>| node.and_then(Node::as_str).map(name);
            let message = format!("`{}` in the mapping of {what} {}", entry.key(), member.difference());
            let facet = match member.kind() {
                Kind::Added => &rule::DISCRIMINATOR_MAPPING_ADDED,
                Kind::Removed => &rule::DISCRIMINATOR_MAPPING_REMOVED,
                Kind::Changed if target(member.old) == target(member.new) => {
                    self.walk.leaf(rule::WRITTEN_OTHERWISE, &member, || message);
                    continue;
                }
                Kind::Changed => &rule::DISCRIMINATOR_MAPPING_CHANGED,
            };
            self.facet(facet, &member, message);
        }
    }
}
