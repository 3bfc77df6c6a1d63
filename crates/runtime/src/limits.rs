//! How long a call may take, and which setting says so.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// The setting that a time limit comes from: of the client, or of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) of: &'static str,
    pub(crate) name: &'static str,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {}'s `{}`", self.of, self.name)
    }
}

/// How long something may take, and the setting that says so.
#[derive(Clone, Copy)]
pub(crate) struct TimeLimit {
    pub(crate) within: Duration,
    pub(crate) setting: Setting,
}

/// The time limits of a call.
pub(crate) struct Limits {
    timeout: TimeLimit,
    /// The overall limit, and when it ends.
    deadline: Option<(TimeLimit, Instant)>,
}

impl Limits {
    /// Limits that begin now.
    pub(crate) fn new(timeout: TimeLimit, deadline: Option<TimeLimit>) -> Self {
        Self {
            timeout,
            deadline: deadline.map(|limit| (limit, later(limit.within))),
        }
    }

    /// How long an attempt, or the wait for a chunk, may take from now on, and until when.
    pub(crate) fn of_attempt(&self) -> (TimeLimit, Instant) {
        let until = later(self.timeout.within);
        match self.deadline {
            Some((deadline, end)) if end < until => (deadline, end),
            _ => (self.timeout, until),
        }
    }

    /// Whether there is time for an attempt after this wait.
    pub(crate) fn allow(&self, delay: Duration) -> bool {
        self.deadline.is_none_or(|(_, end)| later(delay) < end)
    }

    /// Why there is no time for another attempt.
    pub(crate) fn too_late(&self) -> String {
        self.deadline
            .map_or_else(String::new, |(TimeLimit { within, setting }, _)| {
                format!("{setting} of {within:?} ends before it could be")
            })
    }
}

/// The moment after a duration; after the longest ones, a moment in the far future.
fn later(duration: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    Instant::now() + duration.min(CENTURY)
}
