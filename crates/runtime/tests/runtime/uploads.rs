//! Bodies as they are sent, to the byte.

use std::io::Error as IoError;

use futures_util::stream;
use ittybit_runtime::Category;
use ittybit_runtime::body::{Body, File};
use ittybit_runtime::generated::{CallOptions, ClientBuilder, Form, Request, Style};
use ittybit_runtime::operation::Operation;
use ittybit_runtime::transport::InMemory;
use serde_json::json;

use crate::pets::{self, API, builder};
use crate::server::{Received, Reply, Server};

/// Can be sent again.
const PUT: Operation = Operation {
    method: "PUT",
    ..pets::LIST
};

fn request() -> Request {
    Request::new(&const { PUT }, CallOptions::default())
}

async fn sent(request: Request) -> Received {
    let server = Server::start(|_, _| Reply::json(200, ""));
    request.send_empty(&builder(&server).build().unwrap()).await.unwrap();
    let [received] = server.requests().try_into().unwrap();
    received
}

/// A file for a test, which goes away with it.
struct OnDisk(std::path::PathBuf);

impl OnDisk {
    fn new(name: &str, contents: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, contents).unwrap();
        Self(path)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

fn chunks(texts: &'static [&'static str]) -> impl futures_util::Stream<Item = Result<bytes::Bytes, IoError>> + Send {
    stream::iter(texts.iter().map(|text| Ok((*text).into())))
}

#[tokio::test]
async fn json_of_another_media_type_and_text() {
    let received = sent(request().json("application/merge-patch+json", json!({"a": null}))).await;
    assert_eq!(received.header("content-type"), Some("application/merge-patch+json"));
    assert_eq!(received.body, r#"{"a":null}"#);
    let received = sent(request().bytes("text/csv", "a,b\n\"c\",é\n".into())).await;
    assert_eq!(received.header("content-type"), Some("text/csv"));
    assert_eq!(received.body, "a,b\n\"c\",é\n");
}

#[tokio::test]
async fn forms() {
    #[derive(serde::Serialize)]
    struct Order {
        name: &'static str,
        tags: [&'static str; 2],
        none: Option<u8>,
        address: Address,
        items: [Address; 2],
        sizes: [u8; 2],
        deep: Address,
    }
    #[derive(Clone, serde::Serialize)]
    struct Address {
        street: &'static str,
        number: u8,
    }
    let address = Address {
        street: "A b",
        number: 1,
    };
    let order = Order {
        name: "Rex & Co",
        tags: ["x", "y+z"],
        none: None,
        address: address.clone(),
        items: [address.clone(), address.clone()],
        sizes: [1, 2],
        deep: address,
    };
    let encoding = [
        ("sizes", Style::new(Form::PipeDelimited, false)),
        ("deep", Style::new(Form::DeepObject, true)),
    ];
    let received = sent(request().form(order, &encoding)).await;
    assert_eq!(
        received.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let json = "%7B%22street%22%3A%22A+b%22%2C%22number%22%3A1%7D";
    assert_eq!(
        received.body,
        format!(
            "name=Rex+%26+Co&tags=x&tags=y%2Bz&address={json}&items={json}&items={json}&sizes=1|2&deep[street]=A+b\
             &deep[number]=1"
        )
    );
    let server = Server::start(|_, _| Reply::json(200, ""));
    let refused = request().form(7, &[]);
    let error = refused
        .send_empty(&builder(&server).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!(
        (error.category(), error.argument()),
        (Category::InvalidArgument, Some("body"))
    );
}

#[tokio::test]
async fn bytes_files_and_streams() {
    let received = sent(request().bytes("image/png", Body::from(vec![b'a', b'b']))).await;
    assert_eq!(received.header("content-type"), Some("image/png"));
    assert_eq!(received.header("content-length"), Some("2"));
    assert_eq!(received.body, "ab");
    // A range is no media type.
    let received = sent(request().bytes("*/*", "ab".into())).await;
    assert_eq!(received.header("content-type"), Some("application/octet-stream"));

    let contents = "0123456789".repeat(20_000);
    let file = OnDisk::new("body", &contents);
    let body = Body::file(&file.0).content_type("text/plain");
    let received = sent(request().bytes("application/octet-stream", body)).await;
    assert_eq!(received.header("content-type"), Some("text/plain"));
    assert_eq!(received.header("content-length"), Some("200000"));
    assert!(received.body == contents);

    let body = Body::stream(chunks(&["first ", "", "second"]));
    let received = sent(request().bytes("text/plain", body)).await;
    assert_eq!(received.header("content-length"), None);
    assert_eq!(received.body, "first second");
}

#[tokio::test]
async fn multipart_forms() {
    let file = OnDisk::new("photo", "from disk");
    let received = sent(
        request()
            .part("name", None, false, "Rex")
            .part("age", None, false, 7)
            .part("tags", None, false, ["a", "b"])
            .part("owner", None, false, json!({"id": 1}))
            .files(
                "photo",
                None,
                vec![File::path(&file.0).named("r\"e\r\nx.png").content_type("image/png")],
            )
            .files(
                "notes",
                None,
                vec![File::bytes("1.txt", "one"), File::bytes("é.txt", "two")],
            ),
    )
    .await;
    let content_type = received.header("content-type").unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts = [
        "name=\"name\"\r\n\r\nRex",
        "name=\"age\"\r\n\r\n7",
        "name=\"tags\"\r\n\r\na",
        "name=\"tags\"\r\n\r\nb",
        "name=\"owner\"\r\nContent-Type: application/json\r\n\r\n{\"id\":1}",
        "name=\"photo\"; filename=\"r%22e%0D%0Ax.png\"\r\nContent-Type: image/png\r\n\r\nfrom disk",
        "name=\"notes\"; filename=\"1.txt\"\r\nContent-Type: application/octet-stream\r\n\r\none",
        "name=\"notes\"; filename=\"é.txt\"\r\nContent-Type: application/octet-stream\r\n\r\ntwo",
    ];
    let mut expected = String::new();
    for part in parts {
        expected += &format!("--{boundary}\r\nContent-Disposition: form-data; {part}\r\n");
    }
    expected += &format!("--{boundary}--\r\n");
    assert_eq!(received.body, expected);
    assert_eq!(
        received.header("content-length"),
        Some(expected.len().to_string().as_str())
    );
    // Without a part there is no body.
    let received = sent(request().files("none", None, Vec::new())).await;
    assert_eq!((received.header("content-type"), received.body.as_str()), (None, ""));
    // The length of a stream is not known.
    let received = sent(request().files("table", None, vec![File::stream("t.csv", chunks(&["a,", "b"]))])).await;
    assert_eq!(received.header("transfer-encoding"), Some("chunked"));
    assert!(received.body.contains("\r\n\r\na,b\r\n--"), "{}", received.body);
}

#[tokio::test]
async fn what_can_be_sent_again_is_and_a_stream_is_not() {
    let busy = || {
        Server::start(|_, number| match number {
            0 => Reply::error(503, "busy", ""),
            _ => Reply::json(200, ""),
        })
    };
    let file = OnDisk::new("again", "whole");
    for request in [
        request().bytes("text/plain", "whole".into()),
        request().bytes("text/plain", Body::file(&file.0)),
        request().files("file", None, vec![File::path(&file.0)]),
    ] {
        let server = busy();
        request.send_empty(&builder(&server).build().unwrap()).await.unwrap();
        let [first, second] = server.requests().try_into().unwrap();
        assert!(first.body.contains("whole"));
        assert_eq!(first.body, second.body);
        assert_eq!(first.header("content-type"), second.header("content-type"));
    }
    let server = busy();
    let client = builder(&server).build().unwrap();
    let body = Body::stream(chunks(&["once"]));
    let error = request()
        .bytes("text/plain", body.clone())
        .send_empty(&client)
        .await
        .unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (503, 1));
    let error = request()
        .bytes("text/plain", body)
        .send_empty(&client)
        .await
        .unwrap_err();
    assert_eq!(
        (error.category(), error.argument()),
        (Category::InvalidArgument, Some("body"))
    );
    assert!(error.message().contains("was sent already"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_stream_that_fails_is_an_error_of_the_call() {
    let server = Server::start(|_, _| Reply::json(200, ""));
    let failing = stream::iter([Ok("a".into()), Err(IoError::other("the tape is torn"))]);
    let request = request().bytes("text/plain", Body::stream(failing));
    let error = request
        .send_empty(&builder(&server).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!((error.category(), error.attempts()), (Category::Interrupted, 1));
    assert!(error.message().contains("the tape is torn"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_there_names_the_argument() {
    let server = Server::start(|_, _| Reply::json(200, ""));
    let client = builder(&server).build().unwrap();
    let missing = std::env::temp_dir().join("there is no such file");
    for (request, argument) in [
        (request().bytes("text/plain", Body::file(&missing)), "body"),
        (request().files("photo", None, vec![File::path(&missing)]), "photo"),
        (
            request().files("photo", None, vec![File::path(std::env::temp_dir())]),
            "photo",
        ),
        (
            request().files("photo", None, vec![File::bytes("a", "").content_type("a\nb")]),
            "photo",
        ),
    ] {
        let error = request.send_empty(&client).await.unwrap_err();
        assert_eq!(
            (error.category(), error.argument()),
            (Category::InvalidArgument, Some(argument))
        );
        assert_eq!(error.attempts(), 0, "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_in_memory_transport_sees_every_body() {
    let transport = InMemory::new().respond(200, "");
    let client = ClientBuilder::new(&API).transport(transport.clone()).build().unwrap();
    let file = OnDisk::new("recorded", "\u{1}on disk");
    for request in [
        request().bytes("a/b", Body::from(&b"\xff\0"[..])),
        request().bytes("a/b", Body::file(&file.0)),
        request().bytes("a/b", Body::stream(chunks(&["a", "b"]))),
        request().files("f", None, vec![File::path(&file.0)]),
    ] {
        request.send_empty(&client).await.unwrap();
    }
    let [bytes, whole, streamed, form] = transport.requests().try_into().unwrap();
    assert_eq!(bytes.body(), b"\xff\0");
    assert_eq!(whole.body(), b"\x01on disk");
    assert_eq!(streamed.body(), b"ab");
    let content_type = form.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8(form.body().to_vec()).unwrap();
    assert!(text.starts_with(&format!("--{boundary}\r\n")) && text.ends_with(&format!("\r\n--{boundary}--\r\n")));
    assert!(text.contains("\r\n\r\n\u{1}on disk\r\n"), "{text}");
}

#[test]
fn bodies_never_show_their_contents() {
    let body = Body::from("s3cret").content_type("text/plain");
    assert_eq!(format!("{body:?}"), "Body(6 bytes, text/plain)");
    assert_eq!(format!("{:?}", Body::file("a/b")), "Body(file \"a/b\")");
    assert_eq!(format!("{:?}", Body::stream(chunks(&["s3cret"]))), "Body(stream)");
    assert_eq!(
        format!("{:?}", File::bytes("a.txt", "s3cret")),
        "File(\"a.txt\", 6 bytes)"
    );
}
