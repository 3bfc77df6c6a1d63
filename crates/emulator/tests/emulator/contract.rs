//! Every response matches `openapi.yaml`: its status, its body, its headers.

use std::time::Duration;

use crate::http::contract::Contract;
use crate::http::{Response, get, largest_limit, send};
use ittybit::{SortOrder, TaskKind, TaskStatusFilter};
use ittybit_emulator::{Emulator, Fault};

fn assert_sound(contract: &Contract, response: &Response, request: &str) {
    let complaints = contract.complaints("GET", "/tasks", response);
    assert!(complaints.is_empty(), "{request}: {complaints:#?}\n{response:?}");
}

#[test]
fn pages_are_as_described() {
    let contract = Contract::own();
    for (seed, extra_fields) in [(0, false), (7, true)] {
        let builder = Emulator::builder().tasks(300).seed(seed).extra_fields(extra_fields);
        let emulator = builder.start_blocking().unwrap();
        let ids: Vec<_> = emulator.tasks().into_iter().map(|task| task.id).collect();
        let most = largest_limit();
        let creator = emulator.tasks()[0].created_by.clone().unwrap();
        let mut queries = vec![
            String::new(),
            format!("limit={most}"),
            format!("run_id={creator}"),
            format!("created_by={creator}&limit=3"),
            "run_id=run_nobody".to_owned(),
            format!("after={}&before={}&limit=5", ids[3], ids[90]),
            format!("after={}&before={}", ids[90], ids[3]),
            format!("after={}", ids[299]),
        ];
        queries.extend((0..300).step_by(50).map(|at| format!("limit={most}&after={}", ids[at])));
        queries.extend(
            (0..300)
                .step_by(50)
                .map(|at| format!("limit={most}&before={}", ids[at])),
        );
        for status in TaskStatusFilter::KNOWN {
            for order in SortOrder::KNOWN {
                queries.push(format!("status={status}&order={order}&limit={most}"));
            }
        }
        for kind in TaskKind::KNOWN {
            queries.push(format!("kind={kind}&limit={most}"));
            queries.push(format!("kind={kind}&status=succeeded&limit=1"));
        }
        for query in queries {
            let response = get(&emulator, &format!("/tasks?{query}"));
            assert_eq!(response.status, 200, "{query}");
            for header in ["has-more", "limit"] {
                assert!(response.header(header).is_some(), "{query}: no {header}");
            }
            assert_sound(&contract, &response, &query);
        }
    }
}

#[test]
fn errors_are_as_described() {
    let contract = Contract::own();
    let emulator = Emulator::builder().tasks(30).start_blocking().unwrap();
    for target in [
        "/tasks?limit=0",
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
        let response = get(&emulator, target);
        assert!((400..500).contains(&response.status), "{target}: {}", response.status);
        assert_sound(&contract, &response, target);
    }
    for headers in [
        &[][..],
        &[("Authorization", "Bearer ittybit_wrong")],
        &[("Authorization", "Basic eDp5")],
    ] {
        let response = send(&emulator, "GET", "/tasks", headers);
        assert_eq!(response.status, 401);
        assert_sound(&contract, &response, &format!("{headers:?}"));
    }
    for method in contract.other_methods("/tasks") {
        let response = send(&emulator, method, "/tasks", &[]);
        assert_eq!(response.status, 405, "{method}");
        assert_sound(&contract, &response, method);
    }
    let codes = contract.error_codes("GET", "/tasks");
    assert!(codes.len() > 10, "{codes:?}");
    for code in codes {
        let response = send(&emulator, "GET", "/tasks", &[("Prefer", &format!("code={code}"))]);
        assert_eq!(response.status, code);
        assert_sound(&contract, &response, &format!("Prefer: code={code}"));

        emulator.fail_next(Fault::status(code));
        let response = get(&emulator, "/tasks");
        assert_eq!(response.status, code);
        assert_sound(&contract, &response, &format!("a fault of status {code}"));
    }
    emulator.fail_next(Fault::rate_limited(Duration::from_millis(1500)));
    let response = get(&emulator, "/tasks");
    assert_eq!((response.status, response.header("retry-after")), (429, Some("2")));
    assert_sound(&contract, &response, "a rate limit");
}

#[test]
fn tasks_stay_as_described_while_they_live() {
    let contract = Contract::own();
    let clock = ittybit_emulator::ManualClock::new();
    let builder = Emulator::builder().tasks(100).live(true).clock(clock.clone());
    let emulator = builder.start_blocking().unwrap();
    for second in 0..60 {
        clock.advance(Duration::from_secs(1));
        let response = get(&emulator, &format!("/tasks?limit={}", largest_limit()));
        assert_sound(&contract, &response, &format!("second {second}"));
    }
}

#[test]
fn the_check_finds_violations() {
    let contract = Contract::own();
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
        let complaints = contract.complaints("GET", "/tasks", &get(&emulator, "/tasks"));
        assert!(
            complaints.iter().any(|found| found.contains(complaint)),
            "{fault:?}: {complaints:?}"
        );
    }
}
