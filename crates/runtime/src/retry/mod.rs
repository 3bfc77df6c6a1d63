//! Which failures are transient, and when a request is sent again.
//!
//! A transient failure is one that may soon pass: no connection, a timeout, a response that was cut
//! short, and the statuses 408, 429, 500, 502, 503 and 504. Where the server says in `Retry-After` how
//! long to wait, the client waits that long; where it does not, the wait is random between zero and
//! a bound that doubles with each attempt ("full jitter"), so that clients that failed together do not
//! come back together.
//!
//! A request that is not idempotent, such as `POST`, is sent again only where the first one was certainly
//! not processed: no connection was made, or the server refused it with 429, or with 503 and a
//! `Retry-After`. An `Idempotency-Key` makes it as safe as a `GET`.
//!
//! All retries of a client draw on one budget, so that an outage does not become a storm of retries.

mod budget;
mod classify;
mod clock;
mod policy;

pub(crate) use self::budget::Budget;
pub use self::classify::{Attempt, Decision};
pub use self::clock::Clock;
pub use self::policy::RetryPolicy;
