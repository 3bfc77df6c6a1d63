//! The same client without `async`: calls return when they are done, lists are iterators.
//!
//! Each client has a small runtime of its own, with one thread. Inside an async runtime a blocking
//! call would hold up everything else, so there it is an error ([`Category::Runtime`]): use
//! [`ittybit::Client`](crate::Client). `spawn_blocking` counts as inside, since nothing tells it
//! apart; there, `Handle::block_on` waits for the async client.
//!
//! ```no_run
//! let client = ittybit::blocking::Client::from_env()?;
//! for task in client.list_tasks().iter() {
//!     println!("{}", task?.id);
//! }
//! # Ok::<(), ittybit::Error>(())
//! ```
//!
//! [`Category::Runtime`]: crate::Category::Runtime

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Request, StatusCode};
use serde::de::DeserializeOwned;
use tokio::runtime::{Handle, Runtime};

use crate::client::ClientBuilder;
use crate::error::Error;
use crate::operation::Operation;
use crate::page::Pagination;
use crate::response::Response;

/// A client of the API whose calls block. Cheap to clone; clones share connections.
///
/// ```no_run
/// let client = ittybit::blocking::Client::from_env()?;
/// let page = client.list_tasks().limit(5).send()?;
/// println!("{} tasks", page.len());
/// # Ok::<(), ittybit::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    inner: crate::Client,
    runtime: Arc<OwnRuntime>,
}

impl Client {
    /// A client with this API key, and the defaults for all else.
    ///
    /// # Errors
    /// As for [`ClientBuilder::build`].
    ///
    /// ```
    /// let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key in `ITTYBIT_API_KEY`, and the base URL in `ITTYBIT_BASE_URL` if that
    /// is set and not empty.
    ///
    /// # Errors
    /// As for [`ClientBuilder::build`]; the error names the variable.
    ///
    /// ```no_run
    /// let client = ittybit::blocking::Client::from_env()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().read_env().build()
    }

    /// Everything that can be set: the same as for the async client.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ittybit::blocking::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("ittybit_example")
    ///     .timeout(Duration::from_secs(10))
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new()
    }

    /// Where requests go, without a slash at the end.
    ///
    /// ```
    /// let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// assert_eq!(client.base_url(), "https://api.ittybit.com");
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn base_url(&self) -> &str {
        self.inner.base_url()
    }

    /// The async client that does the work.
    pub(crate) fn inner(&self) -> &crate::Client {
        &self.inner
    }

    fn wait<R>(&self, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
        refuse_inside_runtime()?;
        self.runtime.get().block_on(work)
    }
}

#[allow(
    dead_code,
    reason = "for the generated half, where the document has operations that are no lists"
)]
impl Client {
    /// Sends a request, and reads one value from the answer.
    pub(crate) fn send_json<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<T>, Error> {
        self.wait(self.inner.send_json(operation, request))
    }

    /// Sends a request whose success has no body that matters.
    pub(crate) fn send_empty(&self, operation: &'static Operation, request: Request) -> Result<Response<()>, Error> {
        self.wait(self.inner.send_empty(operation, request))
    }
}

fn refuse_inside_runtime() -> Result<(), Error> {
    match Handle::try_current() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::runtime(
            "a blocking call inside an async runtime would hold up all else that runs there. Use \
             `ittybit::Client` and `.await` there, or a thread of its own (`std::thread::spawn`)",
        )),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client").field(&self.inner).finish()
    }
}

impl ClientBuilder<Client> {
    /// Checks what was set, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Category::Configuration`](crate::Category::Configuration): a key or URL that is missing or
    /// bad, a plain HTTP address, an HTTP client that cannot be set up. The message names the
    /// method or variable to mend. [`Category::Runtime`](crate::Category::Runtime) inside an async
    /// runtime, or where no thread can be started.
    ///
    /// ```
    /// let error = ittybit::blocking::Client::builder().build().unwrap_err();
    /// assert!(error.message().starts_with("no API key"));
    /// ```
    pub fn build(self) -> Result<Client, Error> {
        refuse_inside_runtime()?;
        let inner = self.build_client()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("ittybit")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| Error::runtime(format!("no thread for the client: {error}")))?;
        Ok(Client {
            inner,
            runtime: Arc::new(OwnRuntime(Some(runtime))),
        })
    }
}

/// A runtime that can be dropped anywhere: tokio's own drop waits, and panics in async code.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn get(&self) -> &Runtime {
        self.0.as_ref().expect("it is taken out by `drop` only")
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// One page of a list: its items, by `Deref` to a slice, and what was said about them.
///
/// ```no_run
/// # let client = ittybit::blocking::Client::from_env()?;
/// let page = client.list_tasks().limit(50).send()?;
/// if let Some(next) = page.next()? {
///     println!("{} more", next.len());
/// }
/// # Ok::<(), ittybit::Error>(())
/// ```
pub struct Page<T> {
    inner: crate::Page<T>,
    client: Client,
}

impl<T: DeserializeOwned> Page<T> {
    /// Sends the caller's request for one page.
    pub(crate) fn fetch(
        client: Client,
        operation: &'static Operation,
        pagination: Pagination<T>,
        request: Request,
    ) -> Result<Self, Error> {
        let fetch = crate::Page::fetch(client.inner.clone(), operation, pagination, request);
        let inner = client.wait(fetch)?;
        Ok(Self { inner, client })
    }

    /// The page after this one: see [`Page::next`](crate::Page::next).
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```no_run
    /// # let client = ittybit::blocking::Client::from_env()?;
    /// let next = client.list_tasks().send()?.next()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn next(&self) -> Result<Option<Self>, Error> {
        self.neighbour(self.client.wait(self.inner.next())?)
    }

    /// The page before this one: see [`Page::previous`](crate::Page::previous).
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```no_run
    /// # let client = ittybit::blocking::Client::from_env()?;
    /// let newer = client.list_tasks().send()?.previous()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn previous(&self) -> Result<Option<Self>, Error> {
        self.neighbour(self.client.wait(self.inner.previous())?)
    }

    fn neighbour(&self, inner: Option<crate::Page<T>>) -> Result<Option<Self>, Error> {
        Ok(inner.map(|inner| Self {
            inner,
            client: self.client.clone(),
        }))
    }
}

impl<T> Page<T> {
    /// The items alone.
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn tasks(page: Page<Task>) -> Vec<Task> {
    ///     page.into_items()
    /// }
    /// ```
    pub fn into_items(self) -> Vec<T> {
        self.inner.into_items()
    }

    /// Whether more items follow: see [`Page::has_more`](crate::Page::has_more).
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn is_last(page: &Page<Task>) -> bool {
    ///     !page.has_more()
    /// }
    /// ```
    pub fn has_more(&self) -> bool {
        self.inner.has_more()
    }

    /// The cursor of the next page: see [`Page::next_cursor`](crate::Page::next_cursor).
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn bookmark(page: &Page<Task>) -> Option<String> {
    ///     page.next_cursor()
    /// }
    /// ```
    pub fn next_cursor(&self) -> Option<String> {
        self.inner.next_cursor()
    }

    /// The cursor of the page before: see [`Page::prev_cursor`](crate::Page::prev_cursor).
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn newer_than_this(page: &Page<Task>) -> Option<String> {
    ///     page.prev_cursor()
    /// }
    /// ```
    pub fn prev_cursor(&self) -> Option<String> {
        self.inner.prev_cursor()
    }

    /// How many items a page may have, as the server applied it (header `Limit`).
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn is_capped(page: &Page<Task>, asked: u64) -> bool {
    ///     page.limit().is_some_and(|applied| applied < asked)
    /// }
    /// ```
    pub fn limit(&self) -> Option<u64> {
        self.inner.limit()
    }

    /// The HTTP status.
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn is_ok(page: &Page<Task>) -> bool {
    ///     page.status() == 200
    /// }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// The response headers.
    ///
    /// ```
    /// use ittybit::{Task, blocking::Page};
    /// fn links(page: &Page<Task>) -> Option<&str> {
    ///     page.headers().get("link")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.inner
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.inner.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.inner.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The pages of a list, one after the other: `Iterator<Item = Result<Page<T>, Error>>`.
///
/// After an error it can be asked again and goes on where it was, as [`Pages`](crate::Pages) does.
///
/// ```no_run
/// # let client = ittybit::blocking::Client::from_env()?;
/// for page in client.list_tasks().limit(100).pages() {
///     println!("{} tasks", page?.len());
/// }
/// # Ok::<(), ittybit::Error>(())
/// ```
#[must_use = "an iterator sends nothing before it is asked"]
pub struct Pages<T> {
    inner: crate::Pages<T>,
    client: Client,
}

impl<T> Pages<T> {
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        pagination: Pagination<T>,
        request: Result<Request, Error>,
    ) -> Self {
        let inner = crate::Pages::new(client.inner.clone(), operation, pagination, request);
        Self { inner, client }
    }

    /// Fetches pages ahead: see [`Pages::read_ahead`](crate::Pages::read_ahead).
    ///
    /// ```
    /// # let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// let pages = client.list_tasks().pages().read_ahead(1);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.inner = self.inner.read_ahead(pages);
        self
    }

    /// The cursor to go on from: see [`Pages::cursor`](crate::Pages::cursor).
    ///
    /// ```
    /// # let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// assert_eq!(client.list_tasks().pages().cursor(), None);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.inner.cursor()
    }

    /// The same list, item by item.
    ///
    /// ```
    /// # let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// let items = client.list_tasks().pages().into_items();
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn into_items(self) -> Items<T> {
        Items {
            inner: self.inner.into_items(),
            client: self.client,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Iterator for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.client.wait(self.inner.try_next()).transpose()?;
        Some(page.map(|inner| Page {
            inner,
            client: self.client.clone(),
        }))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The items of a list, one after the other: `Iterator<Item = Result<T, Error>>`.
///
/// After an error it can be asked again and goes on where it was, as [`Items`](crate::Items) does.
///
/// ```no_run
/// # let client = ittybit::blocking::Client::from_env()?;
/// for task in client.list_tasks().iter().max_items(10) {
///     println!("{}", task?.id);
/// }
/// # Ok::<(), ittybit::Error>(())
/// ```
#[must_use = "an iterator sends nothing before it is asked"]
pub struct Items<T> {
    inner: crate::Items<T>,
    client: Client,
}

impl<T> Items<T> {
    /// Ends after so many more items: see [`Items::max_items`](crate::Items::max_items).
    ///
    /// ```
    /// # let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// let newest = client.list_tasks().iter().max_items(10);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn max_items(mut self, items: usize) -> Self {
        self.inner = self.inner.max_items(items);
        self
    }

    /// Fetches pages ahead: see [`Items::read_ahead`](crate::Items::read_ahead).
    ///
    /// ```
    /// # let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// let tasks = client.list_tasks().iter().read_ahead(1);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.inner = self.inner.read_ahead(pages);
        self
    }

    /// The cursor to go on from: see [`Items::cursor`](crate::Items::cursor).
    ///
    /// ```
    /// # let client = ittybit::blocking::Client::new("ittybit_example")?;
    /// assert_eq!(client.list_tasks().iter().cursor(), None);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.inner.cursor()
    }
}

impl<T: DeserializeOwned + Send + 'static> Iterator for Items<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.client.wait(self.inner.try_next()).transpose()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
