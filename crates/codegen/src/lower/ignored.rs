//! Notes for everything in a document that the generator does not use, so that nobody expects it to have an effect.
//!
//! Fields that are not listed here are generated, are an error elsewhere, or are unknown fields, for which the check
//! of the document has a warning. Equal notes for several places are one note, at the first of them.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::{Document, Kind, Node, Part, Value, pointer};

use super::integer::is_checked;
use super::media_type::{FORM, MULTIPART, essence};
use super::report::Report;

/// Adds a note for everything that is not used. `bytes` are the places of the schemas whose values are bytes in a body,
/// `described` those of the successful responses whose descriptions become docs.
pub(super) fn ignored(document: &Document, bytes: HashSet<String>, described: HashSet<String>, report: &mut Report) {
    let mut ignored = Ignored {
        document,
        used: Used::of(document),
        bytes,
        described,
        notes: IndexMap::new(),
    };
    let mut left_out: Option<String> = None;
    document.visit(&mut |part| {
        let outer = left_out.as_deref().and_then(|at| part.at.strip_prefix(at));
        if !outer.is_some_and(|rest| rest.starts_with('/')) && !ignored.part(part) {
            left_out = Some(part.at.to_owned());
        }
    });
    for ((code, message), places) in ignored.notes {
        let Some(first) = places.first() else { continue };
        let more = match places.len() - 1 {
            0 => String::new(),
            1 => " (here and in one more place)".to_owned(),
            more => format!(" (here and in {more} more places)"),
        };
        report.note_at_key(first, code, message + &more);
    }
}

/// The extensions that are read beside an `enum` of strings.
const OF_ENUMS: [&str; 3] = ["x-enum-aliases", "x-enum-descriptions", "x-lifecycle"];

/// The extensions that are read in an object.
fn known_extensions(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Operation => &["x-columns", "x-cursor-pagination"],
        Kind::Parameter => &["x-filter"],
        Kind::Schema => &OF_ENUMS,
        _ => &[],
    }
}

/// How notes refer to an object, and its fields that are never read.
fn unread_fields(kind: Kind) -> (&'static str, &'static [&'static str]) {
    match kind {
        Kind::Document => ("the document", &["externalDocs"]),
        Kind::Tag => ("a tag", &["externalDocs"]),
        Kind::Server => ("a server", &["description"]),
        Kind::ServerVariable => ("a server's variable", &["enum", "description"]),
        Kind::PathItem => ("a path", &["summary", "description"]),
        Kind::Operation => ("an operation", &["externalDocs", "callbacks"]),
        Kind::Parameter => ("a parameter", &["allowEmptyValue"]),
        Kind::Example => ("an example", &["summary", "description", "externalValue"]),
        Kind::MediaType => ("a media type", &["example", "examples"]),
        Kind::Response => ("a response", &["links"]),
        Kind::SecurityScheme => ("a security scheme", &["description", "bearerFormat"]),
        Kind::Schema => ("a schema", &["externalDocs", "maxProperties", "minProperties", "xml"]),
        _ => ("it", &[]),
    }
}

/// How parts of the document are used by other parts.
#[derive(Default)]
struct Used<'d> {
    /// Every reference of the document.
    references: HashSet<&'d str>,
    /// The places of successful responses, and of those among them that are not the first of an operation.
    successes: HashSet<String>,
    further: HashSet<String>,
    /// The response headers that pagination reads, in lower case.
    paged: HashSet<String>,
}

impl<'d> Used<'d> {
    fn of(document: &'d Document) -> Self {
        let mut used = Self::default();
        document.visit(&mut |part| {
            used.references.extend(part.node.get("$ref").and_then(Node::as_str));
            if part.kind == Kind::Operation {
                used.operation(document, part);
            }
        });
        used
    }

    fn operation(&mut self, document: &Document, operation: &Part<'_, 'd>) {
        if let Some(pagination) = operation.node.get("x-cursor-pagination") {
            let names = ["has-more", "applied-limit"].map(|key| pagination.get(key)?.as_str());
            self.paged
                .extend(names.into_iter().flatten().map(str::to_ascii_lowercase));
        }
        let responses = operation.node.get("responses").and_then(Node::as_object);
        let responses = responses.unwrap_or_default();
        let succeeds = responses.iter().any(|response| response.key().starts_with('2'));
        let mut first = true;
        for response in responses {
            let status = response.key();
            if status.starts_with('2') || status == "default" && !succeeds {
                let at = pointer::join(operation.at, ["responses", status]);
                let at = resolved(document, at, response.value());
                if !std::mem::take(&mut first) {
                    self.further.insert(at.clone());
                }
                self.successes.insert(at);
            }
        }
    }
}

/// The place that a reference leads to, or the place itself.
fn resolved(document: &Document, at: String, node: &Node) -> String {
    let (mut at, mut node) = (at, node);
    let mut seen = HashSet::new();
    while let Some(reference) = node.get("$ref").and_then(Node::as_str) {
        let target = reference.trim_start_matches('#').to_owned();
        let Some(found) = document.get(&target).filter(|_| seen.insert(target.clone())) else {
            break;
        };
        (at, node) = (target, found);
    }
    at
}

struct Ignored<'d> {
    document: &'d Document,
    used: Used<'d>,
    /// The places of the schemas whose values are bytes in a body.
    bytes: HashSet<String>,
    /// The places of the successful responses whose descriptions become docs.
    described: HashSet<String>,
    /// The places of each code and message.
    notes: IndexMap<(&'static str, String), IndexSet<String>>,
}

/// The role of a schema in the object that contains it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A component or a property: its description becomes docs.
    Named,
    /// The schema of a parameter, which may have its own description.
    Parameter { described: bool },
    /// An item, a value, a body, a part: only objects and enums have docs.
    Inner,
}

impl Role {
    fn of(part: &Part<'_, '_>) -> Self {
        match (part.field, part.parent) {
            ("schemas" | "properties", _) => Self::Named,
            ("schema", Some(parent)) if parent.kind == Kind::Parameter => Self::Parameter {
                described: parent.node.get("description").is_some(),
            },
            // A parameter's items are checked like the parameter.
            ("items", Some(parent)) if matches!(Self::of(parent), Self::Parameter { .. }) => {
                Self::Parameter { described: true }
            }
            _ => Self::Inner,
        }
    }
}

impl<'d> Ignored<'d> {
    fn note(&mut self, at: &str, code: &'static str, message: impl Into<String>) {
        self.notes
            .entry((code, message.into()))
            .or_default()
            .insert(at.to_owned());
    }

    /// Adds a note for a member of an object, if there is one. `{}` in the message is replaced by its name.
    fn note_member(&mut self, part: &Part<'_, 'd>, key: &str, code: &'static str, message: &str) {
        if part.node.get(key).is_some() {
            self.note(
                &pointer::join(part.at, [key]),
                code,
                message.replace("{}", &format!("`{key}`")),
            );
        }
    }

    fn extensions(&mut self, at: &str, node: &Node, known: &[&str]) {
        for entry in node.as_object().unwrap_or_default() {
            let name = entry.key();
            if name.starts_with("x-") && !known.contains(&name) {
                self.note(
                    &pointer::join(at, [name]),
                    "extension-unread",
                    format!("the extension `{name}` is not read"),
                );
            }
        }
    }

    /// Visits an object, and returns whether its parts are visited too.
    fn part(&mut self, part: &Part<'_, 'd>) -> bool {
        let of_components = part.parent.is_some_and(|parent| parent.field == "components");
        let is_reference = part.node.get("$ref").is_some();
        match (part.kind, part.parent.map(|parent| parent.kind)) {
            (Kind::Other, Some(Kind::Document)) if part.field == "info" => {
                let message = "`info` is not used: the generated code does not describe the API as a whole";
                self.note(part.at, "info-unused", message);
                return false;
            }
            (Kind::Other, Some(Kind::Document)) if part.field == "components" => {
                for field in ["examples", "links", "callbacks"] {
                    self.note_member(part, field, "component-unused", "{} of `components` is not used");
                }
            }
            // For each of these, the object that contains it has a note for the whole.
            (Kind::Example, parent) if parent != Some(Kind::Parameter) => return false,
            (Kind::Server, parent) if parent != Some(Kind::Document) => return false,
            (Kind::PathItem, _) if part.field != "paths" => return false,
            (Kind::Link, _) => return false,
            (Kind::Encoding, Some(Kind::MediaType)) => {
                self.encoding(part);
                return false;
            }
            (Kind::Parameter | Kind::RequestBody | Kind::Response | Kind::Header, _)
                if of_components && !self.used.references.contains(format!("#{}", part.at).as_str()) =>
            {
                let (name, kind) = (part.key.unwrap_or_default(), part.field);
                self.note(
                    part.at,
                    "component-unused",
                    format!("nothing refers to `{name}` of `{kind}`: it is not used"),
                );
                return false;
            }
            (Kind::Header, parent) => {
                if parent == Some(Kind::Response) {
                    self.header(part);
                }
                return false;
            }
            (Kind::Server, _) if !part.at.ends_with("/0") => {
                self.note(part.at, "server-unused", "only the first server is used");
                return false;
            }
            _ if is_reference => return false,
            (Kind::Document, _) => self.extensions_of_map(part, "paths"),
            (Kind::Operation, _) => self.extensions_of_map(part, "responses"),
            (Kind::Parameter, _) => {
                if part.node.get("in").and_then(Node::as_str) != Some("query") {
                    let message = "{} is only used for a parameter in the query";
                    self.note_member(part, "allowReserved", "field-unused", message);
                }
                self.examples(part);
            }
            (Kind::MediaType, parent) => {
                let essence = part.key.map(essence).unwrap_or_default();
                if parent != Some(Kind::RequestBody) || ![FORM, MULTIPART].contains(&essence.as_str()) {
                    let message = format!("{{}} is only used in requests, for `{FORM}` and `{MULTIPART}`");
                    self.note_member(part, "encoding", "encoding-unused", &message);
                }
            }
            (Kind::Response, _) => {
                if self.used.further.contains(part.at) && !self.described.contains(part.at) {
                    self.note_member(
                        part,
                        "description",
                        "field-unused",
                        "{} of a further successful response is not used",
                    );
                }
                if !self.used.successes.contains(part.at) {
                    let message = "{} of an error is not used: the client reads all errors into its own type";
                    self.note_member(part, "content", "error-body-unused", message);
                    self.note_member(part, "headers", "error-body-unused", message);
                }
            }
            (Kind::Schema, _) => {
                if !is_read(part.field) {
                    return false;
                }
                self.schema(part, Role::of(part));
            }
            _ => {}
        }
        let (of, fields) = unread_fields(part.kind);
        for field in fields {
            self.note_member(part, field, "field-unused", &format!("{{}} of {of} is not used"));
        }
        self.extensions(part.at, part.node, known_extensions(part.kind));
        part.kind != Kind::Response || self.used.successes.contains(part.at)
    }

    /// The extensions in a map, such as `paths`.
    fn extensions_of_map(&mut self, part: &Part<'_, 'd>, key: &str) {
        if let Some(map) = part.node.get(key) {
            self.extensions(&pointer::join(part.at, [key]), map, &[]);
        }
    }

    fn header(&mut self, part: &Part<'_, 'd>) {
        let name = part.key.unwrap_or_default();
        let success = part
            .parent
            .is_some_and(|response| self.used.successes.contains(response.at));
        if success && self.used.paged.contains(&name.to_ascii_lowercase()) {
            self.note(part.at, "header-unused", "only the name of a response header is used");
        } else if success {
            let message = format!("the response header `{name}` has no method of its own: it is in `headers()`");
            self.note(part.at, "header-unused", message);
        }
    }

    /// The encoding of a property of a form.
    fn encoding(&mut self, part: &Part<'_, 'd>) {
        self.note_member(part, "headers", "field-unused", "{} of a part are not sent");
        if part.parent.and_then(|media| media.key).map(essence).as_deref() == Some(MULTIPART) {
            for key in ["style", "explode", "allowReserved"] {
                let message = format!("{{}} is only used for `{FORM}`");
                self.note_member(part, key, "encoding-unused", &message);
            }
        }
        self.extensions(part.at, part.node, &[]);
    }

    /// Only one example of a parameter is shown: its `example`, the first of its `examples`, or that of its schema.
    fn examples(&mut self, parameter: &Part<'_, 'd>) {
        let member = |keys: &[&str]| {
            let at = pointer::join(parameter.at, keys);
            self.document.get(&at).map(|_| at)
        };
        let mut shown: Vec<_> = member(&["example"]).into_iter().collect();
        let examples = parameter.node.get("examples").and_then(Node::as_object);
        let mut without = Vec::new();
        for example in examples.unwrap_or_default() {
            let at = pointer::join(parameter.at, ["examples", example.key()]);
            let valued = example.value().get("value").is_some();
            if valued { &mut shown } else { &mut without }.push(at);
        }
        shown.extend(member(&["schema", "example"]));
        for at in without {
            self.note(&at, "example-unused", "an example without a `value` is not shown");
        }
        for at in shown.iter().skip(1) {
            self.note(
                at,
                "example-unused",
                "only one example of a parameter is shown, not this one",
            );
        }
    }

    fn schema(&mut self, part: &Part<'_, 'd>, role: Role) {
        let schema = part.node;
        let has = |key: &str| schema.get(key).is_some();
        let kind = schema.get("type").and_then(Node::as_str);
        let strings = schema.get("enum").and_then(Node::as_array).is_some_and(|values| {
            values.iter().any(|value| value.as_str().is_some())
                && values
                    .iter()
                    .all(|value| value.as_str().is_some() || *value.value() == Value::Null)
        });
        let named = role == Role::Named || strings || has("properties") || has("allOf");
        self.annotations(part, role, named);
        self.keywords(part.at, schema, kind, role);
        if !strings {
            for extension in OF_ENUMS {
                self.note_member(
                    part,
                    extension,
                    "extension-misplaced",
                    "{} is only read beside an `enum` of strings",
                );
            }
            let message = match kind {
                Some("integer" | "number") => "an {} of numbers is not generated: any number is accepted",
                Some("boolean") => "an {} of booleans is not generated: both are accepted",
                _ => "an {} of values other than strings is not generated: any value is accepted",
            };
            self.note_member(part, "enum", "enum-open", message);
        } else if has("allOf") {
            self.note_member(part, "enum", "enum-open", "{} beside an `allOf` is not used");
        }
        if !has("oneOf") && !has("anyOf") {
            self.note_member(
                part,
                "discriminator",
                "discriminator-unused",
                "{} is only used beside a `oneOf` or an `anyOf`",
            );
        }
        if schema.get("additionalProperties").and_then(Node::as_bool) == Some(false) {
            let message = "{} as `false` has no effect: fields that are not listed are kept";
            self.note_member(part, "additionalProperties", "additional-properties-open", message);
        }
        if let Some(kind) = kind.filter(|kind| *kind != "array") {
            self.note_member(
                part,
                "items",
                "keyword-of-other-type",
                &format!("{{}} does not apply to the type `{kind}`"),
            );
        }
        if matches!(kind, None | Some("object")) && !has("properties") && !has("allOf") {
            // A part of an `allOf` may require the properties of another part.
            if part.key.is_some() {
                self.note_member(
                    part,
                    "required",
                    "required-unused",
                    "{} without `properties` is not used",
                );
            }
            let typed = schema.get("additionalProperties").and_then(Node::as_object);
            if kind.is_none() && typed.is_some() {
                let message = "{} without `type: object` is not used: any value is accepted";
                self.note_member(part, "additionalProperties", "additional-properties-unused", message);
            }
        }
        let parts = schema.get("allOf").and_then(Node::as_array).unwrap_or_default();
        let nullable = parts
            .iter()
            .enumerate()
            .filter(|(_, inner)| inner.get("nullable").is_some());
        for (index, _) in nullable.filter(|_| parts.len() > 1) {
            let at = pointer::join(part.at, ["allOf", &index.to_string(), "nullable"]);
            let message = "`nullable` of one part of an `allOf` is not used: write it beside the `allOf`";
            self.note(&at, "nullable-unused", message);
        }
    }

    /// Descriptions, examples, defaults and `nullable`.
    fn annotations(&mut self, part: &Part<'_, 'd>, role: Role, named: bool) {
        let schema = part.node;
        let kind = schema.get("type").and_then(Node::as_str);
        let one = matches!(kind, Some(kind) if kind != "object") || schema.get("allOf").is_some();
        let example = schema.get("example").and_then(Node::as_object);
        if role == Role::Inner || !one || example.is_some() {
            let message = "{} is only shown for a parameter, or for a property that is not an object";
            self.note_member(part, "example", "example-unused", message);
        }
        if schema.get("description").is_some() {
            self.note_member(part, "title", "text-unused", "{} is not used beside a `description`");
        }
        for key in ["title", "description"] {
            let message = match role {
                Role::Parameter { described: true } => {
                    "{} of a schema is not used beside the parameter's `description`"
                }
                Role::Inner if !named => "{} of a schema that has no name is not used",
                _ => continue,
            };
            self.note_member(part, key, "text-unused", message);
        }
        if role != Role::Named && !named {
            self.note_member(
                part,
                "deprecated",
                "field-unused",
                "{} of a schema that has no name is not used",
            );
        }
        if matches!(role, Role::Parameter { .. }) {
            let message = "{} of a parameter is not used: leave the parameter out instead";
            self.note_member(part, "nullable", "nullable-unused", message);
            for key in ["default", "example"].iter().filter(|_| part.field == "items") {
                let message = "{} of a parameter's items is not used: write it beside `items`";
                self.note_member(part, key, "field-unused", message);
            }
            return;
        }
        self.note_member(
            part,
            "default",
            "default-unused",
            "{} is only documented for parameters",
        );
        let media = part.parent.filter(|_| part.field == "schema");
        let holder = media.and_then(|media| media.parent);
        if holder.is_some_and(|holder| holder.kind == Kind::RequestBody) {
            let message = "{} of a request body is not used: it is never null";
            self.note_member(part, "nullable", "nullable-unused", message);
        }
    }

    /// The keywords that restrict the values of a type.
    fn keywords(&mut self, at: &str, schema: &Node, kind: Option<&str>, role: Role) {
        const NUMBERS: [&str; 5] = [
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ];
        const STRINGS: [&str; 3] = ["minLength", "maxLength", "pattern"];
        const LISTS: [&str; 3] = ["minItems", "maxItems", "uniqueItems"];
        const OBJECTS: [&str; 3] = ["properties", "required", "additionalProperties"];
        let own: &[&str] = match kind {
            Some("integer" | "number") => &NUMBERS,
            Some("string") => &STRINGS,
            Some("array") => &LISTS,
            Some("object") => &OBJECTS,
            // Without a type, each keyword applies to the values of its own type.
            _ => &[],
        };
        for key in NUMBERS
            .iter()
            .chain(&STRINGS)
            .chain(&LISTS)
            .filter(|key| schema.get(key).is_some())
        {
            let at = pointer::join(at, [*key]);
            if let (Some(kind), false) = (kind, own.contains(key)) {
                self.note(
                    &at,
                    "keyword-of-other-type",
                    format!("`{key}` does not apply to the type `{kind}`"),
                );
            } else if !matches!(role, Role::Parameter { .. }) || kind.is_none() {
                self.note(
                    &at,
                    "bound-unchecked",
                    format!("`{key}` is only checked in parameters with a `type`"),
                );
            } else if kind == Some("integer")
                && let Some(number) = schema.get(key).and_then(Node::as_number)
                && !number.is_i64()
                && number.as_f64().is_some_and(|number| !is_checked(key, number))
            {
                self.note(
                    &at,
                    "bound-unchecked",
                    format!("`{key}` is not checked: it is not an `i64`"),
                );
            }
        }
        for key in OBJECTS.iter().filter(|key| schema.get(key).is_some()) {
            if let (Some(kind), false) = (kind, own.contains(key)) {
                self.note(
                    &pointer::join(at, [*key]),
                    "keyword-of-other-type",
                    format!("`{key}` does not apply to the type `{kind}`"),
                );
            }
        }
        let format = schema.get("format").and_then(Node::as_str).unwrap_or_default();
        let known: &[&str] = match kind {
            Some("integer") => &[
                "int8",
                "int16",
                "int32",
                "int64",
                "uint",
                "uint8",
                "uint16",
                "uint32",
                "uint64",
                "unix-time",
            ],
            Some("number") => &["float", "double"],
            // This only says how to display the value.
            Some("string") if self.bytes.contains(at) => &["binary", "file", "password"],
            Some("string") => &["password"],
            _ => &[],
        };
        if !format.is_empty() && !known.contains(&format) {
            let rust = match kind {
                Some("integer") => "it is an `i64`",
                Some("number") => "it is an `f64`",
                Some("string") => "any string is accepted",
                _ => "it does not apply to the type",
            };
            self.note(
                &pointer::join(at, ["format"]),
                "format-unused",
                format!("the format `{format}` is not used: {rust}"),
            );
        }
    }
}

/// Whether the schema in this field is used.
fn is_read(field: &str) -> bool {
    let of_schemas = ["properties", "items", "additionalProperties", "allOf", "oneOf", "anyOf"];
    ["schemas", "schema"].contains(&field) || of_schemas.contains(&field)
}
