//! One base document, and small changes of it: `changes/*.patch`, one file per topic, with a case for each rule.
//! The report of each case is a snapshot, for the change and for the reverse change.
//!
//! A case is a title, and hunks in the form that `diff` writes. The removed and unchanged lines of a hunk must
//! occur in the base exactly once. A new rule needs a new case.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use ittybit_spec_diff::{Report, diff, rules};

use crate::cases::{BASE, cases, document, reviewed};
use crate::surface::{assert_as_whole, surface};
use crate::wire::pairs;

#[test]
fn every_case_does_what_is_expected() {
    let base = surface(&document("old.yaml", BASE)).expect("the base can be generated");
    // Without `insta::glob!`, which also collects the failures of the tests that run at the same time.
    for cases in reviewed().chunk_by(|one, next| one.file == next.file) {
        let mut shown = String::new();
        for reviewed in cases {
            let title = &reviewed.case.title;
            let _ = writeln!(shown, "# {title}");
            for (place, arrow) in ["→", "←"].into_iter().enumerate() {
                let report = &reviewed.reports[place];
                let _ = writeln!(shown, "{arrow} {}, {}", report.wire(), rust(report));
                show(report, &mut shown);
                if let Ok(changed) = &reviewed.surface {
                    let mut whole = [base.as_str(), changed];
                    whole.rotate_left(place);
                    assert_as_whole(report, whole, title);
                }
            }
            if let Err(reason) = &reviewed.surface {
                let _ = writeln!(shown, "  generation refuses it: {reason}");
            }
            shown.push('\n');
        }
        let file = &cases[0].file;
        insta::with_settings!({
            omit_expression => true,
            prepend_module_to_snapshot => false,
            input_file => format!("changes/{file}"),
            snapshot_suffix => file,
        }, {
            insta::assert_snapshot!("every_case_does_what_is_expected", shown.trim_end());
        });
    }
}

/// Each rule has a case. A rule about schemas needs one for only one of its sites.
#[test]
fn every_rule_has_a_case() {
    // No case has a document without a client; this rule has its own test.
    let mut found: BTreeSet<String> = ["generation-refused".to_owned()].into();
    for report in reviewed().iter().flat_map(|reviewed| &reviewed.reports) {
        found.extend(report.changes.iter().map(|change| change.id.to_string()));
    }
    for report in pairs().iter().flat_map(|pair| pair.reports()) {
        found.extend(report.changes.into_iter().map(|change| change.id.into_owned()));
    }
    // A rule about schemas is one rule, wherever the schema is used.
    let suffix = |id: &str| {
        let sites = [
            "request-parameter-",
            "request-body-",
            "request-property-",
            "response-body-",
            "response-property-",
            "response-header-",
            "schema-",
        ];
        sites.iter().find_map(|site| id.strip_prefix(site)).map(str::to_owned)
    };
    let mut count: HashMap<String, usize> = HashMap::new();
    for suffix in rules().iter().filter_map(|rule| suffix(&rule.id)) {
        *count.entry(suffix).or_default() += 1;
    }
    let name = |id: &str| match suffix(id) {
        Some(suffix) if count.get(&suffix) == Some(&7) => suffix,
        _ => id.to_owned(),
    };
    let shown: BTreeSet<String> = found.iter().map(|id| name(id)).collect();
    let missing: BTreeSet<String> = rules()
        .iter()
        .map(|rule| name(&rule.id))
        .filter(|id| !shown.contains(id))
        .collect();
    assert_eq!(missing, BTreeSet::new(), "rules without a case");
    let known: BTreeSet<String> = rules().into_iter().map(|rule| rule.id.into_owned()).collect();
    assert_eq!(found.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn equivalent_documents_have_no_changes() {
    let base = document("old.yaml", BASE);
    let cases = cases(include_str!("same.patch"));
    assert!(cases.len() > 5);
    for case in &cases {
        let report = diff(&base, &document("new.yaml", &case.apply(BASE)));
        let mut shown = String::new();
        show(&report, &mut shown);
        assert_eq!(shown, "", "`{}` is not a change", case.title);
    }
    assert_eq!(diff(&base, &base).changes, []);
}

/// A component that is used in both directions, behind two references, with read-only properties.
const SHARED: &str = "\
paths:
  /pets:
    get:
      responses:
        '200':
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Pet' }
    put:
      parameters:
        - $ref: '#/components/parameters/Trace'
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Pet' }
    post:
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Sent' }
components:
  parameters:
    Trace: { name: X-Trace, in: header, schema: { type: string } }
  schemas:
    Pet:
      type: object
      properties:
        id: { type: string, readOnly: true }
        front:
          description: Of the front.
          allOf: [{ $ref: '#/components/schemas/Photo' }]
        back:
          description: Of the back.
          allOf: [{ $ref: '#/components/schemas/Photo' }]
        all: { type: array, items: { $ref: '#/components/schemas/Photo' } }
    Photo:
      type: object
      properties:
        width: { type: integer }
    Sent:
      type: object
      properties:
        at: { type: string, readOnly: true }
";

/// The reported changes, if this text of the document is replaced.
fn reported(from: &str, to: &str) -> Vec<String> {
    assert_eq!(SHARED.matches(from).count(), 1, "{from}");
    let changed = SHARED.replace(from, to);
    let report = diff(&document("old.yaml", SHARED), &document("new.yaml", &changed));
    let changes = report.changes.iter();
    changes
        .map(|change| format!("{} {}: {}", change.severity, change.id, change.message))
        .collect()
}

#[test]
fn a_shared_component_is_reported_once_for_each_direction() {
    let width = "width: { type: integer }\n";
    let more = format!("{width}        height: {{ type: integer }}\n");
    assert_eq!(
        reported(width, &more),
        [
            "info new-optional-request-property: the optional property `front.height` in the request body was added",
            "info response-optional-property-added: the optional property `front.height` in the response `200` was added",
        ]
    );
    assert_eq!(reported(width, "width: { type: integer, minimum: 1 }\n").len(), 2);
    assert_eq!(
        reported(width, "width: { type: integer, description: Wide. }\n").len(),
        1
    );
}

#[test]
fn read_only_properties_are_reported_for_responses_only() {
    assert_eq!(
        reported("id: { type: string,", "id: { type: integer,"),
        ["error response-property-type-changed: `id` in the response `200` was `string` and is `integer`"]
    );
    assert_eq!(
        reported("at: { type: string,", "at: { type: integer,"),
        ["info schema-type-changed: `at` in the request body was `string` and is `integer`"]
    );
    assert_eq!(
        reported("    Sent:\n", "    Sent:\n      required: [at]\n"),
        ["info schema-property-became-required: `at` in the request body became required"]
    );
}

#[test]
fn a_component_without_its_last_use_is_not_reported_as_removed() {
    assert_eq!(
        reported(
            "      parameters:\n        - $ref: '#/components/parameters/Trace'\n",
            ""
        ),
        ["warning request-parameter-removed: the header parameter `X-Trace` was removed"]
    );
}

#[test]
fn long_values_are_cut_where_they_differ() {
    let [old, new] = ["a", "b"].map(|end| {
        let text = format!("x-long: {{ first: {}, last: 'the `{end}`' }}\n", "x".repeat(100));
        document("long.yaml", &text)
    });
    assert_eq!(
        diff(&old, &new).changes[0].message,
        "`x-long` of the document changed from `…xxxxx\",\"last\":\"the 'a'\"}` to `…xxxxx\",\"last\":\"the 'b'\"}`"
    );
}

/// Documents in which each schema of one is used at the place of each schema of the other.
#[test]
fn reaching_the_limit_of_comparisons_is_reported() {
    let chained = |step: usize| {
        let schemas = (0..401).map(|at| {
            let next = (at + step) % 401;
            format!(
                "    S{at}: {{ type: object, properties: {{ next: {{ $ref: '#/components/schemas/S{next}' }} }} }}\n"
            )
        });
        document(
            "chained.yaml",
            &format!("components:\n  schemas:\n{}", schemas.collect::<String>()),
        )
    };
    let report = diff(&chained(1), &chained(2));
    let last = report.changes.first().expect("a change");
    assert_eq!(last.id, "unclassified");
    assert!(last.message.contains("too many ways"), "{}", last.message);
}

fn rust(report: &Report) -> String {
    let none = if report.no_verdict.is_some() { "unknown" } else { "none" };
    report.rust().map_or(none, |bump| bump.as_str()).to_owned()
}

fn show(report: &Report, shown: &mut String) {
    for change in &report.changes {
        let _ = writeln!(
            shown,
            "  {} {} ({})\n      {}\n      {}{}",
            change.severity,
            change.id,
            change.rust.map_or("unknown", |bump| bump.as_str()),
            change.message,
            change
                .operation
                .as_ref()
                .map(|operation| format!("{operation}; "))
                .unwrap_or_default(),
            format_args!(
                "{}, {}:{} → {}:{}",
                change.place().pointer,
                change.old.line,
                change.old.column,
                change.new.line,
                change.new.column
            ),
        );
    }
}
