//! `cargo xtask spec changelog`: an entry for the changelog from a change of the document.

use std::io::Write;

use anyhow::Result;
use ittybit_spec_diff::{diff, render};

use super::revision;

/// Write the entry for CHANGELOG.md from a change of the document
///
/// Prints the sections of Keep a Changelog with a line for each change that users notice. Put them
/// below `## [Unreleased]`, and make them your own.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask spec changelog v0.1.0:openapi.yaml openapi.yaml")]
pub struct Args {
    /// The old document: a file or `REV:path`
    old: String,

    /// The new document: a file or `REV:path`
    new: String,
}

/// Runs the command.
///
/// # Errors
/// A document that cannot be read.
pub fn run(args: &Args) -> Result<()> {
    let report = diff(&revision::read(&args.old)?, &revision::read(&args.new)?);
    let entry = render::changelog(&report);
    if entry.is_empty() {
        anstream::eprintln!("nothing changed that users notice");
    }
    write!(anstream::stdout(), "{entry}")?;
    Ok(())
}
