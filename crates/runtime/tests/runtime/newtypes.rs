//! The clients that a generated crate has of its own.

use std::sync::LazyLock;

use ittybit_runtime::Category;
use ittybit_runtime::auth::{Credential, Scheme, SchemeKind};
use ittybit_runtime::generated::Api;
use ittybit_runtime::transport::InMemory;

use crate::own_process::in_own_process;
use crate::pets::{self, API, send};
use crate::server::{Reply, Server};

mod tokens {
    ittybit_runtime::client! {
        crate: "pets",
        api: crate::pets::API,
        title: "the API of pets",
        new: token access_token "bearer",
        credentials: [token access_token "bearer", basic login "basic",],
    }
}

#[tokio::test]
async fn each_scheme_has_a_setter() {
    let transport = InMemory::new().respond(200, "[]");
    let client = tokens::Client::builder()
        .access_token("the_token")
        .login("ada", "s3cret")
        .credential("header", Credential::token("the_key"))
        .transport(transport.clone())
        .build()
        .unwrap();
    assert_eq!(client.base_url(), API.server.unwrap());
    for operation in [&pets::BEARER, &pets::BASIC, &pets::HEADER] {
        send(&client.0, operation).await.unwrap();
    }
    let requests = transport.requests();
    assert_eq!(requests[0].headers()["authorization"], "Bearer the_token");
    assert_eq!(requests[1].headers()["authorization"], "Basic YWRhOnMzY3JldA==");
    assert_eq!(requests[2].headers()["x-api-key"], "the_key");
}

#[test]
fn an_error_names_the_setter() {
    let error = tokens::Client::new(" ").unwrap_err();
    assert_eq!(error.category(), Category::Configuration);
    assert_eq!(
        error.message(),
        "the access token is empty: set `access_token` to one that is valid"
    );
}

/// A token server that grants one token to one client, and an API that demands it.
static LOGIN: LazyLock<Server> = LazyLock::new(|| {
    Server::start(
        |request, _| match (request.target.as_str(), request.header("authorization")) {
            // `printf 'my-client:a+secret%2F' | base64`: both parts are encoded as in a form.
            ("/token", Some("Basic bXktY2xpZW50OmErc2VjcmV0JTJG"))
                if request.body == "grant_type=client_credentials" =>
            {
                Reply::json(
                    200,
                    r#"{"access_token":"granted","token_type":"bearer","expires_in":3600}"#,
                )
            }
            ("/pets", Some("Bearer granted")) => Reply::json(200, "[]"),
            _ => Reply::error(401, "invalid_client", "who are you?"),
        },
    )
});

static OF_LOGIN: LazyLock<Api> = LazyLock::new(|| {
    let text = |text: String| -> &'static str { text.leak() };
    let scheme = Scheme {
        name: "bearer",
        kind: SchemeKind::Http("Bearer"),
        noun: "access token",
        setter: "access_token",
        variables: &["ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET"],
        token_url: Some(text(LOGIN.url() + "/token")),
    };
    Api {
        user_agent: API.user_agent,
        crate_name: API.crate_name,
        server: Some(text(LOGIN.url())),
        env_prefix: "PETS_OF_LOGIN",
        schemes: Box::leak(Box::new([scheme])),
        security: &[&["bearer"]],
        errors: API.errors,
    }
});

mod with_client_credentials {
    ittybit_runtime::client! {
        crate: "pets",
        api: super::OF_LOGIN,
        title: "the API of pets",
        new: token access_token "bearer",
        credentials: [token access_token "bearer", client_credentials client_credentials "bearer"],
    }
}

#[tokio::test]
async fn a_client_with_id_and_secret_gets_a_token_once() {
    let client = with_client_credentials::Client::builder()
        .client_credentials("my-client", "a secret/")
        .build()
        .unwrap();
    let fetches = || {
        LOGIN
            .requests()
            .iter()
            .filter(|request| request.target == "/token")
            .count()
    };
    let before = fetches();
    for _ in 0..3 {
        assert_eq!(send(&client.0, &pets::BEARER).await.unwrap().status(), 200);
    }
    assert_eq!(fetches() - before, 1);
    let client = with_client_credentials::Client::builder()
        .client_credentials("my-client", "another secret")
        .build()
        .unwrap();
    let error = send(&client.0, &pets::BEARER).await.unwrap_err();
    assert_eq!(error.category(), Category::Credentials);
    assert!(pets::all_of(&error).contains("401"), "{error}");
    assert!(!pets::all_of(&error).contains("another secret"), "{error:?}");
}

#[test]
fn id_and_secret_are_checked_when_the_client_is_built() {
    for (id, secret, what) in [("", "a secret", "id"), ("my-client", " ", "secret")] {
        let builder = with_client_credentials::Client::builder().client_credentials(id, secret);
        assert_eq!(
            builder.build().unwrap_err().to_string(),
            format!("the client's {what} is empty: set `client_credentials` to a client's id and secret")
        );
    }
    let error = with_client_credentials::Client::from_env().unwrap_err();
    assert_eq!(
        error.to_string(),
        "no access token: call `access_token`, or `read_env` with PETS_OF_LOGIN_ACCESS_TOKEN (or \
         PETS_OF_LOGIN_CLIENT_ID and PETS_OF_LOGIN_CLIENT_SECRET) set"
    );
}

#[test]
fn the_environment_has_id_and_secret() {
    let (id, secret) = ("PETS_OF_LOGIN_CLIENT_ID", "PETS_OF_LOGIN_CLIENT_SECRET");
    in_own_process(
        "newtypes::reads_id_and_secret",
        &[(id, "my-client"), (secret, "a secret/")],
    );
    in_own_process("newtypes::reads_half_of_id_and_secret", &[(id, "my-client")]);
}

#[tokio::test]
#[ignore = "is run with an environment by `the_environment_has_id_and_secret`"]
async fn reads_id_and_secret() {
    let client = with_client_credentials::Client::from_env().unwrap();
    assert_eq!(send(&client.0, &pets::BEARER).await.unwrap().status(), 200);
}

#[test]
#[ignore = "is run with an environment by `the_environment_has_id_and_secret`"]
fn reads_half_of_id_and_secret() {
    assert_eq!(
        with_client_credentials::Client::from_env().unwrap_err().to_string(),
        "the environment variable PETS_OF_LOGIN_CLIENT_SECRET is not set; set it to the secret of the client"
    );
}

#[cfg(feature = "blocking")]
#[test]
fn the_blocking_client_is_built_by_the_same_builder() {
    use ittybit_runtime::generated::{CallOptions, Request};
    let transport = InMemory::new().respond(201, "[7]").respond(204, "");
    let client = tokens::blocking::Client::builder()
        .access_token("the_token")
        .transport(transport)
        .build()
        .unwrap();
    assert!(!format!("{client:?}").contains("the_token"));
    static MAKE: ittybit_runtime::operation::Operation =
        ittybit_runtime::operation::Operation::of("make_pet", "POST", "/pets", &[200..=201, 204..=204]);
    let made = client
        .0
        .send_json::<Vec<u8>>(Request::new(&MAKE, CallOptions::default()))
        .unwrap();
    assert_eq!((made.status().as_u16(), made.into_inner()), (201, vec![7]));
    let empty = client
        .0
        .send_empty(Request::new(&MAKE, CallOptions::default()))
        .unwrap();
    assert_eq!(empty.status(), 204);
}
