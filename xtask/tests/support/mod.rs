//! Runs the program in a temporary folder, and records its output.

// Each test program uses only a part of this module.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// How crates outside of the workspace are built, in all tests of all packages: their dependencies are compiled once,
/// in one folder, with these settings, with the features `blocking` and `schemars` and without TLS, which is a C library
/// that takes a minute to compile. So they build where a user checks: for that, dependencies would be compiled again.
pub fn shared() -> [(&'static str, PathBuf); 4] {
    [
        (
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("copies"),
        ),
        ("CARGO_INCREMENTAL", "0".into()),
        ("CARGO_PROFILE_DEV_DEBUG", "0".into()),
        ("RUSTFLAGS", "".into()),
    ]
}

/// A folder that the program is run in.
pub struct Folder {
    pub path: PathBuf,
    /// Removes the folder when it is dropped.
    pub _temporary: Option<TempDir>,
}

impl Folder {
    pub fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        Self {
            path: temporary.path().to_owned(),
            _temporary: Some(temporary),
        }
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "`{path}` does not contain `{from}`");
        self.write(path, text.replace(from, to));
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path.join(path)).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .current_dir(&self.path)
            .envs(shared())
            // The program finds the workspace by this variable of cargo.
            .env("CARGO_MANIFEST_DIR", self.path.join("xtask"))
            // A repository around the folder is not found.
            .env("GIT_CEILING_DIRECTORIES", &self.path)
            .env("COLUMNS", "100")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR")
            .env_remove("CLICOLOR_FORCE");
        command
    }

    /// Runs the program, and returns its output and exit code.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::from(self.command(arguments).output().unwrap())
    }
}

pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Shown without the numbers of generated lines, which change with the generator.
impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit code {}\n=== stdout ===\n{}=== stderr ===\n{}",
            self.code,
            without_counts(&self.stdout),
            without_counts(&self.stderr)
        )
    }
}

/// Replaces the numbers in `241 lines`, `(+12 −7)` and `@@ -36,7 +36,7 @@` by `N`.
pub fn without_counts(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let masked = words.iter().enumerate().map(|(at, word)| {
        let counts_lines = words.get(at + 1).is_some_and(|next| next.starts_with("line"));
        let number = word.trim_start_matches('(').strip_prefix(['+', '-', '−']);
        let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
        if counts_lines || number.is_some_and(is_number) {
            let mut masked = word.replace(|letter: char| letter.is_ascii_digit(), "N");
            while masked.contains("NN") {
                masked = masked.replace("NN", "N");
            }
            masked
        } else {
            (*word).to_owned()
        }
    });
    masked.collect::<Vec<_>>().join(" ")
}
