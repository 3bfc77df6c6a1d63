//! Calls of operations that are chosen at run time.
//!
//! A program that learns from [`Operation`]s what there is to call, such as a command line, has no typed
//! builder to call it with. A [`Call`] takes parameters and fields of the body by their names, and writes
//! the same request.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

use crate::argument;
use crate::body::{Body, Download, File};
use crate::call::CallOptions;
use crate::client::Client;
use crate::decode::text_of;
use crate::error::Error;
use crate::operation::{Encoding, Location, Operation, Parameter, RequestBody, ResponseBody};
use crate::page::{Pages, Pagination};
use crate::request::Request;
use crate::response::Response;
use crate::style::{Form, Style};
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
#[must_use = "nothing is sent before `send`, or before a page is asked for"]
#[derive(Clone)]
pub struct Call {
    operation: &'static Operation,
    values: Vec<(&'static Parameter, Box<RawValue>)>,
    json: Option<Box<RawValue>>,
    fields: Vec<(&'static Parameter, Box<RawValue>)>,
    files: Vec<(&'static Parameter, File)>,
    content: Option<Body>,
}

/// The argument that is the body as a whole.
const BODY: &str = "body";

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
            operation,
            values: Vec::new(),
            json: None,
            fields: Vec::new(),
            files: Vec::new(),
            content: None,
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
        let parameter = Self::known(self.operation.parameters, name, "parameter")?;
        let value = Self::parsed(parameter, values)?;
        self.values.push((parameter, value));
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
        let field = Self::known(self.documented_fields(), name, "field")?;
        let value = Self::parsed(field, values)?;
        self.fields.push((field, value));
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
        self.json = Some(body);
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
        let field = Self::known(self.documented_fields(), name, "part")?;
        self.files.push((field, file));
        Ok(self)
    }

    /// Sets a body that is no JSON and no form: text or bytes.
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
        self.content = Some(body.into());
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
    /// An argument is missing, or the call failed; or the body of the response is no JSON, and is had by
    /// [`download`](Self::download).
    pub async fn send(self, client: &impl AsRef<Client>) -> Result<Response<Option<Box<RawValue>>>, Error> {
        match self.operation.response {
            ResponseBody::Json => self.request()?.send_optional(client.as_ref()).await,
            ResponseBody::Empty => {
                let response = self.request()?.send_empty(client.as_ref()).await?;
                let (status, headers) = (response.status(), response.headers().clone());
                Ok(Response::new(None, status, headers))
            }
            ResponseBody::Text | ResponseBody::Bytes => {
                let reason = "the body of its response is no JSON: get it with `download`";
                Err(Error::request(reason).on(self.operation))
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
        self.request()?.download(client.as_ref()).await
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
    /// An argument is missing, or the operation is no list that comes in pages.
    pub fn pages(self, client: &impl AsRef<Client>) -> Result<Pages<Box<RawValue>>, Error> {
        let pagination = self.pagination()?;
        Ok(self.request()?.pages(client.as_ref(), pagination))
    }

    /// Watches the items of a list until each has come to its end, as the JSON that the server sent.
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
    /// An argument is missing; or the operation is no list that comes in pages, or its items have no
    /// [`lifecycle`](Operation::lifecycle), so there is nothing to wait for.
    pub fn watch(self, client: &impl AsRef<Client>) -> Result<Watch<Box<RawValue>>, Error> {
        let pagination = self.pagination()?;
        if self.operation.lifecycle.is_none() {
            let reason = "the items of this list have no field that says when they are done, so they cannot be watched";
            return Err(Error::pagination(reason).on(self.operation));
        }
        Ok(self.request()?.watch(client.as_ref(), Watching::json(pagination)))
    }

    fn pagination(&self) -> Result<Pagination<Box<RawValue>>, Error> {
        let paging = self
            .operation
            .paging
            .ok_or_else(|| Error::pagination("the operation is no list that comes in pages").on(self.operation))?;
        Ok(Pagination {
            forward: paging.forward,
            backward: paging.backward,
            cursor: |item, property| text_of(item, property),
            cursor_property: paging.cursor,
            has_more: paging.has_more,
            limit: paging.limit,
            default_limit: paging.default_limit,
            applied_limit: paging.applied_limit,
        })
    }

    fn documented_fields(&self) -> &'static [Parameter] {
        self.operation.body.map_or(&[], |body| body.fields)
    }

    /// The one of this name, which is an error where there is none.
    fn known(all: &'static [Parameter], name: &str, what: &str) -> Result<&'static Parameter, Error> {
        all.iter().find(|known| known.name == name).ok_or_else(|| {
            let names: Vec<String> = all.iter().map(|known| format!("`{}`", known.name)).collect();
            let reason = match names.as_slice() {
                [] => format!("this operation takes no {what}s"),
                names => format!("this operation does not take it; it takes {}", names.join(", ")),
            };
            Error::invalid_argument(name, reason)
        })
    }

    fn parsed(
        parameter: &Parameter,
        values: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Box<RawValue>, Error> {
        let values: Vec<_> = values.into_iter().collect();
        let value = parameter.parse(&values);
        value.map_err(|reason| Error::invalid_argument(parameter.name, reason))
    }

    /// The request as the typed builder of the operation would write it.
    fn request(self) -> Result<Request, Error> {
        let mut request = Request::new(self.operation, CallOptions::default());
        if let Some(accept) = self.operation.accept {
            request = request.accept(accept);
        }
        for parameter in self.operation.parameters {
            let is_it = |(known, _): &&(&Parameter, _)| known.name == parameter.name;
            let value = self.values.iter().rev().find(is_it).map(|(_, value)| value);
            let name = parameter.wire_name();
            if parameter.location == Location::Path {
                let value = value.map_or_else(argument::missing, Ok);
                request = match parameter.style {
                    None => request.path(name, value),
                    Some(style) => request.path_as(name, style, value),
                };
                continue;
            }
            let value = match value {
                None if parameter.required => argument::missing(),
                value => Ok(value),
            };
            request = match (parameter.location, parameter.style) {
                (Location::Header, None) => request.header(name, value),
                (Location::Header, Some(style)) => request.header_as(name, style, value),
                (Location::Cookie, style) => request.cookie(name, style.unwrap_or(Style::new(Form::Form, true)), value),
                (_, None) => request.query(name, value),
                (_, Some(style)) => request.query_as(name, style, value),
            };
        }
        let operation = self.operation;
        self.add_body(request).map_err(|error| error.on(operation))
    }

    fn add_body(self, request: Request) -> Result<Request, Error> {
        let given = self.json.is_some() || !self.fields.is_empty() || !self.files.is_empty() || self.content.is_some();
        let Some(body) = self.operation.body else {
            return match given {
                true => Err(Error::invalid_argument(BODY, "this operation takes no body")),
                false => Ok(request),
            };
        };
        match (given, body.required) {
            (false, true) => return Err(Error::invalid_argument(BODY, "is required and was not set")),
            (false, false) => return Ok(request),
            (true, _) => {}
        }
        let media_type = body.media_type;
        match body.encoding {
            Encoding::Text | Encoding::Bytes => {
                let content = self.content.ok_or_else(|| {
                    let reason = format!("is {media_type}: set it with `content`");
                    Error::invalid_argument(BODY, reason)
                })?;
                Ok(request.bytes(media_type, Ok(Some(content))))
            }
            _ if self.content.is_some() => {
                let reason = format!("is {media_type}: set it with `json`, `field` and `file`");
                Err(Error::invalid_argument(BODY, reason))
            }
            Encoding::Json => Ok(request.json_as(media_type, Ok(Some(self.object(&body)?)))),
            Encoding::Form => {
                let styles = body.fields.iter();
                let styles = styles.filter_map(|field| Some((field.wire_name(), field.style?)));
                let styles: Vec<(&str, Style)> = styles.collect();
                Ok(request.form(Ok(Some(self.object(&body)?)), &styles))
            }
            Encoding::Multipart => self.add_parts(request, &body),
        }
    }

    /// Parts in the order of the document, and then those that it does not have.
    fn add_parts(self, mut request: Request, body: &RequestBody) -> Result<Request, Error> {
        let mut members = self.members()?;
        for field in body.fields {
            let name = field.wire_name();
            let files: Vec<File> = self
                .files
                .iter()
                .filter(|(known, _)| known.name == field.name)
                .map(|(_, file)| file.clone())
                .collect();
            let value = members.remove(name);
            if field.required && files.is_empty() && value.is_none() {
                return Err(Error::invalid_argument(field.name, "is required and was not set"));
            }
            request = request.part(name, Ok(value)).files(name, Ok(Some(files)));
        }
        for (name, value) in members {
            request = request.part(&name, Ok(Some(value)));
        }
        Ok(request)
    }

    /// The whole body as JSON.
    fn object(&self, body: &RequestBody) -> Result<Box<RawValue>, Error> {
        let is_object = |json: &RawValue| json.get().starts_with('{');
        if let Some(json) = &self.json
            && self.fields.is_empty()
            && (body.fields.is_empty() || !is_object(json))
        {
            return Ok(json.clone());
        }
        let members = self.members()?;
        let missing = body
            .fields
            .iter()
            .find(|field| field.required && !members.contains_key(field.wire_name()));
        if let Some(field) = missing {
            return Err(Error::invalid_argument(field.name, "is required and was not set"));
        }
        match &self.json {
            Some(json) if self.fields.is_empty() => Ok(json.clone()),
            _ => serde_json::value::to_raw_value(&members).map_err(|error| Error::invalid_argument(BODY, error)),
        }
    }

    /// The members of the body that are JSON.
    fn members(&self) -> Result<BTreeMap<String, Box<RawValue>>, Error> {
        let mut members = match &self.json {
            None => BTreeMap::new(),
            Some(json) => serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(json.get()).map_err(|_| {
                Error::invalid_argument(BODY, "must be an object, for it has fields that are set apart")
            })?,
        };
        for (field, value) in &self.fields {
            members.insert(field.wire_name().to_owned(), value.clone());
        }
        Ok(members)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.operation.id).finish()
    }
}
