//! What a `tracing` subscriber sees of a call.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::loopback::{self, KEY, Reply, Server, Waits, client};
use ittybit::{Category, Client, RetryPolicy};
use serde_json::json;
use tracing::Dispatch;
use tracing::field::{Field, Visit};
use tracing::span;
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, SubscriberExt};

type Fields = BTreeMap<String, String>;

/// The recorded spans.
#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Vec<Record>>>);

#[derive(Clone, Debug, Default)]
struct Record {
    name: String,
    target: String,
    fields: Fields,
    /// Of the span's events.
    events: Vec<(tracing::Level, Fields)>,
}

/// The HTTP stack logs too, within the span.
fn is_ours(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.target() == "ittybit_runtime" || metadata.target().starts_with("ittybit_runtime::")
}

struct Read<'a>(&'a mut Fields);

impl Visit for Read<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>> Layer<S> for Recorded {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if !is_ours(metadata) {
            return;
        }
        let mut record = Record {
            name: metadata.name().to_owned(),
            target: metadata.target().to_owned(),
            ..Record::default()
        };
        attributes.record(&mut Read(&mut record.fields));
        let mut recorded = self.0.lock().unwrap();
        context.span(id).unwrap().extensions_mut().insert(recorded.len());
        recorded.push(record);
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        if let Some(&index) = span.extensions().get::<usize>() {
            values.record(&mut Read(&mut self.0.lock().unwrap()[index].fields));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event).filter(|_| is_ours(event.metadata())) else {
            return;
        };
        if let Some(&index) = span.extensions().get::<usize>() {
            let mut fields = Fields::new();
            event.record(&mut Read(&mut fields));
            let level = *event.metadata().level();
            self.0.lock().unwrap()[index].events.push((level, fields));
        }
    }
}

/// Runs something with a subscriber, while other tests run without one.
///
/// While there is one subscriber, `tracing` lets the thread that comes first to a span or an event decide whether it is
/// ever enabled, and another test has no subscriber. While there are two it asks both.
pub fn with_subscriber<T>(subscriber: impl Into<Dispatch>, run: impl FnOnce() -> T) -> T {
    let _second = Dispatch::new(tracing_subscriber::registry());
    tracing::dispatcher::with_default(&subscriber.into(), run)
}

/// The span of one request for a page of five.
fn recorded(server: &Server) -> Record {
    record_of(&client(server, &Waits::default()))
}

fn record_of(client: &Client) -> Record {
    let recorded = Recorded::default();
    let subscriber = tracing_subscriber::registry().with(recorded.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    with_subscriber(subscriber, || {
        let _ = runtime.block_on(client.list_tasks().limit(5).send());
    });
    let records = recorded.0.lock().unwrap();
    assert_eq!(records.len(), 1, "one span a call");
    assert!(!format!("{records:?}").contains(KEY));
    records[0].clone()
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The fields that every call has.
fn call(server: &Server) -> Fields {
    let port = server.url().rsplit_once(':').unwrap().1.to_owned();
    fields(&[
        ("otel.name", "GET /tasks"),
        ("otel.kind", "client"),
        ("http.request.method", "GET"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
        ("url.full", &format!("{}/tasks?limit=5", server.url())),
        ("url.template", "/tasks"),
    ])
}

#[test]
fn a_call_is_a_span_with_the_standard_names() {
    let server = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let record = recorded(&server);
    assert_eq!(record.name, "request");
    assert!(record.target.starts_with("ittybit_runtime"));
    let mut expected = call(&server);
    expected.extend(fields(&[("http.response.status_code", "200")]));
    assert_eq!(record.fields, expected);
    assert!(record.events.is_empty());
}

#[test]
fn each_retry_is_an_event() {
    let server = Server::start(|_, number| match number {
        0 => Reply::error(503, "offline", "Wait."),
        1 => Reply::Close(Vec::new()),
        _ => loopback::with_json(200, &json!([])),
    });
    let record = recorded(&server);
    let mut expected = call(&server);
    expected.extend(fields(&[
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "2"),
    ]));
    assert_eq!(record.fields, expected);
    let events: Vec<_> = record
        .events
        .iter()
        .map(|(level, fields)| {
            let field = |name: &str| fields[name].as_str();
            (*level, field("attempt"), field("delay_ms"), field("error.type"))
        })
        .collect();
    assert_eq!(
        events,
        [
            (tracing::Level::WARN, "1", "500", "503"),
            (tracing::Level::WARN, "2", "1000", "interrupted"),
        ]
    );
    let error = &record.events[0].1["error"];
    assert!(error.contains("offline: Wait."), "{error}");
}

#[test]
fn the_span_of_a_failed_call_has_its_failure() {
    for (reply, status, error_type) in [
        (
            (|| Reply::error(404, "task_not_found", "")) as fn() -> Reply,
            "404",
            "404",
        ),
        (|| Reply::text(200, "text/html", "<html>"), "200", "decode"),
        (|| Reply::text(302, "text/html", ""), "302", "redirect"),
    ] {
        let server = Server::start(move |_, _| reply());
        let mut expected = call(&server);
        expected.extend(fields(&[
            ("http.response.status_code", status),
            ("otel.status_code", "ERROR"),
            ("error.type", error_type),
        ]));
        assert_eq!(recorded(&server).fields, expected);
    }
}

/// All events, those of the HTTP stack included.
#[test]
fn no_line_at_any_level_has_the_key() {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(written.clone())
        .finish();
    let server = Server::start(|_, number| match number {
        0 => Reply::error(503, "offline", &format!("{KEY} is offline")),
        1 => Reply::Close(Vec::new()),
        2 => loopback::with_json(200, &json!([loopback::task(KEY)])).header("Has-More", "true"),
        3 => Reply::text(302, "text/plain", "").header("Location", format!("/{KEY}")),
        _ => loopback::with_json(200, &json!({ "id": KEY })),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    with_subscriber(subscriber, || {
        let client = client(&server, &Waits::default());
        runtime.block_on(async {
            let mut pages = client.list_tasks().order(ittybit::SortOrder::Asc).pages();
            let page = pages.try_next().await.unwrap().unwrap();
            assert_eq!(page[0].id, KEY);
            assert_eq!(pages.try_next().await.unwrap_err().category(), Category::Redirect);
            assert_eq!(
                client.list_tasks().send().await.unwrap_err().category(),
                Category::Decode
            );
        });
    });
    let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(written.contains("the request failed and is sent again"), "{written}");
    assert!(!written.contains(KEY), "{written}");
}

/// The lines of a subscriber.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[test]
fn an_echoed_key_is_not_logged() {
    let server = Server::start(|_, _| Reply::error(503, "offline", &format!("{KEY} is offline")));
    let record = recorded(&server);
    assert_eq!(record.events.len(), 2);
    assert!(record.events[0].1["error"].contains("[redacted] is offline"));
}

#[test]
fn an_ip_address_is_without_brackets() {
    let client = Client::builder()
        .api_key(KEY)
        .base_url("http://[::1]:9")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let recorded = record_of(&client);
    assert_eq!(recorded.fields["server.address"], "::1");
    assert_eq!(recorded.fields["server.port"], "9");
}
