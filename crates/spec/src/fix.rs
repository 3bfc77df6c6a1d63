//! How the parts of a document that break the rules are read: which values are left out, and which are
//! read as another value. [Lowering](crate::lower) applies it.

use std::collections::HashMap;

use crate::node::{Entry, Node, Object, Value};

/// All fixes of a document. Each map is keyed by the address of the value that is fixed.
#[derive(Default)]
pub(crate) struct Fixes {
    values: HashMap<usize, Fix>,
    added: HashMap<usize, Vec<Entry>>,
    appended: HashMap<usize, Vec<Node>>,
    keys: HashMap<usize, String>,
    schemas: HashMap<usize, &'static [&'static str]>,
}

/// How a value is read instead.
pub(crate) enum Fix {
    LeftOut,
    /// As another value.
    ReadAs(Node),
    /// As a list with the value as its only item.
    Listed,
}

/// The identity of a value: equal values at different places have different addresses.
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

    /// Reads a value as another one, unless it was fixed before. The other one has no nodes of the document.
    pub(crate) fn read_as(&mut self, node: &Node, value: Value) {
        let other = Node::new(node.span(), value);
        self.values.entry(address(node)).or_insert(Fix::ReadAs(other));
    }

    /// Reads a value as a list with the value as its only item.
    pub(crate) fn list(&mut self, node: &Node) {
        self.values.entry(address(node)).or_insert(Fix::Listed);
    }

    /// Adds items to a list.
    pub(crate) fn append(&mut self, node: &Node, items: Vec<Node>) {
        self.appended.entry(address(node)).or_default().extend(items);
    }

    /// Makes the `schema` of a parameter from these fields of the parameter itself.
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

/// An object with these members, which has the position of another value.
pub(crate) fn object(at: &Node, members: Vec<(&str, Value)>) -> Node {
    let entry = |(key, value): (&str, Value)| Entry::new(key.to_owned(), at.span(), Node::new(at.span(), value));
    let members = members.into_iter().map(entry).collect();
    Node::new(at.span(), Value::Object(Object::of(members)))
}
