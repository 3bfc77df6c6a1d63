//! The client credentials grant of OAuth 2 (RFC 6749, section 4.4): a program gets tokens of its own.

use std::fmt;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Url;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::token::{Token, TokenProvider};
use crate::excerpt;
use crate::redact::Secrets;
use crate::transport::http_client::{CONNECT_TIMEOUT, http_client, is_loopback};
use crate::transport::{AnyTransport, Transport, TransportError};

/// How much of the token server's response is read, in bytes.
const MAX_RESPONSE: usize = 1024 * 1024;

/// Gets tokens with a client's id and secret.
///
/// The id and the secret are sent as HTTP Basic credentials, as RFC 6749 recommends, to the token URL
/// and nowhere else. A failed fetch is the error of the calls that wait for it, and is not retried unless a
/// classifier of their retry policy decides so.
///
/// ```
/// # use ittybit_runtime as my_api;
/// use my_api::auth::{ClientCredentials, Credential};
///
/// let provider = ClientCredentials::new("https://login.example.com/token", "my-client", "an example secret")
///     .scope("pets:read");
/// let credential = Credential::provider(provider);
/// ```
pub struct ClientCredentials {
    token_url: String,
    id: String,
    secret: String,
    scopes: Vec<String>,
    parameters: Vec<(String, String)>,
    transport: Option<Box<dyn AnyTransport>>,
}

impl ClientCredentials {
    /// Tokens from this URL. It has to be HTTPS, or on this machine.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// use my_api::auth::ClientCredentials;
    /// let provider = ClientCredentials::new("https://login.example.com/token", "my-client", "an example secret");
    /// ```
    pub fn new(token_url: impl Into<String>, id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            token_url: token_url.into(),
            id: id.into(),
            secret: secret.into(),
            scopes: Vec::new(),
            parameters: Vec::new(),
            transport: None,
        }
    }

    /// Asks for this scope too.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::auth::ClientCredentials;
    /// # let provider = ClientCredentials::new("https://login.example.com/token", "my-client", "an example secret");
    /// let provider = provider.scope("pets:read").scope("pets:write");
    /// ```
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Sends a further parameter that the token server needs, such as `audience`.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::auth::ClientCredentials;
    /// # let provider = ClientCredentials::new("https://login.example.com/token", "my-client", "an example secret");
    /// let provider = provider.parameter("audience", "https://api.example.com");
    /// ```
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sends through this transport, such as a [`reqwest::Client`] with a proxy of your own.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::auth::ClientCredentials;
    /// # let provider = ClientCredentials::new("https://login.example.com/token", "my-client", "an example secret");
    /// let provider = provider.transport(my_api::reqwest::Client::new());
    /// ```
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// The id and the secret as they are sent. RFC 6749, section 2.3.1: both are encoded as in a form before
    /// they become Basic credentials.
    fn pair(&self) -> String {
        let [id, secret] =
            [&self.id, &self.secret].map(|text| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
        BASE64_STANDARD.encode(format!("{id}:{secret}"))
    }

    fn request(&self) -> Result<reqwest::Request, String> {
        let url = Url::parse(&self.token_url).map_err(|error| format!("the token URL is malformed: {error}"))?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(format!(
                "the token URL would send the client's secret in the clear: use https, not {}:",
                url.scheme()
            ));
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !self.scopes.is_empty() {
            form.append_pair("scope", &self.scopes.join(" "));
        }
        form.extend_pairs(&self.parameters);
        let mut request = reqwest::Request::new(reqwest::Method::POST, url);
        *request.body_mut() = Some(form.finish().into());
        let mut authorization =
            HeaderValue::try_from(format!("Basic {}", self.pair())).map_err(|error| error.to_string())?;
        authorization.set_sensitive(true);
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        Ok(request)
    }

    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, String> {
        let sent = match &self.transport {
            Some(transport) => transport.send_boxed(request).await,
            None => {
                let client = http_client(request.url(), CONNECT_TIMEOUT).map_err(|error| error.to_string())?;
                Transport::send(&client, request).await
            }
        };
        sent.map_err(|mut error| {
            error.redact(|text| self.secrets().redact(text));
            format!("the token server cannot be reached: {error}")
        })
    }

    /// What has to be redacted in messages of the token server, and of the transport to it.
    fn secrets(&self) -> Secrets {
        let secrets = Secrets::default();
        secrets.add(&self.secret);
        secrets.add(&self.pair());
        secrets
    }

    async fn fetch(&self) -> Result<Token, String> {
        let mut response = self.send(self.request()?).await?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| {
            let error = TransportError::from(error);
            format!("the token server's response could not be read to its end: {error}")
        })? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_RESPONSE {
                return Err(format!("the token server sent more than {MAX_RESPONSE} bytes"));
            }
        }
        if !status.is_success() {
            self.secrets().redact_bytes(&mut body, 0);
        }
        let object = std::str::from_utf8(&body).ok();
        let object: Option<Value> = object.and_then(|text| serde_json::from_str(text).ok());
        let member = |name: &str| object.as_ref().and_then(|object| object.get(name));
        let text = |name: &str| member(name).and_then(Value::as_str);
        if !status.is_success() {
            // RFC 6749, section 5.2.
            let reason = match (text("error"), text("error_description")) {
                (Some(error), Some(description)) => format!("{error}: {description}"),
                (Some(error), None) => error.to_owned(),
                _ => excerpt::start(&body),
            };
            return Err(format!("the token server responded with {status}: {reason}"));
        }
        // RFC 6749, section 5.1. A body that cannot be used may still have a token in it, so it is not shown.
        let Some(token) = text("access_token").map(Token::new) else {
            return Err(format!(
                "the token server responded with {status}, but without an `access_token`; is the token URL right?"
            ));
        };
        Ok(match member("expires_in").and_then(seconds) {
            Some(lifetime) => token.expires_in(lifetime),
            None => token,
        })
    }
}

impl TokenProvider for ClientCredentials {
    async fn token(&self) -> Result<Token, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.fetch().await?)
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("token_url", &self.token_url)
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A lifetime in seconds; some servers write the number as text. One too long to be a duration never ends.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok()?,
        value => value.as_f64()?,
    };
    Duration::try_from_secs_f64(f64::max(seconds, 0.0)).ok()
}
