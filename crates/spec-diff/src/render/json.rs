use serde::Serialize;

use crate::change::{Bump, Report, Severity, Wire};

#[derive(Serialize)]
struct Shape<'r> {
    changes: Vec<Item<'r>>,
    wire: Wire,
    /// A bump, or `none`.
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
    rust: Bump,
}

/// A report for programs, of a form that stays. `docs/spec-review.md` describes it.
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
                rust: change.rust,
            })
            .collect(),
        wire: report.wire(),
        rust: report.rust().map_or("none", Bump::as_str),
    };
    match serde_json::to_string_pretty(&shape) {
        Ok(text) => text + "\n",
        // Text and numbers: nothing in it can fail.
        Err(error) => unreachable!("a report is JSON: {error}"),
    }
}
