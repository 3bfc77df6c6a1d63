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
mod discriminator;
mod operation;
mod parameter;
mod response;
mod schema;
mod security;
mod server;
mod sweep;
mod unfollowed;
mod view;

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use indexmap::IndexSet;
use ittybit_spec::{Document, Entry, Node};
use rustc_hash::FxHashSet;

use self::discriminator::Subtypes;
use self::operation::Operation;
use self::schema::Pending;
use crate::change::{Change, Kind, Report};
use crate::client::NoVerdict;
use crate::date::Date;
use crate::fingerprint;
use crate::json as values;
use crate::locate::Locations;
use crate::reference::References;
use crate::rule::{self, Direction, Rule};

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

/// What a comparison depends on besides the two documents: how long deprecated items have to stay.
///
/// In a document, `x-sunset: 2027-03-01` beside `deprecated: true` is the day from which an operation, a parameter
/// or a property may be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The day to compare sunset dates with.
    pub today: Date,
    /// The minimum number of days between a deprecation and its sunset. With 0 a sunset date is optional, and may
    /// be any day.
    pub sunset_days: u32,
}

impl Default for Options {
    /// The current day, and no minimum number of days.
    fn default() -> Self {
        Self {
            today: Date::today(),
            sunset_days: 0,
        }
    }
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
    let mut walk = Walk::new(old, new, options.clone());
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

/// The address of a node, which identifies it as long as its document exists.
pub(crate) fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

/// A member that is in one or both of two objects.
#[derive(Clone, Copy)]
struct Member<'d> {
    key: &'d str,
    old: Option<&'d Node>,
    new: Option<&'d Node>,
    /// The objects that contain it, or would contain it.
    within: (&'d Node, &'d Node),
}

impl<'d> Member<'d> {
    /// Whether its value is an object in each document that has it.
    fn is_map(&self) -> bool {
        let mut sides = [self.old, self.new].into_iter().flatten();
        sides.all(|node| node.as_object().is_some())
    }

    fn kind(&self) -> Kind {
        match (self.old, self.new) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        }
    }

    /// The nodes to report: the values, or the objects around where a value is missing.
    fn places(&self) -> (&'d Node, &'d Node) {
        (self.old.unwrap_or(self.within.0), self.new.unwrap_or(self.within.1))
    }

    fn is_same(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => values::same(old, new),
            _ => false,
        }
    }

    /// The difference of the values as the end of a sentence.
    fn difference(&self) -> String {
        match (self.old, self.new) {
            (Some(old), Some(new)) => {
                let (old, new) = values::shown_apart(old, new);
                format!("changed from {old} to {new}")
            }
            (None, Some(new)) => format!("was added: {}", values::shown(new)),
            (Some(old), None) => format!("was removed: {}", values::shown(old)),
            (None, None) => String::new(),
        }
    }
}

/// A change that was found; its places are still nodes.
struct Found<'d> {
    rule: Rule,
    kind: Kind,
    old: &'d Node,
    new: &'d Node,
    operation: Option<Rc<str>>,
    message: String,
}

/// The state of one comparison.
struct Walk<'d> {
    old: &'d Document,
    new: &'d Document,
    old_references: References<'d>,
    new_references: References<'d>,
    options: Options,
    found: Vec<Found<'d>>,
    /// The rules that were already reported for two nodes.
    reported: HashSet<(Direction, String, usize, usize)>,
    /// Objects that were compared member by member.
    seen: FxHashSet<usize>,
    /// Values that were compared as a whole.
    settled: FxHashSet<usize>,
    /// Schemas still to be compared.
    pending: VecDeque<Pending<'d>>,
    /// Properties that are not sent in the direction of the schema that has them (`readOnly`, `writeOnly`).
    unsent: Vec<Pending<'d>>,
    /// Additions and removals of such properties.
    lone_unsent: Vec<Found<'d>>,
    /// The rule that replaces each rule that affects the wire.
    guard: Option<Rule>,
    /// For each schema with a discriminator the schemas that include it by `allOf`.
    subtypes: (Subtypes<'d>, Subtypes<'d>),
    /// Pairs of schemas that were compared, each with its use.
    compared: FxHashSet<schema::Pair>,
    /// Properties that were compared, each with its use.
    properties: FxHashSet<schema::PropertyUse>,
    /// How many pairs are compared at most: more than any two real documents have.
    most_pairs: usize,
    /// Pairs of component schemas with different names that are used at the same place.
    linked: IndexSet<(&'d str, &'d str)>,
    /// Operations whose path or method is only in one of the documents.
    unpaired: (Vec<Operation<'d>>, Vec<Operation<'d>>),
    /// The operation that is being compared.
    operation: Option<Rc<str>>,
}

impl<'d> Walk<'d> {
    fn new(old: &'d Document, new: &'d Document, options: Options) -> Self {
        let (old_references, new_references) = (References::new(old), References::new(new));
        let subtypes = (
            discriminator::subtypes(old, &old_references),
            discriminator::subtypes(new, &new_references),
        );
        Self {
            old,
            new,
            old_references,
            new_references,
            options,
            found: Vec::new(),
            reported: HashSet::new(),
            seen: FxHashSet::default(),
            settled: FxHashSet::default(),
            pending: VecDeque::new(),
            unsent: Vec::new(),
            lone_unsent: Vec::new(),
            guard: None,
            subtypes,
            compared: FxHashSet::default(),
            properties: FxHashSet::default(),
            most_pairs: 100_000 + (old.text().len() + new.text().len()) / 20,
            linked: IndexSet::new(),
            unpaired: (Vec::new(), Vec::new()),
            operation: None,
        }
    }

    /// Records a change, unless it was recorded before.
    fn report(&mut self, rule: Rule, kind: Kind, places: (&'d Node, &'d Node), message: String) {
        let (old, new) = places;
        let rule = match &self.guard {
            Some(guard) if rule.wire => guard.clone(),
            _ => rule,
        };
        let (direction, family) = rule::family(&rule.id);
        let key = (direction, family.to_owned(), address(old), address(new));
        // A change that was reported for the wire is not reported for the component again.
        let of_wire = [Direction::Request, Direction::Response]
            .into_iter()
            .filter(|_| direction == Direction::Neither)
            .any(|wire| self.reported.contains(&(wire, key.1.clone(), key.2, key.3)));
        if self.reported.contains(&key) || of_wire {
            return;
        }
        self.reported.insert(key);
        let operation = self.operation.clone();
        self.found.push(Found {
            rule,
            kind,
            old,
            new,
            operation,
            message,
        });
    }

    /// Compares a member as a whole, and reports it if it differs.
    fn leaf(&mut self, rule: Rule, member: &Member<'d>, message: impl FnOnce() -> String) {
        self.settle(member.old);
        self.settle(member.new);
        if !member.is_same() {
            self.report(rule, member.kind(), member.places(), message());
        }
    }

    /// Compares a member that no rule covers.
    fn unclassified(&mut self, member: &Member<'d>, what: &str) {
        let message = || format!("`{}` of {what} {}", member.key, member.difference());
        self.leaf(rule::UNCLASSIFIED, member, message);
    }

    /// Compares a member that is documentation, such as a description or an example.
    fn annotation(&mut self, member: &Member<'d>, what: &str) {
        let key = member.key;
        let message = || match member.kind() {
            Kind::Added => format!("`{key}` of {what} was added"),
            Kind::Removed => format!("`{key}` of {what} was removed"),
            Kind::Changed => format!("`{key}` of {what} was changed"),
        };
        let rule = if matches!(key, "example" | "examples") {
            rule::EXAMPLE_CHANGED
        } else {
            rule::DESCRIPTION_CHANGED
        };
        self.leaf(rule, member, message);
    }

    /// Marks a value as compared as a whole.
    fn settle(&mut self, node: Option<&'d Node>) {
        if let Some(node) = node {
            self.settled.insert(address(node));
        }
    }

    /// Marks an object as compared member by member.
    fn see(&mut self, node: &'d Node) {
        self.seen.insert(address(node));
    }

    /// The members of two objects, in the order of the old one, then of the new one. If one of the two is not an
    /// object, this is reported, and there are no members.
    fn members(&mut self, old: &'d Node, new: &'d Node, what: &str) -> Vec<Member<'d>> {
        let (Some(old_members), Some(new_members)) = (old.as_object(), new.as_object()) else {
            let member = Member {
                key: "",
                old: Some(old),
                new: Some(new),
                within: (old, new),
            };
            let message = || format!("{what} {}", member.difference());
            self.leaf(rule::UNCLASSIFIED, &member, message);
            return Vec::new();
        };
        self.see(old);
        self.see(new);
        let member = |entry: &'d Entry, sides: (Option<&'d Node>, Option<&'d Node>)| Member {
            key: entry.key(),
            old: sides.0,
            new: sides.1,
            within: (old, new),
        };
        let known = old_members
            .iter()
            .map(|entry| member(entry, (Some(entry.value()), new.get(entry.key()))));
        let added = new_members
            .iter()
            .filter(|entry| old.entry(entry.key()).is_none())
            .map(|entry| member(entry, (None, Some(entry.value()))));
        known.chain(added).collect()
    }

    /// The targets of two nodes, all references followed.
    fn resolve(&mut self, old: &'d Node, new: &'d Node) -> (&'d Node, &'d Node) {
        let mut follow = |node: &'d Node, target: Option<&'d Node>| match (node.get("$ref"), target) {
            (Some(reference), Some(target)) => {
                self.seen.insert(address(node));
                self.settled.insert(address(reference));
                target
            }
            _ => node,
        };
        (
            follow(old, self.old_references.resolve(old)),
            follow(new, self.new_references.resolve(new)),
        )
    }

    fn document(&mut self) {
        for member in self.members(self.old.root(), self.new.root(), "the document") {
            match (member.key, member.old, member.new) {
                ("paths", Some(old), Some(new)) => self.paths(old, new),
                ("info", Some(old), Some(new)) => self.info(old, new),
                ("components", Some(old), Some(new)) => {
                    self.see(old);
                    self.see(new);
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
                ("components" | "paths", old, new) => {
                    let empty = |node: &Node| node.as_object().is_some_and(|members| members.is_empty());
                    if old.or(new).is_some_and(empty) {
                        self.settle(old.or(new));
                    } else if let Some(node) = old.or(new) {
                        self.one_sided(&member, node);
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

    /// `paths` that only one document has: each entry was added or removed. Components are compared later.
    fn one_sided(&mut self, member: &Member<'d>, node: &'d Node) {
        if member.key == "components" {
            return;
        }
        self.see(node);
        let (old, new) = match member.kind() {
            Kind::Added => (None, Some(node)),
            _ => (Some(node), None),
        };
        let within = member.within;
        for entry in node.as_object().unwrap_or_default() {
            self.lone_path(&Member {
                key: entry.key(),
                old: old.and_then(|node| node.get(entry.key())),
                new: new.and_then(|node| node.get(entry.key())),
                within,
            });
        }
    }

    /// The changes that were found, with their places in the texts.
    fn changes(self) -> Vec<Change> {
        let wanted = |side: fn(&Found<'d>) -> &'d Node| self.found.iter().map(|found| address(side(found))).collect();
        let old = Locations::new(self.old, wanted(|found| found.old));
        let new = Locations::new(self.new, wanted(|found| found.new));
        let mut changes: Vec<Change> = self
            .found
            .iter()
            .map(|found| {
                let places = (old.place(found.old), new.place(found.new));
                Change {
                    fingerprint: fingerprint::between(&found.rule.id, found.kind, &places, (found.old, found.new)),
                    overruled: None,
                    approval: None,
                    id: found.rule.id.clone(),
                    severity: found.rule.severity,
                    wire: found.rule.wire,
                    kind: found.kind,
                    operation: found.operation.as_ref().map(|operation| operation.to_string()),
                    old: places.0,
                    new: places.1,
                    // A name may contain any character; a message is one line.
                    message: found.message.replace(char::is_control, " "),
                    rust: None,
                }
            })
            .collect();
        changes.sort_by(|a, b| {
            let order = |change: &Change| (std::cmp::Reverse(change.severity), change.new.line, change.new.column);
            (order(a), &a.old, &a.new, &a.id, &a.message).cmp(&(order(b), &b.old, &b.new, &b.id, &b.message))
        });
        changes
    }
}
