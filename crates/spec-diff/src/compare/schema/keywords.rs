//! The keywords of a schema: types, enums, bounds and others.

use std::cmp::Ordering;

use indexmap::IndexMap;
use ittybit_spec::Node;

use super::super::content::media_type;
use super::super::deprecation::SUNSET;
use super::super::pending::{Form, Holder};
use super::super::view::{View, is_null_type, is_scalar};
use super::super::walk::{Member, Walk};
use super::comparison::Comparison;
use crate::change::Kind;
use crate::json;
use crate::rule::{self, Bound, Direction, Facet, Move};

impl<'d> Comparison<'_, 'd> {
    /// Compares `type` and `format`. Returns whether the types have so little in common that there is nothing more to
    /// compare.
    pub(super) fn kind(&mut self) -> bool {
        let text = |node: &Node| node.as_str().is_some();
        let types = |node: &Node| {
            let names = node.as_array().unwrap_or(std::slice::from_ref(node));
            !names.is_empty() && names.iter().all(|name| name.as_str().is_some() || is_null_type(name))
        };
        if !self.plain("type", types) || !self.plain("format", text) {
            return false;
        }
        if self.becomes_list() {
            return true;
        }
        self.mark_compared("type");
        self.mark_compared("format");
        let kind = |view: &View<'d>| KindOf {
            types: view.types(),
            format: view.text("format"),
        };
        let (old, new) = (kind(self.old), kind(self.new));
        if old == new {
            return false;
        }
        let key = if old.types == new.types { "format" } else { "type" };
        let many = [&old, &new]
            .iter()
            .any(|kind| kind.types.as_ref().is_some_and(|types| types.len() > 1));
        let facet = match (old.is_within(&new), new.is_within(&old)) {
            (true, _) if many => &rule::TYPES_WIDENED,
            (true, _) => &rule::TYPE_GENERALIZED,
            (_, true) if many => &rule::TYPES_NARROWED,
            (_, true) => &rule::TYPE_SPECIALIZED,
            _ => match (self.at.site.direction(), self.at.form) {
                (Direction::Request, Form::Parameter | Form::Exploded) if old.is_text_of(&new) => {
                    &rule::TYPE_GENERALIZED
                }
                (Direction::Request, Form::Text) if old.is_text_of(&new) => &rule::TYPE_COMPATIBLE,
                (Direction::Response, form) if form.is_text() && new.is_text_of(&old) => &rule::TYPE_COMPATIBLE,
                _ => &rule::TYPE_CHANGED,
            },
        };
        let message = format!("{} was {old} and is {new}", self.at.subject);
        let rule = facet.at(self.at.site);
        let places = self.member(key).places();
        self.walk.report(rule, Kind::Changed, places, message);
        let is_other = key == "type" && old.types.is_some() && new.types.is_some() && facet.is(&rule::TYPE_CHANGED);
        if is_other {
            for view in [self.old, self.new] {
                let values = view.keywords.values().chain(view.properties.values()).flatten();
                for value in values.copied() {
                    self.walk.mark_compared(Some(value));
                }
            }
        }
        is_other
    }

    /// Compares a parameter of a single value that becomes a list with `explode`: a single value is still written as
    /// before.
    fn becomes_list(&mut self) -> bool {
        let scalar = self
            .old
            .types()
            .is_some_and(|types| types.iter().all(|name| is_scalar(name)));
        if self.at.form != Form::Exploded || !scalar || self.new.types().as_deref() != Some(&["array"]) {
            return false;
        }
        self.mark_compared("type");
        let subject = &self.at.subject;
        let message = format!("{subject} was a single value, and is now a list whose items are written separately");
        let places = self.member("type").places();
        let rule = rule::TYPE_GENERALIZED.at(self.at.site);
        self.walk.report(rule, Kind::Changed, places, message);
        if let Some(items) = self.new.keywords.get("items") {
            let inner = self.inner(self.at.old.clone(), items.clone(), subject.inner("[]"), Holder::Value);
            self.walk.pending.push_back(inner);
        }
        let count = |key| {
            self.new
                .get(key)
                .and_then(Node::as_number)
                .and_then(serde_json::Number::as_f64)
        };
        let takes_one = |key, fits: fn(f64) -> bool| count(key).is_none_or(fits);
        for (key, takes_one) in [
            ("minItems", takes_one("minItems", |least| least <= 1.0)),
            ("maxItems", takes_one("maxItems", |most| most >= 1.0)),
        ] {
            let bound = rule::BOUNDS.iter().find(|bound| bound.keyword == key);
            match bound.filter(|_| !takes_one) {
                Some(bound) => self.bound(bound),
                None => self.mark_compared(key),
            }
        }
        self.mark_compared("uniqueItems");
        for (key, values) in &self.new.keywords {
            if ANNOTATIONS.contains(key) || ["default", "deprecated", SUNSET].contains(key) {
                self.keyword(key);
            } else if !["type", "items", "minItems", "maxItems", "uniqueItems", "nullable"].contains(key) {
                let message = format!(
                    "the list has `{key}`, which a single value may not fit, in {}",
                    self.at.subject
                );
                self.walk.mark_compared(Some(values[0]));
                let places = (self.nodes.0, values[0]);
                self.walk.report(rule::UNCLASSIFIED, Kind::Added, places, message);
            }
        }
        true
    }

    pub(super) fn enumeration(&mut self) {
        if !self.plain("enum", |node| node.as_array().is_some()) || !self.plain("const", |_| true) {
            return;
        }
        // `const` is an `enum` with one value.
        let constants = (self.old.get("const"), self.new.get("const"));
        let lists = (self.old.get("enum"), self.new.get("enum"));
        let member = match (constants, lists) {
            ((None, None), _) => self.member("enum"),
            ((Some(old), None), (_, Some(new))) => self.member_of("enum", Some(old), Some(new)),
            ((None, Some(new)), (Some(old), _)) => self.member_of("enum", Some(old), Some(new)),
            _ => {
                let facets = [&rule::CONST_ADDED, &rule::CONST_REMOVED, &rule::CONST_CHANGED];
                let member = self.member("const");
                return self.three_way(facets, &member, "the constant");
            }
        };
        self.mark_compared("const");
        let subject = &self.at.subject;
        let is_constant = |node: &Node| {
            [constants.0, constants.1]
                .into_iter()
                .flatten()
                .any(|at| std::ptr::eq(at, node))
        };
        let values = |node: Option<&'d Node>| -> IndexMap<String, &'d Node> {
            let values = match node {
                Some(node) if is_constant(node) => std::slice::from_ref(node),
                node => node.and_then(Node::as_array).unwrap_or_default(),
            };
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
                self.facet(&rule::BECAME_ENUM, &member, message);
            }
            (Some(_), None) => {
                let message = format!("{subject} is no longer restricted to {}", list(&old));
                self.facet(&rule::BECAME_NOT_ENUM, &member, message);
            }
            (Some(old_list), Some(new_list)) => {
                self.mark_compared("enum");
                let mut changes = Vec::new();
                for (_, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                    let message = format!("{subject} no longer accepts {}", json::shown(value));
                    let message = match self.at.site.direction() {
                        Direction::Response => format!("{subject} can no longer be {}", json::shown(value)),
                        _ => message,
                    };
                    changes.push((&rule::ENUM_VALUE_REMOVED, Kind::Removed, (*value, new_list), message));
                }
                for (_, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                    let message = match self.at.site.direction() {
                        Direction::Response => format!("{subject} can now be {}", json::shown(value)),
                        _ => format!("{subject} also accepts {}", json::shown(value)),
                    };
                    changes.push((&rule::ENUM_VALUE_ADDED, Kind::Added, (old_list, *value), message));
                }
                if changes.is_empty() && (is_constant(old_list) || is_constant(new_list)) {
                    let message = format!("{subject} is always {}, which is written differently now", list(&new));
                    let places = (old_list, new_list);
                    self.walk
                        .report(rule::WRITTEN_OTHERWISE, Kind::Changed, places, message);
                } else if changes.is_empty() && !json::same(old_list, new_list) {
                    let message = format!("the values of {subject} are in another order");
                    let places = (old_list, new_list);
                    changes.push((&rule::ENUM_ORDER_CHANGED, Kind::Changed, places, message));
                }
                for (facet, kind, places, message) in changes {
                    self.walk.report(facet.at(self.at.site), kind, places, message);
                }
            }
        }
    }

    pub(super) fn bound(&mut self, bound: &Bound) {
        let number = |node: &Node| node.as_number().is_some();
        let exclusive = |node: &Node| node.as_bool().is_some() || node.as_number().is_some();
        if !self.plain(bound.keyword, number) || !bound.exclusive.is_none_or(|key| self.plain(key, exclusive)) {
            return;
        }
        // In 3.0 a boolean excludes the limit; in 3.1 the exclusive limit is a separate number.
        let limit = |view: &View<'d>| {
            let limit = view.get(bound.keyword).and_then(|node| Some((node.as_number()?, node)));
            let excluded = bound.exclusive.and_then(|key| view.get(key));
            let flag = excluded.and_then(Node::as_bool) == Some(true);
            let own = excluded.and_then(|node| Some((node.as_number()?, true, node)));
            let (Some((limit, node)), Some((own, ..))) = (limit, own) else {
                return own.or(limit.map(|(limit, node)| (limit, flag, node)));
            };
            let order = json::order(limit, own);
            let is_stricter = if bound.is_lower() { order.is_gt() } else { order.is_lt() };
            match is_stricter {
                true => Some((limit, false, node)),
                false => excluded.map(|node| (own, true, node)),
            }
        };
        let (old, new) = (limit(self.old), limit(self.new));
        let nodes = (old.map(|limit| limit.2), new.map(|limit| limit.2));
        let (old, new) = (old.map(|limit| (limit.0, limit.1)), new.map(|limit| (limit.0, limit.1)));
        // Without a limit `exclusiveMinimum` has no effect. It is left to `keyword` then, so that a difference is not
        // missed.
        if let Some(key) = bound.exclusive
            && (old.is_some() || new.is_some())
        {
            self.mark_compared(key);
        }
        self.mark_compared(bound.keyword);
        // A length or a number of items is never less than 0.
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
        let difference = match (old, new) {
            (Some(old), Some(new)) => format!("changed from {} to {}", words(old), words(new)),
            (Some(old), None) => format!("was removed: {}", words(old)),
            (None, Some(new)) => format!("was added: {}", words(new)),
            (None, None) => return,
        };
        let message = format!("{} of {} {difference}", bound.words, self.at.subject);
        let member = self.member_of(bound.keyword, nodes.0, nodes.1);
        let mut places = member.places();
        // If the limit is the same, the change is in the other keyword.
        if let (Some(key), Some((old, _)), Some((new, _))) = (bound.exclusive, old, new)
            && json::order(old, new) == Ordering::Equal
        {
            places.0 = self.old.get(key).unwrap_or(places.0);
            places.1 = self.new.get(key).unwrap_or(places.1);
        }
        let rule = bound.moved(how, self.at.site);
        self.walk.report(rule, member.kind(), places, message);
    }

    /// Compares a keyword that does not depend on others. Those that were compared before are marked already.
    pub(super) fn keyword(&mut self, key: &'d str) {
        let member = self.member(key);
        let text = |node: &Node| node.as_str().is_some();
        let flag = |node: &Node| node.as_bool().is_some();
        match key {
            key if ANNOTATIONS.contains(&key) => self.annotation(key),
            // Compared together with `deprecated`.
            SUNSET if self.plain(key, text) => {}
            "xml" if self.plain(key, |node| node.as_object().is_some()) => {
                self.three_way([&rule::XML_CHANGED; 3], &member, "`xml`");
            }
            "pattern" if self.plain(key, text) => {
                let changed = match member.new.is_some_and(matches_all) {
                    true => &rule::PATTERN_GENERALIZED,
                    false => &rule::PATTERN_CHANGED,
                };
                let facets = [&rule::PATTERN_ADDED, &rule::PATTERN_REMOVED, changed];
                self.three_way(facets, &member, "the pattern");
            }
            "multipleOf" if self.plain(key, |node| node.as_number().is_some()) => {
                let changed = match (member.old, member.new) {
                    (Some(old), Some(new)) if divides(new, old) => &rule::MULTIPLE_OF_GENERALIZED,
                    (Some(old), Some(new)) if divides(old, new) => &rule::MULTIPLE_OF_SPECIALIZED,
                    _ => &rule::MULTIPLE_OF_CHANGED,
                };
                let facets = [&rule::MULTIPLE_OF_SET, &rule::MULTIPLE_OF_UNSET, changed];
                self.three_way(facets, &member, "`multipleOf`");
            }
            "default" if self.plain(key, |_| true) => {
                let facets = [&rule::DEFAULT_ADDED, &rule::DEFAULT_REMOVED, &rule::DEFAULT_CHANGED];
                self.three_way(facets, &member, "the default");
            }
            "uniqueItems" if self.plain(key, flag) => {
                let facets = [&rule::UNIQUE_ITEMS_SET, &rule::UNIQUE_ITEMS_UNSET];
                let words = ["can no longer contain an item twice", "can now contain an item twice"];
                self.switch(facets, &member, words);
            }
            "deprecated" if self.plain(key, flag) => {
                let facets = [&rule::DEPRECATED, &rule::REACTIVATED];
                self.switch(facets, &member, ["is deprecated", "is no longer deprecated"]);
            }
            "readOnly" if self.plain(key, flag) => {
                let facets = [&rule::BECAME_READ_ONLY, &rule::BECAME_NOT_READ_ONLY];
                self.switch(facets, &member, ["is now read-only", "is no longer read-only"]);
            }
            "writeOnly" if self.plain(key, flag) => {
                let facets = [&rule::BECAME_WRITE_ONLY, &rule::BECAME_NOT_WRITE_ONLY];
                self.switch(facets, &member, ["is now write-only", "is no longer write-only"]);
            }
            // Compared for each use of the schema, by `nullable`.
            "nullable" if self.plain(key, flag) => self.mark_compared(key),
            // Compared by `additional_properties` if both are schemas.
            "additionalProperties" if self.others().is_some() => {}
            "items" => self.items(&member),
            "oneOf" | "anyOf" => self.alternatives(&member),
            "not" => self.overridden(&member, [&rule::NOT_ADDED, &rule::NOT_REMOVED, &rule::NOT_CHANGED]),
            "if" => self.overridden(&member, [&rule::IF_ADDED, &rule::IF_REMOVED, &rule::IF_CHANGED]),
            "then" => self.part(&member, [&rule::THEN_ADDED, &rule::THEN_REMOVED]),
            "else" => self.part(&member, [&rule::ELSE_ADDED, &rule::ELSE_REMOVED]),
            "contains" => self.contains(&member),
            "minContains" | "maxContains" if self.plain(key, |node| node.as_number().is_some()) => {
                self.contains_count(&member);
            }
            "propertyNames" => self.part(&member, [&rule::PROPERTY_NAMES_ADDED, &rule::PROPERTY_NAMES_REMOVED]),
            "contentSchema" => self.part(&member, [&rule::CONTENT_SCHEMA_ADDED, &rule::CONTENT_SCHEMA_REMOVED]),
            "unevaluatedProperties" => {
                let facets = [
                    &rule::UNEVALUATED_PROPERTIES_ADDED,
                    &rule::UNEVALUATED_PROPERTIES_REMOVED,
                ];
                self.unevaluated(&member, facets);
            }
            "unevaluatedItems" => {
                let facets = [&rule::UNEVALUATED_ITEMS_ADDED, &rule::UNEVALUATED_ITEMS_REMOVED];
                self.unevaluated(&member, facets);
            }
            "prefixItems" if self.plain(key, |node| node.as_array().is_some()) => self.prefix_items(&member),
            "patternProperties" if self.plain(key, |node| node.as_object().is_some()) => {
                self.named_parts(
                    &member,
                    [&rule::PATTERN_PROPERTY_ADDED, &rule::PATTERN_PROPERTY_REMOVED],
                );
            }
            "dependentSchemas" if self.plain(key, |node| node.as_object().is_some()) => {
                self.named_parts(
                    &member,
                    [&rule::DEPENDENT_SCHEMA_ADDED, &rule::DEPENDENT_SCHEMA_REMOVED],
                );
            }
            "dependentRequired" if self.plain(key, |node| node.as_object().is_some()) => {
                self.dependent_required(&member);
            }
            "contentEncoding" if self.plain(key, text) => {
                self.three_way([&rule::CONTENT_ENCODING_CHANGED; 3], &member, "the encoding");
            }
            "contentMediaType"
                if member
                    .texts()
                    .is_some_and(|(old, new)| media_type(old) == media_type(new)) =>
            {
                self.mark_compared(key);
                let message = || {
                    format!(
                        "the media type of {} {}, which is equivalent",
                        self.at.subject,
                        member.difference()
                    )
                };
                self.walk.leaf(rule::WRITTEN_OTHERWISE, &member, message);
            }
            "contentMediaType" if self.plain(key, text) => {
                self.three_way([&rule::CONTENT_MEDIA_TYPE_CHANGED; 3], &member, "the media type");
            }
            // Compared where they are referred to; the sweep reports other differences.
            "$defs" | "definitions" => {}
            "discriminator" if member.kind() == Kind::Changed && self.plain(key, |node| node.as_object().is_some()) => {
            }
            "discriminator" if member.kind() != Kind::Changed => {
                let facet = match member.kind() {
                    Kind::Added => &rule::DISCRIMINATOR_ADDED,
                    _ => &rule::DISCRIMINATOR_REMOVED,
                };
                let message = format!("the discriminator of {} {}", self.at.subject, member.difference());
                self.facet(facet, &member, message);
            }
            _ => self.unclassified(key),
        }
    }

    /// Compares a keyword that is documentation, and that several parts of a schema may have.
    fn annotation(&mut self, key: &'d str) {
        let values = |view: &View<'d>| view.keywords.get(key).cloned().unwrap_or_default();
        self.each_value(key, values(self.old), values(self.new), |walk, member, subject| {
            walk.annotation(member, subject);
        });
    }

    pub(super) fn unclassified(&mut self, key: &'d str) {
        if self.handled.contains(key) {
            return;
        }
        let values = |view: &View<'d>| view.keywords.get(key).cloned().unwrap_or_default();
        self.each_value(key, values(self.old), values(self.new), |walk, member, subject| {
            walk.unclassified(member, subject);
        });
    }

    /// Compares the keywords beside references, which 3.0 ignores, but people read, and some tools use.
    pub(super) fn ref_siblings(&mut self) {
        let (old, new) = (self.old, self.new);
        let added = new
            .ref_siblings
            .keys()
            .filter(|key| !old.ref_siblings.contains_key(*key));
        let keys: Vec<&'d str> = old.ref_siblings.keys().chain(added).copied().collect();
        for key in keys {
            let values = |view: &View<'d>| view.ref_siblings.get(key).cloned().unwrap_or_default();
            let is_text = ANNOTATIONS.contains(&key) || key == "summary";
            self.each_value(key, values(old), values(new), |walk, member, subject| match is_text {
                true => walk.annotation(member, subject),
                false => walk.unclassified(member, &format!("{subject}, beside a `$ref`,")),
            });
        }
    }

    /// Compares the values of a keyword in several parts of a schema: equal values are removed first, in any order,
    /// then the others are paired in order.
    fn each_value(
        &mut self,
        key: &'d str,
        mut old: Vec<&'d Node>,
        mut new: Vec<&'d Node>,
        mut compare: impl FnMut(&mut Walk<'d>, &Member<'d>, &str),
    ) {
        old.retain(|value| match new.iter().position(|other| json::same(value, other)) {
            Some(at) => {
                self.walk.mark_compared(Some(value));
                self.walk.mark_compared(Some(new.remove(at)));
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

    /// Compares a value, with one facet each for an addition, a removal and a change.
    fn three_way(&mut self, facets: [&Facet; 3], member: &Member<'d>, words: &str) {
        self.mark_compared(member.key);
        let facet = match member.kind() {
            Kind::Added => facets[0],
            Kind::Removed => facets[1],
            Kind::Changed => facets[2],
        };
        let message = format!("{words} of {} {}", self.at.subject, member.difference());
        self.facet(facet, member, message);
    }

    /// Compares a flag that is `false` by default.
    fn switch(&mut self, facets: [&Facet; 2], member: &Member<'d>, words: [&str; 2]) {
        self.mark_compared(member.key);
        let on = |node: Option<&Node>| node.and_then(Node::as_bool).unwrap_or(false);
        let (was, is) = (on(member.old), on(member.new));
        if was != is {
            let at = usize::from(was);
            let message = format!("{} {}", self.at.subject, words[at]);
            self.facet(facets[at], member, message);
        }
    }
}

/// Keywords that are documentation.
pub(super) const ANNOTATIONS: [&str; 7] = [
    "description",
    "title",
    "example",
    "examples",
    "externalDocs",
    "x-enum-descriptions",
    "$comment",
];

/// The types and the format of a schema.
#[derive(PartialEq, Eq)]
struct KindOf<'d> {
    types: Option<Vec<&'d str>>,
    format: Option<&'d str>,
}

impl KindOf<'_> {
    /// Whether every value of this kind is also of the other kind.
    fn is_within(&self, other: &Self) -> bool {
        let is_integer = |types: &Option<Vec<&str>>| types.as_deref() == Some(&["integer"]);
        match (&self.types, &other.types) {
            (_, None) => {}
            (None, Some(_)) => return false,
            (Some(inner), Some(outer)) => {
                let fits = |name: &&str| outer.contains(name) || (*name == "integer" && outer.contains(&"number"));
                if !inner.iter().all(fits) {
                    return false;
                }
            }
        }
        match (self.format, other.format) {
            (_, None) => true,
            (Some("int32"), Some("int64")) | (Some("float"), Some("double")) => true,
            (_, Some("double")) if is_integer(&self.types) && !is_integer(&other.types) => true,
            (inner, outer) => inner == outer,
        }
    }

    /// Whether every value of this kind, written as text, is also of the other kind.
    fn is_text_of(&self, other: &Self) -> bool {
        let scalar = |types: &Vec<&str>| types.iter().all(|name| is_scalar(name));
        let takes_text = |types: &Vec<&str>| types.contains(&"string");
        self.types.as_ref().is_some_and(scalar)
            && other.types.as_ref().is_some_and(takes_text)
            && other.format.is_none()
    }
}

impl std::fmt::Display for KindOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let types = self.types.as_ref().map(|types| match types.as_slice() {
            [] => "`null`".to_owned(),
            types => types
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" or "),
        });
        match (types, self.format) {
            (None, None) => f.write_str("without a type"),
            (Some(types), None) => f.write_str(&types),
            (None, Some(format)) => write!(f, "without a type, of the format `{format}`"),
            (Some(types), Some(format)) => write!(f, "{types} of the format `{format}`"),
        }
    }
}

/// Whether each multiple of the second number is a multiple of the first.
fn divides(divisor: &Node, number: &Node) -> bool {
    let float = |node: &Node| node.as_number().and_then(serde_json::Number::as_f64);
    match (float(divisor), float(number)) {
        (Some(divisor), Some(number)) => divisor > 0.0 && (number / divisor).fract() == 0.0,
        _ => false,
    }
}

/// Whether a pattern matches all text.
fn matches_all(pattern: &Node) -> bool {
    matches!(pattern.as_str(), Some("" | ".*" | "^" | "$" | "^.*" | ".*$"))
}
