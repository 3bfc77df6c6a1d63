//! Setting up an emulator.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ittybit::Clock;
use ittybit_spec::{Diagnostics, Document};

use crate::api::{Api, Setting};
use crate::clock::ManualClock;
use crate::contract::Contract;
use crate::emulator::Emulator;
use crate::fault::Fault;
use crate::recipe::seconds;
use crate::request::{KEY_PREFIX, is_key};
use crate::server::{Server, Service, bind};
use crate::state::RandomFaults;
use crate::tasks;

/// The project's own document.
pub(crate) const OWN_DOCUMENT: &str = include_str!("../openapi.yaml");

/// The key that the emulator accepts by default.
pub const DEFAULT_API_KEY: &str = "ittybit_emulator";

/// More items would not fit into the memory of most machines.
const MOST_ITEMS: usize = 10_000_000;

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
///     .random_faults(0.05, Fault::transient())
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing before `start`"]
pub struct EmulatorBuilder {
    document: Option<String>,
    tasks: usize,
    items: usize,
    seed: u64,
    api_key: String,
    address: SocketAddr,
    clock: Arc<dyn Clock>,
    live: bool,
    unknown_values: bool,
    extra_fields: bool,
    fault_rate: f64,
    faults: Vec<Fault>,
    idle_timeout: Duration,
    keep_requests: bool,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            document: None,
            tasks: 0,
            items: 0,
            seed: 0,
            api_key: DEFAULT_API_KEY.to_owned(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            clock: Arc::new(ManualClock::new()),
            live: false,
            unknown_values: false,
            extra_fields: false,
            fault_rate: 0.0,
            faults: Vec::new(),
            idle_timeout: Duration::from_secs(60),
            keep_requests: true,
        }
    }
}

impl EmulatorBuilder {
    /// The OpenAPI document of the API to serve, as YAML or JSON: its text, or the path of its file. One line
    /// that does not begin with `{` is a path. Without it, the API is Ittybit's.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder()
    ///     .document("
    /// openapi: 3.0.3
    /// info: { title: Pets, version: '1' }
    /// paths:
    ///   /pets:
    ///     get:
    ///       responses:
    ///         '200':
    ///           description: The pets.
    ///           content:
    ///             application/json:
    ///               schema: { type: array, items: { type: object, properties: { id: { type: string } } } }
    /// ")
    ///     .items(3)
    ///     .start()
    ///     .await?;
    /// assert_eq!(emulator.items("/pets").ok_or("a list")?.all().len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn document(mut self, document: impl Into<String>) -> Self {
        self.document = Some(document.into());
        self
    }

    /// How many items each list has at the start, except the tasks of Ittybit's own API: none by default. They
    /// are generated from the seed, and from the document's schemas and examples. Each is generated once at
    /// the start, to be indexed.
    ///
    /// See [`document`](Self::document) for an example.
    pub fn items(mut self, count: usize) -> Self {
        self.items = count;
        self
    }

    /// How many tasks there are at the start: none by default. There are tasks only where the document is
    /// Ittybit's own.
    ///
    /// The newest are the same for every number of tasks; a higher number adds older ones. From 20 on
    /// every kind and every status is among them. `docs/performance.md` of the repository has the time and
    /// memory for a million.
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

    /// The seed of the tasks, their progress and random faults: 0 by default. The same seed gives the same
    /// data on every machine.
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

    /// The one key that is valid: [`DEFAULT_API_KEY`] by default. Like the API's keys, it is `ittybit_`
    /// followed by letters, digits, `_` and `-`; for another [`document`](Self::document) it is any text.
    ///
    /// ```
    /// let builder = ittybit_emulator::Emulator::builder().api_key("ittybit_test_1");
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Where to listen: a free port of 127.0.0.1 by default.
    ///
    /// ```
    /// let builder = ittybit_emulator::Emulator::builder().address(([127, 0, 0, 1], 4010));
    /// ```
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// The emulator's clock: a [`ManualClock`] by default. The generated tasks were created before its time
    /// at the start.
    ///
    /// See [`ManualClock`] for an example.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Whether tasks progress with the clock: from `waiting` through every status to a terminal one, within
    /// 60 seconds. Most succeed, some fail, and a few are cancelled. Pushed tasks progress too, from the
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

    /// How long a connection may take, in real time, until the head of its next request has arrived: a minute
    /// by default. It is then closed, whether the head arrived in part or not at all.
    ///
    /// ```
    /// use std::time::Duration;
    /// let builder = ittybit_emulator::Emulator::builder().idle_timeout(Duration::from_secs(5));
    /// ```
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Whether requests are kept for [`Emulator::requests`]: they are by default.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::builder().keep_requests(false).start().await?;
    /// emulator.client().list_tasks().send().await?;
    /// assert!(emulator.requests().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep_requests(mut self, keep: bool) -> Self {
        self.keep_requests = keep;
        self
    }

    /// Starts the emulator. It accepts requests as soon as this returns.
    ///
    /// # Errors
    /// A port that cannot be listened on, or, as [`io::ErrorKind::InvalidInput`], a bad setting; the message
    /// says which.
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
        let contract = self.contract().map_err(|findings| {
            let message = format!("the document cannot be served:\n{findings}");
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        let now = seconds(self.clock.now());
        let listener = bind(self.address)?;
        let base_url = base_url(listener.local_addr()?);
        let tasks = tasks::Setting {
            seed: self.seed,
            count: self.tasks,
            now,
            unknown_values: self.unknown_values,
            extra_fields: self.extra_fields,
        };
        let setting = Setting {
            tasks: self.document.is_none().then_some(tasks),
            items: self.items,
            seed: self.seed,
            now,
            live: self.live,
        };
        let key_names = contract.key_names().map(str::to_ascii_lowercase).collect();
        let service = Arc::new(Service {
            api: Api::new(base_url, self.api_key, contract, setting),
            clock: self.clock,
            random_faults: RandomFaults {
                seed: self.seed,
                rate: self.fault_rate,
                faults: self.faults,
            },
            idle_timeout: self.idle_timeout,
            keep_requests: self.keep_requests,
            key_names,
        });
        let server = Server::start(listener, Arc::clone(&service))?;
        Ok(Emulator::new(server, service))
    }

    fn contract(&self) -> Result<Arc<Contract>, Diagnostics> {
        // Read once in a process: many tests start many emulators.
        static OWN: OnceLock<Arc<Contract>> = OnceLock::new();
        let document = match self.document.as_deref() {
            None => {
                if let Some(contract) = OWN.get() {
                    return Ok(Arc::clone(contract));
                }
                let contract = Arc::new(Contract::new(&Document::parse("openapi.yaml", OWN_DOCUMENT)?)?);
                return Ok(Arc::clone(OWN.get_or_init(|| contract)));
            }
            Some(text) if text.trim_end().contains('\n') || text.trim_start().starts_with('{') => {
                Document::parse("document", text)?
            }
            Some(path) => Document::read(Path::new(path))?,
        };
        Contract::new(&document).map(Arc::new)
    }

    fn check(&self) -> Result<(), String> {
        let of_ittybit = |key: &str| {
            let rest = key.strip_prefix(KEY_PREFIX);
            rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_key))
        };
        if self.document.is_none() && !of_ittybit(&self.api_key) {
            return Err(format!(
                "a key is `{KEY_PREFIX}` followed by letters, digits, `_` or `-`, such as \
                 `{DEFAULT_API_KEY}`"
            ));
        }
        if self.api_key.is_empty() {
            return Err("the key is empty, which no request can send".to_owned());
        }
        for (count, what) in [(self.tasks, "tasks"), (self.items, "items")] {
            if count > MOST_ITEMS {
                return Err(format!("{count} {what} are too many: use at most {MOST_ITEMS}"));
            }
        }
        if !(0.0..=1.0).contains(&self.fault_rate) {
            return Err(format!(
                "the rate of faults is {}: use one from 0.0 to 1.0",
                self.fault_rate
            ));
        }
        if self.fault_rate > 0.0 && self.faults.is_empty() {
            return Err("there are no faults to choose from: give some, such as `Fault::transient()`".to_owned());
        }
        Ok(())
    }
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
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("tasks", &self.tasks)
            .field("items", &self.items)
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

/// Where a server that listens on this address is reached from this machine.
fn base_url(mut address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("http://{address}")
}
