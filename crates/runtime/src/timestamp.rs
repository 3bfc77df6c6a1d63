//! A moment, as the API writes it: seconds since the Unix epoch.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

const SECONDS_PER_DAY: i64 = 86_400;

/// A moment in whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// In JSON it is the bare number. It prints as RFC 3339 in UTC, reads any RFC 3339 time, and
/// converts from and to [`SystemTime`].
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::Timestamp;
///
/// let created: Timestamp = serde_json::from_str("1735689600")?;
/// assert_eq!(created.to_string(), "2025-01-01T00:00:00Z");
/// assert_eq!("2025-01-01T01:00:00+01:00".parse::<Timestamp>()?, created);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment that is so many seconds after the epoch; before it, if negative.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let epoch = my_api::Timestamp::from_unix_seconds(0);
    /// assert_eq!(epoch.to_string(), "1970-01-01T00:00:00Z");
    /// ```
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch: the number that stands in the JSON.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let moment: my_api::Timestamp = "1970-01-02T00:00:00Z".parse()?;
    /// assert_eq!(moment.unix_seconds(), 86_400);
    /// # Ok::<(), my_api::ParseTimestampError>(())
    /// ```
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// This moment by the system's clock, without its fraction of a second.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use my_api::Timestamp;
    /// assert!(Timestamp::now() > Timestamp::from_unix_seconds(1_735_689_600));
    /// ```
    pub fn now() -> Self {
        SystemTime::now().into()
    }
}

impl From<SystemTime> for Timestamp {
    /// Rounds down to the second.
    fn from(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(error) => {
                let before = error.duration();
                let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
                seconds
                    .saturating_add(i64::from(before.subsec_nanos() > 0))
                    .saturating_neg()
            }
        };
        Self(seconds)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampRangeError;

    /// Fails where the platform's clock does not reach so far.
    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampRangeError> {
        let distance = Duration::from_secs(timestamp.0.unsigned_abs());
        if timestamp.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
        .ok_or(TimestampRangeError(timestamp))
    }
}

/// A [`Timestamp`] that [`SystemTime`] cannot hold on this platform.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::{Timestamp, TimestampRangeError};
///
/// let error: Result<std::time::SystemTime, TimestampRangeError> =
///     Timestamp::from_unix_seconds(i64::MIN).try_into();
/// # let _ = error;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampRangeError(Timestamp);

impl fmt::Display for TimestampRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the system's clock does not reach Unix second {}", self.0.0)
    }
}

impl std::error::Error for TimestampRangeError {}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0.div_euclid(SECONDS_PER_DAY));
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            // RFC 3339 ends at year 9999; beyond it, ISO 8601's signed six digits or more.
            _ => write!(f, "{year:+07}")?,
        }
        write!(
            f,
            "-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

/// A text that is not an RFC 3339 time.
///
/// ```
/// # use ittybit_runtime as my_api;
/// let error = "yesterday".parse::<my_api::Timestamp>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`yesterday` is not an RFC 3339 time; write it like 2025-01-31T12:00:00Z"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTimestampError(String);

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an RFC 3339 time; write it like 2025-01-31T12:00:00Z",
            self.0
        )
    }
}

impl std::error::Error for ParseTimestampError {}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339, and what `Display` prints. A fraction of a second is dropped.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        parse(text)
            .map(Self)
            .ok_or_else(|| ParseTimestampError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<i64> {
    let (year, rest) = match text.as_bytes().first()? {
        b'+' | b'-' => {
            let end = 1 + text[1..].find('-')?;
            if end < 7 {
                return None;
            }
            let magnitude = digits(&text[1..end])?;
            let year = if text.starts_with('-') { -magnitude } else { magnitude };
            (year, &text[end..])
        }
        _ => (digits(text.get(..4)?)?, text.get(4..)?),
    };
    let month = digits(rest.strip_prefix('-')?.get(..2)?)?;
    let day = digits(rest.get(3..)?.strip_prefix('-')?.get(..2)?)?;
    let rest = rest.get(6..)?.strip_prefix(['T', 't', ' '])?;
    let hour = digits(rest.get(..2)?)?;
    let minute = digits(rest.get(2..)?.strip_prefix(':')?.get(..2)?)?;
    let second = digits(rest.get(5..)?.strip_prefix(':')?.get(..2)?)?;
    let mut rest = rest.get(8..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        if end == 0 {
            return None;
        }
        rest = &fraction[end..];
    }
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let sign = match rest.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let hours = digits(rest.get(1..3)?)?;
            let minutes = digits(rest.get(3..)?.strip_prefix(':')?)?;
            if rest.len() != 6 || hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        }
    };
    // A leap second (`:60`) becomes the first second of the next minute.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_to(year, month, day)?;
    // The last day that fits ends beyond the last second that fits, hence the wider sum.
    let seconds =
        i128::from(days) * i128::from(SECONDS_PER_DAY) + i128::from(hour * 3600 + minute * 60 + second - offset);
    i64::try_from(seconds).ok()
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Days in 400 years, after which the Gregorian calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01, where an era starts, to 1970-01-01.
const EPOCH: i64 = 719_468;

// Both conversions count years from March, so that a leap day is the last day of its year.

/// The civil date that is `days` after 1970-01-01.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to a civil date, or `None` where there is no such date.
fn days_to(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let march_year = year - i64::from(month <= 2);
    let year_of_era = march_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = march_year
        .div_euclid(400)
        .checked_mul(DAYS_PER_ERA)?
        // In two steps, so that `date_of` can go back to where the era starts.
        .checked_add(day_of_era)?
        .checked_sub(EPOCH)?;
    // Only a date that comes back as itself exists: this refuses the 31st of April.
    (date_of(days) == (year, month, day)).then_some(days)
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "format": "unix-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_735_689_615, "2025-01-01T00:00:15Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "+010000-01-01T00:00:00Z"),
            (-62_167_219_201, "-000001-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(seconds)));
        }
    }

    #[test]
    fn reads_offsets_fractions_and_leap_seconds() {
        let noon: Timestamp = "2024-06-30T12:00:00Z".parse().unwrap();
        for text in [
            "2024-06-30t12:00:00z",
            "2024-06-30 12:00:00.999Z",
            "2024-06-30T14:30:00+02:30",
            "2024-06-30T00:00:00-12:00",
            "2024-06-30T11:59:60Z",
        ] {
            assert_eq!(text.parse(), Ok(noon), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2025",
            "2025-01-01",
            "2025-02-29T00:00:00Z",
            "2025-04-31T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:60:00Z",
            "2025-01-01T00:00:00",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00+0100",
            "2025-01-01T00:00:00Zulu",
            "+1-01-01T00:00:00Z",
            "９025-01-01T00:00:00Z",
            "+999999999999999999999-01-01T00:00:00Z",
            // The last year of the last era whose days fit.
            "+25252734927766799-12-31T00:00:00Z",
            "-25252734927766799-12-31T00:00:00Z",
            "1735689600",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn system_time_rounds_down() {
        let before = UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(Timestamp::from(before), Timestamp(-1));
        let after = UNIX_EPOCH + Duration::from_millis(1999);
        assert_eq!(Timestamp::from(after), Timestamp(1));
    }

    proptest! {
        #[test]
        fn printed_is_read_back(seconds: i64) {
            let text = Timestamp(seconds).to_string();
            prop_assert_eq!(text.parse(), Ok(Timestamp(seconds)));
        }

        #[test]
        fn system_time_and_back(seconds in -8_000_000_000_000i64..8_000_000_000_000) {
            let time = SystemTime::try_from(Timestamp(seconds)).unwrap();
            prop_assert_eq!(Timestamp::from(time), Timestamp(seconds));
        }

        #[test]
        fn later_prints_later(a in 0i64..253_402_300_800, b in 0i64..253_402_300_800) {
            prop_assert_eq!(a.cmp(&b), Timestamp(a).to_string().cmp(&Timestamp(b).to_string()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}|[-+0-9TZ:. ]{0,32}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
