//! Building a tree from the events of a parser, without recursion.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::node::{Entry, Node, Object, Value};
use crate::source::Source;
use crate::{Diagnostic, Diagnostics, Severity};

/// Lists and objects may stand this deep inside each other. Far more than any API needs, and few
/// enough that code which walks a tree by recursion is safe.
pub(crate) const MAX_DEPTH: usize = 128;

/// The keys on the way to a list or an object may have this many bytes together. Whoever walks a document
/// writes the way to each place down: below one key of a megabyte, small values would take gigabytes.
const MAX_WAY: usize = 4_096;

/// Takes values as a parser meets them and puts them where they belong.
pub(crate) struct Tree<'s> {
    source: &'s Arc<Source>,
    open: Vec<Open>,
    root: Option<Node>,
    findings: Diagnostics,
}

/// A list or object whose end has not come yet.
struct Open {
    start: usize,
    contents: Contents,
}

impl Open {
    /// Of the key that the next value belongs to.
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

    /// Notes an error that does not stop the reading.
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
        let way: usize = self.open.iter().map(Open::key_length).sum();
        if way > MAX_WAY {
            return Err(far_away(self.source, start));
        }
        self.open.push(Open { start, contents });
        Ok(())
    }

    /// Whether the next scalar names a member.
    pub(crate) fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                contents: Contents::Object { key: None, .. },
                ..
            })
        )
    }

    pub(crate) fn key(&mut self, text: String, span: Range<usize>) {
        if let Some(Open {
            contents: Contents::Object { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(Key::Named(text, span));
        }
    }

    /// The next value is an object whose members are members of the innermost open object too, or a
    /// list of such objects.
    pub(crate) fn merge_key(&mut self) {
        if let Some(Open {
            contents: Contents::Object { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(Key::Merge);
        }
    }

    /// Adds a value to the innermost open list or object.
    pub(crate) fn value(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => self.root = Some(node),
            Some(Contents::Array(items)) => items.push(node),
            Some(Contents::Object { entries, key, merged }) => match key.take() {
                Some(Key::Named(text, span)) => entries.push(Entry::new(text, span, node)),
                Some(Key::Merge) => merged.push(node),
                None => {}
            },
        }
    }

    /// Ends the innermost open list or object, which reaches to `end` or, where that is not known,
    /// to the end of its last value.
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
                            format!("the key `{key}` stands twice in one object: the last one counts"),
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
        let merges = matches!(
            self.open.last().map(|open| &open.contents),
            Some(Contents::Object {
                key: Some(Key::Merge),
                ..
            })
        );
        self.value(Node::new(start..end, value));
        match self.open.last().map(|open| &open.contents) {
            None => self.root.as_ref(),
            Some(Contents::Array(items)) => items.last(),
            Some(Contents::Object { merged, .. }) if merges => merged.last(),
            Some(Contents::Object { entries, .. }) => entries.last().map(Entry::value),
        }
    }

    /// The tree, and what is doubtful about it, unless something was wrong with it.
    pub(crate) fn finish(self) -> Result<(Option<Node>, Diagnostics), Diagnostics> {
        if self.findings.has_errors() {
            return Err(self.findings);
        }
        Ok((self.root, self.findings))
    }

    /// All that was found, ended by what stopped the reading.
    pub(crate) fn fail(mut self, finding: Diagnostic) -> Diagnostics {
        self.findings.push(finding);
        self.findings
    }
}

/// Adds the members that are not there yet, of the first object that has them.
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

fn far_away(source: &Arc<Source>, at: usize) -> Diagnostic {
    Diagnostic::new(
        Severity::Error,
        source,
        Some(at..at + 1),
        format!("the keys on the way here are longer than {MAX_WAY} bytes together"),
    )
    .code("keys-too-long")
    .help("give paths and components shorter names")
}

#[cfg(test)]
mod tests {
    use crate::Document;

    #[test]
    fn what_lies_below_long_keys_is_refused() {
        let key = "k".repeat(3_000);
        for (way, is_read) in [
            (format!("{{ {key}: {{ {key}: 1 }} }}"), true),
            (format!("{{ {key}: {{ {key}: {{ a: 1 }} }} }}"), false),
            (format!("{{ {key}: {{ a: [{{ b: {{ c: 1 }} }}] }} }}"), true),
        ] {
            match Document::parse("api.yaml", way) {
                Ok(_) => assert!(is_read),
                Err(findings) => {
                    let codes: Vec<_> = findings.iter().map(|finding| finding.code_name()).collect();
                    assert!(!is_read && codes == [Some("keys-too-long")], "{findings}");
                }
            }
        }
    }
}
