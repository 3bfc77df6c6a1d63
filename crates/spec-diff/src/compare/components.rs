//! Components: those that no operation uses, and those that were added, removed or renamed.

use std::collections::HashMap;

use indexmap::IndexMap;
use ittybit_spec::{Node, is_component_kind};

use super::pending::{Holder, Pending, Subject};
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::json;
use crate::locate::address;
use crate::rule::{self, Site};

type Named<'d> = IndexMap<&'d str, &'d Node>;

impl<'d> Walk<'d> {
    /// Compares the components that no operation uses.
    pub(super) fn components(&mut self) {
        let all = Member::named("components", (self.old.root(), self.new.root()));
        for node in [all.old, all.new].into_iter().flatten() {
            if node.as_object().is_some() {
                self.mark_visited(node);
            }
        }
        for kind in all.parts() {
            // The sweep reports the differences of others.
            if is_component_kind(kind.key) && kind.is_map() {
                for member in self.entries(&kind) {
                    self.component(kind.key, &member);
                }
            }
        }
    }

    fn component(&mut self, kind: &str, member: &Member<'d>) {
        let name = member.key;
        match (kind, member.old, member.new) {
            ("securitySchemes", ..) => self.security_scheme(member),
            ("examples", ..) => {
                let message = || format!("the example `{name}` {}", member.difference());
                self.leaf(rule::EXAMPLE_CHANGED, member, message);
            }
            ("schemas", Some(old), Some(new)) => {
                // Compared already, unless it is only a part of other schemas.
                let subject = Subject::new(&format!("the schema `{name}`"));
                self.pending.push_back(Pending {
                    holder: Holder::Component,
                    ..Pending::new((old, new), Site::Schema, subject)
                });
            }
            ("schemas", ..) | (_, Some(_), Some(_)) => {}
            (_, old, new)
                if old
                    .or(new)
                    .is_some_and(|node| self.visited_nodes.contains(&address(node))) => {}
            _ => {
                let what = format!("`{name}` of the components' `{kind}`");
                self.both(member, &what, [rule::COMPONENT_ADDED, rule::COMPONENT_REMOVED]);
            }
        }
    }

    /// Reports the component schemas that were added, removed or renamed.
    pub(super) fn names(&mut self) {
        let schemas = |root: &'d Node| root.get("components").and_then(|components| components.get("schemas"));
        let root = (self.old.root(), self.new.root());
        let (old, new) = (schemas(root.0), schemas(root.1));
        let within = (old.unwrap_or(root.0), new.unwrap_or(root.1));
        let (old, new) = (named(old), named(new));
        let unpaired = |these: &Named<'d>, those: &Named<'d>| -> Named<'d> {
            let all = these.iter().map(|(name, node)| (*name, *node));
            all.filter(|(name, _)| !those.contains_key(name)).collect()
        };
        let (mut removed, mut added) = (unpaired(&old, &new), unpaired(&new, &old));

        let mut candidates: Vec<(&'d str, &'d str)> = std::mem::take(&mut self.linked).into_iter().collect();
        candidates.extend(self.same_schemas(&removed, &added));
        for (old, new) in candidates {
            let (Some(old_node), Some(new_node)) = (removed.get(old).copied(), added.get(new).copied()) else {
                continue;
            };
            removed.shift_remove(old);
            added.shift_remove(new);
            let message = format!("the schema `{old}` was renamed to `{new}`");
            self.report(rule::SCHEMA_RENAMED, Kind::Changed, (old_node, new_node), message);
            self.unpaired_schema(old_node);
            self.unpaired_schema(new_node);
        }
        for (name, node) in removed {
            self.unpaired_schema(node);
            let message = format!("the schema `{name}` was removed");
            self.report(rule::SCHEMA_REMOVED, Kind::Removed, (node, within.1), message);
        }
        for (name, node) in added {
            self.unpaired_schema(node);
            let message = format!("the schema `{name}` was added");
            self.report(rule::SCHEMA_ADDED, Kind::Added, (within.0, node), message);
        }
    }

    /// Marks a schema without a counterpart as compared, unless it was compared elsewhere.
    fn unpaired_schema(&mut self, node: &'d Node) {
        if !self.visited_nodes.contains(&address(node)) {
            self.mark_compared(Some(node));
        }
    }

    /// Pairs of schemas with the same content and different names that are not used at the same place.
    fn same_schemas(&self, removed: &Named<'d>, added: &Named<'d>) -> Vec<(&'d str, &'d str)> {
        let mut by_text: HashMap<String, Vec<&'d str>> = HashMap::new();
        for (name, node) in added.iter().rev() {
            by_text.entry(json::canonical(node)).or_default().push(name);
        }
        removed
            .iter()
            .filter_map(|(name, node)| Some((*name, by_text.get_mut(&json::canonical(node))?.pop()?)))
            .collect()
    }
}

fn named(kind: Option<&Node>) -> Named<'_> {
    let entries = kind.and_then(Node::as_object).unwrap_or_default();
    entries.iter().map(|entry| (entry.key(), entry.value())).collect()
}
