//! Calendar dates, for sunset dates.

use std::fmt::{self, Display};
use std::time::{SystemTime, UNIX_EPOCH};

use toml_edit::Datetime;

/// A day of the Gregorian calendar.
///
/// ```
/// use ittybit_spec_diff::Date;
///
/// let day: Date = "2027-03-01".parse()?;
/// assert_eq!(day.days_since("2027-02-01".parse()?), 28);
/// assert_eq!(day.to_string(), "2027-03-01");
/// // The time of day is ignored.
/// assert_eq!("2027-03-01T12:00:00Z".parse(), Ok(day));
/// assert!("2027-02-29".parse::<Date>().is_err());
/// # Ok::<(), ittybit_spec_diff::NotADate>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// The current day, in UTC.
    ///
    /// ```
    /// use ittybit_spec_diff::Date;
    ///
    /// assert!(Date::today() > "2025-01-01".parse()?);
    /// # Ok::<(), ittybit_spec_diff::NotADate>(())
    /// ```
    pub fn today() -> Self {
        // A clock that shows a time before 1970 is not set.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::from_days(i64::try_from(since.as_secs() / 86_400).unwrap_or_default())
    }

    /// How many days this is after another day; negative if it is before it.
    ///
    /// ```
    /// use ittybit_spec_diff::Date;
    ///
    /// let (first, second): (Date, Date) = ("2024-02-28".parse()?, "2024-03-01".parse()?);
    /// assert_eq!(second.days_since(first), 2);
    /// # Ok::<(), ittybit_spec_diff::NotADate>(())
    /// ```
    pub fn days_since(self, other: Self) -> i64 {
        self.days() - other.days()
    }

    /// Days since 1970-01-01. Years are counted from March here, so that a leap day is the last day of a year.
    fn days(self) -> i64 {
        let year = self.year - i64::from(self.month < 3);
        let month = (self.month + 9) % 12;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leap_days + (153 * month + 2) / 5 + self.day - 1 - 719_468
    }

    /// The inverse of `days`: 400 years have 146,097 days.
    fn from_days(days: i64) -> Self {
        let (era, day) = (
            (days + 719_468).div_euclid(146_097),
            (days + 719_468).rem_euclid(146_097),
        );
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        Self {
            year: 400 * era + year + i64::from(month > 9),
            month: (month + 2) % 12 + 1,
            day: day - (153 * month + 2) / 5 + 1,
        }
    }
}

impl std::str::FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let parse = || {
            let (day, time) = (text.get(..10)?, text.get(10..)?);
            if !(time.is_empty() || time.starts_with(['T', 't', ' '])) {
                return None;
            }
            let date = day.parse::<Datetime>().ok()?.date?;
            Some(Self {
                year: date.year.into(),
                month: date.month.into(),
                day: date.day.into(),
            })
        };
        parse().ok_or_else(|| NotADate { text: text.to_owned() })
    }
}

impl Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A text that is not a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate {
    text: String,
}

impl Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a date: write it as 2027-03-01", self.text)
    }
}

impl std::error::Error for NotADate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_convert_into_each_other() {
        for days in (0..60_000).step_by(7).chain([59, 60, 789, 11_016, 11_017]) {
            let date = Date::from_days(days);
            assert_eq!(date.days(), days, "{date}");
            assert_eq!(date.to_string().parse(), Ok(date));
        }
        assert_eq!(Date::from_days(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days(11_016).to_string(), "2000-02-29");
    }

    #[test]
    fn invalid_dates_are_refused() {
        for text in [
            "",
            "2027",
            "2027-13-01",
            "2027-02-29",
            "2027-2-01",
            "2027-02-01x",
            "+027-02-01",
            "ü027-02-01",
        ] {
            let error = text.parse::<Date>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{text}` is not a date: write it as 2027-03-01")
            );
        }
    }
}
