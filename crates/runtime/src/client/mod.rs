//! Sending requests: each call is a loop of attempts, and each attempt is the whole of it, from
//! connecting to the last byte of the body.

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING, USER_AGENT};
use reqwest::{Request, StatusCode, Url, Version};
use tokio::time::Instant;
use tracing::Instrument;

pub use self::builder::ClientBuilder;
use crate::api::Api;
use crate::auth::{self, Credentials, Sent};
use crate::body::Outgoing;
use crate::call::{Call, CallOptions};
use crate::compression;
use crate::decode::{self, Malformed, Misfits};
use crate::error::Error;
use crate::failure::{Failure, Reporter};
use crate::idempotency_key::idempotency_key;
use crate::limits::{Limits, Setting, TimeLimit};
use crate::operation::Operation;
use crate::received::{Incomplete, MAX_ERROR_BODY, Received, read_body};
use crate::response::{Response, StatusBody, Success};
use crate::retry::{Attempt, Budget, RetryPolicy};
use crate::span::{self, Span};
use crate::timers;
use crate::transport::AnyTransport;

/// What a generated client wraps. Cheap to clone; clones share connections, tokens and the retry budget.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    api: &'static Api,
    transport: Box<dyn AnyTransport>,
    base_url: String,
    /// What `base_url` parses to, for comparing origins.
    origin: Url,
    credentials: Credentials,
    reporter: Reporter,
    user_agent: HeaderValue,
    timeout: Duration,
    deadline: Option<Duration>,
    max_response_bytes: usize,
    retry: RetryPolicy,
    budget: Budget,
}

/// How a call reads its response.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    Json,
    /// JSON, or no body.
    Optional,
    /// What the status says. The function returns whether a body cannot be read.
    ByStatus(fn(&mut Received) -> bool),
    /// The body as it is, or nothing of it.
    Any,
    /// The body as it arrives.
    Stream,
}

impl Wanted {
    /// What the status says.
    pub(crate) fn by_status<T: StatusBody>() -> Self {
        Self::ByStatus(|received| {
            let success = Success::new(std::mem::take(received));
            let fails = T::read(&success).is_err();
            *received = success.into_parts().0;
            fails
        })
    }
}

impl AsRef<Self> for Client {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Client {
    /// Where requests go, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// What differs between APIs.
    pub(crate) fn api(&self) -> &'static Api {
        self.inner.api
    }

    /// The policy of the client.
    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.inner.retry
    }

    /// A response of success as `read` reads it.
    pub(crate) fn read_success<T>(
        &self,
        received: Received,
        read: impl FnOnce(&Success) -> Result<T, Malformed>,
    ) -> Result<Response<T>, Failure> {
        let success = Success::new(received);
        let value = read(&success);
        let (received, misfits) = success.into_parts();
        match value {
            Ok(value) => {
                self.report_misfits(misfits);
                Ok(Response::new(value, received.status, received.headers))
            }
            Err(malformed) => Err(Failure::Malformed(malformed, received)),
        }
    }

    /// Sends a request, with retries, and reads the response.
    pub(crate) async fn send<R>(
        &self,
        operation: &'static Operation,
        call: Call,
        wanted: Wanted,
        read: impl FnOnce(Received) -> Result<R, Failure>,
    ) -> Result<R, Error> {
        let url = call.request.url().clone();
        let span = Span::new(operation, &url, || self.reporter().shown(&url));
        let work = async {
            let received = self.succeed(operation, call, wanted, &url, &span).await?;
            let attempts = received.attempts;
            read(received).map_err(|failure| self.reporter().error(failure, operation, &url, attempts))
        };
        let result = work.instrument(span.handle()).await;
        span.end(result.as_ref().err());
        result
    }

    /// Writes an event about optional values that were left out of a response.
    pub(crate) fn report_misfits(&self, mut misfits: Misfits) {
        if misfits.count > 0 {
            misfits
                .first
                .iter_mut()
                .for_each(|path| self.inner.reporter.secrets.redact(path));
            span::misfits(misfits.count, &misfits.first.join(", "));
        }
    }

    /// Makes errors of failures.
    pub(crate) fn reporter(&self) -> &Reporter {
        &self.inner.reporter
    }

    /// The time limits of a call, which begins now: its own, and where it has none, those of the client.
    pub(crate) fn limits(&self, call: &CallOptions) -> Limits {
        let limit = |name, call: Option<Duration>, client: Duration| {
            let of = if call.is_some() { "call" } else { "client" };
            TimeLimit {
                within: call.unwrap_or(client),
                setting: Setting { of, name },
            }
        };
        let client = &*self.inner;
        let whole = call.until.map(|until| until.saturating_duration_since(Instant::now()));
        let deadline = match (call.deadline.or(client.deadline), whole) {
            (Some(own), Some(whole)) => Some(own.min(whole)),
            (own, whole) => own.or(whole),
        };
        Limits::new(
            limit("timeout", call.timeout, client.timeout),
            deadline.map(|within| limit("deadline", call.deadline.map(|_| within), within)),
        )
    }

    /// The response with a status of success.
    async fn succeed(
        &self,
        operation: &'static Operation,
        call: Call,
        wanted: Wanted,
        url: &Url,
        span: &Span,
    ) -> Result<Received, Error> {
        let inner = &*self.inner;
        timers::ready(self.api().crate_name).map_err(|error| error.on(operation))?;
        if !operation.security.is_empty() && inner.credentials.satisfied(operation.security).is_none() {
            let message = auth::missing(inner.api, operation.security);
            return Err(Error::credentials(message).on(operation));
        }
        let Call {
            mut request,
            body,
            options,
        } = call;
        let policy = options.retry.as_ref().unwrap_or_else(|| self.retry_policy());
        let limits = self.limits(&options);
        if let Some(name) = operation.idempotency_key {
            let name = HeaderName::try_from(name).map_err(|error| Error::request(error).on(operation))?;
            request.headers_mut().entry(name).or_insert_with(idempotency_key);
        }
        request
            .headers_mut()
            .entry(USER_AGENT)
            .or_insert_with(|| inner.user_agent.clone());
        // A download is not decompressed.
        if cfg!(feature = "gzip") && !matches!(wanted, Wanted::Stream) {
            compression::accept(request.headers_mut());
        }

        let mut attempts = 0;
        let mut cost = None;
        let mut renewed = false;
        loop {
            // A body that cannot be sent twice can still be sent once.
            let reusable = body.as_ref().is_none_or(Outgoing::is_reusable);
            let again = request.try_clone().filter(|_| reusable);
            if let Some(body) = &body {
                let opened = body.open().await.map_err(|error| error.on(operation))?;
                *request.body_mut() = Some(opened);
            }
            let mut sent = Sent::default();
            let result = self
                .attempt(
                    operation,
                    request,
                    wanted,
                    &limits,
                    policy,
                    &mut attempts,
                    &mut sent,
                    span,
                )
                .await;
            let failure = match result {
                Ok(received) => {
                    inner.budget.give_back(cost);
                    return Ok(Received { attempts, ..received });
                }
                Err(failure) => failure,
            };
            let unauthorized =
                matches!(&failure, Failure::Status { received, .. } if received.status == StatusCode::UNAUTHORIZED);
            let error = self.reporter().error(failure, operation, url, attempts);
            // Also where this call cannot be sent again: the next one needs another token.
            let refused = unauthorized && inner.credentials.refused(&sent);
            let Some(next) = again else { return Err(error) };
            request = next;
            // A fetched token may have been revoked: a new one is worth one more try.
            if refused && !renewed && limits.allow(Duration::ZERO) {
                renewed = true;
                span.retry(&error, Duration::ZERO);
                continue;
            }
            let Some(delay) = policy.delay(&Attempt::new(operation, &error)) else {
                return Err(error);
            };
            if !limits.allow(delay) {
                return Err(error.given_up(limits.too_late()));
            }
            let Some(taken) = inner.budget.take(&error) else {
                span.over_budget(&error);
                return Err(error.given_up("the client's retry budget is spent"));
            };
            cost = Some(taken);
            span.retry(&error, delay);
            policy.time().sleep(delay).await;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what one attempt shares with the next")]
    async fn attempt(
        &self,
        operation: &'static Operation,
        mut request: Request,
        wanted: Wanted,
        limits: &Limits,
        policy: &RetryPolicy,
        attempts: &mut u32,
        sent: &mut Sent,
        span: &Span,
    ) -> Result<Received, Failure> {
        let inner = &*self.inner;
        let (limit, until) = limits.of_attempt();
        *attempts += 1;
        let credentials = &inner.credentials;
        let authorized =
            credentials.authorize(operation.security, &mut request, policy.time(), &inner.reporter.secrets);
        *sent = tokio::time::timeout_at(until, authorized)
            .await
            .unwrap_or(Err(Failure::ProviderTimeout(limit)))?;
        let mut received = None;
        let exchange = self.exchange(operation, request, wanted, policy, &mut received, span);
        match tokio::time::timeout_at(until, exchange).await {
            Ok(Ok(())) => Ok(received.unwrap_or_default()),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::Timeout(limit, received)),
        }
    }

    /// Sends a request once and receives the response, as far as it comes, into `place`.
    async fn exchange(
        &self,
        operation: &'static Operation,
        request: Request,
        wanted: Wanted,
        policy: &RetryPolicy,
        place: &mut Option<Received>,
        span: &Span,
    ) -> Result<(), Failure> {
        let inner = &*self.inner;
        let response = inner.transport.send_boxed(request).await;
        let mut response = response.map_err(|error| Failure::Transport(error, None))?;
        let received = place.insert(Received {
            status: response.status(),
            headers: response.headers().clone(),
            ..Received::default()
        });
        inner.reporter.secrets.redact_headers(&mut received.headers);
        span.responded(received.status);
        if !is_of_origin(response.url(), &inner.origin) {
            let origin = response.url().origin().ascii_serialization();
            return Err(Failure::OtherOrigin(origin, std::mem::take(received)));
        }
        let success = operation.succeeds_with(received.status);
        let limit = match success {
            true => inner.max_response_bytes,
            false => inner.max_response_bytes.min(MAX_ERROR_BODY),
        };
        if success && matches!(wanted, Wanted::Stream) {
            let first = response.chunk().await;
            let first = first.map_err(|error| Failure::Transport(error.into(), Some(received.head())))?;
            received.body.extend_from_slice(&first.unwrap_or_default());
            received.rest = Some(response.into());
            return Ok(());
        }
        let read = read_body(&mut response, &mut received.body, limit).await;
        // The part of a body that was received is worth reading, too: it may say what went wrong.
        let unpacked = compression::unpack(received, limit);
        let read = read.and(unpacked);
        if !success {
            // The status says more than why its body broke off, so what was received is enough.
            let retry_after = policy.retry_after(&received.headers);
            let received = std::mem::take(received);
            return Err(Failure::Status { received, retry_after });
        }
        let unpacked = match read {
            Ok(unpacked) => unpacked,
            Err(Incomplete::TooLarge) => {
                let setting = Setting {
                    of: "client",
                    name: "max_response_bytes",
                };
                return Err(Failure::TooLarge(limit, setting, std::mem::take(received)));
            }
            Err(Incomplete::Broken(error)) => {
                return Err(Failure::Transport(error, Some(std::mem::take(received))));
            }
        };
        // Without a length or chunks, the end of the connection is the end of the body, and only
        // the JSON says whether it was meant to be. What was compressed has an end of its own.
        let unmeasured = !unpacked
            && response.version() <= Version::HTTP_11
            && !response.headers().contains_key(CONTENT_LENGTH)
            && !response.headers().contains_key(TRANSFER_ENCODING)
            && received.status != StatusCode::NO_CONTENT;
        // Looked at only then: it takes as long as reading the body does.
        let mut is_cut = || match wanted {
            Wanted::Json => decode::is_empty(&received.body) || decode::is_cut_short(&received.body),
            Wanted::Optional => decode::is_cut_short(&received.body),
            Wanted::ByStatus(cannot_be_read) => {
                (decode::is_empty(&received.body) || decode::is_cut_short(&received.body)) && cannot_be_read(received)
            }
            Wanted::Any | Wanted::Stream => false,
        };
        if unmeasured && is_cut() {
            return Err(Failure::CutShort(std::mem::take(received)));
        }
        Ok(())
    }
}

/// Whether a response has the origin of the request. A transport need not set the URL of a response.
fn is_of_origin(url: &Url, origin: &Url) -> bool {
    const UNKNOWN: &str = "no.url.provided.local";
    url.host_str() == Some(UNKNOWN)
        || url.scheme() == origin.scheme()
            && url.host_str() == origin.host_str()
            && url.port_or_known_default() == origin.port_or_known_default()
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field(
                "base_url",
                &self.reporter().shown(&self.inner.origin).trim_end_matches('/'),
            )
            .field("timeout", &self.inner.timeout)
            .field("retry", &self.inner.retry)
            .finish_non_exhaustive()
    }
}
