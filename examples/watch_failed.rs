//! Prints the tasks of a run that fail: `cargo run --example watch_failed RUN_ID [SECONDS]`
//!
//! It watches the run until each of its tasks has finished. SECONDS is the first interval, 2 by default.
//! Needs `ITTYBIT_API_KEY`.

use std::time::Duration;

use ittybit::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let run = arguments
        .next()
        .ok_or("which run? Give its id, such as run_5xQ9wKp3vN")?;
    let seconds = match arguments.next() {
        Some(seconds) => seconds.parse()?,
        None => 2,
    };
    let client = Client::from_env()?;
    let changes = client.list_tasks().run_id(run).limit(50).watch();
    let mut changes = changes.interval(Duration::from_secs(seconds));
    loop {
        match changes.try_next().await {
            Ok(Some(task)) if task.status.is_terminal() && !task.status.is_success() => {
                println!("{} ({}) {}", task.id, task.kind, task.status);
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            // The client has retried a few times. The next pass may succeed.
            Err(error) if error.is_retryable() => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
    }
    let failed = changes.states().filter(|task| !task.status.is_success()).count();
    println!("{failed} of {} tasks did not succeed", changes.states().len());
    Ok(())
}
