//! How often a request is sent again, and how long the client waits before it does.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::classify::{self, Attempt, Decision};
use super::clock::{Clock, SystemClock};

/// How often a request is tried, and how long the client waits in between.
///
/// The default is 3 attempts, with waits of up to 0.5 s, 1 s, 2 s … 8 s. A `Retry-After` of up to 120 s is
/// respected.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use std::time::Duration;
/// use my_api::RetryPolicy;
///
/// let patient = RetryPolicy::default()
///     .max_attempts(6)
///     .max_delay(Duration::from_secs(30));
/// ```
#[derive(Clone)]
pub struct RetryPolicy {
    max_attempts: u32,
    initial_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    budget: u32,
    clock: Arc<dyn Clock>,
    jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
    /// Those of callers, the last one first.
    classifiers: Vec<Arc<Classifier>>,
}

type Classifier = dyn Fn(&Attempt<'_>) -> Option<Decision> + Send + Sync;

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(120),
            budget: 500,
            clock: Arc::new(SystemClock),
            jitter: Arc::new(random),
            classifiers: Vec::new(),
        }
    }
}

impl RetryPolicy {
    /// One attempt: every failure is returned at once.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let once = my_api::RetryPolicy::none();
    /// ```
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// How often a request is sent at most, the first time included. 0 counts as 1.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let policy = my_api::RetryPolicy::default().max_attempts(5);
    /// ```
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait after the first failure; it doubles after each further one.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// let policy = my_api::RetryPolicy::default().initial_delay(Duration::from_millis(100));
    /// ```
    #[must_use]
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// The bound that the doubling stops at.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// let policy = my_api::RetryPolicy::default().max_delay(Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` that is waited for. Above it the error is returned at once, and
    /// says in [`Error::retry_after`](crate::Error::retry_after) how long the server asked to wait.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// let policy = my_api::RetryPolicy::default().max_retry_after(Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Takes time from `clock` instead of the system's: for tests that must not wait.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # fn run(clock: impl my_api::Clock) {
    /// let policy = my_api::RetryPolicy::default().clock(clock);
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
    /// # use ittybit_runtime as my_api;
    /// // Always wait as long as the policy allows.
    /// let policy = my_api::RetryPolicy::default().jitter(|| 1.0);
    /// ```
    #[must_use]
    pub fn jitter(mut self, share: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(share);
        self
    }

    /// The budget that the retries of a client, and of all its clones, share: 500 by default. `u32::MAX` is
    /// no limit.
    ///
    /// A retry costs 5, or 10 after a timeout or without a connection; a call that succeeds returns the cost
    /// of its last retry, or 1 if it needed none. Where the budget is spent, a call fails with its first
    /// failure. So an outage does not become a storm of retries. (Costs and size are those of the standard
    /// retry mode of the AWS SDKs.) Only the policy of the client sets it, not that of a call.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let policy = my_api::RetryPolicy::default().budget(1000);
    /// ```
    #[must_use]
    pub fn budget(mut self, capacity: u32) -> Self {
        self.budget = capacity;
        self
    }

    /// Asks `classifier` about each failed attempt before the standard rules; `None` leaves it to the
    /// classifiers that were added before, and in the end to the standard rules.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use my_api::{Decision, RetryPolicy};
    ///
    /// // This API responds with 409 while another request changes the same resource.
    /// let policy = RetryPolicy::default().classify(|attempt| {
    ///     let conflict = attempt.error().status().is_some_and(|status| status == 409);
    ///     conflict.then_some(Decision::Retry)
    /// });
    /// ```
    #[must_use]
    pub fn classify(mut self, classifier: impl Fn(&Attempt<'_>) -> Option<Decision> + Send + Sync + 'static) -> Self {
        self.classifiers.insert(0, Arc::new(classifier));
        self
    }

    /// How long to wait before the next attempt, or `None` where there is to be none.
    pub(crate) fn delay(&self, attempt: &Attempt<'_>) -> Option<Duration> {
        let error = attempt.error();
        if error.attempts() >= self.max_attempts {
            return None;
        }
        let own = self.classifiers.iter().find_map(|classifier| classifier(attempt));
        match own.unwrap_or_else(|| classify::standard(attempt)) {
            Decision::Fail => None,
            Decision::RetryAfter(wait) => Some(wait),
            Decision::Retry => match error.retry_after() {
                Some(wait) => (wait <= self.max_retry_after).then_some(wait),
                None => Some(self.back_off(error.attempts())),
            },
        }
    }

    fn back_off(&self, attempts: u32) -> Duration {
        let doubling = 2u32.saturating_pow(attempts.saturating_sub(1));
        let bound = self.initial_delay.saturating_mul(doubling).min(self.max_delay);
        self.jittered(bound)
    }

    /// A random part of a duration, by the policy's jitter.
    pub(crate) fn jittered(&self, bound: Duration) -> Duration {
        let share = (self.jitter)();
        // `clamp` lets NaN through, which makes no duration.
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        // The longest durations round up to more than there are.
        Duration::try_from_secs_f64(bound.as_secs_f64() * share).unwrap_or(bound)
    }

    pub(crate) fn time(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn capacity(&self) -> u32 {
        self.budget
    }

    /// What the `Retry-After` header asks for: seconds, or the time until an HTTP date. Anything
    /// else counts as no header.
    pub(crate) fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number too large for `u64` is still a number: longer than anyone waits.
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
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// From 0.0 to 1.0, by the keys that the standard library draws for its hash maps: good enough to
/// spread clients, and no dependency.
fn random() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;
    use crate::category::Category;
    use crate::error::Error;
    use crate::operation::Operation;
    use crate::received::Received;
    use crate::transport::TransportError;

    const GET: Operation = Operation::of("get_thing", "GET", "/thing", &[200..=200]);
    const POST: Operation = Operation {
        method: "POST",
        id: "make_thing",
        ..GET
    };
    const POST_WITH_KEY: Operation = Operation {
        idempotency_key: Some("Idempotency-Key"),
        ..POST
    };

    fn error(status: u16, retry_after: Option<u64>) -> Error {
        let received = Received {
            status: StatusCode::from_u16(status).unwrap(),
            ..Received::default()
        };
        Error::status_of(received, retry_after.map(Duration::from_secs), None)
    }

    /// Whether each kind of request is sent again after such a response.
    fn retried(status: u16, retry_after: Option<u64>) -> (bool, bool) {
        both(&error(status, retry_after))
    }

    fn both(error: &Error) -> (bool, bool) {
        let policy = RetryPolicy::default();
        let again = |operation| policy.delay(&Attempt::new(operation, error)).is_some();
        // A key makes a POST as safe as a GET.
        assert_eq!(again(&POST_WITH_KEY), again(&GET));
        (again(&GET), again(&POST))
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
        let cut_short = Error::cut_short(Received::default());
        assert_eq!(both(&cut_short), (true, false));
    }

    #[tokio::test]
    async fn a_request_that_was_not_sent_can_be_sent_again() {
        // Nothing listens on the discard port.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let error = http.get("http://127.0.0.1:9").send().await.unwrap_err();
        let error = Error::transport(error.into(), None);
        assert_eq!(error.category(), Category::Connect);
        assert_eq!(both(&error), (true, true));
    }

    #[test]
    fn each_kind_of_transport_error() {
        let of = |error: TransportError| both(&Error::transport(error, None));
        assert_eq!(of(TransportError::connect("refused")), (true, true));
        assert_eq!(of(TransportError::timeout("too long")), (true, false));
        assert_eq!(of(TransportError::interrupted("reset")), (true, false));
        assert_eq!(of(TransportError::request("no")), (false, false));
    }

    #[test]
    fn the_last_classifier_decides_first_and_the_rules_last() {
        let status = |wanted: u16, decision: Decision| {
            move |attempt: &Attempt<'_>| {
                let status = attempt.error().status()?;
                (status == wanted).then_some(decision)
            }
        };
        let own = Duration::from_secs(7);
        let policy = RetryPolicy::default()
            .jitter(|| 1.0)
            .classify(status(409, Decision::Fail))
            .classify(status(409, Decision::RetryAfter(own)))
            .classify(status(418, Decision::Retry))
            .classify(status(503, Decision::Fail));
        let delay = |status, retry_after| policy.delay(&Attempt::new(&POST, &error(status, retry_after)));
        assert_eq!(delay(409, None), Some(own));
        // A wait of the classifier is waited whatever the server asks for; `Retry` asks the server.
        assert_eq!(delay(409, Some(1000)), Some(own));
        assert_eq!(delay(418, Some(3)), Some(Duration::from_secs(3)));
        assert_eq!(delay(418, Some(1000)), None);
        assert_eq!(delay(418, None), Some(Duration::from_millis(500)));
        assert_eq!(delay(503, Some(1)), None);
        assert_eq!(delay(429, None), Some(Duration::from_millis(500)));
        assert_eq!(delay(404, None), None);
    }
}
