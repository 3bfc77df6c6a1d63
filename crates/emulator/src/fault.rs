//! Faults: deliberate errors in a response.

use std::time::Duration;

use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue, RETRY_AFTER, TRANSFER_ENCODING};
use hyper::{HeaderMap, StatusCode};

/// A deliberate error in a response.
///
/// A fault begins as one kind of error, and can be refined:
///
/// ```
/// use std::time::Duration;
/// use ittybit_emulator::Fault;
///
/// let overloaded = Fault::status(503).header("Retry-After", "2");
/// let proxy = Fault::status(502).body("text/html", "<h1>Bad gateway</h1>");
/// let slow_and_broken = Fault::truncated().delayed(Duration::from_millis(20));
/// ```
///
/// The default is a correct response, to which a header can be added, or whose body can be replaced.
///
/// Give it to [`Emulator::fail_next`](crate::Emulator::fail_next), or to
/// [`EmulatorBuilder::random_faults`](crate::EmulatorBuilder::random_faults).
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Fault {
    pub(crate) delay: Duration,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) damage: Option<Damage>,
}

/// What happens to a response while it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Damage {
    Truncate,
    Drop,
    BreakJson,
    UnknownValue,
}

impl Fault {
    /// A response with this status. From 400 on it has the API's error object, with the documented kind
    /// where there is one.
    ///
    /// # Panics
    /// If the status is not from 200 to 599.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::start().await?;
    /// emulator.fail_next(Fault::status(402));
    /// let error = emulator.client().list_tasks().send().await.unwrap_err();
    /// assert_eq!(error.kind(), Some("payment_required"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(status: u16) -> Self {
        assert!(
            (200..600).contains(&status),
            "a fault's status is from 200 to 599, not {status}"
        );
        Self {
            status: StatusCode::from_u16(status).ok(),
            ..Self::default()
        }
    }

    /// 429, with a `Retry-After` in whole seconds, rounded up.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::start().await?;
    /// emulator.fail_next(Fault::rate_limited(Duration::from_secs(30)));
    /// // The client waits and tries again; the emulator's clock makes the wait short.
    /// let page = emulator.client().list_tasks().send().await?;
    /// assert_eq!(emulator.requests().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rate_limited(retry_after: Duration) -> Self {
        let seconds = retry_after
            .as_secs()
            .saturating_add(u64::from(retry_after.subsec_nanos() > 0));
        let mut fault = Self::status(429);
        fault.headers.insert(RETRY_AFTER, seconds.into());
        fault
    }

    /// Delays the response, in real time whatever the emulator's clock, because this is for timeouts of the
    /// client.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use ittybit::{Category, Client, RetryPolicy};
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::start().await?;
    /// emulator.fail_next(Fault::delay(Duration::from_secs(3600)));
    /// let client = Client::builder()
    ///     .api_key(emulator.api_key())
    ///     .base_url(emulator.base_url())
    ///     .timeout(Duration::from_millis(50))
    ///     .retry(RetryPolicy::none())
    ///     .build()?;
    /// let error = client.list_tasks().send().await.unwrap_err();
    /// assert_eq!(error.category(), Category::Timeout);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delay(delay: Duration) -> Self {
        Self::default().delayed(delay)
    }

    /// Half of the body, after headers with the full length; then the connection is closed.
    ///
    /// ```
    /// let fault = ittybit_emulator::Fault::truncated();
    /// ```
    pub fn truncated() -> Self {
        Self::damage(Damage::Truncate)
    }

    /// No response: the connection is closed.
    ///
    /// ```
    /// let fault = ittybit_emulator::Fault::dropped();
    /// ```
    pub fn dropped() -> Self {
        Self::damage(Damage::Drop)
    }

    /// A complete body that is malformed JSON: its last bracket is the wrong one.
    ///
    /// ```
    /// let fault = ittybit_emulator::Fault::broken_json();
    /// ```
    pub fn broken_json() -> Self {
        Self::damage(Damage::BreakJson)
    }

    /// A page whose first task has a status that is not documented. A page without tasks is not changed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit::TaskStatus;
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().tasks(3).start().await?;
    /// emulator.fail_next(Fault::unknown_value());
    /// let page = emulator.client().list_tasks().send().await?;
    /// assert!(matches!(page[0].status, TaskStatus::Unknown(_)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn unknown_value() -> Self {
        Self::damage(Damage::UnknownValue)
    }

    /// The transient faults, after which a retry succeeds, one of each: statuses 429 (with a `Retry-After` of
    /// a second), 500, 502 (with HTML), 503 (with no body), a body cut short, and a connection that is closed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ittybit_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::start().await?;
    /// let client = emulator.client();
    /// for fault in Fault::transient() {
    ///     emulator.fail_next(fault);
    ///     client.list_tasks().send().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn transient() -> Vec<Self> {
        vec![
            Self::rate_limited(Duration::from_secs(1)),
            Self::status(500),
            Self::status(502).body("text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>"),
            Self::status(503).without_body(),
            Self::truncated(),
            Self::dropped(),
        ]
    }

    /// The same fault, later: see [`delay`](Self::delay).
    ///
    /// ```
    /// use std::time::Duration;
    /// let fault = ittybit_emulator::Fault::status(503).delayed(Duration::from_millis(5));
    /// ```
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Adds a header to the response, or replaces one of its own.
    ///
    /// `Content-Length` and `Transfer-Encoding` define where a response ends, so only the server sets them:
    /// a wrong one would change what the client reads as the next response. A body that is shorter than
    /// its `Content-Length` is [`truncated`](Self::truncated).
    ///
    /// # Panics
    /// If a header cannot have this name or this value, or is one of the two above.
    ///
    /// ```
    /// use ittybit_emulator::Fault;
    /// let fault = Fault::status(503).header("Retry-After", "Wed, 01 Jan 2025 00:00:30 GMT");
    /// ```
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name
            .parse()
            .unwrap_or_else(|_| panic!("no header has the name {name:?}"));
        assert!(
            name != CONTENT_LENGTH && name != TRANSFER_ENCODING,
            "the server sets `{name}` itself: use `Fault::truncated()` for a body that is shorter than promised"
        );
        let value: HeaderValue = value
            .parse()
            .unwrap_or_else(|_| panic!("no header has the value {value:?}"));
        self.headers.insert(name, value);
        self
    }

    /// Replaces the body of the response.
    ///
    /// # Panics
    /// If the content type is not valid in a header.
    ///
    /// ```
    /// use ittybit_emulator::Fault;
    /// let fault = Fault::status(200).body("application/json", "null");
    /// ```
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self = self.header("Content-Type", content_type);
        self.body = Some(body.into());
        self
    }

    /// A response without a body.
    ///
    /// ```
    /// let fault = ittybit_emulator::Fault::status(503).without_body();
    /// ```
    pub fn without_body(mut self) -> Self {
        self.body = Some(Vec::new());
        self
    }

    fn damage(damage: Damage) -> Self {
        Self {
            damage: Some(damage),
            ..Self::default()
        }
    }
}
