//! Schemas and documents, lowered to the form of OpenAPI 3.0. To add a case, add it to its table, and
//! accept the snapshot after a review.

use std::fmt::Write;

use ittybit_spec::{Document, Lowered};

fn lowered(text: &str) -> Lowered {
    let document = Document::parse("api.yaml", text).expect("a document");
    let lowered = document.lowered().unwrap_or_else(|errors| panic!("{errors}"));
    lowered.openapi().unwrap_or_else(|errors| panic!("{errors}"));
    lowered
}

/// Lowers each schema, and compares the result and the findings with the snapshot.
fn assert_schemas(snapshot: &str, version: &str, cases: &[&str]) {
    let mut report = String::new();
    for case in cases {
        let text = format!(
            "openapi: {version}\ninfo: {{ title: a, version: b }}\npaths: {{}}\n\
             components: {{ schemas: {{ A: {case}, B: {{ type: string }}, C: {{ type: integer }} }} }}\n"
        );
        let Lowered { document, findings } = lowered(&text);
        let schema = document.get("/components/schemas/A").expect("the schema").to_json();
        writeln!(report, "{case}\n  → {schema}").expect("writing to a string");
        for finding in &findings {
            let code = finding.code_name().expect("a code");
            writeln!(report, "  {}[{code}]: {}", finding.severity(), finding.message()).expect("writing to a string");
        }
        report.push('\n');
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(snapshot, report);
    });
}

#[test]
fn schemas_of_3_1() {
    assert_schemas(
        "schemas_of_3_1",
        "3.1.0",
        &[
            "{ type: [string, 'null'], maxLength: 3 }",
            "{ type: [string] }",
            "{ type: [integer, number] }",
            "{ type: [string, integer, 'null'], description: An id., minimum: 1, pattern: a, enum: [a, 1, null] }",
            "{ type: [string, array] }",
            "{ type: [string, number, integer, boolean, array, object, 'null'] }",
            "{ type: 'null' }",
            "{ type: [string, integer], oneOf: [{ maxLength: 3 }] }",
            "{ const: cat }",
            "{ const: 1 }",
            "{ const: null }",
            "{ type: string, const: cat, enum: [cat, dog] }",
            "{ enum: [a, null] }",
            "{ type: string, examples: [a, b] }",
            "{ type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10 }",
            "{ type: integer, exclusiveMinimum: 0, minimum: 1 }",
            "{ type: integer, exclusiveMinimum: 1, minimum: 1 }",
            "{ $ref: '#/components/schemas/B' }",
            "{ $ref: '#/components/schemas/B', description: Mine., maxLength: 3 }",
            "{ $ref: '#/components/schemas/B', description: Mine. }",
            "{ oneOf: [{ $ref: '#/components/schemas/B' }, { type: 'null' }], description: Mine. }",
            "{ oneOf: [{ type: string, maxLength: 3 }, { type: 'null' }] }",
            "{ anyOf: [{ type: string }, { type: integer }, { const: null }] }",
            "{ type: string, contentEncoding: base64 }",
            "{ type: string, contentMediaType: image/png }",
            "{ contentMediaType: application/octet-stream }",
            "{ type: string, contentMediaType: application/json, contentSchema: { type: object } }",
            "{ type: object, properties: { a: true, b: false }, additionalProperties: false }",
            "{ type: array }",
            "{ type: array, items: false }",
            "{ type: array, prefixItems: [{ type: string }, { type: integer }], items: false }",
            "{ type: array, prefixItems: [{ type: string }, { type: integer }], items: { type: boolean } }",
            "{ type: array, prefixItems: [{ type: string }] }",
            "{ type: object, patternProperties: { '.*': { type: string } } }",
            "{ type: object, patternProperties: { '^a': { type: string } }, additionalProperties: false }",
            "{ type: object, patternProperties: { '^a': { type: string } } }",
            "{ type: object, unevaluatedProperties: false }",
            "{ allOf: [{ $ref: '#/components/schemas/B' }], unevaluatedProperties: { type: string } }",
            "{ type: object, if: { required: [a] }, then: { required: [b] }, else: { required: [c] } }",
            "{ type: object, dependentRequired: { a: [b] }, dependentSchemas: { a: {} }, propertyNames: { maxLength: 3 } }",
            "{ type: array, contains: { type: string }, minContains: 1, maxContains: 2, unevaluatedItems: false }",
            "{ $id: a, $schema: b, $comment: c, $anchor: d, type: string }",
            "{ $defs: { D: { type: string } }, properties: { d: { $ref: '#/components/schemas/A/$defs/D' } } }",
            "{ $dynamicRef: '#node' }",
            "{ type: string, nullable: true }",
        ],
    );
}

#[test]
fn schemas_of_3_0() {
    assert_schemas(
        "schemas_of_3_0",
        "3.0.3",
        &[
            "{ type: string, nullable: true, x-a: { $ref: nowhere } }",
            "{ type: [string, 'null'] }",
            "{ type: file }",
            "{ type: String }",
            "{ type: money, maxLength: 3 }",
            "{ type: integer, exclusiveMinimum: 5 }",
            "{ type: object, properties: { a: true, b: string, c: null, d: [] } }",
            "{ type: object, properties: [] }",
            "{ type: object, required: true, properties: {} }",
            "{ type: object, required: a, properties: { a: {} } }",
            "{ type: array }",
            "{ type: array, items: [{ type: string }] }",
            "{ type: string, enum: [1, true, a, a, null] }",
            "{ type: integer, enum: ['1', '2'] }",
            "{ type: integer, enum: [on, off] }",
            "{ type: string, enum: a }",
            "{ type: string, default: 5 }",
            "{ type: boolean, default: 'false' }",
            "{ type: integer, default: none }",
            "{ type: string, enum: [a], default: b }",
            "{ type: string, minLength: '3', maxLength: 5.0 }",
            "{ type: string, minLength: 5, maxLength: 3 }",
            "{ title: 5, description: true, deprecated: 'yes', example: 2020-01-01 }",
            "{ $ref: '#/components/schemas/Nowhere' }",
            "{ $ref: '#/components/schemas/A' }",
            "{ $ref: '#/info' }",
            "{ $ref: '#/components/responses/B' }",
            "{ properties: { a: { $ref: '#/components/schemas/A/properties/b' }, b: { type: object } } }",
            "{ oneOf: [{ $ref: '#/components/schemas/B' }], discriminator: kind }",
            "{ oneOf: [{ $ref: '#/components/schemas/B' }], discriminator: { propertyName: kind, mapping: { b: '#/components/schemas/B', n: '#/components/schemas/N' } } }",
            "{ maximum: .inf, multipleOf: !odd 3 }",
            "{ <<: { type: string, maxLength: 3 }, maxLength: 5 }",
            "{ const: a, examples: [a] }",
        ],
    );
}

#[test]
fn documents() {
    let cases = [
        (
            "numbers, dates and nulls",
            "openapi: 3.0\ninfo: { title: 1, version: 2020-01-01, contact: null }\nservers: { url: 'https://a.example' }\n\
             tags: ~\npaths:\n  tasks:\n    get:\n      tags: a\n      responses:\n        200: ~\n        4xx: { description: Wrong. }\n",
        ),
        (
            "parameters of OpenAPI 2, and none",
            "openapi: 3.0.3\ninfo: { title: a, version: b }\npaths:\n  /a/{id}/{id}/{name}:\n    parameters:\n    - { name: id, in: Path, type: string, format: file }\n\
             \x20   - { name: other, in: path, schema: {} }\n    get: { operationId: a }\n    put: { operationId: a, parameters: [{ name: q, in: query }, { name: q, in: query, schema: {} }] }\n",
        ),
        (
            "references outside of components",
            "openapi: 3.0.3\ninfo: { title: a, version: b }\npaths:\n  /a:\n    get:\n      responses:\n        '200': { description: Done., content: { application/json: { schema: { type: object } } } }\n\
             \x20 /b:\n    get:\n      responses:\n        '200': { $ref: '#/paths/~1a/get/responses/200' }\n        '201': { description: Done., content: { application/json: { schema: { $ref: '#/paths/~1a/get/responses/200/content/application~1json/schema' } } } }\n\
             \x20 /c: { $ref: '#/paths/~1b', description: As b. }\n",
        ),
        (
            "3.1",
            "openapi: 3.1.0\ninfo: { title: a, summary: s, version: b, license: { name: MIT, identifier: MIT } }\njsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base\n\
             webhooks: { done: { post: { requestBody: { content: {} } } } }\npaths: { /a: { $ref: '#/components/pathItems/A' } }\n\
             components:\n  pathItems: { A: { get: { parameters: [{ $ref: '#/components/parameters/P', description: Mine. }] } } }\n  parameters: { P: { name: p, in: query, schema: { type: [string, 'null'] } } }\n\
             \x20 securitySchemes: { tls: { type: mutualTLS } }\nsecurity: [{ tls: [] }]\n",
        ),
        (
            "callbacks",
            "openapi: 3.0.3\ninfo: { title: a, version: b }\npaths:\n  /a:\n    post:\n      responses: { '200': { description: Done. } }\n      callbacks: { done: { $ref: '#/components/callbacks/Done' }, own: { x-a: b, '{$url}': { post: { responses: { '200': { description: Done. } } } } } }\n\
             components: { callbacks: { Done: { '{$url}': { get: { responses: { '200': { description: Done. } } } } } } }\n",
        ),
    ];
    let mut report = String::new();
    for (case, text) in cases {
        let Lowered { document, findings } = lowered(text);
        let json = serde_json::to_string_pretty(&document.root().to_json()).expect("JSON");
        writeln!(report, "━━ {case}\n\n{json}\n\n{findings}\n").expect("writing to a string");
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("documents", report);
    });
}

/// A finding about a lowered value is shown at the original.
#[test]
fn positions_are_kept() {
    let text = "openapi: 3.1.0\ninfo: { title: a, version: b }\ncomponents:\n  schemas:\n    A:\n      properties:\n        b:\n          type: [string, integer]\n";
    let Lowered { document, .. } = lowered(text);
    let finding = document.error("/components/schemas/A/properties/b/anyOf/1/type", "here");
    assert_eq!(
        finding.position().map(|place| (place.line, place.column)),
        Some((8, 17))
    );
}

/// Path items are copied to the place of a reference. The copies are limited, also where path items refer to
/// each other.
#[test]
fn copies_of_path_items_are_limited() {
    let cycle = "openapi: 3.1.0\ninfo: { title: a, version: b }\npaths:\n  /a:\n    get: { callbacks: { c: { '{$url}': { $ref: '#/paths/~1a' } } } }\n  /b: { $ref: '#/paths/~1b' }\n";
    let Lowered { document, .. } = lowered(cycle);
    assert!(document.get("/paths/~1a/get").is_some());
    let mut text = format!(
        "openapi: 3.1.0\ninfo: {{ title: a, version: b }}\ncomponents: {{ pathItems: {{ A: {{ description: {} }} }} }}\npaths:\n",
        "a".repeat(100_000)
    );
    for index in 0..1_000 {
        writeln!(text, "  /a{index}: {{ $ref: '#/components/pathItems/A' }}").expect("writing to a string");
    }
    let document = Document::parse("api.yaml", text).expect("a document");
    let errors = document.lowered().expect_err("it is too large");
    assert!(
        errors
            .iter()
            .any(|error| error.code_name() == Some("document-too-large")),
        "{errors}"
    );
}
