//! The comparison of two schemas, and what every keyword needs.

use ittybit_spec::Node;
use rustc_hash::FxHashSet;

use super::super::pending::{Closed, Form, Holder, Pending, Subject};
use super::super::view::View;
use super::super::walk::{Member, Walk};
use crate::json;
use crate::locate::address;
use crate::rule::{self, Direction, Facet, Rule, Site};

/// The comparison of two views.
pub(super) struct Comparison<'c, 'd> {
    pub(super) walk: &'c mut Walk<'d>,
    pub(super) at: &'c Pending<'d>,
    pub(super) old: &'c View<'d>,
    pub(super) new: &'c View<'d>,
    pub(super) nodes: (&'d Node, &'d Node),
    /// The keywords that were compared.
    pub(super) handled: FxHashSet<&'d str>,
}

impl<'d> Comparison<'_, 'd> {
    pub(super) fn member(&self, key: &'d str) -> Member<'d> {
        self.member_of(key, self.old.get(key), self.new.get(key))
    }

    pub(super) fn member_of(&self, key: &'d str, old: Option<&'d Node>, new: Option<&'d Node>) -> Member<'d> {
        Member {
            key,
            old,
            new,
            within: self.within(old, new, |part| part.get(key)),
        }
    }

    /// The objects to report for a value that is only in one document. In the other one it is the corresponding part,
    /// so that a change of a component is the same change for all of its uses.
    pub(super) fn within(
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

    /// Compares a keyword, or a member of one, and reports a difference with this facet.
    pub(super) fn facet(&mut self, facet: &Facet, member: &Member<'d>, message: String) {
        self.walk.mark_member(member);
        // A member of a keyword may have the name of another keyword.
        let own = self.member(member.key);
        let at = |(old, new): (&'d Node, &'d Node)| (address(old), address(new));
        if at(own.places()) == at(member.places()) {
            self.handled.insert(own.key);
        }
        if !member.is_same() {
            let rule = facet.at(self.at.site);
            self.walk.report(rule, member.kind(), member.places(), message);
        }
    }

    /// Whether the keyword has one valid value in each document: equal in all parts that have it.
    pub(super) fn plain(&self, key: &str, fits: fn(&Node) -> bool) -> bool {
        let one = |view: &View<'d>| match view.keywords.get(key).map(Vec::as_slice) {
            None => true,
            Some([value]) => fits(value),
            Some([first, rest @ ..]) => fits(first) && rest.iter().all(|other| json::same(first, other)),
            Some([]) => true,
        };
        one(self.old) && one(self.new)
    }

    pub(super) fn mark_compared(&mut self, key: &'d str) {
        self.handled.insert(key);
        for view in [self.old, self.new] {
            for value in view.keywords.get(key).into_iter().flatten() {
                self.walk.mark_compared(Some(value));
            }
        }
    }

    /// A part of the two schemas.
    pub(super) fn inner(
        &self,
        old: Vec<&'d Node>,
        new: Vec<&'d Node>,
        subject: Subject,
        holder: Holder,
    ) -> Pending<'d> {
        // An item of a parameter or a header is reported with the rules of the parameter or the header.
        let site = match (self.at.site, holder) {
            (Site::Parameter | Site::ResponseHeader, Holder::Value) => self.at.site,
            (site, _) => site.inner(),
        };
        Pending {
            old,
            new,
            site,
            subject,
            operation: self.walk.operation.clone(),
            holder,
            form: match self.at.form {
                // Only the outermost list is repeated.
                Form::Exploded => Form::Parameter,
                // A property of a form is text, but an object in it is written as JSON.
                Form::Text if self.at.site == self.at.site.inner() && matches!(holder, Holder::Field { .. }) => {
                    Form::Json
                }
                form => form,
            },
            override_rule: self.at.override_rule.clone(),
            closed: Closed::default(),
            encoding: [None; 2],
        }
    }
}

pub(super) fn required_rule(site: Site, required: bool, subject: &str) -> (Rule, String) {
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
