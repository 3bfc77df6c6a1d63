//! Components: those that no operation uses, and those that were added, removed or renamed.

use std::collections::HashMap;

use indexmap::IndexMap;
use ittybit_spec::Node;

use super::pending::{Holder, Pending, Subject};
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::json;
use crate::locate::address;
use crate::rule::{self, Site};

/// The kinds of components. No rule covers any other member of `components`.
const KINDS: [&str; 10] = [
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
];

type Named<'d> = IndexMap<&'d str, &'d Node>;

impl<'d> Walk<'d> {
    /// Compares the components that no operation uses.
    pub(super) fn components(&mut self) {
        let of = |root: &'d Node| root.get("components");
        let (old, new) = (of(self.old.root()), of(self.new.root()));
        let kinds = |components: Option<&'d Node>| components.and_then(Node::as_object).unwrap_or_default();
        let added = kinds(new)
            .iter()
            .filter(|kind| old.is_none_or(|old| old.get(kind.key()).is_none()));
        let all: Vec<&'d str> = kinds(old).iter().chain(added).map(|kind| kind.key()).collect();
        for node in [old, new]
            .into_iter()
            .flatten()
            .filter(|node| node.as_object().is_some())
        {
            self.see(node);
        }
        let parents = (old.unwrap_or(self.old.root()), new.unwrap_or(self.new.root()));
        for kind in all {
            let node = |components: Option<&'d Node>| components.and_then(|components| components.get(kind));
            let (old, new) = (node(old), node(new));
            let is_known = KINDS.contains(&kind);
            if !is_known || [old, new].into_iter().flatten().any(|node| node.as_object().is_none()) {
                // The sweep reports its differences.
                continue;
            }
            for node in [old, new].into_iter().flatten() {
                self.see(node);
            }
            let (old_named, new_named) = (named(old), named(new));
            let within = (old.unwrap_or(parents.0), new.unwrap_or(parents.1));
            let added = new_named.keys().filter(|name| !old_named.contains_key(*name));
            let names: Vec<&'d str> = old_named.keys().chain(added).copied().collect();
            for name in names {
                let member = Member {
                    key: name,
                    old: old_named.get(name).copied(),
                    new: new_named.get(name).copied(),
                    within,
                };
                self.component(kind, &member);
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
            ("schemas", ..) => {}
            (_, Some(_), Some(_)) => {}
            (_, old, new) => {
                let Some(node) = old.or(new) else { return };
                if self.seen.contains(&address(node)) {
                    return;
                }
                let (rule, verb) = match member.kind() {
                    Kind::Added => (rule::COMPONENT_ADDED, "added"),
                    _ => (rule::COMPONENT_REMOVED, "removed"),
                };
                let message = || format!("`{name}` of the components' `{kind}` was {verb}");
                self.leaf(rule, member, message);
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
        let mut removed: Named<'d> = old
            .iter()
            .filter(|(name, _)| !new.contains_key(*name))
            .map(pair)
            .collect();
        let mut added: Named<'d> = new
            .iter()
            .filter(|(name, _)| !old.contains_key(*name))
            .map(pair)
            .collect();

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
            self.lone_schema(old_node);
            self.lone_schema(new_node);
        }
        for (name, node) in removed {
            self.lone_schema(node);
            let message = format!("the schema `{name}` was removed");
            self.report(rule::SCHEMA_REMOVED, Kind::Removed, (node, within.1), message);
        }
        for (name, node) in added {
            self.lone_schema(node);
            let message = format!("the schema `{name}` was added");
            self.report(rule::SCHEMA_ADDED, Kind::Added, (within.0, node), message);
        }
    }

    /// Marks a schema without a counterpart as compared, unless it was compared elsewhere.
    fn lone_schema(&mut self, node: &'d Node) {
        if !self.seen.contains(&address(node)) {
            self.settle(Some(node));
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

fn pair<'d>((name, node): (&&'d str, &&'d Node)) -> (&'d str, &'d Node) {
    (name, node)
}
