//! Reports for people and for programs. Each function makes text and decides nothing.

mod changelog;
mod github;
mod json;
mod markdown;
mod text;

pub use changelog::changelog;
pub use github::github;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

use crate::change::{Bump, Report, Severity};
use crate::version;

/// `1 error, 2 warnings`: how many of what, leaving out what there is none of.
fn counts(report: &Report) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| match report.count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            count => Some(format!("{count} {severity}s")),
        })
        .collect();
    counts.join(", ")
}

/// Both verdicts in a sentence each, and what they ask of the version.
fn verdict(report: &Report) -> String {
    let rust = report.rust().map_or("none", Bump::as_str);
    let version = match (version::required(report), version::check(report)) {
        (None, _) => String::new(),
        (Some(_), Ok(())) => format!(
            " The version: {} will do.",
            report.new_version.as_deref().unwrap_or_default()
        ),
        (Some(_), Err(error)) => format!(" The version: {error}."),
    };
    format!("On the wire: {}. For Rust: {rust}.{version}", report.wire())
}
