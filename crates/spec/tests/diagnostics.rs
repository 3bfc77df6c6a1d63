//! Every diagnostic, as it is shown to a user. To add a case, add its name and its document to a table, and
//! accept the snapshot after a review.

use std::fmt::Write;
use std::path::Path;

use ittybit_spec::{Diagnostics, Document};

/// Reads and checks each document, and compares the findings with the snapshot.
fn assert_report<D: AsRef<str>>(snapshot: &str, file: &str, cases: &[(&str, D)]) {
    let mut report = String::new();
    for (case, text) in cases {
        let findings = match Document::parse(file, text.as_ref()) {
            Ok(document) => document.check(),
            Err(findings) => findings,
        };
        show(&mut report, case, &findings);
    }
    assert_snapshot(snapshot, &report);
}

fn assert_snapshot(name: &str, report: &str) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, report);
    });
}

fn show(report: &mut String, case: &str, findings: &Diagnostics) {
    assert!(!findings.is_empty(), "{case}: nothing was found");
    writeln!(report, "━━ {case}\n\n{findings}\n").expect("writing to a string");
}

/// Adds indented lines below a heading.
fn under(heading: &str, lines: &str) -> String {
    let indent = heading
        .lines()
        .last()
        .map_or(0, |line| line.len() - line.trim_start().len() + 2);
    let mut text = heading.to_owned();
    for line in lines.lines() {
        write!(text, "\n{:indent$}{line}", "").expect("writing to a string");
    }
    text
}

const HEAD: &str = "openapi: 3.0.3\ninfo: { title: Tasks, version: 1.0.0 }\n";

/// A document with these paths.
fn paths(lines: &str) -> String {
    under(&format!("{HEAD}paths:"), lines)
}

/// A document with this operation.
fn operation(lines: &str) -> String {
    let responses = "\n      responses: { \"200\": { description: Done } }";
    under(&format!("{HEAD}paths:\n  /tasks:\n    get:"), lines) + responses
}

/// A document whose one operation has this parameter.
fn parameter(lines: &str) -> String {
    let first = lines.replacen("", "- ", 1).replace('\n', "\n  ");
    operation(&under("parameters:", &first))
}

/// A document with these components.
fn components(lines: &str) -> String {
    under(&format!("{HEAD}paths: {{}}\ncomponents:"), lines)
}

/// A document with this schema.
fn schema(lines: &str) -> String {
    components(&under("schemas:\n  Task:", lines))
}

#[test]
fn yaml_syntax() {
    assert_report(
        "yaml_syntax",
        "api.yaml",
        &[
            ("an empty document", ""),
            ("nothing but comments", "# later\n---\n"),
            ("a key without its colon", "openapi: 3.0.3\ninfo\npaths: {}\n"),
            ("a colon inside plain text", "info: { title: a: b }\n"),
            ("wrong indentation", "info:\n  title: a\n version: 1\n"),
            ("a tab as indentation", "info:\n\ttitle: a\n"),
            ("a null character", "openapi: 3.0.3\n\0"),
            ("a tab on the line below", "openapi: 3.0.3\n\tinfo: {}\n"),
            ("a second colon in a line", "title: a: b\n"),
            ("an item with wrong indentation", "tags:\n  - a\n - b\n"),
            ("an open quote", "info: \"a\npaths: {}\n"),
            ("an open bracket", "tags: [a, b\n"),
            ("an unknown escape", "title: \"\\q\"\n"),
            ("a repeated key", "info:\n  title: a\n  version: 1.0.0\n  title: b\n"),
            ("a merge key", "a: &a { b: 1 }\nc:\n  <<: *a\n"),
            ("an unknown alias", "a: *b\n"),
            ("an alias of its own value", "a: &a [*a]\n"),
            ("a tag", "a: !secret b\n"),
            ("a tag of YAML 1.1", "a: !!binary b\n"),
            ("a list as key", "[a]: b\n"),
            ("an object as key", "? { a: b }\n: c\n"),
            ("two documents", "a: b\n---\nc: d\n"),
            ("infinity", "minimum: -.inf\n"),
            ("a number that is too large", "minimum: 1e999\n"),
            ("two errors at once", "a: .nan\nb: 1\nb: 2\n"),
        ],
    );
}

#[test]
fn json_syntax() {
    let long = format!("{{\"é\": \"{}\", \"openapi\" 1, {}", "é".repeat(300), "9,".repeat(300));
    assert_report(
        "json_syntax",
        "api.json",
        &[
            ("an empty document", ""),
            ("null", "null"),
            ("a trailing comma", "{\n  \"openapi\": \"3.0.3\",\n}"),
            ("a missing comma", "{\n  \"openapi\": \"3.0.3\"\n  \"info\": {}\n}"),
            ("single quotes", "{ 'openapi': 1 }"),
            ("a comment", "{ // no\n}"),
            ("an open object", "{ \"a\": 1"),
            ("an open string", "{ \"a"),
            ("more than one value", "{} {}"),
            ("a control character", "{ \"a\": \"\u{7}\" }"),
            ("half a surrogate pair", "{ \"a\": \"\\ud83d\" }"),
            ("a number that is too large", "{ \"a\": 1e999 }"),
            ("NaN", "{ \"a\": NaN }"),
            ("a repeated key", "{ \"a\": 1,\n  \"a\": 2 }"),
            ("a long line", &long),
        ],
    );
}

#[test]
fn limits() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let aliases = [alias.as_str(); 9].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{aliases}]").expect("writing to a string");
    }
    let block: String = (0..10_000).map(|level| format!("{:level$}a:\n", "")).collect();
    let mut chain = String::from("a0: &a0 {}\n");
    for level in 1..200 {
        writeln!(chain, "a{level}: &a{level} {{ a: *a{} }}", level - 1).expect("writing to a string");
    }
    assert_report(
        "limits",
        "api.yaml",
        &[
            ("10,000 levels of [", "[".repeat(10_000)),
            ("10,000 levels of {", "{a: ".repeat(10_000)),
            ("10,000 levels of [ below a key", format!("a: {}", "[".repeat(10_000))),
            ("10,000 levels of -", format!("a:\n{}", "- ".repeat(10_000))),
            ("10,000 levels of block objects", block),
            ("aliases of aliases", laughs),
            ("a chain of aliases", chain),
        ],
    );
    assert_report(
        "limits_json",
        "api.json",
        &[
            (
                "10,000 levels of [",
                format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
            ),
            ("10,000 open [", "[".repeat(10_000)),
            (
                "10,000 levels of {",
                format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000)),
            ),
        ],
    );
}

#[test]
fn files() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("specs")).expect("a folder");
    let mut report = String::new();
    for (case, name, bytes) in [
        ("no file", "missing.yaml", None),
        ("a directory", "specs", None),
        (
            "not UTF-8",
            "latin1.yaml",
            Some(&b"openapi: 3.0.3\ninfo: { title: caf\xe9 }\n"[..]),
        ),
        ("an empty file", "empty.yaml", Some(&b""[..])),
        ("only a byte order mark", "bom.yaml", Some(&b"\xef\xbb\xbf"[..])),
    ] {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).expect("a file");
        }
        let findings = Document::read(&path).expect_err(case);
        assert_eq!(Path::new(findings.iter().next().expect("a finding").file()), path);
        show(&mut report, case, &findings);
    }
    let root = format!("{}/", folder.path().display());
    assert_snapshot("files", &report.replace(&root, ""));
}

#[test]
fn versions() {
    let version = |version| format!("openapi: {version}\ninfo: {{ title: a, version: b }}\npaths: {{}}\n");
    assert_report(
        "versions",
        "api.yaml",
        &[
            ("a text", "hello\n".to_owned()),
            ("a list", "- openapi: 3.0.3\n".to_owned()),
            ("no version", "info: { title: a, version: b }\npaths: {}\n".to_owned()),
            (
                "OpenAPI 2",
                "swagger: \"2.0\"\ninfo: { title: a, version: b }\npaths: {}\n".to_owned(),
            ),
            ("OpenAPI 3.2", version("3.2.0")),
            ("an incomplete 3.1", version("\"3.1\"")),
            ("OpenAPI 4", version("4.0.0")),
            ("an incomplete version", version("\"3.0\"")),
            ("a number", version("3.0")),
            ("a word", version("latest")),
            ("a list as version", version("[3, 0, 3]")),
            (
                "features of 3.1 in 3.0",
                "openapi: 3.0.3\ninfo: { title: a, summary: b, version: c }\nwebhooks: {}\npaths: {}\n\
                 components:\n  pathItems: {}\n  schemas:\n    Task:\n      type: [string, \"null\"]\n      const: a\n"
                    .to_owned(),
            ),
        ],
    );
}

#[test]
fn kinds() {
    assert_report(
        "kinds",
        "api.yaml",
        &[
            ("info as text", "openapi: 3.0.3\ninfo: Tasks\npaths: {}\n".to_owned()),
            (
                "a version as a number",
                "openapi: 3.0.3\ninfo: { title: Tasks, version: 1.0 }\npaths: {}\n".to_owned(),
            ),
            ("paths as a list", format!("{HEAD}paths:\n- /tasks\n")),
            ("paths without a value", format!("{HEAD}paths:\n")),
            ("tags as text", operation("tags: Tasks")),
            ("a tag as a number", operation("tags: [1]")),
            ("parameters as an object", operation("parameters:\n  limit: {}")),
            (
                "required as text",
                parameter("name: a\nin: query\nrequired: \"yes\"\nschema: {}"),
            ),
            ("deprecated as text", operation("deprecated: \"false\"")),
            ("deprecated as a number", operation("deprecated: 1")),
            ("a bound as text", schema("type: integer\nminimum: \"1\"")),
            ("a bound as a word", schema("type: integer\nminimum: one")),
            ("a negative length", schema("type: string\nmaxLength: -1")),
            ("a fractional length", schema("type: string\nmaxLength: 1.5")),
            ("a type with a letter missing", schema("type: strin")),
            ("the type file of OpenAPI 2", schema("type: file")),
            ("the type null", schema("type: \"null\"")),
            ("a list of types", schema("type: [string, \"null\"]")),
            ("a list of two types", schema("type: [string, integer]")),
            ("a list of one type", schema("type: [string]")),
            (
                "an exclusive bound as in 3.1",
                schema("type: integer\nexclusiveMinimum: 5"),
            ),
            (
                "additional properties as text",
                schema("type: object\nadditionalProperties: string"),
            ),
            ("a property as text", schema("type: object\nproperties:\n  id: string")),
            ("a description as an object", schema("description: { a: b }")),
            ("a schema as a list", components("schemas:\n  Task: []")),
        ],
    );
}

#[test]
fn fields() {
    assert_report(
        "fields",
        "api.yaml",
        &[
            ("nothing", "openapi: 3.0.3\n".to_owned()),
            ("empty info", "openapi: 3.0.3\ninfo: {}\npaths: {}\n".to_owned()),
            ("no responses", paths("/tasks:\n  get:\n    operationId: a")),
            ("empty responses", paths("/tasks:\n  get:\n    responses: {}")),
            (
                "a response without description",
                paths("/tasks:\n  get:\n    responses:\n      \"200\":\n        content: {}"),
            ),
            ("a parameter without anything", parameter("description: a")),
            (
                "a request body without content",
                operation("requestBody: { required: true }"),
            ),
            ("an array without items", schema("type: array")),
            (
                "a server without URL",
                format!("{HEAD}paths: {{}}\nservers: [{{ description: a }}]\n"),
            ),
            (
                "a misspelt field",
                parameter("name: a\nin: query\nrequried: true\nschema: {}"),
            ),
            ("a field in the wrong case", operation("operationID: a")),
            ("an unknown field", operation("timeout: 5")),
            ("a field of JSON Schema", schema("patternProperties: {}")),
            (
                "a parameter as in OpenAPI 2",
                parameter("name: a\nin: query\ntype: string"),
            ),
            ("a misspelt method", paths("/tasks:\n  gte: {}")),
        ],
    );
}

#[test]
fn references() {
    let task = |reference: &str| {
        components(&format!(
            "schemas:\n  Task:\n    $ref: \"{reference}\"\n  Kind: {{ type: string }}"
        ))
    };
    assert_report(
        "references",
        "api.yaml",
        &[
            ("another file", task("common.yaml#/Kind")),
            ("a URL", task("https://example.com/api.yaml#/Kind")),
            ("a misspelt name", task("#/components/schemas/Knid")),
            ("an unknown name", task("#/components/schemas/Whatever")),
            ("a name alone", task("Kind")),
            ("a place of OpenAPI 2", task("#/definitions/Kind")),
            ("a place outside of components", task("#/info")),
            ("part of a component", task("#/components/schemas/Kind/type")),
            ("a malformed pointer", task("#components/schemas/Kind")),
            ("a number", components("schemas:\n  Task: { $ref: 1 }")),
            (
                "the wrong kind",
                parameter("$ref: \"#/components/schemas/Task\"")
                    + "\ncomponents:\n  schemas: { Task: {} }\n  parameters: { Task: { name: a, in: query, schema: {} } }",
            ),
            ("itself", task("#/components/schemas/Task")),
            (
                "a cycle",
                components(
                    "schemas:\n  A: { $ref: \"#/components/schemas/B\" }\n  B: { $ref: \"#/components/schemas/C\" }\n  C: { allOf: [{ $ref: \"#/components/schemas/A\" }] }\n  D: { $ref: \"#/components/schemas/A\" }",
                ),
            ),
            (
                "siblings",
                components(
                    "schemas:\n  Kind: {}\n  Task:\n    $ref: \"#/components/schemas/Kind\"\n    description: The kind\n    nullable: true",
                ),
            ),
            (
                "siblings of a parameter",
                parameter("$ref: \"#/components/parameters/Limit\"\nrequired: true")
                    + "\ncomponents: { parameters: { Limit: { name: a, in: query, schema: {} } } }",
            ),
            ("a path item", paths("/tasks:\n  $ref: tasks.yaml")),
            (
                "a media type",
                operation("requestBody:\n  content:\n    application/json:\n      $ref: \"#/components/schemas/Task\""),
            ),
            (
                "a callback",
                operation("callbacks:\n  done: { $ref: \"#/components/callbacks/Done\" }"),
            ),
            (
                "a discriminator",
                schema("discriminator: { propertyName: a, mapping: { b: \"#/components/schemas/Tsak\" } }"),
            ),
        ],
    );
}

#[test]
fn operations() {
    let get = "get:\n  operationId: list\n  responses: { \"200\": { description: a } }\n";
    let ok = "responses: { \"200\": { description: a } }";
    assert_report(
        "operations",
        "api.yaml",
        &[
            (
                "an operationId twice",
                paths(&(under("/tasks:", get) + "\n" + &under("/files:", get))),
            ),
            ("no slash", paths("tasks: {}")),
            ("open braces", paths("/tasks/{id: {}")),
            ("empty braces", paths("/tasks/{}: {}")),
            (
                "two paths that differ only in names",
                paths("/tasks/{id}: {}\n/tasks/{task_id}: {}"),
            ),
            ("a name twice in a path", paths("/tasks/{id}/{id}: {}")),
            (
                "a path parameter that is not described",
                paths(&format!("/tasks/{{id}}:\n  get:\n    {ok}")),
            ),
            (
                "a path parameter that is not in the path",
                paths(&format!(
                    "/tasks:\n  parameters: [{{ name: a, in: path, required: true, schema: {{}} }}]\n  get:\n    parameters: [{{ name: b, in: path, required: true, schema: {{}} }}]\n    {ok}"
                )),
            ),
            (
                "path parameters that are not required",
                paths(&format!(
                    "/tasks/{{a}}/{{b}}:\n  get:\n    parameters:\n    - {{ name: a, in: path, schema: {{}} }}\n    - {{ name: b, in: path, required: false, schema: {{}} }}\n    {ok}"
                )),
            ),
            (
                "a parameter twice",
                operation(
                    "parameters:\n- { name: a, in: query, schema: {} }\n- { name: a, in: header, schema: {} }\n- { name: a, in: query, schema: {} }",
                ),
            ),
            ("an unknown place", parameter("name: a\nin: body\nschema: {}")),
            ("a misspelt place", parameter("name: a\nin: qeury\nschema: {}")),
            (
                "a style of another place",
                parameter("name: a\nin: query\nstyle: matrix\nschema: {}"),
            ),
            (
                "an unknown style",
                parameter("name: a\nin: query\nstyle: csv\nschema: {}"),
            ),
            ("no schema", parameter("name: a\nin: query")),
            (
                "schema and content",
                parameter("name: a\nin: query\nschema: {}\ncontent: { a/b: {} }"),
            ),
            (
                "two media types",
                parameter("name: a\nin: query\ncontent: { a/b: {}, a/c: {} }"),
            ),
            (
                "allowReserved in a header",
                parameter("name: a\nin: header\nallowReserved: true\nschema: {}"),
            ),
            (
                "a reserved header",
                parameter("name: Authorization\nin: header\nschema: {}"),
            ),
            (
                "status codes",
                paths(
                    "/tasks:\n  get:\n    responses:\n      200: { description: a }\n      99: { description: a }\n      600: { description: a }\n      4xx: { description: a }\n      success: { description: a }",
                ),
            ),
            ("a link without an operation", components("links:\n  Next: {}")),
            (
                "a link with two operations",
                components("links:\n  Next: { operationId: a, operationRef: b }"),
            ),
            (
                "security schemes",
                format!(
                    "{HEAD}paths: {{}}\nsecurity: [{{ baerer: [] }}, {{ other: [] }}]\ncomponents:\n  securitySchemes:\n    bearer: {{ type: http }}\n    key: {{ type: apiKey }}\n    oauth: {{ type: oauth2 }}\n    open: {{ type: openIdConnect }}\n    basic: {{ type: basic }}\n    flow: {{ type: oauth2, flows: {{ implicit: {{}} }} }}\n"
                ),
            ),
        ],
    );
}

#[test]
fn schemas() {
    assert_report(
        "schemas",
        "api.yaml",
        &[
            ("malformed names", components("schemas:\n  \"Ta sk\": {}\n  \"\": {}")),
            (
                "a required property that is misspelt",
                schema("type: object\nrequired: [idd, other, id, id]\nproperties: { id: {} }"),
            ),
            (
                "a property of another part, twice",
                schema(
                    "allOf:\n- type: object\n  properties: { id: {} }\n- type: object\n  required: [id, id]\n  properties: { a: {} }",
                ),
            ),
            ("an empty enum", schema("type: string\nenum: []")),
            ("an enum value twice", schema("type: string\nenum: [a, b, a]")),
            (
                "enum values of other types",
                schema("type: string\nenum: [a, 1, true, null, [b]]"),
            ),
            ("an enum of integers", schema("type: integer\nenum: [1, 1.5, a]")),
            (
                "bounds that exclude all",
                schema("type: integer\nminimum: 10\nmaximum: 1"),
            ),
            (
                "lengths that exclude all",
                schema("type: string\nminLength: 10\nmaxLength: 1"),
            ),
            ("a default of another type", schema("type: integer\ndefault: \"1\"")),
            (
                "a default that is not listed",
                schema("type: string\nenum: [a, b]\ndefault: c"),
            ),
            ("a default of null", schema("type: string\ndefault: null")),
        ],
    );
}

#[test]
fn findings_are_shown_in_the_order_of_the_text() {
    assert_report(
        "findings_are_shown_in_the_order_of_the_text",
        "api.yaml",
        &[(
            "many",
            "openapi: 3.0.3\npaths:\n  tasks: {}\n  /tasks:\n    get:\n      operationId: 1\n      responses: {}\n\
             info: { title: Tasks }\ncomponents:\n  schemas:\n    A: { $ref: \"#/components/schemas/B\" }\n    C: { type: strin, minimum: \"1\" }\n",
        )],
    );
}
