use std::fmt::Write;

use super::{counts, verdict};
use crate::change::{Bump, Report, Severity};

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const BLUE: &str = "\u{1b}[1;34m";
const RESET: &str = "\u{1b}[0m";

/// A report for a terminal, with colours or without: each change with its places in both documents,
/// and the verdict at the end.
pub fn text(report: &Report, colour: bool) -> String {
    let paint = |code: &'static str, text: &str| match colour {
        true => format!("{code}{text}{RESET}"),
        false => text.to_owned(),
    };
    if report.changes.is_empty() {
        return "No change.\n".to_owned();
    }
    let mut out = String::new();
    for change in &report.changes {
        let code = match change.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Info => BLUE,
        };
        let head = paint(code, &format!("{}[{}]", change.severity, change.id));
        let _ = writeln!(out, "{head}: {}", paint(BOLD, &change.message));
        let operation = change.operation.as_deref().map(|operation| format!("in {operation}; "));
        let rust = match change.rust {
            Bump::Major => paint(RED, "major"),
            other => other.as_str().to_owned(),
        };
        let _ = writeln!(out, "    {}for Rust: {rust}", operation.unwrap_or_default());
        for (side, name, place) in [
            ("old", &report.old_name, &change.old),
            ("new", &report.new_name, &change.new),
        ] {
            let place = format!("    {side} {name}:{}:{}", place.line, place.column);
            let _ = writeln!(out, "{}", paint(DIM, &place));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}. {}", counts(report), paint(BOLD, &verdict(report)));
    out
}
