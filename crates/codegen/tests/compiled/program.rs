//! Calls the operations of the extended document on a loopback server, and prints what was sent.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use ittybit::builder::ListProjectMedia;
use ittybit::{Client, NewTask, NewTaskInput, TaskKind, TaskStatus, Timestamp, blocking};

const TASK: &str = r#"{"id":"task_1","kind":"video","status":"succeeded","created_at":1735689600}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let address = serve()?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(calls(&address))?;
    let client = blocking::Client::builder().api_key("ittybit_key").base_url(address).allow_insecure_http(true).build()?;
    let numbers: Vec<i64> =
        client.list_project_media().project_id("proj_b").iter().map(|medium| Ok(medium?.number)).collect::<Result<_, ittybit::Error>>()?;
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(client.get_task().id("task_1").send()?.id, "task_1");
    Ok(())
}

async fn calls(address: &str) -> Result<(), Box<dyn Error>> {
    let client = Client::builder().api_key("ittybit_key").base_url(address).allow_insecure_http(true).build()?;

    let page = client
        .list_project_media()
        .project_id("proj/ä b")
        .size(2)
        .tag(vec!["new".to_owned(), "a&b".to_owned()])
        .since(Timestamp::try_from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600))?)
        .x_shape("tall")
        .send()
        .await?;
    assert_eq!(page.iter().map(|medium| medium.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(page[0].title.as_deref(), Some("One"));
    assert_eq!(page[0].extra["colour"], "red");
    assert!(page.has_more());
    assert_eq!(page.next_cursor().as_deref(), Some("2"));

    let mut media = client.list_project_media().project_id("proj_a").size(2).stream();
    let mut numbers = Vec::new();
    while let Some(medium) = media.try_next().await? {
        numbers.push(medium.number);
    }
    assert_eq!(numbers, [1, 2, 3]);

    let task = client.get_task().id("task_1").send().await?;
    assert_eq!(task.status, TaskStatus::Succeeded);

    // The same with parameters by name, from text.
    let media = ListProjectMedia::OPERATION;
    for parameter in media.parameters {
        println!("parameter: {} {:?} {}", parameter.name, parameter.values, parameter.bounds);
    }
    println!("fields: {:?}, times: {:?}, {:?}", media.fields, media.times, media.paging);
    let request = client.list_project_media().set("project_id", ["proj/ä b"])?.set("size", ["2"])?;
    let request = request.set("tag", ["new", "a&b"])?.set("since", ["2025-01-01T00:00:00Z"])?.set("X-Shape", ["tall"])?;
    let page = request.pages_json().try_next().await?.ok_or("a page")?;
    assert_eq!(page[1].get(), r#"{"number":2,"title":null}"#);
    assert_eq!(page.next_cursor().as_deref(), Some("2"));
    for (name, values) in [("size", &["51"][..]), ("size", &["x"]), ("tag", &["a", ""]), ("project_id", &["a", "b"]), ("sort", &["a"])] {
        let wrong = client.list_project_media().set(name, values).err();
        println!("refused: {}", wrong.ok_or("an argument was not refused")?);
    }

    let input = NewTaskInput::builder().url("https://example.com/a.mov").build()?;
    let new = NewTask::builder().kind(TaskKind::Image).input(input).width(640).build()?;
    let task = client.create_task().body(new).send().await?;
    assert_eq!((task.status().as_u16(), task.id.as_str()), (201, "task_1"));

    for (wrong, reason) in [
        (client.list_project_media().send().await.err(), "project_id"),
        (client.list_project_media().project_id("other").send().await.err(), "must match"),
        (client.list_project_media().project_id("proj_a").size(51).send().await.err(), "at most 50"),
        (client.list_project_media().project_id("proj_a").tag(vec![String::new()]).send().await.err(), "item 1"),
        (client.get_task().id("..").send().await.err(), "must not be"),
        (client.create_task().body(NewTask::builder().kind("image")).send().await.err(), "required"),
    ] {
        let message = wrong.ok_or("an argument was not refused")?.to_string();
        assert!(message.contains(reason), "{message}");
        println!("refused: {message}");
    }
    Ok(())
}

/// Starts a server that responds to every request, and prints the relevant parts of it.
fn serve() -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                while let Some((first, body)) = request(&mut reader) {
                    let (status, headers, response) = response(&first);
                    println!("{first}{body}");
                    let length = response.len();
                    let text = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{response}"
                    );
                    stream.write_all(text.as_bytes()).expect("a reader");
                }
            });
        }
    });
    Ok(address)
}

/// The request line with the relevant headers, and the body. `None` at the end of the stream.
fn request(reader: &mut impl BufRead) -> Option<(String, String)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut length = 0;
    let mut shown = vec![lines.remove(0)];
    lines.sort();
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        match name {
            "content-length" => length = value.parse().ok()?,
            "accept" | "authorization" | "content-type" | "x-shape" => shown.push(format!("    {line}")),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    Some((shown.join("\n"), if body.is_empty() { body } else { format!("\n    {body}") }))
}

fn response(request: &str) -> (&'static str, &'static str, &'static str) {
    let line = request.lines().next().unwrap_or_default();
    if line.starts_with("POST") {
        ("201 Created", "", TASK)
    } else if line.starts_with("GET /tasks/") {
        ("200 OK", "", TASK)
    } else if line.contains("after=2") {
        ("200 OK", "Has-More: false\r\n", r#"[{"number":3}]"#)
    } else {
        ("200 OK", "Has-More: true\r\n", r#"[{"number":1,"title":"One","colour":"red"},{"number":2,"title":null}]"#)
    }
}
