//! Failures that contain data from outside: the one place where that is redacted.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use crate::api::ErrorShape;
use crate::auth::scheme::Scheme;
use crate::decode::Malformed;
use crate::error::{Error, ErrorObject};
use crate::limits::{Setting, TimeLimit};
use crate::operation::Operation;
use crate::received::{MAX_ERROR_BODY, Received};
use crate::redact::Secrets;
use crate::transport::TransportError;

/// A failed attempt or a page that cannot be used, with data from outside that is not redacted yet.
///
/// [`Reporter::error`] redacts it before any of it is used.
pub(crate) enum Failure {
    /// The transport failed; with the part of the response that was received.
    Transport(TransportError, Option<Received>),
    /// The time limit of an attempt, or of a whole call, passed.
    Timeout(TimeLimit, Option<Received>),
    /// A status that is not success.
    Status {
        received: Received,
        retry_after: Option<Duration>,
    },
    /// The response came from another origin.
    OtherOrigin(String, Received),
    /// The body is larger than this number of bytes, which is a setting.
    TooLarge(usize, Setting, Received),
    /// The body ended before its JSON did.
    CutShort(Received),
    /// A body that is not what the document describes.
    Malformed(Malformed, Received),
    /// A page that ends, or starts, with a cursor that was there before.
    RepeatedCursor(String, Received),
    /// A page that contradicts itself; with a sentence on how.
    Contradiction(&'static str, Received),
    /// A provider of a credential failed; with its message.
    Provider { scheme: &'static Scheme, reason: String },
    /// The time limit passed before the providers had fetched every credential, so nothing was sent.
    ProviderTimeout(TimeLimit),
}

/// Makes errors of the failures of a client.
#[derive(Clone)]
pub(crate) struct Reporter {
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) shape: &'static ErrorShape,
}

impl Reporter {
    /// The caller's error for a failed call, without a secret.
    pub(crate) fn error(&self, failure: Failure, operation: &'static Operation, url: &Url, attempts: u32) -> Error {
        let mut url = url.clone();
        url.set_query(None);
        let error = failure.error(&self.secrets, self.shape);
        error.after(operation, self.shown(&url), attempts)
    }

    /// A URL without secrets.
    pub(crate) fn shown(&self, url: &Url) -> String {
        let mut shown = url.as_str().to_owned();
        self.secrets.redact(&mut shown);
        shown
    }
}

impl Failure {
    fn error(mut self, secrets: &Secrets, shape: &ErrorShape) -> Error {
        // It is looked for before a secret is redacted that may be part of a name in it.
        let mut object = match &self {
            Self::Status { received, .. } => ErrorObject::read(&received.body, shape),
            _ => None,
        };
        if let Some(ErrorObject { kind, message }) = &mut object {
            if let Some(kind) = kind {
                secrets.redact(kind);
            }
            if let Some(message) = message {
                secrets.redact(message);
            }
        }
        self.redact(secrets);
        match self {
            Self::Transport(error, received) => Error::transport(error, received),
            Self::Timeout(limit, received) => Error::timeout(limit, received),
            Self::Status { received, retry_after } => Error::status_of(received, retry_after, object),
            Self::OtherOrigin(origin, received) => Error::other_origin(&origin, received),
            Self::TooLarge(limit, setting, received) => Error::too_large(limit, setting, received),
            Self::CutShort(received) => Error::cut_short(received),
            Self::Malformed(malformed, received) => Error::malformed(&malformed, received),
            Self::RepeatedCursor(cursor, received) => Error::repeated_cursor(&cursor, received),
            Self::Contradiction(message, received) => Error::contradiction(message, received),
            Self::Provider { scheme, reason } => Error::provider(scheme, &reason),
            Self::ProviderTimeout(limit) => Error::provider_timeout(limit),
        }
    }

    fn redact(&mut self, secrets: &Secrets) {
        let (text, offset, received) = match self {
            Self::Transport(error, received) => {
                error.redact(|text| secrets.redact(text));
                (None, None, received.as_mut())
            }
            Self::Timeout(_, received) => (None, None, received.as_mut()),
            Self::OtherOrigin(text, received) | Self::RepeatedCursor(text, received) => {
                (Some(text), None, Some(received))
            }
            Self::Malformed(malformed, received) => {
                malformed.redact(|text| secrets.redact(text));
                (None, Some(&mut malformed.offset), Some(received))
            }
            Self::Status { received, .. }
            | Self::TooLarge(_, _, received)
            | Self::CutShort(received)
            | Self::Contradiction(_, received) => (None, None, Some(received)),
            Self::Provider { reason, .. } => (Some(reason), None, None),
            Self::ProviderTimeout(_) => (None, None, None),
        };
        if let Some(text) = text {
            secrets.redact(text);
        }
        if let Some(received) = received {
            let at = offset.as_ref().map_or(0, |offset| **offset);
            // No more is kept or quoted than `MAX_ERROR_BODY` bytes and the place of the fault. What is searched
            // beyond that is longer than any secret, so none that crosses the end is missed.
            received.body.truncate(at.saturating_add(2 * MAX_ERROR_BODY));
            let moved = secrets.redact_bytes(&mut received.body, at);
            if let Some(offset) = offset {
                *offset = moved;
            }
        }
    }
}
