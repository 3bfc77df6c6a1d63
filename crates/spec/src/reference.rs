//! `$ref`: from a place to a component.

use std::collections::{HashMap, HashSet};

use crate::check::{Checker, Spot};
use crate::grammar::Object;
use crate::node::Node;
use crate::{Document, pointer};

/// How many references are followed one after the other; longer chains are cycles, or as good as.
const MAX_HOPS: usize = 64;

impl Document {
    /// The value itself, or what its `$ref` leads to, over several references if need be; `None`
    /// where that is not in this document or leads in a circle.
    ///
    /// ```
    /// # let document = ittybit_spec::Document::parse("api.yaml", "\
    /// # components: { schemas: { Id: { type: string }, Key: { $ref: '#/components/schemas/Id' } } }
    /// # ")?;
    /// let key = document.get("/components/schemas/Key").unwrap();
    /// assert_eq!(document.resolve(key), document.get("/components/schemas/Id"));
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn resolve<'d>(&'d self, mut node: &'d Node) -> Option<&'d Node> {
        for _ in 0..MAX_HOPS {
            let Some(reference) = node.get("$ref") else {
                return Some(node);
            };
            node = self.get(reference.as_str()?.strip_prefix('#')?)?;
        }
        None
    }
}

/// How many names of a cycle are shown.
const MAX_SHOWN: usize = 6;

/// Checks an object that is a reference to an object of the given kind.
pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, object: &Object) {
    for member in spot.members().filter(|member| member.name != "$ref") {
        let finding = checker
            .key_warning(
                &member,
                format!("`{}` beside `$ref` is ignored in OpenAPI 3.0", member.name),
            )
            .help(match object.component {
                "schemas" => "remove it, or write the reference as `allOf: [{ $ref: … }]`",
                _ => "remove it, or write the object out",
            });
        checker.push(finding);
    }
    let Some(reference) = spot.get("$ref") else {
        return;
    };
    match reference.node.as_str() {
        Some(text) => check_target(checker, &reference, text, object.component),
        None => checker.wrong(&reference, "a string", || {
            Some(format!("write `\"#/components/{}/<name>\"`", object.component))
        }),
    }
}

/// Checks that a reference leads to a component of the given kind.
pub(crate) fn check_target(checker: &mut Checker<'_>, spot: &Spot<'_>, reference: &str, component: &str) {
    let of_kind = checker.document.get("/components");
    let of_kind = of_kind.and_then(|components| components.get(component));
    let known = |name: &str| of_kind.and_then(|named| named.get(name)).is_some();
    let write = |name: &str| {
        let name = pointer::escape(name);
        format!("write `#/components/{component}/{name}`")
    };
    let last = reference.rsplit('/').next().unwrap_or_default();
    let Some(place) = reference.strip_prefix('#') else {
        let finding = checker.error(
            spot,
            format!("`{reference}` leads out of this document, which cannot be followed"),
        );
        return checker.push(finding.help(if known(last) {
            write(last)
        } else {
            format!("copy what it names to `components: {{ {component}: … }}` of this document")
        }));
    };
    let tokens = pointer::parse(place);
    let tokens: Vec<&str> = tokens.iter().flatten().map(String::as_str).collect();
    let ["components", kind, name] = tokens[..] else {
        let there = checker.document.get(place).is_some();
        let finding = checker.error(
            spot,
            if there {
                format!("`{reference}` does not name a component")
            } else {
                format!("`{reference}` names nothing in this document")
            },
        );
        return checker.push(finding.help(match there {
            _ if known(last) => write(last),
            true => format!("move it to `components: {{ {component}: … }}`, and {}", write("<name>")),
            false => write("<name>"),
        }));
    };
    if kind != component {
        let finding = checker
            .error(
                spot,
                format!("the reference is to one of `{kind}`, but one of `{component}` is needed here"),
            )
            .help(write(if known(name) { name } else { "<name>" }));
        return checker.push(finding);
    }
    if known(name) {
        return;
    }
    let finding = checker.error(spot, format!("there is no `{name}` among the {component}"));
    let names = of_kind.and_then(Node::as_object).unwrap_or_default();
    let names = || names.iter().map(|entry| entry.key());
    let finding = match checker.similar(name, names()) {
        Some(meant) => finding.help(format!(
            "did you mean `#/components/{component}/{}`?",
            pointer::escape(meant)
        )),
        None => finding.help(format!("add `{name}` to `components: {{ {component}: … }}`")),
    };
    checker.push(finding);
}

/// Finds components that are made of nothing but each other: by references, and for schemas by
/// `allOf`, `oneOf`, `anyOf` and `not` too.
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
            let name = |place: &usize| format!("`{}`", entries[*place].key());
            let mut names: Vec<String> = cycle.iter().take(MAX_SHOWN).map(name).collect();
            if cycle.len() > MAX_SHOWN {
                names.push("…".to_owned());
            }
            names.push(name(&cycle[0]));
            let spot = Spot::member(&entries[cycle[0]]);
            let finding = checker
                .key_error(&spot, format!("`{}` is defined by nothing but itself", spot.name))
                .label(names.join(" → "))
                .help("write out what one of them is");
            checker.push(finding);
        }
    }
}

/// The references that a value is made of, not those of its parts. Recursion is safe: a tree is
/// not deep.
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

/// Cycles that have no place in common with an earlier one, found in one walk over the graph.
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
