//! Integers: their Rust types, and bounds that are integers.

use openapiv3::{IntegerFormat, IntegerType, VariantOrUnknownOrEmpty};

use crate::model::Literal;

/// The format of times, as the seconds since 1970.
const UNIX_TIME: &str = "unix-time";

/// The Rust type of an integer; `None` for a time.
pub(super) fn rust_type(integer: &IntegerType) -> Option<&'static str> {
    Some(match &integer.format {
        VariantOrUnknownOrEmpty::Unknown(format) => match format.as_str() {
            UNIX_TIME => return None,
            "int8" => "i8",
            "int16" => "i16",
            "uint8" => "u8",
            "uint16" => "u16",
            "uint32" | "uint" => "u32",
            "uint64" => "u64",
            _ => "i64",
        },
        VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => "i32",
        _ => "i64",
    })
}

/// Changes the bounds of an integer to integers: a minimum of 0.5 becomes 1. Bounds for which this is not possible are
/// left out, with a note.
pub(super) fn make_whole(keywords: &mut serde_json::Map<String, serde_json::Value>) {
    keywords.remove("enum");
    for (key, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
        ("multipleOf", ""),
    ] {
        if keywords.get(key).is_some_and(serde_json::Value::is_i64) {
            continue;
        }
        let Some(value) = keywords.remove(key).as_ref().and_then(serde_json::Value::as_f64) else {
            continue;
        };
        let whole = rounded(key, value);
        if whole != value {
            keywords.remove(exclusive);
        }
        if is_checked(key, value) {
            keywords.insert(key.to_owned(), (whole as i64).into());
        }
    }
}

/// The equivalent bound for integers.
fn rounded(key: &str, bound: f64) -> f64 {
    match key {
        "minimum" => bound.ceil(),
        "maximum" => bound.floor(),
        _ => bound,
    }
}

/// Whether a bound for integers can be checked, which is the case if it fits into an `i64`.
pub(super) fn is_checked(key: &str, bound: f64) -> bool {
    const END: f64 = 9_223_372_036_854_775_808.0;
    let whole = rounded(key, bound);
    whole.fract() == 0.0 && (-END..END).contains(&whole)
}

/// The least and the greatest number of a Rust type.
pub(super) fn range(rust: &str) -> (i128, i128) {
    match rust {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

/// Whether a value is an integer of a Rust type.
pub(crate) fn fits(value: Literal, rust: &str) -> bool {
    let (least, most) = range(rust);
    matches!(value, Literal::Integer(value) if (least..=most).contains(&i128::from(value)))
}
