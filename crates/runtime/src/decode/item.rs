//! The items of a list as JSON, whether they have a typed form or not.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::lenient::{self, Refused};
use super::malformed::Malformed;
use super::misfits::Misfits;
use super::position;
use crate::received::Received;

/// A property of an item as it is written in a query: its cursor, where the item is kept as JSON.
#[doc(hidden)]
pub fn text_of(item: &RawValue, property: &str) -> Option<String> {
    lenient::member(item.get(), property)
}

/// The items of a list.
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// Those without a typed form, in their order.
    pub(crate) failed: Vec<FailedItem>,
    pub(crate) misfits: Misfits,
}

/// An item of a list that has no typed form.
pub(crate) struct FailedItem {
    /// Its place among all items of the list.
    pub(crate) index: usize,
    /// Where it begins in the body.
    start: usize,
    json: String,
    refused: Refused,
    pub(crate) cursor: Option<String>,
}

impl<T: DeserializeOwned> List<T> {
    /// Reads item by item.
    pub(super) fn of(body: &str, items: &[&RawValue], cursor: &str) -> Self {
        let mut list = Self {
            items: Vec::with_capacity(items.len()),
            failed: Vec::new(),
            misfits: Misfits::default(),
        };
        for (index, item) in items.iter().enumerate() {
            let json = item.get();
            if let Ok(item) = serde_json::from_str(json) {
                list.items.push(item);
                continue;
            }
            match lenient::read(json) {
                Ok((item, misfits)) => {
                    list.items.push(item);
                    list.misfits.add(json, &misfits, &format!("[{index}]"));
                }
                Err(refused) => list.failed.push(FailedItem {
                    index,
                    start: position::within(body, json),
                    json: json.to_owned(),
                    refused,
                    cursor: text_of(item, cursor),
                }),
            }
        }
        list
    }
}

impl FailedItem {
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// What is wrong with the whole body because of this item.
    pub(crate) fn in_body(&self, received: &Received) -> Malformed {
        Malformed::refused(&received.body, self.start, &self.refused, "", self.id())
    }

    /// What is wrong with the item, if it is all that was received.
    pub(crate) fn alone(&self) -> Malformed {
        let within = format!("[{}]", self.index);
        Malformed::refused(self.json.as_bytes(), 0, &self.refused, &within, self.id())
    }

    fn id(&self) -> Option<String> {
        lenient::member(&self.json, "id")
    }
}

/// The `id` of the item that an offset of a list lies in, where it has one.
pub(super) fn id_at(body: &str, offset: usize) -> Option<String> {
    let items: Vec<&RawValue> = serde_json::from_str(body).ok()?;
    let mut items = items.into_iter();
    let item = items.find(|item| offset <= position::within(body, item.get()) + item.get().len())?;
    text_of(item, "id")
}
