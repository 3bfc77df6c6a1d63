//! One call: its request, and its options.

use std::time::Duration;

use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION,
    TRANSFER_ENCODING,
};
use tokio::time::Instant;

use crate::api::Api;
use crate::auth::SchemeKind;
use crate::body::Outgoing;
use crate::error::Error;
use crate::retry::RetryPolicy;

/// A request that is ready to be sent, with the options of its call.
pub(crate) struct Call {
    /// Without its body, which is opened for each attempt.
    pub(crate) request: reqwest::Request,
    pub(crate) body: Option<Outgoing>,
    pub(crate) options: CallOptions,
}

impl Call {
    /// A copy, unless the body is a stream, which can be sent once.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        let reusable = self.body.as_ref().is_none_or(Outgoing::is_reusable);
        Some(Self {
            request: self.request.try_clone().filter(|_| reusable)?,
            body: self.body.clone(),
            options: self.options.clone(),
        })
    }
}

/// The options of one call. What is not set is the client's.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    /// When what the call is a part of has to end.
    pub(crate) until: Option<Instant>,
    pub(crate) retry: Option<RetryPolicy>,
    headers: HeaderMap,
    /// The first header that was refused, and why.
    refused: Option<(String, &'static str)>,
}

/// Headers that the client sets, because requests depend on them or credentials are in them.
const RESERVED: [HeaderName; 6] = [
    AUTHORIZATION,
    CONTENT_LENGTH,
    COOKIE,
    HOST,
    PROXY_AUTHORIZATION,
    TRANSFER_ENCODING,
];

const RESERVED_REASON: &str = "is set by the client; credentials are given to its builder";

impl CallOptions {
    /// How long one attempt may take.
    pub fn timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    /// How long the call may take with all attempts and waits.
    pub fn deadline(&mut self, deadline: Duration) {
        self.deadline = Some(deadline);
    }

    /// Which failures are retried, and when.
    pub fn retry(&mut self, policy: RetryPolicy) {
        self.retry = Some(policy);
    }

    /// A header to send. A header that cannot be sent is the error of the call.
    pub fn header(&mut self, name: &str, value: &str) {
        let checked = header(name, value).and_then(|(name, value)| match RESERVED.contains(&name) {
            true => Err(RESERVED_REASON),
            false => Ok((name, value)),
        });
        match checked {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(reason) => {
                self.refused.get_or_insert((name.to_owned(), reason));
            }
        }
    }

    /// The headers, if all of them can be sent to this API.
    pub(crate) fn headers(&self, api: &Api) -> Result<&HeaderMap, Error> {
        if let Some((name, reason)) = &self.refused {
            return Err(Error::invalid_argument(name, reason));
        }
        let credentials = api.schemes.iter().filter_map(|scheme| match scheme.kind {
            SchemeKind::Header(name) => Some(name),
            _ => None,
        });
        for name in credentials {
            if self.headers.contains_key(name) {
                return Err(Error::invalid_argument(name, RESERVED_REASON));
            }
        }
        Ok(&self.headers)
    }
}

/// A header, or why it cannot be sent.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let name = HeaderName::try_from(name).map_err(|_| "is not the name of a header")?;
    let value =
        HeaderValue::try_from(value).map_err(|_| "was given a value with a character that a header cannot have")?;
    Ok((name, value))
}
