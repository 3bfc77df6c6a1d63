use std::fmt::Write;

use super::safe::{command_data, command_property};
use super::{counts, unmatched, verdict};
use crate::change::{Change, Report};
use crate::severity::Severity;

/// [Workflow commands] that make GitHub show each change at its line of the new document. A removal is shown at
/// the object that it was removed from. An approved change is a notice.
///
/// [Workflow commands]: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for change in &report.changes {
        let rust = match change.breaks_rust() {
            true => " (for Rust: major)",
            false => "",
        };
        let operation = match &change.operation {
            Some(operation) if !change.message.contains(operation.as_str()) => format!("{operation}: "),
            _ => String::new(),
        };
        let approval = match &change.approval {
            Some(approval) => format!(" ({approval})"),
            None => String::new(),
        };
        let _ = writeln!(
            out,
            "::{} file={},line={},col={},title={}::{}",
            level(change),
            command_property(&report.new_name),
            change.new.line,
            change.new.column,
            command_property(&change.id),
            command_data(&format!("{operation}{}{rust}{approval}", change.message)),
        );
    }
    for approval in &report.unmatched {
        let _ = writeln!(
            out,
            "::warning file={},line={},title=Approval without a change::{}",
            command_property(&approval.file),
            approval.line,
            command_data(&unmatched(approval)),
        );
    }
    let summary = match report.changes.is_empty() {
        true => "No change.".to_owned(),
        false => format!("{}. {}", counts(report), verdict(report)),
    };
    let _ = writeln!(out, "::notice title=Spec review::{}", command_data(&summary));
    out
}

/// The level of a change. A change that breaks Rust users is at least a warning.
fn level(change: &Change) -> &'static str {
    match (change.severity, change.breaks_rust()) {
        _ if change.approval.is_some() => "notice",
        (Severity::Error, _) => "error",
        (Severity::Warning, _) | (_, true) => "warning",
        (Severity::Info, false) => "notice",
    }
}
