//! Calls of operations that are chosen at run time.
//!
//! A program that learns from [`Operation`]s what there is to call, such as a command line, has no typed
//! builder to call it with. A [`Call`] takes parameters and fields of the body by their names, and writes
//! the same request.

use std::fmt;

use serde_json::value::RawValue;

use crate::arguments::Arguments;
use crate::body::{Body, Download, File};
use crate::client::Client;
use crate::decode::text_of;
use crate::error::Error;
use crate::operation::{Operation, ResponseBody};
use crate::page::{Pages, Pagination};
use crate::response::Response;
use crate::watch::{Watch, Watching};

/// A call of an operation that is chosen at run time, with its arguments by their names.
///
/// Arguments are checked when they are set. What is left out and may not be is an error when the call is
/// sent. Responses are the JSON that the server sent.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::generated::Client;
/// use my_api::operation::{Call, Operation};
///
/// async fn rename(client: &Client, operation: &'static Operation, id: &str) -> Result<(), my_api::Error> {
///     let call = Call::new(operation).set("id", [id])?.field("name", ["Rex"])?;
///     let response = call.send(client).await?;
///     println!("{}: {:?}", response.status(), response.into_inner());
///     Ok(())
/// }
/// ```
#[must_use = "nothing is sent before `send`, or before a page is read"]
#[derive(Clone, Debug)]
pub struct Call {
    arguments: Arguments,
}

impl Call {
    /// A call without arguments.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use my_api::operation::{Call, Operation};
    ///
    /// fn begin(operation: &'static Operation) -> Call {
    ///     Call::new(operation)
    /// }
    /// ```
    pub fn new(operation: &'static Operation) -> Self {
        Self {
            arguments: Arguments::new(operation),
        }
    }

    /// Sets a parameter by its name, from text: one value, or any number for a list.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Call;
    /// fn first_ten(call: Call) -> Result<Call, my_api::Error> {
    ///     call.set("limit", ["10"])
    /// }
    /// ```
    ///
    /// # Errors
    /// There is no such parameter, or it does not take the text.
    pub fn set(mut self, name: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Error> {
        self.arguments.parameter_by_name(name, values)?;
        Ok(self)
    }

    /// Sets a field of the body by its name, from text: one value, or any number for a list. It takes the
    /// place of that member of a [`json`](Self::json) body.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Call;
    /// fn named(call: Call) -> Result<Call, my_api::Error> {
    ///     call.field("name", ["Rex"])
    /// }
    /// ```
    ///
    /// # Errors
    /// The body has no such field, or it does not take the text.
    pub fn field(mut self, name: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Error> {
        self.arguments.field_by_name(name, values)?;
        Ok(self)
    }

    /// Sets the body, or for a form its fields: as JSON.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Call;
    /// fn with_body(call: Call) -> Result<Call, serde_json::Error> {
    ///     Ok(call.json(serde_json::from_str(r#"{"name":"Rex"}"#)?))
    /// }
    /// ```
    pub fn json(mut self, body: Box<RawValue>) -> Self {
        self.arguments.json::<Box<RawValue>>(body);
        self
    }

    /// Adds a file to a multipart body, as the part of this name.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Call;
    /// use my_api::body::File;
    ///
    /// fn with_photo(call: Call) -> Result<Call, my_api::Error> {
    ///     call.file("photo", File::path("rex.png"))
    /// }
    /// ```
    ///
    /// # Errors
    /// The body has no such part.
    pub fn file(mut self, name: &str, file: File) -> Result<Self, Error> {
        self.arguments.file_by_name(name, file)?;
        Ok(self)
    }

    /// Sets a body that is neither JSON nor a form: text or bytes.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Call;
    /// use my_api::body::Body;
    ///
    /// fn with_photo(call: Call) -> Call {
    ///     call.content(Body::file("rex.png"))
    /// }
    /// ```
    pub fn content(mut self, body: impl Into<Body>) -> Self {
        self.arguments.content::<Body>(body.into());
        self
    }

    /// Sends the call. The response's body is the JSON that the server sent, if it has one.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::{generated::Client, operation::Call};
    /// async fn show(client: &Client, call: Call) -> Result<(), my_api::Error> {
    ///     if let Some(json) = call.send(client).await?.into_inner() {
    ///         println!("{json}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// An argument is missing, or the call failed; or the body of the response is not JSON, which only
    /// [`download`](Self::download) reads.
    pub async fn send(self, client: &impl AsRef<Client>) -> Result<Response<Option<Box<RawValue>>>, Error> {
        match self.arguments.operation().response {
            ResponseBody::Json => self.arguments.request().send_optional(client.as_ref()).await,
            ResponseBody::Empty => {
                let response = self.arguments.request().send_empty(client.as_ref()).await?;
                let (status, headers) = (response.status(), response.headers().clone());
                Ok(Response::new(None, status, headers))
            }
            ResponseBody::Text | ResponseBody::Bytes => {
                let reason = "the body of its response is not JSON: get it with `download`";
                Err(Error::request(reason).on(self.arguments.operation()))
            }
        }
    }

    /// Sends the call, and gives the body of the response as it arrives, whatever it is.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::{generated::Client, operation::Call};
    /// async fn save(client: &Client, call: Call) -> Result<u64, my_api::Error> {
    ///     call.download(client).await?.into_inner().save("rex.png").await
    /// }
    /// ```
    ///
    /// # Errors
    /// An argument is missing, or the call failed before the body began.
    pub async fn download(self, client: &impl AsRef<Client>) -> Result<Response<Download>, Error> {
        self.arguments.request().download(client.as_ref()).await
    }

    /// Goes through the pages of a list, with each item as the JSON that the server sent.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::{generated::Client, operation::Call};
    /// async fn show(client: &Client, call: Call) -> Result<(), my_api::Error> {
    ///     let mut items = call.pages(client)?.into_items();
    ///     while let Some(item) = items.try_next().await? {
    ///         println!("{item}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// An argument is missing, or the operation is not a list with pages.
    pub fn pages(self, client: &impl AsRef<Client>) -> Result<Pages<Box<RawValue>>, Error> {
        let pagination = self.pagination()?;
        Ok(self.arguments.request().pages(client.as_ref(), pagination))
    }

    /// Watches the items of a list until each has finished, as the JSON that the server sent.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::{generated::Client, operation::Call};
    /// async fn show(client: &Client, call: Call) -> Result<(), my_api::Error> {
    ///     let mut changes = call.watch(client)?;
    ///     while let Some(item) = changes.try_next().await? {
    ///         println!("{item}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// An argument is missing; or the operation is not a list with pages, or its items have no
    /// [`lifecycle`](Operation::lifecycle), so there is nothing to wait for.
    pub fn watch(self, client: &impl AsRef<Client>) -> Result<Watch<Box<RawValue>>, Error> {
        let pagination = self.pagination()?;
        if self.arguments.operation().lifecycle.is_none() {
            let reason = "the items of this list have no field that says when they are done, so they cannot be watched";
            return Err(Error::pagination(reason).on(self.arguments.operation()));
        }
        Ok(self
            .arguments
            .request()
            .watch(client.as_ref(), Watching::json(pagination)))
    }

    fn pagination(&self) -> Result<Pagination<Box<RawValue>>, Error> {
        let operation = self.arguments.operation();
        let paging = operation
            .paging
            .ok_or_else(|| Error::pagination("the operation is not a list with pages").on(operation))?;
        // A pagination has the names in the request, which may differ from those of the arguments.
        let sent_as = |name| {
            let mut parameters = operation.parameters.iter();
            parameters
                .find(|known| known.name == name)
                .map_or(name, |known| known.wire_name())
        };
        Ok(Pagination {
            forward: sent_as(paging.forward),
            backward: paging.backward.map(sent_as),
            cursor: |item, property| text_of(item, property),
            cursor_property: paging.cursor,
            has_more: paging.has_more,
            limit: paging.limit.map(sent_as),
            default_limit: paging.default_limit,
            applied_limit: paging.applied_limit,
        })
    }
}

/// A list with pages, for programs that find out at run time what they can list.
///
/// Generated code has all of them as `operation::LISTS`.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::{generated::Client, operation::List};
/// async fn show(client: &Client, lists: &[List]) -> Result<(), my_api::Error> {
///     for list in lists {
///         let mut items = list.pages_json(client, &[("limit", vec!["5".to_owned()])])?.into_items();
///         while let Some(item) = items.try_next().await? {
///             println!("{item}");
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct List {
    operation: &'static Operation,
}

impl List {
    /// What generated code makes of an operation that has [`paging`](Operation::paging).
    #[doc(hidden)]
    pub const fn of(operation: &'static Operation) -> Self {
        Self { operation }
    }

    /// What the document says about the operation.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::List;
    /// fn names(lists: &[List]) -> Vec<&'static str> {
    ///     lists.iter().map(|list| list.operation().id).collect()
    /// }
    /// ```
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Goes through the pages, with each item as the JSON that the server sent. Parameters are set by their
    /// names, each to one value, or to any number for a list.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::{generated::Client, operation::List};
    /// async fn first(client: &Client, list: &List) -> Result<(), my_api::Error> {
    ///     let mut items = list.pages_json(client, &[("limit", vec!["5".to_owned()])])?.into_items();
    ///     println!("{:?}", items.try_next().await?);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// There is no such parameter, or it does not take the text; or an argument is missing.
    pub fn pages_json(
        &self,
        client: &impl AsRef<Client>,
        arguments: &[(&str, Vec<String>)],
    ) -> Result<Pages<Box<RawValue>>, Error> {
        let mut call = Call::new(self.operation);
        for (name, values) in arguments {
            call = call.set(name, values)?;
        }
        call.pages(client)
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("List").field(&self.operation.id).finish()
    }
}
