//! Ages: a time relative to now, such as `3 min ago`.

use ittybit_runtime::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// A twelfth of a year, which has 365.2425 days on average.
const MONTH: u64 = 2_629_746;
const YEAR: u64 = 12 * MONTH;

/// How long ago `time` is, or how far ahead, in the largest unit of which there is a whole one.
pub fn relative(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.unix_seconds().abs_diff(time.unix_seconds());
    let (count, unit) = match seconds {
        0 => return "now".to_owned(),
        1..MINUTE => (seconds, "s"),
        MINUTE..HOUR => (seconds / MINUTE, "min"),
        HOUR..DAY => (seconds / HOUR, "h"),
        DAY..MONTH => (seconds / DAY, "day"),
        MONTH..YEAR => (seconds / MONTH, "month"),
        YEAR.. => (seconds / YEAR, "year"),
    };
    let plural = if count > 1 && ["day", "month", "year"].contains(&unit) {
        "s"
    } else {
        ""
    };
    if time > now {
        format!("in {count} {unit}{plural}")
    } else {
        format!("{count} {unit}{plural} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago(seconds: i64) -> String {
        let now = 1_735_689_600;
        relative(
            Timestamp::from_unix_seconds(now - seconds),
            Timestamp::from_unix_seconds(now),
        )
    }

    #[test]
    fn the_largest_unit_counts() {
        for (seconds, text) in [
            (0, "now"),
            (1, "1 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (86_399, "23 h ago"),
            (86_400, "1 day ago"),
            (2 * 86_400, "2 days ago"),
            (31 * 86_400, "1 month ago"),
            (364 * 86_400, "11 months ago"),
            (366 * 86_400, "1 year ago"),
            (10 * 366 * 86_400, "10 years ago"),
            (-90, "in 1 min"),
            (-2 * 86_400, "in 2 days"),
        ] {
            assert_eq!(ago(seconds), text, "{seconds} s");
        }
    }

    #[test]
    fn no_time_is_too_far() {
        let (first, last) = (
            Timestamp::from_unix_seconds(i64::MIN),
            Timestamp::from_unix_seconds(i64::MAX),
        );
        assert_eq!(
            relative(first, last),
            "584542046090 years ago".replace("584542046090", &(u64::MAX / YEAR).to_string())
        );
        assert!(relative(last, first).starts_with("in "));
    }
}
