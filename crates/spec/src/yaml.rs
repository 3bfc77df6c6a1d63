//! Reading YAML 1.2 with the scalars of JSON.
//!
//! Plain scalars follow the [core schema]: `null`, `true`, `12`, `1.5` and their other spellings are not
//! strings. Everything else is a string, also `yes`, `no`, dates, and all quoted scalars.
//!
//! [core schema]: https://yaml.org/spec/1.2.2/#103-core-schema

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::node::{Entry, Node, Value};
use crate::number::{self, NotFinite};
use crate::source::Source;
use crate::tree::{MAX_DEPTH, Tree, too_deep};
use crate::{Diagnostic, Diagnostics, Severity};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

/// The maximum size of all copies of anchored values together, in bytes. A few lines of anchors that refer to
/// each other can expand to billions of values.
const MAX_COPIED: usize = 64 << 20;

pub(crate) fn read(source: &Arc<Source>) -> Result<(Option<Node>, Diagnostics), Diagnostics> {
    let mut reader = Reader {
        tree: Tree::new(source),
        anchors: HashMap::new(),
        open: Vec::new(),
        copied: 0,
        documents: 0,
    };
    let mut parser = Parser::new_from_str(source.text());
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => {
                let start = source.byte(span.start.index());
                let end = source.byte(span.end.index()).max(start);
                reader.event(event, source.place(start..end))
            }
            Err(error) => Err(reader.syntax_error(*error.marker(), error.info())),
        };
        if let Err(finding) = step {
            return Err(reader.tree.fail(finding));
        }
    }
    reader.tree.finish()
}

/// Parts of the parser's messages, and what to write instead.
const SYNTAX: [(&str, &str); 10] = [
    ("simple key expect", "write `: ` and a value after the key before this"),
    (
        "flow mapping",
        "in `{ … }` put a `,` between members, and quotes around text that has `: `, `,`, `{` or `}`",
    ),
    (
        "flow sequence",
        "in `[ … ]` put a `,` between items, and quotes around text that has `,`, `[` or `]`",
    ),
    ("block mapping", "indent the line like the keys before it"),
    ("block collection", "indent the line like the items before it"),
    // Before "tab", which is part of it.
    (
        "unprintable character",
        "remove it; if there is one next to every letter, the file is UTF-16: save it as UTF-8",
    ),
    ("tab", "indent with spaces"),
    (
        "quoted scalar",
        "close the quote, indent further lines of the text, and write a backslash as `\\\\`",
    ),
    ("unknown anchor", "write `&name` before the value, above the alias"),
    ("mapping values", "put quotes around text that has `: `"),
];

struct Reader<'s> {
    tree: Tree<'s>,
    /// The values that aliases refer to.
    anchors: HashMap<usize, Node>,
    /// The anchor of each open list or object, 0 for none.
    open: Vec<usize>,
    copied: usize,
    documents: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(self
                        .error(span, "the file contains more than one YAML document")
                        .help("remove the `---` and everything after it, or split the file"));
                }
            }
            Event::MappingStart(anchor, tag) => {
                self.ignore_tag(tag.as_deref(), &span, &["map"]);
                self.refuse_as_key(&span, "an object")?;
                self.tree.open_object(span.start)?;
                self.open.push(anchor);
            }
            Event::SequenceStart(anchor, tag) => {
                self.ignore_tag(tag.as_deref(), &span, &["seq"]);
                self.refuse_as_key(&span, "a list")?;
                self.tree.open_array(span.start)?;
                self.open.push(anchor);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                // The parser ends a block at the next token, which may be many lines below: such an end is not
                // used.
                let end = (span.end > span.start).then_some(span.end);
                let anchor = self.open.pop().unwrap_or_default();
                let node = self.tree.close(end);
                if let Some(node) = node.filter(|_| anchor != 0) {
                    self.copied += size(node);
                    if self.copied > MAX_COPIED {
                        return Err(self.copied_too_much(span));
                    }
                    self.anchors.insert(anchor, node.clone());
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), span)?;
            }
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Range<usize>,
    ) -> Result<(), Diagnostic> {
        let quoted = style != ScalarStyle::Plain;
        let as_text = quoted || tag.is_some_and(|tag| tag.suffix == "str");
        self.ignore_tag(tag, &span, &["str", "int", "float", "bool", "null"]);
        if self.tree.wants_key() {
            if text == "<<" && !quoted {
                let message = "merge keys (`<<`) are not part of YAML 1.2: the members are read as if written out";
                let finding = Diagnostic::new(Severity::Warning, self.tree.source(), Some(span.clone()), message);
                self.tree.report(
                    finding
                        .code("yaml-merge-key")
                        .help("write the members out, or share a schema with `allOf` and `$ref`"),
                );
                self.tree.merge_key();
                return Ok(());
            }
            if anchor != 0 {
                let node = Node::new(span.clone(), Value::String(text.to_owned()));
                self.anchors.insert(anchor, node);
            }
            self.tree.key(text.to_owned(), span);
            return Ok(());
        }
        let value = if as_text {
            Value::String(text.to_owned())
        } else {
            match plain(text) {
                Ok(value) => value,
                Err(NotFinite) => {
                    let finding = number::not_finite(self.tree.source(), span.clone(), text);
                    self.tree.report(finding);
                    Value::String(text.to_owned())
                }
            }
        };
        let node = Node::new(span, value);
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.tree.value(node);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Diagnostic> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(self
                .error(span, "the alias is inside the value that it refers to")
                .help("write the value out, or refer to a component with `$ref`"));
        };
        if self.tree.wants_key() {
            let Some(key) = node.as_str().map(str::to_owned) else {
                return self.refuse_as_key(&span, node.kind());
            };
            self.tree.key(key, span);
            return Ok(());
        }
        if self.tree.depth() + node.depth() > MAX_DEPTH {
            return Err(too_deep(self.tree.source(), span.start));
        }
        self.copied += size(node);
        if self.copied > MAX_COPIED {
            return Err(self.copied_too_much(span));
        }
        self.tree.value(node.clone());
        Ok(())
    }

    /// Refuses a key that is not a scalar.
    fn refuse_as_key(&self, span: &Range<usize>, kind: &str) -> Result<(), Diagnostic> {
        if !self.tree.wants_key() {
            return Ok(());
        }
        Err(self
            .error(span.clone(), format!("the key of a member is {kind}"))
            .help("keys are text; quote the key if it begins with `{`, `[`, `*` or `&`"))
    }

    fn ignore_tag(&mut self, tag: Option<&Tag>, span: &Range<usize>, known: &[&str]) {
        match tag {
            None => {}
            Some(tag) if tag.is_yaml_core_schema() && known.contains(&tag.suffix.as_str()) => {}
            Some(tag) => {
                let message = format!("the tag `{}` has no meaning here, and is ignored", tag_text(tag));
                let finding = Diagnostic::new(Severity::Warning, self.tree.source(), Some(span.clone()), message);
                self.tree.report(finding.code("yaml-tag").help("remove the tag"));
            }
        }
    }

    fn copied_too_much(&self, span: Range<usize>) -> Diagnostic {
        self.error(
            span,
            format!("the aliases expand to more than {} MiB of values", MAX_COPIED >> 20),
        )
        .code("document-too-large")
        .help("refer to components with `$ref` instead of repeating them with aliases")
    }

    fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, self.tree.source(), Some(span), message).code("yaml-syntax")
    }

    fn syntax_error(&self, mark: Marker, info: &str) -> Diagnostic {
        let source = self.tree.source();
        let at = source.byte(mark.index());
        if info == "recursion limit exceeded" {
            return too_deep(source, source.base() + at);
        }
        let rest = &source.text()[at..];
        // The parser marks the token before the tab, which may be on another line.
        let ahead = if info.contains("tab") { rest.find('\t') } else { None };
        let (at, rest) = (at + ahead.unwrap_or(0), &rest[ahead.unwrap_or(0)..]);
        let width = rest.chars().next().map_or(0, char::len_utf8);
        let help = SYNTAX.iter().find(|(part, _)| info.contains(part));
        self.error(source.place(at..at + width), format!("not YAML: {info}"))
            .help(help.map_or("put text that has special characters in quotes", |(_, help)| help))
    }
}

fn tag_text(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() {
        format!("!!{}", tag.suffix)
    } else {
        format!("{}{}", tag.handle, tag.suffix)
    }
}

/// The size of a value, in bytes. Recursion is safe: a tree is at most [`MAX_DEPTH`] deep.
fn size(node: &Node) -> usize {
    let member = |entry: &Entry| size_of::<String>() + entry.key().len() + size(entry.value());
    let inner = match node.value() {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.iter().map(member).sum(),
        Value::String(text) => text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Node>() + inner
}

/// The value of a plain scalar according to the core schema.
fn plain(text: &str) -> Result<Value, NotFinite> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match number::parse(text)? {
            Some(number) => Value::Number(number),
            None => Value::String(text.to_owned()),
        },
    })
}
