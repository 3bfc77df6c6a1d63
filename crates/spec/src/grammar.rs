//! The objects of OpenAPI 3.0 and 3.1 and their fields: the tables of the specifications ([3.0], [3.1]),
//! as data.
//!
//! [3.0]: https://spec.openapis.org/oas/v3.0.3
//! [3.1]: https://spec.openapis.org/oas/v3.1.1

use crate::kind::Kind;

/// The shape that a value must have.
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
    /// The object, or `$ref` to one.
    Referable(&'static Object),
    /// A boolean or a schema, also in 3.0.
    SchemaOrBool,
    /// A value in the mapping of a discriminator: the name of a schema, or a reference to one.
    SchemaName,
    /// The `type` of a schema.
    Type,
    /// `exclusiveMinimum` or `exclusiveMaximum`.
    Exclusive,
}

/// The keys that a map may have.
pub(crate) enum Keys {
    /// Any text.
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

/// A version of OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V30,
    V31,
}

/// The methods that an operation may have: the members of a path item that are operations.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A kind of object.
pub(crate) struct Object {
    pub(crate) kind: Kind,
    /// With its article: "a schema".
    pub(crate) name: &'static str,
    /// The member of `components` that contains such objects, or an empty text.
    pub(crate) component: &'static str,
    pub(crate) fields: &'static [Field],
    /// Fields that only 3.1 has.
    pub(crate) newer: &'static [Field],
    /// Common names that are not fields of this object, each with what to write instead.
    pub(crate) foreign: &'static [(&'static str, &'static str)],
}

/// No component, no fields, and no foreign names.
const PLAIN: Object = Object {
    kind: Kind::Other,
    name: "",
    component: "",
    fields: &[],
    newer: &[],
    foreign: &[],
};

impl Object {
    /// The field of that name in a version, or in any for `None`.
    pub(crate) fn field(&self, name: &str, version: Option<Version>) -> Option<&'static Field> {
        let newer = self.newer.iter().filter(|_| version != Some(Version::V30));
        newer.chain(self.fields).find(|field| field.name == name)
    }
}

pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) missing: Missing,
}

/// What a missing field causes. The first text of each is an example for the help: what to write.
pub(crate) enum Missing {
    /// Nothing: the field is optional.
    Allowed,
    /// An error.
    Error(&'static str),
    /// The object is left out.
    LeftOut(&'static str),
    /// The field is read as an empty text or an empty object.
    ReadAs(&'static str),
    /// The field is read as an empty object; in 3.1 it is optional.
    ReadAsIn30(&'static str),
}

impl Missing {
    /// An example of the field, where it is required.
    pub(crate) fn example(&self) -> Option<&'static str> {
        match self {
            Self::Allowed => None,
            Self::Error(example) | Self::LeftOut(example) | Self::ReadAs(example) | Self::ReadAsIn30(example) => {
                Some(example)
            }
        }
    }
}

const fn field(name: &'static str, shape: Shape) -> Field {
    let missing = Missing::Allowed;
    Field { name, shape, missing }
}

const fn required(name: &'static str, shape: Shape, missing: Missing) -> Field {
    Field { name, shape, missing }
}

use Shape::{Any, Bool, Count, List, Map, Number, OneOf, Referable, String};

/// The shape of a whole document.
pub(crate) static WHOLE: Shape = Shape::Object(&DOCUMENT);

pub(crate) static DOCUMENT: Object = Object {
    kind: Kind::Document,
    name: "the document",
    fields: &[
        field("openapi", Any),
        required(
            "info",
            Shape::Object(&INFO),
            Missing::ReadAs("info: { title: My API, version: 1.0.0 }"),
        ),
        field("servers", List(&Shape::Object(&SERVER))),
        required(
            "paths",
            Map(Keys::Paths, &PATH_ITEM_REFERENCE),
            Missing::ReadAsIn30("paths: {}"),
        ),
        field("components", Shape::Object(&COMPONENTS)),
        field("security", List(&SECURITY_REQUIREMENT)),
        field("tags", List(&Shape::Object(&TAG))),
        field("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
    newer: &[
        field("webhooks", Map(Keys::Names, &PATH_ITEM_REFERENCE)),
        field("jsonSchemaDialect", String),
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
    ..PLAIN
};

static SECURITY_REQUIREMENT: Shape = Map(Keys::Names, &List(&String));

static INFO: Object = Object {
    name: "`info`",
    fields: &[
        required("title", String, Missing::ReadAs("title: My API")),
        field("description", String),
        field("termsOfService", String),
        field("contact", Shape::Object(&CONTACT)),
        field("license", Shape::Object(&LICENSE)),
        required("version", String, Missing::ReadAs("version: 1.0.0")),
    ],
    newer: &[field("summary", String)],
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
    fields: &[
        required("name", String, Missing::LeftOut("name: MIT")),
        field("url", String),
    ],
    newer: &[field("identifier", String)],
    foreign: &[("identifier", "it came with OpenAPI 3.1; write the identifier as `name`")],
    ..PLAIN
};

static SERVER: Object = Object {
    kind: Kind::Server,
    name: "a server",
    fields: &[
        required("url", String, Missing::LeftOut("url: https://api.example.com")),
        field("description", String),
        field("variables", Map(Keys::Names, &Shape::Object(&SERVER_VARIABLE))),
    ],
    ..PLAIN
};

static SERVER_VARIABLE: Object = Object {
    kind: Kind::ServerVariable,
    name: "a server variable",
    fields: &[
        field("enum", List(&String)),
        required("default", String, Missing::LeftOut("default: v1")),
        field("description", String),
    ],
    ..PLAIN
};

static TAG: Object = Object {
    kind: Kind::Tag,
    name: "a tag",
    fields: &[
        required("name", String, Missing::LeftOut("name: Tasks")),
        field("description", String),
        field("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
    ..PLAIN
};

static EXTERNAL_DOCS: Object = Object {
    name: "external documentation",
    fields: &[
        field("description", String),
        required("url", String, Missing::LeftOut("url: https://docs.example.com")),
    ],
    ..PLAIN
};

/// Whether `components` may have a member of this name.
pub fn is_component_kind(name: &str) -> bool {
    COMPONENTS.field(name, None).is_some()
}

pub(crate) static COMPONENTS: Object = Object {
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
    newer: &[field("pathItems", Map(Keys::Components, &PATH_ITEM_REFERENCE))],
    foreign: &[(
        "pathItems",
        "it came with OpenAPI 3.1; write the operations under `paths`",
    )],
    ..PLAIN
};

static CALLBACK: Shape = Map(Keys::Expressions, &PATH_ITEM_REFERENCE);

static PATH_ITEM_REFERENCE: Shape = Referable(&PATH_ITEM);

pub(crate) static PATH_ITEM: Object = Object {
    kind: Kind::PathItem,
    name: "a path item",
    component: "pathItems",
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
    ..PLAIN
};

static OPERATION: Object = Object {
    kind: Kind::Operation,
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
            Missing::ReadAsIn30("responses: { \"200\": { description: The response } }"),
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
    ..PLAIN
};

const UNDER_SCHEMA: &str = "in OpenAPI 3 it belongs under `schema`: `schema: { type: string, … }`";

static PARAMETER: Object = Object {
    kind: Kind::Parameter,
    name: "a parameter",
    component: "parameters",
    fields: &[
        required("name", String, Missing::Error("name: limit")),
        required(
            "in",
            OneOf(&["query", "path", "header", "cookie"]),
            Missing::Error("in: query"),
        ),
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
    newer: &[],
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
};

static HEADER: Object = Object {
    kind: Kind::Header,
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
    newer: &[],
    foreign: &[
        ("type", UNDER_SCHEMA),
        ("format", UNDER_SCHEMA),
        ("name", "the name of a header is its key under `headers`"),
        ("in", "every entry of `headers` is a header; remove it"),
    ],
};

static REQUEST_BODY: Object = Object {
    kind: Kind::RequestBody,
    name: "a request body",
    component: "requestBodies",
    fields: &[
        field("description", String),
        required(
            "content",
            Map(Keys::Names, &Shape::Object(&MEDIA_TYPE)),
            Missing::ReadAs("content: { application/json: { schema: … } }"),
        ),
        field("required", Bool),
    ],
    foreign: &[(
        "schema",
        "it belongs under the media type: `content: { application/json: { schema: … } }`",
    )],
    ..PLAIN
};

static MEDIA_TYPE: Object = Object {
    kind: Kind::MediaType,
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
    kind: Kind::Encoding,
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
    kind: Kind::Response,
    name: "a response",
    component: "responses",
    fields: &[
        required("description", String, Missing::ReadAs("description: The response")),
        field("headers", Map(Keys::Names, &Referable(&HEADER))),
        field("content", Map(Keys::Names, &Shape::Object(&MEDIA_TYPE))),
        field("links", Map(Keys::Names, &Referable(&LINK))),
    ],
    foreign: &[(
        "schema",
        "it belongs under the media type: `content: { application/json: { schema: … } }`",
    )],
    ..PLAIN
};

static EXAMPLE: Object = Object {
    kind: Kind::Example,
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
    kind: Kind::Link,
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
    ..PLAIN
};

static SECURITY_SCHEME: Object = Object {
    kind: Kind::SecurityScheme,
    name: "a security scheme",
    component: "securitySchemes",
    fields: &[
        required("type", String, Missing::LeftOut("type: http")),
        field("description", String),
        field("name", String),
        field("in", OneOf(&["query", "header", "cookie"])),
        field("scheme", String),
        field("bearerFormat", String),
        field("flows", Shape::Object(&FLOWS)),
        field("openIdConnectUrl", String),
    ],
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

const SCOPES: Field = required("scopes", Map(Keys::Names, &String), Missing::ReadAs("scopes: {}"));
const AUTHORIZATION_URL: Field = required(
    "authorizationUrl",
    String,
    Missing::ReadAs("authorizationUrl: https://example.com/authorize"),
);
const TOKEN_URL: Field = required(
    "tokenUrl",
    String,
    Missing::ReadAs("tokenUrl: https://example.com/token"),
);

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

pub(crate) static SCHEMA: Object = Object {
    kind: Kind::Schema,
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
    newer: &[
        field("$id", String),
        field("$schema", String),
        field("$anchor", String),
        field("$comment", String),
        field("$vocabulary", Any),
        field("$dynamicAnchor", String),
        field("$dynamicRef", String),
        field("$recursiveAnchor", Any),
        field("$recursiveRef", String),
        field("$defs", Map(Keys::Names, &Referable(&SCHEMA))),
        field("definitions", Map(Keys::Names, &Referable(&SCHEMA))),
        field("const", Any),
        field("examples", List(&Any)),
        field("prefixItems", List(&Referable(&SCHEMA))),
        field("contains", Referable(&SCHEMA)),
        field("minContains", Count),
        field("maxContains", Count),
        field("patternProperties", Map(Keys::Names, &Referable(&SCHEMA))),
        field("propertyNames", Referable(&SCHEMA)),
        field("unevaluatedProperties", Shape::SchemaOrBool),
        field("unevaluatedItems", Shape::SchemaOrBool),
        field("dependentRequired", Map(Keys::Names, &List(&String))),
        field("dependentSchemas", Map(Keys::Names, &Referable(&SCHEMA))),
        field("if", Referable(&SCHEMA)),
        field("then", Referable(&SCHEMA)),
        field("else", Referable(&SCHEMA)),
        field("contentEncoding", String),
        field("contentMediaType", String),
        field("contentSchema", Referable(&SCHEMA)),
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
        ("contains", "it came with OpenAPI 3.1, and has no equivalent in 3.0"),
        (
            "patternProperties",
            "it came with OpenAPI 3.1; in 3.0 write `additionalProperties`",
        ),
        (
            "propertyNames",
            "it came with OpenAPI 3.1, and has no equivalent in 3.0",
        ),
        (
            "unevaluatedProperties",
            "it came with OpenAPI 3.1; in 3.0 write `additionalProperties`",
        ),
        (
            "dependentRequired",
            "it came with OpenAPI 3.1, and has no equivalent in 3.0",
        ),
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
};

static DISCRIMINATOR: Object = Object {
    name: "a discriminator",
    fields: &[
        required("propertyName", String, Missing::LeftOut("propertyName: kind")),
        field("mapping", Map(Keys::Names, &Shape::SchemaName)),
    ],
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
