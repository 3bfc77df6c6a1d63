//! A crate outside of the workspace: it depends on `ittybit` by path or from the package, builds
//! the checked-in client, and compiles nothing of the generator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What only the generator needs.
const GENERATOR: &[&str] = &[
    "ittybit-codegen",
    "ittybit-spec",
    "progenitor",
    "progenitor-impl",
    "typify",
    "typify-impl",
    "openapiv3",
    "prettyplease",
    "heck",
    "regex-automata",
    "saphyr-parser",
    "annotate-snippets",
];

/// Runs cargo as outside of the workspace: without the flags of its `.cargo/config.toml`.
fn cargo(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(directory)
        .env("RUSTFLAGS", "")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // One folder for all tests that compile, of every package: what they depend on is built once.
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("copies"),
        )
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "cargo {} failed:\n{stdout}{stderr}",
        arguments.join(" ")
    );
    stdout.into_owned()
}

/// It has turned off the default features, and TLS with them.
const MAIN: &str = r#"
fn main() {
    println!("{:?}", ittybit::TaskKind::from("video"));
    println!("{}", ittybit::Client::new("ittybit_example").unwrap_err());
}
"#;
const SAID: &str = "Video\n\
    this build has no TLS, so it cannot speak https: turn on the feature `rustls` or `native-tls` \
    of the crate, or pass an HTTP client that has TLS with `http_client`\n";

/// A folder that is the same in every run: cargo compiles what is in it again only if it has changed.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Writes a file, unless it has this content already.
fn write(path: &Path, content: &[u8]) {
    if fs::read(path).is_ok_and(|present| present == content) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Makes a folder have the files of another one, and no others.
fn mirror(from: &Path, to: &Path) {
    let names = |folder: &Path| -> Vec<_> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };
    let wanted = names(from);
    for name in names(to).iter().filter(|name| !wanted.contains(name)) {
        let path = to.join(name);
        match path.is_dir() {
            true => fs::remove_dir_all(path).unwrap(),
            false => fs::remove_file(path).unwrap(),
        }
    }
    for name in wanted {
        let path = from.join(&name);
        match path.is_dir() {
            true => mirror(&path, &to.join(&name)),
            false => write(&to.join(&name), &fs::read(&path).unwrap()),
        }
    }
}

/// A crate that uses the client, with the versions of the workspace's lock file. It has the features of `serde` and
/// `tokio` that a generated client with all features has: with others, everything that depends on them would be
/// compiled once more than for the other tests.
fn consumer(directory: &Path, client: &Path, patch: &str) {
    let manifest = format!(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\nittybit = {{ path = {client:?}, default-features = false }}\nschemars = \"1\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n{patch}"
    );
    write(&directory.join("Cargo.toml"), manifest.as_bytes());
    write(&directory.join("src/main.rs"), MAIN.as_bytes());
    fs::copy("Cargo.lock", directory.join("Cargo.lock")).unwrap();
}

/// The names of all packages that the crate compiles, build dependencies among them.
fn compiled(directory: &Path) -> Vec<String> {
    let tree = cargo(
        directory,
        &[
            "tree",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    );
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn assert_lean(directory: &Path) {
    let compiled = compiled(directory);
    assert!(compiled.iter().any(|name| name == "reqwest"), "{compiled:?}");
    let found: Vec<&String> = compiled
        .iter()
        .filter(|name| GENERATOR.contains(&name.as_str()))
        .collect();
    assert!(found.is_empty(), "the client's users compile {found:?}");
}

#[test]
fn by_path() {
    let directory = folder("by-path");
    consumer(&directory, Path::new(env!("CARGO_MANIFEST_DIR")), "");
    assert_lean(&directory);
    assert_eq!(cargo(&directory, &["run", "--quiet", "--offline"]), SAID);
}

#[test]
fn from_the_package() {
    let directory = tempfile::tempdir().unwrap();
    let packages = directory.path().join("packages");
    let packages = packages.to_str().unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = [
        "package",
        "--workspace",
        "--exclude",
        "xtask",
        "--no-verify",
        "--allow-dirty",
        "--offline",
        "--quiet",
    ];
    cargo(workspace, &[&package[..], &["--target-dir", packages]].concat());
    let unpacked: Vec<PathBuf> = fs::read_dir(Path::new(packages).join("package"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "crate"))
        .map(|package| {
            let status = Command::new("tar")
                .arg("-xzf")
                .arg(&package)
                .current_dir(directory.path())
                .status()
                .unwrap();
            assert!(status.success());
            // The times in a package are always the same, so cargo would not see a change.
            let name = package.file_stem().unwrap();
            let unpacked = folder("unpacked").join(name);
            mirror(&directory.path().join(name), &unpacked);
            unpacked
        })
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    let find = |name: &str| {
        let unpacked = unpacked.iter().find(|path| path.ends_with(format!("{name}-{version}")));
        unpacked.unwrap_or_else(|| panic!("`{name}` was not packaged"))
    };
    // As if these were published.
    let patch = format!(
        "[patch.crates-io]\nittybit-codegen = {{ path = {:?} }}\nittybit-runtime = {{ path = {:?} }}\nittybit-spec = {{ path = {:?} }}\n",
        find("ittybit-codegen"),
        find("ittybit-runtime"),
        find("ittybit-spec"),
    );
    let outside = folder("from-package");
    consumer(&outside, find("ittybit"), &patch);
    assert_lean(&outside);
    assert_eq!(cargo(&outside, &["run", "--quiet", "--offline"]), SAID);
}
