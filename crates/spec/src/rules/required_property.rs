//! A required property is among the `properties`, and is listed in `required` once.

use std::collections::HashSet;

use crate::checker::{Checker, Spot};
use crate::diagnostic::short;

const REPEATED: &str = "required-repeated";
const UNKNOWN: &str = "required-unknown";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let (Some(required), Some(properties)) = (spot.get("required"), spot.get("properties")) else {
        return;
    };
    if ["allOf", "oneOf", "anyOf", "$ref"]
        .iter()
        .any(|key| spot.get(key).is_some())
    {
        return;
    }
    let names = properties.node.as_object().unwrap_or_default();
    let mut seen = HashSet::new();
    for item in required.items() {
        let Some(name) = item.node.as_str() else {
            continue;
        };
        if !seen.insert(name) {
            let message = format!("`{}` is listed twice in `required`", short(name));
            let finding = checker.warning(&item, REPEATED, message);
            checker.push(finding.help("remove one of the two"));
            checker.fixes.leave_out(item.node);
        }
        // A part of an `allOf` may require what another part has.
        let is_part = spot.entry.is_none() && spot.name == "allOf";
        if properties.get(name).is_none() && !is_part {
            let message = format!("`{}` is required, but is not among the `properties`", short(name));
            let finding = checker.warning(&item, UNKNOWN, message);
            let meant = checker.similar(name, names.iter().map(|entry| entry.key()));
            checker.push(match meant {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help(format!("add `{}` to `properties`, or remove it here", short(name))),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn each_is_a_property_and_listed_once() {
        let text = "paths: {}\ncomponents: { schemas: { A: { required: [a, a, b], properties: { a: {} } } } }\n";
        assert_eq!(findings(text), ["required-repeated 5:45", "required-unknown 5:48"]);
    }
}
