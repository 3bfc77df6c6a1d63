//! Tells when a task fails: `cargo run --example watch_failed [SECONDS]`
//!
//! It looks every so many seconds (30, if not said) at the failed tasks of the last day. A task
//! can fail long after it was created, so it is not enough to look at the newest ones.
//! Needs `ITTYBIT_API_KEY`.

use std::collections::HashSet;
use std::time::Duration;

use ittybit::{Client, Error, TaskStatusFilter, Timestamp};

const DAY: i64 = 24 * 60 * 60;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = match std::env::args().nth(1) {
        Some(seconds) => seconds.parse()?,
        None => 30,
    };
    let client = Client::from_env()?;
    let mut known = HashSet::new();
    loop {
        match failed_today(&client, &mut known).await {
            Ok(()) => {}
            // The client has tried a few times. The next round may do better.
            Err(error) if error.is_retryable() => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

/// Prints the tasks that failed and are not yet known.
async fn failed_today(client: &Client, known: &mut HashSet<String>) -> Result<(), Error> {
    let yesterday = Timestamp::from_unix_seconds(Timestamp::now().unix_seconds() - DAY);
    let mut failed = client.list_tasks().status(TaskStatusFilter::Failed).limit(100).stream();
    // Newest first: what comes after the first old one is older still.
    while let Some(task) = failed.try_next().await? {
        let Some(created_at) = task.created_at else { continue };
        if created_at < yesterday {
            break;
        }
        if known.insert(task.id.clone()) {
            println!("{} ({}) of {created_at} failed", task.id, task.kind);
        }
    }
    Ok(())
}
