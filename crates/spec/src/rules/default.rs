//! A `default` has the schema's type, and is one of the values of its `enum`.

use super::enumeration::{fitted, typed};
use crate::checker::{Checker, Decision, Spot};
use crate::node::Value;

const CODE: &str = "default-unknown";

pub(super) fn check<'d>(checker: &mut Checker<'d>, schema: &Spot<'d>, values: &[Spot<'d>]) {
    let Some(default) = schema.get("default") else {
        return;
    };
    let fitted = fitted(checker, schema, &default);
    if fitted.as_ref() != Some(default.node.value()) {
        return typed(checker, schema, &default, "the default", fitted);
    }
    let listed = values.iter().any(|value| value.node == default.node);
    let nullable = schema.get("nullable").and_then(|value| value.node.as_bool());
    let null = *default.node.value() == Value::Null && nullable == Some(true);
    if !values.is_empty() && !listed && !null {
        let finding = checker
            .warning(&default, CODE, "the default is not a value of `enum`")
            .help("write one of the values, or add it to `enum`");
        checker.decide(&default, Decision::LeftOut, finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_is_one_of_the_values_and_of_the_type() {
        let text = "paths: {}\ncomponents: { schemas: { A: { type: integer, enum: [1], default: 2, properties: { a: { type: integer, default: x }, b: { type: integer, default: '3' } } } } }\n";
        assert_eq!(
            findings(text),
            ["value-type 5:112", "value-type 5:146", "default-unknown 5:66"]
        );
    }
}
