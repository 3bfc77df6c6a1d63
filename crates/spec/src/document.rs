//! A document: its name, its text and its tree.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::node::{Node, Value};
use crate::source::Source;
use crate::{Diagnostic, Diagnostics, Severity, check, json, openapi, pointer, sound, yaml};

/// An OpenAPI document, read from YAML or JSON.
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
    source: Arc<Source>,
    root: Node,
}

impl Document {
    /// Reads a file. It is shown in messages under the path given.
    ///
    /// # Errors
    /// A file that is not there, cannot be read, is not UTF-8 or is empty; and what
    /// [`parse`](Self::parse) refuses.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Self::parse(name, text),
                Err(error) => Err(not_utf8(name, &error)),
            },
            Err(error) => {
                let reason = match error.kind() {
                    std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                    std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
                    _ => error.to_string(),
                };
                let source = Arc::new(Source::new(name, String::new()));
                let message = format!("cannot read `{}`: {reason}", source.name());
                let help = match error.kind() {
                    std::io::ErrorKind::PermissionDenied => "let this user read the file, and enter its folder",
                    _ => "name the YAML or JSON file that holds the OpenAPI document",
                };
                Err(Diagnostic::new(Severity::Error, &source, None, message)
                    .help(help)
                    .into())
            }
        }
    }

    /// Reads text: JSON where the name ends in `.json` or the text begins with `{` or `[`, and
    /// YAML otherwise.
    ///
    /// # Errors
    /// Text that is neither, is empty, repeats a key in an object, holds a number that is not
    /// finite, is nested more than 128 levels deep, or has aliases that stand for too much.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Diagnostics> {
        let source = Arc::new(Source::new(name.into(), text.into()));
        let name = source.name().to_ascii_lowercase();
        let named_json = name.ends_with(".json");
        let named_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        let empty = || {
            Diagnostic::new(Severity::Error, &source, None, "the document is empty")
                .help("begin it with `openapi: 3.0.3`")
        };
        if source.text().trim().is_empty() {
            return Err(empty().into());
        }
        let json = named_json || source.text().trim_start().starts_with(['{', '[']);
        let root = if json {
            // `{openapi: 3.0.3}` is YAML too.
            match json::read(&source) {
                Err(as_json) if !named_json => {
                    yaml::read(&source).map_err(|as_yaml| if named_yaml { as_yaml } else { as_json })?
                }
                result => result?,
            }
        } else {
            yaml::read(&source)?
        };
        match root {
            Some(root) if *root.value() != Value::Null => Ok(Self { source, root }),
            _ => Err(empty().into()),
        }
    }

    /// The outermost value.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The name under which messages show it.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// The text, with line ends made `\n` and without a byte order mark.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The value at a JSON pointer; see [`pointer`](mod@crate::pointer). `""` is the root.
    pub fn get(&self, pointer: &str) -> Option<&Node> {
        let located = self.locate(pointer);
        located.whole.then_some(located.node)
    }

    /// The value at a JSON pointer, or as far as the pointer leads.
    pub(crate) fn locate(&self, pointer: &str) -> Located<'_> {
        let mut located = Located {
            node: &self.root,
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

    /// An error at a JSON pointer, or at the nearest place around it that is there.
    ///
    /// It marks the value; of a value that is itself an object or a list, its key.
    pub fn error(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Error, pointer, message)
    }

    /// A warning, placed like an [`error`](Self::error).
    pub fn warning(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Warning, pointer, message)
    }

    /// A note, placed like an [`error`](Self::error).
    pub fn note(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Note, pointer, message)
    }

    fn finding(&self, severity: Severity, pointer: &str, message: impl Into<String>) -> Diagnostic {
        let located = self.locate(pointer);
        let key = located.key.clone();
        Diagnostic::new(severity, &self.source, Some(span(located)), message).key_span(key)
    }

    /// All that is wrong or doubtful by the rules of OpenAPI 3.0: errors, and warnings about what
    /// has no effect.
    pub fn check(&self) -> Diagnostics {
        check::check(self)
    }

    /// What is left when the operations and components that [`check`](Self::check) finds errors in
    /// are taken out, and all that refers to them; nothing where an error stands in what all of
    /// them need, such as `servers`.
    ///
    /// Whoever looks for more mistakes than `check` does looks here, and reports all in one go.
    ///
    /// ```
    /// use ittybit_spec::Document;
    ///
    /// let document = Document::parse("api.yaml", "\
    /// openapi: 3.0.3
    /// info: { title: Tasks, version: 1.0.0 }
    /// paths: {}
    /// components: { schemas: { Sound: { type: string }, Not: { type: text } } }
    /// ")?;
    /// let part = document.sound_part().unwrap();
    /// assert!(part.get("/components/schemas/Sound").is_some());
    /// assert!(part.get("/components/schemas/Not").is_none());
    /// assert!(!part.check().has_errors());
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn sound_part(&self) -> Option<Self> {
        sound::part(self)
    }

    pub(crate) fn with_root(&self, root: Node) -> Self {
        let source = Arc::clone(&self.source);
        Self { source, root }
    }

    /// The document as `openapiv3` has it.
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn openapi(&self) -> Result<openapiv3::OpenAPI, Diagnostics> {
        Ok(self.checked()?.0)
    }

    /// The document as `openapiv3` has it, and what [`check`](Self::check) finds that is no error.
    ///
    /// # Errors
    /// All errors that [`check`](Self::check) finds.
    pub fn checked(&self) -> Result<(openapiv3::OpenAPI, Diagnostics), Diagnostics> {
        let findings = self.check();
        if findings.has_errors() {
            return Err(findings
                .into_iter()
                .filter(|finding| finding.severity() == Severity::Error)
                .collect());
        }
        Ok((openapi::read(self)?, findings))
    }
}

/// Where a pointer leads.
pub(crate) struct Located<'d> {
    pub(crate) node: &'d Node,
    pub(crate) key: Option<Range<usize>>,
    /// Whether the whole pointer could be followed.
    pub(crate) whole: bool,
}

/// What to mark for a value: the key where the value spreads over lines or is not what is wrong.
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

fn not_utf8(name: String, error: &std::string::FromUtf8Error) -> Diagnostics {
    let bytes = error.as_bytes();
    let at = error.utf8_error().valid_up_to();
    let readable = match String::from_utf8_lossy(bytes) {
        Cow::Owned(text) => text,
        Cow::Borrowed(text) => text.to_owned(),
    };
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let source = Arc::new(Source::new(name, readable));
    let message = format!("the file is not UTF-8: byte {:#04x} on line {line}", bytes[at]);
    let place = source.text().find('\u{fffd}').map(|at| at..at + '\u{fffd}'.len_utf8());
    Diagnostic::new(Severity::Error, &source, place, message)
        .help("save the file as UTF-8")
        .into()
}
