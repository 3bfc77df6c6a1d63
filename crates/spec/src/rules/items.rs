//! A list has `items`, which 3.0 requires. Without it, the items may be any JSON.

use crate::checker::{Checker, Spot};
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

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn a_list_has_items() {
        let text = "paths: {}\ncomponents: { schemas: { A: { type: array, properties: { a: { type: array, items: {} } } } } }\n";
        assert_eq!(findings(text), ["items-missing 5:26"]);
    }
}
