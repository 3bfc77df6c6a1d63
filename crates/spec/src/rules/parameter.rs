//! The schema of a parameter or a header, and how its value is written in a request.

use crate::checker::{Checker, Decision, Spot, quoted_list};
use crate::diagnostic::short;
use crate::grammar;
use crate::kind::Kind;
use crate::node::{Node, Object, Value};

const STYLE: &str = "parameter-style";
const OPTIONAL: &str = "path-parameter-optional";
const NO_EFFECT: &str = "parameter-no-effect";
const HEADER: &str = "parameter-header-ignored";
const SCHEMA: &str = "parameter-schema";

/// The keywords of a schema that were fields of the parameter itself in OpenAPI 2.
const OLD: [&str; 15] = [
    "type",
    "format",
    "enum",
    "items",
    "default",
    "minimum",
    "maximum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "multipleOf",
    "nullable",
];

/// Whether a field of a parameter or a header without a schema is a keyword of a schema, as in OpenAPI 2.
pub(crate) fn is_openapi_2_field(spot: &Spot<'_>, object: &grammar::Object, name: &str) -> bool {
    let holder = matches!(object.kind, Kind::Parameter | Kind::Header);
    holder
        && OLD.contains(&name)
        && ["schema", "content", "$ref"]
            .iter()
            .all(|key| spot.node.get(key).is_none())
}

pub(super) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(place) = spot.get("in").and_then(|place| place.node.as_str()) else {
        return;
    };
    let styles: &[&str] = match place {
        "path" => &["simple", "label", "matrix"],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "header" => &["simple"],
        "cookie" => &["form"],
        _ => return,
    };
    if let Some(style) = spot.get("style")
        && let Some(text) = style.node.as_str()
        && !styles.contains(&text)
    {
        let message = format!("a {place} parameter cannot have the style `{}`", short(text));
        let finding = checker
            .warning(&style, STYLE, message)
            .help(format!("write {}", quoted_list(styles)));
        checker.decide(&style, Decision::LeftOut, finding);
    }
    if place == "path" {
        optional(checker, spot);
    }
    for field in ["allowReserved", "allowEmptyValue"] {
        if let Some(field) = spot.get(field).filter(|_| place != "query") {
            let message = format!("`{}` has no effect on a {place} parameter", field.name);
            let finding = checker.key_warning(&field, NO_EFFECT, message).help("remove it");
            checker.push(finding);
        }
    }
    if let Some(name) = spot.get("name").filter(|_| place == "header")
        && let Some(text) = name.node.as_str()
        && ["accept", "content-type", "authorization"].contains(&text.to_lowercase().as_str())
    {
        let message = format!("the header parameter `{text}` is ignored");
        let finding = checker
            .warning(&name, HEADER, message)
            .help("use media types under `content`, or `security`, instead");
        checker.push(finding);
    }
}

fn optional<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let required = spot.get("required");
    if required.is_some_and(|required| required.node.as_bool() != Some(false)) {
        return;
    }
    let at = required.or(spot.get("name")).unwrap_or(*spot);
    let finding = checker
        .warning(&at, OPTIONAL, "a path parameter is always required")
        .help("write `required: true`");
    match required {
        Some(required) => checker.decide(&required, Decision::ReadAs(Value::Bool(true)), finding),
        None => {
            let value = Node::new(spot.node.span(), Value::Bool(true));
            checker.fixes.add(spot.node, "required", value);
            checker.push(finding);
        }
    }
}

/// A parameter or header has either a schema or one media type.
pub(crate) fn schema_or_content<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let what = match spot.get("name").and_then(|name| name.node.as_str()) {
        Some(name) => format!("`{}`", short(name)),
        None if spot.entry.is_some() => format!("`{}`", short(spot.name)),
        None => "a parameter".to_owned(),
    };
    let is_kept = |field: &Spot<'d>| !checker.fixes.is_left_out(field.node);
    match (spot.get("schema").filter(is_kept), spot.get("content").filter(is_kept)) {
        (None, None) => no_schema(checker, spot, &what),
        (Some(_), Some(content)) => {
            let message = format!("{what} has both `schema` and `content`");
            let finding = checker
                .key_warning(&content, SCHEMA, message)
                .help("remove one of the two");
            checker.decide(&content, Decision::LeftOut, finding);
        }
        (Some(_), None) => {}
        (None, Some(content)) => {
            let members = content.node.as_object().unwrap_or_default();
            if members.len() == 1 {
                return;
            }
            let message = format!("the `content` of {what} must have exactly one media type");
            let finding = checker
                .key_warning(&content, SCHEMA, message)
                .help("write `content: { application/json: { schema: … } }`");
            if members.is_empty() {
                checker.fixes.leave_out(content.node);
                let any = Node::new(spot.node.span(), Value::Object(Object::default()));
                checker.fixes.add(spot.node, "schema", any);
            }
            for member in content.members().skip(1) {
                checker.fixes.leave_out(member.node);
            }
            checker.push(finding);
        }
    }
}

/// Reports a missing schema. In OpenAPI 2, the keywords of a schema are fields of the parameter itself, so
/// those are used.
fn no_schema<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, what: &str) {
    let old: Vec<Spot<'d>> = spot.members().filter(|member| OLD.contains(&member.name)).collect();
    let finding = checker
        .warning(spot, SCHEMA, format!("{what} needs `schema`"))
        .label(match old.is_empty() {
            true => "any value is accepted",
            false => "its schema is read from its own fields",
        })
        .help("add `schema: { type: string }`");
    checker.push(finding);
    if old.is_empty() {
        let any = Node::new(spot.node.span(), Value::Object(Object::default()));
        return checker.fixes.add(spot.node, "schema", any);
    }
    for member in &old {
        if let Some(field) = grammar::SCHEMA.field(member.name, Some(checker.version)) {
            checker.later.push((*member, &field.shape));
        }
    }
    checker.fixes.make_schema(spot.node, &OLD);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_has_a_schema_and_a_style_that_its_place_allows() {
        let text = "paths: { /a: { get: { parameters: [{ name: a, in: query, style: simple }, { name: b, in: header, type: string, allowReserved: true }], responses: { '200': { description: Done. } } } } }\n";
        assert_eq!(
            findings(text),
            [
                "parameter-schema 4:38",
                "parameter-style 4:65",
                "parameter-schema 4:77",
                "parameter-no-effect 4:112"
            ]
        );
    }
}
