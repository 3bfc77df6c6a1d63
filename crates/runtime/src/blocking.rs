//! The same without `async`: calls return when they are done, lists are iterators.
//!
//! Each client has a small runtime of its own, with one thread. Inside an async runtime a blocking
//! call would hold up everything else, so there it is an error
//! ([`Category::Runtime`](crate::Category::Runtime)): use the async client. `spawn_blocking` counts as
//! inside, since nothing tells it apart; there, `Handle::block_on` waits for the async client.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use tokio::runtime::{Handle, Runtime};

use crate::client::ClientBuilder;
use crate::error::Error;
use crate::page::Pagination;
use crate::request::Request;
use crate::response::Response;
use crate::watch::Watching;

/// What a generated client wraps whose calls block. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    inner: crate::client::Client,
    runtime: Arc<OwnRuntime>,
}

impl Client {
    /// Checks what was set, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// As for [`ClientBuilder::build`], and inside an async runtime, or where no thread can be started.
    pub fn build(builder: ClientBuilder) -> Result<Self, Error> {
        refuse_inside_runtime()?;
        let inner = builder.build()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("blocking-client")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| Error::runtime(format!("no thread for the client: {error}")))?;
        Ok(Self {
            inner,
            runtime: Arc::new(OwnRuntime(Some(runtime))),
        })
    }

    /// The async client that does the work.
    pub fn inner(&self) -> &crate::client::Client {
        &self.inner
    }

    /// Sends a request, and reads one value from the response.
    ///
    /// # Errors
    /// As for [`Request::send_json`].
    pub fn send_json<T: DeserializeOwned>(&self, request: Request) -> Result<Response<T>, Error> {
        self.wait(request.send_json(&self.inner))
    }

    /// Sends a request; the body of the response does not matter.
    ///
    /// # Errors
    /// As for [`Request::send_empty`].
    pub fn send_empty(&self, request: Request) -> Result<Response<()>, Error> {
        self.wait(request.send_empty(&self.inner))
    }

    /// Sends a request, and reads one page.
    ///
    /// # Errors
    /// As for [`Request::send_page`].
    pub fn send_page<T: DeserializeOwned>(
        &self,
        request: Request,
        pagination: Pagination<T>,
    ) -> Result<Page<T>, Error> {
        let inner = self.wait(request.send_page(&self.inner, pagination))?;
        Ok(Page {
            inner,
            client: self.clone(),
        })
    }

    /// The pages from this request on.
    pub fn pages<T>(&self, request: Request, pagination: Pagination<T>) -> Pages<T> {
        Pages {
            inner: request.pages(&self.inner, pagination),
            client: self.clone(),
        }
    }

    /// The changes of the items of this request's list.
    pub fn watch<T>(&self, request: Request, watching: Watching<T>) -> Watch<T> {
        Watch {
            inner: request.watch(&self.inner, watching),
            client: self.clone(),
        }
    }

    fn wait<R>(&self, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
        refuse_inside_runtime()?;
        self.runtime.get().block_on(work)
    }
}

fn refuse_inside_runtime() -> Result<(), Error> {
    match Handle::try_current() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::runtime(
            "a blocking call inside an async runtime would hold up all else that runs there. Use the \
             async client and `.await` there, or a thread of its own (`std::thread::spawn`)",
        )),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client").field(&self.inner).finish()
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
/// # let client = my_api::blocking::Client::from_env()?;
/// let page = client.list_tasks().limit(50).send()?;
/// if let Some(next) = page.next()? {
///     println!("{} more", next.len());
/// }
/// # Ok::<(), my_api::Error>(())
/// ```
pub struct Page<T> {
    inner: crate::Page<T>,
    client: Client,
}

impl<T: DeserializeOwned> Page<T> {
    /// The page after this one: see [`Page::next`](crate::Page::next).
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```no_run
    /// # let client = my_api::blocking::Client::from_env()?;
    /// let next = client.list_tasks().send()?.next()?;
    /// # Ok::<(), my_api::Error>(())
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
    /// # let client = my_api::blocking::Client::from_env()?;
    /// let newer = client.list_tasks().send()?.previous()?;
    /// # Ok::<(), my_api::Error>(())
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
    /// use my_api::{Task, blocking::Page};
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
    /// use my_api::{Task, blocking::Page};
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
    /// use my_api::{Task, blocking::Page};
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
    /// use my_api::{Task, blocking::Page};
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
    /// use my_api::{Task, blocking::Page};
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
    /// use my_api::{Task, blocking::Page};
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
    /// use my_api::{Task, blocking::Page};
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
/// # let client = my_api::blocking::Client::from_env()?;
/// for page in client.list_tasks().limit(100).pages() {
///     println!("{} tasks", page?.len());
/// }
/// # Ok::<(), my_api::Error>(())
/// ```
#[must_use = "an iterator sends nothing before it is asked"]
pub struct Pages<T> {
    inner: crate::Pages<T>,
    client: Client,
}

impl<T> Pages<T> {
    /// Fetches pages ahead: see [`Pages::read_ahead`](crate::Pages::read_ahead).
    ///
    /// ```
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// let pages = client.list_tasks().pages().read_ahead(1);
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.inner = self.inner.read_ahead(pages);
        self
    }

    /// The cursor to go on from: see [`Pages::cursor`](crate::Pages::cursor).
    ///
    /// ```
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// assert_eq!(client.list_tasks().pages().cursor(), None);
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.inner.cursor()
    }

    /// The same list, item by item.
    ///
    /// ```
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// let items = client.list_tasks().pages().into_items();
    /// # Ok::<(), my_api::Error>(())
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
/// # let client = my_api::blocking::Client::from_env()?;
/// for task in client.list_tasks().iter().max_items(10) {
///     println!("{}", task?.id);
/// }
/// # Ok::<(), my_api::Error>(())
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
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// let newest = client.list_tasks().iter().max_items(10);
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn max_items(mut self, items: usize) -> Self {
        self.inner = self.inner.max_items(items);
        self
    }

    /// Fetches pages ahead: see [`Items::read_ahead`](crate::Items::read_ahead).
    ///
    /// ```
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// let tasks = client.list_tasks().iter().read_ahead(1);
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.inner = self.inner.read_ahead(pages);
        self
    }

    /// The cursor to go on from: see [`Items::cursor`](crate::Items::cursor).
    ///
    /// ```
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// assert_eq!(client.list_tasks().iter().cursor(), None);
    /// # Ok::<(), my_api::Error>(())
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

/// The changes of a list's items, until each has come to its end: `Iterator<Item = Result<T, Error>>`. It
/// waits for the next change, and ends when there is at least one item and every one has come to its end.
///
/// After an error it can be asked again and continues, as [`Watch`](crate::Watch) does.
///
/// ```no_run
/// # let client = my_api::blocking::Client::from_env()?;
/// for task in client.list_tasks().run_id("run_5xQ9wKp3vN").watch() {
///     let task = task?;
///     println!("{} {}", task.id, task.status);
/// }
/// # Ok::<(), my_api::Error>(())
/// ```
#[must_use = "an iterator sends nothing before it is asked"]
pub struct Watch<T> {
    inner: crate::Watch<T>,
    client: Client,
}

impl<T> Watch<T> {
    /// The time between two looks at the list: see [`Watch::interval`](crate::Watch::interval).
    ///
    /// ```
    /// use std::time::Duration;
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// let changes = client.list_tasks().watch().interval(Duration::from_secs(10));
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn interval(mut self, first: Duration) -> Self {
        self.inner = self.inner.interval(first);
        self
    }

    /// How long the watch may take as a whole: see [`Watch::deadline`](crate::Watch::deadline).
    ///
    /// ```
    /// use std::time::Duration;
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// let changes = client.list_tasks().watch().deadline(Duration::from_secs(600));
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.inner = self.inner.deadline(deadline);
        self
    }

    /// The last state of every item that was seen: see [`Watch::states`](crate::Watch::states).
    ///
    /// ```
    /// # let client = my_api::blocking::Client::new("ittybit_example")?;
    /// assert_eq!(client.list_tasks().watch().states().count(), 0);
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn states(&self) -> impl ExactSizeIterator<Item = &T> {
        self.inner.states()
    }
}

impl<T: Clone + DeserializeOwned + Send + 'static> Watch<T> {
    /// Waits until every item has come to its end: see [`Watch::until_done`](crate::Watch::until_done).
    ///
    /// # Errors
    /// Whatever asking for the list met, and the end of the deadline. Called again, it continues.
    ///
    /// ```no_run
    /// # let client = my_api::blocking::Client::from_env()?;
    /// let tasks = client.list_tasks().run_id("run_5xQ9wKp3vN").watch().until_done()?;
    /// println!("{} tasks are done", tasks.len());
    /// # Ok::<(), my_api::Error>(())
    /// ```
    pub fn until_done(&mut self) -> Result<Vec<T>, Error> {
        self.client.wait(self.inner.until_done())
    }
}

impl<T: Clone + DeserializeOwned + Send + 'static> Iterator for Watch<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.client.wait(self.inner.try_next()).transpose()
    }
}

impl<T> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
