//! An `enum` has at least one value, each occurs once, and each has the schema's type.

use std::collections::HashMap;
use std::ops::Range;

use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::node::{Node, Value};
use crate::number;

const EMPTY: &str = "enum-empty";
const REPEATED: &str = "enum-repeated";
pub(super) const TYPE: &str = "value-type";

/// Checks the `enum` of a schema, and returns its values.
pub(super) fn check<'d>(checker: &mut Checker<'d>, schema: &Spot<'d>) -> Vec<Spot<'d>> {
    let Some(list) = schema.get("enum").filter(|list| list.node.as_array().is_some()) else {
        return Vec::new();
    };
    let values: Vec<Spot<'d>> = list.items().collect();
    if values.is_empty() {
        let finding = checker
            .warning(&list, EMPTY, "`enum` has no values")
            .help("list the values, or remove `enum`");
        checker.decide(&list, Decision::LeftOut, finding);
        return values;
    }
    let mut seen: HashMap<String, Range<usize>> = HashMap::new();
    for value in &values {
        let text = value.node.to_json().to_string();
        match seen.get(&text) {
            Some(first) => {
                let finding = checker
                    .warning(value, REPEATED, format!("the value {} is listed twice", short(&text)))
                    .also_at(checker.source(first), first.clone(), "first here")
                    .help("remove one of the two");
                checker.decide(value, Decision::LeftOut, finding);
            }
            None => {
                seen.insert(text, value.span());
            }
        }
    }
    let fitting: Vec<Option<Value>> = values.iter().map(|value| fitted(checker, schema, value)).collect();
    let same = |(value, fitting): (&Spot<'d>, &Option<Value>)| fitting.as_ref() == Some(value.node.value());
    if values.iter().zip(&fitting).all(same) {
        return values;
    }
    // Where all values have another type, either may be the mistake.
    let none = fitting.iter().all(Option::is_none) || mixed(&values, &fitting);
    let kind = schema.get("type");
    if let Some(kind) = kind.filter(|_| none) {
        let message = "no value of `enum` is of the schema's type, so both are ignored: any value is accepted";
        let finding = checker
            .warning(&kind, TYPE, message)
            .help("write the `type` of the values");
        checker.push(finding);
        checker.fixes.leave_out(kind.node);
        checker.fixes.leave_out(list.node);
        return values;
    }
    for (value, fitting) in values.iter().zip(fitting) {
        if fitting.as_ref() != Some(value.node.value()) {
            typed(checker, schema, value, "a value of `enum`", fitting);
        }
    }
    values
}

/// Whether there are values besides null, and none of them fits.
fn mixed(values: &[Spot<'_>], fitting: &[Option<Value>]) -> bool {
    let others = values
        .iter()
        .zip(fitting)
        .filter(|(value, _)| *value.node.value() != Value::Null);
    let mut others = others.peekable();
    others.peek().is_some() && others.all(|(_, fitting)| fitting.is_none())
}

/// The value converted to the schema's type: the value itself where it has that type; `None` where it cannot be
/// converted.
pub(super) fn fitted(checker: &Checker<'_>, schema: &Spot<'_>, value: &Spot<'_>) -> Option<Value> {
    let own = value.node.value();
    let kinds: Vec<&str> = match schema.get("type").map(|kind| kind.node.value()) {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Node::as_str).collect(),
        _ => return Some(own.clone()),
    };
    let known = |kind: &&&str| **kind == "null" || super::schema_type::TYPES.contains(kind);
    if kinds.is_empty() || !kinds.iter().all(|kind| known(&kind)) {
        return Some(own.clone());
    }
    let nullable = schema.get("nullable").and_then(|value| value.node.as_bool()) == Some(true);
    if nullable && *own == Value::Null {
        return Some(Value::Null);
    }
    if kinds.iter().any(|kind| is(own, kind)) {
        return Some(own.clone());
    }
    let raw = || checker.document.raw(value.node);
    kinds.iter().find_map(|kind| match (*kind, own) {
        ("string", Value::Number(_) | Value::Bool(_)) => Some(Value::String(raw().to_owned())),
        ("integer" | "number", Value::String(text)) => {
            let number = Value::Number(number::parse(text.trim()).ok().flatten()?);
            is(&number, kind).then_some(number)
        }
        ("boolean", Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    })
}

fn is(value: &Value, kind: &str) -> bool {
    match (kind, value) {
        ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("number", Value::Number(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("null", Value::Null) => true,
        ("integer", Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

/// Reports a default or a value of an enum that does not have the schema's type.
pub(super) fn typed<'d>(
    checker: &mut Checker<'d>,
    schema: &Spot<'d>,
    value: &Spot<'d>,
    what: &str,
    fitted: Option<Value>,
) {
    let decision = fitted.map_or(Decision::LeftOut, Decision::ReadAs);
    if *value.node.value() == Value::Null {
        let finding = checker
            .warning(value, TYPE, format!("{what} is null, but the schema is not nullable"))
            .help("add `nullable: true`, or remove the value");
        if value.entry.is_some() {
            return checker.decide(value, decision, finding);
        }
        // A null in the list is intended: the flag was forgotten.
        let nullable = Node::new(value.span(), Value::Bool(true));
        checker.fixes.add(schema.node, "nullable", nullable);
        return checker.push(finding.label("read as nullable"));
    }
    let kind = schema
        .get("type")
        .and_then(|kind| kind.node.as_str())
        .unwrap_or("another");
    let raw = checker.document.raw(value.node);
    let scalar = matches!(value.node.value(), Value::Bool(_) | Value::Number(_));
    let message = format!("{what} is {}, but the schema is of type `{kind}`", value.node.kind());
    let finding = checker.warning(value, TYPE, message);
    let finding = match kind {
        "string" if scalar => finding.help(format!("put it in quotes: `\"{raw}\"`")),
        "integer" if value.node.as_number().is_some() => finding.help("write a whole number, or `type: number`"),
        _ => finding.help(format!("write a value of type `{kind}`, or change `type`")),
    };
    checker.decide(value, decision, finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn each_value_occurs_once_and_has_the_type() {
        let text = "paths: {}\ncomponents: { schemas: { A: { type: integer, enum: [1, 1, '2', x], properties: { a: { enum: [] }, b: { type: string, enum: [a, null] } } } } }\n";
        assert_eq!(
            findings(text),
            [
                "enum-empty 5:87",
                "value-type 5:128",
                "enum-repeated 5:56",
                "value-type 5:59",
                "value-type 5:64"
            ]
        );
    }
}
