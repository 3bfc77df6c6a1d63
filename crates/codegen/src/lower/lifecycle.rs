//! `x-lifecycle`: which values of an enum are final, and whether they mean success or failure.

use std::collections::HashSet;

use ittybit_spec::pointer;
use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};
use serde_json::Value;

use super::Lowering;
use super::schema::{extension, named_type};
use crate::model::{Lifecycle, LifecycleField};

const NAME: &str = "x-lifecycle";
const LISTS: [&str; 3] = ["progress", "success", "failure"];
const EXAMPLE: &str = "write for example `{progress: [queued, running], success: [done], failure: [failed]}`";

/// The property with the progress of an item in percent.
const PERCENT: &str = "progress";

impl Lowering<'_> {
    /// Reads the extension of an enum. Each value has to be in exactly one of the lists.
    pub(super) fn lifecycle(&mut self, values: &[String], schema: &ReferenceOr<Schema>, at: &str) -> Option<Lifecycle> {
        let extension = extension(schema, NAME)?;
        let at = pointer::join(at, [NAME]);
        let Value::Object(entries) = extension else {
            self.error(&at, "x-lifecycle-value", format!("`{NAME}` must be an object"), EXAMPLE);
            return None;
        };
        for key in entries.keys().filter(|key| !LISTS.contains(&key.as_str())) {
            let message = format!("`{NAME}` has no key `{key}`");
            let finding = self
                .document
                .error(&pointer::join(&at, [key.as_str()]), message)
                .code("x-lifecycle-value");
            self.push(finding.at_key().help("known keys: `progress`, `success` and `failure`"));
        }
        let [progress, success, failure] = LISTS.map(|list| self.lifecycle_list(entries, list, values, &at));
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
            self.incomplete_lifecycle(&at, message, "put each value into `progress`, `success` or `failure`");
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
                self.error(
                    &pointer::join(&at, [list, index.to_string().as_str()]),
                    "x-lifecycle-repeated",
                    format!("`{value}` is listed twice"),
                    "keep it in one of `progress`, `success` and `failure`",
                );
            }
        }
        if lifecycle.terminal().next().is_none() {
            let message = format!("`{NAME}` has no final value: a caller that waits for one would wait forever");
            self.incomplete_lifecycle(&at, message, "list the final values in `success` and `failure`");
        }
        Some(lifecycle)
    }

    fn incomplete_lifecycle(&mut self, at: &str, message: String, help: &str) {
        let finding = self.document.error(at, message).code("x-lifecycle-incomplete");
        self.push(finding.at_key().help(help));
    }

    /// The values in one of the lists. Values that are not in the enum are an error, and are left out.
    fn lifecycle_list(
        &mut self,
        entries: &serde_json::Map<String, Value>,
        list: &str,
        values: &[String],
        at: &str,
    ) -> Vec<String> {
        let at = pointer::join(at, [list]);
        let items = match entries.get(list) {
            Some(Value::Array(items)) => items.as_slice(),
            Some(_) => {
                self.error(
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
                Some(value) => self.error(
                    &at,
                    "x-lifecycle-unknown",
                    format!("`{value}` is not among the values of the enum"),
                    "add it to `enum`, or remove it here",
                ),
                None => self.error(
                    &at,
                    "x-lifecycle-value",
                    format!("`{item}` is not a value of an enum of strings"),
                    "put it in quotes",
                ),
            }
        }
        known
    }

    /// The property of an item that has a lifecycle: the first, if there are several. In that case there is a
    /// note at `list`, the place of a list operation, because `watch` uses the property.
    pub(super) fn lifecycle_field(&mut self, item: &str, list: Option<&str>) -> Option<LifecycleField> {
        let fields = &self.model.structs.get(item)?.fields;
        let found = fields.iter().filter_map(|(rust, field)| {
            let (schema, optional) = self.field_schema(item, rust)?;
            // A list of statuses is not the status of the item.
            let values = schema.as_item().is_none().then(|| named_type(&schema))??;
            self.model.enums.get(values)?.lifecycle.as_ref()?;
            Some(LifecycleField {
                property: field.property.clone(),
                field: rust.clone(),
                optional,
                values: values.to_owned(),
                percent: None,
            })
        });
        let mut found = found.collect::<Vec<_>>().into_iter();
        let first = found.next()?;
        let percent = fields.iter().find(|(_, field)| field.property == PERCENT);
        let is_number = |rust: &str| {
            let schema = self.field_schema(item, rust);
            let kind = schema
                .as_ref()
                .and_then(|(schema, _)| Some(&schema.as_item()?.schema_kind));
            matches!(kind, Some(SchemaKind::Type(Type::Number(_) | Type::Integer(_))))
        };
        let percent = percent.filter(|(rust, _)| is_number(rust));
        let percent = percent.map(|(_, field)| field.property.clone());
        let others: Vec<String> = found.map(|other| format!("`{}`", other.property)).collect();
        if let Some(at) = list.filter(|_| !others.is_empty()) {
            let (first, others) = (&first.property, others.join(", "));
            let message =
                format!("several properties of `{item}` have a lifecycle: `{first}` is watched, not {others}");
            self.note(at, "x-lifecycle-several", message);
        }
        Some(LifecycleField { percent, ..first })
    }
}
