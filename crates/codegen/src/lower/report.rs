//! The report: everything that lowering finds, at its place in the document.

use std::collections::HashSet;

use ittybit_spec::{Diagnostic, Diagnostics, Document, Position};

/// The findings so far.
pub(super) struct Report<'a> {
    pub(super) document: &'a Document,
    pub(super) findings: Diagnostics,
    /// The places and messages of the findings, so that a part that is visited twice is reported once.
    reported: HashSet<(Option<Position>, String)>,
}

impl<'a> Report<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self {
            document,
            findings: Diagnostics::default(),
            reported: HashSet::new(),
        }
    }

    pub(super) fn error(&mut self, at: &str, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.push(self.document.error(at, message).code(code).help(help));
    }

    pub(super) fn note(&mut self, at: &str, code: &'static str, message: impl Into<String>) {
        self.push(self.document.note(at, message).code(code));
    }

    /// An error at the key of a member, not at its value.
    pub(super) fn error_at_key(
        &mut self,
        at: &str,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(self.document.error(at, message).code(code).at_key().help(help));
    }

    pub(super) fn note_at_key(&mut self, at: &str, code: &'static str, message: impl Into<String>) {
        self.push(self.document.note(at, message).code(code).at_key());
    }

    pub(super) fn push(&mut self, finding: Diagnostic) {
        if self.reported.insert((finding.position(), finding.message().to_owned())) {
            self.findings.push(finding);
        }
    }
}
