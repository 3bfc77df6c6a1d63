//! `cargo xtask spec changelog`: prints an entry for the changelog about a change of the document.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use ittybit_spec_diff::render;

use super::{policy, revision};

/// Write the entry for CHANGELOG.md from a change of the document
///
/// Prints the sections of Keep a Changelog with a line for each change that users notice. Put them
/// below `## [Unreleased]`, and edit them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask spec changelog v0.1.0:openapi.yaml openapi.yaml")]
pub struct Args {
    /// The old document: a file or `REV:path`
    old: String,

    /// The new document: a file or `REV:path`
    new: String,

    /// Approved changes, and severities of rules [default: .spec-review.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A document that cannot be read.
pub fn run(args: &Args) -> Result<()> {
    let (old, new) = (revision::read(&args.old)?, revision::read(&args.new)?);
    let report = policy::review(&old, &new, args.policy.as_deref())?;
    let entry = render::changelog(&report);
    if entry.is_empty() {
        anstream::eprintln!("nothing changed that users notice");
    }
    write!(anstream::stdout(), "{entry}")?;
    Ok(())
}
