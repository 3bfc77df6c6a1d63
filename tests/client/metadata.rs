//! Operations and parameters as data, parameters set by their names, and items as JSON.

use crate::loopback::{self, Reply, Server, Waits, client};
use ittybit::builder::ListTasks;
use ittybit::operation::{LISTS, OPERATIONS};
use serde_json::Value;

/// What a node of the document is, or what it refers to.
fn referred<'d>(document: &'d Value, node: &'d Value) -> &'d Value {
    let reference = node["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    reference.map_or(node, |pointer| document.pointer(pointer).unwrap())
}

/// A text of the document.
fn text(node: &Value) -> &str {
    node.as_str().unwrap_or_default().trim()
}

/// Compares each operation, and its parameters, with `openapi.yaml`.
#[test]
fn operations_match_the_document() {
    let document = ittybit_spec::Document::read("openapi.yaml".as_ref())
        .unwrap()
        .root()
        .to_json();
    assert!(!OPERATIONS.is_empty());
    for operation in OPERATIONS {
        let path = &document["paths"][operation.path];
        let documented = &path[operation.method.to_lowercase()];
        let letters = |id: &str| id.replace(|c: char| !c.is_alphanumeric(), "").to_lowercase();
        if let Some(id) = documented["operationId"].as_str() {
            assert_eq!(letters(id), letters(operation.id));
        }
        assert_eq!(text(&documented["summary"]), operation.summary);
        assert_eq!(text(&documented["description"]), operation.description);
        let parameters = [&path["parameters"], &documented["parameters"]];
        let parameters = parameters
            .into_iter()
            .flat_map(|list| list.as_array().into_iter().flatten());
        let parameters: Vec<_> = parameters.map(|parameter| referred(&document, parameter)).collect();
        assert!(operation.parameters.len() <= parameters.len(), "{}", operation.id);
        for parameter in operation.parameters {
            let found = parameters.iter().rfind(|found| found["name"] == parameter.name);
            let documented = found.unwrap_or_else(|| panic!("{} has no {}", operation.id, parameter.name));
            assert_eq!(text(&documented["description"]), parameter.description);
            let default = referred(&document, &documented["schema"]).get("default");
            let default = default.map(|default| default.as_str().map_or(default.to_string(), str::to_owned));
            assert_eq!(default.as_deref(), parameter.default);
        }
        assert!(operation.times.iter().all(|time| operation.fields.contains(time)));
    }
}

#[tokio::test]
async fn parameters_are_set_by_name() {
    let server = Server::replies(vec![|| Reply::text(200, "application/json", "[]")]);
    let client = client(&server, &Waits::default());
    for parameter in ListTasks::OPERATION.parameters {
        // One of those that it lists, or the first that it takes.
        let listed = parameter.values.iter().map(|(value, _)| *value);
        let mut values = listed.chain(["a&b", "7", "true"]);
        let found = values.find_map(|value| Some((value, client.list_tasks().set(parameter.name, [value]).ok()?)));
        let (value, request) = found.unwrap_or_else(|| panic!("{} takes nothing", parameter.name));
        request.send().await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.last().unwrap().query(parameter.name).as_deref(), Some(value));
    }
    // What is not documented is sent, as by the typed methods.
    let request = client.list_tasks().set("status", ["paused"]).unwrap();
    request.send().await.unwrap();
    assert_eq!(
        server.requests().last().unwrap().query("status").as_deref(),
        Some("paused")
    );

    let count = server.count();
    let too_many = loopback::largest_page() + 1;
    let typed = client.list_tasks().limit(too_many).send().await.unwrap_err();
    let named = client.list_tasks().set("limit", [too_many.to_string()]).unwrap_err();
    assert_eq!(named.message(), typed.message());
    assert_eq!(named.category(), typed.category());
    assert_eq!(server.count(), count);
}

#[tokio::test]
async fn items_are_the_json_that_was_sent() {
    const FIRST: &str = r#"[{"z":1.50,"id":"task_1","error":null}, {"id":"task_2","id_":{"id":1e400}}]"#;
    let server = Server::start(|request, _| match request.query("after").as_deref() {
        None => Reply::text(200, "application/json", FIRST).header("Has-More", "true"),
        Some("task_2") => Reply::text(200, "application/json", r#"[{"id":"task_3"}]"#).header("Has-More", "false"),
        Some(other) => panic!("after {other}"),
    });
    let mut items = client(&server, &Waits::default())
        .list_tasks()
        .pages_json()
        .into_items();
    let mut texts = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        texts.push(item.get().to_owned());
    }
    assert_eq!(
        texts,
        [
            r#"{"z":1.50,"id":"task_1","error":null}"#,
            r#"{"id":"task_2","id_":{"id":1e400}}"#,
            r#"{"id":"task_3"}"#
        ]
    );
    assert_eq!(items.cursor(), Some("task_3"));
}

#[tokio::test]
async fn each_list_is_read_by_a_program_that_knows_none() {
    let lists = OPERATIONS.iter().filter(|operation| operation.paging.is_some());
    assert!(
        lists
            .map(|list| list.id)
            .eq(LISTS.iter().map(|list| list.operation().id))
    );
    for list in LISTS {
        let operation = list.operation();
        let paging = operation.paging.unwrap();
        let server = Server::start(move |request, _| match request.query(paging.forward).as_deref() {
            None => Reply::text(200, "application/json", format!(r#"[{{"{}":"x_1"}}]"#, paging.cursor))
                .header(paging.has_more.unwrap_or("Has-More"), "true"),
            Some("x_1") => {
                Reply::text(200, "application/json", "[]").header(paging.has_more.unwrap_or("Has-More"), "false")
            }
            Some(other) => panic!("after {other}"),
        });
        let client = client(&server, &Waits::default());
        let required = operation.parameters.iter().filter(|parameter| parameter.required);
        let required =
            required.map(|parameter| (parameter.name, parameter.values.first().map_or("7", |(value, _)| value)));
        let arguments = required.chain(paging.limit.map(|limit| (limit, "1")));
        let arguments: Vec<_> = arguments.map(|(name, value)| (name, vec![value.to_owned()])).collect();
        let mut pages = list.pages_json(&client, &arguments).unwrap();
        assert_eq!(pages.try_next().await.unwrap().unwrap().len(), 1);
        assert!(pages.try_next().await.unwrap().unwrap().is_empty());
        assert!(pages.try_next().await.unwrap().is_none());
        let unknown = list.pages_json(&client, &[("colour", Vec::new())]).unwrap_err();
        assert_eq!(unknown.argument(), Some("colour"));
    }
}

#[tokio::test]
async fn json_without_a_cursor_is_an_error() {
    for page in [r#"[{"id":null}]"#, "[7]", r#"[{"key":"task_1"}]"#] {
        let server = Server::start(move |_, _| Reply::text(200, "application/json", page).header("Has-More", "true"));
        let mut pages = client(&server, &Waits::default()).list_tasks().pages_json();
        let error = pages.try_next().await.unwrap_err();
        assert_eq!(error.category(), ittybit::Category::Pagination, "{page}");
    }
}
