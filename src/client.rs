//! Building a client, and sending requests with it.
//!
//! [`ClientBuilder`] checks everything that can be checked before a request is sent: a key that
//! cannot stand in a header, a base URL that would send the key in the clear. [`Client`] then
//! sends: each call is a loop of attempts, and each attempt is the whole of it, from connecting to
//! the last byte of the body.

use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING, USER_AGENT};
use reqwest::{Request, Url, Version, redirect};
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::decode;
use crate::error::{Answer, Category, Error, MAX_ERROR_BODY};
use crate::generated::SERVER_URL;
use crate::key::Key;
use crate::operation::Operation;
use crate::response::Response;
use crate::retry::RetryPolicy;
use crate::watch::Call;

const KEY_VARIABLE: &str = "ITTYBIT_API_KEY";
const BASE_URL_VARIABLE: &str = "ITTYBIT_BASE_URL";

/// A client of the API. Cheap to clone; clones share connections.
///
/// ```no_run
/// # async fn run() -> Result<(), ittybit::Error> {
/// let client = ittybit::Client::from_env()?;
/// for task in client.list_tasks().limit(5).send().await? {
///     println!("{} {}", task.id, task.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    base_url: String,
    /// What `base_url` parses to, for comparing origins.
    origin: Url,
    key: Key,
    user_agent: HeaderValue,
    timeout: Duration,
    max_response_bytes: usize,
    retry: RetryPolicy,
}

impl Client {
    /// A client with this API key, and the defaults for all else.
    ///
    /// # Errors
    /// A key that is empty, or has a character that cannot stand in a header.
    ///
    /// ```
    /// let client = ittybit::Client::new("ittybit_example")?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key in `ITTYBIT_API_KEY`, and the base URL in `ITTYBIT_BASE_URL` if that
    /// is set and not empty.
    ///
    /// # Errors
    /// A variable that is missing or bad; the error names it.
    ///
    /// ```no_run
    /// let client = ittybit::Client::from_env()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().read_env().build()
    }

    /// Everything that can be set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ittybit::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("ittybit_example")
    ///     .timeout(Duration::from_secs(10))
    ///     .user_agent("transcoder/2.1")
    ///     .build()?;
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Where requests go, without a slash at the end.
    ///
    /// ```
    /// let client = ittybit::Client::new("ittybit_example")?;
    /// assert_eq!(client.base_url(), "https://api.ittybit.com");
    /// # Ok::<(), ittybit::Error>(())
    /// ```
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// What the generated half builds requests with.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    pub(crate) fn key(&self) -> &Key {
        &self.inner.key
    }

    /// Sends a request, again where that helps, and reads the answer.
    pub(crate) async fn send<R>(
        &self,
        operation: &'static Operation,
        request: Request,
        read: impl FnOnce(Answer, &Key) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let url = request.url().clone();
        let call = Call::new(operation, &url, &self.inner.key);
        let work = async {
            let answer = self.answer(operation, request, &call).await?;
            let attempts = answer.attempts;
            read(answer, &self.inner.key).map_err(|error| error.after(operation, &url, attempts))
        };
        let result = work.instrument(call.span()).await;
        call.end(result.as_ref().err());
        result
    }

    /// The answer with a status of success.
    async fn answer(&self, operation: &'static Operation, mut request: Request, call: &Call) -> Result<Answer, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::runtime(
                "there is no Tokio runtime here. Call it from a Tokio task, or use \
                 `ittybit::blocking::Client` (feature `blocking`)",
            )
            .on(operation));
        }
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.inner.key.authorization());
        headers.insert(USER_AGENT, self.inner.user_agent.clone());
        *request.timeout_mut() = Some(self.inner.timeout);

        let url = request.url().clone();
        let mut attempts = 0;
        loop {
            attempts += 1;
            // A body that cannot be sent twice can still be sent once.
            let again = request.try_clone();
            let error = match self.attempt(operation, request, call).await {
                Ok(answer) => return Ok(Answer { attempts, ..answer }),
                Err(error) => error.after(operation, &url, attempts),
            };
            let (Some(next), Some(delay)) = (again, self.inner.retry.delay(operation, &error)) else {
                return Err(error);
            };
            call.retry(&error, delay);
            self.inner.retry.sleep(delay).await;
            request = next;
        }
    }

    async fn attempt(&self, operation: &'static Operation, request: Request, call: &Call) -> Result<Answer, Error> {
        let timeout = self.inner.timeout;
        let mut response = self
            .inner
            .http
            .execute(request)
            .await
            .map_err(|error| Error::transport(error, timeout, None))?;
        let mut answer = Answer {
            status: response.status(),
            headers: self.inner.key.strike_out_headers(response.headers()),
            ..Answer::default()
        };
        call.answered(answer.status);
        if !same_origin(response.url(), &self.inner.origin) {
            let message = format!(
                "the answer came from another origin, {}: the HTTP client followed a redirect. \
                 Set the API's own address as base URL",
                response.url().origin().ascii_serialization()
            );
            return Err(Error::answered(Category::Redirect, message, answer));
        }
        let key = &self.inner.key;
        if !operation.succeeds_with(answer.status) {
            let limit = self.inner.max_response_bytes.min(MAX_ERROR_BODY);
            // The status says more than why its body broke off or went on, so what came will do.
            let _ = read_body(&mut response, &mut answer.body, limit).await;
            let retry_after = self.inner.retry.retry_after(&answer.headers);
            return Err(Error::status_of(answer.strike_out(key), retry_after, key));
        }
        let limit = self.inner.max_response_bytes;
        match read_body(&mut response, &mut answer.body, limit).await {
            Ok(()) => {}
            Err(Incomplete::TooLarge) => {
                let message = format!(
                    "the answer is larger than {limit} bytes. Ask for smaller pages, or raise the \
                     client's `max_response_bytes`"
                );
                let answer = answer.strike_out(key);
                return Err(Error::answered(Category::TooLarge, message, answer));
            }
            Err(Incomplete::Broken(error)) => {
                let answer = answer.strike_out(key);
                return Err(Error::transport(error, timeout, Some(answer)));
            }
        }
        // Without a length or chunks, the end of the connection is the end of the body, and only
        // the JSON tells whether it was meant to be.
        let unmeasured = response.version() <= Version::HTTP_11
            && !answer.headers.contains_key(CONTENT_LENGTH)
            && !answer.headers.contains_key(TRANSFER_ENCODING);
        if unmeasured && decode::is_cut_short(&answer.body) {
            return Err(Error::cut_short(answer.strike_out(key)));
        }
        Ok(answer)
    }
}

#[allow(
    dead_code,
    reason = "for the generated half, where the document has operations that are no lists"
)]
impl Client {
    /// Sends a request, and reads one value from the answer.
    pub(crate) async fn send_json<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<T>, Error> {
        let read = |answer, key: &Key| {
            let (value, answer) = decode::value(answer, key)?;
            Ok(Response::new(value, answer.status, answer.headers))
        };
        self.send(operation, request, read).await
    }

    /// Sends a request whose success has no body that matters.
    pub(crate) async fn send_empty(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<()>, Error> {
        let read = |answer: Answer, _: &Key| Ok(Response::new((), answer.status, answer.headers));
        self.send(operation, request, read).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("timeout", &self.inner.timeout)
            .field("retry", &self.inner.retry)
            .finish_non_exhaustive()
    }
}

/// Why a body was not read to its end.
enum Incomplete {
    TooLarge,
    Broken(reqwest::Error),
}

async fn read_body(response: &mut reqwest::Response, body: &mut Vec<u8>, limit: usize) -> Result<(), Incomplete> {
    let length = response.content_length().unwrap_or(0);
    let Ok(length) = usize::try_from(length) else {
        return Err(Incomplete::TooLarge);
    };
    // The length is the server's word: space is made for it only up to a page or so.
    body.reserve(length.min(limit).min(1 << 20));
    while let Some(chunk) = response.chunk().await.map_err(Incomplete::Broken)? {
        let space = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(space)]);
        if chunk.len() > space {
            return Err(Incomplete::TooLarge);
        }
    }
    Ok(())
}

fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host_str() == b.host_str() && a.port_or_known_default() == b.port_or_known_default()
}

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
    /// [`Category::Configuration`]: a key or URL that is missing or bad, a plain HTTP address, an
    /// HTTP client that cannot be set up. The message names the method or variable to mend.
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    const MAKE: Operation = Operation::of("make_thing", "POST", "/things", &[200..=201, 204..=204]);

    /// A client of a server that answers one request with these bytes.
    fn client(answer: &'static str) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let head = BufReader::new(connection.try_clone().unwrap()).lines();
            for line in head {
                if line.unwrap().is_empty() {
                    break;
                }
            }
            connection.write_all(answer.as_bytes()).unwrap();
        });
        let builder = Client::builder().api_key("ittybit_secret").base_url(url);
        builder.build().unwrap()
    }

    fn request(client: &Client) -> Request {
        let url = format!("{}/things", client.base_url());
        client.http().post(url).build().unwrap()
    }

    #[tokio::test]
    async fn one_value_comes_with_status_and_headers() {
        let client = client("HTTP/1.1 201 Created\r\nContent-Length: 3\r\nETag: \"x\"\r\n\r\n[7]");
        let response = client.send_json::<Vec<u8>>(&MAKE, request(&client));
        let response = response.await.unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["etag"], "\"x\"");
        assert_eq!(response.first(), Some(&7));
        assert_eq!(response.into_inner(), [7]);
    }

    #[tokio::test]
    async fn no_value_is_wanted_of_an_empty_answer() {
        let client = client("HTTP/1.1 204 No Content\r\n\r\n");
        let response = client.send_empty(&MAKE, request(&client)).await.unwrap();
        assert_eq!(response.status(), 204);
        response.into_inner();
    }

    #[tokio::test]
    async fn a_post_that_may_have_been_processed_is_sent_once() {
        let client = client("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[7");
        let response = client.send_json::<Vec<u8>>(&MAKE, request(&client));
        let error = response.await.unwrap_err();
        assert_eq!(error.category(), Category::Interrupted);
        assert_eq!(error.attempts(), 1);
        assert!(error.is_retryable());
    }

    #[cfg(feature = "blocking")]
    #[test]
    fn blocking_calls_do_the_same() {
        let blocking = |answer| {
            crate::blocking::Client::builder()
                .api_key("ittybit_secret")
                .base_url(client(answer).base_url())
                .build()
                .unwrap()
        };
        let client = blocking("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[7]");
        let response = client.send_json::<Vec<u8>>(&MAKE, request(client.inner()));
        assert_eq!(*response.unwrap(), [7]);
        let client = blocking("HTTP/1.1 204 No Content\r\n\r\n");
        let response = client.send_empty(&MAKE, request(client.inner()));
        assert_eq!(response.unwrap().status(), 204);
    }
}
