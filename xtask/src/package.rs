//! A crate with a generated client, which `cargo xtask codegen --out FOLDER` writes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use ittybit_codegen::Client;
use ittybit_spec::{Document, Node};

use crate::output::{self, Change, Mode};

/// The folder of the runtime, which generated crates depend on by path.
///
/// # Errors
/// The sources that this program was built from have been moved or deleted.
pub fn runtime() -> Result<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .with_file_name("crates")
        .join("runtime");
    fs::canonicalize(&path).with_context(|| format!("the runtime is not at `{}`", path.display()))
}

/// `Cargo.toml` of a crate with a generated client, whose runtime is at a path. The version of the runtime, that of
/// this workspace, is needed to publish the crate: a registry ignores the path.
pub fn manifest(name: &str, runtime: &Path) -> String {
    format!(
        r#"[package]
name = "{name}"
version = "0.1.0"
edition = "2024"
rust-version = "1.90"

[features]
default = ["rustls"]
## TLS by rustls, with the platform's certificate store.
rustls = ["ittybit-runtime/rustls"]
## TLS by the platform: SChannel, Secure Transport or OpenSSL. Used where both are enabled.
native-tls = ["ittybit-runtime/native-tls"]
## A client whose calls block, for programs without an async runtime.
blocking = ["ittybit-runtime/blocking"]
## Requests compressed responses.
gzip = ["ittybit-runtime/gzip"]
## `schemars::JsonSchema` on every type of the API.
schemars = ["dep:schemars", "ittybit-runtime/schemars"]

[dependencies]
ittybit-runtime = {{ version = "{}", path = {:?}, default-features = false }}
schemars = {{ version = "1", optional = true }}
serde = {{ version = "1", features = ["derive"] }}
serde_json = "1"

[dev-dependencies]
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}
"#,
        env!("CARGO_PKG_VERSION"),
        runtime.display()
    )
}

/// The name of a crate: the given one, or that of its folder.
///
/// # Errors
/// A name that cargo or Rust does not allow.
pub fn name(given: Option<&str>, folder: &Path) -> Result<String> {
    let of_folder = || {
        let folder = std::path::absolute(folder).ok()?;
        Some(folder.file_name()?.to_str()?.to_lowercase().replace([' ', '.'], "-"))
    };
    let name = given.map(str::to_owned).or_else(of_folder).unwrap_or_default();
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    // Names that cargo allows, but that the generated code uses for other crates.
    let taken = [
        "core",
        "std",
        "alloc",
        "test",
        "proc_macro",
        "ittybit_runtime",
        "schemars",
        "serde",
        "serde_json",
        "tokio",
    ];
    let krate = name.replace('-', "_");
    let is_rust = syn::parse_str::<syn::Ident>(&krate).is_ok();
    ensure!(
        is_rust && name.chars().all(plain) && !taken.contains(&krate.as_str()),
        "`{name}` cannot be the name of a crate\nhelp: choose one with `--name`, of letters, digits and hyphens, \
         such as `--name pets`"
    );
    Ok(name)
}

/// Writes the crate. The client is always updated. All other files are written only once, since the user may edit
/// them.
///
/// # Errors
/// Files that cannot be read or written.
pub fn put(mode: Mode, folder: &Path, name: &str, document: &Document, client: &Client) -> Result<Vec<Change>> {
    let source = folder.join("src");
    if mode == Mode::Write {
        fs::create_dir_all(&source).with_context(|| format!("cannot make `{}`", source.display()))?;
    } else if !source.is_dir() {
        bail!(
            "there is no crate at `{}`\nhelp: run this without `--check`",
            folder.display()
        );
    }
    let title = title(document);
    // A workspace of its own: in a folder of another workspace, cargo would demand that it is a member.
    let manifest = format!("{}\n[workspace]\n", manifest(name, &between(folder, &runtime()?)?));
    let library = format!(
        "//! Client for {title}.\n\n#![forbid(unsafe_code)]\n\nmod client;\n\n#[doc(inline)]\npub use client::*;\n"
    );
    let mut changes = Vec::new();
    for (path, text) in [
        (folder.join("Cargo.toml"), manifest),
        (folder.join("README.md"), readme(name, &title, client)),
        (source.join("lib.rs"), library),
    ] {
        if !path.exists() {
            changes.extend(output::put(mode, &path, &text)?);
        }
    }
    changes.extend(output::put(mode, &source.join("client.rs"), &client.code)?);
    Ok(changes)
}

/// The document's title in one line, without characters that are markup in Markdown or rustdoc.
fn title(document: &Document) -> String {
    let title = document.get("/info/title").and_then(Node::as_str).unwrap_or_default();
    let plain = |char: char| char.is_alphanumeric() || " -_.,'/&()".contains(char);
    let plain: String = title.chars().map(|char| if plain(char) { char } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    match words.as_slice() {
        [] => "an API".to_owned(),
        words => words.join(" "),
    }
}

/// The relative path from one folder to another; the absolute path where they have no folder in common.
fn between(from: &Path, to: &Path) -> Result<PathBuf> {
    let from = fs::canonicalize(from).or_else(|_| std::path::absolute(from))?;
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    // Two folders that share only the root are unlikely to be moved together.
    if shared < 2 {
        return Ok(to.to_owned());
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    Ok(up.chain(to.components().skip(shared)).collect())
}

/// The README of the crate, with the example of its first method.
fn readme(name: &str, title: &str, client: &Client) -> String {
    let krate = name.replace('-', "_");
    let call: String = client.first_call.lines().map(|line| format!("    {line}\n")).collect();
    let names: Vec<String> = client.variables.iter().map(|name| format!("`{name}`")).collect();
    let variables = match names.is_empty() {
        true => String::new(),
        false => format!("\n`from_env` reads {}.\n", names.join(", ")),
    };
    format!(
        "# {name}\n\nClient for {title}. `src/client.rs` is generated; the other files are yours.\n\n\
         ```rust,no_run\nuse {krate}::Client;\n\n#[tokio::main]\nasync fn main() -> Result<(), {krate}::Error> {{\n    \
         let client = Client::from_env()?;\n{call}    Ok(())\n}}\n```\n{variables}"
    )
}
