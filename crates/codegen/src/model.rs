//! The model of a document: everything that `emit` needs and that progenitor's types do not contain.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use proc_macro2::TokenStream;

/// Everything that `emit` needs to know.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// The URL of the first server, its variables filled in.
    pub server_url: String,
    /// The title of the API, for docs.
    pub title: String,
    pub schemes: Vec<Scheme>,
    /// The requirements of the document as a whole: alternatives of names of schemes.
    pub security: Vec<Vec<String>>,
    pub errors: ErrorShape,
    pub structs: IndexMap<String, Struct>,
    pub enums: IndexMap<String, Enum>,
    pub aliases: IndexMap<String, Alias>,
    pub unions: IndexMap<String, Union>,
    /// The structs that variants of unions are or contain.
    pub in_unions: Vec<String>,
    /// For operations whose successful responses have different bodies: the enum of the bodies.
    pub outcomes: IndexMap<String, Outcome>,
    pub operations: IndexMap<String, Operation>,
    /// Pairs of enums: the enum of a property, and the enum of a parameter that filters by this property.
    pub conversions: IndexSet<(String, String)>,
    /// For each type, the place in the document that it comes from.
    pub places: HashMap<String, String>,
    /// Types that are referred to but not generated, where only a part of a model is generated.
    pub elsewhere: IndexSet<String>,
}

impl Model {
    /// Whether a parameter and a variant have the same name, which is possible in scripts without upper case.
    pub(crate) fn has_caseless(&self) -> bool {
        let variants: HashSet<&String> = self.enums.values().flat_map(|item| item.variants.keys()).collect();
        let mut parameters = self.operations.values().flat_map(|item| item.parameters.keys());
        parameters.any(|name| variants.contains(name))
    }

    /// Whether a setter is named like the method of an operator trait.
    pub(crate) fn has_operators(&self) -> bool {
        const OPERATORS: [&str; 10] = [
            "add", "bitand", "bitor", "bitxor", "div", "mul", "rem", "shl", "shr", "sub",
        ];
        let fields = self.structs.values().flat_map(|item| item.fields.keys());
        let parameters = self.operations.values().flat_map(|item| item.parameters.keys());
        let mut setters = fields.chain(parameters);
        setters.any(|name| OPERATORS.contains(&name.as_str()))
    }

    /// The number of types.
    pub(crate) fn types(&self) -> usize {
        let enums = self.enums.len() + self.unions.len() + self.outcomes.len();
        self.structs.len() + enums + self.aliases.len()
    }

    /// Whether the generated code contains deprecated items, which it then also uses.
    pub(crate) fn has_deprecated(&self) -> bool {
        let structs = self.structs.values();
        let structs = structs.flat_map(|item| item.fields.values().map(|field| &field.about).chain([&item.about]));
        let operations = self.operations.values();
        let operations =
            operations.flat_map(|item| item.parameters.values().map(|item| &item.about).chain([&item.about]));
        structs
            .chain(operations)
            .chain(self.enums.values().map(|item| &item.about))
            .chain(self.unions.values().map(|item| &item.about))
            .chain(self.aliases.values().map(|item| &item.about))
            .any(|about| about.deprecated)
    }
}

/// A security scheme that the client can send.
#[derive(Clone, Debug)]
pub(crate) struct Scheme {
    /// The name in the document.
    pub name: String,
    pub kind: SchemeKind,
    /// What the credential is called in texts.
    pub noun: &'static str,
    /// The setter of the client's builder.
    pub setter: String,
    /// The environment variables, without the API's prefix.
    pub variables: Vec<String>,
    pub token_url: Option<String>,
}

/// Where a credential is sent.
#[derive(Clone, Debug)]
pub(crate) enum SchemeKind {
    /// The `Authorization` header, after this prefix.
    Http(String),
    Basic,
    Header(String),
    Query(String),
    Cookie(String),
}

/// Where error objects contain their kind and their message: JSON pointers.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorShape {
    pub kind: Vec<String>,
    pub message: Vec<String>,
}

/// What the document says about an item.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub docs: Option<String>,
    pub deprecated: bool,
}

/// An object schema with properties.
#[derive(Debug)]
pub(crate) struct Struct {
    pub about: About,
    /// By Rust name, in the order of the document.
    pub fields: IndexMap<String, Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub about: About,
    /// The place of the property in the document.
    pub at: String,
    /// The name in JSON.
    pub property: String,
    pub required: bool,
    pub nullable: bool,
    /// Whether only the server sets it.
    pub read_only: bool,
    /// Whether a response does not have it.
    pub write_only: bool,
    pub example: Option<serde_json::Value>,
    /// The values of an enum of numbers or booleans, as JSON: its type has others, too.
    pub listed: Vec<String>,
}

/// A string schema with `enum`.
#[derive(Debug)]
pub(crate) struct Enum {
    pub about: About,
    pub variants: IndexMap<String, Variant>,
    pub lifecycle: Option<Lifecycle>,
    /// Older spellings, with the values that replaced them.
    pub aliases: IndexMap<String, String>,
}

impl Enum {
    /// The variant of a value.
    pub(crate) fn variant(&self, value: &str) -> Option<&str> {
        let mut variants = self.variants.iter();
        let found = variants.find(|(_, variant)| variant.value == value);
        found.map(|(rust, _)| rust.as_str())
    }
}

/// `x-lifecycle`: the values of an enum by what they mean for a caller that waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifecycle {
    pub progress: Vec<String>,
    pub success: Vec<String>,
    pub failure: Vec<String>,
}

impl Lifecycle {
    /// The final values.
    pub(crate) fn terminal(&self) -> impl Iterator<Item = &String> {
        self.success.iter().chain(&self.failure)
    }
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub about: About,
    pub value: String,
}

/// A component that is neither a struct nor an enum: a type alias.
#[derive(Debug)]
pub(crate) struct Alias {
    pub about: About,
    pub target: TokenStream,
}

/// A `oneOf` or an `anyOf`.
#[derive(Debug)]
pub(crate) struct Union {
    pub about: About,
    /// The property of the discriminator.
    pub tag: Option<String>,
    pub variants: IndexMap<String, UnionVariant>,
}

#[derive(Debug)]
pub(crate) struct UnionVariant {
    pub ty: TokenStream,
    /// Whether the value is in a `Box`.
    pub boxed: bool,
    /// The values of the discriminator for this variant.
    pub tags: Vec<String>,
}

/// The successful responses of an operation, where their bodies differ.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub operation: String,
    pub variants: IndexMap<String, OutcomeVariant>,
}

impl Outcome {
    /// Whether all bodies are JSON.
    pub(crate) fn is_json(&self) -> bool {
        let mut bodies = self.variants.values().filter_map(|variant| variant.body.as_ref());
        bodies.all(|body| matches!(body, OutcomeBody::Json(_)))
    }
}

#[derive(Debug)]
pub(crate) struct OutcomeVariant {
    pub docs: String,
    /// The first and the last status code.
    pub statuses: (u16, u16),
    /// `None` if there is no body.
    pub body: Option<OutcomeBody>,
}

#[derive(Debug)]
pub(crate) enum OutcomeBody {
    Json(TokenStream),
    Text,
    Bytes,
}

/// How a successful response is read.
#[derive(Clone, Debug)]
pub(crate) enum Success {
    Empty,
    Json(TokenStream),
    /// JSON, or no body.
    Optional(TokenStream),
    /// `optional`: or no body.
    Text {
        optional: bool,
    },
    Bytes {
        optional: bool,
    },
    /// One of several bodies: an [`Outcome`].
    ByStatus(String),
}

#[derive(Debug)]
pub(crate) struct Operation {
    /// The name of the request builder.
    pub builder: String,
    /// The place of the operation in the document.
    pub at: String,
    pub about: About,
    pub summary: Option<String>,
    /// Each with its description.
    pub tags: Vec<(String, String)>,
    /// In capitals.
    pub method: String,
    /// The path template as written.
    pub path: String,
    /// The URL of the operation's own server, which the client does not use by default.
    pub server: Option<String>,
    /// By Rust name.
    pub parameters: IndexMap<String, Parameter>,
    pub body: Option<Body>,
    /// Ranges of status codes that mean success.
    pub success: Vec<(u16, u16)>,
    pub success_docs: String,
    pub success_body: Success,
    /// The `Accept` header, where it is not `application/json`.
    pub accept: Option<String>,
    /// The status codes of errors, with their descriptions.
    pub errors: Vec<(String, String)>,
    pub pagination: Option<Pagination>,
    /// The property with the state of the item, or of each item of a list.
    pub lifecycle: Option<LifecycleField>,
    /// The fields that a table of the items shows.
    pub columns: Vec<String>,
    /// Alternatives of names of schemes.
    pub security: Vec<Vec<String>>,
}

impl Operation {
    /// The header for an idempotency key. Idempotent methods do not need one.
    pub(crate) fn idempotency_key(&self) -> Option<&str> {
        let parameter = self.parameters.values().find(|parameter| {
            parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case("Idempotency-Key")
        })?;
        matches!(self.method.as_str(), "POST" | "PATCH").then_some(parameter.name.as_str())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub about: About,
    /// The place of the parameter in the document.
    pub at: String,
    /// The name on the wire.
    pub name: String,
    pub location: Location,
    pub required: bool,
    pub bounds: Bounds,
    pub default: Option<serde_json::Value>,
    pub example: Option<serde_json::Value>,
    /// The type of its values, as it is written in the module `types`.
    pub ty: TokenStream,
    /// The property of an item that it compares with, and the place of the `x-filter` that names it.
    pub filter: Option<(String, String)>,
    /// How a value is serialized, if not in the default way for its location.
    pub style: Option<Style>,
    /// Whether a value is text, or a list of texts.
    pub is_text: bool,
}

/// How a parameter's value is serialized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// A variant of the runtime's `Form`.
    pub form: &'static str,
    pub explode: bool,
    pub allow_reserved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

impl Location {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
            Location::Cookie => "cookie",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Body {
    pub about: About,
    pub required: bool,
    pub format: Format,
}

/// How a request body is serialized, and its type.
#[derive(Debug)]
pub(crate) enum Format {
    Json(TokenStream),
    /// JSON under another media type.
    JsonAs(String, TokenStream),
    /// `application/x-www-form-urlencoded`, with the properties that have a style of their own.
    Form(TokenStream, Vec<(String, Style)>),
    Text(String),
    Bytes(String),
    /// Each part has a setter of its own.
    Multipart(Vec<Part>),
}

/// A part of a multipart body.
#[derive(Debug)]
pub(crate) struct Part {
    /// The setter.
    pub rust: String,
    pub name: String,
    pub about: About,
    /// The place of the property in the document.
    pub at: String,
    pub required: bool,
    pub content: PartContent,
    /// How a value is written, where this does not follow from its type.
    pub style: Option<Style>,
    pub media_type: Option<String>,
    pub example: Option<serde_json::Value>,
}

#[derive(Debug)]
pub(crate) enum PartContent {
    File,
    Files,
    Value(TokenStream),
}

/// The bounds of a parameter's value, which are checked before a request is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub minimum: Option<Bound>,
    pub maximum: Option<Bound>,
    pub multiple_of: Option<Literal>,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub pattern: Option<std::rc::Rc<crate::pattern::Automaton>>,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    pub unique_items: bool,
    /// For a list: the bounds of each item.
    pub items: Option<Box<Bounds>>,
}

impl Bounds {
    pub(crate) fn is_empty(&self) -> bool {
        self.minimum.is_none()
            && self.maximum.is_none()
            && self.multiple_of.is_none()
            && self.min_length.is_none()
            && self.max_length.is_none()
            && self.pattern.is_none()
            && self.min_items.is_none()
            && self.max_items.is_none()
            && !self.unique_items
            && self.items.as_ref().is_none_or(|items| items.is_empty())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    pub value: Literal,
    pub exclusive: bool,
}

/// A number of the document, as Rust writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Literal {
    Integer(i64),
    Float(f64),
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Literal::Integer(value) => value.fmt(f),
            // Without an exponent, these would have up to hundreds of zeros.
            Literal::Float(value) if *value != 0.0 && !(1e-5..1e16).contains(&value.abs()) => write!(f, "{value:e}"),
            Literal::Float(value) => value.fmt(f),
        }
    }
}

/// `x-cursor-pagination`, every name in it checked.
#[derive(Debug)]
pub(crate) struct Pagination {
    pub forward: String,
    pub backward: Option<String>,
    /// The Rust type of an item.
    pub item: String,
    pub cursor: Cursor,
    pub has_more: Option<String>,
    pub limit: Option<String>,
    pub default_limit: Option<u64>,
    pub applied_limit: Option<String>,
}

/// The property of an item that is its cursor.
#[derive(Debug)]
pub(crate) struct Cursor {
    /// The name in JSON.
    pub property: String,
    /// The Rust name of the field.
    pub field: String,
    /// Whether an item may lack it.
    pub optional: bool,
    /// Whether it is a time, which is sent as Unix seconds.
    pub seconds: bool,
}

/// The property of an item that has a lifecycle.
#[derive(Debug)]
pub(crate) struct LifecycleField {
    /// The name in JSON.
    pub property: String,
    /// The Rust name of the field.
    pub field: String,
    /// Whether an item may lack it.
    pub optional: bool,
    /// The enum of its values.
    pub values: String,
    /// The property with the progress in percent.
    pub percent: Option<String>,
}
