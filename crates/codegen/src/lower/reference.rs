//! References to components other than schemas.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::ReferenceOr;

/// Follows references among the components of a kind.
pub(super) fn resolve<'c, T>(
    components: &'c IndexMap<String, ReferenceOr<T>>,
    reference: &str,
    kind: &str,
    at: String,
) -> (Option<&'c T>, String) {
    let mut reference = reference;
    // `check` reports cycles; without one, each component is visited at most once.
    for _ in 0..=components.len() {
        let Some(name) = reference.strip_prefix(&format!("#/components/{kind}/")) else {
            break;
        };
        match components.get(name) {
            Some(ReferenceOr::Item(item)) => {
                return (Some(item), pointer::join("/components", [kind, name]));
            }
            Some(ReferenceOr::Reference { reference: next }) => reference = next,
            None => break,
        }
    }
    (None, at)
}
