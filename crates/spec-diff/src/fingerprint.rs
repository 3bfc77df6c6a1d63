//! Fingerprints: they identify a change in an approval, independent of line numbers and of other changes.

use ittybit_spec::{Document, Node, pointer};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use crate::change::Kind;
use crate::json;
use crate::locate::address;

/// How many bytes of the hash are kept: enough that another change with the same fingerprint cannot be constructed.
const LENGTH: usize = 12;

/// The number of digits of a fingerprint.
pub(crate) const DIGITS: usize = 2 * LENGTH;

/// The fingerprint of a change between two nodes. It does not depend on lines, nor on the contents of the objects
/// around the change, only on its path.
pub(crate) fn between(id: &str, kind: Kind, (old, new): (&str, &str), nodes: (&Node, &Node)) -> String {
    // In a document without the changed value, the node is one of the objects around its place.
    let has_old = kind != Kind::Added && !is_around(old, new);
    let has_new = kind != Kind::Removed && !is_around(new, old);
    let path = if has_new { new } else { old };
    let (old, new) = (
        has_old.then(|| json::canonical(nodes.0)),
        has_new.then(|| json::canonical(nodes.1)),
    );
    of(id, path, (old.as_deref(), new.as_deref()))
}

/// Whether the first path is an ancestor of the second.
fn is_around(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// The fingerprint of a rule, a place, and the values at that place in both documents.
pub(crate) fn of(id: &str, path: &str, (old, new): (Option<&str>, Option<&str>)) -> String {
    // As JSON, so that different inputs cannot result in the same text.
    let input = serde_json::json!([id, path, old, new]).to_string();
    let hash = Sha256::digest(input.as_bytes());
    hash.iter().take(LENGTH).map(|byte| format!("{byte:02x}")).collect()
}

/// The paths of a document: as its pointers, but an entry of a list has a name, so that it keeps its path when
/// others are inserted before it, or when the list is sorted.
pub(crate) struct Paths<'d> {
    document: &'d Document,
    /// The names of the entries, by the address of the list.
    names: FxHashMap<usize, Vec<String>>,
}

impl<'d> Paths<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self {
            document,
            names: FxHashMap::default(),
        }
    }

    /// The path of the node at a pointer.
    pub(crate) fn path(&mut self, pointer: &str) -> String {
        let mut path = String::new();
        let (mut node, mut key) = (Some(self.document.root()), String::new());
        for token in pointer::parse(pointer).unwrap_or_default() {
            let list = node.and_then(|list| Some((list, list.as_array()?, token.parse::<usize>().ok()?)));
            match list {
                Some((list, items, index)) => {
                    let names = self.names.entry(address(list)).or_insert_with(|| names(&key, items));
                    pointer::push(&mut path, names.get(index).unwrap_or(&token));
                    node = items.get(index);
                }
                None => {
                    pointer::push(&mut path, &token);
                    node = node.and_then(|node| node.get(&token));
                }
            }
            key = token;
        }
        path
    }
}

/// The names of the entries of a list; of equal names each has its number.
fn names(list: &str, items: &[Node]) -> Vec<String> {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let named = items.iter().enumerate().map(|(index, item)| {
        let name = name(list, item).unwrap_or_else(|| index.to_string());
        let count = known.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            count => format!("{name} {count}"),
        }
    });
    named.collect()
}

/// What identifies an entry of a list; `None` where that is its position.
fn name(list: &str, item: &Node) -> Option<String> {
    let text = |key: &str| item.get(key).and_then(Node::as_str);
    let keys = |node: &Node| {
        let mut keys: Vec<&str> = node
            .as_object()
            .unwrap_or_default()
            .iter()
            .map(|entry| entry.key())
            .collect();
        keys.sort_unstable();
        keys.join(",")
    };
    if list == "prefixItems" {
        return None;
    }
    if item.as_object().is_none() {
        return item.as_array().is_none().then(|| json::canonical(item));
    }
    if let Some(reference) = text("$ref") {
        return Some(reference.to_owned());
    }
    match list {
        "parameters" => Some(format!("{}:{}", text("in")?, text("name")?)),
        "servers" => text("url").map(str::to_owned),
        "security" => Some(keys(item)),
        "allOf" | "anyOf" | "oneOf" => Some(match text("title") {
            Some(title) => title.to_owned(),
            None => format!(
                "{}{{{}}}",
                item.get("type").map(json::canonical).unwrap_or_default(),
                item.get("properties").map(keys).unwrap_or_default()
            ),
        }),
        _ => text("name").map(str::to_owned),
    }
}
