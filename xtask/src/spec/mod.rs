//! `cargo xtask spec`: review a change of the document, and the document itself.

mod changelog;
mod diff;
mod driver;
mod lint;
mod policy;
mod revision;

use anyhow::Result;

/// Review a change of openapi.yaml, or the document itself
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Diff(diff::Args),
    Lint(lint::Args),
    Changelog(changelog::Args),
    GitDiff(driver::Args),
}

/// Runs the command.
///
/// # Errors
/// What the command finds, where it was told to fail on it; and what stops it.
pub fn run(args: &Args) -> Result<()> {
    match &args.command {
        Command::Diff(args) => diff::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Changelog(args) => changelog::run(args),
        Command::GitDiff(args) => driver::run(args),
    }
}
