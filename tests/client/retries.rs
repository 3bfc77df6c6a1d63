//! Which failures are retried, and how long the client waits, against a server on this machine.

use std::time::Duration;

use crate::loopback::{self, Reply, Server, Waits, client};
use ittybit::Category;

fn empty() -> Reply {
    loopback::with_json(200, &serde_json::json!([])).header("Has-More", "false")
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
            "list_tasks failed: GET {}/tasks responded with 503 Service Unavailable, offline: \
             Try again in a while. (3 attempts)",
            server.url()
        )
    );
}

/// The waits of a client that gets this response to every attempt.
async fn waits_for(reply: fn() -> Reply) -> (Vec<Duration>, ittybit::Error) {
    let server = Server::replies(vec![reply]);
    let waits = Waits::default();
    let error = client(&server, &waits).list_tasks().send().await.unwrap_err();
    assert_eq!(server.count() as u32, error.attempts());
    (waits.all(), error)
}

#[tokio::test]
async fn retry_after_is_respected() {
    let back_off = [Duration::from_millis(500), Duration::from_secs(1)];
    let seconds = |seconds| vec![Duration::from_secs(seconds); 2];
    // The clock of these tests is at Wed, 01 Jan 2025 00:00:00 GMT.
    let cases: [(&str, Vec<Duration>, Option<u64>); _] = [
        ("7", seconds(7), Some(7)),
        ("0", seconds(0), Some(0)),
        ("120", seconds(120), Some(120)),
        ("121", vec![], Some(121)),
        ("3600", vec![], Some(3600)),
        ("99999999999999999999999", vec![], Some(u64::MAX)),
        ("Wed, 01 Jan 2025 00:00:30 GMT", seconds(30), Some(30)),
        ("Wednesday, 01-Jan-25 00:00:30 GMT", seconds(30), Some(30)),
        ("Wed Jan  1 00:00:30 2025", seconds(30), Some(30)),
        ("Tue, 31 Dec 2024 23:00:00 GMT", seconds(0), Some(0)),
        ("Wed, 01 Jan 2025 01:00:00 GMT", vec![], Some(3600)),
        ("soon", back_off.to_vec(), None),
        ("-1", back_off.to_vec(), None),
        ("1.5", back_off.to_vec(), None),
        ("", back_off.to_vec(), None),
    ];
    for (value, expected, retry_after) in cases {
        let server =
            Server::start(move |_, _| Reply::error(429, "rate_limited", "Slow down.").header("Retry-After", value));
        let waits = Waits::default();
        let error = client(&server, &waits).list_tasks().send().await.unwrap_err();
        assert_eq!(waits.all(), expected, "{value}");
        assert_eq!(error.attempts() as usize, expected.len() + 1, "{value}");
        assert_eq!(error.retry_after(), retry_after.map(Duration::from_secs), "{value}");
    }
}

#[tokio::test]
async fn transient_failures_are_retried() {
    let healing: &[fn() -> Reply] = &[
        || Reply::error(408, "timeout", ""),
        || Reply::error(429, "rate_limited", ""),
        || Reply::error(500, "internal_error", ""),
        || Reply::text(502, "text/html", "<html>Bad gateway"),
        || Reply::text(503, "text/plain", ""),
        || Reply::text(504, "text/plain", ""),
        || Reply::Close(Vec::new()),
        || Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[".to_vec()),
        || Reply::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n[".to_vec()),
        || Reply::Close(b"HTTP/1.1 200 OK\r\n\r\n[".to_vec()),
    ];
    for reply in healing {
        let (waits, error) = waits_for(*reply).await;
        assert_eq!(waits.len(), 2, "{error}");
        assert_eq!(error.attempts(), 3, "{error}");
        assert!(error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn permanent_failures_are_not_retried() {
    let staying: &[fn() -> Reply] = &[
        || Reply::error(400, "request_invalid", ""),
        || Reply::error(401, "token_invalid", "").header("Retry-After", "1"),
        || Reply::error(402, "payment_required", ""),
        || Reply::error(403, "project_required", ""),
        || Reply::error(404, "task_not_found", ""),
        || Reply::error(405, "method", ""),
        || Reply::error(501, "not_implemented", ""),
        || Reply::text(204, "text/plain", ""),
        || Reply::text(302, "text/plain", "").header("Location", "/elsewhere"),
        || Reply::text(200, "text/html", "<html>"),
        || loopback::with_json(200, &serde_json::json!({})),
        || Reply::text(200, "application/json", "[oops]"),
    ];
    for reply in staying {
        let (waits, error) = waits_for(*reply).await;
        assert_eq!(waits, [], "{error}");
        assert_eq!(error.attempts(), 1, "{error}");
        assert!(!error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn timeouts_are_retried() {
    let slow: &[fn() -> Reply] = &[
        || Reply::Hang(Vec::new()),
        || Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[".to_vec()),
    ];
    for reply in slow {
        let server = Server::replies(vec![*reply, empty]);
        let waits = Waits::default();
        let client = loopback::builder(&server, &waits)
            .timeout(Duration::from_millis(200))
            .build()
            .unwrap();
        assert!(client.list_tasks().send().await.unwrap().is_empty());
        assert_eq!(waits.all(), [Duration::from_millis(500)]);
    }
}

#[tokio::test]
async fn a_refused_connection_is_retried() {
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let waits = Waits::default();
    let client = ittybit::Client::builder()
        .api_key(loopback::KEY)
        .base_url(format!("http://{address}"))
        .retry(ittybit::RetryPolicy::default().clock(waits.clone()).jitter(|| 0.5))
        .build()
        .unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(waits.all(), [250, 500].map(Duration::from_millis));
}

#[tokio::test]
async fn jitter_is_clamped_to_its_range() {
    for (share, expected) in [(-1.0, 0), (0.0, 0), (2.0, 500), (f64::NAN, 0)] {
        let server = Server::replies(vec![unavailable, empty]);
        let waits = Waits::default();
        let policy = ittybit::RetryPolicy::default()
            .clock(waits.clone())
            .jitter(move || share);
        let client = loopback::builder(&server, &waits).retry(policy).build().unwrap();
        let _ = client.list_tasks().send().await.unwrap();
        assert_eq!(waits.all(), [Duration::from_millis(expected)], "{share}");
    }
}

#[tokio::test]
async fn the_longest_waits_there_are_do_not_overflow() {
    let server = Server::replies(vec![unavailable]);
    let waits = Waits::default();
    let policy = ittybit::RetryPolicy::default()
        .max_attempts(4)
        .initial_delay(Duration::MAX / 2)
        .max_delay(Duration::MAX)
        .clock(waits.clone())
        .jitter(|| 1.0);
    let client = loopback::builder(&server, &waits).retry(policy).build().unwrap();
    assert_eq!(client.list_tasks().send().await.unwrap_err().attempts(), 4);
    let longest = Duration::MAX - Duration::from_secs(1);
    assert!(
        waits.all()[1..].iter().all(|wait| *wait >= longest),
        "{:?}",
        waits.all()
    );
}

#[tokio::test]
async fn the_random_share_fills_the_whole_range() {
    let server = Server::replies(vec![unavailable]);
    let waits = Waits::default();
    let policy = ittybit::RetryPolicy::default()
        .max_attempts(101)
        .initial_delay(Duration::from_secs(8))
        .clock(waits.clone());
    let client = loopback::builder(&server, &waits).retry(policy).build().unwrap();
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(error.attempts(), 101);
    let waits = waits.all();
    // 100 draws that leave out a fifth at one end are a matter of one in 10^9.
    assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(8)));
    assert!(waits.iter().any(|wait| *wait < Duration::from_millis(1600)));
    assert!(waits.iter().any(|wait| *wait > Duration::from_millis(6400)));
}

#[tokio::test]
async fn a_policy_without_retries_makes_one_attempt() {
    let server = Server::replies(vec![unavailable]);
    let waits = Waits::default();
    for policy in [
        ittybit::RetryPolicy::none(),
        ittybit::RetryPolicy::default().max_attempts(0),
    ] {
        let client = loopback::builder(&server, &waits).retry(policy).build().unwrap();
        assert_eq!(client.list_tasks().send().await.unwrap_err().attempts(), 1);
    }
    assert_eq!(waits.all(), []);
}
