//! Time as the emulator sees it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ittybit::Clock;

/// 2025-01-01T00:00:00Z, the day of the reference's example.
const START: Duration = Duration::from_secs(1_735_689_600);

/// A clock that moves only when a test advances it. Clones are the same clock.
///
/// It is an [`ittybit::Clock`], so the emulator and a client's [`RetryPolicy`] can share it. A
/// client that waits on it does not wait: the clock jumps to the end of the wait.
///
/// ```
/// use std::time::Duration;
/// use ittybit_emulator::{Emulator, ManualClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clock = ManualClock::new();
/// let emulator = Emulator::builder().tasks(50).live(true).clock(clock.clone()).start().await?;
///
/// clock.advance(Duration::from_secs(60));
/// assert!(emulator.tasks().iter().all(|task| task.status.is_terminal()));
/// # Ok(())
/// # }
/// ```
///
/// [`RetryPolicy`]: ittybit::RetryPolicy
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<SystemTime>>);

impl ManualClock {
    /// A clock that shows 2025-01-01T00:00:00Z.
    ///
    /// ```
    /// use ittybit::{Clock, Timestamp};
    ///
    /// let clock = ittybit_emulator::ManualClock::new();
    /// assert_eq!(Timestamp::from(clock.now()).to_string(), "2025-01-01T00:00:00Z");
    /// ```
    pub fn new() -> Self {
        Self::at(UNIX_EPOCH + START)
    }

    /// A clock that shows this time.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use ittybit::Clock;
    ///
    /// let clock = ittybit_emulator::ManualClock::at(SystemTime::UNIX_EPOCH);
    /// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH);
    /// ```
    pub fn at(time: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Advances the clock. A step to a time that the platform cannot represent is ignored.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use ittybit::Clock;
    ///
    /// let clock = ittybit_emulator::ManualClock::at(SystemTime::UNIX_EPOCH);
    /// clock.advance(Duration::from_secs(5));
    /// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(5));
    /// ```
    pub fn advance(&self, duration: Duration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(later) = time.checked_add(duration) {
            *time = later;
        }
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.advance(duration);
        Box::pin(std::future::ready(()))
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManualClock").field(&self.now()).finish()
    }
}

/// The clock of the system, on which waits take as long as they are.
///
/// ```
/// use ittybit_emulator::{Emulator, SystemClock};
///
/// let builder = Emulator::builder().tasks(50).live(true).clock(SystemClock);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The emulator's clock, for the client that it makes.
pub(crate) struct SharedClock(pub(crate) Arc<dyn Clock>);

impl Clock for SharedClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.sleep(duration)
    }
}
