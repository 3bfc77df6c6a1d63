//! Pages: which one a request selects, and what a response says about it.

use hyper::header::{HeaderName, LINK};
use serde_json::{Map, Value};

use crate::collection::{Collection, Page, Query, Start, Wanted};
use crate::parameter::QueryValues;
use crate::percent;
use crate::problem::Problem;
use crate::recipe::{magnitude, texts};
use crate::reply::Reply;
use crate::resource::{AT_LEAST, AT_MOST, Listing, Paging, Resource};
use crate::total::{PAGE_COUNTS, TOTAL_HEADERS, TOTALS};
use crate::wording::shown;

/// The page that a request selects.
pub(crate) struct Ask {
    /// `None` where nothing can match.
    pub(crate) query: Option<Query>,
    limit: usize,
    /// The cursors as they were sent.
    after: Option<String>,
    before: Option<String>,
    /// How many items come before the page, where the request has an offset or a page number.
    skipped: usize,
}

/// # Errors
/// A cursor that leads nowhere.
pub(crate) fn ask(
    resource: &Resource,
    listing: &Listing,
    values: &QueryValues,
    collection: &Collection,
    most: Option<usize>,
) -> Result<Ask, Problem> {
    let value = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let number = |name: &str| {
        value(name)
            .and_then(Value::as_f64)
            .map(|number| number.max(0.0) as usize)
    };
    let limit = listing.limit.as_deref().and_then(number).or(listing.default_limit);
    let limit = limit.unwrap_or(usize::MAX).min(most.unwrap_or(usize::MAX));
    let mut ask = Ask {
        query: None,
        limit,
        after: None,
        before: None,
        skipped: 0,
    };
    let start = match &listing.paging {
        Paging::Cursors(cursors) => {
            ask.after = texts(value(&cursors.forward)).pop();
            ask.before = cursors.backward.as_deref().and_then(|name| texts(value(name)).pop());
            let backward = cursors.backward.as_deref().unwrap_or_default();
            Start::Cursors {
                after: cursor(resource, collection, &cursors.forward, ask.after.as_deref())?,
                before: cursor(resource, collection, backward, ask.before.as_deref())?,
            }
        }
        Paging::Pages(name, first) => {
            let page = number(name).unwrap_or(*first).saturating_sub(*first);
            ask.skipped = page.saturating_mul(limit);
            Start::Skip(ask.skipped)
        }
        Paging::Offset(name) => {
            ask.skipped = number(name).unwrap_or(0);
            Start::Skip(ask.skipped)
        }
        Paging::None => Start::Skip(0),
    };
    let order = listing.order.as_deref().and_then(value).and_then(Value::as_str);
    let ascending = order.map_or(listing.ascending, |order| order.eq_ignore_ascii_case("asc"));
    let mut wanted = Vec::new();
    for filter in &listing.filters {
        let Some(sent) = value(&filter.parameter) else {
            continue;
        };
        if let Some(bounds) = sent.as_object() {
            let bound = |names: [&'static str; 3]| {
                let sent = names.into_iter().filter_map(|name| bounds.get(name));
                sent.flat_map(|bound| texts(Some(bound)))
                    .filter_map(|text| magnitude(&text))
            };
            let low = bound(AT_LEAST).fold(f64::NEG_INFINITY, f64::max);
            let high = bound(AT_MOST).fold(f64::INFINITY, f64::min);
            wanted.push((filter.key, Wanted::Between(low, high)));
            continue;
        }
        let mut found = texts(Some(sent));
        found.retain(|text| filter.prefix.is_none_or(|prefix| text.starts_with(prefix)));
        if found.is_empty() {
            return Ok(ask);
        }
        wanted.push((filter.key, Wanted::OneOf(found)));
    }
    ask.query = Some(Query {
        wanted,
        ascending,
        limit,
        start,
    });
    Ok(ask)
}

fn cursor(
    resource: &Resource,
    collection: &Collection,
    parameter: &str,
    sent: Option<&str>,
) -> Result<Option<crate::collection::Position>, Problem> {
    let Some(sent) = sent else {
        return Ok(None);
    };
    let noun = &resource.noun;
    let (name, position) = match &resource.cursor {
        Some(cursor) => (format!("`{}`", cursor.property), collection.position_of_cursor(sent)),
        None => ("id".to_owned(), collection.position_of_id(sent)),
    };
    position.map(Some).ok_or_else(|| {
        let message = format!(
            "`{parameter}` is {}, and no {noun} has that {name}. Use the {name} of a {noun} from an earlier page.",
            shown(sent)
        );
        Problem {
            place: Some(parameter.to_owned()),
            statuses: vec![404, 400, 422],
            ..Problem::not_found(noun, message)
        }
    })
}

/// A page, as a response describes it.
pub(crate) struct Shown<'p> {
    pub(crate) listing: &'p Listing,
    pub(crate) ask: &'p Ask,
    pub(crate) page: &'p Page,
    /// The cursors of the first item and of the last.
    pub(crate) ends: [Option<String>; 2],
    /// The path of the list, and the query of the request.
    pub(crate) url: &'p str,
    pub(crate) pairs: &'p [(String, String)],
    /// How many items match in all, where it was counted.
    pub(crate) total: Option<usize>,
}

impl Shown<'_> {
    /// Sets the headers that say where other pages are, as far as the document has them.
    pub(crate) fn write_headers(&self, documented: impl Fn(&str) -> bool, reply: &mut Reply) {
        if let Paging::Cursors(cursors) = &self.listing.paging {
            let has_more = if self.page.has_more { "true" } else { "false" };
            set(reply, cursors.has_more.as_deref(), has_more);
            set(reply, cursors.applied_limit.as_deref(), &self.ask.limit.to_string());
        }
        if let Some(total) = self.total {
            for name in TOTAL_HEADERS {
                if documented(name) {
                    set(reply, Some(name), &total.to_string());
                }
            }
        }
        if documented("Link") {
            let next = self.next().map(|url| format!("<{url}>; rel=\"next\""));
            let previous = self.previous().map(|url| format!("<{url}>; rel=\"prev\""));
            let links: Vec<_> = next.into_iter().chain(previous).collect();
            if !links.is_empty() {
                reply.set(LINK, &links.join(", "));
            }
        }
    }

    /// What an object around the items says, under the usual names.
    pub(crate) fn fields(&self) -> Vec<(&'static str, Vec<Value>)> {
        let number = |number: usize| vec![Value::from(number), Value::from(number.to_string())];
        let mut fields = Vec::new();
        let mut all = |names: &[&'static str], values: &[Value]| {
            fields.extend(names.iter().map(|name| (*name, values.to_vec())));
        };
        all(
            &["has_more", "hasMore", "has_next", "hasNext", "more"],
            &[self.page.has_more.into()],
        );
        all(
            &["has_previous", "hasPrevious", "has_prev"],
            &[self.page.previous.into()],
        );
        if let Some(total) = self.total {
            all(&TOTALS, &number(total));
            let pages = total.div_ceil(self.ask.limit.clamp(1, total.max(1)));
            all(&PAGE_COUNTS, &number(pages));
        }
        all(&["count", "item_count"], &number(self.page.items.len()));
        if self.listing.limit.is_some() {
            all(
                &["limit", "per_page", "perPage", "page_size", "pageSize", "size"],
                &number(self.ask.limit),
            );
        }
        match &self.listing.paging {
            Paging::Pages(_, first) => {
                let page = first + self.ask.skipped / self.ask.limit.max(1);
                all(
                    &["page", "page_number", "pageNumber", "current_page", "currentPage"],
                    &number(page),
                );
            }
            Paging::Offset(_) => all(&["offset", "skip", "start"], &number(self.ask.skipped)),
            Paging::Cursors(_) | Paging::None => {}
        }
        let url = |url: Option<String>| url.map_or(Value::Null, Value::from);
        all(&["next", "next_url", "nextUrl", "next_page_url"], &[url(self.next())]);
        all(
            &["previous", "prev", "previous_url", "prev_page_url"],
            &[url(self.previous())],
        );
        let last = self.ends[1].as_ref().filter(|_| self.page.next);
        all(&["next_cursor", "nextCursor", "cursor"], &[url(last.cloned())]);
        fields
    }

    fn next(&self) -> Option<String> {
        let last = self.ends[1].as_ref().filter(|_| self.page.next)?;
        Some(match &self.listing.paging {
            Paging::Cursors(cursors) => {
                // Where both ends were given, the far one is kept.
                let before = self.ask.after.as_ref().and(self.ask.before.as_deref());
                let backward = cursors.backward.as_deref().zip(before);
                self.link(&[Some((cursors.forward.as_str(), last.as_str())), backward])
            }
            Paging::Pages(name, first) => {
                let page = first + self.ask.skipped / self.ask.limit.max(1) + 1;
                self.link(&[Some((name.as_str(), &page.to_string()))])
            }
            Paging::Offset(name) => {
                let offset = self.ask.skipped + self.page.items.len();
                self.link(&[Some((name.as_str(), &offset.to_string()))])
            }
            Paging::None => return None,
        })
    }

    /// Between two cursors a page is read from the first, so nothing says "the page before this".
    fn previous(&self) -> Option<String> {
        let first = self.ends[0].as_ref().filter(|_| self.page.previous)?;
        match &self.listing.paging {
            Paging::Cursors(cursors) => {
                let between = self.ask.after.is_some() && self.ask.before.is_some();
                let backward = cursors.backward.as_deref().filter(|_| !between)?;
                Some(self.link(&[Some((backward, first.as_str()))]))
            }
            Paging::Pages(name, start) => {
                let page = (start + self.ask.skipped / self.ask.limit.max(1)).checked_sub(1)?;
                Some(self.link(&[Some((name.as_str(), &page.to_string()))]))
            }
            Paging::Offset(name) => {
                let offset = self.ask.skipped.saturating_sub(self.ask.limit);
                Some(self.link(&[Some((name.as_str(), &offset.to_string()))]))
            }
            Paging::None => None,
        }
    }

    /// The same query at another place.
    fn link(&self, place: &[Option<(&str, &str)>]) -> String {
        let moving: Vec<&str> = match &self.listing.paging {
            Paging::Cursors(cursors) => {
                let forward = Some(cursors.forward.as_str());
                [forward, cursors.backward.as_deref()].into_iter().flatten().collect()
            }
            Paging::Pages(name, _) | Paging::Offset(name) => vec![name],
            Paging::None => Vec::new(),
        };
        let kept = self.pairs.iter().filter(|(name, _)| !moving.contains(&name.as_str()));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let mut url = self.url.to_owned();
        for (number, (name, value)) in kept.chain(place.iter().copied().flatten()).enumerate() {
            url.push(if number == 0 { '?' } else { '&' });
            percent::encode(name, &mut url);
            url.push('=');
            percent::encode(value, &mut url);
        }
        url
    }
}

fn set(reply: &mut Reply, name: Option<&str>, value: &str) {
    if let Some(name) = name.and_then(|name| name.parse::<HeaderName>().ok()) {
        reply.set(name, value);
    }
}

/// Puts what a page says into an object, where it has such fields and they take it.
pub(crate) fn write_fields(
    object: &mut Value,
    declared: &Map<String, Value>,
    fields: Vec<(&'static str, Vec<Value>)>,
    fits: impl Fn(&Value) -> bool,
) {
    for (name, values) in fields {
        if !declared.contains_key(name) {
            continue;
        }
        for value in values {
            let before = object.clone();
            object[name] = value;
            if fits(object) {
                break;
            }
            *object = before;
        }
    }
}
