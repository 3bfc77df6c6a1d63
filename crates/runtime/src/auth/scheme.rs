//! The security schemes of a document, and where their credentials go.

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

/// A security scheme of an API's document.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::auth::{Scheme, SchemeKind};
/// fn describe(scheme: &Scheme) -> String {
///     match scheme.kind {
///         SchemeKind::Http(prefix) => format!("{}: Authorization: {prefix} …", scheme.name),
///         SchemeKind::Basic => format!("{}: user name and password", scheme.name),
///         SchemeKind::Header(name) => format!("{}: the header {name}", scheme.name),
///         SchemeKind::Query(name) => format!("{}: the query parameter {name}", scheme.name),
///         SchemeKind::Cookie(name) => format!("{}: the cookie {name}", scheme.name),
///         _ => scheme.name.to_owned(),
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Scheme {
    /// The name in the document.
    pub name: &'static str,
    /// Where the credential goes.
    pub kind: SchemeKind,
    /// What people call the credential: `API key`, `access token`.
    pub noun: &'static str,
    /// The method of the client's builder that sets it.
    pub setter: &'static str,
    /// The environment variables that it is read from, without the API's prefix: one, or for
    /// [`SchemeKind::Basic`] those of the user name and of the password. Where there is a token URL,
    /// those of a client's id and secret follow.
    pub variables: &'static [&'static str],
    /// Where OAuth 2 clients get their tokens, if the document says so.
    pub token_url: Option<&'static str>,
}

/// Where a credential goes in a request.
///
/// ```
/// let kind = ittybit_runtime::auth::SchemeKind::Header("X-Key");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemeKind {
    /// The `Authorization` header, after a scheme name such as `Bearer`.
    Http(&'static str),
    /// The `Authorization` header, as user name and password (RFC 7617).
    Basic,
    /// A header of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
}

impl Scheme {
    /// Checks a token for this scheme; `from` is where it came from.
    pub(super) fn check(&self, token: &str, from: &str) -> Result<(), String> {
        let noun = self.noun;
        if let SchemeKind::Http(prefix) = self.kind
            && token
                .split_once(' ')
                .is_some_and(|(word, _)| word.eq_ignore_ascii_case(prefix))
        {
            return Err(format!(
                "the {noun} in {from} starts with `{prefix}`; give the {noun} alone"
            ));
        }
        if let Some(position) = token.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(format!(
                "the {noun} in {from} has a blank, a line end or a character that is not ASCII \
                 at position {} of {}; copy it again",
                position + 1,
                token.chars().count()
            ));
        }
        // RFC 6265, section 4.1.1: what would end the value of a cookie.
        if let SchemeKind::Cookie(_) = self.kind
            && let Some(position) = token.chars().position(|c| matches!(c, '"' | ',' | ';' | '\\'))
        {
            return Err(format!(
                "the {noun} in {from} has a quotation mark, comma, semicolon or backslash at position {}, \
                 which a cookie cannot have; encode it as the API asks for it",
                position + 1
            ));
        }
        Ok(())
    }

    /// Puts a value that was checked into a request.
    pub(super) fn put(&self, value: &str, request: &mut Request) -> Result<(), http::Error> {
        let header = |text: String| {
            let mut value = HeaderValue::try_from(text)?;
            value.set_sensitive(true);
            Ok::<_, http::Error>(value)
        };
        match self.kind {
            SchemeKind::Http(prefix) => {
                request
                    .headers_mut()
                    .insert(AUTHORIZATION, header(format!("{prefix} {value}"))?);
            }
            SchemeKind::Basic => {
                request
                    .headers_mut()
                    .insert(AUTHORIZATION, header(format!("Basic {value}"))?);
            }
            SchemeKind::Header(name) => {
                let name = HeaderName::try_from(name)?;
                request.headers_mut().insert(name, header(value.to_owned())?);
            }
            SchemeKind::Query(name) => {
                request.url_mut().query_pairs_mut().append_pair(name, value);
            }
            SchemeKind::Cookie(name) => {
                let cookie = format!("{name}={value}");
                let cookies = match request.headers().get(COOKIE).and_then(|cookies| cookies.to_str().ok()) {
                    Some(cookies) => format!("{cookies}; {cookie}"),
                    None => cookie,
                };
                request.headers_mut().insert(COOKIE, header(cookies)?);
            }
        }
        Ok(())
    }
}
