//! How long a client takes over a malformed body in which the server echoes the key again and again: it has
//! to be linear in the body. Prints the times for two sizes, and their ratio, which should be about that of
//! the sizes.

use std::time::{Duration, Instant};

use ittybit_runtime::auth::{Credential, Scheme, SchemeKind};
use ittybit_runtime::generated::{Api, CallOptions, Client, ClientBuilder, ErrorShape, Request};
use ittybit_runtime::operation::Operation;
use ittybit_runtime::transport::InMemory;

const KEY: &str = "key_0123456789abcdef0123456789abcdef";
const SIZES: [usize; 2] = [256 * 1024, 4 * 1024 * 1024];
const ROUNDS: usize = 9;

static API: Api = Api {
    user_agent: "bench/1",
    crate_name: "bench",
    server: Some("https://api.example.com"),
    env_prefix: "BENCH",
    schemes: &[Scheme {
        name: "key",
        kind: SchemeKind::Header("X-API-Key"),
        noun: "API key",
        setter: "api_key",
        variables: &[],
        token_url: None,
    }],
    security: &[],
    errors: ErrorShape {
        kind: &[],
        message: &[],
    },
};

static LIST: Operation = Operation::of("list", "GET", "/things", &[200..=200]);

fn client(size: usize) -> Client {
    let mut body = String::from("[");
    while body.len() < size {
        body += &format!("\"{KEY} caf\\u00e9 100%25\",");
    }
    ClientBuilder::new(&API)
        .credential("key", Credential::token(KEY), "api_key")
        .transport(InMemory::new().respond(200, body))
        .build()
        .expect("the client is complete")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut times = Vec::new();
    for size in SIZES {
        let client = client(size);
        let mut fastest = Duration::MAX;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let result = Request::new(&LIST, CallOptions::default())
                .send_json::<Vec<u8>>(&client)
                .await;
            fastest = fastest.min(start.elapsed());
            assert!(!result.expect_err("the body is malformed").to_string().contains(KEY));
        }
        println!("{:>8} KiB: {fastest:?}", size / 1024);
        times.push(fastest);
    }
    println!(
        "ratio of times {:.1}, of sizes {}",
        times[1].as_secs_f64() / times[0].as_secs_f64(),
        SIZES[1] / SIZES[0]
    );
}
