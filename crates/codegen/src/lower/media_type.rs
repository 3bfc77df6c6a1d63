//! Media types: which of them are JSON and text.

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::MediaType;

use super::report::Report;

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const MULTIPART: &str = "multipart/form-data";

/// A media type without its parameters.
pub(super) fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn is_json(media: &str) -> bool {
    let essence = essence(media);
    ["application/json", "text/json"].contains(&essence.as_str()) || essence.ends_with("+json")
}

pub(super) fn is_text(media: &str) -> bool {
    let essence = essence(media);
    essence.starts_with("text/") || essence == "application/xml" || essence.ends_with("+xml")
}

/// Adds notes for the media types of a body that are not used.
pub(super) fn note_unused(content: &IndexMap<String, MediaType>, used: &str, at: &str, report: &mut Report) {
    for other in content.keys().filter(|other| *other != used) {
        let message = format!("of the media types only `{used}` is used, not `{other}`");
        let at = pointer::join(at, [other.as_str()]);
        report.note_at_key(&at, "media-type-unused", message);
    }
}
