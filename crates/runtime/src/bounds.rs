//! Checks of arguments against what the document demands of them, before a request is sent.
//!
//! Each takes a value and returns it, or what is wrong with it.

use std::fmt::Display;
use std::ops::{Bound, Rem};

use serde_json::Value;

/// Numbers, by the smallest and the largest that are allowed.
fn between<T: PartialOrd + Display>(value: T, minimum: Bound<T>, maximum: Bound<T>) -> Result<T, String> {
    // What must be true, not what must not: every comparison with "not a number" is false.
    let large_enough = match &minimum {
        Bound::Included(minimum) => value >= *minimum,
        Bound::Excluded(minimum) => value > *minimum,
        Bound::Unbounded => true,
    };
    let small_enough = match &maximum {
        Bound::Included(maximum) => value <= *maximum,
        Bound::Excluded(maximum) => value < *maximum,
        Bound::Unbounded => true,
    };
    if large_enough && small_enough {
        return Ok(value);
    }
    let minimum = match minimum {
        Bound::Included(minimum) => Some(format!("at least {minimum}")),
        Bound::Excluded(minimum) => Some(format!("more than {minimum}")),
        Bound::Unbounded => None,
    };
    let maximum = match maximum {
        Bound::Included(maximum) => Some(format!("at most {maximum}")),
        Bound::Excluded(maximum) => Some(format!("less than {maximum}")),
        Bound::Unbounded => None,
    };
    Err(outside(minimum, maximum, &value.to_string()))
}

fn outside(minimum: Option<String>, maximum: Option<String>, value: &str) -> String {
    let demand = match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!("{minimum} and {maximum}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    };
    format!("must be {demand}, but is {value}")
}

/// Numbers, by what must divide them.
fn multiple_of<T: Rem<Output = T> + Default + PartialEq + Copy + Display>(value: T, factor: T) -> Result<T, String> {
    if value % factor == T::default() {
        Ok(value)
    } else {
        Err(format!("must be a multiple of {factor}, but is {value}"))
    }
}

/// Numbers with a fraction, by what must divide them. `0.3` is a multiple of `0.1`, though the
/// nearest numbers that there are for them are not.
fn multiple_of_fraction(value: f64, factor: f64) -> Result<f64, String> {
    let times = value / factor;
    if (times - times.round()).abs() <= f64::EPSILON * times.abs().max(1.0) {
        Ok(value)
    } else {
        Err(format!("must be a multiple of {factor}, but is {value}"))
    }
}

/// Texts, by their number of characters.
fn length<T: AsRef<str>>(value: T, minimum: usize, maximum: usize) -> Result<T, String> {
    let length = value.as_ref().chars().count();
    count(length, minimum, maximum, "character")?;
    Ok(value)
}

/// Lists, by their number of items.
fn items<T>(values: Vec<T>, minimum: usize, maximum: usize) -> Result<Vec<T>, String> {
    count(values.len(), minimum, maximum, "item")?;
    Ok(values)
}

/// Lists without the same item twice.
fn unique<T: PartialEq>(values: Vec<T>) -> Result<Vec<T>, String> {
    for (index, value) in values.iter().enumerate() {
        if let Some(first) = values[..index].iter().position(|earlier| earlier == value) {
            return Err(format!(
                "must not have an item twice, but item {} is item {} again",
                index + 1,
                first + 1
            ));
        }
    }
    Ok(values)
}

/// Lists, item by item.
fn each<T>(values: Vec<T>, check: impl Fn(T) -> Result<T, String>) -> Result<Vec<T>, String> {
    let mut checked = Vec::with_capacity(values.len());
    for value in values {
        match check(value) {
            Ok(value) => checked.push(value),
            Err(reason) => return Err(format!("item {} {reason}", checked.len() + 1)),
        }
    }
    Ok(checked)
}

/// Values of a path parameter: an empty or a relative segment would lead to another resource.
pub(crate) fn path_segment(text: &str) -> Result<(), String> {
    match text {
        "" => Err("must not be empty".to_owned()),
        dots @ ("." | "..") => Err(format!("must not be `{dots}`")),
        _ => Ok(()),
    }
}

/// A regular expression, compiled to a table by the generator.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The expression of the document.
    pub source: &'static str,
    /// The class of each byte.
    pub classes: &'static [u8; 256],
    /// The next state, for each state and class.
    pub next: &'static [u16],
    /// For each state whether a text that ends there matches.
    pub accepts: &'static [bool],
}

/// Texts, by a regular expression that must match somewhere in them.
fn pattern<T: AsRef<str>>(value: T, pattern: &Pattern) -> Result<T, String> {
    let width = pattern.next.len() / pattern.accepts.len();
    let state = value.as_ref().bytes().fold(0, |state: usize, byte| {
        pattern.next[state * width + usize::from(pattern.classes[usize::from(byte)])].into()
    });
    if pattern.accepts[state] {
        Ok(value)
    } else {
        Err(format!("must match `{}`, but is {:?}", pattern.source, value.as_ref()))
    }
}

/// What the document demands of a value, as data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Of a number.
    pub minimum: Bound<f64>,
    /// Of a number.
    pub maximum: Bound<f64>,
    /// What a number must be a multiple of.
    pub multiple_of: Option<f64>,
    /// The least and the most characters of a text.
    pub length: (usize, usize),
    /// What a text must match.
    pub pattern: Option<&'static Pattern>,
    /// The least and the most items of a list.
    pub items: (usize, usize),
    /// Whether no item of a list may be repeated.
    pub unique: bool,
    /// The bounds of each item of a list.
    pub each: Option<&'static Bounds>,
}

impl Bounds {
    /// Nothing is demanded.
    pub const NONE: Self = Self {
        minimum: Bound::Unbounded,
        maximum: Bound::Unbounded,
        multiple_of: None,
        length: (0, usize::MAX),
        pattern: None,
        items: (0, usize::MAX),
        unique: false,
        each: None,
    };
}

/// Checks a value that is JSON.
pub(crate) fn check(json: &str, demand: &Bounds) -> Result<(), String> {
    if *demand == Bounds::NONE {
        return Ok(());
    }
    match serde_json::from_str(json) {
        Ok(value) => check_value(value, demand),
        // A number beyond the types of Rust.
        Err(error) => Err(format!("cannot be checked: {error}")),
    }
}

fn check_value(value: Value, demand: &Bounds) -> Result<(), String> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64();
            let number = number.as_f64().ok_or("cannot be checked: it is too large")?;
            between(number, demand.minimum, demand.maximum)?;
            match (demand.multiple_of, whole) {
                (None, _) => Ok(()),
                // A float has not each of the large integers.
                (Some(factor), Some(whole)) if factor.fract() == 0.0 && factor.abs() < 9e18 => {
                    multiple_of(whole, factor as i64).map(drop)
                }
                (Some(factor), _) => multiple_of_fraction(number, factor).map(drop),
            }
        }
        Value::String(text) => {
            let text = length(text, demand.length.0, demand.length.1)?;
            demand
                .pattern
                .map_or(Ok(()), |expression| pattern(text, expression).map(drop))
        }
        Value::Array(values) => {
            let values = items(values, demand.items.0, demand.items.1)?;
            let values = if demand.unique { unique(values)? } else { values };
            let Some(demand) = demand.each else { return Ok(()) };
            each(values, |value| check_value(value.clone(), demand).map(|()| value)).map(drop)
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => Ok(()),
    }
}

fn count(count: usize, minimum: usize, maximum: usize, of: &str) -> Result<(), String> {
    if (minimum..=maximum).contains(&count) {
        return Ok(());
    }
    let (demand, last) = match (minimum, maximum) {
        (minimum, usize::MAX) => (format!("at least {minimum}"), minimum),
        (0, maximum) => (format!("at most {maximum}"), maximum),
        (minimum, maximum) if minimum == maximum => (format!("exactly {minimum}"), minimum),
        (minimum, maximum) => (format!("from {minimum} to {maximum}"), maximum),
    };
    let plural = if last == 1 { "" } else { "s" };
    Err(format!("must have {demand} {of}{plural}, but has {count}"))
}

#[cfg(test)]
mod tests {
    use std::ops::Bound::{Excluded, Included, Unbounded};

    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(between(1, Included(1), Included(100)), Ok(1));
        assert_eq!(between(100, Included(1), Included(100)), Ok(100));
        assert_eq!(
            between(0, Included(1), Included(100)),
            Err("must be at least 1 and at most 100, but is 0".to_owned())
        );
        assert_eq!(
            between(0.5, Excluded(0.5), Unbounded),
            Err("must be more than 0.5, but is 0.5".to_owned())
        );
        assert_eq!(
            between(9, Unbounded, Excluded(9)),
            Err("must be less than 9, but is 9".to_owned())
        );
        assert_eq!(
            between(f64::NAN, Included(0.0), Excluded(1.0)),
            Err("must be at least 0 and less than 1, but is NaN".to_owned())
        );
        assert_eq!(multiple_of(9, 3), Ok(9));
        assert_eq!(multiple_of_fraction(0.3, 0.1), Ok(0.3));
        assert_eq!(multiple_of_fraction(1e300, 0.5), Ok(1e300));
        assert_eq!(
            multiple_of_fraction(0.35, 0.1),
            Err("must be a multiple of 0.1, but is 0.35".to_owned())
        );
        assert_eq!(multiple_of(10, 3), Err("must be a multiple of 3, but is 10".to_owned()));
    }

    #[test]
    fn texts() {
        assert_eq!(length("äöü", 3, 3), Ok("äöü"));
        assert_eq!(
            length("äö", 3, 3),
            Err("must have exactly 3 characters, but has 2".to_owned())
        );
        assert_eq!(
            length("", 1, usize::MAX),
            Err("must have at least 1 character, but has 0".to_owned())
        );
        assert_eq!(path_segment("a/b"), Ok(()));
        assert_eq!(path_segment(""), Err("must not be empty".to_owned()));
        assert_eq!(path_segment(".."), Err("must not be `..`".to_owned()));
        // `^a$`: 0 start, 1 after `a`, 2 dead.
        let mut classes = [0; 256];
        classes[usize::from(b'a')] = 1;
        let table = Box::leak(Box::new(classes));
        let only_a = Pattern {
            source: "^a$",
            classes: table,
            next: &[2, 1, 2, 2, 2, 2],
            accepts: &[false, true, false],
        };
        assert_eq!(pattern("a", &only_a), Ok("a"));
        assert_eq!(
            pattern("ab", &only_a),
            Err("must match `^a$`, but is \"ab\"".to_owned())
        );
    }

    #[test]
    fn lists() {
        assert_eq!(items(vec![1, 2], 0, 2), Ok(vec![1, 2]));
        assert_eq!(
            items(vec![1, 2, 3], 0, 2),
            Err("must have at most 2 items, but has 3".to_owned())
        );
        assert_eq!(unique(vec![1, 2]), Ok(vec![1, 2]));
        assert_eq!(
            unique(vec![1, 2, 1]),
            Err("must not have an item twice, but item 3 is item 1 again".to_owned())
        );
        assert_eq!(
            each(vec![1, 9], |value| between(value, Unbounded, Included(5))),
            Err("item 2 must be at most 5, but is 9".to_owned())
        );
    }
}
