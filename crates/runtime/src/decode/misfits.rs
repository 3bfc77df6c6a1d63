//! Optional values that were left out.

use super::position;

/// Optional values that were left out, because they do not match their types.
#[derive(Default)]
pub(crate) struct Misfits {
    pub(crate) count: usize,
    /// The paths to the first of them, not redacted.
    pub(crate) first: Vec<String>,
}

impl Misfits {
    /// How many are named.
    const NAMED: usize = 3;

    /// Adds those that begin at these offsets of a text. `within` is the path to the text itself.
    pub(super) fn add(&mut self, text: &str, offsets: &[usize], within: &str) {
        self.count += offsets.len();
        for &offset in offsets.iter().take(Self::NAMED - self.first.len()) {
            let path = position::join(within, &position::path(text.as_bytes(), offset));
            self.first.push(path);
        }
    }
}
