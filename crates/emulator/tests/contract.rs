//! Every answer is one that `openapi.yaml` describes: its status, its body, its headers.

mod http;

use std::path::Path;
use std::time::Duration;

use http::{Answer, get, send};
use ittybit::{SortOrder, TaskKind, TaskStatusFilter};
use ittybit_emulator::{Emulator, Fault};
use serde_json::{Map, Value, json};

/// The document, as JSON Schema understands it.
struct Contract {
    document: Value,
    /// The schemas of the document, for references to find.
    components: Value,
}

impl Contract {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.yaml");
        let document = ittybit_spec::Document::read(&path).unwrap().openapi().unwrap();
        let mut document = serde_json::to_value(document).unwrap();
        to_json_schema(&mut document);
        Self {
            components: document["components"].clone(),
            document,
        }
    }

    /// What is wrong with an answer to `GET /tasks`; nothing, if nothing is.
    fn complaints(&self, answer: &Answer) -> Vec<String> {
        let responses = &self.document["paths"]["/tasks"]["get"]["responses"];
        let Some(response) = responses.get(answer.status.to_string()) else {
            return vec![format!("status {} is not described", answer.status)];
        };
        let response = self.resolve(response);
        let mut complaints = Vec::new();
        match answer.header("content-type") {
            Some("application/json") => {
                let schema = &response["content"]["application/json"]["schema"];
                complaints.extend(self.violations(schema, &answer.json()));
            }
            other => complaints.push(format!("content type {other:?}")),
        }
        for (name, header) in response["headers"].as_object().unwrap_or(&Map::new()) {
            let schema = &self.resolve(header)["schema"];
            if let Some(text) = answer.header(&name.to_ascii_lowercase()) {
                let violations = self.violations(schema, &header_value(text));
                complaints.extend(violations.into_iter().map(|violation| format!("{name}: {violation}")));
            }
        }
        complaints
    }

    /// The statuses of errors that are described.
    fn error_codes(&self) -> Vec<u16> {
        let responses = self.document["paths"]["/tasks"]["get"]["responses"]
            .as_object()
            .unwrap();
        let codes = responses.keys().map(|code| code.parse().unwrap());
        codes.filter(|code| *code >= 400).collect()
    }

    fn violations(&self, schema: &Value, value: &Value) -> Vec<String> {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.components,
            "allOf": [schema],
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect()
    }

    fn resolve<'a>(&'a self, object: &'a Value) -> &'a Value {
        match object["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
            None => object,
        }
    }
}

/// Says what OpenAPI 3.0 says in its own words in those of JSON Schema.
fn to_json_schema(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(to_json_schema);
            if object.remove("nullable") == Some(Value::Bool(true)) {
                let schema = std::mem::take(object);
                object.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        _ => {}
    }
}

/// A header has no types; the document means what its text looks like.
fn header_value(text: &str) -> Value {
    match (text, text.parse::<i64>()) {
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        (_, Ok(number)) => number.into(),
        _ => text.into(),
    }
}

fn assert_sound(contract: &Contract, answer: &Answer, request: &str) {
    let complaints = contract.complaints(answer);
    assert!(complaints.is_empty(), "{request}: {complaints:#?}\n{answer:?}");
}

#[test]
fn pages_are_as_described() {
    let contract = Contract::read();
    for (seed, extra_fields) in [(0, false), (7, true)] {
        let builder = Emulator::builder().tasks(300).seed(seed).extra_fields(extra_fields);
        let emulator = builder.start_blocking().unwrap();
        let ids: Vec<_> = emulator.tasks().into_iter().map(|task| task.id).collect();
        let creator = emulator.tasks()[0].created_by.clone().unwrap();
        let mut queries = vec![
            String::new(),
            "limit=100".to_owned(),
            format!("run_id={creator}"),
            format!("created_by={creator}&limit=3"),
            "run_id=run_nobody".to_owned(),
            format!("after={}&before={}&limit=5", ids[3], ids[90]),
            format!("after={}&before={}", ids[90], ids[3]),
            format!("after={}", ids[299]),
        ];
        queries.extend((0..300).step_by(50).map(|at| format!("limit=50&after={}", ids[at])));
        queries.extend((0..300).step_by(50).map(|at| format!("limit=50&before={}", ids[at])));
        for status in TaskStatusFilter::KNOWN {
            for order in SortOrder::KNOWN {
                queries.push(format!("status={status}&order={order}&limit=100"));
            }
        }
        for kind in TaskKind::KNOWN {
            queries.push(format!("kind={kind}&limit=100"));
            queries.push(format!("kind={kind}&status=succeeded&limit=1"));
        }
        for query in queries {
            let answer = get(&emulator, &format!("/tasks?{query}"));
            assert_eq!(answer.status, 200, "{query}");
            for header in ["has-more", "limit"] {
                assert!(answer.header(header).is_some(), "{query}: no {header}");
            }
            assert_sound(&contract, &answer, &query);
        }
    }
}

#[test]
fn errors_are_as_described() {
    let contract = Contract::read();
    let emulator = Emulator::builder().tasks(30).start_blocking().unwrap();
    for target in [
        "/tasks?limit=0",
        "/tasks?limit=101",
        "/tasks?limit=ten",
        "/tasks?status=ready",
        "/tasks?kind=",
        "/tasks?order=up",
        "/tasks?limit=1&limit=2",
        "/tasks?unheard=of",
        "/tasks?after=task_nobody",
        "/tasks?before=",
        "/tasks?after=%FF",
        "/tasks/",
        "/",
        "/jobs",
    ] {
        let answer = get(&emulator, target);
        assert!((400..500).contains(&answer.status), "{target}: {}", answer.status);
        assert_sound(&contract, &answer, target);
    }
    for headers in [
        &[][..],
        &[("Authorization", "Bearer ittybit_wrong")],
        &[("Authorization", "Basic eDp5")],
    ] {
        let answer = send(&emulator, "GET", "/tasks", headers);
        assert_eq!(answer.status, 401);
        assert_sound(&contract, &answer, &format!("{headers:?}"));
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
        let answer = send(&emulator, method, "/tasks", &[]);
        assert_eq!(answer.status, 405, "{method}");
        assert_sound(&contract, &answer, method);
    }
    let codes = contract.error_codes();
    assert!(codes.len() > 10, "{codes:?}");
    for code in codes {
        let answer = send(&emulator, "GET", "/tasks", &[("Prefer", &format!("code={code}"))]);
        assert_eq!(answer.status, code);
        assert_sound(&contract, &answer, &format!("Prefer: code={code}"));

        emulator.fail_next(Fault::status(code));
        let answer = get(&emulator, "/tasks");
        assert_eq!(answer.status, code);
        assert_sound(&contract, &answer, &format!("a fault of status {code}"));
    }
    emulator.fail_next(Fault::rate_limited(Duration::from_millis(1500)));
    let answer = get(&emulator, "/tasks");
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("2")));
    assert_sound(&contract, &answer, "a rate limit");
}

#[test]
fn tasks_stay_as_described_while_they_live() {
    let contract = Contract::read();
    let clock = ittybit_emulator::ManualClock::new();
    let builder = Emulator::builder().tasks(100).live(true).clock(clock.clone());
    let emulator = builder.start_blocking().unwrap();
    for second in 0..60 {
        clock.advance(Duration::from_secs(1));
        let answer = get(&emulator, "/tasks?limit=100");
        assert_sound(&contract, &answer, &format!("second {second}"));
    }
}

#[test]
fn the_check_finds_what_is_wrong() {
    let contract = Contract::read();
    let emulator = Emulator::builder().tasks(30).start_blocking().unwrap();
    for (fault, complaint) in [
        (Fault::unknown_value(), "at /0/status"),
        (Fault::default().header("Has-More", "null"), "Has-More: "),
        (Fault::default().header("Limit", "many"), "Limit: "),
        (Fault::status(429).header("Retry-After", "-1"), "Retry-After: "),
        (Fault::status(200).body("application/json", "null"), "at "),
        (Fault::status(200).body("application/json", "[{}]"), "at /0"),
        (Fault::status(503).body("text/html", "<h1>Gone</h1>"), "content type"),
        (Fault::status(503).body("application/json", "{}"), "required"),
        (Fault::status(418), "status 418"),
    ] {
        emulator.fail_next(fault.clone());
        let complaints = contract.complaints(&get(&emulator, "/tasks"));
        assert!(
            complaints.iter().any(|found| found.contains(complaint)),
            "{fault:?}: {complaints:?}"
        );
    }
}
