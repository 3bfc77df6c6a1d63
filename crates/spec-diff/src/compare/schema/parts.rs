//! Keywords that contain schemas, most of them new in OpenAPI 3.1: conditions, tuples, dependent schemas.

use ittybit_spec::Node;

use super::super::pending::{Closed, Holder, Pending};
use super::super::view::View;
use super::super::walk::Member;
use super::comparison::Comparison;
use crate::change::Kind;
use crate::json;
use crate::rule::{self, Facet};

/// The schemas of a keyword in the old and in the new document, one for each part that has the keyword.
type Parts<'d> = (Vec<&'d Node>, Vec<&'d Node>);

impl<'d> Comparison<'_, 'd> {
    /// The schemas of a keyword, if both documents have it.
    fn both(&self, key: &str) -> Option<Parts<'d>> {
        Some((self.old.keywords.get(key)?.clone(), self.new.keywords.get(key)?.clone()))
    }

    fn message(&self, key: &str, member: &Member<'d>) -> String {
        let subject = &self.at.subject;
        match member.kind() {
            Kind::Added => format!("{subject} now has `{key}`"),
            Kind::Removed => format!("{subject} no longer has `{key}`"),
            Kind::Changed => format!("`{key}` of {subject} {}", member.difference()),
        }
    }

    /// Compares a schema that values also have to satisfy: if it gets narrower, the whole gets narrower.
    pub(super) fn part(&mut self, member: &Member<'d>, [added, removed]: [&Facet; 2]) {
        let key = member.key;
        if !self.plain(key, |_| true) {
            return self.unclassified(key);
        }
        if let Some((old, new)) = self.both(key) {
            let inner = self.inner(old, new, self.at.subject.property(key), Holder::Value);
            let closed = match key {
                "then" | "else" => self.closed(),
                _ => Closed::default(),
            };
            self.walk.pending.push_back(Pending { closed, ..inner });
            return;
        }
        let facet = if member.kind() == Kind::Added { added } else { removed };
        self.mark_compared(key);
        let message = self.message(key, member);
        self.facet(facet, member, message);
        if ["if", "then", "else", "contains"].contains(&key) {
            self.evaluated(key, member.kind(), member.places());
        }
    }

    /// Reports the effect of an added or removed part on `unevaluatedProperties` and `unevaluatedItems`: they do not
    /// apply to what a part describes, so with one more part they refuse less. If they are added or removed
    /// themselves, only that is reported.
    pub(super) fn evaluated(&mut self, key: &str, kind: Kind, places: (&'d Node, &'d Node)) {
        let closed = self.closed();
        let is_closed = |view: &View<'d>| view.get("items").and_then(Node::as_bool) == Some(false);
        let of_properties = !["prefixItems", "contains"].contains(&key);
        let of_items = !["patternProperties", "dependentSchemas", "additionalProperties"].contains(&key);
        let rules = [
            (
                of_properties && closed.properties,
                [
                    &rule::UNEVALUATED_PROPERTIES_ADDED,
                    &rule::UNEVALUATED_PROPERTIES_REMOVED,
                ],
            ),
            (
                of_items && (closed.items || is_closed(self.old) && is_closed(self.new)),
                [&rule::UNEVALUATED_ITEMS_ADDED, &rule::UNEVALUATED_ITEMS_REMOVED],
            ),
        ];
        for (_, [added, removed]) in rules.into_iter().filter(|(applies, _)| *applies) {
            let (facet, words) = match kind {
                Kind::Added => (removed, "fewer"),
                _ => (added, "more"),
            };
            let message = format!("{} has {words} unevaluated properties or items", self.at.subject);
            let rule = facet.at(self.at.site);
            self.walk.report(rule, kind, places, message);
        }
    }

    /// Compares a schema for which neither a narrower nor a wider one is known to be compatible.
    pub(super) fn overridden(&mut self, member: &Member<'d>, [added, removed, changed]: [&Facet; 3]) {
        let key = member.key;
        let Some((old, new)) = self.both(key).filter(|_| self.plain(key, |_| true)) else {
            return self.part(member, [added, removed]);
        };
        let inner = self.inner(old, new, self.at.subject.property(key), Holder::Value);
        let other = inner.override_rule.clone().unwrap_or(changed.at(self.at.site));
        // Inside of it `readOnly` and `writeOnly` properties count too.
        self.walk.pending.push_back(Pending {
            override_rule: Some(other),
            ..inner
        });
    }

    /// Compares `contains`. With `maxContains` a wider schema may match too many items.
    pub(super) fn contains(&mut self, member: &Member<'d>) {
        let counted = ["minContains", "maxContains"];
        let is_counted = counted
            .iter()
            .any(|key| self.old.get(key).is_some() || self.new.get(key).is_some());
        match is_counted {
            true => self.overridden(
                member,
                [&rule::CONTAINS_ADDED, &rule::CONTAINS_REMOVED, &rule::CONTAINS_CHANGED],
            ),
            false => self.part(member, [&rule::CONTAINS_ADDED, &rule::CONTAINS_REMOVED]),
        }
    }

    pub(super) fn contains_count(&mut self, member: &Member<'d>) {
        let key = member.key;
        self.mark_compared(key);
        let is_least = key == "minContains";
        let without = if is_least { 1.0 } else { f64::INFINITY };
        let count = |node: Option<&Node>| match node.and_then(Node::as_number) {
            Some(number) => number.as_f64().unwrap_or(without),
            None => without,
        };
        let (old, new) = (count(member.old), count(member.new));
        let facet = match (is_least, new > old) {
            _ if old == new => return,
            (true, true) => &rule::MIN_CONTAINS_INCREASED,
            (true, false) => &rule::MIN_CONTAINS_DECREASED,
            (false, true) => &rule::MAX_CONTAINS_INCREASED,
            (false, false) => &rule::MAX_CONTAINS_DECREASED,
        };
        let message = self.message(key, member);
        self.facet(facet, member, message);
    }

    /// Compares `unevaluatedProperties` or `unevaluatedItems`: anything is allowed, nothing, or what fits a schema.
    pub(super) fn unevaluated(&mut self, member: &Member<'d>, [added, removed]: [&Facet; 2]) {
        let key = member.key;
        if !self.plain(key, |_| true) {
            return self.unclassified(key);
        }
        let room = |node: Option<&Node>| match node {
            None => 2,
            Some(node) if node.as_bool() == Some(false) => 0,
            Some(node) if node.as_object().is_some_and(|members| !members.is_empty()) => 1,
            Some(_) => 2,
        };
        let (old, new) = (room(member.old), room(member.new));
        if (old, new) == (1, 1) {
            return self.part(member, [added, removed]);
        }
        self.mark_compared(key);
        if old != new {
            let message = self.message(key, member);
            let facet = if new < old { added } else { removed };
            self.facet(facet, member, message);
        }
    }

    /// Compares the first items of a list, each with its own schema; `items` applies to the others.
    pub(super) fn prefix_items(&mut self, member: &Member<'d>) {
        for (at, item) in self.walk.entries(member).into_iter().enumerate() {
            let subject = self.at.subject.inner(&format!("[{at}]"));
            let rest = |view: &View<'d>| view.get("items").filter(|node| node.as_object().is_some());
            let pair = match (item.old, item.new) {
                (Some(old), Some(new)) => Some((old, new)),
                (None, Some(new)) => {
                    self.walk.mark_compared(Some(new));
                    let message = format!("the item {at} of {} now has its own schema", self.at.subject);
                    let rule = rule::PREFIX_ITEMS_ADDED.at(self.at.site);
                    let places = item.places();
                    self.walk.report(rule, Kind::Added, places, message);
                    self.evaluated("prefixItems", Kind::Added, places);
                    rest(self.old).map(|old| (old, new))
                }
                (Some(old), None) => {
                    self.walk.mark_compared(Some(old));
                    let message = format!("the item {at} of {} no longer has its own schema", self.at.subject);
                    let rule = rule::PREFIX_ITEMS_REMOVED.at(self.at.site);
                    let places = item.places();
                    self.walk.report(rule, Kind::Removed, places, message);
                    self.evaluated("prefixItems", Kind::Removed, places);
                    rest(self.new).map(|new| (old, new))
                }
                (None, None) => None,
            };
            if let Some((old, new)) = pair {
                let inner = self.inner(vec![old], vec![new], subject, Holder::Value);
                self.walk.pending.push_back(inner);
            }
        }
    }

    /// The message for a difference of an entry of a map.
    fn entry_message(&self, map: &Member<'d>, entry: &Member<'d>) -> String {
        let (map, subject) = (map.key, &self.at.subject);
        format!("`{}` in `{map}` of {subject} {}", entry.key, entry.difference())
    }

    /// Compares a map of schemas.
    pub(super) fn named_parts(&mut self, map: &Member<'d>, [added, removed]: [&Facet; 2]) {
        for member in self.walk.entries(map) {
            if let (Some(old), Some(new)) = (member.old, member.new) {
                let subject = self.at.subject.property(&format!("{} {}", map.key, member.key));
                let inner = self.inner(vec![old], vec![new], subject, Holder::Value);
                self.walk.pending.push_back(inner);
                continue;
            }
            let facet = if member.kind() == Kind::Added { added } else { removed };
            let message = self.entry_message(map, &member);
            self.facet(facet, &member, message);
            self.evaluated(map.key, member.kind(), member.places());
        }
    }

    /// Compares the names that are required if another one is present.
    pub(super) fn dependent_required(&mut self, map: &Member<'d>) {
        for member in self.walk.entries(map) {
            self.walk.mark_member(&member);
            let names = |node: Option<&'d Node>| -> Vec<String> {
                let names = node.and_then(Node::as_array).unwrap_or_default();
                names.iter().map(json::canonical).collect()
            };
            let (old, new) = (names(member.old), names(member.new));
            let more = new.iter().any(|name| !old.contains(name));
            let less = old.iter().any(|name| !new.contains(name));
            let facets = [
                more.then_some(&rule::DEPENDENT_REQUIRED_ADDED),
                less.then_some(&rule::DEPENDENT_REQUIRED_REMOVED),
            ];
            for facet in facets.into_iter().flatten() {
                let message = self.entry_message(map, &member);
                self.facet(facet, &member, message);
            }
        }
    }
}
