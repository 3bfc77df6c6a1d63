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
            Value::String(text) => read(text),
            _ => None,
        }
    }
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
                .is_some_and(|text| text.contains('T') && read(text).is_some());
            time.then_some(Form::Text)
        }
    }
}

/// The milliseconds since 1970 of a date, or of a time in RFC 3339.
fn read(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let mut seconds = days(year, month, day) * 86_400;
    let mut milliseconds = 0;
    if text.len() > 10 {
        seconds += number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19).unwrap_or(0);
        let rest = text.get(19..).unwrap_or_default();
        let digits = rest
            .strip_prefix('.')
            .map(|rest| rest.bytes().take_while(u8::is_ascii_digit).count());
        if let Some(digits) = digits {
            let fraction = format!("{:0<3}", &rest[1..=digits]);
            milliseconds = fraction[..3].parse().ok()?;
        }
        let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        if let (Some(sign), Some((hours, minutes))) =
            (zone.chars().next(), zone.get(1..).and_then(|zone| zone.split_once(':')))
        {
            let offset = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
            seconds += if sign == '-' { offset } else { -offset };
        }
    }
    Some(seconds * 1000 + milliseconds)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (Howard Hinnant's algorithm).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, milliseconds) in [
            ("1970-01-01", Some(0)),
            ("2025-01-01T00:00:00Z", Some(1_735_689_600_000)),
            ("2025-01-01T00:00:00.25Z", Some(1_735_689_600_250)),
            ("2025-01-01T01:30:00+01:30", Some(1_735_689_600_000)),
            ("2024-12-31T19:00:00-05:00", Some(1_735_689_600_000)),
            ("soon", None),
            ("2025-01-01Tnoon", None),
        ] {
            assert_eq!(read(text), milliseconds, "{text}");
        }
        for seconds in (0..4_000_000_000).step_by(86_399 * 7) {
            let text = Timestamp::from_unix_seconds(seconds).to_string();
            assert_eq!(read(&text), Some(seconds * 1000), "{text}");
        }
    }
}
