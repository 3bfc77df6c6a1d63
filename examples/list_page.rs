//! Lists one page of tasks: `cargo run --example list_page [LIMIT]`
//!
//! Needs `ITTYBIT_API_KEY`.

use ittybit::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let limit: i32 = match std::env::args().nth(1) {
        Some(limit) => limit.parse()?,
        None => 20,
    };
    let client = Client::from_env()?;
    let page = client.list_tasks().limit(limit).send().await?;
    for task in &page {
        let created = task.created_at.map_or_else(|| "-".to_owned(), |time| time.to_string());
        println!("{created}  {}  {}  {}", task.id, task.kind, task.status);
    }
    if let Some(cursor) = page.next_cursor() {
        println!("more follow after {cursor}");
    }
    Ok(())
}
