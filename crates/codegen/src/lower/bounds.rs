//! Bounds: the keywords of a parameter's schema that restrict its value.

use std::collections::HashMap;
use std::rc::Rc;

use ittybit_spec::pointer;
use openapiv3::{Components, ReferenceOr, Schema, SchemaKind, Type};

use super::integer;
use super::report::Report;
use super::schema::{chain, single_type};
use crate::model::{Bound, Bounds, Literal};
use crate::pattern::Automaton;

/// The patterns of parameters, and what is left of the limits for them.
pub(super) struct Patterns {
    /// Each compiled, or the reason why it is not checked.
    compiled: HashMap<String, Result<Rc<Automaton>, String>>,
    /// The entries of all tables, and the bytes of memory for compiling them.
    table: usize,
    memory: usize,
}

impl Patterns {
    /// For a document of this size.
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            compiled: HashMap::new(),
            table: 500_000,
            memory: (64 << 20) + 16 * bytes,
        }
    }

    /// The automaton of a pattern. It is compiled once for all parameters with this pattern.
    fn automaton(&mut self, pattern: &str) -> Result<Rc<Automaton>, String> {
        if let Some(known) = self.compiled.get(pattern) {
            return known.clone();
        }
        let made = Automaton::new(pattern, &mut self.memory).and_then(|automaton| {
            let left = self.table.checked_sub(automaton.next.len());
            self.table = left.ok_or("the tables of all patterns become too large")?;
            Ok(Rc::new(automaton))
        });
        self.compiled.insert(pattern.to_owned(), made.clone());
        made
    }
}

/// The bounds of a parameter's schema.
pub(super) fn bounds(
    schema: &ReferenceOr<Schema>,
    at: &str,
    components: &Components,
    patterns: &mut Patterns,
    report: &mut Report,
) -> Bounds {
    let Some((ReferenceOr::Item(schema), at)) = chain(components, schema, at).pop() else {
        return Bounds::default();
    };
    match &*single_type(&schema.schema_kind) {
        SchemaKind::Type(Type::String(string)) if string.enumeration.is_empty() => {
            let pattern = string
                .pattern
                .as_ref()
                .and_then(|pattern| match patterns.automaton(pattern) {
                    Ok(automaton) => Some(automaton),
                    Err(reason) => {
                        let at = pointer::join(&at, ["pattern"]);
                        let message = format!("the pattern is not checked before a request is sent: {reason}");
                        report.note(&at, "pattern-unchecked", message);
                        None
                    }
                });
            Bounds {
                min_length: string.min_length,
                max_length: string.max_length,
                pattern,
                ..Bounds::default()
            }
        }
        SchemaKind::Type(Type::Integer(integer)) => {
            let Some(rust) = integer::rust_type(integer) else {
                return Bounds::default();
            };
            positive(integer.multiple_of.is_some_and(|factor| factor <= 0), &at, report);
            let mut bound = |keyword: &str, value: Option<i64>, exclusive: bool| {
                let value = integer_bound(value?, rust, &pointer::join(&at, [keyword]), keyword, report)?;
                Some(Bound { value, exclusive })
            };
            let multiple_of = integer.multiple_of.filter(|factor| *factor > 0).map(Literal::Integer);
            Bounds {
                minimum: bound("minimum", integer.minimum, integer.exclusive_minimum),
                maximum: bound("maximum", integer.maximum, integer.exclusive_maximum),
                multiple_of: multiple_of.filter(|factor| integer::fits(*factor, rust)),
                ..Bounds::default()
            }
        }
        SchemaKind::Type(Type::Number(number)) => {
            let bound = |value: Option<f64>, exclusive| {
                let value = Literal::Float(value?);
                Some(Bound { value, exclusive })
            };
            positive(number.multiple_of.is_some_and(|factor| factor <= 0.0), &at, report);
            Bounds {
                minimum: bound(number.minimum, number.exclusive_minimum),
                maximum: bound(number.maximum, number.exclusive_maximum),
                multiple_of: number.multiple_of.map(Literal::Float),
                ..Bounds::default()
            }
        }
        SchemaKind::Type(Type::Array(array)) => {
            let items = array.items.clone().map(ReferenceOr::unbox);
            let items = items.map(|items| bounds(&items, &pointer::join(&at, ["items"]), components, patterns, report));
            Bounds {
                min_items: array.min_items,
                max_items: array.max_items,
                unique_items: array.unique_items,
                items: items.filter(|items| !items.is_empty()).map(Box::new),
                ..Bounds::default()
            }
        }
        _ => Bounds::default(),
    }
}

/// A bound within the range of the number's type. A bound that every number of the type satisfies is left out, and
/// one that none of them satisfies is an error.
fn integer_bound(value: i64, rust: &str, at: &str, keyword: &str, report: &mut Report) -> Option<Literal> {
    let (least, most) = integer::range(rust);
    let number = i128::from(value);
    if (least..=most).contains(&number) {
        return Some(Literal::Integer(value));
    }
    if (number < least) == (keyword == "minimum") {
        return None;
    }
    let end = if keyword == "minimum" { most } else { least };
    report.error(
        at,
        "bound-unreachable",
        format!("no number of this format satisfies the {keyword} {value}: the format ends at {end}"),
        "choose another `format`, such as `int64`, or another bound",
    );
    None
}

fn positive(is_not: bool, at: &str, report: &mut Report) {
    if is_not {
        report.error(
            &pointer::join(at, ["multipleOf"]),
            "multiple-of-not-positive",
            "`multipleOf` must be greater than 0",
            "write the step between two values, or leave it out",
        );
    }
}
