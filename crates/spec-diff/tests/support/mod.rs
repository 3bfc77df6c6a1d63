//! Cases: a document and what is changed of it; and what the generator makes of it.

use std::collections::BTreeSet;

use ittybit_spec::{Diagnostics, Document};
use ittybit_spec_diff::Bump;

pub const BASE: &str = include_str!("../base.yaml");

pub struct Case {
    pub title: String,
    hunks: Vec<(String, String)>,
}

/// The cases of a file.
pub fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(title) = line.strip_prefix("# ") {
            cases.push(Case {
                title: title.to_owned(),
                hunks: vec![Default::default()],
            });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with `# title`");
        if line == "@@" {
            case.hunks.push(Default::default());
            continue;
        }
        let (old, new) = case.hunks.last_mut().expect("a hunk");
        let (mark, rest) = line.split_at(1);
        if mark != "+" {
            old.push_str(rest);
            old.push('\n');
        }
        if mark != "-" {
            new.push_str(rest);
            new.push('\n');
        }
    }
    cases
}

impl Case {
    pub fn apply(&self, base: &str) -> String {
        let mut text = format!("\n{base}");
        for (old, new) in &self.hunks {
            let (old, new) = (format!("\n{old}"), format!("\n{new}"));
            let count = text.matches(&old).count();
            assert_eq!(
                count, 1,
                "`{}`: this stands in the base {count} times:{old}",
                self.title
            );
            text = text.replacen(&old, &new, 1);
        }
        text[1..].to_owned()
    }
}

pub fn document(name: &str, text: &str) -> Document {
    match Document::parse(name, text) {
        Ok(document) => document,
        Err(findings) => panic!("{findings}\n{text}"),
    }
}

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
