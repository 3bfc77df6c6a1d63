//! The arguments of one call, which are set by a typed request builder, or by a program that learned the
//! names at run time. Each is checked when it is set, and what is wrong with it is kept until the request
//! is made. The request is written here alone, from what the operation says of each argument.

use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::argument::{self, MISSING};
use crate::body::{Body, File};
use crate::call::CallOptions;
use crate::error::Error;
use crate::members::Members;
use crate::names::quoted;
use crate::operation::{Encoding, Kind, Location, Operation, Parameter, RequestBody};
use crate::request::Request;
use crate::style::{Form, Style};

/// What an operation is called with. Parameters and parts of a multipart body are set by their position in
/// the operation.
#[derive(Clone)]
pub struct Arguments {
    operation: &'static Operation,
    options: CallOptions,
    parameters: ByPosition<Set<Box<RawValue>>>,
    /// The body as JSON, or for a form its fields.
    json: Option<Set<Box<RawValue>>>,
    /// Fields of the body that are set one by one.
    fields: ByPosition<Set<Box<RawValue>>>,
    files: ByPosition<Set<Vec<File>>>,
    /// A body that is neither JSON nor a form.
    content: Option<Set<Body>>,
}

/// An argument, or what is wrong with it.
type Set<T> = Result<T, String>;

/// Arguments by their position, in its order. There are few, and to compile a map for them takes much longer.
#[derive(Clone)]
struct ByPosition<T>(Vec<(usize, T)>);

impl<T> ByPosition<T> {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets an argument, and returns what it was before.
    fn insert(&mut self, position: usize, value: T) -> Option<T> {
        match self.0.binary_search_by_key(&position, |(known, _)| *known) {
            Ok(index) => Some(std::mem::replace(&mut self.0[index].1, value)),
            Err(index) => {
                self.0.insert(index, (position, value));
                None
            }
        }
    }

    fn remove(&mut self, position: usize) -> Option<T> {
        let index = self.0.iter().position(|(known, _)| *known == position)?;
        Some(self.0.remove(index).1)
    }
}

/// The argument that is the body as a whole.
const BODY: &str = "body";

impl Arguments {
    /// None yet.
    pub fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            options: CallOptions::default(),
            parameters: ByPosition::new(),
            json: None,
            fields: ByPosition::new(),
            files: ByPosition::new(),
            content: None,
        }
    }

    /// The options of the call.
    pub fn options(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Sets a parameter.
    pub fn parameter<T: Serialize>(&mut self, index: usize, value: impl TryInto<T, Error: Display>) {
        let parameter = &self.operation.parameters[index];
        let json = argument::converted(value)
            .map_err(|reason| match parameter.bounds {
                "" => reason,
                bounds => format!("must be {bounds}: {reason}"),
            })
            .and_then(|value| json(&value))
            .and_then(|json| match (parameter.kind, json.get()) {
                (Kind::Number, "null") => {
                    Err("must be a number that JSON has, but is infinite or not a number".to_owned())
                }
                _ => parameter.checked(json),
            });
        self.parameters.insert(index, json);
    }

    /// Sets a parameter by its name, from text: one value, or any number for a list.
    ///
    /// # Errors
    /// There is no such parameter, or it does not take the text.
    pub fn parameter_by_name(&mut self, name: &str, texts: impl IntoIterator<Item: AsRef<str>>) -> Result<(), Error> {
        let (index, value) = Self::parsed(self.operation.parameters, "parameter", name, texts)?;
        self.parameters.insert(index, Ok(value));
        Ok(())
    }

    /// Sets the body, or for a form its fields.
    pub fn json<T: Serialize>(&mut self, value: impl TryInto<T, Error: Display>) {
        self.json = Some(argument::converted(value).and_then(|value| json(&value)));
    }

    /// Sets a body that is neither JSON nor a form.
    pub fn content<T: Into<Body>>(&mut self, value: impl TryInto<T, Error: Display>) {
        self.content = Some(argument::converted(value).map(T::into));
    }

    /// Sets a part of a multipart body.
    pub fn part<T: Serialize>(&mut self, index: usize, value: impl TryInto<T, Error: Display>) {
        self.fields
            .insert(index, argument::converted(value).and_then(|value| json(&value)));
    }

    /// Sets a field of the body by its name, from text: one value, or any number for a list.
    ///
    /// # Errors
    /// The body has no such field, or it does not take the text.
    pub fn field_by_name(&mut self, name: &str, texts: impl IntoIterator<Item: AsRef<str>>) -> Result<(), Error> {
        let (index, value) = Self::parsed(self.documented_fields(), "field", name, texts)?;
        self.fields.insert(index, Ok(value));
        Ok(())
    }

    /// Sets a part of a multipart body that is a file.
    pub fn file<T: Into<File>>(&mut self, index: usize, value: impl TryInto<T, Error: Display>) {
        self.files
            .insert(index, argument::converted(value).map(|file: T| vec![file.into()]));
    }

    /// Sets a part of a multipart body that is any number of files.
    pub fn files<T: Into<Vec<File>>>(&mut self, index: usize, value: impl TryInto<T, Error: Display>) {
        self.files.insert(index, argument::converted(value).map(T::into));
    }

    /// Adds a file to a multipart body, by the name of its part.
    ///
    /// # Errors
    /// The body has no such part.
    pub fn file_by_name(&mut self, name: &str, file: File) -> Result<(), Error> {
        let index = Self::position(self.documented_fields(), "part", name)?;
        let files = self.files.remove(index).unwrap_or_else(|| Ok(Vec::new()));
        let files = files.map(|mut files| {
            files.push(file);
            files
        });
        self.files.insert(index, files);
        Ok(())
    }

    fn documented_fields(&self) -> &'static [Parameter] {
        self.operation.body.map_or(&[], |body| body.fields)
    }

    /// The position of a name, or an error where there is none.
    fn position(all: &[Parameter], what: &str, name: &str) -> Result<usize, Error> {
        all.iter().position(|known| known.name == name).ok_or_else(|| {
            let names = quoted(&mut all.iter().map(|known| known.name));
            let reason = match names.as_str() {
                "" => format!("this operation takes no {what}s"),
                names => format!("this operation does not take it; it takes {names}"),
            };
            Error::invalid_argument(name, reason)
        })
    }

    fn parsed(
        all: &[Parameter],
        what: &str,
        name: &str,
        texts: impl IntoIterator<Item: AsRef<str>>,
    ) -> Result<(usize, Box<RawValue>), Error> {
        let index = Self::position(all, what, name)?;
        let texts: Vec<_> = texts.into_iter().collect();
        let parameter = &all[index];
        let value = parameter.parse(&texts);
        let refused = |reason| Error::invalid_argument(name, reason);
        Ok((index, value.map_err(refused)?))
    }

    /// The request. The first argument that is wrong or missing is its error.
    pub fn request(mut self) -> Request {
        let operation = self.operation;
        let mut request = Request::new(operation, std::mem::take(&mut self.options));
        if let Some(accept) = operation.accept {
            request = request.accept(accept);
        }
        for (index, parameter) in operation.parameters.iter().enumerate() {
            // Errors name an argument as its builder does, which may differ from its name in the request.
            request = match self.parameters.remove(index) {
                Some(Ok(value)) => parameter.written(request, &value),
                Some(Err(reason)) => request.refused(parameter.name, reason),
                None if parameter.required || parameter.location == Location::Path => {
                    request.refused(parameter.name, MISSING)
                }
                None => request,
            };
        }
        self.with_body(request)
    }

    fn with_body(mut self, request: Request) -> Request {
        let given = self.json.is_some() || !self.fields.is_empty() || !self.files.is_empty() || self.content.is_some();
        let Some(body) = self.operation.body else {
            return match given {
                true => request.refused(BODY, "this operation takes no body"),
                false => request,
            };
        };
        if let (Encoding::Text | Encoding::Bytes, true) = (body.encoding, given) {
            return match self.content.take() {
                Some(Ok(content)) => request.bytes(body.media_type, content),
                Some(Err(reason)) => request.refused(BODY, reason),
                None => request.refused(BODY, format!("is {}: set it with `content`", body.media_type)),
            };
        }
        if self.content.is_some() {
            let reason = format!("is {}: set it with `json`, `field` and `file`", body.media_type);
            return request.refused(BODY, reason);
        }
        if !given && body.encoding != Encoding::Multipart {
            return match body.required {
                true => request.refused(BODY, MISSING),
                false => request,
            };
        }
        match body.encoding {
            Encoding::Multipart if given || body.required => self.with_parts(request, &body),
            Encoding::Form => {
                let styles = body.fields.iter();
                let styles = styles.filter_map(|field| Some((field.wire_name(), field.style?)));
                let styles: Vec<(&str, Style)> = styles.collect();
                match self.whole(&body) {
                    Ok(json) => request.form(json, &styles),
                    Err((name, reason)) => request.refused(name, reason),
                }
            }
            Encoding::Json => match self.whole(&body) {
                Ok(json) => request.json(body.media_type, json),
                Err((name, reason)) => request.refused(name, reason),
            },
            _ => request,
        }
    }

    /// Parts in the order of the document, and then those that it does not have.
    fn with_parts(mut self, mut request: Request, body: &RequestBody) -> Request {
        let mut files = std::mem::replace(&mut self.files, ByPosition::new());
        let mut members = match self.members(body) {
            Ok(members) => members,
            Err((name, reason)) => return request.refused(name, reason),
        };
        for (index, field) in body.fields.iter().enumerate() {
            let name = field.wire_name();
            let (value, files) = (members.remove(name), files.remove(index));
            if value.is_none() && files.is_none() && field.required {
                request = request.refused(field.name, MISSING);
            }
            if let Some(value) = value {
                let as_json = field.style.is_some_and(|style| style.form == Form::Json);
                request = request.part(name, field.media_type, as_json, value);
            }
            request = match files {
                None => request,
                Some(Ok(files)) => request.files(name, field.media_type, files),
                Some(Err(reason)) => request.refused(name, reason),
            };
        }
        let others = members.0.into_iter();
        others.fold(request, |request, (name, value)| {
            request.part(&name, None, false, value)
        })
    }

    /// The whole body as JSON; or the name of the argument that is wrong, and why.
    fn whole(self, body: &RequestBody) -> Result<Box<RawValue>, (&'static str, String)> {
        let of_body = |reason| (BODY, reason);
        let is_object = |json: &Set<Box<RawValue>>| json.as_ref().is_ok_and(|json| json.get().starts_with('{'));
        // What has no fields to look for is sent as it was given.
        let is_whole = |json: &Set<Box<RawValue>>| body.fields.is_empty() || !is_object(json);
        if self.fields.is_empty()
            && let Some(given) = self.json.as_ref().filter(|json| is_whole(json))
        {
            return given.clone().map_err(of_body);
        }
        let members = self.members(body)?;
        let mut required = body.fields.iter().filter(|field| field.required);
        if let Some(field) = required.find(|field| members.get(field.wire_name()).is_none()) {
            return Err((field.name, MISSING.to_owned()));
        }
        match &self.json {
            Some(given) if self.fields.is_empty() => given.clone(),
            _ => json(&members),
        }
        .map_err(of_body)
    }

    /// The members of the body that are JSON.
    fn members(&self, body: &RequestBody) -> Result<Members<'_>, (&'static str, String)> {
        let mut members = match &self.json {
            None => Members(Vec::new()),
            Some(json) => {
                let json = json.as_ref().map_err(|reason| (BODY, reason.clone()))?;
                serde_json::from_str(json.get()).map_err(|_| {
                    let reason = "must be an object, because it has fields that are set separately";
                    (BODY, reason.to_owned())
                })?
            }
        };
        for (position, value) in &self.fields.0 {
            let field = &body.fields[*position];
            let value = value.as_ref().map_err(|reason| (field.name, reason.clone()))?;
            members.set(field.wire_name(), value);
        }
        Ok(members)
    }
}

impl Parameter {
    /// Puts a value where it goes in a request.
    fn written(&self, request: Request, value: &RawValue) -> Request {
        let name = self.wire_name();
        match (self.location, self.style) {
            (Location::Path, None) => request.path(name, value),
            (Location::Path, Some(style)) => request.path_as(name, style, value),
            (Location::Header, None) => request.header(name, value),
            (Location::Header, Some(style)) => request.header_as(name, style, value),
            (Location::Cookie, style) => request.cookie(name, style.unwrap_or(Style::new(Form::Form, true)), value),
            (Location::Query | Location::Body, None) => request.query(name, value),
            (Location::Query | Location::Body, Some(style)) => request.query_as(name, style, value),
        }
    }
}

fn json<T: Serialize>(value: &T) -> Result<Box<RawValue>, String> {
    to_raw_value(value).map_err(|error| error.to_string())
}

/// Prints what was set, by the names of the builder.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parameters, fields) = (self.operation.parameters, self.documented_fields());
        let set = self
            .parameters
            .0
            .iter()
            .map(|(index, value)| (parameters[*index].name, value));
        let of_fields = self.fields.0.iter().map(|(index, value)| (fields[*index].name, value));
        let of_files = self.files.0.iter().map(|(index, value)| (fields[*index].name, value));
        f.debug_map()
            .entries(set)
            .entries(self.json.iter().map(|json| (BODY, json)))
            .entries(of_fields)
            .entries(of_files)
            .entries(self.content.iter().map(|content| (BODY, content)))
            .finish()
    }
}
