//! Lists tasks, with the client.

#[tokio::main]
async fn main() -> Result<(), ittybit::Error> {
    let client = ittybit::Client::from_env()?;
    let mut tasks = client.list_tasks().kind("video").stream();
    while let Some(task) = tasks.try_next().await? {
        println!("{} {}", task.id, task.status);
    }
    Ok(())
}
