use std::fmt::Write;

use ittybit_spec::Document;

use super::safe::{html as safe, html_message};
use super::{counts, items, unmatched, verdict};
use crate::change::{Change, Report};
use crate::render::sides::{Row, Sides};
use crate::severity::Severity;

const STYLE: &str = include_str!("report.css");

/// A report for a browser: one page that needs no network and runs no script, with the lines of both
/// documents side by side at each change. The changes can be filtered by severity.
///
/// ```
/// use ittybit_spec::Document;
/// use ittybit_spec_diff::{diff, render};
///
/// let old = Document::parse("old.yaml", "info: { version: 1.0.0 }")?;
/// let new = Document::parse("new.yaml", "info: { version: <b>2 }")?;
/// let page = render::html(&diff(&old, &new), &old, &new);
/// assert!(page.contains("info: { version: <mark>&lt;b&gt;2</mark> }"));
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
pub fn html(report: &Report, old: &Document, new: &Document) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Review of the spec change</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    let filters: Vec<(Filter, usize)> = Filter::ALL
        .into_iter()
        .map(|filter| {
            (
                filter,
                report.changes.iter().filter(|change| filter.shows(change)).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    // The inputs come before the changes, so that the style sheet can select the changes by the checked input.
    for (index, (filter, _)) in filters.iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        let name = filter.name();
        let _ = writeln!(out, "<input type=\"radio\" name=\"show\" id=\"show-{name}\"{checked}>");
    }
    out.push_str("<header>\n<h1>Review of the spec change</h1>\n");
    let (old_name, new_name) = (safe(&report.old_name), safe(&report.new_name));
    let _ = writeln!(
        out,
        "<p class=\"names\"><code>{old_name}</code> → <code>{new_name}</code></p>"
    );
    if report.changes.is_empty() {
        out.push_str("<p class=\"verdict\">No change.</p>\n</header>\n");
    } else {
        let _ = writeln!(out, "<p class=\"verdict\">{}</p>", html_message(&verdict(report)));
        let _ = writeln!(out, "<p class=\"counts\">{}.</p>\n</header>", counts(report));
    }
    if filters.len() > 1 {
        out.push_str("<nav>\n");
        for (filter, count) in &filters {
            let (name, label) = (filter.name(), filter.label());
            let _ = writeln!(out, "<label for=\"show-{name}\">{label} <b>{count}</b></label>");
        }
        out.push_str("</nav>\n");
    }
    out.push_str("<main>\n");
    let sides = Sides::new(old.text(), new.text());
    for change in &report.changes {
        article(&mut out, change, &sides);
    }
    if !report.unmatched.is_empty() {
        out.push_str("<section>\n<h2>Approvals without a change</h2>\n<ul>\n");
        for approval in &report.unmatched {
            let place = safe(&format!("{}:{}", approval.file, approval.line));
            let _ = writeln!(
                out,
                "<li><code>{place}</code>: {}</li>",
                html_message(&unmatched(approval))
            );
        }
        out.push_str("</ul>\n</section>\n");
    }
    if let Some(items) = items(report) {
        out.push_str("<details class=\"items\">\n<summary>Public items of the Rust client</summary>\n<pre>");
        for line in items.lines() {
            let class = match line.as_bytes().first() {
                Some(b'+') => "new",
                Some(b'-') => "old",
                Some(b'@') => "hunk",
                _ => "same",
            };
            let _ = writeln!(out, "<span class=\"{class}\">{}</span>", safe(line));
        }
        out.push_str("</pre>\n</details>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Which changes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    All,
    Severity(Severity),
    Rust,
    Approved,
    Open,
}

impl Filter {
    const ALL: [Self; 7] = [
        Self::All,
        Self::Severity(Severity::Error),
        Self::Severity(Severity::Warning),
        Self::Severity(Severity::Info),
        Self::Rust,
        Self::Approved,
        Self::Open,
    ];

    /// Its name in the style sheet, which is also the class of the changes that it shows.
    fn name(self) -> &'static str {
        match self {
            Self::All => "change",
            Self::Severity(severity) => severity.as_str(),
            Self::Rust => "rust",
            Self::Approved => "approved",
            Self::Open => "open",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Severity(Severity::Error) => "Errors",
            Self::Severity(Severity::Warning) => "Warnings",
            Self::Severity(Severity::Info) => "Infos",
            Self::Rust => "Break Rust users",
            Self::Approved => "Approved",
            Self::Open => "Not approved",
        }
    }

    fn shows(self, change: &Change) -> bool {
        match self {
            Self::All => true,
            Self::Severity(severity) => change.severity == severity,
            Self::Rust => change.breaks_rust(),
            Self::Approved => change.approval.is_some(),
            Self::Open => change.approval.is_none(),
        }
    }
}

fn article(out: &mut String, change: &Change, sides: &Sides<'_>) {
    let classes: Vec<&str> = Filter::ALL
        .into_iter()
        .filter(|filter| filter.shows(change))
        .map(Filter::name)
        .collect();
    let _ = writeln!(out, "<article class=\"{}\">", classes.join(" "));
    let severity = change.severity;
    let _ = writeln!(
        out,
        "<h2><span class=\"severity\">{severity}</span> {}</h2>",
        html_message(&change.message)
    );
    let _ = write!(out, "<p class=\"facts\"><code>{}</code>", safe(&change.id));
    if let Some(severity) = change.overruled {
        let _ = write!(out, " <span>severity of the rule: {severity}</span>");
    }
    if let Some(operation) = &change.operation {
        let _ = write!(out, " <span>in <code>{}</code></span>", safe(operation));
    }
    let rust = change.rust_word();
    let _ = writeln!(out, " <span class=\"{rust}\">for Rust: {rust}</span></p>");
    if let Some(approval) = &change.approval {
        let _ = writeln!(out, "<p class=\"approval\">{}</p>", safe(&approval.to_string()));
    }
    out.push_str("<table>\n<colgroup><col class=\"number\"><col><col class=\"number\"><col></colgroup>\n");
    for row in sides.around(change) {
        match row {
            Row::Gap => out.push_str("<tr class=\"gap\"><td colspan=\"4\">⋯</td></tr>\n"),
            Row::Lines { old, new } => {
                out.push_str("<tr>");
                for (side, line) in [("old", old), ("new", new)] {
                    match line {
                        None => out.push_str("<td class=\"none\"></td><td class=\"none\"></td>"),
                        Some(line) => {
                            let class = if line.changed { side } else { "same" };
                            let _ = write!(out, "<td class=\"number\">{}</td><td class=\"{class}\">", line.number);
                            for (marked, text) in &line.parts {
                                let text = safe(&text.replace('\t', "    "));
                                let _ = match marked {
                                    true => write!(out, "<mark>{text}</mark>"),
                                    false => write!(out, "{text}"),
                                };
                            }
                            out.push_str("</td>");
                        }
                    }
                }
                out.push_str("</tr>\n");
            }
        }
    }
    out.push_str("</table>\n");
    let (pointer, fingerprint) = (safe(&change.place().pointer), &change.fingerprint);
    let _ = writeln!(
        out,
        "<p class=\"place\"><code>{pointer}</code> <span>fingerprint <code>{fingerprint}</code></span></p>\n</article>"
    );
}

#[cfg(test)]
mod tests {
    use super::{Filter, STYLE};

    /// The button of each filter is marked, and each filter but the first hides the changes that it does not show.
    #[test]
    fn each_filter_has_its_rules() {
        for filter in Filter::ALL {
            let name = filter.name();
            let marked = format!("#show-{name}:checked ~ nav [for=\"show-{name}\"]");
            assert!(STYLE.contains(&marked), "{marked}");
            let hidden = format!("#show-{name}:checked ~ main article:not(.{name})");
            assert_eq!(STYLE.contains(&hidden), filter != Filter::All, "{hidden}");
        }
    }
}
