//! Pages and streams, against a server on this machine.

use std::pin::Pin;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use crate::loopback::{self, Reply, Server, Waits, client, default_page, ids, list, task};
use futures_util::{StreamExt, TryStreamExt};
use ittybit::{Category, Client, Clock, Error, Items, Page, Pages, RetryPolicy, Task};
use serde_json::json;

fn serving(count: usize) -> Server {
    let ids = ids(count);
    Server::start(move |request, _| list(&ids, request))
}

async fn drain(mut items: Items<Task>) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(task) = items.try_next().await.unwrap() {
        ids.push(task.id);
    }
    ids
}

#[tokio::test]
async fn lists_one_page() {
    let count = default_page();
    let server = serving(2 * count + 5);
    let page = client(&server, &Waits::default()).list_tasks().send().await.unwrap();
    assert_eq!(page.len(), count);
    assert_eq!(page[0].id, "task_00000");
    assert!(page.has_more());
    assert_eq!(page.limit(), Some(count as u64));
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["has-more"], "true");
    assert_eq!(page.next_cursor(), ids(count).pop());
    assert_eq!(page.prev_cursor().as_deref(), Some("task_00000"));
}

#[tokio::test]
async fn walks_to_the_end_and_back_with_filters() {
    let server = serving(5);
    let first = client(&server, &Waits::default())
        .list_tasks()
        .limit(2)
        .run_id("run a&b")
        .send()
        .await
        .unwrap();
    let second = first.next().await.unwrap().unwrap();
    let third = second.next().await.unwrap().unwrap();
    assert_eq!(third[0].id, "task_00004");
    assert!(!third.has_more());
    assert!(third.next().await.unwrap().is_none());
    let back = third.previous().await.unwrap().unwrap();
    assert_eq!(back[0].id, "task_00002");
    let start = back.previous().await.unwrap().unwrap();
    assert_eq!(start[0].id, "task_00000");
    assert!(start.previous().await.unwrap().is_none());
    assert!(first.previous().await.unwrap().is_none());
    assert_eq!(start.next().await.unwrap().unwrap()[0].id, "task_00002");

    let sent: Vec<_> = server.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(
        sent,
        [
            "/tasks?limit=2&run_id=run+a%26b",
            "/tasks?limit=2&run_id=run+a%26b&after=task_00001",
            "/tasks?limit=2&run_id=run+a%26b&after=task_00003",
            "/tasks?limit=2&run_id=run+a%26b&before=task_00004",
            "/tasks?limit=2&run_id=run+a%26b&before=task_00002",
            "/tasks?limit=2&run_id=run+a%26b&before=task_00000",
            "/tasks?limit=2&run_id=run+a%26b&after=task_00001",
        ]
    );
}

#[tokio::test]
async fn streams_every_item_once_in_order() {
    let server = serving(45);
    let items = client(&server, &Waits::default()).list_tasks().limit(20).stream();
    assert_eq!(drain(items).await, ids(45));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn an_empty_list_is_no_error() {
    let server = serving(0);
    let client = client(&server, &Waits::default());
    let page = client.list_tasks().send().await.unwrap();
    assert!(page.is_empty() && !page.has_more());
    assert_eq!((page.next_cursor(), page.prev_cursor()), (None, None));
    assert!(page.next().await.unwrap().is_none());
    assert_eq!(drain(client.list_tasks().stream()).await, [""; 0]);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_stream_with_only_before_reads_backward() {
    let server = serving(7);
    let items = client(&server, &Waits::default())
        .list_tasks()
        .limit(3)
        .before("task_00005")
        .stream();
    let mut expected = ids(5);
    expected.reverse();
    assert_eq!(drain(items).await, expected);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_stream_continues_after_an_error() {
    let ids = ids(6);
    let server = Server::start({
        let ids = ids.clone();
        move |request, number| match number {
            1 | 3 => Reply::error(500, "internal_error", "Try again."),
            _ => list(&ids, request),
        }
    });
    let waits = Waits::default();
    let client = loopback::builder(&server, &waits)
        .retry(ittybit::RetryPolicy::none())
        .build()
        .unwrap();
    let mut tasks = client.list_tasks().limit(2).stream();
    let mut got = Vec::new();
    let mut errors = Vec::new();
    loop {
        match tasks.try_next().await {
            Ok(Some(task)) => got.push(task.id),
            Ok(None) => break,
            Err(error) => errors.push((error.status().unwrap().as_u16(), got.len())),
        }
    }
    assert_eq!(got, ids);
    assert_eq!(errors, [(500, 2), (500, 4)]);
    assert!(tasks.try_next().await.unwrap().is_none());
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn no_page_is_requested_that_is_not_needed() {
    for (wanted, requests) in [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (25, 3), (99, 3)] {
        for read_ahead in [0, 1, 5] {
            let server = serving(25);
            let items = client(&server, &Waits::default())
                .list_tasks()
                .limit(10)
                .stream()
                .max_items(wanted)
                .read_ahead(read_ahead);
            assert_eq!(drain(items).await, ids(wanted.min(25)), "{wanted}");
            assert_eq!(server.count(), requests, "{wanted} with {read_ahead}");
        }
        let server = serving(25);
        let client = client(&server, &Waits::default());
        let taken: Vec<_> = client
            .list_tasks()
            .limit(10)
            .stream()
            .take(wanted)
            .try_collect()
            .await
            .unwrap();
        assert_eq!(taken.len(), wanted.min(25));
        assert_eq!(server.count(), requests, "take({wanted})");
    }
}

#[tokio::test]
async fn cursors_resume() {
    let server = serving(25);
    let client = client(&server, &Waits::default());
    let mut tasks = client.list_tasks().limit(10).stream();
    assert_eq!(tasks.cursor(), None);
    for _ in 0..13 {
        tasks.try_next().await.unwrap().unwrap();
    }
    let cursor = tasks.cursor().unwrap().to_owned();
    drop(tasks);
    let rest = client.list_tasks().limit(10).after(cursor).stream();
    assert_eq!(rest.cursor(), Some("task_00012"));
    assert_eq!(drain(rest).await, ids(25)[13..]);

    let mut pages = client.list_tasks().limit(10).pages();
    pages.try_next().await.unwrap().unwrap();
    assert_eq!(pages.cursor(), Some("task_00009"));
    assert_eq!(drain(pages.into_items()).await, ids(25)[10..]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_and_streams_can_be_spawned() {
    fn movable<S: Send + Unpin + 'static>() {}
    movable::<Items<Task>>();
    movable::<Pages<Task>>();
    fn shared<S: Send + Sync + Unpin + 'static>() {}
    shared::<Client>();
    shared::<Page<Task>>();
    shared::<Error>();

    let server = serving(25);
    let client = client(&server, &Waits::default());
    let tasks = client.list_tasks().limit(10);
    let all = tokio::spawn(drain(tasks.clone().stream()));
    let page = tokio::spawn(tasks.clone().send()).await.unwrap().unwrap();
    let neighbours = tokio::spawn(async move {
        let next = page.next().await?.expect("a second page");
        let first = next.previous().await?.expect("a first page");
        Ok::<_, Error>((next.len(), first.into_items().swap_remove(0).id))
    });
    assert_eq!(all.await.unwrap(), ids(25));
    assert_eq!(neighbours.await.unwrap().unwrap(), (10, "task_00000".to_owned()));
    let mut pages = tasks.pages();
    let pages = tokio::spawn(async move { pages.try_next().await.unwrap().map(|page| page.len()) });
    assert_eq!(pages.await.unwrap(), Some(10));
}

#[test]
fn a_stream_keeps_one_page_however_long_the_list() {
    // The peak of this thread; the server has threads of its own.
    let most_held = |count: usize| {
        let server = serving(count);
        let client = client(&server, &Waits::default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let measured = allocation_counter::measure(|| {
            runtime.block_on(async {
                let mut tasks = client.list_tasks().limit(20).stream();
                let mut seen = 0;
                while tasks.try_next().await.unwrap().is_some() {
                    seen += 1;
                }
                assert_eq!(seen, count);
            });
        });
        measured.bytes_max
    };
    let (few, many) = (most_held(60), most_held(1200));
    assert!(many * 4 < few * 5, "{few} bytes for 3 pages, {many} for 60");
}

/// A page of tasks with these ids, and what it says about more.
fn page(ids: &[&str], more: bool) -> Reply {
    loopback::with_json(200, &ids.iter().map(task).collect()).header("Has-More", more.to_string())
}

async fn has_more(limit: Option<i32>, count: usize, headers: &[(&'static str, &str)]) -> bool {
    let page = page_with(limit, None, count, headers).await;
    assert_eq!(page.next_cursor().is_some(), page.has_more());
    page.has_more()
}

async fn has_more_backward(count: usize, headers: &[(&'static str, &str)]) -> bool {
    let page = page_with(None, Some("task_99999"), count, headers).await;
    assert_eq!(page.prev_cursor().is_some(), page.has_more());
    page.has_more()
}

async fn page_with(
    limit: Option<i32>,
    before: Option<&str>,
    count: usize,
    headers: &[(&'static str, &str)],
) -> Page<Task> {
    let headers: Vec<_> = headers.iter().map(|&(name, value)| (name, value.to_owned())).collect();
    let server = Server::start(move |_, _| {
        let tasks = ids(count).iter().map(task).collect();
        headers
            .iter()
            .fold(loopback::with_json(200, &tasks), |reply, (name, value)| {
                reply.header(name, value)
            })
    });
    let request = client(&server, &Waits::default()).list_tasks();
    let request = match limit {
        Some(limit) => request.limit(limit),
        None => request,
    };
    let request = match before {
        Some(before) => request.before(before),
        None => request,
    };
    request.send().await.unwrap()
}

#[tokio::test]
async fn without_a_header_the_link_decides_and_then_the_size() {
    let full = default_page();
    let next = ("Link", "<https://api.ittybit.com/tasks?after=x>; rel=\"next\"");
    let prev = ("Link", "<https://api.ittybit.com/tasks?before=x>; rel=\"prev\"");
    assert!(has_more(None, 1, &[("Has-More", "TRUE")]).await);
    assert!(!has_more(None, full, &[("Has-More", "false")]).await);
    // The header wins over the link, and the link over the size.
    assert!(!has_more(None, full, &[("Has-More", "false"), next]).await);
    assert!(has_more(None, 1, &[next]).await);
    assert!(has_more(None, 1, &[("Has-More", "perhaps"), next]).await);
    assert!(!has_more(None, full, &[prev]).await);
    let first = ("Link", "<https://api.ittybit.com/tasks>; rel=\"first\"");
    assert!(!has_more(None, full, &[first]).await);
    // A link that has nothing to do with pages does not end a list.
    let other = ("Link", "</docs>; rel=\"service-doc\", </fonts>; rel=preconnect");
    assert!(has_more(None, full, &[other]).await);
    assert!(!has_more(None, full - 1, &[other]).await);
    // Of several links, any may be the one.
    assert!(has_more(None, 1, &[prev, next]).await);
    // The size that was applied, that was requested, or that is the default.
    assert!(has_more(Some(6), 5, &[("Limit", "5")]).await);
    assert!(!has_more(Some(5), 9, &[("Limit", "10")]).await);
    assert!(has_more(Some(5), 5, &[]).await);
    assert!(!has_more(Some(5), 4, &[]).await);
    assert!(has_more(None, full, &[]).await);
    assert!(!has_more(None, full - 1, &[]).await);
    assert!(!has_more(None, 0, &[]).await);
    // More were requested than were applied, or fewer: a full page may have a next one either way.
    assert!(has_more(Some(5), 5, &[("Limit", "100")]).await);
    assert!(has_more(None, full, &[("Limit", "100")]).await);
    assert!(!has_more(None, full - 1, &[("Limit", "100")]).await);
    // For an unreadable header, one request more is sent, so that nothing is lost.
    assert!(has_more(None, 1, &[("Has-More", "1")]).await);
    assert!(!has_more(None, full, &[("Has-More", "0"), next]).await);
    assert!(has_more(None, 1, &[("Has-More", "perhaps"), prev]).await);
    assert!(has_more(None, 1, &[("Has-More", ""), ("Limit", "100")]).await);
    assert!(!has_more(None, 0, &[("Has-More", "perhaps"), next]).await);
    // Backward, it is the link to the page before that counts.
    let previous = ("Link", "<https://api.ittybit.com/tasks?before=x>; rel=previous");
    assert!(has_more_backward(1, &[("Has-More", "true"), next]).await);
    assert!(!has_more_backward(full, &[("Has-More", "false"), prev]).await);
    assert!(has_more_backward(1, &[prev]).await);
    assert!(has_more_backward(1, &[previous]).await);
    assert!(!has_more_backward(full, &[next]).await);
    assert!(has_more_backward(full, &[]).await);
    assert!(!has_more_backward(full - 1, &[]).await);
}

#[tokio::test]
async fn a_list_without_any_header_ends_at_a_page_that_is_not_full() {
    for count in [0, 1, 3, 4, 6, 7] {
        let ids = ids(count);
        let server = Server::start({
            let ids = ids.clone();
            move |request, _| match list(&ids, request) {
                Reply::Response { status, body, .. } => Reply::text(status, "application/json", body),
                _ => unreachable!("a list is a response"),
            }
        });
        let client = client(&server, &Waits::default());
        assert_eq!(drain(client.list_tasks().limit(3).stream()).await, ids);
        assert_eq!(server.count(), count / 3 + 1);
    }
}

#[tokio::test]
async fn contradictions_are_errors_and_not_endless_loops() {
    // The page for each request, the items that the stream gives, and the number of requests.
    type Case = (
        &'static [(&'static [&'static str], bool)],
        &'static [&'static str],
        usize,
    );
    let cases: &[Case] = &[
        // An empty page that says that more follow, first or later.
        (&[(&[], true)], &[], 1),
        (&[(&["a", "b"], true), (&[], true)], &["a", "b"], 2),
        // The same page again.
        (&[(&["a", "b"], true), (&["a", "b"], true)], &["a", "b"], 2),
        (&[(&["a", "b"], true), (&["a", "b"], false)], &["a", "b"], 2),
        // A page that starts with the item that it should come after.
        (&[(&["a", "b"], true), (&["b", "c"], true)], &["a", "b"], 2),
        // A cycle of two, and of three.
        (&[(&["a"], true), (&["b"], true), (&["a"], true)], &["a", "b"], 3),
        (
            &[(&["a"], true), (&["b"], true), (&["c"], true), (&["a"], true)],
            &["a", "b", "c"],
            4,
        ),
    ];
    for (pages, given, requests) in cases {
        for read_ahead in [0, 2] {
            let server = Server::start(move |_, number| {
                let (ids, more) = pages[number];
                page(ids, more)
            });
            let client = client(&server, &Waits::default());
            let mut tasks = client.list_tasks().stream().read_ahead(read_ahead);
            let mut got = Vec::new();
            let error = loop {
                match tasks.try_next().await {
                    Ok(task) => got.push(task.expect("an error comes before the end").id),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.category(), Category::Pagination);
            assert_eq!(error.status().unwrap(), 200);
            assert_eq!(error.attempts(), 1);
            let message = error.to_string();
            assert!(
                message.contains(&format!("GET {}/tasks responded with 200", server.url())),
                "{message}"
            );
            assert_eq!(got, *given);
            assert_eq!(server.count(), *requests);
        }
    }
}

#[tokio::test]
async fn a_page_that_repeats_the_cursor_is_an_error_without_a_stream_too() {
    let server = Server::start(|_, _| page(&["a", "b"], true));
    let client = client(&server, &Waits::default());
    let first = client.list_tasks().send().await.unwrap();
    let error = first.next().await.unwrap_err();
    assert_eq!(error.category(), Category::Pagination);
    assert!(error.to_string().contains("`b`"), "{error}");
    let error = client.list_tasks().after("b").send().await.unwrap_err();
    assert_eq!(error.category(), Category::Pagination);
}

#[tokio::test]
async fn a_range_keeps_its_far_end() {
    let server = serving(9);
    let tasks = client(&server, &Waits::default())
        .list_tasks()
        .limit(2)
        .after("task_00001")
        .before("task_00007")
        .stream();
    assert_eq!(tasks.cursor(), Some("task_00001"));
    assert_eq!(drain(tasks).await, ids(9)[2..7]);
    for request in server.requests() {
        assert_eq!(request.query("before").as_deref(), Some("task_00007"));
    }
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_range_can_be_read_back_to_its_start() {
    // What is left at the end is a page that is not full, or one that is.
    for end in [6, 7] {
        let server = serving(9);
        let request = client(&server, &Waits::default()).list_tasks().limit(2);
        let range = request.after("task_00000").before(format!("task_{end:05}"));
        let mut forward = Vec::new();
        let mut page = range.send().await.unwrap();
        while let Some(further) = page.next().await.unwrap() {
            forward.push(page[0].id.clone());
            page = further;
        }
        let mut back = Vec::new();
        while let Some(nearer) = page.previous().await.unwrap() {
            let further = nearer.next().await.unwrap().unwrap();
            assert_eq!(further[0].id, page[0].id);
            back.insert(0, nearer[0].id.clone());
            page = nearer;
        }
        assert_eq!(back, forward);
        assert_eq!(back, ["task_00001", "task_00003"]);
        assert!(!page.has_more());
    }
}

#[tokio::test]
async fn reading_ahead_fetches_no_more_than_it_may() {
    for pages in 1..4 {
        let server = serving(100);
        let mut tasks = client(&server, &Waits::default())
            .list_tasks()
            .limit(10)
            .stream()
            .read_ahead(pages);
        assert_eq!(server.count(), 0, "nothing is sent before the stream is polled");
        for seen in 1..=3 {
            // The page at hand, and those that wait.
            for _ in 0..10 {
                tasks.try_next().await.unwrap().unwrap();
            }
            while server.count() < seen + pages {
                tokio::task::yield_now().await;
            }
            // The task has no room, so giving it time gives it nothing to do.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            assert_eq!(server.count(), seen + pages);
        }
    }
}

#[tokio::test]
async fn reading_ahead_continues_after_an_error() {
    for pages in 1..4 {
        let ids = ids(23);
        let server = Server::start({
            let ids = ids.clone();
            move |request, number| match number {
                0 | 2 | 5 => Reply::Close(Vec::new()),
                _ => list(&ids, request),
            }
        });
        let client = loopback::builder(&server, &Waits::default())
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        let mut tasks = client.list_tasks().limit(5).stream().read_ahead(pages);
        let mut got = Vec::new();
        let mut errors = 0;
        loop {
            match tasks.try_next().await {
                Ok(Some(task)) => got.push(task.id),
                Ok(None) => break,
                Err(_) => errors += 1,
            }
        }
        assert_eq!((got, errors), (ids, 3));
        assert_eq!(server.count(), 8);
    }
}

/// A server that reports when a request arrives, and when its connection is closed.
fn watched() -> (Server, mpsc::Receiver<&'static str>) {
    let (sender, events) = mpsc::channel();
    let closed = sender.clone();
    let server = Server::start_watched(
        move |_, _| {
            sender.send("came").unwrap();
            Reply::Hang(Vec::new())
        },
        move || {
            // Fails once the test has ended.
            let _ = closed.send("closed");
        },
    );
    (server, events)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_leaves_nothing_running() {
    let soon = Duration::from_secs(20);
    for read_ahead in [0, 1] {
        let (server, events) = watched();
        let mut tasks = client(&server, &Waits::default())
            .list_tasks()
            .stream()
            .read_ahead(read_ahead);
        let reading = tokio::spawn(async move { tasks.try_next().await.map(|_| ()) });
        assert_eq!(events.recv_timeout(soon), Ok("came"));
        reading.abort();
        // The client closes the connection because the call was dropped: its timeout is a minute away.
        assert_eq!(events.recv_timeout(soon), Ok("closed"));
        assert_eq!(server.count(), 1);
    }
    let (server, events) = watched();
    let call = tokio::spawn(client(&server, &Waits::default()).list_tasks().send());
    assert_eq!(events.recv_timeout(soon), Ok("came"));
    call.abort();
    assert_eq!(events.recv_timeout(soon), Ok("closed"));
    assert_eq!(server.count(), 1);
}

/// A clock on which every wait is endless; it reports when one starts, and when it is dropped.
struct Endlessly(mpsc::Sender<&'static str>);

/// Reports that it was dropped.
struct Wait(mpsc::Sender<&'static str>);

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.send("over").unwrap();
    }
}

impl Clock for Endlessly {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.send("waits").unwrap();
        let wait = Wait(self.0.clone());
        Box::pin(async move {
            let _wait = wait;
            std::future::pending().await
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_ends_the_wait_for_the_next_attempt() {
    let soon = Duration::from_secs(20);
    for read_ahead in [0, 1] {
        let server = Server::replies(vec![|| Reply::error(503, "offline", "Wait.")]);
        let (sender, events) = mpsc::channel();
        let mut tasks = loopback::builder(&server, &Waits::default())
            .retry(RetryPolicy::default().clock(Endlessly(sender)))
            .build()
            .unwrap()
            .list_tasks()
            .stream()
            .read_ahead(read_ahead);
        let reading = tokio::spawn(async move { tasks.try_next().await.map(|_| ()) });
        assert_eq!(events.recv_timeout(soon), Ok("waits"));
        reading.abort();
        assert_eq!(events.recv_timeout(soon), Ok("over"));
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_cancelled_wait_loses_nothing() {
    let server = serving(30);
    let client = client(&server, &Waits::default());
    let mut tasks = client.list_tasks().limit(3).stream();
    let mut got = Vec::new();
    let mut cancelled = 0;
    loop {
        tokio::select! {
            biased;
            task = tasks.try_next() => match task.unwrap() {
                Some(task) => got.push(task.id),
                None => break,
            },
            () = std::future::ready(()) => {
                cancelled += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(got, ids(30));
    assert!(cancelled > 0);
    assert_eq!(server.count(), 10, "no page was requested twice");
}

#[tokio::test]
async fn items_added_while_reading_are_no_gap() {
    let server = Server::start(|request, number| {
        // Newest first: each request finds three more at the head than the one before.
        let old = (0..20).map(|number| format!("old_{number}"));
        let new = (0..number * 3).rev().map(|number| format!("new_{number}"));
        list(&new.chain(old).collect::<Vec<_>>(), request)
    });
    let items = client(&server, &Waits::default()).list_tasks().limit(4).stream();
    let expected: Vec<_> = (0..20).map(|number| format!("old_{number}")).collect();
    assert_eq!(drain(items).await, expected);
}

#[tokio::test]
async fn a_limit_of_items_counts_from_where_it_is_set() {
    let server = serving(20);
    let client = client(&server, &Waits::default());
    let mut tasks = client.list_tasks().limit(4).stream();
    for _ in 0..3 {
        tasks.try_next().await.unwrap().unwrap();
    }
    // One is left of the page at hand, and one more page has the other two.
    assert_eq!(drain(tasks.max_items(3)).await, ids(20)[3..6]);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_list_of_unknown_things_is_still_a_list() {
    let mut odd = task("task_1");
    odd["status"] = json!("paused");
    odd["kind"] = json!("hologram");
    odd["priority"] = json!({ "level": 9 });
    let server = Server::start(move |_, _| loopback::with_json(200, &json!([odd])));
    let page = client(&server, &Waits::default()).list_tasks().send().await.unwrap();
    assert_eq!(page[0].status.as_str(), "paused");
    assert_eq!(page[0].kind.as_str(), "hologram");
    assert_eq!(page[0].extra["priority"]["level"], 9);
}
