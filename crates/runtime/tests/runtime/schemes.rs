//! Each security scheme against a server that checks it, and how a document combines them.

use ittybit_runtime::Category;
use ittybit_runtime::auth::{Credential, Token, TokenProvider};
use ittybit_runtime::generated::{Api, CallOptions, ClientBuilder, Request};

use crate::own_process::in_own_process;
use crate::pets::{self, API, all_of, builder, client, send};
use crate::server::{Received, Reply, Server};

/// Responds with success to requests that are `right`, and with 401 to all others.
fn checked(right: impl Fn(&Received) -> bool + Send + Sync + 'static) -> Server {
    Server::start(move |request, _| match right(request) {
        true => Reply::json(200, "[]"),
        false => Reply::error(401, "unauthorized", "who are you?"),
    })
}

/// The schemes whose credentials a request has, and nothing else that looks like one.
fn sent(request: &Received) -> Vec<&'static str> {
    let mut sent = Vec::new();
    match request.header("authorization") {
        Some("Bearer the_token") => sent.push("bearer"),
        // `printf 'ada:s3cret: ß' | base64`
        Some("Basic YWRhOnMzY3JldDogw58=") => sent.push("basic"),
        Some("Token the_word") => sent.push("other"),
        Some(other) => panic!("{other}"),
        None => {}
    }
    match request.header("x-api-key") {
        Some("the_key") => sent.push("header"),
        Some(other) => panic!("{other}"),
        None => {}
    }
    match request.query("api_key").as_deref() {
        Some("the/key&more") => sent.push("query"),
        Some(other) => panic!("{other}"),
        None => {}
    }
    match request.header("cookie") {
        Some("session=the_session") => sent.push("cookie"),
        Some(other) => panic!("{other}"),
        None => {}
    }
    sent
}

fn credential(scheme: &str) -> Credential {
    match scheme {
        "bearer" => Credential::token("the_token"),
        "basic" => Credential::basic("ada", "s3cret: ß"),
        "other" => Credential::token("the_word"),
        "header" => Credential::token("the_key"),
        "query" => Credential::token("the/key&more"),
        "cookie" => Credential::token("the_session"),
        _ => unreachable!("there is no scheme {scheme}"),
    }
}

fn with(server: &Server, schemes: &[&str]) -> ittybit_runtime::generated::Client {
    let builder = schemes.iter().fold(builder(server), |builder, scheme| {
        builder.credential(scheme, credential(scheme), scheme)
    });
    builder.build().unwrap()
}

#[tokio::test]
async fn each_scheme_sends_what_its_server_demands() {
    let each = [
        ("bearer", &pets::BEARER),
        ("basic", &pets::BASIC),
        ("other", &pets::OTHER),
        ("header", &pets::HEADER),
        ("query", &pets::QUERY),
        ("cookie", &pets::COOKIE),
    ];
    for (scheme, operation) in each {
        let server = checked(move |request| sent(request) == [scheme]);
        let right = client(&server, scheme, credential(scheme));
        assert_eq!(send(&right, operation).await.unwrap().status(), 200, "{scheme}");
        // An operation without security gets none of it.
        let error = send(&right, &pets::OPEN).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 401, "{scheme}");
        assert!(sent(&server.requests()[1]).is_empty(), "{scheme}");
    }
}

#[tokio::test]
async fn the_wrong_credential_is_an_error_that_is_not_retried() {
    let server = checked(|_| false);
    let error = send(&client(&server, "bearer", credential("bearer")), &pets::BEARER)
        .await
        .unwrap_err();
    assert_eq!((error.category(), error.kind()), (Category::Api, Some("unauthorized")));
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn requirements_are_alternatives_of_schemes_that_are_sent_together() {
    let server = checked(|_| true);
    let wanted = [
        // All of a requirement, and no more.
        (
            &["header", "cookie", "query"][..],
            &pets::BOTH,
            &["header", "cookie"][..],
        ),
        (&["cookie", "header"], &pets::EITHER, &["header", "cookie"]),
        // The first requirement that is complete.
        (&["header", "cookie", "bearer"], &pets::EITHER, &["header", "cookie"]),
        (&["header", "bearer"], &pets::EITHER, &["bearer"]),
        // Anonymous where that is an alternative, and no other is complete.
        (&["bearer"], &pets::OPTIONAL, &["bearer"]),
        (&["header"], &pets::OPTIONAL, &[]),
        (&[], &pets::OPTIONAL, &[]),
        (&["bearer"], &pets::OPTIONAL_FIRST, &["bearer"]),
        (&[], &pets::OPTIONAL_FIRST, &[]),
        (&[], &pets::OPEN, &[]),
    ];
    for (number, (schemes, operation, expected)) in wanted.into_iter().enumerate() {
        send(&with(&server, schemes), operation).await.unwrap();
        assert_eq!(sent(&server.requests()[number]), expected, "{schemes:?}");
    }
}

#[tokio::test]
async fn missing_credentials_are_an_error_that_says_how_to_set_them() {
    let server = checked(|_| true);
    let error = send(&with(&server, &["header"]), &pets::EITHER).await.unwrap_err();
    assert_eq!(error.category(), Category::Credentials);
    assert_eq!(error.attempts(), 0);
    assert_eq!(
        error.to_string(),
        "list_pets failed: this call needs credentials that the client does not have. When it is built, call \
         `header` and `cookie`, or `bearer`, or `read_env` with PETS_HEADER_KEY and PETS_COOKIE_KEY, or PETS_TOKEN set"
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_scheme_that_the_client_does_not_know_is_never_sent_as_anonymous() {
    let server = checked(|_| true);
    for client in [with(&server, &[]), with(&server, &["bearer"])] {
        let error = send(&client, &pets::UNKNOWN).await.unwrap_err();
        assert_eq!((error.category(), error.attempts()), (Category::Credentials, 0));
        assert_eq!(
            error.to_string(),
            "list_pets failed: this call needs the security scheme `tls` and `bearer`, or `proof`, which the client \
             cannot send; it is not sent without"
        );
    }
    assert!(server.requests().is_empty());
}

fn strict(security: &'static [&'static [&'static str]]) -> &'static Api {
    Box::leak(Box::new(Api {
        user_agent: API.user_agent,
        crate_name: API.crate_name,
        server: API.server,
        env_prefix: "PETS_IN_NO_ENVIRONMENT",
        schemes: API.schemes,
        security,
        errors: API.errors,
    }))
}

#[test]
fn a_client_without_the_credentials_of_every_call_is_not_built() {
    let error = |builder: ClientBuilder| {
        let error = builder.build().unwrap_err();
        assert_eq!(error.category(), Category::Configuration);
        error.to_string()
    };
    let one = strict(&[&["bearer"]]);
    assert_eq!(
        error(ClientBuilder::new(one)),
        "no access token: call `bearer`, or `read_env` with PETS_IN_NO_ENVIRONMENT_TOKEN set"
    );
    assert_eq!(
        error(ClientBuilder::new(one).read_env()),
        "the environment variable PETS_IN_NO_ENVIRONMENT_TOKEN is not set; set it to an access token"
    );
    let several = strict(&[&["header", "cookie"], &["basic"]]);
    assert_eq!(
        error(ClientBuilder::new(several).read_env()),
        "no API key and API key, or password: call `header` and `cookie`, or `basic`, or `read_env` with \
         PETS_IN_NO_ENVIRONMENT_HEADER_KEY and PETS_IN_NO_ENVIRONMENT_COOKIE_KEY, or \
         PETS_IN_NO_ENVIRONMENT_USERNAME and PETS_IN_NO_ENVIRONMENT_PASSWORD set"
    );
    let complete = ClientBuilder::new(several).credential("basic", credential("basic"), "basic");
    // What the environment does not have is left as it was set.
    let here = |builder: ClientBuilder| builder.base_url("http://localhost").build();
    here(complete.read_env()).unwrap();
    here(ClientBuilder::new(strict(&[&["bearer"], &[]]))).unwrap();
}

#[test]
fn a_client_of_a_document_without_a_server_needs_a_base_url() {
    let api: &'static Api = Box::leak(Box::new(Api {
        server: None,
        ..*strict(&[])
    }));
    for builder in [ClientBuilder::new(api), ClientBuilder::new(api).read_env()] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.category(), Category::Configuration);
        assert_eq!(
            error.to_string(),
            "no base URL: the API's document names no absolute one. Call `base_url`, or `read_env` with \
             PETS_IN_NO_ENVIRONMENT_BASE_URL set"
        );
    }
    let client = ClientBuilder::new(api).base_url("https://pets.example.com").build();
    assert_eq!(client.unwrap().base_url(), "https://pets.example.com");
}

#[test]
fn credentials_that_cannot_be_sent_are_refused() {
    struct Never;
    impl TokenProvider for Never {
        async fn token(&self) -> Result<Token, Box<dyn std::error::Error + Send + Sync>> {
            unreachable!("nothing is sent")
        }
    }
    let cases = [
        (
            "bearer",
            Credential::token(" "),
            "the access token is empty: set `setter` to one that is valid",
        ),
        (
            "bearer",
            Credential::token("bearer the_token"),
            "the access token in `setter` starts with `Bearer`; give the access token alone",
        ),
        (
            "other",
            Credential::token("Token the_word"),
            "the credential in `setter` starts with `Token`; give the credential alone",
        ),
        (
            "header",
            Credential::token("the_key\n"),
            "the API key in `setter` has a blank, a line end or a character that is not ASCII at position 8 of 8; \
             copy it again",
        ),
        (
            "cookie",
            Credential::token("the;key"),
            "the API key in `setter` has a quotation mark, comma, semicolon or backslash at position 4, which a \
             cookie cannot have; encode it as the API asks for it",
        ),
        (
            "basic",
            Credential::basic("a:da", "x"),
            "the user name in `setter` has a colon, which ends a user name",
        ),
        (
            "basic",
            Credential::basic("ada", "s3cret\n"),
            "the password in `setter` has a line end or another control character; copy it again",
        ),
        (
            "basic",
            Credential::token("the_token"),
            "the scheme `basic` takes a user name and a password, and `setter` gave it a token",
        ),
        (
            "basic",
            Credential::provider(Never),
            "the scheme `basic` takes a user name and a password, and `setter` gave it a token",
        ),
        (
            "bearer",
            Credential::basic("ada", "s3cret"),
            "the scheme `bearer` takes a token, and `setter` gave it a user name and a password",
        ),
        (
            "baerer",
            Credential::token("the_token"),
            "there is no security scheme `baerer`; there is `bearer`, `basic`, `other`, `header`, `query`, `cookie`",
        ),
    ];
    for (scheme, credential, message) in cases {
        let builder = ClientBuilder::new(&API).credential(scheme, credential, "setter");
        let error = builder.build().unwrap_err();
        assert_eq!(error.category(), Category::Configuration, "{message}");
        assert_eq!(error.to_string(), message);
        for secret in ["the_token", "the_word", "the_key", "the;key", "s3cret"] {
            assert!(!all_of(&error).contains(secret), "{error}");
        }
    }
}

#[tokio::test]
async fn the_last_value_of_a_scheme_counts() {
    let server = checked(|request| sent(request) == ["bearer"]);
    let client = builder(&server)
        .credential("bearer", Credential::token("an_old_token"), "bearer")
        .credential("bearer", credential("bearer"), "bearer")
        .build()
        .unwrap();
    send(&client, &pets::BEARER).await.unwrap();
}

#[tokio::test]
async fn a_key_in_the_query_is_beside_the_parameters_and_only_there() {
    let server = checked(|request| sent(request) == ["query"]);
    let client = client(&server, "query", credential("query"));
    let request = Request::new(&pets::QUERY, CallOptions::default()).query("name", "Rex & Co");
    request.send_json::<Vec<()>>(&client).await.unwrap();
    assert_eq!(
        server.requests()[0].target,
        "/pets?name=Rex+%26+Co&api_key=the%2Fkey%26more"
    );
}

#[tokio::test]
async fn a_cookie_of_the_operation_stays() {
    let server = checked(|_| true);
    let client = client(&server, "cookie", credential("cookie"));
    let request = Request::new(&pets::COOKIE, CallOptions::default()).header("Cookie", "theme=dark");
    request.send_json::<Vec<()>>(&client).await.unwrap();
    assert_eq!(
        server.requests()[0].header("cookie"),
        Some("theme=dark; session=the_session")
    );
}

#[test]
fn the_environment_has_a_variable_for_each_part_of_a_credential() {
    let server = checked(|request| {
        ["bearer", "basic", "query"]
            .map(|scheme| vec![scheme])
            .contains(&sent(request))
    });
    in_own_process(
        "schemes::reads_the_environment",
        &[
            ("PETS_TOKEN", "the_token"),
            ("PETS_USERNAME", "ada"),
            ("PETS_PASSWORD", "s3cret: ß"),
            ("PETS_QUERY_KEY", "the/key&more"),
            ("PETS_BASE_URL", &server.url()),
        ],
    );
    let sent: Vec<_> = server.requests().iter().map(sent).collect();
    assert_eq!(sent, [["bearer"], ["basic"], ["query"]]);
}

#[tokio::test]
#[ignore = "is run with an environment by `the_environment_has_a_variable_for_each_part_of_a_credential`"]
async fn reads_the_environment() {
    let client = ClientBuilder::new(&API).read_env().build().unwrap();
    for operation in [&pets::BEARER, &pets::BASIC, &pets::QUERY] {
        send(&client, operation).await.unwrap();
    }
    // What is not set is missing only where it is needed.
    assert_eq!(
        send(&client, &pets::HEADER).await.unwrap_err().category(),
        Category::Credentials
    );
}

#[test]
fn half_of_a_credential_in_the_environment_is_an_error() {
    in_own_process("schemes::reads_half_a_credential", &[("PETS_USERNAME", "ada")]);
}

#[test]
#[ignore = "is run with an environment by `half_of_a_credential_in_the_environment_is_an_error`"]
fn reads_half_a_credential() {
    let error = ClientBuilder::new(&API).read_env().build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variable PETS_PASSWORD is not set; set it to the password of the user"
    );
}
