//! What the client has to know about an operation of the document to run a request for it.

use std::ops::RangeInclusive;

use reqwest::StatusCode;

/// One operation, as a constant of the generated half.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The `operationId`, in snake case: the name of the client's method.
    pub(crate) id: &'static str,
    /// The HTTP method, in capitals.
    pub(crate) method: &'static str,
    /// The path template, as the document writes it: `/tasks/{id}`.
    pub(crate) path: &'static str,
    /// The statuses that the document describes as success.
    pub(crate) success: &'static [RangeInclusive<u16>],
}

impl Operation {
    pub(crate) fn succeeds_with(&self, status: StatusCode) -> bool {
        self.success.iter().any(|range| range.contains(&status.as_u16()))
    }

    /// Whether sending the request twice does what sending it once does (RFC 9110, section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }
}
