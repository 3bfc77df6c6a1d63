//! `x-lifecycle`: which values of an enum are final, and whether they mean success or failure.

use std::collections::HashSet;

use ittybit_spec::pointer;
use openapiv3::{ReferenceOr, Schema};
use serde_json::Value;

use crate::lower::report::Report;
use crate::lower::schema::extension;
use crate::model::Lifecycle;

const NAME: &str = "x-lifecycle";
const LISTS: [&str; 3] = ["progress", "success", "failure"];
const EXAMPLE: &str = "write for example `{progress: [queued, running], success: [done], failure: [failed]}`";

/// Reads the extension of an enum. Each value has to be in exactly one of the lists.
pub(super) fn lifecycle(
    values: &[String],
    schema: &ReferenceOr<Schema>,
    at: &str,
    report: &mut Report,
) -> Option<Lifecycle> {
    let extension = extension(schema, NAME)?;
    let at = pointer::join(at, [NAME]);
    let Value::Object(entries) = extension else {
        report.error(&at, "x-lifecycle-value", format!("`{NAME}` must be an object"), EXAMPLE);
        return None;
    };
    for key in entries.keys().filter(|key| !LISTS.contains(&key.as_str())) {
        let message = format!("`{NAME}` has no key `{key}`");
        let at = pointer::join(&at, [key.as_str()]);
        let help = "known keys: `progress`, `success` and `failure`";
        report.error_at_key(&at, "x-lifecycle-value", message, help);
    }
    let [progress, success, failure] = LISTS.map(|list| values_in(entries, list, values, &at, report));
    let lifecycle = Lifecycle {
        progress,
        success,
        failure,
    };
    let listed: Vec<&String> = lifecycle.progress.iter().chain(lifecycle.terminal()).collect();
    let missing: Vec<String> = values
        .iter()
        .filter(|value| !listed.contains(value))
        .map(|value| format!("`{value}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!("`{NAME}` does not list {}", missing.join(", "));
        let help = "put each value into `progress`, `success` or `failure`";
        report.error_at_key(&at, "x-lifecycle-incomplete", message, help);
    }
    let mut seen = HashSet::new();
    for list in LISTS {
        for (index, value) in entries
            .get(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let Some(value) = value.as_str() else { continue };
            if seen.insert(value) {
                continue;
            }
            report.error(
                &pointer::join(&at, [list, index.to_string().as_str()]),
                "x-lifecycle-repeated",
                format!("`{value}` is listed twice"),
                "keep it in one of `progress`, `success` and `failure`",
            );
        }
    }
    if lifecycle.terminal().next().is_none() {
        let message = format!("`{NAME}` has no final value: a caller that waits for one would wait forever");
        let help = "list the final values in `success` and `failure`";
        report.error_at_key(&at, "x-lifecycle-incomplete", message, help);
    }
    Some(lifecycle)
}

/// The values in one of the lists. Values that are not in the enum are an error, and are left out.
fn values_in(
    entries: &serde_json::Map<String, Value>,
    list: &str,
    values: &[String],
    at: &str,
    report: &mut Report,
) -> Vec<String> {
    let at = pointer::join(at, [list]);
    let items = match entries.get(list) {
        Some(Value::Array(items)) => items.as_slice(),
        Some(_) => {
            report.error(
                &at,
                "x-lifecycle-value",
                format!("`{list}` must be a list of values"),
                EXAMPLE,
            );
            &[]
        }
        None => &[],
    };
    let mut known = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = pointer::join(&at, [index.to_string().as_str()]);
        match item.as_str() {
            Some(value) if values.iter().any(|known| known == value) => known.push(value.to_owned()),
            Some(value) => report.error(
                &at,
                "x-lifecycle-unknown",
                format!("`{value}` is not among the values of the enum"),
                "add it to `enum`, or remove it here",
            ),
            None => report.error(
                &at,
                "x-lifecycle-value",
                format!("`{item}` is not a value of an enum of strings"),
                "put it in quotes",
            ),
        }
    }
    known
}
