//! A `tower` service as transport: any `tower` middleware can be used below a client.
//!
//! ```sh
//! cargo run -p ittybit-runtime --example tower
//! ```

use ittybit_runtime::Error;
use ittybit_runtime::generated::{self, Api, CallOptions, ClientBuilder, ErrorShape};
use ittybit_runtime::operation::Operation;
use ittybit_runtime::reqwest::{Request, Response};
use ittybit_runtime::transport::{InMemory, Transport, TransportError};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};

/// A transport that gives each request to a clone of a service.
struct Tower<S>(S);

impl<S> Transport for Tower<S>
where
    S: Service<Request, Response = Response, Future: Send> + Clone + Send + Sync + 'static,
    TransportError: From<S::Error>,
{
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        // `oneshot` waits until the service is ready, which is how a service limits its requests.
        Ok(self.0.clone().oneshot(request).await?)
    }
}

// A generated client has these two; this example is about any of them.
static API: Api = Api {
    user_agent: "pets/1.0",
    crate_name: "pets",
    server: Some("https://api.example.com"),
    env_prefix: "PETS",
    schemes: &[],
    security: &[],
    errors: ErrorShape {
        kind: &[],
        message: &[],
    },
};
static LIST_PETS: Operation = Operation::of("list_pets", "GET", "/pets", &[200..=200]);

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    // The innermost service sends. `reqwest::Client` is one as it is; this one needs no network.
    let server = InMemory::new()
        .respond(503, "")
        .header("Retry-After", "0")
        .respond(200, "[]");
    let innermost = server.clone();
    let service = ServiceBuilder::new()
        .map_request(|mut request: Request| {
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            request
                .headers_mut()
                .insert("traceparent", trace.parse().expect("it is visible ASCII"));
            request
        })
        .service(service_fn(move |request| {
            let innermost = innermost.clone();
            async move { innermost.send(request).await }
        }));

    let client = ClientBuilder::new(&API).transport(Tower(service)).build()?;
    let pets = generated::Request::new(&LIST_PETS, CallOptions::default())
        .send_json::<Vec<()>>(&client)
        .await?;

    println!("{}", pets.status());
    // The service gets each attempt of the client.
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        println!("sent with {:?}", request.headers()["traceparent"]);
    }
    Ok(())
}
