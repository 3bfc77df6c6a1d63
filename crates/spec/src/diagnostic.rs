//! Diagnostics: what is wrong with a document, where, and what to write instead.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::{self, Display};
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::source::{Position, Source};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Information only.
    Note,
    /// Probably not intended, without effect, or not allowed but still usable.
    Warning,
    /// Cannot be used.
    Error,
}

impl Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// A place in a document. Where a file could not be read, it is only the name of the file.
#[derive(Debug, Clone)]
struct Place {
    source: Arc<Source>,
    span: Option<Range<usize>>,
    key_span: Option<Range<usize>>,
}

impl Place {
    /// Orders by file, then by place.
    fn order(&self) -> (&str, usize) {
        (self.source.name(), self.span.as_ref().map_or(0, |span| span.start))
    }
}

/// One finding: a message at a place in a document.
///
/// It owns everything that is needed to show it, so it can outlive its [`Document`](crate::Document).
///
/// ```
/// # use ittybit_spec::Document;
/// let document = Document::parse("api.yaml", "openapi: 3.0.3\ninfo: {}\n")?;
/// let finding = document
///     .error("/info/title", "`title` is missing")
///     .help("write `title: My API`");
/// assert_eq!(finding.position().unwrap().line, 2);
/// assert_eq!(finding.to_string(), "\
/// error: `title` is missing
///  --> api.yaml:2:1
///   |
/// 2 | info: {}
///   | ^^^^
///   |
///   = help: write `title: My API`");
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
#[derive(Debug, Clone)]
pub struct Diagnostic(Box<Finding>);

#[derive(Debug, Clone)]
struct Finding {
    severity: Severity,
    code: Option<&'static str>,
    message: String,
    place: Place,
    label: Option<String>,
    help: Vec<String>,
    others: Vec<(Place, String)>,
}

impl Diagnostic {
    pub(crate) fn new(
        severity: Severity,
        source: &Arc<Source>,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Finding {
            severity,
            code: None,
            message: on_one_line(message.into()),
            place: Place {
                source: Arc::clone(source),
                span: span.map(|span| source.bytes(span)),
                key_span: None,
            },
            label: None,
            help: Vec::new(),
            others: Vec::new(),
        }))
    }

    pub(crate) fn severe(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    pub(crate) fn key_span(mut self, span: Option<Range<usize>>) -> Self {
        self.0.place.key_span = span.map(|span| self.0.place.source.bytes(span));
        self
    }

    /// Sets a short name for findings of this kind, which stays the same when the message is reworded.
    ///
    /// ```
    /// # let document = ittybit_spec::Document::parse("api.yaml", "openapi: 3.0.3\n")?;
    /// let finding = document.warning("/openapi", "old").code("version-old");
    /// assert!(finding.to_string().starts_with("warning[version-old]: old\n"));
    /// assert_eq!(finding.code_name(), Some("version-old"));
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn code(mut self, code: &'static str) -> Self {
        self.0.code = Some(code);
        self
    }

    /// Marks the key of the member instead of its value. Does nothing where there is no key.
    pub fn at_key(mut self) -> Self {
        if let Some(span) = self.0.place.key_span.take() {
            self.0.place.span = Some(span);
        }
        self
    }

    /// Sets the text beside the marked place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = Some(label.into());
        self
    }

    /// Adds a line of help: what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help.push(help.into());
        self
    }

    pub(crate) fn also_at(mut self, source: &Arc<Source>, span: Range<usize>, label: impl Into<String>) -> Self {
        self.0.others.push((
            Place {
                source: Arc::clone(source),
                span: Some(source.bytes(span)),
                key_span: None,
            },
            label.into(),
        ));
        self
    }

    /// The severity.
    pub fn severity(&self) -> Severity {
        self.0.severity
    }

    /// The short name of findings of this kind, where it has one.
    pub fn code_name(&self) -> Option<&'static str> {
        self.0.code
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The name of the file, as it was given when the document was read.
    pub fn file(&self) -> &str {
        self.0.place.source.name()
    }

    /// The offset at which the marked text begins.
    pub(crate) fn start(&self) -> Option<usize> {
        let Place { source, span, .. } = &self.0.place;
        Some(source.place(span.clone()?).start)
    }

    /// Line and column, or `None` where a file could not be read at all.
    pub fn position(&self) -> Option<Position> {
        let span = self.0.place.span.as_ref()?;
        Some(self.0.place.source.position(span.start))
    }

    /// The lines of help: what to write instead.
    pub fn help_lines(&self) -> &[String] {
        &self.0.help
    }

    /// The finding as a compiler would show it, with terminal colours or without.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.0.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut title = level.primary_title(self.0.message.as_str());
        if let Some(code) = self.0.code {
            title = title.id(code);
        }
        let mut group = title.elements([] as [Origin<'_>; 0]);
        let mut headings = Vec::new();
        let primary = (&self.0.place, AnnotationKind::Primary, self.0.label.as_deref());
        let others = self.0.others.iter();
        let others = others.map(|(place, label)| (place, AnnotationKind::Context, Some(label.as_str())));
        for (place, kind, label) in std::iter::once(primary).chain(others) {
            let name = place.source.name();
            let Some(span) = &place.span else {
                group = group.element(Origin::path(name));
                continue;
            };
            let excerpt = Excerpt::new(&place.source, span);
            headings.extend(excerpt.heading(&place.source, span));
            let annotation = kind.span(excerpt.marked).label(label);
            group = group.element(
                Snippet::source(excerpt.text)
                    .path(name)
                    .line_start(excerpt.line)
                    .annotation(annotation),
            );
        }
        let help = self.0.help.iter();
        group = group.elements(help.map(|help| Level::HELP.message(help.as_str())));
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let rendered = renderer.render(&[group]);
        headings
            .into_iter()
            .fold(rendered, |text, (shown, real)| text.replacen(&shown, &real, 1))
    }
}

/// Escapes control characters and shortens the message: it may quote a name of the document that contains a
/// line break or is a megabyte long.
fn on_one_line(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    if !message.contains(char::is_control) {
        return message;
    }
    let shown = |char: char| match char.is_control() {
        true => char.escape_default().to_string(),
        false => char.to_string(),
    };
    message.chars().map(shown).collect()
}

/// The maximum number of findings that are shown together: nobody reads more, and each has several lines.
const MAX_SHOWN: usize = 10_000;

/// The maximum length of a message, in characters.
const MAX_MESSAGE: usize = 1_000;

/// The beginning of a name, for a message: a name may be a megabyte long, and a document with as many
/// findings about it would take gigabytes to show.
pub(crate) fn short(name: &str) -> Cow<'_, str> {
    const MAX_NAME: usize = 200;
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

/// The number of characters that are shown on either side of the marked place. The rest of a longer line is
/// left out, since minified JSON is one line of megabytes.
const REACH: usize = 60;

/// The part of a line that is shown.
struct Excerpt {
    text: String,
    line: usize,
    marked: Range<usize>,
}

impl Excerpt {
    fn new(source: &Source, span: &Range<usize>) -> Self {
        let line = source.line(span.start);
        let text = source.text();
        let end = span.end.clamp(span.start, line.end);
        let from = text[line.start..span.start]
            .char_indices()
            .rev()
            .nth(REACH - 1)
            .map_or(line.start, |(at, _)| line.start + at);
        let after = |from: usize, to: usize| {
            let mut characters = text[from..to].char_indices();
            characters.nth(REACH).map_or(to, |(at, _)| from + at)
        };
        let marked = after(span.start, end);
        let to = after(marked, line.end);
        let lead = if from > line.start { "…" } else { "" };
        let trail = if to < line.end { "…" } else { "" };
        let start = lead.len() + span.start - from;
        Self {
            text: format!("{lead}{}{trail}", &text[from..to]),
            line: source.position(span.start).line,
            marked: start..start + (marked - span.start),
        }
    }

    /// The heading that the renderer makes for a shortened line, which has the column in the excerpt, and
    /// its replacement, which has the column in the document.
    fn heading(&self, source: &Source, span: &Range<usize>) -> Option<(String, String)> {
        let shown = self.text[..self.marked.start].chars().count() + 1;
        let Position { line, column } = source.position(span.start);
        let name = source.name();
        (shown != column).then(|| (format!("{name}:{line}:{shown}"), format!("{name}:{line}:{column}")))
    }
}

impl Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

/// All findings about a document, shown in the order of its text.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No findings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Those that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|finding| finding.0.severity == Severity::Error)
    }

    /// All of them, in the order they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them as a compiler would show them, in the order of the text, with terminal colours
    /// or without.
    pub fn render(&self, colour: bool) -> String {
        let mut findings: Vec<_> = self.iter().collect();
        findings.sort_by(|a, b| {
            (a.0.place.order(), Reverse(a.0.severity)).cmp(&(b.0.place.order(), Reverse(b.0.severity)))
        });
        let more = findings.len().saturating_sub(MAX_SHOWN);
        findings.truncate(MAX_SHOWN);
        let mut shown: Vec<String> = findings.into_iter().map(|finding| finding.render(colour)).collect();
        shown.dedup();
        if more > 0 {
            shown.push(format!("… and {more} more"));
        }
        shown.join("\n\n")
    }
}

impl Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
