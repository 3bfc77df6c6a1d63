//! What went wrong.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use serde_json::Value;

use crate::api::ErrorShape;
use crate::auth::scheme::Scheme;
use crate::category::Category;
use crate::decode::Malformed;
use crate::excerpt;
use crate::limits::{Setting, TimeLimit};
use crate::operation::Operation;
use crate::received::Received;
use crate::transport::{TransportError, TransportErrorKind, innermost};

/// Everything that can go wrong, in one type.
///
/// [`category`](Self::category) is the kind of failure; [`status`](Self::status),
/// [`kind`](Self::kind) and the rest give what the server said. Printed, an error says what
/// happened, where, and what to do. It never contains a credential, even where the server sends one
/// back.
///
/// ```
/// # use ittybit_runtime as my_api;
/// fn handle(error: my_api::Error) -> Result<(), my_api::Error> {
///     match error {
///         error if error.kind() == Some("token_invalid") => eprintln!("a new key is needed"),
///         error if error.is_retryable() => eprintln!("later, perhaps: {error}"),
///         error => return Err(error),
///     }
///     Ok(())
/// }
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
    /// The message without the name of the argument or the setting; none where it is the same.
    reason: Option<String>,
    operation: Option<&'static Operation>,
    /// Where the request went, without its query.
    url: String,
    received: Option<Received>,
    kind: Option<String>,
    argument: Option<String>,
    setting: Option<String>,
    retry_after: Option<Duration>,
    of_item: bool,
    /// Whether no later attempt helps, whatever the category.
    lasting: bool,
    attempts: u32,
    /// Why the request was not sent again, though that might have helped.
    given_up: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Which kind of failure this is.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use my_api::{Category, Error};
    ///
    /// fn is_our_fault(error: &Error) -> bool {
    ///     matches!(error.category(), Category::Configuration | Category::InvalidArgument)
    /// }
    /// ```
    pub fn category(&self) -> Category {
        self.inner.category
    }

    /// The HTTP status, where there was a response, even if the response was then cut short or could not
    /// be read.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn is_missing(error: &my_api::Error) -> bool {
    ///     error.status().is_some_and(|status| status == 404)
    /// }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.inner.received.as_ref()?.status)
    }

    /// The API's own name for the error, such as `token_invalid` or `request_invalid`.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn needs_payment(error: &my_api::Error) -> bool {
    ///     error.kind() == Some("payment_required")
    /// }
    /// ```
    pub fn kind(&self) -> Option<&str> {
        self.inner.kind.as_deref()
    }

    /// The argument that was refused, by its name in the API ([`Category::InvalidArgument`]).
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn is_about_the_limit(error: &my_api::Error) -> bool {
    ///     error.argument() == Some("limit")
    /// }
    /// ```
    pub fn argument(&self) -> Option<&str> {
        self.inner.argument.as_deref()
    }

    /// The setting of the client that was refused, or that ended the call: a method of its builder, such as
    /// `timeout`, or the environment variable that it was read from.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn is_too_slow(error: &my_api::Error) -> bool {
    ///     error.setting() == Some("timeout")
    /// }
    /// ```
    pub fn setting(&self) -> Option<&str> {
        self.inner.setting.as_deref()
    }

    /// The [`message`](Self::message) without the names of the [`argument`](Self::argument) and of the
    /// [`setting`](Self::setting), for a program that has other names for them. `{:#}` prints the error with it.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn report(error: &my_api::Error) -> String {
    ///     match error.argument() {
    ///         Some(argument) => format!("--{argument}: {}", error.reason()),
    ///         None => format!("{error:#}"),
    ///     }
    /// }
    /// ```
    pub fn reason(&self) -> &str {
        self.inner.reason.as_deref().unwrap_or(&self.inner.message)
    }

    /// What happened and what to do about it: the API's own message, where it sent one.
    ///
    /// `Display` adds which call failed, and after how many attempts.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn report(error: &my_api::Error) -> String {
    ///     format!("the import failed: {}", error.message())
    /// }
    /// ```
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// How long the server asked to wait (`Retry-After`), counted from its response.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # async fn wait(error: my_api::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     tokio::time::sleep(wait).await;
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Whether this is the error of one item of a list alone: the next item is the one after it.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn can_be_skipped(error: &my_api::Error) -> bool {
    ///     error.is_of_item()
    /// }
    /// ```
    pub fn is_of_item(&self) -> bool {
        self.inner.of_item
    }

    /// Whether the same request may succeed later: no connection, a timeout, a response that was cut
    /// short, or one of the statuses 408, 429, 500, 502, 503 and 504.
    ///
    /// The client has tried that already, as often as its [`RetryPolicy`](crate::RetryPolicy)
    /// allows. A request that is not idempotent may have been processed all the same.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn advice(error: &my_api::Error) -> &'static str {
    ///     if error.is_retryable() { "try again later" } else { "report it" }
    /// }
    /// ```
    pub fn is_retryable(&self) -> bool {
        !self.inner.lasting && self.inner.category.is_transient(self.status())
    }

    /// How many attempts were made to send the request. 0 where nothing was sent.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn was_sent(error: &my_api::Error) -> bool {
    ///     error.attempts() > 0
    /// }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// The body of the response, where there was one: its first 64 KiB, as received, but with
    /// credentials redacted.
    ///
    /// Where one item of a stream does not have the form that the API's document describes, it is the JSON
    /// of that item alone.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn text(error: &my_api::Error) -> Option<std::borrow::Cow<'_, str>> {
    ///     Some(String::from_utf8_lossy(error.body()?))
    /// }
    /// ```
    pub fn body(&self) -> Option<&[u8]> {
        Some(&self.inner.received.as_ref()?.body)
    }

    /// The headers of the response, where there was one.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// fn server(error: &my_api::Error) -> Option<&str> {
    ///     error.headers()?.get("server")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.inner.received.as_ref()?.headers)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        if let Some(operation) = inner.operation {
            write!(f, "{} failed: ", operation.id)?;
            if !inner.url.is_empty() {
                write!(f, "{} {}", operation.method, inner.url)?;
                if let Some(received) = &inner.received {
                    write!(f, " responded with {}", received.status)?;
                }
                if let Some(kind) = &inner.kind {
                    write!(f, ", {kind}")?;
                }
                f.write_str(": ")?;
            }
        }
        f.write_str(if f.alternate() { self.reason() } else { &inner.message })?;
        if let Some(wait) = inner.retry_after {
            write!(f, " (the server asks to wait {wait:?})")?;
        }
        if inner.attempts > 1 {
            write!(f, " ({} attempts)", inner.attempts)?;
        }
        if let Some(reason) = &inner.given_up {
            write!(f, " (not sent again: {reason})")?;
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
        if let Some(received) = &inner.received {
            out.field("status", &received.status)
                .field("body", &excerpt::start(&received.body));
        }
        if let Some(kind) = &inner.kind {
            out.field("kind", kind);
        }
        if let Some(argument) = &inner.argument {
            out.field("argument", argument);
        }
        if let Some(setting) = &inner.setting {
            out.field("setting", setting);
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
                received: None,
                kind: None,
                reason: None,
                argument: None,
                setting: None,
                retry_after: None,
                of_item: false,
                lasting: false,
                attempts: 0,
                given_up: None,
                source: None,
            }),
        }
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Category::Configuration, message)
    }

    /// The error of this setting, with what is wrong with it.
    pub(crate) fn with_setting(mut self, name: &str, reason: &str) -> Self {
        self.inner.setting = Some(name.to_owned());
        self.inner.reason = Some(reason.to_owned());
        self
    }

    pub(crate) fn runtime(message: impl Into<String>) -> Self {
        Self::new(Category::Runtime, message)
    }

    pub(crate) fn pagination(message: impl Into<String>) -> Self {
        Self::new(Category::Pagination, message)
    }

    /// A watch whose deadline has passed.
    pub(crate) fn watch_timeout(message: String) -> Self {
        let mut made = Self::new(Category::Timeout, message);
        made.inner.lasting = true;
        made
    }

    pub(crate) fn credentials(reason: impl Into<String>) -> Self {
        Self::new(Category::Credentials, reason)
    }

    /// A provider of a credential that failed, with its message.
    pub(crate) fn provider(scheme: &Scheme, reason: &str) -> Self {
        let Scheme { name, noun, .. } = scheme;
        Self::credentials(format!("no {noun} from the provider of `{name}`: {reason}"))
    }

    pub(crate) fn provider_timeout(TimeLimit { within, setting }: TimeLimit) -> Self {
        Self::credentials(format!(
            "the provider of credentials had none within {within:?}. See what it waits for, or raise {setting}"
        ))
    }

    /// A page that ends, or starts, with a cursor that was there before.
    pub(crate) fn repeated_cursor(cursor: &str, received: Received) -> Self {
        let message = format!(
            "the server sent the cursor `{}` a second time: to continue would not end. Try again \
             later, or report it to the API's makers",
            excerpt::start(cursor.as_bytes())
        );
        Self::with_response(Category::Pagination, message, received)
    }

    /// A page that contradicts itself.
    pub(crate) fn contradiction(message: &str, received: Received) -> Self {
        Self::with_response(Category::Pagination, message, received)
    }

    /// An argument that is refused before anything is sent.
    pub(crate) fn invalid_argument(name: &str, reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        let mut error = Self::new(Category::InvalidArgument, format!("argument `{name}`: {reason}"));
        error.inner.reason = Some(reason);
        error.inner.argument = Some(name.to_owned());
        error
    }

    /// A request that could not be built from its arguments.
    pub(crate) fn request(reason: impl fmt::Display) -> Self {
        Self::new(
            Category::InvalidArgument,
            format!("the arguments do not make a request: {reason}"),
        )
    }

    /// A file that a response could not be written to.
    pub(crate) fn file(path: &Path, error: std::io::Error) -> Self {
        let message = format!("the file {} cannot be written: {error}", path.display());
        let mut made = Self::new(Category::File, message);
        made.inner.source = Some(Box::new(error));
        made
    }

    /// An HTTP client that could not be set up.
    pub(crate) fn http_client(error: reqwest::Error) -> Self {
        let message = format!(
            "the HTTP client could not be set up: {}; pass one that works with `http_client`",
            innermost(&error)
        );
        let mut made = Self::new(Category::Configuration, message);
        made.inner.source = Some(Box::new(error));
        made
    }

    /// An attempt that ended before the whole response was there.
    pub(crate) fn transport(error: TransportError, received: Option<Received>) -> Self {
        let TransportError { kind, reason, source } = error;
        let (category, message) = match kind {
            TransportErrorKind::Request => (
                Category::InvalidArgument,
                format!("the request cannot be sent: {reason}"),
            ),
            TransportErrorKind::Connect => (
                Category::Connect,
                format!("no connection: {reason}. Check the base URL, and the network or proxy between"),
            ),
            TransportErrorKind::Timeout => (
                Category::Timeout,
                format!("the HTTP client's own timeout expired: {reason}. Try again later, or raise that timeout"),
            ),
            TransportErrorKind::Redirect => (
                Category::Redirect,
                format!("the redirect was not followed: {reason}. Set the API's own address as base URL"),
            ),
            TransportErrorKind::Interrupted => {
                let message = match received {
                    Some(_) => format!("the response could not be read to its end: {reason}. Try again"),
                    None => {
                        format!("{reason}. Try again; if it persists, check the base URL, and the proxy between")
                    }
                };
                (Category::Interrupted, message)
            }
        };
        let mut made = Self::new(category, message);
        made.inner.received = received.map(Received::shortened);
        made.inner.source = source;
        made
    }

    /// An attempt that took longer than a setting allows.
    pub(crate) fn timeout(TimeLimit { within, setting }: TimeLimit, received: Option<Received>) -> Self {
        let what = match received {
            Some(_) => "the body was not complete",
            None => "there was no response",
        };
        let reason = format!("{what} within {within:?}. Try again later, ask for smaller pages");
        let made = Self::new(Category::Timeout, format!("{reason}, or raise {setting}"));
        let mut made = made.with_setting(setting.name, &reason);
        made.inner.received = received.map(Received::shortened);
        made
    }

    /// A response without a length that ended in the middle of its JSON, or before it.
    pub(crate) fn cut_short(received: Received) -> Self {
        let place = match received.body.trim_ascii() {
            [] => "right after its headers",
            _ => "in the middle of the JSON",
        };
        Self::with_response(
            Category::Interrupted,
            format!("the response was cut short: the connection ended {place}. Try again"),
            received,
        )
    }

    /// A response that a redirect led to.
    pub(crate) fn other_origin(origin: &str, received: Received) -> Self {
        let message = format!(
            "the response came from another origin, {origin}: the HTTP client followed a redirect. \
             Set the API's own address as base URL"
        );
        Self::with_response(Category::Redirect, message, received)
    }

    /// A body that is larger than the client reads.
    pub(crate) fn too_large(limit: usize, setting: Setting, received: Received) -> Self {
        let reason = format!("the response is larger than {limit} bytes. Ask for smaller pages");
        let message = format!("{reason}, or raise {setting}");
        Self::with_response(Category::TooLarge, message, received).with_setting(setting.name, &reason)
    }

    /// A body that is not what the document describes.
    pub(crate) fn malformed(malformed: &Malformed, received: Received) -> Self {
        let message = malformed.message(&received);
        let mut made = Self::with_response(Category::Decode, message, received);
        made.inner.source = malformed.cause().map(Into::into);
        made
    }

    /// An error that comes with a response.
    fn with_response(category: Category, message: impl Into<String>, received: Received) -> Self {
        let mut made = Self::new(category, message);
        made.inner.received = Some(received.shortened());
        made
    }

    /// A response with a status that is not success.
    pub(crate) fn status_of(received: Received, retry_after: Option<Duration>, object: Option<ErrorObject>) -> Self {
        let status = received.status;
        // "Not modified" leads nowhere, though its number is among those that do.
        let mut made = if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            Self::redirect(received)
        } else if !status.is_client_error() && !status.is_server_error() {
            let message = "a status that the API's document does not describe for this call. Is \
                           this version of the client older than the API, or the base URL wrong?";
            Self::with_response(Category::UnexpectedStatus, message, received)
        } else if let Some(ErrorObject { kind, message }) = object {
            let message = message.unwrap_or_else(|| advice(status).to_owned());
            let mut made = Self::with_response(Category::Api, message, received);
            made.inner.kind = kind;
            made
        } else {
            let message = format!("{}. {}", other_body(&received), advice(status));
            Self::with_response(Category::Status, message, received)
        };
        made.inner.retry_after = retry_after;
        made
    }

    fn redirect(received: Received) -> Self {
        let target = match received.headers.get(LOCATION) {
            Some(target) => format!(" to {}", excerpt::start(target.as_bytes())),
            None => String::new(),
        };
        let message = format!(
            "a redirect{target} is not followed, so that credentials are sent nowhere else. If the API \
             lives elsewhere now, set that as base URL"
        );
        Self::with_response(Category::Redirect, message, received)
    }

    /// The same as the error of one item of a list.
    pub(crate) fn of_item(mut self) -> Self {
        self.inner.of_item = true;
        self
    }

    /// Which call the error happened to, where nothing was sent or nothing more is known.
    pub(crate) fn on(mut self, operation: &'static Operation) -> Self {
        self.inner.operation = Some(operation);
        self
    }

    /// Which call the error happened to, where the request went, and how many times it was sent.
    /// `url` has no query and no secret.
    pub(crate) fn after(mut self, operation: &'static Operation, url: String, attempts: u32) -> Self {
        self.inner.url = url;
        self.inner.attempts = attempts;
        self.on(operation)
    }

    /// Why the request is not sent again, though it might succeed.
    pub(crate) fn given_up(mut self, reason: impl Into<String>) -> Self {
        self.inner.given_up = Some(reason.into());
        self
    }
}

/// The API's error object, so far as a program needs it.
pub(crate) struct ErrorObject {
    pub(crate) kind: Option<String>,
    pub(crate) message: Option<String>,
}

impl ErrorObject {
    /// Reads it, if that is what the body is.
    pub(crate) fn read(body: &[u8], shape: &ErrorShape) -> Option<Self> {
        let object: Value = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
        let text = |pointers: &[&str]| {
            pointers.iter().find_map(|pointer| match object.pointer(pointer)? {
                Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        let (kind, message) = (text(shape.kind), text(shape.message));
        // Where errors have a name, what has none is not an error object of this API.
        let known = if shape.kind.is_empty() { &message } else { &kind };
        known.is_some().then_some(Self { kind, message })
    }
}

/// Says what is in the place of the API's error object.
fn other_body(received: &Received) -> Cow<'static, str> {
    let body = received.body.trim_ascii();
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

/// What to do about a status, where the response does not say so.
fn advice(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "Check the arguments of the call",
        401 => "Check the credentials",
        402 => "Settle the payment of the account",
        403 => "Use credentials that may do this",
        404 => "Check the ids in the call, and the base URL",
        405 => "Check the base URL: the server there does not have this call",
        407 => "Give the proxy its credentials",
        408 => "Try again, or ask for smaller pages",
        413 | 414 | 431 => "Send less",
        429 => "Send fewer requests, and try again later",
        502..=504 => "The service, or a proxy before it, is not available: try again later",
        500..=599 => "The fault is the server's: try again later",
        _ => "Check the arguments of the call, and the base URL",
    }
}
