//! What is generated is compiled together with the hand-written half of the client, and run.
//!
//! Copies of the client's package stand in for it, in which nothing is edited but the generated half.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{generate, project, repository, rules};

/// Operations that the document of this project gets here: a list below a path parameter, one
/// resource, and a request with a body.
const OPERATIONS: &str = include_str!("compiled/operations.yaml");
const SCHEMAS: &str = include_str!("compiled/schemas.yaml");
/// A program that uses them.
const PROGRAM: &str = include_str!("compiled/program.rs");

#[test]
fn every_rule_compiles_without_a_warning() {
    let package = Package::new("rules");
    package.write(
        "generated/client.rs",
        &generate("openapi.yaml", &project()).unwrap().code,
    );
    let mut modules = String::from("//! A module for each rule.\n");
    for (name, text) in rules() {
        let module = name.split('.').next().unwrap_or_default().to_owned();
        let code = generate(&name, &text).unwrap().code;
        package.write(&format!("src/rules/{module}.rs"), &code);
        modules.push_str(&format!("pub mod {module};\nconst _: &str = {module}::SERVER_URL;\n"));
    }
    package.write("src/rules/mod.rs", &modules);
    let lib = fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    package.write("src/lib.rs", &format!("{lib}\npub mod rules;\n"));
    package.cargo(&["clippy", "--lib", "--", "--deny", "warnings"]);
    package.cargo(&["doc", "--no-deps", "--document-private-items"]);
}

#[test]
fn a_second_list_needs_no_rust() {
    let package = Package::new("extended");
    let document = project().replace("\ncomponents:\n", &format!("{OPERATIONS}\ncomponents:\n")) + SCHEMAS;
    package.write(
        "generated/client.rs",
        &generate("openapi.yaml", &document).unwrap().code,
    );
    package.write(
        "src/lib.rs",
        &fs::read_to_string(repository().join("src/lib.rs")).unwrap(),
    );
    package.write("examples/program.rs", PROGRAM);
    let printed = package.cargo(&["run", "--example", "program"]);
    insta::assert_snapshot!(printed);
}

/// A copy of the client's package, without what only its own tests need.
struct Package(PathBuf);

impl Package {
    fn new(name: &str) -> Self {
        let package = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        for file in ["build.rs", "Cargo.lock"] {
            package.write(file, &fs::read_to_string(repository().join(file)).unwrap());
        }
        let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
        package.write("Cargo.toml", &manifest_alone(&manifest));
        package.copy("src");
        package
    }

    fn copy(&self, folder: &str) {
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                self.copy(&path);
            } else if path != "src/lib.rs" {
                self.write(&path, &fs::read_to_string(entry.path()).unwrap());
            }
        }
    }

    /// Leaves a file alone that is as it should be, so that nothing is compiled again for it.
    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs cargo; what it prints.
    fn cargo(&self, arguments: &[&str]) -> String {
        let (command, rest) = arguments.split_first().unwrap();
        let output = Command::new(env!("CARGO"))
            .arg(command)
            .args(["--offline", "--no-default-features", "--features", "blocking,schemars"])
            .args(rest)
            .current_dir(&self.0)
            // Not the flags of this workspace, which would have the client generated from its document.
            .env("RUSTFLAGS", "")
            .env("RUSTDOCFLAGS", "--deny warnings")
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
            )
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "cargo {arguments:?} in {}:\n{errors}",
            self.0.display()
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The manifest of a package that is its own workspace, and has no dependencies but the client's.
fn manifest_alone(manifest: &str) -> String {
    let mut alone = String::new();
    let mut kept = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            kept = !["[[", "[dev-dependencies]", "[target."]
                .iter()
                .any(|section| line.starts_with(section));
        }
        if kept && !line.starts_with("members = ") && !line.contains("path = \"crates/") {
            alone.push_str(&format!("{line}\n"));
        }
    }
    alone
        + "[dev-dependencies]\ntokio = { workspace = true, features = [\"macros\", \"rt\"] }\nserde_json.workspace = true\n"
}
