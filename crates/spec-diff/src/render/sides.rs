//! Both documents side by side: the lines that are shown at a change.

use std::ops::Range;
use std::time::Duration;

use similar::{ChangeTag, DiffOp, TextDiff};

use crate::change::{Change, Kind};

/// Lines shown before and after the line of a change.
const AROUND: usize = 3;
/// The most lines that are shown of one added or removed block.
const LONGEST: usize = 16;
/// The most characters that are shown of a line.
const WIDEST: usize = 300;

/// Both texts, with their lines aligned.
pub(super) struct Sides<'t> {
    old: Vec<&'t str>,
    new: Vec<&'t str>,
    rows: Vec<Pair>,
    /// The row of each line of the old and of the new text.
    old_rows: Vec<usize>,
    new_rows: Vec<usize>,
}

/// A line of one or both texts; counted from 0.
struct Pair {
    old: Option<usize>,
    new: Option<usize>,
    changed: bool,
}

/// A row to be shown.
pub(super) enum Row {
    Lines {
        old: Option<Line>,
        new: Option<Line>,
    },
    /// Omitted lines.
    Gap,
}

/// The parts of a line; `true` for a part that the other line does not contain.
type Parts = Vec<(bool, String)>;

/// A line to be shown.
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    /// Whether the other text has a different line here, or none.
    pub(super) changed: bool,
    pub(super) parts: Parts,
}

impl<'t> Sides<'t> {
    pub(super) fn new(old: &'t str, new: &'t str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        // For texts with nothing in common the time is quadratic.
        let diff = TextDiff::configure()
            .timeout(Duration::from_secs(2))
            .diff_slices(&old, &new);
        let mut rows = Vec::new();
        for op in diff.ops() {
            let (old, new) = (op.old_range(), op.new_range());
            let changed = !matches!(op, DiffOp::Equal { .. });
            for index in 0..old.len().max(new.len()) {
                let line = |range: &Range<usize>| Some(range.start + index).filter(|line| range.contains(line));
                rows.push(Pair {
                    old: line(&old),
                    new: line(&new),
                    changed,
                });
            }
        }
        let (mut old_rows, mut new_rows) = (vec![0; old.len()], vec![0; new.len()]);
        for (row, pair) in rows.iter().enumerate() {
            if let Some(line) = pair.old {
                old_rows[line] = row;
            }
            if let Some(line) = pair.new {
                new_rows[line] = row;
            }
        }
        Self {
            old,
            new,
            rows,
            old_rows,
            new_rows,
        }
    }

    /// The rows that show a change: its lines in the documents that contain it, with some lines around.
    pub(super) fn around(&self, change: &Change) -> Vec<Row> {
        let row = |rows: &[usize], line: usize| rows.get(line.saturating_sub(1)).copied();
        let (old, new) = (
            row(&self.old_rows, change.old.line),
            row(&self.new_rows, change.new.line),
        );
        let rows = match change.kind {
            Kind::Added => [None, new],
            Kind::Removed => [old, None],
            Kind::Changed => [old, new],
        };
        let mut windows: Vec<Range<usize>> = rows.into_iter().flatten().map(|row| self.window(row)).collect();
        windows.sort_by_key(|window| window.start);
        let mut shown = Vec::new();
        let mut end = None;
        for window in windows {
            if end.is_some_and(|end| window.start > end) {
                shown.push(Row::Gap);
            }
            let start = window.start.max(end.unwrap_or(0));
            shown.extend((start..window.end).map(|row| self.row(&self.rows[row], change)));
            end = Some(window.end.max(end.unwrap_or(0)));
        }
        shown
    }

    /// A row with some rows around it, and with the changed rows that follow it, up to a limit.
    fn window(&self, row: usize) -> Range<usize> {
        let more = self.rows[row..]
            .iter()
            .take(LONGEST)
            .take_while(|pair| pair.changed)
            .count();
        let end = row + more.max(1) + AROUND;
        row.saturating_sub(AROUND)..end.min(self.rows.len())
    }

    fn row(&self, pair: &Pair, change: &Change) -> Row {
        let (old, new) = (pair.old.map(|line| self.old[line]), pair.new.map(|line| self.new[line]));
        let column = |line: Option<usize>, place: &crate::change::Place| match line {
            Some(line) if line + 1 == place.line => place.column,
            _ => 1,
        };
        let (old_cut, new_cut) = (
            old.map(|text| cut(text, column(pair.old, &change.old))),
            new.map(|text| cut(text, column(pair.new, &change.new))),
        );
        let (old_parts, new_parts) = match (old_cut, new_cut) {
            (Some(old), Some(new)) if pair.changed => {
                let (old, new) = marked(&old, &new);
                (Some(old), Some(new))
            }
            (old, new) => (old.map(|text| vec![(false, text)]), new.map(|text| vec![(false, text)])),
        };
        let line = |line: Option<usize>, parts: Option<Parts>| {
            Some(Line {
                number: line? + 1,
                changed: pair.changed,
                parts: parts?,
            })
        };
        Row::Lines {
            old: line(pair.old, old_parts),
            new: line(pair.new, new_parts),
        }
    }
}

/// A line, shortened to the part around the column if it is long.
fn cut(text: &str, column: usize) -> String {
    let length = text.chars().count();
    if length <= WIDEST {
        return text.to_owned();
    }
    let from = column.saturating_sub(WIDEST / 3).min(length - WIDEST);
    let before = if from > 0 { "…" } else { "" };
    let after = if from + WIDEST < length { "…" } else { "" };
    let shown: String = text.chars().skip(from).take(WIDEST).collect();
    format!("{before}{shown}{after}")
}

/// Marks the words that only one of two lines contains. If the lines have no word in common, none is marked:
/// marking a whole line adds no information.
fn marked(old: &str, new: &str) -> (Parts, Parts) {
    let diff = TextDiff::from_words(old, new);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut shared = false;
    for part in diff.iter_all_changes() {
        let text = part.value();
        shared |= part.tag() == ChangeTag::Equal && !text.trim().is_empty();
        if part.tag() != ChangeTag::Insert {
            push(&mut left, part.tag() != ChangeTag::Equal, text);
        }
        if part.tag() != ChangeTag::Delete {
            push(&mut right, part.tag() != ChangeTag::Equal, text);
        }
    }
    if !shared {
        return (vec![(false, old.to_owned())], vec![(false, new.to_owned())]);
    }
    (left, right)
}

fn push(parts: &mut Parts, mark: bool, text: &str) {
    match parts.last_mut() {
        Some((known, last)) if *known == mark => last.push_str(text),
        _ => parts.push((mark, text.to_owned())),
    }
}
