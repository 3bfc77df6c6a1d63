//! The items of any list, as JSON, for tests.

use std::fmt;
use std::sync::Arc;

use ittybit::Task;
use serde_json::Value;

use crate::collection::{Collection, Content, ListName};
use crate::recipe::{seconds, texts};
use crate::schema::Direction;
use crate::server::Service;
use crate::tasks;

/// The items of one list of an [`Emulator`](crate::Emulator).
///
/// ```
/// use serde_json::json;
/// use ittybit_emulator::{Emulator, ItemError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::start().await?;
/// let tasks = emulator.items("/tasks").ok_or("the list is in the document")?;
/// tasks.push(json!({ "id": "task_1", "kind": "video", "status": "waiting", "created_at": 1735689600 }))?;
/// tasks.update("task_1", |task| task["status"] = "failed".into())?;
/// assert_eq!(tasks.get("task_1").ok_or("it is there")?["status"], "failed");
///
/// // What the document does not allow is refused.
/// let refused = tasks.update("task_1", |task| task["kind"] = 5.into());
/// assert!(matches!(refused, Err(ItemError::Invalid { .. })));
/// # Ok(())
/// # }
/// ```
pub struct Items<'e> {
    service: &'e Service,
    name: ListName,
}

impl<'e> Items<'e> {
    pub(crate) fn find(service: &'e Service, path: &str) -> Option<Self> {
        let name = service.api.list_at(path)?;
        Some(Self { service, name })
    }

    /// Every item in its current state, the newest first, or the one with the largest cursor.
    pub fn all(&self) -> Vec<Value> {
        self.shared().into_iter().map(Arc::unwrap_or_clone).collect()
    }

    /// The item with this id.
    pub fn get(&self, id: &str) -> Option<Value> {
        self.with(|list, _| list.get(id)).map(Arc::unwrap_or_clone)
    }

    /// Adds an item.
    ///
    /// # Errors
    /// An item without an id, with one that is taken, or that is not valid against its schema.
    pub fn push(&self, item: Value) -> Result<(), ItemError> {
        self.check(&item)?;
        let resource = &self.service.api.resources[self.name.0];
        let noun = resource.noun.clone();
        let Some(id) = texts(item.get(&resource.id)).pop() else {
            let reason = format!("it has no `{}`", resource.id);
            return Err(ItemError::Invalid { noun, reason });
        };
        match self.insert(&id, item) {
            true => Ok(()),
            false => Err(ItemError::IdTaken { noun, id }),
        }
    }

    /// Changes an item. The closure must not use the emulator, which waits for it.
    ///
    /// # Errors
    /// An id that no item has, or a change that gives the item another id, or makes it one that is not as the
    /// document says; the item is then unchanged.
    pub fn update(&self, id: &str, change: impl FnOnce(&mut Value)) -> Result<(), ItemError> {
        let resource = &self.service.api.resources[self.name.0];
        let changed = self.exchange(id, |item| {
            let mut item = item.clone();
            change(&mut item);
            self.check(&item)?;
            let to = texts(item.get(&resource.id)).concat();
            if to != id {
                return Err(ItemError::IdChanged {
                    noun: resource.noun.clone(),
                    from: id.to_owned(),
                    to,
                });
            }
            Ok(item)
        });
        changed.unwrap_or_else(|| {
            Err(ItemError::NoSuchItem {
                noun: resource.noun.clone(),
                id: id.to_owned(),
            })
        })
    }

    /// Removes and returns an item. Its id is still valid as a cursor, so that a list that is being read can
    /// continue.
    pub fn remove(&self, id: &str) -> Option<Value> {
        self.with(|list, _| list.remove(id)).map(Arc::unwrap_or_clone)
    }

    pub(crate) fn shared(&self) -> Vec<Arc<Value>> {
        let (contents, recipe) = self.with(|list, _| (list.all(), list.recipe()));
        let items = contents.into_iter().map(|content| match content {
            Content::Generated(age) => Arc::new(recipe.item(age)),
            Content::Own(item) => item,
        });
        items.collect()
    }

    /// Adds an item without checking it, unless its id is taken.
    pub(crate) fn insert(&self, id: &str, item: Value) -> bool {
        self.with(|list, now| {
            let free = !list.contains(id);
            if free {
                list.insert(item, now);
            }
            free
        })
    }

    /// Replaces an item without checking the new one; `None` where there is none.
    pub(crate) fn exchange<E>(
        &self,
        id: &str,
        change: impl FnOnce(&Value) -> Result<Value, E>,
    ) -> Option<Result<(), E>> {
        self.with(|list, now| {
            let item = list.get(id)?;
            Some(change(&item).map(|item| list.replace(item, now)))
        })
    }

    /// A task as an item of this list.
    pub(crate) fn of_task(&self, task: &Task) -> Value {
        let api = &self.service.api;
        tasks::to_json(task, &api.contract, &api.resources[self.name.0])
    }

    fn check(&self, item: &Value) -> Result<(), ItemError> {
        let api = &self.service.api;
        let resource = &api.resources[self.name.0];
        let invalid = |reason| ItemError::Invalid {
            noun: resource.noun.clone(),
            reason,
        };
        let validator = api
            .contract
            .schemas
            .validator(Direction::Response, &resource.schema)
            .map_err(invalid)?;
        validator.validate(item).map_err(|error| {
            let place = error.instance_path().to_string();
            invalid(format!("{error}, at `{}`", if place.is_empty() { "/" } else { &place }))
        })
    }

    /// Runs a closure on the current list.
    fn with<T>(&self, act: impl FnOnce(&mut Collection, i64) -> T) -> T {
        let api = &self.service.api;
        let now = seconds(self.service.clock.now());
        api.with_list(&self.name, now, |list| act(list, now))
    }
}

impl fmt::Debug for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = &self.service.api.resources[self.name.0];
        f.debug_struct("Items")
            .field("path", &resource.path)
            .field("parents", &self.name.1)
            .finish()
    }
}

/// Why an item was not pushed or updated.
///
/// See [`Items`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemError {
    /// There is an item with this id already.
    IdTaken {
        /// What an item of the list is called.
        noun: String,
        /// The id.
        id: String,
    },
    /// There is no item with this id.
    NoSuchItem {
        /// What an item of the list is called.
        noun: String,
        /// The id.
        id: String,
    },
    /// An update changed the id of the item.
    IdChanged {
        /// What an item of the list is called.
        noun: String,
        /// The id of the item.
        from: String,
        /// The id that the update set.
        to: String,
    },
    /// The item is not valid against its schema.
    Invalid {
        /// What an item of the list is called.
        noun: String,
        /// What is wrong with it, and where.
        reason: String,
    },
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdTaken { noun, id } => write!(
                f,
                "there is a {noun} `{id}` already: push it under another id, or `update` it"
            ),
            Self::NoSuchItem { noun, id } => write!(f, "there is no {noun} `{id}`: `push` it first"),
            Self::IdChanged { noun, from, to } => write!(
                f,
                "the update changes the id of {noun} `{from}` to `{to}`: `remove` the one and `push` the other"
            ),
            Self::Invalid { noun, reason } => write!(f, "this is not a valid {noun}: {reason}"),
        }
    }
}

impl std::error::Error for ItemError {}
