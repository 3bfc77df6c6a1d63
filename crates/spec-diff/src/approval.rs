//! Approvals of changes, by a person and with a reason.

use std::fmt::{self, Display};

use serde::Serialize;

/// The approval of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The fingerprint of the change.
    pub fingerprint: String,
    /// Why the change is accepted.
    pub reason: String,
    /// Who approved it.
    pub by: String,
    /// The day of the approval, as `2026-11-27`.
    pub on: String,
    /// The name of the file that contains it.
    #[serde(skip)]
    pub file: String,
    /// Its line there, from 1.
    pub line: usize,
}

impl Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "approved by {} on {}: {}", self.by, self.on, self.reason)
    }
}
