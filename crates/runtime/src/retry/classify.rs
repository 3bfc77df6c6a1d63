//! Whether a failed attempt is retried: the standard rules, and what a caller's classifier decides on.

use std::time::Duration;

use reqwest::StatusCode;

use crate::category::Category;
use crate::error::Error;
use crate::operation::Operation;

/// A failed attempt, as a classifier sees it.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::{Attempt, Decision};
///
/// /// Never sends a request of this operation again.
/// fn once(attempt: &Attempt<'_>) -> Option<Decision> {
///     (attempt.operation().id == "start_payment").then_some(Decision::Fail)
/// }
/// let policy = my_api::RetryPolicy::default().classify(once);
/// ```
#[derive(Debug)]
pub struct Attempt<'a> {
    operation: &'static Operation,
    error: &'a Error,
}

/// What to do about a failed attempt.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use std::time::Duration;
/// use my_api::Decision;
///
/// let soon = Decision::RetryAfter(Duration::from_millis(50));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Send the request again, after the wait that the server asks for, or after the policy's back-off.
    Retry,
    /// Send the request again after this wait.
    RetryAfter(Duration),
    /// Return the error.
    Fail,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(operation: &'static Operation, error: &'a Error) -> Self {
        Self { operation, error }
    }

    /// The operation that was called.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::Attempt;
    /// fn is_read(attempt: &Attempt<'_>) -> bool {
    ///     attempt.operation().method == "GET"
    /// }
    /// ```
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// What the attempt failed with; [`Error::attempts`] counts it.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::Attempt;
    /// fn is_conflict(attempt: &Attempt<'_>) -> bool {
    ///     attempt.error().status().is_some_and(|status| status == 409)
    /// }
    /// ```
    pub fn error(&self) -> &'a Error {
        self.error
    }

    /// Whether sending the request twice does what sending it once does: by its method (RFC 9110,
    /// section 9.2.2), or because it has an `Idempotency-Key`.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::Attempt;
    /// fn is_risky(attempt: &Attempt<'_>) -> bool {
    ///     !attempt.is_idempotent()
    /// }
    /// ```
    pub fn is_idempotent(&self) -> bool {
        self.operation.is_idempotent() || self.operation.idempotency_key.is_some()
    }
}

/// The standard rules.
pub(super) fn standard(attempt: &Attempt<'_>) -> Decision {
    let error = attempt.error;
    let again = if attempt.is_idempotent() {
        error.is_retryable()
    } else {
        match error.status() {
            None => error.category() == Category::Connect,
            Some(StatusCode::TOO_MANY_REQUESTS) => true,
            Some(StatusCode::SERVICE_UNAVAILABLE) => error.retry_after().is_some(),
            Some(_) => false,
        }
    };
    if again { Decision::Retry } else { Decision::Fail }
}
