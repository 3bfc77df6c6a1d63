use std::fmt::Write;

use super::{counts, unmatched, verdict};
use crate::change::{Change, Report};
use crate::severity::Severity;
use crate::visible::visible;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[1;31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[1;33m";
const BLUE: &str = "\u{1b}[1;34m";
const RESET: &str = "\u{1b}[0m";

/// A report for a terminal, with or without colours: each change with its places in both documents,
/// then the approved changes, and the verdict at the end.
pub fn text(report: &Report, colour: bool) -> String {
    let pen = Pen { colour };
    let mut out = String::new();
    for change in report.open() {
        pen.change(&mut out, report, change);
        out.push('\n');
    }
    for (change, approval) in report.approved() {
        pen.change(&mut out, report, change);
        let _ = writeln!(out, "    {}\n", pen.paint(GREEN, &approval.to_string()));
    }
    for approval in &report.unmatched {
        let head = pen.paint(YELLOW, "warning");
        let _ = writeln!(out, "{head}: {}", pen.paint(BOLD, &unmatched(approval)));
        let place = format!("    {}:{}", approval.file, approval.line);
        let _ = writeln!(out, "{}\n", pen.paint(DIM, &place));
    }
    if report.changes.is_empty() {
        out.push_str("No change.\n");
        return out;
    }
    let _ = writeln!(out, "{}. {}", counts(report), pen.paint(BOLD, &verdict(report)));
    out
}

struct Pen {
    colour: bool,
}

impl Pen {
    /// Escapes a text and adds the colour. All text that may come from a document is written by this function or by
    /// [`visible`].
    fn paint(&self, code: &str, text: &str) -> String {
        let text = visible(text);
        match self.colour {
            true => format!("{code}{text}{RESET}"),
            false => text.into_owned(),
        }
    }

    fn change(&self, out: &mut String, report: &Report, change: &Change) {
        let code = match change.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Info => BLUE,
        };
        let head = self.paint(code, &format!("{}[{}]", change.severity, change.id));
        let _ = writeln!(out, "{head}: {}", self.paint(BOLD, &change.message));
        let operation = change.operation.as_deref().map(|operation| format!("in {operation}; "));
        let rust = match change.breaks_rust() {
            true => self.paint(RED, "major"),
            false => change.rust_word().to_owned(),
        };
        let operation = visible(operation.as_deref().unwrap_or_default()).into_owned();
        let _ = writeln!(out, "    {operation}for Rust: {rust}");
        if let Some(severity) = change.overruled {
            let _ = writeln!(out, "    severity of the rule: {severity}");
        }
        for (side, name, place) in [
            ("old", &report.old_name, &change.old),
            ("new", &report.new_name, &change.new),
        ] {
            let place = format!("    {side} {name}:{}:{}", place.line, place.column);
            let _ = writeln!(out, "{}", self.paint(DIM, &place));
        }
        let fingerprint = format!("    fingerprint {}", change.fingerprint);
        let _ = writeln!(out, "{}", self.paint(DIM, &fingerprint));
    }
}
