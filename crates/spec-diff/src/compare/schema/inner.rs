//! The schemas inside a schema: properties, items, alternatives.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use ittybit_spec::{Node, Value};

use super::super::content::is_json_part;
use super::super::deprecation::{Removal, SUNSET};
use super::super::pending::{Closed, Form, Holder, Pending};
use super::super::side::Side;
use super::super::view::View;
use super::super::walk::Member;
use super::comparison::{Comparison, required_rule};
use super::keywords::ANNOTATIONS;
use crate::change::Kind;
use crate::json;
use crate::rule::{self, Direction, Rule, Site};

impl<'d> Comparison<'_, 'd> {
    pub(super) fn items(&mut self, member: &Member<'d>) {
        let lists = |view: &View<'d>| view.keywords.get("items").cloned().unwrap_or_default();
        let (old, new) = (lists(self.old), lists(self.new));
        if old.is_empty() || new.is_empty() {
            return self.unclassified(member.key);
        }
        let inner = self.inner(old, new, self.at.subject.inner("[]"), Holder::Value);
        self.walk.pending.push_back(inner);
    }

    pub(super) fn properties(&mut self) {
        let (old, new) = (self.old, self.new);
        let added = new.properties.keys().filter(|name| !old.properties.contains_key(*name));
        let names: Vec<&'d str> = old.properties.keys().chain(added).copied().collect();
        for name in names {
            let required = (old.required.contains_key(name), new.required.contains_key(name));
            let subject = self.at.subject.property(name);
            match (old.properties.get(name), new.properties.get(name)) {
                (Some(old), Some(new)) => {
                    let mut inner = self.inner(old.clone(), new.clone(), subject, Holder::Field { required });
                    let mut encodings = self.at.encoding.into_iter().flatten();
                    if encodings.any(|encoding| is_json_part(encoding, name)) {
                        inner.form = Form::Json;
                    }
                    let unsent = (self.is_unsent(old, self.walk.old), self.is_unsent(new, self.walk.new));
                    if unsent == (true, true) {
                        self.walk.unsent.push(inner);
                        continue;
                    }
                    if unsent.0 {
                        self.was_closed(name, new);
                    }
                    if unsent.0 && required.1 {
                        // It is required in this direction for the first time.
                        let (rule, message) = required_rule(self.at.site, true, &inner.subject.to_string());
                        let places = (inner.old[0], inner.new[0]);
                        self.walk.report(rule, Kind::Changed, places, message);
                    }
                    match unsent.1 {
                        // It is no longer sent, so a change of `required` does not affect the wire.
                        true => self.walk.required(&Pending {
                            site: Site::Schema,
                            ..inner.clone()
                        }),
                        false => self.walk.required(&inner),
                    }
                    self.walk.enqueue_property(inner);
                }
                (None, Some(added)) => {
                    let unsent = self.is_unsent(added, self.walk.new);
                    let direction = if unsent {
                        Direction::Neither
                    } else {
                        self.at.site.direction()
                    };
                    let rule = match (direction, required.1) {
                        (Direction::Request, true) => rule::REQUEST_PROPERTY_ADDED_REQUIRED,
                        (Direction::Request, false) => rule::REQUEST_PROPERTY_ADDED_OPTIONAL,
                        (Direction::Response, true) => rule::RESPONSE_PROPERTY_ADDED_REQUIRED,
                        (Direction::Response, false) => rule::RESPONSE_PROPERTY_ADDED_OPTIONAL,
                        (Direction::Neither, _) => rule::SCHEMA_PROPERTY_ADDED,
                    };
                    let which = self.which(required.1, unsent);
                    let message = format!("the {which} property {subject} was added");
                    for node in added {
                        self.walk.mark_compared(Some(node));
                    }
                    let property = |part: &'d Node| part.get("properties")?.get(name);
                    let places = (self.within(None, Some(added[0]), property).0, added[0]);
                    self.unpaired_property(unsent, rule, Kind::Added, places, message);
                    if required.0 && (unsent || !required.1) {
                        // It was required before it was described, with any value.
                        self.required_changed(name, false, places);
                        self.was_required(name, added);
                    }
                    if !unsent {
                        self.was_closed(name, added);
                        self.was_allowed(name, added);
                    }
                }
                (Some(removed), None) => {
                    let unsent = self.is_unsent(removed, self.walk.old);
                    let direction = if unsent {
                        Direction::Neither
                    } else {
                        self.at.site.direction()
                    };
                    let removal = self.removal(removed);
                    let rule = match (direction, removal, required.0) {
                        (Direction::Neither, ..) => rule::SCHEMA_PROPERTY_REMOVED,
                        (Direction::Request, Removal::BeforeSunset, _) => rule::REQUEST_PROPERTY_REMOVED_BEFORE_SUNSET,
                        (Direction::Request, Removal::AfterSunset, _) => rule::REQUEST_PROPERTY_REMOVED_AFTER_SUNSET,
                        (Direction::Request, ..) => rule::REQUEST_PROPERTY_REMOVED,
                        (_, Removal::BeforeSunset, _) => rule::RESPONSE_PROPERTY_REMOVED_BEFORE_SUNSET,
                        (_, Removal::AfterSunset, _) => rule::RESPONSE_PROPERTY_REMOVED_AFTER_SUNSET,
                        (.., true) => rule::RESPONSE_PROPERTY_REMOVED_REQUIRED,
                        (.., false) => rule::RESPONSE_PROPERTY_REMOVED_OPTIONAL,
                    };
                    let (which, when) = (self.which(required.0, unsent), removal.suffix());
                    let message = format!("the {which} property {subject} was removed{when}");
                    for node in removed {
                        self.walk.mark_compared(Some(node));
                    }
                    let property = |part: &'d Node| part.get("properties")?.get(name);
                    let places = (removed[0], self.within(Some(removed[0]), None, property).1);
                    self.unpaired_property(unsent, rule, Kind::Removed, places, message);
                    if unsent && required.1 {
                        self.required_changed(name, true, places);
                        if self.at.site.direction() == Direction::Response {
                            let message = format!("`{name}` of {} is present now, with any value", self.at.subject);
                            self.walk.report(rule::UNCLASSIFIED, Kind::Changed, places, message);
                        }
                    }
                    let others = self.new.get("additionalProperties");
                    if let Some(others) = others.filter(|others| !unsent && is_schema(others)) {
                        let subject = self.at.subject.property(name);
                        let inner = self.inner(removed.clone(), vec![others], subject, Holder::Value);
                        self.walk.pending.push_back(inner);
                    }
                }
                (None, None) => {}
            }
        }
        self.required_only();
    }

    /// Reports a property that only one of the schemas has. If it is not sent in the direction of the schema, it is
    /// reported later, unless the other direction reports it.
    fn unpaired_property(
        &mut self,
        unsent: bool,
        rule: Rule,
        kind: Kind,
        places: (&'d Node, &'d Node),
        message: String,
    ) {
        if !unsent {
            return self.walk.report(rule, kind, places, message);
        }
        let found = self.walk.found(rule, kind, places, message);
        self.walk.unpaired_unsent.push(found);
    }

    /// Reports a property that became required or optional, although `required` names it in both documents: it is only
    /// sent in this direction in one of them.
    fn required_changed(&mut self, name: &str, required: bool, places: (&'d Node, &'d Node)) {
        let subject = self.at.subject.property(name).to_string();
        let (rule, message) = required_rule(self.at.site, required, &subject);
        self.walk.report(rule, Kind::Changed, places, message);
    }

    /// Reports a property that is added to an object that allowed only the listed ones.
    fn was_closed(&mut self, name: &str, added: &[&'d Node]) {
        let closed = |key: &&str| self.old.get(key).and_then(Node::as_bool) == Some(false);
        let keys = ["additionalProperties", "unevaluatedProperties"];
        let key = keys.into_iter().find(closed);
        if key.is_some() || self.at.closed.properties {
            let subject = self.at.subject.to_string();
            let message = format!("{subject} allowed no other properties, and now allows `{name}`");
            let rule = rule::ADDITIONAL_PROPERTIES_WIDENED.at(self.at.site);
            let closed = key.and_then(|key| self.old.get(key));
            let places = (closed.unwrap_or(self.nodes.0), added[0]);
            self.walk.report(rule, Kind::Added, places, message);
        }
    }

    /// Compares an added property with what was allowed before: the property may have been one of
    /// `additionalProperties`, or described by an alternative or a condition.
    fn was_allowed(&mut self, name: &'d str, added: &[&'d Node]) {
        if self.at.site.direction() == Direction::Request && self.is_listed_inside(self.old, name, DEEPEST) {
            let subject = self.at.subject.to_string();
            let message = format!("`{name}` of {subject} is now described for all values, not only for some");
            let places = (self.nodes.0, added[0]);
            self.walk.report(rule::UNCLASSIFIED, Kind::Added, places, message);
        }
        let others = ["additionalProperties", "unevaluatedProperties"].map(|key| self.old.get(key));
        for others in others.into_iter().flatten().filter(|others| is_schema(others)) {
            let subject = self.at.subject.property(name);
            let inner = self.inner(vec![others], added.to_vec(), subject, Holder::Value);
            self.walk.pending.push_back(inner);
        }
    }

    /// Reports an added property that was already required in a request, with any value.
    fn was_required(&mut self, name: &str, added: &[&'d Node]) {
        if self.at.site.direction() == Direction::Request {
            let message = format!("`{name}` of {} was required before, with any value", self.at.subject);
            let places = (self.nodes.0, added[0]);
            self.walk.report(rule::UNCLASSIFIED, Kind::Added, places, message);
        }
    }

    /// Reports required properties that the schema does not describe, and that one of its alternatives describes now.
    fn required_in_alternative(&mut self, (old, new): (&'d Node, &'d Node)) {
        let views = (self.walk.old.view(&[old]), self.walk.new.view(&[new]));
        let required = self.old.required.keys();
        let asked: Vec<&'d str> = required
            .copied()
            .filter(|name| !self.old.properties.contains_key(name))
            .collect();
        for name in asked {
            if let (None, Some(added)) = (views.0.properties.get(name), views.1.properties.get(name)) {
                self.was_required(name, added);
            }
        }
    }

    /// Whether this schema, or one around it, refuses unevaluated properties and items, for its parts.
    pub(super) fn closed(&self) -> Closed {
        let refuses = |view: &View<'d>, key: &str| view.get(key).is_some_and(|node| node.as_bool() != Some(true));
        let both = |key: &str| refuses(self.old, key) && refuses(self.new, key);
        Closed {
            properties: self.at.closed.properties || both("unevaluatedProperties"),
            items: self.at.closed.items || both("unevaluatedItems"),
        }
    }

    /// Whether one of the schemas that apply to some values (alternatives, conditions) describes a property.
    fn is_listed_inside(&self, view: &View<'d>, name: &str, depth: usize) -> bool {
        let keys = ["anyOf", "oneOf", "if", "then", "else", "dependentSchemas"];
        let values = keys.iter().filter_map(|key| Some((*key, view.keywords.get(key)?)));
        let parts = values.flat_map(|(key, values)| values.iter().map(move |value| (key, *value)));
        let schemas = parts.flat_map(|(key, value)| match (value.as_array(), value.as_object()) {
            (Some(parts), _) => parts.iter().collect::<Vec<_>>(),
            (_, Some(named)) if key == "dependentSchemas" => named.iter().map(|entry| entry.value()).collect(),
            _ => vec![value],
        });
        // Beyond this depth it is assumed that it does.
        schemas.into_iter().any(|schema| {
            let inner = self.walk.old.view(&[schema]);
            depth == 0 || inner.properties.contains_key(name) || self.is_listed_inside(&inner, name, depth - 1)
        })
    }

    /// How the removal of a property was announced.
    fn removal(&self, parts: &[&'d Node]) -> Removal {
        let view = self.walk.old.view(parts);
        self.walk.removal(view.flag("deprecated"), view.get(SUNSET))
    }

    /// Whether a property is not sent in the direction of the schema: `readOnly` in a request, `writeOnly` in a
    /// response. `required` does not apply to it there.
    fn is_unsent(&self, parts: &[&'d Node], side: &Side<'d>) -> bool {
        let flag = match self.at.site.direction() {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
            Direction::Neither => return false,
        };
        side.folded(parts).flag(flag)
    }

    fn which(&self, required: bool, unsent: bool) -> &'static str {
        match (unsent, self.at.site.direction(), required) {
            (true, Direction::Request, _) => "read-only",
            (true, ..) => "write-only",
            (false, _, true) => "required",
            (false, _, false) => "optional",
        }
    }

    /// Compares the names in `required` without a property.
    fn required_only(&mut self) {
        let (old, new) = (self.old, self.new);
        let unpaired = |name: &str| !old.properties.contains_key(name) && !new.properties.contains_key(name);
        for (name, node) in old.required.iter().filter(|(name, _)| unpaired(name)) {
            if !new.required.contains_key(name) {
                let (rule, message) = required_rule(self.at.site, false, &self.at.subject.property(name).to_string());
                self.walk.report(rule, Kind::Removed, (node, self.nodes.1), message);
            }
        }
        for (name, node) in new.required.iter().filter(|(name, _)| unpaired(name)) {
            if !old.required.contains_key(name) {
                let (rule, message) = required_rule(self.at.site, true, &self.at.subject.property(name).to_string());
                self.walk.report(rule, Kind::Added, (self.nodes.0, node), message);
            }
        }
    }

    /// The schemas of `additionalProperties`, if both documents have one.
    pub(super) fn others(&self) -> Option<(&'d Node, &'d Node)> {
        let schema = |view: &View<'d>| match view.keywords.get("additionalProperties").map(Vec::as_slice) {
            Some([first, rest @ ..]) if rest.iter().all(|other| json::same(first, other)) => {
                Some(*first).filter(|node| is_schema(node))
            }
            _ => None,
        };
        schema(self.old).zip(schema(self.new))
    }

    /// Compares `additionalProperties`. Any are allowed if it is missing, `true` or `{}`.
    pub(super) fn additional_properties(&mut self) {
        let key = "additionalProperties";
        if let Some((old, new)) = self.others() {
            let inner = self.inner(vec![old], vec![new], self.at.subject.inner("{}"), Holder::Value);
            self.walk.pending.push_back(inner);
            return;
        }
        let fits = |node: &Node| node.as_bool().is_some() || node.as_object().is_some();
        if !self.plain(key, fits) {
            return;
        }
        let member = self.member(key);
        let freedom = |node: Option<&'d Node>| match node.map(Node::value) {
            Some(Value::Bool(false)) => Freedom::None,
            Some(Value::Object(members)) if !members.is_empty() => Freedom::Schema,
            _ => Freedom::Any,
        };
        let (old, new) = (freedom(member.old), freedom(member.new));
        self.mark_compared(key);
        if member.kind() != Kind::Changed {
            self.evaluated(key, member.kind(), member.places());
        }
        if old == new {
            return self.refused();
        }
        let words = |freedom: Freedom| match freedom {
            Freedom::None => "no other properties",
            Freedom::Schema => "only some other properties",
            Freedom::Any => "any other properties",
        };
        let subject = &self.at.subject;
        let message = format!("{subject} allowed {}, and now allows {}", words(old), words(new));
        let facet = if new < old {
            &rule::ADDITIONAL_PROPERTIES_RESTRICTED
        } else {
            &rule::ADDITIONAL_PROPERTIES_WIDENED
        };
        self.facet(facet, &member, message);
    }

    /// Compares the properties that are listed, but refused by another part of the schema: `additionalProperties: false`
    /// only allows those beside it.
    fn refused(&mut self) {
        let refused = |view: &View<'d>| -> BTreeSet<&'d str> {
            let closed = |part: &&&'d Node| part.get("additionalProperties").and_then(Node::as_bool) == Some(false);
            let parts: Vec<&Node> = view.objects.iter().filter(closed).copied().collect();
            let lists = |part: &&Node, name: &str| part.get("properties").is_some_and(|all| all.get(name).is_some());
            let names = view.properties.keys().copied();
            names
                .filter(|name| !parts.iter().all(|part| lists(part, name)))
                .collect()
        };
        let (old, new) = (refused(self.old), refused(self.new));
        for (facet, names, words) in [
            (&rule::ADDITIONAL_PROPERTIES_RESTRICTED, &new - &old, "refuses"),
            (&rule::ADDITIONAL_PROPERTIES_WIDENED, &old - &new, "no longer refuses"),
        ] {
            let Some(name) = names.first() else { continue };
            let subject = &self.at.subject;
            let message = format!("{subject} {words} `{name}` by `additionalProperties: false` in another part of it");
            let rule = facet.at(self.at.site);
            self.walk.report(rule, Kind::Changed, self.nodes, message);
        }
    }

    /// Compares `oneOf` and `anyOf`, which are sets of schemas: references with the same target and equal schemas are
    /// paired; of equally many others those at the same position.
    pub(super) fn alternatives(&mut self, member: &Member<'d>) {
        let key = member.key;
        let (Some(old), Some(new)) = (member.old, member.new) else {
            return self.unclassified(key);
        };
        let (Some(old_parts), Some(new_parts)) = (old.as_array(), new.as_array()) else {
            return self.unclassified(key);
        };
        if !self.plain(key, |_| true) {
            return self.unclassified(key);
        }
        self.walk.mark_visited(old);
        self.walk.mark_visited(new);
        let name = |node: &Node| match node.get("$ref") {
            Some(reference) => json::canonical(reference),
            None => json::canonical(node),
        };
        let mut left: IndexMap<String, Vec<&'d Node>> = IndexMap::new();
        for part in new_parts {
            left.entry(name(part)).or_default().insert(0, part);
        }
        let mut pairs = Vec::new();
        let mut unpaired = Vec::new();
        for part in old_parts {
            match left.get_mut(&name(part)).and_then(Vec::pop) {
                Some(other) => pairs.push((part, other)),
                None => unpaired.push(part),
            }
        }
        let mut rest: Vec<&'d Node> = new_parts
            .iter()
            .filter(|part| {
                left.get(&name(part))
                    .is_some_and(|parts| parts.iter().any(|left| std::ptr::eq(*left, *part)))
            })
            .collect();
        if unpaired.len() == rest.len() {
            pairs.extend(unpaired.drain(..).zip(rest.drain(..)));
        }
        for (index, (old, new)) in pairs.into_iter().enumerate() {
            let subject = self.at.subject.property(&format!("alternative {}", index + 1));
            let inner = self.inner(vec![old], vec![new], subject, Holder::Value);
            self.walk.pending.push_back(Pending {
                closed: self.closed(),
                ..inner
            });
            self.required_in_alternative((old, new));
        }
        let facets = if key == "oneOf" {
            [&rule::ONE_OF_ADDED, &rule::ONE_OF_REMOVED]
        } else {
            [&rule::ANY_OF_ADDED, &rule::ANY_OF_REMOVED]
        };
        let subject = self.at.subject.to_string();
        for part in rest {
            let message = format!("{subject} has one more alternative in `{key}`: {}", json::shown(part));
            self.walk.mark_compared(Some(part));
            self.walk
                .report(facets[0].at(self.at.site), Kind::Added, (old, part), message);
        }
        for part in unpaired {
            let message = format!("{subject} has one fewer alternative in `{key}`: {}", json::shown(part));
            self.walk.mark_compared(Some(part));
            self.walk
                .report(facets[1].at(self.at.site), Kind::Removed, (part, new), message);
        }
    }
}

impl<'d> Comparison<'_, 'd> {
    /// Compares a schema that is one of several alternatives in the other document. Returns whether it is one.
    pub(super) fn is_alternative(&mut self) -> bool {
        let has_union = |view: &View<'d>| view.get("oneOf").or(view.get("anyOf")).is_some();
        let (key, list, one, references) = match (union(self.old), union(self.new)) {
            (None, Some((key, list))) if !has_union(self.old) => (key, list, self.nodes.0, &self.walk.new.references),
            (Some((key, list)), None) if !has_union(self.new) => (key, list, self.nodes.1, &self.walk.old.references),
            _ => return false,
        };
        let is_wider = std::ptr::eq(one, self.nodes.0);
        let text = json::canonical(one);
        let alternatives = list.as_array().unwrap_or_default();
        let is_same = |part: &&'d Node| {
            references
                .resolve(part)
                .is_some_and(|part| json::canonical(part) == text)
        };
        let Some(same) = alternatives.iter().find(is_same) else {
            return false;
        };
        self.walk.mark_visited(list);
        let facet = match (key, is_wider) {
            ("oneOf", true) => &rule::ONE_OF_ADDED,
            ("oneOf", false) => &rule::ONE_OF_REMOVED,
            (_, true) => &rule::ANY_OF_ADDED,
            (_, false) => &rule::ANY_OF_REMOVED,
        };
        for part in alternatives.iter().filter(|part| !std::ptr::eq(*part, same)) {
            self.walk.mark_compared(Some(part));
            let (kind, places, words) = match is_wider {
                true => (Kind::Added, (one, part), "now has another alternative"),
                false => (Kind::Removed, (part, one), "no longer has another alternative"),
            };
            let message = format!("{} {words}, in `{key}`: {}", self.at.subject, json::shown(part));
            self.walk.report(facet.at(self.at.site), kind, places, message);
        }
        let (old, new) = if is_wider { (one, same) } else { (same, one) };
        let subject = self.at.subject.property("alternative 1");
        let inner = self.inner(vec![old], vec![new], subject, Holder::Value);
        self.walk.pending.push_back(inner);
        let view = if is_wider { self.new } else { self.old };
        for key in view.keywords.keys().copied().filter(|other| *other != key) {
            self.keyword(key);
        }
        true
    }
}

/// The alternatives of a schema that has no other constraints.
fn union<'d>(view: &View<'d>) -> Option<(&'static str, &'d Node)> {
    let key = ["oneOf", "anyOf"].into_iter().find(|key| view.get(key).is_some())?;
    let says_nothing = |other: &&str| {
        *other == key || ANNOTATIONS.contains(other) || ["nullable", "discriminator", "deprecated"].contains(other)
    };
    let alone = view.keywords.keys().all(says_nothing) && view.properties.is_empty() && view.required.is_empty();
    match view.keywords.get(key)?.as_slice() {
        [list] if alone && list.as_array().is_some_and(|parts| parts.len() > 1) => Some((key, list)),
        _ => None,
    }
}

/// How deeply nested alternatives are searched.
const DEEPEST: usize = 4;

/// Whether it is a schema with keywords.
fn is_schema(node: &Node) -> bool {
    node.as_object().is_some_and(|members| !members.is_empty())
}

/// Which properties an object allows besides the listed ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Freedom {
    None,
    Schema,
    Any,
}
