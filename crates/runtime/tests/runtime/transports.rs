//! Transports, and how their errors are classified.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ittybit_runtime::auth::Credential;
use ittybit_runtime::generated::{CallOptions, ClientBuilder, Request};
use ittybit_runtime::transport::{InMemory, Transport, TransportError};
use ittybit_runtime::{Category, reqwest};

use crate::pets::{self, API, Waits, policy, send};

fn with(transport: impl Transport) -> ittybit_runtime::generated::Client {
    ClientBuilder::new(&API)
        .transport(transport)
        .retry(policy(&Waits::default()))
        .credential("bearer", Credential::token("the_token"), "bearer")
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_transport_gets_each_attempt_with_its_credentials() {
    let transport = InMemory::new()
        .respond(503, "")
        .header("Retry-After", "1")
        .respond(200, "[7]");
    let client = with(transport.clone());
    let request = Request::new(&pets::BEARER, CallOptions::default()).query("limit", 5);
    let response = request.send_json::<Vec<u8>>(&client).await.unwrap();
    assert_eq!(*response, [7]);
    assert_eq!(response.headers()["content-type"], "application/json");
    let requests = transport.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.method(), "GET");
        assert_eq!(request.url().as_str(), "https://pets.example.com/pets?limit=5");
        assert_eq!(request.headers()["authorization"], "Bearer the_token");
        assert_eq!(request.headers()["user-agent"], "pets/1.0");
        // Who prints a request prints no credential.
        assert!(!format!("{request:?}").contains("the_token"));
    }
}

#[path = "../../examples/tower.rs"]
mod tower;

#[test]
fn a_service_of_tower_is_below_a_client() {
    tower::main().unwrap();
}

#[tokio::test]
async fn a_body_is_sent_as_json() {
    let transport = InMemory::new().respond(200, "[]");
    let request =
        Request::new(&pets::MAKE, CallOptions::default()).json("application/json", serde_json::json!({"name": "Rex"}));
    request.send_empty(&with(transport.clone())).await.unwrap();
    let [sent] = transport.requests().try_into().unwrap();
    assert_eq!(sent.body(), br#"{"name":"Rex"}"#);
    assert_eq!(sent.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn errors_of_each_kind() {
    struct Failing(fn() -> TransportError, Arc<AtomicUsize>);
    impl Transport for Failing {
        async fn send(&self, _: reqwest::Request) -> Result<reqwest::Response, TransportError> {
            self.1.fetch_add(1, Ordering::SeqCst);
            Err((self.0)())
        }
    }
    let cases: [(fn() -> TransportError, _, _, _); 4] = [
        (
            || TransportError::connect("the pool is empty"),
            Category::Connect,
            3,
            "no connection: the pool is empty. Check the base URL, and the network or proxy between",
        ),
        (
            || TransportError::timeout("5 s"),
            Category::Timeout,
            3,
            "the HTTP client's own timeout expired: 5 s. Try again later, or raise that timeout",
        ),
        (
            || TransportError::interrupted("reset by peer"),
            Category::Interrupted,
            3,
            "reset by peer. Try again; if it persists, check the base URL, and the proxy between",
        ),
        (
            || TransportError::request("the circuit is open"),
            Category::InvalidArgument,
            1,
            "the request cannot be sent: the circuit is open",
        ),
    ];
    for (error, category, attempts, message) in cases {
        let sent = Arc::new(AtomicUsize::new(0));
        let error = send(&with(Failing(error, Arc::clone(&sent))), &pets::OPEN)
            .await
            .unwrap_err();
        assert_eq!((error.category(), error.message()), (category, message));
        assert_eq!(error.attempts() as usize, attempts, "{error}");
        assert_eq!(sent.load(Ordering::SeqCst), attempts, "{error}");
        assert!(std::error::Error::source(&error).is_some(), "{error}");
    }
}

#[tokio::test]
async fn without_a_response_the_in_memory_transport_fails() {
    let error = send(&with(InMemory::new()), &pets::OPEN).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(
        error
            .message()
            .ends_with("the in-memory transport has no response: add one"),
        "{error}"
    );
}

#[tokio::test]
async fn a_response_need_not_say_where_it_came_from() {
    struct Placeless;
    impl Transport for Placeless {
        async fn send(&self, _: reqwest::Request) -> Result<reqwest::Response, TransportError> {
            Ok(http::Response::new("[7]").into())
        }
    }
    assert_eq!(
        *send(&with(Placeless), &pets::OPEN).await.unwrap(),
        serde_json::json!([7])
    );
}

#[tokio::test]
async fn a_response_from_another_origin_is_an_error() {
    struct Elsewhere;
    impl Transport for Elsewhere {
        async fn send(&self, mut request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
            request.url_mut().set_host(Some("elsewhere.example")).unwrap();
            InMemory::new().respond(200, "[]").send(request).await
        }
    }
    let error = send(&with(Elsewhere), &pets::OPEN).await.unwrap_err();
    assert_eq!(error.category(), Category::Redirect);
    assert!(error.message().contains("https://elsewhere.example"), "{error}");
}

#[tokio::test]
async fn calls_can_be_sent_between_threads() {
    let client = with(InMemory::new().respond(200, "[]"));
    tokio::spawn(async move { send(&client, &pets::OPEN).await })
        .await
        .unwrap()
        .unwrap();
}
