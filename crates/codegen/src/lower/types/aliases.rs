//! `x-enum-aliases`: older spellings of an enum's values, which a filter may not accept.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{ReferenceOr, Schema};
use serde_json::Value;

use crate::lower::report::Report;
use crate::lower::schema::extension;
use crate::model::Lifecycle;

const NAME: &str = "x-enum-aliases";
const EXAMPLE: &str = "write `x-enum-aliases: {older: newer}`";

/// Reads the older spellings of an enum's values.
pub(super) fn aliases(
    values: &[String],
    schema: &ReferenceOr<Schema>,
    lifecycle: Option<&Lifecycle>,
    at: &str,
    report: &mut Report,
) -> IndexMap<String, String> {
    let Some(extension) = extension(schema, NAME) else {
        return IndexMap::new();
    };
    let at = pointer::join(at, [NAME]);
    let Value::Object(entries) = extension else {
        report.error(
            &at,
            "x-enum-aliases-value",
            format!("`{NAME}` must map values to values"),
            EXAMPLE,
        );
        return IndexMap::new();
    };
    let mut aliases = IndexMap::new();
    for (older, newer) in entries {
        let at = pointer::join(&at, [older.as_str()]);
        let mut refuse = |key: bool, message: String, help: &str| {
            let finding = report
                .document
                .error(&at, message)
                .code("x-enum-aliases-value")
                .help(help);
            report.push(if key { finding.at_key() } else { finding });
        };
        let is_value = |text: &str| values.iter().any(|value| value == text);
        let unknown = |text: &str| format!("`{text}` is not among the values of the enum");
        match newer.as_str() {
            _ if !is_value(older) => refuse(true, unknown(older), "add it to `enum`, or remove it here"),
            None => refuse(
                false,
                format!("`{newer}` is not a value of an enum of strings"),
                EXAMPLE,
            ),
            Some(newer) if !is_value(newer) => {
                refuse(false, unknown(newer), "add it to `enum`, or remove it here");
            }
            Some(newer) if entries.contains_key(newer) => refuse(
                false,
                format!("`{newer}` is an older spelling itself"),
                "name the value that replaced both",
            ),
            Some(newer) if lifecycle.is_some_and(|lifecycle| differ(lifecycle, older, newer)) => refuse(
                false,
                format!("`{older}` and `{newer}` mean the same, and are in different lists of `x-lifecycle`"),
                "put them into the same list",
            ),
            Some(newer) => {
                aliases.insert(older.clone(), newer.to_owned());
            }
        }
    }
    aliases
}

/// Whether two values are in different lists.
fn differ(lifecycle: &Lifecycle, one: &str, other: &str) -> bool {
    let lists = [&lifecycle.progress, &lifecycle.success, &lifecycle.failure];
    let list = |value: &str| lists.iter().position(|list| list.iter().any(|listed| listed == value));
    list(one) != list(other)
}
