//! Snapshots that depend on the document: those of the drift tests. A package of the workspace may have such
//! tests in `tests/drift.rs`.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use anyhow::{Context, Result, bail, ensure};

/// The command that runs the drift tests.
pub const COMMAND: &str = "cargo test --workspace --test drift";

/// The result of the drift tests.
pub struct Snapshots {
    /// The path and the new text of each stale snapshot.
    pub stale: Vec<(PathBuf, String)>,
    /// The tests that failed for another reason than a stale snapshot.
    pub failed: Vec<Failure>,
}

/// A test that failed.
pub struct Failure {
    test: String,
    reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.test, self.reason.replace('\n', "\n  "))
    }
}

/// Runs the drift tests. Must be called in the root of the workspace, and writes nothing there.
///
/// # Errors
/// Tests that do not compile. What the compiler prints is shown.
pub fn run() -> Result<Snapshots> {
    let pending = tempfile::tempdir().context("cannot make a temporary folder")?;
    anstream::eprintln!("running `{COMMAND}`");
    let output = Command::new(env::var_os("CARGO").as_deref().unwrap_or(OsStr::new("cargo")))
        .args(COMMAND.split(' ').skip(1))
        .args(["--quiet", "--no-fail-fast"])
        // With these, insta writes each snapshot that differs into the folder, and the test passes.
        .env("INSTA_UPDATE", "new")
        .env("INSTA_PENDING_DIR", pending.path())
        .env("INSTA_FORCE_PASS", "1")
        .env("INSTA_OUTPUT", "none")
        .env("RUST_BACKTRACE", "0")
        // The colours are removed again where the output of this program is not a terminal.
        .env("CARGO_TERM_COLOR", "always")
        .output()
        .context("cannot start cargo")?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let failed = failures(&stdout);
    if !output.status.success() && failed.is_empty() {
        for text in [String::from_utf8_lossy(&output.stderr), stdout] {
            anstream::eprint!("{text}");
        }
        bail!("`{COMMAND}` fails, so no snapshot can be made");
    }

    let mut stale = Vec::new();
    for path in files(pending.path()).context("cannot read the snapshots")? {
        let relative = path.strip_prefix(pending.path())?;
        ensure!(
            path.extension() == Some(OsStr::new("new")),
            "a stale snapshot of the drift tests is inline or binary: `{}`\nhelp: keep it in a text file",
            relative.display()
        );
        let snapshot = relative.with_extension("");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        stale.push((snapshot, accepted(&text)));
    }
    Ok(Snapshots { stale, failed })
}

/// Parses the output of the test programs: for each failed test a headline, and below it the output of the test
/// with its panic.
fn failures(stdout: &str) -> Vec<Failure> {
    let headline = |line: &str| Some(line.strip_prefix("---- ")?.strip_suffix(" stdout ----")?.to_owned());
    let mut failures: Vec<Failure> = Vec::new();
    let mut lines = stdout.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(test) = headline(line) else { continue };
        let mut printed = Vec::new();
        while let Some(line) = lines.next_if(|line| headline(line).is_none() && *line != "failures:") {
            printed.push(line);
        }
        let panic = printed
            .iter()
            .position(|line| line.contains("' panicked at ") || line.contains(") panicked at "));
        let reason = printed.iter().skip(panic.map_or(0, |panic| panic + 1));
        let reason = reason.filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE"));
        let reason = reason.copied().collect::<Vec<_>>().join("\n").trim().to_owned();
        failures.push(Failure { test, reason });
    }
    failures
}

/// All files in a folder and its subfolders, in the order of their names.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a pending snapshot in the form in which insta accepts it: without the line number of the
/// assertion, which changes with any edit of the test. It is in the header, between two lines of dashes.
fn accepted(pending: &str) -> String {
    match pending.split_once("\n---\n") {
        Some((header, contents)) => {
            let header: Vec<_> = header
                .lines()
                .filter(|line| !line.starts_with("assertion_line: "))
                .collect();
            format!("{}\n---\n{contents}", header.join("\n"))
        }
        None => pending.to_owned(),
    }
}
