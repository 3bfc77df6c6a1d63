//! What the mapping of a discriminator leads to.

use crate::check::{Checker, Spot};
use crate::reference;

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let mapping = spot.get("mapping");
    for target in mapping.iter().flat_map(Spot::members) {
        reference::check_mapping(checker, &target);
    }
}
