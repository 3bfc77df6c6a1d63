//! Calls with one response: an item, a list without pages, a file, or nothing.

use std::io::{self, IsTerminal, Write};

use anstyle::Style;
use ittybit_runtime::body::Download;
use ittybit_runtime::generated::Client;
use ittybit_runtime::operation::{Call, Operation, ResponseBody};
use serde_json::value::RawValue;

use crate::cells::Cells;
use crate::failure::{Failure, note};
use crate::format::{Format, View};
use crate::interrupt::{Interrupt, interrupted};
use crate::item::{Fields, Item};
use crate::output::{self, Output};
use crate::terminal::{visible, width};

/// Sends the call, and prints the response.
pub async fn run(
    operation: &'static Operation,
    call: Call,
    view: View,
    client: &Client,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let response = interrupt.or(call.send(client)).await.ok_or_else(interrupted)??;
    let status = response.status();
    match response.into_inner() {
        Some(json) => print(operation, &json, view),
        None => {
            if io::stderr().is_terminal() {
                note(&format!("Done: {status}."));
            }
            Ok(())
        }
    }
}

/// Whether an operation responds with a file, or with a text.
pub fn is_download(operation: &Operation) -> bool {
    matches!(operation.response, ResponseBody::Bytes | ResponseBody::Text)
}

/// Standard output, where a file may be.
const STDOUT: &str = "-";

/// Sends the call, and saves the response.
pub async fn download(
    operation: &'static Operation,
    call: Call,
    path: Option<&str>,
    client: &Client,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let path = match path {
        Some(path) => path,
        None if operation.response == ResponseBody::Text || !io::stdout().is_terminal() => STDOUT,
        None => {
            return Err(
                Failure::usage("the response is a file, which is not printed on a terminal")
                    .tip("say where to: --output PATH, or --output - for standard output"),
            );
        }
    };
    let work = async {
        let download = call.download(client).await?.into_inner();
        match path {
            STDOUT => print_chunks(download).await,
            path => {
                let bytes = download.save(path).await?;
                if io::stderr().is_terminal() {
                    note(&format!("{path}: {}", indicatif::HumanBytes(bytes)));
                }
                Ok(())
            }
        }
    };
    interrupt
        .or(work)
        .await
        .unwrap_or_else(|| Err(Failure::failed("interrupted before all was received")))
}

/// Writes a file as it is, but on a terminal without control characters.
async fn print_chunks(mut download: Download) -> Result<(), Failure> {
    let mut pending = Vec::new();
    while let Some(chunk) = download.chunk().await? {
        match io::stdout().is_terminal() {
            false => output::print(&chunk)?,
            true => {
                pending.extend_from_slice(&chunk);
                // A character may be split between two chunks.
                let end = pending.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                output::print(shown(&pending[..end]).as_bytes())?;
                pending.drain(..end);
            }
        }
    }
    output::print(shown(&pending).as_bytes())
}

/// Text for a terminal, line by line.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => visible(line) + "\n",
        None => visible(line),
    });
    lines.collect()
}

/// Prints JSON: the items of a list, the fields of an object, or anything else as it is.
fn print(operation: &'static Operation, json: &RawValue, view: View) -> Result<(), Failure> {
    let cells = Cells::new(operation);
    match json.get().as_bytes().first() {
        Some(b'[') => {
            let items: Vec<Item> = serde_json::from_str(json.get())
                .map_err(|error| Failure::failed(format!("the list cannot be read: {error}")))?;
            let mut output = Output::new(operation, view);
            items.iter().try_for_each(|item| output.item(item))?;
            output.end()
        }
        Some(b'{') if view.format == Format::Table => {
            let columns = view.columns.unwrap_or_else(|| cells.paths_in(json));
            let mut out = anstream::stdout().lock();
            out.write_all(fields_below(&cells, json, &columns, width()).as_bytes())?;
            out.flush()?;
            Ok(())
        }
        Some(b'{') if view.format == Format::Csv => {
            let columns = Some(view.columns.unwrap_or_else(|| cells.paths_in(json)));
            let mut output = Output::new(operation, View { columns, ..view });
            output.item(json)?;
            output.end()
        }
        _ => output::print(format!("{}\n", cells.json(json)).as_bytes()),
    }
}

/// The fields of an object that are there, each on a line of its own.
fn fields_below(cells: &Cells, item: &RawValue, columns: &[String], room: Option<usize>) -> String {
    let fields = Fields::read(item, columns);
    let shown = columns.iter().filter_map(|column| {
        let text = cells.shown(&fields, column)?;
        let style = cells.style(column, &text);
        Some((visible(&cells.head(column)), visible(&text), style))
    });
    crate::table::pairs(&shown.collect::<Vec<(String, String, Style)>>(), room)
}
