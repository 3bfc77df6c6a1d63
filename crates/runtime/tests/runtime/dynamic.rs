//! Calls of operations that are chosen at run time: what is sent for each place and each form of body.

use ittybit_runtime::Category;
use ittybit_runtime::body::{Body, File};
use ittybit_runtime::generated::{Bounds, Form, Style};
use ittybit_runtime::operation::{
    Call, Encoding, Kind, Lifecycle, Location, Operation, Paging, Parameter, RequestBody, ResponseBody,
};
use serde_json::value::RawValue;

use crate::pets::{self, builder};
use crate::server::{Received, Reply, Server};

const fn parameter(name: &'static str, location: Location, kind: Kind) -> Parameter {
    Parameter {
        location,
        kind,
        ..Parameter::new(name, "")
    }
}

const fn field(name: &'static str, kind: Kind) -> Parameter {
    parameter(name, Location::Body, kind)
}

const fn required(parameter: Parameter) -> Parameter {
    Parameter {
        required: true,
        ..parameter
    }
}

static CHANGE: Operation = Operation {
    parameters: &[
        parameter("id", Location::Path, Kind::Text),
        parameter("dry", Location::Query, Kind::Boolean),
        Parameter {
            repeated: true,
            style: Some(Style::new(Form::PipeDelimited, false)),
            ..parameter("tags", Location::Query, Kind::Text)
        },
        Parameter {
            sent_as: Some("id"),
            ..parameter("id_query", Location::Query, Kind::Integer)
        },
        parameter("X-Trace", Location::Header, Kind::Text),
        parameter("session", Location::Cookie, Kind::Text),
        Parameter {
            style: Some(Style::new(Form::DeepObject, true)),
            ..parameter("filter", Location::Query, Kind::Json)
        },
    ],
    body: Some(body(
        Encoding::Json,
        "application/json",
        &[
            required(field("name", Kind::Text)),
            Parameter {
                checks: Bounds {
                    minimum: std::ops::Bound::Included(0.0),
                    ..Bounds::NONE
                },
                ..field("age", Kind::Integer)
            },
            field("owner", Kind::Json),
        ],
    )),
    ..Operation::of("change_pet", "PATCH", "/pets/{id}", &[200..=299])
};

const fn body(encoding: Encoding, media_type: &'static str, fields: &'static [Parameter]) -> RequestBody {
    RequestBody {
        description: "",
        required: true,
        media_type,
        encoding,
        fields,
    }
}

async fn sent(call: Call) -> Received {
    let server = Server::start(|_, _| Reply::json(200, r#"{"id":"pet_1","weight":1.50}"#));
    let client = builder(&server).build().unwrap();
    let response = call.send(&client).await.unwrap();
    assert_eq!(
        response.into_inner().unwrap().get(),
        r#"{"id":"pet_1","weight":1.50}"#,
        "the JSON that was sent"
    );
    let [received] = server.requests().try_into().unwrap();
    received
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

#[tokio::test]
async fn arguments_go_to_their_places() {
    let call = Call::new(&CHANGE)
        .set("id", ["a/b"])
        .unwrap()
        .set("dry", ["true"])
        .unwrap()
        .set("tags", ["x", "y z"])
        .unwrap()
        .set("id_query", ["7"])
        .unwrap()
        .set("X-Trace", ["abc"])
        .unwrap()
        .set("session", ["s 1"])
        .unwrap()
        .set("filter", [r#"{"a":{"b":1}}"#])
        .unwrap()
        .field("name", ["Rex"])
        .unwrap();
    let received = sent(call).await;
    assert_eq!(received.method, "PATCH");
    assert_eq!(received.target, "/pets/a%2Fb?dry=true&tags=x|y+z&id=7&filter[a][b]=1");
    assert_eq!(received.header("x-trace"), Some("abc"));
    assert_eq!(received.header("cookie"), Some("session=s%201"));
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.body, r#"{"name":"Rex"}"#);
}

#[tokio::test]
async fn a_field_wins_over_the_body() {
    let begun = || Call::new(&CHANGE).set("id", ["1"]).unwrap();
    // Without fields the body is what was given, to the byte.
    let text = r#"{"name":"Rex", "age":1e400}"#;
    assert_eq!(sent(begun().json(raw(text))).await.body, text);
    let call = begun().json(raw(text)).field("age", ["3"]).unwrap();
    let call = call.field("owner", [r#"{"id":1.50}"#]).unwrap();
    assert_eq!(sent(call).await.body, r#"{"age":3,"name":"Rex","owner":{"id":1.50}}"#);
}

#[tokio::test]
async fn a_wrong_argument_is_an_error_before_anything_is_sent() {
    let server = Server::start(|_, _| Reply::json(200, "{}"));
    let client = builder(&server).build().unwrap();
    let begun = || Call::new(&CHANGE).set("id", ["1"]).unwrap();
    let mut messages = Vec::new();
    for wrong in [
        Call::new(&CHANGE).set("idd", ["1"]),
        Call::new(&CHANGE).set("dry", ["perhaps"]),
        begun().field("nome", ["Rex"]),
        begun().field("age", ["-1"]),
        begun().file("photo", File::bytes("a", "b")),
    ] {
        messages.push(wrong.unwrap_err());
    }
    for call in [
        Call::new(&CHANGE),
        begun(),
        begun().field("age", ["1"]).unwrap(),
        begun().json(raw(r#"{"age":1}"#)),
        begun().json(raw("[]")).field("name", ["Rex"]).unwrap(),
        begun().content("Rex"),
        Call::new(&pets::OPEN).json(raw("{}")),
    ] {
        messages.push(call.send(&client).await.unwrap_err());
    }
    let messages: Vec<String> = messages
        .iter()
        .map(|error| {
            assert_eq!(error.category(), Category::InvalidArgument, "{error}");
            error.message().to_owned()
        })
        .collect();
    let parameters = "`id`, `dry`, `tags`, `id_query`, `X-Trace`, `session`, `filter`";
    let fields = "`name`, `age`, `owner`";
    assert_eq!(
        messages,
        [
            format!("argument `idd`: this operation does not take it; it takes {parameters}"),
            "argument `dry`: must be `true` or `false`, but is \"perhaps\"".to_owned(),
            format!("argument `nome`: this operation does not take it; it takes {fields}"),
            "argument `age`: must be at least 0, but is -1".to_owned(),
            format!("argument `photo`: this operation does not take it; it takes {fields}"),
            "argument `id`: is required and was not set".to_owned(),
            "argument `body`: is required and was not set".to_owned(),
            "argument `name`: is required and was not set".to_owned(),
            "argument `name`: is required and was not set".to_owned(),
            "argument `body`: must be an object, because it has fields that are set separately".to_owned(),
            "argument `body`: is application/json: set it with `json`, `field` and `file`".to_owned(),
            "argument `body`: this operation takes no body".to_owned(),
        ]
    );
    assert!(server.requests().is_empty());

    let error = Call::new(&CHANGE).field("name", ["Rex"]).unwrap().send(&client).await;
    assert_eq!(
        error.unwrap_err().message(),
        "argument `id`: is required and was not set"
    );
}

#[tokio::test]
async fn forms_files_and_bytes() {
    static FORM: Operation = Operation {
        body: Some(body(
            Encoding::Form,
            "application/x-www-form-urlencoded",
            &[
                field("name", Kind::Text),
                Parameter {
                    style: Some(Style::new(Form::DeepObject, true)),
                    ..field("meta", Kind::Json)
                },
            ],
        )),
        ..Operation::of("form", "POST", "/form", &[200..=299])
    };
    let call = Call::new(&FORM).field("name", ["R x"]).unwrap();
    let received = sent(call.field("meta", [r#"{"a":1}"#]).unwrap()).await;
    assert_eq!(received.body, "meta[a]=1&name=R+x");

    static UPLOAD: Operation = Operation {
        body: Some(body(
            Encoding::Multipart,
            "multipart/form-data",
            &[
                field("title", Kind::Text),
                required(field("file", Kind::File)),
                field("size", Kind::Json),
            ],
        )),
        ..Operation::of("upload", "POST", "/files", &[200..=299])
    };
    let call = Call::new(&UPLOAD).json(raw(r#"{"size":{"w":1},"title":"old","extra":7}"#));
    let call = call.field("title", ["Rex"]).unwrap();
    let received = sent(call.file("file", File::bytes("rex.txt", "woof")).unwrap()).await;
    let boundary = received.header("content-type").unwrap().split('=').nth(1).unwrap();
    let parts = received.body.replace(boundary, "BOUNDARY");
    let names: Vec<&str> = parts.matches("name=\"").collect();
    assert_eq!(names.len(), 5, "{parts}");
    let at = |text: &str| parts.find(text).unwrap_or_else(|| panic!("no {text} in {parts}"));
    assert!(at("\r\n\r\nRex\r\n") < at("\r\n\r\nwoof\r\n"));
    assert!(at("\r\n\r\nwoof\r\n") < at("\r\n\r\n{\"w\":1}\r\n"));
    assert!(at("\r\n\r\n{\"w\":1}\r\n") < at("name=\"extra\""));

    static BYTES: Operation = Operation {
        body: Some(body(Encoding::Bytes, "image/*", &[])),
        ..Operation::of("put", "PUT", "/photo", &[200..=299])
    };
    let received = sent(Call::new(&BYTES).content(Body::from("woof").content_type("image/png"))).await;
    assert_eq!(
        (received.header("content-type"), received.body.as_str()),
        (Some("image/png"), "woof")
    );
}

#[tokio::test]
async fn responses_of_each_kind() {
    static DELETE: Operation = Operation {
        response: ResponseBody::Empty,
        ..Operation::of("delete", "DELETE", "/pets/1", &[204..=204])
    };
    static PHOTO: Operation = Operation {
        response: ResponseBody::Bytes,
        accept: Some("image/png"),
        ..Operation::of("photo", "GET", "/photo", &[200..=200])
    };
    let server = Server::start(|request, _| match request.method.as_str() {
        "DELETE" => Reply::Close(b"HTTP/1.1 204 Gone\r\n\r\n".to_vec()),
        _ => Reply::json(200, "\u{89}PNG"),
    });
    let client = builder(&server).build().unwrap();
    let response = Call::new(&DELETE).send(&client).await.unwrap();
    assert_eq!(response.status(), 204);
    assert!(response.into_inner().is_none());

    let error = Call::new(&PHOTO).send(&client).await.unwrap_err();
    assert!(error.message().contains("get it with `download`"), "{error}");
    let mut download = Call::new(&PHOTO).download(&client).await.unwrap().into_inner();
    let chunk = download.chunk().await.unwrap().unwrap();
    assert_eq!(chunk, "\u{89}PNG");
    assert_eq!(server.requests().last().unwrap().header("accept"), Some("image/png"));
}

static JOBS: Operation = Operation {
    parameters: &[Parameter {
        sent_as: Some("page[after]"),
        ..parameter("after", Location::Query, Kind::Text)
    }],
    paging: Some(Paging {
        forward: "after",
        backward: None,
        limit: None,
        largest: None,
        default_limit: None,
        cursor: "key",
        has_more: Some("Has-More"),
        applied_limit: None,
    }),
    lifecycle: Some(Lifecycle {
        field: "state",
        percent: None,
        progress: &["open"],
        success: &["done"],
        failure: &["failed"],
    }),
    ..Operation::of("list_jobs", "GET", "/jobs", &[200..=200])
};

#[tokio::test]
async fn lists_go_by_the_property_that_the_operation_names() {
    let server = Server::start(|request, _| match request.query("page[after]").as_deref() {
        None => Reply::json(200, r#"[{"key":"a"},{"key":"b"}]"#).header("Has-More", "true"),
        Some("b") => Reply::json(200, r#"[{"key":"c"}]"#).header("Has-More", "false"),
        Some(other) => panic!("after {other}"),
    });
    let client = builder(&server).build().unwrap();
    let mut items = Call::new(&JOBS).pages(&client).unwrap().into_items();
    let mut keys = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        keys.push(item.get().to_owned());
    }
    assert_eq!(keys, [r#"{"key":"a"}"#, r#"{"key":"b"}"#, r#"{"key":"c"}"#]);
    assert_eq!(items.cursor(), Some("c"));

    let error = Call::new(&pets::OPEN).pages(&client).unwrap_err();
    assert_eq!(error.category(), Category::Pagination);
}

#[tokio::test]
async fn a_watch_ends_by_the_lifecycle_that_the_operation_names() {
    let server = Server::start(|_, number| {
        let state = ["open", "open", "failed"][number.min(2)];
        let page = format!(r#"[{{"key":"a","state":"done"}},{{"key":"b","state":"{state}"}}]"#);
        Reply::json(200, page).header("Has-More", "false")
    });
    let client = builder(&server).build().unwrap();
    let mut changes = Call::new(&JOBS)
        .watch(&client)
        .unwrap()
        .interval(std::time::Duration::from_millis(100));
    let mut seen = 0;
    while changes.try_next().await.unwrap().is_some() {
        seen += 1;
    }
    assert_eq!(seen, 3, "both items, and one change");

    static PLAIN: Operation = Operation {
        lifecycle: None,
        ..JOBS
    };
    let error = Call::new(&PLAIN).watch(&client).unwrap_err();
    assert_eq!(error.category(), Category::Pagination);
}
