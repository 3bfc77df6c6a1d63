//! Requests as bytes, so that a test can also send what no client would.

#![allow(dead_code, reason = "each test program uses its own part")]

pub mod contract;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ittybit_emulator::Emulator;
use serde_json::Value;

/// A response, as received.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// By name in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The kind of the error.
    pub fn kind(&self) -> String {
        self.json()["kind"].as_str().expect("an error object").to_owned()
    }

    /// The ids of the page's items.
    pub fn ids(&self) -> Vec<String> {
        let page = self.json();
        let items = page.as_array().unwrap_or_else(|| panic!("not a page: {page}"));
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Sends bytes on a connection of their own, and gives what comes back until it ends.
pub fn exchange(emulator: &Emulator, request: &[u8]) -> Vec<u8> {
    let address = emulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    // A server that neither responds nor closes the connection fails the test instead of blocking it.
    connection.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    connection.write_all(request).unwrap();
    let mut response = Vec::new();
    connection.read_to_end(&mut response).unwrap();
    response
}

/// Sends a request with these headers, and no key unless it is among them.
pub fn send(emulator: &Emulator, method: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: emulator\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    parse(&exchange(emulator, request.as_bytes()))
}

/// Sends a request with the emulator's key and a JSON body.
pub fn send_json(emulator: &Emulator, method: &str, target: &str, headers: &[(&str, &str)], body: &Value) -> Response {
    let mut headers = headers.to_vec();
    headers.push(("Content-Type", "application/json"));
    send_body(emulator, method, target, &headers, body.to_string().as_bytes())
}

/// Sends a request with the emulator's key and a body.
pub fn send_body(emulator: &Emulator, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut request = format!(
        "{method} {target} HTTP/1.1\r\nHost: emulator\r\nConnection: close\r\nContent-Length: {}\r\n\
         Authorization: Bearer {key}\r\nX-Api-Key: {key}\r\n",
        body.len(),
        key = emulator.api_key(),
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend(body);
    parse(&exchange(emulator, &request))
}

/// The largest `limit` that the project's document allows.
pub fn largest_limit() -> usize {
    let parameters = ittybit::builder::ListTasks::OPERATION.parameters;
    let limit = parameters.iter().find(|parameter| parameter.name == "limit").unwrap();
    let (_, most) = limit.bounds.rsplit_once(' ').unwrap();
    most.parse().unwrap()
}

/// How many tasks a page has if a request does not say.
pub fn default_limit() -> usize {
    let parameters = ittybit::builder::ListTasks::OPERATION.parameters;
    let limit = parameters.iter().find(|parameter| parameter.name == "limit").unwrap();
    limit.default.unwrap().parse().unwrap()
}

/// Sends a `GET` with the emulator's key.
pub fn get(emulator: &Emulator, target: &str) -> Response {
    let key = format!("Bearer {}", emulator.api_key());
    send(emulator, "GET", target, &[("Authorization", &key)])
}

pub fn parse(response: &[u8]) -> Response {
    let end = response.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no response: {}", String::from_utf8_lossy(response)));
    let head = std::str::from_utf8(&response[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    Response {
        status,
        headers: headers.collect(),
        body: response[end + 4..].to_vec(),
    }
}
