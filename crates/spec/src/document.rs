//! A document: its files, their texts and their trees.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lower::Lowered;
use crate::node::{Node, Value};
use crate::source::Source;
use crate::{Diagnostic, Diagnostics, Severity, check, file, lower, pointer, sound};

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
    /// Reads a file, and the files below its folder that it refers to. They are shown in messages
    /// under the path given, and under paths relative to it.
    ///
    /// # Errors
    /// A file that does not exist, cannot be read, is not UTF-8 or is empty; a reference to a file
    /// outside of the folder; and the errors of [`parse`](Self::parse).
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        file::read(path)
    }

    /// Reads text: JSON where the name ends in `.json` or the text begins with `{` or `[`, and
    /// YAML otherwise. It has no folder, so references to other files cannot be resolved.
    ///
    /// # Errors
    /// Text that is neither, is empty, is nested more than 128 levels deep, or has aliases that
    /// expand to too much.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Diagnostics> {
        let source = Arc::new(Source::new(name.into(), text.into(), 0));
        let (root, findings) = file::parse(&source)?;
        Ok(Self {
            sources: vec![source],
            roots: vec![root],
            paths: Vec::new(),
            links: Arc::default(),
            findings,
        })
    }

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

    /// All violations of the rules of OpenAPI 3.0 or 3.1. It is an error where no correct client can be
    /// generated. A warning reports how the part is read instead, or that it has no effect.
    pub fn check(&self) -> Diagnostics {
        check::check(self).findings
    }

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
        sound::part(self)
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
        lower::lower(self)
    }

    /// The document in the types of `openapiv3`.
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn openapi(&self) -> Result<openapiv3::OpenAPI, Diagnostics> {
        Ok(self.checked()?.0)
    }

    /// The document [in the form of OpenAPI 3.0](Self::lowered), in the types of `openapiv3`, and all
    /// warnings and notes about it.
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn checked(&self) -> Result<(openapiv3::OpenAPI, Diagnostics), Diagnostics> {
        let lowered = self.lowered()?;
        Ok((lowered.openapi()?, lowered.findings))
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
