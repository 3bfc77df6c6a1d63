//! Which settings a client can be built with, and the errors of the others.

use std::fmt::Write;
use std::process::Command;

use crate::loopback::{self, KEY, Server, Waits};
use ittybit::{Category, Client};
use serde_json::json;

#[test]
fn bad_settings_say_what_to_fix() {
    let key = |key: &str| Client::new(key);
    let url = |url: &str| Client::builder().api_key(KEY).base_url(url).build();
    let cases = [
        ("no key", Client::builder().build()),
        ("an empty key", key("")),
        ("a blank key", key(" \n")),
        ("a key with a line end", key("ittybit_abc\n")),
        ("a key that is not ASCII", key("ittybit_ключ")),
        ("a key with its scheme", key("Bearer ittybit_abc")),
        ("no URL", url("")),
        ("a URL without a scheme", url("api.ittybit.com")),
        ("another scheme", url("ftp://api.ittybit.com")),
        ("no host", url("https://")),
        ("a user", url("https://me:secret@api.ittybit.com")),
        ("a query", url("https://api.ittybit.com/?v=2")),
        ("a fragment", url("https://api.ittybit.com/#top")),
        ("plain HTTP", url("http://api.ittybit.com")),
        (
            "plain HTTP to a name like this machine's",
            url("http://localhost.example"),
        ),
        (
            "a bad user agent",
            Client::builder().api_key(KEY).user_agent("two\nlines").build(),
        ),
        (
            "a user agent that is not ASCII",
            Client::builder().api_key(KEY).user_agent("плеер/1").build(),
        ),
    ];
    let mut report = String::new();
    for (name, result) in cases {
        let error = result.expect_err(name);
        assert_eq!(error.category(), Category::Configuration, "{name}");
        writeln!(report, "# {name}\n{error}\n").unwrap();
    }
    assert!(!report.contains("secret") && !report.contains("abc"));
    insta::assert_snapshot!(report);
}

#[test]
fn plain_http_goes_to_this_machine_only() {
    for url in [
        "http://127.0.0.1:8080",
        "http://127.8.9.10",
        "http://[::1]:1",
        "http://[::ffff:127.0.0.1]",
        "http://localhost",
        "http://LOCALHOST:80/api",
    ] {
        Client::builder().api_key(KEY).base_url(url).build().unwrap();
    }
    Client::builder()
        .api_key(KEY)
        .base_url("http://emulator.test")
        .allow_insecure_http(true)
        .build()
        .unwrap();
}

#[tokio::test]
async fn base_urls_may_have_a_path_and_a_slash() {
    let server = Server::start(|_, _| loopback::with_json(200, &json!([])));
    for (path, target) in [
        ("", "/tasks"),
        ("/", "/tasks"),
        ("/api/v1", "/api/v1/tasks"),
        ("/api/v1//", "/api/v1/tasks"),
        ("/with%20blank", "/with%20blank/tasks"),
    ] {
        let client = loopback::builder(&server, &Waits::default())
            .base_url(format!("{}{path}", server.url()))
            .build()
            .unwrap();
        let _ = client.list_tasks().send().await.unwrap();
        assert_eq!(server.requests().last().unwrap().target, target);
    }
}

#[tokio::test]
async fn requests_have_a_user_agent() {
    let server = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let plain = loopback::client(&server, &Waits::default());
    let _ = plain.list_tasks().send().await.unwrap();
    let named = loopback::builder(&server, &Waits::default())
        .user_agent("transcoder/2.1 (nightly)")
        .http_client(
            ittybit::reqwest::Client::builder()
                .user_agent("hidden")
                .build()
                .unwrap(),
        )
        .build()
        .unwrap();
    let _ = named.list_tasks().send().await.unwrap();

    let name = concat!("ittybit-rust/", env!("CARGO_PKG_VERSION"));
    let requests = server.requests();
    assert_eq!(requests[0].header("user-agent"), Some(name));
    assert_eq!(
        requests[1].header("user-agent").unwrap(),
        format!("{name} transcoder/2.1 (nightly)")
    );
    for request in requests {
        assert_eq!(request.method, "GET");
        assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(
            request.header("accept-encoding"),
            cfg!(feature = "gzip").then_some("gzip")
        );
        assert_eq!(request.header("api-version"), None);
    }
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = Server::start(|_, _| loopback::with_json(200, &json!([])));
    let client = loopback::builder(&server, &Waits::default())
        .base_url(server.url().replace("127.0.0.1", "localhost"))
        .build()
        .unwrap();
    assert!(client.list_tasks().send().await.unwrap().is_empty());
    assert_eq!(server.count(), 1);
}

/// What `{:?}` shows: what was set, or the defaults, and never the key.
#[test]
fn the_key_is_not_shown() {
    let builder = Client::builder().api_key(KEY);
    let mut shown = format!("{builder:?}\n");
    let client = builder.build().unwrap();
    let tasks = client.list_tasks().after("task_1");
    writeln!(shown, "{client:?}\n{:?}", tasks.clone().pages()).unwrap();
    writeln!(shown, "{:?}", tasks.clone().stream().max_items(5).read_ahead(1)).unwrap();
    let blocking = ittybit::blocking::Client::new(KEY).unwrap();
    let blocking_tasks = blocking.list_tasks().after("task_1");
    writeln!(shown, "{blocking:?}\n{:?}", blocking_tasks.clone().pages()).unwrap();
    writeln!(shown, "{:?}", blocking_tasks.clone().iter()).unwrap();
    assert!(!format!("{shown} {tasks:?} {blocking_tasks:?}").contains(KEY));
    insta::assert_snapshot!(shown);
}

/// Runs `from_env` in a process of its own, whose environment is `variables`.
fn from_env(variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "building::from_env_in_its_own_process",
            "--ignored",
            "--nocapture",
        ])
        .env_remove("ITTYBIT_API_KEY")
        .env_remove("ITTYBIT_BASE_URL")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let (_, said) = output.split_once("says ").unwrap();
    said.lines().next().unwrap().to_owned()
}

#[test]
#[ignore = "`from_env` starts it with an environment of its own"]
fn from_env_in_its_own_process() {
    match Client::from_env() {
        Ok(client) => println!("says {}", client.base_url()),
        Err(error) => println!("says {error}"),
    }
}

#[test]
fn the_environment_sets_key_and_base_url() {
    assert_eq!(from_env(&[("ITTYBIT_API_KEY", KEY)]), "https://api.ittybit.com");
    let url = ("ITTYBIT_BASE_URL", "http://127.0.0.1:8080/v1/");
    assert_eq!(from_env(&[("ITTYBIT_API_KEY", KEY), url]), "http://127.0.0.1:8080/v1");
    let empty = ("ITTYBIT_BASE_URL", "");
    assert_eq!(from_env(&[("ITTYBIT_API_KEY", KEY), empty]), "https://api.ittybit.com");

    for variables in [&[][..], &[("ITTYBIT_API_KEY", "")], &[("ITTYBIT_API_KEY", "ключ")]] {
        let said = from_env(variables);
        assert!(said.contains("ITTYBIT_API_KEY"), "{said}");
    }
    let said = from_env(&[("ITTYBIT_API_KEY", KEY), ("ITTYBIT_BASE_URL", "nowhere")]);
    assert!(said.contains("ITTYBIT_BASE_URL"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "building::from_env_in_its_own_process",
            "--ignored",
            "--nocapture",
        ])
        .env("ITTYBIT_API_KEY", std::ffi::OsStr::from_bytes(b"\xff"))
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.contains("ITTYBIT_API_KEY is not Unicode"), "{output}");
}
