//! The items of a page, among them those that failed.

use std::ops::Range;

use super::listing::Direction;
use super::pagination::Pagination;
use crate::decode::FailedItem;

/// The entries of a page. Most pages have only items.
pub(super) struct Entries<T> {
    pub(super) items: Vec<T>,
    /// Items without a typed form, by their places among all.
    failed: Vec<FailedItem>,
    /// How many of them, at the edge where reading began, were also on the page before.
    repeated: usize,
}

// By hand: a derive would demand `T: Default`.
impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

enum Entry<'a, T> {
    Item(&'a T),
    Failed(&'a FailedItem),
}

impl<T> Entries<T> {
    pub(super) fn new(items: Vec<T>, failed: Vec<FailedItem>) -> Self {
        Self {
            items,
            failed,
            repeated: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len() + self.failed.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many were not given before.
    pub(super) fn fresh(&self) -> usize {
        self.len() - self.repeated
    }

    fn get(&self, index: usize) -> Option<Entry<'_, T>> {
        match self.failed.binary_search_by_key(&index, |failed| failed.index) {
            Ok(failed) => Some(Entry::Failed(&self.failed[failed])),
            Err(before) => self.items.get(index - before).map(Entry::Item),
        }
    }

    /// The entries in a direction of reading.
    fn towards(&self, direction: Direction) -> impl Iterator<Item = Entry<'_, T>> {
        let length = self.len();
        (0..length).filter_map(move |index| match direction {
            Direction::Forward => self.get(index),
            Direction::Backward => self.get(length - 1 - index),
        })
    }

    /// The cursor that the page in a direction starts from. Failed items without a cursor are passed
    /// over: those [beyond](Self::beyond) it are on the next page again.
    pub(super) fn edge(&self, direction: Direction, pagination: &Pagination<T>) -> Option<String> {
        let mut entries = self.towards(direction.opposite());
        entries.find_map(|entry| match entry {
            Entry::Item(item) => Some(pagination.cursor_of(item)),
            Entry::Failed(failed) => failed.cursor.clone().map(Some),
        })?
    }

    /// The failed items beyond the cursor of the page's edge, in the order of reading.
    pub(super) fn beyond(&self, direction: Direction) -> Vec<String> {
        let entries = self.towards(direction.opposite());
        let without_cursor = entries.map_while(|entry| match entry {
            Entry::Failed(failed) if failed.cursor.is_none() => Some(failed.json().to_owned()),
            _ => None,
        });
        let mut beyond: Vec<String> = without_cursor.collect();
        beyond.reverse();
        beyond
    }

    /// Leaves out what was beyond the cursor of the page before, and so was given already.
    pub(super) fn leave_out(&mut self, direction: Direction, beyond: &[String]) {
        let repeated = self
            .towards(direction)
            .zip(beyond)
            .take_while(|(entry, json)| match entry {
                Entry::Failed(failed) => failed.cursor.is_none() && failed.json() == *json,
                Entry::Item(_) => false,
            });
        self.repeated = repeated.count();
    }

    /// Whether an item at either end has this cursor.
    pub(super) fn ends_with(&self, cursor: &str, pagination: &Pagination<T>) -> bool {
        let is_of = |end| match self.towards(end).next() {
            Some(Entry::Item(item)) => pagination.cursor_of(item).as_deref() == Some(cursor),
            Some(Entry::Failed(failed)) => failed.cursor.as_deref() == Some(cursor),
            None => false,
        };
        is_of(Direction::Forward) || is_of(Direction::Backward)
    }

    /// Everything that was not given before, in a direction of reading.
    pub(super) fn in_order(self, direction: Direction) -> InOrder<T> {
        let mut entries = InOrder {
            places: 0..self.len(),
            items: self.items.into_iter(),
            failed: self.failed.into_iter(),
            direction,
        };
        for _ in 0..self.repeated {
            entries.next();
        }
        entries
    }
}

/// The entries of a page, one by one.
pub(super) struct InOrder<T> {
    items: std::vec::IntoIter<T>,
    failed: std::vec::IntoIter<FailedItem>,
    /// The places of all that are left.
    places: Range<usize>,
    direction: Direction,
}

impl<T> InOrder<T> {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = Result<T, FailedItem>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.direction {
            Direction::Forward => {
                let place = self.places.next()?;
                match self.failed.as_slice().first() {
                    Some(failed) if failed.index == place => self.failed.next().map(Err),
                    _ => self.items.next().map(Ok),
                }
            }
            Direction::Backward => {
                let place = self.places.next_back()?;
                match self.failed.as_slice().last() {
                    Some(failed) if failed.index == place => self.failed.next_back().map(Err),
                    _ => self.items.next_back().map(Ok),
                }
            }
        }
    }
}
