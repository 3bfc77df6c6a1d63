//! What a list is: its request, and how to get from page to page.

use std::collections::HashMap;
use std::sync::Arc;

use reqwest::Request;
use reqwest::header::{HeaderMap, LINK};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Page;
use crate::client::Client;
use crate::decode;
use crate::error::Error;
use crate::failure::Failure;
use crate::link;
use crate::operation::Operation;
use crate::received::Received;
use crate::request::Call;

/// How the pages of a list hang together, as the document says it.
pub struct Pagination<T> {
    /// The query parameter for the items after a cursor.
    pub forward: &'static str,
    /// The query parameter for the items before a cursor.
    pub backward: Option<&'static str>,
    /// The cursor of an item.
    pub cursor: fn(&T) -> Option<String>,
    /// The response header that tells whether more follow.
    pub has_more: Option<&'static str>,
    /// The query parameter for the size of a page.
    pub limit: Option<&'static str>,
    /// The size of a page where the request does not say it.
    pub default_limit: Option<u64>,
    /// The response header with the size that was applied.
    pub applied_limit: Option<&'static str>,
}

// By hand: a derive would ask for `T: Clone`, and a pagination holds no `T`.
impl<T> Clone for Pagination<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Pagination<T> {}

impl<T> Pagination<T> {
    /// The same for items of another type.
    pub const fn of<U>(self, cursor: fn(&U) -> Option<String>) -> Pagination<U> {
        Pagination {
            forward: self.forward,
            backward: self.backward,
            cursor,
            has_more: self.has_more,
            limit: self.limit,
            default_limit: self.default_limit,
            applied_limit: self.applied_limit,
        }
    }
}

/// A property of an item as the text that stands for it in a query: the cursor of a list whose items
/// are kept as JSON.
pub fn text_of(item: &RawValue, property: &str) -> Option<String> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(item.get()).ok()?;
    match serde_json::from_str(members.get(property)?.get()).ok()? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    /// The item beyond which the page in this direction starts.
    pub(super) fn edge<T>(self, items: &[T]) -> Option<&T> {
        match self {
            Self::Forward => items.last(),
            Self::Backward => items.first(),
        }
    }
}

/// Where a page starts.
#[derive(Clone, Debug)]
pub(super) struct Position {
    pub(super) direction: Direction,
    /// The item beyond which the page starts; without one, the page that the caller asked for.
    pub(super) cursor: Option<String>,
}

/// A list as the caller asked for it: the request, and how to get from page to page.
pub(super) struct Listing<T> {
    pub(super) client: Client,
    pub(super) operation: &'static Operation,
    pub(super) pagination: Pagination<T>,
    /// The caller's request without its cursors.
    pub(super) call: Call,
    pub(super) after: Option<String>,
    before: Option<String>,
}

impl<T> Listing<T> {
    pub(super) fn new(
        client: Client,
        operation: &'static Operation,
        pagination: Pagination<T>,
        mut call: Call,
    ) -> Self {
        let after = take_parameter(&mut call.request, pagination.forward);
        let before = pagination
            .backward
            .and_then(|name| take_parameter(&mut call.request, name));
        Self {
            client,
            operation,
            pagination,
            call,
            after,
            before,
        }
    }

    /// Where the caller's request starts. One that only says `before` reads backward from there.
    pub(super) fn start(&self) -> Position {
        let backward = self.before.is_some() && self.after.is_none();
        Position {
            direction: match backward {
                true => Direction::Backward,
                false => Direction::Forward,
            },
            cursor: None,
        }
    }

    /// Whether the caller gave both ends.
    pub(super) fn is_range(&self) -> bool {
        self.after.is_some() && self.before.is_some()
    }

    /// The cursor that the caller's request starts from.
    pub(super) fn start_cursor(&self) -> Option<&str> {
        self.after.as_deref().or(self.before.as_deref())
    }

    pub(super) fn call_at(&self, position: &Position) -> Result<Call, Error> {
        let mut call = self
            .call
            .try_clone()
            .ok_or_else(|| Error::pagination("the body of this request can be sent only once, so it has no pages"))?;
        let cursor = position.cursor.as_deref();
        // A caller who gave both ends keeps the far one of those who read forward; one who gave a
        // single cursor started there, and has left it behind once there is another.
        let stays = cursor.is_none() || (self.is_range() && position.direction == Direction::Forward);
        let (mut after, mut before) = match stays {
            true => (self.after.as_deref(), self.before.as_deref()),
            false => (None, None),
        };
        match position.direction {
            Direction::Forward => after = cursor.or(after),
            Direction::Backward => before = cursor.or(before),
        }
        if let Some(after) = after {
            set_parameter(&mut call, self.pagination.forward, after);
        }
        if let (Some(before), Some(name)) = (before, self.pagination.backward) {
            set_parameter(&mut call, name, before);
        }
        Ok(call)
    }

    /// The size that a page has where more follow, if anything tells it.
    fn page_size(&self, headers: &HeaderMap) -> Option<u64> {
        applied_limit(&self.pagination, headers)
            .or_else(|| {
                let name = self.pagination.limit?;
                let mut parameters = self.call.request.url().query_pairs();
                parameters.find(|(key, _)| key == name)?.1.parse().ok()
            })
            .or(self.pagination.default_limit)
    }

    /// Whether more items follow in the direction of reading.
    fn more(&self, direction: Direction, headers: &HeaderMap, items: &[T]) -> More {
        let said = self.pagination.has_more.and_then(|name| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            match value {
                _ if value.eq_ignore_ascii_case("true") => Some(true),
                _ if value.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            }
        });
        if let Some(said) = said {
            return More { said: true, more: said };
        }
        let links = |relations: &[&str]| {
            let mut headers = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
            headers.any(|header| relations.iter().any(|relation| link::has_relation(header, relation)))
        };
        // Links that lead to no page, such as one to a stylesheet, say nothing about pages.
        if links(&["next", "prev", "previous", "first", "last"]) {
            let more = match direction {
                Direction::Forward => links(&["next"]),
                Direction::Backward => links(&["prev", "previous"]),
            };
            return More { said: true, more };
        }
        let more = match self.page_size(headers) {
            Some(size) => !items.is_empty() && items.len() as u64 >= size,
            None => !items.is_empty(),
        };
        More { said: false, more }
    }
}

/// Whether more items follow, and whether the server said so or the size of the page hints at it.
struct More {
    said: bool,
    more: bool,
}

impl<T: DeserializeOwned> Listing<T> {
    pub(super) async fn fetch(self: Arc<Self>, position: Position) -> Result<Page<T>, Error> {
        let call = self.call_at(&position).map_err(|error| error.on(self.operation))?;
        let read = |received: Received| match decode::list(&received) {
            Ok(items) => self.page(position, items, received),
            Err(malformed) => Err(Failure::Malformed(malformed, received)),
        };
        self.client.send_and(self.operation, call, read).await
    }

    /// Makes a page of a response that does not contradict itself.
    fn page(self: &Arc<Self>, position: Position, items: Vec<T>, received: Received) -> Result<Page<T>, Failure> {
        let direction = position.direction;
        let More { said, more } = self.more(direction, &received.headers, &items);
        let cursor = self.pagination.cursor;
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            if said && more {
                let message = "the server sent an empty page and said that more follow. Ask again \
                               later, or report it to the API's makers";
                return Err(Failure::Contradiction(message, received));
            }
            return Ok(self.sound_page(position, items, received, false));
        };
        if more && direction.edge(&items).and_then(cursor).is_none() {
            let message = "an item has no cursor, so the next page cannot be asked for. Ask for \
                           larger pages, or report it to the API's makers";
            return Err(Failure::Contradiction(message, received));
        }
        let asked = position.cursor.as_deref().or(self.start_cursor());
        if let Some(asked) = asked
            && [cursor(first), cursor(last)]
                .iter()
                .flatten()
                .any(|cursor| cursor == asked)
        {
            return Err(Failure::RepeatedCursor(asked.to_owned(), received));
        }
        Ok(self.sound_page(position, items, received, more))
    }

    fn sound_page(self: &Arc<Self>, position: Position, items: Vec<T>, received: Received, more: bool) -> Page<T> {
        Page {
            items,
            status: received.status,
            headers: received.headers,
            attempts: received.attempts,
            more,
            position,
            listing: Arc::clone(self),
        }
    }
}

pub(super) fn applied_limit<T>(pagination: &Pagination<T>, headers: &HeaderMap) -> Option<u64> {
    headers
        .get(pagination.applied_limit?)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Removes a query parameter, and gives its value.
fn take_parameter(request: &mut Request, name: &str) -> Option<String> {
    let (taken, kept): (Vec<_>, Vec<_>) = request
        .url()
        .query_pairs()
        .into_owned()
        .partition(|(key, _)| key == name);
    let (_, value) = taken.into_iter().next()?;
    let url = request.url_mut();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Some(value)
}

pub(super) fn set_parameter(call: &mut Call, name: &str, value: &str) {
    call.request.url_mut().query_pairs_mut().append_pair(name, value);
}
