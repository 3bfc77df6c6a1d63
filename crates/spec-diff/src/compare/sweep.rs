//! The last pass: finds the differences between the two documents that no comparison has visited.

use ittybit_spec::{Node, Value};

use super::walk::{Member, Walk};
use crate::json;
use crate::locate::address;

impl<'d> Walk<'d> {
    pub(super) fn sweep(&mut self) {
        self.operation = None;
        self.sweep_pair(self.old.root(), self.new.root(), None);
    }

    /// Compares two values at the same place.
    fn sweep_pair(&mut self, old: &'d Node, new: &'d Node, member: Option<Member<'d>>) {
        let within = member.map_or((old, new), |member| member.within);
        let key = member.map_or("", |member| member.key);
        match (self.is_settled(old), self.is_settled(new)) {
            (true, true) => return,
            // One of them was compared elsewhere, where its use is reported.
            (true, false) | (false, true) if json::same(old, new) => return,
            (true, false) => return self.sweep_one(new, one_of(key, new, false, within)),
            (false, true) => return self.sweep_one(old, one_of(key, old, true, within)),
            (false, false) => {}
        }
        match (old.value(), new.value()) {
            (Value::Object(old_members), Value::Object(new_members)) => {
                for entry in old_members.iter() {
                    let other = new.get(entry.key());
                    let member = Member {
                        key: entry.key(),
                        old: Some(entry.value()),
                        new: other,
                        within: (old, new),
                    };
                    match other {
                        Some(other) => self.sweep_pair(entry.value(), other, Some(member)),
                        None => self.sweep_one(entry.value(), member),
                    }
                }
                for entry in new_members.iter().filter(|entry| old.entry(entry.key()).is_none()) {
                    self.sweep_one(entry.value(), one_of(entry.key(), entry.value(), false, (old, new)));
                }
            }
            (Value::Array(old_items), Value::Array(new_items)) => {
                for (old_item, new_item) in old_items.iter().zip(new_items) {
                    let member = Member {
                        old: Some(old_item),
                        new: Some(new_item),
                        ..item_of(member, old, new)
                    };
                    self.sweep_pair(old_item, new_item, Some(member));
                }
                for old_item in old_items.iter().skip(new_items.len()) {
                    let member = Member {
                        old: Some(old_item),
                        new: None,
                        ..item_of(member, old, new)
                    };
                    self.sweep_one(old_item, member);
                }
                for new_item in new_items.iter().skip(old_items.len()) {
                    let member = Member {
                        old: None,
                        new: Some(new_item),
                        ..item_of(member, old, new)
                    };
                    self.sweep_one(new_item, member);
                }
            }
            _ if json::same(old, new) => {}
            _ => {
                let member = member.unwrap_or(Member {
                    key: "",
                    old: Some(old),
                    new: Some(new),
                    within: (old, new),
                });
                if [old, new]
                    .iter()
                    .all(|node| !self.is_known(node) && !self.is_known_within(node))
                {
                    self.sweep_one(old, member);
                } else {
                    self.sweep_one(old, Member { new: None, ..member });
                    self.sweep_one(new, Member { old: None, ..member });
                }
            }
        }
    }

    /// Reports a value without a counterpart at its place. If it was visited, parts of it may not have been.
    fn sweep_one(&mut self, node: &'d Node, member: Member<'d>) {
        if self.is_settled(node) {
            return;
        }
        if !self.seen.contains(&address(node)) && !self.is_known_within(node) {
            let key = member.key;
            let message = format!("`{key}` {}", member.difference());
            self.settle_both(&member);
            let (kind, places) = (member.kind(), member.places());
            self.report(crate::rule::UNCLASSIFIED, kind, places, message);
            return;
        }
        let (old, new) = member.places();
        match node.value() {
            Value::Object(members) => {
                for entry in members.iter() {
                    let part = one_of(entry.key(), entry.value(), member.old.is_some(), (old, new));
                    self.sweep_one(entry.value(), part);
                }
            }
            Value::Array(items) => {
                for item in items {
                    let part = one_of(member.key, item, member.old.is_some(), (old, new));
                    self.sweep_one(item, part);
                }
            }
            _ => {}
        }
    }

    fn is_settled(&self, node: &Node) -> bool {
        self.settled.contains(&address(node))
    }

    fn is_known(&self, node: &Node) -> bool {
        self.is_settled(node) || self.seen.contains(&address(node))
    }

    /// Whether anything inside was visited.
    fn is_known_within(&self, node: &Node) -> bool {
        match node.value() {
            Value::Object(members) => members
                .iter()
                .any(|entry| self.is_known(entry.value()) || self.is_known_within(entry.value())),
            Value::Array(items) => items
                .iter()
                .any(|item| self.is_known(item) || self.is_known_within(item)),
            _ => false,
        }
    }
}

fn item_of<'d>(list: Option<Member<'d>>, old: &'d Node, new: &'d Node) -> Member<'d> {
    Member {
        key: list.map_or("", |list| list.key),
        old: None,
        new: None,
        within: (old, new),
    }
}

/// A member that only one of the documents has.
fn one_of<'d>(key: &'d str, node: &'d Node, old_side: bool, within: (&'d Node, &'d Node)) -> Member<'d> {
    Member {
        key,
        old: old_side.then_some(node),
        new: (!old_side).then_some(node),
        within,
    }
}
