//! Schemas, folded into [views](View) and compared keyword by keyword.

use std::cmp::Ordering;
use std::rc::Rc;

use indexmap::IndexMap;
use ittybit_spec::{Node, Value};

use super::view::View;
use super::{Member, Walk, address};
use crate::change::{Bump, Kind};
use crate::json;
use crate::rule::{self, Bound, Direction, Facet, Move, Site};
use crate::rust_type::{self, RustType};

/// What tells two schemas that were compared from all other pairs.
pub(super) type Pair = (Vec<usize>, Vec<usize>, Direction);

/// All that the comparison of a property depends on.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct PropertyUse {
    schemas: Pair,
    holder: Holder,
    generated: bool,
    sent_only: (bool, bool),
    names: (String, String),
}

/// How words speak of a schema: a place inside of something.
#[derive(Clone)]
pub(super) struct Subject {
    root: Rc<str>,
    path: String,
}

impl Subject {
    pub(super) fn new(root: &str) -> Self {
        Self {
            root: root.into(),
            path: String::new(),
        }
    }

    /// Whether the way here is too long to be read. Chains of references may be as long as the
    /// document.
    fn is_far(&self) -> bool {
        self.path.split('.').count() > 4 || self.path.len() > 80
    }

    fn property(&self, name: &str) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self {
            root: Rc::clone(&self.root),
            path,
        }
    }

    fn inner(&self, mark: &str) -> Self {
        Self {
            root: Rc::clone(&self.root),
            path: format!("{}{mark}", self.path),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.root)
        } else {
            write!(f, "`{}` in {}", self.path, self.root)
        }
    }
}

/// What holds the value of a schema in Rust. It decides what `nullable` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// A field, which is optional where the property is not required.
    Field { required: (bool, bool) },
    /// An item of a list, a value of a map, or the result of a call.
    Value,
    /// An argument, which is given or not, and never null.
    Argument,
    /// A component: its users decide.
    Component,
}

/// Two schemas to be compared, and where they stand.
#[derive(Clone)]
pub(super) struct Pending<'d> {
    pub(super) old: Vec<&'d Node>,
    pub(super) new: Vec<&'d Node>,
    pub(super) site: Site,
    pub(super) subject: Subject,
    pub(super) operation: Option<Rc<str>>,
    /// Whether the generator makes Rust of it. It makes none of headers and of the bodies of errors.
    pub(super) generated: bool,
    /// The names of the Rust types, should the schemas need one.
    pub(super) names: (String, String),
    pub(super) holder: Holder,
    /// Whether a struct here is only ever sent: it then keeps no unknown fields.
    pub(super) sent_only: (bool, bool),
}

impl<'d> Walk<'d> {
    /// Compares all pending schemas, and those inside of them.
    pub(super) fn schemas(&mut self) {
        while let Some(pending) = self.pending.pop_front() {
            self.operation = pending.operation.clone();
            let others = self.pending.len();
            self.schema(pending);
            // What is inside comes next, so that a change is told of the first place that has it.
            let inner = self.pending.split_off(others.min(self.pending.len()));
            for inner in inner.into_iter().rev() {
                self.pending.push_front(inner);
            }
        }
        self.operation = None;
    }

    /// Compares the properties that do not go the way of their schema, where the other way has not
    /// led to them: they are on no wire.
    pub(super) fn unsent(&mut self) {
        for mut property in std::mem::take(&mut self.unsent) {
            let seen = |node: &Node| self.seen.contains(&address(node));
            if seen(property.old[0]) && seen(property.new[0]) {
                continue;
            }
            property.site = Site::Schema;
            self.operation = property.operation.clone();
            self.required(&property);
            self.pending.push_back(property);
        }
        self.schemas();
    }

    /// A schema that is seen through many references has each of its properties compared once.
    fn enqueue_property(&mut self, property: Pending<'d>) {
        let addresses = |nodes: &[&Node]| nodes.iter().map(|node| address(node)).collect();
        let use_of = PropertyUse {
            schemas: (
                addresses(&property.old),
                addresses(&property.new),
                property.site.direction(),
            ),
            holder: property.holder,
            generated: property.generated,
            sent_only: property.sent_only,
            names: property.names.clone(),
        };
        if self.properties.insert(use_of) {
            self.pending.push_back(property);
        }
    }

    pub(super) fn view(&mut self, nodes: &[&'d Node], old_side: bool) -> View<'d> {
        let references = if old_side {
            &self.old_references
        } else {
            &self.new_references
        };
        let view = View::of(references, nodes);
        for node in &view.objects {
            self.seen.insert(address(node));
        }
        for node in &view.followed {
            self.settled.insert(address(node));
        }
        view
    }

    fn rust_types(&self, pending: &Pending<'d>) -> Option<(RustType, RustType)> {
        let (old, new) = (pending.old.first()?, pending.new.first()?);
        Some((
            rust_type::of(&self.old_references, old, &pending.names.0),
            rust_type::of(&self.new_references, new, &pending.names.1),
        ))
    }

    fn schema(&mut self, mut pending: Pending<'d>) {
        let (old, new) = (self.view(&pending.old, true), self.view(&pending.new, false));
        let (Some(old_node), Some(new_node)) = (old.node(), new.node()) else {
            // Not an object on one side at least: nothing to look into.
            let (Some(old), Some(new)) = (pending.old.first(), pending.new.first()) else {
                return;
            };
            let member = Member {
                key: "",
                old: Some(old),
                new: Some(new),
                within: (old, new),
            };
            let message = || format!("{} {}", pending.subject, member.told());
            self.leaf(rule::UNCLASSIFIED, &member, message, Bump::Major);
            return;
        };
        let nodes = (old_node, new_node);
        let components = (
            pending.old.first().and_then(|node| self.old_references.component(node)),
            pending.new.first().and_then(|node| self.new_references.component(node)),
        );
        // What a component holds is generated, whoever refers to it.
        pending.generated |= components.0.is_some() && components.1.is_some();
        if let Some(name) = components.1
            && pending.subject.is_far()
        {
            pending.subject = Subject::new(&format!("the schema `{name}`"));
        }
        let types = self.rust_types(&pending).filter(|_| pending.generated);
        self.nullable(&pending, &old, &new, nodes);
        if let Some(types) = &types {
            let uses = (old.objects[0], new.objects[0]);
            let subject = pending.subject.to_string();
            self.names
                .used(components, types, uses, &subject, self.operation.clone());
        }
        let addresses = |view: &View<'d>| view.objects.iter().map(|node| address(node)).collect::<Vec<_>>();
        // The objects without the first ones, which only refer.
        let key = |view: &View<'d>| {
            let mut all = addresses(view);
            let referring = view
                .objects
                .iter()
                .take_while(|node| node.get("$ref").is_some())
                .count();
            all.drain(..referring.min(all.len().saturating_sub(1)));
            all
        };
        if !self.compared.insert((key(&old), key(&new), pending.site.direction())) {
            return;
        }
        if self.compared.len() > self.most_pairs {
            return self.too_many();
        }
        if let Some(name) = components.0 {
            pending.names.0 = rust_type::type_name(name);
            pending.sent_only.0 = self.sent_only.0.contains(name);
        }
        if let Some(name) = components.1 {
            pending.names.1 = rust_type::type_name(name);
            pending.sent_only.1 = self.sent_only.1.contains(name);
        }
        let retyped = match &types {
            Some((old, new)) if !old.alike(new) => Bump::Major,
            _ => Bump::Patch,
        };
        Comparison {
            walk: self,
            at: &pending,
            old: &old,
            new: &new,
            nodes,
            retyped,
        }
        .run();
    }

    /// Documents can be made so that each schema of the one stands in the place of each schema of the
    /// other somewhere. Nobody reads such a report.
    fn too_many(&mut self) {
        self.pending.clear();
        let roots = (self.old.root(), self.new.root());
        let message = "the schemas differ in too many ways to compare them all; the rest was not looked at";
        self.report(
            rule::UNCLASSIFIED,
            Kind::Changed,
            roots,
            message.to_owned(),
            Bump::Major,
        );
    }

    /// A property that became required or optional.
    fn required(&mut self, at: &Pending<'d>) {
        let Holder::Field { required } = at.holder else { return };
        if required.0 == required.1 {
            return;
        }
        let null = |references, node: Option<&&Node>| node.is_some_and(|node| rust_type::nullable(references, node));
        let nullable = (
            null(&self.old_references, at.old.first()),
            null(&self.new_references, at.new.first()),
        );
        let optional = (!required.0 || nullable.0, !required.1 || nullable.1);
        let rust = if at.generated && optional.0 != optional.1 {
            Bump::Major
        } else {
            Bump::Patch
        };
        let places = (at.old[0], at.new[0]);
        let (rule, message) = required_rule(at.site, required.1, &at.subject.to_string());
        self.report(rule, Kind::Changed, places, message, rust);
    }

    /// Told for every use of a schema: what it does depends on what holds the value.
    fn nullable(&mut self, at: &Pending<'d>, old: &View<'d>, new: &View<'d>, nodes: (&'d Node, &'d Node)) {
        let (was, is) = (old.flag("nullable"), new.flag("nullable"));
        if was == is {
            return;
        }
        let rust = match at.holder {
            _ if !at.generated => Bump::Patch,
            Holder::Field { required: (old, new) } if (!old || was) == (!new || is) => Bump::Patch,
            Holder::Field { .. } | Holder::Value => Bump::Major,
            Holder::Argument | Holder::Component => Bump::Patch,
        };
        let (facet, words) = if is {
            (&rule::BECAME_NULLABLE, "may be null now")
        } else {
            (&rule::BECAME_NOT_NULLABLE, "may not be null any more")
        };
        let places = (
            old.get("nullable").unwrap_or(nodes.0),
            new.get("nullable").unwrap_or(nodes.1),
        );
        self.report(
            facet.at(at.site),
            Kind::Changed,
            places,
            format!("{} {words}", at.subject),
            rust,
        );
    }
}

/// One comparison of two folded schemas.
struct Comparison<'c, 'd> {
    walk: &'c mut Walk<'d>,
    at: &'c Pending<'d>,
    old: &'c View<'d>,
    new: &'c View<'d>,
    nodes: (&'d Node, &'d Node),
    /// What a change of the Rust type does.
    retyped: Bump,
}

impl<'d> Comparison<'_, 'd> {
    fn run(mut self) {
        if self.kind() {
            return;
        }
        self.enumeration();
        for bound in rule::BOUNDS {
            self.bound(bound);
        }
        self.additional_properties();
        self.properties();
        let (old, new) = (self.old, self.new);
        let added = new.keywords.keys().filter(|key| !old.keywords.contains_key(*key));
        let keys: Vec<&'d str> = old.keywords.keys().chain(added).copied().collect();
        for key in keys {
            self.keyword(key);
        }
    }

    fn member(&self, key: &'d str) -> Member<'d> {
        self.member_of(key, self.old.get(key), self.new.get(key))
    }

    fn member_of(&self, key: &'d str, old: Option<&'d Node>, new: Option<&'d Node>) -> Member<'d> {
        Member {
            key,
            old,
            new,
            within: self.within(old, new, |part| part.get(key)),
        }
    }

    /// The schemas to point at for a value that one side has not: of the same parts the one where it
    /// would stand, so that a change of a component is the same change wherever it is seen from.
    fn within(
        &self,
        old: Option<&'d Node>,
        new: Option<&'d Node>,
        value_in: impl Fn(&'d Node) -> Option<&'d Node>,
    ) -> (&'d Node, &'d Node) {
        let counterpart = |view: &View<'d>, value: &'d Node, other: &View<'d>| {
            let holds = |part: &&'d Node| value_in(part).is_some_and(|found| std::ptr::eq(found, value));
            let at = view.objects.iter().position(holds)?;
            (view.objects.len() == other.objects.len()).then(|| other.objects[at])
        };
        let (mut within, views) = (self.nodes, (self.old, self.new));
        match (old, new) {
            (None, Some(value)) => within.0 = counterpart(views.1, value, views.0).unwrap_or(within.0),
            (Some(value), None) => within.1 = counterpart(views.0, value, views.1).unwrap_or(within.1),
            _ => {}
        }
        within
    }

    /// Reports one of the changes that a schema can have.
    fn facet(&mut self, facet: &Facet, member: &Member<'d>, message: String, rust: Bump) {
        self.walk.settle(member.old);
        self.walk.settle(member.new);
        if !member.is_same() {
            let rule = facet.at(self.at.site);
            self.walk.report(rule, member.kind(), member.places(), message, rust);
        }
    }

    /// Whether every part that has the keyword says it once, and as the kind of value it must be.
    fn plain(&self, key: &str, fits: fn(&Node) -> bool) -> bool {
        let one = |view: &View<'d>| match view.keywords.get(key).map(Vec::as_slice) {
            None => true,
            Some([value]) => fits(value),
            Some([first, rest @ ..]) => fits(first) && rest.iter().all(|other| json::same(first, other)),
            Some([]) => true,
        };
        one(self.old) && one(self.new)
    }

    fn settle(&mut self, key: &str) {
        for view in [self.old, self.new] {
            for value in view.keywords.get(key).into_iter().flatten() {
                self.walk.settle(Some(value));
            }
        }
    }

    /// `type` and `format`: what kind of value it is. Returns whether it is quite another one, so
    /// that there is no more to compare.
    fn kind(&mut self) -> bool {
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

    fn enumeration(&mut self) {
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

    fn bound(&mut self, bound: &Bound) {
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
    fn keyword(&mut self, key: &'d str) {
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

    fn unclassified(&mut self, key: &'d str) {
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

    fn items(&mut self, member: &Member<'d>) {
        let lists = |view: &View<'d>| view.keywords.get("items").cloned().unwrap_or_default();
        let (old, new) = (lists(self.old), lists(self.new));
        if old.is_empty() || new.is_empty() {
            return self.unclassified(member.key);
        }
        let inner = self.inner(old, new, self.at.subject.inner("[]"), "Item", Holder::Value);
        self.walk.pending.push_back(inner);
    }

    fn properties(&mut self) {
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
    fn others(&self) -> Option<(&'d Node, &'d Node)> {
        let schema = |view: &View<'d>| match view.keywords.get("additionalProperties").map(Vec::as_slice) {
            Some([node]) => Some(*node).filter(|node| node.as_object().is_some_and(|members| !members.is_empty())),
            _ => None,
        };
        schema(self.old).zip(schema(self.new))
    }

    /// `additionalProperties`: any where it is missing, `true` or `{}`.
    fn additional_properties(&mut self) {
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
    fn alternatives(&mut self, member: &Member<'d>) {
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

fn required_rule(site: Site, required: bool, subject: &str) -> (rule::Rule, String) {
    let rule = match (site.direction(), required) {
        (Direction::Request, true) => rule::REQUEST_PROPERTY_BECAME_REQUIRED,
        (Direction::Request, false) => rule::REQUEST_PROPERTY_BECAME_OPTIONAL,
        (Direction::Response, true) => rule::RESPONSE_PROPERTY_BECAME_REQUIRED,
        (Direction::Response, false) => rule::RESPONSE_PROPERTY_BECAME_OPTIONAL,
        (Direction::Neither, true) => rule::SCHEMA_PROPERTY_BECAME_REQUIRED,
        (Direction::Neither, false) => rule::SCHEMA_PROPERTY_BECAME_OPTIONAL,
    };
    let words = if required { "required" } else { "optional" };
    (rule, format!("{subject} became {words}"))
}

/// Which properties an object takes beside those that are listed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Freedom {
    None,
    Schema,
    Any,
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
