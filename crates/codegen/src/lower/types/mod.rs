//! Types: the schemas of a document become the schemas of the copy, and the types of the model.
//!
//! A shape says which kind of Rust type a schema becomes. Converting a schema follows from its shape, and defines the
//! enum, the struct or the union that it needs. Their fields and variants are schemas again.

mod aliases;
mod convert;
mod definitions;
mod enums;
mod lifecycle;
mod one_of;
mod shape;
mod structs;
mod unions;
mod usage;

use std::collections::{HashMap, HashSet, VecDeque};

use ittybit_spec::pointer;
use openapiv3::{Components, ReferenceOr, Schema};

pub(super) use self::definitions::{Definitions, named_type};
use self::shape::Shapes;
pub(super) use self::shape::{Object, Shape};
use self::usage::Usage;
use super::about::about;
use super::budget::Budget;
use super::names::{Names, Place, TIMESTAMP};
use super::report::Report;
use super::schema::chain;
use crate::model::Alias;
use crate::name;

/// The types of a document while they are defined.
pub(super) struct Types<'a> {
    /// The document's `components`; empty if it has none.
    pub(super) components: &'a Components,
    pub(super) report: Report<'a>,
    pub(super) budget: Budget,
    pub(super) names: Names,
    pub(super) defined: Definitions,
    /// The places of the schemas whose values are bytes in a body.
    pub(super) bytes: HashSet<String>,
    /// The places of the successful responses whose descriptions become docs.
    pub(super) described: HashSet<String>,
    usage: Usage,
    /// The kinds of the component schemas, and whether their values may be null.
    kinds: HashMap<String, (Kind, bool)>,
    /// Structs that have a name, but no fields yet. Fields are defined later, one struct after the other, so that
    /// deeply nested objects do not overflow the stack.
    pending: VecDeque<(Object, Place)>,
    /// Whether too deep nesting was reported: one error is enough for a chain of references.
    too_deep: bool,
}

/// The kind of type that a component becomes.
#[derive(Clone, Copy)]
enum Kind {
    Struct,
    /// An enum of strings, or a union.
    Enum,
    /// An alias for another type.
    Other,
}

impl<'a> Types<'a> {
    pub(super) fn new(components: &'a Components, report: Report<'a>) -> Self {
        Self {
            components,
            budget: Budget::of(report.document.size()),
            report,
            names: Names::default(),
            defined: Definitions::default(),
            bytes: HashSet::new(),
            described: HashSet::new(),
            usage: Usage::default(),
            kinds: HashMap::new(),
            pending: VecDeque::new(),
            too_deep: false,
        }
    }

    /// Converts every component schema, in the order of the document.
    pub(super) fn components(&mut self) {
        let schemas = &self.components.schemas;
        // The names of components come first: inline schemas get other names than these.
        for (name, schema) in schemas {
            let at = pointer::join("/components/schemas", [name.as_str()]);
            let wanted = name::type_name(name);
            let is_time = wanted == TIMESTAMP
                && !self.names.places.contains_key(TIMESTAMP)
                && matches!(
                    self.shape(schema, &Place::new(at.clone(), wanted.clone())),
                    Shape::Timestamp
                );
            let rust = match is_time {
                true => {
                    self.names.places.insert(wanted.clone(), at.clone());
                    wanted
                }
                false => self.names.take(&wanted, &at),
            };
            if rust != *name {
                let message = format!("the schema `{name}` is the Rust type `{rust}`");
                self.report.note_at_key(&at, "name-changed", message);
            }
            self.names.components.insert(name.clone(), rust);
        }
        for (name, schema) in schemas {
            let place = self.names.component(name);
            let shape = self.shape(schema, &place);
            let nullable = self.shapes().accepts_null(schema, &shape);
            let kind = match shape {
                Shape::Struct(_) => Kind::Struct,
                Shape::Enum(_) | Shape::Union(_) => Kind::Enum,
                _ => Kind::Other,
            };
            self.kinds.insert(name.clone(), (kind, nullable));
        }
        for (name, schema) in schemas {
            let place = self.names.component(name);
            self.component(schema, &place);
        }
    }

    fn component(&mut self, schema: &ReferenceOr<Schema>, place: &Place) {
        match self.shape(schema, place) {
            Shape::Refused => {}
            Shape::Timestamp if place.name == TIMESTAMP => self.define_timestamp(),
            Shape::Struct(object) => self.name_struct(object, schema, place),
            Shape::Enum(values) => self.define_enum(&values, schema, place),
            Shape::Union(union) => self.define_union(union, schema, place),
            _ => {
                let target = self.convert(schema, place).rust;
                let chain = chain(self.components, schema, &place.at);
                let about = about(&chain, &mut self.budget);
                self.defined.aliases.insert(place.name.clone(), Alias { about, target });
            }
        }
        self.define_pending();
    }

    fn shapes(&mut self) -> Shapes<'_, 'a> {
        Shapes {
            components: self.components,
            budget: &mut self.budget,
            report: &mut self.report,
            merging: 0,
        }
    }

    /// The shape of a schema. Inner schemas are not visited.
    pub(super) fn shape(&mut self, schema: &ReferenceOr<Schema>, place: &Place) -> Shape {
        self.shapes().shape(schema, place)
    }

    /// Adapts the structs that are only used in requests, and those that responses have.
    pub(super) fn mark_usage(&mut self) {
        for name in self.usage.request_only() {
            self.defined.mark_request_only(&name);
        }
        for name in self.usage.closure(&self.usage.received) {
            self.defined.mark_received(&name);
        }
    }

    /// The structs in unions, which the runtime has to distinguish.
    pub(super) fn in_unions(&self) -> Vec<String> {
        let all = self.usage.closure(self.defined.unions.keys());
        let is_struct = |name: &String| self.defined.structs.contains_key(name);
        all.into_iter().filter(is_struct).collect()
    }
}
