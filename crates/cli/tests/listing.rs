//! Lists: every format, pages, filters, errors and exit codes.

mod support;

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use ittybit::{TaskKind, TaskStatus, Timestamp};
use ittybit_emulator::Fault;
use serde_json::Value;
use support::{ask, connected, emulator, numbered, page, program, run};

/// Two tasks as a server may send them: nulls, fields and values that are not documented, numbers
/// beyond all number types, line ends, and text that has to be quoted.
const TASKS: &str = r#"[
  {"id": "task_2jR8kLm4nP", "object":"task","status":"ready","kind":"video","progress":100,
   "input":{"url":"https://storage.example.com/uploads/interview.mov","filename":"a \"quoted\", name.mov",
     "framerate":30.0,"codecs":{"audio":{"name":"aac","channels":2}}},
   "error":null,"metadata":{"note":"two\nlines"},"created_by":"run_5xQ9wKp3vN",
   "created_at":1735689600,"started_at":1735689601,"finished_at":null},
  {"id":"task_2","kind":"hologram","status":"failed","huge":1e400,"error":{"kind":"url_required"},
   "input":{"filename":"\u001b[31mred.mov"},"created_at":1735689602.5}
]"#;

#[test]
fn every_format() {
    let emulator = emulator(0);
    let mut shown = String::new();
    for arguments in [
        &["tasks", "list"][..],
        &["tasks", "list", "--output", "jsonl"],
        &["tasks", "list", "-o", "json"],
        &["tasks", "list", "-o", "csv"],
        &[
            "tasks",
            "list",
            "-o",
            "csv",
            "--columns",
            "id,created_at",
            "--columns",
            "huge,metadata,metadata.note,output",
        ],
        &[
            "tasks",
            "list",
            "-o",
            "table",
            "--columns",
            "id,kind,status,input.filename,huge,error",
        ],
    ] {
        emulator.fail_next(page(TASKS, true));
        shown.push_str(&ask(&emulator, arguments).shown());
    }
    insta::assert_snapshot!("formats", shown);
}

#[test]
fn formats_of_an_empty_list() {
    let emulator = emulator(0);
    let mut shown = String::new();
    for arguments in [
        &["tasks", "list", "-o", "jsonl"][..],
        &["tasks", "list", "-o", "json"],
        &["tasks", "list", "-o", "csv", "--columns", "id"],
        &["tasks", "list", "-o", "table"],
    ] {
        shown.push_str(&ask(&emulator, arguments).shown());
    }
    insta::assert_snapshot!("formats_of_an_empty_list", shown);
}

#[test]
fn json_is_what_the_server_sent() {
    let emulator = emulator(40);
    let text = ask(&emulator, &["tasks", "list", "-o", "json", "--limit", "40"]).out;
    let body: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(body.len(), 40);
    assert!(
        body.iter().all(|task| task.as_object().unwrap().contains_key("error")),
        "nulls are kept"
    );
    let lines: Vec<Value> = ask(&emulator, &["tasks", "list", "--limit", "40"])
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, body);
}

#[test]
fn a_table_shows_ages() {
    let emulator = emulator(0);
    let created = Timestamp::now().unix_seconds() - 90 * 60;
    emulator.fail_next(page(
        &format!(
            r#"[{{"id":"task_1","kind":"video","status":"succeeded","progress":100,"created_by":"key_1",
                 "input":{{"filename":"a.mov"}},"created_at":{created}}},
                {{"id":"task_2","kind":"image","status":"queued","created_at":{}}}]"#,
            created - 300 * 24 * 60 * 60
        ),
        false,
    ));
    insta::assert_snapshot!("table", ask(&emulator, &["tasks", "list", "--output", "table"]).shown());
}

/// The ids in lines of JSON.
fn ids(lines: &[&str]) -> Vec<String> {
    lines
        .iter()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn all_and_max_go_through_pages() {
    let emulator = emulator(250);
    let paging = ittybit::builder::ListTasks::OPERATION.paging.unwrap();
    let largest = usize::try_from(paging.largest.unwrap()).unwrap();
    let all: Vec<String> = emulator.tasks().iter().map(|task| task.id.clone()).collect();
    let sizes = || {
        let sizes = emulator
            .requests()
            .iter()
            .map(|request| request.query("limit"))
            .collect::<Vec<_>>();
        emulator.reset();
        sizes.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>()
    };

    assert_eq!(ids(&ask(&emulator, &["tasks", "list", "--all"]).lines()), all);
    assert_eq!(sizes(), vec![largest.to_string(); 250_usize.div_ceil(largest)]);
    assert_eq!(
        ids(&ask(&emulator, &["tasks", "list", "--max", "150"]).lines()),
        all[..150]
    );
    assert_eq!(sizes(), vec![largest.to_string(); 150_usize.div_ceil(largest)]);
    assert_eq!(
        ids(&ask(&emulator, &["tasks", "list", "--max", "30", "--limit", "20"]).lines()),
        all[..30]
    );
    assert_eq!(sizes(), ["20", "20"]);
    assert_eq!(ids(&ask(&emulator, &["tasks", "list"]).lines()), all[..20]);
    assert_eq!(sizes(), [""]);
    assert_eq!(
        ids(&ask(&emulator, &["tasks", "list", "--all", "--after", &all[200]]).lines()),
        all[201..]
    );
    let before: Vec<String> = all[..200].iter().rev().cloned().collect();
    assert_eq!(
        ids(&ask(&emulator, &["tasks", "list", "--all", "--before", &all[200]]).lines()),
        before
    );
    assert_eq!(
        ask(&emulator, &["tasks", "list", "--all", "-o", "table"]).lines().len(),
        251
    );
    assert_eq!(
        ask(&emulator, &["tasks", "list", "--all", "-o", "csv"]).lines().len(),
        251
    );
    let json = ask(&emulator, &["tasks", "list", "--all", "-o", "json"]).out;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 250);
}

#[test]
fn every_parameter_is_a_flag() {
    let emulator = emulator(0);
    let parameters = ittybit::builder::ListTasks::OPERATION.parameters;
    for parameter in parameters {
        let value = match parameter.values.first() {
            Some((value, _)) => value,
            None if !parameter.bounds.is_empty() => "7",
            None => "a&b c",
        };
        let flag = format!("--{}={value}", parameter.name.replace('_', "-"));
        ask(&emulator, &["tasks", "list", &flag]);
        let requests = emulator.requests();
        assert_eq!(requests.last().unwrap().query(parameter.name).as_deref(), Some(value));
        assert_eq!(
            requests.last().unwrap().target().matches('=').count(),
            1,
            "nothing else is sent"
        );
    }
    let agent = emulator.requests()[0].header("user-agent").unwrap().to_owned();
    assert!(
        agent.ends_with(concat!("ittybit-cli/", env!("CARGO_PKG_VERSION"))),
        "{agent}"
    );
}

#[test]
fn an_emulator_in_the_process() {
    // Neither a key nor an address is needed.
    let call = ["--emulator", "tasks", "list"];
    let output = program()
        .args(call)
        .env("ITTYBIT_BASE_URL", "nowhere")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 20);
    let ran = run(&["--emulator=250", "tasks", "list", "--all"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let mut ids = ids(&ran.lines());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 250);
    assert_eq!(run(&["tasks", "list", "--emulator", "--max", "100"]).lines().len(), 100);
}

#[test]
fn errors_say_what_to_do() {
    let emulator = emulator(3);
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    // The message differs between systems.
    let refused = std::net::TcpStream::connect(closed).unwrap_err().to_string();
    let closed = format!("http://{closed}");
    let mut shown = String::new();
    let mut show = |arguments: &[&str], fault: Option<Fault>| {
        if let Some(fault) = fault {
            emulator.fail_next(fault);
        }
        let ran = ask(&emulator, arguments).shown();
        shown.push_str(&ran.replace(&closed, "[CLOSED]").replace(&refused, "[REFUSED]"));
        emulator.reset();
    };
    show(&["tasks", "lists"], None);
    show(&["tasks", "list", "--stauts", "failed"], None);
    show(&["tasks", "list", "--run-id", ""], None);
    show(&["tasks", "list", "--all", "--max", "5"], None);
    show(&["tasks", "list", "--max", "0"], None);
    show(&["tasks", "list", "--max", "-1"], None);
    show(&["tasks", "list", "--retries", "-1"], None);
    show(&["tasks", "list", "--output", "xml"], None);
    show(&["tasks", "list", "--output", "json", "--columns", "id"], None);
    show(&["tasks", "list", "--emulator", "--api-key", "key"], None);
    show(&["tasks", "list", "--emulator=many"], None);
    show(&["tasks", "list", "--emulator=99999999999"], None);
    show(&["tasks", "list", "--api-key", "two words"], None);
    show(&["tasks", "list", "--base-url", "api.example.com"], None);
    show(&["tasks", "list", "--base-url", "http://api.example.com"], None);
    show(&["tasks", "list", "--retries", "0", "--base-url", &closed], None);
    show(&["tasks", "list", "--api-key", "wrong"], None);
    show(&["tasks", "list", "--after", "task_nowhere"], None);
    show(&["tasks", "list"], Some(Fault::status(402)));
    show(
        &["tasks", "list"],
        Some(Fault::status(404).body("text/html", "<html>\u{1b}]0;x\u{7}Not here")),
    );
    show(&["tasks", "list"], Some(page("{}", false)));
    show(&["tasks", "list"], Some(page(&numbered(2).replace(']', "x"), false)));
    show(
        &[
            "tasks",
            "list",
            "--status",
            "succeded",
            "--columns",
            "idd,input.ulr,zzz",
            "-o",
            "csv",
        ],
        None,
    );
    insta::assert_snapshot!("errors", shown);
}

#[test]
fn a_key_is_needed() {
    insta::assert_snapshot!("no_key", run(&["tasks", "list"]).shown());
}

#[test]
fn a_failure_in_a_list_says_how_to_resume() {
    let emulator = emulator(3);
    let mut shown = String::new();
    for arguments in [
        &["tasks", "list", "--all", "-o", "csv", "--columns", "id"][..],
        &["tasks", "list", "--max", "5"],
    ] {
        emulator.fail_next(page(&numbered(2), true));
        emulator.fail_next(Fault::status(403));
        shown.push_str(&ask(&emulator, arguments).shown());
    }
    insta::assert_snapshot!("failure_on_the_way", shown);
}

#[test]
fn a_cursor_is_quoted_for_the_shell() {
    let emulator = emulator(0);
    emulator.fail_next(page(&numbered(1).replace("task_1", "it's $(x)"), true));
    emulator.fail_next(Fault::status(403));
    let ran = ask(&emulator, &["tasks", "list", "--all"]);
    assert!(
        ran.err.ends_with("call it with --after='it'\\''s $(x)'\n"),
        "{}",
        ran.err
    );
}

#[test]
fn columns_may_have_spaces() {
    let ran = ask(
        &emulator(1),
        &["tasks", "list", "-o", "csv", "--columns", "kind, object"],
    );
    assert_eq!(ran.err, "");
    assert_eq!(ran.lines()[0], "kind,object");
    assert!(ran.lines()[1].ends_with(",task"), "{}", ran.out);
}

/// The README of the repository shows the first lines of the first command, with `…` for the columns between.
///
/// Ids and ages do not depend on the values that the document has, so they are compared. Kinds and statuses are dealt
/// out among the tasks, and a new one changes who gets which: those of the README only have to be documented.
#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let (_, rest) = readme.split_once("```sh\ncargo run -p ittybit-cli -- ").unwrap();
    let (command, rest) = rest.split_once('\n').unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();

    let mut arguments: Vec<&str> = command.split(' ').collect();
    // As on a terminal.
    arguments.extend(["--output", "table"]);
    let ran = run(&arguments);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let mut printed = ran.out.lines();

    let mut shown = shown.lines();
    let heads: Vec<&str> = shown.next().unwrap().split_whitespace().collect();
    let printed_heads: Vec<&str> = printed.next().unwrap().split_whitespace().collect();
    let gap = heads.iter().position(|head| *head == "…").unwrap();
    let (first, last) = (&heads[..gap], &heads[gap + 1..]);
    assert!(
        printed_heads.starts_with(first) && printed_heads.ends_with(last),
        "{printed_heads:?}"
    );

    let shown: Vec<Vec<&str>> = shown.map(cells).collect();
    assert!(!shown.is_empty());
    for row in &shown {
        let printed = cells(printed.next().unwrap());
        assert_eq!(
            (row.first(), row.last()),
            (printed.first(), printed.last()),
            "{}",
            ran.shown()
        );
        for (head, cell) in heads.iter().zip(row) {
            match *head {
                "KIND" => assert!(TaskKind::KNOWN.contains(&TaskKind::from(*cell)), "{cell}"),
                "STATUS" => assert!(TaskStatus::KNOWN.contains(&TaskStatus::from(*cell)), "{cell}"),
                _ => {}
            }
        }
    }
}

/// The cells of a row of a table that are not empty.
fn cells(row: &str) -> Vec<&str> {
    row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_an_error() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in [
        &["--emulator=1", "tasks", "list"][..],
        &["--help"],
        &["--version"],
        &["man"],
    ] {
        let output = program().args(arguments).stdout(full()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.starts_with("error: the output cannot be written: "),
            "{arguments:?}: {error}"
        );
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
    // The exit code is the same where nothing can be printed.
    for (arguments, code) in [
        (&["tasks", "list"][..], 2),
        (
            &["--emulator=1", "tasks", "list", "-o", "csv", "--columns", "unheard"],
            0,
        ),
        (
            &["--emulator=1", "tasks", "list", "-o", "table", "--run-id", "run_none"],
            0,
        ),
    ] {
        let status = program()
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(full())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let emulator = emulator(5000);
    for format in ["jsonl", "json", "csv", "table"] {
        let mut child = connected(&emulator)
            .args(["tasks", "list", "--all", "-o", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(!line.is_empty());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
        assert_eq!(output.status.code(), Some(0), "{format}");
    }
}

#[test]
fn messages_name_flags_and_keep_what_the_server_says() {
    let emulator = emulator(1);
    let body = r#"{ "kind": "request_invalid", "message": "Set `base_url`, the client's `timeout` and `api_key`." }"#;
    emulator.fail_next(Fault::status(400).body("application/json", body));
    let ran = ask(&emulator, &["tasks", "list"]);
    assert!(
        ran.err
            .contains("Set `base_url`, the client's `timeout` and `api_key`."),
        "{}",
        ran.shown()
    );
    emulator.fail_next(Fault::delay(Duration::from_secs(60)));
    let ran = ask(&emulator, &["tasks", "list", "--timeout", "1", "--retries", "0"]);
    assert!(
        ran.err.contains("tip: to wait longer, add --timeout"),
        "{}",
        ran.shown()
    );
    assert!(!ran.err.contains("the client's"), "{}", ran.shown());
}
