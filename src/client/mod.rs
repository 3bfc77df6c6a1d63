//! Sending requests: each call is a loop of attempts, and each attempt is the whole of it, from
//! connecting to the last byte of the body.

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING, USER_AGENT};
use reqwest::{Request, Url, Version};
use serde::de::DeserializeOwned;
use tracing::Instrument;

pub use self::builder::ClientBuilder;
use crate::decode;
use crate::error::{Answer, Category, Error, MAX_ERROR_BODY};
use crate::key::Key;
use crate::operation::Operation;
use crate::response::Response;
use crate::retry::RetryPolicy;
use crate::watch::Call;

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
            let answer = self.answer(operation, request, &url, &call).await?;
            let attempts = answer.attempts;
            read(answer, &self.inner.key).map_err(|error| error.after(operation, &url, attempts, &self.inner.key))
        };
        let result = work.instrument(call.span()).await;
        call.end(result.as_ref().err());
        result
    }

    /// The answer with a status of success.
    async fn answer(
        &self,
        operation: &'static Operation,
        mut request: Request,
        url: &Url,
        call: &Call,
    ) -> Result<Answer, Error> {
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

        let mut attempts = 0;
        loop {
            attempts += 1;
            // A body that cannot be sent twice can still be sent once.
            let again = request.try_clone();
            let error = match self.attempt(operation, request, call).await {
                Ok(answer) => return Ok(Answer { attempts, ..answer }),
                Err(error) => error.after(operation, url, attempts, &self.inner.key),
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
            .field("base_url", &self.inner.key.strike_out_text(self.inner.base_url.clone()))
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
