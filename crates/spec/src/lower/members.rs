//! The members of an object under construction.

use std::collections::HashSet;

use crate::node::{Entry, Node, Object, Value};

/// An empty object with the position of another value.
pub(super) fn empty(at: &Node) -> Node {
    Node::new(at.span(), Value::Object(Object::default()))
}

/// The members of an object under construction.
#[derive(Default)]
pub(super) struct Members(pub(super) Vec<Entry>);

impl Members {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let found = self.0.iter().find(|entry| entry.key() == key);
        found.map(Entry::value)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.0.iter().position(|entry| entry.key() == key)?;
        Some(self.0.remove(place))
    }

    /// Takes the members out of the object under a key; none where the key is missing.
    pub(super) fn take(&mut self, key: &str) -> Members {
        let Some(place) = self.0.iter().position(|entry| entry.key() == key) else {
            return Self::default();
        };
        let left = self.0[place].with_value(Node::new(self.0[place].key_span(), Value::Null));
        Self(std::mem::replace(&mut self.0[place], left).into_value().into_entries())
    }

    /// Adds the members whose names are not used yet.
    pub(super) fn add(&mut self, others: Vec<Entry>) {
        let known: HashSet<String> = self.0.iter().map(|entry| entry.key().to_owned()).collect();
        self.0
            .extend(others.into_iter().filter(|entry| !known.contains(entry.key())));
    }

    /// Sets the value of a key: replaces the old one, or adds a member at the end.
    pub(super) fn set(&mut self, key: &str, value: Node) {
        match self.0.iter_mut().find(|entry| entry.key() == key) {
            Some(entry) => *entry = entry.with_value(value),
            None => self.0.push(Entry::new(key.to_owned(), value.span(), value)),
        }
    }

    pub(super) fn into_node(self, at: &Node) -> Node {
        Node::new(at.span(), Value::Object(Object::of(self.0)))
    }
}
