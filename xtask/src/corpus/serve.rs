//! Serving documents: the emulator serves each, and a program with the generated client calls every operation.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The program; the cases of the document are beside it.
const PROGRAM: &str = include_str!("program.rs");

/// Builds the emulator of this workspace beside this program, and returns its path.
pub(super) fn emulator(workspace: &Path) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program
        .ancestors()
        .nth(2)
        .context("this program is in no target folder")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        // With the tests of the program, whose dependencies are those of `cargo test --workspace`.
        .args([
            "test",
            "--workspace",
            "--no-run",
            "--test",
            "program",
            "--quiet",
            "--target-dir",
        ])
        .arg(target)
        .current_dir(workspace);
    // They may be set for the clients; with others, the workspace would be compiled again.
    for name in ["RUSTFLAGS", "CARGO_INCREMENTAL", "CARGO_PROFILE_DEV_DEBUG"] {
        cargo.env_remove(name);
    }
    ensure!(
        cargo.status().context("cannot run cargo")?.success(),
        "the emulator does not compile"
    );
    Ok(target
        .join("debug")
        .join(format!("ittybit-emulator{}", std::env::consts::EXE_SUFFIX)))
}

/// Writes the program of a client as an example of its crate.
pub(super) fn write_program(folder: &Path, member: &str, cases: &str) -> Result<()> {
    // Of the same name as the crate, since cargo puts the examples of all crates into one folder.
    let example = folder.join("examples").join(member);
    fs::create_dir_all(&example)?;
    let client = format!("extern crate {} as client;\nmod cases;\n", member.replace('-', "_"));
    fs::write(example.join("main.rs"), PROGRAM.replace("mod cases;\n", &client))?;
    fs::write(example.join("cases.rs"), cases)?;
    Ok(())
}

/// An emulator, which ends with this value.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Serves a document, and runs the program of its client. What it prints is the result.
pub(super) fn call(emulator: &Path, document: &Path, program: &Path, variables: &[String]) -> Result<Value> {
    let mut emulator = Command::new(emulator);
    emulator
        .arg("--spec")
        .arg(document)
        .args(["--items", "20", "--key", KEY]);
    emulator
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut emulator = Emulator(emulator.spawn().context("cannot run the emulator")?);
    let mut line = String::new();
    BufReader::new(emulator.0.stdout.take().context("a process without output")?).read_line(&mut line)?;
    let Some(url) = line
        .split(" at ")
        .last()
        .and_then(|rest| rest.split(',').next())
        .filter(|_| !line.is_empty())
    else {
        let mut said = String::new();
        emulator
            .0
            .stderr
            .take()
            .context("a process without output")?
            .read_to_string(&mut said)?;
        return Ok(json!({ "failures": [format!("not served: {}", said.trim())] }));
    };
    // A client that has an id and a secret would ask for a token first.
    let variables = variables
        .iter()
        .filter(|name| !name.ends_with("CLIENT_ID") && !name.ends_with("CLIENT_SECRET"));
    let output = Command::new(program)
        .arg(url)
        .envs(variables.map(|name| (name, KEY)))
        .output()
        .context("cannot run the program of a client")?;
    let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_else(|_| json!({ "failures": [said()] })))
}

/// The key that every emulator takes.
const KEY: &str = "ittybit_corpus";

/// The failures of a result.
pub(super) fn failures(result: &Value) -> impl Iterator<Item = &str> {
    result["failures"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Prints the table of the documents and their calls, and the first failures of each.
pub(super) fn report<'c>(out: &mut dyn Write, called: impl Iterator<Item = (&'c Path, &'c Value)>) -> io::Result<()> {
    writeln!(out, "\noperations  called  answers  refused  failures")?;
    for (path, calls) in called {
        let [operations, called, answers, refused] =
            ["operations", "called", "answers", "refused"].map(|name| calls[name].as_u64().unwrap_or(0));
        let roles: Vec<&str> = calls["roles"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let (count, path) = (failures(calls).count(), path.display());
        writeln!(
            out,
            "{operations:10}  {called:6}  {answers:7}  {refused:7}  {count:8}  {path} ({})",
            roles.join(", ")
        )?;
        for failure in failures(calls).take(10) {
            writeln!(out, "    {}", failure.replace('\n', "\n    "))?;
        }
    }
    Ok(())
}
