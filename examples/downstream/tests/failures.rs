//! The crate against an emulator: with its own tasks, with faults, and with a look at the requests.

use std::collections::BTreeMap;

use downstream::failures;
use ittybit::{Task, TaskKind, TaskStatus, Timestamp};
use ittybit_emulator::{Emulator, Fault};

async fn emulator(tasks: &[(TaskKind, TaskStatus)]) -> Emulator {
    let emulator = Emulator::start().await.expect("a free port");
    for (number, (kind, status)) in tasks.iter().enumerate() {
        let task = Task::builder()
            .id(format!("task_{number}"))
            .kind(kind.clone())
            .status(status.clone())
            .created_at(Timestamp::from_unix_seconds(1_735_689_600));
        emulator.push(task).expect("a new id");
    }
    emulator
}

#[tokio::test]
async fn failed_tasks_are_counted_by_kind() {
    let emulator = emulator(&[
        (TaskKind::Video, TaskStatus::Failed),
        (TaskKind::Video, TaskStatus::Succeeded),
        (TaskKind::Speech, TaskStatus::Failed),
        (TaskKind::Video, TaskStatus::Failed),
    ])
    .await;
    let found = failures(&emulator.client(), 10).await.unwrap();
    assert_eq!(found, BTreeMap::from([(TaskKind::Video, 2), (TaskKind::Speech, 1)]));
    assert_eq!(emulator.requests()[0].query("status").as_deref(), Some("failed"));
}

#[tokio::test]
async fn transient_failures_are_retried() {
    let emulator = emulator(&[(TaskKind::Image, TaskStatus::Failed)]).await;
    emulator.fail_next(Fault::status(503));
    emulator.fail_next(Fault::truncated());
    let found = failures(&emulator.client(), 10).await.unwrap();
    assert_eq!(found, BTreeMap::from([(TaskKind::Image, 1)]));
    assert_eq!(emulator.requests().len(), 3);
}

#[tokio::test]
async fn permanent_failures_are_errors() {
    let emulator = emulator(&[]).await;
    emulator.fail_next(Fault::status(402));
    let error = failures(&emulator.client(), 10).await.unwrap_err();
    assert_eq!(error.kind(), Some("payment_required"));
}
