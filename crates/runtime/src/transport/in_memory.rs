//! A transport without a network, for unit tests.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use http_body::Body as _;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, ResponseBuilderExt, StatusCode, Url};

use super::{Transport, TransportError};

/// A transport that gives canned responses and records the requests: no socket, no wait.
///
/// Responses are given in the order in which they were added; the last one is given again and again.
/// Clones share responses and requests, so a test keeps one and gives the other to the client.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::generated::{Api, CallOptions, ClientBuilder, ErrorShape, Request};
/// # use my_api::operation::Operation;
/// # static API: Api = Api {
/// #     user_agent: "my_api",
/// #     crate_name: "my_api",
/// #     server: Some("https://api.example.com"),
/// #     env_prefix: "MY_API",
/// #     schemes: &[],
/// #     security: &[],
/// #     errors: ErrorShape { kind: &[], message: &[] },
/// # };
/// # struct Client(my_api::generated::Client);
/// # impl Client {
/// #     fn builder() -> ClientBuilder { ClientBuilder::new(&API) }
/// #     async fn list_pets(&self, limit: u8) -> Result<my_api::Response<serde_json::Value>, my_api::Error> {
/// #         static LIST: Operation = Operation::of("list_pets", "GET", "/pets", &[200..=200]);
/// #         Request::new(&LIST, CallOptions::default()).query("limit", limit).send_json(&self.0).await
/// #     }
/// # }
/// use my_api::transport::InMemory;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let transport = InMemory::new()
///     .respond(429, "")
///     .header("Retry-After", "0")
///     .respond(200, r#"[{"id": 7}]"#);
/// let client = Client::builder().transport(transport.clone()).build()?;
/// # let client = Client(client);
///
/// let pets = client.list_pets(5).await?;
/// assert_eq!(pets[0]["id"], 7);
/// // The first attempt failed.
/// assert_eq!(transport.requests().len(), 2);
/// assert_eq!(transport.requests()[1].url().query(), Some("limit=5"));
/// # Ok::<(), my_api::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    responses: VecDeque<Canned>,
    requests: Vec<Recorded>,
}

#[derive(Clone, Debug)]
struct Canned {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl InMemory {
    /// Without a response: a request fails until one is added.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// assert!(my_api::transport::InMemory::new().requests().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a response with a JSON body.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let transport = my_api::transport::InMemory::new().respond(200, "[]");
    /// ```
    #[must_use]
    pub fn respond(self, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.state().responses.push_back(Canned {
            status,
            headers: vec![(CONTENT_TYPE.to_string(), "application/json".to_owned())],
            body: body.into(),
        });
        self
    }

    /// Adds a header to the response that was added last; it replaces one of the same name.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use my_api::transport::InMemory;
    /// let transport = InMemory::new().respond(503, "").header("Retry-After", "3");
    /// ```
    ///
    /// # Panics
    /// There is no response yet.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        let mut state = self.state();
        let last = state.responses.back_mut().expect("`header` needs a response before it");
        last.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        last.headers.push((name.to_owned(), value.to_owned()));
        drop(state);
        self
    }

    /// The requests so far, in the order in which they were sent.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// let transport = my_api::transport::InMemory::new();
    /// assert_eq!(transport.requests().len(), 0);
    /// ```
    pub fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Transport for InMemory {
    async fn send(&self, mut request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        let url = request.url().clone();
        let mut body = Vec::new();
        if let Some(mut sent) = request.body_mut().take() {
            while let Some(frame) = poll_fn(|context| Pin::new(&mut sent).poll_frame(context)).await {
                body.extend(frame?.into_data().into_iter().flatten());
            }
        }
        let recorded = Recorded {
            method: request.method().clone(),
            url: url.clone(),
            headers: request.headers().clone(),
            body,
        };
        let canned = {
            let mut state = self.state();
            state.requests.push(recorded);
            match state.responses.len() {
                0 => {
                    return Err(TransportError::request(
                        "the in-memory transport has no response: add one",
                    ));
                }
                1 => state.responses[0].clone(),
                _ => state.responses.pop_front().expect("there are two or more"),
            }
        };
        response(canned, url).map_err(TransportError::request)
    }
}

fn response(canned: Canned, url: Url) -> Result<reqwest::Response, http::Error> {
    let mut response = http::Response::builder()
        .status(StatusCode::from_u16(canned.status)?)
        .url(url);
    for (name, value) in &canned.headers {
        response = response.header(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    // A server says how long its body is; without it, a body may have been cut short.
    if !canned
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-length"))
    {
        response = response.header(CONTENT_LENGTH, canned.body.len());
    }
    Ok(response.body(canned.body)?.into())
}

/// A request that an [`InMemory`] received.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::transport::Recorded;
/// fn show(request: &Recorded) {
///     println!("{} {} {:?}", request.method(), request.url(), request.headers());
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Recorded {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Recorded {
    /// The method.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::transport::Recorded;
    /// fn is_read(request: &Recorded) -> bool {
    ///     request.method() == "GET"
    /// }
    /// ```
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL, with its query.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::transport::Recorded;
    /// fn query(request: &Recorded) -> Option<&str> {
    ///     request.url().query()
    /// }
    /// ```
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers, credentials among them.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::transport::Recorded;
    /// fn accepted(request: &Recorded) -> Option<&str> {
    ///     request.headers().get("accept")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, to the end of its stream where it is one; empty where there is none.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::transport::Recorded;
    /// fn length(request: &Recorded) -> usize {
    ///     request.body().len()
    /// }
    /// ```
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}
