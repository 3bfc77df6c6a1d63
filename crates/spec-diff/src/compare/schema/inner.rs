//! The schemas in a schema: properties, items, alternatives.

use indexmap::IndexMap;
use ittybit_spec::{Node, Value};

use super::super::Member;
use super::super::view::View;
use super::{Comparison, Holder, Pending, Subject, required_rule};
use crate::change::{Bump, Kind};
use crate::json;
use crate::rule::{self, Direction, Site};
use crate::rust_type;

impl<'d> Comparison<'_, 'd> {
    fn inner(
        &self,
        old: Vec<&'d Node>,
        new: Vec<&'d Node>,
        subject: Subject,
        name: &str,
        holder: Holder,
    ) -> Pending<'d> {
        // An item of a parameter or a header is still of the parameter or the header.
        let site = match (self.at.site, holder) {
            (Site::Parameter | Site::ResponseHeader, Holder::Value | Holder::Argument) => self.at.site,
            (site, _) => site.inner(),
        };
        Pending {
            old,
            new,
            site,
            subject,
            operation: self.walk.operation.clone(),
            generated: self.at.generated,
            names: (
                format!("{}{name}", self.at.names.0),
                format!("{}{name}", self.at.names.1),
            ),
            holder,
            sent_only: self.at.sent_only,
        }
    }

    pub(super) fn items(&mut self, member: &Member<'d>) {
        let lists = |view: &View<'d>| view.keywords.get("items").cloned().unwrap_or_default();
        let (old, new) = (lists(self.old), lists(self.new));
        if old.is_empty() || new.is_empty() {
            return self.unclassified(member.key);
        }
        let inner = self.inner(old, new, self.at.subject.inner("[]"), "Item", Holder::Value);
        self.walk.pending.push_back(inner);
    }

    pub(super) fn properties(&mut self) {
        let (old, new) = (self.old, self.new);
        let added = new.properties.keys().filter(|name| !old.properties.contains_key(*name));
        let names: Vec<&'d str> = old.properties.keys().chain(added).copied().collect();
        // A struct with one field more is the same struct; a map that becomes a struct is not.
        let (generated, retyped) = (self.at.generated, self.retyped);
        let effect = |effect: Bump| match generated {
            true => effect.max(retyped),
            false => Bump::Patch,
        };
        for name in names {
            let required = (old.required.contains_key(name), new.required.contains_key(name));
            let subject = self.at.subject.property(name);
            match (old.properties.get(name), new.properties.get(name)) {
                (Some(old), Some(new)) => {
                    let inner = self.inner(
                        old.clone(),
                        new.clone(),
                        subject,
                        &rust_type::type_name(name),
                        Holder::Field { required },
                    );
                    if self.is_unsent(old) && self.is_unsent(new) {
                        self.walk.unsent.push(inner);
                        continue;
                    }
                    self.walk.required(&inner);
                    self.walk.enqueue_property(inner);
                }
                (None, Some(added)) => {
                    let unsent = self.is_unsent(added);
                    let rule = match (self.at.site.direction(), required.1 && !unsent) {
                        (Direction::Request, true) => rule::REQUEST_PROPERTY_ADDED_REQUIRED,
                        (Direction::Request, false) => rule::REQUEST_PROPERTY_ADDED_OPTIONAL,
                        (Direction::Response, true) => rule::RESPONSE_PROPERTY_ADDED_REQUIRED,
                        (Direction::Response, false) => rule::RESPONSE_PROPERTY_ADDED_OPTIONAL,
                        (Direction::Neither, _) => rule::SCHEMA_PROPERTY_ADDED,
                    };
                    let which = self.which(required.1, unsent);
                    let message = format!("the {which} property {subject} was added");
                    for node in added {
                        self.walk.settle(Some(node));
                    }
                    let property = |part: &'d Node| part.get("properties")?.get(name);
                    let places = (self.within(None, Some(added[0]), property).0, added[0]);
                    // With a field that must be given there is no `Default` any more.
                    let had_default = self.at.sent_only.0 && old.required.is_empty();
                    let rust = if had_default && required.1 {
                        Bump::Major
                    } else {
                        Bump::Minor
                    };
                    self.walk.report(rule, Kind::Added, places, message, effect(rust));
                }
                (Some(removed), None) => {
                    let unsent = self.is_unsent(removed);
                    let rule = match (self.at.site.direction(), required.0 && !unsent) {
                        (Direction::Request, _) => rule::REQUEST_PROPERTY_REMOVED,
                        (Direction::Response, true) => rule::RESPONSE_PROPERTY_REMOVED_REQUIRED,
                        (Direction::Response, false) => rule::RESPONSE_PROPERTY_REMOVED_OPTIONAL,
                        (Direction::Neither, _) => rule::SCHEMA_PROPERTY_REMOVED,
                    };
                    let which = self.which(required.0, unsent);
                    let message = format!("the {which} property {subject} was removed");
                    for node in removed {
                        self.walk.settle(Some(node));
                    }
                    let property = |part: &'d Node| part.get("properties")?.get(name);
                    let places = (removed[0], self.within(Some(removed[0]), None, property).1);
                    self.walk
                        .report(rule, Kind::Removed, places, message, effect(Bump::Major));
                }
                (None, None) => {}
            }
        }
        self.required_only();
    }

    /// Whether a property does not go the way of the schema: one that is only read in a request, one
    /// that is only written in an answer. `required` says nothing of it there.
    fn is_unsent(&self, parts: &[&'d Node]) -> bool {
        let flag = match self.at.site.direction() {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
            Direction::Neither => return false,
        };
        let is_on = |part: &&Node| part.get(flag).and_then(Node::as_bool) == Some(true);
        parts.iter().any(is_on)
    }

    fn which(&self, required: bool, unsent: bool) -> &'static str {
        match (unsent, self.at.site.direction(), required) {
            (true, Direction::Request, _) => "read-only",
            (true, ..) => "write-only",
            (false, _, true) => "required",
            (false, _, false) => "optional",
        }
    }

    /// Names in `required` that no property has.
    fn required_only(&mut self) {
        let (old, new) = (self.old, self.new);
        let lone = |name: &str| !old.properties.contains_key(name) && !new.properties.contains_key(name);
        for (name, node) in old.required.iter().filter(|(name, _)| lone(name)) {
            if !new.required.contains_key(name) {
                let (rule, message) = required_rule(self.at.site, false, &self.at.subject.property(name).to_string());
                self.walk
                    .report(rule, Kind::Removed, (node, self.nodes.1), message, Bump::Patch);
            }
        }
        for (name, node) in new.required.iter().filter(|(name, _)| lone(name)) {
            if !old.required.contains_key(name) {
                let (rule, message) = required_rule(self.at.site, true, &self.at.subject.property(name).to_string());
                self.walk
                    .report(rule, Kind::Added, (self.nodes.0, node), message, Bump::Patch);
            }
        }
    }

    /// The schemas of `additionalProperties`, where both sides have one.
    pub(super) fn others(&self) -> Option<(&'d Node, &'d Node)> {
        let schema = |view: &View<'d>| match view.keywords.get("additionalProperties").map(Vec::as_slice) {
            Some([node]) => Some(*node).filter(|node| node.as_object().is_some_and(|members| !members.is_empty())),
            _ => None,
        };
        schema(self.old).zip(schema(self.new))
    }

    /// `additionalProperties`: any where it is missing, `true` or `{}`.
    pub(super) fn additional_properties(&mut self) {
        let key = "additionalProperties";
        if let Some((old, new)) = self.others() {
            let is_map = self.old.properties.is_empty() && self.new.properties.is_empty();
            let name = if is_map { "Value" } else { "Extra" };
            let inner = self.inner(vec![old], vec![new], self.at.subject.inner("{}"), name, Holder::Value);
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
        self.settle(key);
        if old == new {
            return;
        }
        let words = |freedom: Freedom| match freedom {
            Freedom::None => "no other properties",
            Freedom::Schema => "only some other properties",
            Freedom::Any => "any other properties",
        };
        let subject = &self.at.subject;
        let message = format!("{subject} took {}, and takes {} now", words(old), words(new));
        let facet = if new < old {
            &rule::ADDITIONAL_PROPERTIES_RESTRICTED
        } else {
            &rule::ADDITIONAL_PROPERTIES_WIDENED
        };
        // Fields that the document does not list are kept as any JSON, unless it has a schema for them.
        let rust = match (old == Freedom::Schema) != (new == Freedom::Schema) {
            true if self.at.generated => Bump::Major,
            _ => Bump::Patch,
        };
        self.facet(facet, &member, message, rust);
    }

    /// `oneOf` and `anyOf`: sets of schemas. Those with the same name are compared, then those that
    /// are the same, then whatever is left in the order of the text.
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
        self.walk.see(old);
        self.walk.see(new);
        let name = |node: &Node| match node.get("$ref") {
            Some(reference) => json::canonical(reference),
            None => json::canonical(node),
        };
        let mut left: IndexMap<String, Vec<&'d Node>> = IndexMap::new();
        for part in new_parts {
            left.entry(name(part)).or_default().insert(0, part);
        }
        let mut pairs = Vec::new();
        let mut lone = Vec::new();
        for part in old_parts {
            match left.get_mut(&name(part)).and_then(Vec::pop) {
                Some(other) => pairs.push((part, other)),
                None => lone.push(part),
            }
        }
        let mut rest: Vec<&'d Node> = new_parts
            .iter()
            .filter(|part| {
                left.get(&name(part))
                    .is_some_and(|parts| parts.iter().any(|left| std::ptr::eq(*left, *part)))
            })
            .collect();
        if lone.len() == rest.len() {
            pairs.extend(lone.drain(..).zip(rest.drain(..)));
        }
        for (index, (old, new)) in pairs.into_iter().enumerate() {
            let subject = self.at.subject.property(&format!("alternative {}", index + 1));
            let inner = self.inner(vec![old], vec![new], subject, "", Holder::Argument);
            self.walk.pending.push_back(inner);
        }
        let facets = if key == "oneOf" {
            [&rule::ONE_OF_ADDED, &rule::ONE_OF_REMOVED]
        } else {
            [&rule::ANY_OF_ADDED, &rule::ANY_OF_REMOVED]
        };
        let subject = self.at.subject.to_string();
        for part in rest {
            let message = format!("{subject} has one more alternative in `{key}`: {}", json::shown(part));
            self.walk.settle(Some(part));
            self.walk.report(
                facets[0].at(self.at.site),
                Kind::Added,
                (old, part),
                message,
                self.retyped,
            );
        }
        for part in lone {
            let message = format!("{subject} has one alternative less in `{key}`: {}", json::shown(part));
            self.walk.settle(Some(part));
            self.walk.report(
                facets[1].at(self.at.site),
                Kind::Removed,
                (part, new),
                message,
                self.retyped,
            );
        }
    }
}

/// Which properties an object takes beside those that are listed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Freedom {
    None,
    Schema,
    Any,
}
