//! The effect of changes on the Rust client, found by comparing the generated clients.

use ittybit_codegen::PublicItem;
use ittybit_spec::{Diagnostics, Document};

use crate::change::{Change, Kind, NoVerdict, Place, Report};
use crate::severity::Bump;
use crate::{effect, fingerprint, rule};

/// The largest document, in bytes, for which clients are generated.
const LARGEST: usize = 4 << 20;

impl Report {
    /// Generates both clients as far as they differ, and sets the bump of each change according to their public
    /// items. A difference in Rust that no other change explains becomes a change of its own; so does a new document
    /// that has no client.
    ///
    /// ```
    /// use ittybit_spec::Document;
    /// use ittybit_spec_diff::{Bump, diff};
    ///
    /// let document = |ty: &str| Document::parse("api.yaml", format!("\
    /// openapi: 3.0.3
    /// info: {{ title: Pets, version: 1.0.0 }}
    /// paths: {{}}
    /// components:
    ///   schemas:
    ///     Pet: {{ type: object, properties: {{ name: {{ type: {ty} }} }} }}
    /// "));
    /// let (old, new) = (document("string")?, document("integer")?);
    /// let mut report = diff(&old, &new);
    /// assert_eq!(report.rust(), None);
    /// report.compare_clients(&old, &new);
    /// assert_eq!(report.rust(), Some(Bump::Major));
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn compare_clients(&mut self, old: &Document, new: &Document) {
        if old.text().len().max(new.text().len()) > LARGEST {
            self.no_verdict = Some(NoVerdict::TooLarge);
            return;
        }
        match ittybit_codegen::differing_items(old, new, "client") {
            [Err(_), _] => self.no_verdict = Some(NoVerdict::NoOldClient),
            [Ok(_), Err(findings)] => {
                self.no_verdict = None;
                self.refused(&findings);
            }
            [Ok(old_items), Ok(new_items)] => {
                self.no_verdict = None;
                effect::attribute(&mut self.changes, [old, new], [&old_items, &new_items]);
                self.surfaces = Some([listing(&old_items), listing(&new_items)]);
            }
        }
        self.sort();
    }

    /// Adds the change that the generator refuses the new document.
    fn refused(&mut self, findings: &Diagnostics) {
        let finding = findings.errors().next();
        let (line, column) = finding
            .and_then(|finding| finding.position())
            .map_or((1, 1), |place| (place.line, place.column));
        let place = |line, column| Place {
            line,
            column,
            pointer: String::new(),
        };
        let reason = finding.map_or("", |finding| finding.message());
        let message = format!("there is no client for the new document: {reason}");
        let fingerprint = fingerprint::of(&rule::GENERATION_REFUSED.id, "", (None, Some(&message)));
        let places = [place(1, 1), place(line, column)];
        self.changes.push(Change {
            rust: Some(Bump::Major),
            ..Change::new(rule::GENERATION_REFUSED, Kind::Changed, places, message, fingerprint)
        });
    }
}

/// The public items, one per line, each with its members below it.
fn listing(items: &[PublicItem]) -> String {
    let mut lines = Vec::new();
    let mut of = "";
    for item in items {
        if item.item != of {
            of = &item.item;
            lines.push(format!("{of}\n"));
        }
        if !item.member.is_empty() {
            lines.push(format!("    {}\n", item.member));
        }
    }
    lines.concat()
}
