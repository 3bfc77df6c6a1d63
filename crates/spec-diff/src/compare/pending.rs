//! Pairs of schemas that are still to be compared, with all that the meaning of a difference depends on.

use std::rc::Rc;

use ittybit_spec::Node;

use crate::locate::address;
use crate::rule::{Direction, Rule, Site};

/// Identifies a pair of schemas and its use.
pub(super) type Pair = (Vec<usize>, Vec<usize>, Use);

/// How two schemas are used, as far as the meaning of a difference depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Use {
    pub(super) direction: Direction,
    pub(super) form: Form,
    pub(super) overridden: bool,
    pub(super) closed: Closed,
    /// The addresses of the encodings, or 0.
    pub(super) encoding: [usize; 2],
}

/// Whether the schemas around refuse, in both documents, properties or items that none of their parts describes
/// (`unevaluatedProperties`, `unevaluatedItems`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Closed {
    pub(super) properties: bool,
    pub(super) items: bool,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Form {
    #[default]
    Json,
    /// As text, in which `1` may be a number or a string: a part of a form, or a header.
    Text,
    /// As the text of a parameter.
    Parameter,
    /// As the text of a parameter that is repeated for each item of a list: a single value is the same as a list of
    /// one item.
    Exploded,
}

impl Form {
    pub(super) fn is_text(self) -> bool {
        self != Form::Json
    }
}

/// The name of a schema in messages: a path inside of a parameter, a body or a component.
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

    /// Whether the path is too long to be readable. Chains of references may be as long as the document.
    pub(super) fn is_far(&self) -> bool {
        self.path.split('.').count() > 4 || self.path.len() > 80
    }

    pub(super) fn property(&self, name: &str) -> Self {
        // An empty name is valid.
        let name = if name.is_empty() { "\"\"" } else { name };
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

    pub(super) fn inner(&self, mark: &str) -> Self {
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

/// What contains the value of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// An object, in which it may be required.
    Field { required: (bool, bool) },
    /// A parameter, a body, a list, a map.
    Value,
    /// A component, without regard to its uses.
    Component,
}

/// Two schemas to be compared, and where they are used.
#[derive(Clone)]
pub(super) struct Pending<'d> {
    pub(super) old: Vec<&'d Node>,
    pub(super) new: Vec<&'d Node>,
    pub(super) site: Site,
    pub(super) subject: Subject,
    pub(super) operation: Option<Rc<str>>,
    pub(super) holder: Holder,
    pub(super) form: Form,
    /// The rule that replaces each rule that affects the wire, where the direction alone does not decide: inside a
    /// `not` a narrower schema makes the whole wider.
    pub(super) override_rule: Option<Rule>,
    pub(super) closed: Closed,
    /// How the properties of a form are written, in each document.
    pub(super) encoding: [Option<&'d Node>; 2],
}

impl<'d> Pending<'d> {
    /// The schemas of a value that is JSON and belongs to no operation.
    pub(super) fn new((old, new): (&'d Node, &'d Node), site: Site, subject: Subject) -> Self {
        Self {
            old: vec![old],
            new: vec![new],
            site,
            subject,
            operation: None,
            holder: Holder::Value,
            form: Form::Json,
            override_rule: None,
            closed: Closed::default(),
            encoding: [None; 2],
        }
    }

    pub(super) fn used(&self) -> Use {
        Use {
            direction: self.site.direction(),
            form: self.form,
            overridden: self.override_rule.is_some(),
            closed: self.closed,
            encoding: self.encoding.map(|encoding| encoding.map_or(0, address)),
        }
    }
}
