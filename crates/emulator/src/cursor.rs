//! Cursors that are not the id: how their values compare.

use std::collections::{BTreeMap, HashMap};

use crate::id::IdForm;
use crate::time_field;

/// A property that pages are read by.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    pub(crate) property: String,
    /// What its values look like; none for a time that follows from what happens to the item.
    pub(crate) form: Option<IdForm>,
    pub(crate) kind: Kind,
}

/// What the values of a cursor are compared as. Those that are none compare as texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    /// A date, or a time in RFC 3339.
    Time,
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The nearest floating-point number, as bits that have its order; and what an integer is more than that.
    Number(i64, i64),
    /// In nanoseconds.
    Time(i128),
    Text(String),
}

fn rank(kind: Kind, text: &str) -> Rank {
    let found = match kind {
        Kind::Number => number(text),
        Kind::Time => time_field::nanoseconds(text).map(Rank::Time),
        Kind::Text => None,
    };
    found.unwrap_or_else(|| Rank::Text(text.to_owned()))
}

fn number(text: &str) -> Option<Rank> {
    let whole: Option<i128> = text.parse().ok();
    let nearest = match whole {
        Some(whole) => whole as f64,
        None => text.parse().ok().filter(|number: &f64| number.is_finite())?,
    };
    let rest = whole.map_or(0, |whole| whole - nearest as i128);
    Some(Rank::Number(amount_bits(nearest), rest.try_into().unwrap_or(0)))
}

/// The bits of a number, which compare as integers as the numbers do.
pub(crate) fn amount_bits(number: f64) -> i64 {
    // There are two zeros; the sum of both is 0.
    let bits = (number + 0.0).to_bits().cast_signed();
    // The more a negative number is below zero, the larger are its other bits.
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// A number for each value that a cursor has had, in the order of the values: small enough to be in an index, where
/// a text would not be. Between two of them there is room for values that come later.
pub(crate) struct Marks {
    kind: Kind,
    by_value: BTreeMap<Rank, i64>,
}

/// The room between two values; so many values fit on either side of the first.
const ROOM: i64 = 1 << 30;

impl Marks {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            by_value: BTreeMap::new(),
        }
    }

    pub(crate) fn find(&self, text: &str) -> Option<i64> {
        self.by_value.get(&rank(self.kind, text)).copied()
    }

    /// The mark of a value; `None` where there is no room for it, until they are spread.
    pub(crate) fn add(&mut self, text: &str) -> Option<i64> {
        let rank = rank(self.kind, text);
        if let Some(mark) = self.by_value.get(&rank) {
            return Some(*mark);
        }
        let below = self.by_value.range(..&rank).next_back().map(|(_, mark)| *mark);
        let above = self.by_value.range(&rank..).next().map(|(_, mark)| *mark);
        let mark = match (below, above) {
            (Some(below), Some(above)) => below + (above - below) / 2,
            (Some(below), None) => below + ROOM,
            (None, Some(above)) => above - ROOM,
            (None, None) => 0,
        };
        let is_free = below != Some(mark);
        is_free.then(|| {
            self.by_value.insert(rank, mark);
            mark
        })
    }

    /// A mark that has no order before they are spread: quicker for many values.
    pub(crate) fn add_unordered(&mut self, text: &str) -> i64 {
        let next = self.by_value.len() as i64;
        *self.by_value.entry(rank(self.kind, text)).or_insert(next)
    }

    /// Gives each value another mark, with the same room between all; returns which one is now which.
    pub(crate) fn spread(&mut self) -> HashMap<i64, i64> {
        let marks = self.by_value.values_mut().zip(0..);
        marks
            .map(|(mark, number)| (std::mem::replace(mark, number * ROOM), number * ROOM))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_compare_as_what_they_are() {
        for (kind, ascending) in [
            (
                Kind::Number,
                &[
                    "-1e300",
                    "-18446744073709551615",
                    "-2.5",
                    "-2",
                    "0",
                    "1e-9",
                    "9",
                    "10",
                    "9007199254740992",
                    "9007199254740993",
                    "9007199254740994",
                    "18446744073709551614",
                    "18446744073709551615",
                    "1e20",
                    "none",
                ][..],
            ),
            (
                Kind::Time,
                &[
                    "1969-12-31",
                    "2025-01-01T00:00:00+01:00",
                    "2024-12-31T23:30:00Z",
                    "2025-01-01",
                    "2025-01-01T00:00:00.000000001Z",
                    "soon",
                ],
            ),
            (Kind::Text, &["", "10", "9", "A", "a", "aa", "b"]),
        ] {
            let ranks: Vec<_> = ascending.iter().map(|text| rank(kind, text)).collect();
            assert!(ranks.is_sorted_by(|one, other| one < other), "{ranks:?}");
        }
        for (kind, one, other) in [
            (Kind::Number, "5", "5.0"),
            (Kind::Number, "0", "-0.0"),
            (Kind::Number, "9007199254740992", "9007199254740992.0"),
            (Kind::Time, "2025-01-01T00:00:00Z", "2025-01-01T01:00:00.0+01:00"),
        ] {
            assert_eq!(rank(kind, one), rank(kind, other));
        }
    }

    #[test]
    fn marks_have_the_order_of_their_values() {
        let mut marks = Marks::new(Kind::Number);
        let mut expected = BTreeMap::new();
        let mut spread = 0;
        // Each one between the two before it.
        let (mut low, mut high) = (0.0, 1.0);
        for number in 0..200 {
            let value = match number {
                0 => low,
                1 => high,
                _ => f64::midpoint(low, high),
            };
            if number % 3 == 0 {
                low = value
            } else if number > 1 {
                high = value
            }
            let text = format!("{value:?}");
            let mark = marks.add(&text).unwrap_or_else(|| {
                spread += 1;
                let moved = marks.spread();
                expected.values_mut().for_each(|mark| *mark = moved[mark]);
                marks.add(&text).unwrap()
            });
            expected.insert(amount_bits(value), mark);
            assert!(expected.values().is_sorted(), "{number}");
        }
        assert!((1..20).contains(&spread), "{spread}");
    }
}
