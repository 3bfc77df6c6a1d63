//! Bodies that end too early, are compressed, or too large.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ittybit_runtime::generated::{CallOptions, Request};
use ittybit_runtime::{Category, reqwest};

use crate::pets::{self, Waits, builder, policy, send};
use crate::server::{Reply, Server};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A response without a length, which ends with the connection.
fn unmeasured(body: &str) -> Reply {
    Reply::Close(format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{body}").into_bytes())
}

#[tokio::test]
async fn a_response_without_length_that_is_cut_anywhere_is_tried_again() {
    for cut in ["", " ", "[", "[1, 2", "[1, \"x"] {
        let server = Server::start(move |_, number| match number {
            0 | 1 => unmeasured(cut),
            _ => unmeasured("[1, 2]"),
        });
        let client = builder(&server).build().unwrap();
        assert_eq!(
            *send(&client, &pets::OPEN).await.unwrap(),
            serde_json::json!([1, 2]),
            "{cut:?}"
        );
        assert_eq!(server.requests().len(), 3, "{cut:?}");
    }
    // A body that was not cut, but is not JSON, is not retried.
    let server = Server::start(|_, _| unmeasured("<h1>hello"));
    let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
    assert_eq!((error.category(), error.attempts()), (Category::Decode, 1));
    // Nor is an empty body with a length of 0, or one that the call does not read.
    let server = Server::start(|_, _| Reply::json(200, ""));
    let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
    assert_eq!((error.category(), error.attempts()), (Category::Decode, 1));
    let server = Server::start(|_, _| unmeasured(""));
    let request = Request::new(&pets::OPEN, CallOptions::default());
    request.send_empty(&builder(&server).build().unwrap()).await.unwrap();
}

#[cfg(feature = "gzip")]
mod compressed {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn responding(status: u16, body: Vec<u8>) -> Server {
        Server::start(move |request, _| {
            assert_eq!(request.header("accept-encoding"), Some("gzip"));
            Reply::json(status, body.clone()).header("Content-Encoding", "gzip")
        })
    }

    #[tokio::test]
    async fn a_compressed_body_is_unpacked() {
        let server = responding(200, gzip("[7]"));
        let response = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap();
        assert_eq!(*response, serde_json::json!([7]));
        assert!(!response.headers().contains_key("content-encoding"));
    }

    #[tokio::test]
    async fn truncated_json_in_whole_gzip_is_malformed_and_truncated_gzip_is_an_interruption() {
        let server = responding(200, gzip("[7, 8"));
        let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
        assert_eq!((error.category(), error.attempts()), (Category::Decode, 1));
        assert_eq!(error.body().unwrap(), b"[7, 8");

        let whole = gzip(&format!("[{}7]", "7, ".repeat(1000)));
        let server = responding(200, whole[..whole.len() - 12].to_vec());
        let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
        assert_eq!((error.category(), error.attempts()), (Category::Interrupted, 3));
        assert!(error.body().unwrap().starts_with(b"[7, 7"), "what came is kept");
    }

    /// Without a length: gzip has an end of its own.
    fn unmeasured(body: Vec<u8>) -> Server {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n";
        Server::start(move |_, _| Reply::Close([head.as_bytes(), &body].concat()))
    }

    #[tokio::test]
    async fn truncated_json_in_whole_gzip_without_length_is_malformed_too() {
        let server = unmeasured(gzip("[7, 8"));
        let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
        assert_eq!((error.category(), error.attempts()), (Category::Decode, 1));
        // Where there is nothing, not even gzip, the connection ended too early.
        for cut in [0, 15] {
            let server = unmeasured(gzip("[7, 8]")[..cut].to_vec());
            let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
            assert_eq!((error.category(), error.attempts()), (Category::Interrupted, 3));
        }
    }

    #[tokio::test]
    async fn a_whole_body_is_parsed_once() {
        static PARSED: AtomicUsize = AtomicUsize::new(0);
        struct Counted;
        impl<'de> serde::Deserialize<'de> for Counted {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                PARSED.fetch_add(1, Ordering::SeqCst);
                serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
            }
        }
        for server in [responding(200, gzip("[7]")), unmeasured(gzip("[7]"))] {
            PARSED.store(0, Ordering::SeqCst);
            let request = Request::new(&pets::OPEN, CallOptions::default());
            let client = builder(&server).build().unwrap();
            request.send_json::<Counted>(&client).await.unwrap();
            assert_eq!((PARSED.load(Ordering::SeqCst), server.requests().len()), (1, 1));
        }
    }

    #[tokio::test]
    async fn compressed_errors_are_readable_even_where_they_are_cut() {
        let server = responding(401, gzip(r#"{"code": "unauthorized", "text": "who are you?"}"#));
        let error = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (Some("unauthorized"), "who are you?"));

        let whole = gzip(&"this is no JSON. ".repeat(10_000));
        let server = responding(502, whole[..whole.len() - 9].to_vec());
        let client = builder(&server)
            .retry(ittybit_runtime::RetryPolicy::none())
            .build()
            .unwrap();
        let error = send(&client, &pets::OPEN).await.unwrap_err();
        assert!(error.message().contains("this is no JSON. this is"), "{error}");
        assert!(error.body().unwrap().len() <= 64 * 1024);
    }

    #[tokio::test]
    async fn the_limit_counts_what_is_unpacked() {
        let body = format!("[{}7]", "7, ".repeat(1000));
        for (limit, fits) in [(body.len(), true), (body.len() - 1, false)] {
            let server = responding(200, gzip(&body));
            let client = builder(&server).max_response_bytes(limit).build().unwrap();
            match send(&client, &pets::OPEN).await {
                Ok(_) => assert!(fits),
                Err(error) => {
                    assert_eq!((error.category(), error.attempts()), (Category::TooLarge, 1));
                    assert!(!fits, "{error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_response_has_its_headers() {
    let server = Server::start(|_, _| {
        let tagged = Reply::json(200, "[]").header("ETag", "\"v7\"");
        tagged.header("Link", "<a>").header("Link", "<b>")
    });
    let response = send(&builder(&server).build().unwrap(), &pets::OPEN).await.unwrap();
    // Names are matched in any case.
    assert_eq!(response.headers().get("ETAG").unwrap(), "\"v7\"");
    let links: Vec<_> = response.headers().get_all("link").iter().collect();
    assert_eq!(links, ["<a>", "<b>"]);
}

#[tokio::test]
async fn an_http_client_of_the_caller_is_used_as_it_is() {
    let server = Server::start(|request, _| {
        assert_eq!(request.header("x-by"), Some("caller"));
        Reply::json(200, gzip("[7]")).header("Content-Encoding", "gzip")
    });
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("x-by", "caller".parse().unwrap());
    let http = reqwest::Client::builder()
        .no_proxy()
        .default_headers(headers)
        .build()
        .unwrap();
    let client = builder(&server)
        .transport(http)
        .retry(policy(&Waits::default()))
        .build()
        .unwrap();
    let result = send(&client, &pets::OPEN).await;
    match cfg!(feature = "gzip") {
        true => assert_eq!(*result.unwrap(), serde_json::json!([7])),
        false => assert!(
            result
                .unwrap_err()
                .message()
                .contains("Turn on the feature `gzip` of the crate")
        ),
    }
}
