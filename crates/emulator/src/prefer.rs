//! The header `Prefer` (RFC 7240), by which a request chooses a status or an example.

use hyper::HeaderMap;
use hyper::header::HeaderName;

use crate::problem::Problem;
use crate::wording::excerpt;

const PREFER: HeaderName = HeaderName::from_static("prefer");
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What a request prefers. Preferences that are not known are no error.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Preferences {
    /// The status of the response.
    pub(crate) status: Option<u16>,
    /// The name of an example of the document.
    pub(crate) example: Option<String>,
}

/// `documented` says whether the operation has a status.
///
/// # Errors
/// A status that there is no response for.
pub(crate) fn read(headers: &HeaderMap, documented: impl Fn(u16) -> bool) -> Result<Preferences, Problem> {
    let mut preferences = Preferences::default();
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    for preference in values.flat_map(|value| value.split(',')) {
        let preference = preference.split(';').next().unwrap_or_default();
        let Some((name, value)) = preference.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "example" => preferences.example = Some(value.to_owned()),
            "code" if preferences.status.is_none() => match value.parse() {
                Ok(200) => {}
                Ok(code) if (400..600).contains(&code) || documented(code) => preferences.status = Some(code),
                _ => {
                    let message = format!(
                        "`Prefer` asks for the status `{}`. Ask for a documented one, or for one from 400 to 599.",
                        excerpt(value)
                    );
                    return Err(Problem::invalid("prefer", message));
                }
            },
            _ => {}
        }
    }
    Ok(preferences)
}
