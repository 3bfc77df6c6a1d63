//! Operations as data: what the API's document says of each call, for programs that learn at run
//! time what there is to call, such as a command line.

use std::fmt;
use std::ops::RangeInclusive;

use reqwest::StatusCode;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::page::Pages;
pub use crate::parameter::Parameter;
use crate::watch::Watch;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The `operationId`, in snake case: the name of the client's method.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path template, as the document writes it: `/pets/{id}`.
    pub path: &'static str,
    /// What it does, in a few words; empty where the document does not say it.
    pub summary: &'static str,
    /// What it does, in CommonMark; empty where the document does not say it.
    pub description: &'static str,
    /// Whether it should be used no longer.
    pub deprecated: bool,
    /// The groups that it belongs to, each with its description.
    pub tags: &'static [(&'static str, &'static str)],
    /// Its parameters, in the order of the document.
    pub parameters: &'static [Parameter],
    /// For a list that comes in pages: how to get from page to page.
    pub paging: Option<Paging>,
    /// The documented fields of what it answers with, or of each item of a list, in the order of the
    /// document; those of objects within are written as `input.url`.
    pub fields: &'static [&'static str],
    /// Those of `fields` that hold times, which are sent in Unix seconds.
    pub times: &'static [&'static str],
    /// Those of `fields`, and of the objects that hold them, that a table shows; empty where the document
    /// does not choose.
    pub columns: &'static [&'static str],
    /// For a list whose items come to an end: what says how far an item is.
    pub lifecycle: Option<Lifecycle>,
    /// The statuses that the document describes as success.
    pub success: &'static [RangeInclusive<u16>],
    /// The security requirements: alternatives, each of the names of schemes that are sent together. An
    /// empty alternative is anonymous access; no alternative at all is an operation without security.
    pub security: &'static [&'static [&'static str]],
    /// The header that takes an idempotency key, where the document has one for a method that is not
    /// idempotent by itself.
    pub idempotency_key: Option<&'static str>,
}

/// The parameters of a list that comes in pages.
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
}

/// What says how far an item of a list is, and when it will not change any more.
///
/// ```
/// # use ittybit_runtime::operation::Operation;
/// fn can_be_watched(operation: &Operation) -> bool {
///     operation.lifecycle.is_some()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// The field that has one of the values below.
    pub field: &'static str,
    /// The field with a number from 0 to 100 that says how much is done.
    pub percent: Option<&'static str>,
    /// Values of an item that is on its way.
    pub progress: &'static [&'static str],
    /// Values of an item that has come to a good end.
    pub success: &'static [&'static str],
    /// Values of an item that has come to another end.
    pub failure: &'static [&'static str],
}

impl Operation {
    /// An operation of which no more is said: what generated code completes.
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

/// Begins to go through a list.
type Begin<C, S> = fn(&C, &[(&str, Vec<String>)]) -> Result<S, Error>;

/// A list that comes in pages, for programs that learn at run time what there is to list. `C` is the
/// client of the API.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::{Error, operation::List};
/// async fn print_all<C>(list: &List<C>, client: &C) -> Result<(), Error> {
///     let mut items = list.pages_json(client, &[])?.into_items();
///     while let Some(item) = items.try_next().await? {
///         println!("{item}");
///     }
///     Ok(())
/// }
/// ```
pub struct List<C> {
    operation: &'static Operation,
    pages: Begin<C, Pages<Box<RawValue>>>,
    watch: Option<Begin<C, Watch<Box<RawValue>>>>,
}

// By hand: a derive would ask for `C: Copy`, and a list holds no client.
impl<C> Clone for List<C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C> Copy for List<C> {}

impl<C> List<C> {
    #[doc(hidden)]
    pub const fn new(operation: &'static Operation, pages: Begin<C, Pages<Box<RawValue>>>) -> Self {
        Self {
            operation,
            pages,
            watch: None,
        }
    }

    /// The same of a list whose items come to an end.
    #[doc(hidden)]
    #[must_use]
    pub const fn watched(self, watch: Begin<C, Watch<Box<RawValue>>>) -> Self {
        Self {
            watch: Some(watch),
            ..self
        }
    }

    /// What the document says of the call.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::List;
    /// fn name<C>(list: &List<C>) -> &'static str {
    ///     list.operation().id
    /// }
    /// ```
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Goes through the pages, with each item as the JSON that the server sent. Parameters are given by
    /// their names, each with one value, or with any number for a list.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::{Error, operation::List};
    /// fn in_small_pages<C>(list: &List<C>, client: &C) -> Result<(), Error> {
    ///     let pages = list.pages_json(client, &[("limit", vec!["5".to_owned()])])?;
    /// #   let _ = pages;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// There is no such parameter, or it does not take the text.
    pub fn pages_json(&self, client: &C, arguments: &[(&str, Vec<String>)]) -> Result<Pages<Box<RawValue>>, Error> {
        (self.pages)(client, arguments)
    }

    /// Watches the items until each has come to its end, as the JSON that the server sent. Parameters are
    /// given as for [`pages_json`](Self::pages_json).
    ///
    /// ```
    /// # use ittybit_runtime::{Error, operation::List};
    /// async fn wait_for_all<C>(list: &List<C>, client: &C) -> Result<(), Error> {
    ///     let mut changes = list.watch_json(client, &[])?;
    ///     while let Some(item) = changes.try_next().await? {
    ///         println!("{item}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// There is no such parameter, or it does not take the text; or the items have no
    /// [`lifecycle`](Operation::lifecycle), so there is nothing to wait for.
    pub fn watch_json(&self, client: &C, arguments: &[(&str, Vec<String>)]) -> Result<Watch<Box<RawValue>>, Error> {
        let watch = self.watch.ok_or_else(|| {
            let reason = "the items of this list have no field that says when they are done, so they cannot be watched";
            Error::pagination(reason).on(self.operation)
        })?;
        watch(client, arguments)
    }
}

impl<C> fmt::Debug for List<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("List").field(&self.operation.id).finish()
    }
}
