//! Building a client: what can be checked before a request is sent is checked here, such as a key
//! that cannot stand in a header, or a base URL that would send the key in the clear.

use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Url, redirect};

use super::{Client, Inner};
use crate::error::Error;
use crate::generated::SERVER_URL;
use crate::key::Key;
use crate::retry::RetryPolicy;

const KEY_VARIABLE: &str = "ITTYBIT_API_KEY";
const BASE_URL_VARIABLE: &str = "ITTYBIT_BASE_URL";

/// Sets up a [`Client`], or a `blocking::Client`, whose `builder` makes one.
///
/// Nothing is checked before [`build`](ClientBuilder::build), which tells the first thing that is
/// wrong.
///
/// ```
/// let client = ittybit::Client::builder()
///     .api_key("ittybit_example")
///     .base_url("http://127.0.0.1:8080/v1/")
///     .build()?;
/// assert_eq!(client.base_url(), "http://127.0.0.1:8080/v1");
/// # Ok::<(), ittybit::Error>(())
/// ```
#[must_use = "a builder does nothing before `build`"]
pub struct ClientBuilder<C = Client> {
    api_key: Result<String, Error>,
    /// What the key came from, for messages about it.
    key_source: &'static str,
    base_url: Result<String, Error>,
    base_url_source: &'static str,
    timeout: Duration,
    connect_timeout: Duration,
    max_response_bytes: usize,
    retry: RetryPolicy,
    user_agent: Option<String>,
    http_client: Option<reqwest::Client>,
    allow_insecure_http: bool,
    builds: PhantomData<fn() -> C>,
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new() -> Self {
        Self {
            api_key: Err(Error::configuration(format!(
                "no API key: call `api_key`, or `read_env` with {KEY_VARIABLE} set"
            ))),
            key_source: "`api_key`",
            base_url: Ok(SERVER_URL.to_owned()),
            base_url_source: "`base_url`",
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_response_bytes: 32 * 1024 * 1024,
            retry: RetryPolicy::default(),
            user_agent: None,
            http_client: None,
            allow_insecure_http: false,
            builds: PhantomData,
        }
    }

    /// Takes the key from `ITTYBIT_API_KEY`, and the base URL from `ITTYBIT_BASE_URL` if that is set
    /// and not empty. [`build`](ClientBuilder::build) tells if they are missing or bad.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let client = ittybit::Client::builder()
    ///     .read_env()
    ///     .timeout(Duration::from_secs(10))
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn read_env(mut self) -> Self {
        let read = |variable: &'static str| match std::env::var(variable) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(Error::configuration(format!(
                "the environment variable {variable} is not Unicode; set it anew"
            ))),
        };
        self.key_source = KEY_VARIABLE;
        self.api_key = read(KEY_VARIABLE).and_then(|value| {
            value.ok_or_else(|| {
                Error::configuration(format!(
                    "the environment variable {KEY_VARIABLE} is not set; set it to an API key of \
                     your project"
                ))
            })
        });
        match read(BASE_URL_VARIABLE) {
            Ok(None) => {}
            Ok(Some(url)) if url.is_empty() => {}
            base_url => {
                self.base_url_source = BASE_URL_VARIABLE;
                self.base_url = base_url.map(Option::unwrap_or_default);
            }
        }
        self
    }

    /// The key of a project, alone: without `Bearer`.
    ///
    /// ```
    /// let client = ittybit::Client::builder().api_key("ittybit_example").build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Ok(key.into());
        self.key_source = "`api_key`";
        self
    }

    /// Where the API lives, if not at `https://api.ittybit.com`: for tests, or through a gateway.
    /// It may have a path; a slash at its end makes no difference.
    ///
    /// ```
    /// let client = ittybit::Client::builder()
    ///     .api_key("ittybit_example")
    ///     .base_url("https://gateway.example/ittybit")
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Ok(url.into());
        self.base_url_source = "`base_url`";
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the body: 60 seconds, if
    /// not said otherwise. A call with retries may take as many times as long, and the waits.
    ///
    /// ```
    /// use std::time::Duration;
    /// let builder = ittybit::Client::builder().timeout(Duration::from_secs(10));
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take: 10 seconds, if not said otherwise. Without effect on a client
    /// given with [`http_client`](Self::http_client).
    ///
    /// ```
    /// use std::time::Duration;
    /// let builder = ittybit::Client::builder().connect_timeout(Duration::from_secs(2));
    /// ```
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The largest body that is read, after decompression: 32 MiB, if not said otherwise.
    ///
    /// ```
    /// let builder = ittybit::Client::builder().max_response_bytes(1024 * 1024);
    /// ```
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Which failures are tried again, and when.
    ///
    /// ```
    /// use ittybit::{Client, RetryPolicy};
    /// let builder = Client::builder().retry(RetryPolicy::none());
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Adds to the `User-Agent`, which says the client's name and version: say who you are, as
    /// `name/version`.
    ///
    /// ```
    /// let builder = ittybit::Client::builder().user_agent("transcoder/2.1");
    /// ```
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// Sends through this HTTP client: for a proxy, certificates, or a connection pool of your own.
    ///
    /// It should follow no redirect. One that does takes the key along as far as the same origin,
    /// and an answer from another origin is an error.
    ///
    /// ```
    /// use ittybit::{Client, reqwest};
    ///
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .pool_max_idle_per_host(2)
    ///     .build()?;
    /// let client = Client::builder().api_key("ittybit_example").http_client(http).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// Sends the key over plain HTTP to a host other than this machine. Whoever listens on the way
    /// has it then.
    ///
    /// ```
    /// let client = ittybit::Client::builder()
    ///     .api_key("ittybit_example")
    ///     .base_url("http://emulator.test:8080")
    ///     .allow_insecure_http(true)
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    pub(crate) fn build_client(self) -> Result<Client, Error> {
        let key = Key::new(&self.api_key?, self.key_source)?;
        let origin = parse_base_url(&self.base_url?, self.base_url_source, self.allow_insecure_http)?;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let http = match self.http_client {
            Some(client) => client,
            None => http_client(&origin, self.connect_timeout)?,
        };
        Ok(Client {
            inner: Arc::new(Inner {
                http,
                base_url: origin.as_str().trim_end_matches('/').to_owned(),
                origin,
                key,
                user_agent,
                timeout: self.timeout,
                max_response_bytes: self.max_response_bytes,
                retry: self.retry,
            }),
        })
    }
}

impl ClientBuilder {
    /// Checks what was set, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Category::Configuration`](crate::Category::Configuration): a key or URL that is missing or
    /// bad, a plain HTTP address, an HTTP client that cannot be set up. The message names the method
    /// or variable to mend.
    ///
    /// ```
    /// let error = ittybit::Client::builder().build().unwrap_err();
    /// assert!(error.message().starts_with("no API key"));
    /// ```
    pub fn build(self) -> Result<Client, Error> {
        self.build_client()
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("retry", &self.retry)
            .field("user_agent", &self.user_agent)
            .field("allow_insecure_http", &self.allow_insecure_http)
            .finish_non_exhaustive()
    }
}

fn parse_base_url(text: &str, source: &str, allow_insecure_http: bool) -> Result<Url, Error> {
    let bad = |what: &str| Error::configuration(format!("bad base URL in {source}: {what}"));
    if !text.contains("://") {
        return Err(bad(&format!(
            "it does not start with https://; write it like {SERVER_URL}"
        )));
    }
    let url = Url::parse(text).map_err(|error| bad(&format!("{error}; write it like {SERVER_URL}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(&format!(
            "`{}:` is not HTTP; write it like {SERVER_URL}",
            url.scheme()
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "a user name or password in it would be sent beside the key; leave it out",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a `?` or `#` part; leave that out"));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !allow_insecure_http {
        return Err(bad(&format!(
            "{} would send the key in the clear; use https, or call `allow_insecure_http(true)` \
             if nobody can listen on the way",
            url.origin().ascii_serialization()
        )));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, Error> {
    let name = concat!("ittybit-rust/", env!("CARGO_PKG_VERSION"));
    let Some(suffix) = suffix else {
        return Ok(HeaderValue::from_static(name));
    };
    HeaderValue::try_from(format!("{name} {suffix}"))
        .ok()
        .filter(|_| suffix.is_ascii())
        .ok_or_else(|| {
            Error::configuration(format!(
                "`user_agent` was given {suffix:?}, which cannot stand in a header; use visible \
                 ASCII, like transcoder/2.1"
            ))
        })
}

fn http_client(base: &Url, connect_timeout: Duration) -> Result<reqwest::Client, Error> {
    if base.scheme() == "https" && !cfg!(any(feature = "rustls", feature = "native-tls")) {
        return Err(Error::configuration(
            "this build has no TLS, so it cannot speak https: turn on the feature `rustls` or \
             `native-tls` of the crate, or pass an HTTP client that has TLS with `http_client`",
        ));
    }
    let mut builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .redirect(redirect::Policy::none())
        // One retry policy is enough: this crate's, which counts its attempts.
        .retry(reqwest::retry::never());
    if is_loopback(base) {
        // A proxy would get the key in the clear, and could not reach this machine anyway.
        builder = builder.no_proxy();
    }
    builder.build().map_err(Error::http_client)
}
