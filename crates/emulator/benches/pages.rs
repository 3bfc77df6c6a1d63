//! The time of a page over HTTP, among a thousand tasks and among a million.
//!
//! A page of 100 is the usual one; most of its time goes into writing the tasks. For a page of one it is
//! mostly HTTP and finding the place.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{LazyLock, Mutex};

use divan::Bencher;
use ittybit_emulator::Emulator;

/// An emulator, a connection that is kept open, and the ids and filters for the requests.
struct Server {
    _emulator: Emulator,
    connection: Mutex<BufReader<TcpStream>>,
    /// Of every task, the newest first.
    ids: Vec<String>,
    creator: String,
}

impl Server {
    fn start(tasks: usize) -> Self {
        let emulator = Emulator::builder().tasks(tasks).seed(7).start_blocking().unwrap();
        let address = emulator.base_url().strip_prefix("http://").unwrap();
        let connection = TcpStream::connect(address).unwrap();
        connection.set_nodelay(true).unwrap();
        let all = emulator.tasks();
        // A key has a share of all the tasks; a run has few.
        let creators = all.iter().filter_map(|task| task.created_by.clone());
        let creator = creators.into_iter().find(|id| id.starts_with("key_")).unwrap();
        Self {
            connection: Mutex::new(BufReader::new(connection)),
            ids: all.into_iter().map(|task| task.id).collect(),
            creator,
            _emulator: emulator,
        }
    }

    /// The parameter for the page after this many tasks.
    fn after(&self, place: usize) -> String {
        format!("after={}", self.ids[place - 1])
    }

    /// Requests a page, and reads it to its last byte.
    fn page(&self, query: &str) -> Vec<u8> {
        let mut connection = self.connection.lock().unwrap();
        let request =
            format!("GET /tasks?{query} HTTP/1.1\r\nHost: emulator\r\nAuthorization: Bearer ittybit_emulator\r\n\r\n");
        connection.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            connection.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body).unwrap();
        assert!(body.starts_with(b"[{"), "{query}: {}", String::from_utf8_lossy(&body));
        body
    }
}

static THOUSAND: LazyLock<Server> = LazyLock::new(|| Server::start(1_000));
static MILLION: LazyLock<Server> = LazyLock::new(|| Server::start(1_000_000));

/// What to ask for, the nth time.
type Query = fn(&Server, usize) -> String;

/// Pages to ask for.
struct Case {
    name: &'static str,
    tasks: usize,
    query: Query,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, of {}", self.name, self.tasks)
    }
}

/// Each case among a thousand tasks and among a million.
fn cases(named: &[(&'static str, Query)]) -> Vec<Case> {
    let both = |&(name, query)| [1_000, 1_000_000].map(|tasks| Case { name, tasks, query });
    named.iter().flat_map(both).collect()
}

/// Cases in which a thousand tasks have a page of 100 as well.
fn full_pages() -> Vec<Case> {
    cases(&[
        ("the first", |_, _| String::new()),
        ("after the first", |server, _| server.after(100)),
        ("after the middle", |server, _| server.after(server.ids.len() / 2)),
        ("the last", |server, _| server.after(server.ids.len() - 100)),
        ("before the oldest", |server, _| {
            format!("before={}", server.ids[server.ids.len() - 1])
        }),
        // Another place each time, so that the processor's caches do not help.
        ("anywhere", |server, n| {
            server.after(1 + n * 611_953 % (server.ids.len() - 100))
        }),
        ("one filter", |server, _| {
            format!("status=succeeded&{}", server.after(server.ids.len() / 2))
        }),
    ])
}

fn single_tasks() -> Vec<Case> {
    let mut all = full_pages();
    all.extend(cases(&[("three filters", |server, _| {
        format!("status=succeeded&kind=video&created_by={}", server.creator)
    })]));
    all
}

#[divan::bench(args = full_pages(), sample_count = 1000)]
fn page_of_100(bencher: Bencher, case: &Case) {
    bench(bencher, case, 100);
}

#[divan::bench(args = single_tasks(), sample_count = 1000)]
fn page_of_1(bencher: Bencher, case: &Case) {
    bench(bencher, case, 1);
}

fn bench(bencher: Bencher, case: &Case, limit: usize) {
    let server: &Server = if case.tasks == 1_000 { &THOUSAND } else { &MILLION };
    let mut n = 0;
    bencher
        .with_inputs(|| {
            n += 1;
            format!("limit={limit}&{}", (case.query)(server, n))
        })
        .bench_local_refs(|query| server.page(query));
}

fn main() {
    divan::main();
}
