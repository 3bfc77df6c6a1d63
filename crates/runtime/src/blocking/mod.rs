//! The same without `async`: calls return when they are done, lists are iterators.
//!
//! Each client has a small runtime of its own, with one thread. Inside an async runtime a blocking
//! call would block everything else, so there it is an error
//! ([`Category::Runtime`](crate::Category::Runtime)): use the async client. `spawn_blocking` counts as
//! inside, because it cannot be distinguished; there, `Handle::block_on` waits for the async client.

mod client;
mod download;
mod runtime;

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

pub use self::client::Client;
pub use self::download::Download;
use self::runtime::OwnRuntime;
use crate::error::Error;

/// One page of a list: its items, by `Deref` to a slice, with the status and the headers.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Pet = serde_json::Value;
/// fn look_around(page: my_api::blocking::Page<Pet>) -> Result<(), my_api::Error> {
///     println!("{} pets, the first is {:?}", page.len(), page.first());
///     if let Some(next) = page.next()? {
///         println!("{} more", next.len());
///     }
///     Ok(())
/// }
/// ```
pub struct Page<T> {
    inner: crate::Page<T>,
    runtime: OwnRuntime,
}

impl<T: DeserializeOwned> Page<T> {
    /// The page after this one: see [`Page::next`](crate::Page::next).
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn last(mut page: my_api::blocking::Page<Pet>) -> Result<my_api::blocking::Page<Pet>, my_api::Error> {
    ///     while let Some(next) = page.next()? {
    ///         page = next;
    ///     }
    ///     Ok(page)
    /// }
    /// ```
    pub fn next(&self) -> Result<Option<Self>, Error> {
        self.neighbour(self.runtime.wait(self.inner.next())?)
    }

    /// The page before this one: see [`Page::previous`](crate::Page::previous).
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn newcomers(page: &my_api::blocking::Page<Pet>) -> Result<usize, my_api::Error> {
    ///     let newer = page.previous()?;
    ///     Ok(newer.map_or(0, |page| page.len()))
    /// }
    /// ```
    pub fn previous(&self) -> Result<Option<Self>, Error> {
        self.neighbour(self.runtime.wait(self.inner.previous())?)
    }

    fn neighbour(&self, inner: Option<crate::Page<T>>) -> Result<Option<Self>, Error> {
        Ok(inner.map(|inner| Self {
            inner,
            runtime: self.runtime.clone(),
        }))
    }
}

impl<T> Page<T> {
    /// The items alone.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn pets(page: Page<Pet>) -> Vec<Pet> {
    ///     page.into_items()
    /// }
    /// ```
    pub fn into_items(self) -> Vec<T> {
        self.inner.into_items()
    }

    /// Whether more items follow: see [`Page::has_more`](crate::Page::has_more).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn is_last(page: &Page<Pet>) -> bool {
    ///     !page.has_more()
    /// }
    /// ```
    pub fn has_more(&self) -> bool {
        self.inner.has_more()
    }

    /// The cursor of the next page: see [`Page::next_cursor`](crate::Page::next_cursor).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn bookmark(page: &Page<Pet>) -> Option<String> {
    ///     page.next_cursor()
    /// }
    /// ```
    pub fn next_cursor(&self) -> Option<String> {
        self.inner.next_cursor()
    }

    /// The cursor of the page before: see [`Page::prev_cursor`](crate::Page::prev_cursor).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn newer_than_this(page: &Page<Pet>) -> Option<String> {
    ///     page.prev_cursor()
    /// }
    /// ```
    pub fn prev_cursor(&self) -> Option<String> {
        self.inner.prev_cursor()
    }

    /// How many items a page may have, as the server applied it (header `Limit`).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn is_capped(page: &Page<Pet>, requested: u64) -> bool {
    ///     page.limit().is_some_and(|applied| applied < requested)
    /// }
    /// ```
    pub fn limit(&self) -> Option<u64> {
        self.inner.limit()
    }

    /// The HTTP status.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn is_ok(page: &Page<Pet>) -> bool {
    ///     page.status() == 200
    /// }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// The response headers.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::blocking::Page;
    /// fn links(page: &Page<Pet>) -> Option<&str> {
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
/// After an error, `next` continues where it was, as [`Pages`](crate::Pages) does.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Pet = serde_json::Value;
/// fn show(pages: my_api::blocking::Pages<Pet>) -> Result<(), my_api::Error> {
///     for page in pages {
///         println!("{} pets", page?.len());
///     }
///     Ok(())
/// }
/// ```
#[must_use = "iterators are lazy: nothing is sent before `next`"]
pub struct Pages<T> {
    inner: crate::Pages<T>,
    runtime: OwnRuntime,
}

impl<T> Pages<T> {
    /// Fetches pages ahead: see [`Pages::read_ahead`](crate::Pages::read_ahead).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn faster(pages: my_api::blocking::Pages<Pet>) -> my_api::blocking::Pages<Pet> {
    ///     pages.read_ahead(1)
    /// }
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.inner = self.inner.read_ahead(pages);
        self
    }

    /// The cursor to resume from: see [`Pages::cursor`](crate::Pages::cursor).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn bookmark(pages: &my_api::blocking::Pages<Pet>) -> Option<String> {
    ///     pages.cursor().map(str::to_owned)
    /// }
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.inner.cursor()
    }

    /// The same list, item by item.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn one_by_one(pages: my_api::blocking::Pages<Pet>) -> my_api::blocking::Items<Pet> {
    ///     pages.into_items()
    /// }
    /// ```
    pub fn into_items(self) -> Items<T> {
        Items {
            inner: self.inner.into_items(),
            runtime: self.runtime,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Iterator for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.runtime.wait(self.inner.try_next()).transpose()?;
        Some(page.map(|inner| Page {
            inner,
            runtime: self.runtime.clone(),
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
/// After an error, `next` continues where it was, as [`Items`](crate::Items) does.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Pet = serde_json::Value;
/// fn show(pets: my_api::blocking::Items<Pet>) -> Result<(), my_api::Error> {
///     for pet in pets {
///         println!("{}", pet?["name"]);
///     }
///     Ok(())
/// }
/// ```
#[must_use = "iterators are lazy: nothing is sent before `next`"]
pub struct Items<T> {
    inner: crate::Items<T>,
    runtime: OwnRuntime,
}

impl<T> Items<T> {
    /// Ends after so many more items: see [`Items::max_items`](crate::Items::max_items).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn some(pets: my_api::blocking::Items<Pet>) -> my_api::blocking::Items<Pet> {
    ///     pets.max_items(10)
    /// }
    /// ```
    pub fn max_items(mut self, items: usize) -> Self {
        self.inner = self.inner.max_items(items);
        self
    }

    /// Fetches pages ahead: see [`Items::read_ahead`](crate::Items::read_ahead).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn faster(pets: my_api::blocking::Items<Pet>) -> my_api::blocking::Items<Pet> {
    ///     pets.read_ahead(1)
    /// }
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.inner = self.inner.read_ahead(pages);
        self
    }

    /// The cursor to resume from: see [`Items::cursor`](crate::Items::cursor).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn bookmark(pets: &my_api::blocking::Items<Pet>) -> Option<String> {
    ///     pets.cursor().map(str::to_owned)
    /// }
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.inner.cursor()
    }
}

impl<T: DeserializeOwned + Send + 'static> Iterator for Items<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.wait(self.inner.try_next()).transpose()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The changes of a list's items, until each has finished: `Iterator<Item = Result<T, Error>>`. It waits for
/// the next change, and ends when there is at least one item and every item has finished.
///
/// After an error, `next` continues, as [`Watch`](crate::Watch) does.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Job = serde_json::Value;
/// fn show(changes: my_api::blocking::Watch<Job>) -> Result<(), my_api::Error> {
///     for job in changes {
///         println!("{}", job?);
///     }
///     Ok(())
/// }
/// ```
#[must_use = "iterators are lazy: nothing is sent before `next`"]
pub struct Watch<T> {
    inner: crate::Watch<T>,
    runtime: OwnRuntime,
}

impl<T> Watch<T> {
    /// The time between two polls of the list: see [`Watch::interval`](crate::Watch::interval).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// fn slowly<T>(changes: my_api::blocking::Watch<T>) -> my_api::blocking::Watch<T> {
    ///     changes.interval(Duration::from_secs(10))
    /// }
    /// ```
    pub fn interval(mut self, first: Duration) -> Self {
        self.inner = self.inner.interval(first);
        self
    }

    /// How long the watch may take as a whole: see [`Watch::deadline`](crate::Watch::deadline).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// fn ten_minutes<T>(changes: my_api::blocking::Watch<T>) -> my_api::blocking::Watch<T> {
    ///     changes.deadline(Duration::from_secs(600))
    /// }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.inner = self.inner.deadline(deadline);
        self
    }

    /// The last state of every item that was seen: see [`Watch::states`](crate::Watch::states).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn seen<T>(changes: &my_api::blocking::Watch<T>) -> usize {
    ///     changes.states().len()
    /// }
    /// ```
    pub fn states(&self) -> impl ExactSizeIterator<Item = &T> {
        self.inner.states()
    }
}

impl<T: Clone + DeserializeOwned + Send + 'static> Watch<T> {
    /// Waits until every item has finished: see [`Watch::until_done`](crate::Watch::until_done).
    ///
    /// # Errors
    /// Listing failed, or the deadline passed. Called again, it continues.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Job = serde_json::Value;
    /// fn wait(mut changes: my_api::blocking::Watch<Job>) -> Result<(), my_api::Error> {
    ///     println!("{} jobs are done", changes.until_done()?.len());
    ///     Ok(())
    /// }
    /// ```
    pub fn until_done(&mut self) -> Result<Vec<T>, Error> {
        self.runtime.wait(self.inner.until_done())
    }
}

impl<T: Clone + DeserializeOwned + Send + 'static> Iterator for Watch<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.wait(self.inner.try_next()).transpose()
    }
}

impl<T> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
