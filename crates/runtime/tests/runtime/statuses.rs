//! How a response is read: as text, bytes, a value or none, and a value for each status.

use ittybit_runtime::Category;
use ittybit_runtime::generated::{CallOptions, Malformed, Request, StatusBody, Success};
use ittybit_runtime::operation::Operation;
use serde_json::{Value, json};

use crate::pets::{self, builder};
use crate::server::{Reply, Server};

const ANY: Operation = Operation {
    success: &[200..=299],
    ..pets::LIST
};

fn request() -> Request {
    Request::new(&const { ANY }, CallOptions::default())
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Made(Value),
    Text(String),
    Raw(Vec<u8>),
    Maybe(Option<u8>),
    Nothing,
}

impl StatusBody for Outcome {
    fn read(success: &Success) -> Result<Self, Malformed> {
        Ok(match success.status() {
            201 => Self::Made(success.json()?),
            202 => Self::Text(success.text()?),
            203 => Self::Raw(success.bytes().into()),
            206 => Self::Maybe(success.optional()?),
            _ => Self::Nothing,
        })
    }
}

#[tokio::test]
async fn each_status_has_its_body() {
    let cases: [(u16, &[u8], Outcome); 6] = [
        (201, b"[1]", Outcome::Made(json!([1]))),
        (202, b"hi", Outcome::Text("hi".to_owned())),
        (203, b"\xff", Outcome::Raw(vec![0xff])),
        (206, b" ", Outcome::Maybe(None)),
        (206, b"7", Outcome::Maybe(Some(7))),
        (204, b"", Outcome::Nothing),
    ];
    for (status, body, expected) in cases {
        let server = Server::start(move |_, _| Reply::json(status, body));
        let response = request()
            .send_by_status::<Outcome>(&builder(&server).build().unwrap())
            .await
            .unwrap();
        assert_eq!((response.status().as_u16(), &*response), (status, &expected));
    }
    for (status, body, complaint) in [
        (201, &b"[1, x]"[..], "malformed JSON at `[1]`"),
        (202, b"a\xff", "the body is not UTF-8: byte 1 of 2"),
        (206, b"\"x\"", "JSON that does not match its type"),
    ] {
        let server = Server::start(move |_, _| Reply::json(status, body));
        let error = request()
            .send_by_status::<Outcome>(&builder(&server).build().unwrap())
            .await
            .unwrap_err();
        assert_eq!((error.category(), error.body()), (Category::Decode, Some(body)));
        assert!(error.message().starts_with(complaint), "{error}");
    }
}

#[tokio::test]
async fn a_response_without_length_is_tried_again_where_its_status_has_json_that_is_cut() {
    for (status, cut, expected) in [
        (201, "[1", Some(Outcome::Made(json!([1, 2])))),
        (201, "", Some(Outcome::Made(json!([1, 2])))),
        (206, "[1", None),
        (202, "[1", Some(Outcome::Text("[1".to_owned()))),
        (206, "", Some(Outcome::Maybe(None))),
        (200, "", Some(Outcome::Nothing)),
    ] {
        let server = Server::start(move |_, number| {
            let body = if number == 0 { cut } else { "[1, 2]" };
            Reply::Close(format!("HTTP/1.1 {status} Any\r\n\r\n{body}").into_bytes())
        });
        let client = builder(&server).build().unwrap();
        let result = request().send_by_status::<Outcome>(&client).await;
        let again = match &result {
            Ok(response) => matches!(**response, Outcome::Made(_)),
            Err(_) => true,
        };
        assert_eq!(server.requests().len(), if again { 2 } else { 1 }, "{status} {cut:?}");
        assert_eq!(
            result.ok().map(ittybit_runtime::Response::into_inner),
            expected,
            "{status} {cut:?}"
        );
    }
}

#[tokio::test]
async fn a_success_without_a_body_is_none() {
    for (status, body, expected) in [(200, "[1]", Some(json!([1]))), (204, "", None), (200, " \n", None)] {
        let server = Server::start(move |_, _| Reply::json(status, body));
        let response = request()
            .send_optional::<Value>(&builder(&server).build().unwrap())
            .await
            .unwrap();
        assert_eq!(*response, expected);
    }
    // JSON that was cut is no value and no absence of one.
    let server = Server::start(|_, number| match number {
        0 => Reply::Close(b"HTTP/1.1 200 OK\r\n\r\n[1".to_vec()),
        _ => Reply::Close(b"HTTP/1.1 200 OK\r\n\r\n[1]".to_vec()),
    });
    let response = request()
        .send_optional::<Value>(&builder(&server).build().unwrap())
        .await
        .unwrap();
    assert_eq!((&*response, server.requests().len()), (&Some(json!([1])), 2));
}

#[tokio::test]
async fn text_and_bytes_are_as_they_were_sent() {
    let server = Server::start(|_, _| Reply::json(200, "\u{feff}<p>é"));
    let client = builder(&server).build().unwrap();
    assert_eq!(*request().send_text(&client).await.unwrap(), "<p>é");
    assert_eq!(
        &request().send_bytes(&client).await.unwrap()[..],
        "\u{feff}<p>é".as_bytes()
    );
    let accept = |number: usize| server.requests()[number].header("accept").unwrap().to_owned();
    assert_eq!((accept(0), accept(1)), ("*/*".to_owned(), "*/*".to_owned()));
    request()
        .accept("text/html, text/plain")
        .send_text(&client)
        .await
        .unwrap();
    assert_eq!(accept(2), "text/html, text/plain");
    request().send_optional::<String>(&client).await.unwrap_err();
    assert_eq!(accept(3), "application/json");

    let server = Server::start(|_, _| Reply::json(200, b"\xe9"));
    let client = builder(&server).build().unwrap();
    let error = request().send_text(&client).await.unwrap_err();
    assert_eq!((error.category(), error.body()), (Category::Decode, Some(&b"\xe9"[..])));
    assert_eq!(&request().send_bytes(&client).await.unwrap()[..], b"\xe9");
}

#[tokio::test]
async fn bytes_stay_within_the_limit_of_the_client() {
    let server = Server::start(|_, _| Reply::json(200, "0123456789"));
    let client = builder(&server).max_response_bytes(9).build().unwrap();
    let error = request().send_bytes(&client).await.unwrap_err();
    assert_eq!(error.category(), Category::TooLarge);
    assert!(
        error.message().ends_with("raise the client's `max_response_bytes`"),
        "{error}"
    );
}
