//! The options of one call.

use std::time::Duration;

use ittybit_runtime::auth::Credential;
use ittybit_runtime::generated::{CallOptions, ClientBuilder, Request};
use ittybit_runtime::transport::{InMemory, Transport, TransportError};
use ittybit_runtime::{Category, RetryPolicy, reqwest};

use crate::pets::{self, API, Waits, builder, client, policy, send, send_with};
use crate::server::{Reply, Server};

fn options(set: impl FnOnce(&mut CallOptions)) -> CallOptions {
    let mut options = CallOptions::default();
    set(&mut options);
    options
}

fn silent() -> Server {
    Server::start(|_, _| Reply::Hang(Vec::new()))
}

#[tokio::test]
async fn a_timeout_of_the_call_overrides_that_of_the_client() {
    let server = silent();
    let short = Duration::from_millis(20);
    let client = builder(&server).timeout(Duration::from_secs(600)).build().unwrap();
    let error = send_with(&client, &pets::OPEN, options(|options| options.timeout(short)))
        .await
        .unwrap_err();
    assert_eq!((error.category(), error.attempts()), (Category::Timeout, 3));
    assert_eq!(
        error.message(),
        "there was no response within 20ms. Try again later, ask for smaller pages, or raise the call's `timeout`"
    );
    let client = builder(&server).timeout(short).build().unwrap();
    let error = send(&client, &pets::OPEN).await.unwrap_err();
    assert!(error.message().ends_with("or raise the client's `timeout`"), "{error}");
}

#[tokio::test]
async fn a_deadline_ends_an_attempt() {
    let server = silent();
    let short = Duration::from_millis(20);
    let of_call = options(|options| options.deadline(short));
    for (client, of_call, whose) in [
        (builder(&server).build().unwrap(), of_call, "call"),
        (
            builder(&server).deadline(short).build().unwrap(),
            CallOptions::default(),
            "client",
        ),
    ] {
        let error = send_with(&client, &pets::OPEN, of_call).await.unwrap_err();
        assert_eq!((error.category(), error.attempts()), (Category::Timeout, 1));
        assert_eq!(
            error.to_string(),
            format!(
                "list_pets failed: GET {}/pets: there was no response within 20ms. Try again later, ask for smaller \
                 pages, or raise the {whose}'s `deadline` (not sent again: the {whose}'s `deadline` of 20ms ends \
                 before it could be)",
                server.url()
            )
        );
    }
}

#[tokio::test]
async fn a_deadline_counts_the_waits() {
    let server = Server::start(|_, _| Reply::error(503, "busy", "later").header("Retry-After", "60"));
    let waits = Waits::default();
    let client = builder(&server)
        .retry(policy(&waits))
        .deadline(Duration::from_secs(600))
        .build()
        .unwrap();
    let minute = options(|options| options.deadline(Duration::from_secs(59)));
    let error = send_with(&client, &pets::OPEN, minute).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (503, 1));
    assert!(
        error.to_string().ends_with(
            "(the server asks to wait 60s) (not sent again: the call's `deadline` of 59s ends before it could be)"
        ),
        "{error}"
    );
    assert!(waits.all().is_empty());
    // That of the client leaves time.
    assert_eq!(send(&client, &pets::OPEN).await.unwrap_err().attempts(), 3);
}

/// Each response takes 4 s, and is an error.
struct Slow;

impl Transport for Slow {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        tokio::time::sleep(Duration::from_secs(4)).await;
        InMemory::new().respond(503, "").send(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_counts_attempts_and_waits_together() {
    // Attempts begin after 0, 5 and 11 s, and the waits between them take 1, 2 and 4 s.
    let waits = RetryPolicy::default()
        .initial_delay(Duration::from_secs(1))
        .jitter(|| 1.0);
    let client = ClientBuilder::new(&API)
        .transport(Slow)
        .retry(waits.max_attempts(10))
        .build()
        .unwrap();
    for (deadline, attempts, ends) in [(3, 1, 3), (5, 1, 4), (6, 2, 6), (11, 2, 9), (14, 3, 14), (18, 3, 15)] {
        let begin = tokio::time::Instant::now();
        let within = options(|options| options.deadline(Duration::from_secs(deadline)));
        let error = send_with(&client, &pets::OPEN, within).await.unwrap_err();
        assert_eq!(
            (error.attempts(), begin.elapsed().as_secs()),
            (attempts, ends),
            "{error}"
        );
        assert!(
            error.to_string().contains("not sent again: the call's `deadline`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_longest_durations_are_no_limit() {
    let server = Server::start(|_, _| Reply::json(200, "[]"));
    let client = builder(&server)
        .timeout(Duration::MAX)
        .deadline(Duration::MAX)
        .build()
        .unwrap();
    send(&client, &pets::OPEN).await.unwrap();
}

#[tokio::test]
async fn a_policy_of_the_call_overrides_that_of_the_client() {
    let server = Server::start(|_, _| Reply::error(503, "busy", "later"));
    let client = builder(&server).build().unwrap();
    let once = options(|options| options.retry(RetryPolicy::none()));
    assert_eq!(send_with(&client, &pets::OPEN, once).await.unwrap_err().attempts(), 1);
    assert_eq!(send(&client, &pets::OPEN).await.unwrap_err().attempts(), 3);
    let five = options(|options| options.retry(policy(&Waits::default()).max_attempts(5)));
    assert_eq!(send_with(&client, &pets::OPEN, five).await.unwrap_err().attempts(), 5);
}

#[tokio::test]
async fn headers_of_the_call_are_sent_with_every_attempt() {
    let server = Server::start(|_, number| match number {
        0 => Reply::error(503, "busy", "later"),
        _ => Reply::json(200, "[]"),
    });
    let client = builder(&server).build().unwrap();
    let given = options(|options| {
        options.header("X-Request-Id", "a1");
        options.header("X-Request-Id", "a2");
        options.header("Accept", "application/vnd.pets+json");
        options.header("user-agent", "mine/1");
    });
    send_with(&client, &pets::OPEN, given).await.unwrap();
    for request in server.requests() {
        assert_eq!(request.header("x-request-id"), Some("a2"));
        assert_eq!(request.header("accept"), Some("application/vnd.pets+json"));
        assert_eq!(request.header("user-agent"), Some("mine/1"));
    }
}

#[tokio::test]
async fn headers_that_cannot_be_sent_or_hold_credentials_are_refused() {
    let server = Server::start(|_, _| Reply::json(200, "[]"));
    let client = client(&server, "bearer", Credential::token("the_token"));
    let reserved = "is set by the client; credentials are given to its builder";
    for (name, value, reason) in [
        ("authorization", "Bearer other", reserved),
        ("Proxy-Authorization", "x", reserved),
        ("Cookie", "a=b", reserved),
        ("Host", "elsewhere.example", reserved),
        ("Content-Length", "0", reserved),
        ("Transfer-Encoding", "chunked", reserved),
        // The header of one of the API's own schemes.
        ("x-api-key", "the_key", reserved),
        ("X Y", "x", "is not the name of a header"),
        ("", "x", "is not the name of a header"),
        (
            "X-Note",
            "two\r\nlines",
            "was given a value with a character that a header cannot have",
        ),
    ] {
        let given = options(|options| {
            options.header(name, value);
            options.header("X-Fine", "yes");
        });
        let error = send_with(&client, &pets::OPEN, given).await.unwrap_err();
        assert_eq!(error.category(), Category::InvalidArgument, "{name}");
        assert!(error.argument().unwrap().eq_ignore_ascii_case(name), "{name}");
        assert!(error.to_string().ends_with(&format!("`: {reason}")), "{error}");
        assert!(!error.to_string().contains("the_key"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_value_that_would_make_another_path_is_refused() {
    static GET: ittybit_runtime::operation::Operation =
        ittybit_runtime::operation::Operation::of("get_pet", "GET", "/pets/{id}/toys", &[200..=200]);
    let server = Server::start(|_, _| Reply::json(200, "[]"));
    let client = builder(&server).build().unwrap();
    let get = async |id: &str| {
        let request = Request::new(&GET, CallOptions::default()).path("id", id);
        request.send_json::<Vec<()>>(&client).await
    };
    for id in ["", ".", ".."] {
        let error = get(id).await.unwrap_err();
        assert_eq!(
            (error.category(), error.argument()),
            (Category::InvalidArgument, Some("id")),
            "{id}"
        );
        assert!(
            error.message().starts_with(&format!("argument `id`: \"{id}\": ")),
            "{error}"
        );
    }
    for (id, target) in [
        ("7", "/pets/7/toys"),
        ("...", "/pets/.../toys"),
        ("../admin", "/pets/..%2Fadmin/toys"),
        ("%2e%2e", "/pets/%252e%252e/toys"),
        ("a b/ß?#", "/pets/a%20b%2F%C3%9F%3F%23/toys"),
        ("{id}", "/pets/%7Bid%7D/toys"),
    ] {
        get(id).await.unwrap();
        assert_eq!(server.requests().last().unwrap().target, target);
    }
}

fn error_without(build: impl FnOnce(&mut tokio::runtime::Builder) -> &mut tokio::runtime::Builder) -> String {
    let server = Server::start(|_, _| Reply::json(200, "[]"));
    let client = builder(&server).build().unwrap();
    let runtime = build(&mut tokio::runtime::Builder::new_current_thread())
        .build()
        .unwrap();
    let error = runtime.block_on(send(&client, &pets::OPEN)).unwrap_err();
    assert_eq!(error.category(), Category::Runtime);
    error.to_string()
}

#[test]
fn a_runtime_without_timers_or_none_at_all_is_an_error() {
    assert_eq!(
        error_without(|builder| builder.enable_io()),
        "list_pets failed: the Tokio runtime here has no timers, and without them there are no timeouts. Build it \
         with `enable_all`, or with `enable_time` and `enable_io`"
    );
    assert_eq!(
        error_without(|builder| builder),
        error_without(|builder| builder.enable_io())
    );
    let server = Server::start(|_, _| Reply::json(200, "[]"));
    let client = builder(&server).build().unwrap();
    let mut call = std::pin::pin!(send(&client, &pets::OPEN));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("there is nothing to wait for");
    };
    assert_eq!(error.category(), Category::Runtime);
    assert!(
        error.message().starts_with("there is no Tokio runtime here."),
        "{error}"
    );
}
