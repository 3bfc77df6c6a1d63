//! `cargo xtask spec diff`: what a change of the document does.

use std::io::Write;

use anyhow::{Result, bail};
use clap::ValueEnum;
use ittybit_codegen::{generate, surface};
use ittybit_spec::{Diagnostics, Document};
use ittybit_spec_diff::{Bump, Client, Report, Severity, diff, render, version};
use similar::TextDiff;

use super::revision;
use crate::workspace;

/// Say what a change of the document does: on the wire, for users of the Rust client, to the version
///
/// Compares two documents, each a file or a revision and a path, such as `main:openapi.yaml`. Without
/// any it compares openapi.yaml where this branch left the default branch with openapi.yaml as it
/// stands now. docs/spec-review.md tells what each rule means.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask spec diff
  cargo xtask spec diff main:openapi.yaml
  cargo xtask spec diff old.yaml new.yaml --format markdown
  cargo xtask spec diff --fail-on error --require-bump

Exit codes:
  0  done, whatever was found
  1  `--fail-on` or `--require-bump` found what it fails on, or a document cannot be read
  2  wrong usage")]
pub struct Args {
    /// The old document: a file or `REV:path` [default: the merge base with the default branch]
    old: Option<String>,

    /// The new document: a file or `REV:path` [default: openapi.yaml]
    new: Option<String>,

    /// How to show the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Exit with 1 if there is a change of this severity or a graver one, or, with `major`, one that
    /// asks for a new major version of the Rust client
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,

    /// Exit with 1 unless `info.version` was bumped as the changes demand, and say what to write
    #[arg(long)]
    require_bump: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a terminal: each change with line and column in both documents
    Text,
    /// For a pull request, with the changes of the client's public items folded below
    Markdown,
    /// Workflow commands that make GitHub show each change at its line
    Github,
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

/// Larger documents are compared without generating clients, which would take minutes.
const LARGEST_CLIENT: usize = 1 << 20;

/// Runs the command.
///
/// # Errors
/// A document that cannot be read, and what the options make an error.
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
    let mut report = diff(&old, &new);
    let clients = if old.text().len().max(new.text().len()) > LARGEST_CLIENT {
        None
    } else {
        let clients = (client(&old)?, client(&new)?);
        report.compare_clients(seen(&clients.0), seen(&clients.1));
        Some(clients)
    };
    let mut stdout = anstream::stdout();
    match args.format {
        Format::Text => write!(stdout, "{}", render::text(&report, true))?,
        Format::Markdown => {
            write!(stdout, "{}", render::markdown(&report))?;
            if let Some((Ok(old), Ok(new))) = &clients {
                write!(stdout, "{}", folded(old, new))?;
            }
        }
        Format::Github => write!(stdout, "{}", render::github(&report))?,
        Format::Json => write!(stdout, "{}", render::json(&report))?,
    }
    stdout.flush()?;
    if args.require_bump {
        version::check(&report)?;
    }
    fail(&report, args.fail_on)
}

/// The public items of the client, or why there is none.
fn client(document: &Document) -> Result<Result<String, Diagnostics>> {
    match generate(document, "cargo xtask codegen", "ittybit") {
        Ok(client) => Ok(Ok(surface(&client.code)?)),
        Err(findings) => Ok(Err(findings)),
    }
}

fn seen(client: &Result<String, Diagnostics>) -> Client<'_> {
    match client {
        Ok(surface) => Client::Surface(surface),
        Err(findings) => Client::Refused(findings),
    }
}

/// The lists of public items, as a difference that opens when one wants to see it.
fn folded(old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let diff = TextDiff::from_lines(old, new);
    let diff = diff.unified_diff().context_radius(1).to_string();
    // A fence longer than any in the code.
    format!("\n<details>\n<summary>Public items of the Rust client</summary>\n\n~~~~diff\n{diff}~~~~\n\n</details>\n")
}

fn fail(report: &Report, on: Option<FailOn>) -> Result<()> {
    match on {
        Some(FailOn::Error) if report.severity() >= Some(Severity::Error) => {
            bail!("the change breaks callers (`--fail-on error`)")
        }
        Some(FailOn::Warning) if report.severity() >= Some(Severity::Warning) => {
            bail!("the change may break callers (`--fail-on warning`)")
        }
        Some(FailOn::Major) if report.rust() >= Some(Bump::Major) => {
            bail!("the change breaks users of the Rust client (`--fail-on major`)")
        }
        _ => Ok(()),
    }
}
