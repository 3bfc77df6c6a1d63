//! Watching: the changes of a list's items until each has finished, and their results.

use futures_util::FutureExt;
use ittybit_runtime::Watch;
use ittybit_runtime::operation::Operation;

use crate::failure::{Failure, warn};
use crate::format::{Format, View};
use crate::interrupt::Interrupt;
use crate::item::{Fields, Item};
use crate::live::Live;
use crate::naming::noun;
use crate::output::Output;
use crate::terminal::can_redraw;
use indicatif::HumanCount;

/// Prints the changes; a failure where not all items succeeded.
pub async fn run(
    operation: &'static Operation,
    mut changes: Watch<Item>,
    view: View,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let live = (view.format == Format::Table && can_redraw()).then(Live::default);
    let mut view = Shown {
        operation,
        output: Output::new(operation, view),
        live,
    };
    loop {
        // What was received is shown before waiting for more.
        let next = match changes.try_next().now_or_never() {
            Some(next) => Some(next),
            None => {
                view.show(&changes)?;
                interrupt.or(changes.try_next()).await
            }
        };
        match next {
            Some(Ok(Some(item))) => view.change(&item)?,
            Some(Ok(None)) => break,
            // A later pass may succeed, and what was seen so far is not lost.
            Some(Err(error)) if error.is_of_item() || error.is_retryable() && changes.states().len() > 0 => {
                view.make_room()?;
                warn(&error.to_string());
            }
            Some(Err(error)) => {
                view.end(&changes, false)?;
                return Err(error.into());
            }
            None => {
                view.end(&changes, false)?;
                let Tally { all, done, .. } = Tally::of(operation, &changes);
                let (open, noun) = (HumanCount(all - done), noun(operation));
                return Err(Failure::failed(format!(
                    "interrupted while {open} of {} {noun} were in progress",
                    HumanCount(all)
                )));
            }
        }
    }
    view.end(&changes, true)?;
    let Tally { all, succeeded, .. } = Tally::of(operation, &changes);
    match all - succeeded {
        0 => Ok(()),
        others => Err(Failure::failed(format!(
            "{} of {} {} did not succeed",
            HumanCount(others),
            HumanCount(all),
            noun(operation)
        ))),
    }
}

/// How the changes are shown.
struct Shown {
    operation: &'static Operation,
    output: Output,
    /// A table of all items; without it, the changes one after the other.
    live: Option<Live>,
}

impl Shown {
    fn change(&mut self, item: &Item) -> Result<(), Failure> {
        match self.live {
            Some(_) => Ok(()),
            None => self.output.item(item),
        }
    }

    fn show(&mut self, changes: &Watch<Item>) -> Result<(), Failure> {
        let Some(live) = &mut self.live else {
            return self.output.flush();
        };
        let tally = Tally::of(self.operation, changes);
        let noun = noun(self.operation);
        if tally.all == 0 {
            return live.draw(format!("No {noun} yet.\n"));
        }
        // The head of the table and the line below it.
        let room = Live::room().saturating_sub(2).max(1);
        let mut states: Vec<&Item> = changes.states().collect();
        let hidden = states.len().saturating_sub(room);
        if hidden > 0 {
            // Items in progress are of more interest than those that have finished.
            let is_done = |item: &&Item| Outcome::of(self.operation, item) != Outcome::Open;
            states.sort_by_key(is_done);
            states.truncate(room);
        }
        let more = match hidden {
            0 => String::new(),
            hidden => format!(", {} not shown", HumanCount(hidden as u64)),
        };
        let failed = match tally.done - tally.succeeded {
            0 => String::new(),
            failed => format!(", {} did not succeed", HumanCount(failed)),
        };
        let (done, all) = (HumanCount(tally.done), HumanCount(tally.all));
        let table = self.output.table_of(states.into_iter());
        live.draw(format!("{table}{done} of {all} {noun} are done{failed}{more}\n"))
    }

    /// Erases the table, so that something else can be printed.
    fn make_room(&mut self) -> Result<(), Failure> {
        match &mut self.live {
            Some(live) => live.erase(),
            None => self.output.flush(),
        }
    }

    fn end(&mut self, changes: &Watch<Item>, complete: bool) -> Result<(), Failure> {
        match &mut self.live {
            Some(live) => {
                live.erase()?;
                if changes.states().len() > 0 {
                    live.draw(self.output.table_of(changes.states()))?;
                }
                Ok(())
            }
            None if complete => self.output.end(),
            None => self.output.stop(),
        }
    }
}

/// The state of an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Open,
    Success,
    Failure,
}

impl Outcome {
    fn of(operation: &Operation, item: &Item) -> Self {
        let Some(lifecycle) = operation.lifecycle else {
            return Self::Open;
        };
        let path = [lifecycle.field.to_owned()];
        let text = Fields::read(item, &path).text(lifecycle.field).unwrap_or_default();
        if lifecycle.success.contains(&text.as_str()) {
            Self::Success
        } else if lifecycle.failure.contains(&text.as_str()) {
            Self::Failure
        } else {
            Self::Open
        }
    }
}

/// The number of items in each state.
#[derive(Default)]
struct Tally {
    all: u64,
    done: u64,
    succeeded: u64,
}

impl Tally {
    fn of(operation: &Operation, changes: &Watch<Item>) -> Self {
        let mut tally = Self::default();
        for item in changes.states() {
            let outcome = Outcome::of(operation, item);
            tally.all += 1;
            tally.done += u64::from(outcome != Outcome::Open);
            tally.succeeded += u64::from(outcome == Outcome::Success);
        }
        tally
    }
}
