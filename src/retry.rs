//! Which failures are tried again, and when.
//!
//! A failure that time may heal is tried again: no connection, a time-out, an answer cut short, and
//! the statuses 408, 429, 500, 502, 503 and 504. Where the server says in `Retry-After` how long to
//! wait, that is how long it takes; where it does not, the wait is random between nothing and a
//! bound that doubles with each attempt ("full jitter"), so that clients that failed together do
//! not come back together.
//!
//! A request that is not idempotent, such as `POST`, is sent again only where the first one surely
//! was not processed: no connection came to be, or the server refused it with 429, or with 503 and
//! a `Retry-After`.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::error::{Category, Error};
use crate::operation::Operation;

/// How often a request is tried, and how long the client waits in between.
///
/// The default is 3 attempts, with waits of up to 0.5 s, 1 s, 2 s … 8 s, and with a `Retry-After`
/// of the server obeyed up to 120 s.
///
/// ```
/// use std::time::Duration;
/// use ittybit::{Client, RetryPolicy};
///
/// let patient = RetryPolicy::default()
///     .max_attempts(6)
///     .max_delay(Duration::from_secs(30));
/// let client = Client::builder().api_key("ittybit_example").retry(patient).build()?;
/// # Ok::<(), ittybit::Error>(())
/// ```
#[derive(Clone)]
pub struct RetryPolicy {
    max_attempts: u32,
    initial_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    clock: Arc<dyn Clock>,
    jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(120),
            clock: Arc::new(SystemClock),
            jitter: Arc::new(random),
        }
    }
}

impl RetryPolicy {
    /// One attempt: every failure is returned at once.
    ///
    /// ```
    /// use ittybit::{Client, RetryPolicy};
    ///
    /// let client = Client::builder()
    ///     .api_key("ittybit_example")
    ///     .retry(RetryPolicy::none())
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// How often a request is sent at most, the first time included. 0 counts as 1.
    ///
    /// ```
    /// let policy = ittybit::RetryPolicy::default().max_attempts(5);
    /// ```
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait after the first failure; it doubles after each further one.
    ///
    /// ```
    /// use std::time::Duration;
    /// let policy = ittybit::RetryPolicy::default().initial_delay(Duration::from_millis(100));
    /// ```
    #[must_use]
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// The bound that the doubling stops at.
    ///
    /// ```
    /// use std::time::Duration;
    /// let policy = ittybit::RetryPolicy::default().max_delay(Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` that is waited for. Above it the error is returned at once, and
    /// says in [`Error::retry_after`] how long the server wants the client to stay away.
    ///
    /// ```
    /// use std::time::Duration;
    /// let policy = ittybit::RetryPolicy::default().max_retry_after(Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Takes time from `clock` instead of the system's: for tests that must not wait.
    ///
    /// ```
    /// # fn run(clock: impl ittybit::Clock) {
    /// let policy = ittybit::RetryPolicy::default().clock(clock);
    /// # }
    /// ```
    ///
    /// [`Clock`] shows how to make one.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes the share of the bound that is waited, from 0.0 to 1.0, from `share` instead of the
    /// random generator.
    ///
    /// ```
    /// // Always wait as long as the policy allows.
    /// let policy = ittybit::RetryPolicy::default().jitter(|| 1.0);
    /// ```
    #[must_use]
    pub fn jitter(mut self, share: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(share);
        self
    }

    /// How long to wait before the next attempt, or `None` where there is to be none.
    pub(crate) fn delay(&self, operation: &Operation, error: &Error) -> Option<Duration> {
        if error.attempts() >= self.max_attempts || !may_retry(operation, error) {
            return None;
        }
        match error.retry_after() {
            Some(wait) => (wait <= self.max_retry_after).then_some(wait),
            None => Some(self.back_off(error.attempts())),
        }
    }

    fn back_off(&self, attempts: u32) -> Duration {
        let doubling = 2u32.saturating_pow(attempts.saturating_sub(1));
        let bound = self.initial_delay.saturating_mul(doubling).min(self.max_delay);
        let share = (self.jitter)();
        // `clamp` lets NaN through, which makes no duration.
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        // The longest durations round up to more than there are.
        Duration::try_from_secs_f64(bound.as_secs_f64() * share).unwrap_or(bound)
    }

    pub(crate) fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.clock.sleep(duration)
    }

    /// What the `Retry-After` header asks for: seconds, or the time until an HTTP date. Anything
    /// else counts as no header.
    pub(crate) fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number too large for u64 is still a number: longer than anyone waits.
            return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        // A date in the past asks for no wait.
        Some(date.duration_since(self.clock.now()).unwrap_or_default())
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("max_attempts", &self.max_attempts)
            .field("initial_delay", &self.initial_delay)
            .field("max_delay", &self.max_delay)
            .field("max_retry_after", &self.max_retry_after)
            .finish_non_exhaustive()
    }
}

fn may_retry(operation: &Operation, error: &Error) -> bool {
    if operation.is_idempotent() {
        return error.is_retryable();
    }
    match error.status() {
        None => error.category() == Category::Connect,
        Some(StatusCode::TOO_MANY_REQUESTS) => true,
        Some(StatusCode::SERVICE_UNAVAILABLE) => error.retry_after().is_some(),
        Some(_) => false,
    }
}

/// Time as retries see it: tests replace it, so that no test waits.
///
/// ```
/// use std::pin::Pin;
/// use std::time::{Duration, SystemTime};
/// use ittybit::{Clock, RetryPolicy};
///
/// /// No wait takes any time.
/// struct Instantly;
///
/// impl Clock for Instantly {
///     fn now(&self) -> SystemTime {
///         SystemTime::UNIX_EPOCH
///     }
///     fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
///         Box::pin(std::future::ready(()))
///     }
/// }
///
/// let policy = RetryPolicy::default().clock(Instantly);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time of day, which a `Retry-After` with a date is compared with.
    fn now(&self) -> SystemTime;

    /// Resolves when the duration is over.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// From 0.0 to 1.0, by the keys that the standard library draws for its hash maps: good enough to
/// spread clients, and no dependency.
fn random() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Answer;
    use crate::key::Key;

    const GET: Operation = Operation::of("get_thing", "GET", "/thing", &[200..=200]);
    const POST: Operation = Operation {
        method: "POST",
        id: "make_thing",
        ..GET
    };

    /// How often each sort of request is sent again after such an answer, if every answer is so.
    fn retried(status: u16, retry_after: Option<u64>) -> (bool, bool) {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            ..Answer::default()
        };
        let key = Key::new("ittybit_secret", "`api_key`").unwrap();
        let error = Error::status_of(answer, retry_after.map(Duration::from_secs), &key);
        both(&error)
    }

    fn both(error: &Error) -> (bool, bool) {
        let policy = RetryPolicy::default();
        (
            policy.delay(&GET, error).is_some(),
            policy.delay(&POST, error).is_some(),
        )
    }

    #[test]
    fn what_is_not_idempotent_is_sent_again_only_where_it_was_not_processed() {
        assert_eq!(retried(429, None), (true, true));
        assert_eq!(retried(429, Some(3)), (true, true));
        assert_eq!(retried(503, Some(3)), (true, true));
        assert_eq!(retried(503, None), (true, false));
        for status in [408, 500, 502, 504] {
            assert_eq!(retried(status, Some(3)), (true, false), "{status}");
        }
        assert_eq!(retried(404, Some(3)), (false, false));
        let cut_short = Error::cut_short(Answer::default());
        assert_eq!(both(&cut_short), (true, false));
    }

    #[tokio::test]
    async fn a_request_that_was_not_sent_can_be_sent_again() {
        // Nobody listens on the discard port.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let error = http.get("http://127.0.0.1:9").send().await.unwrap_err();
        let error = Error::transport(error, Duration::from_secs(1), None);
        assert_eq!(error.category(), Category::Connect);
        assert_eq!(both(&error), (true, true));
    }
}
