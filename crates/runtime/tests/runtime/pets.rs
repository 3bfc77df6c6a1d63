//! The generated part of an API of pets with every kind of credential.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ittybit_runtime::auth::{Credential, Scheme, SchemeKind};
use ittybit_runtime::generated::{Api, CallOptions, Client, ClientBuilder, ErrorShape, Request};
use ittybit_runtime::operation::Operation;
use ittybit_runtime::{Clock, Error, Response, RetryPolicy};
use serde_json::Value;

use crate::server::Server;

pub static API: Api = Api {
    user_agent: "pets/1.0",
    crate_name: "pets",
    server: Some("https://pets.example.com"),
    env_prefix: "PETS",
    schemes: &[
        scheme("bearer", SchemeKind::Http("Bearer"), "access token", &["TOKEN"]),
        scheme("basic", SchemeKind::Basic, "password", &["USERNAME", "PASSWORD"]),
        scheme("other", SchemeKind::Http("Token"), "credential", &["OTHER"]),
        scheme("header", SchemeKind::Header("X-API-Key"), "API key", &["HEADER_KEY"]),
        scheme("query", SchemeKind::Query("api_key"), "API key", &["QUERY_KEY"]),
        scheme("cookie", SchemeKind::Cookie("session"), "API key", &["COOKIE_KEY"]),
    ],
    // Each operation has requirements of its own, so a client can be built without credentials.
    security: &[],
    errors: ErrorShape {
        kind: &["/code"],
        message: &["/text"],
    },
};

const fn scheme(
    name: &'static str,
    kind: SchemeKind,
    noun: &'static str,
    variables: &'static [&'static str],
) -> Scheme {
    Scheme {
        name,
        kind,
        noun,
        // Generated code gives each scheme a method of its own.
        setter: name,
        variables,
        token_url: None,
    }
}

pub const LIST: Operation = Operation::of("list_pets", "GET", "/pets", &[200..=200]);

pub const MAKE: Operation = Operation {
    method: "POST",
    id: "make_pet",
    ..LIST
};

pub const MAKE_ONCE: Operation = Operation {
    idempotency_key: Some("Idempotency-Key"),
    ..MAKE
};

/// The list, with the requirements that each of the operations below has.
const fn secured(security: &'static [&'static [&'static str]]) -> Operation {
    Operation { security, ..LIST }
}

pub static OPEN: Operation = LIST;
pub static BEARER: Operation = secured(&[&["bearer"]]);
pub static BASIC: Operation = secured(&[&["basic"]]);
pub static OTHER: Operation = secured(&[&["other"]]);
pub static HEADER: Operation = secured(&[&["header"]]);
pub static QUERY: Operation = secured(&[&["query"]]);
pub static COOKIE: Operation = secured(&[&["cookie"]]);
pub static BOTH: Operation = secured(&[&["header", "cookie"]]);
pub static EITHER: Operation = secured(&[&["header", "cookie"], &["bearer"]]);
/// With schemes that are not among those of the API.
pub static UNKNOWN: Operation = secured(&[&["tls", "bearer"], &["proof"]]);
pub static OPTIONAL: Operation = secured(&[&["bearer"], &[]]);
/// The order in which most documents write it.
pub static OPTIONAL_FIRST: Operation = secured(&[&[], &["bearer"]]);

/// A clock on which no wait takes time; it records the waits.
#[derive(Clone, Default)]
pub struct Waits(Arc<Mutex<(Vec<Duration>, Duration)>>);

impl Waits {
    pub fn all(&self) -> Vec<Duration> {
        self.0.lock().unwrap().0.clone()
    }

    pub fn advance(&self, time: Duration) {
        self.0.lock().unwrap().1 += time;
    }
}

impl Clock for Waits {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600) + self.0.lock().unwrap().1
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().unwrap().0.push(duration);
        Box::pin(std::future::ready(()))
    }
}

pub fn policy(waits: &Waits) -> RetryPolicy {
    RetryPolicy::default().clock(waits.clone()).jitter(|| 1.0)
}

pub fn builder(server: &Server) -> ClientBuilder {
    ClientBuilder::new(&API)
        .base_url(server.url())
        .retry(policy(&Waits::default()))
}

/// A client with one credential.
pub fn client(server: &Server, scheme: &str, credential: Credential) -> Client {
    builder(server).credential(scheme, credential, scheme).build().unwrap()
}

pub async fn send(client: &Client, operation: &'static Operation) -> Result<Response<Value>, Error> {
    send_with(client, operation, CallOptions::default()).await
}

pub async fn send_with(
    client: &Client,
    operation: &'static Operation,
    options: CallOptions,
) -> Result<Response<Value>, Error> {
    Request::new(operation, options).send_json(client).await
}

/// Everything that an error says, to its last source.
pub fn all_of(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {} {:?}", error.message(), error.kind());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text += &format!(" {:?}", error.headers());
    text + &String::from_utf8_lossy(error.body().unwrap_or_default())
}
