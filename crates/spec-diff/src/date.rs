//! Calendar dates, for sunset dates.

use std::fmt::{self, Display};
use std::time::{SystemTime, UNIX_EPOCH};

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
    year: i32,
    month: u32,
    day: u32,
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
        let year = i64::from(self.year) - i64::from(self.month < 3);
        let month = i64::from((self.month + 9) % 12);
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leap_days + (153 * month + 2) / 5 + i64::from(self.day) - 1 - 719_468
    }

    fn from_days(days: i64) -> Self {
        let mut year = 1970;
        let mut left = days;
        while left >= length_of_year(year) {
            left -= length_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while left >= i64::from(length_of_month(year, month)) {
            left -= i64::from(length_of_month(year, month));
            month += 1;
        }
        Self {
            year,
            month,
            day: u32::try_from(left).unwrap_or_default() + 1,
        }
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn length_of_year(year: i32) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn length_of_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
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
            let mut parts = day.split('-');
            let mut next = |digits: usize| {
                let part = parts.next().filter(|part| part.len() == digits)?;
                part.bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then(|| part.parse::<u32>().ok())?
            };
            let (year, month, day) = (next(4)?, next(2)?, next(2)?);
            let year = i32::try_from(year).ok()?;
            let fits = (1..=12).contains(&month) && (1..=length_of_month(year, month)).contains(&day);
            fits.then_some(Self { year, month, day })
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
