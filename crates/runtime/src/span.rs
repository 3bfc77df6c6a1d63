//! A `tracing` span for each call, with OpenTelemetry's names for HTTP, and an event for each retry and
//! for each response that does not fit. Without a subscriber, nothing is formatted.

use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{StatusCode, Url};
use tracing::field::{Empty, display};

use crate::category::Category;
use crate::error::Error;
use crate::operation::Operation;

/// One call, with all its attempts.
pub(crate) struct Span {
    span: tracing::Span,
}

impl Span {
    /// `shown` makes the URL without a secret; it is called only where somebody listens.
    pub(crate) fn new(operation: &'static Operation, url: &Url, shown: impl FnOnce() -> String) -> Self {
        let span = tracing::info_span!(
            "request",
            otel.name = %format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = operation.method,
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            // A URL has an IPv6 address in brackets.
            server.address = url.host_str().map(|host| host.trim_matches(['[', ']'])),
            server.port = url.port_or_known_default(),
            url.full = shown(),
            url.template = operation.path,
            error.type = Empty,
        );
        Self { span }
    }

    pub(crate) fn handle(&self) -> tracing::Span {
        self.span.clone()
    }

    pub(crate) fn responded(&self, status: StatusCode) {
        self.span.record("http.response.status_code", status.as_u16());
    }

    /// An attempt failed, and there will be another one.
    pub(crate) fn retry(&self, error: &Error, delay: Duration) {
        self.span.record("http.request.resend_count", error.attempts());
        tracing::warn!(
            parent: &self.span,
            attempt = error.attempts(),
            delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            error.type = %error_type(error),
            error = %error,
            "the request failed and is sent again"
        );
    }

    /// An attempt failed, and there will be no other, because the retry budget is spent.
    pub(crate) fn over_budget(&self, error: &Error) {
        tracing::warn!(
            parent: &self.span,
            attempt = error.attempts(),
            error.type = %error_type(error),
            error = %error,
            "the request failed and is not sent again: the retry budget is spent"
        );
    }

    /// The call is over.
    pub(crate) fn end(&self, error: Option<&Error>) {
        if let Some(error) = error
            && !self.span.is_disabled()
        {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", display(error_type(error)));
        }
    }
}

/// Optional values of the response in the current span do not match their types. `first` names some.
pub(crate) fn misfits(count: usize, first: &str) {
    tracing::warn!(
        count,
        first,
        "optional values do not match their types: they are left out, and kept in `extra`"
    );
}

/// A header of the response in the current span does not say what it should say.
pub(crate) fn unreadable_header(name: &str, value: &HeaderValue) {
    tracing::warn!(
        name,
        ?value,
        "the header is neither true nor false: another page is requested, unless this one is empty"
    );
}

/// The status for an error status, the category for any other failure.
fn error_type(error: &Error) -> impl std::fmt::Display {
    match (error.category(), error.status()) {
        (Category::Api | Category::Status, Some(status)) => status.as_str().to_owned(),
        (category, _) => category.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::received::Received;

    const GET: Operation = Operation::of("get_thing", "GET", "/thing", &[200..=200]);

    #[test]
    fn without_a_subscriber_nothing_is_allocated() {
        let url = Url::parse("https://api.example.com/thing?limit=1").unwrap();
        let received = Received {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Received::default()
        };
        let error = Error::status_of(received, None, None);
        let made = allocation_counter::measure(|| {
            let call = Span::new(&GET, &url, || url.to_string());
            drop(call.handle());
            call.responded(StatusCode::SERVICE_UNAVAILABLE);
            call.retry(&error, Duration::from_secs(1));
            call.end(Some(&error));
        });
        assert_eq!(made.count_total, 0);
    }
}
