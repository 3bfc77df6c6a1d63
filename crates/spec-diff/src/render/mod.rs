//! Reports for people and for programs. These functions only format a report; they decide nothing.

mod changelog;
mod github;
mod html;
mod json;
mod markdown;
mod safe;
mod sides;
mod text;

pub use changelog::changelog;
pub use github::github;
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

pub use crate::visible::visible;

use similar::TextDiff;

use crate::approval::Approval;
use crate::change::Report;
use crate::severity::Severity;
use crate::version;

/// The number of changes by severity, without zeros: `1 error, 2 warnings, 1 of them approved`.
fn counts(report: &Report) -> String {
    let mut counts: Vec<String> = Severity::ALL
        .into_iter()
        .filter_map(|severity| match report.count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            count => Some(format!("{count} {severity}s")),
        })
        .collect();
    match report.approved().count() {
        0 => {}
        approved if approved == report.changes.len() => counts.push("all of them approved".to_owned()),
        approved => counts.push(format!("{approved} of them approved")),
    }
    counts.join(", ")
}

/// A sentence for each verdict, and one for the version that they require.
fn verdict(report: &Report) -> String {
    let rust = match report.no_verdict {
        Some(reason) => format!("no verdict, since {reason}"),
        None => report.rust_word().to_owned(),
    };
    let version = match (version::required(report), version::check(report)) {
        (None, _) => String::new(),
        (Some(_), Ok(())) => format!(
            " The version: `{}` is high enough.",
            report.new_version.as_deref().unwrap_or_default()
        ),
        (Some(_), Err(error)) => format!(" The version: {error}."),
    };
    format!("On the wire: {}. For Rust: {rust}.{version}", report.wire())
}

/// The message for an approval that matches no change.
fn unmatched(approval: &Approval) -> String {
    format!(
        "the approval of `{}` matches no change: remove it, or approve what the change is now ({approval})",
        approval.fingerprint
    )
}

/// The differences between the public items of the clients as a unified diff; `None` if there are none.
fn items(report: &Report) -> Option<String> {
    let [old, new] = report.surfaces.as_ref().filter(|[old, new]| old != new)?;
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let diff = diff.unified_diff().context_radius(1).to_string();
    Some(diff.lines().map(|line| format!("{}\n", visible(line))).collect())
}
