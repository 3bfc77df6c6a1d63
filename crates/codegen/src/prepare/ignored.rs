//! Ignored.
use super::Prepare;
impl Prepare<'_> {
    pub(super) fn ignored(&mut self) {}
}
