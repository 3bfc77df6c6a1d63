//! How a task lives: from `waiting` to its end, step by step.
//!
//! Everything follows from the seed, the task's id and how far it has come, so a task takes the
//! same way however often it is looked at.

use ittybit::{Task, TaskStatus, Timestamp};

use crate::data;
use crate::random::{Random, Stream, number_of};

/// Progress, in percent, that one step of processing makes.
const STEP: f64 = 25.0;

/// How a task ends.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Success,
    Failure,
    Cancellation,
}

/// Seconds until the task changes next; `None` for one that has come to its end, or that is in a
/// status that is not known.
pub(crate) fn wait(seed: u64, task: &Task) -> Option<i64> {
    let longest = match task.status {
        TaskStatus::Waiting => 4,
        TaskStatus::Validating | TaskStatus::Finishing => 2,
        TaskStatus::Queued => 5,
        TaskStatus::Processing => 6,
        _ => return None,
    };
    let step = number_of(task.status.as_str()).wrapping_add(progress(task) as u64);
    let number = number_of(&task.id).wrapping_add(step);
    Some(Random::new(seed, Stream::Wait, number).between(1, longest))
}

/// Takes the task one step further, at a time in Unix seconds.
pub(crate) fn advance(seed: u64, task: &mut Task, now: i64) {
    let mut random = Random::new(seed, Stream::Fate, number_of(&task.id));
    let fate = match random.share() {
        share if share < 0.85 => Fate::Success,
        share if share < 0.95 => Fate::Failure,
        _ => Fate::Cancellation,
    };
    let now = Timestamp::from_unix_seconds(now);
    task.updated_at = Some(now);
    match task.status {
        TaskStatus::Waiting => {
            task.status = TaskStatus::Validating;
            task.started_at = Some(now);
        }
        TaskStatus::Validating => task.status = TaskStatus::Queued,
        TaskStatus::Queued if fate == Fate::Cancellation => {
            task.status = TaskStatus::Cancelled;
            task.finished_at = Some(now);
        }
        TaskStatus::Queued => {
            task.status = TaskStatus::Processing;
            task.progress = Some(0.0);
        }
        TaskStatus::Processing if fate == Fate::Failure && progress(task) >= 2.0 * STEP => {
            task.status = TaskStatus::Failed;
            task.finished_at = Some(now);
            task.error = Some(data::failure(&mut random));
        }
        TaskStatus::Processing => {
            let progress = (progress(task) + STEP).min(100.0);
            task.progress = Some(progress);
            if progress == 100.0 {
                task.status = TaskStatus::Finishing;
            }
        }
        TaskStatus::Finishing => {
            task.status = TaskStatus::Succeeded;
            task.progress = Some(100.0);
            task.finished_at = Some(now);
            task.output = data::output(&task.kind, &task.id, task.input.as_ref());
        }
        _ => {}
    }
}

fn progress(task: &Task) -> f64 {
    task.progress.unwrap_or(0.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// The statuses of a task from its creation at 0, and when it came to each.
    fn life(id: String) -> Vec<(TaskStatus, i64)> {
        let mut task = Task::builder()
            .id(id)
            .kind("video")
            .status("waiting")
            .created_at(Timestamp::from_unix_seconds(0))
            .build()
            .unwrap();
        let mut now = 0;
        let mut statuses = vec![(task.status.clone(), now)];
        while let Some(seconds) = wait(7, &task) {
            now += seconds;
            advance(7, &mut task, now);
            assert_eq!(task.updated_at, Some(Timestamp::from_unix_seconds(now)));
            if statuses.last().unwrap().0 != task.status {
                statuses.push((task.status.clone(), now));
            }
        }
        assert_eq!(task.finished_at, task.updated_at);
        assert_eq!(task.output.is_some(), task.status.is_success());
        assert_eq!(task.error.is_some(), task.status == TaskStatus::Failed);
        statuses
    }

    #[test]
    fn every_life_ends_within_a_minute() {
        let mut ends = HashMap::new();
        for number in 0..1_000 {
            let life = life(format!("task_{number}"));
            let (end, at) = life.last().unwrap();
            assert!(end.is_terminal());
            assert!(*at <= 60, "{life:?}");
            *ends.entry(end.clone()).or_insert(0) += 1;
        }
        assert!(ends[&TaskStatus::Succeeded] > 700, "{ends:?}");
        assert!(
            ends[&TaskStatus::Failed] > 0 && ends[&TaskStatus::Cancelled] > 0,
            "{ends:?}"
        );
    }

    #[test]
    fn a_life_goes_through_every_status() {
        let life = (0..)
            .map(|number| life(format!("task_{number}")))
            .find(|life| life.last().unwrap().0 == TaskStatus::Succeeded)
            .unwrap();
        let statuses: Vec<_> = life.iter().map(|(status, _)| status.as_str()).collect();
        let expected = [
            "waiting",
            "validating",
            "queued",
            "processing",
            "finishing",
            "succeeded",
        ];
        assert_eq!(statuses, expected);
    }
}
