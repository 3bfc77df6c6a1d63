//! Formats of strings, so that an example has a value that the API would accept.

use openapiv3::{ReferenceOr, Schema, SchemaKind, StringFormat, StringType, Type, VariantOrUnknownOrEmpty};
use serde_json::{Value, json};

/// A value for a string with a format, or for a list of such strings. `None` if the schema has further bounds.
pub(super) fn example(schema: &ReferenceOr<Schema>) -> Option<Value> {
    match &schema.as_item()?.schema_kind {
        SchemaKind::Type(Type::String(string)) => Some(text(string)?.into()),
        SchemaKind::Type(Type::Array(list)) => match &list.items.as_ref()?.as_item()?.schema_kind {
            SchemaKind::Type(Type::String(string)) => Some(json!([text(string)?])),
            _ => None,
        },
        _ => None,
    }
}

fn text(string: &StringType) -> Option<&'static str> {
    let bounded = string.pattern.is_some() || string.min_length.is_some() || string.max_length.is_some();
    if bounded || !string.enumeration.is_empty() {
        return None;
    }
    let text = match &string.format {
        VariantOrUnknownOrEmpty::Item(StringFormat::Date) => "2025-01-01",
        VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => "2025-01-01T00:00:00Z",
        VariantOrUnknownOrEmpty::Item(StringFormat::Byte) => "dGV4dA==",
        VariantOrUnknownOrEmpty::Unknown(format) => match format.as_str() {
            "email" => "name@example.com",
            "hostname" => "example.com",
            "ipv4" => "192.0.2.1",
            "ipv6" => "2001:db8::1",
            "time" => "00:00:00Z",
            "uri" | "url" => "https://example.com",
            "uuid" => "01941f29-7c00-7000-8000-000000000000",
            _ => return None,
        },
        _ => return None,
    };
    Some(text)
}
