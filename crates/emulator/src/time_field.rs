//! Properties that are times, and how they are written.

use ittybit::Timestamp;
use serde_json::{Map, Value};

use crate::schema::Schemas;
use crate::value::{Shape, example};

#[derive(Clone, Debug)]
pub(crate) struct TimeField {
    pub(crate) property: String,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Seconds,
    Milliseconds,
    /// RFC 3339.
    Text,
    /// The day alone.
    Date,
}

/// From here on a number is too large to be seconds.
const MILLISECONDS: f64 = 1e11;

impl TimeField {
    pub(crate) const CREATED: [&str; 12] = [
        "created_at",
        "createdAt",
        "created",
        "created_time",
        "createdTime",
        "create_time",
        "createTime",
        "creation_time",
        "creationTime",
        "date_created",
        "dateCreated",
        "created_on",
    ];
    pub(crate) const UPDATED: [&str; 11] = [
        "updated_at",
        "updatedAt",
        "updated",
        "update_time",
        "updateTime",
        "modified",
        "modified_at",
        "modifiedAt",
        "date_updated",
        "dateUpdated",
        "updated_on",
    ];
    pub(crate) const STARTED: [&str; 4] = ["started_at", "startedAt", "started", "start_time"];
    pub(crate) const FINISHED: [&str; 6] = [
        "finished_at",
        "finishedAt",
        "completed_at",
        "completedAt",
        "ended_at",
        "end_time",
    ];

    /// The first of these properties that is a time.
    pub(crate) fn find(schemas: &Schemas, properties: &Map<String, Value>, names: &[&str]) -> Option<Self> {
        names.iter().find_map(|name| {
            let shape = Shape::of(schemas, properties.get(*name)?);
            Some(Self {
                property: (*name).to_owned(),
                form: form(schemas, &shape)?,
            })
        })
    }

    /// A time in Unix seconds, as the property is written.
    pub(crate) fn write(&self, seconds: i64) -> Value {
        match self.form {
            Form::Seconds => seconds.into(),
            Form::Milliseconds => seconds.saturating_mul(1000).into(),
            Form::Text => Timestamp::from_unix_seconds(seconds).to_string().into(),
            Form::Date => {
                let text = Timestamp::from_unix_seconds(seconds).to_string();
                text.split('T').next().unwrap_or_default().into()
            }
        }
    }

    /// A number that orders times: seconds, or milliseconds for those and for texts.
    pub(crate) fn read(&self, item: &Value) -> Option<i64> {
        match item.get(&self.property)? {
            Value::Number(number) => {
                let number = number
                    .as_i64()
                    .or_else(|| number.as_f64().map(|number| number as i64))?;
                let odd = self.form == Form::Seconds && number.unsigned_abs() >= MILLISECONDS as u64;
                Some(if odd { number / 1000 } else { number })
            }
            Value::String(text) => milliseconds(text),
            _ => None,
        }
    }
}

/// Whether a schema is that of a time.
pub(crate) fn is_time(schemas: &Schemas, shape: &Shape) -> bool {
    form(schemas, shape).is_some()
}

fn form(schemas: &Schemas, shape: &Shape) -> Option<Form> {
    let types = shape.types(schemas);
    let is = |kind: &str| types.iter().any(|name| name == kind);
    let format = shape.keywords.get("format").and_then(Value::as_str).unwrap_or_default();
    let example = example(&shape.keywords);
    if is("integer") || is("number") {
        let large = example
            .and_then(Value::as_f64)
            .is_some_and(|number| number >= MILLISECONDS);
        return Some(if large || format.contains("milli") {
            Form::Milliseconds
        } else {
            Form::Seconds
        });
    }
    if !is("string") {
        return None;
    }
    match format {
        "date-time" => Some(Form::Text),
        "date" => Some(Form::Date),
        _ => {
            let time = example
                .and_then(Value::as_str)
                .is_some_and(|text| text.contains('T') && milliseconds(text).is_some());
            time.then_some(Form::Text)
        }
    }
}

/// The milliseconds since 1970 of a date, or of a time in RFC 3339.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    nanoseconds(text)?.div_euclid(1_000_000).try_into().ok()
}

pub(crate) fn nanoseconds(text: &str) -> Option<i128> {
    let time: Timestamp = match text.len() {
        10 => format!("{text}T00:00:00Z").parse().ok()?,
        // Without an offset it is taken for UTC.
        _ => text.parse().or_else(|_| format!("{text}Z").parse()).ok()?,
    };
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
    let digits: String = fraction.chars().take_while(char::is_ascii_digit).take(9).collect();
    let fraction: i128 = format!("{digits:0<9}").parse().ok()?;
    Some(i128::from(time.unix_seconds()) * 1_000_000_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2025-01-01T00:00:00Z", Some(1_735_689_600_000)),
            ("2025-01-01T00:00:00.25Z", Some(1_735_689_600_250)),
            ("2025-01-01T01:30:00+01:30", Some(1_735_689_600_000)),
            ("2024-12-31T19:00:00-05:00", Some(1_735_689_600_000)),
            ("2025-01-01T00:00:00+9999999999999999:00", None),
            ("soon", None),
            ("2025-01-01Tnoon", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
        for seconds in (0..4_000_000_000).step_by(86_399 * 7) {
            let text = Timestamp::from_unix_seconds(seconds).to_string();
            assert_eq!(milliseconds(&text), Some(seconds * 1000), "{text}");
        }
    }
}
