//! A document: its files, their texts and their trees.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Node, Value};
use crate::source::{Position, Source};
use crate::{Diagnostic, Diagnostics, Severity, pointer};

/// An OpenAPI document, read from YAML or JSON, from one file or from several that refer to each
/// other.
///
/// ```
/// use ittybit_spec::Document;
///
/// let document = Document::parse("api.yaml", "\
/// openapi: 3.0.3
/// info: { title: Tasks, version: 1.0.0 }
/// paths: {}
/// ")?;
/// assert_eq!(document.get("/info/title").unwrap().as_str(), Some("Tasks"));
/// assert_eq!(document.openapi()?.info.version, "1.0.0");
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    /// The texts of the files. The first is that of the file that was named.
    pub(crate) sources: Vec<Arc<Source>>,
    /// The outermost value of each file. A lowered document has only one, made from all of them.
    pub(crate) roots: Vec<Node>,
    /// The paths of the files; empty for a document that was read from text.
    pub(crate) paths: Vec<PathBuf>,
    /// The file that a reference leads to, by the number of the file with the reference and the path in
    /// the reference.
    pub(crate) links: Arc<HashMap<(usize, String), usize>>,
    /// The findings of the parser.
    pub(crate) findings: Diagnostics,
}

impl Document {
    /// The outermost value of the first file.
    pub fn root(&self) -> &Node {
        &self.roots[0]
    }

    /// The name of the document in messages.
    pub fn name(&self) -> &str {
        self.sources[0].name()
    }

    /// The text of the first file, with `\n` as line ends and without a byte order mark.
    pub fn text(&self) -> &str {
        self.sources[0].text()
    }

    /// The size of all files together, in bytes.
    pub fn size(&self) -> usize {
        self.sources.iter().map(|source| source.text().len()).sum()
    }

    /// The files that the document was read from, beginning with the one that was named; none where it
    /// was read from text. For build scripts, which rerun when one of them changes.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }

    /// The number of the file that an offset is in.
    fn file_at(&self, offset: usize) -> usize {
        let after = self.sources.partition_point(|source| source.base() <= offset);
        after.saturating_sub(1)
    }

    pub(crate) fn source_at(&self, offset: usize) -> &Arc<Source> {
        &self.sources[self.file_at(offset)]
    }

    /// The line and the column of an offset into the text, as in [`Node::span`], in the file that it is in.
    pub fn position(&self, offset: usize) -> Position {
        let source = self.source_at(offset);
        source.position(source.bytes(offset..offset).start)
    }

    /// The number of the root that local references (`#/…`) of a node start from.
    pub(crate) fn root_of(&self, node: &Node) -> usize {
        match self.roots.len() {
            1 => 0,
            _ => self.file_at(node.span().start),
        }
    }

    /// The text that a node was read from.
    pub(crate) fn raw(&self, node: &Node) -> &str {
        let source = self.source_at(node.span().start);
        &source.text()[source.bytes(node.span())]
    }

    /// The value at a JSON pointer; see [`pointer`](mod@crate::pointer). `""` is the root.
    pub fn get(&self, pointer: &str) -> Option<&Node> {
        let located = self.locate(pointer);
        located.whole.then_some(located.node)
    }

    /// The value at a JSON pointer, or the last one on the way to it that exists.
    pub(crate) fn locate(&self, pointer: &str) -> Located<'_> {
        locate(self.root(), pointer)
    }

    /// An error at a JSON pointer, or at the nearest value around it that exists.
    ///
    /// It marks the value, or its key where the value is an object or a list.
    pub fn error(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Error, pointer, message)
    }

    /// A warning, at the same position as an [`error`](Self::error).
    pub fn warning(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Warning, pointer, message)
    }

    /// A note, at the same position as an [`error`](Self::error).
    pub fn note(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Note, pointer, message)
    }

    fn finding(&self, severity: Severity, pointer: &str, message: impl Into<String>) -> Diagnostic {
        let located = self.locate(pointer);
        let key = located.key.clone();
        let span = span(located);
        let source = self.source_at(span.start);
        let key = key.filter(|key| Arc::ptr_eq(self.source_at(key.start), source));
        Diagnostic::new(severity, source, Some(span), message).key_span(key)
    }

    /// The document with another tree, made from the values of its files.
    pub(crate) fn with_root(&self, root: Node) -> Self {
        Self {
            sources: self.sources.clone(),
            roots: vec![root],
            paths: self.paths.clone(),
            links: Arc::default(),
            findings: Diagnostics::new(),
        }
    }
}

impl Diagnostic {
    /// Adds a second place with text beside it, such as the other of two values that conflict.
    pub fn also(self, document: &Document, pointer: &str, label: impl Into<String>) -> Self {
        let span = span(document.locate(pointer));
        let source = Arc::clone(document.source_at(span.start));
        self.also_at(&source, span, label)
    }
}

/// The value that a pointer leads to.
pub(crate) struct Located<'d> {
    pub(crate) node: &'d Node,
    pub(crate) key: Option<Range<usize>>,
    /// Whether the whole pointer could be followed.
    pub(crate) whole: bool,
}

/// The value at a JSON pointer from a root, or the last one on the way to it that exists.
pub(crate) fn locate<'d>(root: &'d Node, pointer: &str) -> Located<'d> {
    let mut located = Located {
        node: root,
        key: None,
        whole: true,
    };
    let Some(tokens) = pointer::parse(pointer) else {
        located.whole = false;
        return located;
    };
    for token in tokens {
        let next = match located.node.value() {
            Value::Object(object) => object
                .entry(&token)
                .map(|entry| (entry.value(), Some(entry.key_span()))),
            Value::Array(items) => index(&token)
                .and_then(|index| items.get(index))
                .map(|item| (item, None)),
            _ => None,
        };
        match next {
            Some((node, key)) => {
                located.node = node;
                located.key = key;
            }
            None => {
                located.whole = false;
                break;
            }
        }
    }
    located
}

/// The text to mark for a value: the value itself where it is a scalar. An object or a list may have many lines, so
/// its key is marked, also where the pointer could not be followed to its end.
pub(crate) fn span(located: Located<'_>) -> Range<usize> {
    let scalar = !matches!(located.node.value(), Value::Null | Value::Array(_) | Value::Object(_));
    match located.key {
        Some(key) if !(scalar && located.whole) => key,
        _ => match located.node.value() {
            Value::Object(object) if !object.is_empty() => object[0].key_span(),
            _ => located.node.span(),
        },
    }
}

/// An array index as RFC 6901 writes it.
fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with(['0', '+']);
    canonical.then(|| token.parse().ok()).flatten()
}
