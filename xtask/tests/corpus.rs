//! Runs `cargo xtask corpus` on a small folder: a document that becomes a client, one with an error, and one of
//! OpenAPI 2, which is skipped.

mod support;

use std::process::Command;

use support::{Folder, Run};

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
    assert_eq!(run.code, 0, "{run}");
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

#[test]
fn with_check_each_client_is_compiled() {
    let folder = folder();
    let mut command = folder.command(&["corpus", "documents", "--check", "--json", "results.json"]);
    if cfg!(unix) {
        // `cargo build` finds what `cargo check` does, and has its dependencies from the other tests: with the features
        // that examples need, of which there are none here.
        let script = "#!/bin/sh\nshift\nexec \"$REAL_CARGO\" build --lib --examples \"$@\"\n";
        folder.write("cargo", script);
        let script = folder.path.join("cargo");
        let status = Command::new("chmod").arg("+x").arg(&script).status().unwrap();
        assert!(status.success());
        command.env("CARGO", script).env("REAL_CARGO", env!("CARGO"));
    }
    let run = Run::from(command.output().unwrap());
    assert_eq!(run.code, 0, "{run}");
    let outcomes: Vec<String> = results(&folder).into_iter().map(|result| result.1).collect();
    assert_eq!(outcomes, ["refused", "compiled"]);
    assert!(run.stdout.contains("1   50.0 %  compiled"), "{run}");
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
