//! `docs/spec-review.md` lists every rule with its effects, and no other rule.

use std::collections::{BTreeMap, BTreeSet};

use ittybit_spec_diff::{Rule, Severity, rules};

use crate::cases::reviewed;

const POLICY: &str = include_str!("../../../../docs/spec-review.md");

/// The beginnings of the tables' headers.
const RULES: &str = "| Rule | Wire |";
const DIFFERENCES: &str = "| Rule | Here |";
const SCHEMA_RULES: &str = "| Rule of schemas | Request | Response |";

const BUMPS: [&str; 3] = ["major", "minor", "patch"];

const REQUEST: [&str; 3] = ["request-parameter", "request-body", "request-property"];
const RESPONSE: [&str; 3] = ["response-body", "response-property", "response-header"];

/// The rows of the tables whose header begins like this; each row is a list of cells.
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
        other => panic!("`{other}` is not a severity"),
    }
}

/// Every rule that the document lists, with its severity.
fn documented() -> BTreeMap<String, Severity> {
    let mut documented = BTreeMap::new();
    let mut add = |id: String, severity: Severity| {
        assert_eq!(documented.insert(id.clone(), severity), None, "`{id}` is listed twice");
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
fn the_document_lists_every_rule_and_no_other() {
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

/// The severities of the table of differences are those of the rules, and differ from oasdiff's.
#[test]
fn differing_severities_are_those_of_the_rules() {
    let documented = documented();
    for row in rows(DIFFERENCES) {
        let here = severity(&row[1]);
        assert_ne!(here, severity(&row[2]), "{row:?}");
        for id in names(&row[0]) {
            let ids: Vec<String> = match id.split_once("-…") {
                Some(("request", suffix)) => REQUEST.iter().map(|site| format!("{site}{suffix}")).collect(),
                Some((_, suffix)) => RESPONSE.iter().map(|site| format!("{site}{suffix}")).collect(),
                None => vec![id],
            };
            for id in ids {
                assert_eq!(documented.get(&id), Some(&here), "{id}");
            }
        }
    }
}

#[test]
fn each_row_has_an_example() {
    for header in [RULES, SCHEMA_RULES] {
        for row in rows(header) {
            assert!(row.last().is_some_and(|example| example.len() > 5), "{row:?}");
        }
    }
}

/// The row of a rule contains the effects on Rust that its cases have.
#[test]
fn each_row_has_the_effects_on_rust() {
    let mut listed: BTreeSet<(String, &str)> = BTreeSet::new();
    for header in [RULES, SCHEMA_RULES] {
        for row in rows(header) {
            let [.., rust, _] = row.as_slice() else {
                panic!("too few cells: {row:?}");
            };
            let words: Vec<&str> = rust.split(|letter: char| !letter.is_ascii_alphabetic()).collect();
            let bumps: Vec<&str> = BUMPS.into_iter().filter(|bump| words.contains(bump)).collect();
            assert!(!bumps.is_empty(), "{row:?}");
            listed.extend(
                names(&row[0])
                    .into_iter()
                    .flat_map(|id| bumps.iter().map(move |bump| (id.clone(), *bump))),
            );
        }
    }
    let changes = reviewed()
        .iter()
        .flat_map(|reviewed| &reviewed.reports)
        .flat_map(|report| &report.changes);
    let seen: BTreeSet<(String, &str)> = changes
        .filter_map(|change| Some((row_of(&change.id), change.rust?.as_str())))
        .collect();
    let missing: Vec<_> = seen.difference(&listed).collect();
    assert!(missing.is_empty(), "not listed: {missing:?}");
}

/// The name of a rule in the first cell of its row.
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
