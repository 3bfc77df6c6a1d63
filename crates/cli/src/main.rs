//! The command `ittybit`.

use std::io;
use std::process::ExitCode;

use ittybit_cli::Program;
use ittybit_emulator::{Emulator, SystemClock};

static PROGRAM: Program = Program {
    name: "ittybit",
    version: env!("CARGO_PKG_VERSION"),
    about: "Calls the Ittybit media API",
    api: ittybit::operation::API,
    operations: ittybit::operation::OPERATIONS,
    emulator: Some(emulator),
};

fn main() -> ExitCode {
    PROGRAM.run()
}

fn emulator(items: u64) -> io::Result<Emulator> {
    let count = usize::try_from(items).unwrap_or(usize::MAX);
    let emulator = Emulator::builder().tasks(count).items(count);
    emulator.live(true).clock(SystemClock).start_blocking()
}
