//! Generated clients are compiled with the runtime, and run.

mod support;

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ittybit_emulator::Instances;
use ittybit_spec::Document;
use serde_json::Value;
use support::{generate, generate_for, project, repository, rules};

/// Operations that are added to this project's document: a list below a path parameter, a single resource, and a
/// request with a body.
const OPERATIONS: &str = include_str!("compiled/operations.yaml");
const SCHEMAS: &str = include_str!("compiled/schemas.yaml");
/// A program that uses these operations.
const PROGRAM: &str = include_str!("compiled/program.rs");
/// A document with everything that the project's document does not contain, and a program that uses all of it.
const CONSTRUCTS: &str = include_str!("compiled/constructs.yaml");
const CONSTRUCTS_PROGRAM: &str = include_str!("compiled/constructs.rs");

/// Deserializes instances and serializes them again.
const ROUND_TRIP: &str = include_str!("compiled/round_trip.rs");

/// The crates of the rules, each with the first letters of those that it has. There are two, which are compiled and
/// tested at the same time: the compiler uses one core for most of a crate.
const RULES: [(&str, std::ops::RangeInclusive<char>); 2] = [("rules_a_to_m", 'a'..='m'), ("rules_n_to_z", 'n'..='z')];

#[test]
fn every_rule_compiles_without_a_warning() {
    let built = built();
    // Cargo would compile nothing again, but the examples: for the same input their result is the same.
    let stamp = Package::new("passed").0;
    if fs::read_to_string(&stamp).is_ok_and(|passed| passed == built.input) {
        return;
    }
    let passed: usize = std::thread::scope(|scope| {
        let mut running = Vec::new();
        for (name, _) in RULES {
            scope.spawn(move || Package::new(name).document(built));
            running.push(scope.spawn(move || {
                built.round_trip(name);
                Package::new(name).test_examples()
            }));
        }
        running.into_iter().map(|tests| tests.join().unwrap()).sum()
    });
    assert!(passed > 300, "{passed} examples passed");
    fs::write(stamp, &built.input).unwrap();
}

#[test]
fn a_second_list_needs_no_rust() {
    insta::assert_snapshot!(built().run("program"));
    built().round_trip("ittybit");
}

/// Unions, bodies, responses and styles: what is sent, and how responses are read.
#[test]
fn every_construct_is_sent_and_read() {
    insta::assert_snapshot!(built().run("constructs"));
    built().round_trip("constructs");
}

/// Types of which there are no instances: one that requires a value of itself, and those of a union's variants to which
/// the properties beside the union belong too. No schema describes these alone; the union has instances of them.
/// So it is with a schema that is meant otherwise than it says.
const WITHOUT_INSTANCES: [&str; 9] = [
    "rules_a_to_m::example::Endless",
    "rules_n_to_z::name_taken::NamedOne2",
    "rules_n_to_z::name_taken::NamedTwo",
    "rules_n_to_z::union::Meant",
    "rules_n_to_z::union::Means",
    "rules_n_to_z::union::NamedCircle",
    "rules_n_to_z::union::NamedFlat",
    "constructs::NamedCircle",
    "constructs::NamedFlat",
];

/// Every type of a client with instances of its schema, which the emulator makes: a call of `round_trip` for each.
fn instances(crate_name: &str, name: &str, text: &str) -> String {
    let instances = Instances::of(text).unwrap();
    let document = Document::parse(name, text).unwrap();
    let cases = ittybit_codegen::cases(&document, "", crate_name).unwrap();
    let lowered = document.lowered().unwrap().document;
    let types = cases.lines().filter_map(|line| {
        let (place, rest) = line
            .trim_start()
            .strip_prefix("(\"")?
            .split_once("\", generator.subschema_for::<")?;
        Some((place, rest.strip_suffix(">()),")?))
    });
    let mut calls = String::new();
    for (place, ty) in types.filter(|(_, ty)| !WITHOUT_INSTANCES.contains(ty)) {
        let made = instances
            .at(place)
            .unwrap_or_else(|reason| panic!("{name}: {ty}: {reason}"));
        let of_parts = parts(&lowered, place)
            .into_iter()
            .flat_map(|part| instances.at(&part).unwrap_or_default());
        // Where a type may be null, its users have an `Option`.
        let made: Vec<Value> = made.into_iter().chain(of_parts).collect();
        let made = made.iter().filter(|instance| !instance.is_null());
        let made: Vec<String> = made.map(Value::to_string).collect();
        calls += &format!("    see(round_trip::<{ty}>({ty:?}, &{made:?}));\n");
    }
    calls
}

/// The places of a union's variants, where these have all that a value needs.
fn parts(document: &Document, place: &str) -> Vec<String> {
    let Some(schema) = document.get(place) else {
        return Vec::new();
    };
    let more = ["properties", "allOf", "discriminator"];
    let kinds = ["oneOf", "anyOf"]
        .into_iter()
        .filter(|_| more.iter().all(|key| schema.get(key).is_none()));
    let parts = kinds.flat_map(|kind| {
        let count = schema
            .get(kind)
            .and_then(|parts| parts.as_array())
            .map_or(0, <[_]>::len);
        (0..count).map(move |index| format!("{place}/{kind}/{index}"))
    });
    parts.collect()
}

/// What cargo has made of the crates.
struct Built {
    /// The libraries of the crates and of what they depend on, by name.
    libraries: HashMap<String, PathBuf>,
    /// The programs by name.
    programs: HashMap<String, PathBuf>,
    /// A hash of what decides whether the rules pass.
    input: String,
}

/// All crates. One cargo builds them, so that both cores have work all the time.
fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut members = Vec::new();
        let mut all_instances = Vec::new();
        for (name, letters) in RULES {
            let package = Package::new(name);
            package.manifest();
            let mut instances = String::new();
            let mut library = String::from("//! A module for each rule.\n#![deny(warnings)]\n");
            for (file, text) in rules().iter().filter(|(file, _)| letters.contains(&first(file))) {
                let module = file.split('.').next().unwrap_or_default();
                let path = format!("{name}::{module}");
                package.write(
                    &format!("src/{module}.rs"),
                    &generate_for(&path, file, text).unwrap().code,
                );
                library.push_str(&format!("pub mod {module};\n"));
                instances += &self::instances(&path, file, text);
            }
            package.write("src/lib.rs", &library);
            package.round_trip(&instances);
            members.push(name);
            all_instances.push(instances);
        }
        let extended = project().replace("\ncomponents:\n", &format!("{OPERATIONS}\ncomponents:\n")) + SCHEMAS;
        for (name, client, instances, program) in [
            (
                "ittybit",
                generate("openapi.yaml", &extended),
                instances("ittybit", "openapi.yaml", &extended),
                ("examples/program.rs", PROGRAM),
            ),
            (
                "constructs",
                generate_for("constructs", "constructs.yaml", CONSTRUCTS),
                instances("constructs", "constructs.yaml", CONSTRUCTS),
                ("examples/constructs.rs", CONSTRUCTS_PROGRAM),
            ),
        ] {
            let package = Package::new(name);
            package.manifest();
            package.write("src/client.rs", &client.unwrap().code);
            package.write(
                "src/lib.rs",
                "//! A generated client.\nmod client;\npub use client::*;\n",
            );
            package.write(program.0, program.1);
            package.round_trip(&instances);
            members.push(name);
        }
        let workspace = Package::new("");
        workspace.write(
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
        );
        workspace.write(
            "Cargo.lock",
            &fs::read_to_string(repository().join("Cargo.lock")).unwrap(),
        );
        let printed = workspace.cargo(&[
            "build",
            "--workspace",
            "--lib",
            "--examples",
            "--message-format",
            "json-render-diagnostics",
        ]);
        let mut built = Built {
            libraries: HashMap::new(),
            programs: HashMap::new(),
            input: input(&all_instances),
        };
        for message in printed.lines() {
            let message: Value = serde_json::from_str(message).unwrap();
            let Some(name) = message["target"]["name"].as_str() else {
                continue;
            };
            let files = message["filenames"].as_array().into_iter().flatten();
            let mut files = files.filter_map(Value::as_str);
            if let Some(program) = message["executable"].as_str() {
                built.programs.insert(name.to_owned(), PathBuf::from(program));
            } else if let Some(library) = files.find(|file| file.ends_with(".rlib")) {
                built.libraries.insert(name.to_owned(), PathBuf::from(library));
            }
        }
        built
    })
}

fn first(name: &str) -> char {
    name.chars().next().unwrap()
}

/// A hash of everything that decides whether the rules pass: this test, their crates, the runtime that they are
/// compiled with, the versions of all else, and the compiler.
fn input(instances: &[String]) -> String {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    assert!(rustc.status.success());
    let mut hasher = DefaultHasher::new();
    (rustc.stdout, include_str!("compiled.rs"), ROUND_TRIP, instances).hash(&mut hasher);
    for file in ["Cargo.lock", "Cargo.toml", "rust-toolchain.toml"] {
        fs::read(repository().join(file)).ok().hash(&mut hasher);
    }
    for (name, _) in RULES {
        hash_files(&Package::new(name).0.join("src"), &mut hasher);
    }
    hash_files(&repository().join("crates/runtime"), &mut hasher);
    format!("{:016x}", hasher.finish())
}

impl Built {
    /// What a program prints.
    fn run(&self, program: &str) -> String {
        let output = Command::new(&self.programs[program]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}:\n{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Reads and writes the instances of every type of a crate.
    fn round_trip(&self, package: &str) {
        self.run(&format!("round_trip_{package}"));
    }
}

/// A crate with a generated client.
struct Package(PathBuf);

/// The manifest of a generated client.
const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.0.0"
edition = "2024"

[features]
blocking = ["ittybit-runtime/blocking"]
schemars = ["dep:schemars", "ittybit-runtime/schemars"]

[dependencies]
ittybit-runtime = { path = "RUNTIME" }
schemars = { version = "1", optional = true }
serde = { version = "1", features = ["derive"] }
serde_json = "1"

[dev-dependencies]
tokio = { version = "1", features = ["macros", "rt"] }
"#;

/// The features that the crates are compiled with.
const FEATURES: [&str; 2] = ["blocking", "schemars"];

impl Package {
    fn new(name: &str) -> Self {
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated").join(name))
    }

    fn name(&self) -> &str {
        self.0.file_name().unwrap().to_str().unwrap()
    }

    fn manifest(&self) {
        let runtime = repository().join("crates/runtime");
        let manifest = MANIFEST.replace("NAME", self.name());
        self.write(
            "Cargo.toml",
            &manifest.replace("RUNTIME", &runtime.display().to_string()),
        );
    }

    /// Writes a file, unless it has this content already: then cargo does not compile it again.
    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the program that reads and writes the instances of every type.
    fn round_trip(&self, instances: &str) {
        assert!(!instances.is_empty());
        let program = ROUND_TRIP.replace("    // Instances.\n", instances);
        self.write(&format!("examples/round_trip_{}.rs", self.name()), &program);
    }

    /// Writes the pages of the docs, without a warning. `cargo doc` would compile all dependencies once more, only to
    /// check them.
    fn document(&self, built: &Built) {
        let mut rustdoc = Command::new("rustdoc");
        rustdoc
            .args(["src/lib.rs", "--edition", "2024", "--crate-name", self.name()])
            .args(["--document-private-items", "--deny", "warnings"])
            .arg("--check-cfg")
            .arg(format!(
                "cfg(feature, values({}))",
                FEATURES.map(|name| format!("{name:?}")).join(", ")
            ))
            .args(
                FEATURES
                    .iter()
                    .flat_map(|feature| ["--cfg".to_owned(), format!("feature={feature:?}")]),
            )
            .arg("--out-dir")
            .arg(self.0.join("doc"));
        let dependencies = built.libraries["serde_json"].parent().unwrap();
        rustdoc.arg("-L").arg(format!("dependency={}", dependencies.display()));
        for name in ["ittybit_runtime", "schemars", "serde", "serde_json"] {
            rustdoc
                .arg("--extern")
                .arg(format!("{name}={}", built.libraries[name].display()));
        }
        // Cargo sets these, which a client sends.
        rustdoc
            .env("CARGO_PKG_NAME", self.name())
            .env("CARGO_PKG_VERSION", "0.0.0");
        let output = rustdoc.current_dir(&self.0).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{rustdoc:?}:\n{errors}");
    }

    /// Compiles and runs the examples in the docs, and returns how many passed.
    fn test_examples(&self) -> usize {
        let tested = self.cargo(&["test", "--doc"]);
        let passed = tested.lines().filter_map(|line| {
            let (_, rest) = line.split_once("ok. ")?;
            rest.split_once(" passed")?.0.parse::<usize>().ok()
        });
        passed.sum()
    }

    /// Runs cargo, and returns what it prints.
    fn cargo(&self, arguments: &[&str]) -> String {
        let (command, rest) = arguments.split_first().unwrap();
        let output = Command::new(env!("CARGO"))
            .arg(command)
            .args(["--offline", "--features", &FEATURES.join(",")])
            .args(rest)
            .current_dir(&self.0)
            .env("RUSTFLAGS", "")
            // The lints of clippy, of a build: `cargo clippy` would compile all dependencies once more, only to check
            // them.
            .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
            .env("CARGO_INCREMENTAL", "0")
            // Nobody debugs these programs, and without its data they are made in less time.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // All tests that compile something share this folder, so that dependencies are built once.
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("copies"),
            )
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "cargo {arguments:?} in {}:\n{printed}{errors}",
            self.0.display()
        );
        printed
    }
}

/// The names and contents of all files in a folder.
fn hash_files(folder: &Path, hasher: &mut impl Hasher) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        path.hash(hasher);
        match path.is_dir() {
            true => hash_files(&path, hasher),
            false => fs::read(&path).unwrap().hash(hasher),
        }
    }
}
