//! A moment, as APIs write it: a number since the Unix epoch, in seconds or in milliseconds.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SECONDS_PER_DAY: i64 = 86_400;

/// The smallest number that is milliseconds: in 1973, where as seconds it would be in the year 5138.
const SMALLEST_MILLISECONDS: u64 = 100_000_000_000;

/// A moment since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// In JSON it is a bare number: of seconds, or of milliseconds from 100,000,000,000 on (and from
/// -100,000,000,000 down). It is written back in the unit that it came in. It prints as RFC 3339 in UTC,
/// reads any RFC 3339 time, and converts from and to [`SystemTime`].
///
/// Timestamps compare by the moment, whatever their units.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::Timestamp;
///
/// let created: Timestamp = serde_json::from_str("1735689600")?;
/// assert_eq!(created.to_string(), "2025-01-01T00:00:00Z");
/// assert_eq!("2025-01-01T01:00:00+01:00".parse::<Timestamp>()?, created);
///
/// let same: Timestamp = serde_json::from_str("1735689600000")?;
/// assert_eq!(same, created);
/// assert_eq!(serde_json::to_string(&same)?, "1735689600000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    number: i64,
    unit: Unit,
}

/// What the number of a [`Timestamp`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

fn is_milliseconds(number: i64) -> bool {
    number.unsigned_abs() >= SMALLEST_MILLISECONDS
}

impl Timestamp {
    /// The moment that is so many seconds after the epoch; before it, if negative.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let epoch = my_api::Timestamp::from_unix_seconds(0);
    /// assert_eq!(epoch.to_string(), "1970-01-01T00:00:00Z");
    /// ```
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self {
            number: seconds,
            unit: Unit::Seconds,
        }
    }

    /// Seconds since the epoch, without their fraction.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let moment: my_api::Timestamp = "1970-01-02T00:00:00Z".parse()?;
    /// assert_eq!(moment.unix_seconds(), 86_400);
    /// # Ok::<(), my_api::ParseTimestampError>(())
    /// ```
    pub const fn unix_seconds(self) -> i64 {
        match self.unit {
            Unit::Seconds => self.number,
            Unit::Milliseconds => self.number.div_euclid(1000),
        }
    }

    /// The rest beyond [`unix_seconds`](Self::unix_seconds), in milliseconds: less than 1000.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let moment: my_api::Timestamp = serde_json::from_str("1735689600250")?;
    /// assert_eq!(moment.subsec_millis(), 250);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub const fn subsec_millis(self) -> u32 {
        match self.unit {
            Unit::Seconds => 0,
            // A remainder of 1000 fits.
            Unit::Milliseconds => self.number.rem_euclid(1000) as u32,
        }
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

    /// The number that it is in JSON.
    #[doc(hidden)]
    pub const fn number(self) -> i64 {
        self.number
    }
}

impl Default for Timestamp {
    /// The epoch.
    fn default() -> Self {
        Self::from_unix_seconds(0)
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let moment = |time: &Self| (time.unix_seconds(), time.subsec_millis());
        moment(self).cmp(&moment(other))
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.unix_seconds(), self.subsec_millis()).hash(state);
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.unit {
            // As seconds, it would be read as milliseconds.
            Unit::Seconds if is_milliseconds(self.number) => serializer.serialize_i128(i128::from(self.number) * 1000),
            _ => serializer.serialize_i64(self.number),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        let unit = match is_milliseconds(number) {
            true => Unit::Milliseconds,
            false => Unit::Seconds,
        };
        Ok(Self { number, unit })
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
        Self::from_unix_seconds(seconds)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampRangeError;

    /// Keeps milliseconds. Fails where the platform's clock does not reach so far.
    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampRangeError> {
        let distance = match timestamp.unit {
            Unit::Seconds => Duration::from_secs(timestamp.number.unsigned_abs()),
            Unit::Milliseconds => Duration::from_millis(timestamp.number.unsigned_abs()),
        };
        match timestamp.number < 0 {
            true => UNIX_EPOCH.checked_sub(distance),
            false => UNIX_EPOCH.checked_add(distance),
        }
        .ok_or(TimestampRangeError(timestamp))
    }
}

/// A [`Timestamp`] that [`SystemTime`] cannot represent on this platform.
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
        write!(
            f,
            "the system's clock does not reach Unix second {}",
            self.0.unix_seconds()
        )
    }
}

impl std::error::Error for TimestampRangeError {}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.unix_seconds();
        let (year, month, day) = date_of(seconds.div_euclid(SECONDS_PER_DAY));
        let second = seconds.rem_euclid(SECONDS_PER_DAY);
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            // RFC 3339 ends at year 9999; beyond it, ISO 8601's signed six digits or more.
            _ => write!(f, "{year:+07}")?,
        }
        write!(
            f,
            "-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )?;
        match self.subsec_millis() {
            0 => f.write_str("Z"),
            millis => write!(f, ".{millis:03}Z"),
        }
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
            .map(Self::from_unix_seconds)
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
    use std::hash::{BuildHasher, RandomState};

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
            assert_eq!(Timestamp::from_unix_seconds(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp::from_unix_seconds(seconds)));
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
        assert_eq!(Timestamp::from(before), Timestamp::from_unix_seconds(-1));
        let after = UNIX_EPOCH + Duration::from_millis(1999);
        assert_eq!(Timestamp::from(after), Timestamp::from_unix_seconds(1));
    }

    fn read(number: i64) -> Timestamp {
        serde_json::from_str(&number.to_string()).unwrap()
    }

    #[test]
    fn large_numbers_are_milliseconds() {
        for (number, text) in [
            (99_999_999_999, "5138-11-16T09:46:39Z"),
            (100_000_000_000, "1973-03-03T09:46:40Z"),
            (1_735_689_600_000, "2025-01-01T00:00:00Z"),
            (1_735_689_600_007, "2025-01-01T00:00:00.007Z"),
            (-99_999_999_999, "-001199-02-15T14:13:21Z"),
            (-100_000_000_000, "1966-10-31T14:13:20Z"),
            (-100_000_000_001, "1966-10-31T14:13:19.999Z"),
        ] {
            assert_eq!(read(number).to_string(), text);
        }
    }

    #[test]
    fn far_seconds_are_written_as_milliseconds() {
        let far = Timestamp::from_unix_seconds(200_000_000_000);
        let json = serde_json::to_string(&far).unwrap();
        assert_eq!(json, "200000000000000");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), far);
    }

    #[test]
    fn units_do_not_matter_for_comparing() {
        let state = RandomState::new();
        let hash = |time: Timestamp| state.hash_one(time);
        let (seconds, milliseconds) = (read(1_735_689_600), read(1_735_689_600_000));
        assert_eq!(seconds, milliseconds);
        assert_eq!(hash(seconds), hash(milliseconds));
        assert!(read(1_735_689_600_001) > seconds);
        assert!(read(1_735_689_599_999) < seconds);
        assert_eq!(read(1_735_689_599_999).unix_seconds(), 1_735_689_599);
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_they_came(number: i64) {
            prop_assert_eq!(serde_json::to_string(&read(number)).unwrap(), number.to_string());
        }

        #[test]
        fn system_time_keeps_milliseconds(number in 100_000_000_000i64..8_000_000_000_000_000) {
            let time = SystemTime::try_from(read(number)).unwrap();
            prop_assert_eq!(time, UNIX_EPOCH + Duration::from_millis(number.unsigned_abs()));
            let time = SystemTime::try_from(read(-number)).unwrap();
            prop_assert_eq!(time, UNIX_EPOCH - Duration::from_millis(number.unsigned_abs()));
        }

        #[test]
        fn printed_is_read_back(seconds: i64) {
            let text = Timestamp::from_unix_seconds(seconds).to_string();
            prop_assert_eq!(text.parse(), Ok(Timestamp::from_unix_seconds(seconds)));
        }

        #[test]
        fn system_time_and_back(seconds in -8_000_000_000_000i64..8_000_000_000_000) {
            let time = SystemTime::try_from(Timestamp::from_unix_seconds(seconds)).unwrap();
            prop_assert_eq!(Timestamp::from(time), Timestamp::from_unix_seconds(seconds));
        }

        #[test]
        fn later_prints_later(a in 0i64..253_402_300_800, b in 0i64..253_402_300_800) {
            prop_assert_eq!(a.cmp(&b), Timestamp::from_unix_seconds(a).to_string().cmp(&Timestamp::from_unix_seconds(b).to_string()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}|[-+0-9TZ:. ]{0,32}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
