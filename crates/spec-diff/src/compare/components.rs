//! Components, and the names that they give to Rust types.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;
use ittybit_spec::Node;

use super::schema::{Form, Holder, Pending, Subject};
use super::view::View;
use super::{Member, Walk, address};
use crate::change::{Bump, Kind};
use crate::json;
use crate::rule::{self, Site};
use crate::rust_type::{RustType, type_name};

/// The type that the client crate has for times; a component of this name makes none.
const TIMESTAMP: &str = "Timestamp";

/// What components there are; anything else under `components` is no rule's.
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

/// What the walk learns about names.
#[derive(Default)]
pub(super) struct Names<'d> {
    /// Rust types of schemas that have no name in the document.
    old_inline: HashSet<String>,
    new_inline: HashSet<String>,
    /// Rust types that have other names where they are used.
    renamed: IndexMap<(String, String), Use<'d>>,
    /// Components that stand in each other's place.
    linked: IndexMap<(&'d str, &'d str), ()>,
}

/// The first use of a type.
struct Use<'d> {
    components: (Option<&'d str>, Option<&'d str>),
    nodes: (&'d Node, &'d Node),
    subject: String,
    operation: Option<Rc<str>>,
}

impl<'d> Names<'d> {
    /// Notes one use of a schema.
    pub(super) fn used(
        &mut self,
        components: (Option<&'d str>, Option<&'d str>),
        types: &(RustType, RustType),
        nodes: (&'d Node, &'d Node),
        subject: &str,
        operation: Option<Rc<str>>,
    ) {
        let names = (types.0.name(), types.1.name());
        if let (None, Some(name)) = (components.0, names.0) {
            self.old_inline.insert(name.to_owned());
        }
        if let (None, Some(name)) = (components.1, names.1) {
            self.new_inline.insert(name.to_owned());
        }
        if let (Some(old), Some(new)) = components
            && old != new
        {
            self.linked.insert((old, new), ());
        }
        if let (Some(old), Some(new)) = names
            && old != new
            && types.0.alike(&types.1)
        {
            self.renamed
                .entry((old.to_owned(), new.to_owned()))
                .or_insert_with(|| Use {
                    components,
                    nodes,
                    subject: subject.to_owned(),
                    operation,
                });
        }
    }
}

type Named<'d> = IndexMap<&'d str, &'d Node>;

impl<'d> Walk<'d> {
    /// The components that no operation has led to.
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
                // Left to the sweep.
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
                let message = || format!("the example `{name}` {}", member.told());
                self.leaf(rule::EXAMPLE_CHANGED, member, message, Bump::Patch);
            }
            ("schemas", Some(old), Some(new)) => {
                // Compared already, unless it is only ever a part of others.
                let rust = type_name(name);
                self.pending.push_back(Pending {
                    old: vec![old],
                    new: vec![new],
                    site: Site::Schema,
                    subject: Subject::new(&format!("the schema `{name}`")),
                    operation: None,
                    generated: true,
                    names: (rust.clone(), rust),
                    holder: Holder::Component,
                    sent_only: (self.sent_only.0.contains(name), self.sent_only.1.contains(name)),
                    form: Form::Json,
                    guard: None,
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
                self.leaf(rule, member, message, Bump::Patch);
            }
        }
    }

    /// Component schemas that came, went or have another name.
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

        for (name, old_node) in &old {
            if let Some(new_node) = new.get(name) {
                self.extra_fields(name, (old_node, new_node));
            }
        }
        let names = std::mem::take(&mut self.names);
        let mut candidates: Vec<(&'d str, &'d str)> = names.linked.keys().copied().collect();
        candidates.extend(self.alike(&removed, &added));
        let mut renamed: HashSet<(&str, &str)> = HashSet::new();
        for (old, new) in candidates {
            let (Some(old_node), Some(new_node)) = (removed.get(old).copied(), added.get(new).copied()) else {
                continue;
            };
            removed.shift_remove(old);
            added.shift_remove(new);
            renamed.insert((old, new));
            let (old_type, new_type) = (type_name(old), type_name(new));
            let rust = if old_type == new_type { Bump::Patch } else { Bump::Major };
            let ty = match rust {
                Bump::Patch => format!("the Rust type is still `{new_type}`"),
                _ => format!("the Rust type was `{old_type}` and is `{new_type}`"),
            };
            let message = format!("the schema `{old}` is called `{new}` now; {ty}");
            let places = (old_node, new_node);
            self.report(rule::SCHEMA_RENAMED, Kind::Changed, places, message, rust);
            for node in [old_node, new_node] {
                if !self.seen.contains(&address(node)) {
                    self.settle(Some(node));
                }
            }
        }
        for ((old_type, new_type), used) in names.renamed {
            if let (Some(old), Some(new)) = used.components
                && renamed.contains(&(old, new))
            {
                continue;
            }
            // An inline schema that moved to the components, or back.
            match used.components {
                (None, Some(new)) => added.shift_remove(new),
                (Some(old), None) => removed.shift_remove(old),
                _ => None,
            };
            let message = format!(
                "the Rust type of {} is `{new_type}` now, and was `{old_type}`",
                used.subject
            );
            self.operation = used.operation;
            self.report(rule::RUST_TYPE_RENAMED, Kind::Changed, used.nodes, message, Bump::Major);
        }
        self.operation = None;
        for (name, node) in removed {
            let rust = type_name(name);
            // The schema stands where it is used now, and its type has the same name.
            if names.new_inline.contains(&rust) {
                continue;
            }
            let (bump, ty) = match rust == TIMESTAMP {
                true => (Bump::Patch, "which is a type of the client itself"),
                false => (Bump::Major, "and so was the Rust type"),
            };
            let message = format!("the schema `{name}` was removed, {ty}");
            let places = (node, within.1);
            self.lone_schema(node);
            self.report(rule::SCHEMA_REMOVED, Kind::Removed, places, message, bump);
        }
        for (name, node) in added {
            let rust = type_name(name);
            if names.old_inline.contains(&rust) {
                continue;
            }
            let (bump, ty) = match rust == TIMESTAMP {
                true => (Bump::Patch, "which is a type of the client itself"),
                false => (Bump::Minor, "and is a Rust type"),
            };
            let message = format!("the schema `{name}` was added, {ty}");
            let places = (within.0, node);
            self.lone_schema(node);
            self.report(rule::SCHEMA_ADDED, Kind::Added, places, message, bump);
        }
    }

    /// A struct keeps unknown fields unless it is only ever sent; then it has a `Default` instead,
    /// if no field must be given.
    fn extra_fields(&mut self, name: &str, nodes: (&'d Node, &'d Node)) {
        let (was, is) = (self.sent_only.0.contains(name), self.sent_only.1.contains(name));
        if was == is {
            return;
        }
        let (old, new) = (self.view(&[nodes.0], true), self.view(&[nodes.1], false));
        let is_struct = !old.properties.is_empty() && !new.properties.is_empty();
        let documented = |view: &View<'d>| {
            let others = view.get("additionalProperties").and_then(Node::as_object);
            others.is_some_and(|others| !others.is_empty())
        };
        if !is_struct || documented(&old) || documented(&new) {
            return;
        }
        let rust = type_name(name);
        if is {
            let message = format!("`{rust}` is only ever sent now, and so it keeps no unknown fields in `extra`");
            self.report(rule::RUST_EXTRA_REMOVED, Kind::Changed, nodes, message, Bump::Major);
        } else {
            let had_default = old.required.is_empty();
            let message = format!("`{rust}` is not only sent any more, and so it keeps unknown fields in `extra`");
            let bump = if had_default { Bump::Major } else { Bump::Minor };
            self.report(rule::RUST_EXTRA_ADDED, Kind::Changed, nodes, message, bump);
        }
    }

    /// A schema that was not compared, since there is nothing to compare it with.
    fn lone_schema(&mut self, node: &'d Node) {
        if !self.seen.contains(&address(node)) {
            self.settle(Some(node));
        }
    }

    /// Pairs of schemas that say the same under two names, where no use has linked them.
    fn alike(&self, removed: &Named<'d>, added: &Named<'d>) -> Vec<(&'d str, &'d str)> {
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
