//! Tokens that are fetched, kept until shortly before they expire, and replaced when they are refused.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use crate::redact::Secrets;
use crate::retry::Clock;
use crate::transport::chain;

/// A token is replaced this long before it expires, or when a tenth of its time is left, whichever is
/// shorter: a request takes a while to arrive, and clocks differ.
const EARLY: Duration = Duration::from_secs(60);

/// Any error of a provider.
type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Fetches tokens: from an OAuth 2 server, a file, a vault.
///
/// The client fetches the first token when it needs one, another shortly before that expires, and another
/// after the server refused one with 401. Calls that wait for a token share one fetch.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::auth::{Token, TokenProvider};
///
/// /// A token that another program writes into a file.
/// struct InFile(std::path::PathBuf);
///
/// impl TokenProvider for InFile {
///     async fn token(&self) -> Result<Token, Box<dyn std::error::Error + Send + Sync>> {
///         Ok(Token::new(std::fs::read_to_string(&self.0)?.trim()))
///     }
/// }
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// Fetches a token.
    ///
    /// # Errors
    /// No token was fetched; the calls that wait for it fail with the text of this error.
    fn token(&self) -> impl Future<Output = Result<Token, AnyError>> + Send;
}

/// A token, and how long it is valid. It does not print its value.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use std::time::Duration;
/// use my_api::auth::Token;
///
/// let token = Token::new("example_token").expires_in(Duration::from_secs(3600));
/// assert_eq!(format!("{token:?}"), "Token { expires_in: Some(3600s), .. }");
/// ```
#[derive(Clone)]
pub struct Token {
    value: String,
    expires_in: Option<Duration>,
}

impl Token {
    /// A token that is valid until the server refuses it.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let token = my_api::auth::Token::new("example_token");
    /// ```
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            expires_in: None,
        }
    }

    /// How long it is valid, from now on.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use std::time::Duration;
    /// let token = my_api::auth::Token::new("example_token").expires_in(Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn expires_in(mut self, duration: Duration) -> Self {
        self.expires_in = Some(duration);
        self
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Token, AnyError>> + Send + 'a>>;

/// A [`TokenProvider`] of any type.
pub(crate) trait AnyProvider: Send + Sync {
    fn token_boxed(&self) -> Fetching<'_>;
}

impl<T: TokenProvider> AnyProvider for T {
    fn token_boxed(&self) -> Fetching<'_> {
        Box::pin(self.token())
    }
}

/// The token of a provider, fetched once for all calls that need it.
pub(crate) struct TokenCache {
    provider: Arc<dyn AnyProvider>,
    state: Mutex<State>,
    /// Held while a token is fetched.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    token: Option<Kept>,
    /// How many fetches have ended.
    fetches: u64,
    /// Why the last fetch failed.
    failure: Option<String>,
}

#[derive(Clone)]
struct Kept {
    value: String,
    replace_at: Option<SystemTime>,
    /// The number of the fetch that it came from.
    generation: u64,
}

impl TokenCache {
    pub(super) fn new(provider: Arc<dyn AnyProvider>) -> Self {
        Self {
            provider,
            state: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// A token that is valid, and its generation; or the error message of the provider.
    ///
    /// `check` returns what is wrong with a token that was fetched.
    pub(super) async fn token(
        &self,
        clock: &dyn Clock,
        secrets: &Secrets,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Result<(String, u64), String> {
        let seen = match self.state().valid(clock) {
            Ok(kept) => return Ok(kept),
            Err(fetches) => fetches,
        };
        let _fetching = self.fetching.lock().await;
        {
            let state = self.state();
            // Another call has fetched while this one waited: its result is that of all.
            match state.valid(clock) {
                Ok(kept) => return Ok(kept),
                Err(fetches) if fetches > seen => match (&state.failure, &state.token) {
                    (Some(failure), _) => return Err(failure.clone()),
                    // It may have expired already, but another fetch would bring no better one.
                    (None, Some(kept)) => return Ok((kept.value.clone(), kept.generation)),
                    (None, None) => {}
                },
                Err(_) => {}
            }
        }
        let fetched = match self.provider.token_boxed().await {
            Ok(token) => check(&token.value).map(|()| token),
            Err(error) => Err(chain(&*error)),
        };
        let mut state = self.state();
        state.fetches += 1;
        match fetched {
            Ok(token) => {
                secrets.add_token(&token.value);
                let kept = Kept {
                    replace_at: token.expires_in.and_then(|lifetime| {
                        let early = EARLY.min(lifetime / 10);
                        clock.now().checked_add(lifetime - early)
                    }),
                    value: token.value,
                    generation: state.fetches,
                };
                state.failure = None;
                state.token = Some(kept.clone());
                Ok((kept.value, kept.generation))
            }
            Err(failure) => {
                state.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// Forgets a token that the server refused, if it is still the one that is kept.
    pub(super) fn refused(&self, generation: u64) {
        self.state().token.take_if(|kept| kept.generation == generation);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl State {
    /// The token that is kept, if it is valid; otherwise the number of fetches so far.
    fn valid(&self, clock: &dyn Clock) -> Result<(String, u64), u64> {
        self.token
            .as_ref()
            .filter(|kept| kept.replace_at.is_none_or(|time| clock.now() < time))
            .map(|kept| (kept.value.clone(), kept.generation))
            .ok_or(self.fetches)
    }
}
