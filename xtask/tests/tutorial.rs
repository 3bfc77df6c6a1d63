//! Runs the commands of `docs/your-own-api.md` in order, as a reader of the tutorial would.

#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Folder, shared};

const TUTORIAL: &str = include_str!("../../docs/your-own-api.md");

/// `cargo xtask` runs the program of this build. Other commands of cargo run without a network, and with the features
/// of the other tests. `cargo build` finds what `cargo check` does, and more.
const CARGO: &str = r#"
cargo() {
    if [ "$1" = xtask ]; then
        shift
        "$XTASK" "$@"
    else
        if [ "$1" = check ]; then
            shift
            set -- build "$@"
        fi
        command cargo "$@" --offline --no-default-features --features blocking,schemars
    fi
}
"#;

/// The code blocks: the language, the path of the file that may follow it, and the text.
fn blocks() -> impl Iterator<Item = (&'static str, Option<&'static str>, &'static str)> {
    TUTORIAL.split("```").skip(1).step_by(2).map(|block| {
        let (head, text) = block.split_once('\n').unwrap();
        match head.split_once(' ') {
            Some((language, file)) => (language, Some(file), text),
            None => (head, None, text),
        }
    })
}

#[test]
fn every_command_of_the_tutorial_succeeds() {
    let folder = Folder::new();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    // The runtime, in place of the one in the registry, which the packaged crate depends on.
    let runtime = workspace.join("crates/runtime");
    let patch = format!("[patch.crates-io]\nittybit-runtime = {{ path = {runtime:?} }}\n");
    folder.write(".cargo/config.toml", patch);
    // The tutorial runs commands in the clone of this repository, and writes files next to it.
    folder.write("clone/.keep", "");
    let path = |file: &str| file.strip_prefix("../").expect("a file beside the clone").to_owned();
    for (language, file, text) in blocks() {
        match (language, file) {
            ("toml", Some(file)) => folder.replace(&path(file), "[package]\n", text),
            (_, Some(file)) => folder.write(&path(file), text),
            ("sh", None) => {
                let output = Command::new("sh")
                    .args(["-euc", &format!("{CARGO}{text}")])
                    .current_dir(folder.path.join("clone"))
                    .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
                    .envs(shared())
                    .output()
                    .unwrap();
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{text}\n{errors}");
            }
            ("text", None) => {}
            (other, _) => panic!("what is a block of `{other}`?"),
        }
        // The versions of this workspace are available without a network.
        if folder.path.join("pet-shop/Cargo.toml").exists() && !folder.path.join("pet-shop/Cargo.lock").exists() {
            folder.write(
                "pet-shop/Cargo.lock",
                std::fs::read(workspace.join("Cargo.lock")).unwrap(),
            );
        }
    }
}
