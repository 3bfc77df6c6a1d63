//! `docs/spec-review.md` is the policy: it names every rule, with what it means, and no other.

use std::collections::{BTreeMap, BTreeSet};

use ittybit_spec_diff::{Rule, Severity, rules};

use crate::cases::reviewed;

const POLICY: &str = include_str!("../../../../docs/spec-review.md");

/// How the tables begin.
const RULES: &str = "| Rule | Wire |";
const SCHEMA_RULES: &str = "| Rule of schemas | Request | Response |";

const BUMPS: [&str; 3] = ["major", "minor", "patch"];

const REQUEST: [&str; 3] = ["request-parameter", "request-body", "request-property"];
const RESPONSE: [&str; 3] = ["response-body", "response-property", "response-header"];

/// The rows of the tables whose header begins like this, each as its cells.
fn rows(header: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in POLICY.lines() {
        inside = line.starts_with(header) || (inside && line.starts_with('|'));
        if inside && !line.starts_with(header) && !line.starts_with("| ---") {
            let line = line.trim_matches('|').replace("\\|", "\u{1}");
            rows.push(line.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect());
        }
    }
    assert!(!rows.is_empty(), "no table begins with `{header}`");
    rows
}

/// The names between backticks.
fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn severity(word: &str) -> Severity {
    match word {
        "info" => Severity::Info,
        "warning" => Severity::Warning,
        "error" => Severity::Error,
        other => panic!("`{other}` is no severity"),
    }
}

/// Every rule that the policy names, with its severity.
fn documented() -> BTreeMap<String, Severity> {
    let mut documented = BTreeMap::new();
    let mut add = |id: String, severity: Severity| {
        assert_eq!(
            documented.insert(id.clone(), severity),
            None,
            "`{id}` stands there twice"
        );
    };
    for row in rows(RULES) {
        for id in names(&row[0]) {
            add(id, severity(&row[1]));
        }
    }
    for row in rows(SCHEMA_RULES) {
        for suffix in names(&row[0]) {
            let suffix = suffix.trim_start_matches('…');
            for site in REQUEST {
                add(format!("{site}{suffix}"), severity(&row[1]));
            }
            for site in RESPONSE {
                add(format!("{site}{suffix}"), severity(&row[2]));
            }
            add(format!("schema{suffix}"), Severity::Info);
        }
    }
    documented
}

#[test]
fn the_policy_names_every_rule_and_no_other() {
    let documented: Vec<(String, Severity)> = documented().into_iter().collect();
    let mut known: Vec<(String, Severity)> = rules()
        .into_iter()
        .map(|Rule { id, severity, .. }| (id.into_owned(), severity))
        .collect();
    known.sort();
    let missing: Vec<_> = known.iter().filter(|rule| !documented.contains(rule)).collect();
    let extra: Vec<_> = documented.iter().filter(|rule| !known.contains(rule)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing: {missing:#?}\nextra: {extra:#?}"
    );
}

#[test]
fn each_row_has_an_example() {
    for header in [RULES, SCHEMA_RULES] {
        for row in rows(header) {
            assert!(row.last().is_some_and(|example| example.len() > 5), "{row:?}");
        }
    }
}

/// What a case does to Rust stands in the row of its rule.
#[test]
fn each_row_says_what_it_does_to_rust() {
    let mut told: BTreeSet<(String, &str)> = BTreeSet::new();
    for header in [RULES, SCHEMA_RULES] {
        for row in rows(header) {
            let [.., rust, _] = row.as_slice() else {
                panic!("too few cells: {row:?}");
            };
            let words: Vec<&str> = rust.split(|letter: char| !letter.is_ascii_alphabetic()).collect();
            let bumps: Vec<&str> = BUMPS.into_iter().filter(|bump| words.contains(bump)).collect();
            assert!(!bumps.is_empty(), "{row:?}");
            told.extend(
                names(&row[0])
                    .into_iter()
                    .flat_map(|id| bumps.iter().map(move |bump| (id.clone(), *bump))),
            );
        }
    }
    let changes = reviewed()
        .iter()
        .flat_map(|(_, reports)| reports)
        .flat_map(|report| &report.changes);
    let seen: BTreeSet<(String, &str)> = changes
        .filter_map(|change| Some((row_of(&change.id), change.rust?.as_str())))
        .collect();
    let untold: Vec<_> = seen.difference(&told).collect();
    assert!(untold.is_empty(), "not told: {untold:?}");
}

/// What stands in the first cell of the row of a rule.
fn row_of(id: &str) -> String {
    let named = rows(RULES)
        .iter()
        .any(|row| names(&row[0]).iter().any(|name| name == id));
    let sites = REQUEST.iter().chain(&RESPONSE).chain(&["schema"]);
    let suffix = sites.filter_map(|site| id.strip_prefix(site)).next();
    match suffix {
        Some(suffix) if !named => format!("…{suffix}"),
        _ => id.to_owned(),
    }
}
