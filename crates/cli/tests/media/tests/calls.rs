//! Every operation of a document for which the command line has no code.

mod support;

use std::fs;
use std::process::Command;

use support::{Received, Server, created, json, nothing, program, run};

const MEDIUM: &str = r#"{"id":"med_1","status":"failed","title":null,"source":{"type":"link","url":"https://e.com"},
  "size":{"width":640},"created_at":1735689600,"by":"key_1","note":"\u001b[31mred\u200e"}"#;

#[test]
fn help_comes_from_the_document() {
    let mut shown = String::new();
    for arguments in [
        &["--help"][..],
        &["media"],
        &["media", "list", "-h"],
        &["media", "get", "--help"],
        &["media", "create", "--help"],
        &["media", "update", "-h"],
        &["media", "upload", "-h"],
        &["media", "download", "-h"],
        &["media", "replace", "-h"],
        &["media", "read-notes", "-h"],
        &["media", "write-notes", "-h"],
        &["sources", "create", "-h"],
        &["stats"],
    ] {
        shown.push_str(&run(program(), arguments, "").shown());
    }
    insta::assert_snapshot!("help", shown);
}

#[test]
fn a_list_has_filters_and_pages() {
    let page = (
        200,
        "Content-Type: application/json\r\nHas-More: true\r\n",
        b"[{\"id\":\"a\",\"status\":\"ready\"}]".to_vec(),
    );
    let last = (
        200,
        "Content-Type: application/json\r\nHas-More: false\r\n",
        b"[{\"id\":\"b\",\"status\":\"ready\"}]".to_vec(),
    );
    let server = Server::start(vec![page, last]);
    let ran = server.call(&[
        "media",
        "list",
        "--all",
        "--status",
        "ready",
        "--parameter-output",
        "x",
        "--tags",
        "a b",
        "--tags",
        "c",
        "--created-after",
        "2025-01-01T00:00:00Z",
    ]);
    assert_eq!((ran.err.as_str(), ran.code), ("", Some(0)));
    assert_eq!(
        ran.out,
        "{\"id\":\"a\",\"status\":\"ready\"}\n{\"id\":\"b\",\"status\":\"ready\"}\n"
    );
    let lines: Vec<String> = server.requests().into_iter().map(|request| request.line).collect();
    let filters = "status=ready&output=x&tags=a+b&tags=c&created_after=1735689600";
    assert_eq!(
        lines,
        [
            format!("GET /media?limit=50&{filters}"),
            format!("GET /media?limit=50&{filters}&after=a")
        ]
    );
    let server = Server::start(vec![
        json(r#"[{"id":"a","status":"waiting"}]"#),
        json(r#"[{"id":"a","status":"failed"}]"#),
    ]);
    let ran = server.call(&[
        "media",
        "list",
        "--watch",
        "--interval",
        "0.1",
        "-o",
        "csv",
        "--columns",
        "id,status",
    ]);
    assert_eq!(ran.out, "id,status\na,waiting\na,failed\n");
    assert_eq!(ran.err, "error: 1 of 1 media did not succeed\n");
}

#[test]
fn one_item_in_every_format() {
    let server = Server::start(vec![json(MEDIUM)]);
    let mut shown = String::new();
    for format in [
        &["-o", "table"][..],
        &["-o", "json"],
        &[],
        &["-o", "csv"],
        &["-o", "table", "--columns", "status,size.width,size,nothing"],
    ] {
        let arguments = [&["media", "get", "med_1"], format].concat();
        shown.push_str(&server.call(&arguments).shown());
    }
    // A time as its age is another one every year.
    let age = shown
        .split("CREATED")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .unwrap()
        .trim()
        .to_owned();
    assert!(age.ends_with(" ago"), "{age}");
    insta::assert_snapshot!("one_item", shown.replace(&age, "[AGE]"));
    let first = &server.requests()[0];
    assert_eq!(first.line, "GET /media/med_1");
    assert!(
        first.has_header("authorization: Bearer secret_key"),
        "{:?}",
        first.headers
    );
}

#[test]
fn path_parameters_stay_in_the_path() {
    let server = Server::start(vec![json(MEDIUM)]);
    server.call(&["media", "get", "a/../b c"]);
    assert_eq!(server.request().line, "GET /media/a%2F..%2Fb%20c");
    let ran = server.call(&["media", "get", ".."]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn fields_of_the_body_are_flags() {
    let server = Server::start(vec![created(MEDIUM)]);
    let ran = server.call(&[
        "media",
        "create",
        "--url",
        "https://e.com/a",
        "--public",
        "--width",
        "640",
        "--speed",
        "1.50",
        "--publish-at",
        "2025-01-01T00:00:00Z",
        "--kind",
        "video",
        "--labels",
        "a",
        "--labels",
        "b",
        "--source",
        r#"{"type":"bucket","bucket":"b"}"#,
        "--field-timeout",
        "7",
        "--idempotency-key",
        "k1",
    ]);
    assert_eq!((ran.err.as_str(), ran.code), ("", Some(0)));
    let request = server.request();
    assert_eq!(request.line, "POST /media");
    assert!(request.has_header("idempotency-key: k1"), "{:?}", request.headers);
    assert!(
        request.has_header("content-type: application/json"),
        "{:?}",
        request.headers
    );
    assert_eq!(
        request.text(),
        r#"{"kind":"video","labels":["a","b"],"public":true,"publish_at":1735689600,"source":{"type":"bucket","bucket":"b"},"speed":1.50,"timeout":7,"url":"https://e.com/a","width":640}"#
    );
}

#[test]
fn the_body_has_several_sources_and_a_flag_overrides_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body.json");
    let text = r#"{"url":"https://e.com/a", "width":1e400}"#;
    fs::write(&path, text).unwrap();
    let at = format!("@{}", path.display());
    let server = Server::start(vec![created(MEDIUM)]);
    server.call(&["media", "create", "--body", text]);
    server.call(&["media", "create", "--body", &at]);
    server.call_with(&["media", "create", "--body", "-"], text);
    server.call(&["media", "create", "--body", &at, "--width", "3"]);
    let bodies: Vec<String> = server.requests().iter().map(support::Received::text).collect();
    let merged = r#"{"url":"https://e.com/a","width":3}"#;
    assert_eq!(bodies, [text, text, text, merged]);

    let server = Server::start(vec![json("{}")]);
    server.call(&["sources", "create", "--body", r#"{"type":"link","url":"u"}"#]);
    assert_eq!(server.request().text(), r#"{"type":"link","url":"u"}"#);
}

#[test]
fn mistakes_are_reported_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.json");
    fs::write(&file, "{}").unwrap();
    let file = file.to_str().unwrap();
    let server = Server::start(vec![json("{}")]);
    let mut shown = String::new();
    for arguments in [
        &["media", "get"][..],
        &["media", "get", ""],
        &["media", "create"],
        &["media", "create", "--url", "u", "--id", "med_1"],
        &["media", "create", "--url", "u", "--width", "wide"],
        &["media", "create", "--url", "u", "--public=perhaps"],
        &["media", "create", "--url", "u", "--source", "{"],
        &["media", "create", "--body", "{"],
        &["media", "create", "--body", file],
        &["media", "create", "--body", "{}"],
        &["media", "create", "--body", "[]", "--width", "1", "--url", "u"],
        &["media", "create", "--body", "@nowhere.json"],
        &["media", "update", "med_1"],
        &["media", "upload"],
        &["media", "upload", "--file", "nowhere.mp4"],
        &["media", "list", "--limit", "51"],
        &["sources", "create"],
        &["stats", "get"],
    ] {
        let ran = server.call(arguments);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        shown.push_str(&ran.shown().replace(file, "[FILE]"));
    }
    assert!(server.requests().is_empty(), "{:?}", server.requests());
    insta::assert_snapshot!("mistakes", shown);
}

#[test]
fn changes_and_deletions() {
    let server = Server::start(vec![json(MEDIUM), nothing()]);
    let ran = server.call(&[
        "media",
        "update",
        "med_1",
        "--id",
        "med_2",
        "--field-watch=false",
        "--title",
        "",
    ]);
    assert_eq!((ran.err.as_str(), ran.code), ("", Some(0)));
    let ran = server.call(&["media", "delete", "med_1"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", "", Some(0)));
    let requests = server.requests();
    assert_eq!(requests[0].line, "PATCH /media/med_1");
    assert_eq!(requests[0].text(), r#"{"id":"med_2","title":"","watch":false}"#);
    assert_eq!(requests[1].line, "DELETE /media/med_1");
    assert!(requests[1].body.is_empty());
}

#[test]
fn files_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    fs::write(&path, "a film".repeat(100_000)).unwrap();
    let path = path.to_str().unwrap();
    let server = Server::start(vec![created(MEDIUM)]);
    for flag in ["--contents", "--file"] {
        let ran = server.call(&[
            "media",
            "upload",
            flag,
            path,
            "--title",
            "A",
            "--crop",
            r#"{"width":1}"#,
        ]);
        assert_eq!((ran.err.as_str(), ran.code), ("", Some(0)));
    }
    for request in server.requests() {
        assert_eq!(request.line, "POST /media/upload");
        let text = request.text();
        for part in [
            "name=\"contents\"; filename=\"a.mp4\"",
            "a filma film",
            "name=\"title\"\r\n\r\nA\r\n",
            "name=\"crop\"",
            "{\"width\":1}",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
    let server = Server::start(vec![nothing()]);
    server.call(&["media", "replace", "med_1", "--file", path]);
    server.call_with(&["media", "replace", "med_1", "--file", "-"], "from a pipe");
    server.call(&["media", "write-notes", "med_1", "en", "--body", "= notes ="]);
    let requests = server.requests();
    assert_eq!(requests[0].line, "PUT /media/med_1/file");
    assert!(
        requests[0].has_header("content-type: video/mp4"),
        "{:?}",
        requests[0].headers
    );
    assert!(
        requests[0].has_header("content-length: 600000"),
        "{:?}",
        requests[0].headers
    );
    assert_eq!(requests[0].body.len(), 600_000);
    assert_eq!(requests[1].text(), "from a pipe");
    assert_eq!(requests[2].line, "PUT /media/med_1/notes/en");
    assert_eq!(requests[2].text(), "= notes =");
}

#[test]
fn files_are_received() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let film: Vec<u8> = (0..1_000_000_u32).map(|byte| (byte % 251) as u8).collect();
    let server = Server::start(vec![(200, "Content-Type: application/octet-stream\r\n", film.clone())]);
    let ran = server.call(&["media", "download", "med_1", "--output", path.to_str().unwrap()]);
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", "", Some(0)));
    assert_eq!(server.request().line, "GET /media/med_1/file");
    assert_eq!(fs::read(&path).unwrap(), film);
    let ran = server.call(&["media", "download", "med_1", "-o", "-"]);
    assert_eq!(ran.out, String::from_utf8_lossy(&film));

    let failed = (
        404,
        "Content-Type: application/json\r\n",
        br#"{"kind":"gone","message":"Not here."}"#.to_vec(),
    );
    let server = Server::start(vec![failed]);
    let ran = server.call(&["media", "download", "med_1", "-o", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("404 Not Found, gone: Not here."), "{}", ran.err);
    assert_eq!(fs::read(&path).unwrap(), film, "the old file is kept");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");

    let server = Server::start(vec![(200, "Content-Type: text/plain\r\n", b"one\ntwo".to_vec())]);
    assert_eq!(server.call(&["media", "read-notes", "med_1", "en"]).out, "one\ntwo");
}

#[test]
fn lists_without_pages_and_values_are_printed() {
    let server = Server::start(vec![json(r#"[{"name":"=a","value":-5},{"name":"b","value":1.50}]"#)]);
    let mut shown = String::new();
    for format in ["table", "json", "jsonl", "csv"] {
        shown.push_str(&server.call(&["stats", "get-stats", "-o", format]).shown());
    }
    let server = Server::start(vec![json("1.50")]);
    shown.push_str(&server.call(&["stats", "get-stat", "n"]).shown());
    insta::assert_snapshot!("lists_and_values", shown);
}

#[test]
fn a_dry_run_shows_the_request_and_no_key() {
    let server = Server::start(vec![json("{}")]);
    let mut shown = String::new();
    for arguments in [
        &["media", "list", "--dry-run", "--tags", "it's", "--max", "7"][..],
        &[
            "media",
            "create",
            "--dry-run",
            "--url",
            "u",
            "--idempotency-key",
            "k",
            "--title",
            "it's $(x)",
        ],
        &[
            "media",
            "upload",
            "--dry-run",
            "--file",
            "Cargo.toml",
            "--title",
            "A",
            "--body",
            r#"{"crop":{"width":1}}"#,
        ],
        &["media", "replace", "med_1", "--dry-run", "--file", "Cargo.toml"],
        &["media", "delete", "med_1", "--dry-run", "--api-key", "another_key"],
        &["media", "download", "med_1", "--dry-run"],
    ] {
        let ran = server.call(arguments);
        assert!(!ran.out.contains("_key"), "{}", ran.out);
        shown.push_str(&ran.shown());
    }
    assert!(server.requests().is_empty());
    // Not even a key is needed.
    shown.push_str(&run(program(), &["media", "get", "med_1", "--dry-run"], "").shown());
    insta::assert_snapshot!("dry_run", shown);
}

/// What arrives of a form, without what differs in every request, and what each program says of itself.
fn arrived(mut request: Received) -> (String, Vec<String>, String) {
    let body = request.text();
    let delimiter = body.lines().next().unwrap_or_default().to_owned();
    request.headers.retain(|header| {
        let own = [
            "user-agent: ",
            "host: ",
            "accept-encoding: ",
            "content-length: ",
            "content-type: ",
        ];
        !own.iter().any(|name| header.starts_with(name))
    });
    request.headers.sort_unstable();
    (request.line, request.headers, body.replace(&delimiter, "--boundary"))
}

#[test]
fn the_command_of_a_dry_run_sends_the_same_form() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("not tested: there is no `curl`");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(r#"a;b, "c"\d.html"#);
    fs::write(&path, "<p>Hello</p>").unwrap();
    let server = Server::start(vec![created(r#"{ "id": "med_1" }"#)]);
    for (input, arguments) in [
        (
            "",
            &[
                "--title",
                "@it's; \"x\"",
                "--caption",
                "a \"b\"\\c",
                "--keywords",
                "x;y",
                "--keywords",
                "<z",
            ][..],
        ),
        (
            "",
            &[
                "--body",
                r#"{ "crop": { "width": 1 }, "title": "A", "new": ["a", { "b": ";" }] }"#,
            ],
        ),
        ("piped", &["--title", "two\nlines", "--file", "-"]),
    ] {
        let mut all = vec!["media", "upload"];
        all.extend(arguments);
        if input.is_empty() {
            all.extend(["--file", path.to_str().unwrap()]);
        }
        assert_eq!(server.call_with(&all, input).code, Some(0), "{all:?}");
        let before = server.requests().len();
        let shown = server.call_with(&[&all[..], &["--dry-run"]].concat(), "").out;
        assert_eq!(server.requests().len(), before, "{shown}");
        let mut shell = Command::new("sh");
        shell.env("MEDIA_API_KEY", "secret_key");
        let ran = run(shell, &["-c", &shown.replace("[URL]", &server.url())], input);
        assert_eq!(ran.code, Some(0), "{shown}\n{}", ran.err);
        let [ours, its] = server.requests()[before - 1..]
            .to_vec()
            .try_into()
            .expect("two requests");
        assert_eq!(arrived(its), arrived(ours), "{shown}");
    }
}
