//! `cargo xtask spec diff`: reports the effects of a change of the document.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;
use ittybit_spec_diff::{Change, Report, Severity, render, version};

use super::{policy, revision};
use crate::workspace;

/// Report what a change of the document does: on the wire, for users of the Rust client, to the version
///
/// Compares two documents, each a file or a revision and a path, such as `main:openapi.yaml`. Without
/// arguments it compares the openapi.yaml of the merge base with the default branch and the current
/// openapi.yaml. Approved changes are read from .spec-review.toml. docs/spec-review.md explains each
/// rule.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask spec diff
  cargo xtask spec diff main:openapi.yaml
  cargo xtask spec diff old.yaml new.yaml --format markdown
  cargo xtask spec diff --format html > review.html
  cargo xtask spec diff --fail-on error --require-bump

Exit codes:
  0  done, whatever was found
  1  `--fail-on` or `--require-bump` failed, or a document cannot be read
  2  wrong usage")]
pub struct Args {
    /// The old document: a file or `REV:path` [default: the merge base with the default branch]
    old: Option<String>,

    /// The new document: a file or `REV:path` [default: openapi.yaml]
    new: Option<String>,

    /// How to show the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Exit with 1 if there is a change of this severity or a higher one, or, with `major`, one that
    /// needs a new major version of the Rust client; approved changes do not count
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,

    /// Exit with 1 unless `info.version` was bumped as the changes demand, and print the version to write
    #[arg(long)]
    require_bump: bool,

    /// Approved changes, and severities of rules [default: .spec-review.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a terminal: each change with line and column in both documents
    Text,
    /// For a pull request, with the changes of the client's public items folded below
    Markdown,
    /// Workflow commands that make GitHub show each change at its line
    Github,
    /// One page for a browser, with the lines of both documents side by side
    Html,
    /// For programs; docs/spec-review.md describes the shape
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    /// A caller breaks
    Error,
    /// A caller may break
    Warning,
    /// A user of the Rust client breaks
    Major,
}

/// Runs the command.
///
/// # Errors
/// A document that cannot be read, and findings that the options make an error.
pub fn run(args: &Args) -> Result<()> {
    let new = args.new.as_deref().unwrap_or(revision::DOCUMENT);
    let (old, new) = match &args.old {
        Some(old) => {
            let old = revision::read(old)?;
            if args.new.is_none() {
                workspace::enter()?;
            }
            (old, revision::read(new)?)
        }
        None => (revision::merge_base()?, revision::read(new)?),
    };
    let report = policy::review(&old, &new, args.policy.as_deref())?;
    let shown = match args.format {
        Format::Text => render::text(&report, true),
        Format::Markdown => render::markdown(&report),
        Format::Github => render::github(&report),
        Format::Html => render::html(&report, &old, &new),
        Format::Json => render::json(&report),
    };
    let mut stdout = anstream::stdout();
    write!(stdout, "{shown}")?;
    stdout.flush()?;
    if args.require_bump {
        version::check(&report)?;
    }
    fail(&report, args.fail_on)
}

/// Fails on changes that are not approved.
fn fail(report: &Report, on: Option<FailOn>) -> Result<()> {
    let severity = report.open().map(|change| change.severity).max();
    match on {
        Some(FailOn::Error) if severity >= Some(Severity::Error) => {
            bail!("the change breaks callers (`--fail-on error`)")
        }
        Some(FailOn::Warning) if severity >= Some(Severity::Warning) => {
            bail!("the change may break callers (`--fail-on warning`)")
        }
        Some(FailOn::Major) if report.open().any(Change::breaks_rust) => {
            bail!("the change breaks users of the Rust client (`--fail-on major`)")
        }
        Some(FailOn::Major) => match report.no_verdict {
            Some(reason) if !report.changes.is_empty() => {
                bail!("the effect on users of the Rust client is unknown (`--fail-on major`): {reason}")
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}
