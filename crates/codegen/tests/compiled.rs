//! What is generated is compiled together with the hand-written half of the client, and run.
//!
//! Copies of the client's package stand in for it, in which nothing is edited but the generated half.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{fence, generate, project, repository, rules};

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
    let mut shown = Vec::new();
    for (name, text) in rules() {
        let module = name.split('.').next().unwrap_or_default().to_owned();
        let code = generate(&name, &text).unwrap().code;
        package.write(&format!("rules/{module}.rs"), &code);
        modules.push_str(&format!("pub mod {module};\nconst _: &str = {module}::SERVER_URL;\n"));
        shown.extend(examples(&code).into_iter().map(|example| (module.clone(), example)));
    }
    package.write("rules/mod.rs", &modules);
    package.write("examples/shown.rs", &program(&shown));
    let lib = fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    package.write(
        "src/lib.rs",
        &format!("{lib}\n#[path = \"../rules/mod.rs\"]\npub mod rules;\n"),
    );
    package.cargo(&["clippy", "--lib", "--", "--deny", "warnings"]);
    package.cargo(&["doc", "--no-deps", "--document-private-items"]);
    let ran = package.cargo(&["run", "--example", "shown"]);
    assert!(shown.len() > 300, "{} examples were found", shown.len());
    assert_eq!(ran.lines().last(), Some(format!("{} examples", shown.len()).as_str()));
}

/// The examples in the docs of generated code, as rustdoc runs them.
fn examples(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    // The fence of the block of code that a line is in, its language, and the code.
    let mut within: Option<(&str, &str, String)> = None;
    for line in code.lines() {
        let line = line.trim_start().strip_prefix("///").unwrap_or_default();
        let line = line.strip_prefix(' ').unwrap_or(line);
        match &mut within {
            None => within = fence(line).map(|(ticks, language)| (ticks, language, String::new())),
            Some((ticks, _, _)) if fence(line) == Some((ticks, "")) => {
                let example = within.take().filter(|(_, language, _)| language.is_empty());
                found.extend(example.map(|(_, _, code)| code));
            }
            Some((_, _, code)) => code.push_str(&format!("{}\n", line.strip_prefix("# ").unwrap_or(line))),
        }
    }
    found
}

/// A program that runs all examples. Where they name an item of the client, it is that of their rule.
fn program(examples: &[(String, String)]) -> String {
    let mut program = String::from("//! Examples.\n#![allow(dead_code, deprecated, unused)]\n");
    for (index, (module, example)) in examples.iter().enumerate() {
        program.push_str(&format!(
            "mod example_{index} {{ mod ittybit {{
                pub use ::ittybit::{{blocking, operation, rules::{module}::{{builder, types::*}}, Client, Error, Timestamp}};
            }}
            pub fn run() -> Result<(), ::ittybit::Error> {{ {{ {example} }}; Ok(()) }} }}\n"
        ));
    }
    let runs: String = (0..examples.len())
        .map(|index| format!("example_{index}::run()?;\n"))
        .collect();
    program
        + &format!(
            "fn main() -> Result<(), ittybit::Error> {{ {runs} println!(\"{} examples\"); Ok(()) }}\n",
            examples.len()
        )
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
        package.write("Cargo.toml", &manifest_alone(&manifest, name));
        package.copy("src");
        package
    }

    fn copy(&self, folder: &str) {
        for entry in fs::read_dir(self.0.join(folder)).into_iter().flatten() {
            let path = Path::new(folder).join(entry.unwrap().file_name());
            // A module that became a folder would be there twice.
            if !repository().join(&path).exists() {
                let gone = self.0.join(path);
                let removed = if gone.is_dir() {
                    fs::remove_dir_all(gone)
                } else {
                    fs::remove_file(gone)
                };
                removed.unwrap();
            }
        }
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

/// The manifest of a package that is its own workspace, and has no dependencies but the client's. Its
/// version is its own, so that no other is taken for it in the target directory that they share.
fn manifest_alone(manifest: &str, name: &str) -> String {
    let mut alone = String::new();
    let mut kept = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            kept = !["[[", "[dev-dependencies]", "[profile.", "[target."]
                .iter()
                .any(|section| line.starts_with(section));
        }
        if kept && !line.starts_with("members = ") && !line.contains("path = \"crates/") {
            let line = line.replace("version = \"0.1.0\"", &format!("version = \"0.1.0-{name}\""));
            alone.push_str(&format!("{line}\n"));
        }
    }
    alone
        + "[dev-dependencies]\ntokio = { workspace = true, features = [\"macros\", \"rt\"] }\nserde_json.workspace = true\n"
}
