//! The rules of OpenAPI 3.0 that are more than a table of fields.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde_json::Number;

use crate::Severity;
use crate::check::{Checker, Spot, quoted_list};
use crate::node::{Node, Value};
use crate::reference;

/// Whether this is OpenAPI 3, so that looking further makes sense.
pub(crate) fn version<'d>(checker: &mut Checker<'d>, root: &Spot<'d>) -> bool {
    const WRITE: &str = "write `openapi: 3.0.3`";
    if let Some(swagger) = root.get("swagger") {
        let finding = checker
            .error(&swagger, "this is an OpenAPI 2 document (Swagger)")
            .help("convert it to OpenAPI 3.0, for example with the `swagger2openapi` program");
        checker.push(finding);
        return false;
    }
    let Some(openapi) = root.get("openapi") else {
        let finding = if root.node.as_object().is_some() {
            checker.error(root, "this is no OpenAPI document: it has no `openapi`")
        } else {
            let kind = root.node.kind();
            checker.error(root, format!("this is no OpenAPI document: it is {kind}"))
        };
        checker.push(finding.help("begin it with `openapi: 3.0.3`"));
        return false;
    };
    let Some(text) = openapi.node.as_str() else {
        checker.wrong(&openapi, "the version, as a string", || Some(WRITE.to_owned()));
        return openapi.node.as_number().is_some();
    };
    let numbers: Vec<&str> = text.split('.').collect();
    let numeric = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let finding = match numbers[..] {
        ["3", "0", patch] if numeric(&patch) => return true,
        ["3", "0"] => checker.error(&openapi, "the version of OpenAPI is not complete"),
        ["3", minor, ..] if numeric(&minor) => {
            checker.error(&openapi, format!("OpenAPI 3.{minor} cannot be read, only 3.0"))
        }
        _ => checker.error(&openapi, format!("`{text}` is no version of OpenAPI 3.0")),
    };
    checker.push(finding.help(WRITE));
    numbers.first() == Some(&"3")
}

pub(crate) fn document<'d>(checker: &mut Checker<'d>, root: &Spot<'d>) {
    reference::check_cycles(checker);
    security(checker, root);
    let mut shapes: HashMap<String, (&str, Range<usize>)> = HashMap::new();
    let Some(paths) = root.get("paths") else {
        return;
    };
    for path in paths.members().filter(|path| path.name.starts_with('/')) {
        path_parameters(checker, &path);
        let Ok(names) = template(path.name) else {
            continue;
        };
        let mut shape = String::new();
        let mut rest = path.name;
        for name in names {
            let (before, after) = rest.split_once(name).unwrap_or((rest, ""));
            shape.push_str(before);
            rest = after;
        }
        shape.push_str(rest);
        let span = path.entry.map_or_else(|| path.span(), |entry| entry.key_span());
        match shapes.get(&shape) {
            Some((other, place)) => {
                let finding = checker
                    .key_error(&path, format!("`{}` and `{other}` are one path", path.name))
                    .label("differs in the names of parameters only")
                    .also_at(checker.document.source(), place.clone(), "the other")
                    .help("put the operations of both under one of them");
                checker.push(finding);
            }
            None => {
                shapes.insert(shape, (path.name, span));
            }
        }
    }
}

/// Security requirements name security schemes.
fn security(checker: &mut Checker<'_>, spot: &Spot<'_>) {
    let schemes = checker.document.get("/components/securitySchemes");
    let schemes = schemes.and_then(Node::as_object).unwrap_or_default();
    let known: HashSet<&str> = schemes.iter().map(|entry| entry.key()).collect();
    let Some(security) = spot.get("security") else {
        return;
    };
    for scheme in security.items().flat_map(|item| item.members()) {
        if known.contains(scheme.name) {
            continue;
        }
        let message = format!("there is no security scheme `{}`", scheme.name);
        let finding = checker.key_error(&scheme, message);
        let names = schemes.iter().map(|entry| entry.key());
        let finding = match checker.similar(scheme.name, names) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help(format!(
                "add `{}` to `components: {{ securitySchemes: … }}`",
                scheme.name
            )),
        };
        checker.push(finding);
    }
}

pub(crate) fn component_name(checker: &mut Checker<'_>, member: &Spot<'_>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if member.name.is_empty() || !member.name.chars().all(allowed) {
        let finding = checker
            .key_error(member, format!("`{}` cannot be the name of a component", member.name))
            .help("use letters, digits, `.`, `-` and `_` only");
        checker.push(finding);
    }
}

pub(crate) fn path(checker: &mut Checker<'_>, member: &Spot<'_>) {
    let name = member.name;
    if !name.starts_with('/') {
        let finding = checker
            .key_error(member, format!("the path `{name}` does not begin with `/`"))
            .help(format!("write `/{name}`"));
        checker.push(finding);
    } else if let Err(Unbalanced) = template(name) {
        let finding = checker
            .key_error(member, format!("the braces of the path `{name}` do not match"))
            .help("write each parameter as `{name}`");
        checker.push(finding);
    }
}

struct Unbalanced;

/// The names of the parameters of a path.
fn template(path: &str) -> Result<Vec<&str>, Unbalanced> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let inner = rest[at..].strip_prefix('{').ok_or(Unbalanced)?;
        let (name, after) = inner.split_once('}').ok_or(Unbalanced)?;
        if name.is_empty() || name.contains('{') {
            return Err(Unbalanced);
        }
        names.push(name);
        rest = after;
    }
    Ok(names)
}

pub(crate) fn status(checker: &mut Checker<'_>, member: &Spot<'_>) {
    let bytes = member.name.as_bytes();
    let valid = match bytes {
        b"default" => true,
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    };
    if valid {
        return;
    }
    let finding = checker.key_error(member, format!("`{}` is no status code", member.name));
    let upper = member.name.to_ascii_uppercase();
    checker.push(match upper.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => finding.help(format!("write `{upper}`")),
        _ => finding.help("write a code from 100 to 599, a range as in `4XX`, or `default`"),
    });
}

/// Whether the member of a callback can be looked into further.
pub(crate) fn expression(checker: &mut Checker<'_>, member: &Spot<'_>) -> bool {
    let finding = match member.name {
        "$ref" => checker
            .key_error(member, "a callback that is a reference cannot be read")
            .help("write the callback out"),
        name if name.starts_with("x-") => checker
            .key_error(member, "an extension inside a callback cannot be read")
            .help("move it to the operation"),
        _ => return true,
    };
    checker.push(finding);
    false
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(crate) fn path_item<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    repeated_parameters(checker, spot);
}

pub(crate) fn operation<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    repeated_parameters(checker, spot);
    security(checker, spot);
    let Some(id) = spot.get("operationId") else {
        return;
    };
    let Some(text) = id.node.as_str() else {
        return;
    };
    match checker.operation_ids.get(text).cloned() {
        Some(first) => {
            let finding = checker
                .error(&id, format!("two operations have the `operationId` `{text}`"))
                .label("again here")
                .also_at(checker.document.source(), first, "first here")
                .help("give each operation a name of its own");
            checker.push(finding);
        }
        None => {
            checker.operation_ids.insert(text, id.span());
        }
    }
}

/// The parameters of a path item or operation, each as written and as what it refers to.
fn parameters<'d>(checker: &Checker<'d>, spot: &Spot<'d>) -> Vec<(Spot<'d>, &'d Node, (&'d str, &'d str))> {
    let Some(list) = spot.get("parameters") else {
        return Vec::new();
    };
    list.items()
        .filter_map(|item| {
            let parameter = checker.document.resolve(item.node)?;
            let name = parameter.get("name")?.as_str()?;
            let place = parameter.get("in")?.as_str()?;
            Some((item, parameter, (name, place)))
        })
        .collect()
}

fn repeated_parameters<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let mut seen: HashMap<(&str, &str), Range<usize>> = HashMap::new();
    for (item, _, (name, place)) in parameters(checker, spot) {
        let span = item.get("name").or(item.get("$ref")).map(|name| name.span());
        let span = span.unwrap_or_else(|| item.span());
        match seen.get(&(name, place)) {
            Some(first) => {
                let message = format!("the {place} parameter `{name}` is listed twice");
                let finding = checker
                    .finding(Severity::Error, span, message)
                    .label("again here")
                    .also_at(checker.document.source(), first.clone(), "first here")
                    .help("remove one of the two");
                checker.push(finding);
            }
            None => {
                seen.insert((name, place), span);
            }
        }
    }
}

/// The names in a path and its path parameters have to be the same.
fn path_parameters<'d>(checker: &mut Checker<'d>, path: &Spot<'d>) {
    let Ok(names) = template(path.name) else {
        return;
    };
    let mut seen = HashSet::new();
    for name in &names {
        if !seen.insert((*name, "path")) {
            let finding = checker
                .key_error(path, format!("the path `{}` has `{{{name}}}` twice", path.name))
                .help("give each parameter a name of its own");
            checker.push(finding);
        }
    }
    let shared = parameters(checker, path);
    for (item, _, (name, place)) in &shared {
        if *place == "path" && !seen.contains(&(*name, "path")) {
            not_in_path(checker, item, name, path.name);
        }
    }
    for operation in path.members() {
        if !METHODS.contains(&operation.name) || operation.node.as_object().is_none() {
            continue;
        }
        let own = parameters(checker, &operation);
        for (item, _, (name, place)) in &own {
            if *place == "path" && !seen.contains(&(*name, "path")) {
                not_in_path(checker, item, name, path.name);
            }
        }
        let described: HashSet<(&str, &str)> = own.iter().chain(&shared).map(|(_, _, key)| *key).collect();
        for name in &names {
            if !described.contains(&(*name, "path")) {
                let finding = checker
                    .key_error(
                        &operation,
                        format!("the path parameter `{name}` of `{}` is not described", path.name),
                    )
                    .help(format!(
                        "add `- {{ name: {name}, in: path, required: true, schema: {{ type: string }} }}` to `parameters`"
                    ));
                checker.push(finding);
            }
        }
    }
}

fn not_in_path(checker: &mut Checker<'_>, item: &Spot<'_>, name: &str, path: &str) {
    let spot = item.get("name").or(item.get("$ref")).unwrap_or(*item);
    let finding = checker
        .error(&spot, format!("the path `{path}` has no `{{{name}}}`"))
        .help(format!(
            "write `{{{name}}}` where it stands in the path, or remove the parameter"
        ));
    checker.push(finding);
}

pub(crate) fn parameter<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    schema_or_content(checker, spot);
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
        let finding = checker
            .error(&style, format!("a {place} parameter cannot have the style `{text}`"))
            .help(format!("write {}", quoted_list(styles)));
        checker.push(finding);
    }
    if place == "path" {
        let required = spot.get("required");
        if required.is_none_or(|required| required.node.as_bool() == Some(false)) {
            let spot = required.or(spot.get("name")).unwrap_or(*spot);
            let finding = checker
                .error(&spot, "a path parameter is always required")
                .help("write `required: true`");
            checker.push(finding);
        }
    }
    for field in ["allowReserved", "allowEmptyValue"] {
        if let Some(field) = spot.get(field).filter(|_| place != "query") {
            let message = format!("`{}` has no effect on a {place} parameter", field.name);
            let finding = checker.key_warning(&field, message).help("remove it");
            checker.push(finding);
        }
    }
    if let Some(name) = spot.get("name").filter(|_| place == "header")
        && let Some(text) = name.node.as_str()
        && ["accept", "content-type", "authorization"].contains(&text.to_lowercase().as_str())
    {
        let message = format!("the header parameter `{text}` is ignored");
        let finding = checker
            .finding(Severity::Warning, name.span(), message)
            .help("say it with media types under `content`, or with `security`");
        checker.push(finding);
    }
}

/// A parameter or header has a schema or one media type.
pub(crate) fn schema_or_content<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let what = match spot.get("name").and_then(|name| name.node.as_str()) {
        Some(name) => format!("`{name}`"),
        None if spot.entry.is_some() => format!("`{}`", spot.name),
        None => "a parameter".to_owned(),
    };
    let finding = match (spot.get("schema"), spot.get("content")) {
        (None, None) => checker
            .error(spot, format!("{what} needs `schema`"))
            .help("add `schema: { type: string }`"),
        (Some(_), Some(content)) => checker
            .key_error(&content, format!("{what} has both `schema` and `content`"))
            .help("remove one of the two"),
        (None, Some(content)) if content.node.as_object().is_some_and(|map| map.len() != 1) => checker
            .key_error(&content, format!("the `content` of {what} must be one media type"))
            .help("write `content: { application/json: { schema: … } }`"),
        _ => return,
    };
    checker.push(finding);
}

pub(crate) fn link<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let finding = match (spot.get("operationId"), spot.get("operationRef")) {
        (None, None) => checker.error(spot, "the link names no operation"),
        (Some(_), Some(second)) => checker.key_error(&second, "the link names its operation twice"),
        _ => return,
    };
    checker.push(finding.help("write `operationId` or `operationRef`, one of the two"));
}

pub(crate) fn security_scheme<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(kind) = spot.get("type").and_then(|kind| kind.node.as_str()) else {
        return;
    };
    let needed: &[(&str, &str)] = match kind {
        "apiKey" => &[("name", "name: X-Api-Key"), ("in", "in: header")],
        "http" => &[("scheme", "scheme: bearer")],
        "oauth2" => &[("flows", "flows: { … }")],
        "openIdConnect" => &[("openIdConnectUrl", "openIdConnectUrl: https://example.com/…")],
        _ => &[],
    };
    for (field, example) in needed {
        if spot.get(field).is_none() {
            let finding = checker
                .error(spot, format!("a security scheme of type `{kind}` needs `{field}`"))
                .help(format!("add `{example}`"));
            checker.push(finding);
        }
    }
}

pub(crate) fn discriminator<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let mapping = spot.get("mapping");
    for target in mapping.iter().flat_map(|mapping| mapping.members()) {
        if let Some(text) = target.node.as_str().filter(|text| text.starts_with('#')) {
            reference::check_target(checker, &target, text, "schemas");
        }
    }
}

pub(crate) fn schema<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let kind = spot.get("type").and_then(|kind| kind.node.as_str());
    if kind == Some("array") && spot.get("items").is_none() {
        let finding = checker
            .error(spot, "a schema of type `array` needs `items`")
            .help("add `items: { type: string }`");
        checker.push(finding);
    }
    required_properties(checker, spot);
    for (least, most) in [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ] {
        bounds(checker, spot, least, most);
    }
    let mut values = Vec::new();
    if let Some(list) = spot.get("enum") {
        enumeration(checker, &list);
        values = list.items().collect();
    }
    if let Some(default) = spot.get("default") {
        let listed = values.iter().any(|value| value.node == default.node);
        let nullable = spot.get("nullable").and_then(|value| value.node.as_bool());
        let null = *default.node.value() == Value::Null && nullable == Some(true);
        if !values.is_empty() && !listed && !null {
            let finding = checker
                .error(&default, "the default is no value of `enum`")
                .help("write one of the values, or add it to `enum`");
            checker.push(finding);
        }
        values.push(default);
    }
    for value in &values {
        typed(checker, spot, kind, value);
    }
}

fn required_properties(checker: &mut Checker<'_>, spot: &Spot<'_>) {
    let (Some(required), Some(properties)) = (spot.get("required"), spot.get("properties")) else {
        return;
    };
    if ["allOf", "oneOf", "anyOf"].iter().any(|key| spot.get(key).is_some()) {
        return;
    }
    let names = properties.node.as_object().unwrap_or_default();
    let mut seen = HashSet::new();
    for item in required.items() {
        let Some(name) = item.node.as_str() else {
            continue;
        };
        if !seen.insert(name) {
            let message = format!("`{name}` is listed twice in `required`");
            let finding = checker.finding(Severity::Warning, item.span(), message);
            checker.push(finding.help("remove one of the two"));
        }
        // A part of an `allOf` may require what another part has.
        let is_part = spot.entry.is_none() && spot.name == "allOf";
        if properties.get(name).is_none() && !is_part {
            let message = format!("`{name}` is required, but is not among the `properties`");
            let finding = checker.finding(Severity::Warning, item.span(), message);
            let meant = checker.similar(name, names.iter().map(|entry| entry.key()));
            checker.push(match meant {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help(format!("add `{name}` to `properties`, or remove it here")),
            });
        }
    }
}

fn bounds(checker: &mut Checker<'_>, spot: &Spot<'_>, least: &str, most: &str) {
    let (Some(low), Some(high)) = (spot.get(least), spot.get(most)) else {
        return;
    };
    let (Some(lower), Some(upper)) = (low.node.as_number(), high.node.as_number()) else {
        return;
    };
    if greater(lower, upper) {
        let finding = checker
            .error(&low, format!("`{least}` is greater than `{most}`: no value fits"))
            .label(lower.to_string())
            .also_at(checker.document.source(), high.span(), upper.to_string())
            .help(format!("write a `{least}` that is not greater than {upper}"));
        checker.push(finding);
    }
}

fn greater(a: &Number, b: &Number) -> bool {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a > b,
        _ => a.as_f64() > b.as_f64(),
    }
}

fn enumeration(checker: &mut Checker<'_>, list: &Spot<'_>) {
    if list.node.as_array().is_some_and(<[Node]>::is_empty) {
        let finding = checker
            .error(list, "`enum` has no values")
            .help("list the values, or remove `enum`");
        checker.push(finding);
    }
    let mut seen: HashMap<String, Range<usize>> = HashMap::new();
    for value in list.items() {
        let text = value.node.to_json().to_string();
        match seen.get(&text) {
            Some(first) => {
                let finding = checker
                    .error(&value, format!("the value {text} is listed twice"))
                    .label("again here")
                    .also_at(checker.document.source(), first.clone(), "first here")
                    .help("remove one of the two");
                checker.push(finding);
            }
            None => {
                seen.insert(text, value.span());
            }
        }
    }
}

/// A default or a value of an enum is of the schema's type.
fn typed(checker: &mut Checker<'_>, schema: &Spot<'_>, kind: Option<&str>, value: &Spot<'_>) {
    let what = match value.entry {
        Some(_) => "the default",
        None => "a value of `enum`",
    };
    let (Some(kind), node) = (kind, value.node) else {
        return;
    };
    if *node.value() == Value::Null {
        let nullable = schema.get("nullable").and_then(|value| value.node.as_bool());
        if nullable != Some(true) {
            let finding = checker
                .error(value, format!("{what} is null, but the schema is not nullable"))
                .help("add `nullable: true`, or remove the value");
            checker.push(finding);
        }
        return;
    }
    let number = node.as_number();
    let fits = match kind {
        "string" => node.as_str().is_some(),
        "boolean" => node.as_bool().is_some(),
        "number" => number.is_some(),
        "integer" => number.is_some_and(|n| n.as_f64().is_some_and(|n| n.fract() == 0.0)),
        "array" => node.as_array().is_some(),
        "object" => node.as_object().is_some(),
        _ => return,
    };
    if !fits {
        let raw = &checker.document.text()[node.span()];
        let scalar = matches!(node.value(), Value::Bool(_) | Value::Number(_));
        let finding = checker.error(
            value,
            format!("{what} is {}, but the schema is of type `{kind}`", node.kind()),
        );
        checker.push(match kind {
            "string" if scalar => finding.help(format!("put it in quotes: `\"{raw}\"`")),
            "integer" if number.is_some() => finding.help("write a whole number, or `type: number`"),
            _ => finding.help(format!("write a value of type `{kind}`, or change `type`")),
        });
    }
}
