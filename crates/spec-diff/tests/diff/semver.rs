//! An independent check: compares the effect on Rust with the result of `cargo-semver-checks` for each case.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ittybit_spec::Document;
use ittybit_spec_diff::Bump;

use crate::cases::{BASE, all_cases, document, review};

/// A change that is major or minor for the tool has the same bump here. If a change is major only here, all names
/// that the tool checks are unchanged. A change may be minor only here, because the tool has no lint for additions.
///
/// `SEMVER_CASES` selects the cases whose titles contain one of several texts, separated by `|`.
#[test]
#[ignore = "takes many minutes, and needs cargo-semver-checks and the last commit"]
fn cargo_semver_checks_agrees() {
    let package = Package::new();
    let picked = std::env::var("SEMVER_CASES").unwrap_or_default();
    let base = Client::new(&package, "base", document("old.yaml", BASE)).expect("the base can be generated");
    let mut wrong = Vec::new();
    for (index, (_, case)) in all_cases().iter().enumerate() {
        if !picked.split('|').any(|text| case.title.contains(text)) {
            continue;
        }
        let changed = document("new.yaml", &case.apply(BASE));
        let Some(changed) = Client::new(&package, &format!("case{index}"), changed) else {
            continue;
        };
        if changed.code == base.code {
            continue;
        }
        for (arrow, old, new) in [("→", &base, &changed), ("←", &changed, &base)] {
            let ours = review(&old.document, &new.document).rust().unwrap_or(Bump::Patch);
            let (theirs, lints) = package.check(&old.rustdoc, &new.rustdoc);
            println!("{} {arrow} | {ours} | {theirs} | {}", case.title, lints.join(", "));
            let agrees =
                ours == theirs || (ours > theirs && (ours == Bump::Minor || old.names().is_subset(&new.names())));
            if !agrees {
                wrong.push(format!("`{}` {arrow} is {ours} here, {theirs} there", case.title));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

struct Client {
    document: Document,
    code: String,
    surface: String,
    rustdoc: PathBuf,
}

impl Client {
    fn new(package: &Package, name: &str, document: Document) -> Option<Self> {
        let client = ittybit_codegen::generate(&document, "cargo xtask codegen", "ittybit").ok()?;
        Some(Self {
            surface: ittybit_codegen::surface(&client.code).expect("generated code is Rust"),
            rustdoc: package.rustdoc(name, &client.code),
            code: client.code,
            document,
        })
    }

    /// The names of public items, without what the tool ignores: the types of members, type aliases, and derived
    /// traits.
    fn names(&self) -> BTreeSet<(&str, &str)> {
        let mut owner = "";
        let mut names = BTreeSet::new();
        for line in self.surface.lines().filter(|line| !line.starts_with("type ")) {
            let member = match line.strip_prefix("    ") {
                Some(member) => member.split(['(', ':', '=', '<']).next().unwrap_or_default(),
                None => {
                    owner = line.split(": ").next().unwrap_or_default();
                    ""
                }
            };
            names.insert((owner, member));
        }
        names
    }
}

/// A checkout of the client, to which the generated code is added as a module.
struct Package(PathBuf);

impl Package {
    fn new() -> Self {
        let package = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("semver"));
        if package.0.exists() {
            fs::remove_dir_all(&package.0).expect("to remove an old checkout");
        }
        let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        succeed(
            Command::new("git")
                .args(["clone", "--quiet", "--shared", repository])
                .arg(&package.0),
        );
        let lib = package.0.join("src/lib.rs");
        let text = fs::read_to_string(&lib).expect("the client's crate");
        fs::write(&lib, text + "\npub mod case;\n").expect("a file");
        package
    }

    fn rustdoc(&self, name: &str, code: &str) -> PathBuf {
        fs::write(self.0.join("src/case.rs"), code).expect("a file");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("semver-target");
        succeed(
            Command::new(env!("CARGO"))
                .args(["rustdoc", "--quiet", "--package", "ittybit", "--lib", "--offline"])
                .args(["--no-default-features", "--features", "blocking", "--"])
                .args(["-Zunstable-options", "--output-format=json", "--cap-lints=allow"])
                .args(["--document-private-items", "--document-hidden-items"])
                .current_dir(&self.0)
                // The format is not stable yet; the tool itself enables it like this.
                .env("RUSTC_BOOTSTRAP", "1")
                // Without the flags of this workspace, which would generate the client.
                .env("RUSTFLAGS", "")
                .env("CARGO_TARGET_DIR", &target),
        );
        let rustdoc = self.0.join(format!("{name}.json"));
        fs::rename(target.join("doc/ittybit.json"), &rustdoc).expect("what rustdoc wrote");
        rustdoc
    }

    /// The bump that the tool requires, and the lints that require it.
    fn check(&self, old: &Path, new: &Path) -> (Bump, Vec<String>) {
        let output = Command::new("cargo-semver-checks")
            .args(["semver-checks", "--release-type", "patch", "--color", "never"])
            .arg("--baseline-rustdoc")
            .arg(old)
            .arg("--current-rustdoc")
            .arg(new)
            .output()
            .expect("cargo-semver-checks is installed");
        let shown = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat();
        let lints = shown
            .lines()
            .filter_map(|line| line.strip_prefix("--- failure ")?.split_once(':'));
        let lints: Vec<String> = lints.map(|(lint, _)| lint.to_owned()).collect();
        let bump = if shown.contains("requires new major version") {
            Bump::Major
        } else if shown.contains("requires new minor version") {
            Bump::Minor
        } else {
            assert!(output.status.success(), "{shown}");
            Bump::Patch
        };
        (bump, lints)
    }
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("a program to run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{errors}");
}
