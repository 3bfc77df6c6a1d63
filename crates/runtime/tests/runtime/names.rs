//! The runtime knows no API.

use std::path::Path;

#[test]
fn the_runtime_names_no_api() {
    let mut files = 0;
    let mut named = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
                // The crate's own name is the one exception.
                let rest = line.replace("ittybit_runtime", "").to_lowercase();
                let names_type = line
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| ["Task", "TaskKind", "TaskStatus", "list_tasks"].contains(&word));
                // As a text it is fine, as a header that is sent it is an assumption.
                let assumes_bearer = line.contains("\"Bearer ") && !path.ends_with("redact.rs");
                if rest.contains("ittybit") || names_type || assumes_bearer {
                    named.push(format!("{}:{}: {line}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(files > 30, "{files} files");
    assert!(named.is_empty(), "{}", named.join("\n"));
}
