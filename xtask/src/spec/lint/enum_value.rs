//! Each value of a named enum has a description.

use ittybit_spec::{Node, Part, pointer};

use super::style::{Style, is_component, name};

const CODE: &str = "enum-value-undescribed";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    if !is_component(part) {
        return;
    }
    let values = part.node.get("enum").and_then(Node::as_array).unwrap_or_default();
    let texts = part.node.get("x-enum-descriptions");
    for (index, value) in values.iter().enumerate() {
        let Some(value) = value.as_str() else { continue };
        let listed = texts
            .and_then(Node::as_array)
            .filter(|texts| texts.len() == values.len());
        if texts
            .and_then(|texts| texts.get(value))
            .or(listed.and_then(|texts| texts.get(index)))
            .is_none()
        {
            let at = pointer::join(part.at, ["enum", index.to_string().as_str()]);
            let message = format!("the value `{value}` of `{}` has no description", name(part));
            style.warn(CODE, &at, message, "describe it in `x-enum-descriptions`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn a_value_without_a_description_is_reported() {
        let text =
            "paths: {}\ncomponents: { schemas: { A: { enum: [a, b, 1], x-enum-descriptions: { a: First. } } } }\n";
        assert_eq!(
            messages(super::check, text),
            ["the value `b` of `A` has no description"]
        );
        let list =
            "paths: {}\ncomponents: { schemas: { A: { enum: [a, b], x-enum-descriptions: [First., Second.] } } }\n";
        assert!(messages(super::check, list).is_empty());
    }
}
