//! Values that do not fit their types, and items that fit none, against a server on this machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::logging::with_subscriber;
use crate::loopback::{KEY, Reply, Request, Server, Waits, client, task};
use futures_util::StreamExt;
use ittybit::{Category, Error, Items, Task};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt;

fn page(body: &str) -> Reply {
    Reply::text(200, "application/json", body).header("Has-More", "false")
}

/// What `send` makes of a page.
async fn sent(body: &str) -> Result<Vec<Task>, Error> {
    let body = body.to_owned();
    let server = Server::start(move |_, _| page(&body));
    let page = client(&server, &Waits::default()).list_tasks().send().await?;
    Ok(page.into_items())
}

/// The task of the reference, with one change.
fn changed(pointer: &str, value: Value) -> Value {
    let mut tasks: Vec<Value> = serde_json::from_str(include_str!("../data/reference.json")).unwrap();
    let mut task = tasks.remove(0);
    // Null would not be written back.
    task["error"] = json!({ "kind": "a" });
    task["metadata"] = json!({ "b": "c" });
    *task.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    task
}

#[tokio::test]
async fn tasks_of_other_generations_in_the_vendors_docs_are_read() {
    for (pointer, value) in [
        ("/input/codecs", json!({ "video": "h264" })),
        ("/input/codecs/video", json!("h264")),
        ("/input", json!("med_1")),
        ("/progress", json!("half")),
        ("/created_at", json!("2025-01-01T00:00:00Z")),
    ] {
        let expected = changed(pointer, value.clone());
        let tasks = sent(&json!([task("task_1"), expected]).to_string()).await.unwrap();
        assert_eq!(tasks[0].id, "task_1");
        assert_eq!(serde_json::to_value(&tasks[1]).unwrap(), expected, "{pointer}");
        if let Some(name) = pointer.strip_prefix('/').filter(|name| !name.contains('/')) {
            assert_eq!(tasks[1].extra[name], value);
        }
    }
    let codecs = changed("/input/codecs", json!({ "video": "h264" }));
    let tasks = sent(&json!([codecs]).to_string()).await.unwrap();
    let codecs = tasks[0].input.as_ref().unwrap().codecs.as_ref().unwrap();
    assert_eq!(codecs.extra["video"], "h264");
}

#[tokio::test]
async fn the_vendors_list_of_four_fields_is_read() {
    let body = r#"[
        {"id": "task_abcdefgh12345678", "object": "task", "kind": "video", "status": "succeeded"},
        {"id": "task_ijklmnop12345678", "object": "task", "kind": "image", "status": "processing"}
    ]"#;
    let tasks = sent(body).await.unwrap();
    assert_eq!(tasks.len(), 2);
    assert_eq!(tasks[1].created_at, None);
}

#[tokio::test]
async fn times_in_milliseconds_are_read_and_written_back() {
    let expected = changed("/created_at", json!(1_735_689_600_250_i64));
    let tasks = sent(&json!([expected]).to_string()).await.unwrap();
    assert_eq!(tasks[0].created_at.unwrap().to_string(), "2025-01-01T00:00:00.250Z");
    assert_eq!(serde_json::to_value(&tasks[0]).unwrap(), expected);
}

/// Items that are not tasks, with a part of the error of each.
fn oddities() -> Vec<(String, &'static str)> {
    let item = |id: &str, more: &str| format!(r#"{{"id": "{id}", "kind": "video", "status": "queued", {more}}}"#);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    vec![
        (
            item("deep", &format!(r#""metadata": {deep}"#)),
            "recursion limit exceeded",
        ),
        (item("surrogate", r#""object": "\ud800""#), "hex escape"),
        (item("large", r#""new": 1e400"#), "number out of range"),
        (item("twice", r#""status": "ready""#), "duplicate field `status`"),
        (
            item("deeply_twice", r#""input": {"url": "a", "url": "b"}"#),
            "duplicate field `url`",
        ),
        (
            r#"{"id": "lacking", "kind": "video"}"#.to_owned(),
            "missing field `status`",
        ),
        (
            r#"{"id": "mistyped", "kind": 5, "status": "queued"}"#.to_owned(),
            "invalid type: integer `5`",
        ),
        ("null".to_owned(), "invalid type: null"),
    ]
}

#[tokio::test]
async fn an_odd_item_is_its_own_error() {
    for (odd, reason) in oddities() {
        let body = format!("[{}, {odd}, {}]", task("task_1"), task("task_3"));
        let id = serde_json::from_str::<BTreeMap<String, &serde_json::value::RawValue>>(&odd)
            .ok()
            .and_then(|members| serde_json::from_str::<String>(members.get("id")?.get()).ok());

        let error = sent(&body).await.unwrap_err();
        let strict = error.to_string();
        assert_eq!(error.body(), Some(body.as_bytes()));

        let server = Server::start(move |_, _| page(&body));
        let mut tasks = client(&server, &Waits::default()).list_tasks().stream();
        assert_eq!(tasks.try_next().await.unwrap().unwrap().id, "task_1");
        let error = tasks.try_next().await.unwrap_err();
        assert_eq!(tasks.cursor(), Some(id.as_deref().unwrap_or("task_1")));
        assert_eq!(tasks.try_next().await.unwrap().unwrap().id, "task_3");
        assert!(tasks.try_next().await.unwrap().is_none());

        assert_eq!(server.count(), 1);
        assert_eq!(error.category(), Category::Decode);
        assert_eq!(error.status().unwrap(), 200);
        assert_eq!(error.attempts(), 1);
        assert_eq!(error.body(), Some(odd.as_bytes()));
        assert_eq!(error.headers().unwrap()["has-more"], "false");
        for shown in [strict, error.to_string()] {
            assert!(shown.contains(reason), "{shown}");
            assert!(shown.contains("at `[1]"), "{shown}");
            assert!(shown.contains("near "), "{shown}");
            if let Some(id) = &id {
                assert!(shown.contains(&format!("(id `{id}`)")), "{shown}");
            }
        }
    }
}

#[tokio::test]
async fn the_reason_is_the_one_that_fails_the_item() {
    let body = r#"[{"id": "a", "progress": "half", "kind": "video",
        "status": {"is": "odd"}}]"#;
    let error = sent(body).await.unwrap_err().to_string();
    assert!(error.contains("at `[0].status` (id `a`): invalid type: map"), "{error}");
    assert!(error.contains("at line 2 column"), "{error}");
}

/// A list of which some items are odd; they have a cursor or none.
fn odd_list(count: usize, odd: &[(usize, bool)]) -> Vec<String> {
    let item = |number: usize| match odd.iter().find(|(odd, _)| *odd == number) {
        Some((_, true)) => format!(r#"{{"id":"task_{number}","kind":{number}}}"#),
        Some((_, false)) => format!("[{number}]"),
        None => task(format!("task_{number}")).to_string(),
    };
    (0..count).map(item).collect()
}

/// Serves it in pages, as the API does: a page starts behind the cursor.
fn serve(items: &[String], request: &Request) -> Reply {
    let limit: usize = request.query("limit").unwrap().parse().unwrap();
    let number = |cursor: String| -> usize { cursor.strip_prefix("task_").unwrap().parse().unwrap() };
    let (from, to, more) = match (request.query("after"), request.query("before")) {
        (None, Some(before)) => {
            let end = number(before).min(items.len());
            let from = end.saturating_sub(limit);
            (from, end, from > 0)
        }
        (after, _) => {
            let from = after.map_or(0, |after| number(after) + 1);
            let to = (from + limit).min(items.len());
            (from, to, to < items.len())
        }
    };
    Reply::text(200, "application/json", format!("[{}]", items[from..to].join(",")))
        .header("Has-More", more.to_string())
}

/// All that a stream gives: the ids of tasks, and the JSON of odd items.
async fn all(mut items: Items<Task>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(match item {
            Ok(task) => task.id,
            Err(error) => {
                assert_eq!(error.category(), Category::Decode, "{error}");
                String::from_utf8(error.body().unwrap().to_vec()).unwrap()
            }
        });
        assert!(all.len() < 100, "{all:?}");
    }
    all
}

fn expected(items: &[String]) -> Vec<String> {
    let id = |item: &String| serde_json::from_str::<Task>(item).map_or(item.clone(), |task| task.id);
    items.iter().map(id).collect()
}

#[tokio::test]
async fn a_stream_passes_odd_items_at_every_place() {
    let places = (0..7).map(|place| vec![place]);
    let more = [
        vec![0, 1],
        vec![1, 2],
        vec![2, 3],
        vec![4, 5],
        vec![0, 3, 6],
        vec![1, 4, 6],
    ];
    for places in places.chain(more) {
        for has_cursor in [true, false] {
            let odd: Vec<_> = places.iter().map(|&place| (place, has_cursor)).collect();
            let items = odd_list(7, &odd);
            let server = {
                let items = items.clone();
                Server::start(move |request, _| serve(&items, request))
            };
            let client = client(&server, &Waits::default());
            for read_ahead in [0, 2] {
                let forward = client.list_tasks().limit(3).stream().read_ahead(read_ahead);
                assert_eq!(all(forward).await, expected(&items), "{odd:?}");
                let backward = client.list_tasks().limit(3).before("task_7").stream();
                let mut reversed = expected(&items);
                reversed.reverse();
                assert_eq!(all(backward.read_ahead(read_ahead)).await, reversed, "{odd:?} backward");
                for wanted in 0..=7 {
                    let some = client
                        .list_tasks()
                        .limit(3)
                        .stream()
                        .max_items(wanted)
                        .read_ahead(read_ahead);
                    assert_eq!(all(some).await, expected(&items)[..wanted], "{odd:?}, {wanted} of them");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_page_without_any_cursor_is_an_error() {
    let items = odd_list(7, &[(2, false), (3, false), (4, false)]);
    let server = Server::start(move |request, _| serve(&items, request));
    let mut tasks = client(&server, &Waits::default()).list_tasks().limit(2).stream();
    let mut categories = Vec::new();
    for _ in 0..5 {
        categories.push(
            tasks
                .try_next()
                .await
                .map(|task| task.unwrap().id)
                .map_err(|error| error.category()),
        );
    }
    let pagination = Err(Category::Pagination);
    assert_eq!(
        categories,
        [
            Ok("task_0".to_owned()),
            Ok("task_1".to_owned()),
            pagination.clone(),
            pagination.clone(),
            pagination
        ]
    );
}

#[tokio::test]
async fn pages_have_all_their_items() {
    let items = odd_list(7, &[(4, true)]);
    let server = Server::start(move |request, _| serve(&items, request));
    let mut pages = client(&server, &Waits::default()).list_tasks().limit(3).pages();
    assert_eq!(pages.try_next().await.unwrap().unwrap().len(), 3);
    for _ in 0..2 {
        let error = pages.try_next().await.unwrap_err();
        assert!(error.to_string().contains("`[1].kind` (id `task_4`)"), "{error}");
    }
    // From here on, item by item.
    let rest = all(pages.into_items()).await;
    assert_eq!(rest, ["task_3", r#"{"id":"task_4","kind":4}"#, "task_5", "task_6"]);
}

#[tokio::test]
async fn items_as_json_do_not_fail() {
    let items = odd_list(4, &[(1, true), (2, true)]);
    let list = items.clone();
    let server = Server::start(move |request, _| serve(&list, request));
    let mut json = client(&server, &Waits::default())
        .list_tasks()
        .limit(2)
        .pages_json()
        .into_items();
    for item in items {
        assert_eq!(json.try_next().await.unwrap().unwrap().get(), item);
    }
}

#[tokio::test]
async fn the_key_is_not_in_the_error_of_an_item() {
    let long = "x".repeat(100_000);
    let body = format!(r#"[{{"id": "{KEY}", "kind": "{KEY}", "{KEY}": 1, "status": ["{KEY}"], "more": "{long}"}}]"#);
    let server = Server::start(move |_, _| page(&body));
    let mut tasks = client(&server, &Waits::default()).list_tasks().stream();
    let error = tasks.try_next().await.unwrap_err();
    let body = String::from_utf8_lossy(error.body().unwrap()).into_owned();
    assert!(
        body.starts_with(r#"{"id": "[redacted]", "kind": "[redacted]""#),
        "{body}"
    );
    assert_eq!(body.len(), 64 * 1024);
    let shown = format!("{error} {error:?} {body}");
    assert!(!shown.contains(KEY), "{shown}");
    assert!(shown.contains("at `[0].status` (id `[redacted]`)"), "{shown}");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_event_a_page_lists_values_that_do_not_fit() {
    let lines = Lines::default();
    let written = lines.clone();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || written.clone());
    with_subscriber(tracing_subscriber::registry().with(layer), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let odd = changed("/input/codecs", json!({ "video": "h264", "audio": "aac" }));
            let secret = changed("/input", json!({ KEY: 1, "width": KEY }));
            let body = json!([odd, task("task_1"), secret, changed("/progress", json!("half"))]).to_string();
            let server = Server::start(move |_, number| match number {
                0 => page(&body),
                _ => crate::loopback::with_json(200, &json!([task("task_1")])).header("Has-More", "maybe"),
            });
            let client = client(&server, &Waits::default());
            client.list_tasks().send().await.unwrap();
            client.list_tasks().send().await.unwrap();
        });
    });
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let events: Vec<_> = text
        .lines()
        .filter(|line| line.contains("do not match their types"))
        .collect();
    assert_eq!(events.len(), 1, "{text}");
    assert!(events[0].contains("WARN"), "{text}");
    assert!(events[0].contains("count=4"), "{text}");
    let first = "[0].input.codecs.audio, [0].input.codecs.video, [2].input.width";
    assert!(events[0].contains(first), "{text}");
    assert!(!text.contains(KEY), "{text}");
    let events: Vec<_> = text
        .lines()
        .filter(|line| line.contains("neither true nor false"))
        .collect();
    assert_eq!(events.len(), 1, "{text}");
    assert!(events[0].contains("WARN") && events[0].contains("\"maybe\""), "{text}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        // Only numbers that a float represents: those that are documented as floats are read as such.
        (-(1_i64 << 53)..1 << 53).prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) + 0.5)),
        ".{0,6}".prop_map(Value::from),
    ];
    let names = "id|kind|url|width|codecs|video|name|progress|[a-c]{1,2}";
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(names, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every place in a task that an optional value is in.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        let at = format!("{at}/{name}");
        places_below(value, &at, places);
    }
}

fn places_below(value: &Value, at: &str, found: &mut Vec<String>) {
    if !["/id", "/kind", "/status"].contains(&at) {
        found.push(at.to_owned());
    }
    places(value, at, found);
}

fn any_place() -> impl Strategy<Value = String> {
    let mut found = Vec::new();
    places(&changed("/id", json!("task_1")), "", &mut found);
    assert!(found.len() > 20, "{found:?}");
    proptest::sample::select(found)
}

#[test]
fn any_value_in_any_optional_place_is_read_and_written_back() {
    // One server and one client for all cases: to make them takes longer than a case.
    let body = Arc::new(Mutex::new(String::new()));
    let server = Server::start({
        let body = Arc::clone(&body);
        move |_, _| page(&body.lock().unwrap())
    });
    let client = client(&server, &Waits::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let changes = proptest::collection::vec((any_place(), any_json()), 1..4);
    let mut runner = TestRunner::new(ProptestConfig::with_source_file(file!()));
    let outcome = runner.run(&changes, |changes| {
        let mut expected = changed("/id", json!("task_1"));
        for (pointer, value) in changes {
            // A change before may have taken the place away.
            if let Some(place) = expected.pointer_mut(&pointer) {
                *place = value;
            }
        }
        *body.lock().unwrap() = json!([expected, task("task_2")]).to_string();
        let tasks = runtime.block_on(client.list_tasks().send()).unwrap();
        prop_assert_eq!(serde_json::to_value(&tasks[0]).unwrap(), expected);
        prop_assert_eq!(&tasks[1].id, "task_2");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
