//! The `type` of a schema is a name, and in 3.1 also a list of names.

use crate::checker::{Checker, Decision, Spot, quoted_list};
use crate::diagnostic::short;
use crate::grammar::Version;
use crate::node::{Node, Value};

const CODE: &str = "schema-type-unknown";
const NEWER: &str = "schema-type-newer";

pub(crate) const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    if let Some(types) = spot.node.as_array() {
        if checker.version == Version::V30 {
            newer_list(checker, spot, types);
        }
        for item in spot.items() {
            name(checker, &item);
        }
        return;
    }
    if spot.node.as_str() == Some("null") && checker.version == Version::V30 {
        let finding = checker
            .warning(
                spot,
                NEWER,
                "the type `null` came with OpenAPI 3.1, and is read as in 3.1",
            )
            .help("in 3.0 write the type of the other values, and `nullable: true`");
        return checker.push(finding);
    }
    name(checker, spot);
}

/// Reports a list of types in 3.0. [Lowering](crate::lower) converts it, as one of 3.1.
fn newer_list<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, types: &[Node]) {
    let nullable = types
        .iter()
        .any(|name| name.as_str() == Some("null") || *name.value() == Value::Null);
    let named: Vec<&str> = types
        .iter()
        .filter_map(Node::as_str)
        .filter(|name| *name != "null")
        .collect();
    let message = "a list of types came with OpenAPI 3.1, and is read as in 3.1";
    let finding = checker.warning(spot, NEWER, message);
    checker.push(match named.as_slice() {
        [name] if nullable => finding.help(format!("in 3.0 write `type: {name}` and `nullable: true`")),
        [name] => finding.help(format!("in 3.0 write `type: {name}`")),
        [] => finding.help("in 3.0 write one type, as in `type: string`"),
        _ => finding.help("in 3.0 write `oneOf` with a schema for each type"),
    });
}

/// Checks one name. An unknown type is left out, so any JSON is accepted.
fn name<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let list = quoted_list(&TYPES);
    let Some(text) = spot.node.as_str() else {
        // In YAML, `null` without quotes is not a string.
        let decision = match (spot.entry, spot.node.value()) {
            (None, Value::Null) => return,
            _ => Decision::LeftOut,
        };
        return checker.wrong(spot, &format!("one of {list}"), decision, || {
            format!("write `{}: string`", spot.name)
        });
    };
    if TYPES.contains(&text) || text == "null" {
        return;
    }
    let finding = checker.warning(spot, CODE, format!("`{}` is not a value of `type`", short(text)));
    let same = TYPES.iter().find(|name| name.eq_ignore_ascii_case(text.trim()));
    let meant = checker.similar(text, TYPES.iter().copied());
    let finding = match meant {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help(format!("write one of {list}")),
    };
    match (same, text) {
        (Some(name), _) => checker.decide(spot, Decision::ReadAs(Value::String((*name).to_owned())), finding),
        // A type of OpenAPI 2, which `lower` converts.
        (None, "file") => checker.decide(
            spot,
            Decision::Kept,
            finding.label("read as `type: string` and `format: binary`"),
        ),
        // A misspelt type has one obvious meaning: to leave it out would be wrong.
        (None, _) if meant.is_some() => checker.decide(spot, Decision::Refused, finding),
        (None, _) => checker.decide(spot, Decision::LeftOut, finding),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_is_a_name_or_in_3_1_a_list_of_names() {
        let text = "paths: {}\ncomponents: { schemas: { A: { type: text, properties: { a: { type: [string, 'null'] }, b: { type: 1 } } } } }\n";
        assert_eq!(
            findings(text),
            ["schema-type-unknown 5:37", "schema-type-newer 5:62", "value-kind 5:99"]
        );
    }
}
