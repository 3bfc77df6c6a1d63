//! A schema with its references and `allOf`s resolved: the keywords of all of its parts together.

use indexmap::IndexMap;
use ittybit_spec::Node;
use rustc_hash::FxHashSet;

use crate::locate::address;
use crate::reference::References;

/// The parts of a schema, merged into one.
#[derive(Debug, Default)]
pub(crate) struct View<'d> {
    /// The objects that were read: the schema itself, the targets of its references, and its `allOf`s.
    pub(crate) objects: Vec<&'d Node>,
    /// Nodes that are completely handled by following them: `$ref`s, and lists of parts.
    pub(crate) followed: Vec<&'d Node>,
    /// Every keyword except those below, with its value in each of the parts that have it.
    pub(crate) keywords: IndexMap<&'d str, Vec<&'d Node>>,
    /// The keywords beside references, where they are ignored (OpenAPI 3.0).
    pub(crate) ref_siblings: IndexMap<&'d str, Vec<&'d Node>>,
    /// Each property with its schemas; more than one if several parts describe it.
    pub(crate) properties: IndexMap<&'d str, Vec<&'d Node>>,
    /// The names of the required properties, each with a node that requires it.
    pub(crate) required: IndexMap<&'d str, &'d Node>,
}

impl<'d> View<'d> {
    /// With `single`, the only alternative of a `oneOf` or `anyOf` is a part like those of `allOf`.
    pub(crate) fn of(references: &References<'d>, parts: &[&'d Node], single: bool) -> Self {
        let mut view = Self::default();
        let mut seen = FxHashSet::default();
        let mut open: Vec<&'d Node> = parts.iter().rev().copied().collect();
        while let Some(part) = open.pop() {
            let Some(members) = part.as_object() else {
                view.keyword("", part);
                continue;
            };
            if !seen.insert(address(part)) {
                continue;
            }
            view.objects.push(part);
            if let Some(reference) = part.get("$ref") {
                match references.step(part) {
                    Some(target) => {
                        view.followed.push(reference);
                        open.push(target);
                    }
                    None => view.keyword("$ref", reference),
                }
                if !references.have_siblings() {
                    for member in members.iter().filter(|member| member.key() != "$ref") {
                        view.ref_siblings.entry(member.key()).or_default().push(member.value());
                    }
                    continue;
                }
            }
            for member in members {
                let value = member.value();
                match (member.key(), value.as_array(), value.as_object()) {
                    ("$ref", ..) => {}
                    ("oneOf" | "anyOf", Some([only]), _) if single => {
                        view.followed.push(value);
                        open.push(only);
                    }
                    ("allOf", Some(parts), _) => {
                        view.followed.push(value);
                        open.extend(parts.iter().rev());
                    }
                    ("properties", _, Some(properties)) => {
                        view.objects.push(value);
                        for property in properties {
                            let schemas = view.properties.entry(property.key()).or_default();
                            schemas.push(property.value());
                        }
                    }
                    ("required", Some(names), _) if names.iter().all(|name| name.as_str().is_some()) => {
                        view.followed.push(value);
                        for (name, node) in names.iter().filter_map(|node| Some((node.as_str()?, node))) {
                            view.required.entry(name).or_insert(node);
                        }
                    }
                    (key, _, _) => view.keyword(key, value),
                }
            }
        }
        view
    }

    fn keyword(&mut self, key: &'d str, value: &'d Node) {
        self.keywords.entry(key).or_default().push(value);
    }

    /// The value of a keyword in the first part that has it.
    pub(crate) fn get(&self, keyword: &str) -> Option<&'d Node> {
        self.keywords.get(keyword)?.first().copied()
    }

    /// Whether each part with a type allows null, and whether any part does: by `nullable`, or by a list of types.
    pub(crate) fn nullable(&self) -> (bool, bool) {
        let is_null = |types: &Node| match types.as_array() {
            Some(names) => names.iter().any(is_null_type),
            None => is_null_type(types),
        };
        // `objects` also contains maps of properties, and a property may be called `type`.
        let types = |part: &'d Node| part.get("type").filter(|types| types.as_object().is_none());
        let flag = |part: &Node| part.get("nullable").and_then(Node::as_bool) == Some(true);
        let takes_null = |part: &'d Node| flag(part) || types(part).is_some_and(is_null);
        let mut typed = self.objects.iter().filter(|part| types(part).is_some());
        (
            typed.all(|part| takes_null(part)),
            self.objects.iter().any(|part| takes_null(part)),
        )
    }

    /// The names of the allowed types except null, sorted; `None` if any type is allowed.
    pub(crate) fn types(&self) -> Option<Vec<&'d str>> {
        let node = self.get("type")?;
        let names = node.as_array().unwrap_or(std::slice::from_ref(node)).iter();
        let mut names: Vec<&str> = names
            .filter(|name| !is_null_type(name))
            .filter_map(Node::as_str)
            .collect();
        if names.contains(&"number") {
            names.retain(|name| *name != "integer");
        }
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    pub(crate) fn text(&self, keyword: &str) -> Option<&'d str> {
        self.get(keyword).and_then(Node::as_str)
    }

    pub(crate) fn flag(&self, keyword: &str) -> bool {
        self.keywords
            .get(keyword)
            .is_some_and(|values| values.iter().any(|value| value.as_bool() == Some(true)))
    }

    /// The node that represents the schema as a whole: the target of its references.
    pub(crate) fn node(&self) -> Option<&'d Node> {
        let defined = self.objects.iter().find(|node| node.get("$ref").is_none());
        defined.or(self.objects.first()).copied()
    }
}

/// In YAML an unquoted `null` is not the text `null`.
pub(crate) fn is_null_type(name: &Node) -> bool {
    *name.value() == ittybit_spec::Value::Null || name.as_str() == Some("null")
}

pub(super) fn is_scalar(name: &str) -> bool {
    matches!(name, "string" | "number" | "integer" | "boolean")
}
