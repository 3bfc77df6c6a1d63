//! Lower: turns a document into a simplified copy for progenitor, and a [`Model`] of everything that the copy leaves
//! out.
//!
//! The copy has Rust names everywhere, no inline enums or objects, no bounds and no operations. It only exists in
//! memory: the document itself is not changed.

mod body;
mod bounds;
mod budget;
mod columns;
mod error_shape;
mod filter;
mod format;
mod ignored;
mod lifecycle;
mod operation;
mod pagination;
mod parameter;
mod part;
mod schema;
mod security;
mod shape;
mod union;

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::{Diagnostic, Diagnostics, Document, Position};
use openapiv3::{Components, OpenAPI, ReferenceOr, Schema, Server};

pub(crate) use self::bounds::fits;
use self::budget::Budget;
use self::schema::{Kind, Pending, Place};
pub(crate) use self::schema::{TIMESTAMP, any};
use crate::model::Model;
use crate::name;
use crate::pattern::Automaton;

/// The schemas of a document by their names.
pub(crate) type Schemas = IndexMap<String, ReferenceOr<Schema>>;

/// A document, ready for progenitor and emit.
#[derive(Debug)]
pub(crate) struct Lowered {
    /// The document in the form of OpenAPI 3.0. All places are places in it.
    pub document: Document,
    /// The copy for progenitor.
    pub api: OpenAPI,
    /// Everything else that emit needs.
    pub model: Model,
    /// Notes and warnings about what was left out.
    pub notes: Diagnostics,
}

impl Lowered {
    /// The copy's schemas, by Rust name.
    pub(crate) fn schemas(&self) -> Schemas {
        self.api
            .components
            .as_ref()
            .map(|components| components.schemas.clone())
            .unwrap_or_default()
    }

    /// Replaces the copy's schemas.
    pub(crate) fn set_schemas(&mut self, schemas: Schemas) {
        if let Some(components) = &mut self.api.components {
            components.schemas = schemas;
        }
    }
}

/// Lowers a document, or returns all errors in it.
pub(crate) fn lower(document: &Document) -> Result<Lowered, Diagnostics> {
    let mut findings = match document.lowered() {
        Ok(lowered) => return lower_document(lowered),
        Err(findings) => findings,
    };
    // `lower_document` can find more errors in the part that is valid. Errors of reading it are among the findings.
    let part = document.sound_part().and_then(|part| part.lowered().ok());
    if let Some(Err(more)) = part.map(lower_document) {
        findings.extend(more);
    }
    Err(findings)
}

fn lower_document(lowered: ittybit_spec::Lowered) -> Result<Lowered, Diagnostics> {
    let api = lowered.openapi()?;
    let ittybit_spec::Lowered {
        document,
        findings: mut notes,
    } = lowered;
    let components = api.components.clone().unwrap_or_default();
    let mut lowering = Lowering::new(&document, &api, &components);
    lowering.model.title = api.info.title.clone();
    lowering.security();
    lowering.error_shape();
    lowering.server();
    lowering.components();
    lowering.paths();
    lowering.builder_names();
    lowering.reachability();
    lowering.in_unions();
    lowering.ignored();
    let Lowering {
        model,
        findings,
        schemas,
        ..
    } = lowering;
    if findings.has_errors() {
        return Err(findings.errors().cloned().collect());
    }
    notes.extend(findings);
    let components = Components {
        schemas,
        ..Components::default()
    };
    let api = OpenAPI {
        openapi: api.openapi,
        info: api.info,
        components: Some(components),
        ..OpenAPI::default()
    };
    Ok(Lowered {
        document,
        api,
        model,
        notes,
    })
}

/// The state of one lowering.
pub(crate) struct Lowering<'a> {
    document: &'a Document,
    api: &'a OpenAPI,
    /// The document's `components`; empty if it has none.
    components: &'a Components,
    findings: Diagnostics,
    /// The places and messages of the findings, so that a part that is visited twice is reported once.
    reported: HashSet<(Option<Position>, String)>,
    model: Model,
    /// The copy's component schemas, by Rust name.
    schemas: Schemas,
    kinds: HashMap<String, Kind>,
    /// The Rust names of the component schemas.
    type_names: HashMap<String, String>,
    suffixes: Suffixes,
    /// The names of inline schemas, by place.
    inline_names: HashMap<String, String>,
    /// For each struct and union, the structs and unions that it contains.
    holds: HashMap<String, Vec<String>>,
    /// The structs and unions in responses, and those in requests.
    received: Vec<String>,
    sent: Vec<String>,
    budget: Budget,
    /// The places of the schemas whose values are bytes in a body.
    bytes: HashSet<String>,
    /// The descriptions of the tags.
    tags: HashMap<&'a str, &'a str>,
    /// The compiled patterns of parameters, or the reasons why they are not checked.
    patterns: HashMap<String, Result<Rc<Automaton>, String>>,
    /// Whether too deep nesting was reported: one error is enough for a chain of references.
    too_deep: bool,
    /// How many nested unions are being merged with the properties beside them.
    merging: usize,
    /// Structs that have a name, but no fields yet.
    pending: VecDeque<Pending>,
}

impl<'a> Lowering<'a> {
    fn new(document: &'a Document, api: &'a OpenAPI, components: &'a Components) -> Self {
        Self {
            document,
            api,
            components,
            findings: Diagnostics::default(),
            reported: HashSet::new(),
            model: Model::default(),
            schemas: IndexMap::new(),
            kinds: HashMap::new(),
            type_names: HashMap::new(),
            suffixes: Suffixes::default(),
            inline_names: HashMap::new(),
            holds: HashMap::new(),
            received: Vec::new(),
            sent: Vec::new(),
            budget: Budget::of(document.size()),
            bytes: HashSet::new(),
            // In reverse order, so that the first of several tags with the same name is used.
            tags: api
                .tags
                .iter()
                .rev()
                .map(|tag| (tag.name.as_str(), tag.description.as_deref().unwrap_or_default()))
                .collect(),
            patterns: HashMap::new(),
            too_deep: false,
            merging: 0,
            pending: VecDeque::new(),
        }
    }

    fn error(&mut self, at: &str, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.push(self.document.error(at, message).code(code).help(help));
    }

    fn note(&mut self, at: &str, code: &'static str, message: impl Into<String>) {
        self.push(self.document.note(at, message).code(code));
    }

    fn push(&mut self, finding: Diagnostic) {
        if self.reported.insert((finding.position(), finding.message().to_owned())) {
            self.findings.push(finding);
        }
    }

    /// The place of an inline schema with its Rust name, and whether it still has to be defined. A place can be
    /// visited again through an `allOf` or a shared parameter. It keeps its name then, because it is the same type.
    fn inline_place(&mut self, place: &Place) -> (Place, bool) {
        let at = &place.at;
        if let Some(name) = self.inline_names.get(at) {
            return (Place::new(at.clone(), name.clone()), false);
        }
        let name = self.free_type_name(&place.name);
        if name != place.name {
            self.note(
                at,
                "name-taken",
                format!(
                    "the name `{}` is taken: the schema is the Rust type `{name}`",
                    place.name
                ),
            );
        }
        self.inline_names.insert(at.clone(), name.clone());
        self.model.places.insert(name.clone(), at.clone());
        (Place::new(at.clone(), name), true)
    }

    /// The name itself, or with the shortest suffix that makes it unique.
    fn free_type_name(&mut self, wanted: &str) -> String {
        let is_reserved = |name: &str| name::is_reserved_type(name) || name == TIMESTAMP;
        let wanted = match is_reserved(wanted) {
            true => format!("{wanted}Value"),
            false => wanted.to_owned(),
        };
        let places = &self.model.places;
        self.suffixes
            .free(&wanted, "", |name| is_reserved(name) || places.contains_key(name))
    }

    /// Names the request builders. They are in the same module as the builders of structs.
    fn builder_names(&mut self) {
        let mut taken: HashSet<String> = self.model.structs.keys().map(|name| format!("{name}Builder")).collect();
        let (mut notes, mut suffixes) = (Vec::new(), Suffixes::default());
        for (rust, operation) in &mut self.model.operations {
            let wanted = name::builder_name(rust);
            let is_taken = |name: &str| {
                name::is_reserved_type(name) || name::RESERVED_BUILDERS.contains(&name) || taken.contains(name)
            };
            let builder = match is_taken(&wanted) {
                true => suffixes.free(&format!("{wanted}Request"), "", is_taken),
                false => wanted.clone(),
            };
            if builder != wanted {
                let message = format!("the name `{wanted}` is taken: the operation's builder is `{builder}`");
                notes.push((operation.at.clone(), message));
            }
            taken.insert(builder.clone());
            operation.builder = builder;
        }
        for (at, message) in notes {
            self.note(&at, "name-taken", message);
        }
    }

    /// The API's server. Without an absolute URL, callers have to give a base URL.
    fn server(&mut self) {
        let Some(server) = self.api.servers.first() else {
            self.note(
                "",
                "server-none",
                "the document names no server: callers have to give a base URL",
            );
            return;
        };
        let url = filled_in(server);
        let absolute = ["https://", "http://"].iter().any(|scheme| {
            url.strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        });
        if absolute && !url.contains(['{', '}', ' ', '?', '#']) {
            self.model.server_url = url;
        } else {
            let message = format!("`{url}` is not the absolute URL of a server: callers have to give a base URL");
            self.note("/servers/0/url", "server-not-absolute", message);
        }
    }

    /// Marks the structs that are only used in requests.
    fn reachability(&mut self) {
        let received: HashSet<String> = self.closure(self.received.clone()).into_iter().collect();
        for name in self.closure(self.sent.clone()) {
            if !received.contains(&name)
                && let Some(item) = self.model.structs.get_mut(&name)
            {
                item.request_only = true;
                if let Some(ReferenceOr::Item(schema)) = self.schemas.get_mut(&name) {
                    schema::drop_extra_fields(schema);
                }
            }
        }
    }

    /// Collects the structs in unions, which the runtime has to distinguish.
    fn in_unions(&mut self) {
        let all = self.closure(self.model.unions.keys().cloned().collect());
        let is_struct = |name: &String| self.model.structs.contains_key(name);
        self.model.in_unions = all.into_iter().filter(is_struct).collect();
    }

    /// The names, and all types that they contain directly or indirectly.
    fn closure(&self, names: Vec<String>) -> IndexSet<String> {
        let mut names = IndexSet::from_iter(names);
        let mut index = 0;
        while let Some(name) = names.get_index(index) {
            let inner = self.holds.get(name).cloned().unwrap_or_default();
            names.extend(inner);
            index += 1;
        }
        names
    }
}

/// For each name that was taken, the next number to try as a suffix. Without it, naming many schemas alike would
/// take quadratic time.
#[derive(Default)]
struct Suffixes(HashMap<String, usize>);

impl Suffixes {
    /// The name itself, or with the first number as a suffix that makes it unique. A name that is taken stays taken.
    fn free(&mut self, wanted: &str, separator: &str, is_taken: impl Fn(&str) -> bool) -> String {
        if !is_taken(wanted) {
            return wanted.to_owned();
        }
        // Progenitor would rename `self__2` to `self_2`.
        let stem = wanted.trim_end_matches('_');
        let next = self.0.entry(stem.to_owned()).or_insert(2);
        loop {
            let name = format!("{stem}{separator}{next}");
            if !is_taken(&name) {
                return name;
            }
            *next += 1;
        }
    }
}

/// A server's URL with the defaults of its variables. Braces in a default are not replaced again.
fn filled_in(server: &Server) -> String {
    let mut url = String::new();
    for (index, part) in server.url.split('{').enumerate() {
        let variable = part.split_once('}').filter(|_| index > 0);
        let known = server.variables.as_ref().zip(variable);
        match known.and_then(|(variables, (name, rest))| Some((variables.get(name)?, rest))) {
            Some((variable, rest)) => url.extend([variable.default.as_str(), rest]),
            None => url.extend([if index > 0 { "{" } else { "" }, part]),
        }
    }
    url.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn each_name_is_tried_once() {
        let (mut suffixes, mut taken, tried) = (Suffixes::default(), HashSet::new(), Cell::new(0));
        for _ in 0..1_000 {
            let name = suffixes.free("name", "_", |name| {
                tried.set(tried.get() + 1);
                taken.contains(name)
            });
            taken.insert(name);
        }
        assert!(taken.contains("name") && taken.contains("name_1000"));
        assert!(tried.get() < 4_000, "{}", tried.get());
        assert_eq!(suffixes.free("type_", "_", |name| name == "type_"), "type_2");
    }

    #[test]
    fn variables_in_defaults_are_not_replaced() {
        let server = |variables: &str| -> Server {
            serde_json::from_str(&format!(
                r#"{{ "url": "https://{{a}}.example.com/{{c}}/", "variables": {{ {variables} }} }}"#
            ))
            .unwrap()
        };
        let doubling = (b'a'..=b'z').map(char::from);
        let doubling: Vec<String> = doubling
            .map(|letter| {
                format!(
                    r#""{letter}": {{ "default": "{{{0}}}{{{0}}}" }}"#,
                    char::from(letter as u8 + 1)
                )
            })
            .collect();
        assert_eq!(
            filled_in(&server(&doubling.join(", "))),
            "https://{b}{b}.example.com/{d}{d}"
        );
        assert_eq!(
            filled_in(&server(r#""a": { "default": "eu" }"#)),
            "https://eu.example.com/{c}"
        );
    }
}
