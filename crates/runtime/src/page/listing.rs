//! What a list is: its request, and how to get from page to page.

use reqwest::Request;
use reqwest::header::{HeaderMap, HeaderValue, LINK};

use super::pagination::Pagination;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::failure::Failure;
use crate::link;
use crate::operation::Operation;
use crate::span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// Where a page starts.
#[derive(Clone, Debug)]
pub(super) struct Position {
    pub(super) direction: Direction,
    /// The item beyond which the page starts; without one, the page that the caller requested.
    pub(super) cursor: Option<String>,
    /// Failed items after the cursor, without one of their own, that were given already: their JSON.
    pub(super) beyond: Vec<String>,
}

impl Position {
    pub(super) fn of_cursor(direction: Direction, cursor: String) -> Self {
        Self {
            direction,
            cursor: Some(cursor),
            beyond: Vec::new(),
        }
    }
}

/// Whether an item without a typed form fails the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The page is an error.
    AllOrNone,
    /// Such an item is an error by itself.
    EachByItself,
}

/// A list that a caller requested: the request, and how to get from page to page.
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
            beyond: Vec::new(),
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

    /// The caller's error for a failed page.
    pub(super) fn error_of(&self, failure: Failure, attempts: u32) -> Error {
        let url = self.call.request.url();
        self.client.reporter().error(failure, self.operation, url, attempts)
    }

    pub(super) fn call_at(&self, position: &Position) -> Result<Call, Error> {
        let mut call = self
            .call
            .try_clone()
            .ok_or_else(|| Error::pagination("the body of this request can be sent only once, so it has no pages"))?;
        let cursor = position.cursor.as_deref();
        // Where the caller gave both ends, reading forward keeps the far one. A single cursor was only where
        // reading started, so the next cursor replaces it.
        let keep = cursor.is_none() || (self.is_range() && position.direction == Direction::Forward);
        let (mut after, mut before) = match keep {
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

    /// Whether a page with this many items is full: it has as many as the request or the header says. At
    /// worst, one request more is sent than needed.
    fn is_full(&self, headers: &HeaderMap, items: usize) -> bool {
        let items = items as u64;
        let requested = || {
            let name = self.pagination.limit?;
            let mut parameters = self.call.request.url().query_pairs();
            parameters.find(|(key, _)| key == name)?.1.parse().ok()
        };
        let requested = requested().or(self.pagination.default_limit);
        match applied_limit(&self.pagination, headers) {
            Some(applied) => items >= applied || requested == Some(items),
            None => requested.is_none_or(|requested| items >= requested),
        }
    }

    /// Whether more items follow a page of so many in the direction of reading.
    pub(super) fn more(&self, direction: Direction, headers: &HeaderMap, items: usize) -> More {
        if let Some((name, value)) = self
            .pagination
            .has_more
            .and_then(|name| Some((name, headers.get(name)?)))
        {
            if let Some(more) = parse_bool(value) {
                return More {
                    explicit: true,
                    has_more: more,
                };
            }
            // At worst, one request more than needed. The other guesses could end the list too early.
            span::unreadable_header(name, value);
            return More {
                explicit: false,
                has_more: items > 0,
            };
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
            return More {
                explicit: true,
                has_more: more,
            };
        }
        let more = items > 0 && self.is_full(headers, items);
        More {
            explicit: false,
            has_more: more,
        }
    }
}

/// Whether more items follow, and whether the server said so or the size of the page hints at it.
pub(super) struct More {
    pub(super) explicit: bool,
    pub(super) has_more: bool,
}

/// The value of a header that is true or false.
fn parse_bool(value: &HeaderValue) -> Option<bool> {
    let value = value.to_str().ok()?.trim();
    match value {
        "1" => Some(true),
        "0" => Some(false),
        _ if value.eq_ignore_ascii_case("true") => Some(true),
        _ if value.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
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

/// Removes a query parameter, and gives its value. The others stay as they are written.
fn take_parameter(request: &mut Request, name: &str) -> Option<String> {
    let parsed = |pair: &str| form_urlencoded::parse(pair.as_bytes()).into_owned().next();
    let is_it = |pair: &&str| parsed(pair).is_some_and(|(key, _)| key == name);
    let query = request.url().query()?;
    let (taken, kept): (Vec<_>, Vec<_>) = query.split('&').partition(is_it);
    let (_, value) = parsed(taken.first()?)?;
    let kept = (!kept.is_empty()).then(|| kept.join("&"));
    request.url_mut().set_query(kept.as_deref());
    Some(value)
}

pub(super) fn set_parameter(call: &mut Call, name: &str, value: &str) {
    call.request.url_mut().query_pairs_mut().append_pair(name, value);
}
