//! Measures the time to parse and to compare two documents of 20 MB, once in YAML and once in JSON, and the time of a
//! whole review, with the effect on Rust: `cargo bench --package ittybit-spec-diff`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ittybit_spec::Document;
use ittybit_spec_diff::diff;

const SIZE: usize = 20_000_000;
const ROUNDS: usize = 3;
/// How many operations the documents of a review have.
const OPERATIONS: usize = 300;

fn main() {
    let yaml = [false, true].map(yaml);
    let json = [&yaml[0], &yaml[1]].map(|text| format!("{:#}", read("from.yaml", text).root().to_json()));
    println!("two documents that differ, the fastest of {ROUNDS}");
    compare("YAML", &yaml);
    compare("JSON", &json);
    println!("a review with the effect on Rust, from the texts, the fastest of {ROUNDS}");
    for (title, chained, all) in [
        ("schemas of their own, one change", false, false),
        ("schemas in a chain, one change", true, false),
        ("schemas in a chain, all changed", true, true),
    ] {
        review(title, chained, all);
    }
}

fn review(title: &str, chained: bool, all: bool) {
    let old = api(chained, |_| false);
    let new = api(chained, |index| all || index == OPERATIONS / 2);
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let (old, new) = (read("old", &old), read("new", &new));
        let mut report = diff(&old, &new);
        report.compare_clients(&old, &new);
        fastest = fastest.min(start.elapsed());
        assert!(black_box(report).rust().is_some(), "no verdict on Rust");
    }
    println!("  {OPERATIONS} operations, {title:<32} {fastest:>8.2?}");
}

/// A document with a schema for each operation. In a chain each refers to the next one, so that every operation reaches
/// all that follow. A changed one has another type of a property.
fn api(chained: bool, is_changed: impl Fn(usize) -> bool) -> String {
    let (mut paths, mut schemas) = (String::new(), String::new());
    for index in 0..OPERATIONS {
        paths += &operation(index);
        let size = if is_changed(index) { "string" } else { "integer" };
        let next = if chained && index + 1 < OPERATIONS {
            format!("        next: {{ $ref: '#/components/schemas/Thing{}' }}\n", index + 1)
        } else {
            String::new()
        };
        schemas += &format!(
            "    Thing{index}:
      type: object
      required: [id]
      properties:
        id: {{ type: string, description: Id of the thing. }}
        size: {{ type: {size} }}
        state: {{ type: string, enum: [new, ready, gone] }}
{next}"
        );
    }
    document(&paths, &schemas)
}

fn compare(format: &str, texts: &[String; 2]) {
    let (mut reading, mut comparing) = (Duration::MAX, Duration::MAX);
    let mut changes = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let [old, new] = [("old", &texts[0]), ("new", &texts[1])].map(|(name, text)| read(name, text));
        reading = reading.min(start.elapsed());
        let start = Instant::now();
        changes = black_box(diff(&old, &new)).changes.len();
        comparing = comparing.min(start.elapsed());
    }
    let megabytes = |text: &str| text.len() as f64 / 1e6;
    println!(
        "{format}: {:.1} MB and {:.1} MB, {changes} changes",
        megabytes(&texts[0]),
        megabytes(&texts[1])
    );
    println!("  reading both {reading:>8.2?}");
    println!("  comparing    {comparing:>8.2?}");
    println!("  together     {:>8.2?}", reading + comparing);
}

fn read(name: &str, text: &str) -> Document {
    Document::parse(name, text).unwrap_or_else(|findings| panic!("{findings}"))
}

/// A document of `SIZE` bytes: many operations, with a schema each. In the new document every tenth schema has a
/// narrower bound and one more property.
fn yaml(is_new: bool) -> String {
    let (mut paths, mut schemas) = (String::new(), String::new());
    for index in 0.. {
        let changed = is_new && index % 10 == 0;
        let other = index / 2;
        let longest = if changed { 40 } else { 80 };
        paths += &operation(index);
        schemas += &format!(
            "    Thing{index}:
      type: object
      description: A thing of the kind {index}.
      required: [id]
      properties:
        id:
          type: string
          description: Id of the thing.
        name:
          type: string
          description: What people call it.
          maxLength: {longest}
        state:
          type: string
          description: How far it has come.
          enum: [new, ready, gone]
        weights:
          type: array
          items:
            type: number
        other:
          $ref: '#/components/schemas/Thing{other}'
"
        );
        if changed {
            schemas += "        colour:\n          type: string\n";
        }
        if paths.len() + schemas.len() >= SIZE {
            break;
        }
    }
    document(&paths, &schemas)
}

fn operation(index: usize) -> String {
    format!(
        "  /things{index}/{{id}}:
    get:
      operationId: get_thing{index}
      summary: Get thing {index}
      description: One thing of the kind {index}, with all that is known about it.
      parameters:
        - name: id
          in: path
          required: true
          description: Id of the thing.
          schema: {{ type: string }}
        - name: limit
          in: query
          description: How many of its parts to return.
          schema: {{ type: integer, format: int32, minimum: 1, maximum: 100, default: 20 }}
      responses:
        '200':
          description: The thing.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Thing{index}'
"
    )
}

fn document(paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{ title: Things, version: 1.0.0 }}\npaths:\n{paths}components:\n  schemas:\n{schemas}"
    )
}
