//! Operations: one method each, with the parameters, the body and the answer that the client can
//! send and read.

use std::collections::HashMap;

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{
    HeaderStyle, MediaType, Operation as SpecOperation, Parameter as SpecParameter, ParameterData,
    ParameterSchemaOrContent, PathItem, PathStyle, Paths, QueryStyle, ReferenceOr, RequestBody, Response, Responses,
    Schema, SchemaKind, StatusCode, Type,
};

use super::Prepare;
use super::schema::{Place, WireForm, about, first_value};
use crate::model::{About, Body, Location, Operation, Parameter};
use crate::name;

const JSON: &str = "application/json";

impl Prepare<'_> {
    /// The copy's paths: every operation whole, nothing by reference.
    pub(super) fn paths(&mut self) -> Paths {
        let mut copy = Paths::default();
        let mut names: HashMap<String, String> = HashMap::new();
        for (path, item) in self.api.paths.iter() {
            let at = pointer::join("/paths", [path.as_str()]);
            let ReferenceOr::Item(item) = item else {
                self.error(
                    &at,
                    "a path cannot be a reference",
                    "write the operations of the path here",
                );
                continue;
            };
            if path.contains(['?', '#']) {
                let finding = self
                    .document
                    .error(&at, format!("the path `{path}` has a `?` or a `#`"));
                self.push(
                    finding
                        .at_key()
                        .help("describe the part from there on with query parameters"),
                );
            }
            for (method, operation) in item.iter() {
                let at = pointer::join(&at, [method]);
                let Some((operation, path)) = self.operation(path, method, item, operation, &at, &mut names) else {
                    continue;
                };
                // Operations of one path may give its parameters different names.
                let item = copy
                    .paths
                    .entry(path)
                    .or_insert_with(|| ReferenceOr::Item(PathItem::default()));
                if let ReferenceOr::Item(item) = item {
                    *slot(item, method) = Some(operation);
                }
            }
        }
        copy
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: &PathItem,
        operation: &SpecOperation,
        at: &str,
        names: &mut HashMap<String, String>,
    ) -> Option<(SpecOperation, String)> {
        let id = operation
            .operation_id
            .clone()
            .unwrap_or_else(|| made_up_id(method, path));
        let id_at = if operation.operation_id.is_some() {
            pointer::join(at, ["operationId"])
        } else {
            at.to_owned()
        };
        let rust = name::field_name(&id);
        if operation.operation_id.is_none() {
            self.note(
                at,
                format!("the operation has no `operationId`: the method is `{rust}`"),
            );
        } else if rust.ends_with('_') {
            self.note(&id_at, format!("`{id}` is a Rust keyword: the method is `{rust}`"));
        }
        let builder = name::builder_name(&rust);
        if name::RESERVED_TYPES.contains(&builder.as_str()) || name::RESERVED_BUILDERS.contains(&builder.as_str()) {
            self.error(
                &id_at,
                format!("the operation's builder would be `{builder}`, and the client has that name"),
                format!("give the operation another `operationId`, such as `get_{rust}`"),
            );
        }
        if name::CLIENT_METHODS.contains(&rust.as_str()) {
            self.error(
                &id_at,
                format!("the client has a method `{rust}` already"),
                format!("give the operation another `operationId`, such as `{rust}_resource`"),
            );
        }
        if let Some(other) = names.insert(builder.clone(), id_at.clone()) {
            self.push(
                self.document
                    .error(
                        &id_at,
                        format!("two operations would both have the Rust builder `{builder}`"),
                    )
                    .also(self.document, &other, "the other one")
                    .help("give one of them another `operationId`"),
            );
        }
        let parameters = self.parameters(item, operation, at, &builder);
        self.define_waiting();
        let body = operation
            .request_body
            .as_ref()
            .and_then(|body| self.body(body, at, &builder));
        let answer = self.answer(&operation.responses, at, &builder);
        self.define_waiting();
        let answer = answer?;

        let mut renamed = HashMap::new();
        let mut copies = Vec::new();
        let mut by_name = IndexMap::new();
        for (rust, (parameter, schema)) in parameters {
            let data = ParameterData {
                name: rust.clone(),
                description: None,
                required: parameter.required,
                deprecated: None,
                format: ParameterSchemaOrContent::Schema(schema),
                example: None,
                examples: IndexMap::new(),
                explode: None,
                extensions: IndexMap::new(),
            };
            copies.push(ReferenceOr::Item(match parameter.location {
                Location::Path => {
                    renamed.insert(parameter.name.clone(), rust.clone());
                    SpecParameter::Path {
                        parameter_data: data,
                        style: PathStyle::Simple,
                    }
                }
                Location::Query => SpecParameter::Query {
                    parameter_data: data,
                    allow_reserved: false,
                    style: QueryStyle::Form,
                    allow_empty_value: None,
                },
                Location::Header => SpecParameter::Header {
                    parameter_data: data,
                    style: HeaderStyle::Simple,
                },
            }));
            by_name.insert(rust, parameter);
        }
        let mut model = Operation {
            id: id.clone(),
            at: id_at.clone(),
            about: About {
                docs: operation.description.clone(),
                deprecated: operation.deprecated,
            },
            summary: operation.summary.clone(),
            tags: operation
                .tags
                .iter()
                .map(|tag| (tag.clone(), self.tag_docs(tag)))
                .collect(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            parameters: by_name,
            body: body.as_ref().map(|(body, _)| Body {
                about: body.about.clone(),
                required: body.required,
            }),
            success: answer.success.clone(),
            success_docs: answer.docs.clone(),
            errors: answer.errors.clone(),
            pagination: None,
        };
        if let Some(extension) = operation.extensions.get("x-cursor-pagination") {
            model.pagination = self.pagination(extension, &model, &answer, at);
        }
        self.model.operations.insert(rust.clone(), model);

        let copy = SpecOperation {
            operation_id: Some(rust),
            parameters: copies,
            request_body: body.map(|(_, copy)| ReferenceOr::Item(copy)),
            responses: answer.copy,
            ..SpecOperation::default()
        };
        Some((copy, renamed_path(path, &renamed)))
    }

    fn tag_docs(&self, name: &str) -> String {
        let tag = self.api.tags.iter().find(|tag| tag.name == name);
        tag.and_then(|tag| tag.description.clone())
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// The operation's parameters and those of its path, by Rust name.
    fn parameters(
        &mut self,
        item: &PathItem,
        operation: &SpecOperation,
        at: &str,
        builder: &str,
    ) -> IndexMap<String, (Parameter, ReferenceOr<Schema>)> {
        let path_at = at.rsplit_once('/').map_or(at, |(path, _)| path);
        let mut all: IndexMap<(String, &str), (SpecParameter, String)> = IndexMap::new();
        for (parameters, at) in [(&item.parameters, path_at), (&operation.parameters, at)] {
            for (index, parameter) in parameters.iter().enumerate() {
                let at = pointer::join(at, ["parameters", index.to_string().as_str()]);
                let (parameter, at) = match parameter {
                    ReferenceOr::Item(parameter) => (Some(parameter), at),
                    ReferenceOr::Reference { reference } => {
                        resolve(&self.components.parameters, reference, "parameters", at)
                    }
                };
                let Some(parameter) = parameter.cloned() else { continue };
                let location = match &parameter {
                    SpecParameter::Query { .. } => "query",
                    SpecParameter::Header { .. } => "header",
                    SpecParameter::Path { .. } => "path",
                    SpecParameter::Cookie { .. } => "cookie",
                };
                // One of the operation takes the place of one of the path.
                all.insert((parameter.parameter_data_ref().name.clone(), location), (parameter, at));
            }
        }
        let found: Vec<_> = all
            .into_values()
            .filter_map(|(parameter, at)| {
                let (rust, model, schema) = self.parameter(&parameter, &at, builder)?;
                Some((rust, model, schema, at))
            })
            .collect();
        let mut converted: IndexMap<String, (Parameter, ReferenceOr<Schema>)> = IndexMap::new();
        let with_body = operation.request_body.is_some();
        for (index, (rust, parameter, schema, at)) in found.iter().enumerate() {
            let same = |other: &&(String, Parameter, ReferenceOr<Schema>, String)| other.0 == *rust;
            let location = parameter.location;
            let mut rust = rust.clone();
            if found.iter().filter(same).any(|other| other.1.location != location) || rust == "body" && with_body {
                rust = format!("{}_{}", rust.trim_end_matches('_'), location.name());
                self.note(
                    at,
                    format!("there are several `{}`: this one is `{rust}`", parameter.name),
                );
            }
            let twin = found[..index]
                .iter()
                .filter(same)
                .find(|other| other.1.location == location);
            let taken = converted.get(&rust).map(|(other, _)| other.name.clone());
            if let Some(other) = twin.map(|twin| twin.1.name.clone()).or(taken) {
                let message = format!(
                    "the parameters `{other}` and `{}` would both be the Rust method `{rust}`",
                    parameter.name
                );
                self.error(
                    at,
                    message,
                    "leave one of them out: what is sent has the name that stands here",
                );
                continue;
            }
            converted.insert(rust, (parameter.clone(), schema.clone()));
        }
        converted
    }

    fn parameter(
        &mut self,
        parameter: &SpecParameter,
        at: &str,
        builder: &str,
    ) -> Option<(String, Parameter, ReferenceOr<Schema>)> {
        let data = parameter.parameter_data_ref();
        let style_at = pointer::join(at, ["style"]);
        let location = match parameter {
            SpecParameter::Query { style, .. } => {
                if *style != QueryStyle::Form {
                    self.error(
                        &style_at,
                        "the client sends query parameters in the style `form` only",
                        "write `style: form`",
                    );
                }
                Location::Query
            }
            SpecParameter::Header {
                style: HeaderStyle::Simple,
                ..
            } => Location::Header,
            SpecParameter::Path { style, .. } => {
                if *style != PathStyle::Simple {
                    self.error(
                        &style_at,
                        "the client sends path parameters in the style `simple` only",
                        "write `style: simple`",
                    );
                }
                Location::Path
            }
            SpecParameter::Cookie { .. } => {
                self.error(
                    at,
                    "the client sends no cookies",
                    "use a query parameter or a header, or leave it out",
                );
                return None;
            }
        };
        if location == Location::Header {
            let lower = data.name.to_ascii_lowercase();
            if ["accept", "content-type", "authorization"].contains(&lower.as_str()) {
                // `check` warns of it.
                return None;
            }
            let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if data.name.is_empty() || !data.name.bytes().all(token) {
                self.error(
                    &pointer::join(at, ["name"]),
                    format!("`{}` cannot be the name of a header", data.name),
                    "a header's name has ASCII letters, digits and `-`",
                );
                return None;
            }
        }
        let schema = match &data.format {
            ParameterSchemaOrContent::Schema(schema) => schema,
            ParameterSchemaOrContent::Content(_) => {
                self.error(
                    &pointer::join(at, ["content"]),
                    "a parameter with `content` is not supported",
                    "describe the value with `schema`",
                );
                return None;
            }
        };
        let schema_at = pointer::join(at, ["schema"]);
        match self.wire_form(schema) {
            WireForm::One => {}
            WireForm::Many if location == Location::Query => {
                if data.explode == Some(false) {
                    self.error(
                        &pointer::join(at, ["explode"]),
                        "the client sends a list as `name=a&name=b` only",
                        "take `explode: false` out, or make it a string with commas",
                    );
                }
            }
            WireForm::Many => {
                let message = format!("a list cannot be sent in a {}", location.name());
                self.error(&schema_at, message, "make it a string");
            }
            WireForm::Neither => {
                let message = "the parameter's schema is not one value or a list of values";
                self.error(
                    &schema_at,
                    message,
                    "use a string, a number, a boolean, an enum, or a list of them",
                );
                return None;
            }
        }
        let mut rust = name::field_name(&data.name);
        if name::REQUEST_METHODS.contains(&rust.as_str()) {
            rust.push_str("_value");
            self.note(
                at,
                format!(
                    "every request has a method `{}`: the parameter's is `{rust}`",
                    data.name
                ),
            );
        } else if rust.ends_with('_') {
            self.note(at, format!("`{}` is a Rust keyword: the method is `{rust}`", data.name));
        }
        let bounds = self.bounds(schema, &schema_at);
        let chain = self.chain(schema, &schema_at);
        let place = Place::new(schema_at, place_name(at, builder, &data.name, "parameter"));
        let copy = self.convert(schema, &place).into_schema(false);
        let default = first_value(&chain, |data| data.default.as_ref());
        let mut examples = data
            .examples
            .values()
            .filter_map(|example| example.as_item()?.value.clone());
        let example = data.example.clone().or_else(|| examples.next());
        let example = example.or_else(|| first_value(&chain, |data| data.example.as_ref()));
        let docs = data.description.clone().or_else(|| about(&[schema]).docs);
        let model = Parameter {
            about: About {
                docs,
                deprecated: data.deprecated.unwrap_or(false),
            },
            name: data.name.clone(),
            location,
            required: data.required,
            bounds,
            default,
            example,
        };
        Some((rust, model, not_null(copy)))
    }

    fn body(&mut self, body: &ReferenceOr<RequestBody>, at: &str, builder: &str) -> Option<(Body, RequestBody)> {
        let at = pointer::join(at, ["requestBody"]);
        let (body, at) = match body {
            ReferenceOr::Item(body) => (Some(body), at),
            ReferenceOr::Reference { reference } => {
                resolve(&self.components.request_bodies, reference, "requestBodies", at)
            }
        };
        let body = body.cloned()?;
        let content_at = pointer::join(&at, ["content"]);
        let name = place_name(&at, builder, "body", "body");
        let (media_type, place) = self.json(&body.content, &content_at, &name, "request")?;
        let converted = match &media_type.schema {
            Some(schema) => {
                let converted = self.convert(schema, &place);
                self.sent.extend(converted.holds.clone());
                converted.into_schema(false)
            }
            None => {
                self.error(
                    &content_at,
                    "the request body has no schema",
                    "add `schema`; `{}` stands for any JSON value",
                );
                return None;
            }
        };
        let media_type = MediaType {
            schema: Some(not_null(converted)),
            ..MediaType::default()
        };
        let copy = RequestBody {
            content: IndexMap::from([(JSON.to_owned(), media_type)]),
            required: true,
            ..RequestBody::default()
        };
        let about = About {
            docs: body.description.clone(),
            deprecated: false,
        };
        Some((
            Body {
                about,
                required: body.required,
            },
            copy,
        ))
    }

    /// The JSON form among the media types of a body; the others are left out.
    fn json(
        &mut self,
        content: &IndexMap<String, MediaType>,
        at: &str,
        name: &str,
        what: &str,
    ) -> Option<(MediaType, Place)> {
        let Some((key, media_type)) = content.iter().find(|(media, _)| is_json(media)) else {
            let found: Vec<String> = content.keys().map(|media| format!("`{media}`")).collect();
            self.error(
                at,
                format!(
                    "the client reads and writes JSON only, and this {what} body is {}",
                    found.join(" or ")
                ),
                format!("describe it as `{JSON}`"),
            );
            return None;
        };
        for other in content.keys().filter(|media| *media != key) {
            let message = format!("of the media types only `{key}` is used, not `{other}`");
            self.push(
                self.document
                    .note(&pointer::join(at, [other.as_str()]), message)
                    .at_key(),
            );
        }
        Some((
            media_type.clone(),
            Place::new(pointer::join(at, [key.as_str(), "schema"]), name),
        ))
    }

    fn answer(&mut self, responses: &Responses, at: &str, builder: &str) -> Option<Answer> {
        let at = pointer::join(at, ["responses"]);
        let mut success: Vec<(String, (u16, u16), Response, String)> = Vec::new();
        let mut errors = Vec::new();
        let mut informational = Vec::new();
        for (status, response) in &responses.responses {
            let key = status.to_string();
            let at = pointer::join(&at, [key.as_str()]);
            let Some((response, at)) = self.response(response, at) else {
                continue;
            };
            let range = match status {
                StatusCode::Code(code) => (*code, *code),
                StatusCode::Range(class) => (class * 100, class * 100 + 99),
            };
            match range.0 {
                200..=299 => success.push((key, range, response, at)),
                400..=599 => errors.push((key, response.description)),
                _ => informational.push(at),
            }
        }
        for at in informational {
            self.note(&at, "a status that is neither success nor an error has no effect");
        }
        if let Some(default) = &responses.default
            && let Some((response, default_at)) = self.response(default, pointer::join(&at, ["default"]))
        {
            if success.is_empty() {
                // The only answer described is what success looks like.
                success.push(("default".to_owned(), (200, 299), response, default_at));
            } else {
                errors.push(("other".to_owned(), response.description));
            }
        }
        let Some((_, _, first, first_at)) = success.first().cloned() else {
            self.error(
                &at,
                "no response says what success looks like",
                "add a response for `200`, or for `204` without a body",
            );
            return None;
        };
        let body = |response: &Response| {
            let json = response.content.iter().find(|(media, _)| is_json(media));
            json.or(response.content.first()).map(|(_, media)| media.schema.clone())
        };
        for (key, _, response, other_at) in &success[1..] {
            // It has to be JSON as well.
            if !response.content.is_empty() {
                let content_at = pointer::join(other_at, ["content"]);
                self.json(&response.content, &content_at, "", "response");
            }
            if body(response) != body(&first) {
                self.push(
                    self.document
                        .error(
                            other_at,
                            format!("`{key}` succeeds with another body than `{}`", success[0].0),
                        )
                        .at_key()
                        .also(self.document, &first_at, "the other body")
                        .help("a method has one type of result: give both the same schema, or leave one out"),
                );
            }
        }
        let mut item = None;
        let mut content = IndexMap::new();
        if !first.content.is_empty() {
            let content_at = pointer::join(&first_at, ["content"]);
            let name = place_name(&first_at, builder, "response", "response");
            let (media_type, place) = self.json(&first.content, &content_at, &name, "response")?;
            let any = ReferenceOr::Item(super::schema::any());
            let schema = media_type.schema.unwrap_or(any);
            let converted = self.convert(&schema, &place);
            self.received.extend(converted.holds.clone());
            item = converted.list_item();
            let media_type = MediaType {
                schema: Some(converted.into_schema(false)),
                ..MediaType::default()
            };
            content.insert(JSON.to_owned(), media_type);
        }
        let copy = Response {
            content,
            ..Response::default()
        };
        let copy = Responses {
            responses: IndexMap::from([(StatusCode::Code(200), ReferenceOr::Item(copy))]),
            ..Responses::default()
        };
        Some(Answer {
            copy,
            success: success.iter().map(|(_, range, _, _)| *range).collect(),
            headers: first.headers.keys().cloned().collect(),
            docs: first.description,
            errors,
            item,
            at: first_at,
        })
    }

    fn response(&mut self, response: &ReferenceOr<Response>, at: String) -> Option<(Response, String)> {
        let (response, at) = match response {
            ReferenceOr::Item(response) => (Some(response), at),
            ReferenceOr::Reference { reference } => resolve(&self.components.responses, reference, "responses", at),
        };
        Some((response.cloned()?, at))
    }
}

/// What an operation answers.
pub(super) struct Answer {
    copy: Responses,
    success: Vec<(u16, u16)>,
    errors: Vec<(String, String)>,
    docs: String,
    /// The headers of a success.
    pub(super) headers: Vec<String>,
    /// Where the body is a list of structs: the struct.
    pub(super) item: Option<String>,
    /// Where the response stands.
    pub(super) at: String,
}

/// Follows references among the components of a kind.
fn resolve<'c, T>(
    components: &'c IndexMap<String, ReferenceOr<T>>,
    reference: &str,
    kind: &str,
    at: String,
) -> (Option<&'c T>, String) {
    let mut reference = reference;
    // `check` has refused circles; a component is visited once at most.
    for _ in 0..=components.len() {
        let Some(name) = reference.strip_prefix(&format!("#/components/{kind}/")) else {
            break;
        };
        match components.get(name) {
            Some(ReferenceOr::Item(item)) => {
                return (Some(item), pointer::join("/components", [kind, name]));
            }
            Some(ReferenceOr::Reference { reference: next }) => reference = next,
            None => break,
        }
    }
    (None, at)
}

/// The name of an inline schema: after the operation, or after the component that operations share.
fn place_name(at: &str, builder: &str, of_operation: &str, of_component: &str) -> String {
    match pointer::parse(at).as_deref() {
        Some([root, _, component]) if root == "components" => name::type_name(&format!("{component}-{of_component}")),
        _ => name::type_name(&format!("{builder}-{of_operation}")),
    }
}

fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case(JSON)
}

/// A path with other names for its parameters.
pub(crate) fn renamed_path(path: &str, names: &HashMap<String, String>) -> String {
    let mut parts = path.split('{');
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let name = names.get(name).map_or(name, String::as_str);
        renamed.push_str(&format!("{{{name}}}{rest}"));
    }
    renamed
}

/// `get /tasks/{id}` → `get_tasks_by_id`.
fn made_up_id(method: &str, path: &str) -> String {
    let words = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| segment.replace('{', "by_").replace('}', ""));
    std::iter::once(method.to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

/// The place of a method's operation in a path item.
pub(crate) fn slot<'i>(item: &'i mut PathItem, method: &str) -> &'i mut Option<SpecOperation> {
    match method {
        "get" => &mut item.get,
        "put" => &mut item.put,
        "post" => &mut item.post,
        "delete" => &mut item.delete,
        "options" => &mut item.options,
        "head" => &mut item.head,
        "patch" => &mut item.patch,
        _ => &mut item.trace,
    }
}

/// A parameter or a body is there or it is not: it is never null.
fn not_null(schema: ReferenceOr<Schema>) -> ReferenceOr<Schema> {
    match schema {
        ReferenceOr::Item(mut schema) => {
            schema.schema_data.nullable = false;
            if let SchemaKind::Type(Type::Array(list)) = &mut schema.schema_kind
                && let Some(ReferenceOr::Item(item)) = &mut list.items
            {
                item.schema_data.nullable = false;
            }
            ReferenceOr::Item(schema)
        }
        reference => reference,
    }
}
