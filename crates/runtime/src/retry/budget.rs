//! A token bucket that all retries of a client draw on.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::category::Category;
use crate::error::Error;

/// The cost of a retry, and the higher one after no response, where the server may be overloaded.
const RETRY: u32 = 5;
const RETRY_AFTER_SILENCE: u32 = 10;
/// What a call returns to the budget that succeeds without a retry.
const SUCCESS: u32 = 1;

pub(crate) struct Budget {
    capacity: u32,
    available: AtomicU32,
}

/// The cost of the last retry of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost(u32);

impl Budget {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            capacity,
            available: AtomicU32::new(capacity),
        }
    }

    /// Takes the cost of a retry after this error; `None` where not enough is left.
    pub(crate) fn take(&self, error: &Error) -> Option<Cost> {
        let cost = match error.category() {
            Category::Connect | Category::Timeout => RETRY_AFTER_SILENCE,
            _ => RETRY,
        };
        if self.capacity == u32::MAX {
            return Some(Cost(cost));
        }
        let taken = self
            .available
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |available| {
                available.checked_sub(cost)
            });
        taken.ok().map(|_| Cost(cost))
    }

    /// Returns the cost of the last retry after a success, or a little if there was no retry.
    pub(crate) fn give_back(&self, last: Option<Cost>) {
        let amount = last.map_or(SUCCESS, |cost| cost.0);
        // The closure never returns `None`, so there is no error.
        let _ = self
            .available
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |available| {
                Some(available.saturating_add(amount).min(self.capacity))
            });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::received::Received;
    use crate::transport::TransportError;

    fn timeout() -> Error {
        Error::transport(TransportError::timeout("no response"), None)
    }

    fn interrupted() -> Error {
        Error::cut_short(Received::default())
    }

    #[test]
    fn an_outage_ends_the_retries_and_successes_bring_them_back() {
        let budget = Budget::new(20);
        assert_eq!(budget.take(&timeout()), Some(Cost(10)));
        assert_eq!(budget.take(&interrupted()), Some(Cost(5)));
        assert_eq!(budget.take(&timeout()), None);
        assert_eq!(budget.take(&interrupted()), Some(Cost(5)));
        assert_eq!(budget.take(&interrupted()), None);
        (0..5).for_each(|_| budget.give_back(None));
        let last = budget.take(&interrupted());
        assert_eq!(last, Some(Cost(5)));
        budget.give_back(last);
        assert_eq!(budget.take(&interrupted()), Some(Cost(5)));
    }

    #[test]
    fn the_largest_budget_is_no_limit() {
        let budget = Budget::new(u32::MAX);
        assert!((0..1000).all(|_| budget.take(&timeout()).is_some()));
    }

    proptest! {
        #[test]
        fn never_more_than_the_capacity_is_spent_on_retries_that_fail(
            capacity in 0u32..200,
            steps in proptest::collection::vec((any::<bool>(), any::<bool>()), 0..200),
        ) {
            let budget = Budget::new(capacity);
            let (mut spent, mut earned) = (0, 0);
            for (fails, silent) in steps {
                if fails {
                    let error = if silent { timeout() } else { interrupted() };
                    spent += budget.take(&error).map_or(0, |cost| cost.0);
                } else {
                    budget.give_back(None);
                    earned += SUCCESS;
                }
                prop_assert!(spent <= capacity + earned);
                prop_assert!(budget.available.load(Ordering::Relaxed) <= capacity);
            }
        }
    }
}
