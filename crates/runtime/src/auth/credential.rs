//! The credential for a security scheme.

use std::fmt;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::scheme::{Scheme, SchemeKind};
use super::token::{AnyProvider, TokenCache, TokenProvider};
use crate::error::Error;
use crate::failure::Failure;
use crate::redact::Secrets;
use crate::retry::Clock;

/// A credential: a fixed value, or a provider that fetches tokens.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::auth::Credential;
///
/// let key = Credential::token("example_key");
/// let user = Credential::basic("ada", "an example password");
/// // Neither shows its value.
/// assert_eq!(format!("{key:?} {user:?}"), "Credential(token) Credential(basic)");
/// ```
#[derive(Clone)]
pub struct Credential(Given);

#[derive(Clone)]
enum Given {
    Token(String),
    Basic { username: String, password: String },
    Provider(Arc<dyn AnyProvider>),
}

impl Credential {
    /// An API key or a token that does not change. Give it alone, without `Bearer`: the client adds what the
    /// scheme needs.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let credential = my_api::auth::Credential::token("example_key");
    /// ```
    pub fn token(token: impl Into<String>) -> Self {
        Self(Given::Token(token.into()))
    }

    /// A user name and a password.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let credential = my_api::auth::Credential::basic("ada", "an example password");
    /// ```
    pub fn basic(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self(Given::Basic {
            username: username.into(),
            password: password.into(),
        })
    }

    /// Tokens that are fetched when they are needed, and again shortly before they expire.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// use my_api::auth::{Credential, Token, TokenProvider};
    ///
    /// struct Vault;
    ///
    /// impl TokenProvider for Vault {
    ///     async fn token(&self) -> Result<Token, Box<dyn std::error::Error + Send + Sync>> {
    ///         Ok(Token::new("fetched").expires_in(Duration::from_secs(3600)))
    ///     }
    /// }
    ///
    /// let credential = Credential::provider(Vault);
    /// ```
    pub fn provider(provider: impl TokenProvider) -> Self {
        Self(Given::Provider(Arc::new(provider)))
    }

    /// Checks the credential for its scheme. `from` is the method or the variable that it came from.
    pub(crate) fn checked(self, scheme: &Scheme, from: &str, secrets: &Secrets) -> Result<Source, Error> {
        let refuse = |message: String| Err(Error::configuration(message));
        let noun = scheme.noun;
        match (self.0, scheme.kind) {
            (Given::Basic { username, password }, SchemeKind::Basic) => {
                if username.contains(':') {
                    return refuse(format!("the user name in {from} has a colon, which ends a user name"));
                }
                for (what, text) in [("user name", &username), ("password", &password)] {
                    if text.contains(char::is_control) {
                        return refuse(format!(
                            "the {what} in {from} has a line end or another control character; copy it again"
                        ));
                    }
                }
                secrets.add(&password);
                let pair = BASE64_STANDARD.encode(format!("{username}:{password}"));
                secrets.add(&pair);
                Ok(Source::Fixed(pair))
            }
            (Given::Basic { .. }, _) => refuse(format!(
                "the scheme `{}` takes a token, and {from} gave it a user name and a password",
                scheme.name
            )),
            (Given::Token(_) | Given::Provider(_), SchemeKind::Basic) => refuse(format!(
                "the scheme `{}` takes a user name and a password, and {from} gave it a token",
                scheme.name
            )),
            (Given::Provider(provider), _) => Ok(Source::Provided(TokenCache::new(provider))),
            (Given::Token(token), _) => {
                if token.trim().is_empty() {
                    return refuse(format!("the {noun} is empty: set {from} to one that is valid"));
                }
                scheme.check(&token, from).map_err(Error::configuration)?;
                secrets.add(&token);
                Ok(Source::Fixed(token))
            }
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Given::Token(_) => "Credential(token)",
            Given::Basic { .. } => "Credential(basic)",
            Given::Provider(_) => "Credential(provider)",
        })
    }
}

/// Where the value of a credential comes from.
pub(crate) enum Source {
    Fixed(String),
    Provided(TokenCache),
}

impl Source {
    /// The value for a scheme, and for a fetched token the number of its generation.
    pub(super) async fn value(
        &self,
        scheme: &'static Scheme,
        clock: &dyn Clock,
        secrets: &Secrets,
    ) -> Result<(String, Option<u64>), Failure> {
        match self {
            Self::Fixed(value) => Ok((value.clone(), None)),
            Self::Provided(cache) => {
                let check = |token: &str| match token.is_empty() {
                    true => Err(format!("the {} in its response is empty", scheme.noun)),
                    false => scheme.check(token, "its response"),
                };
                let (token, generation) = cache
                    .token(clock, secrets, check)
                    .await
                    .map_err(|reason| Failure::Provider { scheme, reason })?;
                Ok((token, Some(generation)))
            }
        }
    }
}
