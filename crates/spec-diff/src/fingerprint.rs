//! Fingerprints: they identify a change in an approval, independent of line numbers and of other changes.

use ittybit_spec::Node;
use sha2::{Digest, Sha256};

use crate::change::{Kind, Place};
use crate::json;

/// How many bytes of the hash are kept: enough that another change with the same fingerprint cannot be constructed.
const LENGTH: usize = 12;

/// The number of digits of a fingerprint.
pub(crate) const DIGITS: usize = 2 * LENGTH;

/// The fingerprint of a change between two nodes. It does not depend on lines, nor on the contents of the objects
/// around the change, only on the pointer.
pub(crate) fn between(id: &str, kind: Kind, places: &(Place, Place), nodes: (&Node, &Node)) -> String {
    let (old, new) = (&places.0.pointer, &places.1.pointer);
    // In a document without the changed value, the node is one of the objects around its place.
    let has_old = kind != Kind::Added && !is_around(old, new);
    let has_new = kind != Kind::Removed && !is_around(new, old);
    let pointer = if has_new { new } else { old };
    let (old, new) = (
        has_old.then(|| json::canonical(nodes.0)),
        has_new.then(|| json::canonical(nodes.1)),
    );
    of(id, pointer, (old.as_deref(), new.as_deref()))
}

/// Whether the first pointer is an ancestor of the second.
fn is_around(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// The fingerprint of a rule, a place, and the values at that place in both documents.
pub(crate) fn of(id: &str, pointer: &str, (old, new): (Option<&str>, Option<&str>)) -> String {
    // As JSON, so that different inputs cannot result in the same text.
    let input = serde_json::json!([id, pointer, old, new]).to_string();
    let hash = Sha256::digest(input.as_bytes());
    hash.iter().take(LENGTH).map(|byte| format!("{byte:02x}")).collect()
}
