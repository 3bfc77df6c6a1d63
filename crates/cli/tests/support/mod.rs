//! Runs the built program against an emulator.

// Each test program uses its part of it.
#![allow(dead_code)]

mod ran;
#[cfg(unix)]
pub mod terminal;

use std::process::{Command, Stdio};

use ittybit_emulator::{Emulator, Fault};

pub use self::ran::Ran;

/// The program, without the environment variables of the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ittybit"));
    for variable in [
        "ITTYBIT_API_KEY",
        "ITTYBIT_BASE_URL",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
    ] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

pub fn run(arguments: &[&str]) -> Ran {
    finish(program().args(arguments), arguments)
}

/// Runs it with the address and the key of an emulator.
pub fn ask(emulator: &Emulator, arguments: &[&str]) -> Ran {
    let mut ran = finish(connected(emulator).args(arguments), arguments);
    for text in [&mut ran.out, &mut ran.err] {
        *text = text.replace(emulator.base_url(), "[URL]");
    }
    ran
}

pub fn connected(emulator: &Emulator) -> Command {
    let mut command = program();
    command
        .env("ITTYBIT_API_KEY", emulator.api_key())
        .env("ITTYBIT_BASE_URL", emulator.base_url());
    command
}

fn finish(command: &mut Command, arguments: &[&str]) -> Ran {
    let output = command.output().expect("the program runs");
    Ran {
        program: "ittybit",
        call: arguments.join(" "),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
        code: output.status.code(),
    }
}

pub fn emulator(tasks: usize) -> Emulator {
    Emulator::builder()
        .tasks(tasks)
        .seed(7)
        .start_blocking()
        .expect("an emulator")
}

/// A response with exactly this body.
pub fn page(json: &str, has_more: bool) -> Fault {
    Fault::status(200)
        .body("application/json", json)
        .header("Has-More", if has_more { "true" } else { "false" })
}

/// A page of so many tasks, from `task_1` on.
pub fn numbered(tasks: usize) -> String {
    let tasks = (1..=tasks)
        .map(|number| format!(r#"{{"id":"task_{number}","kind":"video","status":"queued","created_at":1735689600}}"#));
    format!("[{}]", tasks.collect::<Vec<_>>().join(","))
}

/// The most tasks that a page can have, as the document says.
pub fn largest_page() -> u64 {
    let paging = ittybit::builder::ListTasks::OPERATION.paging.unwrap();
    paging.largest.unwrap()
}
