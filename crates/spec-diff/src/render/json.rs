use serde::Serialize;

use super::safe;
use crate::approval::Approval;
use crate::change::Report;
use crate::severity::{Severity, Wire};

#[derive(Serialize)]
struct Shape<'r> {
    changes: Vec<Item<'r>>,
    unmatched: &'r [Approval],
    wire: Wire,
    /// A bump, `none` or `unknown`.
    rust: &'static str,
}

#[derive(Serialize)]
struct Item<'r> {
    id: &'r str,
    severity: Severity,
    pointer: &'r str,
    operation: Option<&'r str>,
    line: usize,
    message: &'r str,
    rust: &'static str,
    fingerprint: &'r str,
    approval: Option<&'r Approval>,
}

/// A report for programs, in a stable format that `docs/spec-review.md` describes.
pub fn json(report: &Report) -> String {
    let shape = Shape {
        changes: report
            .changes
            .iter()
            .map(|change| Item {
                id: &change.id,
                severity: change.severity,
                pointer: &change.place().pointer,
                operation: change.operation.as_deref(),
                line: change.place().line,
                message: &change.message,
                rust: change.rust_word(),
                fingerprint: &change.fingerprint,
                approval: change.approval.as_ref(),
            })
            .collect(),
        unmatched: &report.unmatched,
        wire: report.wire(),
        rust: report.rust_word(),
    };
    match serde_json::to_string_pretty(&shape) {
        Ok(text) => safe::json(&text) + "\n",
        // Only text and numbers, which always serialize.
        Err(error) => unreachable!("a report is JSON: {error}"),
    }
}
