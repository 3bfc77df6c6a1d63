//! Lists: the operations that can be called, and going through their pages.

use std::io::{self, IsTerminal};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use futures_util::FutureExt;
use ittybit::operation::{List, Operation};
use ittybit::{Items, Pages};
use serde_json::value::RawValue;

use crate::connection::Connection;
use crate::failure::{Failure, count, note};
use crate::interrupt::Interrupt;
use crate::output::{Format, Output};
use crate::watch;

/// An item as the server sent it.
pub type Item = Box<RawValue>;

/// Parameters by name, with their values.
pub type Arguments = Vec<(&'static str, Vec<String>)>;

/// The colour of a field.
pub fn style(operation: &Operation, field: &str, text: &str) -> Style {
    match operation.lifecycle.filter(|lifecycle| lifecycle.field == field) {
        Some(lifecycle) if lifecycle.success.contains(&text) => AnsiColor::Green.on_default(),
        Some(lifecycle) if lifecycle.failure.contains(&text) => AnsiColor::Red.on_default(),
        _ => Style::new(),
    }
}

/// What the items of a list are called.
pub fn noun(operation: &Operation) -> String {
    operation.tags.first().map_or("items", |(tag, _)| tag).to_lowercase()
}

/// How much of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Page,
    All,
    Max(u64),
    /// All, again and again, until each has come to its end; so long after a change.
    Watch(Option<Duration>),
}

/// What the command was given for a list.
pub struct Options {
    pub arguments: Arguments,
    pub extent: Extent,
    pub format: Format,
    pub columns: Option<Vec<String>>,
}

/// Lists.
pub async fn run(list: &'static List, mut options: Options, connection: Connection) -> Result<(), Failure> {
    let interrupt = Interrupt::listen();
    ask_for_large_pages(list.operation(), options.extent, &mut options.arguments);
    let (client, _emulator) = interrupt.or(connection.open()).await.ok_or_else(interrupted)??;
    if let Extent::Watch(interval) = options.extent {
        let mut changes = list.watch_json(&client, &options.arguments)?;
        if let Some(interval) = interval {
            changes = changes.interval(interval);
        }
        return watch::run(list.operation(), changes, options.format, options.columns, &interrupt).await;
    }
    let pages = list.pages_json(&client, &options.arguments)?;
    let output = Output::new(list.operation(), options.format, options.columns);
    let backward = reads_backward(list.operation(), &options.arguments);
    match options.extent {
        Extent::Page => one_page(list, pages, output, &interrupt, backward).await,
        extent => many_pages(list, pages, output, &interrupt, backward, extent).await,
    }
}

/// Fewer requests, where the caller does not say how large pages are to be.
fn ask_for_large_pages(operation: &Operation, extent: Extent, arguments: &mut Arguments) {
    let paging = operation.paging.as_ref();
    let (Some(limit), Some(largest)) = (
        paging.and_then(|paging| paging.limit),
        paging.and_then(|paging| paging.largest),
    ) else {
        return;
    };
    let size = match extent {
        Extent::Page => return,
        Extent::All | Extent::Watch(_) => largest,
        Extent::Max(items) => items.min(largest),
    };
    if !arguments.iter().any(|(name, _)| *name == limit) {
        arguments.push((limit, vec![size.to_string()]));
    }
}

/// Whether the list is read towards its begin: from a `before` on, without an `after`.
fn reads_backward(operation: &Operation, arguments: &Arguments) -> bool {
    let given = |wanted: Option<&str>| arguments.iter().any(|(name, _)| Some(*name) == wanted);
    operation
        .paging
        .is_some_and(|paging| given(paging.backward) && !given(Some(paging.forward)))
}

/// The flag that goes on from a cursor, as a shell takes it.
fn resume_flag(list: &List, backward: bool, cursor: &str) -> String {
    let paging = list.operation().paging.as_ref();
    let name = match backward {
        true => paging.and_then(|paging| paging.backward),
        false => paging.map(|paging| paging.forward),
    };
    let flag = crate::command_line::flag(name.unwrap_or_default());
    // What a server sends is not run by whoever copies it.
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
    if cursor.chars().all(is_plain) && !cursor.starts_with('-') {
        format!("--{flag} {cursor}")
    } else {
        format!("--{flag}='{}'", cursor.replace('\'', r"'\''"))
    }
}

fn interrupted() -> Failure {
    Failure::failed("interrupted before anything came")
}

async fn one_page(
    list: &List,
    mut pages: Pages<Item>,
    mut output: Output,
    interrupt: &Interrupt,
    backward: bool,
) -> Result<(), Failure> {
    let page = interrupt.or(pages.try_next()).await.ok_or_else(interrupted)??;
    for item in page.iter().flat_map(|page| page.iter()) {
        output.item(item)?;
    }
    output.end()?;
    if let (Some(page), Some(cursor)) = (page, pages.cursor())
        && page.has_more()
        && io::stderr().is_terminal()
    {
        note(&format!(
            "There are more: add --all, --max NUMBER, or {}.",
            resume_flag(list, backward, cursor)
        ));
    }
    Ok(())
}

async fn many_pages(
    list: &List,
    pages: Pages<Item>,
    mut output: Output,
    interrupt: &Interrupt,
    backward: bool,
    extent: Extent,
) -> Result<(), Failure> {
    let mut items = pages.into_items().read_ahead(1);
    if let Extent::Max(most) = extent {
        items = items.max_items(usize::try_from(most).unwrap_or(usize::MAX));
    }
    loop {
        // What has come is shown before there is a wait for more.
        let next = match items.try_next().now_or_never() {
            Some(next) => Some(next),
            None => {
                output.flush()?;
                interrupt.or(items.try_next()).await
            }
        };
        match next {
            Some(Ok(Some(item))) => output.item(&item)?,
            Some(Ok(None)) => return output.end(),
            Some(Err(error)) => {
                output.stop()?;
                let tip = how_to_go_on(list, &items, backward, extent, output.items());
                return Err(tip.into_iter().fold(error.into(), Failure::tip));
            }
            None => {
                output.stop()?;
                let tip = how_to_go_on(list, &items, backward, extent, output.items());
                let failure = Failure::failed(format!(
                    "interrupted after {} {}",
                    count(output.items()),
                    noun(list.operation())
                ));
                return Err(tip.into_iter().fold(failure, Failure::tip));
            }
        }
    }
}

fn how_to_go_on(list: &List, items: &Items<Item>, backward: bool, extent: Extent, done: u64) -> Option<String> {
    let cursor = items.cursor()?;
    let rest = match extent {
        Extent::Max(most) => format!(" --max {}", most.saturating_sub(done)),
        _ => String::new(),
    };
    Some(format!(
        "to go on from here, call it with {}{rest}",
        resume_flag(list, backward, cursor)
    ))
}

#[cfg(test)]
mod tests {
    use ittybit::operation::LISTS;

    #[test]
    fn tables_show_documented_fields() {
        for list in LISTS {
            for column in list.operation().columns {
                assert!(list.operation().fields.contains(column), "{column}");
            }
        }
    }
}
