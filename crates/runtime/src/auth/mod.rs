//! Credentials: which schemes an API has, what a caller gives for them, and how they are sent.
//!
//! A document names its security schemes, and says for each operation which of them are sent: all
//! schemes of one requirement together, and any one of the requirements. The client takes the first
//! requirement for which it has every credential.
//!
//! A [`Credential`] is a fixed value, or comes from a [`TokenProvider`] that fetches it when it is
//! needed.

mod client_credentials;
mod credential;
mod token;

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

pub use self::client_credentials::ClientCredentials;
pub use self::credential::Credential;
use self::credential::Source;
pub use self::token::{Token, TokenProvider};
use crate::api::Api;
use crate::failure::Failure;
use crate::redact::Secrets;
use crate::retry::Clock;

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
    /// The `Authorization` header, behind a scheme name such as `Bearer`.
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

/// The credentials of a client, by scheme.
#[derive(Default)]
pub(crate) struct Credentials(Vec<(&'static Scheme, Source)>);

/// Tokens that were sent, so that those that the server refuses can be replaced.
#[derive(Default)]
pub(crate) struct Sent(Vec<(usize, u64)>);

impl Credentials {
    /// Sets the credential of a scheme, in place of one that it has.
    pub(crate) fn set(&mut self, scheme: &'static Scheme, source: Source) {
        self.0.retain(|(known, _)| known.name != scheme.name);
        self.0.push((scheme, source));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first alternative for which every credential is there.
    pub(crate) fn satisfied<'s>(&self, security: &'s [&'s [&'s str]]) -> Option<&'s [&'s str]> {
        let has = |name: &&str| self.0.iter().any(|(scheme, _)| scheme.name == *name);
        security.iter().find(|names| names.iter().all(has)).copied()
    }

    /// Puts the credentials that an operation needs into a request.
    pub(crate) async fn authorize(
        &self,
        security: &[&[&str]],
        request: &mut Request,
        clock: &dyn Clock,
        secrets: &Secrets,
    ) -> Result<Sent, Failure> {
        let mut sent = Sent::default();
        let Some(names) = self.satisfied(security) else {
            return Ok(sent);
        };
        for name in names {
            let found = self.0.iter().enumerate().find(|(_, (scheme, _))| scheme.name == *name);
            let Some((index, (scheme, source))) = found else {
                continue;
            };
            let (value, generation) = source.value(scheme, clock, secrets).await?;
            sent.0.extend(generation.map(|generation| (index, generation)));
            scheme.put(&value, request)?;
        }
        Ok(sent)
    }

    /// Forgets tokens that the server refused. Returns whether there was one, so that another attempt may
    /// help.
    pub(crate) fn refused(&self, sent: &Sent) -> bool {
        for (index, generation) in &sent.0 {
            if let Source::Provided(cache) = &self.0[*index].1 {
                cache.refused(*generation);
            }
        }
        !sent.0.is_empty()
    }
}

/// The alternatives of a requirement that a client can send: those whose schemes the API all has.
pub(crate) fn alternatives(api: &'static Api, security: &[&[&str]]) -> Vec<Vec<&'static Scheme>> {
    let find = |name: &&str| api.schemes.iter().find(|scheme| scheme.name == *name);
    security
        .iter()
        .filter_map(|names| names.iter().map(find).collect())
        .collect()
}

/// How credentials for one of these alternatives are set.
pub(crate) fn how_to_set(api: &Api, alternatives: &[Vec<&Scheme>]) -> String {
    format!(
        "call {}, or `read_env` with {} set",
        listed(alternatives, |scheme| format!("`{}`", scheme.setter)),
        listed(alternatives, |scheme| scheme.variables_of(api)),
    )
}

/// What a call lacks, and how to set it.
pub(crate) fn missing(api: &'static Api, security: &[&[&str]]) -> String {
    let known = alternatives(api, security);
    if known.is_empty() {
        let names = security
            .iter()
            .map(|names| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>());
        let names: Vec<String> = names.map(|names| names.join(" and ")).collect();
        return format!(
            "this call needs the security scheme {}, which the client cannot send; it is not sent without",
            names.join(", or ")
        );
    }
    format!(
        "this call needs credentials that the client does not have. When it is built, {}",
        how_to_set(api, &known)
    )
}

/// A text for each scheme, joined: `a and b, or c`.
pub(crate) fn listed(alternatives: &[Vec<&Scheme>], text: impl Fn(&Scheme) -> String) -> String {
    let each = alternatives.iter().map(|schemes| {
        let texts: Vec<String> = schemes.iter().map(|scheme| text(scheme)).collect();
        texts.join(" and ")
    });
    each.collect::<Vec<_>>().join(", or ")
}

impl Scheme {
    /// The full names of its environment variables.
    pub(crate) fn variables(&self, api: &Api) -> Vec<String> {
        self.variables.iter().map(|name| api.variable(name)).collect()
    }

    /// Which environment variables have to be set.
    fn variables_of(&self, api: &Api) -> String {
        match (self.variables(api).as_slice(), self.token_url) {
            ([token, client @ ..], Some(_)) if !client.is_empty() => {
                format!("{token} (or {})", client.join(" and "))
            }
            (variables, _) => variables.join(" and "),
        }
    }

    /// Checks a token for this scheme; `from` is where it came from.
    fn check(&self, token: &str, from: &str) -> Result<(), String> {
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
    fn put(&'static self, value: &str, request: &mut Request) -> Result<(), Failure> {
        let reason = |error: http::Error| Failure::Provider {
            scheme: self,
            reason: error.to_string(),
        };
        let header = |text: String| {
            let mut value = HeaderValue::try_from(text).map_err(|error| reason(error.into()))?;
            value.set_sensitive(true);
            Ok(value)
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
                let name = HeaderName::try_from(name).map_err(|error| reason(error.into()))?;
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
