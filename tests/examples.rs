//! The examples, against a server on this machine.

mod loopback;

use std::process::{Command, Output};

use loopback::{KEY, Reply, Request, Server, ids, list, task};
use serde_json::{Value, json};

fn example(name: &str, server: &Server) -> Command {
    let tests = std::env::current_exe().unwrap();
    let target = tests.parent().unwrap().parent().unwrap();
    let program = target.join("examples").join(name);
    assert!(
        program.with_extension(std::env::consts::EXE_EXTENSION).exists(),
        "`cargo test` builds the examples, but not with `--test`: run `cargo build --examples` first"
    );
    let mut command = Command::new(program);
    command
        .env("ITTYBIT_API_KEY", KEY)
        .env("ITTYBIT_BASE_URL", server.url());
    command
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn list_page() {
    let all = ids(3);
    let server = Server::start(move |request, _| list(&all, request));
    // No proxy is used for this machine: it would get the key.
    let proxy = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let output = example("list_page", &server)
        .arg("2")
        .env("HTTP_PROXY", proxy.url())
        .env("http_proxy", proxy.url())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    assert_eq!(proxy.count(), 0);
    assert_eq!(
        stdout(&output),
        "2025-01-01T00:00:00Z  task_00000  video  succeeded\n\
         2025-01-01T00:00:00Z  task_00001  video  succeeded\n\
         more follow after task_00001\n"
    );
    let output = example("list_page", &server).arg("0").output().unwrap();
    assert!(!output.status.success());
    assert_eq!(server.count(), 1);
}

#[test]
fn export_jsonl_continues_where_it_was() {
    let all = ids(250);
    let server = Server::start({
        let all = all.clone();
        move |request: &Request, number| match number {
            1 => Reply::error(404, "task_not_found", "Once."),
            _ => list(&all, request),
        }
    });
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tasks.jsonl");

    let output = example("export_jsonl", &server).arg(&path).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("task_not_found"));
    // A line that a crash cut off is repaired, too.
    let mut text = std::fs::read_to_string(&path).unwrap();
    let page: usize = server.requests()[0].query("limit").unwrap().parse().unwrap();
    assert_eq!(text.lines().count(), page);
    text.push_str("{\"id\": \"task_0");
    std::fs::write(&path, text).unwrap();

    let output = example("export_jsonl", &server).arg(&path).output().unwrap();
    assert_eq!(stdout(&output), format!("{} tasks added\n", all.len() - page));
    let output = example("export_jsonl", &server).arg(&path).output().unwrap();
    assert_eq!(stdout(&output), "0 tasks added\n");

    let text = std::fs::read_to_string(&path).unwrap();
    let written: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(written, all.iter().map(task).collect::<Vec<_>>());
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.query("order").as_deref() == Some("asc"))
    );
}

#[test]
fn watch_failed_prints_each_failure_once() {
    let server = Server::start(|request, number| {
        assert_eq!(request.query("run_id").as_deref(), Some("run_1"));
        let statuses = match number {
            0 => ["processing", "queued", "succeeded"],
            1 => ["failed", "queued", "succeeded"],
            _ => ["failed", "cancelled", "succeeded"],
        };
        let tasks = statuses.iter().enumerate().map(|(index, status)| {
            let mut task = task(format!("task_{index}"));
            task["status"] = json!(status);
            task
        });
        loopback::with_json(200, &json!(tasks.collect::<Vec<_>>()))
    });
    let output = example("watch_failed", &server).args(["run_1", "0"]).output().unwrap();
    assert_eq!(
        stdout(&output),
        "task_0 (video) failed\ntask_1 (video) cancelled\n2 of 3 tasks did not succeed\n"
    );
    assert_eq!(server.count(), 3);
}

#[test]
fn blocking_counts() {
    let server = Server::start(|_, _| {
        let mut tasks = [task("a"), task("b"), task("c")];
        tasks[1]["status"] = json!("paused");
        loopback::with_json(200, &json!(tasks))
    });
    let output = example("blocking", &server).output().unwrap();
    assert_eq!(stdout(&output), "      2  succeeded\n      1  paused\n");
}

/// Examples in the guide cannot use the emulator, so the guide shows tests that run elsewhere.
#[test]
fn the_guide_shows_tests_of_the_downstream_crate() {
    let (_, rest) = include_str!("../src/guide/testing.md")
        .split_once("```ignore\n")
        .unwrap();
    let (shown, _) = rest.split_once("\n```").unwrap();
    assert!(shown.contains("emulator.client()"));
    let tests = include_str!("../examples/downstream/tests/failures.rs");
    for item in shown.split("\n\n") {
        assert!(tests.contains(item), "the crate has no such part:\n{item}");
    }
}

#[test]
fn custom_http_client() {
    let server = Server::start(|_, number| match number {
        0 => loopback::with_json(200, &json!([task("task_1")])),
        _ => loopback::with_json(200, &json!([])),
    });
    let output = example("custom_http_client", &server).output().unwrap();
    assert_eq!(stdout(&output), "task_1 is succeeded\n");
    let output = example("custom_http_client", &server).output().unwrap();
    assert_eq!(stdout(&output), "no tasks yet\n");
    let sent = &server.requests()[0];
    assert!(
        sent.header("user-agent")
            .unwrap()
            .ends_with("custom-http-client-example/1.0")
    );

    // What goes through a proxy names the server in full.
    let proxy = Server::start(|_, _| loopback::with_json(200, &json!([task("task_2")])));
    let output = example("custom_http_client", &server)
        .arg(proxy.url())
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "task_2 is succeeded\n");
    assert_eq!(proxy.requests()[0].target, format!("{}/tasks?limit=1", server.url()));
    assert_eq!(server.count(), 2);
}
