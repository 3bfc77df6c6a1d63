//! Pages and streams over cursors.
//!
//! A list is read in pages. Each page is requested by the cursor of the item that it comes after (or
//! before), so items that are added while a program reads push nothing across a page's edge. Three
//! types read a list: [`Page`] one page at a time, [`Pages`] as a stream of pages, [`Items`] as a
//! stream of items.
//!
//! Both streams can be resumed after an error: polled again, they request the same page again, so no item
//! is lost and none is repeated. What would make them never end (a page that repeats a cursor, an
//! empty page that says that more follow) is an error too.
//!
//! A page has all its items or is an error, so one item that does not have the documented form fails the
//! page. A stream of items gives an error in the item's place, and continues with the next item.

mod entries;
mod listing;
mod pagination;
mod stream;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use self::entries::Entries;
use self::listing::{Direction, Listing, More, Position, applied_limit, set_parameter};
pub use self::pagination::Pagination;
pub use self::stream::{Items, Pages};
use crate::call::Call;
use crate::client::{Client, Wanted};
use crate::decode::{self, FailedItem};
use crate::error::Error;
use crate::failure::Failure;
use crate::operation::Operation;
use crate::received::Received;

/// One page of a list: its items, by `Deref` to a slice, with the status and the headers.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Pet = serde_json::Value;
/// async fn look_around(page: my_api::Page<Pet>) -> Result<(), my_api::Error> {
///     println!("{} pets, the first is {:?}", page.len(), page.first());
///     if let Some(next) = page.next().await? {
///         println!("{} more", next.len());
///     }
///     Ok(())
/// }
/// ```
pub struct Page<T> {
    entries: Entries<T>,
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    more: bool,
    position: Position,
    listing: Arc<Listing<T>>,
}

impl<T> Page<T> {
    /// The items alone.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn pets(page: Page<Pet>) -> Vec<Pet> {
    ///     page.into_items()
    /// }
    /// ```
    pub fn into_items(self) -> Vec<T> {
        self.entries.items
    }

    /// Whether more items follow in the direction of reading: by the header `Has-More`, without
    /// that by a `Link` header, without either if the page is full.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn is_last(page: &Page<Pet>) -> bool {
    ///     !page.has_more()
    /// }
    /// ```
    pub fn has_more(&self) -> bool {
        self.more
    }

    /// The cursor of the next page, for `after`; `None` where this page is the last, or empty.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn bookmark(page: &Page<Pet>) -> Option<String> {
    ///     page.next_cursor()
    /// }
    /// ```
    pub fn next_cursor(&self) -> Option<String> {
        self.cursor_towards(Direction::Forward)
    }

    /// The cursor of the page before this one, for `before`; `None` where this page is known to be
    /// the first, or empty.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn newer_than_this(page: &Page<Pet>) -> Option<String> {
    ///     page.prev_cursor()
    /// }
    /// ```
    pub fn prev_cursor(&self) -> Option<String> {
        self.listing.pagination.backward?;
        self.cursor_towards(Direction::Backward)
    }

    fn cursor_towards(&self, direction: Direction) -> Option<String> {
        if direction == self.position.direction && !self.more {
            return None;
        }
        self.entries.edge(direction, &self.listing.pagination)
    }

    /// How many items a page may have, as the server applied it (header `Limit`).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn is_capped(page: &Page<Pet>, requested: u64) -> bool {
    ///     page.limit().is_some_and(|applied| applied < requested)
    /// }
    /// ```
    pub fn limit(&self) -> Option<u64> {
        applied_limit(&self.listing.pagination, &self.headers)
    }

    /// The HTTP status.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn is_ok(page: &Page<Pet>) -> bool {
    ///     page.status() == 200
    /// }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The response headers.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// use my_api::Page;
    /// fn links(page: &Page<Pet>) -> Option<&str> {
    ///     page.headers().get("link")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The response of the page, with another body.
    fn received(&self, body: Vec<u8>) -> Received {
        Received {
            status: self.status,
            headers: self.headers.clone(),
            body,
            attempts: self.attempts,
            ..Received::default()
        }
    }

    /// The caller's error for an item that failed.
    fn error_of(&self, failed: &FailedItem) -> Error {
        let received = self.received(failed.json().as_bytes().to_vec());
        let failure = Failure::Malformed(failed.alone(), received);
        self.listing.error_of(failure, self.attempts).of_item()
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// Sends the caller's request for one page.
    pub(crate) async fn fetch(
        client: Client,
        operation: &'static Operation,
        pagination: Pagination<T>,
        call: Call,
    ) -> Result<Self, Error> {
        let listing = Arc::new(Listing::new(client, operation, pagination, call));
        let start = listing.start();
        Self::at(listing, start, listing::Mode::AllOrNone).await
    }

    /// Fetches the page at a position of a list.
    async fn at(listing: Arc<Listing<T>>, position: Position, mode: listing::Mode) -> Result<Self, Error> {
        let call = listing
            .call_at(&position)
            .map_err(|error| error.on(listing.operation))?;
        let read = |received: Received| {
            let list = match decode::list(&received, listing.pagination.cursor_property) {
                Ok(list) => list,
                Err(malformed) => return Err(Failure::Malformed(malformed, received)),
            };
            if mode == listing::Mode::AllOrNone
                && let Some(failed) = list.failed.first()
            {
                return Err(Failure::Malformed(failed.in_body(&received), received));
            }
            listing.client.report_misfits(list.misfits);
            let mut entries = Entries::new(list.items, list.failed);
            entries.leave_out(position.direction, &position.beyond);
            Self::of(&listing, position, entries, received)
        };
        listing.client.send(listing.operation, call, Wanted::Json, read).await
    }

    /// Makes a page of a response that does not contradict itself.
    fn of(
        listing: &Arc<Listing<T>>,
        position: Position,
        entries: Entries<T>,
        received: Received,
    ) -> Result<Self, Failure> {
        let direction = position.direction;
        let More { explicit, has_more } = listing.more(direction, &received.headers, entries.len());
        if entries.is_empty() && explicit && has_more {
            let message = "the server sent an empty page and said that more follow. Try again \
                           later, or report it to the API's makers";
            return Err(Failure::Contradiction(message, received));
        }
        if has_more && entries.edge(direction, &listing.pagination).is_none() {
            let message = "an item has no cursor, so the next page cannot be requested. Ask for \
                           larger pages, or report it to the API's makers";
            return Err(Failure::Contradiction(message, received));
        }
        let cursor = position.cursor.as_deref().or(listing.start_cursor());
        if let Some(cursor) = cursor
            && entries.ends_with(cursor, &listing.pagination)
        {
            return Err(Failure::RepeatedCursor(cursor.to_owned(), received));
        }
        Ok(Self {
            entries,
            status: received.status,
            headers: received.headers,
            attempts: received.attempts,
            more: has_more,
            position,
            listing: Arc::clone(listing),
        })
    }

    /// The page after this one, with the same filters; `None` where there is none. Nothing is sent
    /// where this page says that it is the last.
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// async fn last(mut page: my_api::Page<Pet>) -> Result<my_api::Page<Pet>, my_api::Error> {
    ///     while let Some(next) = page.next().await? {
    ///         page = next;
    ///     }
    ///     Ok(page)
    /// }
    /// ```
    pub async fn next(&self) -> Result<Option<Self>, Error> {
        self.neighbour(Direction::Forward).await
    }

    /// The page before this one, with the same filters; `None` where there is none.
    ///
    /// Before the first page of a list there are the items that were added since it was read.
    /// Between an `after` and a `before` it ends at `after`, and may take two requests.
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// async fn newcomers(page: &my_api::Page<Pet>) -> Result<usize, my_api::Error> {
    ///     let newer = page.previous().await?;
    ///     Ok(newer.map_or(0, |page| page.len()))
    /// }
    /// ```
    pub async fn previous(&self) -> Result<Option<Self>, Error> {
        if self.listing.pagination.backward.is_none() {
            return Err(Error::pagination("this list can be read forward only").on(self.listing.operation));
        }
        self.neighbour(Direction::Backward).await
    }

    async fn neighbour(&self, direction: Direction) -> Result<Option<Self>, Error> {
        let Some(cursor) = self.cursor_towards(direction) else {
            return Ok(None);
        };
        let position = Position::of_cursor(direction, cursor);
        let listing = &self.listing;
        if direction == Direction::Backward
            && listing.is_range()
            && let Some(after) = &listing.after
        {
            // A range between two cursors is read from its start: that is the page before this one only
            // where the range has no items in between.
            let mut call = listing
                .call_at(&position)
                .map_err(|error| error.on(listing.operation))?;
            set_parameter(&mut call, listing.pagination.forward, after);
            let between = Page::fetch(listing.client.clone(), listing.operation, listing.pagination, call).await?;
            if !between.more {
                let listing = Arc::clone(listing);
                return Ok((!between.is_empty()).then_some(Page {
                    position,
                    listing,
                    ..between
                }));
            }
        }
        let page = Self::at(Arc::clone(listing), position, listing::Mode::AllOrNone).await?;
        Ok((!page.is_empty()).then_some(page))
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.entries.items
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.items.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.entries.items)
            .field("has_more", &self.more)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
