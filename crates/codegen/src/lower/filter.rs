//! `x-filter`: a query parameter that compares with a property of the items, if its name is another one.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::ParameterData;
use serde_json::Value;

use super::report::Report;
use super::types::{Definitions, named_type};
use crate::model::{Location, Parameter};

const NAME: &str = "x-filter";

/// The property that a parameter filters by, and the place of the `x-filter` that names it.
pub(super) fn filter(
    data: &ParameterData,
    location: Location,
    at: &str,
    report: &mut Report,
) -> Option<(String, String)> {
    let extension = data.extensions.get(NAME)?;
    let at = pointer::join(at, [NAME]);
    match extension {
        Value::String(property) if location == Location::Query => Some((property.clone(), at)),
        Value::String(_) => {
            report.note(
                &at,
                "x-filter-unused",
                format!("`{NAME}` is only read in query parameters"),
            );
            None
        }
        _ => {
            let help = "write `x-filter: created_by`, with the name of a property of the items";
            report.error(&at, "x-filter-value", format!("`{NAME}` must be a name"), help);
            None
        }
    }
}

/// Finds pairs of enums for conversions: from the enum of a property to that of the filter by this property.
pub(super) fn filters(
    item: Option<&str>,
    parameters: &IndexMap<String, Parameter>,
    defined: &Definitions,
    report: &mut Report,
) -> Vec<(String, String)> {
    let mut conversions = Vec::new();
    for parameter in parameters.values().filter(|item| item.location == Location::Query) {
        let property = parameter
            .filter
            .as_ref()
            .map_or(&parameter.name, |(property, _)| property);
        let fields = item.and_then(|item| defined.structs.get(item)).map(|item| &item.fields);
        let found = fields.and_then(|fields| fields.iter().find(|(_, field)| field.property == *property));
        let found = found.map(|(rust, _)| rust.clone());
        match (&parameter.filter, &found, item) {
            (Some((_, at)), None, Some(item)) => {
                let names = fields.into_iter().flat_map(|fields| fields.values());
                let names: Vec<String> = names.map(|field| format!("`{}`", field.property)).collect();
                let help = format!("known names: {}", names.join(", "));
                report.error(
                    at,
                    "x-filter-unknown",
                    format!("there is no property `{property}` of `{item}`"),
                    help,
                );
            }
            (Some((_, at)), None, None) => report.note(
                at,
                "x-filter-unused",
                format!("`{NAME}` is only read in operations that list objects"),
            ),
            _ => {}
        }
        let schema_of_field = item
            .zip(found)
            .and_then(|(item, rust)| defined.field_schema(item, &rust));
        let from = schema_of_field.as_ref().and_then(|(schema, _)| named_type(schema));
        // The text of a list's type is not the name of an enum, so it is skipped below.
        let to = parameter.ty.to_string();
        if let Some(from) = from
            && from != to
            && [from, &to].iter().all(|name| defined.enums.contains_key(*name))
        {
            conversions.push((from.to_owned(), to));
        }
    }
    conversions
}
