//! Numbers in the syntax of YAML's core schema, which includes that of JSON.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Number;

use crate::source::Source;
use crate::{Diagnostic, Severity};

/// The text is a number, but not one that JSON can represent.
pub(crate) struct NotFinite;

/// The number that a text represents, if it does.
///
/// Decimals are read by the standard library: `serde_json` may be off by one in the last place.
pub(crate) fn parse(text: &str) -> Result<Option<Number>, NotFinite> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(NotFinite);
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return match u64::from_str_radix(digits, radix) {
                Ok(number) => Ok(Some(number.into())),
                Err(_) if all_digits => Err(NotFinite),
                Err(_) => Ok(None),
            };
        }
    }
    if !is_decimal(unsigned) {
        return Ok(None);
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(number) = text.parse::<u64>() {
            return Ok(Some(number.into()));
        }
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Some(number.into()));
        }
    }
    let number = text.parse().map_err(|_| NotFinite)?;
    Number::from_f64(number).map(Some).ok_or(NotFinite)
}

/// `[0-9]+`, or `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

pub(crate) fn not_finite(source: &Arc<Source>, span: Range<usize>, number: &str) -> Diagnostic {
    let number: String = number.chars().take(40).collect();
    Diagnostic::new(
        Severity::Warning,
        source,
        Some(span),
        format!("the number `{number}` is not finite, or too large: it is read as a string"),
    )
    .code("number-not-finite")
    .help("JSON has finite numbers only; quote it if it is text")
}
