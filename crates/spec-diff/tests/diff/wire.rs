//! Pairs of small documents with the expected effects on the wire: `wire.patch`.
//!
//! A case is a title, two documents in the form that `diff` writes, and the expected report: lines with `>` for
//! the change from the old document to the new one, and lines with `<` for the reverse change. The first of these
//! lines is the effect of all changes together.

use std::collections::BTreeSet;
use std::fmt::Write;

use ittybit_spec_diff::{Options, Report, diff_with};

use crate::cases::document;

const PAIRS: &str = include_str!("wire.patch");

pub struct Pair {
    title: String,
    old: String,
    new: String,
    there: Vec<String>,
    back: Vec<String>,
}

pub fn pairs() -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    for line in PAIRS.lines().filter(|line| !line.is_empty()) {
        let (mark, rest) = line.split_at(1);
        if mark == "#" {
            pairs.push(Pair {
                title: rest.trim().to_owned(),
                old: String::new(),
                new: String::new(),
                there: Vec::new(),
                back: Vec::new(),
            });
            continue;
        }
        let pair = pairs.last_mut().expect("a pair begins with `# title`");
        match mark {
            ">" => pair.there.push(rest.trim().to_owned()),
            "<" => pair.back.push(rest.trim().to_owned()),
            " " | "-" | "+" => {
                if mark != "+" {
                    let _ = writeln!(pair.old, "{rest}");
                }
                if mark != "-" {
                    let _ = writeln!(pair.new, "{rest}");
                }
            }
            other => panic!("`{other}` begins no line: {line}"),
        }
    }
    pairs
}

impl Pair {
    /// The reports of the change and of the reverse change.
    pub fn reports(&self) -> [Report; 2] {
        let (old, new) = (document("old.yaml", &self.old), document("new.yaml", &self.new));
        let mut options = Options::default();
        options.today = "2027-01-01".parse().expect("a date");
        options.sunset_days = if self.title.contains("90 days") { 90 } else { 0 };
        [diff_with(&old, &new, &options), diff_with(&new, &old, &options)]
    }
}

fn reported(report: &Report) -> Vec<String> {
    let mut lines = vec![report.wire().to_string()];
    lines.extend(
        report
            .changes
            .iter()
            .map(|change| format!("{} {}", change.severity, change.id)),
    );
    lines
}

#[test]
fn each_pair_has_the_expected_report() {
    let pairs = pairs();
    assert!(pairs.len() > 50);
    let titles: BTreeSet<&str> = pairs.iter().map(|pair| pair.title.as_str()).collect();
    assert_eq!(titles.len(), pairs.len(), "two pairs have one title");
    let mut wrong = String::new();
    for pair in &pairs {
        let reports = pair.reports();
        for (mark, expected, report) in [(">", &pair.there, &reports[0]), ("<", &pair.back, &reports[1])] {
            // The reverse change is optional in a case.
            if mark == "<" && expected.is_empty() {
                continue;
            }
            let found = reported(report);
            if found != *expected {
                let _ = writeln!(wrong, "# {}", pair.title);
                for line in &found {
                    let _ = writeln!(wrong, "{mark} {line}");
                }
                for change in &report.changes {
                    let _ = writeln!(
                        wrong,
                        "    {} {}: {}",
                        change.id,
                        change.place().pointer,
                        change.message
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
