//! Deserializes instances of every type, and checks that serializing them results in the same JSON, and that none of them
//! is a value that fits no variant of a union.

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
    for text in instances {
        let wrong = |reason: &str| format!("{name}: {text}: {reason}");
        let value: T = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let [sent, written] = [serde_json::from_str(text), serde_json::to_value(&value)]
            .map(|value: Result<Value, _>| without_form(value.expect("JSON")));
        if sent != written {
            return Err(wrong(&written.to_string()));
        }
        // An enum of strings may be open in the document, too.
        let shown = format!("{value:?}");
        if shown.starts_with("Unknown(") && !shown.starts_with("Unknown(\"") {
            return Err(wrong("it is no variant"));
        }
    }
    Ok(())
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
