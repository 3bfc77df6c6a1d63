//! The kinds of failure, and which of them are transient.

use reqwest::StatusCode;

/// The statuses of transient failures. They are listed only here.
const TRANSIENT: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// The kinds of failure, by what a program would do about them.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::{Category, Error};
///
/// fn is_network(error: &Error) -> bool {
///     matches!(error.category(), Category::Connect | Category::Timeout | Category::Interrupted)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// The client could not be built with these settings. Nothing was sent.
    Configuration,
    /// The API does not accept an argument. Nothing was sent.
    InvalidArgument,
    /// The call needs credentials that the client does not have, or a provider of them failed. The
    /// request was not sent.
    Credentials,
    /// The call was made where it cannot run: an async call outside a Tokio runtime, or a blocking
    /// one inside. Nothing was sent.
    Runtime,
    /// No connection was made: it was refused, the host was not found, TLS failed, or it took longer than
    /// the client's `connect_timeout`.
    Connect,
    /// The attempt took longer than the client's `timeout`.
    Timeout,
    /// The connection broke before the whole response was received.
    Interrupted,
    /// The server responded with an error status and the API's error object.
    Api,
    /// The server responded with an error status and some other body, or none: often it is a proxy, or the
    /// base URL is wrong.
    Status,
    /// The server responded with a redirect, or the response came from another origin. The client
    /// follows no redirect, so that credentials are sent nowhere else.
    Redirect,
    /// The server responded with a status that is neither an error nor one that the API's document
    /// describes.
    UnexpectedStatus,
    /// The server responded with success, but the body is not what the API's document describes.
    Decode,
    /// The response is larger than the client's `max_response_bytes`.
    TooLarge,
    /// The pages of a list contradict each other: to continue would not end, or would lose items.
    Pagination,
    /// A file for the body of a response could not be written.
    File,
}

impl Category {
    /// The name of the failure in traces and metrics (`error.type` in OpenTelemetry).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidArgument => "invalid_argument",
            Self::Credentials => "credentials",
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
            Self::File => "file",
        }
    }

    /// Whether a failure of this kind, with the status of the response if there was one, may be over later.
    pub(crate) fn is_transient(self, status: Option<StatusCode>) -> bool {
        match self {
            Self::Connect | Self::Timeout | Self::Interrupted => true,
            Self::Api | Self::Status => status.is_some_and(|status| TRANSIENT.contains(&status.as_u16())),
            _ => false,
        }
    }
}
