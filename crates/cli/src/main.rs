//! The command `ittybit`: lists what the API has.
//!
//! Subcommands, flags, help texts and possible values come from the API's document, by
//! [`ittybit::operation::LISTS`]. What is written here is how to print, not what there is.

mod age;
mod command_line;
mod connection;
mod failure;
mod interrupt;
mod item;
mod list;
mod live;
mod output;
mod progress;
mod table;
mod terminal;
mod watch;

use std::process::ExitCode;

use crate::failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<(), Failure> {
    let mut command = command_line::command();
    let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
        Ok(matches) => matches,
        // Help, or the version: output like any other.
        Err(asked) if !asked.use_stderr() => return asked.print().map_err(Failure::from),
        Err(wrong) => wrong.exit(),
    };
    match command_line::called(&mut command, &matches)? {
        command_line::Call::Print(text) => output::print(&text),
        command_line::Call::WritePages(directory) => command_line::write_pages(&directory),
        command_line::Call::List {
            list,
            options,
            connection,
        } => {
            // A thread beside this one hears Ctrl-C while this one waits for a reader of its output.
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build();
            let runtime = runtime.map_err(|error| Failure::failed(format!("no runtime could be set up: {error}")))?;
            let result = runtime.block_on(list::run(list, options, connection));
            // A request that is still under way is of no use to anyone.
            runtime.shutdown_background();
            result
        }
    }
}
