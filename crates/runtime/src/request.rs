//! Builds a request from an operation and its arguments.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::body::{Body, Download, File, Multipart, OCTET_STREAM, Outgoing, Part};
use crate::call::{self, Call, CallOptions};
use crate::client::{Client, Wanted};
use crate::error::Error;
use crate::members::Members;
use crate::operation::Operation;
use crate::page::{Page, Pages, Pagination};
use crate::received::Received;
use crate::response::{Response, StatusBody, Success};
use crate::style::{self, Form, Place, Style, Styled, Value};
use crate::watch::{Watch, Watching};

/// A request in the making. The first argument that is wrong is the error of the whole.
pub struct Request {
    operation: &'static Operation,
    options: CallOptions,
    path: String,
    /// Pairs as they are sent.
    query: Vec<String>,
    cookies: Vec<String>,
    headers: HeaderMap,
    body: Option<Payload>,
    error: Option<Error>,
}

/// What is accepted where the document does not say it.
const JSON: &str = "application/json";
const ANY: &str = "*/*";

/// The body of a request in the making.
enum Payload {
    Whole(String, Outgoing),
    Form(Multipart),
}

impl Request {
    /// A request of an operation, without arguments.
    ///
    /// What the path has after a `?` is the beginning of the query; a `#` is a part of the path, because
    /// a fragment is never sent.
    pub fn new(operation: &'static Operation, options: CallOptions) -> Self {
        Self {
            operation,
            options,
            path: literal(operation.path),
            query: Vec::new(),
            cookies: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            error: None,
        }
    }

    /// Sets a parameter of the path, in the default style.
    pub fn path<T: Serialize>(self, name: &str, value: T) -> Self {
        if self.is_in_query(name) {
            return self.path_as(name, Style::new(Form::Simple, false), value);
        }
        self.fill(name, value, style::segment)
    }

    /// Sets a parameter of the path.
    pub fn path_as<T: Serialize>(self, name: &str, style: Style, value: T) -> Self {
        let place = Place::Path;
        self.fill(name, value, |json| Styled { name, style, place }.text(json))
    }

    /// Sets a parameter of the query in the default style: a list once for each of its values.
    pub fn query<T: Serialize>(self, name: &str, value: T) -> Self {
        self.query_as(name, Style::new(Form::Form, true), value)
    }

    /// Sets a parameter of the query.
    pub fn query_as<T: Serialize>(mut self, name: &str, style: Style, value: T) -> Self {
        let pairs = self.pairs(name, style, Place::Query, value);
        self.query.extend(pairs);
        self
    }

    /// Sets a header, in the default style.
    pub fn header<T: Serialize>(self, name: &str, value: T) -> Self {
        self.header_as(name, Style::new(Form::Simple, false), value)
    }

    /// Sets a header.
    pub fn header_as<T: Serialize>(mut self, name: &str, style: Style, value: T) -> Self {
        let place = Place::Header;
        let text = self.written(name, value, |json| Styled { name, style, place }.text(json));
        if let Some(text) = text {
            match call::header(name, &text) {
                Ok((name, value)) => {
                    self.headers.insert(name, value);
                }
                Err(reason) => self.refuse(Error::invalid_argument(name, reason)),
            }
        }
        self
    }

    /// Sets a cookie. What is exploded is several cookies.
    pub fn cookie<T: Serialize>(mut self, name: &str, style: Style, value: T) -> Self {
        let pairs = self.pairs(name, style, Place::Cookie, value);
        self.cookies.extend(pairs);
        self
    }

    /// Sets the media types that the response may have; without it, those of what is read from it.
    pub fn accept(mut self, media_types: &'static str) -> Self {
        match HeaderValue::from_str(media_types) {
            Ok(value) => {
                self.headers.insert(ACCEPT, value);
            }
            Err(error) => self.refuse(Error::request(error)),
        }
        self
    }

    /// Sets the body, as JSON.
    pub fn json<T: Serialize>(mut self, media_type: &str, value: T) -> Self {
        if let Some(json) = self.written("body", value, |json| Ok(json.to_owned())) {
            self.whole(media_type, json.into());
        }
        self
    }

    /// Sets the body, as `application/x-www-form-urlencoded`. `encoding` has the properties that are not
    /// written in the default form: a text, a list as several pairs, and an object as JSON.
    pub fn form<T: Serialize>(mut self, value: T, encoding: &[(&'static str, Style)]) -> Self {
        let form = self.written("body", value, |json| form(json, encoding));
        if let Some(form) = form {
            self.whole("application/x-www-form-urlencoded", form.into());
        }
        self
    }

    /// Sets the body, as bytes.
    pub fn bytes(mut self, media_type: &str, body: Body) -> Self {
        self.whole(media_type, body);
        self
    }

    /// Adds a field to a `multipart/form-data` body, with the media type that the document has for it: a text,
    /// one part for each item of a list, or an object as JSON. Written as JSON, a text and a list are JSON in one
    /// part, too.
    pub fn part<T: Serialize>(mut self, name: &str, media_type: Option<&str>, as_json: bool, value: T) -> Self {
        let parts = self.written(name, value, |json| match as_json {
            true => Ok(vec![Part::json(name, json.to_owned(), media_type)]),
            false => parts(name, media_type, json),
        });
        if let Some(parts) = parts {
            let form = self.multipart();
            parts.into_iter().for_each(|part| form.push(part));
        }
        self
    }

    /// Adds files to a `multipart/form-data` body, each as a part of the same name. The media type is that of
    /// files without their own.
    pub fn files(mut self, name: &str, media_type: Option<&str>, files: Vec<File>) -> Self {
        for file in files {
            match file.body.content_type.as_deref().map(HeaderValue::from_str) {
                Some(Err(_)) => {
                    let reason = "has a media type with a character that a header cannot have";
                    self.refuse(Error::invalid_argument(name, reason));
                }
                _ => self.multipart().push(Part::file(name, file, media_type)),
            }
        }
        self
    }

    /// Sends the request, and reads one value from the response.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_json<T: DeserializeOwned>(self, client: &Client) -> Result<Response<T>, Error> {
        let (operation, call) = self.call(client, JSON)?;
        let read = |received| client.read_success(received, Success::json);
        client.send(operation, call, Wanted::Json, read).await
    }

    /// Sends the request, and reads one value from the response, unless it has no body.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_optional<T: DeserializeOwned>(self, client: &Client) -> Result<Response<Option<T>>, Error> {
        let (operation, call) = self.call(client, JSON)?;
        let read = |received| client.read_success(received, Success::optional);
        client.send(operation, call, Wanted::Optional, read).await
    }

    /// Sends the request, and reads the response by its status.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_by_status<T: StatusBody>(self, client: &Client) -> Result<Response<T>, Error> {
        let (operation, call) = self.call(client, JSON)?;
        let read = |received| client.read_success(received, T::read);
        client.send(operation, call, Wanted::by_status::<T>(), read).await
    }

    /// Sends the request, and reads the response as text.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_text(self, client: &Client) -> Result<Response<String>, Error> {
        let (operation, call) = self.call(client, ANY)?;
        let read = |received| client.read_success(received, Success::text);
        client.send(operation, call, Wanted::Any, read).await
    }

    /// Sends the request, and reads the response as bytes.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_bytes(self, client: &Client) -> Result<Response<Bytes>, Error> {
        let (operation, call) = self.call(client, ANY)?;
        let read = |received: Received| Ok(Response::new(received.body.into(), received.status, received.headers));
        client.send(operation, call, Wanted::Any, read).await
    }

    /// Sends the request, and gives the body of the response as it arrives.
    ///
    /// # Errors
    /// An argument was refused, or the call failed before the body began.
    pub async fn download(self, client: &Client) -> Result<Response<Download>, Error> {
        let (operation, call) = self.call(client, ANY)?;
        let url = call.request.url().clone();
        let limits = client.limits(&call.options);
        let read = |received: Received| {
            let (status, headers) = (received.status, received.headers.clone());
            let reporter = client.reporter().clone();
            let download = Download::new(reporter, client.api().crate_name, operation, url, limits, received);
            Ok(Response::new(download, status, headers))
        };
        client.send(operation, call, Wanted::Stream, read).await
    }

    /// Sends the request; the body of the response does not matter.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_empty(self, client: &Client) -> Result<Response<()>, Error> {
        let (operation, call) = self.call(client, JSON)?;
        let read = |received: Received| Ok(Response::new((), received.status, received.headers));
        client.send(operation, call, Wanted::Any, read).await
    }

    /// Sends the request, and reads one page.
    ///
    /// # Errors
    /// An argument was refused, or the call failed.
    pub async fn send_page<T: DeserializeOwned>(
        self,
        client: &Client,
        pagination: Pagination<T>,
    ) -> Result<Page<T>, Error> {
        let (operation, call) = self.call(client, JSON)?;
        Page::fetch(client.clone(), operation, pagination, call).await
    }

    /// A stream of pages from this request on.
    pub fn pages<T>(self, client: &Client, pagination: Pagination<T>) -> Pages<T> {
        let operation = self.operation;
        let call = self.call(client, JSON).map(|(_, call)| call);
        Pages::new(client.clone(), operation, pagination, call)
    }

    /// A stream of the changes of the items of this request's list.
    pub fn watch<T>(self, client: &Client, watching: Watching<T>) -> Watch<T> {
        let operation = self.operation;
        let call = self.call(client, JSON).map(|(_, call)| call);
        Watch::new(client.clone(), operation, watching, call)
    }

    fn call(mut self, client: &Client, accept: &'static str) -> Result<(&'static Operation, Call), Error> {
        let operation = self.operation;
        if let Some(error) = self.error.take() {
            return Err(error.on(operation));
        }
        let options = self.options.clone();
        let call = self.request(client, accept).map_err(|error| error.on(operation));
        call.map(|(request, body)| (operation, Call { request, body, options }))
    }

    fn request(mut self, client: &Client, accept: &'static str) -> Result<(reqwest::Request, Option<Outgoing>), Error> {
        // Each value alone was checked; several, with the text between them, may still make a `..`.
        if steps(&self.path) != steps(self.operation.path) {
            let reason = format!("the path {:?} has a `.` or `..` that leads to another path", self.path);
            return Err(Error::request(reason));
        }
        let mut url = Url::parse(&format!("{}{}", client.base_url(), self.path)).map_err(Error::request)?;
        if !self.query.is_empty() {
            if let Some(fixed) = url.query().filter(|query| !query.is_empty()) {
                self.query.insert(0, fixed.to_owned());
            }
            url.set_query(Some(&self.query.join("&")));
        }
        let body = match self.body {
            None => None,
            Some(Payload::Form(form)) if form.is_empty() => None,
            Some(Payload::Form(form)) => Some(form.into_body()),
            Some(Payload::Whole(content_type, body)) => Some((content_type, body)),
        };
        if let Some((content_type, _)) = &body {
            let value = HeaderValue::from_str(content_type);
            let refuse = |_| Error::invalid_argument("body", format!("{content_type:?} is not a media type"));
            self.headers.insert(CONTENT_TYPE, value.map_err(refuse)?);
        }
        // A header parameter may be named so, too.
        let given = self.headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok());
        if !self.cookies.is_empty() {
            if let Some(given) = given {
                self.cookies.insert(0, given.to_owned());
            }
            let value = HeaderValue::from_str(&self.cookies.join("; ")).map_err(Error::request)?;
            self.headers.insert(COOKIE, value);
        }
        self.headers.extend(self.options.headers(client.api())?.clone());
        self.headers.entry(ACCEPT).or_insert(HeaderValue::from_static(accept));
        let method = Method::from_bytes(self.operation.method.as_bytes()).map_err(Error::request)?;
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = self.headers;
        Ok((request, body.map(|(_, body)| body)))
    }

    /// Whether a parameter of the path is after the `?` that the document has in it.
    fn is_in_query(&self, name: &str) -> bool {
        let place = self.path.find(&placeholder(name));
        self.path.find('?').is_some_and(|query| Some(query) < place)
    }

    /// Puts a value into its place in the path.
    fn fill<T: Serialize>(mut self, name: &str, value: T, write: impl FnOnce(&str) -> Result<String, String>) -> Self {
        if let Some(text) = self.written(name, value, write) {
            // Such a value would lead to another path, and so call another operation.
            let reason = if self.is_in_query(name) {
                ""
            } else if text.is_empty() {
                "is empty, and a path parameter must not be"
            } else if steps(&text) > 0 {
                "a path cannot contain it: a URL resolves it to another path"
            } else {
                ""
            };
            if reason.is_empty() {
                self.path = self.path.replace(&placeholder(name), &text);
            } else {
                self.refuse(Error::invalid_argument(name, format!("{text:?}: {reason}")));
            }
        }
        self
    }

    /// The pairs of an argument; none where it was refused.
    fn pairs<T: Serialize>(&mut self, name: &str, style: Style, place: Place, value: T) -> Vec<String> {
        let pairs = self.written(name, value, |json| Styled { name, style, place }.pairs(json));
        pairs.unwrap_or_default()
    }

    /// An argument as `write` writes its JSON; `None` where it was refused.
    fn written<T: Serialize, W>(
        &mut self,
        name: &str,
        value: T,
        write: impl FnOnce(&str) -> Result<W, String>,
    ) -> Option<W> {
        let json = serde_json::to_string(&value).map_err(|error| error.to_string());
        match json.and_then(|json| write(&json)) {
            Ok(written) => Some(written),
            Err(reason) => {
                self.refuse(Error::invalid_argument(name, reason));
                None
            }
        }
    }

    /// Sets a body of one piece.
    fn whole(&mut self, media_type: &str, body: Body) {
        // A range of media types is no media type.
        let media_type = if media_type.contains('*') {
            OCTET_STREAM
        } else {
            media_type
        };
        let content_type = body.content_type.unwrap_or_else(|| media_type.to_owned());
        self.body = Some(Payload::Whole(content_type, Outgoing::of(body.source)));
    }

    fn multipart(&mut self) -> &mut Multipart {
        if !matches!(self.body, Some(Payload::Form(_))) {
            self.body = Some(Payload::Form(Multipart::default()));
        }
        match &mut self.body {
            Some(Payload::Form(form)) => form,
            _ => unreachable!("it was made just now"),
        }
    }

    /// The request cannot be sent, because of this argument.
    pub(crate) fn refused(mut self, name: &str, reason: impl std::fmt::Display) -> Self {
        self.refuse(Error::invalid_argument(name, reason));
        self
    }

    fn refuse(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

/// The part of a path that the document has, as it is sent: a fragment is never sent, and a URL takes `\`
/// as `/`.
fn literal(path: &str) -> String {
    path.replace('#', "%23").replace('\\', "%5C")
}

fn placeholder(name: &str) -> String {
    literal(&format!("{{{name}}}"))
}

/// How many segments of a path a URL resolves to another one: `.` and `..`, encoded or not.
fn steps(path: &str) -> usize {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.replace("%2e", ".").replace("%2E", ".");
    path.split('/').filter(|segment| matches!(*segment, "." | "..")).count()
}

/// The pairs of a form, which is an object.
fn form(json: &str, encoding: &[(&'static str, Style)]) -> Result<String, String> {
    let not_an_object = |_| "is not an object, and only an object can be written as a form".to_owned();
    let Members(members) = serde_json::from_str(json).map_err(not_an_object)?;
    let mut pairs = Vec::new();
    for (name, json) in &members {
        let place = Place::Query;
        let json = json.get();
        let of_property = |reason| format!("`{name}` {reason}");
        if json == "null" {
            continue;
        }
        match encoding.iter().find(|(known, _)| *known == name) {
            Some(&(_, style)) => {
                pairs.extend(Styled { name, style, place }.pairs(json).map_err(of_property)?);
            }
            None => {
                let name = place.write(name, false);
                for (text, _) in fields(json).map_err(of_property)? {
                    pairs.push(format!("{name}={}", place.write(&text, false)));
                }
            }
        }
    }
    Ok(pairs.join("&"))
}

/// The parts of a field of a multipart body.
fn parts(name: &str, media_type: Option<&str>, json: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    for (text, is_json) in fields(json)? {
        parts.push(match is_json {
            true => Part::json(name, text, media_type),
            false => Part::text(name, text, media_type),
        });
    }
    Ok(parts)
}

/// A field of a form as texts, each with whether it is JSON: a list is several, an object is JSON.
fn fields(json: &str) -> Result<Vec<(String, bool)>, String> {
    let items: Vec<&RawValue> = match json.starts_with('[') {
        true => serde_json::from_str(json),
        false => serde_json::from_str(json).map(|item| vec![item]),
    }
    .map_err(|error| error.to_string())?;
    let mut fields = Vec::new();
    for item in items {
        match style::parse(item.get())? {
            Value::Null => {}
            Value::Text(text) => fields.push((text, false)),
            Value::List(_) | Value::Object(_) => fields.push((item.get().to_owned(), true)),
        }
    }
    Ok(fields)
}
