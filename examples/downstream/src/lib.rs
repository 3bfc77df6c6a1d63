//! Counts failed tasks by kind: an example of a crate that uses the client.

use std::collections::BTreeMap;

use ittybit::{Client, Error, TaskKind, TaskStatus};

/// How many of the newest `most` failed tasks there are of each kind.
///
/// # Errors
/// A call failed, after its retries.
pub async fn failures(client: &Client, most: usize) -> Result<BTreeMap<TaskKind, usize>, Error> {
    let mut tasks = client.list_tasks().status(TaskStatus::Failed).limit(50).stream().max_items(most);
    let mut failures = BTreeMap::new();
    while let Some(task) = tasks.try_next().await? {
        *failures.entry(task.kind).or_default() += 1;
    }
    Ok(failures)
}
