//! Generated clients are compiled with the runtime, and run.

mod support;

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ittybit_emulator::Instances;
use ittybit_spec::Document;
use serde_json::{Value, json};
use support::{generate_for, project, repository, rules};
use syn::Item;

/// Operations that are added to this project's document: a list below a path parameter, a single resource, and a
/// request with a body.
const OPERATIONS: &str = include_str!("compiled/operations.yaml");
const SCHEMAS: &str = include_str!("compiled/schemas.yaml");
/// A program that uses these operations.
const PROGRAM: &str = include_str!("compiled/program.rs");
/// A document with everything that the project's document does not contain, and a program that uses all of it.
const CONSTRUCTS: &str = include_str!("compiled/constructs.yaml");
const CONSTRUCTS_PROGRAM: &str = include_str!("compiled/constructs.rs");

/// Sends the cases of these two documents.
const CASES: &str = include_str!("compiled/cases.rs");

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

/// What a value is read as does not depend on the order of a union's variants.
#[test]
fn the_order_of_variants_decides_nothing() {
    built().round_trip(REVERSED);
}

#[test]
fn the_cases_of_a_document_are_sent() {
    for name in ["ittybit", "constructs"] {
        built().run(&format!("cases_{name}"));
    }
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
const WITHOUT_INSTANCES: [&str; 10] = [
    "example::Endless",
    "name_taken::NamedOne2",
    "name_taken::NamedTwo",
    "union::Meant",
    "union::Means",
    "union::NamedCircle",
    "union::NamedFlat",
    // The emulator makes what is received, and it is only sent.
    "write_only::NewAccount",
    "constructs::NamedCircle",
    "constructs::NamedFlat",
];

/// The numbers of the instances that the emulator makes of a schema.
const INSTANCES: Range<u64> = 0..24;

/// A document and what is generated from it.
struct Source<'t> {
    file: &'t str,
    text: &'t str,
    /// The client.
    code: String,
    cases: String,
}

impl<'t> Source<'t> {
    /// `path` is that of the client's module.
    fn new(path: &str, file: &'t str, text: &'t str) -> Self {
        let document = Document::parse(file, text).unwrap();
        Self {
            file,
            text,
            code: generate_for(path, file, text).unwrap().code,
            cases: ittybit_codegen::cases(&document, "this test", path).unwrap(),
        }
    }

    /// The place in the document and the Rust path of each type.
    fn types(&self) -> Vec<(String, String)> {
        let types = self.cases.lines().filter_map(|line| {
            let (place, rest) = line
                .trim_start()
                .strip_prefix("(\"")?
                .split_once("\", generator.subschema_for::<")?;
            Some((place.to_owned(), rest.strip_suffix(">()),")?.to_owned()))
        });
        let is_known = |ty: &str| {
            WITHOUT_INSTANCES
                .iter()
                .any(|known| ty.ends_with(&format!("::{known}")) || ty == *known)
        };
        types.filter(|(_, ty)| !is_known(ty)).collect()
    }

    /// The document as the generator reads it.
    fn lowered(&self) -> Document {
        let document = Document::parse(self.file, self.text).unwrap();
        document.lowered().unwrap().document
    }

    /// Every type with instances of its schema, which the emulator makes: a call of `round_trip` for each.
    fn instances(&self) -> String {
        let instances = Instances::of(self.text).unwrap();
        let lowered = self.lowered();
        let mut calls = String::new();
        for (place, ty) in self.types() {
            let made = instances
                .numbered(&place, INSTANCES)
                .unwrap_or_else(|reason| panic!("{}: {ty}: {reason}", self.file));
            let of_parts = parts(&lowered, &place)
                .into_iter()
                .flat_map(|part| instances.numbered(&part, INSTANCES).unwrap_or_default());
            // Where a type may be null, its users have an `Option`.
            let made: Vec<Value> = made.into_iter().chain(of_parts).collect();
            let made = made.iter().filter(|instance| !instance.is_null());
            let made: Vec<String> = made.map(Value::to_string).collect();
            calls += &format!("    see(round_trip::<{ty}>({ty:?}, &{made:?}));\n");
        }
        calls
    }

    /// Every union with instances of each of its variants: a call of `variants` for each union.
    ///
    /// An instance that was made of one variant can be one of another, too: `{}` is both, where no property is
    /// required. So the variants that it may become are those that it is an instance of and that describe all of its
    /// properties. Where a discriminator decides, there is only one.
    fn variants(&self) -> String {
        let mut document = self.lowered().root().to_json();
        let mut declared = unions_of(&self.code);
        let mut unions = Vec::new();
        for (place, ty) in self.types() {
            let Some(names) = declared.remove(ty.rsplit("::").next().unwrap()) else {
                continue;
            };
            let union = document.pointer(&place).unwrap().clone();
            let (at, variants, has_tag) = variants_of(&union).unwrap_or_else(|| panic!("{ty} is no union"));
            assert_eq!(names.len(), variants.len(), "{}: {ty}", self.file);
            // The schema of the union with one variant, for each of them.
            for (name, variant) in names.iter().zip(variants) {
                let mut only = union.clone();
                *only.pointer_mut(&at).unwrap() = json!([variant]);
                document["components"]["schemas"][format!("{ty}.{name}")] = only;
            }
            unions.push((ty, names, has_tag));
        }
        assert!(
            declared
                .keys()
                .all(|name| WITHOUT_INSTANCES.iter().any(|known| known.ends_with(name))),
            "{declared:?}"
        );
        let instances = Instances::of(&document.to_string()).unwrap();
        let mut calls = String::new();
        for (ty, names, has_tag) in unions {
            let mut made = String::new();
            for name in &names {
                let place = |name: &str| format!("/components/schemas/{ty}.{name}");
                let of_variant = instances
                    .numbered(&place(name), INSTANCES)
                    .unwrap_or_else(|reason| panic!("{}: {reason}", self.file));
                for instance in of_variant.iter().filter(|instance| !instance.is_null()) {
                    let is_other = |other: &&String| {
                        let schema = &document["components"]["schemas"][format!("{ty}.{other}")];
                        let mut properties = instance.as_object().into_iter().flat_map(|members| members.keys());
                        !has_tag
                            && *other != name
                            && instances.fits(&place(other), instance)
                            && properties.all(|property| describes(&document, schema, property))
                    };
                    let may_be: Vec<&String> = std::iter::once(name).chain(names.iter().filter(is_other)).collect();
                    made += &format!("(&{may_be:?}, {:?}), ", instance.to_string());
                }
            }
            calls += &format!("    see(variants::<{ty}>({ty:?}, &[{made}]));\n");
        }
        calls
    }
}

/// Whether a schema, or a part of it, has this property.
fn describes(document: &Value, schema: &Value, property: &str) -> bool {
    let target = schema.get("$ref").and_then(Value::as_str);
    let referred = target.and_then(|target| document.pointer(target.trim_start_matches('#')));
    let kinds = ["allOf", "oneOf", "anyOf"].into_iter();
    let parts = kinds.filter_map(|kind| schema.get(kind)?.as_array()).flatten();
    schema["properties"].get(property).is_some()
        || parts.chain(referred).any(|part| describes(document, part, property))
}

/// The variants of the unions in a client's code, in their order.
fn unions_of(code: &str) -> HashMap<String, Vec<String>> {
    let file = syn::parse_file(code).unwrap();
    let types = file.items.into_iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => Some(module.content?.1),
        _ => None,
    });
    let enums = types.flatten().filter_map(|item| match item {
        Item::Enum(item) => Some(item),
        _ => None,
    });
    let unions = enums.filter_map(|mut item| {
        let unknown = item.variants.pop()?;
        let of_json = unknown.fields.iter().any(|field| match &field.ty {
            syn::Type::Path(ty) => ty.path.segments.last().is_some_and(|last| last.ident == "Value"),
            _ => false,
        });
        let names = item.variants.iter().map(|variant| variant.ident.to_string());
        (unknown.ident == "Unknown" && of_json).then(|| (item.ident.to_string(), names.collect()))
    });
    unions.collect()
}

/// Where a schema has the variants of its union, those that are not null, and whether a discriminator decides.
fn variants_of(schema: &Value) -> Option<(String, Vec<Value>, bool)> {
    let has_tag = schema.get("discriminator").is_some();
    for kind in ["oneOf", "anyOf"] {
        if let Some(variants) = schema.get(kind).and_then(Value::as_array) {
            let is_null = |variant: &&Value| variant["enum"] == json!([null]) || variant["type"] == "null";
            let variants = variants.iter().filter(|variant| !is_null(variant)).cloned().collect();
            return Some((format!("/{kind}"), variants, has_tag));
        }
    }
    let parts = schema.get("allOf")?.as_array()?;
    let mut found = parts.iter().enumerate().filter_map(|(index, part)| {
        let (at, variants, has_tag) = variants_of(part)?;
        Some((format!("/allOf/{index}{at}"), variants, has_tag))
    });
    found.next()
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
        let rules = rules();
        let mut reversed = Modules::new(REVERSED);
        for (name, letters) in RULES {
            let mut modules = Modules::new(name);
            for (file, text) in rules.iter().filter(|(file, _)| letters.contains(&first(file))) {
                modules.add(file, text);
                reversed.add_reversed(file, text);
            }
            all_instances.push(modules.write());
            members.push(name);
        }
        reversed.add_reversed("constructs.yaml", CONSTRUCTS);
        reversed.write();
        members.push(REVERSED);
        let extended = project().replace("\ncomponents:\n", &format!("{OPERATIONS}\ncomponents:\n")) + SCHEMAS;
        for (name, file, text, program) in [
            (
                "ittybit",
                "openapi.yaml",
                extended.as_str(),
                ("examples/program.rs", PROGRAM),
            ),
            (
                "constructs",
                "constructs.yaml",
                CONSTRUCTS,
                ("examples/constructs.rs", CONSTRUCTS_PROGRAM),
            ),
        ] {
            let package = Package::new(name);
            let source = Source::new(name, file, text);
            package.manifest();
            package.write("src/client.rs", &source.code);
            package.write(
                "src/lib.rs",
                "//! A generated client.\n#![deny(warnings)]\nmod client;\npub use client::*;\n",
            );
            package.write(program.0, program.1);
            package.write(&format!("examples/cases_{name}/cases.rs"), &source.cases);
            package.write(&format!("examples/cases_{name}/main.rs"), &CASES.replace("NAME", name));
            package.round_trip(&(source.instances() + &source.variants()));
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

/// The crate of the documents that have unions, with the variants in the other order.
const REVERSED: &str = "reversed";

/// A crate with a module for each of some documents.
struct Modules {
    name: &'static str,
    library: String,
    cases: String,
    instances: String,
}

impl Modules {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            library: String::from("//! A module for each document.\n#![deny(warnings)]\n"),
            cases: String::from("//! The cases of each document, which only have to compile.\n#![deny(warnings)]\n"),
            instances: String::new(),
        }
    }

    fn add(&mut self, file: &str, text: &str) {
        let module = file.split('.').next().unwrap_or_default();
        let source = Source::new(&format!("{}::{module}", self.name), file, text);
        let package = Package::new(self.name);
        package.write(&format!("src/{module}.rs"), &source.code);
        package.write(&format!("examples/cases_{}/{module}.rs", self.name), &source.cases);
        self.library += &format!("pub mod {module};\n");
        self.cases += &format!("mod {module};\n");
        self.instances += &source.instances();
        self.instances += &source.variants();
    }

    /// Adds a document that has unions, with their variants reversed.
    fn add_reversed(&mut self, file: &str, text: &str) {
        if ["oneOf", "anyOf"].iter().any(|kind| text.contains(kind)) {
            self.add(file, &support::json(Document::parse(file, text).unwrap().root(), true));
        }
    }

    /// Writes the crate, and returns its instances.
    fn write(self) -> String {
        let package = Package::new(self.name);
        package.manifest();
        package.write("src/lib.rs", &self.library);
        package.write(
            &format!("examples/cases_{}/main.rs", self.name),
            &(self.cases + "fn main() {}\n"),
        );
        package.round_trip(&self.instances);
        self.instances
    }
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
        let output = Command::new(&self.programs[program])
            .env("ITTYBIT_API_KEY", "key")
            .output()
            .unwrap();
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
futures-util = { version = "0.3", default-features = false }
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
