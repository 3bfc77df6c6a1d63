//! Talks to the emulator of one document: sends every argument of every operation with the generated client, and
//! prints what came of it as JSON. `cargo xtask corpus --serve` makes one such program for each client.

mod cases;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex};

use client::operation::{OPERATIONS, Operation};
use client::transport::{Transport, TransportError};
use client::{Client, RetryPolicy, reqwest};
use serde_json::{Value, json};

/// Replaces the ids of the document's examples, which the emulator does not have, by those of the lists that it sent.
struct Ids {
    http: reqwest::Client,
    /// The path of the server.
    base: String,
    /// Whether it only reads, to know all lists before something changes.
    reads: bool,
}

/// The items of each list, by its path.
static LISTS: LazyLock<Mutex<HashMap<String, Vec<Value>>>> = LazyLock::new(Mutex::default);
/// The path of the last request, since errors name the one without these ids.
static SENT: Mutex<String> = Mutex::new(String::new());

impl Transport for Ids {
    async fn send(&self, mut request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        if self.reads && request.method() != "GET" {
            return Err(TransportError::request("not now"));
        }
        let method = request.method().clone();
        let path = self.with_ids(method.as_str(), &request.url().path()[self.base.len()..]);
        request.url_mut().set_path(&format!("{}{path}", self.base));
        path.clone_into(&mut SENT.lock().unwrap());
        let response = self.http.execute(request).await?;
        let mut copy = http::Response::builder().status(response.status());
        copy.headers_mut().unwrap().extend(response.headers().clone());
        let (status, body) = (response.status(), response.bytes().await?);
        if status.is_success() {
            self.learn(method.as_str(), path, serde_json::from_slice(&body).unwrap_or_default());
        }
        Ok(copy.body(body).unwrap().into())
    }
}

impl Ids {
    fn with_ids(&self, method: &str, path: &str) -> String {
        let mut segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        let template = |operation: &&Operation| {
            let parts: Vec<&str> = operation.path.split('/').collect();
            let fits = |(part, is): (&&str, &String)| part.contains('{') || part == is;
            let matches = operation.method == method && parts.len() == segments.len();
            (matches && parts.iter().zip(&segments).all(fits)).then_some(parts)
        };
        let fixed = |parts: &Vec<&str>| parts.iter().filter(|part| !part.contains('{')).count();
        let parts = OPERATIONS
            .iter()
            .filter_map(template)
            .max_by_key(fixed)
            .unwrap_or_default();
        for (index, part) in parts.iter().enumerate() {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                continue;
            };
            if let Some(items) = LISTS.lock().unwrap().get(&segments[..index].join("/"))
                && let Some(id) = items.iter().find_map(|item| id(item, name))
            {
                segments[index] = id;
            }
        }
        segments.join("/")
    }

    fn learn(&self, method: &str, path: String, body: Value) {
        let mut lists = LISTS.lock().unwrap();
        let mut put = |items: Vec<Value>| {
            // A filter leaves few items, or none.
            let known = lists.entry(path.clone()).or_default();
            if items.len() >= known.len() {
                *known = items;
            }
        };
        match (method, body) {
            ("GET", Value::Array(items)) => put(items),
            ("GET", Value::Object(members)) => {
                let is_list = |value: &Value| value.get(0).is_some_and(Value::is_object);
                if let Some(Value::Array(items)) = members.into_values().find(is_list) {
                    put(items);
                }
            }
            // The new item may be inside of an object.
            ("POST", body @ Value::Object(_)) => {
                let inner = |item: &Value| {
                    item.as_object()
                        .and_then(|members| members.values().find(|value| value.is_object()).cloned())
                };
                let is_item = body
                    .as_object()
                    .is_some_and(|members| members.values().any(|value| text(value).is_some()));
                let item = if is_item { Some(body) } else { inner(&body) };
                lists.entry(path).or_default().splice(..0, item);
            }
            ("DELETE", _) => {
                let (list, gone) = path.rsplit_once('/').unwrap_or_default();
                let is_gone = |item: &Value| {
                    item.as_object()
                        .is_some_and(|item| item.values().any(|value| text(value).as_deref() == Some(gone)))
                };
                lists.entry(list.to_owned()).or_default().retain(|item| !is_gone(item));
            }
            _ => {}
        }
    }
}

/// The id of an item, as the segment of a path.
fn id(item: &Value, parameter: &str) -> Option<String> {
    let names = [parameter, "id", "uuid", "_id", "key", "slug", "code", "sid", "name"];
    names.into_iter().find_map(|name| text(&item[name]))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.contains(['/', '%', '?', '#']) && !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What an operation does with a list, if anything.
fn role(operation: &Operation) -> Option<&'static str> {
    let of = |method, path: &str| OPERATIONS.iter().any(|one| one.method == method && one.path == path);
    let of_item = operation
        .path
        .rsplit_once('/')
        .filter(|(_, last)| last.starts_with('{'));
    match (operation.method, of_item) {
        ("GET", Some((list, _))) if of("GET", list) => Some("get"),
        ("DELETE", Some((list, _))) if of("GET", list) => Some("delete"),
        ("GET", None)
            if OPERATIONS
                .iter()
                .any(|one| one.path.starts_with(&format!("{}/{{", operation.path))) =>
        {
            Some("list")
        }
        ("POST", None) if of("GET", operation.path) => Some("create"),
        _ => None,
    }
}

/// An error with the path that was sent, and with the body, which has the reason.
fn said(argument: &str, error: &client::Error) -> String {
    let body = String::from_utf8_lossy(error.body().unwrap_or_default());
    format!("{argument}: {error}\n{}: {body}", SENT.lock().unwrap())
}

fn client(url: &str, reads: bool) -> Client {
    let base = reqwest::Url::parse(url)
        .unwrap()
        .path()
        .trim_end_matches('/')
        .to_owned();
    let ids = Ids {
        http: reqwest::Client::new(),
        base,
        reads,
    };
    let builder = Client::builder().read_env().base_url(url).transport(ids);
    builder.retry(RetryPolicy::none()).build().unwrap()
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    // Twice: a list may be inside of another that comes later.
    for _ in 0..2 {
        cases::send(&client(&url, true), |_, _, _| {}).await.ok();
    }
    let (mut operations, mut roles) = (BTreeMap::new(), BTreeSet::new());
    let (mut answers, mut refused, mut failures) = (0, 0, Vec::new());
    let see = |operation: &str, argument: &str, sent: Result<(), client::Error>| {
        let answered = operations.entry(operation.to_owned()).or_insert(Err(String::new()));
        match sent {
            Ok(()) => {
                answers += 1;
                *answered = Ok(());
                roles.extend(
                    OPERATIONS
                        .iter()
                        .find(|one| one.id == operation)
                        .and_then(|one| role(one)),
                );
            }
            // The values of an argument may not be of this server, such as a cursor. Another call has to succeed.
            Err(error) if error.status().is_some_and(|status| status.is_client_error()) => {
                refused += 1;
                if answered.as_ref().is_err_and(String::is_empty) {
                    *answered = Err(said(argument, &error));
                }
            }
            Err(error) => failures.push(format!("{operation}, {}", said(argument, &error))),
        }
    };
    if let Err(error) = cases::send(&client(&url, false), see).await {
        failures.push(format!("the rest is not sent: {error}"));
    }
    let never = operations
        .iter()
        .filter_map(|(operation, answered)| Some((operation, answered.as_ref().err()?)));
    failures.extend(
        never
            .filter(|(_, error)| !error.is_empty())
            .map(|(operation, error)| format!("{operation}, {error}")),
    );
    let result = json!({
        "operations": OPERATIONS.len(), "called": operations.len(), "answers": answers, "refused": refused,
        "roles": roles, "failures": failures,
    });
    println!("{result}");
}
