//! Policies: approved changes, and severities of rules.

use std::collections::BTreeMap;

use ittybit_spec::Document;
use ittybit_spec_diff::{Policy, Report, Severity, Wire, diff, render};

use crate::cases::{BASE, Case, Reviewed, cases, document, review, reviewed};

fn report(old: &str, new: &str) -> Report {
    review(&document("old.yaml", old), &document("new.yaml", new))
}

fn policy(text: &str) -> Policy {
    Policy::parse(".spec-review.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn approval(fingerprint: &str) -> String {
    format!(
        "[[approved]]\nfingerprint = \"{fingerprint}\"\nreason = \"Nobody sends it.\"\nby = \"Ada\"\non = 2026-11-27\n\n"
    )
}

fn case(text: &str) -> Case {
    cases(text).remove(0)
}

fn fingerprints(report: &Report) -> Vec<(String, String)> {
    let mut all: Vec<_> = report
        .changes
        .iter()
        .map(|change| (change.id.to_string(), change.fingerprint.clone()))
        .collect();
    all.sort();
    all
}

/// A fingerprint does not depend on line numbers, comments and other changes.
#[test]
fn fingerprints_do_not_depend_on_lines() {
    let other = case("# other\n-  title: Pets\n+  title: Cats\n+  description: And more.\n");
    let base = document("old.yaml", BASE);
    let moved = document("old.yaml", &format!("# A comment.\n\n\n{BASE}"));
    for Reviewed { case, reports, .. } in reviewed() {
        let expected = fingerprints(&reports[0]);
        // Generating two clients takes long, and only these changes are found by it.
        let of_clients = |(id, _): &(String, String)| id == "rust-surface-changed" || id == "generation-refused";
        let again = |old: &Document, new: &str| {
            let new = document("new.yaml", new);
            fingerprints(&match expected.iter().any(of_clients) {
                true => review(old, &new),
                false => diff(old, &new),
            })
        };
        let (changed, title) = (case.apply(BASE), &case.title);
        assert_eq!(again(&moved, &changed), expected, "{title}");
        assert_eq!(again(&base, &format!("# More.\n{changed}")), expected, "{title}");
        if changed.contains("  title: Pets\n") {
            let also = again(&base, &other.apply(&changed));
            let missing: Vec<_> = expected.iter().filter(|one| !also.contains(one)).collect();
            assert!(missing.is_empty(), "{title}: {missing:?}");
        }
    }
}

/// A fingerprint does not depend on the order of a list, nor on what is inserted into it.
#[test]
fn fingerprints_do_not_depend_on_positions() {
    let limit = "{ name: limit, in: query, schema: { maximum: MAX } }";
    let body = |list: &str| {
        let content = format!("{{ application/json: {{ schema: {{ anyOf: {list} }} }} }}");
        format!("paths: {{ /pets: {{ post: {{ requestBody: {{ content: {content} }} }} }} }}")
    };
    let operation = |members: &str| format!("paths: {{ /pets: {{ get: {{ {members} }} }} }}");
    let server = "{ url: 'https://a.example', variables: { a: { default: MAX } } }";
    let lists = [
        operation(&format!("parameters: [{limit}, OTHERS]")),
        operation(&format!("parameters: [OTHERS, {limit}]")),
        operation(&format!("parameters: [{{ name: a, in: query }}, OTHERS, {limit}]")),
        "---".to_owned(),
        format!("servers: [{server}, {{ url: 'https://b.example' }}]"),
        format!("servers: [{{ url: 'https://b.example' }}, {server}]"),
        "---".to_owned(),
        body("[{ type: string }, { properties: { a: { maximum: MAX } } }]"),
        body("[{ properties: { a: { maximum: MAX } } }, { type: string }]"),
        body("[{ properties: { b: {} } }, { properties: { a: { maximum: MAX } } }, { type: string }]"),
        "---".to_owned(),
        operation("security: [{ a: [] }, { b: [s, 'MAX'] }]"),
        operation("security: [{ b: ['MAX', s] }, { a: [] }]"),
        "---".to_owned(),
        body("[{ title: One, enum: [a, 'MAX', b] }, { title: Two }]"),
        body("[{ title: Two }, { title: One, enum: ['MAX', a, b] }]"),
    ];
    for group in lists.split(|list| list == "---") {
        let found = group.iter().map(|list| {
            let list = list.replace("OTHERS", "{ name: after, in: query }");
            let all = fingerprints(&diff(
                &document("old.yaml", &list.replace("MAX", "9")),
                &document("new.yaml", &list.replace("MAX", "5")),
            ));
            assert!(!all.is_empty(), "{list}");
            all
        });
        let found: Vec<_> = found.collect();
        assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{group:?}: {found:?}");
    }
}

/// In one report, changes have the same fingerprint only if they have the same rule and place, in different operations.
#[test]
fn different_changes_have_different_fingerprints() {
    for Reviewed { case, reports, .. } in reviewed() {
        for report in reports {
            let mut known = BTreeMap::new();
            for change in &report.changes {
                let found = (&change.id, change.place());
                let first = *known.entry(&change.fingerprint).or_insert(found);
                assert_eq!(found, first, "{}", case.title);
            }
        }
    }
}

/// A change to another value has another fingerprint, and so does the reverse change.
#[test]
fn fingerprints_depend_on_values() {
    let to = |value: &str| {
        let case = case(&format!(
            "# bound\n-            maximum: 100\n+            maximum: {value}\n"
        ));
        case.apply(BASE)
    };
    let one = |old: &str, new: &str| report(old, new).changes[0].fingerprint.clone();
    assert_eq!(one(BASE, &to("50")), one(BASE, &to("50.0")), "the same number");
    assert_ne!(one(BASE, &to("50")), one(BASE, &to("60")));
    assert_ne!(one(BASE, &to("50")), one(&to("40"), &to("50")));
    assert_ne!(one(BASE, &to("50")), one(&to("50"), BASE));
}

#[test]
fn approved_changes_stay_in_the_report() {
    let changed = case(
        "# two\n-            maximum: 100\n+            maximum: 50\n@@\n-        weight:\n-          type: number\n",
    );
    let mut report = report(BASE, &changed.apply(BASE));
    let approved = &report.changes[0].fingerprint;
    let text = [approval(approved), approval("0123456789abcdef01234567")].concat();
    let before = (report.changes.len(), report.wire(), report.rust(), report.severity());
    report.apply(&policy(&text));
    assert_eq!(
        (report.changes.len(), report.wire(), report.rust(), report.severity()),
        before,
        "an approval changes no verdict"
    );
    assert_eq!(report.approved().count(), 1);
    assert_eq!(
        report.open().map(|change| change.severity).max(),
        Some(Severity::Warning)
    );
    assert_eq!((report.unmatched.len(), report.unmatched[0].line), (1, 7));
    insta::assert_snapshot!("approved_as_text", render::text(&report, false));
    insta::assert_snapshot!("approved_as_markdown", render::markdown(&report));
    insta::assert_snapshot!("approved_for_github", render::github(&report));
    insta::assert_snapshot!("approved_as_json", render::json(&report));
    let page = render::html(
        &report,
        &document("old.yaml", BASE),
        &document("new.yaml", &changed.apply(BASE)),
    );
    assert!(page.contains("<article class=\"change error approved\">"), "{page}");
    assert!(
        page.contains("<p class=\"approval\">approved by Ada on 2026-11-27: Nobody sends it.</p>"),
        "{page}"
    );
    for label in [
        "<label for=\"show-approved\">Approved <b>1</b>",
        "<label for=\"show-open\">Not approved <b>",
    ] {
        assert!(page.contains(label), "{label}: {page}");
    }
}

/// An approval that matches no change is reported, also if there are no changes at all.
#[test]
fn an_approval_without_a_change_is_reported() {
    let mut report = report(BASE, BASE);
    report.apply(&policy(&approval("0123456789abcdef01234567")));
    let base = document("base.yaml", BASE);
    for shown in [
        render::text(&report, false),
        render::markdown(&report),
        render::github(&report),
        render::json(&report),
        render::html(&report, &base, &base),
    ] {
        assert!(shown.contains("0123456789abcdef01234567"), "{shown}");
    }
}

#[test]
fn severities_of_rules() {
    let changed = case("# bound\n-            maximum: 100\n+            maximum: 50\n").apply(BASE);
    let mut graver = report(&changed, BASE);
    assert_eq!(graver.wire(), Wire::Compatible);
    graver.apply(&policy("[severity]\nrequest-parameter-max-increased = 'error'\n"));
    assert_eq!(
        (graver.severity(), graver.wire()),
        (Some(Severity::Error), Wire::Breaking)
    );
    assert_eq!(graver.changes[0].overruled, Some(Severity::Info));

    let mut milder = report(BASE, &changed);
    milder.apply(&policy("severity = { request-parameter-max-decreased = 'info' }\n"));
    assert_eq!(
        (milder.severity(), milder.wire()),
        (Some(Severity::Info), Wire::Compatible)
    );
    assert!(render::text(&milder, false).contains("severity of the rule: error"));

    let mut same = report(BASE, &changed);
    same.apply(&policy("[severity]\nrequest-parameter-max-decreased = 'error'\n"));
    assert_eq!(same.changes[0].overruled, None);
}

/// The changes are sorted by the severities that the policy sets.
#[test]
fn severities_order_the_report() {
    let changed = case(
        "# two\n-            maximum: 100\n+            maximum: 50\n@@\n-          description: Where to go on.\n+          description: The last id.\n",
    );
    let mut report = report(BASE, &changed.apply(BASE));
    report.apply(&policy(
        "[severity]\nrequest-parameter-max-decreased = 'info'\ndescription-changed = 'warning'\n",
    ));
    let ids: Vec<&str> = report.changes.iter().map(|change| change.id.as_ref()).collect();
    assert_eq!(ids, ["description-changed", "request-parameter-max-decreased"]);
}

#[test]
fn malformed_files() {
    let whole = approval("0123456789abcdef01234567");
    let without = |key: &str| {
        let lines = whole.lines().filter(|line| !line.starts_with(key));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let texts = [
        "[[approved]\n".to_owned(),
        "approved = 1\n".to_owned(),
        "[approved]\n".to_owned(),
        "[[aproved]]\n".to_owned(),
        whole.replace("reason", "raeson"),
        without("fingerprint"),
        without("reason"),
        without("by"),
        format!("# Ours.\n\n{}", without("on")),
        whole.replace("\"Ada\"", "7"),
        whole.replace("Nobody sends it.", "  "),
        whole.replace("0123", "012G"),
        whole.replace("0123", "\\u202E\\r"),
        whole.replace("2026-11-27", "\"2026-11-27\""),
        whole.replace("2026-11-27", "2026-11-27T10:00:00Z"),
        whole.replace("2026-11-27", "2026-13-27"),
        whole.repeat(2),
        "sunset-days = '90'\n".to_owned(),
        "# Ours.\nsunset-days = -1\n".to_owned(),
        "sunset-days = 4294967296\n".to_owned(),
        "severity = 'error'\n".to_owned(),
        "[severity]\nrequest-parameter-remove = 'error'\n".to_owned(),
        "[severity]\nrequest-parameter-removed = 'none'\n".to_owned(),
        "[severity]\nrequest-parameter-removed = 'info'\nrequest-parameter-removed = 'error'\n".to_owned(),
    ];
    let errors = texts.map(|text| match Policy::parse(".spec-review.toml", &text) {
        Ok(policy) => panic!("this is accepted:\n{text}{policy:?}"),
        Err(error) => error.to_string(),
    });
    insta::assert_snapshot!(errors.join("\n\n"));
}

#[test]
fn an_empty_file_is_the_default_policy() {
    assert_eq!(policy("# Nothing yet.\n"), Policy::default());
}
