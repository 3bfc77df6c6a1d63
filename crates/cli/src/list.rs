//! Lists with pages.

use std::io::{self, IsTerminal};
use std::time::Duration;

use futures_util::FutureExt;
use ittybit_runtime::generated::Client;
use ittybit_runtime::operation::{Call, Operation};
use ittybit_runtime::{Items, Pages};

use crate::arguments::Arguments;
use crate::failure::{Failure, note};
use crate::format::View;
use crate::interrupt::{Interrupt, interrupted};
use crate::item::Item;
use crate::naming::{Subcommand, noun};
use crate::output::Output;
use crate::watch;
use indicatif::HumanCount;

/// How much of a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Page,
    All,
    Max(u64),
    /// All, polled until each item has finished; with the first interval.
    Watch(Option<Duration>),
}

/// Lists.
pub async fn run(
    subcommand: &Subcommand,
    arguments: &Arguments,
    call: Call,
    extent: Extent,
    view: View,
    client: &Client,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let operation = subcommand.operation;
    let backward = reads_backward(operation, arguments);
    if let Extent::Watch(interval) = extent {
        let mut changes = call.watch(client)?;
        if let Some(interval) = interval {
            changes = changes.interval(interval);
        }
        return watch::run(operation, changes, view, interrupt).await;
    }
    let list = List {
        subcommand,
        extent,
        backward,
        interrupt,
    };
    let pages = call.pages(client)?;
    let output = Output::new(operation, view);
    match extent {
        Extent::Page => list.one_page(pages, output).await,
        _ => list.many_pages(pages, output).await,
    }
}

/// Sets the largest page, for fewer requests, where the caller sets no size.
pub fn ask_for_large_pages(operation: &Operation, extent: Extent, arguments: &mut Arguments) {
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
    if !arguments.has(limit) {
        arguments.parameters.push((limit, vec![size.to_string()]));
    }
}

/// Whether the list is read towards its begin: from a `before` on, without an `after`.
fn reads_backward(operation: &Operation, arguments: &Arguments) -> bool {
    operation.paging.is_some_and(|paging| {
        paging.backward.is_some_and(|backward| arguments.has(backward)) && !arguments.has(paging.forward)
    })
}

/// A list that is read.
struct List<'a> {
    subcommand: &'a Subcommand,
    extent: Extent,
    backward: bool,
    interrupt: &'a Interrupt,
}

impl List<'_> {
    async fn one_page(&self, mut pages: Pages<Item>, mut output: Output) -> Result<(), Failure> {
        let page = self.interrupt.or(pages.try_next()).await.ok_or_else(interrupted)??;
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
                self.resume_flag(cursor)
            ));
        }
        Ok(())
    }

    async fn many_pages(&self, pages: Pages<Item>, mut output: Output) -> Result<(), Failure> {
        let mut items = pages.into_items().read_ahead(1);
        if let Extent::Max(most) = self.extent {
            items = items.max_items(usize::try_from(most).unwrap_or(usize::MAX));
        }
        loop {
            // What was received is shown before waiting for more.
            let next = match items.try_next().now_or_never() {
                Some(next) => Some(next),
                None => {
                    output.flush()?;
                    self.interrupt.or(items.try_next()).await
                }
            };
            match next {
                Some(Ok(Some(item))) => output.item(&item)?,
                Some(Ok(None)) => return output.end(),
                Some(Err(error)) => {
                    output.stop()?;
                    let tip = self.how_to_resume(&items, output.items());
                    return Err(tip.into_iter().fold(error.into(), Failure::tip));
                }
                None => {
                    output.stop()?;
                    let tip = self.how_to_resume(&items, output.items());
                    let failure = Failure::failed(format!(
                        "interrupted after {} {}",
                        HumanCount(output.items()),
                        noun(self.subcommand.operation)
                    ));
                    return Err(tip.into_iter().fold(failure, Failure::tip));
                }
            }
        }
    }

    /// The flag that resumes from a cursor, quoted for a shell.
    fn resume_flag(&self, cursor: &str) -> String {
        let paging = self.subcommand.operation.paging.as_ref();
        let name = match self.backward {
            true => paging.and_then(|paging| paging.backward),
            false => paging.map(|paging| paging.forward),
        };
        let flag = name.and_then(|name| self.subcommand.spelled(name)).unwrap_or_default();
        // A cursor comes from the server, and must not be run by a shell that it is copied to.
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        if cursor.chars().all(is_plain) && !cursor.starts_with('-') {
            format!("{flag} {cursor}")
        } else {
            format!("{flag}='{}'", cursor.replace('\'', r"'\''"))
        }
    }

    fn how_to_resume(&self, items: &Items<Item>, done: u64) -> Option<String> {
        let cursor = items.cursor()?;
        let rest = match self.extent {
            Extent::Max(most) => format!(" --max {}", most.saturating_sub(done)),
            _ => String::new(),
        };
        Some(format!(
            "to resume from here, call it with {}{rest}",
            self.resume_flag(cursor)
        ))
    }
}
