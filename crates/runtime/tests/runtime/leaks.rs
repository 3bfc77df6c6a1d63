//! No secret is shown, whatever a server does with what it was sent.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use ittybit_runtime::auth::{Credential, Token, TokenProvider};
use ittybit_runtime::generated::{CallOptions, Client, Request};
use ittybit_runtime::operation::Operation;
use ittybit_runtime::reqwest;
use ittybit_runtime::transport::{Transport, TransportError};
use ittybit_runtime::{Category, RetryPolicy};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};

use crate::own_process::in_own_process;
use crate::pets::{self, all_of, builder, client, send};
use crate::server::{Reply, Server};

const SECRET: &str = "s3cr3t/key+of&test%41";
const PASSWORD: &str = "päss \"word\" \\ 0123456789";

struct Fetched;

impl TokenProvider for Fetched {
    async fn token(&self) -> Result<Token, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Token::new(SECRET))
    }
}

/// A client for each scheme, the operation that needs it, and the secrets in it.
fn each(server: &Server) -> Vec<(Client, &'static Operation, Vec<String>)> {
    // `printf 'ada:päss "word" \\ 0123456789' | base64`
    let pair = "YWRhOnDDpHNzICJ3b3JkIiBcIDAxMjM0NTY3ODk=";
    let token = || Credential::token(SECRET);
    let basic = Credential::basic("ada", PASSWORD);
    let all: [(_, _, &'static Operation, &[&str]); 7] = [
        ("bearer", token(), &pets::BEARER, &[SECRET]),
        ("bearer", Credential::provider(Fetched), &pets::BEARER, &[SECRET]),
        ("basic", basic, &pets::BASIC, &[PASSWORD, pair]),
        ("other", token(), &pets::OTHER, &[SECRET]),
        ("header", token(), &pets::HEADER, &[SECRET]),
        ("query", token(), &pets::QUERY, &[SECRET]),
        ("cookie", token(), &pets::COOKIE, &[SECRET]),
    ];
    all.into_iter()
        .map(|(scheme, credential, operation, secrets)| {
            let secrets = secrets.iter().map(ToString::to_string).collect();
            (client(server, scheme, credential), operation, secrets)
        })
        .collect()
}

/// The ways in which a server may quote what it knows.
fn quotes(secret: &str) -> Vec<String> {
    let percent = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::new(), |text, byte| text + &format!("%{byte:02x}"))
    };
    let json_units = secret
        .encode_utf16()
        .fold(String::new(), |text, unit| text + &format!("\\u{unit:04X}"));
    vec![
        secret.to_owned(),
        json!(secret).to_string(),
        json!(secret).to_string().replace('/', "\\/"),
        json_units,
        percent(secret.as_bytes()),
        reqwest::Url::parse_with_params("http://host", [("key", secret)])
            .unwrap()
            .query()
            .unwrap()
            .to_owned(),
    ]
}

/// Fails where a text has a secret, however it is escaped.
fn assert_none(text: &str, secrets: &[String], context: &str) {
    for secret in secrets {
        for quote in quotes(secret) {
            assert!(!text.contains(&quote), "{context}: {quote} in {text}");
            // Debug escapes what it prints, once, or twice where it prints what Debug printed.
            let once = quote.escape_debug().to_string();
            let twice = once.escape_debug().to_string();
            assert!(
                !text.contains(&once) && !text.contains(&twice),
                "{context}: {quote} in {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_echoes_secrets_is_quoted_without_them() {
    /// What the server responds with; the secrets are in the place of `ECHO`.
    const BODIES: [(u16, &str); 8] = [
        (401, r#"{"code": "unauthorized", "text": "no: ECHO"}"#),
        (401, r#"{"code": "ECHO", "text": "no"}"#),
        (403, "<h1>ECHO</h1>"),
        (200, r#"[{"ECHO": ]"#),
        (200, r#"ECHO"#),
        (200, r#"{"key": "ECHO"} and more"#),
        (302, ""),
        (200, "cut ECHO"),
    ];
    let place = Arc::new(Mutex::new((0, Vec::<u8>::new(), String::new())));
    let shared = Arc::clone(&place);
    let server = Server::start(move |request, _| {
        let (status, body, in_header) = shared.lock().unwrap().clone();
        Reply::json(status, body)
            .header("X-Echo", format!("{in_header} {}", request.credentials()))
            .header("Location", format!("https://elsewhere.example/?key={in_header}"))
    });
    for (client, operation, secrets) in each(&server) {
        assert_none(&format!("{client:?}"), &secrets, "client");
        for secret in &secrets {
            for quote in quotes(secret) {
                for (status, body) in BODIES {
                    let mut body = body.replace("ECHO", &quote).into_bytes();
                    if body.starts_with(b"cut") {
                        body.pop();
                    }
                    let header = quote.chars().filter(char::is_ascii).collect::<String>();
                    *place.lock().unwrap() = (status, body, header);
                    let error = Request::new(operation, CallOptions::default())
                        .send_json::<Vec<u64>>(&client)
                        .await
                        .unwrap_err();
                    let shown = all_of(&error);
                    assert_none(&shown, &secrets, operation.id);
                    assert!(shown.contains("[redacted]"), "{shown}");
                }
            }
        }
    }
}

#[tokio::test]
async fn headers_of_a_success_are_without_secrets_and_keep_the_rest() {
    let server = Server::start(|request, _| {
        Reply::json(200, "[]").header("Link", format!("<{}&page=2>; rel=\"next\"", request.target))
    });
    let client = client(&server, "query", Credential::token(SECRET));
    let response = send(&client, &pets::QUERY).await.unwrap();
    assert_eq!(
        response.headers()["link"],
        "</pets?api_key=[redacted]&page=2>; rel=\"next\""
    );
}

#[tokio::test]
async fn a_body_that_is_cut_within_a_secret_shows_nothing_of_it() {
    // Errors keep 64 KiB of a body; the secret is across the end of that. A success is received as a whole.
    for (status, kept) in [401, 200]
        .into_iter()
        .flat_map(|status| [9, 12, SECRET.len() - 1].map(|kept| (status, kept)))
    {
        let server = Server::start(move |_, _| {
            let body = format!("{}{SECRET} and more", "x".repeat(64 * 1024 - kept));
            Reply::json(status, body)
        });
        let error = send(&client(&server, "bearer", Credential::token(SECRET)), &pets::BEARER)
            .await
            .unwrap_err();
        let body = error.body().unwrap();
        let end = String::from_utf8_lossy(&body[body.len() - 50..]);
        // The mark may be longer than what it replaces, and is cut then.
        assert!(end.contains("x[redacted") && !end.contains("s3cr3t"), "{end}");
    }
    // The connection is, and so the response to a request that might have succeeded.
    let server = Server::start(|_, _| {
        Reply::Close(format!("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[\"{}", &SECRET[..12]).into_bytes())
    });
    let error = send(&client(&server, "bearer", Credential::token(SECRET)), &pets::BEARER)
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::Interrupted);
    assert_eq!(error.body().unwrap(), b"[\"[redacted]");
}

#[tokio::test]
async fn an_error_of_a_transport_is_quoted_without_secrets() {
    struct Verbose(String);
    impl std::fmt::Debug for Verbose {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.0)
        }
    }
    impl std::fmt::Display for Verbose {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the proxy refused it")
        }
    }
    impl std::error::Error for Verbose {}
    struct Proxy;
    impl Transport for Proxy {
        async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
            let authorization = request.headers()["authorization"].to_str().unwrap();
            Err(TransportError::connect(Verbose(format!("I was sent {authorization}"))))
        }
    }
    let client = ittybit_runtime::generated::ClientBuilder::new(&pets::API)
        .transport(Proxy)
        .retry(RetryPolicy::none())
        .credential("bearer", Credential::token(SECRET), "bearer")
        .build()
        .unwrap();
    let error = send(&client, &pets::BEARER).await.unwrap_err();
    let shown = all_of(&error);
    assert_none(&shown, &[SECRET.to_owned()], "transport");
    assert!(shown.contains("the proxy refused it"), "{shown}");
}

/// All that `tracing` is given, as text.
#[derive(Clone, Default)]
pub struct Record(Arc<Mutex<String>>);

impl Record {
    pub fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl Visit for Record {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl tracing::Subscriber for Record {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        attributes.record(&mut self.clone());
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn tracing_gets_no_secret_not_even_one_that_is_a_filter() {
    // `tracing` decides once for all threads which spans are enabled.
    in_own_process("leaks::records_what_tracing_gets", &[]);
}

#[tokio::test]
#[ignore = "is run alone by `tracing_gets_no_secret_not_even_one_that_is_a_filter`"]
async fn records_what_tracing_gets() {
    let server = Server::start(|request, _| Reply::error(503, "busy", &request.credentials()));
    for (client, operation, secrets) in each(&server) {
        let record = Record::default();
        let guard = tracing::subscriber::set_default(record.clone());
        let request = Request::new(operation, CallOptions::default()).query("name", &secrets[0]);
        let error = request.send_json::<Value>(&client).await.unwrap_err();
        drop(guard);
        assert_eq!(error.attempts(), 3);
        let seen = record.text();
        assert!(
            seen.contains("url.full=") && seen.contains("/pets?name=[redacted]"),
            "{seen}"
        );
        assert!(seen.contains("the request failed and is sent again"), "{seen}");
        assert_none(&seen, &secrets, operation.id);
    }
}

#[test]
fn what_is_built_shows_no_secret() {
    let server = Server::start(|_, _| Reply::json(200, "[]"));
    let builder = builder(&server)
        .credential("bearer", Credential::token(SECRET), "bearer")
        .credential("basic", Credential::basic("ada", PASSWORD), "basic");
    let secrets = [SECRET.to_owned(), PASSWORD.to_owned()];
    assert_none(&format!("{builder:?} {builder:#?}"), &secrets, "builder");
    assert_none(&format!("{:?}", builder.build().unwrap()), &secrets, "client");
    let values = format!(
        "{:?} {:?} {:?}",
        Token::new(SECRET),
        Credential::token(SECRET),
        Credential::basic("ada", PASSWORD)
    );
    assert_none(&values, &secrets, "values");
}

#[tokio::test]
async fn a_key_of_one_letter_does_not_garble_messages() {
    let server = Server::start(|_, number| match number {
        0 => Reply::error(401, "denied", "the key is e"),
        1 => Reply::json(200, r#"{"e": "}"#),
        _ => Reply::json(200, r#"["e"]"#),
    });
    let client = client(&server, "bearer", Credential::token("e"));
    let mut errors = Vec::new();
    for _ in 0..3 {
        let request = Request::new(&pets::BEARER, CallOptions::default());
        errors.push(request.send_json::<Vec<u64>>(&client).await.unwrap_err().to_string());
    }
    let url = server.url();
    let [of_status, of_syntax, of_type] = errors.try_into().unwrap();
    // Host and path are from the URL, in which a key may be.
    let tail = |text: &str| {
        text.split_once(" responded with ")
            .unwrap_or_else(|| panic!("{text} {url}"))
            .1
            .to_owned()
    };
    assert_eq!(
        tail(&of_status),
        "401 Unauthorized, d[redacted]ni[redacted]d: th[redacted] k[redacted]y is [redacted]"
    );
    assert!(
        tail(&of_syntax)
            .starts_with("200 OK: JSON that does not match its type: invalid type: map, expected a sequence")
    );
    assert!(
        tail(&of_type).starts_with(
            "200 OK: JSON that does not match its type at `[0]`: invalid type: string \"[redacted]\", expected u64 at line 1"
        ),
        "{of_type}"
    );
    assert!(of_type.ends_with("Check the base URL; if it is right, look for a newer version of this client"));
    assert!(of_type.starts_with("list_pets failed: GET "), "{of_type}");
}

#[tokio::test]
async fn of_what_the_deserializer_says_only_values_are_redacted() {
    #[derive(Debug, serde::Deserialize)]
    struct Pet {
        #[expect(dead_code, reason = "read only by serde")]
        status: Kind,
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Sold,
        Lost,
    }
    for (key, body, message) in [
        ("s", "[{}]", "missing field `status` at line 1"),
        (
            "s",
            r#"[{"status": "sad"}]"#,
            "unknown variant `[redacted]ad`, expected `sold` or `lost` at line 1",
        ),
        (
            SECRET,
            r#"[{"status": "KEY, expected KEY"}]"#,
            "unknown variant `[redacted], expected [redacted]`, expected `sold` or `lost` at line 1",
        ),
        ("s", "7", "invalid type: integer `7`, expected a sequence at line 1"),
    ] {
        let server = Server::start(move |_, _| Reply::json(200, body.replace("KEY", SECRET)));
        let client = client(&server, "bearer", Credential::token(key));
        let request = Request::new(&pets::BEARER, CallOptions::default());
        let error = request.send_json::<Vec<Pet>>(&client).await.unwrap_err();
        assert!(error.message().contains(message), "{error}");
    }
}

#[tokio::test]
async fn a_large_body_that_echoes_the_key_is_redacted_to_its_end() {
    // How long that takes is measured by the benchmark `redact`.
    let server = Server::start(|_, _| {
        let mut body = String::from("[");
        while body.len() < 4 << 20 {
            body += &format!("\"{SECRET}\",");
        }
        Reply::json(200, body + "oops")
    });
    let error = send(&client(&server, "bearer", Credential::token(SECRET)), &pets::BEARER)
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::Decode);
    assert!(
        error.message().contains(",\"[redacted]\",\"[redacted]\",oops. Check"),
        "{error}"
    );
    assert_none(&all_of(&error), &[SECRET.to_owned()], "large");
}
