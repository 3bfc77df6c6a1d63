//! A reference leads to an object of the right kind, and no component is defined only by itself.

use std::collections::{HashMap, HashSet};

use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::grammar::{self, Shape, Version};
use crate::kind::Kind;
use crate::node::{Node, Object, Value};
use crate::{Severity, fix, pointer, walk};

/// How many names of a cycle are shown.
const MAX_SHOWN: usize = 6;

/// Checks an object that is a reference to an object of the given kind.
pub(crate) fn check<'d>(
    checker: &mut Checker<'d>,
    spot: &Spot<'d>,
    object: &'static grammar::Object,
    shape: &'static Shape,
) {
    siblings(checker, spot, object);
    let Some(reference) = spot.get("$ref") else {
        return;
    };
    if reference.node.as_str().is_none() {
        checker.wrong(&reference, "a string", Decision::Kept, || {
            format!("write `\"#/components/{}/<name>\"`", object.component)
        });
        return unresolved(checker, spot, object);
    }
    if leads(checker, &reference, object.component) {
        visit(checker, &reference, shape);
    } else {
        unresolved(checker, spot, object);
    }
}

/// Checks a callback that is a reference. A callback has no fields: `$ref` is a key beside its expressions.
pub(crate) fn check_callback<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, shape: &'static Shape) {
    let Some(reference) = spot.get("$ref") else { return };
    if leads(checker, &reference, "callbacks") {
        visit(checker, &reference, shape);
    } else {
        checker.fixes.leave_out(spot.node);
    }
}

/// Checks a reference where OpenAPI does not allow one. It is read as the object that it leads to.
pub(crate) fn check_inlined<'d>(checker: &mut Checker<'d>, reference: &Spot<'d>, object: &'static grammar::Object) {
    let message = format!("{} cannot be a reference here", object.name);
    let finding = checker.key_warning(reference, "reference-not-allowed", message);
    let foreign = object.foreign.iter().find(|(field, _)| *field == "$ref");
    let finding = finding.help(foreign.map_or("write it out", |(_, help)| help));
    match checker.document.target(reference.node) {
        Some(target) => {
            if target.node.as_object().is_some() {
                let finding = finding.label("read as the object that it refers to");
                checker.push(finding);
            } else {
                checker.decide(reference, Decision::Refused, finding);
            }
        }
        None if object.kind == Kind::Operation => checker.decide(reference, Decision::Refused, finding),
        None => checker.decide(reference, Decision::LeftOut, finding),
    }
}

/// Checks a value in the mapping of a discriminator, which may be a reference.
pub(crate) fn check_mapping<'d>(checker: &mut Checker<'d>, target: &Spot<'d>) {
    let reference = target.node.as_str().is_some_and(walk::is_mapping_reference);
    if reference && !leads(checker, target, "schemas") {
        checker.fixes.leave_out(target.node);
    }
}

fn siblings<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, object: &grammar::Object) {
    let has_effect = |name: &str| match (object.kind, checker.version) {
        (Kind::PathItem, _) | (Kind::Schema, Version::V31) => true,
        (_, Version::V31) => matches!(name, "summary" | "description"),
        (_, Version::V30) => false,
    };
    let ignored: Vec<Spot<'d>> = spot
        .members()
        .filter(|member| member.name != "$ref" && !has_effect(member.name))
        .collect();
    let version = match checker.version {
        Version::V30 => "3.0",
        Version::V31 => "3.1",
    };
    for member in ignored {
        let message = format!("`{}` beside `$ref` is ignored in OpenAPI {version}", short(member.name));
        let finding = checker
            .key_warning(&member, "reference-sibling", message)
            .help(match object.component {
                "schemas" => "remove it, or write the reference as `allOf: [{ $ref: … }]`",
                _ => "remove it, or write the object out",
            });
        checker.push(finding);
    }
}

/// Has the target of a reference checked, unless it is a component: those are all checked as part of `components`.
fn visit<'d>(checker: &mut Checker<'d>, reference: &Spot<'d>, shape: &'static Shape) {
    if let Some(target) = checker.document.target(reference.node)
        && target.component().is_none()
    {
        let spot = Spot {
            node: target.node,
            entry: None,
            name: reference.name,
        };
        checker.later.push((spot, shape));
    }
}

/// Decides how a reference that cannot be resolved is read.
fn unresolved<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, object: &grammar::Object) {
    let empty = || Value::Object(Object::default());
    match object.kind {
        Kind::Schema => checker.fixes.read_as(spot.node, empty()),
        Kind::Response => {
            let description = ("description", Value::String(String::new()));
            let response = fix::object(spot.node, vec![description]);
            checker.fixes.read_as(spot.node, response.value().clone());
        }
        Kind::Header => {
            let header = fix::object(spot.node, vec![("schema", empty())]);
            checker.fixes.read_as(spot.node, header.value().clone());
        }
        _ => checker.fixes.leave_out(spot.node),
    }
}

/// Whether a reference leads to an object of the given kind. Where it does not, that is reported: as an error
/// for the parts of a request, since a client could not send it.
fn leads<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, component: &str) -> bool {
    let reference = spot.node.as_str().unwrap_or_default();
    let vital = ["parameters", "requestBodies", "pathItems"].contains(&component);
    let severity = if vital { Severity::Error } else { Severity::Warning };
    let of_kind = checker.document.get("/components");
    let of_kind = of_kind.and_then(|components| components.get(component));
    let known = |name: &str| of_kind.and_then(|named| named.get(name)).is_some();
    let write = |name: &str| {
        let name = short(name);
        format!("write `#/components/{component}/{}`", pointer::escape(&name))
    };
    let last = reference.rsplit('/').next().unwrap_or_default();
    let shown = short(reference);
    let any = if component == "schemas" {
        "any value is accepted"
    } else {
        "left out"
    };
    let report = |checker: &Checker<'d>, code, message: String| {
        let finding = checker.finding(severity, spot.span(), code, message);
        if vital { finding } else { finding.label(any) }
    };
    if let Some(target) = checker.document.target(spot.node) {
        match target.component() {
            Some((kind, name)) if kind != component => {
                let message = format!("the reference leads to `{kind}`, but must lead to `{component}`");
                let help = write(if known(name) { name } else { "<name>" });
                let finding = report(checker, "reference-kind", message).help(help);
                checker.push(finding);
                return false;
            }
            Some(_) => {}
            None if target.file == 0 && target.node.as_object().is_none() => {
                let message = format!("`{shown}` does not lead to one of the `{component}`");
                let finding = report(checker, "reference-kind", message).help(write("<name>"));
                checker.push(finding);
                return false;
            }
            None => {}
        }
        return true;
    }
    let Some(place) = reference.strip_prefix('#') else {
        // A file that could not be read was already reported by the reader.
        if checker.document.paths.is_empty() || reference.contains('#') && file_is_read(checker, spot.node) {
            let message = match checker.document.paths.is_empty() {
                true => format!("`{shown}` is outside of this document, and cannot be read"),
                false => format!("`{shown}` does not exist in that file"),
            };
            let finding = checker.error(spot, "reference-outside", message);
            let finding = finding.help(if known(last) {
                write(last)
            } else {
                format!("copy its content to `components: {{ {component}: … }}` of this document")
            });
            checker.push(finding);
        }
        return false;
    };
    let tokens = pointer::parse(place);
    let tokens: Vec<&str> = tokens.iter().flatten().map(String::as_str).collect();
    let finding = match tokens[..] {
        ["components", kind, name] if kind == component => {
            let message = format!("there is no `{}` among the {component}", short(name));
            let finding = report(checker, "reference-unresolved", message);
            let names = of_kind.and_then(Node::as_object).unwrap_or_default();
            let names = names.iter().map(|entry| entry.key());
            match checker.similar(name, names) {
                // A misspelt name has one obvious meaning: to accept any JSON instead would be wrong.
                Some(meant) => finding.severe(Severity::Error).help(format!(
                    "did you mean `#/components/{component}/{}`?",
                    pointer::escape(meant)
                )),
                None => finding.help(format!("add `{}` to `components: {{ {component}: … }}`", short(name))),
            }
        }
        _ => {
            let message = format!("`{shown}` does not exist in this document");
            let finding = report(checker, "reference-unresolved", message);
            finding.help(write(if known(last) { last } else { "<name>" }))
        }
    };
    checker.push(finding);
    false
}

fn file_is_read(checker: &Checker<'_>, reference: &Node) -> bool {
    let file = reference.as_str().and_then(|text| text.split('#').next());
    let key = file.map(|file| (checker.document.root_of(reference), file.to_owned()));
    key.is_some_and(|key| checker.document.links.contains_key(&key))
}

/// Finds components that are defined only by each other: by references, and for schemas by `allOf`,
/// `oneOf`, `anyOf` and `not` too.
pub(crate) fn check_cycles(checker: &mut Checker<'_>) {
    let document = checker.document;
    let Some(components) = document.get("/components") else {
        return;
    };
    for kind in components.as_object().unwrap_or_default() {
        let prefix = format!("#/components/{}/", kind.key());
        let entries = kind.value().as_object().unwrap_or_default();
        let places: HashMap<&str, usize> = (entries.iter().enumerate())
            .map(|(place, entry)| (entry.key(), place))
            .collect();
        let edges: Vec<Vec<usize>> = entries
            .iter()
            .map(|entry| {
                let mut references = Vec::new();
                collect(entry.value(), &mut references);
                references
                    .iter()
                    .filter_map(|reference| {
                        let name = reference.strip_prefix(&prefix)?;
                        let name = pointer::parse(&format!("/{name}"))?;
                        places.get(name.first()?.as_str()).copied()
                    })
                    .collect()
            })
            .collect();
        for cycle in cycles(&edges) {
            let name = |place: &usize| format!("`{}`", short(entries[*place].key()));
            let mut names: Vec<String> = cycle.iter().take(MAX_SHOWN).map(name).collect();
            if cycle.len() > MAX_SHOWN {
                names.push("…".to_owned());
            }
            names.push(name(&cycle[0]));
            let spot = Spot::member(&entries[cycle[0]]);
            let message = format!("`{}` is defined only by itself", short(spot.name));
            let finding = checker
                .key_warning(&spot, "reference-circle", message)
                .help("define one of them without a reference")
                .label(names.join(" → "));
            match kind.key() {
                "schemas" => checker.fixes.read_as(spot.node, Value::Object(Object::default())),
                _ => checker.fixes.leave_out(spot.node),
            }
            checker.push(finding);
        }
    }
}

/// The references that define a value itself, not those in its properties or items. Recursion is safe: the
/// depth of a tree is limited.
fn collect<'d>(node: &'d Node, references: &mut Vec<&'d str>) {
    if let Some(reference) = node.get("$ref") {
        references.extend(reference.as_str());
        return;
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let items = node.get(key).and_then(Node::as_array).unwrap_or_default();
        items.iter().for_each(|item| collect(item, references));
    }
    if let Some(not) = node.get("not") {
        collect(not, references);
    }
}

/// The cycles of a graph that share no node with each other, found in one depth-first search.
fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut in_cycle: HashSet<usize> = HashSet::new();
    let mut done = HashSet::new();
    for start in 0..edges.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        let mut on_path = HashMap::from([(start, 0)]);
        if done.contains(&start) {
            continue;
        }
        while let Some((place, next)) = path.last_mut() {
            let place = *place;
            let Some(&target) = edges[place].get(*next) else {
                path.pop();
                on_path.remove(&place);
                done.insert(place);
                continue;
            };
            *next += 1;
            if let Some(&from) = on_path.get(&target) {
                if !in_cycle.contains(&target) {
                    let cycle: Vec<usize> = path[from..].iter().map(|(place, _)| *place).collect();
                    in_cycle.extend(&cycle);
                    found.push(cycle);
                }
            } else if !done.contains(&target) {
                on_path.insert(target, path.len());
                path.push((target, 0));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn an_unresolved_reference_in_a_mapping_is_left_out() {
        let text = "paths: {}\ncomponents: { schemas: { A: { oneOf: [{}], discriminator: { propertyName: a, mapping: { b: '#/nowhere', c: AnyName } } } } }\n";
        assert_eq!(findings(text), ["reference-unresolved 5:92"]);
    }
}
