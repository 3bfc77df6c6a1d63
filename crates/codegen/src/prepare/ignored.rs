//! What a document holds and generation does not read: each is a note, so that nobody waits for an
//! effect that does not come.
//!
//! The fields of OpenAPI 3.0 are gone through one by one. What is not named here is generated, is
//! refused elsewhere, or is no field at all, of which the check of the document warns. The same note
//! on many places is one note, at the first of them.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::{Document, Node, Value, pointer};

use super::Prepare;

impl Prepare<'_> {
    /// Notes everything that is not read.
    pub(super) fn ignored(&mut self) {
        let mut walk = Walk {
            document: self.document,
            notes: IndexMap::new(),
        };
        walk.document();
        for (message, places) in walk.notes {
            let Some(first) = places.first() else { continue };
            let more = match places.len() - 1 {
                0 => String::new(),
                1 => " (here and in one more place)".to_owned(),
                more => format!(" (here and in {more} more places)"),
            };
            self.push(self.document.note(first, message + &more).at_key());
        }
    }
}

struct Walk<'d> {
    document: &'d Document,
    /// The places of each message.
    notes: IndexMap<String, IndexSet<String>>,
}

/// What a schema is to what holds it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A component or a property: its words become docs.
    Named,
    /// A parameter's, which may have words of its own.
    Parameter { described: bool },
    /// An item, a value, a body, a part: a type without docs, but for objects and enums.
    Inner,
}

type Member<'d> = (&'d str, String, &'d Node);

impl<'d> Walk<'d> {
    fn note(&mut self, at: &str, message: impl Into<String>) {
        self.notes.entry(message.into()).or_default().insert(at.to_owned());
    }

    /// Notes those of the fields that are there.
    fn fields(&mut self, at: &str, of: &str, fields: &[&str]) {
        for field in fields {
            let at = pointer::join(at, [*field]);
            if self.document.get(&at).is_some() {
                self.note(&at, format!("`{field}` of {of} is not used"));
            }
        }
    }

    fn extensions(&mut self, at: &str, known: &[&str]) {
        for (name, at, _) in self.members(at) {
            if name.starts_with("x-") && !known.contains(&name) {
                self.note(&at, format!("the extension `{name}` is not read"));
            }
        }
    }

    /// The members of an object, and the items of a list.
    fn members(&self, at: &str) -> Vec<Member<'d>> {
        match self.document.get(at).map(Node::value) {
            Some(Value::Object(members)) => members
                .iter()
                .map(|member| (member.key(), pointer::join(at, [member.key()]), member.value()))
                .collect(),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| ("", pointer::join(at, [index.to_string()]), item))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The place that a reference leads to, or the place itself.
    fn resolved(&self, at: String) -> String {
        let mut at = at;
        let mut seen = HashSet::new();
        while let Some(reference) = self.document.get(&at).and_then(|node| node.get("$ref")?.as_str()) {
            if !seen.insert(at.clone()) {
                break;
            }
            at = reference.trim_start_matches('#').to_owned();
        }
        at
    }

    fn document(&mut self) {
        if self.document.get("/info").is_some() {
            self.note(
                "/info",
                "`info` is not used: the generated code does not describe the API as a whole",
            );
        }
        self.fields("", "the document", &["tags", "externalDocs"]);
        self.extensions("", &[]);
        self.servers();
        let paged = self.paged_headers();
        for (path, at, _) in self.members("/paths") {
            if path.starts_with("x-") {
                self.note(&at, format!("the extension `{path}` is not read"));
            } else {
                self.path(&at, &paged);
            }
        }
        self.components();
    }

    fn servers(&mut self) {
        for (index, (_, at, _)) in self.members("/servers").into_iter().enumerate() {
            if index > 0 {
                self.note(&at, "only the first server is used");
                continue;
            }
            self.fields(&at, "a server", &["description"]);
            self.extensions(&at, &[]);
            for (_, at, _) in self.members(&pointer::join(&at, ["variables"])) {
                self.fields(&at, "a server's variable", &["enum", "description"]);
                self.extensions(&at, &[]);
            }
        }
    }

    /// The response headers that pagination reads, in lower case.
    fn paged_headers(&self) -> HashSet<String> {
        let operations = self
            .members("/paths")
            .into_iter()
            .flat_map(|(_, at, _)| self.members(&at));
        operations
            .filter_map(|(_, _, operation)| operation.get("x-cursor-pagination"))
            .flat_map(|pagination| ["has-more", "applied-limit"].map(|key| pagination.get(key)?.as_str()))
            .flatten()
            .map(str::to_ascii_lowercase)
            .collect()
    }

    fn path(&mut self, at: &str, paged: &HashSet<String>) {
        self.fields(at, "a path", &["summary", "description", "servers"]);
        self.extensions(at, &[]);
        self.parameters(&pointer::join(at, ["parameters"]));
        for (method, at, operation) in self.members(at) {
            let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
            if methods.contains(&method) && operation.as_object().is_some() {
                self.operation(&at, paged);
            }
        }
    }

    fn operation(&mut self, at: &str, paged: &HashSet<String>) {
        self.fields(at, "an operation", &["tags", "externalDocs", "callbacks", "servers"]);
        self.extensions(at, &["x-cursor-pagination"]);
        let security = pointer::join(at, ["security"]);
        if self.document.get(&security).is_some() {
            self.note(
                &security,
                "`security` of an operation has no effect: every request carries the key",
            );
        }
        self.parameters(&pointer::join(at, ["parameters"]));
        let body = self.resolved(pointer::join(at, ["requestBody"]));
        self.extensions(&body, &[]);
        self.content(&pointer::join(&body, ["content"]));
        let responses = self.members(&pointer::join(at, ["responses"]));
        let succeeds = responses.iter().any(|(status, ..)| status.starts_with('2'));
        for (status, at, _) in responses {
            let success = status.starts_with('2') || status == "default" && !succeeds;
            if status.starts_with("x-") {
                self.note(&at, format!("the extension `{status}` is not read"));
            } else {
                let at = self.resolved(at);
                self.response(&at, success, paged);
            }
        }
    }

    fn parameters(&mut self, at: &str) {
        for (_, at, _) in self.members(at) {
            let at = self.resolved(at);
            let fields = ["allowEmptyValue", "allowReserved", "example", "examples"];
            self.fields(&at, "a parameter", &fields);
            self.extensions(&at, &[]);
            let described = self.document.get(&pointer::join(&at, ["description"])).is_some();
            self.schema(&pointer::join(&at, ["schema"]), Role::Parameter { described });
        }
    }

    fn content(&mut self, at: &str) {
        for (_, at, _) in self.members(at) {
            self.fields(&at, "a media type", &["example", "examples", "encoding"]);
            self.extensions(&at, &[]);
            self.schema(&pointer::join(&at, ["schema"]), Role::Inner);
        }
    }

    fn response(&mut self, at: &str, success: bool, paged: &HashSet<String>) {
        self.fields(at, "a response", &["links"]);
        self.extensions(at, &[]);
        let headers = self.members(&pointer::join(at, ["headers"]));
        if !success {
            for field in ["content", "headers"] {
                let at = pointer::join(at, [field]);
                if self.document.get(&at).is_some() {
                    self.note(
                        &at,
                        format!("`{field}` of an error is not used: the client reads all errors into its own"),
                    );
                }
            }
            return;
        }
        for (name, at, _) in headers {
            if paged.contains(&name.to_ascii_lowercase()) {
                self.note(&at, "of a response header only the name is used");
            } else {
                self.note(
                    &at,
                    format!("the response header `{name}` has no method of its own: it is in `headers()`"),
                );
            }
        }
        self.content(&pointer::join(at, ["content"]));
    }

    fn components(&mut self) {
        self.extensions("/components", &[]);
        self.fields("/components", "`components`", &["examples", "links", "callbacks"]);
        let mut references = HashSet::new();
        collect_references(self.document.root(), &mut references);
        for kind in ["parameters", "requestBodies", "responses", "headers"] {
            for (name, at, _) in self.members(&format!("/components/{kind}")) {
                if !references.contains(format!("#{at}").as_str()) {
                    self.note(&at, format!("nothing refers to `{name}` of `{kind}`: it is not used"));
                }
            }
        }
        for (_, at, _) in self.members("/components/securitySchemes") {
            self.fields(&at, "a security scheme", &["description", "bearerFormat"]);
            self.extensions(&at, &[]);
        }
        for (_, at, _) in self.members("/components/schemas") {
            self.schema(&at, Role::Named);
        }
    }

    fn schema(&mut self, at: &str, role: Role) {
        let Some(schema) = self.document.get(at).filter(|schema| schema.get("$ref").is_none()) else {
            return;
        };
        let has = |key: &str| schema.get(key).is_some();
        self.fields(
            at,
            "a schema",
            &[
                "discriminator",
                "example",
                "externalDocs",
                "maxProperties",
                "minProperties",
                "readOnly",
                "writeOnly",
                "xml",
            ],
        );
        self.extensions(at, &["x-enum-descriptions"]);
        let note = |walk: &mut Self, key: &str, message: &str| {
            if has(key) {
                walk.note(&pointer::join(at, [key]), message.replace("{}", &format!("`{key}`")));
            }
        };
        let kind = schema.get("type").and_then(Node::as_str);
        let strings = schema.get("enum").and_then(Node::as_array).is_some_and(|values| {
            values.iter().any(|value| value.as_str().is_some())
                && values
                    .iter()
                    .all(|value| value.as_str().is_some() || *value.value() == Value::Null)
        });
        let named = role == Role::Named || strings || has("properties") || has("allOf");
        if has("description") {
            note(self, "title", "{} is not used beside a `description`");
        }
        for key in ["title", "description"] {
            match role {
                Role::Parameter { described: true } => note(
                    self,
                    key,
                    "{} of a schema is not used beside the parameter's `description`",
                ),
                Role::Inner if !named => note(self, key, "{} of a schema that has no name is not used"),
                _ => {}
            }
        }
        if role != Role::Named {
            if !named {
                note(self, "deprecated", "{} of a schema that has no name is not used");
            }
            if !matches!(role, Role::Inner) {
                note(
                    self,
                    "nullable",
                    "{} of a parameter is not used: it is left out instead",
                );
            }
        }
        if !matches!(role, Role::Parameter { .. }) {
            note(self, "default", "{} is told of parameters only");
        }
        self.keywords(at, schema, kind, role);
        if !strings {
            note(
                self,
                "x-enum-descriptions",
                "{} is read beside an `enum` of strings only",
            );
            let message = match kind {
                Some("integer" | "number") => "an {} of numbers is not generated: any number is accepted",
                Some("boolean") => "an {} of booleans is not generated: both are accepted",
                _ => "an {} of other values than strings is not generated: any value is accepted",
            };
            note(self, "enum", message);
        }
        if schema
            .get("additionalProperties")
            .is_some_and(|value| value.as_bool() == Some(false))
        {
            note(
                self,
                "additionalProperties",
                "{} as `false` has no effect: fields that are not listed are kept",
            );
        }
        for (_, at, _) in self.members(&pointer::join(at, ["properties"])) {
            self.schema(&at, Role::Named);
        }
        // A parameter's items are checked like the parameter.
        let items = match role {
            Role::Parameter { .. } => Role::Parameter { described: true },
            _ => Role::Inner,
        };
        self.schema(&pointer::join(at, ["items"]), items);
        self.schema(&pointer::join(at, ["additionalProperties"]), Role::Inner);
        for key in ["allOf", "oneOf", "anyOf"] {
            for (_, at, _) in self.members(&pointer::join(at, [key])) {
                self.schema(&at, Role::Inner);
            }
        }
    }

    /// The keywords that narrow the values of a type.
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
            Some("boolean") => &[],
            // Without a type each keyword speaks of the values that it fits.
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
                self.note(&at, format!("`{key}` says nothing of the type `{kind}`"));
            } else if !matches!(role, Role::Parameter { .. }) || kind.is_none() {
                self.note(&at, format!("`{key}` is checked in parameters with a `type` only"));
            }
        }
        for key in OBJECTS.iter().filter(|key| schema.get(key).is_some()) {
            if let (Some(kind), false) = (kind, own.contains(key)) {
                self.note(
                    &pointer::join(at, [*key]),
                    format!("`{key}` says nothing of the type `{kind}`"),
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
            // It says how a program shows it.
            Some("string") => &["password"],
            _ => &[],
        };
        if !format.is_empty() && !known.contains(&format) {
            let rust = match kind {
                Some("integer") => "it is an `i64`",
                Some("number") => "it is an `f64`",
                Some("string") => "any string is accepted",
                _ => "it says nothing of the type",
            };
            self.note(
                &pointer::join(at, ["format"]),
                format!("the format `{format}` is not used: {rust}"),
            );
        }
    }
}

fn collect_references<'d>(node: &'d Node, references: &mut HashSet<&'d str>) {
    match node.value() {
        Value::Object(members) => {
            references.extend(node.get("$ref").and_then(Node::as_str));
            members
                .iter()
                .for_each(|member| collect_references(member.value(), references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, references)),
        _ => {}
    }
}
