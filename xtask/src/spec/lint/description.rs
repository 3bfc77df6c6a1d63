//! Every part of the document that users see has a description.

use ittybit_spec::{Kind, Node, Part};

use super::style::{Style, is_component, name};

const CODE: &str = "description-missing";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    let own = name(part);
    let what = match part.kind {
        Kind::Operation => {
            let path = part.parent.and_then(|path| path.key).unwrap_or_default();
            format!("`{} {path}`", own.to_uppercase())
        }
        Kind::Parameter | Kind::Header => format!("`{own}`"),
        Kind::Response => format!("the response `{own}`"),
        Kind::Schema if is_component(part) => format!("the schema `{own}`"),
        Kind::Schema if part.field == "properties" => format!("the property `{own}`"),
        _ => return,
    };
    let described = part
        .node
        .get("description")
        .and_then(Node::as_str)
        .is_some_and(|text| !text.trim().is_empty());
    if !described && part.node.get("$ref").is_none() {
        let message = format!("{what} has no description");
        style.warn(CODE, part.at, message, "describe it in a `description`");
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn a_part_without_a_description_is_reported() {
        let text = "paths:\n  /a:\n    get:\n      parameters: [{ name: p, in: query, schema: {} }, { $ref: '#/b' }]\n      responses: { '200': { headers: { H: { schema: {} } } } }\ncomponents: { schemas: { A: { description: ' ', properties: { b: {}, c: { description: d }, d: { $ref: e } } } } }\n";
        assert_eq!(
            messages(super::check, text),
            [
                "`GET /a` has no description",
                "`p` has no description",
                "the response `200` has no description",
                "`H` has no description",
                "the schema `A` has no description",
                "the property `b` has no description",
            ]
        );
    }
}
