//! Watching: the output of a pipe, and the exit codes; and the client's own watch, on the emulator's clock.

mod support;

use ittybit::{Category, TaskStatus};
use ittybit_emulator::{Emulator, Fault, ManualClock};
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;
use support::{ask, emulator, largest_page, page, run};

/// A page of tasks with these statuses, each with its progress.
fn tasks(states: &[(&str, u32)]) -> Fault {
    let tasks = states.iter().enumerate().map(|(index, (status, progress))| {
        format!(r#"{{"id":"task_{index}","kind":"video","status":"{status}","progress":{progress},"created_at":1735689600}}"#)
    });
    page(&format!("[{}]", tasks.collect::<Vec<_>>().join(",")), false)
}

/// The shortest interval, so that no test waits for long.
const WATCH: [&str; 7] = ["tasks", "list", "--run-id", "run_1", "--watch", "--interval", "0.1"];

#[test]
fn a_pipe_gets_the_changes() {
    let emulator = emulator(0);
    for states in [
        &[][..],
        &[("queued", 0), ("processing", 10)],
        &[("processing", 0), ("processing", 10)],
        &[("ready", 100), ("succeeded", 100)],
    ] {
        emulator.fail_next(tasks(states));
    }
    let ran = ask(&emulator, &WATCH);
    insta::assert_snapshot!("watch", ran.shown());
    assert_eq!(emulator.requests().len(), 4);
    let most = largest_page().to_string();
    assert!(
        emulator
            .requests()
            .iter()
            .all(|request| request.query("limit").as_ref() == Some(&most))
    );
}

#[test]
fn a_task_that_is_not_listed_for_a_while_is_waited_for() {
    let emulator = emulator(0);
    for states in [&[("processing", 10)][..], &[], &[("succeeded", 100)]] {
        emulator.fail_next(tasks(states));
    }
    let ran = ask(&emulator, &WATCH);
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
    assert_eq!(
        (ran.lines().len(), emulator.requests().len()),
        (2, 3),
        "{}",
        ran.shown()
    );
}

#[test]
fn failures_are_counted() {
    let mut shown = String::new();
    for format in [
        &["-o", "table", "--columns", "id,status,progress"][..],
        &["-o", "json"],
        &["-o", "csv", "--columns", "id,status"],
    ] {
        let emulator = emulator(0);
        emulator.fail_next(tasks(&[("processing", 50), ("succeeded", 100), ("queued", 0)]));
        emulator.fail_next(tasks(&[("failed", 50), ("succeeded", 100), ("cancelled", 0)]));
        shown.push_str(&ask(&emulator, &[&WATCH, format].concat()).shown());
    }
    insta::assert_snapshot!("watch_failed", shown);
}

#[test]
fn an_outage_is_a_warning_once_there_is_something_to_watch() {
    let emulator = emulator(0);
    emulator.fail_next(tasks(&[("processing", 50)]));
    emulator.fail_next(Fault::status(503));
    emulator.fail_next(tasks(&[("succeeded", 100)]));
    let mut shown = ask(&emulator, &[&WATCH[..], &["--retries", "0"]].concat()).shown();
    emulator.fail_next(Fault::status(503));
    shown.push_str(&ask(&emulator, &[&WATCH[..], &["--retries", "0"]].concat()).shown());
    emulator.fail_next(tasks(&[("processing", 50)]));
    emulator.fail_next(Fault::status(403));
    shown.push_str(&ask(&emulator, &WATCH).shown());
    insta::assert_snapshot!("watch_errors", shown);
}

#[test]
fn flags_that_contradict_each_other() {
    let mut shown = String::new();
    for more in [&["--all"][..], &["--max", "3"], &["--interval", "0"]] {
        shown.push_str(&run(&[&["tasks", "list", "--watch"], more].concat()).shown());
    }
    shown.push_str(&run(&["tasks", "list", "--interval", "3"]).shown());
    insta::assert_snapshot!("watch_flags", shown);
}

#[test]
fn lines_are_the_json_of_the_server() {
    let emulator = emulator(0);
    emulator.fail_next(tasks(&[("processing", 50)]));
    emulator.fail_next(tasks(&[("succeeded", 100)]));
    let statuses: Vec<String> = ask(&emulator, &WATCH)
        .lines()
        .iter()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["status"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(statuses, ["processing", "succeeded"]);
}

/// An emulator whose tasks progress with its clock, which waits advance.
async fn live(tasks: usize) -> Emulator {
    let clock = ManualClock::new();
    Emulator::builder()
        .tasks(tasks)
        .seed(7)
        .live(true)
        .clock(clock)
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn every_task_is_seen_until_it_has_finished() {
    let emulator = live(50).await;
    let mut changes = emulator.client().list_tasks().limit(20).watch();
    let mut seen: HashMap<String, Vec<TaskStatus>> = HashMap::new();
    while let Some(task) = changes.try_next().await.unwrap() {
        let statuses = seen.entry(task.id.clone()).or_default();
        assert!(
            !statuses.last().is_some_and(TaskStatus::is_terminal),
            "{task:?} after {statuses:?}"
        );
        statuses.push(task.status);
    }
    assert_eq!(seen.len(), 50);
    assert!(
        seen.values().any(|statuses| statuses.len() > 2),
        "no task was seen in progress: {seen:?}"
    );
    let ends: HashMap<String, TaskStatus> = emulator
        .tasks()
        .into_iter()
        .map(|task| (task.id, task.status))
        .collect();
    for (id, statuses) in &seen {
        assert_eq!(statuses.last(), Some(&ends[id]), "{id}");
    }
    let last = changes.until_done().await.unwrap();
    assert_eq!(last, changes.states().cloned().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_watch_survives_faults() {
    let emulator = live(30).await;
    let mut changes = emulator.client().list_tasks().limit(10).watch();
    for _ in 0..3 {
        emulator.fail_next(Fault::status(401));
    }
    let mut errors = 0;
    let done = loop {
        match changes.until_done().await {
            Ok(done) => break done,
            Err(error) => {
                assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
                errors += 1;
            }
        }
    };
    assert_eq!((errors, done.len()), (3, 30));
    assert!(done.iter().all(|task| task.status.is_terminal()));
}

#[tokio::test]
async fn a_deadline_is_on_the_clock_of_the_policy() {
    let emulator = live(30).await;
    let mut changes = emulator
        .client()
        .list_tasks()
        .limit(30)
        .watch()
        .deadline(Duration::from_secs(5));
    let error = changes.until_done().await.unwrap_err();
    assert_eq!(error.category(), Category::Timeout);
    assert!(changes.states().any(|task| !task.status.is_terminal()));
}
