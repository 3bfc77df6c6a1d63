//! Output: items as a table, JSON or CSV.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use ittybit::Timestamp;
use ittybit::operation::Operation;
use serde_json::value::RawValue;

use crate::age;
use crate::failure::{Failure, note};
use crate::item::{Fields, one_line};
use crate::list::{self, Item, noun};
use crate::progress::Progress;
use crate::table::{Row, Table};
use crate::terminal::{steers, visible};

/// What items are printed as.
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

/// Prints items.
pub struct Output {
    operation: &'static Operation,
    format: Format,
    /// Whether a person sees the output as it is.
    on_terminal: bool,
    columns: Vec<String>,
    /// What was not written yet: data as bytes, the rows of a table apart.
    buffer: Vec<u8>,
    table: Table,
    items: u64,
    progress: Progress,
}

/// More than this is not kept back.
const BUFFER: usize = 64 * 1024;
const ROWS: usize = 100;

impl Output {
    pub fn new(operation: &'static Operation, format: Format, columns: Option<Vec<String>>) -> Self {
        let columns = columns.unwrap_or_else(|| {
            let top = || {
                operation
                    .fields
                    .iter()
                    .filter(|field| !field.contains('.'))
                    .copied()
                    .collect::<Vec<_>>()
            };
            let columns = match format {
                Format::Table if operation.columns.is_empty() => top(),
                Format::Table => operation.columns.to_vec(),
                _ => operation.fields.to_vec(),
            };
            columns.into_iter().map(str::to_owned).collect()
        });
        Self {
            operation,
            format,
            on_terminal: io::stdout().is_terminal(),
            table: Table::new(heads(operation, &columns)),
            columns,
            buffer: Vec::new(),
            items: 0,
            progress: Progress::new(&noun(operation)),
        }
    }

    /// How many items were given.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// Takes an item.
    pub fn item(&mut self, item: &RawValue) -> Result<(), Failure> {
        if self.items == 0 {
            self.begin()?;
        }
        match self.format {
            Format::Json => {
                self.buffer
                    .extend_from_slice(if self.items == 0 { b"\n" } else { b",\n" });
                self.buffer.extend_from_slice(self.json(item).as_bytes());
            }
            Format::Jsonl => {
                self.buffer.extend_from_slice(self.json(item).as_bytes());
                self.buffer.push(b'\n');
            }
            Format::Csv => {
                let fields = Fields::read(item, &self.columns);
                let record: Vec<String> = self.columns.iter().map(|column| self.data(&fields, column)).collect();
                self.record(&record)?;
            }
            Format::Table => {
                let row = self.row(item, false);
                self.table.push(row);
            }
        }
        self.items += 1;
        if self.buffer.len() >= BUFFER || self.table.rows() >= ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Items as a whole table, with bars for what is done of each.
    pub fn table_of<'a>(&self, items: impl Iterator<Item = &'a Item>) -> String {
        let mut table = Table::new(heads(self.operation, &self.columns));
        items.for_each(|item| table.push(self.row(item, true)));
        table.take()
    }

    fn row(&self, item: &RawValue, bars: bool) -> Row {
        let fields = Fields::read(item, &self.columns);
        let percent = self.operation.lifecycle.and_then(|lifecycle| lifecycle.percent);
        let row = self.columns.iter().map(|column| {
            let text = self.shown(&fields, column);
            let style = list::style(self.operation, column, &text);
            let bar = bar(&text).filter(|_| bars && percent == Some(column));
            (bar.unwrap_or(text), style)
        });
        row.collect()
    }

    /// Writes what was kept back, and shows how many have come so far.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.write()?;
        self.progress.show(self.items);
        Ok(())
    }

    fn write(&mut self) -> Result<(), Failure> {
        // The last line of an array waits for its comma: where progress is shown, no line has begun.
        let ready = match self.format {
            Format::Json => self
                .buffer
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1),
            _ => self.buffer.len(),
        };
        if ready > 0 {
            self.progress.clear();
            let mut out = io::stdout().lock();
            out.write_all(&self.buffer[..ready])?;
            out.flush()?;
            self.buffer.drain(..ready);
        }
        if self.table.rows() > 0 {
            self.progress.clear();
            let text = self.table.take();
            let mut out = anstream::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }

    /// Writes the rest, after the last item.
    pub fn end(&mut self) -> Result<(), Failure> {
        if self.items == 0 {
            self.begin()?;
            if self.format == Format::Table {
                note(&format!("No {}.", noun(self.operation)));
            }
        }
        if self.format == Format::Json {
            self.buffer
                .extend_from_slice(if self.items == 0 { b"]\n" } else { b"\n]\n" });
        }
        self.finish()
    }

    /// Writes the rest where it breaks off, before the last item.
    pub fn stop(&mut self) -> Result<(), Failure> {
        if self.format == Format::Json && self.items > 0 {
            self.buffer.push(b'\n');
        }
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.write()?;
        self.progress.clear();
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.buffer.push(b'['),
            Format::Csv => self.record(&self.columns.clone())?,
            Format::Table | Format::Jsonl => {}
        }
        Ok(())
    }

    fn record(&mut self, fields: &[String]) -> Result<(), Failure> {
        let written = csv::Writer::from_writer(&mut self.buffer).write_record(fields);
        written.map_err(|error| Failure::failed(format!("the output cannot be written: {error}")))
    }

    fn is_time(&self, column: &str) -> bool {
        self.operation.times.contains(&column)
    }

    /// A field for a program.
    fn data(&self, fields: &Fields, column: &str) -> String {
        let text = match fields.time(column).filter(|_| self.is_time(column)) {
            Some(time) => time.to_string(),
            None => fields.text(column).unwrap_or_default(),
        };
        if self.on_terminal { visible(&text) } else { text }
    }

    /// An item as one line of JSON. On a terminal, what would steer it is escaped, which says the same.
    fn json(&self, item: &RawValue) -> String {
        let json = one_line(item.get());
        if !self.on_terminal {
            return json;
        }
        let mut out = String::with_capacity(json.len());
        for char in json.chars() {
            // A tab stands between tokens; in strings JSON itself escapes it.
            if steers(char) && char != '\t' {
                out.push_str(&format!("\\u{:04x}", u32::from(char)));
            } else {
                out.push(char);
            }
        }
        out
    }

    /// A field for a person.
    fn shown(&self, fields: &Fields, column: &str) -> String {
        match fields.time(column).filter(|_| self.is_time(column)) {
            Some(time) => age::relative(time, Timestamp::now()),
            None => fields.text(column).unwrap_or_else(|| "-".to_owned()),
        }
    }
}

/// Part of 100 as a bar, and as a number.
fn bar(percent: &str) -> Option<String> {
    const WIDTH: usize = 10;
    let value: f64 = percent.parse().ok().filter(|value: &f64| value.is_finite())?;
    let done = (value.clamp(0.0, 100.0) / 100.0 * WIDTH as f64) as usize;
    Some(format!(
        "{}{} {value:>3.0}%",
        "█".repeat(done),
        "░".repeat(WIDTH - done)
    ))
}

fn heads(operation: &Operation, columns: &[String]) -> Vec<String> {
    let heads = columns
        .iter()
        .map(|column| head(column, operation.times.contains(&column.as_str())));
    heads.collect()
}

/// The head of a table's column: `input.filename` → `INPUT.FILENAME`, `created_at` → `CREATED`.
fn head(column: &str, is_time: bool) -> String {
    let name = column.strip_suffix("_at").filter(|_| is_time).unwrap_or(column);
    name.replace('_', " ").to_uppercase()
}

/// Prints text.
pub fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(())
}
