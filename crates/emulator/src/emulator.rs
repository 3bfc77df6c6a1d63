//! The emulator in a test's hands.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use ittybit::{Client, Clock, RetryPolicy, Task};

use crate::answer::Api;
use crate::clock::{ManualClock, SharedClock};
use crate::data::Recipe;
use crate::fault::Fault;
use crate::request::{KEY_PREFIX, Request, is_key};
use crate::server::{Server, Service, bind};
use crate::state::{RandomFaults, State};
use crate::store::{Store, seconds};

/// The key that the emulator takes if it is not given another.
pub const DEFAULT_API_KEY: &str = "ittybit_emulator";

/// More would not fit into the memory of most machines.
const MOST_TASKS: usize = 10_000_000;

/// A running emulator. It stops when it is dropped.
///
/// It has a thread of its own, so it can be used from async code, from code that blocks, and for
/// the sake of another process. Any number can run at once; each has its own port and tasks.
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
    // Stopped first, so that nothing is answered once the emulator begins to go.
    _server: Server,
    service: Arc<Service>,
    live: bool,
}

impl Emulator {
    /// An emulator without tasks.
    ///
    /// # Errors
    /// As for [`EmulatorBuilder::start`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::start().await?;
    /// assert!(emulator.client().list_tasks().send().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Everything that can be set.
    ///
    /// ```
    /// let builder = ittybit_emulator::Emulator::builder().tasks(100).seed(7);
    /// ```
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

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

    /// The key that the emulator takes.
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

    /// A client of this emulator, ready to use. Its retries wait on the emulator's clock: on a
    /// [`ManualClock`], which is what an emulator has if not told otherwise, a wait takes no time.
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

    /// Every task as it stands and as the client reads it, the newest first.
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
        let (contents, recipe) = {
            let mut state = self.state();
            state.store.advance(self.now());
            (state.store.all(), state.store.recipe())
        };
        contents.iter().map(|content| as_read(content.task(&recipe))).collect()
    }

    /// The task with this id, as it stands.
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
        let mut state = self.state();
        state.store.advance(self.now());
        state.store.get(id).map(as_read)
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
        let now = self.now();
        let mut state = self.state();
        if state.store.contains(&task.id) {
            return Err(ChangeError::IdTaken(task.id));
        }
        state.store.insert(task, now);
        Ok(())
    }

    /// Changes a task. The closure must not use the emulator, which waits for it.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchTask`], or [`ChangeError::IdChanged`] if the closure changed the id;
    /// the task then stays as it was.
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
        let now = self.now();
        let mut state = self.state();
        state.store.advance(now);
        let task = state
            .store
            .get(id)
            .ok_or_else(|| ChangeError::NoSuchTask(id.to_owned()))?;
        let mut task = as_read(task);
        change(&mut task);
        if task.id != id {
            return Err(ChangeError::IdChanged {
                from: id.to_owned(),
                to: task.id,
            });
        }
        state.store.replace(task, now);
        Ok(())
    }

    /// Removes a task, and gives it. Its id still serves as a cursor, so that a list that is being
    /// read goes on.
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
        let mut state = self.state();
        state.store.advance(self.now());
        state.store.remove(id).map(as_read)
    }

    /// Makes everything as it was at the start: the tasks, no requests, no faults to come. The
    /// clock stays where it is.
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
        let now = self.now();
        let mut state = self.state();
        let recipe = state.store.recipe();
        *state = State::new(Store::new(recipe, self.live, now));
    }

    /// What was received, in order: the last 10 000 requests.
    ///
    /// See [`Request`] for an example.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.iter().cloned().collect()
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

    fn now(&self) -> i64 {
        seconds(self.service.clock.now())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
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
    /// An update gave the task another id.
    IdChanged {
        /// The id of the task.
        from: String,
        /// The id that it was to have.
        to: String,
    },
    /// What was pushed does not make a task.
    Invalid(String),
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
                "the update would make task `{from}` task `{to}`: `remove` the one and `push` the other"
            ),
            Self::Invalid(reason) => write!(f, "this does not make a task: {reason}"),
        }
    }
}

impl std::error::Error for ChangeError {}

/// Sets up an [`Emulator`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use ittybit_emulator::{Emulator, Fault};
///
/// let emulator = Emulator::builder()
///     .tasks(1000)
///     .seed(7)
///     .random_faults(0.05, Fault::passing())
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing before `start`"]
pub struct EmulatorBuilder {
    tasks: usize,
    seed: u64,
    api_key: String,
    address: SocketAddr,
    clock: Arc<dyn Clock>,
    live: bool,
    unknown_values: bool,
    extra_fields: bool,
    fault_rate: f64,
    faults: Vec<Fault>,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            tasks: 0,
            seed: 0,
            api_key: DEFAULT_API_KEY.to_owned(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            clock: Arc::new(ManualClock::new()),
            live: false,
            unknown_values: false,
            extra_fields: false,
            fault_rate: 0.0,
            faults: Vec::new(),
        }
    }
}

impl EmulatorBuilder {
    /// How many tasks there are at the start: none, if not said otherwise.
    ///
    /// The newest are the same for every number of tasks; more of them are older ones. From 20 on
    /// every kind and every status is among them. A million takes seconds to start with, and half a
    /// gigabyte.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(20).start().await?;
    /// let failed = emulator.client().list_tasks().status("failed").send().await?;
    /// assert!(!failed.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn tasks(mut self, count: usize) -> Self {
        self.tasks = count;
        self
    }

    /// What the tasks, their lives and random faults follow from: 0, if not said otherwise. The
    /// same seed gives the same, on every machine.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::Emulator;
    ///
    /// let one = Emulator::builder().tasks(10).seed(7).start().await?;
    /// let other = Emulator::builder().tasks(10).seed(7).start().await?;
    /// assert_eq!(one.tasks(), other.tasks());
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The one key that is valid: [`DEFAULT_API_KEY`], if not said otherwise. As the API's keys do,
    /// it starts with `ittybit_`, and goes on with letters, digits, `_` and `-`.
    ///
    /// ```
    /// let builder = ittybit_emulator::Emulator::builder().api_key("ittybit_test_1");
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Where to listen: port 0 of 127.0.0.1, if not said otherwise, which is a free port.
    ///
    /// ```
    /// let builder = ittybit_emulator::Emulator::builder().address(([127, 0, 0, 1], 4010));
    /// ```
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// The emulator's clock: a [`ManualClock`], if not said otherwise. The generated tasks were
    /// created before its time at the start.
    ///
    /// See [`ManualClock`] for an example.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Whether tasks go on as the clock does: from `waiting` through every status to an end, within
    /// 60 seconds. Most succeed, some fail, and a few are cancelled. Pushed tasks do too, from the
    /// status that they have.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use ittybit::{Clock, Task, TaskStatus};
    /// use ittybit_emulator::{Emulator, ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let emulator = Emulator::builder().live(true).clock(clock.clone()).start().await?;
    /// emulator.push(
    ///     Task::builder().id("task_1").kind("video").status("waiting").created_at(clock.now()),
    /// )?;
    /// clock.advance(Duration::from_secs(4));
    /// assert_ne!(emulator.tasks()[0].status, TaskStatus::Waiting);
    /// # Ok(())
    /// # }
    /// ```
    pub fn live(mut self, live: bool) -> Self {
        self.live = live;
        self
    }

    /// Whether some tasks have a status, a kind or a kind of file that is not documented: three of
    /// ten do. No filter finds such a status or kind.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit::TaskStatus;
    ///
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(10).unknown_values(true).start().await?;
    /// let page = emulator.client().list_tasks().send().await?;
    /// assert!(page.iter().any(|task| matches!(task.status, TaskStatus::Unknown(_))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn unknown_values(mut self, unknown_values: bool) -> Self {
        self.unknown_values = unknown_values;
        self
    }

    /// Whether tasks and their inputs have fields that are not documented.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(1).extra_fields(true).start().await?;
    /// let page = emulator.client().list_tasks().send().await?;
    /// assert!(page[0].extra.contains_key("priority"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn extra_fields(mut self, extra_fields: bool) -> Self {
        self.extra_fields = extra_fields;
        self
    }

    /// Lets a share of the requests fail, from 0.0 (none) to 1.0 (all), each with one of the faults.
    /// Which requests fail, and how, follows from the seed and their number.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().random_faults(1.0, [Fault::status(500)]).start().await?;
    /// let error = emulator.client().list_tasks().send().await.unwrap_err();
    /// assert_eq!((error.kind(), error.attempts()), (Some("internal_error"), 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn random_faults(mut self, rate: f64, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.fault_rate = rate;
        self.faults = faults.into_iter().collect();
        self
    }

    /// Starts the emulator. It answers as soon as this returns.
    ///
    /// # Errors
    /// A port that cannot be listened on, or, as [`io::ErrorKind::InvalidInput`], something that
    /// was set wrongly; the message says what.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(5).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start(self) -> io::Result<Emulator> {
        self.start_blocking()
    }

    /// The same as [`start`](Self::start), for code that is not async.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    ///
    /// ```
    /// let emulator = ittybit_emulator::Emulator::builder().tasks(5).start_blocking()?;
    /// println!("{}", emulator.base_url());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start_blocking(self) -> io::Result<Emulator> {
        self.check()
            .map_err(|what| io::Error::new(io::ErrorKind::InvalidInput, what))?;
        let now = seconds(self.clock.now());
        let listener = bind(self.address)?;
        let base_url = base_url(listener.local_addr()?);
        let recipe = Recipe {
            seed: self.seed,
            count: self.tasks,
            now,
            unknown_values: self.unknown_values,
            extra_fields: self.extra_fields,
        };
        let service = Arc::new(Service {
            api: Api {
                base_url,
                api_key: self.api_key,
                state: Mutex::new(State::new(Store::new(recipe, self.live, now))),
            },
            clock: self.clock,
            random_faults: RandomFaults {
                seed: self.seed,
                rate: self.fault_rate,
                faults: self.faults,
            },
        });
        Ok(Emulator {
            _server: Server::start(listener, Arc::clone(&service))?,
            service,
            live: self.live,
        })
    }

    fn check(&self) -> Result<(), String> {
        if !self
            .api_key
            .strip_prefix(KEY_PREFIX)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_key))
        {
            return Err(format!(
                "a key starts with `{KEY_PREFIX}` and goes on with letters, digits, `_` or `-`, such as \
                 `{DEFAULT_API_KEY}`"
            ));
        }
        if self.tasks > MOST_TASKS {
            return Err(format!("{} tasks are too many: use at most {MOST_TASKS}", self.tasks));
        }
        if !(0.0..=1.0).contains(&self.fault_rate) {
            return Err(format!(
                "the rate of faults is {}: use one from 0.0 to 1.0",
                self.fault_rate
            ));
        }
        if self.fault_rate > 0.0 && self.faults.is_empty() {
            return Err("there are no faults to choose from: give some, such as `Fault::passing()`".to_owned());
        }
        Ok(())
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("tasks", &self.tasks)
            .field("seed", &self.seed)
            .field("address", &self.address)
            .field("live", &self.live)
            .field("unknown_values", &self.unknown_values)
            .field("extra_fields", &self.extra_fields)
            .field("fault_rate", &self.fault_rate)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// A task as the client reads it, to which `null` is the same as nothing.
fn as_read(task: Arc<Task>) -> Task {
    let mut task = Arc::unwrap_or_clone(task);
    task.error.take_if(|error| error.is_null());
    task.metadata.take_if(|metadata| metadata.is_null());
    task
}

/// Where a server that listens on this address is reached from this machine.
fn base_url(mut address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("http://{address}")
}
