//! An HTTP server on this machine whose responses a test sets to the byte: for the tests of the runtime, and for those
//! of the client in `tests/`. The module that it is in says in `ERROR` how the API names the parts of its errors.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ittybit_runtime::reqwest::Url;

/// A request, as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub target: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let url = Url::parse("http://host").unwrap().join(&self.target).unwrap();
        let mut pairs = url.query_pairs();
        Some(pairs.find(|(key, _)| key == name)?.1.into_owned())
    }

    /// Name and value of a header, as a server quotes them that echoes what it got.
    pub fn credentials(&self) -> String {
        let of = |name| self.header(name).unwrap_or_default();
        format!(
            "{} {} {} {}",
            of("authorization"),
            of("x-api-key"),
            of("cookie"),
            self.target
        )
    }
}

/// What the server does about a request.
pub enum Reply {
    /// Responds, and keeps the connection.
    Response {
        status: u16,
        headers: Vec<(String, String)>,
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
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::text(status, "application/json", body)
    }

    pub fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Response {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    /// The API's error object.
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        let [of_kind, of_message] = super::ERROR;
        let body = serde_json::json!({ of_kind: kind, of_message: message });
        Self::json(status, body.to_string())
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        match &mut self {
            Self::Response { headers, .. } => headers.push((name.to_owned(), value.into())),
            _ => panic!("only a whole response has headers"),
        }
        self
    }
}

type Script = dyn Fn(&Received, usize) -> Reply + Send + Sync;

/// A running server. Dropped, it takes no more connections.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Received>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server; `reply` gets each request and its number, counted from 0.
    pub fn start(reply: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_watched(reply, || {})
    }

    /// [`start`](Self::start), with `closed` called at the end of each connection.
    pub fn start_watched(
        reply: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
        closed: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            stopped: Arc::default(),
        };
        let reply: Arc<Script> = Arc::new(reply);
        let closed = Arc::new(closed);
        let (requests, stopped) = (Arc::clone(&server.requests), Arc::clone(&server.stopped));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (reply, requests) = (Arc::clone(&reply), Arc::clone(&requests));
                let closed = Arc::clone(&closed);
                std::thread::spawn(move || {
                    serve(connection.unwrap(), &requests, &*reply);
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

    /// The requests so far.
    pub fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }

    /// How many they are.
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

fn serve(mut connection: TcpStream, requests: &Mutex<Vec<Received>>, reply: &Script) {
    // Without it, a small response waits for the other side's delayed acknowledgement.
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
                let mut bytes = format!("HTTP/1.1 {status} Any\r\n").into_bytes();
                for (name, value) in headers {
                    bytes.extend(format!("{name}: {value}\r\n").bytes());
                }
                if status != 204 && status != 304 {
                    bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
                }
                bytes.extend(b"\r\n");
                bytes.extend(body);
                connection.write_all(&bytes)
            }
            Reply::Close(bytes) => {
                let _ = connection.write_all(&bytes);
                return;
            }
            Reply::Hang(bytes) => {
                let _ = connection.write_all(&bytes);
                // Until the client has enough of it.
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

fn read_request(reader: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut parts = line.split_whitespace();
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut headers: HashMap<String, String> = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = Vec::new();
    if let Some(length) = headers.get("content-length") {
        body.resize(length.parse().unwrap(), 0);
        reader.read_exact(&mut body).ok()?;
    } else if headers
        .get("transfer-encoding")
        .is_some_and(|coding| coding == "chunked")
    {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let length = usize::from_str_radix(line.trim(), 16).ok()?;
            let mut chunk = vec![0; length + 2];
            reader.read_exact(&mut chunk).ok()?;
            body.extend(&chunk[..length]);
            if length == 0 {
                break;
            }
        }
    }
    Some(Received {
        method,
        target,
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}
