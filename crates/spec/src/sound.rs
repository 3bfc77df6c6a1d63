//! The sound part of a document with errors: a mistake in one place is no reason to keep quiet about
//! those in others.

use crate::node::{Entry, Node, Object, Value};
use crate::{Diagnostic, Document};

/// Each round takes out what refers to what the round before took out.
const ROUNDS: usize = 16;

/// The document without the operations and components that [`Document::check`] finds errors in;
/// nothing where an error stands in what all of them need.
pub(crate) fn part(document: &Document) -> Option<Document> {
    let mut part = document.clone();
    for _ in 0..ROUNDS {
        let errors: Option<Vec<usize>> = part.check().errors().map(Diagnostic::start).collect();
        let mut errors = errors?;
        if errors.is_empty() {
            return Some(part);
        }
        let root = map(part.root(), |member| match member.key() {
            "paths" | "components" => Some(member.with_value(without(member.value(), &mut errors, 2))),
            "info" if takes(member, &mut errors) => Some(member.with_value(some_info(member))),
            "tags" | "security" | "externalDocs" if takes(member, &mut errors) => None,
            _ => Some(member.clone()),
        });
        if !errors.is_empty() {
            return None;
        }
        part = part.with_root(root);
    }
    None
}

/// A node without those members, at most so many levels down, that hold an error.
fn without(node: &Node, errors: &mut Vec<usize>, levels: usize) -> Node {
    map(node, |member| {
        // Security schemes mean what they mean together.
        let member = match levels {
            1 => member.clone(),
            _ if member.key() == "securitySchemes" => member.clone(),
            _ => member.with_value(without(member.value(), errors, levels - 1)),
        };
        (!takes(&member, errors)).then_some(member)
    })
}

/// Whether a member holds errors, which are taken from the list.
fn takes(member: &Entry, errors: &mut Vec<usize>) -> bool {
    let before = errors.len();
    errors.retain(|at| !(member.key_span().start..=member.value().span().end).contains(at));
    errors.len() < before
}

/// What a document cannot do without, and no operation needs.
fn some_info(member: &Entry) -> Node {
    let span = member.value().span();
    let entry = |key: &str| {
        let text = Node::new(span.clone(), Value::String(key.to_owned()));
        Entry::new(key.to_owned(), span.clone(), text)
    };
    let (object, _) = Object::new(vec![entry("title"), entry("version")]);
    Node::new(span.clone(), Value::Object(object))
}

/// A node with other members; one that is no object stays as it is.
fn map(node: &Node, member: impl FnMut(&Entry) -> Option<Entry>) -> Node {
    match node.value() {
        Value::Object(members) => {
            let (object, _) = Object::new(members.iter().filter_map(member).collect());
            Node::new(node.span(), Value::Object(object))
        }
        _ => node.clone(),
    }
}
