//! Documents of other APIs, served with state. Each response is checked against its document.

use std::time::Duration;

use crate::http::contract::Contract;
use crate::http::{Response, get, send, send_body, send_json};
use ittybit_emulator::{Emulator, EmulatorBuilder, Fault, ItemError, ManualClock};
use serde_json::{Value, json};

const RENDERS: &str = "tests/documents/renders.yaml";
const SHOP: &str = "tests/documents/shop.yaml";
const FLEET: &str = "tests/documents/fleet.json";

/// An emulator of a document of this crate, and what the document says.
struct Served {
    emulator: Emulator,
    contract: Contract,
}

impl Served {
    fn start(document: &str, configure: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Self {
        let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
        let builder = configure(Emulator::builder().document(path).seed(7));
        Self {
            emulator: builder.start_blocking().unwrap(),
            contract: Contract::read(document),
        }
    }

    /// Checks a response of an operation, and gives it.
    fn checked(&self, method: &str, path: &str, response: Response) -> Response {
        let complaints = self.contract.complaints(method, path, &response);
        assert!(complaints.is_empty(), "{method} {path}: {complaints:#?}\n{response:?}");
        response
    }

    fn get(&self, path: &str, target: &str) -> Response {
        self.checked("GET", path, send_body(&self.emulator, "GET", target, &[], b""))
    }

    fn json(&self, method: &str, path: &str, target: &str, body: &Value) -> Response {
        self.checked(method, path, send_json(&self.emulator, method, target, &[], body))
    }
}

fn room(title: &str) -> Value {
    json!({ "title": title, "scene": { "kind": "room", "walls": 4 } })
}

fn id(response: &Response) -> String {
    response.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_item_is_created_read_changed_and_deleted() {
    let served = Served::start(RENDERS, |builder| builder);
    let mut body = room("Kitchen");
    body["tags"] = json!(["blue", "new"]);
    let created = served.json("POST", "/renders", "/renders", &body);
    assert_eq!(created.status, 201);
    let (id, item) = (id(&created), created.json());
    assert!(id.starts_with("rnd_") && id.len() == "rnd_4Hq0Zx81Lm2K".len(), "{id}");
    assert_eq!((&item["title"], &item["state"]), (&json!("Kitchen"), &json!("queued")));
    assert_eq!(item["scene"], body["scene"]);
    assert_eq!(item["created_at"], 1_735_689_600);
    assert_eq!(item.get("finished_at"), None);
    let target = format!("/renders/{id}");
    let url = format!("{}{target}", served.emulator.base_url());
    assert_eq!(created.header("location"), Some(url.as_str()));

    assert_eq!(served.get("/renders/{render_id}", &target).json(), item);
    // Under the path of the document's server as well.
    assert_eq!(served.get("/renders/{render_id}", &format!("/v2{target}")).json(), item);
    let changed = served.json("PATCH", "/renders/{render_id}", &target, &json!({ "title": "Hall" }));
    assert_eq!((changed.status, &changed.json()["title"]), (200, &json!("Hall")));
    assert_eq!(changed.json()["scene"], item["scene"]);
    assert_eq!(served.get("/renders", "/renders").json(), json!([changed.json()]));
    let cancelled = served.json(
        "POST",
        "/renders/{render_id}/cancel",
        &format!("{target}/cancel"),
        &Value::Null,
    );
    assert_eq!((cancelled.status, cancelled.json()), (202, changed.json()));

    let deleted = served.json("DELETE", "/renders/{render_id}", &target, &Value::Null);
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    let gone = served.get("/renders/{render_id}", &target);
    assert_eq!(
        (gone.status, &gone.json()["error"]["code"]),
        (404, &json!("render_not_found"))
    );
    assert_eq!(served.get("/renders", "/renders").json(), json!([]));
}

#[test]
fn a_repeated_idempotency_key_gets_the_first_response() {
    let clock = ManualClock::new();
    let served = Served::start(RENDERS, |builder| builder.clock(clock.clone()));
    let create = |key: &str, title: &str| {
        let headers = [("Idempotency-Key", key)];
        let response = send_json(&served.emulator, "POST", "/renders", &headers, &room(title));
        served.checked("POST", "/renders", response)
    };
    let first = create("one", "A");
    let again = create("one", "B");
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    assert_ne!(id(&create("two", "A")), id(&first));
    assert_eq!(served.emulator.items("/renders").unwrap().all().len(), 2);
    // What was refused can be sent again.
    let refused = send_json(
        &served.emulator,
        "POST",
        "/renders",
        &[("Idempotency-Key", "three")],
        &json!({}),
    );
    assert_eq!(refused.status, 400);
    assert_eq!(create("three", "C").status, 201);
    // What it created is deleted: the first response would lead to nothing.
    let second = id(&create("two", "A"));
    let path = format!("/renders/{second}");
    served.json("DELETE", "/renders/{render_id}", &path, &Value::Null);
    let later = id(&create("two", "A"));
    assert_ne!(later, second);
    assert_eq!(
        served.get("/renders/{render_id}", &format!("/renders/{later}")).status,
        200
    );
    // After a day it is a new request.
    clock.advance(Duration::from_secs(86_400));
    assert_ne!(id(&create("one", "A")), id(&first));
}

#[test]
fn lists_filter_by_the_documented_parameters() {
    let served = Served::start(RENDERS, |builder| builder);
    let renders = served.emulator.items("/renders").unwrap();
    for (number, (state, owner, tags, priority)) in [
        ("queued", "ann", json!(["a", "b"]), 1),
        ("done", "ann", json!(["b"]), 2),
        ("complete", "bob", json!([]), 2),
        ("broken", "bob", json!(["a"]), 3),
    ]
    .into_iter()
    .enumerate()
    {
        let mut item = room("x");
        item["id"] = format!("rnd_{number}").into();
        item["state"] = state.into();
        item["owner_id"] = owner.into();
        item["tags"] = tags;
        item["priority"] = priority.into();
        item["created_at"] = number.into();
        renders.push(item).unwrap();
    }
    for (query, numbers) in [
        ("", &[3, 2, 1, 0][..]),
        ("order=asc", &[0, 1, 2, 3]),
        ("state=queued", &[0]),
        // An older spelling is found by the current one, and finds it.
        ("state=done", &[2, 1]),
        ("state=complete", &[2, 1]),
        ("owner=ann", &[1, 0]),
        ("owner=eve", &[]),
        ("tag=a", &[3, 0]),
        ("tag=b&owner=ann", &[1, 0]),
        ("tag=a&owner=ann", &[0]),
        ("priority=2&state=done", &[2, 1]),
        ("priority=2&after=rnd_2", &[1]),
        ("limit=2&before=rnd_1", &[3, 2]),
    ] {
        let expected: Vec<_> = numbers.iter().map(|number| format!("rnd_{number}")).collect();
        assert_eq!(
            served.get("/renders", &format!("/renders?{query}")).ids(),
            expected,
            "{query}"
        );
    }
    // Changed, it is found by what it is now.
    renders.update("rnd_0", |item| item["tags"] = json!(["c"])).unwrap();
    assert_eq!(served.get("/renders", "/renders?tag=a").ids(), ["rnd_3"]);
    assert_eq!(served.get("/renders", "/renders?tag=c").ids(), ["rnd_0"]);
}

#[test]
fn refusals_say_where_and_why() {
    let served = Served::start(RENDERS, |builder| builder);
    let mut said = Vec::new();
    let mut say = |what: &str, response: Response| {
        let error = &response.json()["error"];
        let text = |name: &str| error[name].as_str().unwrap_or("-").to_owned();
        said.push(format!(
            "{what}\n    {} {} at {}: {}",
            response.status,
            text("code"),
            text("field"),
            text("message")
        ));
    };
    for query in [
        "limit=",
        "limit=0",
        "limit=51",
        "limit=2.0",
        "limit=%2B5",
        "limit=-1",
        "limit=99999999999999999999999",
        "state=lost",
        "state=",
        "order=down",
        "limit=1&limit=1",
        "lmit=1",
        "owner=%FF",
        "owner=",
        &format!("state={}", "é".repeat(200)),
        "after=rnd_nobody",
    ] {
        let response = served.get("/renders", &format!("/renders?{query}"));
        say(
            &format!("GET ?{}", query.chars().take(60).collect::<String>()),
            response,
        );
    }
    for body in [
        json!({}),
        json!([]),
        json!({ "title": 5, "scene": { "kind": "room", "walls": 4 } }),
        json!({ "title": "x", "scene": { "kind": "room", "walls": 2 } }),
        json!({ "title": "x", "scene": { "kind": "sea" } }),
        json!({ "title": "x", "scene": { "kind": "sky", "stars": 1 } }),
        json!({ "title": "x", "scene": { "kind": "sky", "stars": 0.5 }, "tags": ["a", "a"] }),
        json!({ "title": "x", "scene": { "kind": "sky", "stars": 0.5 }, "size": 1 }),
        json!({ "title": "x".repeat(5000), "scene": { "kind": "sky", "stars": 0.5 } }),
    ] {
        let response = served.json("POST", "/renders", "/renders", &body);
        say(
            &format!("POST {}", body.to_string().chars().take(90).collect::<String>()),
            response,
        );
    }
    let plain = [("Content-Type", "application/json")];
    for (what, headers, body) in [
        ("POST with no body", &[][..], &b""[..]),
        ("POST with half a body", &plain, b"{\"title\":"),
        ("POST with text", &[("Content-Type", "text/plain")], b"hello"),
        (
            "POST with a long key",
            &[("Content-Type", "application/json"), ("Idempotency-Key", LONG_KEY)],
            b"{}",
        ),
    ] {
        say(
            what,
            served.checked(
                "POST",
                "/renders",
                send_body(&served.emulator, "POST", "/renders", headers, body),
            ),
        );
    }
    say("GET /renders/5", served.get("/renders/{render_id}", "/renders/5"));
    say("GET without a key", send(&served.emulator, "GET", "/renders", &[]));
    say("GET /nowhere", get(&served.emulator, "/nowhere"));
    insta::assert_snapshot!(said.join("\n"));
}

const LONG_KEY: &str = "0123456789012345678901234567890123456789012345678901234567890123456789";

#[test]
fn items_follow_their_lifecycle() {
    let clock = ManualClock::new();
    let served = Served::start(RENDERS, |builder| builder.live(true).items(40).clock(clock.clone()));
    let created = served.json("POST", "/renders", "/renders", &room("x"));
    let target = format!("/renders/{}", id(&created));
    let mut seen = Vec::new();
    for _ in 0..=20 {
        let item = served.get("/renders/{render_id}", &target).json();
        let state = item["state"].as_str().unwrap().to_owned();
        let ended = ["done", "broken"].contains(&state.as_str());
        assert_eq!(item.get("finished_at").is_some(), ended, "{item}");
        if seen.last() != Some(&state) {
            seen.push(state);
        }
        served.get("/renders", "/renders?limit=50");
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(seen[..3], ["queued", "drawing", "encoding"]);
    assert_eq!(seen.len(), 4);
    for state in ["queued", "drawing", "encoding"] {
        assert_eq!(
            served.get("/renders", &format!("/renders?state={state}")).ids(),
            [""; 0]
        );
    }
}

#[test]
fn an_uploaded_file_is_downloaded() {
    let served = Served::start(RENDERS, |builder| builder.items(1));
    let item = served.emulator.items("/renders").unwrap().all().remove(0);
    let target = format!("/renders/{}/source", item["id"].as_str().unwrap());
    let path = "/renders/{render_id}/source";
    // Before, there is what the document lets the emulator make up.
    assert_eq!(served.get(path, &target).status, 200);
    let bytes: Vec<u8> = (0..=255).collect();
    let headers = [("Content-Type", "application/octet-stream")];
    let upload = |target: &str| {
        let response = send_body(&served.emulator, "PUT", target, &headers, &bytes);
        served.checked("PUT", path, response)
    };
    assert_eq!(upload(&target).status, 204);
    assert_eq!(served.get(path, &target).body, bytes);
    assert_eq!(upload("/renders/rnd_nobody/source").status, 404);
}

#[test]
fn pages_have_numbers_in_an_envelope() {
    let served = Served::start(SHOP, |builder| builder.items(60));
    let page = |query: &str| served.get("/products", &format!("/products?{query}")).json();
    let first = page("");
    assert_eq!(first["data"].as_array().unwrap().len(), 25);
    assert_eq!(
        first["meta"],
        json!({ "page": 1, "per_page": 25, "total": 60, "total_pages": 3 })
    );
    let mut ids = Vec::new();
    for number in 1..=7 {
        let page = page(&format!("page={number}&per_page=10"));
        assert_eq!(page["meta"]["page"], number);
        ids.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].as_u64().unwrap()),
        );
    }
    assert_eq!(ids, (1..=60).rev().collect::<Vec<_>>());

    let kitchen = page("category=kitchen&per_page=100");
    let both = page("category=kitchen,garden&per_page=100");
    let all = |page: &Value, wanted: &[&str]| {
        let items = page["data"].as_array().unwrap();
        assert!(!items.is_empty());
        assert!(
            items
                .iter()
                .all(|item| wanted.contains(&item["category"].as_str().unwrap()))
        );
        items.len()
    };
    assert!(all(&kitchen, &["kitchen"]) < all(&both, &["kitchen", "garden"]));
    assert_eq!(kitchen["meta"]["total"], kitchen["data"].as_array().unwrap().len());
    for (query, status) in [
        ("price[min]=-1", 400),
        ("price[middle]=1", 400),
        ("inStock=true", 200),
        ("inStock=yes", 400),
        ("category=kitchen,attic", 400),
        ("page=0", 400),
    ] {
        assert_eq!(
            served.get("/products", &format!("/products?{query}")).status,
            status,
            "{query}"
        );
    }
}

#[test]
fn items_can_be_replaced_and_nested() {
    let served = Served::start(SHOP, |builder| builder);
    let teapot = json!({ "name": "Teapot", "category": "kitchen", "price": 12.5, "note": "blue", "inStock": true });
    let created = served.json("POST", "/products", "/products", &teapot).json();
    assert_eq!(
        (&created["data"]["id"], &created["data"]["name"]),
        (&json!(1), &json!("Teapot"))
    );
    assert_eq!(created["data"]["createdAt"], "2025-01-01T00:00:00Z");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let body = b"name=Chair+%26+table&category=garden&price=5&inStock=false";
    let response = send_body(&served.emulator, "POST", "/products", &form, body);
    let chair = served.checked("POST", "/products", response).json();
    assert_eq!(chair["data"]["name"], "Chair & table");
    assert_eq!(
        (&chair["data"]["price"], &chair["data"]["inStock"]),
        (&json!(5), &json!(false))
    );

    let kettle = json!({ "name": "Kettle", "category": "office", "price": 1 });
    let replaced = served.json("PUT", "/products/{id}", "/products/1", &kettle).json();
    assert_eq!(
        (&replaced["data"]["id"], &replaced["data"]["name"]),
        (&json!(1), &json!("Kettle"))
    );
    assert_eq!(replaced["data"].get("note"), None);
    assert_eq!(replaced["data"]["createdAt"], created["data"]["createdAt"]);

    // Reviews of the one are none of the other, and of what is not there, there are none.
    let path = "/products/{id}/reviews";
    let multipart = [("Content-Type", "multipart/form-data; boundary=xyz")];
    let body = b"--xyz\r\nContent-Disposition: form-data; name=\"stars\"\r\n\r\n4\r\n--xyz--\r\n";
    let review = |target: &str, body: &[u8]| {
        let response = send_body(&served.emulator, "POST", target, &multipart, body);
        served.checked("POST", path, response)
    };
    assert_eq!(review("/products/1/reviews", body).json()["stars"], 4);
    // A text in a part that is JSON is between quotation marks.
    let part = |name: &str, json: &str| {
        format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n"
        )
    };
    for _ in 0..2 {
        let body = part("stars", "3") + &part("text", r#""Fine.""#) + "--xyz--\r\n";
        let response = review("/products/2/reviews", body.as_bytes());
        assert_eq!((response.status, &response.json()["text"]), (201, &json!("Fine.")));
    }
    assert_eq!(
        served.get(path, "/products/1/reviews").json().as_array().unwrap().len(),
        1
    );
    assert_eq!(
        served.get(path, "/products/2/reviews").json().as_array().unwrap().len(),
        2
    );
    assert_eq!(served.emulator.items("/products/1/reviews").unwrap().all().len(), 1);
    let missing = review("/products/9/reviews", body);
    assert_eq!(
        (missing.status, &missing.json()["type"]),
        (404, &json!("product_not_found"))
    );
    let six = b"--xyz\r\nContent-Disposition: form-data; name=\"stars\"\r\n\r\n6\r\n--xyz--\r\n";
    let refused = review("/products/1/reviews", six).json();
    assert_eq!(
        (&refused["status"], &refused["errors"][0]["pointer"]),
        (&json!(400), &json!("body/stars"))
    );
    assert_eq!(
        served
            .json("DELETE", "/products/{id}", "/products/1", &Value::Null)
            .status,
        204
    );
    assert_eq!(served.get(path, "/products/1/reviews").status, 404);
}

#[test]
fn examples_can_be_chosen_by_name() {
    let served = Served::start(SHOP, |builder| builder);
    // It needs no key.
    let health = |headers: &[(&str, &str)]| {
        let response = send(&served.emulator, "GET", "/health", headers);
        served.checked("GET", "/health", response).json()
    };
    assert_eq!(health(&[])["status"], "ok");
    assert_eq!(health(&[("Prefer", "example=busy")])["status"], "slow");
    let refused = send(&served.emulator, "GET", "/health", &[("Prefer", "code=503")]);
    assert_eq!(served.checked("GET", "/health", refused).json()["status"], 503);
}

#[test]
fn keys_are_read_where_the_document_says() {
    let shop = Served::start(SHOP, |builder| builder.items(1));
    let fleet = Served::start(FLEET, |builder| builder.items(1));
    for (served, path, headers, status) in [
        (&shop, "/products", &[][..], 401),
        (&shop, "/products", &[("X-Api-Key", "ittybit_emulator")], 200),
        (&shop, "/products", &[("X-Api-Key", "other")], 401),
        (&shop, "/products", &[("Authorization", "Bearer ittybit_emulator")], 401),
        (&fleet, "/vehicles", &[], 401),
        (
            &fleet,
            "/vehicles",
            &[("Authorization", "Bearer ittybit_emulator")],
            200,
        ),
        // "me:ittybit_emulator", and "me:you"
        (
            &fleet,
            "/vehicles",
            &[("Authorization", "Basic bWU6aXR0eWJpdF9lbXVsYXRvcg==")],
            200,
        ),
        (&fleet, "/vehicles", &[("Authorization", "Basic bWU6eW91")], 401),
    ] {
        let response = served.checked("GET", path, send(&served.emulator, "GET", path, headers));
        assert_eq!(response.status, status, "{path} {headers:?}");
    }
    assert_eq!(shop.emulator.requests()[1].header("x-api-key"), Some("[redacted]"));
    assert_eq!(shop.emulator.requests()[2].header("x-api-key"), Some("[redacted]"));
}

/// A description beside a reference makes it a part of an `allOf`.
const PARTS: &str = "
openapi: 3.0.3
info: { title: Parts, version: '1' }
paths:
  /reports:
    get:
      responses:
        '200':
          description: The reports.
          content:
            application/json:
              schema:
                type: object
                properties:
                  reports: { allOf: [{ $ref: '#/components/schemas/Reports' }, { description: All. }] }
  /reports/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      responses:
        '200':
          description: A report.
          content: { application/json: { schema: { $ref: '#/components/schemas/Report' } } }
components:
  schemas:
    Report: { type: object, required: [id], properties: { id: { type: string } } }
    Reports: { type: array, items: { $ref: '#/components/schemas/Report' } }
";

#[test]
fn the_items_of_a_list_may_be_those_of_a_part() {
    let emulator = Emulator::builder().document(PARTS).items(3).start_blocking().unwrap();
    let listed = send(&emulator, "GET", "/reports", &[]).json();
    assert_eq!(listed["reports"].as_array().unwrap().len(), 3);
    let first = format!("/reports/{}", listed["reports"][0]["id"].as_str().unwrap());
    assert_eq!(send(&emulator, "GET", &first, &[]).json(), listed["reports"][0]);
}

/// The response for a new item has its id alone, and the items of the list are of two kinds.
const CHECKS: &str = r##"
openapi: 3.0.3
info: { title: Checks, version: "1" }
servers: [{ url: https://api.example.com }]
paths:
  /checks:
    get:
      operationId: list
      responses:
        "200": { description: All., content: { application/json: { schema: { $ref: "#/components/schemas/Checks" } } } }
    post:
      operationId: create
      requestBody: { content: { application/json: { schema: { properties: { type: { type: string } } } } } }
      responses:
        "201": { description: Made., content: { application/json: { schema: { $ref: "#/components/schemas/Made" } } } }
components:
  schemas:
    Made: { type: object, required: [id], properties: { id: { type: string } } }
    Checks:
      type: object
      required: [list]
      properties:
        list:
          type: array
          items: { oneOf: [{ $ref: "#/components/schemas/Mail" }, { $ref: "#/components/schemas/Text" }] }
    Mail: { properties: { id: { type: string }, type: { type: string, enum: [mail] }, mail: { type: string } } }
    Text: { properties: { id: { type: string }, type: { type: string, enum: [text] }, text: { type: string } } }
"##;

#[test]
fn a_list_is_served_where_the_response_for_a_new_item_has_its_id_alone() {
    let emulator = Emulator::builder().document(CHECKS).items(5).start_blocking().unwrap();
    let listed = send(&emulator, "GET", "/checks", &[]).json();
    let items = listed["list"].as_array().unwrap();
    assert!(!items.is_empty());
    assert!(items.iter().all(|item| item["type"].is_string()), "{listed}");
}

#[test]
fn any_key_is_fine_for_another_api() {
    let shop = Served::start(SHOP, |builder| builder.items(1).api_key("s3cr3t +/="));
    let get = |key: &str| send(&shop.emulator, "GET", "/products", &[("X-Api-Key", key)]).status;
    assert_eq!((get("s3cr3t +/="), get("ittybit_emulator")), (200, 401));
    let fleet = Served::start(FLEET, |builder| builder.api_key("abc"));
    assert_eq!(get_with(&fleet.emulator, "Bearer abc"), 200);
    // "me:abc"
    assert_eq!(get_with(&fleet.emulator, "Basic bWU6YWJj"), 200);
    assert_eq!(get_with(&fleet.emulator, "Bearer ittybit_emulator"), 401);
    let path = format!("{}/{SHOP}", env!("CARGO_MANIFEST_DIR"));
    for builder in [
        Emulator::builder().document(path).api_key(""),
        Emulator::builder().api_key("abc"),
    ] {
        let error = builder.start_blocking().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{error}");
    }
}

fn get_with(emulator: &Emulator, authorization: &str) -> u16 {
    send(emulator, "GET", "/vehicles", &[("Authorization", authorization)]).status
}

#[test]
fn lists_can_show_fewer_fields_than_their_items() {
    let served = Served::start(FLEET, |builder| builder.items(30));
    let response = served.get("/vehicles", "/vehicles?offset=20&limit=100");
    assert_eq!(response.header("x-total-count"), Some("30"));
    let items = response.json();
    assert_eq!(items.as_array().unwrap().len(), 10);
    for item in items.as_array().unwrap() {
        assert_eq!(item.as_object().unwrap().len(), 2);
        let target = format!("/vehicles/{}", item["id"].as_str().unwrap());
        let whole = served.get("/vehicles/{vehicleId}", &target).json();
        assert_eq!(whole["kind"], item["kind"]);
    }
    for (query, kinds) in [("kind=van&kind=bike", &["van", "bike"][..]), ("kind=truck", &["truck"])] {
        let page = served.get("/vehicles", &format!("/vehicles?limit=100&{query}")).json();
        let mut found: Vec<_> = page
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["kind"].clone())
            .collect();
        assert!(!found.is_empty());
        found.retain(|kind| !kinds.contains(&kind.as_str().unwrap()));
        assert_eq!(found, [""; 0]);
    }
    let van = json!({ "kind": "van", "plate": "AB-123", "secret": "12345678", "seats": 3 });
    let created = served.json("POST", "/vehicles", "/vehicles", &van).json();
    assert_eq!((&created["plate"], &created["seats"]), (&json!("AB-123"), &json!(3)));
    let refused = served.json(
        "POST",
        "/vehicles",
        "/vehicles",
        &json!({ "kind": "van", "plate": "AB-123" }),
    );
    assert_eq!(refused.status, 400, "the secret is missing");
    // The errors of this document have no place for a message but a list, and few codes.
    assert_eq!(refused.json()["code"], "BAD_REQUEST");
    let reason = refused.json()["errors"][0].as_str().unwrap().to_owned();
    assert!(reason.contains("secret"), "{reason}");

    let position = format!("/vehicles/{}/position", created["id"].as_str().unwrap());
    assert_eq!(
        served
            .get("/vehicles/{vehicleId}/position", &format!("{position}?at=2025-01-01"))
            .status,
        200
    );
    for query in ["", "?at=yesterday"] {
        let response = served.get("/vehicles/{vehicleId}/position", &format!("{position}{query}"));
        assert_eq!(response.status, 400, "{query}");
    }
}

#[test]
fn without_state_the_response_is_an_example() {
    let served = Served::start(FLEET, |builder| builder);
    let stops = json!({ "stops": [{ "lat": 1, "lon": 2 }, { "lat": 3, "lon": 4 }], "mode": 5 });
    let route = served.json("POST", "/routes", "/routes", &stops);
    assert_eq!(
        route.json(),
        json!({ "from": { "lat": 1, "lon": 2 }, "metres": 3, "next": null })
    );
}

#[test]
fn everything_follows_from_the_seed() {
    for document in [RENDERS, SHOP, FLEET] {
        let all = |seed| {
            let served = Served::start(document, |builder| builder.items(20).seed(seed));
            let path = ["/renders", "/products", "/vehicles"];
            let lists = path.iter().filter_map(|path| Some(served.emulator.items(path)?.all()));
            lists.flatten().collect::<Vec<_>>()
        };
        let items = all(7);
        assert_eq!(items.len(), 20, "{document}");
        assert_eq!(items, all(7), "{document}");
        assert_ne!(items, all(8), "{document}");
    }
}

#[test]
fn any_list_can_be_changed_as_json() {
    let served = Served::start(RENDERS, |builder| builder.items(3));
    let renders = served.emulator.items("/renders").unwrap();
    let before = renders.all();
    assert_eq!(before.len(), 3);
    assert_eq!(served.get("/renders", "/renders").json(), json!(before));
    let newest = before[0]["id"].as_str().unwrap();
    assert_eq!(renders.get(newest).as_ref(), Some(&before[0]));
    let errors = [
        renders.push(before[0].clone()),
        renders.push(room("no id")),
        renders.update("rnd_nobody", |_| {}),
        renders.update(newest, |item| item["id"] = "rnd_other".into()),
        renders.update(newest, |item| item["state"] = "lost".into()),
    ];
    let messages: Vec<_> = errors.map(|error| error.unwrap_err().to_string()).into();
    insta::assert_snapshot!(messages.join("\n").replace(newest, "rnd_NEWEST"));
    assert_eq!(renders.all(), before);
    assert!(matches!(
        renders.push(before[0].clone()),
        Err(ItemError::IdTaken { .. })
    ));

    assert_eq!(renders.remove(newest).as_ref(), Some(&before[0]));
    assert_eq!(renders.remove(newest), None);
    // Its id still leads to the place where it was.
    assert_eq!(
        served.get("/renders", &format!("/renders?after={newest}")).ids().len(),
        2
    );
    served.emulator.reset();
    assert_eq!(renders.all(), before);
    assert!(served.emulator.items("/nowhere").is_none());
    assert!(served.emulator.tasks().is_empty());
}

#[test]
fn faults_happen_to_every_operation() {
    let served = Served::start(RENDERS, |builder| builder.items(2));
    let known = served.get("/renders", "/renders").json()[0].clone();
    let target = format!("/renders/{}", known["id"].as_str().unwrap());
    served.emulator.fail_next(Fault::unknown_value());
    let response = get(&served.emulator, "/renders").json();
    assert_eq!(response[0]["state"], "hibernating");
    served.emulator.fail_next(Fault::unknown_value());
    assert_eq!(get(&served.emulator, &target).json()["state"], "hibernating");
    for status in [400, 401, 404] {
        served.emulator.fail_next(Fault::status(status));
        assert_eq!(served.get("/renders", "/renders").status, status);
        let response = send(
            &served.emulator,
            "GET",
            &target,
            &[("Prefer", &format!("code={status}"))],
        );
        assert_eq!(served.checked("GET", "/renders/{render_id}", response).status, status);
    }
    let body = room("seen");
    send_json(&served.emulator, "POST", "/renders", &[], &body);
    let request = served.emulator.requests().pop().unwrap();
    assert_eq!(
        (request.method(), request.path(), request.status()),
        ("POST", "/renders", Some(201))
    );
    assert_eq!(request.body(), body.to_string());
}

#[test]
fn a_document_that_cannot_be_served_is_an_error() {
    for (document, said) in [
        ("openapi: 2.0.0\ninfo: { title: A, version: '1' }\npaths: {}\n", "2.0"),
        ("{\"openapi\": \"3.0.3\"", "document:1:"),
        ("no/such/file.yaml", "no such file"),
    ] {
        let error = Emulator::builder().document(document).start_blocking().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains(said), "{error}");
    }
    let nothing = "openapi: 3.0.3\ninfo: { title: A, version: '1' }\npaths: {}\n";
    let emulator = Emulator::builder().document(nothing).start_blocking().unwrap();
    let response = get(&emulator, "/tasks");
    assert_eq!((response.status, response.kind()), (404, "not_found".to_owned()));
}
