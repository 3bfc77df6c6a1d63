//! The docs say what is there: every public item has an example, which `cargo test` compiles, what ARCHITECTURE.md and
//! the other documents name exists, and files import in one direction.

mod imports;

use std::path::{Path, PathBuf};

/// What is public in the runtime for generated code alone: its module `generated`.
const HIDDEN: [&str; 15] = [
    "argument.rs",
    "arguments.rs",
    "blocking/client.rs",
    "bounds.rs",
    "call.rs",
    "client",
    "generated.rs",
    "members.rs",
    "number.rs",
    "open_enum.rs",
    "page/pagination.rs",
    "request.rs",
    "style.rs",
    "transport/http_client.rs",
    "union.rs",
];

#[test]
fn every_public_item_has_an_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = root.join("crates/runtime/src");
    let hidden = HIDDEN.map(|path| runtime.join(path));
    assert!(hidden.iter().all(|path| path.exists()));
    let mut files = rust_files(&runtime);
    files.retain(|file| !hidden.iter().any(|hidden| file.starts_with(hidden)));
    files.extend(rust_files(&root.join("src")));
    files.push(root.join("generated/client.rs"));
    let (mut found, mut without) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut example = false;
        for line in text.lines() {
            let code = line.trim_start();
            if let Some(docs) = code.strip_prefix("///") {
                example |= docs.trim_start().starts_with("```");
            } else if ["$(", ")?"].contains(&code) {
                // Docs of a macro that are not always there.
            } else if code == "#[doc(hidden)]" {
                example = true;
            } else if !code.starts_with('#') {
                if is_public_item(code) && !is_shown_elsewhere(&file, code) && !is_union(&text, code) {
                    found += 1;
                    if !example {
                        without.push(format!("{}: {code}", file.strip_prefix(root).unwrap().display()));
                    }
                }
                example = false;
            }
        }
    }
    assert!(found > 150, "only {found} items were found");
    assert!(without.is_empty(), "without an example:\n{}", without.join("\n"));
}

/// In generated code the examples are on types and on the client's methods, which show a request and how it is
/// sent: not on each setter, on the builder of a request, and on what is the same without `async`.
fn is_shown_elsewhere(file: &Path, code: &str) -> bool {
    let is_setter = ["pub fn $setter(", "pub fn $field("].contains(&code);
    let is_request = [
        "pub const OPERATION:",
        "pub async fn send(self)",
        "pub fn send(self)",
        "pub async fn download(self)",
        "pub fn download(self)",
    ]
    .iter()
    .any(|item| code.starts_with(item))
        || code.starts_with("pub struct ") && code.contains("<C = Client>")
        || code.contains("self) ->") && code.contains("blocking::");
    is_setter || file.ends_with("generated/client.rs") && is_request
}

/// A union is shown by the types that have it.
fn is_union(text: &str, code: &str) -> bool {
    let name = code.strip_prefix("pub enum ").and_then(|rest| rest.split(' ').next());
    let mut unions = text.split("ittybit_runtime::union! {").skip(1);
    name.is_some_and(|name| unions.any(|union| union.trim_start().starts_with(&format!("{name},"))))
}

/// Fields and variants are no items, modules are shown by what is in them, and another name of a type by the type.
fn is_public_item(code: &str) -> bool {
    ["async fn", "const", "enum", "fn", "static", "struct", "trait"]
        .iter()
        .any(|kind| code.starts_with(&format!("pub {kind} ")))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The docs with paths of this repository. Those of the tutorial are of a crate that it makes, and its commands are run
/// by a test of their own.
const DOCS: [&str; 8] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "crates/cli/README.md",
    "docs/extensions.md",
    "docs/performance.md",
    "docs/spec-review.md",
];

/// A file or a folder of the workspace between backticks, a name in a file ("`name` in `file`"), or the target of a
/// link.
#[test]
fn the_docs_name_files_and_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for file in DOCS {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let mut folder = None;
        for line in text.lines() {
            let pieces: Vec<&str> = line.split('`').collect();
            match pieces.as_slice() {
                ["Inside ", inside, ":"] => folder = Some(root.join(inside)),
                [start, ..] if start.starts_with("##") => folder = None,
                _ => {}
            }
            // The first cell of a table of the files in a folder.
            if let Some(folder) = folder.as_ref().filter(|_| line.starts_with("| `")) {
                let files = line
                    .split(" | ")
                    .next()
                    .unwrap_or_default()
                    .split('`')
                    .skip(1)
                    .step_by(2);
                missing.extend(
                    files
                        .filter(|name| !folder.join(name).exists())
                        .map(|name| format!("{file}: `{name}`")),
                );
            }
            for (index, code) in pieces.iter().enumerate().skip(1).step_by(2) {
                if is_path(root, code) && !root.join(code).exists() {
                    missing.push(format!("{file}: `{code}`"));
                }
                let Some(of) = file_of(&pieces[index + 1..]).filter(|of| is_path(root, of)) else {
                    continue;
                };
                let of_text = || std::fs::read_to_string(root.join(of)).is_ok_and(|text| text.contains(code));
                if !root.join(of).join(code).exists() && !of_text() {
                    missing.push(format!("{file}: `{code}` in `{of}`"));
                }
            }
            for target in line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split([')', '#']).next())
            {
                let folder = root.join(file).parent().unwrap().to_owned();
                if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                    missing.push(format!("{file}: ({target})"));
                }
            }
        }
    }
    assert!(
        missing.is_empty(),
        "what these docs name does not exist:\n{}",
        missing.join("\n")
    );
}

/// Whether a text is a path from the root of the workspace.
fn is_path(root: &Path, text: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/._-".contains(char);
    let first = text.split_once('/').map(|(first, _)| first);
    text.chars().all(is_plain) && first.is_some_and(|first| !first.is_empty() && root.join(first).is_dir())
}

/// The file in "`a` and `b` in `file`", after `a` or `b`.
fn file_of<'t>(rest: &[&'t str]) -> Option<&'t str> {
    match rest {
        [" in ", file, ..] => Some(file),
        [" and ", _, rest @ ..] => file_of(rest),
        _ => None,
    }
}
