//! What a document holds and generation does not read: each is a note, so that nobody waits for an
//! effect that does not come.
//!
//! The fields of OpenAPI 3.0 are gone through one by one. What is not named here is generated, is
//! refused elsewhere, or is no field at all, of which the check of the document warns. The same note
//! on many places is one note, at the first of them.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::{Document, METHODS, Node, Value, pointer};

use super::Prepare;
use super::bounds::is_checked;

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

/// Extensions that are read beside an `enum` of strings.
const OF_ENUMS: [&str; 3] = ["x-enum-aliases", "x-enum-descriptions", "x-lifecycle"];

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

/// A value and its place.
#[derive(Clone)]
struct Part<'d> {
    at: String,
    /// The name of a member; empty for the item of a list.
    key: &'d str,
    node: &'d Node,
}

impl<'d> Part<'d> {
    fn get(&self, key: &str) -> Option<Part<'d>> {
        let entry = self.node.entry(key)?;
        Some(Part {
            at: pointer::join(&self.at, [key]),
            key: entry.key(),
            node: entry.value(),
        })
    }

    /// The members of an object, and the items of a list.
    fn parts(&self) -> Vec<Part<'d>> {
        match self.node.value() {
            Value::Object(members) => members
                .iter()
                .map(|member| Part {
                    at: pointer::join(&self.at, [member.key()]),
                    key: member.key(),
                    node: member.value(),
                })
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, node)| Part {
                    at: pointer::join(&self.at, [index.to_string()]),
                    key: "",
                    node,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The parts of a member, which may not be there.
    fn parts_of(&self, key: &str) -> Vec<Part<'d>> {
        self.get(key).map(|member| member.parts()).unwrap_or_default()
    }
}

impl<'d> Walk<'d> {
    fn note(&mut self, at: &str, message: impl Into<String>) {
        self.notes.entry(message.into()).or_default().insert(at.to_owned());
    }

    /// Notes those of the fields that are there.
    fn fields(&mut self, part: &Part, of: &str, fields: &[&str]) {
        for field in fields.iter().filter_map(|field| part.get(field)) {
            self.note(&field.at, format!("`{}` of {of} is not used", field.key));
        }
    }

    fn extensions(&mut self, part: &Part, known: &[&str]) {
        for entry in part.node.as_object().unwrap_or_default() {
            let name = entry.key();
            if name.starts_with("x-") && !known.contains(&name) {
                let at = pointer::join(&part.at, [name]);
                self.note(&at, format!("the extension `{name}` is not read"));
            }
        }
    }

    /// The place that a reference leads to, or the place itself.
    fn resolved(&self, part: Part<'d>) -> Part<'d> {
        let mut part = part;
        let mut seen = HashSet::new();
        while let Some(reference) = part.node.get("$ref").and_then(Node::as_str) {
            let at = reference.trim_start_matches('#').to_owned();
            let Some(node) = self.document.get(&at).filter(|_| seen.insert(at.clone())) else {
                break;
            };
            part = Part { at, node, ..part };
        }
        part
    }

    fn document(&mut self) {
        let root = Part {
            at: String::new(),
            key: "",
            node: self.document.root(),
        };
        if let Some(info) = root.get("info") {
            self.note(
                &info.at,
                "`info` is not used: the generated code does not describe the API as a whole",
            );
        }
        self.fields(&root, "the document", &["externalDocs"]);
        self.extensions(&root, &[]);
        for tag in root.parts_of("tags") {
            self.fields(&tag, "a tag", &["externalDocs"]);
            self.extensions(&tag, &[]);
        }
        self.servers(&root);
        let paths = root.parts_of("paths");
        let paged = paged_headers(&paths);
        for path in &paths {
            if path.key.starts_with("x-") {
                self.note(&path.at, format!("the extension `{}` is not read", path.key));
            } else {
                self.path(path, &paged);
            }
        }
        if let Some(components) = root.get("components") {
            self.components(&components);
        }
    }

    fn servers(&mut self, root: &Part) {
        for (index, server) in root.parts_of("servers").iter().enumerate() {
            if index > 0 {
                self.note(&server.at, "only the first server is used");
                continue;
            }
            self.fields(server, "a server", &["description"]);
            self.extensions(server, &[]);
            for variable in server.parts_of("variables") {
                self.fields(&variable, "a server's variable", &["enum", "description"]);
                self.extensions(&variable, &[]);
            }
        }
    }

    fn path(&mut self, path: &Part<'d>, paged: &HashSet<String>) {
        self.fields(path, "a path", &["summary", "description", "servers"]);
        self.extensions(path, &[]);
        self.parameters(path);
        for member in path.parts() {
            if METHODS.contains(&member.key) && member.node.as_object().is_some() {
                self.operation(&member, paged);
            }
        }
    }

    fn operation(&mut self, operation: &Part<'d>, paged: &HashSet<String>) {
        self.fields(operation, "an operation", &["externalDocs", "callbacks", "servers"]);
        self.extensions(operation, &["x-columns", "x-cursor-pagination"]);
        if let Some(security) = operation.get("security") {
            self.note(
                &security.at,
                "`security` of an operation has no effect: every request carries the key",
            );
        }
        self.parameters(operation);
        if let Some(body) = operation.get("requestBody") {
            let body = self.resolved(body);
            self.extensions(&body, &[]);
            self.content(&body);
            let schemas = body
                .parts_of("content")
                .into_iter()
                .filter_map(|media| media.get("schema"));
            for nullable in schemas.filter_map(|schema| schema.get("nullable")) {
                self.note(
                    &nullable.at,
                    "`nullable` of a request body is not used: it is never null",
                );
            }
        }
        let responses = operation.parts_of("responses");
        let succeeds = responses.iter().any(|response| response.key.starts_with('2'));
        let first = responses.iter().position(|response| response.key.starts_with('2'));
        for (index, response) in responses.into_iter().enumerate() {
            let status = response.key;
            let success = status.starts_with('2') || status == "default" && !succeeds;
            if status.starts_with("x-") {
                self.note(&response.at, format!("the extension `{status}` is not read"));
            } else {
                let response = self.resolved(response);
                if status.starts_with('2') && first != Some(index) {
                    self.fields(&response, "a further success", &["description"]);
                }
                self.response(&response, success, paged);
            }
        }
    }

    fn parameters(&mut self, of: &Part<'d>) {
        for parameter in of.parts_of("parameters") {
            let parameter = self.resolved(parameter);
            self.fields(&parameter, "a parameter", &["allowEmptyValue", "allowReserved"]);
            self.extensions(&parameter, &["x-filter"]);
            let described = parameter.node.get("description").is_some();
            self.schema(parameter.get("schema"), Role::Parameter { described });
            self.examples(&parameter);
        }
    }

    /// One example of a parameter is shown: its own, the first of its own, or its schema's.
    fn examples(&mut self, parameter: &Part<'d>) {
        let examples = parameter.parts_of("examples");
        for example in &examples {
            self.fields(example, "an example", &["summary", "description", "externalValue"]);
            self.extensions(example, &[]);
        }
        let (valued, others): (Vec<_>, Vec<_>) = examples
            .into_iter()
            .partition(|example| example.node.get("value").is_some());
        for other in others {
            self.note(&other.at, "an example without a `value` is not shown");
        }
        let of_schema = parameter.get("schema").and_then(|schema| schema.get("example"));
        let all = parameter.get("example").into_iter().chain(valued).chain(of_schema);
        for example in all.skip(1) {
            self.note(&example.at, "one example of a parameter is shown, and not this one");
        }
    }

    fn content(&mut self, of: &Part<'d>) {
        for media in of.parts_of("content") {
            self.fields(&media, "a media type", &["example", "examples", "encoding"]);
            self.extensions(&media, &[]);
            self.schema(media.get("schema"), Role::Inner);
        }
    }

    fn response(&mut self, response: &Part<'d>, success: bool, paged: &HashSet<String>) {
        self.fields(response, "a response", &["links"]);
        self.extensions(response, &[]);
        if !success {
            for field in ["content", "headers"].iter().filter_map(|field| response.get(field)) {
                let key = field.key;
                let message = format!("`{key}` of an error is not used: the client reads all errors into its own");
                self.note(&field.at, message);
            }
            return;
        }
        for header in response.parts_of("headers") {
            let name = header.key;
            if paged.contains(&name.to_ascii_lowercase()) {
                self.note(&header.at, "of a response header only the name is used");
            } else {
                let message = format!("the response header `{name}` has no method of its own: it is in `headers()`");
                self.note(&header.at, message);
            }
        }
        self.content(response);
    }

    fn components(&mut self, components: &Part<'d>) {
        self.extensions(components, &[]);
        self.fields(components, "`components`", &["examples", "links", "callbacks"]);
        let mut references = HashSet::new();
        collect_references(self.document.root(), &mut references);
        for kind in ["parameters", "requestBodies", "responses", "headers"] {
            for part in components.parts_of(kind) {
                if !references.contains(format!("#{}", part.at).as_str()) {
                    let message = format!("nothing refers to `{}` of `{kind}`: it is not used", part.key);
                    self.note(&part.at, message);
                }
            }
        }
        for scheme in components.parts_of("securitySchemes") {
            self.fields(&scheme, "a security scheme", &["description", "bearerFormat"]);
            self.extensions(&scheme, &[]);
        }
        for schema in components.parts_of("schemas") {
            self.schema(Some(schema), Role::Named);
        }
    }

    fn schema(&mut self, part: Option<Part<'d>>, role: Role) {
        let Some(part) = part.filter(|part| part.node.get("$ref").is_none()) else {
            return;
        };
        let (at, schema) = (part.at.as_str(), part.node);
        let has = |key: &str| schema.get(key).is_some();
        self.fields(
            &part,
            "a schema",
            &[
                "discriminator",
                "externalDocs",
                "maxProperties",
                "minProperties",
                "readOnly",
                "writeOnly",
                "xml",
            ],
        );
        self.extensions(&part, &OF_ENUMS);
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
        let one = matches!(kind, Some(kind) if kind != "object") || has("allOf");
        if role == Role::Inner
            || !one
            || schema
                .get("example")
                .is_some_and(|example| example.as_object().is_some())
        {
            note(
                self,
                "example",
                "{} is shown for a parameter or a property that is no object only",
            );
        }
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
            for extension in OF_ENUMS {
                note(self, extension, "{} is read beside an `enum` of strings only");
            }
            let message = match kind {
                Some("integer" | "number") => "an {} of numbers is not generated: any number is accepted",
                Some("boolean") => "an {} of booleans is not generated: both are accepted",
                _ => "an {} of other values than strings is not generated: any value is accepted",
            };
            note(self, "enum", message);
        } else if has("allOf") {
            note(self, "enum", "{} beside an `allOf` is not used");
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
        if let Some(kind) = kind.filter(|kind| *kind != "array") {
            note(self, "items", &format!("{{}} says nothing of the type `{kind}`"));
        }
        if matches!(kind, None | Some("object")) && !has("properties") && !has("allOf") {
            // A part of an `allOf` may require what another part has.
            if !part.key.is_empty() {
                note(self, "required", "{} without `properties` is not used");
            }
            if kind.is_none()
                && schema
                    .get("additionalProperties")
                    .is_some_and(|of| of.as_object().is_some())
            {
                note(
                    self,
                    "additionalProperties",
                    "{} without `type: object` is not used: any value is accepted",
                );
            }
        }
        for property in part.parts_of("properties") {
            self.schema(Some(property), Role::Named);
        }
        // A parameter's items are checked like the parameter.
        let items = match role {
            Role::Parameter { .. } => Role::Parameter { described: true },
            _ => Role::Inner,
        };
        if let (Role::Parameter { .. }, Some(items)) = (role, part.get("items")) {
            for key in ["default", "example"].iter().filter_map(|key| items.get(key)) {
                let message = format!(
                    "`{}` of a parameter's items is not used: write it beside `items`",
                    key.key
                );
                self.note(&key.at, message);
            }
        }
        self.schema(part.get("items"), items);
        self.schema(part.get("additionalProperties"), Role::Inner);
        for key in ["allOf", "oneOf", "anyOf"] {
            let parts = part.parts_of(key);
            for nullable in parts
                .iter()
                .filter_map(|inner| inner.get("nullable"))
                .filter(|_| parts.len() > 1)
            {
                let message = format!("`nullable` of one part of an `{key}` is not used: write it beside the `{key}`");
                self.note(&nullable.at, message);
            }
            for inner in parts {
                self.schema(Some(inner), Role::Inner);
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
            } else if kind == Some("integer")
                && let Some(number) = schema.get(key).and_then(Node::as_number)
                && !number.is_i64()
                && number.as_f64().is_some_and(|number| !is_checked(key, number))
            {
                self.note(&at, format!("`{key}` is not checked: it is no `i64`"));
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

/// The response headers that pagination reads, in lower case.
fn paged_headers(paths: &[Part]) -> HashSet<String> {
    let operations = paths.iter().filter_map(|path| path.node.as_object()).flatten();
    operations
        .filter_map(|operation| operation.value().get("x-cursor-pagination"))
        .flat_map(|pagination| ["has-more", "applied-limit"].map(|key| pagination.get(key)?.as_str()))
        .flatten()
        .map(str::to_ascii_lowercase)
        .collect()
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
