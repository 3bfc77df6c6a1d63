//! Each fault of a server, a network or a caller has its own error, which says what to do.

use std::fmt::Write;
use std::time::Duration;

use crate::loopback::{self, KEY, Reply, Server, Waits, task};
use ittybit::{Category, Client, Error, RetryPolicy};
use serde_json::json;

async fn first_error(server: &Server) -> Error {
    loopback::builder(server, &Waits::default())
        .retry(RetryPolicy::none())
        // Long enough for a response over loopback, short enough for the tests of timeouts.
        .timeout(Duration::from_millis(500))
        .max_response_bytes(4000)
        .build()
        .unwrap()
        .list_tasks()
        .send()
        .await
        .unwrap_err()
}

fn page(body: impl Into<Vec<u8>>) -> Reply {
    Reply::text(200, "application/json", body)
}

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>";

/// Something that a server can do wrong.
type Fault = (&'static str, fn() -> Reply);

/// In the order in which the snapshot shows them.
const FAULTS: &[Fault] = &[
    ("the API's error object", || {
        Reply::error(401, "token_invalid", "Check that your API key is right.")
    }),
    ("an error object without a message", || {
        loopback::with_json(402, &json!({ "kind": "payment_required" }))
    }),
    ("429 that asks to wait an hour", || {
        Reply::error(429, "rate_limited", "Slow down.").header("Retry-After", "3600")
    }),
    ("an HTML error page", || Reply::text(502, "text/html", HTML)),
    ("an error without a body", || Reply::text(500, "text/plain", "")),
    ("an error whose body is not UTF-8", || {
        Reply::text(503, "text/plain", [0xff, 0xfe, 0x00])
    }),
    ("an error with some other JSON", || {
        loopback::with_json(400, &json!({ "error": { "code": 7 } }))
    }),
    ("an error whose body is cut short", || {
        Reply::Close(b"HTTP/1.1 500 Oops\r\nContent-Length: 99\r\n\r\n{\"kind\"".to_vec())
    }),
    ("404 with text", || Reply::text(404, "text/plain", "no such route")),
    ("a redirect", || {
        Reply::text(302, "text/plain", "").header("Location", "https://elsewhere.example/tasks")
    }),
    ("a redirect to nowhere", || Reply::text(301, "text/plain", "")),
    // Neither a redirect, nor a response to a request without a condition.
    ("304", || Reply::text(304, "text/plain", "")),
    ("204", || Reply::text(204, "text/plain", "")),
    ("success without a body", || page("")),
    ("success with a web page", || Reply::text(200, "text/html", HTML)),
    ("malformed JSON", || {
        page(r#"[{"id": "task_1", "kind": "video" "status": "queued"}]"#)
    }),
    ("JSON that is no list", || page(r#"{"data": [], "kind": "list"}"#)),
    ("null", || page("null")),
    ("a field of another type", || {
        let mut broken = task("task_2jR8kLm4nP");
        broken["kind"] = json!(5);
        loopback::with_json(200, &json!([task("task_1"), broken]))
    }),
    ("a field that is missing", || {
        loopback::with_json(200, &json!([task("task_1"), { "id": "task_2", "kind": "video" }]))
    }),
    ("a body that is not UTF-8", || {
        page(b"[{\"id\": \"task_\xff\"}]".to_vec())
    }),
    ("malformed JSON of another content type", || {
        Reply::text(200, "text/plain", "[oops]")
    }),
    ("compression that was not requested", || {
        page(b"\x0b\x02\x80[]\x03".to_vec()).header("Content-Encoding", "br")
    }),
    ("a body larger than the limit", || {
        page(json!([task("x".repeat(5000))]).to_string())
    }),
    ("chunks without end", || {
        Reply::Endless(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
            b"4\r\n    \r\n".to_vec(),
            Duration::ZERO,
        )
    }),
    ("closed before the headers", || Reply::Close(Vec::new())),
    ("closed in the middle of the headers", || {
        Reply::Close(b"HTTP/1.1 200 OK\r\nContent-".to_vec())
    }),
    ("closed in the middle of the body", || {
        Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[{\"id\":".to_vec())
    }),
    ("closed in the middle of a chunk", || {
        Reply::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n[{".to_vec())
    }),
    ("closed in the middle of a body without length", || {
        Reply::Close(b"HTTP/1.1 200 OK\r\n\r\n[{\"id\":".to_vec())
    }),
    ("not HTTP", || Reply::Close(b"220 mail.example ESMTP\r\n".to_vec())),
    ("no first byte", || Reply::Hang(Vec::new())),
    ("no last byte", || {
        Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[{\"id\":".to_vec())
    }),
    ("chunks that stop coming", || {
        Reply::Hang(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n    \r\n".to_vec())
    }),
    ("an empty page that says that more follow", || {
        loopback::with_json(200, &json!([])).header("Has-More", "true")
    }),
];

#[tokio::test]
async fn each_fault_has_its_own_error() {
    let mut report = String::new();
    for (name, reply) in FAULTS {
        let server = Server::start(move |_, _| reply());
        let error = first_error(&server).await;
        assert_eq!(error.attempts(), 1, "{name}");
        assert_eq!(server.count(), 1, "{name}");
        describe(&mut report, name, &error, &server.url());
    }
    insta::assert_snapshot!(report);
}

/// Each chunk arrives soon after the last, but the whole takes too long.
#[tokio::test]
async fn a_slow_body_is_a_timeout() {
    let server = Server::start(|_, _| {
        Reply::Endless(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
            b"4\r\n    \r\n".to_vec(),
            Duration::from_millis(50),
        )
    });
    let error = first_error(&server).await;
    assert_eq!(error.category(), Category::Timeout, "{error}");
    assert_eq!(error.status().unwrap(), 200);
    assert!(!error.body().unwrap().is_empty());
}

/// An error, as a program and as a person see it.
fn describe(report: &mut String, name: &str, error: &Error, url: &str) {
    let status = match error.status() {
        Some(status) => status.as_str().to_owned(),
        None => "none".to_owned(),
    };
    writeln!(
        report,
        "# {name}\ncategory {:?}, status {status}, kind {:?}, {}, body {:?} bytes\n{}\n",
        error.category(),
        error.kind(),
        match error.is_retryable() {
            true => "retryable",
            false => "final",
        },
        error.body().map(<[u8]>::len),
        error.to_string().replace(url, "http://HOST"),
    )
    .unwrap();
}

#[tokio::test]
async fn no_connection() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let client = Client::builder()
        .api_key(KEY)
        .base_url(format!("http://127.0.0.1:{port}"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.category(), Category::Connect);
    assert!(error.is_retryable());
    assert_eq!(error.status(), None);
    let message = error.to_string();
    let call = format!("list_tasks failed: GET http://127.0.0.1:{port}/tasks: no connection");
    assert!(message.starts_with(&call), "{message}");
    assert!(message.contains("refused"), "{message}");
    assert!(message.contains("Check the base URL"), "{message}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_failed_tls_handshake_is_no_connection() {
    let server = Server::start(|_, _| Reply::Close(b"not TLS".to_vec()));
    let client = Client::builder()
        .api_key(KEY)
        .base_url(server.url().replace("http:", "https:"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.category(), Category::Connect, "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn no_connection_in_time() {
    // The system accepts the connection, but nothing responds to the client's TLS handshake.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::builder()
        .api_key(KEY)
        .base_url(format!("https://{}", listener.local_addr().unwrap()))
        .connect_timeout(Duration::from_millis(100))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.category(), Category::Connect, "{error}");
    assert!(error.to_string().contains("timed out"), "{error}");
}

#[tokio::test]
async fn an_invalid_argument_sends_nothing() {
    let server = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let client = loopback::client(&server, &Waits::default());
    let error = client
        .list_tasks()
        .limit(loopback::largest_page() + 1)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::InvalidArgument);
    assert_eq!(error.attempts(), 0);
    assert!(error.to_string().contains("`limit`"), "{error}");

    let mut tasks = client.list_tasks().limit(0).stream();
    let error = tasks.try_next().await.unwrap_err();
    assert_eq!(error.category(), Category::InvalidArgument);
    assert!(tasks.try_next().await.unwrap().is_none());
    assert_eq!(server.count(), 0);
}

#[test]
fn a_call_outside_a_runtime_says_so() {
    let client = Client::new(KEY).unwrap();
    for read_ahead in [0, 1] {
        let mut pages = client.list_tasks().pages().read_ahead(read_ahead);
        let mut next = std::pin::pin!(pages.try_next());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let std::task::Poll::Ready(Err(error)) = next.as_mut().poll(&mut context) else {
            panic!("it should fail at once");
        };
        assert_eq!(error.category(), Category::Runtime);
        assert!(error.to_string().contains("blocking::Client"), "{error}");
    }
}

#[tokio::test]
async fn error_bodies_are_kept_but_bounded() {
    let server = Server::start(|_, _| Reply::text(500, "text/plain", "x".repeat(1 << 20)));
    let client = loopback::client(&server, &Waits::default());
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
    assert!(error.to_string().len() < 600, "{error}");

    let server = Server::start(|_, _| Reply::error(404, "task_not_found", "Check the id."));
    let client = loopback::client(&server, &Waits::default());
    let error = client.list_tasks().send().await.unwrap_err();
    let body: serde_json::Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    assert_eq!(body["kind"], "task_not_found");
    assert_eq!(error.message(), "Check the id.");
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");
}

#[tokio::test]
async fn json_of_another_content_type_is_read() {
    let server = Server::start(|_, _| Reply::text(200, "text/plain", r"[]"));
    let client = loopback::client(&server, &Waits::default());
    assert!(client.list_tasks().send().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_response_of_exactly_the_limit_is_read() {
    let body = json!([task("task_1")]).to_string();
    let length = body.len();
    let server = Server::start(move |_, _| page(body.clone()));
    for (limit, fits) in [(length, true), (length - 1, false)] {
        let client = loopback::builder(&server, &Waits::default())
            .max_response_bytes(limit)
            .build()
            .unwrap();
        assert_eq!(client.list_tasks().send().await.is_ok(), fits);
    }
}

/// The key as JSON may also write it.
fn escaped() -> String {
    KEY.replace("itty", r"itt\u0079")
}

/// All that a program can print of an error.
fn all_of(error: &Error) -> String {
    let mut shown = format!("{error} {error:?} {error:#?} {}", error.message());
    write!(shown, " {:?} {:?}", error.kind(), error.headers()).unwrap();
    shown += &String::from_utf8_lossy(error.body().unwrap());
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        write!(shown, " {source} {source:?}").unwrap();
        cause = source;
    }
    shown
}

#[tokio::test]
async fn the_key_is_nowhere_in_an_error() {
    let echoes: &[fn() -> Reply] = &[
        || Reply::error(401, "token_invalid", &format!("{KEY} is not valid")),
        || Reply::error(401, KEY, "kind"),
        || Reply::text(401, "text/plain", format!("Authorization: Bearer {KEY}")),
        || Reply::text(302, "text/plain", "").header("Location", format!("/?key={KEY}")),
        || page(format!(r#"[{{"id": "{KEY}", "kind": 5, "created_at": "{KEY}"}}]"#)),
        || page(format!(r#"{{"id": "{KEY}"}}"#)),
        || page(format!(r#"[{{"{KEY}": "#)),
        || page(format!("<html>{KEY}")),
        || page(json!([task(format!("{}{KEY}", "x".repeat(8000)))]).to_string()),
        || loopback::with_json(200, &json!([task("a")])).header("X-Echo", format!("Bearer {KEY}")),
        // Written with an escape, which is another text but the same key.
        || {
            Reply::text(
                401,
                "application/json",
                format!(r#"{{"kind": "k", "message": "{}"}}"#, escaped()),
            )
        },
        || page(format!(r#"[{{"id": "a", "kind": "k", "status": ["{}"]}}]"#, escaped())),
        || page(format!(r#"[{{"id": "{}", "kind": "k", "status": 5}}]"#, escaped())),
    ];
    for (number, echo) in echoes.iter().enumerate() {
        let server = Server::start(move |_, _| echo());
        let client = loopback::builder(&server, &Waits::default())
            .retry(RetryPolicy::none())
            .max_response_bytes(8100)
            .build()
            .unwrap();
        let shown = match client.list_tasks().send().await {
            Ok(page) => format!("{page:?} {:?}", page.headers()),
            Err(error) => all_of(&error),
        };
        assert!(!shown.contains(KEY), "{number}: {shown}");
        let sent = &server.requests()[0];
        assert_eq!(sent.header("authorization"), Some(&*format!("Bearer {KEY}")));
    }
}

#[tokio::test]
async fn a_key_in_the_base_url_is_not_shown() {
    let server = Server::start(|_, _| Reply::error(404, "not_found", "No such page."));
    let client = ittybit::Client::builder()
        .api_key(KEY)
        .base_url(format!("{}/{KEY}", server.url()))
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    let shown = format!("{client:?} {}", all_of(&error));
    assert!(shown.contains("/[redacted]/tasks") && !shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn a_cursor_that_is_the_key_is_not_shown() {
    let server =
        Server::start(|_, _| loopback::with_json(200, &json!([task("a"), task(KEY)])).header("Has-More", "true"));
    let client = loopback::client(&server, &Waits::default());
    let first = client.list_tasks().send().await.unwrap();
    let mut pages = client.list_tasks().pages();
    pages.try_next().await.unwrap().unwrap();
    for error in [first.next().await.unwrap_err(), pages.try_next().await.unwrap_err()] {
        assert_eq!(error.category(), Category::Pagination);
        let shown = all_of(&error);
        assert!(shown.contains("[redacted]") && !shown.contains(KEY), "{shown}");
    }
}

#[tokio::test]
async fn a_key_that_the_limit_cuts_is_not_shown() {
    let (start, _) = KEY.split_at(KEY.len() - 2);
    for kept in 9..=start.len() {
        let server =
            Server::start(move |_, _| Reply::text(500, "text/plain", format!("{}{KEY}", "x".repeat(100 - kept))));
        let client = loopback::builder(&server, &Waits::default())
            .retry(RetryPolicy::none())
            .max_response_bytes(100)
            .build()
            .unwrap();
        let error = client.list_tasks().send().await.unwrap_err();
        assert!(!all_of(&error).contains(&KEY[..kept]), "{error:?}");
    }
}

#[tokio::test]
async fn redirects_without_end_are_an_error() {
    let server = Server::start(|_, _| Reply::text(302, "text/plain", "").header("Location", "/tasks"));
    let client = loopback::builder(&server, &Waits::default())
        .http_client(ittybit::reqwest::Client::builder().no_proxy().build().unwrap())
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.category(), Category::Redirect);
    assert_eq!((error.attempts(), server.count()), (1, 11));
    assert!(
        error
            .to_string()
            .contains("too many redirects. Set the API's own address"),
        "{error}"
    );
}

#[tokio::test]
async fn the_key_goes_to_no_other_origin() {
    let elsewhere = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let target = elsewhere.url();
    let server =
        Server::start(move |_, _| Reply::text(307, "text/plain", "").header("Location", format!("{target}/tasks")));
    let error = first_error(&server).await;
    assert_eq!(error.category(), Category::Redirect);
    assert_eq!(elsewhere.count(), 0);

    // The caller's own HTTP client may follow redirects. The key is not sent along, and the response of the
    // other origin is not read as the API's.
    let client = loopback::builder(&server, &Waits::default())
        .http_client(ittybit::reqwest::Client::new())
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.category(), Category::Redirect);
    assert!(error.to_string().contains("another origin"), "{error}");
    assert_eq!(elsewhere.count(), 1);
    assert_eq!(elsewhere.requests()[0].header("authorization"), None);

    // Nor does a link: the next page is requested at the base URL.
    let elsewhere = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let target = elsewhere.url();
    let server = Server::start(move |_, number| match number {
        0 => loopback::with_json(200, &json!([task("task_1")]))
            .header("Link", format!("<{target}/tasks?after=evil>; rel=\"next\"")),
        _ => loopback::with_json(200, &json!([])),
    });
    let client = loopback::client(&server, &Waits::default());
    let page = client.list_tasks().send().await.unwrap();
    assert!(page.has_more());
    assert!(page.next().await.unwrap().is_none());
    assert_eq!(elsewhere.count(), 0);
    assert_eq!(server.requests()[1].target, "/tasks?after=task_1");
}
