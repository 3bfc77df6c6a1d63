//! What the API documents, and this project's choices where the documentation is silent.

use std::collections::{BTreeMap, BTreeSet};

use crate::http::contract::Contract;
use crate::http::{Response, default_limit, exchange, get, largest_limit, parse, send};
use futures_util::TryStreamExt;
use ittybit::builder::ListTasks;
use ittybit::{SortOrder, Task, TaskKind, TaskStatusFilter, Timestamp};
use ittybit_emulator::{ChangeError, Emulator};

fn emulator(tasks: usize) -> Emulator {
    Emulator::builder().tasks(tasks).seed(7).start_blocking().unwrap()
}

fn ids(emulator: &Emulator) -> Vec<String> {
    emulator.tasks().into_iter().map(|task| task.id).collect()
}

fn push(emulator: &Emulator, id: &str, created_at: i64) {
    let task = Task::builder()
        .id(id)
        .kind("video")
        .status("waiting")
        .created_at(Timestamp::from_unix_seconds(created_at));
    emulator.push(task).unwrap();
}

fn error(response: &Response) -> (u16, String) {
    (response.status, response.kind())
}

#[test]
fn a_page_is_a_bare_array_with_its_headers() {
    let count = default_limit();
    let emulator = emulator(2 * count + 5);
    let all = ids(&emulator);
    let response = get(&emulator, "/tasks");
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.header("limit"), Some(count.to_string().as_str()));
    assert_eq!(response.header("has-more"), Some("true"));
    let link = format!("<{}/tasks?after={}>; rel=\"next\"", emulator.base_url(), all[count - 1]);
    assert_eq!(response.header("link"), Some(link.as_str()));
    assert_eq!(response.ids(), all[..count]);
}

#[test]
fn an_empty_list_is_an_empty_array() {
    let emulator = emulator(0);
    for target in [
        "/tasks",
        "/tasks?status=failed",
        "/tasks?run_id=run_nobody",
        "/tasks?created_by=",
    ] {
        let response = get(&emulator, target);
        assert_eq!(
            (response.status, response.body.as_slice()),
            (200, &b"[]"[..]),
            "{target}"
        );
        assert_eq!(response.header("has-more"), Some("false"));
        assert_eq!(response.header("link"), None);
    }
}

#[tokio::test]
async fn the_client_gets_every_task_once_and_in_order() {
    let emulator = emulator(250);
    let client = emulator.client();
    let stream = client.list_tasks().limit(17).stream();
    let newest_first: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(newest_first, emulator.tasks());
    assert_eq!(emulator.requests().len(), 15);

    let stream = client.list_tasks().order(SortOrder::Asc).stream();
    let mut oldest_first: Vec<_> = stream.try_collect().await.unwrap();
    oldest_first.reverse();
    assert_eq!(oldest_first, newest_first);
}

/// Every task that a list finds.
async fn found(list: ListTasks) -> Vec<Task> {
    list.stream().try_collect().await.unwrap()
}

#[tokio::test]
async fn every_filter_finds_its_tasks() {
    let emulator = emulator(200);
    let list = || emulator.client().list_tasks();
    let those = |wanted: &dyn Fn(&Task) -> bool| {
        let mut tasks = emulator.tasks();
        tasks.retain(wanted);
        assert!(!tasks.is_empty());
        tasks
    };
    for kind in TaskKind::KNOWN {
        let expected = those(&|task| task.kind == *kind);
        assert_eq!(found(list().kind(kind.clone())).await, expected, "{kind}");
    }
    for status in TaskStatusFilter::KNOWN {
        let expected = those(&|task| TaskStatusFilter::from(task.status.clone()) == *status);
        assert_eq!(found(list().status(status.clone())).await, expected, "{status}");
    }
    let creators: Vec<_> = emulator
        .tasks()
        .into_iter()
        .filter_map(|task| task.created_by)
        .collect();
    let creator = |prefix| creators.iter().find(|id| id.starts_with(prefix)).unwrap();
    let (run, key) = (creator("run_"), creator("key_"));
    for id in [run, key] {
        let expected = those(&|task| task.created_by.as_ref() == Some(id));
        assert_eq!(found(list().created_by(id)).await, expected, "{id}");
    }
    let expected = those(&|task| task.created_by.as_ref() == Some(run));
    assert_eq!(found(list().run_id(run)).await, expected);
    // A key is not a run.
    assert_eq!(found(list().run_id(key)).await, []);
}

#[test]
fn tasks_of_one_second_are_in_the_order_of_insertion() {
    let emulator = emulator(0);
    for id in ["task_b", "task_c", "task_a"] {
        push(&emulator, id, 100);
    }
    push(&emulator, "task_d", 99);
    assert_eq!(
        get(&emulator, "/tasks?order=asc").ids(),
        ["task_d", "task_b", "task_c", "task_a"]
    );
    assert_eq!(get(&emulator, "/tasks").ids(), ["task_a", "task_c", "task_b", "task_d"]);
}

#[test]
fn before_gives_the_tasks_nearest_to_the_cursor() {
    let emulator = emulator(10);
    let all = ids(&emulator);
    let response = get(&emulator, &format!("/tasks?limit=3&before={}", all[7]));
    assert_eq!(response.ids(), all[4..7]);
    assert_eq!(response.header("has-more"), Some("true"));
    let response = get(&emulator, &format!("/tasks?limit=3&before={}", all[3]));
    assert_eq!(response.ids(), all[..3]);
    assert_eq!(response.header("has-more"), Some("false"));
}

#[test]
fn two_cursors_give_the_tasks_between_them() {
    let emulator = emulator(10);
    let all = ids(&emulator);
    let response = get(&emulator, &format!("/tasks?limit=2&after={}&before={}", all[2], all[7]));
    assert_eq!(response.ids(), all[3..5]);
    assert_eq!(response.header("has-more"), Some("true"));
    let link = format!(
        "<{}/tasks?limit=2&after={}&before={}>; rel=\"next\"",
        emulator.base_url(),
        all[4],
        all[7]
    );
    assert_eq!(response.header("link"), Some(link.as_str()));
    for (after, before) in [(7, 2), (4, 4), (4, 5)] {
        let response = get(
            &emulator,
            &format!("/tasks?after={}&before={}", all[after], all[before]),
        );
        assert_eq!(response.ids(), [""; 0]);
        assert_eq!(response.header("has-more"), Some("false"));
    }
}

#[test]
fn a_cursor_need_not_match_the_filters_and_outlives_its_task() {
    let emulator = emulator(0);
    for at in 0..4 {
        push(&emulator, &format!("task_{at}"), at);
    }
    emulator.update("task_2", |task| task.kind = TaskKind::Image).unwrap();
    assert_eq!(
        get(&emulator, "/tasks?kind=video&after=task_2").ids(),
        ["task_1", "task_0"]
    );
    assert_eq!(emulator.remove("task_2").unwrap().id, "task_2");
    assert_eq!(emulator.remove("task_2"), None);
    assert_eq!(get(&emulator, "/tasks?after=task_2").ids(), ["task_1", "task_0"]);
    let unknown = get(&emulator, "/tasks?after=task_9");
    assert_eq!(error(&unknown), (404, "task_not_found".to_owned()));

    // A task that comes again has a place of its own.
    push(&emulator, "task_2", 9);
    assert_eq!(get(&emulator, "/tasks").ids(), ["task_2", "task_3", "task_1", "task_0"]);
    assert_eq!(get(&emulator, "/tasks?after=task_2").ids().len(), 3);
    emulator.reset();
    assert_eq!(get(&emulator, "/tasks?after=task_2").status, 404);
}

#[test]
fn a_status_filter_finds_its_older_spellings() {
    let emulator = emulator(0);
    for (at, status) in ["ready", "completed", "succeeded", "pending", "waiting"]
        .into_iter()
        .enumerate()
    {
        push(&emulator, status, at as i64);
        emulator.update(status, |task| task.status = status.into()).unwrap();
    }
    let found = get(&emulator, "/tasks?order=asc&status=succeeded").ids();
    assert_eq!(found, ["ready", "completed", "succeeded"]);
    assert_eq!(
        get(&emulator, "/tasks?order=asc&status=waiting").ids(),
        ["pending", "waiting"]
    );
    for status in ["ready", "completed", "pending"] {
        assert_eq!(get(&emulator, &format!("/tasks?status={status}")).status, 400);
    }
}

#[test]
fn the_key_is_checked() {
    let emulator = Emulator::builder().api_key("ittybit_mine").start_blocking().unwrap();
    for (authorization, status, kind) in [
        (None, 401, "token_missing"),
        (Some("Bearer"), 401, "token_missing"),
        (Some("Bearer "), 401, "token_missing"),
        (Some("Basic ittybit_mine"), 401, "token_missing"),
        (Some("ittybit_mine"), 401, "token_missing"),
        (Some("Bearer ittybit_emulator"), 401, "token_invalid"),
        (Some("Bearer ittybit_mine_"), 401, "token_invalid"),
        (Some("Bearer ITTYBIT_MINE"), 401, "token_invalid"),
        (Some("Bearer ittybit_mine"), 200, ""),
        (Some("bearer  ittybit_mine"), 200, ""),
    ] {
        let headers: Vec<_> = authorization
            .map(|value| ("Authorization", value))
            .into_iter()
            .collect();
        // A bad parameter is not looked at before the key.
        let target = if status == 401 { "/tasks?limit=0" } else { "/tasks" };
        let response = send(&emulator, "GET", target, &headers);
        assert_eq!(response.status, status, "{authorization:?}");
        if status == 401 {
            assert_eq!(response.kind(), kind, "{authorization:?}");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[test]
fn bad_parameters_are_refused() {
    let emulator = emulator(3);
    for query in [
        "limit=",
        "limit",
        "limit=0",
        &format!("limit={}", largest_limit() + 1),
        "limit=-1",
        "limit=1.5",
        "limit=ten",
        "limit=%2B5",
        "limit=%EF%BC%95",
        "limit=99999999999999999999999999",
        "status=ready",
        "status=Failed",
        "status=",
        "kind=hologram",
        "kind=video,image",
        "order=ASC",
        "order=random",
        "status=failed&status=failed",
        "after=a&after=b",
        "limt=5",
        "Limit=5",
        "limit[]=5",
        "=5",
        "after=%zz",
        "after=%C3%28",
        "created_by=%",
    ] {
        let response = get(&emulator, &format!("/tasks?{query}"));
        assert_eq!(response.status, 400, "{query}");
        assert_eq!(response.kind(), "request_invalid", "{query}");
    }
    for query in [
        "limit=1",
        &format!("limit={}", largest_limit()),
        "limit=007",
        "",
        "&&",
        "limit=5&",
        "order=desc&limit=%35",
    ] {
        assert_eq!(get(&emulator, &format!("/tasks?{query}")).status, 200, "{query}");
    }
}

#[test]
fn values_are_decoded() {
    let emulator = emulator(0);
    push(&emulator, "task a&b+c/é%", 0);
    push(&emulator, "task_new", 1);
    for query in [
        "after=task_new",
        "%61fter=task%5Fnew",
        "before=task+a%26b%2Bc%2F%C3%A9%25&order=desc&limit=1",
    ] {
        assert_eq!(get(&emulator, &format!("/tasks?{query}")).status, 200, "{query}");
    }
    assert_eq!(get(&emulator, "/%74asks?after=task_new").ids(), ["task a&b+c/é%"]);
    // A link encodes what it takes up.
    let response = get(&emulator, "/tasks?limit=1&order=asc");
    let link = response.header("link").unwrap();
    assert!(link.contains("after=task%20a%26b%2Bc%2F%C3%A9%25>"), "{link}");
}

#[test]
fn unknown_paths_and_methods_are_errors_of_the_document() {
    let emulator = emulator(3);
    for target in [
        "/",
        "/task",
        "/tasks/",
        "/tasks/task_1/x/y",
        "//tasks",
        "/TASKS",
        "/%FF",
    ] {
        let response = get(&emulator, target);
        assert_eq!(error(&response), (404, "not_found".to_owned()), "{target}");
    }
    let contract = Contract::own();
    let allowed = contract.allowed("/tasks");
    for method in contract.other_methods("/tasks") {
        let response = send(&emulator, method, "/tasks", &[]);
        assert_eq!(error(&response), (405, "method_not_allowed".to_owned()), "{method}");
        assert_eq!(response.header("allow"), Some(allowed.as_str()));
        assert_eq!(send(&emulator, method, "/", &[]).status, 404);
    }
    let response = send(&emulator, "OPTIONS", "/tasks", &[]);
    assert_eq!(
        (response.status, response.header("allow")),
        (204, Some(allowed.as_str()))
    );
    assert!(response.body.is_empty());
}

#[test]
fn head_is_get_without_the_body() {
    let emulator = emulator(45);
    let key = ("Authorization", "Bearer ittybit_emulator");
    for (target, headers) in [
        ("/tasks?limit=3", &[key][..]),
        ("/tasks", &[]),
        ("/tasks?limit=0", &[key]),
    ] {
        let (whole, head) = (
            send(&emulator, "GET", target, headers),
            send(&emulator, "HEAD", target, headers),
        );
        assert_eq!(head.status, whole.status);
        assert!(head.body.is_empty() && !whole.body.is_empty());
        for name in ["content-type", "content-length", "has-more", "limit", "link"] {
            assert_eq!(head.header(name), whole.header(name), "{name}");
        }
    }
}

#[test]
fn a_body_is_ignored() {
    let emulator = emulator(3);
    let body = "x".repeat(100_000);
    let request = format!(
        "GET /tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ittybit_emulator\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(parse(&exchange(&emulator, request.as_bytes())).status, 200);
}

#[test]
fn long_targets_get_a_response() {
    let emulator = emulator(3);
    let long = "x".repeat(60_000);
    assert_eq!(
        error(&get(&emulator, &format!("/tasks?after={long}"))),
        (404, "task_not_found".to_owned())
    );
    assert_eq!(
        error(&get(&emulator, &format!("/tasks?{long}=1"))),
        (400, "request_invalid".to_owned())
    );
    assert_eq!(
        error(&get(&emulator, &format!("/{long}"))),
        (404, "not_found".to_owned())
    );
    assert_eq!(get(&emulator, &format!("/tasks?run_id={long}")).ids(), [""; 0]);
    // Messages stay short.
    assert!(get(&emulator, &format!("/tasks?kind={long}")).body.len() < 1000);
    assert_eq!(get(&emulator, &format!("/tasks?after={long}{long}")).status, 414);
}

#[test]
fn what_is_not_http_is_refused() {
    let emulator = emulator(3);
    for request in [
        "hello\r\n\r\n",
        "GET /tasks HTTP/9.9\r\n\r\n",
        "GET /t\u{e9}sks\u{0} HTTP/1.1\r\n\r\n",
    ] {
        let response = exchange(&emulator, request.as_bytes());
        assert!(
            response.starts_with(b"HTTP/1.1 400"),
            "{request:?}: {}",
            String::from_utf8_lossy(&response)
        );
    }
    assert_eq!(get(&emulator, "/tasks").status, 200);
}

#[test]
fn a_request_can_choose_its_status() {
    let emulator = emulator(3);
    for (prefer, status) in [
        ("code=503", 503),
        ("code=429", 429),
        ("code=418", 418),
        ("respond-async, CODE = \"402\"; x=1", 402),
        ("example=cat, code=500", 500),
        ("code=204", 400),
        ("code=abc", 400),
        ("code=600", 400),
    ] {
        let response = send(&emulator, "GET", "/tasks", &[("Prefer", prefer)]);
        assert_eq!(response.status, status, "{prefer}");
        assert!(!response.kind().is_empty());
        assert_eq!(response.header("retry-after"), (status == 429).then_some("1"));
        if status != 400 {
            let applied = format!("code={status}");
            assert_eq!(response.header("preference-applied"), Some(applied.as_str()));
        }
    }
    let key = ("Authorization", "Bearer ittybit_emulator");
    for prefer in ["code=200", "dynamic=true", "", "code"] {
        assert_eq!(
            send(&emulator, "GET", "/tasks", &[key, ("Prefer", prefer)]).status,
            200,
            "{prefer}"
        );
    }
    assert_eq!(send(&emulator, "GET", "/tasks", &[("Prefer", "code=200")]).status, 401);
}

#[test]
fn changes_that_cannot_be_made_say_why() {
    let emulator = emulator(0);
    push(&emulator, "task_1", 5);
    let before = emulator.tasks();
    let errors = [
        emulator.push(before[0].clone()),
        emulator.push(Task::builder().id("task_2")),
        emulator.update("task_3", |_| {}),
        emulator.update("task_1", |task| task.id = "task_4".to_owned()),
    ];
    let messages: Vec<_> = errors.into_iter().map(|error| error.unwrap_err().to_string()).collect();
    insta::assert_snapshot!(messages.join("\n"));
    assert_eq!(emulator.tasks(), before);
    assert_eq!(
        emulator.push(before[0].clone()),
        Err(ChangeError::IdTaken("task_1".to_owned()))
    );
}

#[test]
fn a_closure_that_panics_changes_nothing() {
    let emulator = emulator(3);
    let before = emulator.tasks();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        emulator.update(&before[0].id, |task| {
            task.status = "failed".into();
            panic!("on purpose");
        })
    }));
    assert!(result.is_err());
    assert_eq!(emulator.tasks(), before);
    assert_eq!(get(&emulator, "/tasks").status, 200);
}

#[test]
fn bad_settings_are_errors_of_the_builder() {
    let faults = ittybit_emulator::Fault::transient;
    let messages: Vec<_> = [
        Emulator::builder().api_key("secret"),
        Emulator::builder().api_key("ittybit_"),
        Emulator::builder().api_key("ittybit_a b"),
        Emulator::builder().tasks(usize::MAX),
        Emulator::builder().random_faults(1.5, faults()),
        Emulator::builder().random_faults(f64::NAN, faults()),
        Emulator::builder().random_faults(0.5, []),
    ]
    .into_iter()
    .map(|builder| {
        let error = builder.start_blocking().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        error.to_string()
    })
    .collect();
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn each_emulator_is_its_own_and_stops_when_dropped() {
    let emulators: Vec<_> = (0..20).map(emulator).collect();
    for (tasks, emulator) in emulators.iter().enumerate() {
        assert_eq!(get(emulator, "/tasks").ids().len(), tasks);
        assert_eq!(emulator.requests().len(), 1);
    }
    for emulator in emulators.into_iter().take(3) {
        let address: std::net::SocketAddr = emulator.base_url().strip_prefix("http://").unwrap().parse().unwrap();
        drop(emulator);
        assert!(std::net::TcpStream::connect(address).is_err());
        // The port is free again.
        let again = Emulator::builder().address(address).start_blocking();
        assert!(again.is_ok(), "{again:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let emulator = emulator(0);
    let address: std::net::SocketAddr = emulator.base_url().strip_prefix("http://").unwrap().parse().unwrap();
    let error = Emulator::builder().address(address).start_blocking().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(
        error.to_string().starts_with(&format!("cannot listen on {address}: ")),
        "{error}"
    );
}

#[test]
fn only_the_last_requests_are_remembered() {
    let emulator = emulator(0);
    let one = "GET /tasks?run_id=RUN HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut requests: String = (0..10_010)
        .map(|number| one.replace("RUN", &number.to_string()))
        .collect();
    requests.push_str("GET /tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::thread::scope(|scope| {
        // The responses have to be read while the requests are written, or both sides block.
        let address = emulator.base_url().strip_prefix("http://").unwrap();
        let mut connection = std::net::TcpStream::connect(address).unwrap();
        let mut writer = connection.try_clone().unwrap();
        scope.spawn(move || std::io::Write::write_all(&mut writer, requests.as_bytes()).unwrap());
        std::io::copy(&mut connection, &mut std::io::sink()).unwrap();
    });
    let requests = emulator.requests();
    assert_eq!(requests.len(), 10_000);
    assert_eq!(requests[0].query("run_id").as_deref(), Some("11"));
    assert_eq!(requests[9_999].target(), "/tasks");
    emulator.reset();
    assert!(emulator.requests().is_empty());
}

#[test]
fn every_kind_has_files_that_fit() {
    let mut types = BTreeMap::new();
    for task in emulator(3000).tasks() {
        let input = task.input.unwrap();
        let (inputs, outputs): &mut (BTreeSet<_>, BTreeSet<_>) = types.entry(task.kind).or_default();
        let (medium, _) = input.mimetype.as_ref().unwrap().split_once('/').unwrap();
        let (seen, heard) = (medium != "audio", medium != "image");
        assert_eq!(input.width.is_some() && input.height.is_some(), seen, "{input:?}");
        assert_eq!(input.duration.is_some() && input.codecs.is_some(), heard, "{input:?}");
        assert_eq!(input.framerate.is_some(), seen && heard, "{input:?}");
        for file in [Some(&input), task.output.as_ref()].into_iter().flatten() {
            let name = file.filename.as_ref().unwrap();
            assert!(file.url.as_ref().unwrap().ends_with(&format!("/{name}")), "{file:?}");
            assert!(file.filesize > Some(0), "{file:?}");
        }
        inputs.insert(medium.to_owned());
        if task.status.is_success() {
            let output = task.output.map(|mut file| {
                (file.url, file.kind) = (input.url.clone(), input.kind.clone());
                match file == input {
                    true => "the same file elsewhere".to_owned(),
                    false => file.mimetype.unwrap(),
                }
            });
            outputs.insert(output.unwrap_or_else(|| "nothing".to_owned()));
        }
    }
    let join = |types: BTreeSet<String>| types.into_iter().collect::<Vec<_>>().join(" or ");
    // A kind that is new in the document has files like any other, and one that is no longer there has none.
    for (kind, inputs, outputs) in FILES {
        let kind = TaskKind::from(kind);
        if TaskKind::KNOWN.contains(&kind) {
            let (found_inputs, found_outputs) = types.remove(&kind).unwrap();
            assert_eq!(
                (join(found_inputs), join(found_outputs)),
                (inputs.to_owned(), outputs.to_owned()),
                "{kind}"
            );
        }
    }
}

/// What the tasks of each kind take, and what they make of it.
const FILES: [(&str, &str, &str); 13] = [
    ("video", "video", "video/mp4"),
    ("adaptive_video", "video", "application/vnd.apple.mpegurl"),
    ("image", "image or video", "image/webp"),
    ("audio", "audio or video", "audio/mp4"),
    ("speech", "audio or video", "application/json"),
    ("nsfw", "image or video", "application/json"),
    ("summary", "video", "text/plain"),
    ("outline", "video", "application/json"),
    ("subtitles", "video", "text/vtt"),
    ("chapters", "video", "text/vtt"),
    ("ingest", "audio or image or video", "the same file elsewhere"),
    ("conditions", "audio or image or video", "nothing"),
    ("upload", "audio or image or video", "the same file elsewhere"),
];

#[test]
fn generated_tasks_are_readable() {
    let emulator = Emulator::builder()
        .tasks(13)
        .seed(7)
        .unknown_values(true)
        .extra_fields(true)
        .start_blocking()
        .unwrap();
    insta::assert_json_snapshot!(get(&emulator, "/tasks").json());
}
