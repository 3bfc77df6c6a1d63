use std::fmt::Write;

use super::safe::{cell, markdown as safe, markdown_code};
use super::{counts, items, unmatched, verdict};
use crate::approval::Approval;
use crate::change::{Change, Report};
use crate::severity::Severity;

/// A report for a pull request: the verdict, then tables of the changes by severity. Changes that break nobody,
/// approved changes and the differing public items of the client are collapsed.
pub fn markdown(report: &Report) -> String {
    let mut out = String::from("## Review of the spec change\n\n");
    if report.changes.is_empty() {
        out.push_str("No change.\n");
    } else {
        let _ = writeln!(out, "**{}**\n\n{}.", safe(&verdict(report)), counts(report));
    }
    for section in [Section::Errors, Section::Warnings, Section::Rust, Section::Infos] {
        let changes: Vec<&Change> = report.open().filter(|change| Section::of(change) == section).collect();
        let rows = changes.iter().map(|change| (*change, None));
        if changes.is_empty() {
            continue;
        }
        if section == Section::Infos {
            fold(&mut out, section.title(), |out| table(out, rows));
        } else {
            let _ = writeln!(out, "\n### {}\n", section.title());
            table(&mut out, rows);
        }
    }
    if report.approved().next().is_some() {
        fold(&mut out, "Approved", |out| {
            table(
                out,
                report.approved().map(|(change, approval)| (change, Some(approval))),
            );
        });
    }
    if !report.unmatched.is_empty() {
        out.push_str("\n### Approvals without a change\n\n");
        for approval in &report.unmatched {
            let place = format!("{}:{}", approval.file, approval.line);
            let _ = writeln!(out, "- {}: {}", markdown_code(&place), safe(&unmatched(approval)));
        }
    }
    if let Some(items) = items(report) {
        fold(&mut out, "Public items of the Rust client", |out| {
            // No line of the diff begins with a tilde, because each begins with its sign.
            let _ = writeln!(out, "~~~~diff\n{items}~~~~");
        });
    }
    out
}

fn fold(out: &mut String, title: &str, inner: impl FnOnce(&mut String)) {
    let _ = writeln!(out, "\n<details>\n<summary>{title}</summary>\n");
    inner(out);
    out.push_str("\n</details>\n");
}

fn table<'r>(out: &mut String, rows: impl Iterator<Item = (&'r Change, Option<&'r Approval>)>) {
    for (index, (change, approval)) in rows.enumerate() {
        if index == 0 {
            out.push_str(match approval {
                None => "| Change | Operation | Rust | Line | Rule |\n| --- | --- | --- | --- | --- |\n",
                Some(_) => "| Change | Operation | Rust | Line | Rule | Why |\n| --- | --- | --- | --- | --- | --- |\n",
            });
        }
        let line = if change.old.line == change.new.line {
            change.new.line.to_string()
        } else {
            format!("{} → {}", change.old.line, change.new.line)
        };
        let operation = change.operation.as_deref().map(markdown_code).unwrap_or_default();
        let overruled = match change.overruled {
            Some(severity) => format!(" (severity of the rule: {severity})"),
            None => String::new(),
        };
        let _ = write!(
            out,
            "| {} | {} | {} | {line} | {}{overruled} |",
            cell(&safe(&change.message)),
            cell(&operation),
            change.rust_word(),
            cell(&markdown_code(&change.id)),
        );
        match approval {
            None => out.push('\n'),
            Some(approval) => {
                let _ = writeln!(out, " {} |", cell(&safe(&approval.to_string())));
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Errors,
    Warnings,
    Rust,
    Infos,
}

impl Section {
    fn of(change: &Change) -> Self {
        match (change.severity, change.breaks_rust()) {
            (Severity::Error, _) => Self::Errors,
            (Severity::Warning, _) => Self::Warnings,
            (Severity::Info, true) => Self::Rust,
            (Severity::Info, false) => Self::Infos,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Errors => "Errors: callers break",
            Self::Warnings => "Warnings: callers may break",
            Self::Rust => "Infos: users of the Rust client break",
            Self::Infos => "Infos: nothing breaks",
        }
    }
}
