//! Bounds: the keywords of a parameter's schema that restrict its value.

use std::rc::Rc;

use ittybit_spec::pointer;
use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};

use super::Lowering;
use super::shape::{Shape, integer_shape, single_type};
use crate::model::{Bound, Bounds, Literal};
use crate::pattern::Automaton;

impl Lowering<'_> {
    /// The bounds of a parameter's schema.
    pub(super) fn bounds(&mut self, schema: &ReferenceOr<Schema>, at: &str) -> Bounds {
        let Some((ReferenceOr::Item(schema), at)) = self.chain(schema, at).pop() else {
            return Bounds::default();
        };
        match &*single_type(&schema.schema_kind) {
            SchemaKind::Type(Type::String(string)) if string.enumeration.is_empty() => {
                let pattern = string
                    .pattern
                    .as_ref()
                    .and_then(|pattern| match self.automaton(pattern) {
                        Ok(automaton) => Some(automaton),
                        Err(reason) => {
                            let at = pointer::join(&at, ["pattern"]);
                            let message = format!("the pattern is not checked before a request is sent: {reason}");
                            self.note(&at, "pattern-unchecked", message);
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
                let Shape::Integer(rust) = integer_shape(integer) else {
                    return Bounds::default();
                };
                self.positive(integer.multiple_of.is_some_and(|factor| factor <= 0), &at);
                let multiple_of = integer.multiple_of.filter(|factor| *factor > 0).map(Literal::Integer);
                Bounds {
                    minimum: self.integer_bound(integer.minimum, integer.exclusive_minimum, rust, &at, "minimum"),
                    maximum: self.integer_bound(integer.maximum, integer.exclusive_maximum, rust, &at, "maximum"),
                    multiple_of: multiple_of.filter(|factor| fits(*factor, rust)),
                    ..Bounds::default()
                }
            }
            SchemaKind::Type(Type::Number(number)) => {
                let bound = |value: Option<f64>, exclusive| {
                    let value = Literal::Float(value?);
                    Some(Bound { value, exclusive })
                };
                self.positive(number.multiple_of.is_some_and(|factor| factor <= 0.0), &at);
                Bounds {
                    minimum: bound(number.minimum, number.exclusive_minimum),
                    maximum: bound(number.maximum, number.exclusive_maximum),
                    multiple_of: number.multiple_of.map(Literal::Float),
                    ..Bounds::default()
                }
            }
            SchemaKind::Type(Type::Array(array)) => {
                let items = array.items.clone().map(ReferenceOr::unbox);
                let items = items.map(|items| self.bounds(&items, &pointer::join(&at, ["items"])));
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

    /// The automaton of a pattern. It is compiled once for all parameters with this pattern.
    fn automaton(&mut self, pattern: &str) -> Result<Rc<Automaton>, String> {
        if let Some(known) = self.patterns.get(pattern) {
            return known.clone();
        }
        let made = Automaton::new(pattern, &mut self.budget.patterns).and_then(|automaton| {
            let left = self.budget.table.checked_sub(automaton.next.len());
            self.budget.table = left.ok_or("the tables of all patterns become too large")?;
            Ok(Rc::new(automaton))
        });
        self.patterns.insert(pattern.to_owned(), made.clone());
        made
    }

    /// A bound within the range of the number's type. A bound that every number of the type satisfies is left out, and
    /// one that none of them satisfies is an error.
    fn integer_bound(
        &mut self,
        value: Option<i64>,
        exclusive: bool,
        rust: &str,
        at: &str,
        keyword: &str,
    ) -> Option<Bound> {
        let value = value?;
        let (least, most) = range(rust);
        let number = i128::from(value);
        if (least..=most).contains(&number) {
            return Some(Bound {
                value: Literal::Integer(value),
                exclusive,
            });
        }
        if (number < least) == (keyword == "minimum") {
            return None;
        }
        let end = if keyword == "minimum" { most } else { least };
        self.error(
            &pointer::join(at, [keyword]),
            "bound-unreachable",
            format!("no number of this format satisfies the {keyword} {value}: the format ends at {end}"),
            "choose another `format`, such as `int64`, or another bound",
        );
        None
    }

    fn positive(&mut self, is_not: bool, at: &str) {
        if is_not {
            self.error(
                &pointer::join(at, ["multipleOf"]),
                "multiple-of-not-positive",
                "`multipleOf` must be greater than 0",
                "write the step between two values, or leave it out",
            );
        }
    }
}

/// Changes the bounds of an integer to integers: a minimum of 0.5 becomes 1. Bounds for which this is not possible are
/// left out, with a note.
pub(super) fn make_whole(keywords: &mut serde_json::Map<String, serde_json::Value>) {
    keywords.remove("enum");
    for (key, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
        ("multipleOf", ""),
    ] {
        if keywords.get(key).is_some_and(serde_json::Value::is_i64) {
            continue;
        }
        let Some(value) = keywords.remove(key).as_ref().and_then(serde_json::Value::as_f64) else {
            continue;
        };
        let whole = rounded(key, value);
        if whole != value {
            keywords.remove(exclusive);
        }
        if is_checked(key, value) {
            keywords.insert(key.to_owned(), (whole as i64).into());
        }
    }
}

/// The equivalent bound for integers.
fn rounded(key: &str, bound: f64) -> f64 {
    match key {
        "minimum" => bound.ceil(),
        "maximum" => bound.floor(),
        _ => bound,
    }
}

/// Whether a bound for integers can be checked, which is the case if it fits into an `i64`.
pub(super) fn is_checked(key: &str, bound: f64) -> bool {
    const END: f64 = 9_223_372_036_854_775_808.0;
    let whole = rounded(key, bound);
    whole.fract() == 0.0 && (-END..END).contains(&whole)
}

/// The least and the greatest number of a Rust type.
fn range(rust: &str) -> (i128, i128) {
    match rust {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

pub(crate) fn fits(value: Literal, rust: &str) -> bool {
    let (least, most) = range(rust);
    matches!(value, Literal::Integer(value) if (least..=most).contains(&i128::from(value)))
}
