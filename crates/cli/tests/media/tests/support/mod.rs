//! A server on this machine whose responses a test sets, and runs of the program against it.

#[path = "../../../support/ran.rs"]
mod ran;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

pub use self::ran::Ran;

/// A request, as received.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Method and target.
    pub line: String,
    /// In lower case, without those that are the same in every request.
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn has_header(&self, header: &str) -> bool {
        self.headers.iter().any(|known| known == header)
    }
}

/// Status, headers and body.
pub type Reply = (u16, &'static str, Vec<u8>);

pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Responds to each request in turn; to those behind the last reply, with the last.
    pub fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Received>>> = Arc::default();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (replies, seen) = (replies.clone(), Arc::clone(&seen));
                std::thread::spawn(move || serve(connection.unwrap(), &replies, &seen));
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }

    /// The only request so far.
    pub fn request(&self) -> Received {
        let [request] = self.requests().try_into().expect("one request");
        request
    }

    /// Runs the program with the address of this server and a key.
    pub fn call(&self, arguments: &[&str]) -> Ran {
        self.call_with(arguments, "")
    }

    /// The same, with this on its standard input.
    pub fn call_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = program();
        command
            .env("MEDIA_API_KEY", "secret_key")
            .env("MEDIA_BASE_URL", self.url());
        let mut ran = run(command, arguments, input);
        for text in [&mut ran.out, &mut ran.err] {
            *text = text.replace(&self.url(), "[URL]");
        }
        ran
    }
}

fn serve(mut connection: TcpStream, replies: &[Reply], seen: &Mutex<Vec<Received>>) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    while let Some(request) = read(&mut reader) {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request);
            seen.len() - 1
        };
        let (status, headers, body) = &replies[number.min(replies.len() - 1)];
        let head = format!(
            "HTTP/1.1 {status} Any\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let head = if *status == 204 {
            format!("HTTP/1.1 204 Any\r\n{headers}\r\n")
        } else {
            head
        };
        if connection
            .write_all(head.as_bytes())
            .and_then(|()| connection.write_all(body))
            .is_err()
        {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut request = Received::default();
    let mut length = 0;
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    request.line = line.trim_end().strip_suffix(" HTTP/1.1")?.to_owned();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        let name = name.to_lowercase();
        if name == "content-length" {
            length = value.parse().unwrap();
        }
        request.headers.push(format!("{name}: {value}"));
    }
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

pub fn json(body: &str) -> Reply {
    (200, "Content-Type: application/json\r\n", body.as_bytes().to_vec())
}

pub fn created(body: &str) -> Reply {
    let (_, headers, body) = json(body);
    (201, headers, body)
}

pub fn nothing() -> Reply {
    (204, "", Vec::new())
}

/// The program, without the environment variables of the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_media"));
    for variable in [
        "MEDIA_API_KEY",
        "MEDIA_BASE_URL",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
    ] {
        command.env_remove(variable);
    }
    command
}

pub fn run(mut command: Command, arguments: &[&str], input: &str) -> Ran {
    command.args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    // A program that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        program: "media",
        call: arguments.join(" "),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
        code: output.status.code(),
    }
}
