//! What the generator makes of a document, and what a change of it means to those who use it.

use std::collections::BTreeSet;

use ittybit_spec::{Diagnostics, Document};
use ittybit_spec_diff::Bump;

/// The public items of the generated client: each with its owner, and whether it is deprecated.
pub fn surface(document: &Document) -> Result<BTreeSet<(String, bool)>, Diagnostics> {
    let client = ittybit_codegen::generate(document, "cargo xtask codegen")?;
    let listing = ittybit_codegen::surface(&client.code).expect("generated code is Rust");
    let mut owner = String::new();
    let mut items = BTreeSet::new();
    for line in listing.lines() {
        let deprecated = line.contains(" #[deprecated]");
        let line = without_serde(&line.replace(" #[deprecated]", ""));
        match line.strip_prefix("    ") {
            Some(member) => {
                items.insert((format!("{owner} / {member}"), deprecated));
            }
            None => {
                owner.clone_from(&line);
                items.insert((line, deprecated));
            }
        }
    }
    Ok(items)
}

/// How a field is written as JSON is no business of those who name it in Rust.
fn without_serde(line: &str) -> String {
    match line.split_once(" #[serde(") {
        Some((before, _)) => before.to_owned(),
        None => line.to_owned(),
    }
}

/// The bump that two surfaces ask for; `None` where they are the same.
pub fn verdict(old: &BTreeSet<(String, bool)>, new: &BTreeSet<(String, bool)>) -> Option<Bump> {
    let names =
        |items: &BTreeSet<(String, bool)>| -> BTreeSet<String> { items.iter().map(|(name, _)| name.clone()).collect() };
    let (old_names, new_names) = (names(old), names(new));
    if old_names.difference(&new_names).next().is_some() {
        Some(Bump::Major)
    } else if old != new {
        Some(Bump::Minor)
    } else {
        None
    }
}
