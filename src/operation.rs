//! Operations as data: what the API's document says of each call, for programs that learn at run
//! time what there is to call, such as a command line.
//!
//! ```
//! for operation in ittybit::operation::OPERATIONS {
//!     println!("{} {}: {}", operation.method, operation.path, operation.summary);
//! }
//! ```

use std::fmt;
use std::ops::RangeInclusive;

use reqwest::StatusCode;
use serde_json::value::RawValue;

pub use crate::generated::{LISTS, OPERATIONS};
pub use crate::parameter::Parameter;
use crate::{Client, Error, Pages};

/// One operation of the API. Each request builder has its own as the constant `OPERATION`.
///
/// ```
/// use ittybit::builder::ListTasks;
///
/// assert_eq!(ListTasks::OPERATION.id, "list_tasks");
/// assert_eq!(ListTasks::OPERATION.path, "/tasks");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The `operationId`, in snake case: the name of the client's method.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path template, as the document writes it: `/tasks/{id}`.
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
    /// The statuses that the document describes as success.
    pub(crate) success: &'static [RangeInclusive<u16>],
}

/// The parameters of a list that comes in pages.
///
/// ```
/// use ittybit::builder::ListTasks;
///
/// let paging = ListTasks::OPERATION.paging.ok_or("tasks come in pages")?;
/// assert_eq!((paging.forward, paging.limit), ("after", Some("limit")));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

impl Operation {
    /// An operation of which no more is said.
    pub(crate) const fn of(
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
            success,
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

/// Begins to go through the pages of a list.
type Begin = fn(&Client, &[(&str, Vec<String>)]) -> Result<Pages<Box<RawValue>>, Error>;

/// A list that comes in pages, for programs that learn at run time what there is to list.
///
/// ```no_run
/// use ittybit::operation::LISTS;
///
/// # async fn run() -> Result<(), ittybit::Error> {
/// let client = ittybit::Client::from_env()?;
/// for list in LISTS {
///     let mut items = list.pages_json(&client, &[("limit", vec!["5".to_owned()])])?.into_items();
///     while let Some(item) = items.try_next().await? {
///         println!("{item}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct List {
    operation: &'static Operation,
    begin: Begin,
}

impl List {
    pub(crate) const fn new(operation: &'static Operation, begin: Begin) -> Self {
        Self { operation, begin }
    }

    /// What the document says of the call.
    ///
    /// ```
    /// for list in ittybit::operation::LISTS {
    ///     assert!(list.operation().paging.is_some());
    /// }
    /// ```
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Goes through the pages, with each item as the JSON that the server sent. Parameters are given by
    /// their names, each with one value, or with any number for a list.
    ///
    /// ```
    /// # fn run(client: ittybit::Client) -> Result<(), ittybit::Error> {
    /// for list in ittybit::operation::LISTS {
    ///     let pages = list.pages_json(&client, &[("limit", vec!["5".to_owned()])])?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such parameter, or it does not take the text.
    pub fn pages_json(
        &self,
        client: &Client,
        arguments: &[(&str, Vec<String>)],
    ) -> Result<Pages<Box<RawValue>>, Error> {
        (self.begin)(client, arguments)
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("List").field(&self.operation.id).finish()
    }
}
