//! The API's error object: every error of the emulator has it.

use hyper::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{HeaderMap, StatusCode};
use serde_json::json;

use crate::answer::Answer;

/// An error as the API reports it: `{"kind": …, "message": …}`.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) kind: String,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: kind.to_owned(),
            message: message.into(),
        }
    }

    /// A parameter that is not as documented.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request_invalid", message)
    }

    /// The error that a status stands for: with the documented kind, or named after the status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (kind, message) = match status.as_u16() {
            400 => ("request_invalid", "Check the parameters of the request."),
            401 => ("token_invalid", "Use a valid API key."),
            402 => ("payment_required", "Check the payment method of your account."),
            403 => ("project_required", "Use a project API key."),
            404 => ("task_not_found", "Check the id of the task."),
            500 => ("internal_error", "Try again later."),
            _ => {
                let name = match status.canonical_reason() {
                    Some(reason) => snake_case(reason),
                    None => format!("status_{}", status.as_u16()),
                };
                let message = match status.as_u16() {
                    408 => "Try again, or ask for less at once.",
                    429 => "Send fewer requests, and try again later.",
                    500.. => "Try again later.",
                    _ => "Check the request.",
                };
                return Self::new(status, &name, message);
            }
        };
        Self::new(status, kind, message)
    }

    pub(crate) fn answer(self) -> Answer {
        let body = json!({ "kind": self.kind, "message": self.message });
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Answer {
            status: self.status,
            headers,
            body: body.to_string().into_bytes(),
        }
    }
}

fn snake_case(reason: &str) -> String {
    let words = reason.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_documented_or_named_after_the_status() {
        for (status, kind) in [
            (400, "request_invalid"),
            (401, "token_invalid"),
            (402, "payment_required"),
            (403, "project_required"),
            (404, "task_not_found"),
            (405, "method_not_allowed"),
            (408, "request_timeout"),
            (418, "i_m_a_teapot"),
            (429, "too_many_requests"),
            (499, "status_499"),
            (500, "internal_error"),
            (502, "bad_gateway"),
            (503, "service_unavailable"),
        ] {
            let error = ApiError::of_status(StatusCode::from_u16(status).unwrap());
            assert_eq!(error.kind, kind);
            assert!(error.message.ends_with('.'), "{status}");
        }
    }
}
