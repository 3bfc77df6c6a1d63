//! Polling a list until all its items have finished.
//!
//! Work that takes minutes is started by one request, and then polled until it has finished. A [`Watch`]
//! lists the items again and again, and gives an item when it is first seen and whenever it differs from
//! what was seen before. It polls often while something changes, and less often while nothing does.
//!
//! The API's document says which field holds the state, and which of its values are terminal (`x-lifecycle`).

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::call::Call;
use crate::client::Client;
use crate::decode::text_of;
use crate::error::Error;
use crate::operation::{Lifecycle, Operation};
use crate::page::{Items, Pages, Pagination};
use crate::retry::RetryPolicy;
use crate::timers;

/// The time between two passes through the list, at first and after a change.
const FIRST: Duration = Duration::from_secs(2);
/// The interval that it rises to while nothing changes.
const LONGEST: Duration = Duration::from_secs(30);
/// The shortest interval, whatever the caller sets.
const SHORTEST: Duration = Duration::from_millis(100);

/// How a list is watched, as generated code describes it.
#[doc(hidden)]
pub struct Watching<T> {
    pagination: Pagination<T>,
    is_done: fn(&T, &Operation) -> bool,
    is_same: fn(&T, &T) -> bool,
}

// By hand: a derive would demand `T: Clone`, and this has no value of type `T`.
impl<T> Clone for Watching<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Watching<T> {}

impl<T: PartialEq> Watching<T> {
    /// A list whose items have finished where `is_done` returns true. The cursor identifies an item.
    #[doc(hidden)]
    pub const fn new(pagination: Pagination<T>, is_done: fn(&T, &Operation) -> bool) -> Self {
        Self {
            pagination,
            is_done,
            is_same: |one, other| one == other,
        }
    }
}

impl Watching<Box<RawValue>> {
    /// The same for items that are kept as JSON. The operation's lifecycle says when they have finished.
    #[doc(hidden)]
    pub const fn json(pagination: Pagination<Box<RawValue>>) -> Self {
        Self {
            pagination,
            is_done: has_ended,
            is_same: same_json,
        }
    }
}

/// Whether an item will not change any more.
#[expect(clippy::borrowed_box, reason = "the items are boxes")]
fn has_ended(item: &Box<RawValue>, operation: &Operation) -> bool {
    let ended = |lifecycle: Lifecycle| lifecycle.has_ended(&text_of(item, lifecycle.field)?).then_some(());
    operation.lifecycle.and_then(ended).is_some()
}

/// Whether two texts say the same, whatever the order of their members and the space between.
#[expect(clippy::borrowed_box, reason = "the items are boxes")]
fn same_json(one: &Box<RawValue>, other: &Box<RawValue>) -> bool {
    let value = |text: &RawValue| serde_json::from_str::<Value>(text.get()).ok();
    one.get() == other.get() || value(one).is_some_and(|one| value(other) == Some(one))
}

/// The changes of a list's items, until each has finished: `Stream<Item = Result<T, Error>>`.
///
/// It gives an item when it is first seen and whenever it has changed, up to the state in which it has
/// finished. It ends after a pass through the list when there is at least one item and every one has finished.
/// An item that is no longer listed, and was not seen to finish, counts as unfinished, and so does one that
/// cannot be deserialized: the watch continues until its [`deadline`](Self::deadline). So do not filter by state.
///
/// The list is polled: 2 s after a change, and after up to 30 s while nothing changes
/// ([`interval`](Self::interval)). Set a `limit` that all items fit in, so that each pass is one request.
///
/// After an error it can be polled again: it waits as long as the server demands (`Retry-After`), at
/// least for the interval, and continues; where the same request would fail again, with a new pass. An item that
/// cannot be deserialized is an error once, until its JSON changes.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # type Job = serde_json::Value;
/// async fn show(mut changes: my_api::Watch<Job>) -> Result<(), my_api::Error> {
///     while let Some(job) = changes.try_next().await? {
///         println!("{job}");
///     }
///     Ok(())
/// }
/// ```
#[must_use = "a watch sends nothing before it is polled"]
pub struct Watch<T> {
    client: Client,
    operation: &'static Operation,
    watching: Watching<T>,
    /// The caller's request, or what is wrong with it.
    call: Result<Call, Option<Error>>,
    policy: RetryPolicy,
    interval: Interval,
    deadline: Option<Duration>,
    begun: Option<Instant>,
    /// The sum of all waits, on the policy's clock.
    waited: Duration,
    wait: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// In the order in which they were first seen.
    seen: Vec<Seen<T>>,
    /// Where each is in `seen`, by its cursor.
    places: HashMap<String, usize>,
    /// The number of passes that were completed.
    passes: u64,
    pass: Option<Pass<T>>,
    /// Hashes of the errors of items in the last pass, which were returned.
    reported: HashSet<u64>,
    hasher: RandomState,
    end: Option<End>,
}

struct Seen<T> {
    item: T,
    done: bool,
    /// The last pass that saw it.
    pass: u64,
}

/// One pass through the list.
struct Pass<T> {
    items: Items<T>,
    changed: bool,
    /// Hashes of the errors of items.
    failed: HashSet<u64>,
}

/// Why a watch has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// All items have finished.
    Done,
    /// Its deadline passed.
    Deadline,
    /// The request cannot be sent.
    Refused,
}

/// The time between two passes.
#[derive(Clone, Copy, Debug)]
struct Interval {
    first: Duration,
    next: Duration,
}

impl Interval {
    fn new(first: Duration) -> Self {
        let first = first.max(SHORTEST);
        Self { first, next: first }
    }

    fn reset(&mut self) {
        self.next = self.first;
    }

    /// How long to wait now: at least half of the interval, so that no jitter causes a storm of requests.
    fn take(&mut self, policy: &RetryPolicy) -> Duration {
        let half = self.next / 2;
        self.next = self.next.saturating_mul(2).min(LONGEST.max(self.first));
        half + policy.jittered(half)
    }
}

impl<T> Watch<T> {
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        watching: Watching<T>,
        call: Result<Call, Error>,
    ) -> Self {
        let own = call.as_ref().ok().and_then(|call| call.options.retry.clone());
        Self {
            policy: own.unwrap_or_else(|| client.retry_policy().clone()),
            client,
            operation,
            watching,
            call: call.map_err(Some),
            interval: Interval::new(FIRST),
            deadline: None,
            begun: None,
            waited: Duration::ZERO,
            wait: None,
            seen: Vec::new(),
            places: HashMap::new(),
            passes: 0,
            pass: None,
            reported: HashSet::new(),
            hasher: RandomState::new(),
            end: None,
        }
    }

    /// The time between two passes through the list: 2 s by default, at least 0.1 s. It doubles up to 30 s
    /// with each pass that finds no change, and is reset by each that does. The wait is between half of it
    /// and all of it, by the jitter of the [`RetryPolicy`](crate::RetryPolicy).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// fn slowly<T>(changes: my_api::Watch<T>) -> my_api::Watch<T> {
    ///     changes.interval(Duration::from_secs(10))
    /// }
    /// ```
    pub fn interval(mut self, first: Duration) -> Self {
        self.interval = Interval::new(first);
        self
    }

    /// How long the watch may take as a whole, from its first request on. After that, the watch gives an
    /// error of [`Category::Timeout`](crate::Category::Timeout) and ends. Without it, the watch takes as long
    /// as the items do.
    ///
    /// (`deadline` on the request, before `watch`, limits each page.)
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// fn ten_minutes<T>(changes: my_api::Watch<T>) -> my_api::Watch<T> {
    ///     changes.deadline(Duration::from_secs(600))
    /// }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The last state of every item that was seen, in the order in which they were first seen.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn seen<T>(changes: &my_api::Watch<T>) -> usize {
    ///     changes.states().len()
    /// }
    /// ```
    pub fn states(&self) -> impl ExactSizeIterator<Item = &T> {
        self.seen.iter().map(|seen| &seen.item)
    }

    /// What is left until the deadline.
    fn left(&self) -> Option<Duration> {
        let elapsed = self.begun.map_or(Duration::ZERO, |begun| begun.elapsed());
        // A clock of a test may wait without taking any time.
        let elapsed = elapsed.max(self.waited);
        self.deadline.map(|deadline| deadline.saturating_sub(elapsed))
    }

    fn is_out_of_time(&self) -> bool {
        self.left() == Some(Duration::ZERO)
    }

    /// Waits until it is time for the next request, or until the deadline.
    fn pause(&mut self, at_least: Duration) {
        let mut wait = self.interval.take(&self.policy).max(at_least);
        if let Some(left) = self.left().filter(|left| *left <= wait) {
            wait = left;
            self.end = Some(End::Deadline);
        }
        self.waited = self.waited.saturating_add(wait);
        self.wait = Some(self.policy.time().sleep(wait));
    }

    fn out_of_time(&self) -> Error {
        let within = self.deadline.unwrap_or_default();
        let open = || self.seen.iter().filter(|seen| !seen.done);
        let gone = match open().filter(|seen| seen.pass < self.passes).count() {
            0 => String::new(),
            gone => format!(" ({gone} no longer listed)"),
        };
        let message = match (open().count(), self.seen.len()) {
            (0, 0) => format!(
                "there was nothing to watch within {within:?}. Check the filters, or raise the watch's `deadline`"
            ),
            (0, all) => format!(
                "{all} items had finished within {within:?}, but the list was not read to its end, or has other items \
                 that cannot be read. Watch them once more, or raise the watch's `deadline`"
            ),
            (open, all) => format!(
                "{open} of {all} items had not finished within {within:?}{gone}. Watch them once more, or raise \
                 the watch's `deadline`"
            ),
        };
        Error::watch_timeout(message).on(self.operation)
    }

    /// Records the current state of an item; returns it if it is new or has changed.
    fn observe(&mut self, item: T) -> Option<Result<T, Error>>
    where
        T: Clone,
    {
        let Watching {
            pagination,
            is_done,
            is_same,
        } = self.watching;
        let Some(cursor) = pagination.cursor_of(&item) else {
            let reason = "an item has no cursor, so it cannot be identified and is not watched";
            return self
                .item_failed(Error::pagination(reason).on(self.operation).of_item())
                .map(Err);
        };
        let (done, pass) = (is_done(&item, self.operation), self.passes + 1);
        match self.places.get(&cursor) {
            None => {
                self.places.insert(cursor, self.seen.len());
                self.seen.push(Seen {
                    item: item.clone(),
                    done,
                    pass,
                });
            }
            Some(&place) => {
                let seen = &mut self.seen[place];
                seen.pass = pass;
                if seen.done || is_same(&seen.item, &item) {
                    return None;
                }
                seen.item = item.clone();
                seen.done = done;
            }
        }
        if let Some(pass) = &mut self.pass {
            pass.changed = true;
        }
        Some(Ok(item))
    }

    /// Records an error of one item; returns it if it is new.
    fn item_failed(&mut self, error: Error) -> Option<Error> {
        let hash = match error.body() {
            Some(body) => self.hasher.hash_one(body),
            None => self.hasher.hash_one(error.message()),
        };
        let pass = self.pass.as_mut()?;
        let known = self.reported.contains(&hash) | !pass.failed.insert(hash);
        (!known).then_some(error)
    }

    /// Ends a pass; returns whether all items have finished.
    fn is_done_after(&mut self, pass: Pass<T>) -> bool {
        self.passes += 1;
        // An item that could not be read may be in any state.
        let done = pass.failed.is_empty() && !self.seen.is_empty() && self.seen.iter().all(|seen| seen.done);
        self.reported = pass.failed;
        if pass.changed {
            self.interval.reset();
        }
        done
    }

    /// Begins a pass.
    fn begin(&mut self) -> Result<Items<T>, Error> {
        let left = self.left();
        let call = match &mut self.call {
            Ok(call) => call.try_clone(),
            Err(error) => {
                self.end = Some(End::Refused);
                return Err(error.take().unwrap_or_else(refused_before).on(self.operation));
            }
        };
        let Some(mut call) = call else {
            self.end = Some(End::Refused);
            let reason = "the body of this request can be sent only once, so its list cannot be watched";
            return Err(Error::pagination(reason).on(self.operation));
        };
        // A page that never comes must not outlast the deadline.
        call.options.until = left.and_then(|left| Instant::now().checked_add(left));
        let Watching { pagination, .. } = self.watching;
        Ok(Pages::new(self.client.clone(), self.operation, pagination, Ok(call)).into_items())
    }
}

impl<T: Clone + DeserializeOwned + Send + 'static> Watch<T> {
    /// The next change, or `None` when every item has finished.
    ///
    /// Dropping the future loses nothing: the watch continues with the next call.
    ///
    /// # Errors
    /// Listing failed, or the deadline passed. Called again, it waits and continues, unless the deadline
    /// passed or an argument is wrong.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Job = serde_json::Value;
    /// async fn first(mut changes: my_api::Watch<Job>) -> Result<Option<Job>, my_api::Error> {
    ///     changes.try_next().await
    /// }
    /// ```
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        std::future::poll_fn(|context| self.poll_change(context))
            .await
            .transpose()
    }

    /// Waits until every item has finished; returns the last state of all, in the order in which they were
    /// first seen.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next). Called again, it continues.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # type Job = serde_json::Value;
    /// async fn wait(mut changes: my_api::Watch<Job>) -> Result<(), my_api::Error> {
    ///     let jobs = changes.until_done().await?;
    ///     println!("{} jobs are done", jobs.len());
    ///     Ok(())
    /// }
    /// ```
    pub async fn until_done(&mut self) -> Result<Vec<T>, Error> {
        while self.try_next().await?.is_some() {}
        match self.end {
            Some(End::Deadline) => Err(self.out_of_time()),
            Some(End::Refused) => Err(refused_before().on(self.operation)),
            Some(End::Done) | None => Ok(self.seen.iter().map(|seen| seen.item.clone()).collect()),
        }
    }

    fn poll_change(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if let Err(error) = timers::ready(self.client.api().crate_name) {
            return Poll::Ready(Some(Err(error.on(self.operation))));
        }
        self.begun.get_or_insert_with(Instant::now);
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(context));
                self.wait = None;
                if self.end == Some(End::Deadline) {
                    return Poll::Ready(Some(Err(self.out_of_time())));
                }
            }
            if self.end.is_some() {
                return Poll::Ready(None);
            }
            if self.is_out_of_time() {
                self.end = Some(End::Deadline);
                return Poll::Ready(Some(Err(self.out_of_time())));
            }
            let pass = match &mut self.pass {
                Some(pass) => pass,
                None => {
                    let items = match self.begin() {
                        Ok(items) => items,
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    };
                    self.pass.insert(Pass {
                        items,
                        changed: false,
                        failed: HashSet::new(),
                    })
                }
            };
            match ready!(Pin::new(&mut pass.items).poll_next(context)) {
                Some(Ok(item)) => {
                    if let Some(change) = self.observe(item) {
                        return Poll::Ready(Some(change));
                    }
                }
                Some(Err(error)) if error.is_of_item() => {
                    if let Some(error) = self.item_failed(error) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(self.failed(error)))),
                None => {
                    let done = self.pass.take().is_some_and(|pass| self.is_done_after(pass));
                    if done {
                        self.end = Some(End::Done);
                    } else {
                        self.pause(Duration::ZERO);
                    }
                }
            }
        }
    }

    /// Prepares to continue after a page failed.
    fn failed(&mut self, error: Error) -> Error {
        if self.is_out_of_time() {
            self.end = Some(End::Deadline);
            return self.out_of_time();
        }
        // The same page would fail for ever, such as one after an item that was deleted.
        if !error.is_retryable()
            && let Some(pass) = self.pass.take()
        {
            self.reported.extend(pass.failed);
        }
        self.pause(error.retry_after().unwrap_or_default());
        error
    }
}

fn refused_before() -> Error {
    Error::request("it was refused before: see the first error")
}

// Items are moved out by value, and none is pinned.
impl<T> Unpin for Watch<T> {}

impl<T: Clone + DeserializeOwned + Send + 'static> Stream for Watch<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_change(context)
    }
}

impl<T> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("operation", &self.operation.id)
            .field("seen", &self.seen.len())
            .field("interval", &self.interval.first)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
