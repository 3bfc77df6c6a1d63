//! A program that uses what was added to `openapi.yaml`: a second resource, by the client and by the command
//! line, against the emulator.

mod support;

use std::fs;
use std::time::Duration;

use futures_util::TryStreamExt;
use ittybit::body::File;
use ittybit::{NewRun, Run, RunChanges, RunSource, RunState, UrlSource};
use ittybit_emulator::{Emulator, ItemError, ManualClock};
use serde_json::json;
use support::{ask, run};

const RUNS: &str = "/runs";

fn new_run(label: &str) -> NewRun {
    let source = UrlSource::builder().kind("url").url("https://example.com/a.mov");
    let source = RunSource::from(source.build().unwrap());
    NewRun::builder().source(source).label(label).build().unwrap()
}

#[tokio::test]
async fn runs_are_created_read_changed_listed_and_deleted() {
    let emulator = Emulator::start().await.unwrap();
    let client = emulator.client();

    let created = client.create_run().body(new_run("first")).send().await.unwrap().into_inner();
    assert!(created.id.starts_with("run_"), "{}", created.id);
    assert_eq!(created.state, RunState::Planned);
    assert!(matches!(&created.source, RunSource::UrlSource(source) if source.url == "https://example.com/a.mov"));
    assert!(created.created_at.is_some());

    // The same key again creates no second run.
    let keyed = || client.create_run().idempotency_key("mine").body(new_run("second"));
    let second = keyed().send().await.unwrap().into_inner();
    assert_eq!(keyed().send().await.unwrap().into_inner(), second);
    assert_eq!(client.list_runs().send().await.unwrap().len(), 2);

    let changes = RunChanges::builder().priority(7).build().unwrap();
    let changed = client.update_run().run_id(&*created.id).body(changes).send().await.unwrap();
    assert_eq!((changed.priority, changed.label.as_deref()), (Some(7), Some("first")));
    let read = client.get_run().run_id(&*created.id).send().await.unwrap();
    assert_eq!(*read, *changed);

    let called: Vec<Run> = client.list_runs().called("second").stream().try_collect().await.unwrap();
    assert_eq!(called, [second.clone()]);
    let planned = client.list_runs().state(RunState::Planned).limit(1).send().await.unwrap();
    assert!(planned.has_more());
    assert_eq!(planned.next().await.unwrap().unwrap().len(), 1);
    let all: Vec<Run> = client.list_runs().limit(1).stream().try_collect().await.unwrap();
    assert_eq!(all.len(), 2);

    client.delete_run().run_id(&*created.id).send().await.unwrap();
    let gone = client.get_run().run_id(&*created.id).send().await.unwrap_err();
    assert_eq!(gone.status().map(|status| status.as_u16()), Some(404));
    assert_eq!(client.list_runs().send().await.unwrap().into_items(), [second]);
}

#[tokio::test]
async fn items_are_pushed_changed_and_removed_as_json() {
    let emulator = Emulator::start().await.unwrap();
    let client = emulator.client();
    let runs = emulator.items(RUNS).unwrap();
    let source = json!({ "kind": "task", "task_id": "task_1" });
    let run = json!({ "id": "run_1", "state": "planned", "source": source, "reason": null, "ended_at": null });
    runs.push(run).unwrap();
    let read = client.get_run().run_id("run_1").send().await.unwrap();
    assert_eq!((&read.state, &read.reason, read.ended_at), (&RunState::Planned, &None, None));
    assert!(matches!(&read.source, RunSource::TaskSource(source) if source.task_id == "task_1"));

    runs.update("run_1", |run| run["reason"] = "A film festival.".into()).unwrap();
    let read = client.get_run().run_id("run_1").send().await.unwrap();
    assert_eq!(read.reason.as_deref(), Some("A film festival."));
    // What the document does not allow is refused.
    let refused = runs.update("run_1", |run| run["state"] = 5.into()).unwrap_err();
    assert!(matches!(refused, ItemError::Invalid { .. }), "{refused}");

    assert_eq!(runs.remove("run_1").unwrap()["reason"], "A film festival.");
    assert!(client.list_runs().send().await.unwrap().is_empty());
}

#[tokio::test]
async fn files_are_kept() {
    let emulator = Emulator::start().await.unwrap();
    let client = emulator.client();
    let run = client.create_run().body(new_run("files")).send().await.unwrap();
    let file = File::bytes("a.mov", "the content");
    client.upload_run().run_id(&*run.id).file(file).note("mine").send().await.unwrap();
    let file = client.download_run().run_id(&*run.id).send().await.unwrap();
    assert_eq!(&file[..], b"the content");
}

#[tokio::test]
async fn runs_are_watched_to_their_end() {
    let clock = ManualClock::new();
    let emulator = Emulator::builder().items(12).live(true).clock(clock.clone()).start().await.unwrap();
    let mut changes = emulator.client().list_runs().limit(50).watch();
    let mut seen = std::collections::BTreeMap::new();
    while let Some(run) = changes.try_next().await.unwrap() {
        seen.insert(run.id.clone(), run.state.clone());
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.values().all(RunState::is_terminal), "{seen:?}");
}

#[tokio::test]
async fn bounds_are_those_of_the_document() {
    let emulator = Emulator::builder().tasks(60).items(60).start().await.unwrap();
    let client = emulator.client();
    let error = client.list_tasks().limit(51).send().await.unwrap_err();
    assert!(error.to_string().contains("at most 50"), "{error}");
    assert_eq!(client.list_tasks().limit(50).send().await.unwrap().len(), 50);
    assert_eq!(client.list_runs().limit(50).send().await.unwrap().len(), 50);
    assert_eq!(emulator.items(RUNS).unwrap().all().len(), 60);
}

#[test]
fn the_emulator_of_the_command_has_items_of_each() {
    let listed = |group: &str| run(&["--emulator=3", group, "list", "--output", "jsonl"]).out.lines().count();
    assert_eq!((listed("tasks"), listed("runs")), (3, 3));
}

#[test]
fn the_command_has_a_command_for_each() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let ittybit = |arguments: &[&str]| {
        let ran = ask(&emulator, arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.shown());
        ran.out
    };
    let read = |text: &str| -> Run { serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")) };
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("run.json");
    let source = r#""source": { "kind": "url", "url": "https://example.com/a.mov" }"#;
    fs::write(&body, format!(r#"{{ {source}, "label": "of the file", "labels": {{ "year": 2025 }} }}"#)).unwrap();
    let body = format!("@{}", body.display());
    let there = "https://example.com/b.mov";
    let run = read(&ittybit(&["runs", "create", "--url", there, "--label", "first", "--body", &body]));
    // A flag wins over the file.
    assert_eq!((run.label.as_deref(), run.url.as_deref()), (Some("first"), Some(there)));
    assert!(matches!(&run.source, RunSource::UrlSource(source) if source.url == "https://example.com/a.mov"));
    assert_eq!(run.labels.as_ref().unwrap()["year"], 2025);
    assert_eq!(read(&ittybit(&["runs", "get", &run.id])), run);
    assert_eq!(read(&ittybit(&["runs", "list", "--called", "first"])), run);
    assert_eq!(read(&ittybit(&["runs", "update", &run.id, "--priority", "4"])).priority, Some(4));

    let (there, back) = (folder.path().join("a.mov"), folder.path().join("b.mov"));
    fs::write(&there, "the content").unwrap();
    ittybit(&["runs", "upload", &run.id, "--file", there.to_str().unwrap()]);
    ittybit(&["runs", "download", &run.id, "--output", back.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(back).unwrap(), "the content");

    ittybit(&["runs", "delete", &run.id]);
    let gone = ask(&emulator, &["runs", "get", &run.id]);
    assert!(gone.code != Some(0) && gone.err.contains("404"), "{}", gone.shown());
}
