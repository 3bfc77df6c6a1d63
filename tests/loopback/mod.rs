//! An HTTP server on this machine whose responses a test sets to the byte.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

/// A request, as it came over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let url = ittybit::reqwest::Url::parse("http://host")
            .unwrap()
            .join(&self.target)
            .unwrap();
        let mut pairs = url.query_pairs();
        Some(pairs.find(|(key, _)| key == name)?.1.into_owned())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What the server does about a request.
pub enum Reply {
    /// Responds, and keeps the connection.
    Response {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Writes these bytes, and closes the connection.
    Close(Vec<u8>),
    /// Writes these bytes, and keeps the connection open without writing more.
    Hang(Vec<u8>),
    /// Writes the first bytes once, then the others again and again, with a pause between.
    Endless(Vec<u8>, Vec<u8>, Duration),
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Response {
            status,
            headers: vec![("Content-Type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// The API's error object.
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self::json(status, json!({ "kind": kind, "message": message }))
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        match &mut self {
            Self::Response { headers, .. } => headers.push((name, value.into())),
            _ => panic!("only a response has headers"),
        }
        self
    }
}

/// What to reply to a request and its number.
type Script = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// A running server. Dropped, it takes no more connections.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server; `reply` gets each request and its number, counted from 0.
    pub fn start(reply: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_watched(reply, || {})
    }

    /// [`start`](Self::start), with `closed` called at the end of each connection.
    pub fn start_watched(
        reply: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
        closed: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let reply: Arc<Script> = Arc::new(reply);
        let closed = Arc::new(closed);
        let server = Self {
            address,
            requests: Arc::clone(&requests),
            stopped: Arc::clone(&stopped),
        };
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (reply, requests) = (Arc::clone(&reply), Arc::clone(&requests));
                let (connection, closed) = (connection.unwrap(), Arc::clone(&closed));
                std::thread::spawn(move || {
                    serve(connection, &*reply, &requests);
                    closed();
                });
            }
        });
        server
    }

    /// Gives the replies one after the other, and the last one for ever.
    pub fn replies(replies: Vec<fn() -> Reply>) -> Self {
        Self::start(move |_, number| replies[number.min(replies.len() - 1)]())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut connection: TcpStream, reply: &Script, requests: &Mutex<Vec<Request>>) {
    // Without it, a small page waits for the other side's delayed acknowledgement.
    connection.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    while let Some(request) = read_request(&mut reader) {
        let number = {
            let mut requests = requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        // A client that has gone away is not an error of the server: writing ends.
        let result = match reply(&request, number) {
            Reply::Response { status, headers, body } => {
                let mut out = format!("HTTP/1.1 {status} Whatever\r\n").into_bytes();
                for (name, value) in headers {
                    out.extend(format!("{name}: {value}\r\n").bytes());
                }
                if status != 204 && status != 304 {
                    out.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
                }
                out.extend(b"\r\n");
                out.extend(body);
                connection.write_all(&out)
            }
            Reply::Close(bytes) => {
                let _ = connection.write_all(&bytes);
                return;
            }
            Reply::Hang(bytes) => {
                let _ = connection.write_all(&bytes);
                let _ = reader.read(&mut [0]);
                return;
            }
            Reply::Endless(start, more, pause) => {
                let mut result = connection.write_all(&start);
                while result.is_ok() {
                    std::thread::sleep(pause);
                    result = connection.write_all(&more);
                }
                result
            }
        };
        if result.is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut parts = line.split_whitespace();
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length: &String| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        target,
        headers,
        body,
    })
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
    Reply::json(200, ids[from..to].iter().map(task).collect())
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
