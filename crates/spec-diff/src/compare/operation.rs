//! Paths and operations.

use indexmap::IndexMap;
use ittybit_spec::{METHODS, Node};

use super::deprecation::{Removal, SUNSET};
use super::path::{Operation, operations, template};
use super::walk::{DEPRECATED, Member, Walk};
use crate::change::Kind;
use crate::locate::address;
use crate::rule;

const PAGINATION: &str = "x-cursor-pagination";

impl<'d> Walk<'d> {
    pub(super) fn paths(&mut self, old: &'d Node, new: &'d Node) {
        let mut unpaired: (IndexMap<String, Member<'d>>, Vec<Member<'d>>) = Default::default();
        for member in self.members(old, new, "`paths`") {
            match (member.old, member.new) {
                _ if !member.key.starts_with('/') => self.unclassified(&member, "`paths`"),
                (Some(old), Some(new)) => self.path_item((member.key, old), (member.key, new)),
                // `/pets/{id}` and `/pets/{pet}` are the same path.
                (Some(_), None) => match unpaired.0.entry(template(member.key)) {
                    indexmap::map::Entry::Vacant(place) => {
                        place.insert(member);
                    }
                    indexmap::map::Entry::Occupied(_) => self.unpaired_path(&member),
                },
                _ => unpaired.1.push(member),
            }
        }
        let (mut removed, added) = unpaired;
        for member in added {
            match (removed.shift_remove(&template(member.key)), member.new) {
                (
                    Some(Member {
                        key, old: Some(old), ..
                    }),
                    Some(new),
                ) => {
                    self.path_item((key, old), (member.key, new));
                }
                _ => self.unpaired_path(&member),
            }
        }
        for member in removed.into_values() {
            self.unpaired_path(&member);
        }
    }

    /// Records the operations of a path that is only in one of the documents.
    pub(super) fn unpaired_path(&mut self, member: &Member<'d>) {
        let Some(item) = member.old.or(member.new) else { return };
        let old_side = member.old.is_some();
        let side = if old_side { self.old } else { self.new };
        let resolved = side.references.resolve(item).unwrap_or(item);
        self.mark_compared(Some(item));
        let mut any = false;
        for (method, node) in operations(resolved) {
            any = true;
            let operation = Operation {
                path: member.key,
                method,
                item: resolved,
                node,
                path_is_unpaired: true,
                within: member.within,
            };
            if old_side {
                self.unpaired.0.push(operation);
            } else {
                self.unpaired.1.push(operation);
            }
        }
        if !any {
            let (rule, verb) = if old_side {
                (rule::PATH_REMOVED, "removed")
            } else {
                (rule::PATH_ADDED, "added")
            };
            let message = format!("the path `{}`, which has no operations, was {verb}", member.key);
            self.report(rule, member.kind(), member.places(), message);
        }
    }

    fn path_item(&mut self, (old_path, old): (&'d str, &'d Node), (new_path, new): (&'d str, &'d Node)) {
        let (old, new) = self.resolve(old, new);
        let what = format!("the path `{new_path}`");
        for member in self.members(old, new, &what) {
            let operation = |path, item, node, within| Operation {
                path,
                method: member.key,
                item,
                node,
                path_is_unpaired: false,
                within,
            };
            let within = member.within;
            match (member.key, member.old, member.new) {
                (method, Some(old_node), Some(new_node)) if METHODS.contains(&method) => {
                    let old = operation(old_path, old, old_node, within);
                    let new = operation(new_path, new, new_node, within);
                    self.operation(&old, &new);
                }
                (method, Some(node), None) if METHODS.contains(&method) => {
                    self.unpaired.0.push(operation(old_path, old, node, within));
                }
                (method, None, Some(node)) if METHODS.contains(&method) => {
                    self.unpaired.1.push(operation(new_path, new, node, within));
                }
                // Compared with each operation. Without operations the sweep reports their differences.
                ("parameters" | "servers", ..) => {}
                ("summary" | "description", ..) => self.annotation(&member, &what),
                _ => self.unclassified(&member, &what),
            }
        }
    }

    /// Reports the operations that were added, removed, or moved to another path or method under their
    /// `operationId`.
    pub(super) fn unpaired_operations(&mut self) {
        let (old, new) = std::mem::take(&mut self.unpaired);
        let mut by_id: IndexMap<&str, Operation<'d>> = IndexMap::new();
        for operation in &new {
            if let Some(id) = operation.id() {
                by_id.entry(id).or_insert(*operation);
            }
        }
        let mut moved = Vec::new();
        for operation in &old {
            let target = operation.id().and_then(|id| by_id.shift_remove(id));
            self.operation = Some(operation.label().into());
            let deprecated = operation.node.get("deprecated").and_then(Node::as_bool) == Some(true);
            let removal = self.removal(deprecated, operation.node.get(SUNSET));
            let rule = match (operation.path_is_unpaired, removal) {
                (true, Removal::Sudden) => rule::PATH_REMOVED,
                (true, Removal::Deprecated) => rule::PATH_REMOVED_DEPRECATED,
                (true, Removal::BeforeSunset) => rule::PATH_REMOVED_BEFORE_SUNSET,
                (true, Removal::AfterSunset) => rule::PATH_REMOVED_AFTER_SUNSET,
                (false, Removal::Sudden) => rule::OPERATION_REMOVED,
                (false, Removal::Deprecated) => rule::OPERATION_REMOVED_DEPRECATED,
                (false, Removal::BeforeSunset) => rule::OPERATION_REMOVED_BEFORE_SUNSET,
                (false, Removal::AfterSunset) => rule::OPERATION_REMOVED_AFTER_SUNSET,
            };
            let when = removal.suffix();
            let label = operation.label();
            let message = match &target {
                Some(target) => format!(
                    "`{label}` was removed{when}; its `operationId` is that of `{}` now",
                    target.label()
                ),
                None => format!("`{label}` was removed{when}"),
            };
            let places = (operation.node, operation.within.1);
            self.report(rule, Kind::Removed, places, message);
            match target {
                Some(target) => moved.push((*operation, target)),
                None => self.mark_compared(Some(operation.node)),
            }
        }
        let is_target = |operation: &Operation<'d>| {
            moved
                .iter()
                .any(|(_, target)| address(target.node) == address(operation.node))
        };
        for operation in &new {
            self.operation = Some(operation.label().into());
            let places = (operation.within.0, operation.node);
            let message = format!("`{}` was added", operation.label());
            self.report(rule::ENDPOINT_ADDED, Kind::Added, places, message);
            if !is_target(operation) {
                self.mark_compared(Some(operation.node));
            }
        }
        for (old, new) in &moved {
            self.operation(old, new);
        }
        self.operation = None;
    }

    fn operation(&mut self, old: &Operation<'d>, new: &Operation<'d>) {
        self.operation = Some(new.label().into());
        let what = format!("`{}`", new.label());
        for member in self.members(old.node, new.node, &what) {
            match (member.key, member.old, member.new) {
                ("operationId", ..) => {
                    let rule = match member.kind() {
                        Kind::Added => rule::OPERATION_ID_ADDED,
                        Kind::Removed | Kind::Changed => rule::OPERATION_ID_REMOVED,
                    };
                    let message = || format!("the `operationId` {}", member.difference());
                    self.leaf(rule, &member, message);
                }
                ("summary" | "description" | "externalDocs", ..) => self.annotation(&member, &what),
                ("tags", ..) => self.tags(&member, &what),
                ("deprecated", ..) => self.deprecated(&member, &what),
                ("security", ..) => self.operation_security(&member, &what),
                ("parameters" | "responses" | "servers" | SUNSET, ..) => {}
                ("callbacks", ..) => self.callbacks(&member, &what),
                ("requestBody", ..) => self.request_body(&member),
                (PAGINATION, ..) => {
                    let rule = match member.kind() {
                        Kind::Added => rule::PAGINATION_ADDED,
                        Kind::Removed => rule::PAGINATION_REMOVED,
                        Kind::Changed => rule::PAGINATION_CHANGED,
                    };
                    let message = || format!("the pagination of {what} {}", member.difference());
                    self.leaf(rule, &member, message);
                }
                _ => self.unclassified(&member, &what),
            }
        }
        self.operation_servers(old, new, &what);
        self.operation_sunset((old.node, new.node), &what);
        self.parameters(old, new);
        self.responses(old, new);
        self.operation = None;
    }

    /// Compares tags: a set of names, in which the order has no meaning.
    fn tags(&mut self, member: &Member<'d>, what: &str) {
        let list = |node: Option<&'d Node>| match node {
            None => Some([].as_slice()),
            Some(node) => node
                .as_array()
                .filter(|tags| tags.iter().all(|tag| tag.as_str().is_some())),
        };
        let (Some(old), Some(new)) = (list(member.old), list(member.new)) else {
            return self.unclassified(member, what);
        };
        self.mark_member(member);
        let places = member.places();
        let missing = |tag: &&'d Node, list: &[Node]| !list.iter().any(|other| other.as_str() == tag.as_str());
        for tag in old.iter().filter(|tag| missing(tag, new)) {
            let message = format!("{what} no longer has the tag `{}`", tag.as_str().unwrap_or_default());
            self.report(rule::TAG_REMOVED, Kind::Removed, (tag, places.1), message);
        }
        for tag in new.iter().filter(|tag| missing(tag, old)) {
            let message = format!("{what} now has the tag `{}`", tag.as_str().unwrap_or_default());
            self.report(rule::TAG_ADDED, Kind::Added, (places.0, tag), message);
        }
    }

    pub(super) fn deprecated(&mut self, member: &Member<'d>, what: &str) {
        let rules = [rule::ENDPOINT_DEPRECATED, rule::ENDPOINT_REACTIVATED];
        self.flag(member, what, rules, DEPRECATED);
    }
}
