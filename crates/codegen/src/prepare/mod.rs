//! Prepare: a document becomes a copy that progenitor does the right thing with, and a [`Model`] of
//! all that the copy leaves out.
//!
//! The copy has Rust names everywhere, no inline enums or objects, no bounds, no error responses and
//! no headers. It is never written anywhere: the document stays plain.

mod operation;
mod pagination;
mod schema;

use std::collections::HashMap;

use indexmap::IndexMap;
use ittybit_spec::{Diagnostic, Diagnostics, Document, pointer};
use openapiv3::{Components, OpenAPI, ReferenceOr, Schema, SecurityScheme, Server};

pub(crate) use self::operation::slot;
pub(crate) use self::schema::TIMESTAMP;
use crate::model::Model;

/// A document, ready for progenitor and polish.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What progenitor sees.
    pub api: OpenAPI,
    /// What polish adds.
    pub model: Model,
    /// Whatever was left out on the way.
    pub notes: Diagnostics,
}

/// Prepares a document, or says everything that is in the way.
pub(crate) fn prepare(document: &Document) -> Result<Prepared, Diagnostics> {
    let api = document.openapi()?;
    let mut prepare = Prepare::new(document, &api);
    prepare.security();
    prepare.server();
    prepare.components();
    let paths = prepare.paths();
    prepare.reachability();
    prepare.ignored();
    let Prepare {
        model,
        diagnostics,
        schemas,
        ..
    } = prepare;
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let components = Components {
        schemas,
        ..Components::default()
    };
    let api = OpenAPI {
        openapi: api.openapi,
        info: api.info,
        paths,
        components: Some(components),
        ..OpenAPI::default()
    };
    Ok(Prepared {
        api,
        model,
        notes: diagnostics,
    })
}

/// The state of one preparation.
pub(crate) struct Prepare<'a> {
    document: &'a Document,
    api: &'a OpenAPI,
    /// What the document's `components` hold; empty where it has none.
    components: Components,
    diagnostics: Diagnostics,
    model: Model,
    /// The copy's component schemas, by Rust name.
    schemas: IndexMap<String, ReferenceOr<Schema>>,
    /// Every Rust type name that is taken, with where it comes from.
    type_names: HashMap<String, String>,
    /// For each struct the structs its fields hold.
    holds: HashMap<String, Vec<String>>,
    /// Structs that stand in responses and in request bodies.
    received: Vec<String>,
    sent: Vec<String>,
}

impl<'a> Prepare<'a> {
    fn new(document: &'a Document, api: &'a OpenAPI) -> Self {
        Self {
            document,
            api,
            components: api.components.clone().unwrap_or_default(),
            diagnostics: Diagnostics::default(),
            model: Model::default(),
            schemas: IndexMap::new(),
            type_names: HashMap::new(),
            holds: HashMap::new(),
            received: Vec::new(),
            sent: Vec::new(),
        }
    }

    fn error(&mut self, at: &str, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(self.document.error(at, message).help(help));
    }

    fn note(&mut self, at: &str, message: impl Into<String>) {
        self.diagnostics.push(self.document.note(at, message));
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Takes a Rust type name, unless another part of the document has it.
    fn take_type_name(&mut self, name: &str, at: &str) {
        if let Some(other) = self.type_names.insert(name.to_owned(), at.to_owned()) {
            self.push(
                self.document
                    .error(at, format!("two schemas would both be the Rust type `{name}`"))
                    .also(self.document, &other, "the other one")
                    .help("move this one to `components/schemas`, under a name of its own"),
            );
        }
    }

    /// The client sends a bearer key; another scheme would be ignored, and every request refused.
    fn security(&mut self) {
        for (name, scheme) in &self.components.security_schemes.clone() {
            let at = pointer::join("/components/securitySchemes", [name.as_str()]);
            match scheme {
                ReferenceOr::Item(SecurityScheme::HTTP { scheme, .. }) if scheme.eq_ignore_ascii_case("bearer") => {}
                _ => self.error(
                    &at,
                    "the client can only send a bearer key",
                    "write `type: http` and `scheme: bearer`, or take the scheme out",
                ),
            }
        }
    }

    fn server(&mut self) {
        let help = "write the API's absolute URL, such as `servers: [{url: https://api.example.com}]`";
        let Some(server) = self.api.servers.first() else {
            self.error("", "the document names no server", help);
            return;
        };
        for (index, _) in self.api.servers.iter().enumerate().skip(1) {
            self.note(&format!("/servers/{index}"), "only the first server is used");
        }
        let url = filled_in(server);
        let absolute = ["https://", "http://"].iter().any(|scheme| {
            url.strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        });
        if !absolute || url.contains(['{', '}', ' ', '?', '#']) {
            self.error(
                "/servers/0/url",
                format!("`{url}` is not the absolute URL of a server"),
                help,
            );
        }
        self.model.server_url = url;
    }

    /// Lists what generation does not read.
    fn ignored(&mut self) {
        if self.api.tags.iter().any(|tag| tag.external_docs.is_some()) || self.api.external_docs.is_some() {
            self.note(
                "/externalDocs",
                "external documentation is not linked from the generated docs",
            );
        }
        for (kind, count) in [
            ("links", self.components.links.len()),
            ("callbacks", self.components.callbacks.len()),
        ] {
            if count > 0 {
                self.note(&format!("/components/{kind}"), format!("{kind} are not generated"));
            }
        }
        for extension in self.api.extensions.keys() {
            self.note(
                &pointer::join("", [extension.as_str()]),
                format!("the extension `{extension}` is not read"),
            );
        }
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
