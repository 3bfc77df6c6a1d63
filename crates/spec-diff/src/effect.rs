//! The effect of each change on the Rust client. Both clients are generated as far as they differ, and each public
//! item that differs is attributed to the changes at the place of the document from which the item is generated.
//!
//! This module does not know which Rust code a schema becomes. It only uses the place of each item in the document,
//! and which kinds of changes can affect a type at all.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use ittybit_codegen::PublicItem;
use ittybit_spec::{Document, Node, Value};

use crate::change::{Change, Kind, Place};
use crate::fingerprint::{self, Paths};
use crate::locate::{Locations, address};
use crate::rule;
use crate::severity::Bump;

/// Sets the bump of each change. A difference that no change explains becomes a change of its own.
pub(crate) fn attribute(changes: &mut Vec<Change>, documents: [&Document; 2], items: [&[PublicItem]; 2]) {
    let differences = differences(items);
    let of_deprecation = Causes::new(changes, is_of_deprecation);
    let of_type = Causes::new(changes, is_of_type);
    let mut bumps = vec![Bump::Patch; changes.len()];
    let mut causes: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut without: BTreeMap<&str, Vec<&Difference<'_>>> = BTreeMap::new();
    let (of_types, others): (Vec<_>, Vec<_>) = differences.iter().partition(|found| found.what.is_traits());
    // The traits of a type depend on its members, so they have the same causes as the members.
    for difference in others.into_iter().chain(of_types) {
        let owner = difference.owner();
        let of_members = causes.get(owner).filter(|_| difference.what.is_traits());
        let found = match of_members {
            Some(found) => found.clone(),
            None if difference.what.is_traits() && without.contains_key(owner) => BTreeSet::new(),
            None if difference.what == What::Deprecation => causes_of(difference, &of_deprecation, documents),
            None => causes_of(difference, &of_type, documents),
        };
        if found.is_empty() {
            without.entry(owner).or_default().push(difference);
        }
        for index in &found {
            bumps[*index] = bumps[*index].max(difference.bump);
        }
        causes.entry(owner).or_default().extend(found);
    }
    for (change, bump) in changes.iter_mut().zip(bumps) {
        change.rust = Some(bump);
    }
    changes.extend(unexplained(&without, documents));
}

/// A public item, or a member of one, that differs between the clients.
struct Difference<'i> {
    ty: &'i str,
    /// The name of the member; empty for the item itself.
    name: &'i str,
    what: What,
    kind: Kind,
    bump: Bump,
    /// For each part of it, the JSON pointers from which it is generated, in the old and in the new document.
    places: [&'i [Vec<String>]; 2],
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// The item exists in one client only, or its type differs.
    Itself,
    Deprecation,
    Trait(String),
}

impl What {
    fn is_traits(&self) -> bool {
        matches!(self, What::Trait(_))
    }
}

impl<'i> Difference<'i> {
    /// The type that the member belongs to; for a member of a builder, the type that is built.
    fn owner(&self) -> &'i str {
        let built = self
            .ty
            .strip_prefix("builder::")
            .and_then(|name| name.strip_suffix("Builder"));
        built.unwrap_or(self.ty.strip_prefix("blocking::").unwrap_or(self.ty))
    }

    fn words(&self) -> String {
        let name = match (&self.what, self.name) {
            (What::Trait(name), _) => {
                return format!(
                    "it {} `{name}`",
                    if self.kind == Kind::Added {
                        "is now"
                    } else {
                        "is no longer"
                    }
                );
            }
            (_, "") => "it".to_owned(),
            (_, name) => format!("`{name}`"),
        };
        let verb = match (&self.what, self.kind) {
            (What::Itself, Kind::Added) => "is new",
            (What::Itself, Kind::Removed) => "is gone",
            (What::Itself, _) => "has another type",
            (_, Kind::Added) => "is deprecated",
            (..) => "is no longer deprecated",
        };
        format!("{name} {verb}")
    }
}

/// One item of a listing, with the properties that may differ while it is still the same item.
struct Facts<'i> {
    item: &'i PublicItem,
    deprecated: bool,
    traits: BTreeSet<&'i str>,
}

/// The key by which an item is compared, and its facts. `#[serde(…)]` is not part of the key: it affects the JSON, not
/// the Rust code of users.
fn facts(item: &PublicItem) -> ((String, String), Facts<'_>) {
    const DEPRECATED: &str = " #[deprecated]";
    let plain = |line: &str| {
        let line = line.replace(DEPRECATED, "");
        line.split_once(" #[serde(")
            .map_or(line.clone(), |(before, _)| before.to_owned())
    };
    let own = if item.member.is_empty() {
        &item.item
    } else {
        &item.member
    };
    let is_type = ["struct ", "enum "]
        .iter()
        .any(|keyword| item.item.starts_with(keyword));
    let (head, traits) = match item.item.split_once(": ").filter(|_| is_type) {
        Some((head, traits)) => (head, traits.split(" #").next().unwrap_or_default()),
        None => (item.item.as_str(), ""),
    };
    let traits = traits
        .split(" + ")
        .filter(|name| item.member.is_empty() && !name.is_empty());
    let facts = Facts {
        item,
        deprecated: own.contains(DEPRECATED),
        traits: traits.collect(),
    };
    ((plain(head), plain(&item.member)), facts)
}

fn differences<'i>([old, new]: [&'i [PublicItem]; 2]) -> Vec<Difference<'i>> {
    let types = |items: &'i [PublicItem]| -> HashSet<&'i str> {
        let heads = items
            .iter()
            .filter(|item| item.member.is_empty() && !item.item.starts_with("impl "));
        heads.map(|item| item.ty.as_str()).collect()
    };
    let (old_types, new_types) = (types(old), types(new));
    let keyed =
        |items: &'i [PublicItem]| -> BTreeMap<(String, String), Facts<'i>> { items.iter().map(facts).collect() };
    let (old, new) = (keyed(old), keyed(new));
    let mut found: BTreeMap<(&str, &str, What), Difference<'i>> = BTreeMap::new();
    let mut note = |item: &'i PublicItem, what: What, kind: Kind, bump: Bump, places: [&'i [Vec<String>]; 2]| {
        let difference = found.entry((&item.ty, &item.name, what.clone())).or_insert(Difference {
            ty: &item.ty,
            name: &item.name,
            what,
            kind,
            bump,
            places,
        });
        // An item was removed, and another one of the same name was added.
        if difference.kind != kind {
            difference.kind = Kind::Changed;
        }
        difference.bump = difference.bump.max(bump);
        for (known, places) in difference.places.iter_mut().zip(places) {
            if known.is_empty() {
                *known = places;
            }
        }
    };
    for (key, one) in &old {
        let places = one.item.places.as_slice();
        let is_member = !one.item.member.is_empty() || one.item.item.starts_with("impl ");
        let Some(other) = new.get(key) else {
            // Members of a removed type are not reported separately.
            if !(is_member && old_types.contains(&*one.item.ty) && !new_types.contains(&*one.item.ty)) {
                note(one.item, What::Itself, Kind::Removed, Bump::Major, [places, &[]]);
            }
            continue;
        };
        let both = [places, other.item.places.as_slice()];
        if one.deprecated != other.deprecated {
            let kind = if other.deprecated { Kind::Added } else { Kind::Removed };
            note(other.item, What::Deprecation, kind, Bump::Minor, both);
        }
        let lost = one.traits.difference(&other.traits);
        let gained = other.traits.difference(&one.traits);
        for (traits, kind, bump) in [(lost, Kind::Removed, Bump::Major), (gained, Kind::Added, Bump::Minor)] {
            for name in traits {
                note(other.item, What::Trait((*name).to_owned()), kind, bump, both);
            }
        }
    }
    for (key, one) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        let is_member = !key.1.is_empty() || one.item.item.starts_with("impl ");
        if !(is_member && new_types.contains(&*one.item.ty) && !old_types.contains(&*one.item.ty)) {
            note(
                one.item,
                What::Itself,
                Kind::Added,
                Bump::Minor,
                [&[], &one.item.places],
            );
        }
    }
    found.into_values().collect()
}

/// The causes of each part of an item.
fn causes_of(difference: &Difference<'_>, changes: &Causes<'_>, documents: [&Document; 2]) -> BTreeSet<usize> {
    let parts = difference.places.map(<[_]>::len).into_iter().max().unwrap_or(0);
    let of_part = |part: usize| {
        let places = difference
            .places
            .map(|parts| parts.get(part).map_or(&[][..], Vec::as_slice));
        changes.nearest(places, documents)
    };
    (0..parts).flat_map(of_part).collect()
}

/// The changes that can be the cause of a difference, for each document by their pointers.
struct Causes<'c>([BTreeMap<&'c str, Vec<(usize, &'c Change)>>; 2]);

impl<'c> Causes<'c> {
    fn new(changes: &'c [Change], what: fn(&Change) -> bool) -> Self {
        Self([0, 1].map(|side| {
            let mut by_pointer: BTreeMap<&str, Vec<(usize, &Change)>> = BTreeMap::new();
            for (index, change) in changes.iter().enumerate().filter(|(_, change)| what(change)) {
                by_pointer
                    .entry(place_of(change, side).0)
                    .or_default()
                    .push((index, change));
            }
            by_pointer
        }))
    }

    /// The changes nearest to the given places: at a place or inside it, or else in a component that it refers to, or
    /// else around it.
    fn nearest(&self, places: [&[String]; 2], documents: [&Document; 2]) -> BTreeSet<usize> {
        let mut nearest = Nearest(usize::MAX, BTreeSet::new());
        for (side, places) in places.into_iter().enumerate() {
            for place in places {
                let mut known = HashSet::from([place.as_str()]);
                let mut open = VecDeque::from([(0, place.as_str())]);
                while let Some((steps, target)) = open.pop_front() {
                    if FAR * steps > nearest.0 {
                        break;
                    }
                    self.inside(side, target, steps, &mut nearest);
                    let node = documents[side].get(target).filter(|_| steps < MOST_STEPS);
                    let mut found = Vec::new();
                    node.into_iter().for_each(|node| references(node, &mut found));
                    found.retain(|target| known.insert(target));
                    open.extend(found.into_iter().map(|target| (steps + 1, target)));
                }
                self.around(side, place, &mut nearest);
            }
        }
        nearest.1
    }

    /// The changes at a place or inside it, which was reached by some references.
    fn inside(&self, side: usize, place: &str, steps: usize, nearest: &mut Nearest) {
        let inner = format!("{place}/");
        let at = self.0[side].get(place).into_iter().map(|changes| (place, changes));
        let inside = self.0[side].range(inner.as_str()..);
        let inside = inside.map(|(pointer, changes)| (*pointer, changes));
        for (pointer, changes) in at.chain(inside.take_while(|(pointer, _)| pointer.starts_with(&inner))) {
            let keys = pointer[place.len()..].split('/').skip(1);
            let distance: usize = keys.map(|key| if key == "properties" { INNER } else { 1 }).sum();
            for (index, change) in changes {
                let surrounds = place_of(change, side).1;
                let distance = distance + if surrounds { 10 } else { 0 };
                // Adding or removing a component does not change the items that refer to it.
                let is_unpaired = change.kind != Kind::Changed && pointer == place;
                if steps == 0 || distance < INNER && !is_unpaired {
                    nearest.offer(*index, FAR * steps + distance);
                }
            }
        }
    }

    /// The changes of the objects around a place.
    fn around(&self, side: usize, place: &str, nearest: &mut Nearest) {
        let ends = place.match_indices('/').map(|(end, _)| end).filter(|end| *end > 0);
        for end in ends {
            let changes = self.0[side].get(&place[..end]).into_iter().flatten();
            for (index, _) in changes.filter(|(_, change)| !place_of(change, side).1) {
                nearest.offer(*index, FURTHEST + place[end..].matches('/').count());
            }
        }
    }
}

/// The smallest distance so far, and the changes at that distance.
struct Nearest(usize, BTreeSet<usize>);

impl Nearest {
    fn offer(&mut self, index: usize, distance: usize) {
        if distance < self.0 {
            *self = Self(distance, BTreeSet::new());
        }
        if distance == self.0 {
            self.1.insert(index);
        }
    }
}

/// The distance of one reference, larger than any distance within one schema.
const FAR: usize = 10_000;
/// The distance of a change around the place, larger than any distance of a change inside.
const FURTHEST: usize = FAR * FAR;
/// The distance of one nested property: a change of the property itself is a better explanation. Through a reference
/// nested properties are ignored, because an item only names the type that it refers to.
const INNER: usize = 100;

/// How many references in a row are followed.
const MOST_STEPS: usize = 8;

/// Keywords that restrict or describe values without affecting their Rust type, besides the bounds.
const OF_VALUES: [&str; 13] = [
    "multipleOf",
    "uniqueItems",
    "pattern",
    "default",
    "readOnly",
    "writeOnly",
    "example",
    "examples",
    "description",
    "title",
    "summary",
    "externalDocs",
    "x-sunset",
];

fn is_of_deprecation(change: &Change) -> bool {
    change.id.ends_with("deprecated") || change.id.ends_with("reactivated")
}

fn is_of_type(change: &Change) -> bool {
    let pointer = &change.place().pointer;
    let last = pointer.rsplit('/').next().unwrap_or_default();
    // A property may have any name.
    let is_bound = |bound: &rule::Bound| bound.keyword == last || bound.exclusive == Some(last);
    let is_of_values = OF_VALUES.contains(&last) || rule::BOUNDS.iter().any(is_bound);
    let is_of_values = is_of_values && !pointer.ends_with(&format!("/properties/{last}"));
    !is_of_deprecation(change) && !is_of_values
}

/// The place of a change in one of the documents, and whether it is only the object around the place, because the
/// changed value is in the other document.
fn place_of(change: &Change, side: usize) -> (&str, bool) {
    match side {
        0 => (&change.old.pointer, change.kind == Kind::Added),
        _ => (&change.new.pointer, change.kind == Kind::Removed),
    }
}

fn references<'d>(node: &'d Node, found: &mut Vec<&'d str>) {
    match node.value() {
        Value::Object(members) => {
            let reference = node.get("$ref").and_then(Node::as_str);
            found.extend(reference.and_then(|text| text.strip_prefix('#')));
            members.iter().for_each(|member| references(member.value(), found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// A change for each Rust type with differences that no other change explains: the type is used elsewhere now, or the
/// name of a type that it refers to has changed.
fn unexplained(types: &BTreeMap<&str, Vec<&Difference<'_>>>, documents: [&Document; 2]) -> Vec<Change> {
    let nodes = [0, 1].map(|side| -> Vec<&Node> {
        let places = types.values().map(|all| {
            let mut places = all
                .iter()
                .flat_map(|found| [found.places[side], found.places[1 - side]]);
            places.find_map(|parts| parts.first()?.first())
        });
        places
            .map(|place| nearest_node(documents[side], place.map_or("", String::as_str)))
            .collect()
    });
    let [old, new] = [0, 1].map(|side| {
        let wanted = nodes[side].iter().map(|node| address(node)).collect();
        Locations::new(documents[side], wanted)
    });
    let mut paths = Paths::new(documents[1]);
    let places = nodes[0].iter().zip(&nodes[1]);
    let places = places.map(|(old_node, new_node)| [old.place(old_node), new.place(new_node)]);
    types
        .iter()
        .zip(places)
        .map(|((owner, all), places)| {
            let path = paths.path(&places[1].pointer);
            rust_surface_changed(owner, all, places, &path)
        })
        .collect()
}

fn rust_surface_changed(owner: &str, differences: &[&Difference<'_>], places: [Place; 2], path: &str) -> Change {
    let mut words: Vec<String> = Vec::new();
    for difference in differences {
        let more = difference.words();
        if !words.contains(&more) {
            words.push(more);
        }
    }
    let message = format!("the Rust type `{owner}`: {}", words.join(", "));
    let fingerprint = fingerprint::of(&rule::RUST_SURFACE_CHANGED.id, path, (None, Some(&message)));
    Change {
        rust: differences.iter().map(|found| found.bump).max(),
        ..Change::new(rule::RUST_SURFACE_CHANGED, Kind::Changed, places, message, fingerprint)
    }
}

/// The node at a pointer, or at its nearest ancestor that exists in the document.
fn nearest_node<'d>(document: &'d Document, mut pointer: &str) -> &'d Node {
    loop {
        match document.get(pointer) {
            Some(node) => return node,
            None => pointer = pointer.rsplit_once('/').map_or("", |(outer, _)| outer),
        }
    }
}
