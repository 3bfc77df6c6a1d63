//! Tasks that progress as time passes.

use std::time::Duration;

use crate::http::{self, get};
use ittybit::{Clock, Task, TaskStatus, TaskStatusFilter};
use ittybit_emulator::{Emulator, ManualClock};

/// The statuses of a task that succeeds, as the document has them.
fn steps() -> Vec<&'static str> {
    let lifecycle = ittybit::builder::ListTasks::OPERATION.lifecycle.unwrap();
    let progress = lifecycle.progress.iter().copied();
    progress.chain(lifecycle.success.first().copied()).collect()
}

/// An emulator whose tasks live, and its clock.
fn living(tasks: usize) -> (Emulator, ManualClock) {
    let clock = ManualClock::new();
    let builder = Emulator::builder().tasks(tasks).seed(7).live(true);
    (builder.clock(clock.clone()).start_blocking().unwrap(), clock)
}

fn waiting(id: &str, clock: &ManualClock) -> ittybit::builder::TaskBuilder {
    Task::builder()
        .id(id)
        .kind("video")
        .status("waiting")
        .created_at(clock.now())
}

#[test]
fn a_task_goes_from_waiting_to_a_terminal_status() {
    let (emulator, clock) = living(0);
    emulator.push(waiting("task_1", &clock)).unwrap();
    let mut seen = Vec::new();
    for _ in 0..=60 {
        let task = emulator.task("task_1").unwrap();
        // Only the filter for the status that the task has finds it.
        for filter in TaskStatusFilter::KNOWN {
            let status = filter.as_str();
            let found = get(&emulator, &format!("/tasks?status={status}")).ids().len();
            assert_eq!(found, usize::from(task.status.as_str() == status), "{status}: {task:?}");
        }
        if seen.last() != Some(&task.status.to_string()) {
            seen.push(task.status.to_string());
        }
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(seen, steps());
    let task = emulator.task("task_1").unwrap();
    assert_eq!(task.progress, Some(100.0));
    assert!(task.started_at < task.finished_at && task.finished_at == task.updated_at);
    assert_eq!(task.output.unwrap().mimetype.as_deref(), Some("video/mp4"));
}

#[test]
fn a_life_is_the_same_however_often_it_is_read() {
    let run = |steps: u32| {
        let (emulator, clock) = living(200);
        for _ in 0..steps {
            clock.advance(Duration::from_secs(60) / steps);
            emulator.tasks();
        }
        emulator.tasks()
    };
    let tasks = run(1);
    assert!(tasks.iter().all(|task| task.status.is_terminal()));
    assert_eq!(tasks, run(60));
}

#[test]
fn without_live_nothing_changes() {
    let clock = ManualClock::new();
    let emulator = Emulator::builder()
        .tasks(50)
        .clock(clock.clone())
        .start_blocking()
        .unwrap();
    emulator.push(waiting("task_1", &clock)).unwrap();
    let before = emulator.tasks();
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(emulator.tasks(), before);
}

#[test]
fn a_task_continues_from_a_manual_change() {
    let (emulator, clock) = living(0);
    for id in ["task_1", "task_2", "task_3"] {
        emulator.push(waiting(id, &clock)).unwrap();
    }
    clock.advance(Duration::from_secs(5));
    emulator
        .update("task_1", |task| task.status = TaskStatus::Cancelled)
        .unwrap();
    emulator
        .update("task_2", |task| task.status = "hibernating".into())
        .unwrap();
    emulator.remove("task_3").unwrap();
    clock.advance(Duration::from_secs(60));
    let statuses: Vec<_> = emulator.tasks().iter().map(|task| task.status.to_string()).collect();
    assert_eq!(statuses, ["hibernating", "cancelled"]);

    emulator
        .update("task_1", |task| task.status = TaskStatus::Waiting)
        .unwrap();
    clock.advance(Duration::from_secs(60));
    assert!(emulator.task("task_1").unwrap().status.is_success());
}

#[test]
fn reset_restarts_lives() {
    let (emulator, clock) = living(100);
    let before = emulator.tasks();
    clock.advance(Duration::from_secs(3600));
    assert_ne!(emulator.tasks(), before);
    emulator.reset();
    assert_eq!(emulator.tasks(), before);
}

#[test]
fn a_clock_may_go_backward() {
    let clock = ManualClock::at(std::time::SystemTime::UNIX_EPOCH);
    let builder = Emulator::builder().tasks(30).live(true).clock(clock.clone());
    let emulator = builder.start_blocking().unwrap();
    clock.advance(Duration::MAX);
    assert_eq!(get(&emulator, "/tasks").ids().len(), http::default_limit());
    assert_eq!(clock.now(), std::time::SystemTime::UNIX_EPOCH);
}
