//! Why a request is refused.

use hyper::StatusCode;

/// What is wrong with a request. It gets the document's own shape of errors when it is sent.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The status, and similar ones for a document that does not have the first.
    pub(crate) statuses: Vec<u16>,
    /// In snake case, such as `request_invalid`.
    pub(crate) kind: String,
    /// What to do about it, in a sentence or two.
    pub(crate) message: String,
    /// The parameter, or the JSON pointer in the body.
    pub(crate) place: Option<String>,
    /// Headers that the status needs.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Problem {
    pub(crate) fn new(statuses: &[u16], kind: &str, message: impl Into<String>) -> Self {
        Self {
            statuses: statuses.to_vec(),
            kind: kind.to_owned(),
            message: message.into(),
            place: None,
            headers: Vec::new(),
        }
    }

    /// A part of the request that is not valid against the document.
    pub(crate) fn invalid(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: Some(place.into()),
            ..Self::new(&[400, 422], "request_invalid", message)
        }
    }

    /// A resource that is not there.
    pub(crate) fn not_found(noun: &str, message: impl Into<String>) -> Self {
        Self::new(&[404, 410], &format!("{noun}_not_found"), message)
    }

    /// An error of the emulator itself.
    pub(crate) fn internal(reason: impl Into<String>) -> Self {
        Self::new(
            &[500],
            "internal_error",
            format!("The emulator cannot respond: {}.", reason.into()),
        )
    }

    /// The default message of a status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let kind = match status.canonical_reason() {
            Some(reason) => snake_case(reason),
            None => format!("status_{}", status.as_u16()),
        };
        let message = match status.as_u16() {
            401 => "Use a valid API key.",
            404 => "Check the path and the id.",
            408 => "Try again, or ask for less at once.",
            429 => "Send fewer requests, and try again later.",
            500.. => "Try again later.",
            _ => "Check the request.",
        };
        Self::new(&[status.as_u16()], &kind, message)
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
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
    fn statuses_without_a_documented_kind_are_named_after_themselves() {
        for (status, kind) in [
            (405, "method_not_allowed"),
            (408, "request_timeout"),
            (418, "i_m_a_teapot"),
            (429, "too_many_requests"),
            (499, "status_499"),
            (502, "bad_gateway"),
            (503, "service_unavailable"),
        ] {
            let problem = Problem::of_status(StatusCode::from_u16(status).unwrap());
            assert_eq!(problem.kind, kind);
            assert!(problem.message.ends_with('.'), "{status}");
        }
    }
}
