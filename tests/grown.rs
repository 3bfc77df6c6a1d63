//! The workspace follows the document: in a copy of it `openapi.yaml` grows a second resource and changes a
//! bound, and with no Rust edited the client, the emulator and the command line have it, and their tests pass.
//!
//! It takes minutes, so it is ignored by default: `cargo test --test grown -- --ignored`.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is added to the document.
const PATHS: &str = include_str!("grown/paths.yaml");
const SCHEMAS: &str = include_str!("grown/schemas.yaml");
/// A program that uses it, as a test of the command line: that package has the client and the emulator.
const PROGRAM: &str = include_str!("grown/program.rs");

/// The tests that pass in the copy: those of the client, of the emulator and of the command line. The unit tests of
/// all packages pass, too.
const TESTED: [&str; 3] = ["tests", "crates/emulator/tests", "crates/cli/tests"];
/// Without this one, and the one that builds the workspace again for a reason unrelated to the document.
const NOT_TESTED: [&str; 2] = ["grown", "outside"];

/// A copy of this workspace.
struct Copy {
    folder: tempfile::TempDir,
    /// Where it is built.
    target: tempfile::TempDir,
}

impl Copy {
    /// With all files that git has, or would add.
    fn new() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap();
        let mut git = Command::new("git");
        let git = git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let files = git.current_dir(workspace).output().unwrap();
        assert!(files.status.success(), "this is not a checkout: {}", output_of(&files));
        for file in String::from_utf8(files.stdout).unwrap().split_terminator('\0') {
            let (from, to) = (workspace.join(file), folder.path().join(file));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            match fs::read_link(&from) {
                Ok(target) => std::os::unix::fs::symlink(target, to).unwrap(),
                // What is deleted and not committed is in git's list, too.
                Err(_) if !from.exists() => {}
                Err(_) => drop(fs::copy(from, to).unwrap()),
            }
        }
        // Its crates are compiled for few tests, so optimization does not pay here.
        let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        let kept = manifest
            .lines()
            .filter(|line| !line.starts_with("ittybit-") || !line.contains("opt-level"));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        fs::write(folder.path().join("Cargo.toml"), kept).unwrap();
        // What does not depend on the folder, which is all that is not of this workspace, is built already.
        let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let target = tempfile::tempdir_in(tests).unwrap();
        for kind in [".fingerprint", "build", "deps"] {
            let built = Path::new("debug").join(kind);
            link(&tests.with_file_name(&built), &target.path().join(&built));
        }
        Self { folder, target }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Replaces the one place that has a text.
    #[track_caller]
    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{file} has not one `{from}`");
        fs::write(self.path(file), text.replace(from, to)).unwrap();
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            .current_dir(self.folder.path())
            // Either would replace the flags of `.cargo/config.toml`.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("CARGO_TARGET_DIR", self.target.path())
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_INCREMENTAL", "0")
            .env("INSTA_UPDATE", "no")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.cargo(arguments);
        let said = output_of(&output);
        assert!(output.status.success(), "cargo {} failed:\n{said}", arguments.join(" "));
        said
    }

    /// The arguments that choose the test programs.
    fn tests(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        for folder in TESTED {
            for entry in fs::read_dir(self.path(folder)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let is_program = path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").exists();
                if is_program && !NOT_TESTED.contains(&name.as_str()) {
                    arguments.extend(["--test".to_owned(), name]);
                }
            }
        }
        arguments
    }
}

/// A folder with the same files.
fn link(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if from.is_dir() {
            link(&from, &to);
        } else {
            fs::hard_link(from, to).unwrap();
        }
    }
}

fn output_of(output: &Output) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{stdout}{stderr}")
}

#[test]
#[ignore = "it builds a copy of the workspace: minutes"]
fn the_workspace_follows_the_document() {
    let copy = Copy::new();
    copy.replace("openapi.yaml", "\ncomponents:\n", &format!("\n{PATHS}\ncomponents:\n"));
    copy.replace("openapi.yaml", "\n  schemas:\n", &format!("\n  schemas:\n{SCHEMAS}"));
    copy.replace("openapi.yaml", "        maximum: 100\n", "        maximum: 50\n");
    copy.replace("openapi.yaml", "return, from 1 to 100.", "return, from 1 to 50.");
    copy.replace(
        "openapi.yaml",
        "description: What the task does.",
        "description: What the task is for.",
    );
    // A status of a task that is in progress, and a kind.
    copy.replace(
        "openapi.yaml",
        "        documented response has them.\n      enum:\n",
        "        documented response has them.\n      enum:\n        - held_back\n",
    );
    copy.replace(
        "openapi.yaml",
        "        ready: \"Legacy",
        "        held_back: It waits for another task.\n        ready: \"Legacy",
    );
    copy.replace(
        "openapi.yaml",
        "progress: [waiting, validating, queued, ",
        "progress: [waiting, validating, queued, held_back, ",
    );
    copy.replace(
        "openapi.yaml",
        "        - video\n",
        "        - hologram_video\n        - video\n",
    );
    fs::write(copy.path("crates/cli/tests/second_resource.rs"), PROGRAM).unwrap();

    // The next build has the new types, and says that the checked-in client is stale.
    let built = copy.succeeds(&["test", "--workspace", "--test", "second_resource"]);
    let warning = "generated/client.rs does not match openapi.yaml: run `cargo xtask codegen`";
    assert!(built.contains(warning), "no warning that the client is stale:\n{built}");

    let check = copy.cargo(&["xtask", "codegen", "--check"]);
    assert_eq!(check.status.code(), Some(1), "{}", output_of(&check));
    let codegen = copy.succeeds(&["xtask", "codegen"]);
    assert!(!codegen.contains("RUST_BACKTRACE"), "{codegen}");
    copy.succeeds(&["xtask", "codegen", "--check"]);

    copy.succeeds(&["build", "--workspace", "--examples"]);
    let tests = copy.tests();
    let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
    copy.succeeds(&[&["test", "--workspace", "--lib", "--bins"], &tests[..]].concat());

    // A mistake stops the build, with the place and what to write instead.
    copy.replace(
        "openapi.yaml",
        "\n  schemas:\n",
        "\n  schemas:\n    Wrong: { type: sting }\n",
    );
    let broken = copy.cargo(&["build", "--workspace"]);
    assert!(!broken.status.success());
    for part in [
        "`sting` is not a value of `type`",
        "openapi.yaml:",
        "did you mean `string`?",
    ] {
        assert!(
            output_of(&broken).contains(part),
            "`{part}` is not in:\n{}",
            output_of(&broken)
        );
    }
}
