//! Runs `cargo xtask corpus` on a small folder: a document that becomes a client, one with an error, and one of
//! OpenAPI 2, which is skipped.

mod support;

use support::Folder;

const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers: [{ url: https://api.example.com }]
paths:
  /pets/{id}:
    get:
      operationId: get_pet
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: It is there. } }
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("documents/pets.yaml", PETS);
    folder.write(
        "documents/deep/refused.json",
        r#"{ "openapi": "3.0.3", "info": { "title": "No paths", "version": "1" },
            "servers": [{ "url": "https://api.example.com" }], "paths": 1 }"#,
    );
    folder.write(
        "documents/old.yaml",
        "swagger: '2.0'\ninfo: { title: Old, version: '1' }\npaths: {}\n",
    );
    folder
}

/// The result of each document: its path, its outcome, the codes of its errors, and whether code was generated.
fn results(folder: &Folder) -> Vec<(String, String, Vec<String>, bool)> {
    let json: serde_json::Value = serde_json::from_str(&folder.read("results.json")).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let result = |entry: &serde_json::Value| {
        let found = entry["diagnostics"].as_array().unwrap().iter();
        let errors = found.filter(|finding| finding["severity"] == "error");
        let codes = errors.map(|finding| text(&finding["code"])).collect();
        let lines = entry["lines"].as_u64().unwrap();
        assert!(entry["bytes"].as_u64().unwrap() > 0 && entry["seconds"].as_f64().unwrap() > 0.0);
        (text(&entry["path"]), text(&entry["outcome"]), codes, lines > 0)
    };
    json.as_array().unwrap().iter().map(result).collect()
}

#[test]
fn each_document_is_generated_or_refused() {
    let folder = folder();
    let run = folder.run(&["corpus", "documents", "--json", "results.json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let found = results(&folder);
    let [refused, pets] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(
        refused.0.ends_with("refused.json") && refused.1 == "refused" && !refused.3,
        "{refused:?}"
    );
    assert_eq!(refused.2, ["value-kind"]);
    assert!(
        pets.0 == "pets.yaml" && pets.1 == "generated" && pets.2.is_empty() && pets.3,
        "{pets:?}"
    );
    for line in [
        "2 documents",
        "1   50.0 %  generated",
        "1   50.0 %  refused",
        "error: value-kind",
    ] {
        assert!(run.stdout.contains(line), "{line:?} in {run}");
    }

    folder.replace("documents/deep/refused.json", r#""paths": 1"#, r#""paths": {}"#);
    let run = folder.run(&["corpus", "documents"]);
    assert!(run.stdout.contains("100.0 %  generated"), "{run}");
}

/// The same seed makes the same documents, another seed others, and none of them is the document that they are made of.
#[test]
fn random_changes_of_a_document_are_tried() {
    let folder = Folder::new();
    folder.write("documents/pets.yaml", PETS);
    let results_of = |seed: &str| {
        let run = folder.run(&[
            "corpus",
            "documents",
            "--mutations",
            "40",
            "--seed",
            seed,
            "--json",
            "results.json",
        ]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
        let json: serde_json::Value = serde_json::from_str(&folder.read("results.json")).unwrap();
        let entries = json.as_array().unwrap().clone();
        let result = |mut entry: serde_json::Value| {
            entry.as_object_mut().unwrap().remove("seconds");
            entry.to_string()
        };
        entries.into_iter().map(result).collect::<Vec<String>>()
    };
    let first = results_of("1");
    assert_eq!(first.len(), 40);
    assert_eq!(first, results_of("1"));
    assert_ne!(first, results_of("2"));
    for outcome in ["refused", "generated"] {
        let named = format!("\"outcome\":\"{outcome}\"");
        assert!(
            first.iter().any(|result| result.contains(&named)),
            "none is {outcome}: {first:?}"
        );
    }
}

#[test]
fn with_check_each_client_is_compiled() {
    let folder = folder();
    let run = folder.run(&["corpus", "documents", "--check", "--json", "results.json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let outcomes: Vec<String> = results(&folder).into_iter().map(|result| result.1).collect();
    assert_eq!(outcomes, ["refused", "compiled"]);
    assert!(run.stdout.contains("1   50.0 %  compiled"), "{run}");
}

/// A document whose clients cannot know the id of a pet.
const UNKNOWN: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers: [{ url: https://api.example.com }]
paths:
  /pets:
    post:
      operationId: create_pet
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/NewPet' } } } }
      responses: { '204': { description: It is there. } }
  /pets/{id}:
    get:
      operationId: get_pet
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        '200': { description: A pet., content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
components:
  schemas:
    NewPet: { type: object, properties: { name: { type: string } } }
    Pet: { type: object, required: [id], properties: { id: { type: string }, name: { type: string } } }
";

/// Each document is served by the emulator, and its client has an answer to every operation.
#[test]
fn with_serve_each_client_calls_the_emulator() {
    let folder = Folder::new();
    let documents = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/emulator/tests/documents");
    for name in ["feed.yaml", "shop.yaml"] {
        let text = std::fs::read(format!("{documents}/{name}")).unwrap();
        folder.write(&format!("documents/{name}"), text);
    }
    let run = folder.run(&["corpus", "documents", "--serve", "--json", "results.json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let results: serde_json::Value = serde_json::from_str(&folder.read("results.json")).unwrap();
    for result in results.as_array().unwrap() {
        let calls = &result["calls"];
        assert_eq!(result["outcome"], "called", "{run}");
        assert_eq!(calls["operations"], calls["called"], "{run}");
        assert!(
            calls["answers"].as_u64().unwrap() > calls["operations"].as_u64().unwrap(),
            "{run}"
        );
    }
    for name in ["feed.yaml", "shop.yaml"] {
        assert!(
            run.stdout.contains(&format!("  {name} (create, delete, get, list)\n")),
            "{run}"
        );
    }

    folder.write("unknown/pets.yaml", UNKNOWN);
    let run = folder.run(&["corpus", "unknown", "--serve"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("1  100.0 %  calls failed"), "{run}");
    assert!(
        run.stdout.contains("    get_pet, : get_pet failed: GET http://"),
        "{run}"
    );
    assert!(run.stdout.contains("responded with 404 Not Found"), "{run}");
}

/// Instead of cargo: the first client has an error, and the second one is compiled when the error was read, or after
/// a while for which nobody should have to wait.
#[cfg(unix)]
const CARGO: &str = r#"#!/bin/sh
echo '{"reason":"compiler-message","manifest_path":"/client-0/Cargo.toml","message":{"level":"error"}}'
waited=0
until [ -e "$FOLDER/read" ]; do
  if [ $waited = 100 ]; then
    touch "$FOLDER/late"
    break
  fi
  waited=$((waited + 1))
  sleep 0.1
done
echo '{"reason":"compiler-artifact","manifest_path":"/client-1/Cargo.toml"}'
"#;

/// In a pipe there are only lines of failures.
#[cfg(unix)]
#[test]
fn a_failure_is_shown_as_soon_as_it_is_known() {
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;

    let folder = folder();
    folder.write("documents/cats.yaml", PETS);
    folder.write("cargo", CARGO);
    let cargo = folder.path.join("cargo");
    std::fs::set_permissions(&cargo, PermissionsExt::from_mode(0o755)).unwrap();
    let mut child = folder
        .command(&["corpus", "documents", "--check"])
        .env("CARGO", &cargo)
        .env("FOLDER", &folder.path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    errors.read_line(&mut text).unwrap();
    assert_eq!(text, "does not compile: cats.yaml\n");
    folder.write("read", "");

    errors.read_to_string(&mut text).unwrap();
    assert_eq!(text, "does not compile: cats.yaml\nerror: 1 of 3 documents failed\n");
    assert!(!folder.path.join("late").exists(), "it was shown only at the end");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("\ndoes not compile\n         cats.yaml\n"), "{report}");
}

#[test]
fn a_folder_without_documents_is_an_error() {
    let folder = Folder::new();
    folder.write("documents/notes.yaml", "a: b\n");
    let run = folder.run(&["corpus", "documents"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("there is no OpenAPI 3 document below `documents`"),
        "{run}"
    );
}
