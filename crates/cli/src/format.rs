//! The formats of output.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use clap::builder::PossibleValue;

/// The format in which items are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
}

impl Format {
    /// A table for a person, lines for a program.
    pub fn for_standard_output() -> Self {
        if io::stdout().is_terminal() {
            Self::Table
        } else {
            Self::Jsonl
        }
    }

    /// Whether it shows chosen fields instead of whole items.
    pub fn has_columns(self) -> bool {
        matches!(self, Self::Table | Self::Csv)
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Table, Self::Json, Self::Jsonl, Self::Csv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Table => ("table", "Columns that fit the terminal, with times as ages"),
            Self::Json => ("json", "One array, with every field as the server sent it"),
            Self::Jsonl => ("jsonl", "An object a line, with every field as the server sent it"),
            Self::Csv => (
                "csv",
                "A line for each item after a line of names, with times in RFC 3339",
            ),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

/// How items are printed.
#[derive(Debug)]
pub struct View {
    pub format: Format,
    /// The fields of a table or of CSV, where the caller chose them.
    pub columns: Option<Vec<String>>,
}
