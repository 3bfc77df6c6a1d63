//! Hoisting: an object outside of `components` that a reference leads to becomes a component.
//!
//! A reference may lead anywhere: into another file, to a property of a schema, to a response of an
//! operation. Types are generated from components, so the object moves there under a name, and its old
//! place becomes a reference to it too: both have the same type.

use std::collections::{HashMap, HashSet};

use crate::check::Checked;
use crate::fix::{Fixes, address};
use crate::grammar::{Shape, Version, WHOLE};
use crate::node::Node;
use crate::reference::{MAX_HOPS, Target};
use crate::{Document, pointer, walk};

/// An object that becomes a component.
pub(super) struct Hoisted<'d> {
    pub(super) component: &'static str,
    pub(super) name: String,
    pub(super) node: &'d Node,
    pub(super) shape: &'static Shape,
}

/// All objects that become components.
pub(super) struct Hoisting<'d> {
    document: &'d Document,
    version: Version,
    fixes: &'d Fixes,
    /// The kind and name of each new component, by the address of the object that becomes it.
    pub(super) names: HashMap<usize, (&'static str, String)>,
    pub(super) hoisted: Vec<Hoisted<'d>>,
    /// The names of the new components.
    taken: HashSet<(&'static str, String)>,
    /// The last number that was added to each name to make it unique.
    numbers: HashMap<String, usize>,
}

impl<'d> Hoisting<'d> {
    /// Finds all objects that have to become components, and names them.
    pub(super) fn of(document: &'d Document, checked: &'d Checked) -> Self {
        let mut hoisting = Self {
            document,
            version: checked.version,
            fixes: &checked.fixes,
            names: HashMap::new(),
            hoisted: Vec::new(),
            taken: HashSet::new(),
            numbers: HashMap::new(),
        };
        hoisting.find();
        hoisting
    }

    fn find(&mut self) {
        let mut references = Vec::new();
        let collect = |node: &'d Node, shape: &'static Shape, references: &mut Vec<(&'d Node, &'static Shape)>| {
            walk::references(node, shape, &mut |node, _, shape| references.push((node, shape)));
        };
        collect(self.document.root(), &WHOLE, &mut references);
        // They are popped from the end: in the order of the text.
        references.reverse();
        let mut walked = HashSet::new();
        while let Some((node, shape)) = references.pop() {
            let component = component(shape);
            if component.is_empty() || component == "pathItems" || component == "callbacks" {
                // Such an object does not become a component: `inline` copies it to the place of the reference.
                let target = self.document.target(node).map(|target| target.node);
                if let Some(target) = target.filter(|target| walked.insert(address(target))) {
                    collect(target, shape, &mut references);
                }
                continue;
            }
            let Some(target) = self.final_target(node, component) else {
                continue;
            };
            let is_component = target.component().is_some_and(|(kind, _)| kind == component);
            if is_component || self.names.contains_key(&address(target.node)) || self.fixes.of(target.node).is_some() {
                continue;
            }
            let name = self.free_name(component, &target);
            self.names.insert(address(target.node), (component, name.clone()));
            self.hoisted.push(Hoisted {
                component,
                name,
                node: target.node,
                shape,
            });
            if walked.insert(address(target.node)) {
                collect(target.node, shape, &mut references);
            }
        }
    }

    /// The target at the end of a chain of references that have no siblings, or the first component of the
    /// document in the chain.
    fn final_target(&self, reference: &'d Node, component: &str) -> Option<Target<'d>> {
        let mut target = self.document.target(reference)?;
        for _ in 0..MAX_HOPS {
            if target.component().is_some_and(|(kind, _)| kind == component) {
                return Some(target);
            }
            let Some(next) = target.node.get("$ref").filter(|text| text.as_str().is_some()) else {
                return target.node.as_object().is_some().then_some(target);
            };
            let alone = self.version == Version::V30 || target.node.as_object().is_some_and(|all| all.len() == 1);
            if component == "schemas" && !alone {
                return Some(target);
            }
            target = self.document.target(next)?;
        }
        None
    }

    /// The text of the reference in the lowered document.
    pub(super) fn destination(&self, reference: &'d Node, component: &str) -> Option<String> {
        let target = self.final_target(reference, component)?;
        let (kind, name) = match self.names.get(&address(target.node)) {
            Some((kind, name)) => (*kind, name.as_str()),
            None => target.component()?,
        };
        Some(pointer::join("#/components", [kind, name]))
    }

    /// An unused name for a component, made from the tokens of its JSON pointer or, for a whole file, from the
    /// name of the file.
    fn free_name(&mut self, component: &'static str, target: &Target<'_>) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut tokens = target.tokens.iter().map(String::as_str).peekable();
        if target.tokens.is_empty() {
            let name = self.document.sources[target.file].name();
            let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
            words.push(word(name.split('.').next().unwrap_or_default()));
        }
        while let Some(token) = tokens.next() {
            // The names of fields add nothing to a name. The last token may be a name that looks like a field.
            let field = FIELDS.contains(&token) && tokens.peek().is_some();
            if !field && !token.bytes().all(|byte| byte.is_ascii_digit()) {
                words.push(word(token));
            }
        }
        words.retain(|word| !word.is_empty());
        let base = match words.concat() {
            name if name.is_empty() => "Part".to_owned(),
            name => name,
        };
        let known = self.document.get("/components").and_then(|all| all.get(component));
        let mut name = base.clone();
        while known.is_some_and(|known| known.get(&name).is_some()) || self.taken.contains(&(component, name.clone())) {
            let number = self.numbers.entry(base.clone()).or_insert(1);
            *number += 1;
            name = format!("{base}{number}");
        }
        self.taken.insert((component, name.clone()));
        name
    }
}

fn component(shape: &Shape) -> &'static str {
    match walk::object(shape) {
        Some(object) => object.component,
        None => "callbacks",
    }
}

const FIELDS: [&str; 27] = [
    "paths",
    "components",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "examples",
    "links",
    "securitySchemes",
    "callbacks",
    "pathItems",
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "schema",
    "content",
    "requestBody",
    "$defs",
    "definitions",
    "application/json",
    "webhooks",
    "encoding",
];

/// A token as part of a name: its letters and digits in PascalCase.
fn word(token: &str) -> String {
    let parts = token.split(|c: char| !c.is_ascii_alphanumeric());
    parts
        .map(|part| {
            let mut letters = part.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}
