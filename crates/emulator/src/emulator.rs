//! A running emulator, as a test uses it.

use std::fmt;
use std::sync::{Arc, MutexGuard};

use ittybit::{Client, RetryPolicy, Task};

use crate::clock::SharedClock;
use crate::fault::Fault;
use crate::items::Items;
use crate::recipe::seconds;
use crate::request::Request;
use crate::server::{Server, Service};
use crate::state::State;
use crate::tasks;

/// A running emulator. It stops when it is dropped.
///
/// It has a thread of its own, so it can be used from async code, from blocking code, and by another
/// process. Any number can run at once; each has its own port and tasks.
///
/// ```
/// use futures_util::TryStreamExt;
/// use ittybit::TaskKind;
/// use ittybit_emulator::Emulator;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::builder().tasks(300).seed(7).start().await?;
/// let client = emulator.client();
///
/// let videos: Vec<_> = client.list_tasks().kind(TaskKind::Video).stream().try_collect().await?;
/// assert!(videos.len() > 20);
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    // Dropped first, so that no request is served while the rest is dropped.
    _server: Server,
    service: Arc<Service>,
}

impl Emulator {
    /// Where the emulator is, without a slash at the end: `http://127.0.0.1:` and the port.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::start().await?;
    /// assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self) -> &str {
        &self.service.api.base_url
    }

    /// The key that the emulator accepts.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::{DEFAULT_API_KEY, Emulator};
    ///
    /// assert_eq!(Emulator::start().await?.api_key(), DEFAULT_API_KEY);
    /// # Ok(())
    /// # }
    /// ```
    pub fn api_key(&self) -> &str {
        &self.service.api.api_key
    }

    /// Whether any operation of the document takes the key, or other credentials.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::Emulator;
    ///
    /// assert!(Emulator::start().await?.has_security());
    /// let open = "openapi: 3.0.3\ninfo: { title: Open, version: 1.0.0 }\npaths: {}\n";
    /// assert!(!Emulator::builder().document(open).start().await?.has_security());
    /// # Ok(())
    /// # }
    /// ```
    pub fn has_security(&self) -> bool {
        let operations = &self.service.api.contract.operations;
        let mut alternatives = operations.iter().flat_map(|operation| &operation.security);
        alternatives.any(|schemes| !schemes.is_empty())
    }

    /// A client of this emulator, ready to use. Its retries wait on the emulator's clock: on a
    /// [`ManualClock`](crate::ManualClock), which is the default, a wait takes no time.
    ///
    /// # Panics
    /// If no HTTP client can be set up on this machine.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(3).start().await?;
    /// assert_eq!(emulator.client().list_tasks().send().await?.len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn client(&self) -> Client {
        let clock = SharedClock(Arc::clone(&self.service.clock));
        Client::builder()
            .api_key(self.api_key())
            .base_url(self.base_url())
            .allow_insecure_http(true)
            .retry(RetryPolicy::default().clock(clock))
            .build()
            .unwrap_or_else(|error| panic!("no client for the emulator: {error}"))
    }

    /// Every task in its current state, as the client reads it, the newest first.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(3).start().await?;
    /// assert_eq!(emulator.client().list_tasks().send().await?.into_items(), emulator.tasks());
    /// # Ok(())
    /// # }
    /// ```
    pub fn tasks(&self) -> Vec<Task> {
        let Some(tasks) = self.list_of_tasks() else {
            return Vec::new();
        };
        tasks
            .shared()
            .iter()
            .filter_map(|item| tasks::from_json(item))
            .collect()
    }

    /// The task with this id, in its current state.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(3).start().await?;
    /// let newest = emulator.tasks().remove(0);
    /// assert_eq!(emulator.task(&newest.id), Some(newest));
    /// # Ok(())
    /// # }
    /// ```
    pub fn task(&self, id: &str) -> Option<Task> {
        tasks::from_json(&self.list_of_tasks()?.get(id)?)
    }

    /// Adds a task, or the builder of one.
    ///
    /// # Errors
    /// [`ChangeError::IdTaken`], or [`ChangeError::Invalid`] if the builder does not make a task.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit::{Task, TaskKind, TaskStatus, Timestamp};
    ///
    /// let emulator = ittybit_emulator::Emulator::start().await?;
    /// emulator.push(
    ///     Task::builder()
    ///         .id("task_1")
    ///         .kind(TaskKind::Video)
    ///         .status(TaskStatus::Waiting)
    ///         .created_at(Timestamp::from_unix_seconds(1735689600)),
    /// )?;
    /// assert_eq!(emulator.client().list_tasks().send().await?[0].id, "task_1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn push(&self, task: impl TryInto<Task, Error: fmt::Display>) -> Result<(), ChangeError> {
        let task = task
            .try_into()
            .map_err(|error| ChangeError::Invalid(error.to_string()))?;
        let tasks = self.list_of_tasks().ok_or_else(ChangeError::no_tasks)?;
        let id = task.id.clone();
        match tasks.insert(&id, tasks.of_task(&task)) {
            true => Ok(()),
            false => Err(ChangeError::IdTaken(id)),
        }
    }

    /// Changes a task. The closure must not use the emulator, which waits for it.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchTask`], or [`ChangeError::IdChanged`] if the closure changed the id;
    /// the task is then unchanged.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit::TaskStatus;
    ///
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(3).start().await?;
    /// let id = &emulator.tasks()[0].id;
    /// emulator.update(id, |task| task.status = TaskStatus::Cancelled)?;
    /// assert_eq!(emulator.client().list_tasks().send().await?[0].status, TaskStatus::Cancelled);
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, id: &str, change: impl FnOnce(&mut Task)) -> Result<(), ChangeError> {
        let tasks = self.list_of_tasks().ok_or_else(ChangeError::no_tasks)?;
        let changed = tasks.exchange(id, |item| {
            let mut task =
                tasks::from_json(item).ok_or_else(|| ChangeError::Invalid("it has other fields".to_owned()))?;
            change(&mut task);
            if task.id != id {
                return Err(ChangeError::IdChanged {
                    from: id.to_owned(),
                    to: task.id,
                });
            }
            Ok(tasks.of_task(&task))
        });
        changed.unwrap_or_else(|| Err(ChangeError::NoSuchTask(id.to_owned())))
    }

    /// Removes and returns a task. Its id is still valid as a cursor, so that a list that is being read
    /// can continue.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(3).start().await?;
    /// let client = emulator.client();
    /// let page = client.list_tasks().limit(1).send().await?;
    /// emulator.remove(&page[0].id);
    /// let next = page.next().await?.ok_or("two tasks are left")?;
    /// assert_eq!(next.into_items(), emulator.tasks()[..1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove(&self, id: &str) -> Option<Task> {
        tasks::from_json(&self.list_of_tasks()?.remove(id)?)
    }

    /// The items of a list, by its path: as JSON, for any list of the document. Where the path has parameters,
    /// write their values: `/users/7/posts`. `None` where the document has no list there.
    ///
    /// See [`Items`] for an example.
    pub fn items(&self, path: &str) -> Option<Items<'_>> {
        Items::find(&self.service, path)
    }

    /// Resets everything to the start: the tasks and all other items, no requests, no pending faults. The
    /// clock is not changed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(3).start().await?;
    /// let before = emulator.tasks();
    /// emulator.remove(&before[1].id);
    /// emulator.reset();
    /// assert_eq!(emulator.tasks(), before);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self) {
        self.service.api.reset(seconds(self.service.clock.now()));
    }

    /// What was received, in order: the last 10 000 requests, or fewer where they are larger than 64 MiB
    /// in all.
    ///
    /// See [`Request`] for an example.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests().cloned().collect()
    }

    /// Lets the next request fail. Called again, the one after it fails too, and so on; a retry is
    /// a request of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::start().await?;
    /// emulator.fail_next(Fault::status(503));
    /// emulator.fail_next(Fault::dropped());
    /// // The third attempt gets through.
    /// emulator.client().list_tasks().send().await?;
    /// let statuses: Vec<_> = emulator.requests().iter().map(|request| request.status()).collect();
    /// assert_eq!(statuses, [Some(503), None, Some(200)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail_next(&self, fault: Fault) {
        self.state().script.push_back(fault);
    }

    pub(crate) fn new(server: Server, service: Arc<Service>) -> Self {
        Self {
            _server: server,
            service,
        }
    }

    /// Where the document is the project's own.
    fn list_of_tasks(&self) -> Option<Items<'_>> {
        self.service.api.has_tasks().then(|| self.items(tasks::PATH))?
    }

    fn state(&self) -> MutexGuard<'_, State> {
        State::lock(&self.service.api.state)
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}

/// Why a task was not pushed or updated.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use ittybit_emulator::{ChangeError, Emulator};
///
/// let emulator = Emulator::builder().tasks(1).start().await?;
/// let task = emulator.tasks().remove(0);
/// assert_eq!(emulator.push(task.clone()), Err(ChangeError::IdTaken(task.id)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeError {
    /// There is a task with this id already.
    IdTaken(String),
    /// There is no task with this id.
    NoSuchTask(String),
    /// An update changed the id of the task.
    IdChanged {
        /// The id of the task.
        from: String,
        /// The id that the update set.
        to: String,
    },
    /// What was pushed is not a valid task.
    Invalid(String),
}

impl ChangeError {
    fn no_tasks() -> Self {
        Self::Invalid("the document is another than Ittybit's: use `items`".to_owned())
    }
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdTaken(id) => write!(
                f,
                "there is a task `{id}` already: push it under another id, or `update` it"
            ),
            Self::NoSuchTask(id) => write!(f, "there is no task `{id}`: `push` it first"),
            Self::IdChanged { from, to } => write!(
                f,
                "the update changes the id of task `{from}` to `{to}`: `remove` the one and `push` the other"
            ),
            Self::Invalid(reason) => write!(f, "this is not a task: {reason}"),
        }
    }
}

impl std::error::Error for ChangeError {}
