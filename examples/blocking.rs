//! Counts tasks by status, without an async runtime:
//! `cargo run --example blocking --features blocking`
//!
//! Needs `ITTYBIT_API_KEY`.

use std::collections::BTreeMap;

use ittybit::blocking::Client;

fn main() -> Result<(), ittybit::Error> {
    let client = Client::from_env()?;
    let mut counts = BTreeMap::new();
    for task in client.list_tasks().limit(50).iter() {
        *counts.entry(task?.status).or_insert(0) += 1;
    }
    for (status, count) in counts {
        println!("{count:>7}  {status}");
    }
    Ok(())
}
