//! Listing over loopback, beside the same loop written by hand on reqwest and serde_json:
//! `cargo bench --bench listing`
//!
//! It prints how long 10,000 tasks take in the largest pages, what reading ahead brings where the network
//! and the caller take 20 ms a page each, and how much memory a stream of 1,000,000 tasks takes
//! beside one of 10,000.

mod by_hand;
#[path = "../tests/loopback/mod.rs"]
mod loopback;
mod served;

use std::process::Command;
use std::time::{Duration, Instant};

use ittybit::Client;
use loopback::{KEY, Reply, Server};

const ROUNDS: usize = 21;
/// The variable that sets how many tasks a child process streams.
const STREAM: &str = "LISTING_STREAM_FROM";

#[tokio::main]
async fn main() {
    if let Ok(url) = std::env::var(STREAM) {
        return stream_and_tell_memory(&url).await;
    }
    time_of_listing().await;
    time_with_read_ahead().await;
    memory_of_streaming();
}

/// The most tasks that a page can have, as the document says.
fn largest_page() -> usize {
    let paging = ittybit::builder::ListTasks::OPERATION.paging;
    let largest = paging.and_then(|paging| paging.largest);
    usize::try_from(largest.expect("a bound of `limit`")).expect("a number of items")
}

/// A server of a list of so many tasks.
fn serving(tasks: usize, latency: Duration) -> Server {
    // Made once, because only the client is measured.
    let size = largest_page();
    let first: String = served::page(0, size);
    Server::start(move |request, _| {
        let from = match request.query("after") {
            Some(id) => {
                id.trim_start_matches("task_")
                    .parse::<usize>()
                    .expect("an id of this list")
                    + 1
            }
            None => 0,
        };
        let to = (from + size).min(tasks);
        let body = match from {
            0 => first.clone(),
            _ => served::page(from, to),
        };
        std::thread::sleep(latency);
        Reply::text(200, "application/json", body)
            .header("Has-More", (to < tasks).to_string())
            .header("Limit", size.to_string())
    })
}

fn client(url: &str) -> Client {
    Client::builder()
        .api_key(KEY)
        .base_url(url)
        .build()
        .expect("the settings are good")
}

async fn list(client: &Client) -> usize {
    let mut tasks = client.list_tasks().limit(largest_page() as i32).stream();
    let mut count = 0;
    while let Some(task) = tasks.try_next().await.expect("the server responds") {
        count += usize::from(!task.id.is_empty());
    }
    count
}

async fn time_of_listing() {
    const TASKS: usize = 10_000;
    let server = serving(TASKS, Duration::ZERO);
    let client = client(&server.url());
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("the settings are good");
    let mut by_hand = Vec::new();
    let mut ours = Vec::new();
    for _ in 0..ROUNDS {
        // In turns, so that other load on the machine affects both.
        let start = Instant::now();
        let count = by_hand::list(&http, &server.url(), KEY, largest_page()).await;
        by_hand.push(start.elapsed());
        assert_eq!(count.expect("the server responds"), TASKS);
        let start = Instant::now();
        assert_eq!(list(&client).await, TASKS);
        ours.push(start.elapsed());
    }
    let (by_hand, ours) = (median(by_hand), median(ours));
    println!("10,000 tasks in pages of {}, median of {ROUNDS}", largest_page());
    println!("  by hand  {:>7.1} ms", by_hand.as_secs_f64() * 1e3);
    println!("  ittybit  {:>7.1} ms", ours.as_secs_f64() * 1e3);
    println!("  ratio    {:>7.2}\n", ours.as_secs_f64() / by_hand.as_secs_f64());
}

async fn time_with_read_ahead() {
    const TASKS: usize = 3_000;
    const WORK: Duration = Duration::from_millis(20);
    let server = serving(TASKS, Duration::from_millis(20));
    let client = client(&server.url());
    let mut times = Vec::new();
    for read_ahead in [0, 1] {
        let start = Instant::now();
        let mut pages = client
            .list_tasks()
            .limit(largest_page() as i32)
            .pages()
            .read_ahead(read_ahead);
        let mut count = 0;
        while let Some(page) = pages.try_next().await.expect("the server responds") {
            count += page.len();
            tokio::time::sleep(WORK).await;
        }
        assert_eq!(count, TASKS);
        times.push(start.elapsed());
    }
    println!(
        "{} pages, 20 ms of latency and 20 ms of work each",
        TASKS.div_ceil(largest_page())
    );
    println!("  without          {:>7.0} ms", times[0].as_secs_f64() * 1e3);
    println!("  .read_ahead(1)   {:>7.0} ms", times[1].as_secs_f64() * 1e3);
    println!(
        "  ratio            {:>7.2}\n",
        times[1].as_secs_f64() / times[0].as_secs_f64()
    );
}

fn memory_of_streaming() {
    println!("peak memory (VmHWM) of a process that streams");
    let mut peaks = Vec::new();
    for tasks in [10_000, 1_000_000] {
        let server = serving(tasks, Duration::ZERO);
        let output = Command::new(std::env::current_exe().expect("this program has a path"))
            .env(STREAM, server.url())
            .output()
            .expect("this program can be started");
        let said = String::from_utf8(output.stdout).expect("it prints numbers");
        let (count, kibibytes) = said.trim().split_once(' ').expect("it prints two numbers");
        assert_eq!(count, tasks.to_string());
        println!("  {tasks:>9} tasks  {kibibytes:>7} KiB");
        peaks.push(kibibytes.parse::<f64>().expect("it prints numbers"));
    }
    println!("  ratio            {:>7.2}", peaks[1] / peaks[0]);
}

/// The child process.
async fn stream_and_tell_memory(url: &str) {
    let count = list(&client(url)).await;
    let status = std::fs::read_to_string("/proc/self/status").expect("this bench runs on Linux");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("Linux reports the peak");
    println!("{count} {}", peak.trim().trim_end_matches(" kB"));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
