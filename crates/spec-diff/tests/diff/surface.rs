//! What the generator makes of a document, against what the rules tell.

use ittybit_spec::{Diagnostics, Document};
use ittybit_spec_diff::{Bump, Client, diff, surface_bump};

use crate::cases::{BASE, cases, document};

/// The public items of the generated client, one a line.
pub fn surface(document: &Document) -> Result<String, Diagnostics> {
    let client = ittybit_codegen::generate(document, "cargo xtask codegen", "ittybit")?;
    Ok(ittybit_codegen::surface(&client.code).expect("generated code is Rust"))
}

#[test]
fn what_counts_as_which_bump() {
    let listing = "struct types::Pet: Clone\n    name: String\nenum types::Kind\n    Cat = \"cat\"\n";
    let bump = |from: &str, to: &str| {
        let other = listing.replace(from, to);
        assert_ne!(other, listing);
        surface_bump(listing, &other)
    };
    assert_eq!(bump("    name: String\n", ""), Some(Bump::Major));
    assert_eq!(bump("name: String", "name: Option<String>"), Some(Bump::Major));
    assert_eq!(bump("name: String\n", "name: String\n    age: u8\n"), Some(Bump::Minor));
    assert_eq!(bump("name: String", "name: String #[deprecated]"), Some(Bump::Minor));
    assert_eq!(bump("Pet: Clone", "Pet: Clone #[deprecated]"), Some(Bump::Minor));
    assert_eq!(bump("name: String", "name: String #[serde(rename = \"n\")]"), None);
}

#[test]
fn clients_say_what_the_rules_have_not() {
    let base = document("old.yaml", BASE);
    let mut report = diff(&base, &base);
    report.compare_clients(Client::Surface("a\n"), Client::Surface("a\n"));
    assert_eq!(report.changes, []);
    report.compare_clients(Client::Surface("a\n"), Client::Surface("b\n"));
    assert_eq!(report.changes[0].id, "rust-surface-changed");
    assert_eq!(report.rust(), Some(Bump::Major));
    report.compare_clients(Client::Surface("a\n"), Client::Surface("c\n"));
    assert_eq!(report.changes.len(), 1, "the report says major already");
}

#[test]
fn a_document_without_a_client_is_major() {
    let refused = "# refused\n         weight:\n-          type: number\n+          type: string\n+          enum: [a]\n+          x-enum-descriptions: a\n";
    let base = document("old.yaml", BASE);
    let changed = document("new.yaml", &cases(refused).remove(0).apply(BASE));
    let (old, new) = (
        surface(&base).expect("a client"),
        surface(&changed).expect_err("no client"),
    );
    let mut report = diff(&base, &changed);
    report.compare_clients(Client::Surface(&old), Client::Refused(&new));
    let last = report.changes.last().expect("a change");
    assert_eq!((last.id.as_ref(), last.rust), ("generation-refused", Bump::Major));
    assert_eq!(last.new.line, 186);
    assert_eq!(
        last.message,
        "there is no client for the new document: `x-enum-descriptions` must map values to texts"
    );

    let mut report = diff(&changed, &base);
    let before = report.changes.len();
    report.compare_clients(Client::Refused(&new), Client::Surface(&old));
    assert_eq!(report.changes.len(), before);
}
