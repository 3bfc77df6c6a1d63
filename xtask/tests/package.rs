//! `cargo xtask codegen --out FOLDER`: the crate builds without edits, and edits of it are kept.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Folder, shared};

const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets <b>& more, version: 1.0.0 }
servers: [{ url: https://api.example.com }]
security: [{ key: [] }]
paths:
  /pets/{id}:
    get:
      operationId: get_pet
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: It is there. } }
components:
  securitySchemes:
    key: { type: http, scheme: bearer }
";

const CODEGEN: [&str; 5] = ["codegen", "--spec", "pets.yaml", "--out", "pet-shop"];

/// Runs cargo in the crate, which must succeed without a warning.
fn cargo(folder: &Folder, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--no-default-features"])
        .current_dir(folder.path.join("pet-shop"))
        .envs(shared())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let is_clean = output.status.success() && !errors.contains("warning");
    assert!(is_clean, "cargo {arguments:?}:\n{errors}");
}

#[test]
fn a_folder_becomes_a_crate_that_builds_and_keeps_edits() {
    let folder = Folder::new();
    folder.write("pets.yaml", PETS);
    let run = folder.run(&CODEGEN);
    assert_eq!(run.code, 0, "{run}");
    let client = folder.read("pet-shop/src/client.rs");
    assert!(client.contains(r#"env_prefix: "PET_SHOP""#), "{client}");
    // The versions of this workspace are available without a network.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.lock");
    folder.write("pet-shop/Cargo.lock", std::fs::read(lock).unwrap());
    // The first call of the README is compiled too.
    let readme = folder.read("pet-shop/README.md");
    let example = readme
        .split("```")
        .nth(1)
        .unwrap()
        .strip_prefix("rust,no_run\n")
        .unwrap();
    assert!(example.contains("client.get_pet("), "{example}");
    assert!(
        readme.ends_with("\n\n`from_env` reads `PET_SHOP_API_KEY`.\n"),
        "{readme}"
    );
    folder.write("pet-shop/examples/first.rs", example);
    folder.replace(
        "pet-shop/src/lib.rs",
        "mod client;",
        "/// Mine.\npub const EDITED: () = ();\n\nmod client;",
    );
    folder.replace(
        "pet-shop/Cargo.toml",
        "version = \"0.1.0\"\nedition",
        "version = \"7.0.0\"\nedition",
    );
    cargo(
        &folder,
        &["build", "--all-targets", "--features", "blocking,schemars,gzip"],
    );

    let edited = ["README.md", "Cargo.toml", "src/lib.rs"].map(|path| folder.read(&format!("pet-shop/{path}")));
    folder.replace("pets.yaml", "get_pet", "find_pet");
    let run = folder.run(&CODEGEN);
    assert_eq!(run.code, 0, "{run}");
    assert!(folder.read("pet-shop/src/client.rs").contains("fn find_pet"));
    let now = ["README.md", "Cargo.toml", "src/lib.rs"].map(|path| folder.read(&format!("pet-shop/{path}")));
    assert_eq!(edited, now);
    assert_eq!(folder.run(&[&CODEGEN[..], &["--check"]].concat()).code, 0);
}

#[test]
fn an_invalid_name_of_a_crate_is_an_error() {
    let folder = Folder::new();
    folder.write("pets.yaml", PETS);
    for name in [
        "2pets",
        "pets!",
        "fn",
        "std",
        "ittybit-runtime",
        "serde-json",
        "schemars",
        "tokio",
        "süß",
        "",
    ] {
        let run = folder.run(&[&CODEGEN[..], &["--name", name]].concat());
        assert_eq!(run.code, 1, "{name}: {run}");
        assert!(run.stderr.contains("cannot be the name of a crate"), "{name}: {run}");
        assert!(!folder.path.join("pet-shop").exists(), "{name}");
    }
    let run = folder.run(&[&CODEGEN[..], &["--name", "cats"]].concat());
    assert_eq!(run.code, 0, "{run}");
    assert!(folder.read("pet-shop/src/client.rs").contains(r#"env_prefix: "CATS""#));
}
