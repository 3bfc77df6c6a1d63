//! What a comparison finds.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use crate::client::NoVerdict;
use crate::policy::Approval;

/// What a change means on the wire, for a caller that keeps to the old document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Breaks nobody.
    Info,
    /// May break a caller, or is a change that no rule understands.
    Warning,
    /// Breaks a caller.
    Error,
}

/// The version bump that a change asks of the generated Rust client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bump {
    /// No public item is touched; at most documentation or behaviour.
    Patch,
    /// A public item is added, or is deprecated.
    Minor,
    /// A public item is removed, renamed or has another type.
    Major,
}

/// What all changes together mean on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wire {
    /// Requests and answers are what they were.
    None,
    /// Every caller of the old document is served as before.
    Compatible,
    /// A caller breaks, or may break.
    Breaking,
}

/// The word for each variant, in reports as in JSON.
macro_rules! words {
    ($($name:ident, $all:literal { $($variant:ident = $word:literal),* })*) => {$(
        impl $name {
            #[doc = $all]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word),*
                }
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

words! {
    Severity, "`info`, `warning` or `error`." { Info = "info", Warning = "warning", Error = "error" }
    Bump, "`patch`, `minor` or `major`." { Patch = "patch", Minor = "minor", Major = "major" }
    Wire, "`none`, `compatible` or `breaking`." { None = "none", Compatible = "compatible", Breaking = "breaking" }
}

/// Whether a thing came, went or is another one now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It stands in the new document only.
    Added,
    /// It stands in the old document only.
    Removed,
    /// It stands in both.
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
    /// What it means on the wire.
    pub severity: Severity,
    /// Whether it reaches the wire at all: a description does not.
    pub wire: bool,
    /// Whether it came, went or changed.
    pub kind: Kind,
    /// The first operation that it touches, such as `GET /tasks`.
    pub operation: Option<String>,
    /// Its place in the old document; for what was added, that of what it was added to.
    pub old: Place,
    /// Its place in the new document; for what was removed, that of what it was removed from.
    pub new: Place,
    /// What happened, in a sentence.
    pub message: String,
    /// What it does to the Rust client; `None` where [`Report::no_verdict`] says why nobody knows, and where there
    /// is no client any more.
    pub rust: Option<Bump>,
    /// What it is approved by: the same for the same change, wherever its lines are.
    pub fingerprint: String,
    /// The severity of its rule, where [`Policy`](crate::Policy) gives the rule another.
    pub overruled: Option<Severity>,
    /// The approval, where a person has approved it.
    pub approval: Option<Approval>,
}

impl Change {
    /// Whether it breaks users of the Rust client, as far as is known.
    pub fn breaks_rust(&self) -> bool {
        self.rust == Some(Bump::Major)
    }

    /// The bump in a word, or `unknown`.
    pub(crate) fn rust_word(&self) -> &'static str {
        self.rust.map_or("unknown", Bump::as_str)
    }

    /// The place that shows the change best: in the new document, or, for what was removed, in the
    /// old one.
    pub fn place(&self) -> &Place {
        match self.kind {
            Kind::Removed => &self.old,
            Kind::Added | Kind::Changed => &self.new,
        }
    }
}

/// What a change of a document does.
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
    /// The approvals that are of none of the changes.
    pub unmatched: Vec<Approval>,
    /// The public items of the old and the new client around those that differ, where there are both clients
    /// and they were compared.
    pub surfaces: Option<[String; 2]>,
    /// Why the report says nothing of the Rust client; `None` where it does.
    pub no_verdict: Option<NoVerdict>,
}

impl Report {
    /// What all changes together mean on the wire. Errors and warnings that reach it are breaking:
    /// nothing is called compatible that may not be.
    pub fn wire(&self) -> Wire {
        self.changes
            .iter()
            .map(|change| match (change.severity, change.wire) {
                // A promise that is broken in the document breaks no request.
                (_, false) => Wire::None,
                (Severity::Error | Severity::Warning, true) => Wire::Breaking,
                (Severity::Info, true) => Wire::Compatible,
            })
            .max()
            .unwrap_or(Wire::None)
    }

    /// What all changes together do to the Rust client; `None` where there is no change, or no verdict.
    pub fn rust(&self) -> Option<Bump> {
        self.changes.iter().filter_map(|change| change.rust).max()
    }

    /// What all changes together do to the Rust client in a word: `none` where nothing changed, `unknown`
    /// where there is no verdict.
    pub(crate) fn rust_word(&self) -> &'static str {
        match self.no_verdict {
            _ if self.changes.is_empty() => "none",
            Some(_) => "unknown",
            None => self.rust().map_or("none", Bump::as_str),
        }
    }

    /// The gravest severity; `None` where there is no change.
    pub fn severity(&self) -> Option<Severity> {
        self.changes.iter().map(|change| change.severity).max()
    }

    /// The changes that nobody has approved.
    pub fn open(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.approval.is_none())
    }

    /// The changes that somebody has approved, each with its approval.
    pub fn approved(&self) -> impl Iterator<Item = (&Change, &Approval)> {
        self.changes
            .iter()
            .filter_map(|change| Some((change, change.approval.as_ref()?)))
    }

    /// Puts the changes into their order.
    pub(crate) fn sort(&mut self) {
        self.changes
            .sort_by_key(|change| (Reverse(change.severity), change.new.line, change.new.column));
    }

    /// How many changes have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.changes.iter().filter(|change| change.severity == severity).count()
    }
}
