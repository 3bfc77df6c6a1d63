//! `exclusiveMinimum` and `exclusiveMaximum`: a flag in 3.0, a number in 3.1. Either form is accepted in both
//! versions, and [lowering](crate::lower) converts it to that of 3.0.

use crate::checker::{Checker, Decision, Spot};
use crate::grammar::Version;
use crate::node::Value;

const CODE: &str = "schema-exclusive";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let name = spot.name;
    let bound = if name == "exclusiveMinimum" {
        "minimum"
    } else {
        "maximum"
    };
    let raw = checker.document.raw(spot.node);
    match (spot.node.value(), checker.version) {
        (Value::Bool(_), Version::V30) | (Value::Number(_), Version::V31) => {}
        (Value::Number(_), Version::V30) => {
            let message = format!("`{name}` must be `true` or `false` in OpenAPI 3.0, and is read as in 3.1");
            let finding = checker.warning(spot, CODE, message);
            checker.push(finding.help(format!("write `{bound}: {raw}` and `{name}: true`")));
        }
        (Value::Bool(_), Version::V31) => {
            let message = format!("`{name}` must be a number in OpenAPI 3.1, and is read as in 3.0");
            let finding = checker.warning(spot, CODE, message);
            checker.push(finding.help(format!("write the bound as `{name}`, and remove `{bound}`")));
        }
        (_, version) => {
            let expected = match version {
                Version::V30 => "`true` or `false`",
                Version::V31 => "a number",
            };
            checker.wrong(spot, expected, Decision::LeftOut, || match version {
                Version::V30 => format!("write the bound as `{bound}`, and `{name}: true`"),
                Version::V31 => format!("write the bound as `{name}: 1`"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn each_version_has_its_own_form() {
        let text = "paths: {}\ncomponents: { schemas: { A: { exclusiveMinimum: 5, exclusiveMaximum: true, properties: { a: { exclusiveMinimum: x } } } } }\n";
        assert_eq!(findings(text), ["schema-exclusive 5:49", "value-kind 5:113"]);
    }
}
