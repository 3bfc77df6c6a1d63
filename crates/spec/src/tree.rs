//! Building a tree from the events of a parser, without recursion.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::node::{Entry, Node, Object, Value};
use crate::source::Source;
use crate::{Diagnostic, Diagnostics, Severity};

/// The maximum depth of nested lists and objects. No API needs as many, and a tree of this depth can be walked
/// by recursion.
pub(crate) const MAX_DEPTH: usize = 128;

/// The maximum length of all keys on the path to a list or an object, in bytes. Code that walks a document makes
/// a JSON pointer for each value: below a key of a megabyte, pointers to small values would take gigabytes.
const MAX_KEYS: usize = 4_096;

/// Receives values in the order of the text, and adds each to the innermost open list or object.
pub(crate) struct Tree<'s> {
    source: &'s Arc<Source>,
    open: Vec<Open>,
    root: Option<Node>,
    findings: Diagnostics,
}

/// A list or object whose end was not reached yet.
struct Open {
    start: usize,
    contents: Contents,
}

impl Open {
    /// The length of the key that the next value belongs to.
    fn key_length(&self) -> usize {
        match &self.contents {
            Contents::Object {
                key: Some(Key::Named(key, _)),
                ..
            } => key.len(),
            _ => 0,
        }
    }
}

enum Contents {
    Array(Vec<Node>),
    Object {
        entries: Vec<Entry>,
        key: Option<Key>,
        /// The values of merge keys.
        merged: Vec<Node>,
    },
}

enum Key {
    Named(String, Range<usize>),
    /// `<<` of YAML 1.1
    Merge,
}

impl<'s> Tree<'s> {
    pub(crate) fn new(source: &'s Arc<Source>) -> Self {
        Self {
            source,
            open: Vec::new(),
            root: None,
            findings: Diagnostics::new(),
        }
    }

    pub(crate) fn source(&self) -> &'s Arc<Source> {
        self.source
    }

    /// How many lists and objects are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Adds a finding with which reading continues.
    pub(crate) fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    pub(crate) fn open_array(&mut self, start: usize) -> Result<(), Diagnostic> {
        self.open(start, Contents::Array(Vec::new()))
    }

    pub(crate) fn open_object(&mut self, start: usize) -> Result<(), Diagnostic> {
        let contents = Contents::Object {
            entries: Vec::new(),
            key: None,
            merged: Vec::new(),
        };
        self.open(start, contents)
    }

    fn open(&mut self, start: usize, contents: Contents) -> Result<(), Diagnostic> {
        if self.open.len() == MAX_DEPTH {
            return Err(too_deep(self.source, start));
        }
        let keys: usize = self.open.iter().map(Open::key_length).sum();
        if keys > MAX_KEYS {
            return Err(keys_too_long(self.source, start));
        }
        self.open.push(Open { start, contents });
        Ok(())
    }

    /// Whether the next scalar is a key.
    pub(crate) fn wants_key(&self) -> bool {
        let contents = self.open.last().map(|open| &open.contents);
        matches!(contents, Some(Contents::Object { key: None, .. }))
    }

    pub(crate) fn key(&mut self, text: String, span: Range<usize>) {
        self.set_key(Key::Named(text, span));
    }

    /// Adds a merge key: the next value is an object, or a list of objects, whose members are added to the
    /// innermost open object.
    pub(crate) fn merge_key(&mut self) {
        self.set_key(Key::Merge);
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Contents::Object { key, .. }) = self.open.last_mut().map(|open| &mut open.contents) {
            *key = Some(new);
        }
    }

    /// Adds a value to the innermost open list or object. Returns it at its place.
    pub(crate) fn value(&mut self, node: Node) -> Option<&Node> {
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => Some(self.root.insert(node)),
            Some(Contents::Array(items)) => {
                items.push(node);
                items.last()
            }
            Some(Contents::Object { entries, key, merged }) => match key.take()? {
                Key::Named(text, span) => {
                    entries.push(Entry::new(text, span, node));
                    entries.last().map(Entry::value)
                }
                Key::Merge => {
                    merged.push(node);
                    merged.last()
                }
            },
        }
    }

    /// Ends the innermost open list or object, at `end` or, where that is not known, at the end of its last
    /// value. Returns its node.
    pub(crate) fn close(&mut self, end: Option<usize>) -> Option<&Node> {
        let Open { start, contents } = self.open.pop()?;
        let (last, value) = match contents {
            Contents::Array(items) => (items.last().map(|item| item.span().end), Value::Array(items)),
            Contents::Object {
                mut entries, merged, ..
            } => {
                let last = entries.last().map(|entry| entry.value().span().end);
                merge(&mut entries, &merged);
                let (object, repeated) = Object::new(entries);
                for (first, key, again) in repeated {
                    self.findings.push(
                        Diagnostic::new(
                            Severity::Warning,
                            self.source,
                            Some(again),
                            format!("the key `{key}` is in one object twice: the last one is used"),
                        )
                        .code("key-repeated")
                        .label("again here")
                        .also_at(self.source, first, "first here")
                        .help("remove one of the two, or rename it"),
                    );
                }
                (last, Value::Object(object))
            }
        };
        let end = end.or(last).unwrap_or(start).max(start);
        self.value(Node::new(start..end, value))
    }

    /// The tree and its warnings, or all findings where one is an error.
    pub(crate) fn finish(self) -> Result<(Option<Node>, Diagnostics), Diagnostics> {
        if self.findings.has_errors() {
            return Err(self.findings);
        }
        Ok((self.root, self.findings))
    }

    /// All findings, with the one that ended the reading last.
    pub(crate) fn fail(mut self, finding: Diagnostic) -> Diagnostics {
        self.findings.push(finding);
        self.findings
    }
}

/// Adds the members of merged objects. Members of the object itself, and of earlier merged objects, are not
/// replaced.
fn merge(entries: &mut Vec<Entry>, merged: &[Node]) {
    if merged.is_empty() {
        return;
    }
    let mut known: HashSet<String> = entries.iter().map(|entry| entry.key().to_owned()).collect();
    for value in merged {
        let objects = value.as_array().unwrap_or(std::slice::from_ref(value));
        for entry in objects.iter().filter_map(Node::as_object).flatten() {
            if known.insert(entry.key().to_owned()) {
                entries.push(entry.clone());
            }
        }
    }
}

pub(crate) fn too_deep(source: &Arc<Source>, at: usize) -> Diagnostic {
    Diagnostic::new(
        Severity::Error,
        source,
        Some(at..at + 1),
        format!("lists and objects are nested more than {MAX_DEPTH} levels deep"),
    )
    .code("nested-too-deep")
    .help("give the inner part a name under `components` and refer to it with `$ref`")
}

fn keys_too_long(source: &Arc<Source>, at: usize) -> Diagnostic {
    Diagnostic::new(
        Severity::Error,
        source,
        Some(at..at + 1),
        format!("the keys on the path to this value have more than {MAX_KEYS} bytes together"),
    )
    .code("keys-too-long")
    .help("give paths and components shorter names")
}

#[cfg(test)]
mod tests {
    use crate::Document;

    #[test]
    fn values_below_long_keys_are_refused() {
        let key = "k".repeat(3_000);
        for (text, is_read) in [
            (format!("{{ {key}: {{ {key}: 1 }} }}"), true),
            (format!("{{ {key}: {{ {key}: {{ a: 1 }} }} }}"), false),
            (format!("{{ {key}: {{ a: [{{ b: {{ c: 1 }} }}] }} }}"), true),
        ] {
            match Document::parse("api.yaml", text) {
                Ok(_) => assert!(is_read),
                Err(findings) => {
                    let codes: Vec<_> = findings.iter().map(|finding| finding.code_name()).collect();
                    assert!(!is_read && codes == [Some("keys-too-long")], "{findings}");
                }
            }
        }
    }
}
