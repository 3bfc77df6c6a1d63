//! Operations as data: what the API's document says of each call, for programs that learn at run
//! time what there is to call, such as a command line.

use std::ops::RangeInclusive;

use reqwest::StatusCode;

pub use crate::api::{Api, ErrorShape};
pub use crate::dynamic::{Call, List};
pub use crate::parameter::{Kind, Location, Parameter};

/// One operation of the API. Each request builder has its own as the constant `OPERATION`.
///
/// Generated code makes it; it may get more fields in a later version.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::Operation;
/// fn show(operation: &Operation) -> String {
///     format!("{}: {} {}", operation.id, operation.method, operation.path)
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The `operationId`, in snake case: the name of the client's method.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path template, as the document writes it: `/pets/{id}`.
    pub path: &'static str,
    /// The summary of the document; empty where it has none.
    pub summary: &'static str,
    /// The description of the document, in CommonMark; empty where it has none.
    pub description: &'static str,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The groups that it belongs to, each with its description.
    pub tags: &'static [(&'static str, &'static str)],
    /// Its parameters, in the order of the document.
    pub parameters: &'static [Parameter],
    /// Its body, if it takes one.
    pub body: Option<RequestBody>,
    /// What a success has as its body.
    pub response: ResponseBody,
    /// The media types of a success, where they are not just JSON.
    pub accept: Option<&'static str>,
    /// For a list with pages: how to get from page to page.
    pub paging: Option<Paging>,
    /// The documented fields of the response, or of each item of a list, in the order of the document; those
    /// of nested objects are written as `input.url`.
    pub fields: &'static [&'static str],
    /// Those of `fields` that are times, which are sent in Unix seconds.
    pub times: &'static [&'static str],
    /// Those of `fields`, and of the objects around them, that a table shows; empty where the document does
    /// not choose.
    pub columns: &'static [&'static str],
    /// For an item with a lifecycle, or a list of them: the field that says how far it is.
    pub lifecycle: Option<Lifecycle>,
    /// The statuses that the document describes as success.
    pub success: &'static [RangeInclusive<u16>],
    /// The security requirements: alternatives, each of the names of schemes that are sent together. An
    /// empty alternative is anonymous access, where no other is complete; no alternative at all is an
    /// operation without security.
    pub security: &'static [&'static [&'static str]],
    /// The header that takes an idempotency key, where the document has one for a method that is not
    /// idempotent by itself.
    pub idempotency_key: Option<&'static str>,
}

/// The body of a request.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::Operation;
/// fn fields(operation: &Operation) -> Vec<&'static str> {
///     let fields = operation.body.iter().flat_map(|body| body.fields);
///     fields.map(|field| field.name).collect()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RequestBody {
    /// What it is for, in CommonMark; empty where the document does not say it.
    pub description: &'static str,
    /// Whether nothing can be sent without it.
    pub required: bool,
    /// The media type, as in the document.
    pub media_type: &'static str,
    /// How it is written.
    pub encoding: Encoding,
    /// The documented fields of a body that is an object, without those that are only read; for a multipart
    /// body, its parts.
    pub fields: &'static [Parameter],
}

/// How the body of a request is written.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::{Encoding, RequestBody};
/// fn is_a_file(body: &RequestBody) -> bool {
///     body.encoding == Encoding::Bytes
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// As JSON.
    Json,
    /// As an HTML form.
    Form,
    /// As parts, among which there may be files.
    Multipart,
    /// As text.
    Text,
    /// As it is.
    Bytes,
}

/// What the response of a success has as its body.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::{Operation, ResponseBody};
/// fn is_a_download(operation: &Operation) -> bool {
///     operation.response == ResponseBody::Bytes
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseBody {
    /// Nothing.
    Empty,
    /// JSON, or for some statuses nothing.
    Json,
    /// Text.
    Text,
    /// Anything else.
    Bytes,
}

/// The parameters and headers by which a list is paged.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::Operation;
/// fn cursor_parameter(operation: &Operation) -> Option<&'static str> {
///     Some(operation.paging?.forward)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The parameter that takes the cursor which the page comes after.
    pub forward: &'static str,
    /// The parameter that takes the cursor which the page comes before.
    pub backward: Option<&'static str>,
    /// The parameter that takes the size of a page.
    pub limit: Option<&'static str>,
    /// The largest size that a page can have.
    pub largest: Option<u64>,
    /// The size of a page where the request does not say it.
    pub default_limit: Option<u64>,
    /// The property of an item that is its cursor.
    pub cursor: &'static str,
    /// The response header that says whether more follow.
    pub has_more: Option<&'static str>,
    /// The response header with the size that was applied.
    pub applied_limit: Option<&'static str>,
}

/// The field that says how far an item is, and which of its values are terminal.
///
/// ```
/// # use ittybit_runtime::operation::Operation;
/// fn can_be_watched(operation: &Operation) -> bool {
///     operation.paging.is_some() && operation.lifecycle.is_some()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// The field that has one of the values below.
    pub field: &'static str,
    /// The field with a number from 0 to 100 that says how much is done.
    pub percent: Option<&'static str>,
    /// Values of an item that is in progress.
    pub progress: &'static [&'static str],
    /// Terminal values of an item that succeeded.
    pub success: &'static [&'static str],
    /// Terminal values of an item that did not succeed.
    pub failure: &'static [&'static str],
}

impl Lifecycle {
    /// Whether an item with this value of the field has finished.
    ///
    /// ```
    /// # use ittybit_runtime::operation::Lifecycle;
    /// fn is_open(lifecycle: &Lifecycle, status: &str) -> bool {
    ///     !lifecycle.has_ended(status)
    /// }
    /// ```
    pub fn has_ended(&self, value: &str) -> bool {
        self.success.contains(&value) || self.failure.contains(&value)
    }
}

impl Operation {
    /// An operation with defaults for all other fields, which generated code then sets.
    #[doc(hidden)]
    pub const fn of(
        id: &'static str,
        method: &'static str,
        path: &'static str,
        success: &'static [RangeInclusive<u16>],
    ) -> Self {
        Self {
            id,
            method,
            path,
            summary: "",
            description: "",
            deprecated: false,
            tags: &[],
            parameters: &[],
            body: None,
            response: ResponseBody::Json,
            accept: None,
            paging: None,
            fields: &[],
            times: &[],
            columns: &[],
            lifecycle: None,
            success,
            security: &[],
            idempotency_key: None,
        }
    }

    pub(crate) fn succeeds_with(&self, status: StatusCode) -> bool {
        self.success.iter().any(|range| range.contains(&status.as_u16()))
    }

    /// Whether sending the request twice does what sending it once does (RFC 9110, section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }
}
