//! Parameters as they are sent, to the byte.

use ittybit_runtime::Category;
use ittybit_runtime::auth::Credential;
use ittybit_runtime::generated::{CallOptions, ClientBuilder, Form, Pagination, Request, Style};
use ittybit_runtime::operation::Operation;
use ittybit_runtime::transport::InMemory;
use serde_json::{Value, json};

use crate::pets::{self, builder};
use crate::server::{Reply, Server};

const FORM: Style = Style::new(Form::Form, true);

fn request(operation: &'static Operation) -> Request {
    Request::new(operation, CallOptions::default())
}

/// What the server got as target and cookies.
async fn sent(request: Request) -> (String, Option<String>) {
    let server = Server::start(|_, _| Reply::json(200, ""));
    request.send_empty(&builder(&server).build().unwrap()).await.unwrap();
    let [received] = server.requests().try_into().unwrap();
    (received.target.clone(), received.header("cookie").map(str::to_owned))
}

#[tokio::test]
async fn styles_are_sent_as_they_are_written() {
    const THINGS: Operation = Operation {
        path: "/{label}/{matrix}/{simple}/{json}",
        ..pets::LIST
    };
    let object = json!({"R": 100, "G": 200});
    let request = request(&const { THINGS })
        .path_as("label", Style::new(Form::Label, false), ["a", "b c"])
        .path_as("matrix", Style::new(Form::Matrix, true), &object)
        .path_as("simple", Style::new(Form::Simple, true), "a/b")
        .path_as("json", Style::new(Form::Json, false), json!({"a": 1}))
        .query("plain", "a b&c")
        .query_as("pipe", Style::new(Form::PipeDelimited, false), [1, 2])
        .query_as("space", Style::new(Form::SpaceDelimited, false), [1, 2])
        .query_as("deep", Style::new(Form::DeepObject, true), json!({"a": {"b": [1, 2]}}))
        .query_as("raw", FORM.allow_reserved(), "a/b?c#d");
    assert_eq!(
        sent(request).await.0,
        "/.a.b%20c/;G=200;R=100/a%2Fb/%7B%22a%22%3A1%7D?plain=a+b%26c&pipe=1|2&space=1%202&deep[a][b][0]=1\
         &deep[a][b][1]=2&raw=a/b?c%23d"
    );
}

#[tokio::test]
async fn a_cursor_leaves_the_rest_of_the_query_as_it_is_written() {
    const PAGES: Pagination<Value> = Pagination {
        forward: "after",
        backward: None,
        cursor: |pet, _| Some(pet["id"].to_string()),
        cursor_property: "id",
        has_more: None,
        limit: None,
        default_limit: None,
        applied_limit: None,
    };
    let transport = InMemory::new().respond(200, r#"[{"id": 8}]"#).respond(200, "[]");
    let client = ClientBuilder::new(&pets::API)
        .transport(transport.clone())
        .build()
        .unwrap();
    let mut pages = request(&pets::OPEN)
        .query_as("space", Style::new(Form::SpaceDelimited, false), [1, 2])
        .query("after", "7")
        .query_as("raw", FORM.allow_reserved(), "a/b")
        .pages(&client, PAGES);
    while pages.try_next().await.unwrap().is_some() {}
    let requests = transport.requests();
    let queries: Vec<_> = requests.iter().map(|request| request.url().query().unwrap()).collect();
    assert_eq!(queries, ["space=1%202&raw=a/b&after=7", "space=1%202&raw=a/b&after=8"]);
}

#[tokio::test]
async fn paths_with_the_signs_of_urls() {
    const HASH: Operation = Operation {
        path: "/a#b/{x#y}",
        ..pets::LIST
    };
    assert_eq!(
        sent(request(&const { HASH }).path("x#y", "c#d")).await.0,
        "/a%23b/c%23d"
    );
    const FIXED: Operation = Operation {
        path: "/a?b=c",
        ..pets::LIST
    };
    assert_eq!(sent(request(&const { FIXED })).await.0, "/a?b=c");
    assert_eq!(sent(request(&const { FIXED }).query("d", 1)).await.0, "/a?b=c&d=1");
    const OPEN: Operation = Operation {
        path: "/a?",
        ..pets::LIST
    };
    assert_eq!(sent(request(&const { OPEN }).query("d", 1)).await.0, "/a?d=1");
    const IN_QUERY: Operation = Operation {
        path: "/a?b={b}&c=d",
        ..pets::LIST
    };
    assert_eq!(
        sent(request(&const { IN_QUERY }).path("b", "x&y=#+ ")).await.0,
        "/a?b=x%26y%3D%23%2B%20&c=d"
    );
    const BRACES: Operation = Operation {
        path: "/things({id})/{{id}}:run",
        ..pets::LIST
    };
    assert_eq!(
        sent(request(&const { BRACES }).path("id", "{id}")).await.0,
        "/things(%7Bid%7D)/%7B%7Bid%7D%7D:run"
    );
}

#[tokio::test]
async fn no_style_leads_to_another_path() {
    const THING: Operation = Operation {
        path: "/pets/{id}",
        ..pets::LIST
    };
    const DOTTED: Operation = Operation {
        path: "/pets/.{id}",
        ..pets::LIST
    };
    let server = Server::start(|_, _| Reply::json(200, ""));
    let client = builder(&server).build().unwrap();
    let id = || request(&const { THING });
    let simple = Style::new(Form::Simple, false);
    let label = Style::new(Form::Label, false);
    for (refused, named) in [
        (id().path_as("id", simple, ""), true),
        (id().path_as("id", simple, ".."), true),
        (id().path_as("id", simple, [""; 0]), true),
        (id().path_as("id", simple.allow_reserved(), "a/../b"), true),
        (id().path_as("id", simple.allow_reserved(), "%2e%2E"), true),
        (id().path_as("id", label, ""), true),
        (id().path_as("id", label, "."), true),
        (id().path_as("id", Style::new(Form::Matrix, true), json!({})), true),
        // What the document has before it makes a step of it.
        (
            request(&const { DOTTED }).path_as("id", simple.allow_reserved(), "/x"),
            false,
        ),
    ] {
        let error = refused.send_empty(&client).await.unwrap_err();
        assert_eq!(error.category(), Category::InvalidArgument, "{error}");
        assert_eq!(error.argument(), named.then_some("id"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn cookies_are_one_header_with_those_of_credentials() {
    let server = Server::start(|_, _| Reply::json(200, ""));
    let client = pets::client(&server, "cookie", Credential::token("the_key"));
    let request = request(&pets::COOKIE)
        .header("Cookie", "zero=0")
        .cookie("one", FORM, "a;b c")
        .cookie("list", Style::new(Form::Form, false), [1, 2])
        .cookie("many", FORM, ["x", "y"])
        .cookie("json", Style::new(Form::Json, false), [1]);
    request.send_empty(&client).await.unwrap();
    assert_eq!(
        server.requests()[0].header("cookie"),
        Some("zero=0; one=a%3Bb%20c; list=1,2; many=x; many=y; json=%5B1%5D; session=the_key")
    );
}

#[tokio::test]
async fn headers_have_styles_too() {
    let server = Server::start(|_, _| Reply::json(200, ""));
    let request = request(&pets::OPEN)
        .header("X-List", ["a b", "c"])
        .header_as("X-Object", Style::new(Form::Simple, true), json!({"a": 1, "b": 2}))
        .header_as("X-Json", Style::new(Form::Json, false), json!({"a": [1]}));
    request.send_empty(&builder(&server).build().unwrap()).await.unwrap();
    let [received] = server.requests().try_into().unwrap();
    assert_eq!(received.header("x-list"), Some("a b,c"));
    assert_eq!(received.header("x-object"), Some("a=1,b=2"));
    assert_eq!(received.header("x-json"), Some(r#"{"a":[1]}"#));
}

#[tokio::test]
async fn what_has_no_form_names_its_parameter() {
    let server = Server::start(|_, _| Reply::json(200, ""));
    let client = builder(&server).build().unwrap();
    for refused in [
        request(&pets::OPEN).query("tags", json!([[1]])),
        request(&pets::OPEN).header("tags", json!([{}])),
        request(&pets::OPEN).cookie("tags", FORM, json!(null)),
    ] {
        let error = refused.send_empty(&client).await.unwrap_err();
        assert_eq!(
            (error.category(), error.argument()),
            (Category::InvalidArgument, Some("tags"))
        );
    }
    assert!(server.requests().is_empty());
}
