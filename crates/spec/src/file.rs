//! The files that a document is read from.
//!
//! A document may refer to other files below its own folder. Documents are untrusted input: a reference
//! to a file outside of the folder, or to a URL, is an error, and is never followed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::document::{self, Located};
use crate::grammar::{Shape, WHOLE};
use crate::node::{Node, Value};
use crate::source::Source;
use crate::{Diagnostic, Diagnostics, Document, Severity, json, reference, walk, yaml};

/// The maximum size of all files of a document together, in bytes.
const MAX_BYTES: usize = 256 << 20;

impl Document {
    /// Reads a file, and the files below its folder that it refers to. They are shown in messages
    /// under the path given, and under paths relative to it.
    ///
    /// # Errors
    /// A file that does not exist, cannot be read, is not UTF-8 or is empty; a reference to a file
    /// outside of the folder; and the errors of [`parse`](Self::parse).
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let unread = |message: String, kind| {
            let source = Arc::new(Source::new(path.display().to_string(), String::new(), 0));
            let help = match kind {
                ErrorKind::PermissionDenied => "give this user the permission to read the file and its folder",
                _ => "give the path of the YAML or JSON file that contains the OpenAPI document",
            };
            Diagnostic::new(Severity::Error, &source, None, message)
                .code("file-unread")
                .help(help)
        };
        let source = open(path, 0, unread)?;
        let (root, findings) = parse(&source)?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let relative = PathBuf::from(path.file_name().unwrap_or_default());
        let mut reader = Reader {
            folder: folder.to_owned(),
            canonical: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
            document: Self {
                sources: vec![source],
                roots: vec![root],
                paths: vec![path.to_owned()],
                links: Arc::default(),
                findings,
            },
            relative: vec![relative.clone()],
            known: HashMap::from([(relative, Some(0))]),
        };
        reader.follow();
        Ok(reader.document)
    }

    /// Reads text: JSON where the name ends in `.json` or the text begins with `{` or `[`, and
    /// YAML otherwise. It has no folder, so references to other files cannot be resolved.
    ///
    /// # Errors
    /// Text that is neither, is empty, is nested more than 128 levels deep, or has aliases that
    /// expand to too much.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Diagnostics> {
        let source = Arc::new(Source::new(name.into(), text.into(), 0));
        let (root, findings) = parse(&source)?;
        Ok(Self {
            sources: vec![source],
            roots: vec![root],
            paths: Vec::new(),
            links: Arc::default(),
            findings,
        })
    }
}

/// Reads a text.
fn parse(source: &Arc<Source>) -> Result<(Node, Diagnostics), Diagnostics> {
    let name = source.name().to_ascii_lowercase();
    let named_json = name.ends_with(".json");
    let named_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let empty = || {
        Diagnostic::new(Severity::Error, source, None, "the document is empty")
            .code("document-empty")
            .help("begin it with `openapi: 3.0.3`")
    };
    if source.text().trim().is_empty() {
        return Err(empty().into());
    }
    let json = named_json || source.text().trim_start().starts_with(['{', '[']);
    let (root, findings) = if json {
        // `{openapi: 3.0.3}` is YAML too.
        match json::read(source) {
            Err(as_json) if !named_json => {
                yaml::read(source).map_err(|as_yaml| if named_yaml { as_yaml } else { as_json })?
            }
            result => result?,
        }
    } else {
        yaml::read(source)?
    };
    match root {
        Some(root) if *root.value() != Value::Null => Ok((root, findings)),
        _ => Err(empty().into()),
    }
}

struct Reader {
    /// The document's folder, as it was named, and its canonical path.
    folder: PathBuf,
    canonical: PathBuf,
    document: Document,
    /// The path of each file, relative to the folder.
    relative: Vec<PathBuf>,
    /// The number of each file; `None` for one that could not be read.
    known: HashMap<PathBuf, Option<usize>>,
}

/// A reference to another file.
struct Reference {
    from: usize,
    span: std::ops::Range<usize>,
    text: String,
    shape: &'static Shape,
}

impl Reader {
    /// Reads the files that the document refers to, directly or through other files.
    fn follow(&mut self) {
        let mut seen: HashSet<(usize, String)> = HashSet::new();
        let mut waiting = self.references(0, self.document.root(), &WHOLE);
        while let Some(reference) = waiting.pop() {
            let (file, fragment) = reference.text.split_once('#').unwrap_or((&reference.text, ""));
            let target = match file {
                "" => reference.from,
                file => match self.document.links.get(&(reference.from, file.to_owned())) {
                    Some(target) => *target,
                    None => match self.open(&reference, file) {
                        Ok(Some(target)) => {
                            let links = Arc::make_mut(&mut self.document.links);
                            links.insert((reference.from, file.to_owned()), target);
                            target
                        }
                        Ok(None) => continue,
                        Err(findings) => {
                            self.document.findings.extend(findings);
                            continue;
                        }
                    },
                },
            };
            // The whole first file was searched for references from its root.
            if target == 0 || !seen.insert((target, fragment.to_owned())) {
                continue;
            }
            let place = reference::decoded(fragment);
            let Located { node, whole: true, .. } = document::locate(&self.document.roots[target], &place) else {
                continue;
            };
            waiting.extend(self.references(target, node, reference.shape));
        }
    }

    fn references(&self, from: usize, node: &Node, shape: &'static Shape) -> Vec<Reference> {
        let mut found = Vec::new();
        walk::references(node, shape, &mut |node, text, shape| {
            if !text.starts_with('#') || from != 0 {
                found.push(Reference {
                    from,
                    span: node.span(),
                    text: text.to_owned(),
                    shape,
                });
            }
        });
        found
    }

    /// The number of the file that a reference leads to; `None` where the file cannot be read and that was
    /// reported before.
    fn open(&mut self, reference: &Reference, file: &str) -> Result<Option<usize>, Diagnostics> {
        let refuse = |reader: &Self, code, message: String| {
            let source = &reader.document.sources[reference.from];
            // Without this name in the mapping of a discriminator, the schemas still have their own names.
            let severity = match reference.shape {
                Shape::SchemaName => Severity::Warning,
                _ => Severity::Error,
            };
            Diagnostic::new(severity, source, Some(reference.span.clone()), message).code(code)
        };
        let help = "copy its content into a file below the document's folder, and refer to that file";
        if is_url(file) {
            let message = format!("`{file}` is a URL, and is not read");
            return Err(refuse(self, "reference-url", message).help(help).into());
        }
        let outside = |reader: &Self| {
            let message = format!("`{file}` is outside of the document's folder, and is not read");
            Diagnostics::from(refuse(reader, "reference-outside", message).help(help))
        };
        let file = reference::decoded(file);
        let from = self.relative[reference.from].parent().unwrap_or(Path::new(""));
        let relative = normalized(&from.join(&*file)).ok_or_else(|| outside(self))?;
        if let Some(known) = self.known.get(&relative) {
            return Ok(*known);
        }
        self.known.insert(relative.clone(), None);
        let path = self.folder.join(&relative);
        // A symbolic link may lead out of the folder.
        if path.canonicalize().is_ok_and(|full| !full.starts_with(&self.canonical)) {
            return Err(outside(self));
        }
        let base = self.document.sources.last().map_or(0, |source| source.end());
        let length = std::fs::metadata(&path).map_or(0, |file| file.len());
        if base as u64 + length > MAX_BYTES as u64 {
            let message = format!("the files of the document have more than {} MiB", MAX_BYTES >> 20);
            return Err(refuse(self, "document-too-large", message).into());
        }
        let source = open(&path, base, |message, _| {
            let help = "write the path of a file below the document's folder, relative to the file with the reference";
            refuse(self, "reference-unread", message).help(help)
        })?;
        let (root, findings) = parse(&source)?;
        self.document.sources.push(source);
        self.document.roots.push(root);
        self.document.paths.push(path);
        self.document.findings.extend(findings);
        let number = self.relative.len();
        self.known.insert(relative.clone(), Some(number));
        self.relative.push(relative);
        Ok(Some(number))
    }
}

/// A path without `.` and `..`; `None` where it leaves the folder that it is relative to.
fn normalized(path: &Path) -> Option<PathBuf> {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => result.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !result.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(result)
}

/// Whether a reference has a scheme or a host.
fn is_url(reference: &str) -> bool {
    let scheme = reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    scheme || reference.starts_with("//")
}

/// Reads a file. `unread` makes the finding for one that cannot be read, from the message and the kind of the error.
fn open(
    path: &Path,
    base: usize,
    unread: impl FnOnce(String, ErrorKind) -> Diagnostic,
) -> Result<Arc<Source>, Diagnostic> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            ErrorKind::IsADirectory => "it is a directory".to_owned(),
            _ => error.to_string(),
        };
        unread(format!("cannot read `{name}`: {reason}"), error.kind())
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Arc::new(Source::new(name, text, base))),
        Err(error) => Err(not_utf8(name, &error)),
    }
}

fn not_utf8(name: String, error: &std::string::FromUtf8Error) -> Diagnostic {
    let bytes = error.as_bytes();
    let at = error.utf8_error().valid_up_to();
    let readable = match String::from_utf8_lossy(bytes) {
        Cow::Owned(text) => text,
        Cow::Borrowed(text) => text.to_owned(),
    };
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let source = Arc::new(Source::new(name, readable, 0));
    let message = format!("the file is not UTF-8: byte {:#04x} on line {line}", bytes[at]);
    let place = source.text().find('\u{fffd}').map(|at| at..at + '\u{fffd}'.len_utf8());
    Diagnostic::new(Severity::Error, &source, place, message)
        .code("file-not-utf8")
        .help("save the file as UTF-8")
}
