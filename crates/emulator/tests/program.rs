//! The program, as a process of its own.
#![cfg(feature = "cli")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use ittybit::Client;

/// The program, without the environment variables of the tests.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ittybit-emulator"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.args(arguments);
    command
}

/// A running program, which is ended with the test.
struct Running {
    child: Child,
    /// What it printed at its start.
    greeting: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("ITTYBIT_API_KEY") {
            assert_ne!(lines.read_line(&mut greeting).unwrap(), 0, "it ended after: {greeting}");
        }
        Self { child, greeting }
    }

    /// The value of a variable in the greeting.
    fn variable(&self, name: &str) -> &str {
        let (_, rest) = self.greeting.split_once(&format!("export {name}=")).unwrap();
        rest.lines().next().unwrap()
    }

    fn client(&self) -> Client {
        let builder = Client::builder().base_url(self.variable("ITTYBIT_BASE_URL"));
        builder.api_key(self.variable("ITTYBIT_API_KEY")).build().unwrap()
    }

    /// Sends a signal; gives the exit code and what was said.
    #[cfg(unix)]
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let said = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn serves_what_the_library_serves() {
    let running = Running::start(&["--tasks", "15", "--seed", "7"]);
    let library = ittybit_emulator::Emulator::builder()
        .tasks(15)
        .seed(7)
        .start()
        .await
        .unwrap();
    let page = running.client().list_tasks().limit(15).send().await.unwrap();
    assert_eq!(page.into_items(), library.tasks());
}

#[tokio::test]
async fn takes_its_options() {
    let running = Running::start(&[
        "--tasks=50",
        "--key=ittybit_other",
        "--live",
        "--unknown-values",
        "--extra-fields",
        "--fault-rate=1",
        "--fault=unknown-value",
    ]);
    assert_eq!(running.variable("ITTYBIT_API_KEY"), "ittybit_other");
    let page = running.client().list_tasks().send().await.unwrap();
    assert_eq!(page[0].status.as_str(), "hibernating");
    assert!(page[0].extra.contains_key("priority"));
    // Live tasks are of the present, not of the day of the tests' clock.
    let created = std::time::SystemTime::try_from(page[0].created_at.unwrap()).unwrap();
    assert!(created.elapsed().unwrap().as_secs() < 86_400);
}

#[test]
fn says_how_to_use_it() {
    let running = Running::start(&["--tasks", "1000"]);
    let url = running.variable("ITTYBIT_BASE_URL");
    let (_, port) = url.rsplit_once(':').unwrap();
    insta::assert_snapshot!(running.greeting.replace(port, "PORT"));
}

/// There is nothing to say about a key that no operation takes.
#[test]
fn says_the_key_where_the_document_has_security() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let open = "\
openapi: 3.0.3
info: { title: Open, version: 1.0.0 }
paths:
  /health: { get: { operationId: health, responses: { '204': { description: Fine. } } } }
";
    let closed = "\
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
security: [{ token: [] }]
";
    let mut shown = String::new();
    for (name, text) in [
        ("open.yaml", open.to_owned()),
        ("closed.yaml", format!("{open}{closed}")),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
        let mut command = program(&["--spec", name]);
        let mut child = command.current_dir(folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let (before, rest) = line.split_once("127.0.0.1:").unwrap();
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        shown.push_str(&format!("{before}127.0.0.1:PORT{rest}"));
    }
    insta::assert_snapshot!(shown);
}

#[cfg(unix)]
#[test]
fn stops_cleanly_at_a_signal() {
    for signal in ["TERM", "INT"] {
        let running = Running::start(&[]);
        // An open connection does not delay it.
        let address = running
            .variable("ITTYBIT_BASE_URL")
            .strip_prefix("http://")
            .unwrap()
            .to_owned();
        let _connection = std::net::TcpStream::connect(&address).unwrap();
        assert_eq!(running.stop(signal), (Some(0), "Stopped.\n".to_owned()), "{signal}");
        assert!(std::net::TcpStream::connect(&address).is_err());
    }
}

#[test]
#[cfg(unix)]
fn stops_cleanly_while_it_starts() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut child = program(&["--tasks", "10000000", "--listen", &free.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It listens first, and then makes the tasks.
    while std::net::TcpStream::connect(free).is_err() {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let running = Running {
        greeting: String::new(),
        child,
    };
    assert_eq!(running.stop("TERM"), (Some(0), "Stopped.\n".to_owned()));
}

#[test]
#[cfg(unix)]
fn stops_cleanly_when_its_output_is_closed() {
    let mut running = Running::start(&[]);
    drop(running.child.stderr.take());
    let id = running.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn an_address_that_cannot_be_printed_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program(&[]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: the address cannot be printed: "), "{error}");
}

#[test]
fn wrong_options_are_errors() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut said = Vec::new();
    for (arguments, code) in [
        (["--tasks", "many"], 2),
        (["--listen", "localhost"], 2),
        (["--key", "secret"], 2),
        (["--fault-rate", "1.5"], 2),
        (["--fault-rate", "-0.5"], 2),
        (["--seed", "-1"], 2),
        (["--fault", "broken-json"], 2),
        (["--fault", "fire"], 2),
        (["--listen", &address], 1),
    ] {
        let output = program(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let error = String::from_utf8(output.stderr).unwrap().replace(&address, "ADDRESS");
        said.push(format!(
            "$ ittybit-emulator {}\n{error}",
            arguments.join(" ").replace(&address, "ADDRESS")
        ));
    }
    // The message for a port that is taken differs between systems.
    let taken = std::net::TcpListener::bind(&address).unwrap_err().to_string();
    let last = said.last_mut().unwrap();
    *last = last.replace(&taken, "[TAKEN]");
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn help() {
    let help = |flag| String::from_utf8(program(&[flag]).output().unwrap().stdout).unwrap();
    insta::assert_snapshot!("help", help("--help"));
    insta::assert_snapshot!("help_in_short", help("-h"));
}
