//! Compares the effect on Rust with the complete clients of both documents.

use std::collections::BTreeSet;

use ittybit_spec::{Diagnostics, Document};
use ittybit_spec_diff::{Bump, NoVerdict, Report, diff, version};

use crate::cases::{BASE, cases, document, review};

/// The public items of the generated client, one per line.
pub fn surface(document: &Document) -> Result<String, Diagnostics> {
    let client = ittybit_codegen::generate(document, "cargo xtask codegen", "client")?;
    Ok(ittybit_codegen::surface(&client.code).expect("generated code is Rust"))
}

/// The items and members of a listing, each with the item that it belongs to.
fn entries(listing: &str) -> BTreeSet<(String, String)> {
    let mut owner = "";
    let entries = listing.lines().map(|line| match line.strip_prefix("    ") {
        Some(member) => (owner.to_owned(), member.to_owned()),
        // The item itself has no line of its own: only its members count.
        None if line.starts_with("impl ") && !line.contains(" for ") => {
            owner = line;
            (String::new(), String::new())
        }
        None => {
            owner = line;
            (owner.to_owned(), String::new())
        }
    });
    entries.collect()
}

/// Checks that the compared parts have the same differences as the complete clients, and that the bump is at least
/// `minor` if there are any.
pub fn assert_as_whole(report: &Report, whole: [&str; 2], title: &str) {
    let differing = |[old, new]: [&str; 2]| {
        let (old, new) = (entries(old), entries(new));
        let gone: Vec<_> = old.difference(&new).cloned().collect();
        let come: Vec<_> = new.difference(&old).cloned().collect();
        (gone, come)
    };
    let [old, new] = report.surfaces.as_ref().expect("both clients");
    let whole = differing(whole);
    assert_eq!(differing([old, new]), whole, "{title}");
    let json = |(item, member): &(String, String)| item.contains("#[serde") || member.contains("#[serde");
    let is_same = whole.0.iter().chain(&whole.1).all(json);
    let is_reported = report.rust() > Some(Bump::Patch);
    assert!(is_same || is_reported, "{title}: {whole:#?}\n{:#?}", report.changes);
}

const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
paths:
  /pets:
    post:
      operationId: add_pet
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
      responses: { '204': { description: Added. } }
components:
  schemas:
    Name: { type: string }
    Kind: { type: string, enum: [cat, dog] }
    Owner: { type: object, properties: { name: { type: string } } }
    Pet:
      type: object
      properties:
        name: { $ref: '#/components/schemas/Name' }
        kind: { $ref: '#/components/schemas/Kind' }
        owner: { $ref: '#/components/schemas/Owner' }
        home: { type: object, properties: { street: { type: string } } }
";

/// Each change with its bump.
fn bumps(edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = PETS.to_owned();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    let report = review(&document("old.yaml", PETS), &document("new.yaml", &text));
    let changes = report.changes.iter();
    let bumps = changes.map(|change| format!("{} {}", change.id, change.rust.expect("a verdict")));
    bumps.collect()
}

#[test]
fn each_change_has_its_own_bump() {
    assert_eq!(
        bumps(&[
            (
                "      properties:\n",
                "      properties:\n        age: { type: integer }\n"
            ),
            ("street: { type: string }", "street: { type: integer }"),
            (
                "operationId: add_pet\n",
                "operationId: add_pet\n      summary: Adds a pet.\n"
            ),
        ]),
        [
            "request-property-type-changed major",
            "description-changed patch",
            "new-optional-request-property minor"
        ]
    );
}

#[test]
fn a_change_behind_a_reference_is_found_from_its_use() {
    assert_eq!(
        bumps(&[("Name: { type: string }", "Name: { type: integer }")]),
        ["request-property-type-changed major"]
    );
    assert_eq!(
        bumps(&[("enum: [cat, dog]", "enum: [cat]")]),
        ["request-property-enum-value-removed major"]
    );
}

#[test]
fn a_change_of_only_rust_is_reported_separately() {
    // The struct was only sent, so it had a `Default`, and no `extra` for unknown fields.
    let response = "{ '200': { description: Added., content: { application/json: { schema: { $ref: '#/components/schemas/Owner' } } } } }";
    assert_eq!(
        bumps(&[("{ '204': { description: Added. } }", response)]),
        [
            "response-success-status-removed major",
            "response-success-status-added major",
            "rust-surface-changed major"
        ]
    );
    // The same type with another name.
    let home = "home: { type: object, properties: { street: { type: string } } }";
    assert_eq!(
        bumps(&[
            (home, "home: { $ref: '#/components/schemas/Home' }"),
            (
                "    Pet:\n",
                "    Home: { type: object, properties: { street: { type: string } } }\n    Pet:\n"
            ),
        ]),
        [
            "api-schema-added minor",
            "rust-surface-changed major",
            "rust-surface-changed major"
        ]
    );
}

#[test]
fn a_document_without_a_client_is_major() {
    let refused = "# refused\n         weight:\n-          type: number\n+          type: string\n+          enum: [a]\n+          x-enum-descriptions: a\n";
    let base = document("old.yaml", BASE);
    let changed = document("new.yaml", &cases(refused).remove(0).apply(BASE));
    let report = review(&base, &changed);
    let last = report.changes.last().expect("a change");
    assert_eq!((last.id.as_ref(), last.rust), ("generation-refused", Some(Bump::Major)));
    assert_eq!(last.new.line, 186);
    assert_eq!(
        last.message,
        "there is no client for the new document: `x-enum-descriptions` must map values to texts"
    );

    let report = review(&changed, &base);
    assert_eq!(report.no_verdict, Some(NoVerdict::NoOldClient));
    assert!(report.changes.iter().all(|change| change.rust.is_none()));
}

#[test]
fn without_clients_the_bump_is_unknown() {
    let (old, new) = (
        document("old.yaml", PETS),
        document("new.yaml", &PETS.replace("/pets:", "/animals:")),
    );
    let report = diff(&old, &new);
    assert_eq!((report.no_verdict, report.rust()), (Some(NoVerdict::NotAsked), None));
    // Only the wire decides the version then.
    assert_eq!(version::required(&report), Some(Bump::Major));

    let long = document("long.yaml", &format!("{PETS}x-long: {}\n", "x".repeat(5_000_000)));
    let report = review(&old, &long);
    assert_eq!(report.no_verdict, Some(NoVerdict::TooLarge));
    assert!(
        ittybit_spec_diff::render::text(&report, false).contains("For Rust: no verdict, since a document is too large")
    );
}
