//! What went wrong.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use serde::Deserialize;

use crate::excerpt;
use crate::key::Key;
use crate::operation::Operation;

/// How much of an error's body is kept.
pub(crate) const MAX_ERROR_BODY: usize = 64 * 1024;

/// Everything that can go wrong, in one type.
///
/// [`category`](Self::category) tells the failures apart; [`status`](Self::status),
/// [`kind`](Self::kind) and the rest give what the server said. Printed, an error says what
/// happened, where, and what to do. It never holds the API key, even where the server sends it
/// back.
///
/// ```no_run
/// # async fn run() -> Result<(), ittybit::Error> {
/// # let client = ittybit::Client::from_env()?;
/// match client.list_tasks().send().await {
///     Ok(page) => println!("{} tasks", page.len()),
///     Err(error) if error.kind() == Some("token_invalid") => eprintln!("a new key is needed"),
///     Err(error) if error.is_retryable() => eprintln!("later, perhaps: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
pub struct Error {
    // Boxed, so that `Result<T, Error>` is not larger than `T` for the calls that succeed.
    inner: Box<Inner>,
}

struct Inner {
    category: Category,
    /// What happened and what to do about it, without the call that it happened to.
    message: String,
    operation: Option<&'static Operation>,
    /// Where the request went, without its query.
    url: String,
    answer: Option<Answer>,
    kind: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What an HTTP answer said, so far as it was received.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How often the request had been sent when it came.
    pub(crate) attempts: u32,
}

/// The sorts of failure, by what a program would do about them.
///
/// ```
/// use ittybit::{Category, Client};
///
/// let error = Client::new("").unwrap_err();
/// assert_eq!(error.category(), Category::Configuration);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// The client could not be built as it was asked for. Nothing was sent.
    Configuration,
    /// An argument is not one that the API takes. Nothing was sent.
    InvalidArgument,
    /// The call was made where it cannot run: an async call outside a Tokio runtime, or a blocking
    /// one inside. Nothing was sent.
    Runtime,
    /// No connection came to be: refused, no such host, no agreement on TLS, or nothing within the
    /// client's `connect_timeout`.
    Connect,
    /// The attempt took longer than the client's `timeout`.
    Timeout,
    /// The connection broke before the whole answer was there.
    Interrupted,
    /// The server answered with an error status and the API's error object.
    Api,
    /// The server answered with an error status and some other body, or none: often a proxy on
    /// the way, or a wrong base URL.
    Status,
    /// The server answered with a redirect, or the answer came from another origin. The client
    /// follows no redirect, so that the key goes nowhere else.
    Redirect,
    /// The server answered with a status that is neither an error nor one that the API's document
    /// describes.
    UnexpectedStatus,
    /// The server answered with success, but with a body that is not what the API's document
    /// describes.
    Decode,
    /// The answer is larger than the client's `max_response_bytes`.
    TooLarge,
    /// The pages of a list contradict each other: going on would not end, or would lose items.
    Pagination,
}

impl Category {
    /// The name under which the failure is watched (`error.type` in OpenTelemetry's terms).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidArgument => "invalid_argument",
            Self::Runtime => "runtime",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Api => "api",
            Self::Status => "status",
            Self::Redirect => "redirect",
            Self::UnexpectedStatus => "unexpected_status",
            Self::Decode => "decode",
            Self::TooLarge => "too_large",
            Self::Pagination => "pagination",
        }
    }
}

impl Error {
    /// Which sort of failure this is.
    ///
    /// ```
    /// use ittybit::{Category, Error};
    ///
    /// fn is_our_fault(error: &Error) -> bool {
    ///     matches!(error.category(), Category::Configuration | Category::InvalidArgument)
    /// }
    /// ```
    pub fn category(&self) -> Category {
        self.inner.category
    }

    /// The HTTP status, where there was an answer: also of an answer that then was cut short, or
    /// could not be read.
    ///
    /// ```
    /// fn is_missing(error: &ittybit::Error) -> bool {
    ///     error.status().is_some_and(|status| status == 404)
    /// }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.inner.answer.as_ref()?.status)
    }

    /// The API's own name for the error, such as `token_invalid` or `request_invalid`.
    ///
    /// ```
    /// fn needs_payment(error: &ittybit::Error) -> bool {
    ///     error.kind() == Some("payment_required")
    /// }
    /// ```
    pub fn kind(&self) -> Option<&str> {
        self.inner.kind.as_deref()
    }

    /// What happened and what to do about it: in the API's words, where it gave any.
    ///
    /// `Display` says in addition which call failed, and after how many attempts.
    ///
    /// ```
    /// let error = ittybit::Client::new("").unwrap_err();
    /// assert!(error.message().contains("API key is empty"));
    /// ```
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// How long the server asked to wait (`Retry-After`), counted from when it answered.
    ///
    /// ```
    /// # async fn wait(error: ittybit::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     tokio::time::sleep(wait).await;
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Whether the same request may succeed later: no connection, a time-out, an answer cut short,
    /// or one of the statuses 408, 429, 500, 502, 503 and 504.
    ///
    /// The client has tried that already, as often as its [`RetryPolicy`](crate::RetryPolicy)
    /// allows. A request that is not idempotent may have been processed all the same.
    ///
    /// ```
    /// assert!(!ittybit::Client::new("").unwrap_err().is_retryable());
    /// ```
    pub fn is_retryable(&self) -> bool {
        match self.inner.category {
            Category::Connect | Category::Timeout | Category::Interrupted => true,
            Category::Api | Category::Status => self
                .status()
                .is_some_and(|status| matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)),
            _ => false,
        }
    }

    /// How often the request was sent, or tried to be sent. 0 where nothing was.
    ///
    /// ```
    /// assert_eq!(ittybit::Client::new("").unwrap_err().attempts(), 0);
    /// ```
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// The body of the answer, where there was one: its first 64 KiB, as received, but for the API
    /// key, which is struck out.
    ///
    /// ```
    /// fn text(error: &ittybit::Error) -> Option<std::borrow::Cow<'_, str>> {
    ///     Some(String::from_utf8_lossy(error.body()?))
    /// }
    /// ```
    pub fn body(&self) -> Option<&[u8]> {
        Some(&self.inner.answer.as_ref()?.body)
    }

    /// The headers of the answer, where there was one.
    ///
    /// ```
    /// fn server(error: &ittybit::Error) -> Option<&str> {
    ///     error.headers()?.get("server")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.inner.answer.as_ref()?.headers)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        if let Some(operation) = inner.operation {
            write!(f, "{} failed: ", operation.id)?;
            if !inner.url.is_empty() {
                write!(f, "{} {}", operation.method, inner.url)?;
                if let Some(answer) = &inner.answer {
                    write!(f, " answered {}", answer.status)?;
                }
                if let Some(kind) = &inner.kind {
                    write!(f, ", {kind}")?;
                }
                f.write_str(": ")?;
            }
        }
        f.write_str(&inner.message)?;
        if let Some(wait) = inner.retry_after {
            write!(f, " (the server asks to wait {wait:?})")?;
        }
        if inner.attempts > 1 {
            write!(f, " ({} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        let mut out = f.debug_struct("Error");
        out.field("category", &inner.category).field("message", &inner.message);
        if let Some(operation) = inner.operation {
            out.field("operation", &operation.id)
                .field("url", &inner.url)
                .field("attempts", &inner.attempts);
        }
        if let Some(answer) = &inner.answer {
            out.field("status", &answer.status)
                .field("body", &excerpt::start(&answer.body));
        }
        if let Some(kind) = &inner.kind {
            out.field("kind", kind);
        }
        if let Some(retry_after) = &inner.retry_after {
            out.field("retry_after", retry_after);
        }
        if let Some(source) = &inner.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&**self.inner.source.as_ref()?)
    }
}

// Making errors.

impl Error {
    fn new(category: Category, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                category,
                message: message.into(),
                operation: None,
                url: String::new(),
                answer: None,
                kind: None,
                retry_after: None,
                attempts: 0,
                source: None,
            }),
        }
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Category::Configuration, message)
    }

    pub(crate) fn runtime(message: impl Into<String>) -> Self {
        Self::new(Category::Runtime, message)
    }

    pub(crate) fn pagination(message: impl Into<String>) -> Self {
        Self::new(Category::Pagination, message)
    }

    /// A page that ends, or starts, with an item that was there before.
    pub(crate) fn repeated(cursor: &str, answer: Answer, key: &Key) -> Self {
        let message = format!(
            "the server sent the cursor `{}` a second time: going on would not end. Ask again \
             later, or report it to the API's makers",
            excerpt::start(&key.strike_out(cursor.into()))
        );
        Self::answered(Category::Pagination, message, answer.strike_out(key))
    }

    /// An argument that is refused before anything is sent.
    pub(crate) fn invalid_argument(name: &str, reason: impl fmt::Display) -> Self {
        Self::new(Category::InvalidArgument, format!("argument `{name}`: {reason}"))
    }

    /// A request that could not be put together out of its arguments.
    pub(crate) fn request(error: reqwest::Error) -> Self {
        let message = format!("the arguments do not make a request: {}", innermost(&error));
        Self::new(Category::InvalidArgument, message).with_source(error)
    }

    /// An HTTP client that could not be set up.
    pub(crate) fn http_client(error: reqwest::Error) -> Self {
        let message = format!(
            "the HTTP client could not be set up: {}; pass one that works with `http_client`",
            innermost(&error)
        );
        Self::new(Category::Configuration, message).with_source(error)
    }

    /// An attempt that ended before the whole answer was there.
    pub(crate) fn transport(error: reqwest::Error, timeout: Duration, answer: Option<Answer>) -> Self {
        let cause = innermost(&error);
        let (category, message) = if error.is_builder() {
            (
                Category::InvalidArgument,
                format!("the request cannot be sent: {cause}"),
            )
        } else if error.is_connect() {
            (
                Category::Connect,
                format!("no connection: {cause}. Check the base URL, and the network or proxy between"),
            )
        } else if error.is_timeout() {
            let what = match answer {
                Some(_) => "the body was not complete",
                None => "there was no answer",
            };
            let message = format!(
                "{what} within {timeout:?}. Try again later, ask for smaller pages, or raise the \
                 client's `timeout`"
            );
            (Category::Timeout, message)
        } else if error.is_redirect() {
            (
                Category::Redirect,
                format!("the redirect was not followed: {cause}. Set the API's own address as base URL"),
            )
        } else {
            let message = match answer {
                Some(_) => format!("the answer could not be read to its end: {cause}. Try again"),
                None => format!("{cause}. Try again; if it stays so, check the base URL, and the proxy between"),
            };
            (Category::Interrupted, message)
        };
        let mut made = Self::new(category, message);
        made.inner.answer = answer;
        made.with_source(error.without_url())
    }

    /// An answer without a length that ended in the middle of its JSON.
    pub(crate) fn cut_short(answer: Answer) -> Self {
        Self::answered(
            Category::Interrupted,
            "the answer was cut short: the connection ended in the middle of the JSON. Try again",
            answer,
        )
    }

    /// An error that comes with an answer.
    pub(crate) fn answered(category: Category, message: impl Into<String>, answer: Answer) -> Self {
        let mut made = Self::new(category, message);
        made.inner.answer = Some(answer);
        made
    }

    /// An answer with a status that is not success.
    pub(crate) fn status_of(answer: Answer, retry_after: Option<Duration>, key: &Key) -> Self {
        let status = answer.status;
        // "Not modified" leads nowhere, though its number is among those that do.
        let mut made = if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            Self::redirect(answer)
        } else if !status.is_client_error() && !status.is_server_error() {
            let message = "a status that the API's document does not describe for this call. Is \
                           this version of the client older than the API, or the base URL wrong?";
            Self::answered(Category::UnexpectedStatus, message, answer)
        } else if let Ok(object) = serde_json::from_slice::<ErrorObject>(&answer.body) {
            let message = match object.message {
                Some(message) if !message.trim().is_empty() => message,
                _ => advice(status).to_owned(),
            };
            // Struck out once more: in the JSON, the key may have been written with escapes.
            let mut made = Self::answered(Category::Api, key.strike_out_text(message), answer);
            made.inner.kind = Some(key.strike_out_text(object.kind));
            made
        } else {
            let message = format!("{}. {}", other_body(&answer), advice(status));
            Self::answered(Category::Status, message, answer)
        };
        made.inner.retry_after = retry_after;
        made
    }

    fn redirect(answer: Answer) -> Self {
        let target = match answer.headers.get(LOCATION) {
            Some(target) => format!(" to {}", excerpt::start(target.as_bytes())),
            None => String::new(),
        };
        let message = format!(
            "a redirect{target} is not followed, so that the key goes nowhere else. If the API \
             lives elsewhere now, set that as base URL"
        );
        Self::answered(Category::Redirect, message, answer)
    }

    /// Which call the error happened to, where nothing was sent or nothing more is known.
    pub(crate) fn on(mut self, operation: &'static Operation) -> Self {
        self.inner.operation = Some(operation);
        self
    }

    /// Which call the error happened to, where the request went, and how often.
    pub(crate) fn after(mut self, operation: &'static Operation, url: &reqwest::Url, attempts: u32, key: &Key) -> Self {
        let mut url = url.clone();
        url.set_query(None);
        self.inner.url = key.strike_out_text(url.into());
        self.inner.attempts = attempts;
        self.on(operation)
    }

    fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Box::new(source));
        self
    }

    pub(crate) fn caused_by(self, source: serde_json::Error) -> Self {
        self.with_source(source)
    }
}

impl Answer {
    /// The answer as an error may hold it: without the key, and with a body of bounded length.
    pub(crate) fn strike_out(mut self, key: &Key) -> Self {
        self.body.truncate(MAX_ERROR_BODY);
        self.body = key.strike_out(self.body);
        self.body.shrink_to_fit();
        self
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }
}

/// The documented form of every error: `{"kind": …, "message": …}`.
#[derive(Deserialize)]
struct ErrorObject {
    kind: String,
    message: Option<String>,
}

/// Says what stands where the API's error object should.
fn other_body(answer: &Answer) -> Cow<'static, str> {
    let body = answer.body.trim_ascii();
    if body.is_empty() {
        "no body".into()
    } else if std::str::from_utf8(body).is_err() {
        format!("a body of {} bytes that is not UTF-8", body.len()).into()
    } else if excerpt::is_markup(body) {
        format!("HTML or XML instead of the API's JSON: {}", excerpt::start(body)).into()
    } else {
        format!("a body that is not the API's error object: {}", excerpt::start(body)).into()
    }
}

/// What to do about a status, where the body does not say it.
fn advice(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "Check the arguments of the call",
        401 => "Check the API key",
        402 => "Settle the payment of the account",
        403 => "Use a key that may do this",
        404 => "Check the ids in the call, and the base URL",
        405 => "Check the base URL: what answers there does not know this call",
        407 => "Give the proxy its credentials",
        408 => "Try again, or ask for smaller pages",
        413 | 414 | 431 => "Send less",
        429 => "Send fewer requests, and try again later",
        502..=504 => "The service, or a proxy before it, is not available: try again later",
        500..=599 => "The fault is the server's: try again later",
        _ => "Check the arguments of the call, and the base URL",
    }
}

/// The end of the chain of sources, where the cause stands in the plainest words.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
