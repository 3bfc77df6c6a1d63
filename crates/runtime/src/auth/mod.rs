//! Credentials: which schemes an API has, what a caller gives for them, and how they are sent.
//!
//! A document names its security schemes, and says for each operation which of them are sent: all
//! schemes of one requirement together, and any one of the requirements. The client takes the first
//! requirement for which it has every credential. A requirement without schemes, which allows
//! anonymous access, is the last it takes, wherever the document has it.
//!
//! A [`Credential`] is a fixed value, or comes from a [`TokenProvider`] that fetches it when it is
//! needed.

mod client_credentials;
mod credential;
pub(crate) mod scheme;
mod token;

use reqwest::Request;

pub use self::client_credentials::ClientCredentials;
pub use self::credential::Credential;
use self::credential::Source;
pub use self::scheme::{Scheme, SchemeKind};
pub use self::token::{Token, TokenProvider};
use crate::api::Api;
use crate::failure::Failure;
use crate::redact::Secrets;
use crate::retry::Clock;

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

    /// The first alternative for which every credential is there. An empty one is complete without any, so
    /// it is only taken where no other is.
    pub(crate) fn satisfied<'s>(&self, security: &'s [&'s [&'s str]]) -> Option<&'s [&'s str]> {
        let has = |name: &&str| self.0.iter().any(|(scheme, _)| scheme.name == *name);
        let mut named = security.iter().filter(|names| !names.is_empty());
        let complete = named.find(|names| names.iter().all(has));
        complete
            .or_else(|| security.iter().find(|names| names.is_empty()))
            .copied()
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
            scheme.put(&value, request).map_err(|error| Failure::Provider {
                scheme,
                reason: error.to_string(),
            })?;
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
    let mut alternatives = Vec::new();
    for names in security {
        let known: Vec<&Scheme> = names.iter().filter_map(find).collect();
        if known.len() == names.len() {
            alternatives.push(known);
        }
    }
    alternatives
}

/// How credentials for one of these alternatives are set.
pub(crate) fn how_to_set(api: &Api, alternatives: &[Vec<&Scheme>]) -> String {
    format!(
        "call {}, or `read_env` with {} set",
        listed(alternatives, &|scheme| format!("`{}`", scheme.setter)),
        listed(alternatives, &|scheme| api.variables_to_set(scheme)),
    )
}

/// What a call lacks, and how to set it.
pub(crate) fn missing(api: &'static Api, security: &[&[&str]]) -> String {
    let known = alternatives(api, security);
    if known.is_empty() {
        return format!(
            "this call needs the security scheme {}, which the client cannot send; it is not sent without",
            listed(security, &|name| format!("`{name}`"))
        );
    }
    format!(
        "this call needs credentials that the client does not have. When it is built, {}",
        how_to_set(api, &known)
    )
}

/// A text for each scheme, joined: `a and b, or c`.
pub(crate) fn listed<S>(alternatives: &[impl AsRef<[S]>], text: &dyn Fn(&S) -> String) -> String {
    let mut listed = String::new();
    for (index, schemes) in alternatives.iter().enumerate() {
        listed += if index > 0 { ", or " } else { "" };
        for (index, scheme) in schemes.as_ref().iter().enumerate() {
            listed += if index > 0 { " and " } else { "" };
            listed += &text(scheme);
        }
    }
    listed
}
