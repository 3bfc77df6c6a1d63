//! Whatever the list, the size of its pages and the faults: a stream gives each task once, in order, and the
//! number of requests is bounded.

use std::sync::LazyLock;

use crate::loopback::{KEY, Reply, Request, Server, Waits, list};
use ittybit::{Client, RetryPolicy};
use proptest::prelude::*;
use tokio::runtime::Runtime;

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Responded,
    Unavailable,
    LimitedFor(u32),
    NotFound,
    WebPage,
    Closed,
    /// Cut off after a share of the response, in 256ths.
    CutShort(u8),
    /// As [`Fate::CutShort`], without a length.
    CutShortUnmeasured(u8),
    OtherJson,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Responded),
        1 => Just(Fate::Unavailable),
        1 => (0u32..400).prop_map(Fate::LimitedFor),
        1 => Just(Fate::NotFound),
        1 => Just(Fate::WebPage),
        1 => Just(Fate::Closed),
        1 => any::<u8>().prop_map(Fate::CutShort),
        1 => any::<u8>().prop_map(Fate::CutShortUnmeasured),
        1 => Just(Fate::OtherJson),
    ]
}

fn suffer(fate: Fate, ids: &[String], request: &Request) -> Reply {
    let response = list(ids, request);
    let cut = |share: u8, measured: bool| {
        let Reply::Response { body, .. } = &response else {
            unreachable!("a list is a response")
        };
        let length = match measured {
            true => format!("Content-Length: {}\r\n", body.len()),
            false => String::new(),
        };
        let mut bytes = format!("HTTP/1.1 200 OK\r\n{length}\r\n").into_bytes();
        bytes.extend(&body[..(body.len() - 1) * usize::from(share) / 256]);
        Reply::Close(bytes)
    };
    match fate {
        Fate::Responded => response,
        Fate::Unavailable => Reply::text(503, "text/html", "<html>"),
        Fate::LimitedFor(seconds) => Reply::error(429, "rate_limited", "").header("Retry-After", seconds.to_string()),
        Fate::NotFound => Reply::error(404, "task_not_found", ""),
        Fate::WebPage => Reply::text(200, "text/html", "<html>"),
        Fate::Closed => Reply::Close(Vec::new()),
        Fate::CutShort(share) => cut(share, true),
        Fate::CutShortUnmeasured(share) => cut(share, false),
        Fate::OtherJson => crate::loopback::with_json(200, &serde_json::json!({ "tasks": [] })),
    }
}

/// A server whose requests have these fates, one after the other, and then none.
fn suffering(ids: &[String], fates: &[Fate]) -> Server {
    let (ids, fates) = (ids.to_vec(), fates.to_vec());
    Server::start(move |request, number| suffer(fates.get(number).copied().unwrap_or(Fate::Responded), &ids, request))
}

/// Ids that need escaping in a URL and in JSON, all different.
fn ids() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_set("[a-z0-9_&=+ %/?#\"\\\\é✓-]{1,12}", 0..40)
        .prop_map(|ids| ids.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

/// Shared by all cases: making one takes longer than all the requests of a case.
static HTTP: LazyLock<ittybit::reqwest::Client> = LazyLock::new(ittybit::reqwest::Client::new);
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn client(server: &Server, attempts: u32) -> Client {
    Client::builder()
        .api_key(KEY)
        .base_url(server.url())
        .http_client(HTTP.clone())
        .retry(RetryPolicy::default().max_attempts(attempts).clock(Waits::default()))
        .build()
        .unwrap()
}

/// All ids that a stream gives, and how often it failed.
fn read(mut tasks: ittybit::Items<ittybit::Task>, most_errors: usize) -> Result<(Vec<String>, usize), TestCaseError> {
    RUNTIME.block_on(async {
        let mut got = Vec::new();
        let mut errors = 0;
        loop {
            match tasks.try_next().await {
                Ok(Some(task)) => got.push(task.id),
                Ok(None) => return Ok((got, errors)),
                Err(error) => {
                    errors += 1;
                    prop_assert!(errors <= most_errors, "{error}");
                }
            }
        }
    })
}

proptest! {
    #[test]
    fn each_task_once_in_order_whatever_happens(
        ids in ids(),
        size in 1usize..12,
        fates in proptest::collection::vec(fate(), 0..12),
        attempts in 1u32..5,
        read_ahead in 0usize..3,
        backward: bool,
    ) {
        let server = suffering(&ids, &fates);
        let request = client(&server, attempts).list_tasks().limit(i32::try_from(size).unwrap());
        let mut expected = ids.clone();
        let request = match (backward, expected.pop()) {
            (true, Some(last)) => {
                expected.reverse();
                request.before(last)
            }
            (_, last) => {
                expected.extend(last);
                request
            }
        };
        let tasks = request.stream().read_ahead(read_ahead);
        let (got, errors) = read(tasks, fates.len())?;
        prop_assert_eq!(&got, &expected);
        // One request a page and one a fault.
        let faults = fates.iter().filter(|fate| !matches!(fate, Fate::Responded)).count();
        let pages = expected.len().div_ceil(size).max(1);
        prop_assert!(errors <= faults);
        prop_assert!(server.count() <= pages + faults, "{} requests", server.count());
    }

    #[test]
    fn resuming_from_a_cursor_gives_the_rest(
        ids in ids(),
        size in 1usize..12,
        stop in 0usize..40,
        fates in proptest::collection::vec(fate(), 0..6),
        read_ahead in 0usize..3,
        backward: bool,
    ) {
        let server = suffering(&ids, &fates);
        let request = client(&server, 1).list_tasks().limit(i32::try_from(size).unwrap());
        let (request, expected) = match ids.split_last() {
            Some((last, rest)) if backward => (request.before(last), rest.iter().rev().cloned().collect()),
            _ => (request, ids.clone()),
        };
        // Stops anywhere, right after an error too.
        let mut tasks = request.clone().stream().read_ahead(read_ahead);
        let (mut got, cursor) = RUNTIME.block_on(async {
            let mut got = Vec::new();
            for _ in 0..stop {
                match tasks.try_next().await {
                    Ok(Some(task)) => got.push(task.id),
                    Ok(None) => break,
                    Err(_) => {}
                }
            }
            (got, tasks.cursor().map(str::to_owned))
        });
        drop(tasks);
        let rest = match cursor {
            Some(cursor) if backward => request.before(cursor),
            Some(cursor) => request.after(cursor),
            None => request,
        };
        got.extend(read(rest.stream(), fates.len())?.0);
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn insertions_at_the_head_lose_nothing(
        old in 0usize..40,
        size in 1usize..12,
        inserted in proptest::collection::vec(0usize..5, 0..20),
    ) {
        let server = Server::start(move |request, number| {
            let new: usize = inserted.iter().take(number).sum();
            let head = (0..new).rev().map(|number| format!("new_{number}"));
            let tail = (0..old).map(|number| format!("old_{number}"));
            list(&head.chain(tail).collect::<Vec<_>>(), request)
        });
        let tasks = client(&server, 1).list_tasks().limit(i32::try_from(size).unwrap()).stream();
        let (got, _) = read(tasks, 0)?;
        let expected: Vec<_> = (0..old).map(|number| format!("old_{number}")).collect();
        prop_assert_eq!(got, expected);
    }
}
