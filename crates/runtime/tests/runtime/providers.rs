//! Credentials that are fetched: cached, renewed once for all calls that wait, and replaced after a 401.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use ittybit_runtime::auth::{ClientCredentials, Credential, Token, TokenProvider};
use ittybit_runtime::body::Body;
use ittybit_runtime::generated::{CallOptions, Client, Request};
use ittybit_runtime::transport::{InMemory, Transport, TransportError};
use ittybit_runtime::{Category, Decision, reqwest};
use proptest::prelude::*;
use tokio::sync::{Notify, Semaphore};

use crate::pets::{self, Waits, all_of, builder, client, policy, send, send_with};
use crate::server::{Reply, Server};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Gives `token-1`, `token-2` and so on, or fails, as `decide` says of each fetch.
struct Numbered<F> {
    fetches: Arc<AtomicUsize>,
    decide: F,
}

impl<F: Fn(usize) -> Result<Option<Duration>, String> + Send + Sync + 'static> TokenProvider for Numbered<F> {
    async fn token(&self) -> Result<Token, AnyError> {
        let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        // Others get to run, and to wait for this fetch.
        tokio::task::yield_now().await;
        let token = Token::new(format!("token-{number}"));
        Ok(match (self.decide)(number)? {
            Some(lifetime) => token.expires_in(lifetime),
            None => token,
        })
    }
}

/// A provider and the number of its fetches.
fn numbered(
    decide: impl Fn(usize) -> Result<Option<Duration>, String> + Send + Sync + 'static,
) -> (Credential, Arc<AtomicUsize>) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let provider = Numbered {
        fetches: Arc::clone(&fetches),
        decide,
    };
    (Credential::provider(provider), fetches)
}

/// Responds with success to the tokens that `valid` takes, by their numbers.
fn accepting(valid: impl Fn(usize) -> bool + Send + Sync + 'static) -> Server {
    Server::start(move |request, _| {
        let authorization = request.header("authorization").expect("a token is sent");
        let number = authorization.strip_prefix("Bearer token-").unwrap().parse().unwrap();
        match valid(number) {
            true => Reply::json(200, "[]"),
            false => Reply::error(401, "expired", "this token is no longer valid"),
        }
    })
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_it_expires() {
    for (lifetime, kept) in [(3600, 3539), (100, 89)] {
        let server = accepting(|_| true);
        let waits = Waits::default();
        let (credential, fetches) = numbered(move |_| Ok(Some(Duration::from_secs(lifetime))));
        let client = builder(&server)
            .retry(policy(&waits))
            .credential("bearer", credential, "bearer")
            .build()
            .unwrap();
        for (advance, expected) in [(0, 1), (kept, 1), (1, 2), (kept, 2), (1, 3)] {
            waits.advance(Duration::from_secs(advance));
            send(&client, &pets::BEARER).await.unwrap();
            assert_eq!(
                fetches.load(Ordering::SeqCst),
                expected,
                "{lifetime} s, {advance} s later"
            );
        }
    }
}

#[tokio::test]
async fn a_token_without_an_end_is_fetched_once_also_for_clones() {
    let server = accepting(|_| true);
    let waits = Waits::default();
    let (credential, fetches) = numbered(|_| Ok(None));
    let client = builder(&server)
        .retry(policy(&waits))
        .credential("bearer", credential, "bearer")
        .build()
        .unwrap();
    assert_eq!(
        fetches.load(Ordering::SeqCst),
        0,
        "nothing is fetched before it is needed"
    );
    send(&client, &pets::BEARER).await.unwrap();
    waits.advance(Duration::from_secs(10 * 365 * 86_400));
    send(&client.clone(), &pets::BEARER).await.unwrap();
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

/// The server's side of these tests without sockets: takes tokens from `valid` on.
#[derive(Clone)]
struct FromNumber {
    valid: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Transport for FromNumber {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let number: usize = authorization.strip_prefix("Bearer token-").unwrap().parse().unwrap();
        tokio::task::yield_now().await;
        let status = if number >= self.valid.load(Ordering::SeqCst) {
            200
        } else {
            401
        };
        InMemory::new().respond(status, "[]").send(request).await
    }
}

fn offline(valid: usize, credential: Credential, waits: &Waits) -> (Client, FromNumber) {
    let transport = FromNumber {
        valid: Arc::new(AtomicUsize::new(valid)),
        requests: Arc::default(),
    };
    let client = ittybit_runtime::generated::ClientBuilder::new(&pets::API)
        .retry(policy(waits))
        .transport(transport.clone())
        .credential("bearer", credential, "bearer")
        .build()
        .unwrap();
    (client, transport)
}

async fn thousand_calls(client: &Client) -> usize {
    let calls = (0..1000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { send(&client, &pets::BEARER).await.is_ok() })
    });
    join_all(calls)
        .await
        .into_iter()
        .filter(|ok| *ok.as_ref().unwrap())
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever happens to the tokens, each change needs one fetch for all calls together.
    #[test]
    fn a_thousand_calls_share_each_fetch(
        threads in 1usize..4,
        changes in proptest::collection::vec(prop_oneof!["expired", "revoked", "nothing"], 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap();
        runtime.block_on(async {
            let waits = Waits::default();
            let lifetime = Duration::from_secs(3600);
            let (credential, fetches) = numbered(move |_| Ok(Some(lifetime)));
            let (client, transport) = offline(1, credential, &waits);
            let mut expected = 1;
            assert_eq!(thousand_calls(&client).await, 1000);
            assert_eq!(fetches.load(Ordering::SeqCst), expected);
            for change in changes {
                match change.as_str() {
                    "expired" => waits.advance(lifetime),
                    "revoked" => transport.valid.store(expected + 1, Ordering::SeqCst),
                    _ => expected -= 1,
                }
                expected += 1;
                assert_eq!(thousand_calls(&client).await, 1000);
                assert_eq!(fetches.load(Ordering::SeqCst), expected, "{change}");
            }
        });
    }
}

#[tokio::test]
async fn a_token_that_expires_at_once_serves_the_calls_that_waited_for_it() {
    let (credential, fetches) = numbered(|_| Ok(Some(Duration::ZERO)));
    let (client, _) = offline(1, credential, &Waits::default());
    assert_eq!(thousand_calls(&client).await, 1000);
    assert!(fetches.load(Ordering::SeqCst) < 10, "{fetches:?}");
}

#[tokio::test]
async fn after_a_401_a_new_token_is_fetched_once() {
    let server = accepting(|number| number > 1);
    let (credential, fetches) = numbered(|_| Ok(None));
    let renewed = client(&server, "bearer", credential);
    // It is no retry of the policy: what was refused with 401 was not processed.
    let mut options = CallOptions::default();
    options.retry(ittybit_runtime::RetryPolicy::none());
    send_with(&renewed, &pets::BEARER, options).await.unwrap();
    assert_eq!((fetches.load(Ordering::SeqCst), server.requests().len()), (2, 2));

    let server = accepting(|_| false);
    let (credential, fetches) = numbered(|_| Ok(None));
    let refused = client(&server, "bearer", credential);
    let error = send(&refused, &pets::BEARER).await.unwrap_err();
    assert_eq!(error.kind(), Some("expired"));
    assert_eq!((error.attempts(), fetches.load(Ordering::SeqCst)), (2, 2));
    // The second token was refused as well, so the next call begins with a third.
    send(&refused, &pets::BEARER).await.unwrap_err();
    assert_eq!(fetches.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_refused_token_is_not_used_again_after_a_body_that_can_be_sent_once() {
    let server = accepting(|number| number > 1);
    let (credential, _) = numbered(|_| Ok(None));
    let client = client(&server, "bearer", credential);
    let upload = || {
        let body = Body::stream(futures_util::stream::iter([Ok::<_, AnyError>("once".into())]));
        let request = Request::new(&pets::BEARER, CallOptions::default());
        request.bytes("text/plain", body).send_empty(&client)
    };
    let error = upload().await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (401, 1));
    upload().await.unwrap();
}

#[derive(Debug)]
struct Outer(std::io::Error);
impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the vault is sealed")
    }
}
impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[tokio::test]
async fn a_provider_that_fails_fails_all_calls_that_wait_and_is_called_again_by_the_next() {
    /// Fails once `gate` is open; later it succeeds.
    struct Sealed {
        fetches: Arc<AtomicUsize>,
        gate: Arc<Semaphore>,
    }
    impl TokenProvider for Sealed {
        async fn token(&self) -> Result<Token, AnyError> {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await?.forget();
            match number {
                0 => Err(Outer(std::io::Error::other("three keys are missing")).into()),
                _ => Ok(Token::new("token-1")),
            }
        }
    }
    let (fetches, gate) = (Arc::default(), Arc::new(Semaphore::new(0)));
    let provider = Sealed {
        fetches: Arc::clone(&fetches),
        gate: Arc::clone(&gate),
    };
    let (client, transport) = offline(1, Credential::provider(provider), &Waits::default());
    let calls = join_all((0..100).map(|_| send(&client, &pets::BEARER)));
    let open = async {
        while fetches.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
    };
    // All calls have begun to wait before the gate is open: `join` polls them first.
    let (results, ()) = tokio::join!(calls, open);
    for result in results {
        let error = result.unwrap_err();
        assert_eq!(error.category(), Category::Credentials);
        assert_eq!(
            error.to_string(),
            "list_pets failed: GET https://pets.example.com/pets: no access token from the provider of `bearer`: \
             the vault is sealed: three keys are missing"
        );
    }
    assert_eq!(
        (
            fetches.load(Ordering::SeqCst),
            transport.requests.load(Ordering::SeqCst)
        ),
        (1, 0)
    );
    gate.add_permits(1);
    send(&client, &pets::BEARER).await.unwrap();
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_classifier_can_retry_a_provider_as_often_as_the_policy_allows() {
    let waits = Waits::default();
    let (credential, fetches) = numbered(|number| match number {
        3 => Ok(None),
        _ => Err("not yet".to_owned()),
    });
    let (client, _) = offline(1, credential, &waits);
    let patient = policy(&waits)
        .classify(|attempt| (attempt.error().category() == Category::Credentials).then_some(Decision::Retry));
    let mut options = CallOptions::default();
    options.retry(patient.clone().max_attempts(2));
    let error = send_with(&client, &pets::BEARER, options).await.unwrap_err();
    assert_eq!((error.attempts(), fetches.load(Ordering::SeqCst)), (2, 2));
    let mut options = CallOptions::default();
    options.retry(patient);
    send_with(&client, &pets::BEARER, options).await.unwrap();
    assert_eq!(fetches.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_fetches_does_not_block_others() {
    /// The first fetch never ends.
    struct Hanging {
        fetches: AtomicUsize,
        began: Arc<Notify>,
    }
    impl TokenProvider for Hanging {
        async fn token(&self) -> Result<Token, AnyError> {
            if self.fetches.fetch_add(1, Ordering::SeqCst) == 0 {
                self.began.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(Token::new("token-1"))
        }
    }
    let began = Arc::new(Notify::new());
    let provider = Hanging {
        fetches: AtomicUsize::new(0),
        began: Arc::clone(&began),
    };
    let (client, _) = offline(1, Credential::provider(provider), &Waits::default());
    let leader = tokio::spawn({
        let client = client.clone();
        async move { send(&client, &pets::BEARER).await }
    });
    began.notified().await;
    let follower = tokio::spawn(async move { send(&client, &pets::BEARER).await });
    tokio::task::yield_now().await;
    leader.abort();
    follower.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_fails_the_call_at_the_timeout() {
    struct Hanging(Arc<AtomicUsize>);
    impl TokenProvider for Hanging {
        async fn token(&self) -> Result<Token, AnyError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::future::pending().await
        }
    }
    let fetches = Arc::default();
    let provider = Hanging(Arc::clone(&fetches));
    let (client, transport) = offline(1, Credential::provider(provider), &Waits::default());
    let mut options = CallOptions::default();
    options.timeout(Duration::from_secs(5));
    let error = send_with(&client, &pets::BEARER, options).await.unwrap_err();
    assert_eq!(error.category(), Category::Credentials);
    assert_eq!(
        error.message(),
        "the provider of credentials had none within 5s. See what it waits for, or raise the call's `timeout`"
    );
    assert_eq!(
        (
            fetches.load(Ordering::SeqCst),
            transport.requests.load(Ordering::SeqCst)
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_refused_without_being_shown() {
    struct Gives(&'static str);
    impl TokenProvider for Gives {
        async fn token(&self) -> Result<Token, AnyError> {
            Ok(Token::new(self.0))
        }
    }
    for (token, reason) in [
        ("", "the access token in its response is empty"),
        (
            "Bearer token-1",
            "the access token in its response starts with `Bearer`; give the access token alone",
        ),
        (
            "token-1\n",
            "the access token in its response has a blank, a line end or a character that is not ASCII at position 8 \
             of 8; copy it again",
        ),
    ] {
        let (client, _) = offline(1, Credential::provider(Gives(token)), &Waits::default());
        let error = send(&client, &pets::BEARER).await.unwrap_err();
        assert_eq!(
            error.message(),
            format!("no access token from the provider of `bearer`: {reason}")
        );
        assert!(!all_of(&error).contains("token-1"), "{error:?}");
    }
}

const SECRET: &str = "an example + secret/ß";
/// `printf 'my+client%%3A1:an+example+%%2B+secret%%2F%%C3%%9F' | base64`
const PAIR: &str = "bXkrY2xpZW50JTNBMTphbitleGFtcGxlKyUyQitzZWNyZXQlMkYlQzMlOUY=";

fn credentials(token_server: &Server) -> ClientCredentials {
    ClientCredentials::new(format!("{}/token", token_server.url()), "my client:1", SECRET)
}

#[tokio::test]
async fn client_credentials_are_exchanged_for_a_token() {
    let tokens = Server::start(|request, number| {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/token"));
        assert_eq!(request.header("authorization"), Some(format!("Basic {PAIR}").as_str()));
        assert_eq!(
            request.header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(
            request.body,
            "grant_type=client_credentials&scope=pets%3Aread+pets%3Awrite&audience=https%3A%2F%2Fpets.example.com"
        );
        // Some servers write the number as text.
        let lifetime = ["3600", "\"3600\""][number % 2];
        let token = format!("token-{}", number + 1);
        Reply::json(
            200,
            format!(r#"{{"access_token": "{token}", "token_type": "Bearer", "expires_in": {lifetime}}}"#),
        )
    });
    let server = accepting(|_| true);
    let waits = Waits::default();
    let provider = credentials(&tokens)
        .scope("pets:read")
        .scope("pets:write")
        .parameter("audience", "https://pets.example.com");
    assert!(!format!("{provider:?}").contains("secret"), "{provider:?}");
    let client = builder(&server)
        .retry(policy(&waits))
        .credential("bearer", Credential::provider(provider), "bearer")
        .build()
        .unwrap();
    for (advance, fetches) in [(0, 1), (3000, 1), (600, 2), (3000, 2), (600, 3)] {
        waits.advance(Duration::from_secs(advance));
        send(&client, &pets::BEARER).await.unwrap();
        assert_eq!(tokens.requests().len(), fetches, "{advance}");
    }
}

#[tokio::test]
async fn a_token_server_that_refuses_is_quoted_without_the_secret() {
    let unescaped = "an+example+%2B+secret%2F%C3%9F";
    let cases = [
        (
            Reply::json(
                401,
                format!(r#"{{"error": "invalid_client", "error_description": "who is {SECRET}?"}}"#),
            ),
            "the token server responded with 401 Unauthorized: invalid_client: who is [redacted]?".to_owned(),
        ),
        (
            Reply::json(400, r#"{"error": "invalid_scope"}"#),
            "the token server responded with 400 Bad Request: invalid_scope".to_owned(),
        ),
        (
            Reply::json(500, format!("<h1>{PAIR} {unescaped}</h1>{}{SECRET}", "x".repeat(100))),
            format!(
                "the token server responded with 500 Internal Server Error: <h1>[redacted] [redacted]</h1>{}[redacted]",
                "x".repeat(100)
            ),
        ),
        (
            // The excerpt ends within the secret.
            Reply::json(500, format!("{}{SECRET}", "x".repeat(150))),
            format!(
                "the token server responded with 500 Internal Server Error: {}[redacted]",
                "x".repeat(150)
            ),
        ),
        (
            Reply::json(200, r#"{"accessToken": "token-1"}"#),
            "the token server responded with 200 OK, but without an `access_token`; is the token URL right?".to_owned(),
        ),
        (
            Reply::json(302, "").header("Location", "https://elsewhere.example/token"),
            "the token server responded with 302 Found: ".to_owned(),
        ),
        (
            Reply::json(200, vec![b'x'; 1024 * 1024 + 1]),
            "the token server sent more than 1048576 bytes".to_owned(),
        ),
    ];
    let server = accepting(|_| true);
    for (reply, reason) in cases {
        let reply = std::sync::Mutex::new(Some(reply));
        let tokens = Server::start(move |_, _| reply.lock().unwrap().take().expect("there is one request"));
        let client = client(&server, "bearer", Credential::provider(credentials(&tokens)));
        let error = send(&client, &pets::BEARER).await.unwrap_err();
        assert_eq!(
            error.message(),
            format!("no access token from the provider of `bearer`: {reason}")
        );
        let shown = all_of(&error);
        for secret in [SECRET, PAIR, unescaped, "token-1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_token_url_that_is_not_safe_is_refused() {
    let server = accepting(|_| true);
    for (url, reason) in [
        (
            "http://login.example.com/token",
            "the token URL would send the client's secret in the clear: use https, not http:",
        ),
        ("/token", "the token URL is malformed: relative URL without a base"),
    ] {
        let provider = ClientCredentials::new(url, "id", SECRET);
        let error = send(
            &client(&server, "bearer", Credential::provider(provider)),
            &pets::BEARER,
        )
        .await
        .unwrap_err();
        assert!(error.message().ends_with(reason), "{error}");
    }
}

#[tokio::test]
async fn tokens_can_be_fetched_through_a_transport() {
    let tokens = InMemory::new().respond(200, r#"{"access_token": "token-1"}"#);
    let provider = ClientCredentials::new("https://login.example.com/token", "id", SECRET).transport(tokens.clone());
    let server = accepting(|_| true);
    send(
        &client(&server, "bearer", Credential::provider(provider)),
        &pets::BEARER,
    )
    .await
    .unwrap();
    assert_eq!(tokens.requests()[0].body(), b"grant_type=client_credentials");

    struct Down;
    impl Transport for Down {
        async fn send(&self, _: reqwest::Request) -> Result<reqwest::Response, TransportError> {
            Err(TransportError::connect(format!("no route for {PAIR}")))
        }
    }
    let provider = ClientCredentials::new("https://login.example.com/token", "id", SECRET).transport(Down);
    let error = send(
        &client(&server, "bearer", Credential::provider(provider)),
        &pets::BEARER,
    )
    .await
    .unwrap_err();
    assert!(
        error
            .message()
            .contains("the token server cannot be reached: no route for"),
        "{error}"
    );
}
