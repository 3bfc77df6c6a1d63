//! The tasks, in an order that every page can be read from directly.
//!
//! A list is asked for by up to three properties: creator, kind and status. One ordered index holds
//! each task once for every combination of them, eight times in all. So whatever is asked for, its
//! tasks stand side by side in the index, in the order of the list: a page costs one descent to the
//! cursor and one step for each task, however many tasks there are and wherever the cursor stands.
//! The price is memory, and eight insertions for a new task.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use hyper::StatusCode;
use ittybit::{Task, TaskKind, TaskStatus, TaskStatusFilter, Timestamp};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::data::Recipe;
use crate::life;
use crate::query::{Query, shown};

/// Where a task stands in a list: by its time of creation, and within a second by when the
/// emulator got to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    created_at: i64,
    number: usize,
}

impl Position {
    const FIRST: Self = Self {
        created_at: i64::MIN,
        number: 0,
    };
    const LAST: Self = Self {
        created_at: i64::MAX,
        number: usize::MAX,
    };
}

/// What a list is asked for by; `None` stands for any. Kinds and statuses are their places among
/// the known ones, creators are numbered as they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Selection {
    creator: Option<u32>,
    kind: Option<u8>,
    status: Option<u8>,
}

impl Selection {
    /// Every selection that finds a task of this one: with each property, and with any.
    fn widened(self) -> impl Iterator<Item = Self> {
        (0..8).map(move |mask| Self {
            creator: self.creator.filter(|_| mask & 1 == 0),
            kind: self.kind.filter(|_| mask & 2 == 0),
            status: self.status.filter(|_| mask & 4 == 0),
        })
    }
}

/// A task, or the age that it is made from.
#[derive(Clone)]
pub(crate) enum Content {
    Generated(u64),
    Own(Arc<Task>),
}

impl Content {
    /// The task as it is sent: what is nothing is `null`, as in the reference.
    pub(crate) fn task(&self, recipe: &Recipe) -> Arc<Task> {
        match self {
            Self::Generated(age) => Arc::new(recipe.task(*age)),
            Self::Own(task) => Arc::clone(task),
        }
    }
}

struct Entry {
    position: Position,
    selection: Selection,
    content: Content,
    /// When the task changes next, in Unix seconds.
    due: Option<i64>,
}

/// A page, in the order of the list.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) tasks: Vec<Content>,
    /// Whether more follow in the direction of reading.
    pub(crate) has_more: bool,
    /// Whether a page follows the last task of this one, or comes before its first.
    pub(crate) next: bool,
    pub(crate) previous: bool,
}

pub(crate) struct Store {
    recipe: Recipe,
    live: bool,
    /// By number; `None` where a task was removed.
    entries: Vec<Option<Entry>>,
    numbers: HashMap<String, usize>,
    creators: HashMap<String, u32>,
    index: BTreeSet<(Selection, Position)>,
    /// Where removed tasks stood, so that they still serve as cursors.
    removed: HashMap<String, Position>,
    /// When tasks change, and which.
    due: BTreeSet<(i64, usize)>,
}

impl Store {
    /// The generated tasks. If they are live, they go on from `now`, in Unix seconds.
    pub(crate) fn new(recipe: Recipe, live: bool, now: i64) -> Self {
        let mut store = Self {
            recipe,
            live,
            entries: Vec::with_capacity(recipe.count),
            numbers: HashMap::with_capacity(recipe.count),
            creators: HashMap::new(),
            index: BTreeSet::new(),
            removed: HashMap::new(),
            due: BTreeSet::new(),
        };
        let mut index = Vec::with_capacity(8 * recipe.count);
        // The oldest first, so that the numbers ascend with the time.
        for age in (0..recipe.count as u64).rev() {
            let facts = recipe.facts(age);
            let number = store.entries.len();
            let position = Position {
                created_at: facts.created_at,
                number,
            };
            let selection = store.selection(&facts.kind, &facts.status, Some(facts.created_by));
            index.extend(selection.widened().map(|selection| (selection, position)));
            store.entries.push(Some(Entry {
                position,
                selection,
                content: Content::Generated(age),
                due: None,
            }));
            store.numbers.insert(facts.id, number);
            if live && !facts.status.is_terminal() {
                store.schedule(number, now);
            }
        }
        // All at once, which is far quicker than one after the other.
        store.index = index.into_iter().collect();
        store
    }

    pub(crate) fn recipe(&self) -> Recipe {
        self.recipe
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.numbers.contains_key(id)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Task>> {
        let number = *self.numbers.get(id)?;
        Some(self.entry(number).content.task(&self.recipe))
    }

    /// Adds a task with an id that no other has. `now` is when it came, in Unix seconds.
    pub(crate) fn insert(&mut self, task: Task, now: i64) {
        let number = self.entries.len();
        self.removed.remove(&task.id);
        self.numbers.insert(task.id.clone(), number);
        self.entries.push(None);
        self.fill(number, task, now);
    }

    /// Puts another task in the place of the one with the same id.
    pub(crate) fn replace(&mut self, task: Task, now: i64) {
        if let Some(&number) = self.numbers.get(&task.id) {
            self.clear(number);
            self.fill(number, task, now);
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<Task>> {
        let number = self.numbers.remove(id)?;
        let entry = self.clear(number);
        self.removed.insert(id.to_owned(), entry.position);
        Some(entry.content.task(&self.recipe))
    }

    /// Lets the time go on to `now`, in Unix seconds.
    pub(crate) fn advance(&mut self, now: i64) {
        while let Some(&(due, number)) = self.due.first()
            && due <= now
        {
            let entry = self.clear(number);
            let mut task = Arc::unwrap_or_clone(entry.content.task(&self.recipe));
            life::advance(self.recipe.seed, &mut task, due);
            self.fill(number, task, due);
        }
    }

    /// Every task, the newest first.
    pub(crate) fn all(&self) -> Vec<Content> {
        let everything = (Selection::default(), Position::FIRST)..=(Selection::default(), Position::LAST);
        let places = self.index.range(everything).rev();
        places
            .map(|(_, position)| self.entry(position.number).content.clone())
            .collect()
    }

    pub(crate) fn page(&self, query: &Query) -> Result<Page, ApiError> {
        let after = self.cursor("after", query.after.as_deref())?;
        let before = self.cursor("before", query.before.as_deref())?;
        let Some(selection) = self.selection_of(query) else {
            return Ok(Page::default());
        };
        let (low, high) = match query.ascending {
            true => (after, before),
            false => (before, after),
        };
        // A request that only says `before` wants the tasks next to that one.
        let backward = before.is_some() && after.is_none();
        let range = self.between(selection, low, high);
        let mut positions: Vec<Position> = if query.ascending == backward {
            range.rev().take(query.limit).collect()
        } else {
            range.take(query.limit).collect()
        };
        if backward {
            positions.reverse();
        }
        let (Some(&first), Some(&last)) = (positions.first(), positions.last()) else {
            return Ok(Page::default());
        };

        // Both cursors together are the ends of what is read; one alone is only where it starts.
        let (low, high) = match after.is_some() && before.is_some() {
            true => (low, high),
            false => (None, None),
        };
        let (lowest, highest) = match query.ascending {
            true => (first, last),
            false => (last, first),
        };
        let below = self.between(selection, low, Some(lowest)).next().is_some();
        let above = self.between(selection, Some(highest), high).next().is_some();
        let (previous, next) = match query.ascending {
            true => (below, above),
            false => (above, below),
        };
        Ok(Page {
            tasks: positions
                .iter()
                .map(|position| self.entry(position.number).content.clone())
                .collect(),
            has_more: if backward { previous } else { next },
            next,
            previous,
        })
    }

    /// Where a cursor stands: at its task, or where that stood before it was removed.
    fn cursor(&self, parameter: &str, id: Option<&str>) -> Result<Option<Position>, ApiError> {
        let Some(id) = id else {
            return Ok(None);
        };
        let position = match self.numbers.get(id) {
            Some(&number) => Some(self.entry(number).position),
            None => self.removed.get(id).copied(),
        };
        if position.is_none() {
            let message = format!(
                "`{parameter}` is {}, and no task has that id. Use the id of a task from an earlier page.",
                shown(id)
            );
            return Err(ApiError::new(StatusCode::NOT_FOUND, "task_not_found", message));
        }
        Ok(position)
    }

    /// The places of a selection between two positions, both excluded.
    fn between(
        &self,
        selection: Selection,
        low: Option<Position>,
        high: Option<Position>,
    ) -> impl DoubleEndedIterator<Item = Position> {
        let empty = matches!((low, high), (Some(low), Some(high)) if low >= high);
        let low = match low {
            Some(low) => Bound::Excluded((selection, low)),
            None => Bound::Included((selection, Position::FIRST)),
        };
        let high = match high {
            Some(high) => Bound::Excluded((selection, high)),
            None => Bound::Included((selection, Position::LAST)),
        };
        // `range` panics where the ends are the wrong way round.
        let range = (!empty).then(|| self.index.range((low, high)));
        range.into_iter().flatten().map(|&(_, position)| position)
    }

    /// The selection that a query asks for, or `None` where no task can match.
    fn selection_of(&self, query: &Query) -> Option<Selection> {
        let creator = match (&query.run_id, &query.created_by) {
            (None, creator) => creator.as_ref(),
            (Some(run), _) if !run.starts_with("run_") => return None,
            (Some(run), Some(creator)) if run != creator => return None,
            (run, _) => run.as_ref(),
        };
        Some(Selection {
            creator: match creator {
                Some(creator) => Some(*self.creators.get(creator)?),
                None => None,
            },
            kind: match &query.kind {
                Some(kind) => Some(place(TaskKind::KNOWN, kind)?),
                None => None,
            },
            status: match &query.status {
                Some(status) => Some(place(TaskStatusFilter::KNOWN, status)?),
                None => None,
            },
        })
    }

    /// The narrowest selection that finds a task with these properties.
    fn selection(&mut self, kind: &TaskKind, status: &TaskStatus, created_by: Option<String>) -> Selection {
        let next = u32::try_from(self.creators.len()).expect("no more creators than tasks");
        Selection {
            creator: created_by.map(|creator| *self.creators.entry(creator).or_insert(next)),
            kind: place(TaskKind::KNOWN, kind),
            status: place(TaskStatusFilter::KNOWN, &filter_for(status)),
        }
    }

    fn entry(&self, number: usize) -> &Entry {
        self.entries[number].as_ref().expect("what is indexed is there")
    }

    /// Takes out what stands under a number, everywhere but in `numbers`.
    fn clear(&mut self, number: usize) -> Entry {
        let entry = self.entries[number].take().expect("what is indexed is there");
        for selection in entry.selection.widened() {
            self.index.remove(&(selection, entry.position));
        }
        if let Some(due) = entry.due {
            self.due.remove(&(due, number));
        }
        entry
    }

    /// Puts a task under a number where nothing stands.
    fn fill(&mut self, number: usize, mut task: Task, now: i64) {
        task.error.get_or_insert(Value::Null);
        task.metadata.get_or_insert(Value::Null);
        let position = Position {
            created_at: task.created_at.map_or(now, |time| time.unix_seconds()),
            number,
        };
        let selection = self.selection(&task.kind, &task.status, task.created_by.clone());
        self.index
            .extend(selection.widened().map(|selection| (selection, position)));
        self.entries[number] = Some(Entry {
            position,
            selection,
            content: Content::Own(Arc::new(task)),
            due: None,
        });
        if self.live {
            self.schedule(number, now);
        }
    }

    fn schedule(&mut self, number: usize, now: i64) {
        let task = self.entry(number).content.task(&self.recipe);
        if let Some(wait) = life::wait(self.recipe.seed, &task)
            && let Some(entry) = &mut self.entries[number]
        {
            let due = now.saturating_add(wait);
            entry.due = Some(due);
            self.due.insert((due, number));
        }
    }
}

/// The value of the filter that finds tasks with a status: the legacy spellings are found by the
/// names that they have now.
fn filter_for(status: &TaskStatus) -> TaskStatusFilter {
    match status.as_str() {
        "completed" => TaskStatusFilter::Succeeded,
        "pending" => TaskStatusFilter::Waiting,
        _ => status.clone().into(),
    }
}

fn place<T: PartialEq>(known: &[T], value: &T) -> Option<u8> {
    known
        .iter()
        .position(|known| known == value)
        .and_then(|place| u8::try_from(place).ok())
}

/// The time of a clock in whole seconds.
pub(crate) fn seconds(time: std::time::SystemTime) -> i64 {
    Timestamp::from(time).unix_seconds()
}
