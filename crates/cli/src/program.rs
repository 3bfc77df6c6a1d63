//! The definition of a command line.

use std::io;

use ittybit_emulator::Emulator;
use ittybit_runtime::operation::{Api, Operation};

/// A command for an API: its name, and the API's operations as the generated client has them.
///
/// ```no_run
/// use ittybit_cli::Program;
///
/// static PROGRAM: Program = Program {
///     name: "media",
///     version: "1.0.0",
///     about: "Calls the media API",
///     api: ittybit::operation::API,
///     operations: ittybit::operation::OPERATIONS,
///     emulator: None,
/// };
///
/// fn main() -> std::process::ExitCode {
///     PROGRAM.run()
/// }
/// ```
#[derive(Debug)]
pub struct Program {
    /// The name of the command.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// A short description of the command.
    pub about: &'static str,
    /// The API's values from the document.
    pub api: &'static Api,
    /// The operations that become subcommands.
    pub operations: &'static [&'static Operation],
    /// Starts an emulator of the API with this many items, for `--emulator`; without it there is no such flag.
    pub emulator: Option<fn(u64) -> io::Result<Emulator>>,
}
