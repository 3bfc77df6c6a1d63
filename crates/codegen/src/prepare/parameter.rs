//! Parameters: what goes into the path, the query and the headers of a request.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{
    HeaderStyle, Operation as SpecOperation, Parameter as SpecParameter, ParameterSchemaOrContent, PathItem, PathStyle,
    QueryStyle, ReferenceOr,
};

use super::Prepare;
use super::operation::{place_name, resolve};
use super::schema::{Place, WireForm, about, first_value};
use crate::model::{About, Location, Parameter};
use crate::name;

impl Prepare<'_> {
    /// The operation's parameters and those of its path, by Rust name.
    pub(super) fn parameters(
        &mut self,
        item: &PathItem,
        operation: &SpecOperation,
        at: &str,
        builder: &str,
    ) -> IndexMap<String, Parameter> {
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
                let (rust, model) = self.parameter(&parameter, &at, builder)?;
                Some((rust, model, at))
            })
            .collect();
        let mut converted: IndexMap<String, Parameter> = IndexMap::new();
        let with_body = operation.request_body.is_some();
        for (index, (rust, parameter, at)) in found.iter().enumerate() {
            let same = |other: &&(String, Parameter, String)| other.0 == *rust;
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
            let taken = converted.get(&rust).map(|other| other.name.clone());
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
            converted.insert(rust, parameter.clone());
        }
        converted
    }

    fn parameter(&mut self, parameter: &SpecParameter, at: &str, builder: &str) -> Option<(String, Parameter)> {
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
        let ty = self.convert(schema, &place).sent_type();
        let default = first_value(&chain, |data| data.default.as_ref());
        let mut examples = data
            .examples
            .values()
            .filter_map(|example| example.as_item()?.value.clone());
        let example = data.example.clone().or_else(|| examples.next());
        let example = example.or_else(|| first_value(&chain, |data| data.example.as_ref()));
        let docs = data.description.clone().or_else(|| about(&[schema]).docs);
        let filter = self.filter(data, location, at);
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
            ty,
            filter,
        };
        Some((rust, model))
    }
}
