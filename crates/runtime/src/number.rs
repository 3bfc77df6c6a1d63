//! Numbers as JSON writers other than Rust's print them: `30`, not `30.0`.

use serde::Serializer;
use serde_json::Number;

/// The largest magnitude up to which every integer has a float of its own.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The integer that a float without a fraction is, where every integer of its size has a float of its own.
fn whole(number: f64) -> Option<i64> {
    // Exact: within 2^53.
    (number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER).then_some(number as i64)
}

/// Writes a float without a fraction as an integer, as JavaScript does, so that a document that
/// was read and is written back is the same JSON.
pub fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match whole(*number) {
        Some(integer) => serializer.serialize_i64(integer),
        None => serializer.serialize_f64(*number),
    }
}

/// A number as text, written likewise.
pub(crate) fn text(number: &Number) -> String {
    let integer = number.as_f64().filter(|_| number.is_f64()).and_then(whole);
    integer.map_or_else(|| number.to_string(), |integer| integer.to_string())
}

/// [`serialize`] for a field that may be absent.
pub fn serialize_option<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serialize(number, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;

    #[derive(Serialize)]
    struct Number(#[serde(serialize_with = "super::serialize")] f64);

    #[derive(Serialize)]
    struct Optional(#[serde(serialize_with = "super::serialize_option")] Option<f64>);

    fn written(number: f64) -> String {
        serde_json::to_string(&Number(number)).unwrap()
    }

    #[test]
    fn integers_have_no_fraction() {
        assert_eq!(written(30.0), "30");
        assert_eq!(written(-0.0), "0");
        assert_eq!(written(-7.0), "-7");
        assert_eq!(written(9_007_199_254_740_992.0), "9007199254740992");
        assert_eq!(written(29.97), "29.97");
        assert_eq!(written(1e300), "1e+300");
        assert_eq!(written(f64::NAN), "null");
    }

    #[test]
    fn an_absent_number_is_null() {
        assert_eq!(serde_json::to_string(&Optional(None)).unwrap(), "null");
        assert_eq!(serde_json::to_string(&Optional(Some(2.0))).unwrap(), "2");
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_same_number(number in proptest::num::f64::NORMAL) {
            let back: f64 = serde_json::from_str(&written(number)).unwrap();
            prop_assert!((back - number).abs() <= number.abs() * 1e-15);
        }
    }
}
