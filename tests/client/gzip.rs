//! Compressed responses: read where they were requested, and a clear error where they were not.

use crate::loopback::{self, Reply, Server, Waits};
use ittybit::Category;

/// `[]`, compressed.
const EMPTY_LIST: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x8b\x8e\x05\x00)\xbbL\x0d\x02\x00\x00\x00";

/// The same after 10,000 blanks.
#[cfg(feature = "gzip")]
const BLANKS: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xed\xc1\x01\x09\x00\x00\x0c\x03\xa0*\xeb5\xd6\xbf\xc6s\x1c\xd4\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xfe\xeb\x0e\x9ec+\xbc\x12'\x00\x00";

fn serving(body: &'static [u8]) -> Server {
    Server::start(move |_, _| Reply::text(200, "application/json", body).header("Content-Encoding", "gzip"))
}

#[cfg(not(feature = "gzip"))]
#[tokio::test]
async fn without_the_feature_gzip_is_not_requested_and_is_an_error() {
    let server = serving(EMPTY_LIST);
    let client = loopback::client(&server, &Waits::default());
    let error = client.list_tasks().send().await.unwrap_err();
    assert_eq!(server.requests()[0].header("accept-encoding"), None);
    assert_eq!(error.category(), Category::Decode);
    assert!(error.to_string().contains("feature `gzip`"), "{error}");
    assert_eq!(error.body(), Some(EMPTY_LIST));
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn with_the_feature_gzip_is_requested_and_read() {
    let server = serving(EMPTY_LIST);
    let client = loopback::client(&server, &Waits::default());
    assert!(client.list_tasks().send().await.unwrap().is_empty());
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn the_limit_applies_after_decompression() {
    let server = serving(BLANKS);
    for (limit, fits) in [(10_002, true), (10_001, false)] {
        let client = loopback::builder(&server, &Waits::default())
            .max_response_bytes(limit)
            .build()
            .unwrap();
        match client.list_tasks().send().await {
            Ok(page) => assert!(fits && page.is_empty()),
            Err(error) => {
                assert!(!fits);
                assert_eq!(error.category(), Category::TooLarge);
            }
        }
    }
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn a_body_that_cannot_be_decompressed_is_retried() {
    let cut = &EMPTY_LIST[..EMPTY_LIST.len() - 9];
    for (broken, cause) in [(&b"not gzip at all"[..], "header"), (cut, "end")] {
        let server = serving(broken);
        let client = loopback::client(&server, &Waits::default());
        let error = client.list_tasks().send().await.unwrap_err();
        assert_eq!(error.category(), Category::Interrupted);
        assert_eq!(error.status().unwrap(), 200);
        assert_eq!(error.attempts(), 3);
        let message = error.message();
        assert!(
            message.starts_with("the response could not be read to its end: "),
            "{message}"
        );
        assert!(message.contains(cause), "{message}");
    }
}
