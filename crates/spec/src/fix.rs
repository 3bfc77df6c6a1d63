//! What is decided where a document is not as it should be: each value that is left out, or read as
//! another one. [Lowering](crate::lower) does it.

use std::collections::HashMap;

use crate::node::{Entry, Node, Object, Value};

/// By the address of the value that it is about.
#[derive(Default)]
pub(crate) struct Fixes {
    values: HashMap<usize, Fix>,
    added: HashMap<usize, Vec<Entry>>,
    appended: HashMap<usize, Vec<Node>>,
    keys: HashMap<usize, String>,
    schemas: HashMap<usize, &'static [&'static str]>,
}

/// What becomes of a value.
pub(crate) enum Fix {
    LeftOut,
    Taken(Node),
    /// Read as a list of it.
    Listed,
}

/// What tells a value from all others of the document.
pub(crate) fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

impl Fixes {
    pub(crate) fn leave_out(&mut self, node: &Node) {
        self.values.insert(address(node), Fix::LeftOut);
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            values,
            added,
            appended,
            keys,
            schemas,
        } = self;
        values.is_empty() && added.is_empty() && appended.is_empty() && keys.is_empty() && schemas.is_empty()
    }

    /// Reads a value as another one, which holds no part of the document, unless it is left out.
    pub(crate) fn take(&mut self, node: &Node, value: Value) {
        let taken = Node::new(node.span(), value);
        self.values.entry(address(node)).or_insert(Fix::Taken(taken));
    }

    /// Reads a value as a list of it.
    pub(crate) fn list(&mut self, node: &Node) {
        self.values.entry(address(node)).or_insert(Fix::Listed);
    }

    /// Adds items to a list.
    pub(crate) fn append(&mut self, node: &Node, items: Vec<Node>) {
        self.appended.entry(address(node)).or_default().extend(items);
    }

    /// Makes the `schema` of a parameter of these fields of its own.
    pub(crate) fn make_schema(&mut self, parameter: &Node, fields: &'static [&'static str]) {
        self.schemas.insert(address(parameter), fields);
    }

    pub(crate) fn schema_of(&self, parameter: &Node) -> Option<&'static [&'static str]> {
        self.schemas.get(&address(parameter)).copied()
    }

    /// Adds a member to an object.
    pub(crate) fn add(&mut self, node: &Node, key: &str, value: Node) {
        let entry = Entry::new(key.to_owned(), value.span(), value);
        self.added.entry(address(node)).or_default().push(entry);
    }

    /// Reads the key of a member as another one.
    pub(crate) fn rename(&mut self, value: &Node, key: String) {
        self.keys.insert(address(value), key);
    }

    pub(crate) fn of(&self, node: &Node) -> Option<&Fix> {
        self.values.get(&address(node))
    }

    pub(crate) fn is_left_out(&self, node: &Node) -> bool {
        matches!(self.of(node), Some(Fix::LeftOut))
    }

    pub(crate) fn added(&self, node: &Node) -> &[Entry] {
        self.added.get(&address(node)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn appended(&self, node: &Node) -> &[Node] {
        self.appended.get(&address(node)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn key(&self, value: &Node) -> Option<&str> {
        self.keys.get(&address(value)).map(String::as_str)
    }
}

/// An empty object, or one with these members, at the place of another value.
pub(crate) fn object(at: &Node, members: Vec<(&str, Value)>) -> Node {
    let entry = |(key, value): (&str, Value)| Entry::new(key.to_owned(), at.span(), Node::new(at.span(), value));
    let members = members.into_iter().map(entry).collect();
    Node::new(at.span(), Value::Object(Object::of(members)))
}
