//! The references in the mapping of a discriminator lead to schemas.

use crate::check::{Checker, Spot};
use crate::reference;

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let mapping = spot.get("mapping");
    for target in mapping.iter().flat_map(Spot::members) {
        reference::check_mapping(checker, &target);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn an_unresolved_reference_is_left_out() {
        let text = "paths: {}\ncomponents: { schemas: { A: { oneOf: [{}], discriminator: { propertyName: a, mapping: { b: '#/nowhere', c: AnyName } } } } }\n";
        assert_eq!(findings(text), ["reference-unresolved 5:92"]);
    }
}
