//! `x-columns`: the fields of an item that a table shows.

use ittybit_spec::pointer;
use serde_json::Value;

use super::report::Report;
use super::types::{Definitions, named_type};

const NAME: &str = "x-columns";
const EXAMPLE: &str = "write for example `[id, status, input.filename]`";

/// Reads the extension of an operation; each field has to be documented.
pub(super) fn columns(
    extension: &Value,
    item: Option<&str>,
    at: &str,
    defined: &Definitions,
    report: &mut Report,
) -> Vec<String> {
    let at = pointer::join(at, [NAME]);
    let Value::Array(columns) = extension else {
        report.error(
            &at,
            "x-columns-value",
            format!("`{NAME}` must be a list of fields"),
            EXAMPLE,
        );
        return Vec::new();
    };
    let Some(item) = item else {
        report.note(
            &at,
            "x-columns-unused",
            format!("`{NAME}` is only read in operations that list objects"),
        );
        return Vec::new();
    };
    let mut known = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let at = pointer::join(&at, [index.to_string().as_str()]);
        match column.as_str() {
            Some(path) => match unknown_part(item, path, defined) {
                None => known.push(path.to_owned()),
                Some((of, name)) => {
                    let fields = defined.structs.get(&of).map(|of| &of.fields);
                    let names: Vec<String> = fields
                        .into_iter()
                        .flat_map(|fields| fields.values())
                        .map(|field| format!("`{}`", field.property))
                        .collect();
                    let help = match names.is_empty() {
                        true => format!("`{of}` has no properties of its own"),
                        false => format!("known names: {}", names.join(", ")),
                    };
                    report.error(
                        &at,
                        "x-columns-unknown",
                        format!("there is no property `{name}` of `{of}`"),
                        help,
                    );
                }
            },
            None => report.error(
                &at,
                "x-columns-value",
                format!("`{column}` is not the name of a field"),
                EXAMPLE,
            ),
        }
    }
    known
}

/// The first segment of a path that is not a property, after the type that does not have it.
fn unknown_part(item: &str, path: &str, defined: &Definitions) -> Option<(String, String)> {
    let mut of = item.to_owned();
    for name in path.split('.') {
        let fields = defined.structs.get(&of).map(|of| &of.fields);
        let found = fields.and_then(|fields| fields.iter().find(|(_, field)| field.property == name));
        let Some((rust, _)) = found else {
            return Some((of, name.to_owned()));
        };
        let schema = defined.field_schema(&of, rust).map(|(schema, _)| schema);
        of = schema.as_ref().and_then(named_type).unwrap_or(name).to_owned();
    }
    None
}
