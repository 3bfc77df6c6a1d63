//! Pages and streams over cursors.
//!
//! A list comes in pages. Each page is asked for by the cursor of the item that it comes after (or
//! before), so items that are added while a program reads push nothing across a page's edge. Three
//! types read a list: [`Page`] one page at a time, [`Pages`] as a stream of pages, [`Items`] as a
//! stream of items.
//!
//! Both streams stand still at an error: polled again, they ask again for what they did not get,
//! so no item is lost and none comes twice. What would make them go on for ever (a page that
//! repeats a cursor, an empty page that says that more follow) is an error too.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use reqwest::header::{HeaderMap, LINK};
use reqwest::{Request, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::client::Client;
use crate::decode;
use crate::error::{Answer, Category, Error};
use crate::key::Key;
use crate::link;
use crate::operation::Operation;

/// How the pages of a list hang together, as the document says it.
pub(crate) struct Pagination<T> {
    /// The query parameter for the items after a cursor.
    pub(crate) forward: &'static str,
    /// The query parameter for the items before a cursor.
    pub(crate) backward: Option<&'static str>,
    /// The cursor of an item.
    pub(crate) cursor: fn(&T) -> Option<String>,
    /// The response header that tells whether more follow.
    pub(crate) has_more: Option<&'static str>,
    /// The query parameter for the size of a page.
    pub(crate) limit: Option<&'static str>,
    /// The size of a page where the request does not say it.
    pub(crate) default_limit: Option<u64>,
    /// The response header with the size that was applied.
    pub(crate) applied_limit: Option<&'static str>,
}

// By hand: a derive would ask for `T: Clone`, and a pagination holds no `T`.
impl<T> Clone for Pagination<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Pagination<T> {}

impl<T> Pagination<T> {
    /// The same for items of another type.
    pub(crate) fn of<U>(self, cursor: fn(&U) -> Option<String>) -> Pagination<U> {
        Pagination {
            forward: self.forward,
            backward: self.backward,
            cursor,
            has_more: self.has_more,
            limit: self.limit,
            default_limit: self.default_limit,
            applied_limit: self.applied_limit,
        }
    }
}

/// A property of an item as the text that stands for it in a query: the cursor of a list whose items
/// are kept as JSON.
pub(crate) fn text_of(item: &RawValue, property: &str) -> Option<String> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(item.get()).ok()?;
    match serde_json::from_str(members.get(property)?.get()).ok()? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

impl Direction {
    /// The item beyond which the page in this direction starts.
    fn edge<T>(self, items: &[T]) -> Option<&T> {
        match self {
            Self::Forward => items.last(),
            Self::Backward => items.first(),
        }
    }
}

/// Where a page starts.
#[derive(Clone, Debug)]
struct Position {
    direction: Direction,
    /// The item beyond which the page starts; without one, the page that the caller asked for.
    cursor: Option<String>,
}

/// A list as the caller asked for it: the request, and how to get from page to page.
struct Listing<T> {
    client: Client,
    operation: &'static Operation,
    pagination: Pagination<T>,
    /// The caller's request without its cursors.
    request: Request,
    after: Option<String>,
    before: Option<String>,
}

impl<T> Listing<T> {
    fn new(client: Client, operation: &'static Operation, pagination: Pagination<T>, mut request: Request) -> Self {
        let after = take_parameter(&mut request, pagination.forward);
        let before = pagination.backward.and_then(|name| take_parameter(&mut request, name));
        Self {
            client,
            operation,
            pagination,
            request,
            after,
            before,
        }
    }

    /// Where the caller's request starts. One that only says `before` reads backward from there.
    fn start(&self) -> Position {
        let backward = self.before.is_some() && self.after.is_none();
        Position {
            direction: match backward {
                true => Direction::Backward,
                false => Direction::Forward,
            },
            cursor: None,
        }
    }

    /// Whether the caller gave both ends.
    fn is_range(&self) -> bool {
        self.after.is_some() && self.before.is_some()
    }

    /// The cursor that the caller's request starts from.
    fn start_cursor(&self) -> Option<&str> {
        self.after.as_deref().or(self.before.as_deref())
    }

    fn request_at(&self, position: &Position) -> Result<Request, Error> {
        let mut request = self
            .request
            .try_clone()
            .ok_or_else(|| Error::pagination("the body of this request can be sent only once, so it has no pages"))?;
        let cursor = position.cursor.as_deref();
        // A caller who gave both ends keeps the far one of those who read forward; one who gave a
        // single cursor started there, and has left it behind once there is another.
        let stays = cursor.is_none() || (self.is_range() && position.direction == Direction::Forward);
        let (mut after, mut before) = match stays {
            true => (self.after.as_deref(), self.before.as_deref()),
            false => (None, None),
        };
        match position.direction {
            Direction::Forward => after = cursor.or(after),
            Direction::Backward => before = cursor.or(before),
        }
        if let Some(after) = after {
            set_parameter(&mut request, self.pagination.forward, after);
        }
        if let (Some(before), Some(name)) = (before, self.pagination.backward) {
            set_parameter(&mut request, name, before);
        }
        Ok(request)
    }

    /// The size that a page has where more follow, if anything tells it.
    fn page_size(&self, headers: &HeaderMap) -> Option<u64> {
        applied_limit(&self.pagination, headers)
            .or_else(|| {
                let name = self.pagination.limit?;
                let mut parameters = self.request.url().query_pairs();
                parameters.find(|(key, _)| key == name)?.1.parse().ok()
            })
            .or(self.pagination.default_limit)
    }

    /// Whether more items follow in the direction of reading.
    fn more(&self, direction: Direction, headers: &HeaderMap, items: &[T]) -> More {
        let said = self.pagination.has_more.and_then(|name| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            match value {
                _ if value.eq_ignore_ascii_case("true") => Some(true),
                _ if value.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            }
        });
        if let Some(said) = said {
            return More { said: true, more: said };
        }
        let links = |relations: &[&str]| {
            let mut headers = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
            headers.any(|header| relations.iter().any(|relation| link::has_relation(header, relation)))
        };
        // Links that lead to no page, such as one to a stylesheet, say nothing about pages.
        if links(&["next", "prev", "previous", "first", "last"]) {
            let more = match direction {
                Direction::Forward => links(&["next"]),
                Direction::Backward => links(&["prev", "previous"]),
            };
            return More { said: true, more };
        }
        let more = match self.page_size(headers) {
            Some(size) => !items.is_empty() && items.len() as u64 >= size,
            None => !items.is_empty(),
        };
        More { said: false, more }
    }
}

/// Whether more items follow, and whether the server said so or the size of the page hints at it.
struct More {
    said: bool,
    more: bool,
}

impl<T: DeserializeOwned> Listing<T> {
    async fn fetch(self: Arc<Self>, position: Position) -> Result<Page<T>, Error> {
        let request = self.request_at(&position).map_err(|error| error.on(self.operation))?;
        let read = |answer, key: &Key| {
            let (items, answer) = decode::list(answer, key)?;
            self.page(position, items, answer, key)
        };
        self.client.send(self.operation, request, read).await
    }

    /// Makes a page of an answer that does not contradict itself.
    fn page(self: &Arc<Self>, position: Position, items: Vec<T>, answer: Answer, key: &Key) -> Result<Page<T>, Error> {
        let direction = position.direction;
        let More { said, more } = self.more(direction, &answer.headers, &items);
        let cursor = self.pagination.cursor;
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            if said && more {
                let message = "the server sent an empty page and said that more follow. Ask again \
                               later, or report it to the API's makers";
                return Err(contradiction(message, answer, key));
            }
            return Ok(self.sound_page(position, items, answer, false));
        };
        if more && direction.edge(&items).and_then(cursor).is_none() {
            let message = "an item has no cursor, so the next page cannot be asked for. Ask for \
                           larger pages, or report it to the API's makers";
            return Err(contradiction(message, answer, key));
        }
        let asked = position.cursor.as_deref().or(self.start_cursor());
        if let Some(asked) = asked
            && [cursor(first), cursor(last)]
                .iter()
                .flatten()
                .any(|cursor| cursor == asked)
        {
            return Err(Error::repeated(asked, answer, key));
        }
        Ok(self.sound_page(position, items, answer, more))
    }

    fn sound_page(self: &Arc<Self>, position: Position, items: Vec<T>, answer: Answer, more: bool) -> Page<T> {
        Page {
            items,
            status: answer.status,
            headers: answer.headers,
            attempts: answer.attempts,
            more,
            position,
            listing: Arc::clone(self),
        }
    }
}

fn contradiction(message: &str, answer: Answer, key: &Key) -> Error {
    Error::answered(Category::Pagination, message, answer.strike_out(key))
}

fn applied_limit<T>(pagination: &Pagination<T>, headers: &HeaderMap) -> Option<u64> {
    headers
        .get(pagination.applied_limit?)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Removes a query parameter, and gives its value.
fn take_parameter(request: &mut Request, name: &str) -> Option<String> {
    let (taken, kept): (Vec<_>, Vec<_>) = request
        .url()
        .query_pairs()
        .into_owned()
        .partition(|(key, _)| key == name);
    let (_, value) = taken.into_iter().next()?;
    let url = request.url_mut();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Some(value)
}

fn set_parameter(request: &mut Request, name: &str, value: &str) {
    request.url_mut().query_pairs_mut().append_pair(name, value);
}

/// One page of a list: its items, by `Deref` to a slice, and what was said about them.
///
/// ```no_run
/// # async fn run() -> Result<(), ittybit::Error> {
/// # let client = ittybit::Client::from_env()?;
/// let page = client.list_tasks().limit(50).send().await?;
/// println!("{} tasks, the first is {:?}", page.len(), page.first().map(|task| &task.id));
/// if let Some(next) = page.next().await? {
///     println!("{} more", next.len());
/// }
/// # Ok(())
/// # }
/// ```
pub struct Page<T> {
    items: Vec<T>,
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
    /// use ittybit::{Page, Task};
    /// fn tasks(page: Page<Task>) -> Vec<Task> {
    ///     page.into_items()
    /// }
    /// ```
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// Whether more items follow in the direction of reading: by the header `Has-More`, without
    /// that by a `Link` header, without either if the page is full.
    ///
    /// ```
    /// use ittybit::{Page, Task};
    /// fn is_last(page: &Page<Task>) -> bool {
    ///     !page.has_more()
    /// }
    /// ```
    pub fn has_more(&self) -> bool {
        self.more
    }

    /// The cursor of the next page, for `after`; `None` where this page is the last, or empty.
    ///
    /// ```
    /// use ittybit::{Page, Task};
    /// fn bookmark(page: &Page<Task>) -> Option<String> {
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
    /// use ittybit::{Page, Task};
    /// fn newer_than_this(page: &Page<Task>) -> Option<String> {
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
        (self.listing.pagination.cursor)(direction.edge(&self.items)?)
    }

    /// How many items a page may have, as the server applied it (header `Limit`).
    ///
    /// ```
    /// use ittybit::{Page, Task};
    /// fn is_capped(page: &Page<Task>, asked: u64) -> bool {
    ///     page.limit().is_some_and(|applied| applied < asked)
    /// }
    /// ```
    pub fn limit(&self) -> Option<u64> {
        applied_limit(&self.listing.pagination, &self.headers)
    }

    /// The HTTP status.
    ///
    /// ```
    /// use ittybit::{Page, Task};
    /// fn is_ok(page: &Page<Task>) -> bool {
    ///     page.status() == 200
    /// }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The response headers.
    ///
    /// ```
    /// use ittybit::{Page, Task};
    /// fn links(page: &Page<Task>) -> Option<&str> {
    ///     page.headers().get("link")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The items in the order in which a stream meets them: nearest to where it started first.
    fn into_stream_order(self) -> Vec<T> {
        let mut items = self.items;
        if self.position.direction == Direction::Backward {
            items.reverse();
        }
        items
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// Sends the caller's request for one page.
    pub(crate) async fn fetch(
        client: Client,
        operation: &'static Operation,
        pagination: Pagination<T>,
        request: Request,
    ) -> Result<Self, Error> {
        let listing = Arc::new(Listing::new(client, operation, pagination, request));
        let start = listing.start();
        listing.fetch(start).await
    }

    /// The page after this one, with the same filters; `None` where there is none. Nothing is sent
    /// where this page says that it is the last.
    ///
    /// # Errors
    /// As for the call that this page came from.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), ittybit::Error> {
    /// # let client = ittybit::Client::from_env()?;
    /// let mut page = client.list_tasks().send().await?;
    /// while let Some(next) = page.next().await? {
    ///     page = next;
    /// }
    /// # Ok(())
    /// # }
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
    /// ```no_run
    /// # async fn run() -> Result<(), ittybit::Error> {
    /// # let client = ittybit::Client::from_env()?;
    /// # let page = client.list_tasks().send().await?;
    /// if let Some(newer) = page.previous().await? {
    ///     println!("{} tasks came in since", newer.len());
    /// }
    /// # Ok(())
    /// # }
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
        let position = Position {
            direction,
            cursor: Some(cursor),
        };
        let listing = &self.listing;
        if direction == Direction::Backward
            && listing.is_range()
            && let Some(after) = &listing.after
        {
            // What lies between two cursors is read from the first on: that is the page before this
            // one only where nothing is left in between.
            let mut request = listing
                .request_at(&position)
                .map_err(|error| error.on(listing.operation))?;
            set_parameter(&mut request, listing.pagination.forward, after);
            let between = Page::fetch(listing.client.clone(), listing.operation, listing.pagination, request).await?;
            if !between.more {
                let listing = Arc::clone(listing);
                return Ok((!between.is_empty()).then_some(Page {
                    position,
                    listing,
                    ..between
                }));
            }
        }
        let page = Arc::clone(listing).fetch(position).await?;
        Ok((!page.is_empty()).then_some(page))
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("has_more", &self.more)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// How far a stream has come.
struct Walk<T> {
    listing: Arc<Listing<T>>,
    position: Position,
    /// Hashes of the cursors that were passed, so that a server that goes in circles is found out.
    /// Eight bytes a page: a million pages take less room than a few pages of tasks.
    passed: HashSet<u64>,
    hasher: RandomState,
    /// How many more items are wanted.
    wanted: Option<usize>,
    exhausted: bool,
}

// By hand: a derive would ask for `T: Clone`, and a walk holds no `T`.
impl<T> Clone for Walk<T> {
    fn clone(&self) -> Self {
        Self {
            listing: Arc::clone(&self.listing),
            position: self.position.clone(),
            passed: self.passed.clone(),
            hasher: self.hasher.clone(),
            wanted: self.wanted,
            exhausted: self.exhausted,
        }
    }
}

impl<T> Walk<T> {
    fn new(listing: Listing<T>) -> Self {
        Self {
            position: listing.start(),
            listing: Arc::new(listing),
            passed: HashSet::new(),
            hasher: RandomState::new(),
            wanted: None,
            exhausted: false,
        }
    }

    fn is_over(&self) -> bool {
        self.exhausted || self.wanted == Some(0)
    }

    /// Moves beyond a page that was received.
    fn pass(&mut self, page: &Page<T>) -> Result<(), Error> {
        let edge = self.position.direction.edge(page);
        if let Some(cursor) = edge.and_then(self.listing.pagination.cursor) {
            // The page that ends with it was given before.
            if !self.passed.insert(self.hasher.hash_one(&cursor)) {
                let answer = Answer {
                    status: page.status,
                    headers: page.headers.clone(),
                    ..Answer::default()
                };
                let Listing {
                    client,
                    operation,
                    request,
                    ..
                } = &*self.listing;
                let error = Error::repeated(&cursor, answer, client.key());
                return Err(error.after(operation, request.url(), page.attempts));
            }
            self.position.cursor = Some(cursor);
        }
        if let Some(wanted) = &mut self.wanted {
            *wanted = wanted.saturating_sub(page.len());
        }
        self.exhausted = !page.more;
        Ok(())
    }
}

impl<T: DeserializeOwned> Walk<T> {
    fn fetch(&self) -> impl Future<Output = Result<Page<T>, Error>> + use<T> {
        Arc::clone(&self.listing).fetch(self.position.clone())
    }
}

type Fetch<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// Where a stream gets its next page from.
enum Source<T> {
    /// Nothing was asked for yet.
    Idle,
    /// A request that goes on while the stream is polled.
    Fetching(Fetch<T>),
    /// A task that goes on by itself.
    Ahead(ReadAhead<T>),
}

/// A task that fetches pages before they are asked for. Dropped, it stops.
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
        Self {
            pages: receiver,
            task: tokio::spawn(work.in_current_span()),
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
/// After an error it can be polled again and goes on where it was. It does not end by itself at an
/// error, so a program that skips errors should count them.
///
/// ```no_run
/// # async fn run() -> Result<(), ittybit::Error> {
/// # let client = ittybit::Client::from_env()?;
/// let mut pages = client.list_tasks().limit(100).pages();
/// while let Some(page) = pages.try_next().await? {
///     println!("{} tasks up to {:?}", page.len(), pages.cursor());
/// }
/// # Ok(())
/// # }
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
        request: Result<Request, Error>,
    ) -> Self {
        Self {
            walk: match request {
                Ok(request) => Ok(Walk::new(Listing::new(client, operation, pagination, request))),
                Err(error) => Err(Some(error.on(operation))),
            },
            source: Source::Idle,
            read_ahead: 0,
        }
    }

    /// Fetches up to `pages` pages while the caller works on the one it has. 0, the default,
    /// fetches nothing that was not asked for.
    ///
    /// The pages are fetched in a task of their own, which is stopped when the stream is dropped.
    ///
    /// ```
    /// # let client = ittybit::Client::new("ittybit_example")?;
    /// let pages = client.list_tasks().pages().read_ahead(1);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        // More than a channel can hold is more than there will ever be.
        self.read_ahead = pages.min(Semaphore::MAX_PERMITS);
        self.source = Source::Idle;
        self
    }

    /// The cursor of the last item of the last page that was given: to go on from here later, set
    /// it as `after` (or as `before`, for a stream that reads backward).
    ///
    /// Before the first page, it is the cursor that the stream started from, if any.
    ///
    /// ```
    /// # let client = ittybit::Client::new("ittybit_example")?;
    /// let pages = client.list_tasks().after("task_abcdefgh12345678").pages();
    /// assert_eq!(pages.cursor(), Some("task_abcdefgh12345678"));
    /// # Ok::<(), ittybit::Error>(())
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
    /// # let client = ittybit::Client::new("ittybit_example")?;
    /// let items = client.list_tasks().pages().into_items();
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn into_items(self) -> Items<T> {
        Items {
            cursor: self.cursor().map(str::to_owned),
            pages: self,
            items: Vec::new().into_iter(),
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
    /// Dropping the future loses nothing: the request goes on with the next call.
    ///
    /// # Errors
    /// Whatever fetching the page met. Called again, it asks for the same page again.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), ittybit::Error> {
    /// # let client = ittybit::Client::from_env()?;
    /// let mut pages = client.list_tasks().pages();
    /// let first = pages.try_next().await?;
    /// # Ok(())
    /// # }
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

/// A stream of items: `Stream<Item = Result<T, Error>>`. It holds one page at a time.
///
/// After an error it can be polled again and goes on where it was: no item is lost, and none comes
/// twice. It does not end by itself at an error, so a program that skips errors should count them.
///
/// A list that was asked for with `before`, and without `after`, is read backward: each item is the
/// one before the last.
///
/// ```no_run
/// # async fn run() -> Result<(), ittybit::Error> {
/// # let client = ittybit::Client::from_env()?;
/// let mut tasks = client.list_tasks().stream();
/// while let Some(task) = tasks.try_next().await? {
///     println!("{}", task.id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream sends nothing before it is polled"]
pub struct Items<T> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T>,
    cursor: Option<String>,
    wanted: Option<usize>,
}

impl<T> Items<T> {
    /// Ends after `items` more items. No request is sent that is not needed for them, not even
    /// with [`read_ahead`](Self::read_ahead).
    ///
    /// ```
    /// # let client = ittybit::Client::new("ittybit_example")?;
    /// let newest = client.list_tasks().stream().max_items(10);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn max_items(mut self, items: usize) -> Self {
        self.wanted = Some(items);
        self.pages.want(items.saturating_sub(self.items.len()));
        self
    }

    /// Fetches up to `pages` pages while the caller works on the items it has. 0, the default,
    /// fetches nothing that was not asked for.
    ///
    /// The pages are fetched in a task of their own, which is stopped when the stream is dropped.
    ///
    /// ```
    /// # let client = ittybit::Client::new("ittybit_example")?;
    /// let tasks = client.list_tasks().stream().read_ahead(2);
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.pages = self.pages.read_ahead(pages);
        self
    }

    /// The cursor of the last item that was given: to go on from here later, set it as `after` (or
    /// as `before`, for a stream that reads backward).
    ///
    /// Before the first item, it is the cursor that the stream started from, if any.
    ///
    /// ```
    /// # let client = ittybit::Client::new("ittybit_example")?;
    /// let tasks = client.list_tasks().after("task_abcdefgh12345678").stream();
    /// assert_eq!(tasks.cursor(), Some("task_abcdefgh12345678"));
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl<T: DeserializeOwned + Send + 'static> Items<T> {
    /// The next item, or `None` at the end of the list.
    ///
    /// Dropping the future loses nothing: the request goes on with the next call.
    ///
    /// # Errors
    /// Whatever fetching a page met. Called again, it goes on with the item that is next.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), ittybit::Error> {
    /// # let client = ittybit::Client::from_env()?;
    /// let mut tasks = client.list_tasks().stream();
    /// let newest = tasks.try_next().await?;
    /// # Ok(())
    /// # }
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
            if let Some(item) = self.items.next() {
                if let Some(wanted) = &mut self.wanted {
                    *wanted -= 1;
                }
                if let Ok(walk) = &self.pages.walk {
                    self.cursor = (walk.listing.pagination.cursor)(&item);
                }
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => self.items = page.into_stream_order().into_iter(),
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
