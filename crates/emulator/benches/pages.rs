//! What a page costs, among a thousand tasks and among a million: over HTTP, as a client has it.
//!
//! A page of 100 is what people ask for; most of its time goes into writing the tasks. A page of
//! one leaves little but finding the place.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{LazyLock, Mutex};

use divan::{Bencher, black_box};
use ittybit_emulator::Emulator;

/// An emulator with a connection that stays open, and the ids that the pages are asked for by.
struct Server {
    _emulator: Emulator,
    connection: Mutex<BufReader<TcpStream>>,
    newest: String,
    middle: String,
    oldest: String,
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
            newest: all[100].id.clone(),
            middle: all[tasks / 2].id.clone(),
            oldest: all[tasks - 102].id.clone(),
            creator,
            _emulator: emulator,
        }
    }

    /// Asks for a page, and reads it to its last byte.
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

const TASKS: [usize; 2] = [1_000, 1_000_000];

fn bench(bencher: Bencher, tasks: usize, query: impl Fn(&Server) -> String) {
    let server: &Server = if tasks == TASKS[0] { &THOUSAND } else { &MILLION };
    let query = query(server);
    bencher.bench_local(|| server.page(black_box(&query)));
}

macro_rules! pages {
    ($($name:ident: $query:expr;)*) => {
        /// A page of 100 tasks.
        #[divan::bench_group]
        mod page_of_100 {
            use super::*;
            $(
                #[divan::bench(args = TASKS)]
                fn $name(bencher: Bencher, tasks: usize) {
                    let query: fn(&Server) -> String = $query;
                    bench(bencher, tasks, |server| format!("limit=100&{}", query(server)));
                }
            )*
        }

        /// A page of one task.
        #[divan::bench_group]
        mod page_of_1 {
            use super::*;
            $(
                #[divan::bench(args = TASKS)]
                fn $name(bencher: Bencher, tasks: usize) {
                    let query: fn(&Server) -> String = $query;
                    bench(bencher, tasks, |server| format!("limit=1&{}", query(server)));
                }
            )*
        }
    };
}

pages! {
    a_no_cursor: |_| String::new();
    b_after_the_first_page: |server| format!("after={}", server.newest);
    c_after_the_middle: |server| format!("after={}", server.middle);
    d_after_all_but_the_last_page: |server| format!("after={}", server.oldest);
    e_before_the_oldest: |server| format!("before={}", server.oldest);
    f_one_filter_after_the_middle: |server| format!("status=succeeded&after={}", server.middle);
    g_three_filters: |server| format!("status=succeeded&kind=video&created_by={}", server.creator);
}

fn main() {
    divan::main();
}
