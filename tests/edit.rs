//! An edit of `openapi.yaml` is in the types at the next build, in a copy of this workspace.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Copies what git would: not what is built.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, to) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && name != ".git" {
                copy(&entry.path(), &to);
            }
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn check(workspace: &Path) -> Output {
    Command::new(env!("CARGO"))
        .args([
            "check",
            "--offline",
            "--package",
            "ittybit",
            "--example",
            "novel",
            "--no-default-features",
        ])
        .current_dir(workspace)
        // Either would replace the flags of `.cargo/config.toml`.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("edited"),
        )
        .output()
        .unwrap()
}

#[test]
fn the_next_build_has_the_new_type() {
    let directory = tempfile::tempdir().unwrap();
    let workspace = directory.path();
    copy(Path::new(env!("CARGO_MANIFEST_DIR")), workspace);
    let document = workspace.join("openapi.yaml");
    let before = fs::read_to_string(&document).unwrap();
    let place = "        progress:\n";
    assert!(before.contains(place));
    let novel = "        novel:\n          description: New.\n          allOf:\n            - $ref: \"#/components/schemas/Novel\"\n";
    let schema = "\n    Novel:\n      type: string\n      description: New.\n      enum: [fresh]\n      x-enum-descriptions:\n        fresh: New.\n";
    fs::write(&document, before.replace(place, &format!("{novel}{place}")) + schema).unwrap();
    let example = "//! Uses what the document has only now.\nfn main() {\n    let novel: fn(ittybit::Task) -> Option<ittybit::Novel> = |task| task.novel;\n    let _ = (novel, ittybit::Novel::Fresh);\n}\n";
    fs::write(workspace.join("examples/novel.rs"), example).unwrap();

    let output = check(workspace);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let warning = "generated/client.rs does not match openapi.yaml: run `cargo xtask codegen`";
    assert!(stderr.contains(warning), "no warning that the copy is stale:\n{stderr}");

    // A mistake stops the build, with the place and what to write instead.
    fs::write(
        &document,
        before.replace(
            "type: string\n          description: URL",
            "type: sting\n          description: URL",
        ),
    )
    .unwrap();
    let output = check(workspace);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for part in [
        "`sting` is no value of `type`",
        "openapi.yaml:",
        "did you mean `string`?",
    ] {
        assert!(stderr.contains(part), "`{part}` is not in:\n{stderr}");
    }
}
