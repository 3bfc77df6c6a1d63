//! Sends through a custom HTTP client, with a proxy and pool settings of its own.
//! `cargo run --example custom_http_client [PROXY]`
//!
//! Needs `ITTYBIT_API_KEY`.

use std::time::Duration;

use ittybit::{Client, reqwest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut http = reqwest::Client::builder()
        // Keep this line: the key should not go where a redirect points.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .pool_max_idle_per_host(1)
        .tcp_keepalive(Duration::from_secs(30));
    if let Some(proxy) = std::env::args().nth(1) {
        http = http.proxy(reqwest::Proxy::all(proxy)?);
    }
    let client = Client::builder()
        .read_env()
        .http_client(http.build()?)
        .user_agent("custom-http-client-example/1.0")
        .build()?;
    let newest = client.list_tasks().limit(1).send().await?;
    match newest.first() {
        Some(task) => println!("{} is {}", task.id, task.status),
        None => println!("no tasks yet"),
    }
    Ok(())
}
