//! Filters: a query parameter that compares with a property of the items (`x-filter`, or the same name),
//! and older spellings of enum values (`x-enum-aliases`), which a filter may not accept.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{ParameterData, ReferenceOr, Schema};
use serde_json::Value;

use super::Lowering;
use super::schema::{extension, named_type};
use crate::model::{Lifecycle, Location, Parameter};

const FILTER: &str = "x-filter";
const ALIASES: &str = "x-enum-aliases";
const EXAMPLE: &str = "write `x-enum-aliases: {older: newer}`";

impl Lowering<'_> {
    /// The property that a parameter filters by, and the place of the `x-filter` that names it.
    pub(super) fn filter(&mut self, data: &ParameterData, location: Location, at: &str) -> Option<(String, String)> {
        let extension = data.extensions.get(FILTER)?;
        let at = pointer::join(at, [FILTER]);
        match extension {
            Value::String(property) if location == Location::Query => Some((property.clone(), at)),
            Value::String(_) => {
                self.note(
                    &at,
                    "x-filter-unused",
                    format!("`{FILTER}` is only read in query parameters"),
                );
                None
            }
            _ => {
                let help = "write `x-filter: created_by`, with the name of a property of the items";
                self.error(&at, "x-filter-value", format!("`{FILTER}` must be a name"), help);
                None
            }
        }
    }

    /// Finds pairs of enums for conversions: from the enum of a property to that of the filter by this property.
    pub(super) fn filters(&mut self, item: Option<&str>, parameters: &IndexMap<String, Parameter>) {
        for parameter in parameters.values().filter(|item| item.location == Location::Query) {
            let property = parameter
                .filter
                .as_ref()
                .map_or(&parameter.name, |(property, _)| property);
            let fields = item
                .and_then(|item| self.model.structs.get(item))
                .map(|item| &item.fields);
            let found = fields.and_then(|fields| fields.iter().find(|(_, field)| field.property == *property));
            let found = found.map(|(rust, _)| rust.clone());
            match (&parameter.filter, &found, item) {
                (Some((_, at)), None, Some(item)) => {
                    let names = fields.into_iter().flat_map(|fields| fields.values());
                    let names: Vec<String> = names.map(|field| format!("`{}`", field.property)).collect();
                    let help = format!("known names: {}", names.join(", "));
                    self.error(
                        at,
                        "x-filter-unknown",
                        format!("there is no property `{property}` of `{item}`"),
                        help,
                    );
                }
                (Some((_, at)), None, None) => self.note(
                    at,
                    "x-filter-unused",
                    format!("`{FILTER}` is only read in operations that list objects"),
                ),
                _ => {}
            }
            let schema_of_field = item.zip(found).and_then(|(item, rust)| self.field_schema(item, &rust));
            let from = schema_of_field.as_ref().and_then(|(schema, _)| named_type(schema));
            // The text of a list's type is not the name of an enum, so it is skipped below.
            let to = parameter.ty.to_string();
            if let Some(from) = from
                && from != to
                && [from, &to].iter().all(|name| self.model.enums.contains_key(*name))
            {
                self.model.conversions.insert((from.to_owned(), to));
            }
        }
    }

    /// Reads the older spellings of an enum's values.
    pub(super) fn aliases(
        &mut self,
        values: &[String],
        schema: &ReferenceOr<Schema>,
        lifecycle: Option<&Lifecycle>,
        at: &str,
    ) -> IndexMap<String, String> {
        let Some(extension) = extension(schema, ALIASES) else {
            return IndexMap::new();
        };
        let at = pointer::join(at, [ALIASES]);
        let Value::Object(entries) = extension else {
            self.error(
                &at,
                "x-enum-aliases-value",
                format!("`{ALIASES}` must map values to values"),
                EXAMPLE,
            );
            return IndexMap::new();
        };
        let mut aliases = IndexMap::new();
        for (older, newer) in entries {
            let at = pointer::join(&at, [older.as_str()]);
            let mut report = |key: bool, message: String, help: &str| {
                let finding = self
                    .document
                    .error(&at, message)
                    .code("x-enum-aliases-value")
                    .help(help);
                self.push(if key { finding.at_key() } else { finding });
            };
            let is_value = |text: &str| values.iter().any(|value| value == text);
            let unknown = |text: &str| format!("`{text}` is not among the values of the enum");
            match newer.as_str() {
                _ if !is_value(older) => report(true, unknown(older), "add it to `enum`, or remove it here"),
                None => report(
                    false,
                    format!("`{newer}` is not a value of an enum of strings"),
                    EXAMPLE,
                ),
                Some(newer) if !is_value(newer) => {
                    report(false, unknown(newer), "add it to `enum`, or remove it here");
                }
                Some(newer) if entries.contains_key(newer) => report(
                    false,
                    format!("`{newer}` is an older spelling itself"),
                    "name the value that replaced both",
                ),
                Some(newer) if lifecycle.is_some_and(|lifecycle| differ(lifecycle, older, newer)) => report(
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
}

/// Whether two values are in different lists.
fn differ(lifecycle: &Lifecycle, one: &str, other: &str) -> bool {
    let lists = [&lifecycle.progress, &lifecycle.success, &lifecycle.failure];
    let list = |value: &str| lists.iter().position(|list| list.iter().any(|listed| listed == value));
    list(one) != list(other)
}
