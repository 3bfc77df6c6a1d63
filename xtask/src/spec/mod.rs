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
/// Findings that the options make an error, and any other failure of the command.
pub fn run(args: &Args) -> Result<()> {
    match &args.command {
        Command::Diff(args) => diff::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Changelog(args) => changelog::run(args),
        Command::GitDiff(args) => driver::run(args),
    }
}
