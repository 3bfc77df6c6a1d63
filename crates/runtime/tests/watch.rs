//! Watching a list, over a transport in memory and on a clock that the test moves.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ittybit_runtime::generated::{Api, BlockingClient, CallOptions, Client, ClientBuilder, ErrorShape};
use ittybit_runtime::generated::{Pagination, Request, Watching, text_of};
use ittybit_runtime::operation::{Lifecycle, Operation};
use ittybit_runtime::transport::{InMemory, Transport, TransportError};
use ittybit_runtime::{Category, Clock, Error, RetryPolicy, Watch, reqwest};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

static API: Api = Api {
    user_agent: "test/1",
    crate_name: "my_api",
    server: Some("https://api.example.com"),
    env_prefix: "MY_API",
    schemes: &[],
    security: &[],
    errors: ErrorShape {
        kind: &["/kind"],
        message: &["/message"],
    },
};

static LIST: Operation = Operation {
    lifecycle: Some(Lifecycle {
        field: "status",
        percent: None,
        progress: &["running"],
        success: &["done"],
        failure: &["failed"],
    }),
    ..Operation::of("list_jobs", "GET", "/jobs", &[200..=200])
};

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Job {
    id: String,
    status: String,
    #[serde(default)]
    step: u32,
}

const PAGES: Pagination<Job> = Pagination {
    forward: "after",
    backward: None,
    cursor: |job, _| Some(job.id.clone()),
    cursor_property: "id",
    has_more: Some("Has-More"),
    limit: None,
    default_limit: Some(100),
    applied_limit: None,
};

const WATCHING: Watching<Job> = Watching::new(PAGES, |job, _| is_done(&job.status));

fn is_done(status: &str) -> bool {
    ["done", "failed"].contains(&status)
}

/// A clock on which a wait takes no time: it jumps to its end.
#[derive(Clone, Default)]
struct Jumping(Arc<Mutex<Duration>>);

impl Jumping {
    fn time(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Jumping {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.time()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.advance(duration);
        Box::pin(std::future::ready(()))
    }
}

/// One attempt, and waits as long as they can be.
fn policy(clock: &Jumping) -> RetryPolicy {
    RetryPolicy::none().jitter(|| 1.0).clock(clock.clone())
}

fn client(transport: impl Transport, policy: RetryPolicy) -> Client {
    ClientBuilder::new(&API)
        .transport(transport)
        .retry(policy)
        .build()
        .unwrap()
}

fn watch(transport: impl Transport, policy: RetryPolicy) -> Watch<Job> {
    Request::new(&LIST, CallOptions::default()).watch(&client(transport, policy), WATCHING)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // The time limit of an attempt that gets no response passes at once.
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// A transport that records when each request was sent.
#[derive(Clone)]
struct Timed {
    inner: InMemory,
    clock: Jumping,
    times: Arc<Mutex<Vec<u64>>>,
}

impl Timed {
    fn new(inner: InMemory, clock: &Jumping) -> Self {
        let clock = clock.clone();
        let times = Arc::default();
        Self { inner, clock, times }
    }

    /// The seconds at which requests came.
    fn seconds(&self) -> Vec<u64> {
        self.times.lock().unwrap().clone()
    }
}

impl Transport for Timed {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        self.times.lock().unwrap().push(self.clock.time().as_secs());
        self.inner.send(request).await
    }
}

#[test]
fn it_gives_each_change_and_ends() {
    run(async {
        let clock = Jumping::default();
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running"},{"id":"b","status":"queued"}]"#)
            .respond(
                200,
                r#"[{"id":"a","status":"running","step":1},{"id":"b","status":"queued"}]"#,
            )
            .respond(200, r#"[{"id":"a","status":"done"},{"id":"b","status":"queued"}]"#)
            .respond(
                200,
                r#"[{"id":"a","status":"done","step":9},{"id":"b","status":"failed"}]"#,
            );
        let mut watch = watch(transport.clone(), policy(&clock));
        let mut seen = Vec::new();
        while let Some(job) = watch.try_next().await.unwrap() {
            seen.push(format!("{} {} {}", job.id, job.status, job.step));
        }
        assert_eq!(
            seen,
            ["a running 0", "b queued 0", "a running 1", "a done 0", "b failed 0"]
        );
        assert_eq!(transport.requests().len(), 4);
        assert!(watch.try_next().await.unwrap().is_none());
        let last = watch.until_done().await.unwrap();
        assert_eq!(
            last.iter().map(|job| &*job.status).collect::<Vec<_>>(),
            ["done", "failed"]
        );
        assert_eq!(transport.requests().len(), 4, "what has ended asks no more");
    });
}

#[test]
fn an_empty_list_is_not_the_end() {
    run(async {
        let transport = InMemory::new()
            .respond(200, "[]")
            .respond(200, r#"[{"id":"a","status":"done"}]"#);
        let done = watch(transport, policy(&Jumping::default()))
            .until_done()
            .await
            .unwrap();
        assert_eq!(done.len(), 1);
    });
}

#[test]
fn an_item_that_is_no_longer_listed_and_has_not_finished_is_waited_for() {
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running"},{"id":"b","status":"running"}]"#)
            .respond(200, r#"[{"id":"b","status":"done"}]"#)
            .respond(200, "[]");
        let returned = transport.clone().respond(200, r#"[{"id":"a","status":"done"}]"#);
        let mut watch = watch(returned, policy(&Jumping::default()));
        let done = watch.until_done().await.unwrap();
        let done: Vec<_> = done.iter().map(|job| (&*job.id, &*job.status)).collect();
        assert_eq!(done, [("a", "done"), ("b", "done")]);
        assert_eq!(transport.requests().len(), 4);
    });
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running"},{"id":"b","status":"done"}]"#)
            .respond(200, "[]");
        let mut watch = watch(transport, policy(&Jumping::default())).deadline(Duration::from_secs(60));
        assert_eq!(
            watch.until_done().await.unwrap_err().to_string(),
            "list_jobs failed: 1 of 2 items had not finished within 60s (1 no longer listed). Watch them once \
             more, or raise the watch's `deadline`"
        );
    });
}

#[test]
fn an_item_that_has_finished_need_not_be_listed_any_more() {
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"done"},{"id":"b","status":"running"}]"#)
            .respond(200, r#"[{"id":"b","status":"done"}]"#);
        let mut watch = watch(transport.clone(), policy(&Jumping::default()));
        assert_eq!(watch.until_done().await.unwrap().len(), 2);
        assert_eq!(transport.requests().len(), 2);
    });
}

/// A page takes 4 s, and there is always another.
struct Endless;

impl Transport for Endless {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        tokio::time::sleep(Duration::from_secs(4)).await;
        let next = request.url().query().map_or(0, str::len);
        let page = InMemory::new().respond(200, format!(r#"[{{"id":"{}","status":"done"}}]"#, "a".repeat(next + 1)));
        page.header("Has-More", "true").send(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_long_pass() {
    let begin = tokio::time::Instant::now();
    let mut watch = watch(Endless, policy(&Jumping::default())).deadline(Duration::from_secs(10));
    let error = watch.until_done().await.unwrap_err();
    assert_eq!(error.category(), Category::Timeout);
    assert_eq!(
        error.message(),
        "2 items had finished within 10s, but the list was not read to its end, or has other items that cannot be \
         read. Watch them once more, or raise the watch's `deadline`"
    );
    assert_eq!(begin.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_looked_at_between_pages() {
    let mut watch = watch(Endless, policy(&Jumping::default())).deadline(Duration::from_secs(10));
    assert!(watch.try_next().await.unwrap().is_some());
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(watch.try_next().await.unwrap_err().category(), Category::Timeout);
    assert!(watch.try_next().await.unwrap().is_none());
}

#[test]
fn a_page_that_fails_for_good_is_left() {
    let first = || {
        let page = InMemory::new().respond(200, r#"[{"id":"a","status":"running"}]"#);
        page.header("Has-More", "true")
    };
    let deleted = first().respond(404, r#"{"kind":"not_found","message":"there is no `a`"}"#);
    let repeated = first()
        .respond(200, r#"[{"id":"a","status":"running"}]"#)
        .header("Has-More", "true");
    for (transport, category) in [(deleted, Category::Api), (repeated, Category::Pagination)] {
        run(async {
            let transport = transport.respond(200, r#"[{"id":"a","status":"done"}]"#);
            let mut watch = watch(transport.clone(), policy(&Jumping::default()));
            assert_eq!(watch.until_done().await.unwrap_err().category(), category);
            assert_eq!(watch.until_done().await.unwrap()[0].status, "done");
            let requests = transport.requests();
            let queries: Vec<_> = requests.iter().map(|request| request.url().query()).collect();
            assert_eq!(queries, [None, Some("after=a"), None]);
        });
    }
}

#[test]
fn intervals_rise_and_start_again_with_a_change() {
    run(async {
        let clock = Jumping::default();
        let running = |step: u32| format!(r#"[{{"id":"a","status":"running","step":{step}}}]"#);
        let mut inner = InMemory::new();
        for step in [0, 0, 0, 0, 0, 0, 0, 1, 1] {
            inner = inner.respond(200, running(step));
        }
        let transport = Timed::new(inner.respond(200, r#"[{"id":"a","status":"done"}]"#), &clock);
        watch(transport.clone(), policy(&clock)).until_done().await.unwrap();
        assert_eq!(transport.seconds(), [0, 2, 6, 14, 30, 60, 90, 120, 122, 126]);
    });
}

#[test]
fn jitter_takes_half_of_an_interval_at_most() {
    run(async {
        let clock = Jumping::default();
        let inner = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running"}]"#)
            .respond(200, r#"[{"id":"a","status":"running"}]"#)
            .respond(200, r#"[{"id":"a","status":"done"}]"#);
        let transport = Timed::new(inner, &clock);
        let first = Duration::from_secs(40);
        let mut watch = watch(transport.clone(), policy(&clock).jitter(|| 0.0)).interval(first);
        watch.until_done().await.unwrap();
        assert_eq!(transport.seconds(), [0, 20, 40], "an interval above 30 s is kept");
    });
}

#[test]
fn a_retry_after_is_waited_for() {
    run(async {
        let clock = Jumping::default();
        let inner = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running"}]"#)
            .respond(429, "")
            .header("Retry-After", "300")
            .respond(503, "")
            .header("Retry-After", "1")
            .respond(200, r#"[{"id":"a","status":"done"}]"#);
        let transport = Timed::new(inner, &clock);
        let mut watch = watch(transport.clone(), policy(&clock));
        assert_eq!(watch.try_next().await.unwrap().unwrap().status, "running");
        let limited = watch.until_done().await.unwrap_err();
        assert_eq!(limited.retry_after(), Some(Duration::from_secs(300)));
        assert!(watch.until_done().await.is_err());
        assert_eq!(watch.until_done().await.unwrap()[0].status, "done");
        assert_eq!(
            transport.seconds(),
            [0, 2, 302, 310],
            "never less than the interval, which rises"
        );
    });
}

#[test]
fn after_an_error_it_continues_where_it_was() {
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"done"}]"#)
            .header("Has-More", "true")
            .respond(500, "")
            .respond(200, r#"[{"id":"b","status":"done"}]"#);
        let mut watch = watch(transport.clone(), policy(&Jumping::default()));
        assert_eq!(watch.try_next().await.unwrap().unwrap().id, "a");
        assert_eq!(watch.try_next().await.unwrap_err().status().unwrap(), 500);
        assert_eq!(watch.try_next().await.unwrap().unwrap().id, "b");
        assert!(watch.try_next().await.unwrap().is_none());
        let queries: Vec<_> = transport
            .requests()
            .iter()
            .map(|request| request.url().query().map(str::to_owned))
            .collect();
        assert_eq!(queries, [None, Some("after=a".to_owned()), Some("after=a".to_owned())]);
    });
}

#[test]
fn a_deadline_ends_it() {
    run(async {
        let clock = Jumping::default();
        let running = InMemory::new().respond(200, r#"[{"id":"a","status":"running"}]"#);
        let transport = Timed::new(running, &clock);
        let mut watch = watch(transport.clone(), policy(&clock)).deadline(Duration::from_secs(50));
        assert!(watch.try_next().await.unwrap().is_some());
        let error = watch.try_next().await.unwrap_err();
        assert_eq!(error.category(), Category::Timeout);
        assert!(!error.is_retryable(), "or a loop that tries again would never end");
        assert_eq!(
            error.to_string(),
            "list_jobs failed: 1 of 1 items had not finished within 50s. Watch them once more, or \
             raise the watch's `deadline`"
        );
        let seconds = transport.seconds();
        assert_eq!(seconds, [0, 2, 6, 14, 30]);
        assert!((49..=50).contains(&clock.time().as_secs()), "{:?}", clock.time());
        assert!(watch.try_next().await.unwrap().is_none());
        assert_eq!(
            watch.until_done().await.unwrap_err().category(),
            Category::Timeout,
            "it is not done"
        );
        assert_eq!(transport.seconds().len(), seconds.len());
    });
}

#[test]
fn a_deadline_does_not_wait_for_a_retry_after() {
    run(async {
        let clock = Jumping::default();
        let limited = InMemory::new().respond(429, "").header("Retry-After", "3600");
        let mut watch = watch(limited, policy(&clock)).deadline(Duration::from_secs(10));
        assert_eq!(watch.try_next().await.unwrap_err().status().unwrap(), 429);
        let error = watch.try_next().await.unwrap_err();
        assert_eq!(error.category(), Category::Timeout);
        assert!(error.message().contains("nothing to watch"), "{error}");
        assert!(clock.time() <= Duration::from_secs(10));
    });
}

#[test]
fn a_wrong_argument_is_one_error() {
    run(async {
        let request = Request::new(&LIST, CallOptions::default()).query("run", [["no form"]]);
        let mut watch = request.watch(&client(InMemory::new(), RetryPolicy::none()), WATCHING);
        let error = watch.try_next().await.unwrap_err();
        assert_eq!(error.argument(), Some("run"));
        assert!(watch.try_next().await.unwrap().is_none());
        assert_eq!(
            watch.until_done().await.unwrap_err().category(),
            Category::InvalidArgument
        );
    });
}

fn watch_json(transport: InMemory) -> Watch<Box<RawValue>> {
    const JSON: Watching<Box<RawValue>> = Watching::json(PAGES.of(|item, cursor| text_of(item, cursor)));
    let client = client(transport, policy(&Jumping::default()));
    Request::new(&LIST, CallOptions::default()).watch(&client, JSON)
}

#[test]
fn equal_json_is_no_change() {
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running","by":{"x":1,"y":2}}]"#)
            .respond(200, r#"[{"status": "running", "by":{"y":2,"x":1}, "id":"a"}]"#)
            .respond(200, r#"[{"id":"a","status":"done","by":{"x":1,"y":2}}]"#);
        let mut watch = watch_json(transport);
        let mut seen = Vec::new();
        while let Some(item) = watch.try_next().await.unwrap() {
            seen.push(text_of(&item, "status").unwrap());
        }
        assert_eq!(seen, ["running", "done"]);
    });
}

#[test]
fn the_error_of_an_item_is_passed_on_once() {
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":"running"},{"status":"running"}]"#)
            .respond(200, r#"[{"id":"a","status":"running"},{"status":"running"}]"#)
            .respond(200, r#"[{"status":"running"}]"#)
            .respond(200, r#"[{"id":"a","status":"done"}]"#);
        let mut watch = watch_json(transport.clone());
        assert!(watch.try_next().await.unwrap().is_some());
        let error = watch.try_next().await.unwrap_err();
        assert!(error.is_of_item() && error.message().contains("no cursor"), "{error}");
        // The pass without `a` also has an item that could be it.
        let item = watch.try_next().await.unwrap().unwrap();
        assert_eq!(text_of(&item, "status").unwrap(), "done");
        assert!(watch.try_next().await.unwrap().is_none());
        assert_eq!(transport.requests().len(), 4);
    });
}

#[test]
fn an_item_without_a_typed_form_is_an_error_until_it_changes() {
    run(async {
        let transport = InMemory::new()
            .respond(200, r#"[{"id":"a","status":1},{"id":"b","status":"running"}]"#)
            .respond(200, r#"[{"id":"a","status":1},{"id":"b","status":"running"}]"#)
            .respond(200, r#"[{"id":"a","status":2},{"id":"b","status":"done"}]"#)
            .respond(200, r#"[{"id":"a","status":"done"},{"id":"b","status":"done"}]"#);
        let mut watch = watch(transport.clone(), policy(&Jumping::default()));
        let mut seen = Vec::new();
        loop {
            match watch.try_next().await {
                Ok(Some(job)) => seen.push(format!("{} {}", job.id, job.status)),
                Ok(None) => break,
                Err(error) => {
                    assert!(error.is_of_item() && error.category() == Category::Decode, "{error}");
                    seen.push(String::from_utf8(error.body().unwrap().to_vec()).unwrap());
                }
            }
        }
        // It does not end without `a`, which may be in any state while it cannot be read.
        let expected = [
            r#"{"id":"a","status":1}"#,
            "b running",
            r#"{"id":"a","status":2}"#,
            "b done",
            "a done",
        ];
        assert_eq!(seen, expected);
        assert_eq!(transport.requests().len(), 4);
    });
}

#[test]
fn outside_of_a_runtime_it_is_an_error() {
    let mut watch = watch(InMemory::new(), RetryPolicy::none());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..2 {
        let mut next = std::pin::pin!(watch.try_next());
        match next.as_mut().poll(&mut context) {
            std::task::Poll::Ready(Err(error)) => assert_eq!(error.category(), Category::Runtime),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn outside_of_the_runtime_that_it_began_in_it_is_an_error_and_goes_on_within() {
    let transport = InMemory::new()
        .respond(200, r#"[{"id":"a","status":"running"}]"#)
        .respond(200, r#"[{"id":"a","status":"done"}]"#);
    let mut watch = watch(transport, RetryPolicy::none()).interval(Duration::ZERO);
    assert_eq!(run(watch.try_next()).unwrap().unwrap().status, "running");
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(watch.try_next()).poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert_eq!(error.category(), Category::Runtime),
        other => panic!("{other:?}"),
    }
    assert_eq!(run(watch.until_done()).unwrap()[0].status, "done");
}

#[test]
fn blocking() {
    let clock = Jumping::default();
    let transport = InMemory::new()
        .respond(200, r#"[{"id":"a","status":"running"}]"#)
        .respond(500, "")
        .respond(200, r#"[{"id":"a","status":"done"}]"#);
    let builder = ClientBuilder::new(&API).transport(transport).retry(policy(&clock));
    let client = BlockingClient::build(builder).unwrap();
    let mut watch = client.watch(Request::new(&LIST, CallOptions::default()), WATCHING);
    assert_eq!(watch.next().unwrap().unwrap().status, "running");
    assert_eq!(watch.next().unwrap().unwrap_err().status().unwrap(), 500);
    assert_eq!(watch.until_done().unwrap()[0].status, "done");
    assert!(watch.next().is_none());
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Nothing,
    Status(u16),
    RetryAfter(u16, u8),
    Connect,
    Interrupted,
    NotJson,
    NoList,
    CutShort,
    /// No response at all.
    Silence,
    /// The first item of the page is one without a typed form.
    Untyped,
    /// An empty page that has another after it.
    Empty,
    /// The page before, once more.
    Repeated,
    /// The first item of the page is not there, if it was before.
    Missing,
}

/// When each step of a job begins, in seconds; with the last one it is done.
type Life = Vec<u16>;

/// A server whose jobs take a while, with faults.
struct Server {
    lives: Vec<Life>,
    page: usize,
    faults: Mutex<Vec<Fault>>,
    clock: Jumping,
    /// Those that were listed.
    listed: Mutex<HashSet<usize>>,
}

impl Server {
    fn job(&self, number: usize, now: u64) -> String {
        let life = &self.lives[number];
        let step = life.iter().filter(|begin| u64::from(**begin) <= now).count();
        let status = if step == life.len() { "done" } else { "running" };
        // Changes after the end do not matter.
        let note = if step == life.len() { now } else { 0 };
        format!(r#"{{"id":"job_{number}","status":"{status}","step":{step},"note":{note}}}"#)
    }
}

impl Transport for Server {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        self.clock.advance(Duration::from_millis(300));
        let now = self.clock.time().as_secs();
        let query: HashMap<String, String> = request.url().query_pairs().into_owned().collect();
        let start = query
            .get("after")
            .map_or(0, |id| id["job_".len()..].parse::<usize>().unwrap() + 1);
        let end = (start + self.page).min(self.lives.len());
        let more = if end < self.lives.len() { "true" } else { "false" };
        let fault = self.faults.lock().unwrap().pop().unwrap_or(Fault::Nothing);
        let (first, more) = match fault {
            Fault::Missing if self.listed.lock().unwrap().contains(&start) => (start + 1, more),
            Fault::Repeated if start > 0 => (start - 1, "true"),
            _ => (start, more),
        };
        let mut jobs: Vec<String> = (first..end).map(|number| self.job(number, now)).collect();
        match fault {
            Fault::Untyped => jobs[0] = format!(r#"{{"id":"job_{start}","status":{now}}}"#),
            Fault::Empty => jobs.clear(),
            Fault::Nothing | Fault::Missing => self.listed.lock().unwrap().extend(first..end),
            _ => {}
        }
        let body = format!("[{}]", jobs.join(","));
        let canned = match fault {
            Fault::Nothing | Fault::Untyped | Fault::Missing | Fault::Repeated => {
                InMemory::new().respond(200, body).header("Has-More", more)
            }
            Fault::Empty => InMemory::new().respond(200, body).header("Has-More", "true"),
            Fault::Silence => std::future::pending().await,
            Fault::Status(status) => InMemory::new().respond(status, r#"{"kind":"k","message":"m"}"#),
            Fault::RetryAfter(status, seconds) => InMemory::new()
                .respond(status, "")
                .header("Retry-After", &seconds.to_string()),
            Fault::Connect => return Err(TransportError::connect("refused")),
            Fault::Interrupted => return Err(TransportError::interrupted("reset")),
            Fault::NotJson => InMemory::new().respond(200, "<html>"),
            Fault::NoList => InMemory::new().respond(200, r#"{"data":[]}"#),
            Fault::CutShort => InMemory::new().respond(200, &body.as_bytes()[..body.len() / 2]),
        };
        canned.send(request).await
    }
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::Nothing),
        1 => prop::sample::select(vec![400, 401, 404, 408, 500, 502, 503, 504]).prop_map(Fault::Status),
        1 => (prop::sample::select(vec![429, 503]), any::<u8>()).prop_map(|(status, seconds)| Fault::RetryAfter(status, seconds)),
        2 => prop::sample::select(vec![
            Fault::Connect,
            Fault::Interrupted,
            Fault::NotJson,
            Fault::NoList,
            Fault::CutShort,
            Fault::Silence,
            Fault::Untyped,
            Fault::Empty,
            Fault::Repeated,
            Fault::Missing,
        ]),
    ]
}

fn life() -> impl Strategy<Value = Life> {
    prop::collection::vec(0u16..200, 1..6).prop_map(|mut life| {
        life.sort_unstable();
        life
    })
}

/// 10,000 patterns of faults, on two threads: each takes a moment of one core.
#[test]
fn every_end_is_seen_and_nothing_after_it() {
    std::thread::scope(|scope| {
        scope.spawn(under_faults);
        under_faults();
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    fn under_faults(
        lives in prop::collection::vec(life(), 1..6),
        page in 1usize..4,
        faults in prop::collection::vec(fault(), 0..40),
        attempts in 1u32..4,
        jitter in 0.0f64..=1.0,
    ) {
        let clock = Jumping::default();
        let policy = RetryPolicy::default().max_attempts(attempts).jitter(move || jitter).clock(clock.clone());
        let steps: Vec<usize> = lives.iter().map(Vec::len).collect();
        let count = faults.len();
        let server = Server { lives, page, faults: Mutex::new(faults), clock, listed: Mutex::default() };
        let mut watch = watch(server, policy);
        let mut seen: HashMap<String, Vec<Job>> = HashMap::new();
        let mut order = Vec::new();
        let mut errors: Vec<Error> = Vec::new();
        let last = run(async {
            loop {
                match watch.try_next().await {
                    Ok(Some(job)) => {
                        let states = seen.entry(job.id.clone()).or_default();
                        if states.is_empty() {
                            order.push(job.id.clone());
                        }
                        states.push(job);
                    }
                    Ok(None) => return watch.until_done().await.unwrap(),
                    Err(error) => errors.push(error),
                }
                assert!(errors.len() <= count, "more errors than faults: {errors:?}");
            }
        });
        prop_assert_eq!(seen.len(), steps.len());
        for (number, steps) in steps.iter().enumerate() {
            let states = &seen[&format!("job_{number}")];
            let (end, before) = states.split_last().unwrap();
            prop_assert_eq!((&*end.status, end.step as usize), ("done", *steps));
            prop_assert!(before.iter().all(|job| job.status == "running"), "{states:?}");
            prop_assert!(states.windows(2).all(|pair| pair[0].step < pair[1].step), "{states:?}");
        }
        prop_assert_eq!(last.iter().map(|job| job.id.clone()).collect::<Vec<_>>(), order);
        prop_assert!(last.iter().all(|job| job.status == "done"));
    }
}
