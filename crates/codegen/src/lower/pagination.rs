//! `x-cursor-pagination`: how to get from one page of a list to the next.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{ReferenceOr, SchemaKind, Type};
use serde_json::Value;

use super::names::TIMESTAMP;
use super::report::Report;
use super::response::ResponseModel;
use super::schema::COMPONENTS;
use super::types::Definitions;
use crate::model::{Cursor, Location, Pagination, Parameter};

const KEYS: [&str; 6] = ["forward", "backward", "cursor", "has-more", "limit", "applied-limit"];
const EXAMPLE: &str = "write for example `{forward: after, backward: before, cursor: id, has-more: Has-More, limit: limit, applied-limit: Limit}`";

/// Reads the extension. Every name in it must exist in the operation or in its items.
pub(super) fn pagination(
    extension: &Value,
    parameters: &IndexMap<String, Parameter>,
    response: &ResponseModel,
    at: &str,
    defined: &Definitions,
    report: &mut Report,
) -> Option<Pagination> {
    let at = pointer::join(at, ["x-cursor-pagination"]);
    let Value::Object(entries) = extension else {
        report.error(
            &at,
            "x-cursor-pagination-value",
            "`x-cursor-pagination` must be an object",
            EXAMPLE,
        );
        return None;
    };
    let before = report.findings.errors().count();
    for key in entries.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let known = KEYS.map(|key| format!("`{key}`")).join(", ");
        let message = format!("`x-cursor-pagination` has no key `{key}`");
        let at = pointer::join(&at, [key.as_str()]);
        report.error_at_key(
            &at,
            "x-cursor-pagination-value",
            message,
            format!("known keys: {known}"),
        );
    }
    let forward = name_of(entries, "forward", &at, report);
    let backward = name_of(entries, "backward", &at, report);
    let cursor = name_of(entries, "cursor", &at, report);
    let has_more = name_of(entries, "has-more", &at, report);
    let limit = name_of(entries, "limit", &at, report);
    let applied_limit = name_of(entries, "applied-limit", &at, report);
    for (key, name) in [("forward", &forward), ("cursor", &cursor)] {
        if name.is_none() && !entries.contains_key(key) {
            report.error(
                &at,
                "x-cursor-pagination-incomplete",
                format!("`x-cursor-pagination` has no `{key}`"),
                EXAMPLE,
            );
        }
    }

    let queries: Vec<&str> = parameters
        .values()
        .filter(|parameter| parameter.location == Location::Query)
        .map(|parameter| parameter.name.as_str())
        .collect();
    for (key, name) in [("forward", &forward), ("backward", &backward), ("limit", &limit)] {
        if let Some(name) = name {
            must_exist(
                name,
                &queries,
                "query parameter",
                "",
                &pointer::join(&at, [key]),
                report,
            );
        }
    }
    let headers: Vec<&str> = response.headers.iter().map(String::as_str).collect();
    for (key, name) in [("has-more", &has_more), ("applied-limit", &applied_limit)] {
        if let Some(name) = name {
            must_exist(
                name,
                &headers,
                "response header",
                "",
                &pointer::join(&at, [key]),
                report,
            );
        }
    }
    let Some(item) = response.item.clone() else {
        report.push(
            report
                .document
                .error(
                    &at,
                    "only a list can have pages, and the response is not a list of objects",
                )
                .code("x-cursor-pagination-no-list")
                .at_key()
                .also(report.document, &response.at, "this response")
                .help("describe the response as an array of an object schema"),
        );
        return None;
    };
    let fields = &defined.structs.get(&item)?.fields;
    let properties: Vec<String> = fields.values().map(|field| field.property.clone()).collect();
    let cursor = cursor?;
    let found = fields.iter().find(|(_, field)| field.property == cursor);
    let Some(field) = found.map(|(rust, _)| rust.clone()) else {
        let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
        let of = format!(" of `{item}`");
        must_exist(
            &cursor,
            &properties,
            "property",
            &of,
            &pointer::join(&at, ["cursor"]),
            report,
        );
        return None;
    };
    let found = cursor_of(&item, &field, &cursor, defined);
    if found.is_none() {
        report.error(
            &pointer::join(&at, ["cursor"]),
            "x-cursor-pagination-cursor",
            format!("the property `{cursor}` of `{item}` is not a string or an integer"),
            "a cursor is sent in a query parameter: name a property that is a single value",
        );
    }
    let default_limit = limit.as_ref().and_then(|limit| {
        let parameter = parameters.values().find(|parameter| parameter.name == *limit)?;
        parameter.default.as_ref()?.as_u64()
    });
    if report.findings.errors().count() > before {
        return None;
    }
    Some(Pagination {
        forward: forward?,
        backward,
        item,
        cursor: found?,
        has_more,
        limit,
        default_limit,
        applied_limit,
    })
}

fn name_of(entries: &serde_json::Map<String, Value>, key: &str, at: &str, report: &mut Report) -> Option<String> {
    match entries.get(key)? {
        Value::String(name) => Some(name.clone()),
        _ => {
            report.error(
                &pointer::join(at, [key]),
                "x-cursor-pagination-value",
                format!("`{key}` must be a name"),
                EXAMPLE,
            );
            None
        }
    }
}

fn must_exist(name: &str, names: &[&str], what: &str, of: &str, at: &str, report: &mut Report) {
    if names
        .iter()
        .any(|known| *known == name || what.ends_with("header") && known.eq_ignore_ascii_case(name))
    {
        return;
    }
    let help = if names.is_empty() {
        format!("the operation has none: describe the {what} first")
    } else {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("known names: {}", names.join(", "))
    };
    report.error(
        at,
        "x-cursor-pagination-unknown",
        format!("there is no {what} `{name}`{of}"),
        help,
    );
}

/// The cursor, if the values of a field of a struct in the copy can be one.
fn cursor_of(item: &str, field: &str, property: &str, defined: &Definitions) -> Option<Cursor> {
    let (schema, optional) = defined.field_schema(item, field)?;
    let seconds = matches!(&schema, ReferenceOr::Reference { reference } if reference.trim_start_matches(COMPONENTS) == TIMESTAMP);
    let text = match &schema {
        ReferenceOr::Reference { reference } => {
            seconds || defined.enums.contains_key(reference.trim_start_matches(COMPONENTS))
        }
        ReferenceOr::Item(schema) => {
            matches!(schema.schema_kind, SchemaKind::Type(Type::String(_) | Type::Integer(_)))
        }
    };
    text.then(|| Cursor {
        property: property.to_owned(),
        field: field.to_owned(),
        optional,
        seconds,
    })
}
