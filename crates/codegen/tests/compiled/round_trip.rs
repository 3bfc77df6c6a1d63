//! Deserializes instances of every type, and checks that serializing them results in the same JSON, that none of them
//! has a value that fits no variant of a union, and that each instance of a union's variant is read as that variant.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[allow(deprecated)]
fn main() {
    let mut wrong = Vec::new();
    let mut see = |outcome: Result<(), String>| wrong.extend(outcome.err());
    // Instances.
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn round_trip<T: Debug + DeserializeOwned + Serialize>(name: &str, instances: &[&str]) -> Result<(), String> {
    instances.iter().try_for_each(|text| read::<T>(name, text).map(drop))
}

/// `variants` are those that each instance may become: more than one only where it is an instance of each.
#[allow(unused, reason = "not every document has unions")]
fn variants<T: Debug + DeserializeOwned + Serialize>(name: &str, instances: &[(&[&str], &str)]) -> Result<(), String> {
    instances.iter().try_for_each(|(variants, text)| {
        let shown = read::<T>(name, text)?;
        match variants.iter().any(|variant| shown.starts_with(&format!("{variant}("))) {
            true => Ok(()),
            false => Err(format!("{name}: {text}: it is no {variants:?}: {shown}")),
        }
    })
}

/// What a value looks like that was read and written.
fn read<T: Debug + DeserializeOwned + Serialize>(name: &str, text: &str) -> Result<String, String> {
    let wrong = |reason: &str| format!("{name}: {text}: {reason}");
    let value: T = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
    let [sent, written] = [serde_json::from_str(text), serde_json::to_value(&value)]
        .map(|value: Result<Value, _>| without_form(value.expect("JSON")));
    if sent != written {
        return Err(wrong(&written.to_string()));
    }
    let shown = format!("{value:?}");
    // An enum of strings may be open in the document, too.
    match shown.replace("Unknown(\"", "").contains("Unknown(") {
        true => Err(wrong(&format!("a part is no variant: {shown}"))),
        false => Ok(shown),
    }
}

/// What two values have to have in common. By design, a property that is null is the same as one that is not there,
/// and a whole number is written without a fraction: `2.0` is `2`.
fn without_form(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name, without_form(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_form).collect(),
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() < 1e15) => {
            Value::from(number.as_f64().map(|number| number as i64))
        }
        other => other,
    }
}
