//! References to components other than schemas.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::ReferenceOr;

/// What is at `at`, or what a reference there leads to among the components of a kind; and where that is.
pub(super) fn resolve<'c, T>(
    mut item: &'c ReferenceOr<T>,
    components: &'c IndexMap<String, ReferenceOr<T>>,
    kind: &str,
    mut at: String,
) -> Option<(&'c T, String)> {
    // `check` reports cycles; without one, each component is visited at most once.
    for _ in 0..=components.len() {
        match item {
            ReferenceOr::Item(found) => return Some((found, at)),
            ReferenceOr::Reference { reference } => {
                let name = reference.strip_prefix(&format!("#/components/{kind}/"))?;
                at = pointer::join("/components", [kind, name]);
                item = components.get(name)?;
            }
        }
    }
    None
}
