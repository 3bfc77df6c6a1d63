//! Where a response says how many items a list has in all.

use crate::contract::{Contract, Operation};
use crate::id::property;
use crate::schema::Direction;
use crate::value::Shape;

/// Where a response says how many items match in all.
pub(crate) const TOTAL_HEADERS: [&str; 4] = ["X-Total-Count", "X-Total", "Total-Count", "X-Pagination-Total"];
pub(crate) const TOTALS: [&str; 6] = [
    "total",
    "total_count",
    "totalCount",
    "total_items",
    "totalItems",
    "total_results",
];
pub(crate) const PAGE_COUNTS: [&str; 4] = ["total_pages", "totalPages", "page_count", "pages"];
/// The fields about other pages are often in one of these.
pub(crate) const INNER: [&str; 6] = ["meta", "metadata", "pagination", "paging", "page_info", "links"];

/// Whether the response of a list says how many items match in all. Counting them takes time.
pub(crate) fn shows_total(contract: &Contract, operation: &Operation) -> bool {
    let Some(response) = operation.response(operation.success()) else {
        return false;
    };
    let schemas = &contract.schemas;
    let is_total = |name: &String| [&TOTALS[..], &PAGE_COUNTS].concat().contains(&name.as_str());
    let has_total = |pointer: &str| {
        let shape = Shape::at(schemas, Direction::Response, pointer);
        shape.properties(schemas).keys().any(is_total)
    };
    let pointer = response.json().and_then(|media| media.schema.as_deref());
    let inside = |pointer: &str| {
        let mut inner = INNER.iter().filter_map(|name| property(schemas, pointer, name));
        has_total(pointer) || inner.any(|inner| has_total(&inner))
    };
    let is_header = |name: &str| TOTAL_HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name));
    response.headers.iter().any(|header| is_header(&header.name)) || pointer.is_some_and(inside)
}
