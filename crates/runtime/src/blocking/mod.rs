//! The same without `async`: calls return when they are done, lists are iterators.
//!
//! Each client has a small runtime of its own, with one thread. Inside an async runtime a blocking
//! call would hold up everything else, so there it is an error
//! ([`Category::Runtime`](crate::Category::Runtime)): use the async client. `spawn_blocking` counts as
//! inside, since nothing tells it apart; there, `Handle::block_on` waits for the async client.

mod client;

use std::fmt;
use std::ops::Deref;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

pub use self::client::Client;
use crate::error::Error;

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
