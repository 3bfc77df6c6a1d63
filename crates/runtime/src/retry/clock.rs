//! Time, as retries and tokens see it.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

/// Time as retries see it: tests replace it, so that no test waits.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use std::pin::Pin;
/// use std::time::{Duration, SystemTime};
/// use my_api::{Clock, RetryPolicy};
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

pub(super) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}
