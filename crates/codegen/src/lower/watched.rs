//! The property of an item that `watch` follows until its value is final.

use openapiv3::{SchemaKind, Type};

use super::report::Report;
use super::types::{Definitions, named_type};
use crate::model::LifecycleField;

/// The property with the progress of an item in percent.
const PERCENT: &str = "progress";

/// The property of an item that has a lifecycle: the first, if there are several. In that case there is a
/// note at `list`, the place of a list operation, because `watch` uses the property.
pub(super) fn watched(
    item: &str,
    list: Option<&str>,
    defined: &Definitions,
    report: &mut Report,
) -> Option<LifecycleField> {
    let fields = &defined.structs.get(item)?.fields;
    let found = fields.iter().filter_map(|(rust, field)| {
        let (schema, optional) = defined.field_schema(item, rust)?;
        // A list of statuses is not the status of the item.
        let values = schema.as_item().is_none().then(|| named_type(&schema))??;
        defined.enums.get(values)?.lifecycle.as_ref()?;
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
        let schema = defined.field_schema(item, rust);
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
        let message = format!("several properties of `{item}` have a lifecycle: `{first}` is watched, not {others}");
        report.note(at, "x-lifecycle-several", message);
    }
    Some(LifecycleField { percent, ..first })
}
