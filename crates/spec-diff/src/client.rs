//! What the generated clients themselves say about Rust: the proof of what the rules tell.

use std::collections::BTreeSet;

use ittybit_spec::Diagnostics;

use crate::change::{Bump, Change, Kind, Place, Report};
use crate::fingerprint;
use crate::rule::{self, Rule};

/// What the generator makes of a document.
#[derive(Clone, Copy, Debug)]
pub enum Client<'c> {
    /// The public items, as `ittybit_codegen::surface` lists them.
    Surface(&'c str),
    /// The reasons why there is no client.
    Refused(&'c Diagnostics),
}

/// The bump that two listings of public items ask for; `None` where they say the same.
///
/// How a field is written as JSON is no business of those who name it in Rust.
///
/// ```
/// use ittybit_spec_diff::{Bump, surface_bump};
///
/// let old = "struct types::Pet\n    name: String\n";
/// let more = "struct types::Pet\n    age: i32\n    name: String\n";
/// assert_eq!(surface_bump(old, more), Some(Bump::Minor));
/// assert_eq!(surface_bump(more, old), Some(Bump::Major));
/// assert_eq!(surface_bump(old, old), None);
/// ```
pub fn surface_bump(old: &str, new: &str) -> Option<Bump> {
    let (old, new) = (items(old), items(new));
    let names = |items: &BTreeSet<Item>| -> BTreeSet<_> {
        items
            .iter()
            .map(|item| (item.owner.clone(), item.name.clone()))
            .collect()
    };
    if !names(&old).is_subset(&names(&new)) {
        Some(Bump::Major)
    } else if old != new {
        Some(Bump::Minor)
    } else {
        None
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    owner: String,
    name: String,
    deprecated: bool,
}

fn items(listing: &str) -> BTreeSet<Item> {
    const DEPRECATED: &str = " #[deprecated]";
    let mut owner = String::new();
    let mut items = BTreeSet::new();
    for line in listing.lines() {
        let deprecated = line.contains(DEPRECATED);
        let line = line.replace(DEPRECATED, "");
        let line = line.split_once(" #[serde(").map_or(line.as_str(), |(before, _)| before);
        let name = match line.strip_prefix("    ") {
            Some(member) => member.to_owned(),
            None => {
                owner = line.to_owned();
                String::new()
            }
        };
        items.insert(Item {
            owner: owner.clone(),
            name,
            deprecated,
        });
    }
    items
}

impl Report {
    /// Adds what the clients of both documents say, where the rules have said less: the public items
    /// change more, or there is no client any more. Says nothing where there was none before.
    pub fn compare_clients(&mut self, old: Client<'_>, new: Client<'_>) {
        match (old, new) {
            (Client::Surface(old), Client::Surface(new)) => {
                if let Some(bump) = surface_bump(old, new).filter(|bump| Some(*bump) > self.rust()) {
                    let message = "the public items of the client change more than the rules tell; compare their lists";
                    self.add(rule::RUST_SURFACE_CHANGED, (1, 1), message.to_owned(), bump);
                }
                self.surfaces = Some([old, new].map(str::to_owned));
            }
            (Client::Surface(_), Client::Refused(findings)) => {
                let Some(finding) = findings.errors().next() else {
                    return;
                };
                let place = finding.position().map_or((1, 1), |place| (place.line, place.column));
                let message = format!("there is no client for the new document: {}", finding.message());
                self.add(rule::GENERATION_REFUSED, place, message, Bump::Major);
            }
            (Client::Refused(_), _) => {}
        }
    }

    fn add(&mut self, rule: Rule, (line, column): (usize, usize), message: String, rust: Bump) {
        let place = |line, column| Place {
            line,
            column,
            pointer: String::new(),
        };
        self.changes.push(Change {
            fingerprint: fingerprint::of(&rule.id, "", (None, Some(&message))),
            overruled: None,
            approval: None,
            id: rule.id,
            severity: rule.severity,
            wire: rule.wire,
            kind: Kind::Changed,
            operation: None,
            old: place(1, 1),
            new: place(line, column),
            message,
            rust,
        });
        self.sort();
    }
}
