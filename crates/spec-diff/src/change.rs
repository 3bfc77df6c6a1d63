//! The result of a comparison.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::{self, Display};

use crate::approval::Approval;
use crate::rule::Rule;
use crate::severity::{Bump, Severity, Wire};

/// Whether something was added, removed or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It is in the new document only.
    Added,
    /// It is in the old document only.
    Removed,
    /// It is in both.
    Changed,
}

/// A place in one of the two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// JSON pointer.
    pub pointer: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The rule that found it; see [`rules`](crate::rules).
    pub id: Cow<'static, str>,
    /// Its effect on the wire.
    pub severity: Severity,
    /// Whether it affects the wire at all: a description does not.
    pub wire: bool,
    /// Whether it is an addition, a removal or a change.
    pub kind: Kind,
    /// The first operation that it affects, such as `GET /tasks`.
    pub operation: Option<String>,
    /// Its place in the old document; for an addition, the place of the object that it was added to.
    pub old: Place,
    /// Its place in the new document; for a removal, the place of the object that it was removed from.
    pub new: Place,
    /// What happened, in a sentence.
    pub message: String,
    /// Its effect on the Rust client; `None` if it is unknown ([`Report::no_verdict`] says why), or if the new
    /// document has no client.
    pub rust: Option<Bump>,
    /// Identifies the change in an approval. It does not depend on line numbers.
    pub fingerprint: String,
    /// The severity of its rule, if [`Policy`](crate::Policy) sets another one for the rule.
    pub overruled: Option<Severity>,
    /// The approval, if the change is approved.
    pub approval: Option<Approval>,
}

impl Change {
    /// A change of the documents, without an effect on Rust.
    pub(crate) fn new(rule: Rule, kind: Kind, [old, new]: [Place; 2], message: String, fingerprint: String) -> Self {
        Self {
            id: rule.id,
            severity: rule.severity,
            wire: rule.wire,
            kind,
            operation: None,
            old,
            new,
            message,
            rust: None,
            fingerprint,
            overruled: None,
            approval: None,
        }
    }

    /// Whether it is known to break users of the Rust client.
    pub fn breaks_rust(&self) -> bool {
        self.rust == Some(Bump::Major)
    }

    /// The bump as text, or `unknown`.
    pub(crate) fn rust_word(&self) -> &'static str {
        self.rust.map_or("unknown", Bump::as_str)
    }

    /// The place that shows the change best: in the new document, or, for a removal, in the old one.
    pub fn place(&self) -> &Place {
        match self.kind {
            Kind::Removed => &self.old,
            Kind::Added | Kind::Changed => &self.new,
        }
    }
}

/// Why the effect on the Rust client is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoVerdict {
    /// The clients were not compared: see [`Report::compare_clients`].
    NotAsked,
    /// A document is too large to generate its client in a reasonable time.
    TooLarge,
    /// The generator refuses the old document, so there is no old client to compare with.
    NoOldClient,
}

impl Display for NoVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoVerdict::NotAsked => "the clients were not compared",
            NoVerdict::TooLarge => "a document is too large to generate its client",
            NoVerdict::NoOldClient => "there is no client for the old document",
        })
    }
}

/// All changes between two documents, and their effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name of the old document.
    pub old_name: String,
    /// The name of the new document.
    pub new_name: String,
    /// `info.version` of the old document, if it has one.
    pub old_version: Option<String>,
    /// `info.version` of the new document, if it has one.
    pub new_version: Option<String>,
    /// Every change: errors first, then in the order of the documents.
    pub changes: Vec<Change>,
    /// The approvals that match none of the changes.
    pub unmatched: Vec<Approval>,
    /// The differing public items of the old and the new client with the items around them, if both clients exist
    /// and were compared.
    pub surfaces: Option<[String; 2]>,
    /// Why the effect on the Rust client is unknown; `None` if it is known.
    pub no_verdict: Option<NoVerdict>,
}

impl Report {
    /// The effect of all changes together on the wire. Errors and warnings that affect the wire are breaking, so
    /// that `compatible` is certain.
    pub fn wire(&self) -> Wire {
        self.changes
            .iter()
            .map(|change| match (change.severity, change.wire) {
                // For example, an error about a sunset date: no request breaks.
                (_, false) => Wire::None,
                (Severity::Error | Severity::Warning, true) => Wire::Breaking,
                (Severity::Info, true) => Wire::Compatible,
            })
            .max()
            .unwrap_or(Wire::None)
    }

    /// The effect of all changes together on the Rust client; `None` without changes, or without a verdict.
    pub fn rust(&self) -> Option<Bump> {
        self.changes.iter().filter_map(|change| change.rust).max()
    }

    /// [`Self::rust`] as text: `none` without changes, `unknown` without a verdict.
    pub(crate) fn rust_word(&self) -> &'static str {
        match self.no_verdict {
            _ if self.changes.is_empty() => "none",
            Some(_) => "unknown",
            None => self.rust().map_or("none", Bump::as_str),
        }
    }

    /// The highest severity; `None` without changes.
    pub fn severity(&self) -> Option<Severity> {
        self.changes.iter().map(|change| change.severity).max()
    }

    /// The changes that are not approved.
    pub fn open(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.approval.is_none())
    }

    /// The approved changes, each with its approval.
    pub fn approved(&self) -> impl Iterator<Item = (&Change, &Approval)> {
        self.changes
            .iter()
            .filter_map(|change| Some((change, change.approval.as_ref()?)))
    }

    /// Sorts the changes: errors first, then by their place in the new document.
    pub(crate) fn sort(&mut self) {
        self.changes
            .sort_by_key(|change| (Reverse(change.severity), change.new.line, change.new.column));
    }

    /// How many changes have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.changes.iter().filter(|change| change.severity == severity).count()
    }
}
