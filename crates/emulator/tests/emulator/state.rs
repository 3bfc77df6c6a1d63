//! What changes stay, and what they do to the items of a list, in documents of other APIs.

use crate::http::contract::Contract;
use crate::http::{Response, send_body, send_json};
use ittybit_emulator::{Emulator, EmulatorBuilder, Fault};
use serde_json::{Value, json};

const FEED: &str = "tests/documents/feed.yaml";
const SHAPES: &str = "tests/documents/shapes.yaml";
const SHOP: &str = "tests/documents/shop.yaml";

fn start(document: &str, configure: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Emulator {
    let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
    configure(Emulator::builder().document(path).seed(7))
        .start_blocking()
        .unwrap()
}

fn get(emulator: &Emulator, target: &str) -> Response {
    send_body(emulator, "GET", target, &[], b"")
}

fn delete(emulator: &Emulator, target: &str) -> u16 {
    send_body(emulator, "DELETE", target, &[], b"").status
}

/// A property of each item of a list.
fn each(list: &Value, property: &str) -> Vec<Value> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().map(|item| item[property].clone()).collect()
}

#[test]
fn a_cursor_can_be_another_property_than_the_id() {
    let emulator = start(FEED, |builder| builder.items(5));
    let numbers = |target: &str| each(&get(&emulator, target).json(), "seq");
    assert_eq!(numbers("/things"), [5, 4, 3, 2, 1]);
    assert_eq!(numbers("/things?limit=2&after=4"), [3, 2]);
    assert_eq!(numbers("/things?limit=2&before=2"), [4, 3]);
    let page = get(&emulator, "/things?limit=2");
    assert!(
        page.header("link").unwrap().contains("after=4>; rel=\"next\""),
        "{page:?}"
    );

    let created = send_json(&emulator, "POST", "/things", &[], &json!({ "name": "a", "note": null }));
    let item = created.json();
    let target = format!("/things/{}", item["id"].as_str().unwrap());
    assert_eq!(item["seq"], 6);
    let location = format!("{}{target}", emulator.base_url());
    assert_eq!(created.header("location"), Some(location.as_str()));
    assert_eq!(get(&emulator, &target).json(), item);
    let mut ids = each(&get(&emulator, "/things").json(), "id");
    ids.dedup();
    assert_eq!(ids.len(), 6);
    // What was removed still is a cursor, and what never was is none.
    assert_eq!(delete(&emulator, &target), 204);
    assert_eq!(numbers("/things?limit=1&after=6"), [5]);
    let refused = get(&emulator, "/things?after=99");
    assert_eq!(refused.status, 404);
    assert!(
        refused.json()["message"].as_str().unwrap().contains("`seq`"),
        "{refused:?}"
    );

    // The order is that of the cursors, whenever an item came.
    let things = emulator.items("/things").unwrap();
    things
        .push(json!({ "id": "thg_late", "seq": 40, "name": "b", "note": null }))
        .unwrap();
    things
        .push(json!({ "id": "thg_later", "seq": 30, "name": "b", "note": null }))
        .unwrap();
    assert_eq!(numbers("/things?limit=3"), [40, 30, 5]);
    things.update("thg_late", |item| item["seq"] = 20.into()).unwrap();
    assert_eq!(numbers("/things?limit=3"), [30, 20, 5]);
    assert_eq!(numbers("/things?limit=1&after=20"), [5]);
}

#[test]
fn numbers_are_found_however_they_are_written() {
    let emulator = start(FEED, |builder| builder);
    let things = emulator.items("/things").unwrap();
    for (id, weight) in [("a", json!(5)), ("b", json!(5.0)), ("c", json!(5.5))] {
        let item = json!({ "id": id, "name": "x", "note": null, "weight": weight });
        things.push(item).unwrap();
    }
    for (weight, found) in [
        ("5", &["b", "a"][..]),
        ("5.0", &["b", "a"]),
        ("5.5", &["c"]),
        ("5.50", &["c"]),
    ] {
        let page = get(&emulator, &format!("/things?weight={weight}"));
        assert_eq!(page.ids(), found, "{weight}");
    }
}

#[test]
fn integers_of_more_than_64_bits_are_refused() {
    let emulator = start(FEED, |builder| builder);
    let post = |media: &str, body: &str| {
        let headers = [("Content-Type", media)];
        send_body(&emulator, "POST", "/things", &headers, body.as_bytes())
    };
    let json = |size: &str| {
        post(
            "application/json",
            &format!(r#"{{ "name": "a", "note": null, "size": {size} }}"#),
        )
    };
    for size in ["18446744073709551615", "-9223372036854775808", "0", "9007199254740993"] {
        let created = json(size);
        assert_eq!(created.status, 201, "{size}");
        let text = String::from_utf8(created.body).unwrap();
        assert!(text.contains(&format!("\"size\":{size}")), "{text}");
    }
    for size in [
        "18446744073709551616",
        "18446744073709551617",
        "-9223372036854775809",
        &"9".repeat(300),
    ] {
        let refused = json(size);
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (400, &json!("request_invalid")),
            "{size}"
        );
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("`body/size` is `"), "{message}");
        assert!(message.contains("64 bits"), "{message}");
    }
    // A text with such digits is a text, and what is deep inside is found.
    let text = r#"{ "name": "18446744073709551617", "note": "\" 18446744073709551617" }"#;
    assert_eq!(post("application/json", text).status, 201);
    let deep = r#"{ "name": "a", "note": null, "parts": [{}, { "a/b": 18446744073709551617 }] }"#;
    let message = post("application/json", deep).json()["message"].clone();
    assert!(
        message.as_str().unwrap().starts_with("`body/parts/1/a~1b` is"),
        "{message}"
    );
    // Where the document has no integer, anything goes, and a number may be any.
    for body in [
        r#"{ "name": "a", "note": null, "more": [18446744073709551617] }"#,
        r#"{ "name": "a", "note": null, "weight": 18446744073709551617 }"#,
    ] {
        assert_eq!(post("application/json", body).status, 201, "{body}");
    }
    // In a form and in a query too.
    let part = |name: &str, kind: &str, text: &str| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{kind}\r\n{text}\r\n")
    };
    let whole = part("name", "", "a") + &part("note", "Content-Type: application/json\r\n", "null");
    for kind in ["", "Content-Type: application/json\r\n"] {
        let body = format!("{whole}{}--xyz--\r\n", part("size", kind, "18446744073709551617"));
        let refused = post("multipart/form-data; boundary=xyz", &body);
        assert_eq!(refused.status, 400, "{refused:?}");
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("size"), "{message}");
    }
    let refused = get(&emulator, "/things?after=18446744073709551617");
    assert_eq!(refused.status, 400);
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("64 bits"), "{message}");
}

#[test]
fn ranges_are_filters_where_their_bounds_are_known() {
    let emulator = start(SHOP, |builder| builder);
    let products = emulator.items("/products").unwrap();
    for (id, price) in [(1, 1.0), (2, 3.0), (3, 4.5), (4, 5.0), (5, 5.5)] {
        let item = json!({ "id": id, "name": "x", "category": "kitchen", "price": price });
        products.push(item).unwrap();
    }
    for (query, ids) in [
        ("price[min]=3&price[max]=5", &[4, 3, 2][..]),
        ("price[min]=5", &[5, 4]),
        ("price[max]=3", &[2, 1]),
        ("price[min]=6", &[]),
        ("price[min]=3&price[max]=5&category=garden", &[]),
    ] {
        let page = get(&emulator, &format!("/products?{query}")).json();
        assert_eq!(each(&page["data"], "id"), ids, "{query}");
        assert_eq!(page["meta"]["total"], ids.len(), "{query}");
    }
}

#[test]
fn null_is_a_value_where_the_schema_takes_it() {
    let emulator = start(FEED, |builder| builder);
    let body = json!({ "name": "a", "note": "n", "hint": "h", "size": 3 });
    let created = send_json(&emulator, "POST", "/things", &[], &body).json();
    let target = format!("/things/{}", created["id"].as_str().unwrap());
    let nulls = json!({ "note": null, "hint": null, "size": null });
    let patch = |media: &str, body: &Value| {
        let media = [("Content-Type", media)];
        send_body(&emulator, "PATCH", &target, &media, body.to_string().as_bytes())
    };
    let patched = patch("application/merge-patch+json", &nulls).json();
    assert_eq!(
        (patched.get("note"), patched.get("hint"), patched.get("size")),
        (Some(&Value::Null), Some(&Value::Null), None)
    );
    let body = json!({ "name": "b", "note": null, "hint": null });
    let replaced = send_json(&emulator, "PUT", &target, &[], &body).json();
    assert_eq!(
        (&replaced["name"], replaced.get("note"), replaced.get("hint")),
        (&json!("b"), Some(&Value::Null), Some(&Value::Null))
    );

    // A list of operations cannot be applied.
    let operations = json!([{ "op": "replace", "path": "/name", "value": "c" }]);
    let refused = patch("application/json-patch+json", &operations);
    assert_eq!(refused.status, 415);
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("application/json-patch+json"), "{message}");
    assert_eq!(get(&emulator, &target).json()["name"], "b");
}

#[test]
fn a_deleted_file_is_not_downloaded() {
    let emulator = start(FEED, |builder| builder);
    let media = [("Content-Type", "application/octet-stream")];
    let upload = || send_body(&emulator, "PUT", "/files/a", &media, b"abc").status;
    assert_eq!(upload(), 204);
    assert_eq!(get(&emulator, "/files/a").body, b"abc");
    assert_eq!(delete(&emulator, "/files/a"), 204);
    let gone = get(&emulator, "/files/a");
    assert_eq!((gone.status, &gone.json()["code"]), (404, &json!("file_not_found")));
    assert_eq!(delete(&emulator, "/files/a"), 404);
    assert_eq!(get(&emulator, "/files/b").status, 200);
    assert_eq!(upload(), 204);
    assert_eq!(get(&emulator, "/files/a").body, b"abc");
}

#[test]
fn a_nested_list_keeps_what_was_created_in_it() {
    let emulator = start(SHOP, |builder| builder);
    let reviews = |product: usize| emulator.items(&format!("/products/{product}/reviews")).unwrap();
    reviews(1).push(json!({ "id": 1, "stars": 4 })).unwrap();
    for product in 2..1_100 {
        assert_eq!(reviews(product).all(), [Value::Null; 0]);
    }
    assert_eq!(reviews(1).all(), [json!({ "id": 1, "stars": 4 })]);
}

#[test]
fn a_page_with_too_few_items_is_an_error() {
    for path in ["/labels", "/groups"] {
        let empty = get(&start(FEED, |builder| builder), path);
        assert_eq!(empty.status, 500, "{path}");
        let message = empty.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("do not fit into the schema"), "{path}: {message}");
        assert_eq!(
            get(&start(FEED, |builder| builder.items(1)), path).status,
            200,
            "{path}"
        );
    }
}

#[test]
fn faults_happen_to_what_is_in_an_envelope() {
    let emulator = start(SHOP, |builder| builder.items(2));
    for target in ["/products", "/products/1"] {
        let whole = get(&emulator, target);
        emulator.fail_next(Fault::unknown_value());
        let unknown = get(&emulator, target).json();
        let item = if target == "/products" {
            &unknown["data"][0]
        } else {
            &unknown["data"]
        };
        assert_eq!(item["category"], "hibernating", "{target}");
        emulator.fail_next(Fault::truncated());
        assert_eq!(
            get(&emulator, target).body,
            whole.body[..whole.body.len() / 2],
            "{target}"
        );
        emulator.fail_next(Fault::broken_json());
        let broken = get(&emulator, target).body;
        assert!(serde_json::from_slice::<Value>(&broken).is_err(), "{target}");
        emulator.fail_next(Fault::status(503));
        let failed = get(&emulator, target);
        assert_eq!(
            (failed.status, &failed.json()["status"]),
            (503, &json!(503)),
            "{target}"
        );
        emulator.fail_next(Fault::dropped());
        let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(crate::http::exchange(&emulator, request.as_bytes()), b"", "{target}");
    }
}

#[test]
fn a_list_in_a_form_is_one_part_or_several() {
    let emulator = start(FEED, |builder| builder);
    let media = [("Content-Type", "multipart/form-data; boundary=xyz")];
    let part = |name: &str, json: &str| {
        format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n"
        )
    };
    let send = |tags: &str| {
        let body = part("name", r#""a""#) + &part("note", "null") + tags + "--xyz--\r\n";
        send_body(&emulator, "POST", "/things", &media, body.as_bytes())
    };
    for (tags, expected) in [
        (part("tags", r#"["a"]"#), json!(["a"])),
        (part("tags", r#""a""#), json!(["a"])),
        (part("tags", r#""a""#) + &part("tags", r#""b""#), json!(["a", "b"])),
    ] {
        let created = send(&tags);
        assert_eq!((created.status, &created.json()["tags"]), (201, &expected), "{tags}");
    }
    assert_eq!(send(&part("tags", "[")).status, 400);
}

#[test]
fn the_schemas_of_3_1_are_applied_as_they_are_written() {
    let emulator = start(SHAPES, |builder| builder.items(30));
    let contract = Contract::read(SHAPES);
    let page = get(&emulator, "/shapes");
    assert_eq!(contract.complaints("GET", "/shapes", &page), [""; 0]);
    let kinds = each(&page.json(), "kind");
    assert!(
        kinds.contains(&json!("circle")) && kinds.contains(&json!("square")),
        "{kinds:?}"
    );

    let whole = json!({
        "object": "shape", "kind": "circle", "corner": ["a", 1], "name": null, "radius": 2, "tags": ["x", "main"],
    });
    let create = |change: &Value| {
        let mut body = whole.clone();
        for (name, value) in change.as_object().unwrap() {
            body[name.as_str()] = value.clone();
        }
        send_json(&emulator, "POST", "/shapes", &[], &body)
    };
    let created = create(&json!({}));
    assert_eq!(contract.complaints("POST", "/shapes", &created), [""; 0]);
    assert_eq!(created.status, 201);
    for (name, value) in whole.as_object().unwrap() {
        assert_eq!(created.json()[name.as_str()], *value, "{name}");
    }
    let mut untagged = whole.clone();
    untagged.as_object_mut().unwrap().remove("tags");
    assert_eq!(send_json(&emulator, "POST", "/shapes", &[], &untagged).status, 400);
    for wrong in [
        json!({ "object": "form" }),
        json!({ "kind": "square" }),
        json!({ "corner": [3, "a"] }),
        json!({ "corner": ["a", 1, 2] }),
        json!({ "corner": ["a"] }),
        json!({ "name": 5 }),
        json!({ "radius": 0 }),
        json!({ "tags": ["x"] }),
    ] {
        let refused = create(&wrong);
        assert_eq!(refused.status, 400, "{wrong}");
        assert_eq!(contract.complaints("POST", "/shapes", &refused), [""; 0]);
    }
}
