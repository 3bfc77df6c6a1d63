//! Enums of strings, with the extensions beside `enum`.

use std::collections::HashSet;

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{ReferenceOr, Schema};
use serde_json::Value;

use super::aliases::aliases;
use super::lifecycle::lifecycle;
use crate::lower::about::about;
use crate::lower::budget::Budget;
use crate::lower::names::Suffixes;
use crate::lower::report::Report;
use crate::lower::schema::extension;
use crate::model::{About, Enum, Variant};
use crate::name;

const DESCRIPTIONS: &str = "x-enum-descriptions";

/// An enum, whose schema is at `at`.
pub(super) fn lowered(
    values: &[String],
    schema: &ReferenceOr<Schema>,
    at: &str,
    budget: &mut Budget,
    report: &mut Report,
) -> Enum {
    let descriptions = extension(schema, DESCRIPTIONS);
    let mut variants: IndexMap<String, Variant> = IndexMap::new();
    let mut suffixes = Suffixes::default();
    for (index, value) in values.iter().enumerate() {
        let at = pointer::join(at, ["enum", index.to_string().as_str()]);
        let rust = name::variant_name(value);
        if rust == "UnknownValue" {
            report.note(
                &at,
                "name-taken",
                "`Unknown` is for values that the document does not list: this one is `UnknownValue`",
            );
        }
        let described = match descriptions {
            Some(Value::Array(texts)) if texts.len() == values.len() => texts.get(index),
            Some(Value::Array(_)) => None,
            Some(texts) => texts.get(value),
            None => None,
        };
        let docs = described.and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let about = About {
            docs: docs.map(str::to_owned),
            deprecated: false,
        };
        let free = suffixes.free(&rust, "", |name| variants.contains_key(name));
        if free != rust {
            let message = format!("there is a variant `{rust}` already: the value `{value}` is `{free}`");
            report.note(&at, "name-taken", message);
        }
        let value = value.clone();
        variants.insert(free, Variant { about, value });
    }
    if let Some(descriptions) = descriptions {
        check_descriptions(descriptions, values, at, report);
    }
    let lifecycle = lifecycle(values, schema, at, report);
    Enum {
        about: about(&[(schema, String::new())], budget),
        variants,
        aliases: aliases(values, schema, lifecycle.as_ref(), at, report),
        lifecycle,
    }
}

/// Checks the descriptions of an enum's values: a map by value, or a list in the order of the values.
fn check_descriptions(descriptions: &Value, values: &[String], at: &str, report: &mut Report) {
    let at = pointer::join(at, [DESCRIPTIONS]);
    let not_text = |report: &mut Report, at: &str, value: &str| {
        let message = format!("the description of `{value}` is not text");
        report.error(at, "x-enum-descriptions-value", message, "put it in quotes");
    };
    match descriptions {
        Value::Object(all) => {
            let known: HashSet<&String> = values.iter().collect();
            for (value, text) in all {
                let at = pointer::join(&at, [value.as_str()]);
                if !known.contains(value) {
                    let message = format!("`{value}` is not among the values of the enum");
                    let help = "add it to `enum`, or remove it here";
                    report.error_at_key(&at, "x-enum-descriptions-unknown", message, help);
                } else if !text.is_string() {
                    not_text(report, &at, value);
                }
            }
        }
        Value::Array(texts) if texts.len() == values.len() => {
            for (index, (text, value)) in texts.iter().zip(values).enumerate() {
                if !text.is_string() {
                    not_text(report, &pointer::join(&at, [index.to_string().as_str()]), value);
                }
            }
        }
        Value::Array(texts) => {
            let message = format!(
                "`{DESCRIPTIONS}` lists {} texts for {} values: it is not used",
                texts.len(),
                values.len()
            );
            report.note(&at, "x-enum-descriptions-unused", message);
        }
        _ => report.error(
            &at,
            "x-enum-descriptions-value",
            "`x-enum-descriptions` must map values to texts",
            "write `x-enum-descriptions: {value: text}`",
        ),
    }
}
