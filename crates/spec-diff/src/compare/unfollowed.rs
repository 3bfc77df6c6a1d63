//! References that no rule has followed.
//!
//! The rules follow references from the paths to the schemas. A component behind a reference that no rule has
//! followed is used in an unknown direction, so any change of it, and of all that it refers to, may break a
//! caller.

use std::collections::HashSet;

use ittybit_spec::{Entry, Node, Value, pointer};
use rustc_hash::{FxHashMap, FxHashSet};

use super::pending::{Holder, Pending, Subject};
use super::side::{Side, component_name};
use super::walk::Walk;
use crate::locate::address;
use crate::rule::{self, Site};

impl<'d> Walk<'d> {
    /// Compares the component schemas that both documents use behind a reference that no rule has followed.
    pub(super) fn unfollowed(&mut self) {
        let old = self.used_unfollowed(self.old);
        let new = self.used_unfollowed(self.new);
        let schema = |side: &Side<'d>, name: &str| side.document.get("/components/schemas")?.get(name);
        let mut names: Vec<&'d str> = old.intersection(&new).copied().collect();
        names.sort_unstable();
        for name in names {
            let (Some(old), Some(new)) = (schema(self.old, name), schema(self.new, name)) else {
                continue;
            };
            for site in [Site::RequestProperty, Site::ResponseProperty] {
                let subject = format!("the schema `{name}`, which is used where no rule applies,");
                self.pending.push_back(Pending {
                    holder: Holder::Component,
                    override_rule: Some(rule::UNCLASSIFIED),
                    ..Pending::new((old, new), site, Subject::new(&subject))
                });
            }
        }
        self.schemas();
    }

    /// The names of the component schemas that are reached by a reference that was not followed, also where it leads
    /// to a part of one. A reference without a known target, such as to an `$anchor`, may lead to each of them.
    fn used_unfollowed(&self, side: &Side<'d>) -> HashSet<&'d str> {
        let schemas = side.schemas();
        let names: FxHashMap<usize, &'d str> = schemas
            .iter()
            .map(|entry| (address(entry.value()), entry.key()))
            .collect();
        let all: HashSet<&'d str> = schemas.iter().map(Entry::key).collect();
        let mut found = HashSet::new();
        let mut chained: FxHashSet<usize> = FxHashSet::default();
        let mut seen: FxHashSet<(usize, bool)> = FxHashSet::default();
        let roots = side.root().as_object().unwrap_or_default().iter();
        // A node, and whether a reference on the path to it was not followed by a rule.
        let mut open: Vec<(&'d Node, bool)> = roots
            .filter(|member| member.key() != "components")
            .map(|member| (member.value(), false))
            .collect();
        while let Some((node, unfollowed)) = open.pop() {
            if !seen.insert((address(node), unfollowed)) {
                continue;
            }
            if unfollowed && let Some(name) = names.get(&address(node)) {
                found.insert(*name);
            }
            let Some(members) = node.as_object() else {
                if let Value::Array(items) = node.value() {
                    open.extend(items.iter().map(|item| (item, unfollowed)));
                }
                continue;
            };
            if node.get("$dynamicRef").and_then(Node::as_str).is_some() {
                return all;
            }
            if let Some((reference, text)) = node.get("$ref").and_then(|node| Some((node, node.as_str()?))) {
                let Some(target) = side.references.resolve(node) else {
                    return all;
                };
                // In a chain of references, except between schemas, only the first one is marked as followed.
                let followed = self.compared_nodes.contains(&address(reference)) || chained.contains(&address(node));
                let step = side.references.step(node).unwrap_or(target);
                if followed {
                    chained.insert(address(step));
                }
                if let Some(name) = component_of(text).filter(|_| unfollowed || !followed) {
                    match all.get(name.as_str()) {
                        Some(name) => found.insert(*name),
                        None => return all,
                    };
                }
                open.extend([target, step].map(|target| (target, unfollowed || !followed)));
            }
            let mapping = node
                .get("discriminator")
                .and_then(|discriminator| discriminator.get("mapping"));
            for entry in mapping.and_then(Node::as_object).unwrap_or_default() {
                let unfollowed = unfollowed || !self.compared_nodes.contains(&address(entry.value()));
                let name = component_name(entry.value().as_str().unwrap_or_default());
                open.extend(
                    schemas
                        .iter()
                        .find(|schema| schema.key() == name)
                        .map(|schema| (schema.value(), unfollowed)),
                );
            }
            let kinds = side.subtypes.get(&address(node)).into_iter().flatten();
            open.extend(kinds.map(|(_, kind)| (*kind, unfollowed)));
            open.extend(members.iter().map(|member| (member.value(), unfollowed)));
        }
        found
    }
}

/// The name of the component schema that a reference leads to, or into.
fn component_of(reference: &str) -> Option<String> {
    let mut tokens = pointer::parse(reference.split_once('#')?.1)?.into_iter();
    let is_schema = tokens.next()? == "components" && tokens.next()? == "schemas";
    tokens.next().filter(|_| is_schema)
}
