//! Cases: code for the tests of a client, so that the tests contain no copy of the document. It names every type,
//! and sends a request for each argument of every operation, with values from the document.

use indexmap::IndexMap;

use super::context::{Context, name_of};
use super::docs::CRATE;
use super::example::{self, Argument};
use super::operation;
use crate::model::{Bound, Bounds, Literal, Model};

/// The code of the cases. `header` is its first line.
pub(crate) fn text(header: &str, operations: &[operation::Parts], context: Context) -> String {
    let model = context.model;
    let schemas: String = types(model)
        .map(|name| {
            let at = model.places.get(name).map(String::as_str).unwrap_or_default();
            format!("        ({at:?}, generator.subschema_for::<{CRATE}::{name}>()),\n")
        })
        .collect();
    let nullable: String = model
        .structs
        .values()
        .flat_map(|item| item.fields.values())
        .filter(|field| field.required && field.nullable || field.write_only)
        .map(|field| format!("        {:?},\n", field.at))
        .collect();
    let mut sent = String::new();
    let mut exceeding = String::new();
    for operation in operations {
        sent.push_str(&requests(operation, context));
        exceeding.push_str(&out_of_bounds(operation, context));
    }
    let deprecated = match model.has_deprecated() {
        true => "#![allow(deprecated)]\n",
        false => "",
    };
    let text = format!(
        "{header}
//!
//! What the tests of the client need from the document: every type, and a request for each argument of every
//! operation.

#![allow(unused, reason = \"not every document uses all of it\")]
{deprecated}
use {CRATE}::{{Client, Error}};

/// Every type: its place in the document, and the JSON Schema that is derived from it.
pub fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {{
    vec![
{schemas}    ]
}}

/// The places of properties that are an `Option` though the document may require them: those that may be null, and
/// those that are only sent.
pub fn nullable() -> Vec<&'static str> {{
    vec![
{nullable}    ]
}}

/// Sends each operation with its required arguments only, with each optional argument, and with all of them.
/// `see` receives the operation, the argument, and the result of the request.
pub async fn send(client: &Client, mut see: impl FnMut(&str, &str, Result<(), Error>)) -> Result<(), Error> {{
{sent}    Ok(())
}}

/// Does the same with each number that is just outside its bounds.
pub async fn exceed(client: &Client, mut see: impl FnMut(&str, &str, Result<(), Error>)) -> Result<(), Error> {{
{exceeding}    Ok(())
}}
"
    );
    text.replace(CRATE, context.crate_name)
}

/// The types that have a JSON Schema, in the order of the generated code.
fn types(model: &Model) -> impl Iterator<Item = &String> {
    let enums = model.enums.keys().chain(model.unions.keys());
    model.structs.keys().chain(enums)
}

/// The arguments of a request.
#[derive(Clone, Default)]
struct Arguments<'a> {
    /// By the names of their setters.
    by_setter: IndexMap<&'a str, Argument>,
}

impl<'a> Arguments<'a> {
    /// The required arguments of an operation. `None` if the document has no value for one of them.
    fn required(operation: &'a operation::Parts) -> Option<Self> {
        let required = operation.setters().iter().filter(|setter| setter.required);
        let arguments = required.map(|setter| Some((setter.name.as_str(), setter.example.clone()?)));
        Some(Self {
            by_setter: arguments.collect::<Option<_>>()?,
        })
    }

    fn with(&self, setter: &'a str, argument: Argument) -> Self {
        let mut more = self.clone();
        more.by_setter.insert(setter, argument);
        more
    }

    /// Code that sends the request and passes the result to `see`.
    fn sent(&self, operation: &str, argument: &str) -> String {
        let before: String = self
            .by_setter
            .values()
            .map(|argument| argument.before.as_str())
            .collect();
        let calls = self.by_setter.iter();
        let calls = calls.map(|(setter, argument)| format!(".{setter}({})", argument.expression));
        let calls: Vec<String> = calls.chain([".send().await".to_owned()]).collect();
        let sent = example::statement(&format!("let sent = client.{operation}()"), &calls);
        // The cases upload bytes, because a file would have to exist.
        let sent = sent
            .replace(example::BODY, &format!("{CRATE}::body::Body::from(\"content\")"))
            .replace(
                example::FILE,
                &format!("{CRATE}::body::File::bytes(\"file\", \"content\")"),
            );
        let code = format!("{before}{sent}\nsee({operation:?}, {argument:?}, sent.map(drop));");
        code.lines().map(|line| format!("    {line}\n")).collect()
    }
}

/// A request for each argument of one operation.
fn requests(operation: &operation::Parts, context: Context) -> String {
    let name = operation.name();
    let Some(required) = Arguments::required(operation) else {
        return format!("    // The document has no value for an argument that `{name}` needs.\n");
    };
    let mut text = required.sent(name, "");
    if let Some(body) = operation.body_setter()
        && let Some(argument) = Argument::whole(context, &body.ty)
    {
        text.push_str(&required.with(&body.name, argument).sent(name, "whole body"));
    }
    let mut all = required.clone();
    let optional = operation.setters().iter().filter(|setter| !setter.required);
    let given: Vec<_> = optional
        .filter_map(|setter| Some((setter.name.as_str(), setter.example.as_ref()?)))
        .collect();
    for (setter, argument) in &given {
        text.push_str(&required.with(setter, (*argument).clone()).sent(name, setter));
        all = all.with(setter, (*argument).clone());
    }
    if given.len() > 1 {
        text.push_str(&all.sent(name, "all"));
    }
    text
}

/// A request for each number of one operation that is just outside its bounds.
fn out_of_bounds(operation: &operation::Parts, context: Context) -> String {
    let Some(required) = Arguments::required(operation) else {
        return String::new();
    };
    let mut text = String::new();
    for (setter, bounds) in operation.bounded() {
        let is_fraction = name_of(&context.resolved(&setter.ty)).is_some_and(|name| name == "f64");
        for number in beyond(bounds) {
            let expression = match is_fraction {
                true => format!("{:?}", number as f64),
                false => format!("{number}_i64"),
            };
            let arguments = required.with(&setter.name, Argument::plain(expression));
            text.push_str(&arguments.sent(operation.name(), &format!("{} {number}", setter.name)));
        }
    }
    text
}

/// The whole numbers next to the bounds, outside of them.
fn beyond(bounds: &Bounds) -> Vec<i64> {
    let next = |bound: Option<Bound>, step: i64| {
        let Bound { value, exclusive } = bound?;
        let value = match value {
            Literal::Integer(value) => value,
            Literal::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => value as i64,
            Literal::Float(_) => return None,
        };
        value.checked_add(if exclusive { 0 } else { step })
    };
    let both = [next(bounds.minimum, -1), next(bounds.maximum, 1)];
    both.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use ittybit_spec::Document;

    const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: 1.0.0 }
servers: [{ url: https://api.example.com }]
paths:
  /pets:
    post:
      operationId: make_pet
      parameters: [{ name: dry, in: query, schema: { type: boolean } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
      responses: { '204': { description: Made. } }
  /pets/{number}:
    get:
      operationId: get_pet
      parameters:
        - { name: number, in: path, required: true, schema: { type: integer, minimum: 1, maximum: 9, exclusiveMaximum: true } }
        - { name: size, in: query, schema: { type: number, minimum: 0 } }
      responses: { '204': { description: There. } }
  /pets/{name}/picture:
    put:
      operationId: put_picture
      parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { image/png: { schema: { type: string, format: binary } } } }
      responses: { '204': { description: Put. } }
  /codes/{code}:
    get:
      operationId: get_code
      parameters: [{ name: code, in: path, required: true, schema: { type: string, pattern: '^[ä-ü]{3}$' } }]
      responses: { '204': { description: There. } }
components:
  schemas:
    Pet:
      type: object
      required: [name, owner]
      properties:
        name: { type: string, example: Rex }
        age: { type: integer }
        owner: { $ref: '#/components/schemas/Owner' }
    Owner: { type: string, nullable: true }
";

    #[test]
    fn each_argument_of_every_operation_has_a_request() {
        let document = Document::parse("pets.yaml", PETS).unwrap();
        let cases = crate::cases(&document, "this", "pets").unwrap();
        // Without line breaks, so that broken statements are found.
        let cases: Vec<&str> = cases.lines().map(str::trim).collect();
        let cases = cases.concat();
        for part in [
            "(\"/components/schemas/Pet\", generator.subschema_for::<pets::Pet>()),",
            "vec![\"/components/schemas/Pet/properties/owner\",]",
            ".name(\"Rex\").build()?;let sent = client.make_pet().body(body).send().await;see(\"make_pet\", \"\", ",
            ".name(\"Rex\").age(1).owner(\"text\").build()?;let sent = client.make_pet().body(body).send().await;see(\"make_pet\", \"whole body\", ",
            "client.make_pet().body(body).dry(true).send().await;see(\"make_pet\", \"dry\", ",
            "client.get_pet().number(1).size(0.0).send().await;see(\"get_pet\", \"size\", ",
            // Bytes, because a file would have to exist.
            ".body(pets::body::Body::from(\"content\"))",
            "client.get_pet().number(0_i64).send().await;see(\"get_pet\", \"number 0\", ",
            "client.get_pet().number(9_i64).send().await;see(\"get_pet\", \"number 9\", ",
            "client.get_pet().number(1).size(-1.0).send().await;see(\"get_pet\", \"size -1\", ",
            "// The document has no value for an argument that `get_code` needs.",
        ] {
            assert!(cases.contains(part), "no {part} in\n{cases}");
        }
    }
}
