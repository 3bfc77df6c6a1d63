//! The runtime knows no API, and what only generated code uses is in one module.

use std::path::{Path, PathBuf};

/// The sources of the crate, with their paths.
fn sources() -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            sources.push((path, text));
        }
    }
    assert!(sources.len() > 30, "{} files", sources.len());
    sources
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

#[test]
fn the_runtime_names_no_api() {
    let mut named = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            // The crate's own name is the one exception.
            let rest = line.replace("ittybit_runtime", "").to_lowercase();
            let names_type = words(line).any(|word| ["Task", "TaskKind", "TaskStatus", "list_tasks"].contains(&word));
            // As a text it is fine, as a header that is sent it is an assumption.
            let assumes_bearer = line.contains("\"Bearer ") && !path.ends_with("redact.rs");
            // The names of variables are those of the API.
            let names_variable = ["env::var(\"", "env::var_os(", "env!("]
                .iter()
                .any(|call| line.contains(call));
            if rest.contains("ittybit") || names_type || assumes_bearer || names_variable {
                named.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(named.is_empty(), "{}", named.join("\n"));
}

#[test]
fn what_only_generated_code_uses_is_in_one_hidden_module() {
    let sources = sources();
    let file = |name: &str| &sources.iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
    let [root, generated] = ["src/lib.rs", "src/generated.rs"].map(file);
    assert_eq!(root.matches("doc(hidden)").count(), 1);
    assert!(root.contains("#[doc(hidden)]\npub mod generated;"));
    let mut hidden = 0;
    for (path, text) in sources.iter().filter(|(path, _)| !path.ends_with("lib.rs")) {
        // A macro is at the root of the crate wherever it is written; a method is where its type is.
        let items = text.split("\n#[doc(hidden)]\n").skip(1);
        for item in items.filter(|item| !item.starts_with("#[macro_export]")) {
            let name = words(item)
                .find(|word| !["pub", "const", "fn", "struct", "trait"].contains(word))
                .unwrap();
            hidden += 1;
            assert!(
                words(generated).any(|word| word == name),
                "{name} of {}",
                path.display()
            );
            assert!(!words(root).any(|word| word == name), "{name} of {}", path.display());
        }
    }
    assert!(hidden > 4, "{hidden} items");
}
