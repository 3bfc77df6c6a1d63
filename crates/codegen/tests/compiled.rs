//! Generated clients are compiled with the runtime, and run.

mod support;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

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

#[test]
fn every_rule_compiles_without_a_warning() {
    let package = Package::new("rules");
    let mut round_trips = String::new();
    let mut modules = String::from("//! A module for each rule.\n");
    for (name, text) in rules() {
        let module = name.split('.').next().unwrap_or_default().to_owned();
        let code = generate_for(&format!("rules::{module}"), &name, &text).unwrap().code;
        package.write(&format!("src/{module}.rs"), &code);
        modules.push_str(&format!("pub mod {module};\n"));
        round_trips += &instances(&format!("rules::{module}"), &name, &text);
    }
    package.write("src/lib.rs", &modules);
    // Cargo would compile nothing again, but the examples: for the same input their result is the same.
    let input = package.input(&round_trips);
    if package.stamp().is_some_and(|stamp| stamp == input) {
        return;
    }
    package.cargo(&["clippy", "--lib", "--", "--deny", "warnings"]);
    package.cargo(&["doc", "--no-deps", "--document-private-items"]);
    let tested = package.cargo(&["test", "--doc"]);
    let passed = tested.lines().filter_map(|line| {
        let (_, rest) = line.split_once("ok. ")?;
        rest.split_once(" passed")?.0.parse::<usize>().ok()
    });
    let passed: usize = passed.sum();
    assert!(passed > 300, "{passed} examples passed");
    package.round_trip(&round_trips);
    package.write(STAMP, &input);
}

#[test]
fn a_second_list_needs_no_rust() {
    let package = Package::new("ittybit");
    let document = project().replace("\ncomponents:\n", &format!("{OPERATIONS}\ncomponents:\n")) + SCHEMAS;
    package.write("src/client.rs", &generate("openapi.yaml", &document).unwrap().code);
    package.write(
        "src/lib.rs",
        "//! The client of a larger document.\nmod client;\npub use client::*;\n",
    );
    package.write("examples/program.rs", PROGRAM);
    let printed = package.cargo(&["run", "--example", "program"]);
    insta::assert_snapshot!(printed);
    package.round_trip(&instances("ittybit", "openapi.yaml", &document));
}

/// Unions, bodies, responses and styles: what is sent, and how responses are read.
#[test]
fn every_construct_is_sent_and_read() {
    let package = Package::new("constructs");
    let client = generate_for("constructs", "constructs.yaml", CONSTRUCTS).unwrap();
    package.write("src/client.rs", &client.code);
    package.write(
        "src/lib.rs",
        "//! The client of every construct.\nmod client;\npub use client::*;\n",
    );
    package.write("examples/constructs.rs", CONSTRUCTS_PROGRAM);
    let printed = package.cargo(&["run", "--example", "constructs"]);
    insta::assert_snapshot!(printed);
    package.round_trip(&instances("constructs", "constructs.yaml", CONSTRUCTS));
}

/// Types of which there are no instances: one that requires a value of itself, and those of a union's variants to which
/// the properties beside the union belong too. No schema describes these alone; the union has instances of them.
/// So it is with a schema that is meant otherwise than it says.
const WITHOUT_INSTANCES: [&str; 9] = [
    "rules::example::Endless",
    "rules::name_taken::NamedOne2",
    "rules::name_taken::NamedTwo",
    "rules::union::Meant",
    "rules::union::Means",
    "rules::union::NamedCircle",
    "rules::union::NamedFlat",
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

/// A crate with a generated client.
struct Package(PathBuf);

/// The file of a package with the input for which everything passed.
const STAMP: &str = "passed";

/// The manifest of a generated client.
const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.0.0"
edition = "2024"

[workspace]

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

# Nobody debugs these programs, and without its data they are made in less time.
[profile.dev]
debug = false
"#;

impl Package {
    fn new(name: &str) -> Self {
        let package = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        package.write(
            "Cargo.lock",
            &fs::read_to_string(repository().join("Cargo.lock")).unwrap(),
        );
        let runtime = repository().join("crates/runtime");
        let manifest = MANIFEST.replace("NAME", name);
        package.write(
            "Cargo.toml",
            &manifest.replace("RUNTIME", &runtime.display().to_string()),
        );
        package
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

    /// Reads and writes the instances of every type.
    fn round_trip(&self, instances: &str) {
        assert!(!instances.is_empty());
        let program = ROUND_TRIP.replace("    // Instances.\n", instances);
        self.write("examples/round_trip.rs", &program);
        self.cargo(&["run", "--example", "round_trip"]);
    }

    /// A hash of everything that decides whether the package passes: this test, the package, the runtime that it
    /// is compiled with, the versions of all else, and the compiler.
    fn input(&self, round_trips: &str) -> String {
        let rustc = Command::new("rustc").arg("-vV").output().unwrap();
        assert!(rustc.status.success());
        let mut hasher = DefaultHasher::new();
        (rustc.stdout, include_str!("compiled.rs"), ROUND_TRIP, round_trips).hash(&mut hasher);
        for file in ["Cargo.lock", "Cargo.toml", "rust-toolchain.toml"] {
            fs::read(repository().join(file)).ok().hash(&mut hasher);
        }
        for folder in [self.0.join("src"), repository().join("crates/runtime")] {
            hash_files(&folder, &mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    fn stamp(&self) -> Option<String> {
        fs::read_to_string(self.0.join(STAMP)).ok()
    }

    /// Runs cargo, and returns what it prints.
    fn cargo(&self, arguments: &[&str]) -> String {
        let (command, rest) = arguments.split_first().unwrap();
        let output = Command::new(env!("CARGO"))
            .arg(command)
            .args(["--offline", "--features", "blocking,schemars"])
            .args(rest)
            .current_dir(&self.0)
            .env("RUSTFLAGS", "")
            .env("RUSTDOCFLAGS", "--deny warnings")
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
