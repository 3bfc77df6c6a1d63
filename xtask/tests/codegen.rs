//! Runs `cargo xtask codegen` as a maintainer does, and checks its output and the files that it writes.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use support::{Folder, Run, without_counts};

/// A document with one operation, and with a second server, which has no effect on the code.
const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers:
  - url: https://api.example.com
  - url: https://test.example.com
paths:
  /pets/{id}:
    get:
      operationId: get_pet
      description: One pet.
      parameters:
        - { name: id, in: path, required: true, description: Its id., schema: { type: string } }
      responses:
        '200':
          description: The pet.
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Pet' }
components:
  schemas:
    Pet:
      description: A pet.
      type: object
      required: [name]
      properties:
        name: { type: string, description: What it answers to. }
        age: { type: integer, description: In years., example: 3 }
";

impl Folder {
    /// A folder with `pets.yaml`.
    fn with_pets() -> Self {
        let folder = Self::new();
        folder.write("pets.yaml", PETS);
        folder
    }

    /// The contents and the modification time of every file.
    fn state(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut state = BTreeMap::new();
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let modified = fs::metadata(&path).unwrap().modified().unwrap();
                    state.insert(path.clone(), (fs::read(&path).unwrap(), modified));
                }
            }
        }
        state
    }

    /// Fails where any file was created, removed or written.
    #[track_caller]
    fn assert_untouched_since(&self, before: &BTreeMap<PathBuf, (Vec<u8>, SystemTime)>) {
        let now = self.state();
        let touched: BTreeSet<_> = now
            .keys()
            .chain(before.keys())
            .filter(|path| now.get(*path) != before.get(*path))
            .collect();
        assert!(touched.is_empty(), "touched: {touched:?}");
    }
}

const CODEGEN: [&str; 5] = ["codegen", "--spec", "pets.yaml", "--out", "pets.rs"];

fn codegen_with(more: &'static str) -> Vec<&'static str> {
    CODEGEN.into_iter().chain([more]).collect()
}

#[test]
fn help() {
    let folder = Folder::with_pets();
    insta::assert_snapshot!("help", folder.run(&["--help"]));
    insta::assert_snapshot!("help_codegen", folder.run(&["codegen", "--help"]));
    insta::assert_snapshot!("help_codegen_short", folder.run(&["codegen", "-h"]));
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = Folder::with_pets();
    let before = folder.state();

    let nothing = folder.run(&[]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    assert_eq!(nothing.stderr, folder.run(&["--help"]).stdout);

    insta::assert_snapshot!("spec_without_out", folder.run(&["codegen", "--spec", "pets.yaml"]));
    insta::assert_snapshot!("out_without_spec", folder.run(&["codegen", "--out", "pets.rs"]));
    insta::assert_snapshot!(
        "check_of_standard_output",
        folder.run(&["codegen", "--check", "--spec", "pets.yaml", "--out", "-"])
    );
    folder.assert_untouched_since(&before);
}

#[test]
fn writes_only_what_changes() {
    let folder = Folder::with_pets();

    let first = folder.run(&CODEGEN);
    let code = folder.read("pets.rs");
    let lines = code.lines().count();
    assert!(first.stdout.contains(&format!("1 type, {lines} lines\n")), "{first}");
    assert!(
        first.stdout.contains(&format!("created: pets.rs ({lines} lines)\n")),
        "{first}"
    );
    insta::assert_snapshot!("first", first);
    assert_eq!(
        code.lines().next(),
        Some("//! Generated from `pets.yaml` by `cargo xtask codegen --spec pets.yaml --out pets.rs`. Do not edit.")
    );
    assert!(code.contains("pub struct Pet"));

    let before = folder.state();
    insta::assert_snapshot!("second", folder.run(&CODEGEN));
    insta::assert_snapshot!("check_up_to_date", folder.run(&codegen_with("--check")));
    folder.assert_untouched_since(&before);

    folder.replace("pets.yaml", "age: {", "weight: {");
    insta::assert_snapshot!("changed", folder.run(&CODEGEN));
    assert!(folder.read("pets.rs").contains("pub weight"));
    // No temporary file is left.
    assert_eq!(folder.state().len(), 2);
}

#[test]
fn check_shows_the_difference_and_writes_nothing() {
    let folder = Folder::with_pets();
    folder.run(&CODEGEN);
    folder.replace("pets.yaml", "In years.", "In dog years.");
    let before = folder.state();
    insta::assert_snapshot!("check_stale", folder.run(&codegen_with("--check")));
    folder.assert_untouched_since(&before);
}

/// Control characters in a file that was edited have no effect on the terminal.
#[test]
fn check_shows_control_characters_escaped() {
    let folder = Folder::with_pets();
    folder.run(&CODEGEN);
    let code = folder.read("pets.rs");
    folder.write("pets.rs", format!("// \u{1b}[2J\u{202e}\rgone\n{code}"));
    let run = folder.run(&codegen_with("--check"));
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("-// \\u{1b}[2J\\u{202e}\\r"), "{run}");
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}', '\r']), "{run}");
}

#[test]
fn a_long_difference_is_shortened() {
    let folder = Folder::with_pets();
    let more = (0..99).map(|number| format!("        more_{number}: {{ type: string, description: More. }}\n"));
    fs::write(
        folder.path.join("pets.yaml"),
        PETS.to_owned() + &more.collect::<String>(),
    )
    .unwrap();
    let run = folder.run(&codegen_with("--check"));
    assert_eq!(run.code, 1);
    let (_, diff) = run
        .stdout
        .split_once("\n--- pets.rs (missing)\n+++ pets.rs (generated)\n")
        .unwrap();
    assert_eq!(diff.trim_end().lines().count(), 200 + 1);

    folder.run(&CODEGEN);
    let lines = folder.read("pets.rs").lines().count();
    // The header of the hunk is one of the lines shown.
    assert!(
        diff.ends_with(&format!("\n… {} lines not shown\n\n", lines + 1 - 200)),
        "{run}"
    );
}

/// The path item, the parameter and the schemas are each in a file of their own, in two folders.
#[test]
fn files_that_the_document_refers_to_are_part_of_the_client() {
    let folder = Folder::new();
    folder.write(
        "specs/api.yaml",
        "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers: [{ url: https://api.example.com }]
paths:
  /pets: { $ref: paths/pets.yaml }
",
    );
    folder.write(
        "specs/paths/pets.yaml",
        "\
get:
  operationId: list_pets
  parameters: [{ $ref: '../schemas/parameters.json#/colour' }]
  responses:
    '200':
      description: Every pet.
      content:
        application/json: { schema: { type: array, items: { $ref: '../schemas/pet.yaml#/Pet' } } }
",
    );
    folder.write(
        "specs/schemas/parameters.json",
        r#"{ "colour": { "name": "colour", "in": "query", "schema": { "$ref": "pet.yaml#/Colour" } } }"#,
    );
    folder.write(
        "specs/schemas/pet.yaml",
        "\
Pet: { type: object, properties: { name: { type: string }, colour: { $ref: '#/Colour' } } }
Colour: { type: string, enum: [black, white] }
",
    );
    let codegen = ["codegen", "--spec", "specs/api.yaml", "--out", "pet-shop"];
    let check = [&codegen[..], &["--check"]].concat();

    let run = folder.run(&codegen);
    assert_eq!(run.code, 0, "{run}");
    let client = folder.read("pet-shop/src/client.rs");
    for code in [
        "pub fn list_pets(",
        "pub struct Pet {",
        "pub enum Colour {",
        "Option<Colour>",
        "    White,",
    ] {
        assert!(client.contains(code), "`{code}` is missing:\n{client}");
    }
    let run = folder.run(&check);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");

    // An edit of any of the files makes the client stale.
    for (path, from, to, code) in [
        ("specs/schemas/pet.yaml", "white]", "white, grey]", "    Grey,"),
        (
            "specs/schemas/parameters.json",
            "\"name\": \"colour\"",
            "\"name\": \"coat\"",
            "coat",
        ),
        ("specs/paths/pets.yaml", "list_pets", "find_pets", "pub fn find_pets("),
    ] {
        let before = folder.read("pet-shop/src/client.rs");
        assert!(!before.contains(code), "{path}");
        folder.replace(path, from, to);
        let run = folder.run(&check);
        assert_eq!(run.code, 1, "{path}: {run}");
        assert!(run.stderr.contains("pet-shop/src/client.rs is stale"), "{path}: {run}");
        assert_eq!(folder.read("pet-shop/src/client.rs"), before, "{path}");

        assert_eq!(folder.run(&codegen).code, 0, "{path}");
        assert!(folder.read("pet-shop/src/client.rs").contains(code), "{path}");
        assert_eq!(folder.run(&check).code, 0, "{path}");
    }
}

#[test]
fn line_ends_of_the_document_change_nothing() {
    let folder = Folder::with_pets();
    folder.run(&CODEGEN);
    let before = folder.read("pets.rs");
    folder.write("pets.yaml", PETS.replace('\n', "\r\n"));
    let run = folder.run(&CODEGEN);
    assert!(run.stdout.ends_with("nothing changed\n"), "{run}");
    assert_eq!(folder.read("pets.rs"), before);
    assert!(!before.contains('\r'));
}

#[test]
fn mistakes_are_shown_with_their_place() {
    let folder = Folder::with_pets();
    folder.run(&CODEGEN);
    folder.replace("pets.yaml", "schemas/Pet'", "schemas/Pets'");
    folder.replace(
        "pets.yaml",
        "{ type: string, description: What",
        "{ type: text, description: What",
    );
    let before = folder.state();
    insta::assert_snapshot!("mistakes", folder.run(&CODEGEN));
    insta::assert_snapshot!(
        "no_document",
        folder.run(&["codegen", "--spec", "cats.yaml", "--out", "cats.rs"])
    );
    folder.assert_untouched_since(&before);
}

#[test]
fn parts_without_effect_are_listed() {
    let folder = Folder::with_pets();
    insta::assert_snapshot!("verbose", folder.run(&codegen_with("-v")));
}

#[test]
fn code_goes_to_standard_output() {
    let folder = Folder::with_pets();
    let before = folder.state();
    let printed = folder.run(&["codegen", "--spec", "pets.yaml", "--out", "-"]);
    assert_eq!(printed.code, 0);
    insta::assert_snapshot!("standard_output_summary", without_counts(&printed.stderr));
    folder.assert_untouched_since(&before);

    folder.run(&CODEGEN);
    let (header, code) = printed.stdout.split_once('\n').unwrap();
    assert!(
        header.contains("`cargo xtask codegen --spec pets.yaml --out -`"),
        "{header}"
    );
    assert_eq!(code, folder.read("pets.rs").split_once('\n').unwrap().1);
}

#[test]
fn colours_follow_the_terminal() {
    let folder = Folder::with_pets();
    let check = codegen_with("--check");
    let plain = folder.run(&check).to_string();
    assert!(!plain.contains('\x1b'));

    let coloured = Run::from(folder.command(&check).env("CLICOLOR_FORCE", "1").output().unwrap());
    assert!(coloured.stdout.contains("\x1b[32m+//! Generated from"));
    assert!(coloured.stderr.contains("\x1b["));

    let refused = folder
        .command(&check)
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert_eq!(Run::from(refused).to_string(), plain);
}

#[test]
fn the_header_names_no_folder_of_this_machine() {
    let folder = Folder::with_pets();
    folder.write("two words/.keep", "");
    let spec = folder.path.join("pets.yaml");
    let run = folder.run(&[
        "codegen",
        "--spec",
        spec.to_str().unwrap(),
        "--out",
        "two words/pet's.rs",
    ]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        folder.read("two words/pet's.rs").lines().next(),
        Some(
            r"//! Generated from `pets.yaml` by `cargo xtask codegen --spec pets.yaml --out 'two words/pet'\''s.rs'`. Do not edit."
        )
    );
}

#[test]
fn files_that_cannot_be_written_are_errors() {
    let folder = Folder::with_pets();
    let before = folder.state();
    let to = |out| folder.run(&["codegen", "--spec", "pets.yaml", "--out", out]);
    insta::assert_snapshot!("no_folder", to("none/pets.rs"));
    insta::assert_snapshot!("out_is_the_document", to("./pets.yaml"));
    insta::assert_snapshot!("control_character", to("two\nlines.rs"));
    folder.assert_untouched_since(&before);
}

#[cfg(unix)]
#[test]
fn links_are_kept_and_permissions_are_the_usual_ones() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::with_pets();
    folder.write("target.rs", "");
    std::os::unix::fs::symlink("target.rs", folder.path.join("pets.rs")).unwrap();
    folder.run(&CODEGEN);
    assert!(fs::symlink_metadata(folder.path.join("pets.rs")).unwrap().is_symlink());
    assert!(folder.read("target.rs").starts_with("//! Generated"));

    folder.run(&["codegen", "--spec", "pets.yaml", "--out", "new.rs"]);
    let mode = |path: &str| fs::metadata(folder.path.join(path)).unwrap().permissions().mode();
    assert_eq!(mode("new.rs"), mode("pets.yaml"));
}

/// A workspace with a package `ittybit` whose drift test lists the types of the generated code.
fn workspace() -> Folder {
    // The same folder in each run, so that cargo does not compile insta every time.
    let folder = Folder {
        path: Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspace"),
        _temporary: None,
    };
    if folder.path.exists() {
        fs::remove_dir_all(&folder.path).unwrap();
    }
    folder.write("openapi.yaml", PETS);
    folder.write("generated/.keep", "");
    folder.write(
        "Cargo.toml",
        "[workspace]\n\n[package]\nname = \"ittybit\"\nedition = \"2024\"\n\n[dev-dependencies]\ninsta = \"1.49\"\n",
    );
    folder.write("src/lib.rs", "");
    folder.write(
        "tests/drift.rs",
        r#"#[test]
fn types() {
    let code = include_str!("../generated/client.rs");
    let types: Vec<_> = code.lines().filter(|line| line.contains("pub struct ")).collect();
    insta::assert_snapshot!("types", types.join("\n"));
}
"#,
    );
    // The dependencies of this workspace, so that no registry is needed.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    folder.write("Cargo.lock", fs::read(lock).unwrap());
    folder
}

impl Folder {
    fn run_in_workspace(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).env("CARGO_NET_OFFLINE", "true").output();
        Run::from(output.unwrap())
    }
}

#[test]
fn a_workspace_with_drift_tests() {
    let folder = workspace();
    let snapshot = "tests/snapshots/drift__types.snap";
    insta::assert_snapshot!("workspace_first", folder.run_in_workspace(&["codegen"]));
    assert!(!folder.read(snapshot).contains("assertion_line"));
    assert!(folder.read(snapshot).contains("pub struct Pet {"));
    assert_eq!(
        folder.read("generated/client.rs").lines().next(),
        Some("//! Generated from `openapi.yaml` by `cargo xtask codegen`. Do not edit.")
    );

    let before = folder.state();
    insta::assert_snapshot!("workspace_second", folder.run_in_workspace(&["codegen"]));
    insta::assert_snapshot!("workspace_check", folder.run_in_workspace(&["codegen", "--check"]));
    folder.assert_untouched_since(&before);

    // Stale code.
    folder.replace("openapi.yaml", "schemas/Pet'", "schemas/Cat'");
    folder.replace("openapi.yaml", "    Pet:", "    Cat:");
    let before = folder.state();
    let check = folder.run_in_workspace(&["codegen", "--check"]);
    assert_eq!(check.code, 1);
    assert!(
        check
            .stdout
            .contains("\n-    pub struct Pet {\n+    pub struct Cat {\n"),
        "{check}"
    );
    assert_eq!(
        check.stderr,
        "error: 2 files are stale\nhelp: run `cargo xtask codegen`\n"
    );
    folder.assert_untouched_since(&before);
    insta::assert_snapshot!("workspace_changed", folder.run_in_workspace(&["codegen"]));
    assert!(folder.read(snapshot).contains("pub struct Cat {"));

    // Stale code is fixed; only a snapshot is stale.
    folder.replace(snapshot, "pub struct Cat {", "pub struct Dog {");
    let before = folder.state();
    insta::assert_snapshot!(
        "workspace_check_snapshot",
        folder.run_in_workspace(&["codegen", "--check"])
    );
    folder.assert_untouched_since(&before);
    let fixed = folder.run_in_workspace(&["codegen"]);
    assert!(
        fixed.stdout.ends_with(&format!("changed: {snapshot} (+1 −1)\n")),
        "{fixed}"
    );

    // A drift test that fails for another reason.
    folder.replace("openapi.yaml", "A pet.", "A cat.");
    folder.write(
        "tests/drift.rs",
        "#[test]\nfn fails() {\n    panic!(\"the pets are out\");\n}\n\n#[test]\nfn passes() {\n    insta::assert_snapshot!(\"passes\", \"new\");\n}\n",
    );
    let run = folder.run_in_workspace(&["codegen"]);
    assert_eq!(run.code, 1);
    // All other files are written.
    let made = "changed: generated/client.rs (+1 −1)\ncreated: tests/snapshots/drift__passes.snap (";
    assert!(run.stdout.contains(made), "{run}");
    assert!(
        run.stderr.ends_with(
            "error: 1 of the drift tests fails, so snapshots may be stale:\n\nfails: the pets are out\n\n\
             help: `cargo test --workspace --test drift` runs only these tests\n"
        ),
        "{run}"
    );
    assert!(!run.stderr.contains("panicked"), "{run}");
    assert!(folder.read("generated/client.rs").contains("/// A cat."));

    // A test with an inline snapshot.
    folder.write(
        "tests/drift.rs",
        "#[test]\nfn inline() {\n    insta::assert_snapshot!(1, @\"2\");\n}\n",
    );
    let before = folder.state();
    insta::assert_snapshot!("workspace_inline", folder.run_in_workspace(&["codegen"]));
    folder.assert_untouched_since(&before);
}

#[test]
fn without_cargo_the_error_shows_how_to_run_it() {
    let folder = Folder::with_pets();
    let output = folder
        .command(&["codegen"])
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap();
    let run = Run::from(output);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "error: run this program as `cargo xtask`\n")
    );
}

#[test]
fn a_closed_output_is_not_an_error() {
    let folder = Folder::with_pets();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = folder
        .command(&["codegen", "--spec", "pets.yaml", "--out", "-"])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(Run::from(output).stderr, "");
}
