//! Cases: a base document, and small changes of it.

use std::sync::OnceLock;

use ittybit_spec::Document;
use ittybit_spec_diff::{Report, diff};

pub const BASE: &str = include_str!("base.yaml");

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

/// The files in `changes`, each with its name and its cases.
pub fn case_files() -> Vec<(String, Vec<Case>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diff/changes");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let read = |file: std::path::PathBuf| {
        let text = std::fs::read_to_string(&file).expect("a file of cases");
        let name = file.file_name().expect("a file").to_string_lossy();
        (name.into_owned(), cases(&text))
    };
    files.into_iter().map(read).collect()
}

/// The cases of all files.
pub fn all_cases() -> Vec<Case> {
    case_files().into_iter().flat_map(|(_, cases)| cases).collect()
}

/// Each case with its report, and with the report of the reverse change.
pub fn reviewed() -> &'static [(Case, [Report; 2])] {
    static REVIEWED: OnceLock<Vec<(Case, [Report; 2])>> = OnceLock::new();
    REVIEWED.get_or_init(|| {
        let base = document("old.yaml", BASE);
        let reviewed = |case: Case| {
            let changed = document("new.yaml", &case.apply(BASE));
            (case, [review(&base, &changed), review(&changed, &base)])
        };
        all_cases().into_iter().map(reviewed).collect()
    })
}

impl Case {
    pub fn apply(&self, base: &str) -> String {
        let mut text = format!("\n{base}");
        for (old, new) in &self.hunks {
            let (old, new) = (format!("\n{old}"), format!("\n{new}"));
            let count = text.matches(&old).count();
            assert_eq!(count, 1, "`{}`: the base contains this {count} times:{old}", self.title);
            text = text.replacen(&old, &new, 1);
        }
        text[1..].to_owned()
    }
}

/// The report of a change, with its effect on the wire and on Rust.
pub fn review(old: &Document, new: &Document) -> Report {
    let mut report = diff(old, new);
    report.compare_clients(old, new);
    report
}

pub fn document(name: &str, text: &str) -> Document {
    match Document::parse(name, text) {
        Ok(document) => document,
        Err(findings) => panic!("{findings}\n{text}"),
    }
}
