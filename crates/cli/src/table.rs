//! Tables: columns that fit the terminal.

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::{visible, width};

/// Between two columns.
const GAP: usize = 2;
/// No column but the first is cut shorter than this.
const NARROWEST: usize = 10;

/// No column is wider, even where the width of the terminal is unknown.
const WIDEST: usize = 200;
/// More characters are ignored: there may be any number of characters without a width.
const LONGEST: usize = 4 * WIDEST;

pub type Row = Vec<(String, Style)>;

/// Rows that are not laid out yet. The widths of a table's first rows apply to those that follow, but
/// grow where those need more room.
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Row>,
    widths: Vec<usize>,
    begun: bool,
}

impl Table {
    pub fn new(heads: Vec<String>) -> Self {
        let heads: Vec<String> = heads.iter().map(|head| bounded(head)).collect();
        let widths = heads.iter().map(|head| head.width()).collect();
        Self {
            heads,
            rows: Vec::new(),
            widths,
            begun: false,
        }
    }

    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    pub fn push(&mut self, row: Row) {
        let row: Row = row.into_iter().map(|(text, style)| (bounded(&text), style)).collect();
        for (width, (text, _)) in self.widths.iter_mut().zip(&row) {
            *width = text.width().max(*width);
        }
        self.rows.push(row);
    }

    /// The rows as lines for standard output, below the heads if these are the first.
    pub fn take(&mut self) -> String {
        self.take_within(width())
    }

    fn take_within(&mut self, room: Option<usize>) -> String {
        let widths = fit(&self.widths, room);
        let mut out = String::new();
        if !self.begun {
            let bold = Style::new().bold();
            let heads = self.heads.iter().map(|head| (head.as_str(), bold));
            line(&mut out, heads, &widths);
            self.begun = true;
        }
        for row in self.rows.drain(..) {
            line(
                &mut out,
                row.iter().map(|(text, style)| (text.as_str(), *style)),
                &widths,
            );
        }
        out
    }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = (&'a str, Style)>, widths: &[usize]) {
    let mut line = String::new();
    let mut pending = 0;
    for ((text, style), width) in cells.zip(widths) {
        let text = cut(text, *width);
        line.push_str(&" ".repeat(pending));
        line.push_str(&format!("{style}{text}{style:#}"));
        pending = width.saturating_sub(text.width()) + GAP;
    }
    out.push_str(&line);
    out.push('\n');
}

/// Names and their values, below each other. Values are whole: what does not fit is on further lines,
/// below its beginning.
pub fn pairs(rows: &[(String, String, Style)], room: Option<usize>) -> String {
    let widest = rows
        .iter()
        .map(|(name, ..)| name.width())
        .max()
        .unwrap_or(0)
        .min(WIDEST);
    let bold = Style::new().bold();
    let room = room
        .map(|room| room.saturating_sub(widest + GAP))
        .filter(|room| *room >= NARROWEST);
    let mut out = String::new();
    for (name, value, style) in rows {
        let name = cut(name, widest);
        let pad = " ".repeat(widest - name.width() + GAP);
        out.push_str(&format!("{bold}{name}{bold:#}{pad}"));
        for (index, line) in broken(value, room).into_iter().enumerate() {
            if index > 0 {
                out.push_str(&" ".repeat(widest + GAP));
            }
            out.push_str(&format!("{style}{line}{style:#}\n"));
        }
    }
    out
}

/// A text in lines of at most this width.
fn broken(text: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else { return vec![text.to_owned()] };
    let mut lines = vec![String::new()];
    let mut used = 0;
    for char in text.chars() {
        // This makes a wide emoji of the narrow character before it.
        let width = char.width().unwrap_or(0).max(usize::from(char == '\u{fe0f}'));
        if used + width > room {
            lines.push(String::new());
            used = 0;
        }
        used += width;
        if let Some(line) = lines.last_mut() {
            line.push(char);
        }
    }
    lines
}

/// A text as a cell: harmless, and of a size that is.
fn bounded(text: &str) -> String {
    let begin: String = text.chars().take(LONGEST).collect();
    let is_cut = begin.len() < text.len();
    let shown = cut(&visible(&begin), WIDEST);
    match is_cut && !shown.ends_with('…') {
        true => shown + "…",
        false => shown,
    }
}

/// Widths that fit into the room: the widest columns are cut first, the first one last, and where
/// that is not enough, the last ones are left out.
fn fit(widths: &[usize], room: Option<usize>) -> Vec<usize> {
    let mut widths = widths.to_vec();
    let Some(room) = room else { return widths };
    while widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > room {
        let widest = widths.iter().enumerate().skip(1).max_by_key(|(_, width)| **width);
        match widest.map(|(index, width)| (index, *width)) {
            Some((index, width)) if width > NARROWEST => widths[index] -= 1,
            Some(_) => {
                widths.pop();
            }
            None => {
                widths = vec![room];
                break;
            }
        }
    }
    widths
}

/// A text of at most this width; where something is cut off, it ends in `…`.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for char in text.chars() {
        // This makes a wide emoji of the narrow character before it.
        let widens = char == '\u{fe0f}';
        used += char.width().unwrap_or(0).max(usize::from(widens));
        if used > width {
            break;
        }
        out.push(char);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let mut table = Table::new(vec!["ID".to_owned(), "INPUT.FILENAME".to_owned(), "CREATED".to_owned()]);
        for row in rows {
            table.push(row.iter().map(|text| ((*text).to_owned(), Style::new())).collect());
        }
        table
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn columns_fit() {
        let rows: &[&[&str]] = &[
            &["task_2jR8kLm4nP", "interview with a very long name.mov", "3 min ago"],
            &["task_2", "日本語のファイル名前.mov", "1 h ago"],
            &["task_3", "evil\u{1b}[31m\n.mov", "now"],
        ];
        let mut shown = String::new();
        for room in [None, Some(60), Some(40), Some(28), Some(10)] {
            shown.push_str(&format!("{room:?}\n{}\n", plain(&table(rows).take_within(room))));
        }
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn emoji_are_cut_where_they_fit() {
        // Each of these is a narrow character that is wide with what follows it.
        let name = "\u{2764}\u{fe0f}".repeat(30);
        let shown = plain(&table(&[&["1\u{fe0f}\u{20e3}", &name, "now"]]).take_within(Some(30)));
        let row = shown.lines().nth(1).unwrap();
        assert!(row.contains("\u{2764}\u{fe0f}…"), "{row}");
        assert!(row.width() <= 30, "{row}");
    }

    #[test]
    fn pairs_are_below_each_other() {
        let row = |name: &str, value: &str| (name.to_owned(), value.to_owned(), Style::new());
        let rows = [
            row("ID", "task_1"),
            row("INPUT.URL", "https://example.com/日本語/a long name.mov"),
            row("EMPTY", ""),
        ];
        let mut shown = String::new();
        for room in [None, Some(40), Some(12)] {
            shown.push_str(&format!("{room:?}\n{}\n", plain(&pairs(&rows, room))));
        }
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn later_rows_have_the_columns_of_the_first() {
        let mut table = table(&[&["1", "a name.mov", "now"]]);
        let mut shown = table.take_within(Some(80));
        for name in ["short", "one that needs more room.mov", "short"] {
            table.push(["2", name, "now"].map(|text| (text.to_owned(), Style::new())).to_vec());
            shown.push_str(&table.take_within(Some(80)));
        }
        insta::assert_snapshot!(plain(&shown));
    }

    #[test]
    fn one_long_cell_costs_no_more_than_its_own_row() {
        let long = "x".repeat(1 << 20);
        let marks = "\u{301}".repeat(1 << 20);
        let mut rows: Vec<Vec<&str>> = vec![vec!["1", &long, "now"], vec![&marks, "2", "now"]];
        rows.extend(vec![vec!["3", "short", "now"]; 97]);
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let shown = plain(&table(&rows).take_within(None));
        assert!(shown.len() < 100 * 2 * LONGEST, "{} bytes", shown.len());
        for line in shown.lines() {
            assert!(line.width() <= 2 * WIDEST, "{}", line.width());
        }
        assert!(shown.lines().nth(1).unwrap().contains("xxx…"));
    }

    #[test]
    fn control_characters_in_heads_are_escaped() {
        let mut table = Table::new(vec!["\u{1b}]0;x\u{7}ID\u{202e}\u{200f}".to_owned()]);
        table.push(vec![("1".to_owned(), Style::new())]);
        let shown = plain(&table.take_within(None));
        assert!(shown.starts_with(r"\u{1b}]0;x\u{7}ID\u{202e}\u{200f}"), "{shown:?}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            rows in prop::collection::vec(
                prop::collection::vec("\\PC{0,40}|[a日1❤☝👩👧🇯🇵\u{1f3fd}\u{fe0e}\u{fe0f}\u{20e3}\u{200d}]{0,40}", 3),
                0..5,
            ),
            room in 1usize..120,
        ) {
            let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
            let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
            let shown = plain(&table(&rows).take_within(Some(room)));
            prop_assert_eq!(shown.lines().count(), rows.len() + 1);
            for line in shown.lines() {
                prop_assert!(line.width() <= room, "{} > {}: {:?}", line.width(), room, line);
            }
        }
    }
}
