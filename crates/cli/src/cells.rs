//! The fields of an item as text: for a person, for a spreadsheet, and as JSON.

use std::io::{self, IsTerminal};

use anstyle::{AnsiColor, Style};
use ittybit_runtime::Timestamp;
use ittybit_runtime::operation::Operation;
use serde_json::value::RawValue;

use crate::age;
use crate::item::{Fields, one_line};
use crate::terminal::{is_control_or_bidi, visible};
use ittybit_runtime::generated::Members;

/// How the items of an operation are shown.
pub struct Cells {
    operation: &'static Operation,
    /// Whether the output is a terminal.
    on_terminal: bool,
}

impl Cells {
    pub fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            on_terminal: io::stdout().is_terminal(),
        }
    }

    /// The documented fields of an item, and behind them those of its members that are not documented.
    pub fn paths_in(&self, item: &RawValue) -> Vec<String> {
        let documented = self.operation.fields;
        let mut paths: Vec<String> = documented.iter().map(|path| (*path).to_owned()).collect();
        let members: Members = serde_json::from_str(item.get()).unwrap_or_default();
        let is_known = |name: &str| documented.iter().any(|path| path.split('.').next() == Some(name));
        paths.extend(
            members
                .0
                .into_iter()
                .map(|(name, _)| name)
                .filter(|name| !is_known(name)),
        );
        paths
    }

    fn is_time(&self, column: &str) -> bool {
        self.operation.times.contains(&column)
    }

    /// A field for a person; nothing if it is null or not there.
    pub fn shown(&self, fields: &Fields, column: &str) -> Option<String> {
        match fields.time(column).filter(|_| self.is_time(column)) {
            Some(time) => Some(age::relative(time, Timestamp::now())),
            None => fields.text(column),
        }
    }

    /// The colour of a field.
    pub fn style(&self, field: &str, text: &str) -> Style {
        match self.operation.lifecycle.filter(|lifecycle| lifecycle.field == field) {
            Some(lifecycle) if lifecycle.success.contains(&text) => AnsiColor::Green.on_default(),
            Some(lifecycle) if lifecycle.failure.contains(&text) => AnsiColor::Red.on_default(),
            _ => Style::new(),
        }
    }

    /// A field for a program that reads CSV.
    pub fn data(&self, fields: &Fields, column: &str) -> String {
        let text = match fields.time(column).filter(|_| self.is_time(column)) {
            Some(time) => time.to_string(),
            None => fields.text(column).unwrap_or_default(),
        };
        self.cell(&text)
    }

    /// A text as a cell of CSV.
    pub fn cell(&self, text: &str) -> String {
        let text = inert(text);
        if self.on_terminal { visible(&text) } else { text }
    }

    /// JSON on one line. On a terminal, control characters are escaped, which is equal JSON.
    pub fn json(&self, json: &RawValue) -> String {
        let json = one_line(json.get());
        if !self.on_terminal {
            return json;
        }
        let mut out = String::with_capacity(json.len());
        for char in json.chars() {
            // A tab is between tokens; in strings JSON itself escapes it.
            if is_control_or_bidi(char) && char != '\t' {
                out.push_str(&format!("\\u{:04x}", u32::from(char)));
            } else {
                out.push(char);
            }
        }
        out
    }

    /// The head of a table's column: `input.filename` → `INPUT.FILENAME`, `created_at` → `CREATED`.
    pub fn head(&self, column: &str) -> String {
        let name = column.strip_suffix("_at").filter(|_| self.is_time(column));
        name.unwrap_or(column).replace('_', " ").to_uppercase()
    }
}

/// A cell that no spreadsheet reads as a formula. Formulas begin with one of these characters; numbers in digits
/// may too, and are not changed. A `'` in front makes the cell a text, and spreadsheets do not show it.
fn inert(text: &str) -> String {
    // Rust also reads `-inf` and `+nan` as numbers, in which a spreadsheet looks for names.
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    match is_formula {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use ittybit_runtime::operation::Lifecycle;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "-",
            "-inf+1",
            "-inf",
            "+infinity",
            "-nan",
        ] {
            assert_eq!(inert(text), format!("'{text}"));
        }
        for text in ["-5", "+5", "-1.5e10", "", "a=1", "1-2", " =1"] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn colours_come_from_the_lifecycle() {
        static OPERATION: Operation = Operation {
            lifecycle: Some(Lifecycle {
                field: "state",
                percent: None,
                progress: &["open"],
                success: &["done"],
                failure: &["lost"],
            }),
            ..Operation::of("get", "GET", "/", &[200..=200])
        };
        let cells = Cells::new(&OPERATION);
        assert_eq!(cells.style("state", "done"), AnsiColor::Green.on_default());
        assert_eq!(cells.style("state", "lost"), AnsiColor::Red.on_default());
        assert_eq!(cells.style("state", "open"), Style::new());
        assert_eq!(cells.style("name", "lost"), Style::new());
    }

    #[test]
    fn what_is_not_documented_comes_last() {
        static OPERATION: Operation = Operation {
            fields: &["id", "input.url"],
            ..Operation::of("get", "GET", "/", &[200..=200])
        };
        let item: Box<RawValue> = serde_json::from_str(r#"{"z":1,"input":{"url":"u"},"a":2,"id":3}"#).unwrap();
        assert_eq!(Cells::new(&OPERATION).paths_in(&item), ["id", "input.url", "z", "a"]);
    }
}
