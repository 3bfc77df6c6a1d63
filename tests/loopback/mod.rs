//! A server that behaves like the API where a test does not say otherwise, and a client of it.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

#[path = "../../crates/runtime/tests/runtime/server.rs"]
mod server;

pub use self::server::{Received as Request, Reply, Server};

/// The members of the API's error object.
const ERROR: [&str; 2] = ["kind", "message"];

/// A response that is JSON.
pub fn with_json(status: u16, body: &Value) -> Reply {
    Reply::json(status, body.to_string())
}

/// A task with nothing but what is required.
pub fn task(id: impl AsRef<str>) -> Value {
    json!({
        "id": id.as_ref(),
        "object": "task",
        "kind": "video",
        "status": "succeeded",
        "progress": 100,
        "created_at": 1735689600,
        "updated_at": 1735689615,
    })
}

/// The most results that a page can have, as the document says.
pub fn largest_page() -> usize {
    let paging = ittybit::builder::ListTasks::OPERATION.paging.unwrap();
    usize::try_from(paging.largest.unwrap()).unwrap()
}

/// How many results a page has if a request does not say, as the document says.
pub fn default_page() -> usize {
    let operation = ittybit::builder::ListTasks::OPERATION;
    let limit = operation.paging.unwrap().limit.unwrap();
    let parameter = operation.parameters.iter().find(|found| found.name == limit).unwrap();
    parameter.default.unwrap().parse().unwrap()
}

pub fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("task_{number:05}")).collect()
}

/// The response of the API for a list in this order.
pub fn list(ids: &[String], request: &Request) -> Reply {
    let limit: usize = request
        .query("limit")
        .map_or_else(default_page, |limit| limit.parse().unwrap());
    let position = |cursor: String| ids.iter().position(|id| *id == cursor);
    let start = match request.query("after") {
        Some(after) => position(after).map_or(ids.len(), |position| position + 1),
        None => 0,
    };
    let end = match request.query("before") {
        Some(before) => position(before).unwrap_or(0).max(start),
        None => ids.len(),
    };
    // Without `after`, `before` gives the items that are nearest before it.
    let backward = request.query("before").is_some() && request.query("after").is_none();
    let (from, to) = match backward {
        true => (end.saturating_sub(limit), end),
        false => (start, end.min(start + limit)),
    };
    let more = from > start || to < end;
    with_json(200, &ids[from..to].iter().map(task).collect())
        .header("Has-More", more.to_string())
        .header("Limit", limit.to_string())
}

/// A clock on which no wait takes time; it records the waits.
#[derive(Clone, Default)]
pub struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    pub fn all(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl ittybit::Clock for Waits {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

pub const KEY: &str = "ittybit_0123456789abcdef";

/// A client of the server that waits on `waits`, always for the longest time.
pub fn client(server: &Server, waits: &Waits) -> ittybit::Client {
    builder(server, waits).build().unwrap()
}

pub fn builder(server: &Server, waits: &Waits) -> ittybit::ClientBuilder {
    let policy = ittybit::RetryPolicy::default().clock(waits.clone()).jitter(|| 1.0);
    ittybit::Client::builder()
        .api_key(KEY)
        .base_url(server.url())
        .retry(policy)
}
