//! Comparison of JSON values: members of an object have no order, and `1` equals `1.0`.

use std::cmp::Ordering;

use ittybit_spec::{Node, Value};
use serde_json::Number;

/// Whether two values are equal.
pub(crate) fn same(a: &Node, b: &Node) -> bool {
    match (a.value(), b.value()) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|entry| {
                    b.entry(entry.key())
                        .is_some_and(|other| same(entry.value(), other.value()))
                })
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => order(a, b) == Ordering::Equal,
        (a, b) => a == b,
    }
}

/// Compares two numbers; exact for integers.
pub(crate) fn order(a: &Number, b: &Number) -> Ordering {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => {
            let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
            float(a).total_cmp(&float(b))
        }
    }
}

/// The value as text; equal values have equal texts.
pub(crate) fn canonical(node: &Node) -> String {
    fn write(node: &Node, text: &mut String) {
        match node.value() {
            Value::Object(object) => {
                let mut entries: Vec<_> = object.iter().collect();
                entries.sort_by_key(|entry| entry.key());
                text.push('{');
                for entry in entries {
                    text.push_str(&serde_json::Value::from(entry.key()).to_string());
                    text.push(':');
                    write(entry.value(), text);
                    text.push(',');
                }
                text.push('}');
            }
            Value::Array(items) => {
                text.push('[');
                for item in items {
                    write(item, text);
                    text.push(',');
                }
                text.push(']');
            }
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                    text.push_str(&format!("{}", float as i64));
                }
                _ => text.push_str(&number.to_string()),
            },
            _ => text.push_str(&node.to_json().to_string()),
        }
    }
    let mut text = String::new();
    write(node, &mut text);
    text
}

/// How many characters of a value a message shows.
const LONGEST: usize = 60;

/// A value for a message, shortened if it is long.
pub(crate) fn shown(node: &Node) -> String {
    cut(&text(node), 0)
}

/// Two values for a message, shortened so that their first difference is visible.
pub(crate) fn shown_apart(old: &Node, new: &Node) -> (String, String) {
    let (old, new) = (text(old), text(new));
    let shared = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let from = if shared < LONGEST - 10 { 0 } else { shared - 20 };
    (cut(&old, from), cut(&new, from))
}

/// The value as text in one line. Messages quote values between backticks, so backticks in it are replaced.
fn text(node: &Node) -> String {
    let text = match node.value() {
        Value::String(text) => text.clone(),
        _ => node.to_json().to_string(),
    };
    text.replace('`', "'").replace('\n', " ")
}

fn cut(text: &str, from: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let mut rest = text.chars().skip(from);
    let shown: String = rest.by_ref().take(LONGEST).collect();
    let after = if rest.next().is_some() { "…" } else { "" };
    format!("`{before}{shown}{after}`")
}
