//! Maintenance commands of this workspace: `cargo xtask --help` lists them.

mod codegen;
mod corpus;
mod measure;
mod output;
mod package;
mod snapshots;
mod spec;
mod workspace;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::styling::{AnsiColor, Effects};
use ittybit_spec::Diagnostics;

/// Maintenance commands of this workspace
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Codegen(codegen::Args),
    Corpus(corpus::Args),
    Measure(measure::Args),
    Spec(spec::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Codegen(args) => codegen::run(&args),
        Command::Corpus(args) => corpus::run(&args),
        Command::Measure(args) => measure::run(&args),
        Command::Spec(args) => spec::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show(&error);
            ExitCode::FAILURE
        }
    }
}

fn show(error: &anyhow::Error) {
    if let Some(diagnostics) = error.downcast_ref::<Diagnostics>() {
        anstream::eprintln!("{}", diagnostics.render(true));
        return;
    }
    // The reader of the output closed it, as with `cargo xtask codegen -v | head`.
    let closed = |cause: &std::io::Error| cause.kind() == ErrorKind::BrokenPipe;
    if error.downcast_ref().is_some_and(closed) {
        return;
    }
    let style = AnsiColor::BrightRed.on_default() | Effects::BOLD;
    anstream::eprintln!("{style}error{style:#}: {error:#}");
}
