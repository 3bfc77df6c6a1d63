use std::fmt::Write;

use super::{counts, verdict};
use crate::change::{Bump, Change, Report, Severity};

/// A report for a pull request: the verdict, and tables, the gravest first; what breaks nobody is
/// folded.
pub fn markdown(report: &Report) -> String {
    let mut out = String::from("## Review of the spec change\n\n");
    if report.changes.is_empty() {
        out.push_str("No change.\n");
        return out;
    }
    let _ = writeln!(out, "**{}**\n\n{}.", verdict(report), counts(report));
    for section in [Section::Errors, Section::Warnings, Section::Rust, Section::Infos] {
        let changes: Vec<_> = report
            .changes
            .iter()
            .filter(|change| Section::of(change) == section)
            .collect();
        if changes.is_empty() {
            continue;
        }
        let title = match section {
            Section::Errors => "Errors: callers break",
            Section::Warnings => "Warnings: callers may break",
            Section::Rust => "Infos: users of the Rust client break",
            Section::Infos => "Infos: nobody breaks",
        };
        let folded = section == Section::Infos;
        if folded {
            let _ = writeln!(out, "\n<details>\n<summary>{title}</summary>\n");
        } else {
            let _ = writeln!(out, "\n### {title}\n");
        }
        out.push_str("| Change | Operation | Rust | Line | Rule |\n| --- | --- | --- | --- | --- |\n");
        for change in changes {
            let operation = change.operation.as_deref().map(code).unwrap_or_default();
            let line = if change.old.line == change.new.line {
                change.new.line.to_string()
            } else {
                format!("{} → {}", change.old.line, change.new.line)
            };
            let _ = writeln!(
                out,
                "| {} | {operation} | {} | {line} | `{}` |",
                cell(&change.message),
                change.rust,
                change.id
            );
        }
        if folded {
            out.push_str("\n</details>\n");
        }
    }
    out
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
        match (change.severity, change.rust) {
            (Severity::Error, _) => Self::Errors,
            (Severity::Warning, _) => Self::Warnings,
            (Severity::Info, Bump::Major) => Self::Rust,
            (Severity::Info, Bump::Minor | Bump::Patch) => Self::Infos,
        }
    }
}

/// Text of a document must not end a cell, a line or a tag, and must call nobody.
fn cell(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('`') {
        out.push_str(&prose(&rest[..start]));
        rest = &rest[start..];
        let ticks = run(rest);
        let inner = &rest[ticks..];
        // As many backticks end it; between them Markdown shows characters as they are.
        match closing(inner, ticks) {
            Some(end) => {
                let code = &rest[..ticks + end + ticks];
                out.push_str(&code.replace('|', "\\|"));
                rest = &rest[code.len()..];
            }
            None => {
                out.push_str(&"\\`".repeat(ticks));
                rest = inner;
            }
        }
    }
    out.push_str(&prose(rest));
    out
}

/// How many backticks a text begins with.
fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

/// Where just as many backticks stand.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].find('`') {
        at += next;
        let found = run(&text[at..]);
        if found == ticks {
            return Some(at);
        }
        at += found;
    }
    None
}

fn prose(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('|', "\\|");
    text.replace('<', "&lt;").replace('@', "@<!-- -->")
}

fn code(text: &str) -> String {
    cell(&format!("`{}`", text.replace('`', "'")))
}
