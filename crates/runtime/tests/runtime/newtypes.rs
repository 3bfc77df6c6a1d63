//! The clients that a generated crate has of its own.

use ittybit_runtime::Category;
use ittybit_runtime::auth::Credential;
use ittybit_runtime::transport::InMemory;

use crate::pets::{self, API, send};

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
