//! Parameters in the path, the query, the headers and the cookies of a request.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{
    HeaderStyle, Operation as SpecOperation, Parameter as SpecParameter, ParameterSchemaOrContent, PathItem, PathStyle,
    QueryStyle, ReferenceOr,
};

use super::about;
use super::bounds::{Patterns, bounds};
use super::filter::filter;
use super::media_type::is_json;
use super::names::{Place, Suffixes, place_name};
use super::reference::resolve;
use super::schema::{self, WireForm, chain, wire_form};
use super::types::Types;
use crate::model::{About, Bounds, Location, Parameter, Style};
use crate::name;

/// The operation's parameters and those of its path, by Rust name.
pub(super) fn parameters(
    item: &PathItem,
    operation: &SpecOperation,
    at: &str,
    builder: &str,
    patterns: &mut Patterns,
    types: &mut Types,
) -> IndexMap<String, Parameter> {
    let path_at = at.rsplit_once('/').map_or(at, |(path, _)| path);
    let mut all: IndexMap<(&str, &str), (&SpecParameter, String)> = IndexMap::new();
    for (parameters, at) in [(&item.parameters, path_at), (&operation.parameters, at)] {
        for (index, parameter) in parameters.iter().enumerate() {
            let at = pointer::join(at, ["parameters", index.to_string().as_str()]);
            let Some((parameter, at)) = resolve(parameter, &types.components.parameters, "parameters", at) else {
                continue;
            };
            let location = match parameter {
                SpecParameter::Query { .. } => "query",
                SpecParameter::Header { .. } => "header",
                SpecParameter::Path { .. } => "path",
                SpecParameter::Cookie { .. } => "cookie",
            };
            // A parameter of the operation replaces that of the path.
            all.insert((&parameter.parameter_data_ref().name, location), (parameter, at));
        }
    }
    let found: Vec<_> = all
        .into_values()
        .filter_map(|(parameter, at)| {
            let (rust, model) = self::parameter(parameter, &at, builder, patterns, types)?;
            Some((rust, model, at))
        })
        .collect();
    // The locations of the parameters with the same name.
    let mut locations: HashMap<String, HashSet<Location>> = HashMap::new();
    for (wanted, parameter, _) in &found {
        locations.entry(wanted.clone()).or_default().insert(parameter.location);
    }
    let mut converted: IndexMap<String, Parameter> = IndexMap::new();
    let with_body = operation.request_body.is_some();
    let mut suffixes = Suffixes::default();
    for (wanted, parameter, at) in found {
        let location = parameter.location;
        let mut rust = wanted.clone();
        if locations[&wanted].len() > 1 || rust == "body" && with_body {
            rust = format!("{}_{}", rust.trim_end_matches('_'), location.name());
        }
        let rust = suffixes.free(&rust, "_", |name| converted.contains_key(name));
        if rust != wanted {
            let message = format!("the name `{}` is taken: the method is `{rust}`", parameter.name);
            types.report.note(&at, "name-taken", message);
        }
        converted.insert(rust, parameter);
    }
    converted
}

fn parameter(
    parameter: &SpecParameter,
    at: &str,
    builder: &str,
    patterns: &mut Patterns,
    types: &mut Types,
) -> Option<(String, Parameter)> {
    let data = parameter.parameter_data_ref();
    let explode = data.explode;
    let (location, form, explode, allow_reserved) = match parameter {
        SpecParameter::Query {
            style, allow_reserved, ..
        } => {
            let form = match style {
                QueryStyle::Form => "Form",
                QueryStyle::SpaceDelimited => "SpaceDelimited",
                QueryStyle::PipeDelimited => "PipeDelimited",
                QueryStyle::DeepObject => "DeepObject",
            };
            let explode = explode.unwrap_or(matches!(style, QueryStyle::Form | QueryStyle::DeepObject));
            (Location::Query, form, explode, *allow_reserved)
        }
        SpecParameter::Header {
            style: HeaderStyle::Simple,
            ..
        } => (Location::Header, "Simple", explode.unwrap_or(false), false),
        SpecParameter::Path { style, .. } => {
            let form = match style {
                PathStyle::Simple => "Simple",
                PathStyle::Label => "Label",
                PathStyle::Matrix => "Matrix",
            };
            (Location::Path, form, explode.unwrap_or(false), false)
        }
        SpecParameter::Cookie { .. } => (Location::Cookie, "Form", explode.unwrap_or(true), false),
    };
    if location == Location::Header {
        let lower = data.name.to_ascii_lowercase();
        if ["accept", "content-type", "authorization"].contains(&lower.as_str()) {
            // `check` has a warning for it.
            return None;
        }
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if data.name.is_empty() || !data.name.bytes().all(token) {
            let message = format!(
                "`{}` cannot be the name of a header, so the client cannot send it: it is left out",
                data.name
            );
            types
                .report
                .note(&pointer::join(at, ["name"]), "header-not-sendable", message);
            return None;
        }
    }
    let default_form = match location {
        Location::Query | Location::Cookie => "Form",
        Location::Path | Location::Header => "Simple",
    };
    let style = |form: &'static str| {
        Some(Style {
            form,
            explode,
            allow_reserved,
        })
    };
    let text = ReferenceOr::Item(schema::text());
    let (schema, schema_at, wire, style) = match &data.format {
        ParameterSchemaOrContent::Schema(schema) => {
            let wire = wire_form(types.components, schema);
            let by_default = form == default_form
                && !allow_reserved
                && location != Location::Cookie
                && match wire {
                    WireForm::One => true,
                    WireForm::Many => location == Location::Query && explode,
                    WireForm::Neither => false,
                };
            let style = if by_default { None } else { style(form) };
            (schema, pointer::join(at, ["schema"]), wire, style)
        }
        ParameterSchemaOrContent::Content(content) => {
            let media = content.first();
            let at = pointer::join(at, ["content"]);
            let is_json = media.is_some_and(|(media, _)| is_json(media));
            match media.and_then(|(media, content)| Some((media, content.schema.as_ref()?))) {
                Some((media, schema)) if is_json => {
                    let at = pointer::join(&at, [media.as_str(), "schema"]);
                    (schema, at, WireForm::Neither, style("Json"))
                }
                _ => (&text, at, WireForm::One, None),
            }
        }
    };
    let mut rust = name::field_name(&data.name);
    if name::REQUEST_METHODS.contains(&rust.as_str()) {
        rust.push_str("_value");
        types.report.note(
            at,
            "name-taken",
            format!(
                "every request has a method `{}`: that of the parameter is `{rust}`",
                data.name
            ),
        );
    } else if rust.ends_with('_') {
        types.report.note(
            at,
            "name-keyword",
            format!("`{}` is a Rust keyword: the method is `{rust}`", data.name),
        );
    }
    let bounds = match wire {
        WireForm::Neither => Bounds::default(),
        _ => bounds(schema, &schema_at, types.components, patterns, &mut types.report),
    };
    let chain = chain(types.components, schema, &schema_at);
    let place = Place::new(schema_at, place_name(at, builder, &data.name, "parameter"));
    let ty = types.sent_type(schema, &place);
    let default = about::first_value(&chain, &mut types.budget, |data| data.default.as_ref());
    let mut examples = data
        .examples
        .values()
        .filter_map(|example| example.as_item()?.value.as_ref());
    let example = match data.example.as_ref().or_else(|| examples.next()) {
        Some(example) => types.budget.value(example),
        None if default.is_some() => about::first_value(&chain, &mut types.budget, |data| data.example.as_ref()),
        None => about::example(&chain, &mut types.budget),
    };
    let docs = types.budget.docs(data.description.as_deref());
    let docs = docs.or_else(|| about::about(&chain[..1], &mut types.budget).docs);
    let filter = filter(data, location, at, &mut types.report);
    let model = Parameter {
        about: About {
            docs,
            deprecated: data.deprecated.unwrap_or(false),
        },
        at: at.to_owned(),
        name: data.name.clone(),
        location,
        required: data.required,
        bounds,
        default,
        example,
        ty,
        filter,
        style,
        is_text: wire != WireForm::Neither,
    };
    Some((rust, model))
}
