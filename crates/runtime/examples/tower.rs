//! A `tower` service as transport: any `tower` middleware can be used below a client.
//!
//! ```sh
//! cargo run -p ittybit-runtime --example tower
//! ```

use std::error::Error;

use ittybit_runtime::reqwest::{Method, Request, Response, Url};
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The innermost service sends. `reqwest::Client` is one as it is; this one needs no network.
    let server = InMemory::new().respond(200, "[]");
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
    let transport = Tower(service);

    // `Client::builder().transport(transport)` puts it below a client, which then does this:
    let url = Url::parse("https://api.example.com/pets")?;
    let response = transport.send(Request::new(Method::GET, url)).await?;
    println!("{}", response.status());
    println!("sent with {:?}", server.requests()[0].headers()["traceparent"]);
    Ok(())
}
