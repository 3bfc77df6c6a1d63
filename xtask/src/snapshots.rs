//! Snapshots that follow from the document: those of the client's drift tests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use anyhow::{Context, Result, bail, ensure};

/// Runs the drift tests.
const COMMAND: &str = "cargo test --package ittybit --test drift";

/// The snapshots that are not what the drift tests find, each with what they find. Must be called
/// in the root of the workspace, and writes nothing there.
///
/// # Errors
/// Tests that do not compile, or fail for another reason than a snapshot. What they print is shown.
pub fn stale() -> Result<Vec<(PathBuf, String)>> {
    let pending = tempfile::tempdir().context("cannot make a temporary folder")?;
    anstream::eprintln!("running `{COMMAND}`");
    let output = Command::new(env::var_os("CARGO").as_deref().unwrap_or(OsStr::new("cargo")))
        .args(COMMAND.split(' ').skip(1))
        .arg("--quiet")
        // With these, insta writes each snapshot that differs into the folder, and lets it pass.
        .env("INSTA_UPDATE", "new")
        .env("INSTA_PENDING_DIR", pending.path())
        .env("INSTA_FORCE_PASS", "1")
        .env("INSTA_OUTPUT", "none")
        // Taken away again where this program's own output is not a terminal's.
        .env("CARGO_TERM_COLOR", "always")
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        for text in [output.stderr, output.stdout] {
            anstream::eprint!("{}", String::from_utf8_lossy(&text));
        }
        bail!("`{COMMAND}` fails, so its snapshots cannot be made");
    }

    let mut snapshots = Vec::new();
    for path in files(pending.path()).context("cannot read the snapshots")? {
        let relative = path.strip_prefix(pending.path())?;
        ensure!(
            path.extension() == Some(OsStr::new("new")),
            "a stale snapshot of the drift tests is inline or binary: `{}`\nhelp: keep it in a text file",
            relative.display()
        );
        let snapshot = relative.with_extension("");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        snapshots.push((snapshot, accepted(&text)));
    }
    Ok(snapshots)
}

/// All files in a folder and those below, in the order of their names.
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

/// A pending snapshot as insta accepts it: without the line of the assertion, which any edit of the
/// test would change. It stands in the header, between two lines of dashes.
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
