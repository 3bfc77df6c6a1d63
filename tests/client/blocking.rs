//! The client without `async`.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::loopback::{KEY, Reply, Server, Waits, ids, list};
use ittybit::blocking::Client;
use ittybit::{Category, RetryPolicy};

const SOON: Duration = Duration::from_secs(20);

fn client(server: &Server) -> Client {
    Client::builder()
        .api_key(KEY)
        .base_url(server.url())
        .retry(RetryPolicy::default().clock(Waits::default()))
        .build()
        .unwrap()
}

fn serving(count: usize) -> Server {
    let ids = ids(count);
    Server::start(move |request, _| list(&ids, request))
}

#[test]
fn pages_and_iterators_give_what_streams_give() {
    let server = serving(25);
    let client = client(&server);
    assert_eq!(client.base_url(), server.url());
    let page = client.list_tasks().limit(10).send().unwrap();
    assert_eq!((page.len(), page.limit(), page.has_more()), (10, Some(10), true));
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["limit"], "10");
    let next = page.next().unwrap().unwrap();
    assert_eq!(next[0].id, "task_00010");
    assert_eq!(next.prev_cursor().as_deref(), Some("task_00010"));
    assert_eq!(next.next_cursor().as_deref(), Some("task_00019"));
    assert_eq!(next.previous().unwrap().unwrap().into_items()[0].id, "task_00000");

    for read_ahead in [0, 2] {
        let mut items = client.list_tasks().limit(10).iter().read_ahead(read_ahead);
        let all: Vec<_> = items.by_ref().map(|task| task.unwrap().id).collect();
        assert_eq!(all, ids(25));
        assert_eq!(items.cursor(), Some("task_00024"));
    }
    let some: Vec<_> = client.list_tasks().iter().max_items(3).collect();
    assert_eq!(some.len(), 3);

    let mut pages = client.list_tasks().limit(10).pages().read_ahead(1);
    assert_eq!(pages.next().unwrap().unwrap().len(), 10);
    assert_eq!(pages.cursor(), Some("task_00009"));
    assert_eq!(pages.into_items().count(), 15);
}

#[test]
fn an_error_does_not_end_an_iterator() {
    let all = ids(4);
    let server = Server::start({
        let all = all.clone();
        move |request, number| match number {
            1 => Reply::error(404, "task_not_found", "Check the id."),
            _ => list(&all, request),
        }
    });
    let mut tasks = client(&server).list_tasks().limit(2).iter();
    assert_eq!(tasks.next().unwrap().unwrap().id, all[0]);
    assert_eq!(tasks.next().unwrap().unwrap().id, all[1]);
    assert_eq!(tasks.next().unwrap().unwrap_err().kind(), Some("task_not_found"));
    assert_eq!(tasks.next().unwrap().unwrap().id, all[2]);
    assert_eq!(tasks.next().unwrap().unwrap().id, all[3]);
    assert!(tasks.next().is_none());
}

#[test]
fn threads_share_a_client() {
    let server = serving(30);
    let client = client(&server);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let client = client.clone();
            scope.spawn(move || {
                let all = client.list_tasks().limit(7).iter().map(|task| task.unwrap().id);
                assert_eq!(all.collect::<Vec<_>>(), ids(30));
            });
        }
    });
}

#[test]
fn reading_ahead_continues_between_calls() {
    let (sender, events) = mpsc::channel();
    let all = ids(30);
    let server = Server::start(move |request, _| {
        // Fails once the test has ended.
        let _ = sender.send(request.query("after"));
        list(&all, request)
    });
    let client = client(&server);
    let mut tasks = client.list_tasks().limit(10).iter().read_ahead(1);
    assert_eq!(tasks.next().unwrap().unwrap().id, "task_00000");
    assert_eq!(events.recv_timeout(SOON), Ok(None));
    // The next page is fetched without a further call.
    assert_eq!(events.recv_timeout(SOON), Ok(Some("task_00009".to_owned())));
    assert_eq!(tasks.count(), 29);
}

#[test]
fn dropping_an_iterator_stops_its_reading_ahead() {
    let (sender, events) = mpsc::channel();
    let closed = sender.clone();
    let all = ids(30);
    let server = Server::start_watched(
        move |request, number| {
            sender.send("came").unwrap();
            match number {
                0 => list(&all, request),
                _ => Reply::Hang(Vec::new()),
            }
        },
        move || {
            // Fails once the test has ended.
            let _ = closed.send("closed");
        },
    );
    let client = client(&server);
    let mut tasks = client.list_tasks().iter().read_ahead(1);
    assert_eq!(tasks.next().unwrap().unwrap().id, "task_00000");
    assert_eq!(events.recv_timeout(SOON), Ok("came"));
    assert_eq!(events.recv_timeout(SOON), Ok("came"));
    drop(tasks);
    // The client, which has a thread, is still there: its timeout is a minute away.
    assert_eq!(events.recv_timeout(SOON), Ok("closed"));
    assert_eq!(client.base_url(), server.url());
}

#[test]
fn inside_a_runtime_the_error_names_the_async_client() {
    let server = serving(1);
    let outside = Arc::new(client(&server));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async move {
        for error in [
            Client::new(KEY).unwrap_err(),
            outside.list_tasks().send().unwrap_err(),
            outside.list_tasks().iter().next().unwrap().unwrap_err(),
        ] {
            assert_eq!(error.category(), Category::Runtime);
            assert!(error.to_string().contains("ittybit::Client"), "{error}");
        }
        // The last handle of the client goes here, inside the runtime, and does not panic.
    });
    assert_eq!(server.count(), 0);
}
