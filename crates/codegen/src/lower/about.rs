//! What the document says about a schema: its description, examples and defaults.

use openapiv3::{ReferenceOr, Schema, SchemaData};
use serde_json::Value;

use super::budget::Budget;
use super::format;
use crate::model::About;

/// The description of a schema, or of the first schema in its chain that has one.
pub(super) fn about(chain: &[(&ReferenceOr<Schema>, String)], budget: &mut Budget) -> About {
    let mut data = chain
        .iter()
        .filter_map(|(schema, _)| Some(&schema.as_item()?.schema_data));
    let words = data.find_map(|data| {
        let mut texts = [&data.description, &data.title].into_iter().flatten();
        texts.find(|text| !text.trim().is_empty())
    });
    let own = chain.first().and_then(|(schema, _)| schema.as_item());
    About {
        docs: budget.docs(words.map(String::as_str)),
        deprecated: own.is_some_and(|own| own.schema_data.deprecated),
    }
}

/// The first example in a chain, or one for its format.
pub(super) fn example(chain: &[(&ReferenceOr<Schema>, String)], budget: &mut Budget) -> Option<Value> {
    let found = first_value(chain, budget, |data| data.example.as_ref());
    found.or_else(|| format::example(chain.last()?.0))
}

/// The first `default` or `example` in a chain.
pub(super) fn first_value(
    chain: &[(&ReferenceOr<Schema>, String)],
    budget: &mut Budget,
    what: impl Fn(&SchemaData) -> Option<&Value>,
) -> Option<Value> {
    let mut values = chain
        .iter()
        .filter_map(|(schema, _)| what(&schema.as_item()?.schema_data));
    budget.value(values.find(|value| !value.is_null())?)
}
