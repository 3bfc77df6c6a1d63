//! The names in a path are those of its path parameters.

use std::collections::HashSet;

use super::path::template;
use super::repeated_parameter::parameters;
use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::fix;
use crate::grammar::METHODS;
use crate::node::{Node, Value};

const REPEATED: &str = "path-parameter-repeated";
const MISSING: &str = "path-parameter-missing";
const UNUSED: &str = "path-parameter-unused";

/// More parameters than this are not added to an operation: a small document would become a large one.
const MAX_ADDED: usize = 20;

pub(crate) fn check<'d>(checker: &mut Checker<'d>, path: &Spot<'d>) {
    let Ok(names) = template(path.name) else {
        return;
    };
    let shown = short(path.name);
    let mut seen = HashSet::new();
    for name in &names {
        if !seen.insert(*name) {
            let message = format!("the path `{shown}` has `{{{name}}}` twice");
            let finding = checker
                .key_warning(path, REPEATED, message)
                .label("both have the same value")
                .help("give each parameter a name of its own");
            checker.push(finding);
        }
    }
    let shared = parameters(checker, path);
    for (item, name, place) in &shared {
        if *place == "path" && !seen.contains(name) {
            not_in_path(checker, item, name, path.name);
        }
    }
    for operation in path.members() {
        if !METHODS.contains(&operation.name) || operation.node.as_object().is_none() {
            continue;
        }
        let own = parameters(checker, &operation);
        for (item, name, place) in &own {
            if *place == "path" && !seen.contains(name) {
                not_in_path(checker, item, name, path.name);
            }
        }
        let in_path = own.iter().chain(&shared).filter(|(_, _, place)| *place == "path");
        let described: HashSet<&str> = in_path.map(|(_, name, _)| *name).collect();
        let mut missing: Vec<&str> = names.iter().copied().filter(|name| !described.contains(name)).collect();
        missing.dedup();
        if missing.len() > MAX_ADDED {
            let message = format!("{} path parameters of `{shown}` are not described", missing.len());
            let finding = checker.key_error(&operation, MISSING, message);
            checker.push(finding.help("add them to `parameters`"));
            continue;
        }
        for name in &missing {
            let finding = checker
                .key_warning(
                    &operation,
                    MISSING,
                    format!("the path parameter `{}` of `{shown}` is not described", short(name)),
                )
                .label("read as a string")
                .help(format!(
                    "add `- {{ name: {name}, in: path, required: true, schema: {{ type: string }} }}` to `parameters`"
                ));
            checker.push(finding);
        }
        if !missing.is_empty() {
            describe(checker, &operation, &missing);
        }
    }
}

/// Adds path parameters that are strings.
fn describe<'d>(checker: &mut Checker<'d>, operation: &Spot<'d>, names: &[&str]) {
    let at = operation.node;
    let text = |text: &str| Value::String(text.to_owned());
    let parameter = |name: &&str| {
        let members = vec![
            ("name", text(name)),
            ("in", text("path")),
            ("required", Value::Bool(true)),
            (
                "schema",
                fix::object(at, vec![("type", text("string"))]).value().clone(),
            ),
        ];
        fix::object(at, members)
    };
    let added: Vec<Node> = names.iter().map(parameter).collect();
    match at.get("parameters").filter(|list| list.as_array().is_some()) {
        Some(list) => checker.fixes.append(list, added),
        None => {
            let list = Node::new(at.span(), Value::Array(added));
            checker.fixes.add(at, "parameters", list);
        }
    }
}

fn not_in_path<'d>(checker: &mut Checker<'d>, item: &Spot<'d>, name: &str, path: &str) {
    let spot = item.get("name").or(item.get("$ref")).unwrap_or(*item);
    let (shown, at) = (short(name), short(path));
    let finding = checker
        .warning(&spot, UNUSED, format!("the path `{at}` has no `{{{shown}}}`"))
        .help(format!("write `{{{shown}}}` in the path, or remove the parameter"));
    // `:id` in `/tasks/:id` is not a template: a client would send it literally.
    let colon = path.split('/').any(|part| part.strip_prefix(':') == Some(name));
    if colon {
        checker.decide(item, Decision::Refused, finding);
    } else {
        checker.decide(item, Decision::LeftOut, finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn names_in_the_path_are_those_of_the_parameters() {
        let text = "paths: { '/{a}/{a}/{b}': { get: { parameters: [{ name: a, in: path, required: true, schema: {} }, { name: c, in: path, required: true, schema: {} }], responses: { '200': { description: Done. } } } } }\n";
        assert_eq!(
            findings(text),
            [
                "path-parameter-repeated 4:10",
                "path-parameter-unused 4:107",
                "path-parameter-missing 4:28"
            ]
        );
    }
}
