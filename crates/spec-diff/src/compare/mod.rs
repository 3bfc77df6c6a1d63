//! Detection: both documents are visited side by side, and every difference is reported by exactly one rule.
//!
//! That no difference is missed does not depend on the rules. Each comparison of two objects visits all members
//! of both, and a difference without a rule is `unclassified`. Every node that a comparison has visited is
//! marked. At the end a sweep searches both documents, and every difference that is not marked is
//! `unclassified` too.

mod callback;
mod components;
mod content;
mod deprecation;
mod operation;
mod parameter;
mod path;
mod pending;
mod response;
mod schema;
mod security;
mod server;
mod side;
mod sweep;
mod unfollowed;
mod view;
mod walk;

use ittybit_spec::{Document, Node};

use self::side::Side;
use self::walk::Walk;
use crate::change::{NoVerdict, Report};
use crate::options::Options;
use crate::rule;

/// Compares two documents, and finds the changes on the wire; [`Report::compare_clients`] adds their effect on Rust.
///
/// ```
/// use ittybit_spec::Document;
/// use ittybit_spec_diff::Wire;
///
/// let old = Document::parse("old.yaml", "paths: { /pets: { get: { operationId: list_pets } } }")?;
/// let new = Document::parse("new.yaml", "paths: { /pets: { get: { operationId: pets } } }")?;
/// let report = ittybit_spec_diff::diff(&old, &new);
/// assert_eq!(report.changes[0].id, "api-operation-id-removed");
/// assert_eq!(report.wire(), Wire::None);
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
pub fn diff(old: &Document, new: &Document) -> Report {
    diff_with(old, new, &Options::default())
}

/// Compares two documents, with options.
///
/// ```
/// use ittybit_spec::Document;
/// use ittybit_spec_diff::{Options, diff_with};
///
/// let old = Document::parse("old.yaml", "paths: { /pets: { get: {} } }")?;
/// let new = Document::parse("new.yaml", "\
/// paths: { /pets: { get: { deprecated: true, x-sunset: 2027-03-01 } } }
/// ")?;
/// let mut options = Options::default();
/// options.today = "2027-02-01".parse()?;
/// options.sunset_days = 90;
/// let report = diff_with(&old, &new, &options);
/// assert_eq!(report.changes[0].id, "api-sunset-date-too-small");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff_with(old: &Document, new: &Document, options: &Options) -> Report {
    let sides = [old, new].map(Side::new);
    let mut walk = Walk::new(&sides[0], &sides[1], options.clone());
    walk.document();
    walk.unpaired_operations();
    walk.schemas();
    walk.unsent();
    walk.unfollowed();
    walk.components();
    walk.schemas();
    walk.names();
    walk.sweep();
    let changes = walk.changes();
    let version = |document: &Document| {
        let version = document.get("/info/version")?;
        // `version: 1.0` is a number in YAML. It is shown as it is.
        Some(
            version
                .as_str()
                .map_or_else(|| version.to_json().to_string(), str::to_owned),
        )
    };
    Report {
        old_name: old.name().to_owned(),
        new_name: new.name().to_owned(),
        old_version: version(old),
        new_version: version(new),
        changes,
        unmatched: Vec::new(),
        surfaces: None,
        no_verdict: Some(NoVerdict::NotAsked),
    }
}

impl<'d> Walk<'d> {
    fn document(&mut self) {
        for member in self.members(self.old.root(), self.new.root(), "the document") {
            match (member.key, member.old, member.new) {
                ("paths", Some(old), Some(new)) => self.paths(old, new),
                ("info", Some(old), Some(new)) => self.info(old, new),
                ("components", Some(old), Some(new)) => {
                    self.mark_visited(old);
                    self.mark_visited(new);
                }
                ("servers", ..) => self.servers(&member, "the API"),
                ("security", ..) => self.global_security(&member),
                ("tags" | "externalDocs", ..) => self.annotation(&member, "the document"),
                ("webhooks", ..) => self.webhooks(&member),
                ("openapi", Some(old), Some(new)) => {
                    // Each keyword has the meaning of its version, so the version itself has no effect on the wire.
                    let known = |version: &str| version.starts_with("3.0.") || version.starts_with("3.1.");
                    let patch = |node: &Node| node.as_str().is_some_and(known);
                    let rule = if patch(old) && patch(new) {
                        rule::OPENAPI_VERSION_CHANGED
                    } else {
                        rule::UNCLASSIFIED
                    };
                    let message = || format!("the version of OpenAPI {}", member.difference());
                    self.leaf(rule, &member, message);
                }
                // An empty object is the same as a missing one.
                ("components" | "paths", old, new)
                    if old.or(new).and_then(Node::as_object).is_some_and(<[_]>::is_empty) =>
                {
                    self.mark_member(&member);
                }
                // Compared later.
                ("components", ..) => {}
                ("paths", ..) if member.is_map() => {
                    for path in self.entries(&member) {
                        self.unpaired_path(&path);
                    }
                }
                _ => self.unclassified(&member, "the document"),
            }
        }
    }

    fn info(&mut self, old: &'d Node, new: &'d Node) {
        for member in self.members(old, new, "`info`") {
            match member.key {
                "version" => {
                    let message = || format!("the version of the API {}", member.difference());
                    self.leaf(rule::API_VERSION_CHANGED, &member, message);
                }
                "title" | "description" | "termsOfService" | "contact" | "license" => {
                    self.annotation(&member, "the API");
                }
                _ => self.unclassified(&member, "`info`"),
            }
        }
    }
}
