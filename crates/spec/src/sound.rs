//! The sound part of a document: what remains without the parts that have errors. Further checks run on it,
//! so that a mistake in one place does not hide those in others.

use crate::node::{Entry, Node, Object, Value};
use crate::{Diagnostic, Document, fix};

/// Each round removes what refers to the parts that the round before removed.
const ROUNDS: usize = 16;

impl Document {
    /// The document without the operations and components that [`check`](Self::check) finds errors in,
    /// and without everything that refers to them. `None` where an error is in a part that all of them
    /// need, such as `servers`, and for a document of several files.
    ///
    /// A caller with further checks runs them on this part, and so reports all mistakes at once.
    ///
    /// ```
    /// use ittybit_spec::Document;
    ///
    /// let document = Document::parse("api.yaml", "\
    /// openapi: 3.0.3
    /// info: { title: Tasks, version: 1.0.0 }
    /// paths:
    ///   /sound: { get: { responses: {} } }
    ///   /not: { get: { parameters: [{ name: id }] } }
    /// ")?;
    /// let part = document.sound_part().unwrap();
    /// assert!(part.get("/paths/~1sound/get").is_some());
    /// assert!(part.get("/paths/~1not/get").is_none());
    /// assert!(!part.check().has_errors());
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn sound_part(&self) -> Option<Self> {
        let mut part = self.clone();
        for _ in 0..ROUNDS {
            let errors: Option<Vec<usize>> = part.check().errors().map(Diagnostic::start).collect();
            let mut errors = errors?;
            if errors.is_empty() {
                return Some(part);
            }
            let root = map(part.root(), |member| match member.key() {
                "paths" | "components" => Some(member.with_value(without(member.value(), &mut errors, 2))),
                "info" if has_error(member, &mut errors) => Some(member.with_value(placeholder_info(member))),
                "tags" | "security" | "externalDocs" if has_error(member, &mut errors) => None,
                _ => Some(member.clone()),
            });
            if !errors.is_empty() {
                return None;
            }
            part = part.with_root(root);
        }
        None
    }
}

/// Removes the members that have an error, at most so many levels down.
fn without(node: &Node, errors: &mut Vec<usize>, levels: usize) -> Node {
    map(node, |member| {
        // Security schemes are removed only together: without one of them, the meaning of requirements would change.
        let member = match levels {
            1 => member.clone(),
            _ if member.key() == "securitySchemes" => member.clone(),
            _ => member.with_value(without(member.value(), errors, levels - 1)),
        };
        (!has_error(&member, errors)).then_some(member)
    })
}

/// Whether a member has errors. They are removed from the list.
fn has_error(member: &Entry, errors: &mut Vec<usize>) -> bool {
    let before = errors.len();
    errors.retain(|at| !(member.key_span().start..=member.value().span().end).contains(at));
    errors.len() < before
}

/// An `info` without errors: a document must have one, and no operation depends on it.
fn placeholder_info(member: &Entry) -> Node {
    let text = |key: &'static str| (key, Value::String(key.to_owned()));
    fix::object(member.value(), vec![text("title"), text("version")])
}

/// An object with some of its members, which may be changed; any other value as it is.
fn map(node: &Node, member: impl FnMut(&Entry) -> Option<Entry>) -> Node {
    match node.value() {
        Value::Object(members) => {
            let members = members.iter().filter_map(member).collect();
            Node::new(node.span(), Value::Object(Object::of(members)))
        }
        _ => node.clone(),
    }
}
