//! The diagnostics: errors for what cannot be sent or read correctly, and notes for what is not used or has more than
//! one form. The snapshots show them as a person reads them.

mod support;

use support::{generate, whole};

const OPERATION: &str = "paths:\n  /pets/{id}:\n    get:\n      operationId: get_pet\n      parameters:\n        - { name: id, in: path, required: true, schema: { type: string } }\n";
const FINE: &str = "      responses: { \"204\": { description: Fine. } }\n";

/// A list operation, without its `x-cursor-pagination`.
const LIST: &str = r##"components:
  schemas:
    Pet: { type: object, properties: { id: { type: string }, tags: { type: array, items: { type: string } } } }
paths:
  /pets:
    get:
      operationId: list_pets
      parameters: [{ name: after, in: query, schema: { type: string } }]
      responses:
        "200":
          description: Pets.
          headers: { More: { schema: { type: boolean } } }
          content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Pet" } } } }
"##;

fn show(text: &str) -> String {
    match generate("api.yaml", &whole(text)) {
        Err(findings) => format!("refused\n\n{findings}"),
        Ok(client) => format!("generated\n\n{}", client.notes),
    }
}

fn operation(rest: &str) -> String {
    show(&format!("{OPERATION}{rest}"))
}

fn parameter(parameter: &str) -> String {
    operation(&format!("        - {parameter}\n{FINE}"))
}

fn schema(schema: &str) -> String {
    show(&format!("components:\n  schemas:\n{schema}"))
}

fn pages(extension: &str) -> String {
    show(&format!("{LIST}      x-cursor-pagination: {extension}\n"))
}

/// One snapshot for several documents, each with a title.
macro_rules! findings {
    ($($what:literal => $rendered:expr,)+) => {{
        let shown = [$(format!("## {}\n\n{}", $what, $rendered)),+];
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown.join("\n\n")); });
    }};
}

#[test]
fn servers_and_security() {
    findings! {
        "no server" => show("openapi: 3.0.3\ninfo: { title: A, version: 1.0.0 }\n"),
        "a relative server" => show("openapi: 3.0.3\ninfo: { title: A, version: 1.0.0 }\nservers: [{ url: /v1 }]\n"),
        "an unknown variable" =>
            show("openapi: 3.0.3\ninfo: { title: A, version: 1.0.0 }\nservers: [{ url: \"https://{host}/v1\" }]\n"),
        "a scheme whose name is no word" =>
            show("components:\n  securitySchemes: { \"a`\\n```\": { type: http, scheme: bearer }, \"a b\": { type: http, scheme: bearer } }\n"),
    }
}

#[test]
fn operations() {
    findings! {
        "methods of the client" => show("paths:\n  /a:\n    get:\n      operationId: baseUrl\n      responses: { \"204\": { description: Fine. } }\n"),
        "names of the client" => show("paths:\n  /a:\n    get:\n      operationId: pages\n      responses: { \"204\": { description: Fine. } }\n"),
        "a name that Rust uses" => show("paths:\n  /a:\n    get: { operationId: try_into, responses: { \"204\": { description: Fine. } } }\n"),
        "two of the same name" => show("paths:\n  /a:\n    get: { operationId: listAll, responses: { \"204\": { description: Fine. } } }\n    put: { operationId: list_all, responses: { \"204\": { description: Fine. } } }\n"),
        "a generated name that is taken" => show("paths:\n  /a:\n    get: { responses: { \"204\": { description: Fine. } } }\n    put: { operationId: get_a, responses: { \"204\": { description: Fine. } } }\n"),
        "the builder of a schema" => show("paths:\n  /a:\n    get: { operationId: pet_builder, responses: { \"204\": { description: Fine. } } }\ncomponents:\n  schemas:\n    Pet: { type: object, properties: { id: { type: string } } }\n"),
        "a query in the path" => show("paths:\n  /a?b=c:\n    get: { operationId: get_a, responses: { \"204\": { description: Fine. } } }\n"),
        "a path that has an error only with its slash" => show("paths:\n  \"{}\": {}\n"),
        "a path by reference" => show("paths:\n  /a: { $ref: \"#/paths/~1b\" }\n"),
    }
}

#[test]
fn parameters() {
    findings! {
        "a cookie" => parameter("{ name: session, in: cookie, schema: { type: string } }"),
        "a style of the query" => parameter("{ name: a, in: query, style: deepObject, schema: { type: string } }"),
        "a style of the path" => show("paths:\n  /a/{b}:\n    get:\n      operationId: get_a\n      parameters: [{ name: b, in: path, required: true, style: matrix, schema: { type: string } }]\n      responses: { \"204\": { description: Fine. } }\n"),
        "a list with commas" => parameter("{ name: a, in: query, explode: false, schema: { type: array, items: { type: string } } }"),
        "a list in a header" => parameter("{ name: A, in: header, schema: { type: array, items: { type: string } } }"),
        "an object" => parameter("{ name: a, in: query, schema: { type: object, properties: { b: { type: string } } } }"),
        "any value" => parameter("{ name: a, in: query, schema: {} }"),
        "a list of lists" => parameter("{ name: a, in: query, schema: { type: array, items: { type: array, items: { type: string } } } }"),
        "a list of itself" => show("components:\n  schemas:\n    List: { type: array, items: { $ref: \"#/components/schemas/List\" } }\npaths:\n  /a:\n    get:\n      operationId: get_a\n      parameters: [{ name: a, in: query, schema: { $ref: \"#/components/schemas/List\" } }]\n      responses: { \"204\": { description: Fine. } }\n"),
        "content" => parameter("{ name: a, in: query, content: { application/json: { schema: { type: string } } } }"),
        "two of the same name" => parameter("{ name: a-b, in: query, schema: { type: string } }\n        - { name: a_b, in: query, schema: { type: string } }"),
        "a name that is not a valid header" => parameter("{ name: a b, in: header, schema: { type: string } }"),
        "a pattern with a look-ahead" => parameter("{ name: a, in: query, schema: { type: string, pattern: \"^(?!x)\" } }"),
        "a pattern with a back-reference" => parameter(r"{ name: a, in: query, schema: { type: string, pattern: '(?<b>c)\k<b>' } }"),
        "an invalid pattern" => parameter("{ name: a, in: query, schema: { type: string, pattern: \"(\" } }"),
        "a bound that no number of the format satisfies" => parameter("{ name: a, in: query, schema: { type: integer, format: uint8, minimum: 256 } }"),
        "a multiple of zero" => parameter("{ name: a, in: query, schema: { type: number, multipleOf: 0 } }"),
        "a negative multiple" => parameter("{ name: a, in: query, schema: { type: integer, multipleOf: -2 } }"),
    }
}

#[test]
fn bodies_and_responses() {
    findings! {
        "a request that is not JSON" => operation(&format!("      requestBody: {{ content: {{ multipart/form-data: {{ schema: {{ type: object }} }} }} }}\n{FINE}")),
        "a request without a schema" => operation(&format!("      requestBody: {{ content: {{ application/json: {{}} }} }}\n{FINE}")),
        "a response that is not JSON" => operation("      responses: { \"200\": { description: Fine., content: { text/csv: {}, text/plain: {} } } }\n"),
        "no success" => operation("      responses: { \"404\": { description: Not there. } }\n"),
        "two successes" => operation("      responses:\n        \"200\": { description: Here., content: { application/json: { schema: { type: string } } } }\n        \"202\": { description: Later. }\n"),
        "a second success that is not JSON" => operation("      responses:\n        \"200\": { description: Here., content: { application/json: { schema: { type: string } } } }\n        \"201\": { description: New., content: { text/csv: { schema: { type: string } } } }\n"),
        "a status code that is not a success" => operation("      responses: { \"302\": { description: Elsewhere. } }\n"),
    }
}

#[test]
fn schemas() {
    findings! {
        "a name that Rust uses" => schema("    option: { type: string }\n    Self: { type: string }\n"),
        "a name of the client" => schema("    Page: { type: object }\n"),
        "two of the same name" => schema("    pet_tag: { type: string }\n    PetTag: { type: string }\n"),
        "an inline schema whose name is taken" => schema("    Pet: { type: object, properties: { tag: { type: string, enum: [a] } } }\n    PetTag: { type: string }\n"),
        "an inline schema with a name of the client" => schema("    Retry: { type: object, properties: { policy: { type: object, properties: { a: { type: string } } } } }\n"),
        "the name of the type for times" => schema("    Timestamp: { type: string, format: date-time }\n"),
        "two fields of the same name" => schema("    Pet: { type: object, properties: { petName: { type: string }, pet_name: { type: string } } }\n"),
        "two variants of the same name, one with a line break" => schema("    Tag: { type: string, enum: [a, \"A\\n\"] }\n"),
        "two variants of the same name" => schema("    Tag: { type: string, enum: [cat, Cat] }\n"),
        "oneOf" => schema("    Pet: { oneOf: [{ type: string }, { type: integer }] }\n"),
        "anyOf" => schema("    Pet: { type: object, properties: { tag: { anyOf: [{ type: string }, { type: integer }] } } }\n"),
        "not" => schema("    Pet: { not: { type: string } }\n"),
        "an allOf with a string" => schema("    Pet: { allOf: [{ type: object, properties: { a: { type: string } } }, { type: string }] }\n"),
        "allOfs with a string by reference" => schema("    Name: { type: string }\n    Pet: { type: object, properties: { a: { allOf: [{ $ref: \"#/components/schemas/Name\" }, { maxLength: 3 }] }, b: { allOf: [{ $ref: \"#/components/schemas/Name\" }, { minLength: 3 }] } } }\n"),
        "an allOf with different additionalProperties" => schema("    Pet: { allOf: [{ type: object, additionalProperties: { type: string } }, { type: object, additionalProperties: { type: integer } }] }\n"),
        "an allOf with different properties of the same name" => schema("    Pet: { allOf: [{ type: object, properties: { a: { type: string } } }, { type: object, properties: { a: { type: integer } } }] }\n"),
        "a list of itself" => schema("    Pet: { type: array, items: { $ref: \"#/components/schemas/Pet\" } }\n"),
        "a map that contains itself through a list" => schema("    A: { type: object, additionalProperties: { $ref: \"#/components/schemas/B\" } }\n    B: { type: array, items: { $ref: \"#/components/schemas/A\" } }\n"),
        "a map that contains itself through an allOf" => schema("    A: { type: object, additionalProperties: { allOf: [{ type: object }, { $ref: \"#/components/schemas/A\" }] } }\n"),
        "descriptions of unknown values" => schema("    Tag: { type: string, enum: [cat, dog], x-enum-descriptions: { cat: 3, cow: Moo } }\n"),
        "descriptions as a list" => schema("    Tag: { type: string, enum: [cat, dog], x-enum-descriptions: [Meow, 3] }\n"),
        "descriptions as text" => schema("    Tag: { type: string, enum: [cat], x-enum-descriptions: Meow }\n"),
    }
}

#[test]
fn pagination() {
    findings! {
        "no object" => pages("after"),
        "nothing" => pages("{}"),
        "unknown names" => pages("{ forward: next, backward: prev, cursor: name, has-more: Has-More, limit: limit, applied-limit: Limit }"),
        "an unknown key" => pages("{ forward: after, cursor: id, has_more: More }"),
        "a key without a name" => pages("{ forward: after, cursor: [id] }"),
        "a cursor that is not a single value" => pages("{ forward: after, cursor: tags }"),
        "no list" => operation("        - { name: after, in: query, schema: { type: string } }\n      x-cursor-pagination: { forward: after, cursor: id }\n      responses: { \"200\": { description: One., content: { application/json: { schema: { type: object } } } } }\n"),
        "a list of lists" => show(&LIST.replace("items: { $ref: \"#/components/schemas/Pet\" }", "items: { type: array, items: { $ref: \"#/components/schemas/Pet\" } }").replace("      responses:", "      x-cursor-pagination: { forward: after, cursor: id }\n      responses:")),
    }
}

#[test]
fn lifecycles_and_aliases() {
    let state = |extension: &str| {
        schema(&format!(
            "    State: {{ type: string, enum: [new, done, ended], {extension} }}\n"
        ))
    };
    findings! {
        "a lifecycle that is a list" => state("x-lifecycle: [new]"),
        "an unknown key" => state("x-lifecycle: { progress: [new], success: [done, ended], failed: [] }"),
        "a list that is a string" => state("x-lifecycle: { progress: new, success: [done, ended] }"),
        "values that are in no list" => state("x-lifecycle: { success: [done] }"),
        "a value in two lists" => state("x-lifecycle: { progress: [new, done], success: [done, ended, ended] }"),
        "unknown values" => state("x-lifecycle: { progress: [new, old, 1], success: [done, ended] }"),
        "no final value" => state("x-lifecycle: { progress: [new, done, ended] }"),
        "aliases that are a list" => state("x-enum-aliases: [ended]"),
        "aliases of unknown values" => state("x-enum-aliases: { old: done, ended: gone, new: 1 }"),
        "an alias of an alias" => state("x-enum-aliases: { ended: done, done: new }"),
        "an alias that means something else" => state("x-lifecycle: { progress: [new], success: [done], failure: [ended] }, x-enum-aliases: { ended: done }"),
    }
}

#[test]
fn filters_and_columns() {
    let list = |what: &str, with: &str| show(&LIST.replace(what, with));
    let parameter = "{ name: after, in: query,";
    findings! {
        "a filter by an unknown property" => list(parameter, "{ name: after, in: query, x-filter: name,"),
        "a filter that is not a name" => list(parameter, "{ name: after, in: query, x-filter: [id],"),
        "columns that are not a list" => list("      parameters:", "      x-columns: id\n      parameters:"),
        "unknown columns" => list("      parameters:", "      x-columns: [id, name, id.first, 3]\n      parameters:"),
    }
}

#[test]
fn documents() {
    let deep = |levels| {
        format!(
            "components:\n  schemas:\n    A: {}",
            "{ type: array, items: ".repeat(levels) + "{}" + &" }".repeat(levels) + "\n"
        )
    };
    let chain: String = (0..300)
        .map(|n| format!("    A{n}: {{ $ref: \"#/components/schemas/A{}\" }}\n", n + 1))
        .collect();
    findings! {
        "an empty file" => generate("api.yaml", "").unwrap_err(),
        "OpenAPI 2" => generate("api.yaml", "swagger: \"2.0\"\n").unwrap_err(),
        "10,000 levels" => generate("api.yaml", &deep(10_000)).unwrap_err(),
        "300 references in a row" => schema(&(chain + "    A300: { type: string }\n")),
        "errors in OpenAPI, and schemas without a Rust form" => show("\
openapi: 3.0.3
info: { title: A, version: 1 }
servers: [{ url: \"https://api.example.com\" }]
paths:
  /a:
    get:
      operationId: get_a
      parameters: [{ name: session, in: cookie, schema: { type: string } }]
      responses: { \"204\": { description: Fine. } }
    put:
      operationId: get_a
      responses: { \"204\": { description: Fine. } }
  /b:
    get: { operationId: get_b, responses: { \"200\": { $ref: \"#/components/responses/Pets\" } } }
components:
  securitySchemes: { bearer: { type: http, scheme: bearer, bearerFormat: 3 }, basic: { type: http, scheme: basic } }
  responses:
    Pets: { description: Pets., content: { application/json: { schema: { $ref: \"#/components/schemas/Pet\" } } } }
  schemas:
    Pet: { type: object, properties: { tag: { $ref: \"#/components/schemas/Nowhere\" } } }
    Page: { type: string }
"),
        "everything at once" => show("\
components:
  schemas:
    Page: { type: string }
    Tag: { type: string, enum: [cat, Cat] }
    Either: { oneOf: [{ type: string }, { type: integer }] }
paths:
  /tags:
    get:
      operationId: new
      parameters:
        - { name: session, in: cookie, schema: { type: string } }
        - { name: low, in: query, schema: { type: integer, format: int32, minimum: 3000000000 } }
      responses: { \"404\": { description: None. } }
    put:
      operationId: put_tags
      requestBody: { content: { text/plain: {} } }
      responses: { \"200\": { description: Fine., content: { text/html: {} } } }
"),
    }
}

#[test]
fn what_is_ignored_is_noted() {
    let client = generate("ignored.yaml", include_str!("ignored.yaml")).unwrap();
    insta::assert_snapshot!(client.notes);
}

#[test]
fn the_notes_on_the_project() {
    insta::assert_snapshot!(generate("openapi.yaml", &support::project()).unwrap().notes);
}

/// Findings of `ittybit_spec` that are only warnings do not prevent generation.
#[test]
fn warnings_do_not_prevent_generation() {
    for (schema, code) in [
        ("A: { $ref: \"#/components/schemas/B\" }", "reference-unresolved"),
        (
            "A: { allOf: [{ $ref: \"#/components/schemas/A\" }, { type: object }] }",
            "reference-circle",
        ),
    ] {
        let text = format!("components:\n  schemas:\n    {schema}\n");
        let client = generate("api.yaml", &whole(&text)).unwrap();
        let codes: Vec<_> = client
            .notes
            .iter()
            .filter_map(ittybit_spec::Diagnostic::code_name)
            .collect();
        assert!(codes.contains(&code), "{schema}: {codes:?}");
    }
}
