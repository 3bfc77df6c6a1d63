//! An `operationId` is the name of a Rust method.

use ittybit_spec::{Kind, Node, Part, pointer};

use super::style::{Style, is_snake};

const CODE: &str = "operation-name";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    if part.kind != Kind::Operation {
        return;
    }
    if let Some(id) = part.node.get("operationId").and_then(Node::as_str)
        && !is_snake(id)
    {
        let at = pointer::join(part.at, ["operationId"]);
        let message = format!("`{id}` is not the name of a Rust method");
        style.warn(CODE, &at, message, "write it in snake_case");
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn a_name_in_another_case_is_reported() {
        let text = "paths: { /a: { get: { operationId: getA }, put: { operationId: put_a2 }, post: {} } }\n";
        assert_eq!(
            messages(super::check, text),
            ["`getA` is not the name of a Rust method"]
        );
    }
}
