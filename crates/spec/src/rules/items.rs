//! A list without `items`, which 3.0 requires: it holds any JSON.

use crate::check::{Checker, Spot};
use crate::fix;
use crate::grammar::Version;

const CODE: &str = "items-missing";

pub(super) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let kind = spot.get("type").and_then(|kind| kind.node.as_str());
    if kind != Some("array") || spot.get("items").is_some() || checker.version != Version::V30 {
        return;
    }
    let finding = checker
        .warning(spot, CODE, "a schema of type `array` needs `items`")
        .label("any item is accepted")
        .help("add `items: { type: string }`");
    checker.push(finding);
    checker
        .fixes
        .add(spot.node, "items", fix::object(spot.node, Vec::new()));
}
