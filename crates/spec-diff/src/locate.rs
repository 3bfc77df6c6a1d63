//! The places of nodes (pointer, line and column), found for many nodes in one pass.

use ittybit_spec::{Document, Node, Position, Value, pointer};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::change::Place;

/// The address of a node, which identifies it as long as its document exists.
pub(crate) fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

/// The places of some nodes of a document.
pub(crate) struct Locations(FxHashMap<usize, Place>);

impl Locations {
    /// Finds the places of the nodes with these addresses.
    pub(crate) fn new(document: &Document, wanted: FxHashSet<usize>) -> Self {
        let mut search = Search {
            document,
            wanted,
            pointer: String::new(),
            places: FxHashMap::default(),
        };
        search.visit(document.root(), None);
        Self(search.places)
    }

    /// The place of one of the wanted nodes.
    pub(crate) fn place(&self, node: &Node) -> Place {
        self.0.get(&address(node)).cloned().unwrap_or_else(|| Place {
            line: 1,
            column: 1,
            pointer: String::new(),
        })
    }
}

struct Search<'d> {
    document: &'d Document,
    wanted: FxHashSet<usize>,
    pointer: String,
    places: FxHashMap<usize, Place>,
}

impl Search<'_> {
    /// Recursion is safe: the parser limits how deeply a document is nested.
    fn visit(&mut self, node: &Node, key: Option<usize>) {
        if self.wanted.contains(&address(node)) {
            // For a scalar, the place of the value; for an object or a list, that of its key.
            let offset = match node.value() {
                Value::Object(members) if !members.is_empty() => key.unwrap_or(members[0].key_span().start),
                Value::Object(_) | Value::Array(_) => key.unwrap_or(node.span().start),
                _ => node.span().start,
            };
            let Position { line, column } = self.document.position(offset);
            let pointer = self.pointer.clone();
            self.places.insert(address(node), Place { line, column, pointer });
        }
        let length = self.pointer.len();
        match node.value() {
            Value::Object(members) => {
                for member in members.iter() {
                    pointer::push(&mut self.pointer, member.key());
                    self.visit(member.value(), Some(member.key_span().start));
                    self.pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer::push(&mut self.pointer, &index.to_string());
                    self.visit(item, None);
                    self.pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}
