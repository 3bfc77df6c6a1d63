//! Retries: idempotency keys, classifiers and the budget.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ittybit_runtime::generated::{CallOptions, Client, ClientBuilder};
use ittybit_runtime::transport::InMemory;
use ittybit_runtime::transport::{Transport, TransportError};
use ittybit_runtime::{Category, Decision, reqwest};
use proptest::prelude::*;

use crate::leaks::Record;
use crate::own_process::in_own_process;
use crate::pets::{self, API, Waits, builder, policy, send, send_with};
use crate::server::{Reply, Server};

#[tokio::test]
async fn an_idempotency_key_is_made_once_a_call_and_makes_a_post_retryable() {
    let server = Server::start(|_, number| match number % 3 {
        2 => Reply::json(200, "[]"),
        _ => Reply::error(500, "broken", "oops"),
    });
    let client = builder(&server).build().unwrap();
    for _ in 0..3 {
        send(&client, &pets::MAKE_ONCE).await.unwrap();
    }
    let keys: Vec<String> = server
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(request.method, "POST");
            request.header("idempotency-key").unwrap().to_owned()
        })
        .collect();
    assert!(
        keys.chunks(3).all(|call| call.iter().all(|key| *key == call[0])),
        "{keys:?}"
    );
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 3, "{keys:?}");

    let error = send(&client, &pets::MAKE).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.requests().last().unwrap().header("idempotency-key"), None);
}

#[tokio::test]
async fn an_idempotency_key_of_the_caller_is_sent() {
    let server = Server::start(|_, number| match number {
        0 => Reply::error(500, "broken", "oops"),
        _ => Reply::json(200, "[]"),
    });
    let client = builder(&server).build().unwrap();
    let mut options = CallOptions::default();
    options.header("idempotency-key", "order-17");
    send_with(&client, &pets::MAKE_ONCE, options).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.header("idempotency-key"), Some("order-17"));
    }
}

#[tokio::test]
async fn classifiers_are_asked_about_each_failed_attempt() {
    let server = Server::start(|_, number| match number {
        0 => Reply::error(409, "conflict", "someone else writes"),
        1 => Reply::error(429, "slow_down", "later").header("Retry-After", "9"),
        _ => Reply::error(503, "busy", "later"),
    });
    let waits = Waits::default();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let policy = policy(&waits).max_attempts(9).classify(move |attempt| {
        assert_eq!(attempt.operation().id, "make_pet");
        assert!(!attempt.is_idempotent());
        assert_eq!(
            attempt.error().attempts() as usize,
            count.fetch_add(1, Ordering::SeqCst) + 1
        );
        match attempt.error().kind()? {
            "conflict" => Some(Decision::RetryAfter(Duration::from_millis(50))),
            "busy" => Some(Decision::Fail),
            _ => None,
        }
    });
    let client = builder(&server).retry(policy).build().unwrap();
    let error = send(&client, &pets::MAKE).await.unwrap_err();
    assert_eq!(error.kind(), Some("busy"));
    assert_eq!(seen.load(Ordering::SeqCst), 3);
    assert_eq!(waits.all(), [Duration::from_millis(50), Duration::from_secs(9)]);
}

/// A server without sockets that fails as a test sets it.
#[derive(Clone, Default)]
struct Outage {
    fails: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Transport for Outage {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        match self.fails.load(Ordering::SeqCst) {
            0 => InMemory::new().respond(200, "[]").send(request).await,
            1 => InMemory::new().respond(503, "").send(request).await,
            _ => Err(TransportError::connect("connection refused")),
        }
    }
}

fn offline(budget: u32, attempts: u32) -> (Client, Outage) {
    let outage = Outage::default();
    let client = ClientBuilder::new(&API)
        .transport(outage.clone())
        .retry(policy(&Waits::default()).budget(budget).max_attempts(attempts))
        .build()
        .unwrap();
    (client, outage)
}

#[tokio::test]
async fn a_spent_budget_ends_the_retries_of_all_clones_and_says_so() {
    let (client, outage) = offline(20, 3);
    outage.fails.store(1, Ordering::SeqCst);
    let mut attempts = Vec::new();
    let mut last = None;
    for _ in 0..4 {
        let error = send(&client.clone(), &pets::OPEN).await.unwrap_err();
        attempts.push(error.attempts());
        last = Some(error);
    }
    assert_eq!(attempts, [3, 3, 1, 1]);
    let last = last.unwrap().to_string();
    assert!(
        last.ends_with("(not sent again: the client's retry budget is spent)"),
        "{last}"
    );
    // Another client has a budget of its own.
    let (other, outage) = offline(20, 3);
    outage.fails.store(1, Ordering::SeqCst);
    assert_eq!(send(&other, &pets::OPEN).await.unwrap_err().attempts(), 3);
}

#[test]
fn a_spent_budget_is_a_warning_with_the_number_of_attempts() {
    // `tracing` decides once for all threads which events are enabled.
    in_own_process("retries::records_a_spent_budget", &[]);
}

#[tokio::test]
#[ignore = "is run alone by `a_spent_budget_is_a_warning_with_the_number_of_attempts`"]
async fn records_a_spent_budget() {
    const SPENT: &str = "message=the request failed and is not sent again: the retry budget is spent";
    let (client, outage) = offline(5, 3);
    outage.fails.store(1, Ordering::SeqCst);
    let record = Record::default();
    let guard = tracing::subscriber::set_default(record.clone());
    send(&client, &pets::OPEN).await.unwrap_err();
    drop(guard);
    let seen = record.text();
    assert_eq!(seen.matches(SPENT).count(), 1, "{seen}");
    let fields = &seen[seen.find(SPENT).unwrap() + SPENT.len()..];
    assert!(fields.starts_with("\nattempt=2\nerror.type=503\nerror="), "{seen}");

    // A call that fails with its last attempt says nothing of the budget.
    let (client, outage) = offline(500, 3);
    outage.fails.store(1, Ordering::SeqCst);
    let record = Record::default();
    let guard = tracing::subscriber::set_default(record.clone());
    send(&client, &pets::OPEN).await.unwrap_err();
    drop(guard);
    assert!(!record.text().contains("budget"), "{}", record.text());
}

#[tokio::test]
async fn a_post_whose_response_is_cut_is_sent_again_only_where_that_is_safe() {
    let half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[1, 2";
    let server = || {
        Server::start(move |_, number| match number {
            0 => Reply::Close(half.into()),
            _ => Reply::json(200, "[]"),
        })
    };
    let unsafe_to_repeat = server();
    let client = builder(&unsafe_to_repeat).build().unwrap();
    let error = send(&client, &pets::MAKE).await.unwrap_err();
    assert_eq!((error.category(), error.attempts()), (Category::Interrupted, 1));
    assert_eq!(unsafe_to_repeat.requests().len(), 1);
    assert_eq!(error.status().unwrap(), 200);

    let idempotent = server();
    let client = builder(&idempotent).build().unwrap();
    send(&client, &pets::MAKE_ONCE).await.unwrap();
    assert_eq!(idempotent.requests().len(), 2);
}

#[tokio::test]
async fn successes_bring_the_budget_back() {
    let (client, outage) = offline(5, 2);
    outage.fails.store(1, Ordering::SeqCst);
    assert_eq!(send(&client, &pets::OPEN).await.unwrap_err().attempts(), 2);
    assert_eq!(send(&client, &pets::OPEN).await.unwrap_err().attempts(), 1);
    outage.fails.store(0, Ordering::SeqCst);
    for _ in 0..5 {
        send(&client, &pets::OPEN).await.unwrap();
    }
    outage.fails.store(1, Ordering::SeqCst);
    assert_eq!(send(&client, &pets::OPEN).await.unwrap_err().attempts(), 2);
}

#[tokio::test]
async fn a_retry_that_succeeds_returns_its_cost() {
    let server = Server::start(|_, number| match number % 2 {
        0 => Reply::error(503, "busy", "later"),
        _ => Reply::json(200, "[]"),
    });
    let client = builder(&server)
        .retry(policy(&Waits::default()).budget(5))
        .build()
        .unwrap();
    for _ in 0..20 {
        send(&client, &pets::OPEN).await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a server fails, the retries cost at most the budget plus what successes returned.
    #[test]
    fn retries_stay_within_the_budget(
        budget in 0u32..100,
        attempts in 1u32..8,
        steps in proptest::collection::vec(0usize..3, 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, outage) = offline(budget, attempts);
            let (mut cost, mut earned) = (0, 0);
            for step in steps {
                outage.fails.store(step, Ordering::SeqCst);
                let before = outage.requests.load(Ordering::SeqCst);
                let result = send(&client, &pets::OPEN).await;
                let retries = outage.requests.load(Ordering::SeqCst) - before - 1;
                match result {
                    Ok(_) => {
                        prop_assert_eq!(retries, 0);
                        earned += 1;
                    }
                    Err(error) => {
                        prop_assert_eq!(error.attempts() as usize, retries + 1);
                        let each = if error.category() == Category::Connect { 10 } else { 5 };
                        cost += each * retries;
                        // All attempts, or as many as were affordable.
                        let left = (budget as usize + earned).saturating_sub(cost);
                        prop_assert!(error.attempts() == attempts || left < each + earned);
                    }
                }
                prop_assert!(cost <= budget as usize + earned);
            }
            Ok(())
        })?;
    }
}
