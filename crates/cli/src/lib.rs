//! A command line for an API, made from the API's document.
//!
//! Subcommands, flags, help texts and possible values come from the operations that a generated client has
//! as data. This crate only knows how to call and how to print. The command `ittybit` is a [`Program`] of
//! the client `ittybit`.

mod age;
mod arguments;
mod cells;
mod command_line;
mod connection;
mod dry_run;
mod failure;
mod format;
mod interrupt;
mod item;
mod list;
mod live;
mod manual;
mod naming;
mod output;
mod program;
mod progress;
mod single;
mod table;
mod terminal;
mod transfer;
mod watch;

use std::process::ExitCode;

pub use program::Program;

use crate::command_line::{Called, Invocation};
use crate::dry_run::DryRun;
use crate::failure::Failure;
use crate::interrupt::{Interrupt, interrupted};
use crate::naming::Subcommand;
use crate::transfer::Metered;

impl Program {
    /// Runs with the arguments of the process.
    ///
    /// ```no_run
    /// fn call(program: &'static ittybit_cli::Program) -> std::process::ExitCode {
    ///     program.run()
    /// }
    /// ```
    pub fn run(&'static self) -> ExitCode {
        let subcommands = Subcommand::all(self.api, self.operations);
        let mut command = command_line::command(self, &subcommands);
        let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
            Ok(matches) => matches,
            // Help, or the version: output like any other.
            Err(help) if !help.use_stderr() => {
                return match help.print() {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(error) => Failure::from(error).report(self.api, None),
                };
            }
            Err(wrong) => wrong.exit(),
        };
        let called = command_line::called(self, &mut command, &subcommands, &matches);
        let subcommand = match &called {
            Ok(Called::Operation(invocation)) => Some(invocation.subcommand),
            _ => None,
        };
        let result = called.and_then(|called| match called {
            Called::Print(text) => output::print(&text),
            Called::WritePages(directory) => manual::write_pages(command, &directory),
            Called::Operation(invocation) => self.call(*invocation),
        });
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(self.api, subcommand),
        }
    }

    fn call(&'static self, invocation: Invocation) -> Result<(), Failure> {
        // Another thread handles Ctrl-C while this one waits for a reader of its output.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| Failure::failed(format!("no runtime could be set up: {error}")))?;
        let result = runtime.block_on(self.send(invocation));
        // A request that is still under way is dropped.
        runtime.shutdown_background();
        result
    }

    async fn send(&'static self, invocation: Invocation<'_>) -> Result<(), Failure> {
        let Invocation {
            subcommand,
            mut arguments,
            connection,
            extent,
            view,
            output,
            dry_run,
        } = invocation;
        let operation = subcommand.operation;
        if operation.paging.is_some() {
            list::ask_for_large_pages(operation, extent, &mut arguments);
        }
        if dry_run {
            let dry_run = DryRun::default();
            let prepared = connection.open(|builder| dry_run.prepare(builder, self.api));
            let (client, _emulator) = prepared.await?;
            let command = dry_run.command(operation, &arguments, self.api, &client).await?;
            return output::print(command.as_bytes());
        }
        let (sends, receives) = (arguments.has_files(), single::is_download(operation));
        // Before Ctrl-C is handled: this may wait for standard input.
        let call = arguments.call(operation)?;
        let interrupt = Interrupt::listen();
        let connection = if sends { connection.for_files() } else { connection };
        let opened = connection.open(|builder| match sends || receives {
            true => builder.transport(Metered { sends, receives }),
            false => builder,
        });
        let (client, _emulator) = interrupt.or(opened).await.ok_or_else(interrupted)??;
        if operation.paging.is_some() {
            list::run(subcommand, &arguments, call, extent, view, &client, &interrupt).await
        } else if receives {
            single::download(operation, call, output.as_deref(), &client, &interrupt).await
        } else {
            single::run(operation, call, view, &client, &interrupt).await
        }
    }
}
