//! Watching calls: a `tracing` span for each, with OpenTelemetry's names for HTTP, and an event for
//! each retry. Where nobody listens, nothing is formatted.

use std::time::Duration;

use reqwest::{StatusCode, Url};
use tracing::Span;
use tracing::field::{Empty, display};

use crate::error::{Category, Error};
use crate::key::Key;
use crate::operation::Operation;

/// One call, with all its attempts.
pub(crate) struct Call {
    span: Span,
}

impl Call {
    pub(crate) fn new(operation: &'static Operation, url: &Url, key: &Key) -> Self {
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
            // A cursor or filter that is the key by mistake does not show it.
            url.full = key.strike_out_text(url.as_str().to_owned()),
            url.template = operation.path,
            error.type = Empty,
        );
        Self { span }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.span.record("http.response.status_code", status.as_u16());
    }

    /// Tells that an attempt failed and another one will be made.
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

    /// Tells how the call ended.
    pub(crate) fn end(&self, error: Option<&Error>) {
        if let Some(error) = error
            && !self.span.is_disabled()
        {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", display(error_type(error)));
        }
    }
}

/// The status for an error status, the sort of failure for anything else.
fn error_type(error: &Error) -> impl std::fmt::Display {
    match (error.category(), error.status()) {
        (Category::Api | Category::Status, Some(status)) => status.as_str().to_owned(),
        (category, _) => category.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Answer;

    const GET: Operation = Operation::of("get_thing", "GET", "/thing", &[200..=200]);

    #[test]
    fn nobody_who_listens_nothing_that_is_made() {
        let url = Url::parse("https://api.ittybit.com/thing?limit=1").unwrap();
        let answer = Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Answer::default()
        };
        let key = Key::new("ittybit_secret", "`api_key`").unwrap();
        let error = Error::status_of(answer, None, &key);
        let made = allocation_counter::measure(|| {
            let call = Call::new(&GET, &url, &key);
            drop(call.span());
            call.answered(StatusCode::SERVICE_UNAVAILABLE);
            call.retry(&error, Duration::from_secs(1));
            call.end(Some(&error));
        });
        assert_eq!(made.count_total, 0);
    }
}
