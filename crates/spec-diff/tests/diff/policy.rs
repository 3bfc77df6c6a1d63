//! `docs/spec-review.md` is the policy: it names every rule, with what it means, and no other.

use std::collections::BTreeMap;

use ittybit_spec_diff::{Rule, Severity, rules};

const POLICY: &str = include_str!("../../../../docs/spec-review.md");

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
    for row in rows("| Rule | Wire |") {
        for id in names(&row[0]) {
            add(id, severity(&row[1]));
        }
    }
    for row in rows("| Rule of schemas | Request | Response |") {
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
fn each_row_says_what_it_does_to_rust_and_has_an_example() {
    for header in ["| Rule | Wire |", "| Rule of schemas | Request | Response |"] {
        for row in rows(header) {
            let [.., rust, example] = row.as_slice() else {
                panic!("too few cells: {row:?}");
            };
            let bumps = ["major", "minor", "patch"];
            assert!(bumps.iter().any(|bump| rust.contains(bump)), "{row:?}");
            assert!(example.len() > 5, "{row:?}");
        }
    }
}
