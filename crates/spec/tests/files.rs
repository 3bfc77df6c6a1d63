//! Documents of several files.

use std::fs;
use std::path::Path;

use ittybit_spec::Document;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join("specs").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

const API: &str = "\
openapi: 3.0.3
info: { title: Tasks, version: 1.0.0 }
paths:
  /tasks: { $ref: paths/tasks.yaml }
components:
  schemas:
    Own: { type: object, properties: { kind: { $ref: './common/kinds.yaml#/Kind' } } }
";

const TASKS: &str = "\
get:
  parameters: [{ $ref: '../common/parameters.json#/limit' }]
  responses:
    '200':
      description: Every task.
      content:
        application/json: { schema: { $ref: '../common/task.yaml' } }
";

const PARAMETERS: &str = r##"{ "limit": { "name": "limit", "in": "query", "schema": { "$ref": "#/count" } }, "count": { "type": "integer" } }"##;

const KINDS: &str = "Kind: { type: string, enum: [a, b] }\nOther: { $ref: '#/Kind' }\n";

const TASK: &str = "\
type: object
properties:
  kind: { $ref: 'kinds.yaml#/Other' }
  own: { $ref: '../api.yaml#/components/schemas/Own' }
  next: { $ref: 'task.yaml' }
";

fn all() -> TempDir {
    folder(&[
        ("api.yaml", API),
        ("paths/tasks.yaml", TASKS),
        ("common/parameters.json", PARAMETERS),
        ("common/kinds.yaml", KINDS),
        ("common/task.yaml", TASK),
    ])
}

#[test]
fn several_files_become_one_document() {
    let folder = all();
    let document = Document::read(&folder.path().join("specs/api.yaml")).expect("a document");
    assert_eq!(document.check().to_string(), "");
    let lowered = document.lowered().expect("no error");
    let text = serde_json::to_string_pretty(&lowered.document.root().to_json()).expect("JSON");
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("several_files_become_one_document", text);
    });
    lowered.openapi().expect("3.0");
    let mut files: Vec<String> = document
        .files()
        .map(|path| path.strip_prefix(folder.path()).expect("below").display().to_string())
        .collect();
    files[1..].sort();
    assert_eq!(
        files,
        [
            "specs/api.yaml",
            "specs/common/kinds.yaml",
            "specs/common/parameters.json",
            "specs/common/task.yaml",
            "specs/paths/tasks.yaml"
        ]
    );
    // Also in the original document, references to other files can be followed.
    let kind = document
        .get("/components/schemas/Own/properties/kind")
        .expect("a property");
    assert!(document.resolve(kind).expect("a schema").get("enum").is_some());
}

#[test]
fn findings_name_the_file_that_they_are_in() {
    let folder = all();
    fs::write(
        folder.path().join("specs/common/kinds.yaml"),
        "Kind:\n  type: strin\nOther: { $ref: '#/Knd' }\n",
    )
    .expect("a file");
    let document = Document::read(&folder.path().join("specs/api.yaml")).expect("a document");
    let root = format!("{}/", folder.path().display());
    let report = document.check().to_string().replace(&root, "");
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("findings_name_the_file_that_they_are_in", report);
    });
    fs::write(
        folder.path().join("specs/common/kinds.yaml"),
        "Kind:\n  type: string\nOther: { $ref: '#/Knd' }\n",
    )
    .expect("a file");
    let document = Document::read(&folder.path().join("specs/api.yaml")).expect("a document");
    let lowered = document.lowered().expect("no error").document;
    let finding = lowered.error("/components/schemas/Kind", "here");
    assert!(Path::new(finding.file()).ends_with("common/kinds.yaml"), "{finding}");
    assert_eq!(finding.position().map(|place| place.line), Some(2), "{finding}");
}

#[test]
fn references_to_unreadable_files_are_errors() {
    let api = |reference: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{ title: a, version: b }}\npaths: {{}}\ncomponents: {{ schemas: {{ A: {{ $ref: '{reference}' }} }} }}\n"
        )
    };
    let mut report = String::new();
    for reference in [
        "https://example.com/kinds.yaml#/Kind",
        "file:///etc/passwd",
        "//example.com/kinds.yaml",
        "/etc/passwd",
        "../outside.yaml#/Kind",
        "a/../../outside.yaml",
        "%2e%2e/outside.yaml",
        "link.yaml",
        "nowhere.yaml#/Kind",
        "folder",
        "latin1.yaml",
        "broken.yaml",
        "kinds.yaml#/Knd",
    ] {
        let folder = folder(&[
            ("api.yaml", &api(reference)),
            ("broken.yaml", "a: [\n"),
            ("kinds.yaml", KINDS),
        ]);
        let specs = folder.path().join("specs");
        fs::create_dir(specs.join("folder")).expect("a folder");
        fs::write(specs.join("latin1.yaml"), b"Kind: caf\xe9\n").expect("a file");
        fs::write(folder.path().join("outside.yaml"), KINDS).expect("a file");
        #[cfg(unix)]
        std::os::unix::fs::symlink("../outside.yaml", specs.join("link.yaml")).expect("a link");
        let document = Document::read(&specs.join("api.yaml")).expect("the file itself is fine");
        let findings = document.check();
        assert!(findings.has_errors(), "{reference}: {findings}");
        document.lowered().expect_err(reference);
        let root = format!("{}/", folder.path().display());
        report += &format!("━━ {reference}\n\n{findings}\n\n").replace(&root, "");
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("references_to_unreadable_files_are_errors", report);
    });
}

/// Files that refer to themselves or to each other are read and lowered only once.
#[test]
fn cycles_of_files_end() {
    let folder = folder(&[
        (
            "api.yaml",
            "openapi: 3.0.3\ninfo: { title: a, version: b }\npaths: { /a: { $ref: a.yaml } }\ncomponents: { schemas: { A: { $ref: 'b.yaml' }, B: { allOf: [{ $ref: 'c.yaml' }] } } }\n",
        ),
        ("a.yaml", "$ref: a.yaml\n"),
        ("b.yaml", "$ref: b.yaml\n"),
        (
            "c.yaml",
            "allOf: [{ $ref: c.yaml }, { $ref: 'api.yaml#/components/schemas/B' }]\n",
        ),
    ]);
    let document = Document::read(&folder.path().join("specs/api.yaml")).expect("a document");
    let lowered = document.lowered().expect("no error");
    let again = lowered.document.lowered().expect("no error");
    assert_eq!(again.document.root(), lowered.document.root());
}
