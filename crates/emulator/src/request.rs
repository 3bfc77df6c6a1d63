//! Received requests, for a test to inspect, with keys redacted.

use std::fmt;

use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;

use crate::percent;

const REDACTED: &str = "[redacted]";
/// What every key starts with.
pub(crate) const KEY_PREFIX: &str = "ittybit_";

/// A request that the emulator received.
///
/// Keys are redacted everywhere: the header `Authorization`, and anything else that starts with `ittybit_`,
/// as keys do.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = ittybit_emulator::Emulator::start().await?;
/// emulator.client().list_tasks().limit(5).send().await?;
///
/// let requests = emulator.requests();
/// assert_eq!(requests[0].method(), "GET");
/// assert_eq!(requests[0].path(), "/tasks");
/// assert_eq!(requests[0].query("limit").as_deref(), Some("5"));
/// assert_eq!(requests[0].header("authorization"), Some("Bearer [redacted]"));
/// assert_eq!(requests[0].status(), Some(200));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    status: Option<u16>,
}

/// More of a body is not kept.
const KEPT_BODY: usize = 1 << 20;

impl Request {
    /// `keys` are the headers and query parameters that are keys, in lower case.
    pub(crate) fn new(parts: &Parts, body: &[u8], status: Option<u16>, keys: &[String]) -> Self {
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = match name.as_str() {
                name if name == AUTHORIZATION => redact_credentials(&value),
                name if keys.iter().any(|key| key == name) => REDACTED.to_owned(),
                _ => redact(&value, is_key),
            };
            (name.as_str().to_owned(), value)
        });
        // What is sent to a proxy has the host before the path; CONNECT has nothing but the host.
        let target = match parts.uri.path_and_query() {
            Some(target) => redact_target(target.as_str(), keys),
            None => redact_target(&parts.uri.to_string(), keys),
        };
        Self {
            method: parts.method.to_string(),
            target,
            headers: headers.collect(),
            body: redact(&String::from_utf8_lossy(&body[..body.len().min(KEPT_BODY)]), is_key),
            status,
        }
    }

    /// How many bytes it takes to keep it, roughly.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| {
            let bookkeeping = size_of::<(String, String)>();
            bookkeeping + name.len() + value.len()
        });
        size_of::<Self>() + self.method.len() + self.target.len() + self.body.len() + headers.sum::<usize>()
    }

    /// The method, such as `GET`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Path and query, as they were sent.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::start().await?;
    /// emulator.client().list_tasks().run_id("run a&b").send().await?;
    /// assert_eq!(emulator.requests()[0].target(), "/tasks?run_id=run+a%26b");
    /// # Ok(())
    /// # }
    /// ```
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path, as it was sent.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The first value of a query parameter, decoded; `None` without the parameter, or where the
    /// query cannot be decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let pairs = percent::pairs(query).ok()?;
        let (_, value) = pairs.into_iter().find(|(key, _)| key == name)?;
        Some(redact(&value, is_key))
    }

    /// The first value of a header, whose name may be written in upper or lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Every header, with its name in lower case, in the order of arrival.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body as text, without what is not UTF-8; its first MiB.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = ittybit_emulator::Emulator::start().await?;
    /// emulator.client().list_tasks().send().await?;
    /// assert_eq!(emulator.requests()[0].body(), "");
    /// # Ok(())
    /// # }
    /// ```
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The status of the response, or `None` where the connection was ended without one.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.method, self.target)?;
        f.debug_map().entries(self.headers()).finish()?;
        match self.status {
            Some(status) => write!(f, " -> {status}"),
            None => f.write_str(" -> no response"),
        }
    }
}

/// The scheme alone: whatever comes with it may be a secret.
fn redact_credentials(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {REDACTED}"),
        None => REDACTED.to_owned(),
    }
}

/// A path and query without keys, encoded ones among them.
fn redact_target(target: &str, keys: &[String]) -> String {
    let text = |text: &str| {
        let redacted = redact(text, |c| is_key(c) || c == '%');
        match percent::decode(&redacted) {
            Some(decoded) if decoded.contains(KEY_PREFIX) => REDACTED.to_owned(),
            _ => redacted,
        }
    };
    let part = |part: &str| match part.split_once('=') {
        Some((name, _)) if keys.iter().any(|key| key.eq_ignore_ascii_case(name)) => format!("{name}={REDACTED}"),
        Some((name, value)) => format!("{}={}", text(name), text(value)),
        None => text(part),
    };
    match target.split_once('?') {
        Some((path, query)) => {
            let query: Vec<_> = query.split('&').map(part).collect();
            format!("{}?{}", part(path), query.join("&"))
        }
        None => part(target),
    }
}

/// A text without what may be a key in it: its start, and what follows of it.
fn redact(text: &str, is_key: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(KEY_PREFIX) {
        out.push_str(&rest[..at]);
        out.push_str(REDACTED);
        let key = &rest[at..];
        let end = key.find(|c| !is_key(c)).unwrap_or(key.len());
        rest = &key[end..];
    }
    out.push_str(rest);
    out
}

/// Whether a key may have this character.
pub(crate) fn is_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = hyper::Request::builder().uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Request::new(
            &request.body(()).unwrap().into_parts().0,
            b"{\"key\":\"ittybit_secret\"}",
            Some(200),
            &["x-token".to_owned()],
        )
    }

    #[test]
    fn holds_no_key() {
        let request = request(
            "/tasks?after=ittybit_secret-1&before=%69ttybit_secret2&run_id=x%20ittybit_secret3",
            &[
                ("Authorization", "Bearer ittybit_secret4"),
                ("X-Key", "a ittybit_secret5, ittybit_secret6"),
                ("X-Token", "another secret"),
                ("Proxy", "fine"),
            ],
        );
        assert_eq!(request.body(), r#"{"key":"[redacted]"}"#);
        assert_eq!(request.query("after").as_deref(), Some("[redacted]"));
        assert_eq!(request.query("before").as_deref(), Some("[redacted]"));
        assert_eq!(request.query("run_id").as_deref(), Some("x [redacted]"));
        assert_eq!(request.header("authorization"), Some("Bearer [redacted]"));
        assert_eq!(request.header("X-KEY"), Some("a [redacted], [redacted]"));
        assert_eq!(request.header("proxy"), Some("fine"));
        assert!(!format!("{request:?}").contains("secret"), "{request:?}");
    }

    #[test]
    fn holds_no_key_that_is_encoded_in_part() {
        let request = request(
            "/tasks?after=ittybit_%73ecret-1&before=ittybit_a.%69ttybit_secret2&%69ttybit_secret3=x&run_id=ittybit%5Fsecret4",
            &[],
        );
        assert_eq!(
            request.target(),
            "/tasks?after=[redacted]&before=[redacted]&[redacted]=x&run_id=[redacted]"
        );
    }

    #[test]
    fn the_host_is_no_part_of_the_target() {
        let request = request("http://user@localhost:80/tasks?limit=5", &[]);
        assert_eq!(request.target(), "/tasks?limit=5");
        assert_eq!(request.path(), "/tasks");
    }

    #[test]
    fn credentials_of_any_scheme_are_struck_out() {
        for (sent, kept) in [
            ("Basic dXNlcjpwYXNz", "Basic [redacted]"),
            ("ittybit_secret", "[redacted]"),
            ("Bearer  two words", "Bearer [redacted]"),
        ] {
            let request = request("/tasks", &[("Authorization", sent)]);
            assert_eq!(request.header("authorization"), Some(kept));
        }
    }
}
