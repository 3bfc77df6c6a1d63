//! Lowering: a document in one piece, as OpenAPI 3.0 has it.
//!
//! Readers of documents know one form: that of 3.0, in one tree, whose references lead to components.
//! A document of 3.1, one of several files, and one that is not quite as it should be, are written in
//! that form here. Every value keeps the place that it was read from.

mod hoist;
mod schema;

use std::collections::{HashMap, HashSet};

use self::hoist::Hoisted;
use crate::check::{self, Checked};
use crate::fix::{Fix, Fixes, address};
use crate::grammar::{Object as Grammar, SCHEMA, Shape, Version, WHOLE};
use crate::node::{Entry, Node, Object, Value};
use crate::tree::{MAX_DEPTH, too_deep};
use crate::walk::{self, Kind};
use crate::{Diagnostic, Diagnostics, Document, Severity, openapi, pointer};

/// A document as OpenAPI 3.0 has it.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// It has one file's worth of tree, and the places of all files.
    pub document: Document,
    /// All that is doubtful about the document as it was written: warnings about what was decided,
    /// and notes about what has no form in 3.0.
    pub findings: Diagnostics,
}

impl Lowered {
    /// The document in the types of `openapiv3`.
    ///
    /// # Errors
    /// What those types cannot hold.
    pub fn openapi(&self) -> Result<openapiv3::OpenAPI, Diagnostics> {
        Ok(openapi::read(&self.document)?)
    }
}

/// What was decided about one value may call for another look at those around it.
const ROUNDS: usize = 8;

pub(crate) fn lower(document: &Document) -> Result<Lowered, Diagnostics> {
    let mut checked = check::check(document);
    let mut findings = std::mem::take(&mut checked.findings);
    let mut lowered: Option<Document> = None;
    for round in 1..=ROUNDS {
        if findings.has_errors() {
            return Err(errors(findings));
        }
        let current = lowered.as_ref().unwrap_or(document);
        let result = Lowering::new(current, &checked).run();
        let changed = result.changed || !checked.fixes.is_empty();
        let root = result.root;
        if round == 1 {
            findings.extend(result.findings);
        } else {
            findings.extend(result.findings.into_iter().filter(is_error));
        }
        let next = document.with_root(root);
        if next.root().depth() > MAX_DEPTH {
            let start = next.root().span().start;
            findings.push(too_deep(document.source_at(start), start));
        }
        if changed && round < ROUNDS {
            checked = check::check(&next);
            // All else was said of the document as it was written.
            findings.extend(std::mem::take(&mut checked.findings).into_iter().filter(is_error));
        }
        lowered = Some(next);
        if !changed {
            break;
        }
    }
    if findings.has_errors() {
        return Err(errors(findings));
    }
    let document = lowered.unwrap_or_else(|| document.clone());
    Ok(Lowered { document, findings })
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.severity() == Severity::Error
}

fn errors(findings: Diagnostics) -> Diagnostics {
    findings.into_iter().filter(is_error).collect()
}

/// How many bytes of text may be written out in the place of references to path items and callbacks.
const MAX_INLINED: usize = 8 << 20;

/// How many references may be written out inside each other.
const MAX_NESTED: usize = 8;

struct Lowering<'d> {
    document: &'d Document,
    version: Version,
    fixes: &'d Fixes,
    findings: Diagnostics,
    /// The components that are made of what stands elsewhere, by the address of what they are made
    /// of.
    names: HashMap<usize, (&'static str, String)>,
    hoisted: Vec<Hoisted<'d>>,
    /// The names of components that are taken.
    taken: HashSet<(&'static str, String)>,
    /// The number that a name gets next.
    numbers: HashMap<String, usize>,
    /// What is being made a component, by its address.
    own: Option<usize>,
    /// What is being written out, by their addresses.
    inlining: Vec<usize>,
    inlined: usize,
    changed: bool,
}

struct Outcome {
    root: Node,
    findings: Diagnostics,
    /// Whether anything was moved.
    changed: bool,
}

impl<'d> Lowering<'d> {
    fn new(document: &'d Document, checked: &'d Checked) -> Self {
        Self {
            document,
            version: checked.version,
            fixes: &checked.fixes,
            findings: Diagnostics::new(),
            names: HashMap::new(),
            hoisted: Vec::new(),
            taken: HashSet::new(),
            numbers: HashMap::new(),
            own: None,
            inlining: Vec::new(),
            inlined: 0,
            changed: false,
        }
    }

    fn run(mut self) -> Outcome {
        self.hoist();
        let root = self.document.root();
        let root = self.value(root, &WHOLE).unwrap_or_else(|| root.clone());
        let root = self.with_components(root);
        Outcome {
            root,
            findings: self.findings,
            changed: self.changed,
        }
    }

    /// Adds what was made a component.
    fn with_components(&mut self, root: Node) -> Node {
        if self.hoisted.is_empty() {
            return root;
        }
        self.changed = true;
        let mut added: HashMap<&'static str, Vec<Entry>> = HashMap::new();
        for hoisted in std::mem::take(&mut self.hoisted) {
            self.own = Some(address(hoisted.node));
            let value = self.value(hoisted.node, hoisted.shape);
            if let Some(value) = value {
                let entry = Entry::new(hoisted.name, hoisted.key, value);
                added.entry(hoisted.component).or_default().push(entry);
            }
        }
        self.own = None;
        let at = Node::new(root.span(), Value::Null);
        let mut members = Members(root.into_entries());
        let mut components = members.take("components");
        let mut kinds: Vec<_> = added.into_iter().collect();
        kinds.sort_by_key(|(kind, _)| *kind);
        for (kind, entries) in kinds {
            let mut all = components.take(kind);
            all.0.extend(entries);
            components.set(kind, all.into_node(&at));
        }
        members.set("components", components.into_node(&at));
        members.into_node(&at)
    }

    fn note(&mut self, node: &Node, message: impl Into<String>) {
        self.report(Severity::Note, "no-3.0-form", node, message);
    }

    fn report(&mut self, severity: Severity, code: &'static str, node: &Node, message: impl Into<String>) {
        let span = match node.value() {
            Value::Object(object) if !object.is_empty() => object[0].key_span(),
            _ => node.span(),
        };
        let source = self.document.source_at(span.start);
        let finding = Diagnostic::new(severity, source, Some(span), message).code(code);
        self.findings.push(finding);
    }

    /// A value as 3.0 has it; nothing where it is left out.
    fn value(&mut self, node: &'d Node, shape: &'static Shape) -> Option<Node> {
        match self.fixes.of(node) {
            Some(Fix::LeftOut) => return None,
            Some(Fix::Taken(taken)) => return Some(taken.clone()),
            Some(Fix::Listed) => {
                let inner = match shape {
                    Shape::List(inner) => self.plain(node, inner)?,
                    _ => node.clone(),
                };
                return Some(Node::new(node.span(), Value::Array(vec![inner])));
            }
            None => {}
        }
        if self.own != Some(address(node))
            && let Some((component, name)) = self.names.get(&address(node))
        {
            return Some(reference(node, component, name));
        }
        self.plain(node, shape)
    }

    /// A value about which nothing was decided.
    fn plain(&mut self, node: &'d Node, shape: &'static Shape) -> Option<Node> {
        let value = match (shape, node.value()) {
            (Shape::List(of), Value::Array(items)) => {
                let items = items.iter().filter_map(|item| self.value(item, of));
                let items: Vec<Node> = items.collect();
                Value::Array(
                    items
                        .into_iter()
                        .chain(self.fixes.appended(node).iter().cloned())
                        .collect(),
                )
            }
            (Shape::Map(keys, of), Value::Object(members)) => {
                if walk::is_callback(shape) && node.get("$ref").is_some() {
                    return self.inline(node, shape);
                }
                let mut entries = Vec::with_capacity(members.len());
                for member in members.iter() {
                    let key = self.fixes.key(member.value()).unwrap_or(member.key());
                    let value = match keys.holds(member.key()) {
                        true => self.value(member.value(), of),
                        false => (!self.fixes.is_left_out(member.value())).then(|| member.value().clone()),
                    };
                    if let Some(value) = value {
                        entries.push(Entry::new(key.to_owned(), member.key_span(), value));
                    }
                }
                Value::Object(Object::of(entries))
            }
            (Shape::SchemaName, Value::String(name)) if walk::names_file(name) => {
                let text = self.destination(node, "schemas")?;
                return Some(Node::new(node.span(), Value::String(text)));
            }
            (Shape::Referable(_), Value::Bool(any)) => {
                // A schema that is `false` fits nothing.
                let nothing = || Entry::new("not".to_owned(), node.span(), empty(node));
                let entries = if *any { Vec::new() } else { vec![nothing()] };
                Value::Object(Object::of(entries))
            }
            (shape, Value::Object(_)) => match walk::object(shape) {
                Some(object) => return self.object(node, object, shape),
                None => return Some(node.clone()),
            },
            _ => return Some(node.clone()),
        };
        Some(Node::new(node.span(), value))
    }

    fn object(&mut self, node: &'d Node, object: &'static Grammar, shape: &'static Shape) -> Option<Node> {
        let referring = object.kind != Kind::Document && node.get("$ref").is_some_and(|text| text.as_str().is_some());
        if referring && (object.kind == Kind::PathItem || object.component.is_empty()) {
            return self.inline(node, shape);
        }
        let mut members = Members(Vec::new());
        if let Some(entry) = node.entry("$ref").filter(|_| referring) {
            let Some(text) = self.destination(entry.value(), object.component) else {
                return (object.kind == Kind::Schema).then(|| empty(node));
            };
            let text = Node::new(entry.value().span(), Value::String(text));
            members.0.push(entry.with_value(text));
            if object.kind != Kind::Schema || self.version == Version::V30 {
                return Some(members.into_node(node));
            }
        }
        self.members(node, object, &mut members);
        Some(match object.kind {
            Kind::Schema => self.schema(node, members),
            Kind::Document => {
                if let Some(webhooks) = members.remove("webhooks") {
                    self.note(
                        webhooks.value(),
                        "`webhooks` are not requests of a client, and are left out",
                    );
                }
                members.remove("jsonSchemaDialect");
                if let Some(version) = node.get("openapi") {
                    let version = Node::new(version.span(), Value::String("3.0.3".to_owned()));
                    members.set("openapi", version);
                }
                members.into_node(node)
            }
            _ => {
                // `summary` of `info`, `identifier` of a license, `pathItems`: nothing reads them.
                members
                    .0
                    .retain(|entry| object.newer.iter().all(|field| field.name != entry.key()));
                members.into_node(node)
            }
        })
    }

    /// The members of an object that are its fields, or extensions.
    fn members(&mut self, node: &'d Node, object: &'static Grammar, members: &mut Members) {
        for entry in node.as_object().unwrap_or_default() {
            let value = match object.field(entry.key(), Some(self.version)) {
                Some(field) => self.value(entry.value(), &field.shape),
                None if entry.key().starts_with("x-") => Some(entry.value().clone()),
                // Its meaning in 3.0 is what it is meant to be in 3.1.
                None if entry.key() == "nullable" && object.kind == Kind::Schema => Some(entry.value().clone()),
                None => None,
            };
            members.0.extend(value.map(|value| entry.with_value(value)));
        }
        for entry in self.fixes.added(node) {
            members.set(entry.key(), entry.value().clone());
        }
        // The schema of a parameter of OpenAPI 2 stands in the parameter itself.
        if let Some(fields) = self.fixes.schema_of(node) {
            let mut schema = Members(Vec::new());
            for entry in node.as_object().unwrap_or_default() {
                if let Some(field) = SCHEMA.field(entry.key(), Some(self.version))
                    && fields.contains(&entry.key())
                {
                    let value = self.value(entry.value(), &field.shape);
                    schema.0.extend(value.map(|value| entry.with_value(value)));
                }
            }
            let schema = self.schema(node, schema);
            members.set("schema", schema);
        }
    }

    /// What a reference leads to, in the place of it, with the members beside it.
    fn inline(&mut self, node: &'d Node, shape: &'static Shape) -> Option<Node> {
        self.changed = true;
        let target = self.document.resolve(node)?;
        let cost = target.span().len() + target.as_object().map_or(0, <[Entry]>::len);
        if self.inlining.contains(&address(target)) || self.inlining.len() == MAX_NESTED {
            self.note(node, "the reference leads back to what holds it, and is left out");
            return None;
        }
        self.inlined += cost;
        if self.inlined > MAX_INLINED {
            if self.inlined - cost <= MAX_INLINED {
                let message = format!(
                    "the references to path items and callbacks stand for more than {} MiB",
                    MAX_INLINED >> 20
                );
                self.report(Severity::Error, "document-too-large", node, message);
            }
            return None;
        }
        self.inlining.push(address(target));
        let inner = self.value(target, shape);
        self.inlining.pop();
        let mut members = Members(Vec::new());
        if let Some(object) = walk::object(shape) {
            self.members(node, object, &mut members);
        }
        members.add(inner?.into_entries());
        Some(members.into_node(node))
    }
}

/// A reference to a component, at the place of something.
fn reference(at: &Node, component: &str, name: &str) -> Node {
    let text = pointer::join("#/components", [component, name]);
    let text = Node::new(at.span(), Value::String(text));
    let entry = Entry::new("$ref".to_owned(), at.span(), text);
    Node::new(at.span(), Value::Object(Object::of(vec![entry])))
}

/// An empty object at the place of something.
fn empty(at: &Node) -> Node {
    Node::new(at.span(), Value::Object(Object::of(Vec::new())))
}

/// The members of an object that is being made.
#[derive(Default)]
struct Members(Vec<Entry>);

impl Members {
    fn get(&self, key: &str) -> Option<&Node> {
        let found = self.0.iter().find(|entry| entry.key() == key);
        found.map(Entry::value)
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.0.iter().position(|entry| entry.key() == key)?;
        Some(self.0.remove(place))
    }

    /// The members of a member, which is empty from then on, or is not there.
    fn take(&mut self, key: &str) -> Members {
        let Some(place) = self.0.iter().position(|entry| entry.key() == key) else {
            return Self::default();
        };
        let left = self.0[place].with_value(Node::new(self.0[place].key_span(), Value::Null));
        Self(std::mem::replace(&mut self.0[place], left).into_value().into_entries())
    }

    /// Adds members of other names.
    fn add(&mut self, others: Vec<Entry>) {
        let known: HashSet<String> = self.0.iter().map(|entry| entry.key().to_owned()).collect();
        self.0
            .extend(others.into_iter().filter(|entry| !known.contains(entry.key())));
    }

    /// Puts a value under a key: in the place of the value that was there, or at the end.
    fn set(&mut self, key: &str, value: Node) {
        match self.0.iter_mut().find(|entry| entry.key() == key) {
            Some(entry) => *entry = entry.with_value(value),
            None => self.0.push(Entry::new(key.to_owned(), value.span(), value)),
        }
    }

    fn into_node(self, at: &Node) -> Node {
        Node::new(at.span(), Value::Object(Object::of(self.0)))
    }
}
