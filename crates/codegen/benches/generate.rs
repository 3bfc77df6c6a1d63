//! The time to generate the client of `openapi.yaml`, compared with plain progenitor on the same document. Both read,
//! generate and format, alternately in one process: `cargo bench --package ittybit-codegen`.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

const ROUNDS: usize = 300;

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.yaml");
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS + 5 {
        let first = time(|| generate(&path));
        let second = time(|| progenitor_alone(&path));
        // The first rounds warm the caches.
        if round >= 5 {
            ours.push(first);
            bare.push(second);
        }
    }
    let (ours, bare) = (median(ours), median(bare));
    println!("one generation of openapi.yaml, median of {ROUNDS}");
    println!("  this generator   {ours:>8.2?}");
    println!("  bare progenitor  {bare:>8.2?}");
    println!("  ratio            {:>8.2}", ours.as_secs_f64() / bare.as_secs_f64());
}

fn generate(path: &Path) -> usize {
    let document = ittybit_spec::Document::read(path).unwrap();
    ittybit_codegen::generate(&document, "cargo xtask codegen", "ittybit")
        .unwrap()
        .code
        .len()
}

/// The steps that progenitor's documentation recommends for a `build.rs`.
fn progenitor_alone(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap();
    let spec: openapiv3::OpenAPI = serde_saphyr::from_str(&text).unwrap();
    let mut settings = progenitor::GenerationSettings::new();
    settings.with_interface(progenitor::InterfaceStyle::Builder);
    let tokens = progenitor::Generator::new(&settings).generate_tokens(&spec).unwrap();
    prettyplease::unparse(&syn::parse2(tokens).unwrap()).len()
}

fn time(work: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
