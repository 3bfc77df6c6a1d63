//! Which failures are tried again, and how long the client waits, against a server on this machine.

mod loopback;

use std::time::Duration;

use ittybit::Category;
use loopback::{Reply, Server, Waits, client};

fn empty() -> Reply {
    Reply::json(200, serde_json::json!([])).header("Has-More", "false")
}

fn unavailable() -> Reply {
    Reply::error(503, "offline", "Try again in a while.")
}

#[tokio::test]
async fn waits_twice_as_long_each_time() {
    let server = Server::replies(vec![unavailable]);
    let waits = Waits::default();
    let policy = ittybit::RetryPolicy::default()
        .max_attempts(8)
        .clock(waits.clone())
        .jitter(|| 1.0);
    let client = loopback::builder(&server, &waits).retry(policy).build().unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.attempts(), 8);
    assert_eq!(
        waits.all(),
        [500, 1000, 2000, 4000, 8000, 8000, 8000].map(Duration::from_millis)
    );
    assert_eq!(server.count(), 8);
}

#[tokio::test]
async fn a_retry_that_works_is_no_error() {
    let server = Server::replies(vec![unavailable, || Reply::Close(Vec::new()), empty]);
    let waits = Waits::default();
    let page = client(&server, &waits).list_tasks().send().await.unwrap();
    assert!(page.is_empty());
    assert_eq!(waits.all().len(), 2);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn three_attempts_and_the_last_error() {
    let server = Server::replies(vec![unavailable]);
    let waits = Waits::default();
    let error = client(&server, &waits).list_tasks().send().await.unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(error.category(), Category::Api);
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(error.kind(), Some("offline"));
    assert_eq!(
        error.to_string(),
        format!(
            "list_tasks failed: GET {}/tasks answered 503 Service Unavailable, offline: \
             Try again in a while. (3 attempts)",
            server.url()
        )
    );
}
