//! Transfers of files, and an item, on a terminal.
#![cfg(unix)]

#[path = "../../support/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use terminal::Terminal;

/// Long enough for a bar to be drawn.
const A_WAIT: Duration = Duration::from_millis(600);

/// A server for one request, which `serve` reads and responds to; its address.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || serve(listener.accept().unwrap().0));
    url
}

/// Reads to the end of the head, and so much of the body as came with it; the number of bytes behind the head.
fn read_head(connection: &mut TcpStream) -> usize {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = connection.read(&mut buffer).unwrap();
        read.extend_from_slice(&buffer[..length]);
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return read.len() - end - 4;
        }
        assert_ne!(length, 0, "the request broke off");
    }
}

fn call(url: &str, arguments: &[&str]) -> Terminal {
    let environment = [("MEDIA_API_KEY", "key"), ("MEDIA_BASE_URL", url)];
    Terminal::run(env!("CARGO_BIN_EXE_media"), (12, 100), arguments, &environment)
}

#[test]
fn a_download_has_a_bar() {
    let url = server(|mut connection| {
        read_head(&mut connection);
        let half = vec![0; 500_000];
        write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").unwrap();
        connection.write_all(&half).unwrap();
        std::thread::sleep(A_WAIT);
        connection.write_all(&half).unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film");
    let mut terminal = call(
        &url,
        &["media", "download", "med_1", "--output", path.to_str().unwrap()],
    );
    terminal.wait_for(" 50% ██████████");
    terminal.wait_for("/s, ");
    assert_eq!(terminal.end(), 0);
    assert!(
        terminal.raw().contains("of 976.56 KiB received, "),
        "{:?}",
        terminal.raw()
    );
    // In the end only the result is on the screen.
    let screen = terminal
        .screen()
        .replace(path.to_str().unwrap(), "[PATH]")
        .replace('\n', "");
    assert_eq!(screen.replace(path.to_str().unwrap(), "[PATH]"), "[PATH]: 976.56 KiB");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 1_000_000);
}

#[test]
fn an_upload_has_a_bar() {
    const LENGTH: usize = 30_000_000;
    let url = server(|mut connection| {
        let mut read = read_head(&mut connection);
        // More than the system buffers for a reader that does not read.
        std::thread::sleep(A_WAIT);
        let mut buffer = vec![0; 1 << 16];
        while read < LENGTH {
            read += connection.read(&mut buffer).unwrap();
        }
        connection.write_all(b"HTTP/1.1 204 Done\r\n\r\n").unwrap();
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(LENGTH as u64).unwrap();
    let mut terminal = call(
        &url,
        &["media", "replace", "med_1", "--file", file.path().to_str().unwrap()],
    );
    terminal.wait_for("of 28.61 MiB sent, ");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.screen(), "Done: 204 No Content.\n");
}

#[test]
fn one_item_has_the_colours_of_its_document() {
    let url = server(|mut connection| {
        read_head(&mut connection);
        let body = r#"{"id":"med_1","status":"failed"}"#;
        write!(
            connection,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    });
    let mut terminal = call(&url, &["media", "get", "med_1"]);
    assert_eq!(terminal.end(), 0);
    assert!(terminal.raw().contains("\u{1b}[31mfailed"), "{:?}", terminal.raw());
    assert_eq!(terminal.screen(), "ID      med_1\nSTATUS  failed\n");
}
