//! The state of a comparison, and what every rule needs: pairs of members, marks of what was compared, and a
//! report of what differs.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use indexmap::IndexSet;
use ittybit_spec::Node;
use rustc_hash::FxHashSet;

use super::path::Operation;
use super::pending::{Holder, Pair, Pending};
use super::side::Side;
use crate::change::{Change, Kind};
use crate::fingerprint::{self, Paths};
use crate::json as values;
use crate::locate::{Locations, address};
use crate::options::Options;
use crate::rule::{self, Direction, Rule};

/// A member that is in one or both of two objects.
#[derive(Clone, Copy)]
pub(super) struct Member<'d> {
    pub(super) key: &'d str,
    pub(super) old: Option<&'d Node>,
    pub(super) new: Option<&'d Node>,
    /// The objects that contain it, or would contain it.
    pub(super) within: (&'d Node, &'d Node),
}

impl<'d> Member<'d> {
    /// Two values that are at the same place.
    pub(super) fn of(old: &'d Node, new: &'d Node) -> Self {
        Self {
            key: "",
            old: Some(old),
            new: Some(new),
            within: (old, new),
        }
    }

    /// The member with this name of two objects; one or both of them may not have it.
    pub(super) fn named(key: &'d str, within: (&'d Node, &'d Node)) -> Self {
        Self {
            key,
            old: within.0.get(key),
            new: within.1.get(key),
            within,
        }
    }

    /// The members of two objects, in the order of the old one, then of the new one; of two lists the items, by index.
    pub(super) fn parts(&self) -> Vec<Self> {
        let sides = [self.old, self.new];
        let within = self.places();
        let [old, new] = sides.map(|node| node.and_then(Node::as_array).unwrap_or_default());
        let items = (0..old.len().max(new.len())).map(|index| Self {
            key: self.key,
            old: old.get(index),
            new: new.get(index),
            within,
        });
        let of = |node: Option<&'d Node>, key: &str| node.and_then(|node| node.get(key));
        let [known, added] = sides.map(|node| node.and_then(Node::as_object).unwrap_or_default());
        let added = added.iter().filter(|entry| of(self.old, entry.key()).is_none());
        let members = known.iter().chain(added).map(|entry| Self {
            key: entry.key(),
            old: of(self.old, entry.key()),
            new: of(self.new, entry.key()),
            within,
        });
        items.chain(members).collect()
    }

    /// Whether its value is an object in each document that has it.
    pub(super) fn is_map(&self) -> bool {
        let mut sides = [self.old, self.new].into_iter().flatten();
        sides.all(|node| node.as_object().is_some())
    }

    pub(super) fn kind(&self) -> Kind {
        match (self.old, self.new) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        }
    }

    /// The nodes to report: the values, or the objects around where a value is missing.
    pub(super) fn places(&self) -> (&'d Node, &'d Node) {
        (self.old.unwrap_or(self.within.0), self.new.unwrap_or(self.within.1))
    }

    pub(super) fn is_same(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => values::same(old, new),
            _ => false,
        }
    }

    /// Both values, if both are texts.
    pub(super) fn texts(&self) -> Option<(&'d str, &'d str)> {
        self.old?.as_str().zip(self.new?.as_str())
    }

    /// The difference of the values as the end of a sentence.
    pub(super) fn difference(&self) -> String {
        match (self.old, self.new) {
            (Some(old), Some(new)) => {
                let (old, new) = values::shown_apart(old, new);
                format!("changed from {old} to {new}")
            }
            (None, Some(new)) => format!("was added: {}", values::shown(new)),
            (Some(old), None) => format!("was removed: {}", values::shown(old)),
            (None, None) => String::new(),
        }
    }
}

/// A change that was found; its places are still nodes.
pub(super) struct Found<'d> {
    pub(super) rule: Rule,
    pub(super) kind: Kind,
    pub(super) old: &'d Node,
    pub(super) new: &'d Node,
    pub(super) operation: Option<Rc<str>>,
    pub(super) message: String,
}

/// The words for `required` and `deprecated` that become `true`, and that become `false`.
pub(super) const REQUIRED: [&str; 2] = ["became required", "became optional"];
pub(super) const DEPRECATED: [&str; 2] = ["is deprecated", "is no longer deprecated"];

/// The state of one comparison.
pub(super) struct Walk<'d> {
    pub(super) old: &'d Side<'d>,
    pub(super) new: &'d Side<'d>,
    pub(super) options: Options,
    pub(super) found: Vec<Found<'d>>,
    /// The rules that were already reported for two nodes.
    pub(super) reported: HashSet<(Direction, String, usize, usize)>,
    /// Objects that were compared member by member.
    pub(super) visited_nodes: FxHashSet<usize>,
    /// Values that were compared as a whole.
    pub(super) compared_nodes: FxHashSet<usize>,
    /// Schemas still to be compared.
    pub(super) pending: VecDeque<Pending<'d>>,
    /// Properties that are not sent in the direction of the schema that has them (`readOnly`, `writeOnly`).
    pub(super) unsent: Vec<Pending<'d>>,
    /// Additions and removals of such properties.
    pub(super) unpaired_unsent: Vec<Found<'d>>,
    /// The rule that replaces each rule that affects the wire.
    pub(super) override_rule: Option<Rule>,
    /// Pairs of schemas that were compared, each with its use.
    pub(super) compared_pairs: FxHashSet<Pair>,
    /// Properties that were compared, each with its use and with what contains it.
    pub(super) properties: FxHashSet<(Pair, Holder)>,
    /// How many pairs are compared at most: more than any two real documents have.
    pub(super) most_pairs: usize,
    /// Pairs of component schemas with different names that are used at the same place.
    pub(super) linked: IndexSet<(&'d str, &'d str)>,
    /// Operations whose path or method is only in one of the documents.
    pub(super) unpaired: (Vec<Operation<'d>>, Vec<Operation<'d>>),
    /// The operation that is being compared.
    pub(super) operation: Option<Rc<str>>,
}

impl<'d> Walk<'d> {
    pub(super) fn new(old: &'d Side<'d>, new: &'d Side<'d>, options: Options) -> Self {
        Self {
            old,
            new,
            options,
            found: Vec::new(),
            reported: HashSet::new(),
            visited_nodes: FxHashSet::default(),
            compared_nodes: FxHashSet::default(),
            pending: VecDeque::new(),
            unsent: Vec::new(),
            unpaired_unsent: Vec::new(),
            override_rule: None,
            compared_pairs: FxHashSet::default(),
            properties: FxHashSet::default(),
            most_pairs: 100_000 + (old.document.text().len() + new.document.text().len()) / 20,
            linked: IndexSet::new(),
            unpaired: (Vec::new(), Vec::new()),
            operation: None,
        }
    }

    /// Records a change, unless it was recorded before.
    pub(super) fn report(&mut self, rule: Rule, kind: Kind, places: (&'d Node, &'d Node), message: String) {
        let (old, new) = places;
        let rule = match &self.override_rule {
            Some(other) if rule.wire => other.clone(),
            _ => rule,
        };
        let (direction, family) = rule::family(&rule.id);
        let key = (direction, family.to_owned(), address(old), address(new));
        // A change that was reported for the wire is not reported for the component again.
        let of_wire = [Direction::Request, Direction::Response]
            .into_iter()
            .filter(|_| direction == Direction::Neither)
            .any(|wire| self.reported.contains(&(wire, key.1.clone(), key.2, key.3)));
        if self.reported.contains(&key) || of_wire {
            return;
        }
        self.reported.insert(key);
        let found = self.found(rule, kind, places, message);
        self.found.push(found);
    }

    /// A change that belongs to the operation that is being compared.
    pub(super) fn found(&self, rule: Rule, kind: Kind, (old, new): (&'d Node, &'d Node), message: String) -> Found<'d> {
        Found {
            rule,
            kind,
            old,
            new,
            operation: self.operation.clone(),
            message,
        }
    }

    /// Compares a member as a whole, and reports it if it differs.
    pub(super) fn leaf(&mut self, rule: Rule, member: &Member<'d>, message: impl FnOnce() -> String) {
        self.mark_member(member);
        if !member.is_same() {
            self.report(rule, member.kind(), member.places(), message());
        }
    }

    /// Compares a member that no rule covers.
    pub(super) fn unclassified(&mut self, member: &Member<'d>, what: &str) {
        let message = || format!("`{}` of {what} {}", member.key, member.difference());
        self.leaf(rule::UNCLASSIFIED, member, message);
    }

    /// Compares a member that is documentation, such as a description or an example.
    pub(super) fn annotation(&mut self, member: &Member<'d>, what: &str) {
        let key = member.key;
        let message = || match member.kind() {
            Kind::Added => format!("`{key}` of {what} was added"),
            Kind::Removed => format!("`{key}` of {what} was removed"),
            Kind::Changed => format!("`{key}` of {what} was changed"),
        };
        let rule = if matches!(key, "example" | "examples") {
            rule::EXAMPLE_CHANGED
        } else {
            rule::DESCRIPTION_CHANGED
        };
        self.leaf(rule, member, message);
    }

    /// Marks a value as compared as a whole.
    pub(super) fn mark_compared(&mut self, node: Option<&'d Node>) {
        if let Some(node) = node {
            self.compared_nodes.insert(address(node));
        }
    }

    pub(super) fn mark_member(&mut self, member: &Member<'d>) {
        self.mark_compared(member.old);
        self.mark_compared(member.new);
    }

    /// Marks an object as compared member by member.
    pub(super) fn mark_visited(&mut self, node: &'d Node) {
        self.visited_nodes.insert(address(node));
    }

    /// The members of two objects, in the order of the old one, then of the new one. If one of the two is not an
    /// object, this is reported, and there are no members.
    pub(super) fn members(&mut self, old: &'d Node, new: &'d Node, what: &str) -> Vec<Member<'d>> {
        let both = Member::of(old, new);
        if !both.is_map() {
            let message = || format!("{what} {}", both.difference());
            self.leaf(rule::UNCLASSIFIED, &both, message);
            return Vec::new();
        }
        self.entries(&both)
    }

    /// The members of an object, or the items of a list, that both documents have, or one of them.
    pub(super) fn entries(&mut self, map: &Member<'d>) -> Vec<Member<'d>> {
        for node in [map.old, map.new].into_iter().flatten() {
            self.mark_visited(node);
        }
        map.parts()
    }

    /// Both values of a member, with references resolved. If one is missing, the addition or the removal is reported.
    pub(super) fn both(
        &mut self,
        member: &Member<'d>,
        what: &str,
        [added, removed]: [Rule; 2],
    ) -> Option<(&'d Node, &'d Node)> {
        if let (Some(old), Some(new)) = (member.old, member.new) {
            return Some(self.resolve(old, new));
        }
        let (rule, verb) = match member.kind() {
            Kind::Added => (added, "added"),
            _ => (removed, "removed"),
        };
        self.leaf(rule, member, || format!("{what} was {verb}"));
        None
    }

    /// Compares a flag that is `false` by default. The rules and the words are for `true` and for `false`.
    pub(super) fn flag(&mut self, member: &Member<'d>, what: &str, [on, off]: [Rule; 2], words: [&str; 2]) {
        if let Some(is) = self.switched(member, what) {
            let (rule, words) = if is { (on, words[0]) } else { (off, words[1]) };
            self.report(rule, member.kind(), member.places(), format!("{what} {words}"));
        }
    }

    /// Compares a flag that is `false` by default. Returns the new value, if it differs. A value that is not a boolean is
    /// reported.
    pub(super) fn switched(&mut self, member: &Member<'d>, what: &str) -> Option<bool> {
        let flag = |node: Option<&Node>| node.map_or(Some(false), Node::as_bool);
        let Some((was, is)) = flag(member.old).zip(flag(member.new)) else {
            self.unclassified(member, what);
            return None;
        };
        self.mark_member(member);
        (was != is).then_some(is)
    }

    /// The targets of two nodes, all references followed.
    pub(super) fn resolve(&mut self, old: &'d Node, new: &'d Node) -> (&'d Node, &'d Node) {
        let mut follow = |node: &'d Node, target: Option<&'d Node>| match (node.get("$ref"), target) {
            (Some(reference), Some(target)) => {
                self.visited_nodes.insert(address(node));
                self.compared_nodes.insert(address(reference));
                target
            }
            _ => node,
        };
        (
            follow(old, self.old.references.resolve(old)),
            follow(new, self.new.references.resolve(new)),
        )
    }

    /// The changes that were found, with their places in the texts.
    pub(super) fn changes(self) -> Vec<Change> {
        let wanted = |side: fn(&Found<'d>) -> &'d Node| self.found.iter().map(|found| address(side(found))).collect();
        let old = Locations::new(self.old.document, wanted(|found| found.old));
        let new = Locations::new(self.new.document, wanted(|found| found.new));
        let (mut old_paths, mut new_paths) = (Paths::new(self.old.document), Paths::new(self.new.document));
        let mut changes: Vec<Change> = self
            .found
            .iter()
            .map(|found| {
                let places = [old.place(found.old), new.place(found.new)];
                let paths = (old_paths.path(&places[0].pointer), new_paths.path(&places[1].pointer));
                let nodes = (found.old, found.new);
                let fingerprint = fingerprint::between(&found.rule.id, found.kind, (&paths.0, &paths.1), nodes);
                // A name may contain any character; a message is one line.
                let message = found.message.replace(char::is_control, " ");
                Change {
                    operation: found.operation.as_ref().map(|operation| operation.to_string()),
                    ..Change::new(found.rule.clone(), found.kind, places, message, fingerprint)
                }
            })
            .collect();
        changes.sort_by(|a, b| {
            let order = |change: &Change| (std::cmp::Reverse(change.severity), change.new.line, change.new.column);
            (order(a), &a.old, &a.new, &a.id, &a.message).cmp(&(order(b), &b.old, &b.new, &b.id, &b.message))
        });
        changes
    }
}
