//! The objects of OpenAPI 3.0 and what may stand in them: the tables of the [specification], as
//! data.
//!
//! [specification]: https://spec.openapis.org/oas/v3.0.3

use crate::check::{Checker, Spot};
use crate::rules;

/// What a value has to be.
pub(crate) enum Shape {
    Any,
    String,
    Bool,
    Number,
    /// A whole number that is not negative.
    Count,
    /// One of a few strings.
    OneOf(&'static [&'static str]),
    List(&'static Shape),
    Map(Keys, &'static Shape),
    Object(&'static Object),
    /// The object, or `$ref` to one among the components.
    Referable(&'static Object),
    /// `additionalProperties`: a boolean or a schema.
    SchemaOrBool,
    /// The `type` of a schema.
    Type,
    /// `exclusiveMinimum` or `exclusiveMaximum`.
    Exclusive,
}

/// What the keys of a map have to be.
pub(crate) enum Keys {
    /// Anything at all.
    Names,
    /// Names of components.
    Components,
    /// URL templates, or extensions.
    Paths,
    /// Status codes, `default`, or extensions.
    Statuses,
    /// Run-time expressions.
    Expressions,
}

/// A kind of object.
pub(crate) struct Object {
    /// With its article: "a schema".
    pub(crate) name: &'static str,
    /// The member of `components` that holds such objects, if one does.
    pub(crate) component: &'static str,
    pub(crate) fields: &'static [Field],
    /// Names that are no fields here, and what to write instead.
    pub(crate) foreign: &'static [(&'static str, &'static str)],
    /// The rules that a table cannot tell.
    pub(crate) rules: for<'d> fn(&mut Checker<'d>, &Spot<'d>),
}

/// No component, no foreign names, and no rules beyond the fields.
const PLAIN: Object = Object {
    name: "",
    component: "",
    fields: &[],
    foreign: &[],
    rules: no_rules,
};

pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// What to write where a required field is missing; empty for optional fields.
    pub(crate) required: &'static str,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: "",
    }
}

const fn required(name: &'static str, shape: Shape, example: &'static str) -> Field {
    Field {
        name,
        shape,
        required: example,
    }
}

fn no_rules<'d>(_: &mut Checker<'d>, _: &Spot<'d>) {}

use Shape::{Any, Bool, Count, List, Map, Number, OneOf, Referable, String};

pub(crate) static DOCUMENT: Object = Object {
    name: "the document",
    fields: &[
        field("openapi", Any),
        required("info", Shape::Object(&INFO), "info: { title: My API, version: 1.0.0 }"),
        field("servers", List(&Shape::Object(&SERVER))),
        required("paths", Map(Keys::Paths, &Shape::Object(&PATH_ITEM)), "paths: {}"),
        field("components", Shape::Object(&COMPONENTS)),
        field("security", List(&SECURITY_REQUIREMENT)),
        field("tags", List(&Shape::Object(&TAG))),
        field("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
    foreign: &[
        (
            "webhooks",
            "`webhooks` came with OpenAPI 3.1; in 3.0 write them as `callbacks` of an operation, or remove them",
        ),
        ("jsonSchemaDialect", "it came with OpenAPI 3.1; remove it"),
        ("definitions", "that is OpenAPI 2; write `components: { schemas: … }`"),
        ("host", "that is OpenAPI 2; write `servers: [{ url: https://… }]`"),
        ("basePath", "that is OpenAPI 2; write `servers: [{ url: https://… }]`"),
    ],
    rules: rules::document,
    ..PLAIN
};

static SECURITY_REQUIREMENT: Shape = Map(Keys::Names, &List(&String));

static INFO: Object = Object {
    name: "`info`",
    fields: &[
        required("title", String, "title: My API"),
        field("description", String),
        field("termsOfService", String),
        field("contact", Shape::Object(&CONTACT)),
        field("license", Shape::Object(&LICENSE)),
        required("version", String, "version: 1.0.0"),
    ],
    foreign: &[(
        "summary",
        "it came with OpenAPI 3.1; write it as the first line of `description`",
    )],
    ..PLAIN
};

static CONTACT: Object = Object {
    name: "`contact`",
    fields: &[field("name", String), field("url", String), field("email", String)],
    ..PLAIN
};

static LICENSE: Object = Object {
    name: "`license`",
    fields: &[required("name", String, "name: MIT"), field("url", String)],
    foreign: &[("identifier", "it came with OpenAPI 3.1; write the identifier as `name`")],
    ..PLAIN
};

static SERVER: Object = Object {
    name: "a server",
    fields: &[
        required("url", String, "url: https://api.example.com"),
        field("description", String),
        field("variables", Map(Keys::Names, &Shape::Object(&SERVER_VARIABLE))),
    ],
    ..PLAIN
};

static SERVER_VARIABLE: Object = Object {
    name: "a server variable",
    fields: &[
        field("enum", List(&String)),
        required("default", String, "default: v1"),
        field("description", String),
    ],
    ..PLAIN
};

static TAG: Object = Object {
    name: "a tag",
    fields: &[
        required("name", String, "name: Tasks"),
        field("description", String),
        field("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
    ..PLAIN
};

static EXTERNAL_DOCS: Object = Object {
    name: "external documentation",
    fields: &[
        field("description", String),
        required("url", String, "url: https://docs.example.com"),
    ],
    ..PLAIN
};

static COMPONENTS: Object = Object {
    name: "`components`",
    fields: &[
        field("schemas", Map(Keys::Components, &Referable(&SCHEMA))),
        field("responses", Map(Keys::Components, &Referable(&RESPONSE))),
        field("parameters", Map(Keys::Components, &Referable(&PARAMETER))),
        field("examples", Map(Keys::Components, &Referable(&EXAMPLE))),
        field("requestBodies", Map(Keys::Components, &Referable(&REQUEST_BODY))),
        field("headers", Map(Keys::Components, &Referable(&HEADER))),
        field("securitySchemes", Map(Keys::Components, &Referable(&SECURITY_SCHEME))),
        field("links", Map(Keys::Components, &Referable(&LINK))),
        field("callbacks", Map(Keys::Components, &CALLBACK)),
    ],
    foreign: &[(
        "pathItems",
        "it came with OpenAPI 3.1; write the operations under `paths`",
    )],
    ..PLAIN
};

static CALLBACK: Shape = Map(Keys::Expressions, &Shape::Object(&PATH_ITEM));

static PATH_ITEM: Object = Object {
    name: "a path item",
    fields: &[
        field("summary", String),
        field("description", String),
        field("get", Shape::Object(&OPERATION)),
        field("put", Shape::Object(&OPERATION)),
        field("post", Shape::Object(&OPERATION)),
        field("delete", Shape::Object(&OPERATION)),
        field("options", Shape::Object(&OPERATION)),
        field("head", Shape::Object(&OPERATION)),
        field("patch", Shape::Object(&OPERATION)),
        field("trace", Shape::Object(&OPERATION)),
        field("servers", List(&Shape::Object(&SERVER))),
        field("parameters", List(&Referable(&PARAMETER))),
    ],
    rules: rules::path_item,
    ..PLAIN
};

static OPERATION: Object = Object {
    name: "an operation",
    fields: &[
        field("tags", List(&String)),
        field("summary", String),
        field("description", String),
        field("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        field("operationId", String),
        field("parameters", List(&Referable(&PARAMETER))),
        field("requestBody", Referable(&REQUEST_BODY)),
        required(
            "responses",
            Map(Keys::Statuses, &Referable(&RESPONSE)),
            "responses: { \"200\": { description: What comes back } }",
        ),
        field("callbacks", Map(Keys::Names, &CALLBACK)),
        field("deprecated", Bool),
        field("security", List(&SECURITY_REQUIREMENT)),
        field("servers", List(&Shape::Object(&SERVER))),
    ],
    foreign: &[
        (
            "consumes",
            "that is OpenAPI 2; write the media types under `requestBody: { content: … }`",
        ),
        (
            "produces",
            "that is OpenAPI 2; write the media types under `content` of the response",
        ),
        ("schemes", "that is OpenAPI 2; write `servers: [{ url: https://… }]`"),
    ],
    rules: rules::operation,
    ..PLAIN
};

const UNDER_SCHEMA: &str = "in OpenAPI 3 it stands under `schema`: `schema: { type: string, … }`";

static PARAMETER: Object = Object {
    name: "a parameter",
    component: "parameters",
    fields: &[
        required("name", String, "name: limit"),
        required("in", OneOf(&["query", "path", "header", "cookie"]), "in: query"),
        field("description", String),
        field("required", Bool),
        field("deprecated", Bool),
        field("allowEmptyValue", Bool),
        field("style", String),
        field("explode", Bool),
        field("allowReserved", Bool),
        field("schema", Referable(&SCHEMA)),
        field("example", Any),
        field("examples", Map(Keys::Names, &Referable(&EXAMPLE))),
        field("content", Map(Keys::Names, &Shape::Object(&MEDIA_TYPE))),
    ],
    foreign: &[
        ("type", UNDER_SCHEMA),
        ("format", UNDER_SCHEMA),
        ("enum", UNDER_SCHEMA),
        ("items", UNDER_SCHEMA),
        ("default", UNDER_SCHEMA),
        ("minimum", UNDER_SCHEMA),
        ("maximum", UNDER_SCHEMA),
        ("pattern", UNDER_SCHEMA),
        ("collectionFormat", "that is OpenAPI 2; write `style` and `explode`"),
    ],
    rules: rules::parameter,
};

static HEADER: Object = Object {
    name: "a header",
    component: "headers",
    fields: &[
        field("description", String),
        field("required", Bool),
        field("deprecated", Bool),
        field("allowEmptyValue", Bool),
        field("style", OneOf(&["simple"])),
        field("explode", Bool),
        field("allowReserved", Bool),
        field("schema", Referable(&SCHEMA)),
        field("example", Any),
        field("examples", Map(Keys::Names, &Referable(&EXAMPLE))),
        field("content", Map(Keys::Names, &Shape::Object(&MEDIA_TYPE))),
    ],
    foreign: &[
        ("type", UNDER_SCHEMA),
        ("format", UNDER_SCHEMA),
        ("name", "the name of a header is its key under `headers`"),
        ("in", "it is a header by standing under `headers`"),
    ],
    rules: rules::schema_or_content,
};

static REQUEST_BODY: Object = Object {
    name: "a request body",
    component: "requestBodies",
    fields: &[
        field("description", String),
        required(
            "content",
            Map(Keys::Names, &Shape::Object(&MEDIA_TYPE)),
            "content: { application/json: { schema: … } }",
        ),
        field("required", Bool),
    ],
    foreign: &[(
        "schema",
        "it stands under the media type: `content: { application/json: { schema: … } }`",
    )],
    ..PLAIN
};

static MEDIA_TYPE: Object = Object {
    name: "a media type",
    fields: &[
        field("schema", Referable(&SCHEMA)),
        field("example", Any),
        field("examples", Map(Keys::Names, &Referable(&EXAMPLE))),
        field("encoding", Map(Keys::Names, &Shape::Object(&ENCODING))),
    ],
    foreign: &[
        ("type", UNDER_SCHEMA),
        ("properties", UNDER_SCHEMA),
        ("$ref", "write `schema: { $ref: … }`"),
    ],
    ..PLAIN
};

static ENCODING: Object = Object {
    name: "an encoding",
    fields: &[
        field("contentType", String),
        field("headers", Map(Keys::Names, &Referable(&HEADER))),
        field(
            "style",
            OneOf(&["form", "spaceDelimited", "pipeDelimited", "deepObject"]),
        ),
        field("explode", Bool),
        field("allowReserved", Bool),
    ],
    ..PLAIN
};

static RESPONSE: Object = Object {
    name: "a response",
    component: "responses",
    fields: &[
        required("description", String, "description: What comes back"),
        field("headers", Map(Keys::Names, &Referable(&HEADER))),
        field("content", Map(Keys::Names, &Shape::Object(&MEDIA_TYPE))),
        field("links", Map(Keys::Names, &Referable(&LINK))),
    ],
    foreign: &[(
        "schema",
        "it stands under the media type: `content: { application/json: { schema: … } }`",
    )],
    ..PLAIN
};

static EXAMPLE: Object = Object {
    name: "an example",
    component: "examples",
    fields: &[
        field("summary", String),
        field("description", String),
        field("value", Any),
        field("externalValue", String),
    ],
    ..PLAIN
};

static LINK: Object = Object {
    name: "a link",
    component: "links",
    fields: &[
        field("operationRef", String),
        field("operationId", String),
        field("parameters", Map(Keys::Names, &Any)),
        field("requestBody", Any),
        field("description", String),
        field("server", Shape::Object(&SERVER)),
    ],
    rules: rules::link,
    ..PLAIN
};

static SECURITY_SCHEME: Object = Object {
    name: "a security scheme",
    component: "securitySchemes",
    fields: &[
        required(
            "type",
            OneOf(&["apiKey", "http", "oauth2", "openIdConnect"]),
            "type: http",
        ),
        field("description", String),
        field("name", String),
        field("in", OneOf(&["query", "header", "cookie"])),
        field("scheme", String),
        field("bearerFormat", String),
        field("flows", Shape::Object(&FLOWS)),
        field("openIdConnectUrl", String),
    ],
    rules: rules::security_scheme,
    ..PLAIN
};

static FLOWS: Object = Object {
    name: "`flows`",
    fields: &[
        field("implicit", Shape::Object(&IMPLICIT_FLOW)),
        field("password", Shape::Object(&TOKEN_FLOW)),
        field("clientCredentials", Shape::Object(&TOKEN_FLOW)),
        field("authorizationCode", Shape::Object(&CODE_FLOW)),
    ],
    ..PLAIN
};

const SCOPES: Field = required("scopes", Map(Keys::Names, &String), "scopes: {}");
const AUTHORIZATION_URL: Field = required(
    "authorizationUrl",
    String,
    "authorizationUrl: https://example.com/authorize",
);
const TOKEN_URL: Field = required("tokenUrl", String, "tokenUrl: https://example.com/token");

static IMPLICIT_FLOW: Object = Object {
    name: "an implicit flow",
    fields: &[AUTHORIZATION_URL, field("refreshUrl", String), SCOPES],
    ..PLAIN
};

static TOKEN_FLOW: Object = Object {
    name: "a flow",
    fields: &[TOKEN_URL, field("refreshUrl", String), SCOPES],
    ..PLAIN
};

static CODE_FLOW: Object = Object {
    name: "an authorization code flow",
    fields: &[AUTHORIZATION_URL, TOKEN_URL, field("refreshUrl", String), SCOPES],
    ..PLAIN
};

pub(crate) static SCHEMA_OR_REFERENCE: Shape = Referable(&SCHEMA);

static SCHEMA: Object = Object {
    name: "a schema",
    component: "schemas",
    fields: &[
        field("title", String),
        field("multipleOf", Number),
        field("maximum", Number),
        field("exclusiveMaximum", Shape::Exclusive),
        field("minimum", Number),
        field("exclusiveMinimum", Shape::Exclusive),
        field("maxLength", Count),
        field("minLength", Count),
        field("pattern", String),
        field("maxItems", Count),
        field("minItems", Count),
        field("uniqueItems", Bool),
        field("maxProperties", Count),
        field("minProperties", Count),
        field("required", List(&String)),
        field("enum", List(&Any)),
        field("type", Shape::Type),
        field("allOf", List(&Referable(&SCHEMA))),
        field("oneOf", List(&Referable(&SCHEMA))),
        field("anyOf", List(&Referable(&SCHEMA))),
        field("not", Referable(&SCHEMA)),
        field("items", Referable(&SCHEMA)),
        field("properties", Map(Keys::Names, &Referable(&SCHEMA))),
        field("additionalProperties", Shape::SchemaOrBool),
        field("description", String),
        field("format", String),
        field("default", Any),
        field("nullable", Bool),
        field("discriminator", Shape::Object(&DISCRIMINATOR)),
        field("readOnly", Bool),
        field("writeOnly", Bool),
        field("xml", Shape::Object(&XML)),
        field("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        field("example", Any),
        field("deprecated", Bool),
    ],
    foreign: &[
        ("const", "it came with OpenAPI 3.1; in 3.0 write an `enum` of one value"),
        ("examples", "it came with OpenAPI 3.1; in 3.0 write one `example`"),
        (
            "$defs",
            "it came with OpenAPI 3.1; in 3.0 write the schemas under `components: { schemas: … }`",
        ),
        ("$id", "it came with OpenAPI 3.1; remove it"),
        ("$schema", "it came with OpenAPI 3.1; remove it"),
        (
            "$comment",
            "it came with OpenAPI 3.1; write a YAML comment or a `description`",
        ),
        (
            "prefixItems",
            "it came with OpenAPI 3.1; in 3.0 a list has one schema for all `items`",
        ),
        ("contains", "it came with OpenAPI 3.1; 3.0 cannot say it"),
        (
            "patternProperties",
            "it came with OpenAPI 3.1; in 3.0 write `additionalProperties`",
        ),
        ("propertyNames", "it came with OpenAPI 3.1; 3.0 cannot say it"),
        (
            "unevaluatedProperties",
            "it came with OpenAPI 3.1; in 3.0 write `additionalProperties`",
        ),
        ("dependentRequired", "it came with OpenAPI 3.1; 3.0 cannot say it"),
        ("if", "it came with OpenAPI 3.1; in 3.0 write `oneOf`"),
        ("then", "it came with OpenAPI 3.1; in 3.0 write `oneOf`"),
        ("else", "it came with OpenAPI 3.1; in 3.0 write `oneOf`"),
        (
            "contentMediaType",
            "it came with OpenAPI 3.1; in 3.0 write `format: binary`",
        ),
        (
            "contentEncoding",
            "it came with OpenAPI 3.1; in 3.0 write `format: byte`",
        ),
    ],
    rules: rules::schema,
};

static DISCRIMINATOR: Object = Object {
    name: "a discriminator",
    fields: &[
        required("propertyName", String, "propertyName: kind"),
        field("mapping", Map(Keys::Names, &String)),
    ],
    rules: rules::discriminator,
    ..PLAIN
};

static XML: Object = Object {
    name: "`xml`",
    fields: &[
        field("name", String),
        field("namespace", String),
        field("prefix", String),
        field("attribute", Bool),
        field("wrapped", Bool),
    ],
    ..PLAIN
};
