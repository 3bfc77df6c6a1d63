//! Pages and streams, against a server on this machine.

mod loopback;

use futures_util::{StreamExt, TryStreamExt};
use ittybit::{Items, Pages, Task};
use loopback::{Reply, Server, Waits, client, ids, list};

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
    let server = serving(45);
    let page = client(&server, &Waits::default()).list_tasks().send().await.unwrap();
    assert_eq!(page.len(), 20);
    assert_eq!(page[0].id, "task_00000");
    assert!(page.has_more());
    assert_eq!(page.limit(), Some(20));
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["has-more"], "true");
    assert_eq!(page.next_cursor().as_deref(), Some("task_00019"));
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
    let items = client(&server, &Waits::default()).list_tasks().stream();
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
async fn a_stream_that_only_says_before_reads_backward() {
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
async fn a_stream_goes_on_after_an_error() {
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
async fn nothing_is_asked_for_that_is_not_needed() {
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

#[test]
fn streams_can_be_spawned_and_moved() {
    fn ok<S: Send + Unpin + 'static>() {}
    ok::<Items<Task>>();
    ok::<Pages<Task>>();
}
