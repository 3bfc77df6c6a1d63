//! The options of a comparison.

use crate::date::Date;

/// What a comparison depends on besides the two documents: how long deprecated items have to stay.
///
/// In a document, `x-sunset: 2027-03-01` beside `deprecated: true` is the day from which an operation, a parameter
/// or a property may be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The day to compare sunset dates with.
    pub today: Date,
    /// The minimum number of days between a deprecation and its sunset. With 0 a sunset date is optional, and may
    /// be any day.
    pub sunset_days: u32,
}

impl Default for Options {
    /// The current day, and no minimum number of days.
    fn default() -> Self {
        Self {
            today: Date::today(),
            sunset_days: 0,
        }
    }
}
