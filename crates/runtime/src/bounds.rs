//! Checks of arguments against what the document demands of them, before a request is sent.

use std::ops::Bound;

use serde_json::Value;

/// Numbers, by the smallest and the largest that are allowed.
fn between(value: f64, minimum: Bound<f64>, maximum: Bound<f64>) -> Result<(), String> {
    // What must be true, not what must not: every comparison with "not a number" is false.
    let (large_enough, minimum) = match minimum {
        Bound::Included(minimum) => (value >= minimum, format!("at least {minimum}")),
        Bound::Excluded(minimum) => (value > minimum, format!("more than {minimum}")),
        Bound::Unbounded => (true, String::new()),
    };
    let (small_enough, maximum) = match maximum {
        Bound::Included(maximum) => (value <= maximum, format!("at most {maximum}")),
        Bound::Excluded(maximum) => (value < maximum, format!("less than {maximum}")),
        Bound::Unbounded => (true, String::new()),
    };
    if large_enough && small_enough {
        return Ok(());
    }
    let and = if minimum.is_empty() || maximum.is_empty() {
        ""
    } else {
        " and "
    };
    Err(format!("must be {minimum}{and}{maximum}, but is {value}"))
}

/// Numbers, by what must divide them. `0.3` is a multiple of `0.1`, though the nearest numbers that there are for
/// them are not.
fn multiple_of(value: f64, whole: Option<i64>, factor: f64) -> Result<(), String> {
    let is_multiple = match whole {
        // A float has not each of the large integers.
        Some(whole) if factor.fract() == 0.0 && factor.abs() < 9e18 => whole % factor as i64 == 0,
        _ => {
            let times = value / factor;
            (times - times.round()).abs() <= f64::EPSILON * times.abs().max(1.0)
        }
    };
    if is_multiple {
        return Ok(());
    }
    let value = whole.map_or_else(|| value.to_string(), |whole| whole.to_string());
    Err(format!("must be a multiple of {factor}, but is {value}"))
}

/// Lists without the same item twice.
fn unique(values: &[Value]) -> Result<(), String> {
    for (index, value) in values.iter().enumerate() {
        if let Some(first) = values[..index].iter().position(|earlier| earlier == value) {
            return Err(format!(
                "must not have an item twice, but item {} is item {} again",
                index + 1,
                first + 1
            ));
        }
    }
    Ok(())
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
fn matches(text: &str, pattern: &Pattern) -> Result<(), String> {
    let width = pattern.next.len() / pattern.accepts.len();
    let state = text.bytes().fold(0, |state: usize, byte| {
        pattern.next[state * width + usize::from(pattern.classes[usize::from(byte)])].into()
    });
    if pattern.accepts[state] {
        return Ok(());
    }
    Err(format!("must match `{}`, but is {text:?}", pattern.source))
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
        Ok(value) => check_value(&value, demand),
        // A number beyond the types of Rust.
        Err(error) => Err(format!("cannot be checked: {error}")),
    }
}

fn check_value(value: &Value, demand: &Bounds) -> Result<(), String> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64();
            let number = number.as_f64().ok_or("cannot be checked: it is too large")?;
            between(number, demand.minimum, demand.maximum)?;
            demand
                .multiple_of
                .map_or(Ok(()), |factor| multiple_of(number, whole, factor))
        }
        Value::String(text) => {
            count(text.chars().count(), demand.length, "character")?;
            demand.pattern.map_or(Ok(()), |pattern| matches(text, pattern))
        }
        Value::Array(values) => {
            count(values.len(), demand.items, "item")?;
            if demand.unique {
                unique(values)?;
            }
            let Some(demand) = demand.each else { return Ok(()) };
            for (index, value) in values.iter().enumerate() {
                check_value(value, demand).map_err(|reason| format!("item {} {reason}", index + 1))?;
            }
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => Ok(()),
    }
}

/// Texts by their number of characters, and lists by their number of items.
fn count(count: usize, (minimum, maximum): (usize, usize), of: &str) -> Result<(), String> {
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

    use serde_json::json;

    use super::*;

    fn refused(reason: &str) -> Result<(), String> {
        Err(reason.to_owned())
    }

    #[test]
    fn numbers() {
        let limit = Bounds {
            minimum: Included(1.0),
            maximum: Included(100.0),
            ..Bounds::NONE
        };
        assert_eq!(check("1", &limit), Ok(()));
        assert_eq!(check("100", &limit), Ok(()));
        assert_eq!(
            check("0", &limit),
            refused("must be at least 1 and at most 100, but is 0")
        );
        assert_eq!(
            between(0.5, Excluded(0.5), Unbounded),
            refused("must be more than 0.5, but is 0.5")
        );
        assert_eq!(
            between(9.0, Unbounded, Excluded(9.0)),
            refused("must be less than 9, but is 9")
        );
        assert_eq!(
            between(f64::NAN, Included(0.0), Excluded(1.0)),
            refused("must be at least 0 and less than 1, but is NaN")
        );
        let multiple = |json: &str, factor| {
            let demand = Bounds {
                multiple_of: Some(factor),
                ..Bounds::NONE
            };
            check(json, &demand)
        };
        assert_eq!(multiple("9", 3.0), Ok(()));
        assert_eq!(multiple("0.3", 0.1), Ok(()));
        assert_eq!(multiple("1e300", 0.5), Ok(()));
        assert_eq!(multiple("0.35", 0.1), refused("must be a multiple of 0.1, but is 0.35"));
        assert_eq!(multiple("10", 3.0), refused("must be a multiple of 3, but is 10"));
        // The nearest float is a multiple.
        assert_eq!(
            multiple("9007199254740993", 2.0),
            refused("must be a multiple of 2, but is 9007199254740993")
        );
    }

    #[test]
    fn texts() {
        let length = |text: &str, length| {
            let demand = Bounds { length, ..Bounds::NONE };
            check_value(&json!(text), &demand)
        };
        assert_eq!(length("äöü", (3, 3)), Ok(()));
        assert_eq!(
            length("äö", (3, 3)),
            refused("must have exactly 3 characters, but has 2")
        );
        assert_eq!(
            length("", (1, usize::MAX)),
            refused("must have at least 1 character, but has 0")
        );
        assert_eq!(path_segment("a/b"), Ok(()));
        assert_eq!(path_segment(""), refused("must not be empty"));
        assert_eq!(path_segment(".."), refused("must not be `..`"));
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
        assert_eq!(matches("a", &only_a), Ok(()));
        assert_eq!(matches("ab", &only_a), refused("must match `^a$`, but is \"ab\""));
    }

    #[test]
    fn lists() {
        const SMALL: Bounds = Bounds {
            maximum: Included(5.0),
            ..Bounds::NONE
        };
        let demand = Bounds {
            items: (0, 2),
            unique: true,
            each: Some(&SMALL),
            ..Bounds::NONE
        };
        assert_eq!(check("[1, 2]", &demand), Ok(()));
        assert_eq!(
            check("[1, 2, 3]", &demand),
            refused("must have at most 2 items, but has 3")
        );
        assert_eq!(
            check("[1, 1]", &demand),
            refused("must not have an item twice, but item 2 is item 1 again")
        );
        assert_eq!(check("[1, 9]", &demand), refused("item 2 must be at most 5, but is 9"));
    }
}
