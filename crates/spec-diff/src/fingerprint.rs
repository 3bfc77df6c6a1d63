//! What a change is known by, for as long as it stays the same change.

use ittybit_spec::Node;
use sha2::{Digest, Sha256};

use crate::change::{Kind, Place};
use crate::json;

/// How many bytes of the hash are kept: so many that nobody finds a second change for an approved one.
const LENGTH: usize = 12;

/// The number of digits of a fingerprint.
pub(crate) const DIGITS: usize = 2 * LENGTH;

/// The fingerprint of a change between two nodes. It knows no lines, and of what only surrounds the
/// change it knows the pointer alone.
pub(crate) fn between(id: &str, kind: Kind, places: &(Place, Place), nodes: (&Node, &Node)) -> String {
    let (old, new) = (&places.0.pointer, &places.1.pointer);
    // Where one document does not have the thing, the node of that document is one around its place.
    let has_old = kind != Kind::Added && !is_around(old, new);
    let has_new = kind != Kind::Removed && !is_around(new, old);
    let pointer = if has_new { new } else { old };
    let (old, new) = (
        has_old.then(|| json::canonical(nodes.0)),
        has_new.then(|| json::canonical(nodes.1)),
    );
    of(id, pointer, (old.as_deref(), new.as_deref()))
}

/// Whether the place of the first pointer holds that of the second.
fn is_around(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// The fingerprint of a rule, a place, and what is there in both documents.
pub(crate) fn of(id: &str, pointer: &str, (old, new): (Option<&str>, Option<&str>)) -> String {
    // As JSON, so that no two inputs run together.
    let input = serde_json::json!([id, pointer, old, new]).to_string();
    let hash = Sha256::digest(input.as_bytes());
    hash.iter().take(LENGTH).map(|byte| format!("{byte:02x}")).collect()
}
