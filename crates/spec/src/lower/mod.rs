//! Lowering: converts a document to one tree in the form of OpenAPI 3.0.
//!
//! The generator needs to know only one form: that of 3.0, in one tree, whose references lead to
//! components. A document of 3.1, one of several files, and one with parts that break the rules are
//! converted to that form here. Every value keeps the position that it was read from.

mod hoist;
mod members;
mod schema;

use std::collections::HashMap;

use self::hoist::Hoisting;
use self::members::{Members, empty};
pub use self::schema::describes;
use crate::check::{self, Checked};
use crate::fix::{self, Fix, Fixes, address};
use crate::grammar::{Object as Grammar, SCHEMA, Shape, Version, WHOLE};
use crate::kind::Kind;
use crate::node::{Entry, Node, Object, Value};
use crate::tree::{MAX_DEPTH, too_deep};
use crate::{Diagnostic, Diagnostics, Document, Severity, pointer, walk};

/// Fixes of one value may make others invalid, such as a reference to a part that was left out. So the result
/// is checked and lowered again until nothing changes.
const ROUNDS: usize = 8;

/// A document in the form of OpenAPI 3.0, and the findings about the original.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// One tree, whose values have positions in all files of the original.
    pub document: Document,
    /// The warnings and notes about the original document: what is read in another way than it is written,
    /// and what has no equivalent in 3.0.
    pub findings: Diagnostics,
}

impl Document {
    /// The document as one tree in the form of OpenAPI 3.0, and all warnings and notes about it.
    ///
    /// Features of 3.1 are converted to those of 3.0. Parts that OpenAPI does not allow are left out or
    /// read as something else, with a warning. All references lead to components. Each value keeps the
    /// position that it was read from.
    ///
    /// ```
    /// use ittybit_spec::Document;
    ///
    /// let document = Document::parse("api.yaml", "\
    /// openapi: 3.1.0
    /// info: { title: Tasks, version: 1.0.0 }
    /// components: { schemas: { Name: { type: [string, 'null'] } } }
    /// ")?;
    /// let lowered = document.lowered()?.document;
    /// let name = lowered.get("/components/schemas/Name").unwrap();
    /// assert_eq!(name.get("type").unwrap().as_str(), Some("string"));
    /// assert_eq!(name.get("nullable").unwrap().as_bool(), Some(true));
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn lowered(&self) -> Result<Lowered, Diagnostics> {
        let mut checked = check::check(self);
        let mut findings = std::mem::take(&mut checked.findings);
        let mut lowered: Option<Document> = None;
        for round in 1..=ROUNDS {
            if findings.has_errors() {
                return Err(errors(findings));
            }
            let current = lowered.as_ref().unwrap_or(self);
            let mut lowering = Lowering::new(current, &checked);
            let next = self.with_root(lowering.run());
            let changed = lowering.changed || !checked.fixes.is_empty();
            // The warnings of further rounds were already reported about the original document.
            let is_new = |finding: &Diagnostic| round == 1 || is_error(finding);
            findings.extend(lowering.findings.into_iter().filter(is_new));
            if next.root().depth() > MAX_DEPTH {
                let start = next.root().span().start;
                findings.push(too_deep(self.source_at(start), start));
            }
            if changed && round < ROUNDS {
                checked = check::check(&next);
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
        let document = lowered.unwrap_or_else(|| self.clone());
        Ok(Lowered { document, findings })
    }
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.severity() == Severity::Error
}

fn errors(findings: Diagnostics) -> Diagnostics {
    findings.into_iter().filter(is_error).collect()
}

/// The maximum size of the copies of path items and callbacks that replace references, in bytes.
const MAX_INLINED: usize = 8 << 20;

/// The maximum depth of copies inside copies.
const MAX_NESTED: usize = 8;

struct Lowering<'d> {
    document: &'d Document,
    version: Version,
    fixes: &'d Fixes,
    findings: Diagnostics,
    hoisting: Hoisting<'d>,
    /// The address of the object that is being lowered as a component: it is not replaced by a reference
    /// to itself.
    own: Option<usize>,
    /// The addresses of the objects that are being copied, to find cycles.
    inlining: Vec<usize>,
    inlined: usize,
    /// Whether an object was moved or copied.
    changed: bool,
}

impl<'d> Lowering<'d> {
    fn new(document: &'d Document, checked: &'d Checked) -> Self {
        Self {
            document,
            version: checked.version,
            fixes: &checked.fixes,
            findings: Diagnostics::new(),
            hoisting: Hoisting::of(document, checked),
            own: None,
            inlining: Vec::new(),
            inlined: 0,
            changed: false,
        }
    }

    fn run(&mut self) -> Node {
        let root = self.document.root();
        let root = self.value(root, &WHOLE).unwrap_or_else(|| root.clone());
        self.with_components(root)
    }

    /// Adds the new components.
    fn with_components(&mut self, root: Node) -> Node {
        let hoisted = std::mem::take(&mut self.hoisting.hoisted);
        if hoisted.is_empty() {
            return root;
        }
        self.changed = true;
        let mut added: HashMap<&'static str, Vec<Entry>> = HashMap::new();
        for hoisted in hoisted {
            self.own = Some(address(hoisted.node));
            let value = self.value(hoisted.node, hoisted.shape);
            if let Some(value) = value {
                let entry = Entry::new(hoisted.name, hoisted.node.span(), value);
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

    /// A value in the form of 3.0; `None` where it is left out.
    fn value(&mut self, node: &'d Node, shape: &'static Shape) -> Option<Node> {
        match self.fixes.of(node) {
            Some(Fix::LeftOut) => return None,
            Some(Fix::ReadAs(other)) => return Some(other.clone()),
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
            && let Some((component, name)) = self.hoisting.names.get(&address(node))
        {
            return Some(reference(node, component, name));
        }
        self.plain(node, shape)
    }

    /// A value that needs no fix itself.
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
                    let value = match keys.contains(member.key()) {
                        true => self.value(member.value(), of),
                        false => (!self.fixes.is_left_out(member.value())).then(|| member.value().clone()),
                    };
                    if let Some(value) = value {
                        entries.push(Entry::new(key.to_owned(), member.key_span(), value));
                    }
                }
                Value::Object(Object::of(entries))
            }
            (Shape::SchemaName, Value::String(name)) if walk::is_mapping_reference(name) => {
                let text = self.hoisting.destination(node, "schemas")?;
                return Some(Node::new(node.span(), Value::String(text)));
            }
            (Shape::Referable(_), Value::Bool(true)) => return Some(empty(node)),
            // No value fits the schema `false`.
            (Shape::Referable(_), Value::Bool(false)) => {
                return Some(fix::object(node, vec![("not", Value::Object(Object::default()))]));
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
            let Some(text) = self.hoisting.destination(entry.value(), object.component) else {
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
            Kind::Schema => schema::convert(node, members, &mut |node, message| self.note(node, message)),
            Kind::Document => {
                if let Some(webhooks) = members.remove("webhooks") {
                    self.note(
                        webhooks.value(),
                        "`webhooks` are not requests that a client sends, and are left out",
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
                // Fields of 3.1 that the generator does not use: `summary` of `info`, `identifier` of a
                // license, and `pathItems`, which were copied.
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
                // It is not a keyword of 3.1, but documents still use it with its meaning in 3.0.
                None if entry.key() == "nullable" && object.kind == Kind::Schema => Some(entry.value().clone()),
                None => None,
            };
            members.0.extend(value.map(|value| entry.with_value(value)));
        }
        for entry in self.fixes.added(node) {
            members.set(entry.key(), entry.value().clone());
        }
        // In OpenAPI 2, the keywords of its schema are fields of the parameter itself.
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
            let schema = schema::convert(node, schema, &mut |node, message| self.note(node, message));
            members.set("schema", schema);
        }
    }

    /// A copy of the object that a reference leads to, with the siblings of the reference.
    fn inline(&mut self, node: &'d Node, shape: &'static Shape) -> Option<Node> {
        self.changed = true;
        let target = self.document.resolve(node)?;
        let cost = target.span().len() + target.as_object().map_or(0, <[Entry]>::len);
        if self.inlining.contains(&address(target)) || self.inlining.len() == MAX_NESTED {
            self.note(
                node,
                "the reference leads to an object that contains it, and is left out",
            );
            return None;
        }
        self.inlined += cost;
        if self.inlined > MAX_INLINED {
            if self.inlined - cost <= MAX_INLINED {
                let message = format!(
                    "the references to path items and callbacks expand to more than {} MiB",
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

/// A reference to a component, with the position of another value.
fn reference(at: &Node, component: &str, name: &str) -> Node {
    let text = pointer::join("#/components", [component, name]);
    fix::object(at, vec![("$ref", Value::String(text))])
}
