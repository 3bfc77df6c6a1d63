//! The last pass: finds the differences between the two documents that no comparison has visited.

use ittybit_spec::{Node, Value};

use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::locate::address;
use crate::{json, rule};

impl<'d> Walk<'d> {
    pub(super) fn sweep(&mut self) {
        self.operation = None;
        self.sweep_pair(Member::of(self.old.root(), self.new.root()));
    }

    /// Compares two values at the same place.
    fn sweep_pair(&mut self, member: Member<'d>) {
        let (old, new) = member.places();
        let only_old = Member { new: None, ..member };
        let only_new = Member { old: None, ..member };
        match (self.is_compared(old), self.is_compared(new)) {
            (true, true) => return,
            // One of them was compared elsewhere, where its use is reported.
            (true, false) | (false, true) if json::same(old, new) => return,
            (true, false) => return self.sweep_one(only_new),
            (false, true) => return self.sweep_one(only_old),
            (false, false) => {}
        }
        match (old.value(), new.value()) {
            (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => {
                for part in member.parts() {
                    match part.kind() {
                        Kind::Changed => self.sweep_pair(part),
                        _ => self.sweep_one(part),
                    }
                }
            }
            _ if json::same(old, new) => {}
            _ if self.is_known(old) || self.is_known(new) => {
                self.sweep_one(only_old);
                self.sweep_one(only_new);
            }
            _ => self.sweep_one(member),
        }
    }

    /// Reports a value without a counterpart at its place. If it was visited, parts of it may not have been.
    fn sweep_one(&mut self, member: Member<'d>) {
        let Some(node) = member.old.or(member.new) else { return };
        if !self.is_known(node) {
            let message = || format!("`{}` {}", member.key, member.difference());
            self.leaf(rule::UNCLASSIFIED, &member, message);
        } else if !self.is_compared(node) {
            for part in member.parts() {
                self.sweep_one(part);
            }
        }
    }

    fn is_compared(&self, node: &Node) -> bool {
        self.compared_nodes.contains(&address(node))
    }

    /// Whether a value, or anything inside it, was visited.
    fn is_known(&self, node: &Node) -> bool {
        let is_inner_known = || match node.value() {
            Value::Object(members) => members.iter().any(|entry| self.is_known(entry.value())),
            Value::Array(items) => items.iter().any(|item| self.is_known(item)),
            _ => false,
        };
        self.is_compared(node) || self.visited_nodes.contains(&address(node)) || is_inner_known()
    }
}
