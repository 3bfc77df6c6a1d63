//! Prepare: a document becomes a copy that progenitor does the right thing with, and a [`Model`] of
//! all that the copy leaves out.
//!
//! The copy has Rust names everywhere, no inline enums or objects, no bounds and no operations. It is never written anywhere: the document stays plain.

mod body;
mod bounds;
mod columns;
mod error_shape;
mod filter;
mod ignored;
mod lifecycle;
mod operation;
mod pagination;
mod parameter;
mod schema;
mod security;
mod shape;

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;
use ittybit_spec::{Diagnostic, Diagnostics, Document, Position};
use openapiv3::{Components, OpenAPI, ReferenceOr, Schema, Server};

pub(crate) use self::bounds::fits;
pub(crate) use self::schema::TIMESTAMP;
use self::schema::{Kind, Place, Waiting};
use crate::model::Model;
use crate::name;

/// A document, ready for progenitor and polish.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The document as OpenAPI 3.0 has it; all places are places in it.
    pub document: Document,
    /// What progenitor sees.
    pub api: OpenAPI,
    /// What polish adds.
    pub model: Model,
    /// Whatever was left out on the way.
    pub notes: Diagnostics,
}

/// Prepares a document, or says everything that is in the way.
pub(crate) fn prepare(document: &Document) -> Result<Prepared, Diagnostics> {
    let lowered = match document.lowered() {
        Ok(lowered) => lowered,
        Err(mut findings) => {
            if let Some(Err(more)) = document.sound_part().as_ref().map(prepare) {
                findings.extend(more);
            }
            return Err(findings);
        }
    };
    let api = lowered.openapi()?;
    let ittybit_spec::Lowered {
        document,
        findings: mut notes,
    } = lowered;
    let mut prepare = Prepare::new(&document, &api);
    prepare.model.title = api.info.title.clone();
    prepare.security();
    prepare.error_shape();
    prepare.server();
    prepare.components();
    prepare.paths();
    prepare.builder_names();
    prepare.reachability();
    prepare.ignored();
    let Prepare {
        model,
        findings,
        schemas,
        ..
    } = prepare;
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
    Ok(Prepared {
        document,
        api,
        model,
        notes,
    })
}

/// The state of one preparation.
pub(crate) struct Prepare<'a> {
    document: &'a Document,
    api: &'a OpenAPI,
    /// What the document's `components` hold; empty where it has none.
    components: Components,
    findings: Diagnostics,
    /// The places and messages of the findings: what is looked at twice is reported once.
    reported: HashSet<(Option<Position>, String)>,
    model: Model,
    /// The copy's component schemas, by Rust name.
    schemas: IndexMap<String, ReferenceOr<Schema>>,
    kinds: HashMap<String, Kind>,
    /// The names of inline schemas, by place.
    inline_names: HashMap<String, String>,
    /// For each struct the structs its fields hold.
    holds: HashMap<String, Vec<String>>,
    /// Structs that stand in responses and in request bodies.
    received: Vec<String>,
    sent: Vec<String>,
    /// Structs that have a name, and wait for their fields.
    waiting: VecDeque<Waiting>,
}

impl<'a> Prepare<'a> {
    fn new(document: &'a Document, api: &'a OpenAPI) -> Self {
        Self {
            document,
            api,
            components: api.components.clone().unwrap_or_default(),
            findings: Diagnostics::default(),
            reported: HashSet::new(),
            model: Model::default(),
            schemas: IndexMap::new(),
            kinds: HashMap::new(),
            inline_names: HashMap::new(),
            holds: HashMap::new(),
            received: Vec::new(),
            sent: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    fn error(&mut self, at: &str, message: impl Into<String>, help: impl Into<String>) {
        self.push(self.document.error(at, message).help(help));
    }

    fn note(&mut self, at: &str, message: impl Into<String>) {
        self.push(self.document.note(at, message));
    }

    fn push(&mut self, finding: Diagnostic) {
        if self.reported.insert((finding.position(), finding.message().to_owned())) {
            self.findings.push(finding);
        }
    }

    /// The Rust name of an inline schema, and whether it has to be defined. A place that is come to
    /// again, by way of an `allOf` or of a shared parameter, keeps its name: it is one type.
    fn inline_type_name(&mut self, place: &Place) -> (String, bool) {
        const HELP: &str = "move this one to `components/schemas`, under a name of its own";
        if let Some(name) = self.inline_names.get(&place.at) {
            return (name.clone(), false);
        }
        let Place { name, at } = place;
        self.inline_names.insert(at.clone(), name.clone());
        if name::is_reserved_type(name) || name == TIMESTAMP {
            let message = format!("the schema gets the name `{name}` from its place, and the client has that name");
            self.error(at, message, HELP);
            return (name.clone(), false);
        }
        let Some(other) = self.model.places.insert(name.clone(), at.clone()) else {
            return (name.clone(), true);
        };
        self.push(
            self.document
                .error(at, format!("two schemas would both be the Rust type `{name}`"))
                .also(self.document, &other, "the other one")
                .help(HELP),
        );
        (name.clone(), false)
    }

    /// The builders of structs and those of requests stand in one module.
    fn builder_names(&mut self) {
        let mut clashes = Vec::new();
        for (rust, operation) in &self.model.operations {
            let builder = name::builder_name(rust);
            if let Some(name) = builder
                .strip_suffix("Builder")
                .filter(|name| self.model.structs.contains_key(*name))
            {
                let message =
                    format!("the operation's builder and that of the type `{name}` would both be `{builder}`");
                let mut clash = self.document.error(&operation.at, message);
                if let Some(other) = self.model.places.get(name) {
                    clash = clash.also(self.document, other, "the type");
                }
                clashes.push(clash.help("give the operation another `operationId`"));
            }
        }
        clashes.into_iter().for_each(|clash| self.push(clash));
    }

    fn server(&mut self) {
        let help = "write the API's absolute URL, such as `servers: [{url: https://api.example.com}]`";
        let Some(server) = self.api.servers.first() else {
            self.error("", "the document names no server", help);
            return;
        };
        let url = filled_in(server);
        let absolute = ["https://", "http://"].iter().any(|scheme| {
            url.strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        });
        let unknown = url.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
        if let Some((variable, _)) = unknown {
            self.error(
                "/servers/0/url",
                format!("the server has no variable `{variable}`"),
                format!("give it a value: `variables: {{{variable}: {{default: …}}}}`"),
            );
        } else if !absolute || url.contains(['{', '}', ' ', '?', '#']) {
            self.error(
                "/servers/0/url",
                format!("`{url}` is not the absolute URL of a server"),
                help,
            );
        }
        self.model.server_url = url;
    }

    /// Marks the structs that are only ever sent.
    fn reachability(&mut self) {
        let received = self.closure(self.received.clone());
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

    fn closure(&self, mut names: Vec<String>) -> Vec<String> {
        let mut index = 0;
        while let Some(name) = names.get(index) {
            let held = self.holds.get(name).cloned().unwrap_or_default();
            for name in held {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            index += 1;
        }
        names
    }
}

/// A server's URL with the defaults of its variables.
fn filled_in(server: &Server) -> String {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    url.trim_end_matches('/').to_owned()
}
