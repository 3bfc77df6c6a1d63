//! Schemas: merged into [views](View), and compared keyword by keyword.

mod comparison;
mod discriminator;
mod inner;
mod keywords;
mod parts;

use ittybit_spec::Node;
use rustc_hash::FxHashSet;

use self::comparison::{Comparison, required_rule};
use super::deprecation::SUNSET;
use super::pending::{Closed, Form, Holder, Pair, Pending, Subject, Use};
use super::view::View;
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::locate::address;
use crate::rule::{self, Direction, Site};

impl<'d> Walk<'d> {
    /// Adds the schemas of a parameter, a header or a body to the pending ones.
    pub(super) fn value(&mut self, nodes: (&'d Node, &'d Node), site: Site, what: &str, form: Form) {
        self.pending.push_back(Pending {
            operation: self.operation.clone(),
            form,
            ..Pending::new(nodes, site, Subject::new(what))
        });
    }

    /// Compares all pending schemas, and those inside of them.
    pub(super) fn schemas(&mut self) {
        while let Some(pending) = self.pending.pop_front() {
            self.operation = pending.operation.clone();
            self.override_rule = pending.override_rule.clone();
            let others = self.pending.len();
            self.schema(pending);
            // Inner schemas come next, so that a change is reported at the first place that is affected.
            let inner = self.pending.split_off(others.min(self.pending.len()));
            for inner in inner.into_iter().rev() {
                self.pending.push_front(inner);
            }
        }
        self.operation = None;
        self.override_rule = None;
    }

    /// Compares the properties that are not sent in the direction of their schema. Those that are sent in the other
    /// direction were compared there; the others are not on the wire.
    pub(super) fn unsent(&mut self) {
        for unpaired in std::mem::take(&mut self.unpaired_unsent) {
            self.operation = unpaired.operation;
            self.report(
                unpaired.rule,
                unpaired.kind,
                (unpaired.old, unpaired.new),
                unpaired.message,
            );
        }
        for mut property in std::mem::take(&mut self.unsent) {
            let seen = |node: &Node| self.visited_nodes.contains(&address(node));
            if seen(property.old[0]) && seen(property.new[0]) {
                continue;
            }
            property.site = Site::Schema;
            property.override_rule = None;
            self.operation = property.operation.clone();
            self.required(&property);
            self.pending.push_back(property);
        }
        self.schemas();
    }

    /// Adds a property to the pending ones, once for each of its uses, however many references lead to its schema.
    fn enqueue_property(&mut self, property: Pending<'d>) {
        let addresses = |nodes: &[&Node]| nodes.iter().map(|node| address(node)).collect();
        let pair = (addresses(&property.old), addresses(&property.new), property.used());
        if self.properties.insert((pair, property.holder)) {
            self.pending.push_back(property);
        }
    }

    /// The views of both schemas: a list of one alternative is that alternative, unless the other schema has more.
    fn views(&mut self, old: &[&'d Node], new: &[&'d Node]) -> (View<'d>, View<'d>) {
        let many = |view: &View<'d>| {
            ["oneOf", "anyOf"].iter().any(|key| {
                let lists = view.keywords.get(key).into_iter().flatten();
                lists.filter_map(|list| list.as_array()).any(|list| list.len() != 1)
            })
        };
        let folded = (self.old.folded(old), self.new.folded(new));
        if !many(&folded.0) && !many(&folded.1) {
            return (self.noted(folded.0), self.noted(folded.1));
        }
        (self.noted(self.old.view(old)), self.noted(self.new.view(new)))
    }

    /// Marks the nodes that a view has visited.
    fn noted(&mut self, view: View<'d>) -> View<'d> {
        for node in &view.objects {
            self.visited_nodes.insert(address(node));
        }
        for node in &view.followed {
            self.compared_nodes.insert(address(node));
        }
        view
    }

    fn schema(&mut self, mut pending: Pending<'d>) {
        let (old, new) = self.views(&pending.old, &pending.new);
        let (Some(old_node), Some(new_node)) = (old.node(), new.node()) else {
            // At least one of them is not an object, so there are no keywords to compare.
            let (Some(old), Some(new)) = (pending.old.first(), pending.new.first()) else {
                return;
            };
            let member = Member::of(old, new);
            let message = || format!("{} {}", pending.subject, member.difference());
            self.leaf(rule::UNCLASSIFIED, &member, message);
            return;
        };
        let nodes = (old_node, new_node);
        let components = (
            pending.old.first().and_then(|node| self.old.references.component(node)),
            pending.new.first().and_then(|node| self.new.references.component(node)),
        );
        if let Some(name) = components.1
            && pending.subject.is_far()
        {
            pending.subject = Subject::new(&format!("the schema `{name}`"));
        }
        let addresses = |view: &View<'d>| view.objects.iter().map(|node| address(node)).collect::<Vec<_>>();
        // The objects without the first ones, which are only references.
        let key = |view: &View<'d>| {
            let mut all = addresses(view);
            let refers =
                |node: &&&Node| node.get("$ref").is_some() && node.as_object().is_some_and(|all| all.len() == 1);
            let referring = view.objects.iter().take_while(refers).count();
            all.drain(..referring.min(all.len().saturating_sub(1)));
            all
        };
        let pair = (key(&old), key(&new), pending.used());
        if pending.holder == Holder::Component && pending.override_rule.is_none() && self.is_pair_compared(&pair) {
            return;
        }
        self.nullable(&pending, &old, &new, nodes);
        if let (Some(old), Some(new)) = components
            && old != new
        {
            self.linked.insert((old, new));
        }
        if !self.compared_pairs.insert(pair) {
            return;
        }
        if self.compared_pairs.len() > self.most_pairs {
            return self.too_many();
        }
        Comparison {
            walk: self,
            at: &pending,
            old: &old,
            new: &new,
            nodes,
            handled: FxHashSet::default(),
        }
        .run();
    }

    /// Whether two schemas were compared in any use.
    fn is_pair_compared(&self, (old, new, _): &Pair) -> bool {
        let ways = [Direction::Request, Direction::Response].map(|direction| [(direction, false), (direction, true)]);
        let forms = [Form::Json, Form::Text, Form::Parameter, Form::Exploded];
        let uses = ways.into_iter().flatten().flat_map(|(direction, overridden)| {
            forms.map(|form| Use {
                direction,
                form,
                overridden,
                closed: Closed::default(),
                encoding: [0; 2],
            })
        });
        let mut pairs = uses.map(|used| (old.clone(), new.clone(), used));
        pairs.any(|pair| self.compared_pairs.contains(&pair))
    }

    /// Reports that the limit of pairs is reached. In constructed documents each schema of one may be used at the
    /// place of each schema of the other, which would take very long.
    fn too_many(&mut self) {
        self.pending.clear();
        let roots = (self.old.root(), self.new.root());
        let message = "the schemas differ in too many ways to compare them all; the rest was not compared";
        self.report(rule::UNCLASSIFIED, Kind::Changed, roots, message.to_owned());
    }

    /// Reports a property that became required or optional.
    fn required(&mut self, at: &Pending<'d>) {
        let Holder::Field { required } = at.holder else { return };
        if required.0 == required.1 {
            return;
        }
        let places = (at.old[0], at.new[0]);
        let (rule, message) = required_rule(at.site, required.1, &at.subject.to_string());
        self.report(rule, Kind::Changed, places, message);
    }

    /// Compares whether null is allowed; for every use of a schema, because it also depends on the use.
    fn nullable(&mut self, at: &Pending<'d>, old: &View<'d>, new: &View<'d>, nodes: (&'d Node, &'d Node)) {
        let ((old_all, was), (new_all, is)) = (old.nullable(), new.nullable());
        // One part may allow null, and another one forbid it.
        let untyped = old.get("type").is_none() || new.get("type").is_none();
        let (was, is) = match was == is {
            true if !untyped => (old_all, new_all),
            _ => (was, is),
        };
        if was == is {
            return;
        }
        let (facet, words) = if is {
            (&rule::BECAME_NULLABLE, "can now be null")
        } else {
            (&rule::BECAME_NOT_NULLABLE, "can no longer be null")
        };
        // `nullable`, or the list of types.
        let place = |view: &View<'d>| {
            view.get("nullable")
                .or(view.get("type").filter(|node| node.as_array().is_some()))
        };
        let places = (place(old).unwrap_or(nodes.0), place(new).unwrap_or(nodes.1));
        self.report(
            facet.at(at.site),
            Kind::Changed,
            places,
            format!("{} {words}", at.subject),
        );
    }
}

impl<'d> Comparison<'_, 'd> {
    fn run(mut self) {
        self.ref_siblings();
        if self.is_alternative() || self.kind() {
            return;
        }
        self.enumeration();
        self.discriminator();
        for bound in rule::BOUNDS {
            self.bound(bound);
        }
        self.sunset();
        self.additional_properties();
        self.properties();
        let (old, new) = (self.old, self.new);
        let added = new.keywords.keys().filter(|key| !old.keywords.contains_key(*key));
        let keys: Vec<&'d str> = old.keywords.keys().chain(added).copied().collect();
        for key in keys {
            self.keyword(key);
        }
    }

    /// Compares the sunset date of a deprecated schema, such as that of a property.
    fn sunset(&mut self) {
        let flag = |node: &Node| node.as_bool().is_some();
        if self.plain(SUNSET, |node| node.as_str().is_some()) && self.plain("deprecated", flag) {
            let deprecated = (self.old.flag("deprecated"), self.new.flag("deprecated"));
            let (member, subject) = (self.member(SUNSET), self.at.subject.to_string());
            self.handled.insert(SUNSET);
            self.walk.schema_sunset(&member, deprecated, &subject, self.at.site);
        }
    }
}
