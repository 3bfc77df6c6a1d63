//! The keywords of a schema: its type, its values, their bounds.

use std::cmp::Ordering;

use indexmap::IndexMap;
use ittybit_spec::Node;

use super::super::view::View;
use super::super::{Member, Walk, address};
use super::{Comparison, Holder};
use crate::change::{Bump, Kind};
use crate::json;
use crate::rule::{self, Bound, Direction, Facet, Move};

impl<'d> Comparison<'_, 'd> {
    /// Reports one of the changes that a schema can have.
    pub(super) fn facet(&mut self, facet: &Facet, member: &Member<'d>, message: String, rust: Bump) {
        self.walk.settle(member.old);
        self.walk.settle(member.new);
        if !member.is_same() {
            let rule = facet.at(self.at.site);
            self.walk.report(rule, member.kind(), member.places(), message, rust);
        }
    }

    /// Whether every part that has the keyword says it once, and as the kind of value it must be.
    pub(super) fn plain(&self, key: &str, fits: fn(&Node) -> bool) -> bool {
        let one = |view: &View<'d>| match view.keywords.get(key).map(Vec::as_slice) {
            None => true,
            Some([value]) => fits(value),
            Some([first, rest @ ..]) => fits(first) && rest.iter().all(|other| json::same(first, other)),
            Some([]) => true,
        };
        one(self.old) && one(self.new)
    }

    pub(super) fn settle(&mut self, key: &str) {
        for view in [self.old, self.new] {
            for value in view.keywords.get(key).into_iter().flatten() {
                self.walk.settle(Some(value));
            }
        }
    }

    /// `type` and `format`: what kind of value it is. Returns whether it is quite another one, so
    /// that there is no more to compare.
    pub(super) fn kind(&mut self) -> bool {
        let text = |node: &Node| node.as_str().is_some();
        if !self.plain("type", text) || !self.plain("format", text) {
            return false;
        }
        self.settle("type");
        self.settle("format");
        let kind = |view: &View<'d>| (view.text("type"), view.text("format"));
        let (old, new) = (kind(self.old), kind(self.new));
        if old == new {
            return false;
        }
        let key = if old.0 == new.0 { "format" } else { "type" };
        let facet = match (is_within(old, new), is_within(new, old)) {
            (true, _) => &rule::TYPE_GENERALIZED,
            (_, true) => &rule::TYPE_SPECIALIZED,
            _ => &rule::TYPE_CHANGED,
        };
        let words = |(ty, format): (Option<&str>, Option<&str>)| match (ty, format) {
            (None, None) => "without a type".to_owned(),
            (Some(ty), None) => format!("`{ty}`"),
            (None, Some(format)) => format!("without a type, of the format `{format}`"),

            (Some(ty), Some(format)) => format!("`{ty}` of the format `{format}`"),
        };
        let message = format!("{} was {} and is {}", self.at.subject, words(old), words(new));
        let rule = facet.at(self.at.site);
        let places = self.member(key).places();
        self.walk.report(rule, Kind::Changed, places, message, self.retyped);
        let is_other = key == "type" && old.0.is_some() && new.0.is_some() && facet.is(&rule::TYPE_CHANGED);
        if is_other {
            for view in [self.old, self.new] {
                let values = view.keywords.values().chain(view.properties.values()).flatten();
                for value in values.copied() {
                    self.walk.settle(Some(value));
                }
            }
        }
        is_other
    }

    pub(super) fn enumeration(&mut self) {
        if !self.plain("enum", |node| node.as_array().is_some()) {
            return;
        }
        let member = self.member("enum");
        let subject = &self.at.subject;
        let values = |node: Option<&'d Node>| -> IndexMap<String, &'d Node> {
            let values = node.and_then(Node::as_array).unwrap_or_default();
            values.iter().map(|value| (json::canonical(value), value)).collect()
        };
        let (old, new) = (values(member.old), values(member.new));
        let list = |values: &IndexMap<String, &Node>| {
            let shown: Vec<String> = values.values().take(5).map(|value| json::shown(value)).collect();
            let rest = values.len().saturating_sub(5);
            let rest = if rest > 0 {
                format!(" and {rest} more")
            } else {
                String::new()
            };
            format!("{}{rest}", shown.join(", "))
        };
        match (member.old, member.new) {
            (None, None) => {}
            (None, Some(_)) => {
                let message = format!("{subject} is one of {} now", list(&new));
                self.facet(&rule::BECAME_ENUM, &member, message, self.retyped);
            }
            (Some(_), None) => {
                let message = format!("{subject} is not restricted to {} any more", list(&old));
                self.facet(&rule::BECAME_NOT_ENUM, &member, message, self.retyped);
            }
            (Some(old_list), Some(new_list)) => {
                self.settle("enum");
                // Only text becomes variants.
                let effect = |value: &Node, effect: Bump| match value.as_str() {
                    Some(_) if self.at.generated => effect.max(self.retyped),
                    _ => self.retyped,
                };
                let mut changes = Vec::new();
                for (_, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                    let message = format!("{subject} takes {} no more", json::shown(value));
                    let message = match self.at.site.direction() {
                        Direction::Response => format!("{subject} is never {} any more", json::shown(value)),
                        _ => message,
                    };
                    let rust = effect(value, Bump::Major);
                    changes.push((
                        &rule::ENUM_VALUE_REMOVED,
                        Kind::Removed,
                        (*value, new_list),
                        message,
                        rust,
                    ));
                }
                for (_, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                    let message = match self.at.site.direction() {
                        Direction::Response => format!("{subject} may be {} now", json::shown(value)),
                        _ => format!("{subject} takes {} too", json::shown(value)),
                    };
                    let rust = effect(value, Bump::Minor);
                    changes.push((&rule::ENUM_VALUE_ADDED, Kind::Added, (old_list, *value), message, rust));
                }
                if changes.is_empty() && !json::same(old_list, new_list) {
                    let message = format!("the values of {subject} stand in another order");
                    let places = (old_list, new_list);
                    changes.push((&rule::ENUM_ORDER_CHANGED, Kind::Changed, places, message, Bump::Patch));
                }
                for (facet, kind, places, message, rust) in changes {
                    self.walk.report(facet.at(self.at.site), kind, places, message, rust);
                }
            }
        }
    }

    pub(super) fn bound(&mut self, bound: &Bound) {
        let number = |node: &Node| node.as_number().is_some();
        let flag = |node: &Node| node.as_bool().is_some();
        if !self.plain(bound.keyword, number) || !bound.exclusive.is_none_or(|key| self.plain(key, flag)) {
            return;
        }
        let limit = |view: &View<'d>| {
            let exclusive = bound.exclusive.is_some_and(|key| view.flag(key));
            view.get(bound.keyword)
                .and_then(Node::as_number)
                .map(|limit| (limit, exclusive))
        };
        let (old, new) = (limit(self.old), limit(self.new));
        // Without a limit it does not matter whether the limit is exclusive, and a rule must not
        // stay silent about it.
        if let Some(key) = bound.exclusive
            && (old.is_some() || new.is_some())
        {
            self.settle(key);
        }
        self.settle(bound.keyword);
        // No length and no number of items is less than 0.
        let is_default = |(limit, _): (&serde_json::Number, bool)| {
            bound.is_lower() && bound.exclusive.is_none() && limit.as_f64() == Some(0.0)
        };
        let how = match (old, new) {
            (None, None) => return,
            (Some(limit), None) | (None, Some(limit)) if is_default(limit) => return,
            (None, Some(_)) => Move::Set,
            (Some(_), None) => Move::Unset,
            (Some((old, old_exclusive)), Some((new, new_exclusive))) => {
                // An exclusive limit is a little stricter than the limit itself.
                let strictness = |exclusive: bool| exclusive == bound.is_lower();
                let order = json::order(old, new).then(strictness(old_exclusive).cmp(&strictness(new_exclusive)));
                match order {
                    Ordering::Less => Move::Increased,
                    Ordering::Greater => Move::Decreased,
                    Ordering::Equal => return,
                }
            }
        };
        let words = |(limit, exclusive): (&serde_json::Number, bool)| match exclusive {
            false => format!("{limit}"),
            true => format!("{limit} (exclusive)"),
        };
        let told = match (old, new) {
            (Some(old), Some(new)) => format!("went from {} to {}", words(old), words(new)),
            (Some(old), None) => format!("was {}, and there is none now", words(old)),
            (None, Some(new)) => format!("is {} now, and there was none", words(new)),
            (None, None) => return,
        };
        let message = format!("{} of {} {told}", bound.words, self.at.subject);
        let member = self.member(bound.keyword);
        let mut places = member.places();
        // Of the same limit the other keyword has changed.
        if let (Some(key), Some((old, _)), Some((new, _))) = (bound.exclusive, old, new)
            && json::order(old, new) == Ordering::Equal
        {
            places.0 = self.old.get(key).unwrap_or(places.0);
            places.1 = self.new.get(key).unwrap_or(places.1);
        }
        let rule = bound.moved(how, self.at.site);
        self.walk.report(rule, member.kind(), places, message, Bump::Patch);
    }

    /// The keywords that stand on their own. Those that were compared above are settled already.
    pub(super) fn keyword(&mut self, key: &'d str) {
        let member = self.member(key);
        let text = |node: &Node| node.as_str().is_some();
        let flag = |node: &Node| node.as_bool().is_some();
        match key {
            "description" | "title" | "example" | "externalDocs" | "x-enum-descriptions" => self.annotation(key),
            "pattern" if self.plain(key, text) => {
                let facets = [&rule::PATTERN_ADDED, &rule::PATTERN_REMOVED, &rule::PATTERN_CHANGED];
                self.three_way(facets, &member, "the pattern");
            }
            "multipleOf" if self.plain(key, |node| node.as_number().is_some()) => {
                let facets = [
                    &rule::MULTIPLE_OF_SET,
                    &rule::MULTIPLE_OF_UNSET,
                    &rule::MULTIPLE_OF_CHANGED,
                ];
                self.three_way(facets, &member, "the step of the values");
            }
            "default" if self.plain(key, |_| true) => {
                let facets = [&rule::DEFAULT_ADDED, &rule::DEFAULT_REMOVED, &rule::DEFAULT_CHANGED];
                self.three_way(facets, &member, "the default");
            }
            "uniqueItems" if self.plain(key, flag) => {
                let facets = [&rule::UNIQUE_ITEMS_SET, &rule::UNIQUE_ITEMS_UNSET];
                let words = ["may not hold an item twice any more", "may hold an item twice now"];
                self.switch(facets, &member, words, Bump::Patch);
            }
            "deprecated" if self.plain(key, flag) => {
                let marked = match self.at.holder {
                    _ if !self.at.generated => Bump::Patch,
                    Holder::Field { .. } | Holder::Component => Bump::Minor,
                    // A struct or an enum is marked itself.
                    _ if self.at.old.first().is_some_and(|node| node.get("$ref").is_some()) => Bump::Minor,
                    _ => Bump::Patch,
                };
                let facets = [&rule::DEPRECATED, &rule::REACTIVATED];
                self.switch(facets, &member, ["is deprecated", "is deprecated no more"], marked);
            }
            "readOnly" if self.plain(key, flag) => {
                let facets = [&rule::BECAME_READ_ONLY, &rule::BECAME_NOT_READ_ONLY];
                self.switch(
                    facets,
                    &member,
                    ["is only ever read now", "may be written now"],
                    Bump::Patch,
                );
            }
            "writeOnly" if self.plain(key, flag) => {
                let facets = [&rule::BECAME_WRITE_ONLY, &rule::BECAME_NOT_WRITE_ONLY];
                self.switch(
                    facets,
                    &member,
                    ["is only ever written now", "may be read now"],
                    Bump::Patch,
                );
            }
            // Told where the schema is used.
            "nullable" if self.plain(key, flag) => self.settle(key),
            // Told of above, where both are schemas.
            "additionalProperties" if self.others().is_some() => {}
            "items" => self.items(&member),
            "oneOf" | "anyOf" => self.alternatives(&member),
            "discriminator" if member.kind() != Kind::Changed => {
                let facet = match member.kind() {
                    Kind::Added => &rule::DISCRIMINATOR_ADDED,
                    _ => &rule::DISCRIMINATOR_REMOVED,
                };
                let message = format!("the discriminator of {} {}", self.at.subject, member.told());
                self.facet(facet, &member, message, self.retyped);
            }
            _ => self.unclassified(key),
        }
    }

    /// A keyword that several parts of a schema may have, each for people to read.
    fn annotation(&mut self, key: &'d str) {
        self.each_value(key, |walk, member, subject| walk.words(member, subject));
    }

    pub(super) fn unclassified(&mut self, key: &'d str) {
        let retyped = self.retyped;
        self.each_value(key, |walk, member, subject| {
            let settled = |node: Option<&Node>| node.is_none_or(|node| walk.settled.contains(&address(node)));
            if !(settled(member.old) && settled(member.new)) {
                walk.unclassified(member, subject, retyped);
            }
        });
    }

    /// Compares what several parts of a schema say, whatever parts they are: first what is the same
    /// goes, then the rest is paired in order.
    fn each_value(&mut self, key: &'d str, mut compare: impl FnMut(&mut Walk<'d>, &Member<'d>, &str)) {
        let values = |view: &View<'d>| view.keywords.get(key).cloned().unwrap_or_default();
        let (mut old, mut new) = (values(self.old), values(self.new));
        old.retain(|value| match new.iter().position(|other| json::same(value, other)) {
            Some(at) => {
                self.walk.settle(Some(value));
                self.walk.settle(Some(new.remove(at)));
                false
            }
            None => true,
        });
        let subject = self.at.subject.to_string();
        for index in 0..old.len().max(new.len()) {
            let member = self.member_of(key, old.get(index).copied(), new.get(index).copied());
            compare(self.walk, &member, &subject);
        }
    }

    /// A value that may be added, removed or changed.
    fn three_way(&mut self, facets: [&Facet; 3], member: &Member<'d>, words: &str) {
        self.settle(member.key);
        let facet = match member.kind() {
            Kind::Added => facets[0],
            Kind::Removed => facets[1],
            Kind::Changed => facets[2],
        };
        let message = format!("{words} of {} {}", self.at.subject, member.told());
        self.facet(facet, member, message, Bump::Patch);
    }

    /// A flag that is off where it is not given.
    fn switch(&mut self, facets: [&Facet; 2], member: &Member<'d>, words: [&str; 2], rust: Bump) {
        self.settle(member.key);
        let on = |node: Option<&Node>| node.and_then(Node::as_bool).unwrap_or(false);
        let (was, is) = (on(member.old), on(member.new));
        if was != is {
            let at = usize::from(was);
            let message = format!("{} {}", self.at.subject, words[at]);
            self.facet(facets[at], member, message, rust);
        }
    }
}

/// Whether every value of the first kind is one of the second.
fn is_within(inner: (Option<&str>, Option<&str>), outer: (Option<&str>, Option<&str>)) -> bool {
    let types = match (inner.0, outer.0) {
        (_, None) => true,
        (Some("integer"), Some("number")) => return outer.1.is_none() || outer.1 == Some("double"),
        (inner, outer) => inner == outer,
    };
    let formats = match (inner.1, outer.1) {
        (_, None) => true,
        (Some("int32"), Some("int64")) | (Some("float"), Some("double")) => true,
        (inner, outer) => inner == outer,
    };
    types && formats
}
