//! The command `media`: it knows only the name of the document.

use std::process::ExitCode;

use ittybit_cli::Program;

// The client, as `mod client`.
include!(concat!(env!("OUT_DIR"), "/module.rs"));

static PROGRAM: Program = Program {
    name: "media",
    version: env!("CARGO_PKG_VERSION"),
    about: "Calls the media API",
    api: client::operation::API,
    operations: client::operation::OPERATIONS,
    emulator: None,
};

fn main() -> ExitCode {
    PROGRAM.run()
}
