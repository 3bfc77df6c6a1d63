//! A list as a stream of pages or of items.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::entries::InOrder;
use super::listing::{self, Listing, Position};
use super::{Page, Pagination};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::failure::Failure;
use crate::operation::Operation;

/// The progress of a stream.
struct Walk<T> {
    listing: Arc<Listing<T>>,
    position: Position,
    passed: Passed,
    /// How many more items the caller wants.
    wanted: Option<usize>,
    exhausted: bool,
    mode: listing::Mode,
}

/// The cursors that were passed, to detect a server that repeats its pages for ever.
#[derive(Clone, Default)]
struct Passed {
    /// Their hashes in order, eight bytes a page: a million pages take less room than a few pages of items. A list,
    /// because a set of them would cost every caller the compilation of its table.
    hashes: Vec<u64>,
    hasher: RandomState,
}

impl Passed {
    /// Adds a cursor. Returns whether it is a new one.
    fn insert(&mut self, cursor: &str) -> bool {
        let hash = self.hasher.hash_one(cursor);
        match self.hashes.binary_search(&hash) {
            Ok(_) => false,
            Err(place) => {
                self.hashes.insert(place, hash);
                true
            }
        }
    }
}

// By hand: a derive would demand `T: Clone`, and a walk has no value of type `T`.
impl<T> Clone for Walk<T> {
    fn clone(&self) -> Self {
        Self {
            listing: Arc::clone(&self.listing),
            position: self.position.clone(),
            passed: self.passed.clone(),
            wanted: self.wanted,
            exhausted: self.exhausted,
            mode: self.mode,
        }
    }
}

impl<T> Walk<T> {
    fn new(listing: Listing<T>) -> Self {
        Self {
            position: listing.start(),
            listing: Arc::new(listing),
            passed: Passed::default(),
            wanted: None,
            exhausted: false,
            mode: listing::Mode::AllOrNone,
        }
    }

    fn is_over(&self) -> bool {
        self.exhausted || self.wanted == Some(0)
    }

    /// Moves beyond a page that was received.
    fn pass(&mut self, page: &Page<T>) -> Result<(), Error> {
        let direction = self.position.direction;
        if let Some(cursor) = page.entries.edge(direction, &self.listing.pagination) {
            // The page that ends with it was given before.
            if !self.passed.insert(&cursor) {
                let failure = Failure::RepeatedCursor(cursor, page.received(Vec::new()));
                return Err(self.listing.error_of(failure, page.attempts));
            }
            self.position.cursor = Some(cursor);
            self.position.beyond = page.entries.beyond(direction);
        }
        if let Some(wanted) = &mut self.wanted {
            *wanted = wanted.saturating_sub(page.entries.fresh());
        }
        self.exhausted = !page.more;
        Ok(())
    }
}

impl<T: DeserializeOwned> Walk<T> {
    fn fetch(&self) -> impl Future<Output = Result<Page<T>, Error>> + use<T> {
        Page::at(Arc::clone(&self.listing), self.position.clone(), self.mode)
    }
}

type Fetch<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// Where a stream gets its next page from.
enum Source<T> {
    /// Nothing was requested yet.
    Idle,
    /// A request that proceeds while the stream is polled.
    Fetching(Fetch<T>),
    /// A task that runs by itself.
    Ahead(ReadAhead<T>),
}

/// A task that fetches pages ahead. Dropped, it stops.
struct ReadAhead<T> {
    pages: mpsc::Receiver<Result<Page<T>, Error>>,
    task: JoinHandle<()>,
}

impl<T: DeserializeOwned + Send + 'static> ReadAhead<T> {
    fn start(mut walk: Walk<T>, pages: usize) -> Self {
        let (sender, receiver) = mpsc::channel(pages);
        let work = async move {
            // Room is found before the request is sent: no more than `pages` pages ever wait.
            while let Ok(room) = sender.reserve().await {
                let page = walk.fetch().await;
                let page = page.and_then(|page| walk.pass(&page).map(|()| page));
                let stop = page.is_err() || walk.is_over();
                room.send(page);
                if stop {
                    break;
                }
            }
        };
        // Boxed, it is a task of the type that the HTTP client has, too, so the caller compiles no other one.
        let work: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(work.in_current_span());
        Self {
            pages: receiver,
            task: tokio::spawn(work),
        }
    }
}

impl<T> Drop for ReadAhead<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A stream of pages: `Stream<Item = Result<Page<T>, Error>>`.
///
/// After an error it can be polled again and continues where it was. It does not end by itself at an
/// error, so a program that skips errors should count them.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Pet = serde_json::Value;
/// async fn show(mut pages: my_api::Pages<Pet>) -> Result<(), my_api::Error> {
///     while let Some(page) = pages.try_next().await? {
///         println!("{} pets up to {:?}", page.len(), pages.cursor());
///     }
///     Ok(())
/// }
/// ```
#[must_use = "a stream sends nothing before it is polled"]
pub struct Pages<T> {
    walk: Result<Walk<T>, Option<Error>>,
    source: Source<T>,
    read_ahead: usize,
}

impl<T> Pages<T> {
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        pagination: Pagination<T>,
        call: Result<Call, Error>,
    ) -> Self {
        Self {
            walk: match call {
                Ok(call) => Ok(Walk::new(Listing::new(client, operation, pagination, call))),
                Err(error) => Err(Some(error.on(operation))),
            },
            source: Source::Idle,
            read_ahead: 0,
        }
    }

    /// Fetches up to `pages` pages while the caller works on the one it has. 0, the default,
    /// fetches no page before it is needed.
    ///
    /// The pages are fetched in a task of their own, which is stopped when the stream is dropped.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn faster(pages: my_api::Pages<Pet>) -> my_api::Pages<Pet> {
    ///     pages.read_ahead(1)
    /// }
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        // The largest capacity of a channel is more than there will ever be.
        self.read_ahead = pages.min(Semaphore::MAX_PERMITS);
        self.source = Source::Idle;
        self
    }

    /// The cursor of the last item of the last page that was given: to resume here later, set
    /// it as `after` (or as `before`, for a stream that reads backward).
    ///
    /// Before the first page, it is the cursor that the stream started from, if any.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn bookmark(pages: &my_api::Pages<Pet>) -> Option<String> {
    ///     pages.cursor().map(str::to_owned)
    /// }
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        let walk = self.walk.as_ref().ok()?;
        match &walk.position.cursor {
            Some(cursor) => Some(cursor),
            None => walk.listing.start_cursor(),
        }
    }

    /// The same list, item by item.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn one_by_one(pages: my_api::Pages<Pet>) -> my_api::Items<Pet> {
    ///     pages.into_items()
    /// }
    /// ```
    pub fn into_items(mut self) -> Items<T> {
        self.source = Source::Idle;
        if let Ok(walk) = &mut self.walk {
            walk.mode = listing::Mode::EachByItself;
        }
        Items {
            cursor: self.cursor().map(str::to_owned),
            pages: self,
            page: None,
            wanted: None,
        }
    }

    /// Ends after the page that completes so many more items.
    fn want(&mut self, items: usize) {
        self.source = Source::Idle;
        if let Ok(walk) = &mut self.walk {
            walk.wanted = Some(items);
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    /// The next page, or `None` at the end of the list.
    ///
    /// Dropping the future loses nothing: the next call continues the request.
    ///
    /// # Errors
    /// Fetching the page failed. Called again, it requests the same page again.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// async fn first(mut pages: my_api::Pages<Pet>) -> Result<Option<my_api::Page<Pet>>, my_api::Error> {
    ///     pages.try_next().await
    /// }
    /// ```
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>, Error> {
        std::future::poll_fn(|context| self.poll_page(context))
            .await
            .transpose()
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>, Error>>> {
        let walk = match &mut self.walk {
            Ok(walk) => walk,
            Err(error) => return Poll::Ready(error.take().map(Err)),
        };
        loop {
            if walk.is_over() {
                self.source = Source::Idle;
                return Poll::Ready(None);
            }
            let result = match &mut self.source {
                Source::Idle => {
                    self.source = match self.read_ahead {
                        0 => Source::Fetching(Box::pin(walk.fetch())),
                        _ if tokio::runtime::Handle::try_current().is_err() => {
                            // Fails with the message that every call outside a runtime gets.
                            Source::Fetching(Box::pin(walk.fetch()))
                        }
                        pages => Source::Ahead(ReadAhead::start(walk.clone(), pages)),
                    };
                    continue;
                }
                Source::Fetching(fetch) => {
                    let result = ready!(fetch.as_mut().poll(context));
                    self.source = Source::Idle;
                    result
                }
                Source::Ahead(ahead) => match ready!(ahead.pages.poll_recv(context)) {
                    Some(result) => result,
                    None => Err(
                        Error::runtime("the task that reads ahead was stopped: its runtime is shutting down")
                            .on(walk.listing.operation),
                    ),
                },
            };
            let result = result.and_then(|page| walk.pass(&page).map(|()| page));
            if result.is_err() {
                self.source = Source::Idle;
            }
            return Poll::Ready(Some(result));
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("cursor", &self.cursor())
            .field("read_ahead", &self.read_ahead)
            .finish_non_exhaustive()
    }
}

/// A stream of items: `Stream<Item = Result<T, Error>>`. It keeps one page in memory at a time.
///
/// After an error it can be polled again and continues where it was: no item is lost, and none is
/// repeated. It does not end by itself at an error, so a program that skips errors should count them.
///
/// An item that does not have the form that the API's document describes is an error of category
/// [`Decode`](crate::Category::Decode), whose [`body`](Error::body) is the JSON of that item alone. The
/// stream continues with the item after it.
///
/// A list that was requested with `before`, and without `after`, is read backward: each item is the one
/// before the last.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Pet = serde_json::Value;
/// async fn show(mut pets: my_api::Items<Pet>) -> Result<(), my_api::Error> {
///     while let Some(pet) = pets.try_next().await? {
///         println!("{}", pet["name"]);
///     }
///     Ok(())
/// }
/// ```
#[must_use = "a stream sends nothing before it is polled"]
pub struct Items<T> {
    pages: Pages<T>,
    /// The page that was received last, without its items, and those that are left of them.
    page: Option<(Page<T>, InOrder<T>)>,
    cursor: Option<String>,
    wanted: Option<usize>,
}

impl<T> Items<T> {
    /// Ends after `items` more items, those that are errors included. No request is sent that is not
    /// needed for them, not even with [`read_ahead`](Self::read_ahead).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn some(pets: my_api::Items<Pet>) -> my_api::Items<Pet> {
    ///     pets.max_items(10)
    /// }
    /// ```
    pub fn max_items(mut self, items: usize) -> Self {
        self.wanted = Some(items);
        let left = self.page.as_ref().map_or(0, |(_, items)| items.len());
        self.pages.want(items.saturating_sub(left));
        self
    }

    /// Fetches up to `pages` pages while the caller works on the items it has. 0, the default,
    /// fetches no page before it is needed.
    ///
    /// The pages are fetched in a task of their own, which is stopped when the stream is dropped.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn faster(pets: my_api::Items<Pet>) -> my_api::Items<Pet> {
    ///     pets.read_ahead(2)
    /// }
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.pages = self.pages.read_ahead(pages);
        self
    }

    /// The cursor of the last item that was given, or failed: to resume here later, set it as `after`
    /// (or as `before`, for a stream that reads backward).
    ///
    /// Before the first item, it is the cursor that the stream started from, if any.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// fn bookmark(pets: &my_api::Items<Pet>) -> Option<String> {
    ///     pets.cursor().map(str::to_owned)
    /// }
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl<T: DeserializeOwned + Send + 'static> Items<T> {
    /// The next item, or `None` at the end of the list.
    ///
    /// Dropping the future loses nothing: the next call continues the request.
    ///
    /// # Errors
    /// Fetching a page failed. Called again, it continues with the next item.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Pet = serde_json::Value;
    /// async fn first(mut pets: my_api::Items<Pet>) -> Result<Option<Pet>, my_api::Error> {
    ///     pets.try_next().await
    /// }
    /// ```
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        std::future::poll_fn(|context| self.poll_item(context))
            .await
            .transpose()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if self.wanted == Some(0) {
                return Poll::Ready(None);
            }
            if let Some((page, items)) = &mut self.page
                && let Some(item) = items.next()
            {
                if let Some(wanted) = &mut self.wanted {
                    *wanted -= 1;
                }
                let cursor = match &item {
                    Ok(item) => page.listing.pagination.cursor_of(item),
                    Err(failed) => failed.cursor.clone(),
                };
                // An item without a cursor is after the last one that has one.
                self.cursor = cursor.or(self.cursor.take());
                return Poll::Ready(Some(item.map_err(|failed| page.error_of(&failed))));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(mut page)) => {
                    let items = std::mem::take(&mut page.entries).in_order(page.position.direction);
                    self.page = Some((page, items));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// A stream moves its items out by value and pins none of them.
impl<T> Unpin for Pages<T> {}
impl<T> Unpin for Items<T> {}

impl<T: DeserializeOwned + Send + 'static> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("cursor", &self.cursor)
            .field("max_items", &self.wanted)
            .field("read_ahead", &self.pages.read_ahead)
            .finish_non_exhaustive()
    }
}
