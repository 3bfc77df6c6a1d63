//! Enums and objects have names, since types are generated from them.

use ittybit_spec::{Kind, Part};

use super::style::{Style, name};

const CODE: &str = "inline-type";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    let held = ["schema", "properties", "items", "additionalProperties"].contains(&part.field);
    if part.kind != Kind::Schema || !held {
        return;
    }
    for (key, what) in [("enum", "an enum"), ("properties", "an object")] {
        if part.node.get(key).is_some() {
            let message = format!("`{}` is {what} without a name", name(part));
            style.warn(
                CODE,
                part.at,
                message,
                "move it to `components/schemas`, and refer to it",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn a_type_without_a_name_is_reported() {
        let text = "paths: { /a: { get: { parameters: [{ name: p, in: query, schema: { enum: [a] } }] } } }\ncomponents: { schemas: { A: { properties: { b: { items: { properties: {} } } }, allOf: [{ properties: {} }] } } }\n";
        assert_eq!(
            messages(super::check, text),
            ["`p` is an enum without a name", "`items` is an object without a name",]
        );
    }
}
