//! Output: items as a table, JSON or CSV.

use std::io::{self, Write};

use ittybit_runtime::operation::Operation;
use serde_json::value::RawValue;

use crate::cells::Cells;
use crate::failure::{Failure, note};
use crate::format::{Format, View};
use crate::item::{Fields, Item};
use crate::naming::noun;
use crate::progress::Progress;
use crate::table::{Row, Table};
use crate::terminal::width;

/// Prints items.
pub struct Output {
    operation: &'static Operation,
    format: Format,
    cells: Cells,
    columns: Vec<String>,
    /// What was not written yet: bytes, and separately the rows of a table.
    buffer: Vec<u8>,
    table: Table,
    items: u64,
    progress: Progress,
}

/// No more than this is buffered.
const BUFFER: usize = 64 * 1024;
const ROWS: usize = 100;

/// From this width on a terminal has room for bars.
const ROOMY: usize = 80;

impl Output {
    pub fn new(operation: &'static Operation, View { format, columns }: View) -> Self {
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
        let cells = Cells::new(operation);
        Self {
            operation,
            format,
            table: Table::new(heads(&cells, &columns)),
            cells,
            columns,
            buffer: Vec::new(),
            items: 0,
            progress: Progress::new(&noun(operation)),
        }
    }

    /// The number of items so far.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// Adds an item.
    pub fn item(&mut self, item: &RawValue) -> Result<(), Failure> {
        if self.items == 0 {
            self.begin()?;
        }
        match self.format {
            Format::Json => {
                self.buffer
                    .extend_from_slice(if self.items == 0 { b"\n" } else { b",\n" });
                self.buffer.extend_from_slice(self.cells.json(item).as_bytes());
            }
            Format::Jsonl => {
                self.buffer.extend_from_slice(self.cells.json(item).as_bytes());
                self.buffer.push(b'\n');
            }
            Format::Csv => {
                let fields = Fields::read(item, &self.columns);
                let record: Vec<String> = self
                    .columns
                    .iter()
                    .map(|column| self.cells.data(&fields, column))
                    .collect();
                self.record(&record)?;
            }
            Format::Table => {
                let row = self.row(item, Parts::Sent);
                self.table.push(row);
            }
        }
        self.items += 1;
        if self.buffer.len() >= BUFFER || self.table.rows() >= ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Items as a complete table, with a progress bar for each where there is room.
    pub fn table_of<'a>(&self, items: impl Iterator<Item = &'a Item>) -> String {
        let parts = match width().is_none_or(|width| width >= ROOMY) {
            true => Parts::Bars,
            false => Parts::Numbers,
        };
        let mut table = Table::new(heads(&self.cells, &self.columns));
        items.for_each(|item| table.push(self.row(item, parts)));
        table.take()
    }

    fn row(&self, item: &RawValue, parts: Parts) -> Row {
        let fields = Fields::read(item, &self.columns);
        let percent = self.operation.lifecycle.and_then(|lifecycle| lifecycle.percent);
        let row = self.columns.iter().map(|column| {
            let text = self.cells.shown(&fields, column).unwrap_or_else(|| "-".to_owned());
            let style = self.cells.style(column, &text);
            let part = part(&text, parts).filter(|_| percent == Some(column));
            (part.unwrap_or(text), style)
        });
        row.collect()
    }

    /// Writes what was buffered, and shows the number of items so far.
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

    /// Writes the rest where the output stops before the last item.
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
            Format::Csv => {
                let heads: Vec<String> = self.columns.iter().map(|column| self.cells.cell(column)).collect();
                self.record(&heads)?;
            }
            Format::Table | Format::Jsonl => {}
        }
        Ok(())
    }

    fn record(&mut self, fields: &[String]) -> Result<(), Failure> {
        let written = csv::Writer::from_writer(&mut self.buffer).write_record(fields);
        written.map_err(|error| Failure::failed(format!("the output cannot be written: {error}")))
    }
}

/// How a part of 100 is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Sent,
    Numbers,
    /// The number first, so that it is visible where there is little room.
    Bars,
}

/// A part of 100, if it is one and is not shown as it was sent.
fn part(percent: &str, parts: Parts) -> Option<String> {
    const WIDTH: usize = 10;
    let value: f64 = percent.parse().ok().filter(|value: &f64| value.is_finite())?;
    let done = (value.clamp(0.0, 100.0) / 100.0 * WIDTH as f64) as usize;
    match parts {
        Parts::Sent => return None,
        Parts::Numbers => return Some(format!("{value:>3.0}%")),
        Parts::Bars => {}
    }
    Some(format!(
        "{value:>3.0}% {}{}",
        "█".repeat(done),
        "░".repeat(WIDTH - done)
    ))
}

fn heads(cells: &Cells, columns: &[String]) -> Vec<String> {
    columns.iter().map(|column| cells.head(column)).collect()
}

/// Prints text.
pub fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(())
}
