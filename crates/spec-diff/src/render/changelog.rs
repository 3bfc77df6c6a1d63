use std::fmt::Write;

use super::safe;
use crate::change::{Change, Kind, Report};
use crate::severity::{Bump, Severity};

/// The entry for a changelog in the format of [Keep a Changelog]: its sections in their order, with a line for
/// each change that affects users. Empty if there is none.
///
/// [Keep a Changelog]: https://keepachangelog.com/en/1.1.0/
pub fn changelog(report: &Report) -> String {
    let mut out = String::new();
    for section in [
        Section::Added,
        Section::Changed,
        Section::Deprecated,
        Section::Removed,
        Section::Security,
    ] {
        let mut lines: Vec<String> = Vec::new();
        for change in report
            .changes
            .iter()
            .filter(|change| section_of(change) == Some(section))
        {
            let line = line(change);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        if lines.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "### {section:?}\n");
        for line in lines {
            let _ = writeln!(out, "- {line}");
        }
    }
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Added,
    Changed,
    Deprecated,
    Removed,
    Security,
}

/// The section of a change; `None` for changes that users do not notice, such as those of descriptions.
fn section_of(change: &Change) -> Option<Section> {
    let is_silent = !change.wire && change.rust.is_none_or(|rust| rust == Bump::Patch);
    Some(match (change.id.as_ref(), change.kind) {
        (id, _) if id.ends_with("-deprecated") => Section::Deprecated,
        _ if is_silent => return None,
        (id, _) if id.starts_with("api-security") || id.starts_with("api-global-security") => Section::Security,
        (id, _) if id.ends_with("-reactivated") => Section::Changed,
        (_, Kind::Added) => Section::Added,
        (_, Kind::Removed) => Section::Removed,
        (_, Kind::Changed) => Section::Changed,
    })
}

fn line(change: &Change) -> String {
    let breaking = match change.severity == Severity::Error || change.breaks_rust() {
        true => "**Breaking:** ",
        false => "",
    };
    let operation = match &change.operation {
        Some(operation) if !change.message.contains(operation.as_str()) => {
            format!("{}: ", safe::markdown_code(operation))
        }
        _ => String::new(),
    };
    let mut message = safe::markdown(&change.message);
    if operation.is_empty() && !message.starts_with('`') {
        let mut characters = message.chars();
        message = match characters.next() {
            Some(first) => first.to_uppercase().chain(characters).collect(),
            None => message,
        };
    }
    format!("{breaking}{operation}{message}.")
}
