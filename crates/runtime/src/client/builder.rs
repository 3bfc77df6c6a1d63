//! Building a client. Whatever can be checked before a request is sent is checked here, such as a key
//! that is not valid in a header, or a base URL that would send it in the clear.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::{Client, Inner};
use crate::api::Api;
use crate::auth::{self, ClientCredentials, Credential, Credentials, Scheme, SchemeKind};
use crate::error::Error;
use crate::failure::Reporter;
use crate::names::quoted;
use crate::redact::Secrets;
use crate::retry::{Budget, RetryPolicy};
use crate::transport::http_client::{CONNECT_TIMEOUT, http_client, is_loopback};
use crate::transport::{AnyTransport, Transport};

/// What a generated builder wraps. Nothing is checked before [`build`](Self::build), which gives the
/// first thing that is wrong.
pub struct ClientBuilder {
    api: &'static Api,
    credentials: Vec<Given>,
    /// Whether the environment was read.
    env_read: bool,
    base_url: Option<(Result<String, Error>, String)>,
    timeout: Duration,
    deadline: Option<Duration>,
    connect_timeout: Duration,
    max_response_bytes: usize,
    retry: RetryPolicy,
    user_agent: Option<String>,
    transport: Option<Box<dyn AnyTransport>>,
    allow_insecure_http: bool,
}

/// A credential for a scheme, and the method or variable that it came from.
struct Given {
    scheme: String,
    credential: Result<Credential, Error>,
    from: String,
}

impl ClientBuilder {
    /// A builder for clients of an API, with the defaults for all else.
    pub fn new(api: &'static Api) -> Self {
        Self {
            api,
            credentials: Vec::new(),
            env_read: false,
            base_url: None,
            timeout: Duration::from_secs(60),
            deadline: None,
            connect_timeout: CONNECT_TIMEOUT,
            max_response_bytes: 32 * 1024 * 1024,
            retry: RetryPolicy::default(),
            user_agent: None,
            transport: None,
            allow_insecure_http: false,
        }
    }

    /// Takes credentials and the base URL from those environment variables that are set.
    pub fn read_env(mut self) -> Self {
        self.env_read = true;
        for scheme in self.api.schemes {
            let (credential, from) = from_env(self.api, scheme);
            if let Some(credential) = credential.transpose() {
                self = self.give(scheme.name, credential, from);
            }
        }
        let variable = self.api.variable("BASE_URL");
        match read(&variable) {
            Ok(None) => {}
            Ok(Some(url)) if url.is_empty() => {}
            Ok(Some(url)) => self.base_url = Some((Ok(url), variable)),
            Err(error) => self.base_url = Some((Err(error), variable)),
        }
        self
    }

    /// Sets the credential of a scheme; `setter` is the method that the caller called for it.
    pub fn credential(self, scheme: &str, credential: Credential, setter: &str) -> Self {
        self.give(scheme, Ok(credential), format!("`{setter}`"))
    }

    /// Sets a client's id and secret, for tokens from the scheme's token URL.
    pub fn client_credentials(self, scheme: &str, id: String, secret: String, setter: &str) -> Self {
        let from = format!("`{setter}`");
        let known = self.api.schemes.iter().find(|known| known.name == scheme);
        // An unknown scheme is the error of `build`.
        let credential = known.map(|known| client_credentials(known, id, secret, &from));
        self.give(scheme, credential.unwrap_or_else(|| Ok(Credential::token(""))), from)
    }

    fn give(mut self, scheme: &str, credential: Result<Credential, Error>, from: String) -> Self {
        self.credentials.retain(|given| given.scheme != scheme);
        self.credentials.push(Given {
            scheme: scheme.to_owned(),
            credential,
            from,
        });
        self
    }

    /// Where the API is, if not at its documented server.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some((Ok(url.into()), "`base_url`".to_owned()));
        self
    }

    /// How long one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a call may take, with all its attempts and the waits between them.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How long connecting may take.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The largest body that is read, after decompression.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Which failures are retried, and when.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Adds to the `User-Agent`.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// Sends through this transport.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Sends credentials over plain HTTP to a host other than this machine.
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// The crate of the client.
    #[cfg(feature = "blocking")]
    pub(crate) fn crate_name(&self) -> &'static str {
        self.api.crate_name
    }

    /// Checks what was set, and makes the client.
    ///
    /// # Errors
    /// Credentials or a URL that are missing or bad, a plain HTTP address, an HTTP client that cannot
    /// be set up.
    pub fn build(self) -> Result<Client, Error> {
        let secrets = Secrets::default();
        let mut credentials = Credentials::default();
        for Given {
            scheme,
            credential,
            from,
        } in self.credentials
        {
            let known = self.api.schemes.iter().find(|known| known.name == scheme);
            let Some(known) = known else {
                let names = quoted(&mut self.api.schemes.iter().map(|known| known.name));
                let message = match names.as_str() {
                    "" => format!("there is no security scheme `{scheme}`: the API has none"),
                    names => format!("there is no security scheme `{scheme}`; there is {names}"),
                };
                return Err(Error::configuration(message));
            };
            credentials.set(known, credential?.checked(known, &from, &secrets)?);
        }
        if !self.api.security.is_empty() && credentials.satisfied(self.api.security).is_none() {
            return Err(missing(self.api, self.env_read));
        }
        let (base_url, from) = match self.base_url {
            Some((url, from)) => (url?, from),
            None => match self.api.server {
                Some(url) => (url.to_owned(), "the document".to_owned()),
                None => {
                    return Err(Error::configuration(format!(
                        "no base URL: the API's document names no absolute one. Call `base_url`, or \
                         `read_env` with {} set",
                        self.api.variable("BASE_URL")
                    )));
                }
            },
        };
        // Without credentials there is nothing to protect.
        let insecure = self.allow_insecure_http || credentials.is_empty();
        let origin = parse_base_url(&base_url, &from, self.api, insecure)?;
        let user_agent = user_agent(self.api.user_agent, self.user_agent.as_deref())?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Box::new(http_client(&origin, self.connect_timeout)?),
        };
        Ok(Client {
            inner: Arc::new(Inner {
                api: self.api,
                transport,
                base_url: origin.as_str().trim_end_matches('/').to_owned(),
                origin,
                credentials,
                reporter: Reporter {
                    secrets: secrets.into(),
                    shape: &self.api.errors,
                },
                user_agent,
                timeout: self.timeout,
                deadline: self.deadline,
                max_response_bytes: self.max_response_bytes,
                budget: Budget::new(self.retry.capacity()),
                retry: self.retry,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("retry", &self.retry)
            .field("user_agent", &self.user_agent)
            .field("allow_insecure_http", &self.allow_insecure_http)
            .finish_non_exhaustive()
    }
}

/// A variable of the environment, if it is set.
fn read(variable: &str) -> Result<Option<String>, Error> {
    match std::env::var(variable) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::configuration(format!(
            "the environment variable {variable} is not Unicode; set it again"
        ))),
    }
}

fn not_set(variable: &str, noun: &str) -> Error {
    Error::configuration(format!(
        "the environment variable {variable} is not set; set it to {noun}"
    ))
}

/// The credential of a scheme, if its variables are set; and these variables.
fn from_env(api: &Api, scheme: &Scheme) -> (Result<Option<Credential>, Error>, String) {
    let variables = api.variables(scheme);
    match variables.as_slice() {
        [username, password] if scheme.kind == SchemeKind::Basic => {
            let nouns = ["the name of the user", "the password of the user"];
            let pair = pair_from_env([username, password], nouns);
            let credential = pair.map(|pair| pair.map(|[username, password]| Credential::basic(username, password)));
            (credential, variables.join(" and "))
        }
        [token, rest @ ..] => match (read(token), rest, scheme.token_url) {
            (Ok(None), [id, secret], Some(_)) => {
                let from = rest.join(" and ");
                let pair = pair_from_env([id, secret], ["the id of the client", "the secret of the client"]);
                let credentials = |[id, secret]: [String; 2]| client_credentials(scheme, id, secret, &from);
                (pair.and_then(|pair| pair.map(credentials).transpose()), from)
            }
            (set, ..) => (set.map(|set| set.map(Credential::token)), token.clone()),
        },
        [] => (Ok(None), String::new()),
    }
}

/// Two variables that are of use only together.
fn pair_from_env(variables: [&String; 2], nouns: [&str; 2]) -> Result<Option<[String; 2]>, Error> {
    match variables.map(|variable| read(variable)) {
        [Ok(Some(first)), Ok(Some(second))] => Ok(Some([first, second])),
        [Ok(Some(_)), Ok(None)] => Err(not_set(variables[1], nouns[1])),
        [Ok(None), Ok(Some(_))] => Err(not_set(variables[0], nouns[0])),
        [Ok(None), Ok(None)] => Ok(None),
        [Err(error), _] | [_, Err(error)] => Err(error),
    }
}

/// Tokens from the scheme's own token URL.
fn client_credentials(scheme: &Scheme, id: String, secret: String, from: &str) -> Result<Credential, Error> {
    let Some(url) = scheme.token_url else {
        return Err(Error::configuration(format!(
            "the scheme `{}` has no token URL, so {from} is of no use to it",
            scheme.name
        )));
    };
    for (what, text) in [("id", &id), ("secret", &secret)] {
        if text.trim().is_empty() {
            return Err(Error::configuration(format!(
                "the client's {what} is empty: set {from} to a client's id and secret"
            )));
        }
    }
    Ok(Credential::provider(ClientCredentials::new(url, id, secret)))
}

/// The error of a client without the credentials that every call needs.
fn missing(api: &'static Api, env_read: bool) -> Error {
    let alternatives = auth::alternatives(api, api.security);
    // A client that reads the environment names the variable that is not set.
    if let [alternative] = alternatives.as_slice()
        && let [scheme] = alternative.as_slice()
        && let [variable] = api.variables(scheme).as_slice()
        && env_read
    {
        return not_set(variable, &with_article(scheme.noun));
    }
    let reason = format!("no {}", auth::listed(&alternatives, &|scheme| scheme.noun.to_owned()));
    let message = format!("{reason}: {}", auth::how_to_set(api, &alternatives));
    let setters = alternatives.first().and_then(|schemes| schemes.first());
    let setter = setters.map_or("credential", |scheme| scheme.setter);
    Error::configuration(message).with_setting(setter, &reason)
}

/// `an API key`, `a password`.
fn with_article(noun: &str) -> String {
    let article = match noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
        true => "an",
        false => "a",
    };
    format!("{article} {noun}")
}

fn parse_base_url(text: &str, source: &str, api: &Api, allow_insecure_http: bool) -> Result<Url, Error> {
    let message = |what: &str| format!("bad base URL in {source}: {what}");
    let bad = |what: &str| Error::configuration(message(what)).with_setting(source.trim_matches('`'), what);
    let like = api.server.unwrap_or("https://api.example.com");
    if !text.contains("://") {
        return Err(bad(&format!("it does not start with https://; write it like {like}")));
    }
    let url = Url::parse(text).map_err(|error| bad(&format!("{error}; write it like {like}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(&format!("`{}:` is not HTTP; write it like {like}", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "a user name or password in it would be sent beside the credentials; leave it out",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a `?` or `#` part; leave that out"));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !allow_insecure_http {
        let origin = url.origin().ascii_serialization();
        let reason = format!("{origin} would send credentials in the clear; use https");
        let message = message(&reason) + ", or call `allow_insecure_http(true)` if the network is trusted";
        return Err(Error::configuration(message).with_setting("allow_insecure_http", &reason));
    }
    Ok(url)
}

fn user_agent(name: &'static str, suffix: Option<&str>) -> Result<HeaderValue, Error> {
    let Some(suffix) = suffix else {
        return Ok(HeaderValue::from_static(name));
    };
    HeaderValue::try_from(format!("{name} {suffix}"))
        .ok()
        .filter(|_| suffix.is_ascii())
        .ok_or_else(|| {
            Error::configuration(format!(
                "`user_agent` was given {suffix:?}, which a header cannot have; use visible \
                 ASCII, like transcoder/2.1"
            ))
        })
}
