use std::fmt::Write;

use super::{counts, verdict};
use crate::change::{Bump, Change, Report, Severity};

/// [Workflow commands] that make GitHub show each change at its line of the new document. What was
/// removed is shown where it was removed from.
///
/// [Workflow commands]: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for change in &report.changes {
        let rust = match change.rust {
            Bump::Major => " (for Rust: major)",
            Bump::Minor | Bump::Patch => "",
        };
        let operation = match &change.operation {
            Some(operation) if !change.message.contains(operation.as_str()) => format!("{operation}: "),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "::{} file={},line={},col={},title={}::{}",
            level(change),
            property(&report.new_name),
            change.new.line,
            change.new.column,
            property(&change.id),
            data(&format!("{operation}{}{rust}", change.message)),
        );
    }
    let summary = match report.changes.is_empty() {
        true => "No change.".to_owned(),
        false => format!("{}. {}", counts(report), verdict(report)),
    };
    let _ = writeln!(out, "::notice title=Spec review::{}", data(&summary));
    out
}

/// What breaks Rust users only is a warning at least.
fn level(change: &Change) -> &'static str {
    match (change.severity, change.rust) {
        (Severity::Error, _) => "error",
        (Severity::Warning, _) | (_, Bump::Major) => "warning",
        (Severity::Info, _) => "notice",
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
