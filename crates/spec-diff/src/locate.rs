//! The places of nodes (pointer, line and column), found for many nodes in one pass.

use ittybit_spec::{Document, Node, Value, pointer};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

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
            wanted,
            pointer: String::new(),
            found: Vec::new(),
        };
        search.visit(document.root(), None);
        let mut found = search.found;
        found.sort_unstable_by_key(|(offset, _, _)| *offset);

        let text = document.text();
        let (mut line, mut column, mut at) = (1, 1, 0);
        let mut places = FxHashMap::with_capacity_and_hasher(found.len(), FxBuildHasher);
        for (offset, address, pointer) in found {
            for character in text.get(at..offset).unwrap_or_default().chars() {
                if character == '\n' {
                    (line, column) = (line + 1, 1);
                } else {
                    column += 1;
                }
            }
            at = offset.max(at);
            places.insert(address, Place { line, column, pointer });
        }
        Self(places)
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

struct Search {
    wanted: FxHashSet<usize>,
    pointer: String,
    /// Byte offset, address and pointer.
    found: Vec<(usize, usize, String)>,
}

impl Search {
    /// Recursion is safe: the parser limits how deeply a document is nested.
    fn visit(&mut self, node: &Node, key: Option<usize>) {
        if self.wanted.contains(&address(node)) {
            // For a scalar, the place of the value; for an object or a list, that of its key.
            let offset = match node.value() {
                Value::Object(members) if !members.is_empty() => key.unwrap_or(members[0].key_span().start),
                Value::Object(_) | Value::Array(_) => key.unwrap_or(node.span().start),
                _ => node.span().start,
            };
            self.found.push((offset, address(node), self.pointer.clone()));
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
