//! Cases: a base document, and small changes of it.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::OnceLock;

use ittybit_spec::Document;
use ittybit_spec_diff::{Report, diff};

use crate::surface::surface;

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

/// The cases of all files in `changes`, each with the name of its file.
pub fn all_cases() -> Vec<(String, Case)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diff/changes");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let of_file = |file: PathBuf| {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a file of cases");
        cases(&text).into_iter().map(move |case| (name.clone(), case))
    };
    files.into_iter().flat_map(of_file).collect()
}

/// A case, and everything that takes long to find out about it.
pub struct Reviewed {
    pub file: String,
    pub case: Case,
    /// The reports of the change and of the reverse change.
    pub reports: [Report; 2],
    /// The public items of the client of the changed document, or why it has none.
    pub surface: Result<String, String>,
}

/// All cases. They are reviewed once for all tests, on every core.
pub fn reviewed() -> &'static [Reviewed] {
    static REVIEWED: OnceLock<Vec<Reviewed>> = OnceLock::new();
    REVIEWED.get_or_init(|| {
        let mut cases = all_cases();
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = cases.len().div_ceil(threads);
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            while !cases.is_empty() {
                let part: Vec<_> = cases.drain(..share.min(cases.len())).collect();
                running.push(scope.spawn(|| {
                    let base = document("old.yaml", BASE);
                    let reviewed = part.into_iter().map(|(file, case)| {
                        let changed = document("new.yaml", &case.apply(BASE));
                        let reports = [review(&base, &changed), review(&changed, &base)];
                        let surface = surface(&changed).map_err(|findings| {
                            let reason = findings.errors().next().map(|finding| finding.message().to_owned());
                            reason.unwrap_or_default()
                        });
                        Reviewed {
                            file,
                            case,
                            reports,
                            surface,
                        }
                    });
                    reviewed.collect::<Vec<_>>()
                }));
            }
            let parts = running.into_iter().map(|part| part.join().expect("reviews"));
            parts.flatten().collect()
        })
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
