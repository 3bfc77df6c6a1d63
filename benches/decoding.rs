//! Decoding one page of 100 tasks into this crate's types, beside structs written by hand that also
//! keep unknown fields: time and allocations. `cargo bench --bench decoding`

mod by_hand;
mod served;

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

const ROUNDS: usize = 400;

fn main() {
    let page = served::page(0, 100);
    for body in [page.clone(), with_unknown_fields(&page)] {
        let mut times = [const { Vec::new() }; 2];
        for _ in 0..ROUNDS {
            // In turns, so that other load on the machine affects both.
            times[0].push(time::<by_hand::Task>(&body));
            times[1].push(time::<ittybit::Task>(&body));
        }
        let [by_hand, ours] = times.map(median);
        println!("one page of 100 tasks, {} bytes", body.len());
        println!("                   by hand      ittybit     ratio");
        println!(
            "time, µs       {:>11.1}  {:>11.1}  {:>8.2}",
            by_hand.as_secs_f64() * 1e6,
            ours.as_secs_f64() * 1e6,
            ours.as_secs_f64() / by_hand.as_secs_f64()
        );
        let (by_hand, ours) = (allocations::<by_hand::Task>(&body), allocations::<ittybit::Task>(&body));
        println!(
            "allocations    {:>11}  {:>11}  {:>8.2}",
            by_hand.count_total,
            ours.count_total,
            ours.count_total as f64 / by_hand.count_total as f64
        );
        println!(
            "bytes at most  {:>11}  {:>11}  {:>8.2}\n",
            by_hand.bytes_max,
            ours.bytes_max,
            ours.bytes_max as f64 / by_hand.bytes_max as f64
        );
    }
}

/// The same page with two fields more in each task.
fn with_unknown_fields(page: &str) -> String {
    page.replace(
        r#""object":"task""#,
        r#""object":"task","priority":7,"labels":{"team":"video","cost":"low"}"#,
    )
}

fn decode<T: DeserializeOwned>(body: &str) -> Vec<T> {
    serde_json::from_slice(black_box(body.as_bytes())).expect("the page is of this form")
}

fn time<T: DeserializeOwned>(body: &str) -> Duration {
    let start = Instant::now();
    let tasks = black_box(decode::<T>(body));
    let time = start.elapsed();
    assert_eq!(tasks.len(), 100);
    time
}

fn allocations<T: DeserializeOwned>(body: &str) -> allocation_counter::AllocationInfo {
    allocation_counter::measure(|| {
        black_box(decode::<T>(body));
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
