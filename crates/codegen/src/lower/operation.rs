//! Operations: each becomes a method with its parameters, its request body and its responses.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use ittybit_spec::pointer;
use openapiv3::{OpenAPI, Operation as SpecOperation, PathItem, ReferenceOr};

use super::body::body;
use super::bounds::Patterns;
use super::budget::Budget;
use super::columns::columns;
use super::filter::filters;
use super::names::Suffixes;
use super::pagination::pagination;
use super::parameter::parameters;
use super::report::Report;
use super::response::responses;
use super::security::requirements;
use super::server::filled_in;
use super::types::Types;
use super::watched::watched;
use crate::model::{About, Operation, Scheme, Success};
use crate::name;

/// The document's requirements usually name at most this many schemes.
const FEW: usize = 8;

/// The operations of every path, and the pairs of enums that are converted for filters.
pub(super) fn operations<'a>(
    api: &'a OpenAPI,
    schemes: &[Scheme],
    security: &[Vec<String>],
    types: &mut Types<'a>,
) -> (IndexMap<String, Operation>, IndexSet<(String, String)>) {
    let mut operations = Operations {
        api,
        schemes,
        security,
        patterns: Patterns::of(types.report.document.size()),
        types,
        // In reverse order, so that the first of several tags with the same name is used.
        tags: api
            .tags
            .iter()
            .rev()
            .map(|tag| (tag.name.as_str(), tag.description.as_deref().unwrap_or_default()))
            .collect(),
        builders: HashSet::new(),
        suffixes: Suffixes::default(),
        operations: IndexMap::new(),
        conversions: IndexSet::new(),
    };
    operations.paths();
    operations.name_builders();
    (operations.operations, operations.conversions)
}

/// The operations so far, and what they are made from.
struct Operations<'t, 'a> {
    api: &'a OpenAPI,
    schemes: &'t [Scheme],
    /// The requirements of the document.
    security: &'t [Vec<String>],
    types: &'t mut Types<'a>,
    patterns: Patterns,
    /// The descriptions of the tags.
    tags: HashMap<&'a str, &'a str>,
    /// The names that are taken.
    builders: HashSet<String>,
    suffixes: Suffixes,
    operations: IndexMap<String, Operation>,
    /// Pairs of enums: the enum of a property, and the enum of a parameter that filters by this property.
    conversions: IndexSet<(String, String)>,
}

impl Operations<'_, '_> {
    fn paths(&mut self) {
        for (path, item) in self.api.paths.iter() {
            let at = pointer::join("/paths", [path.as_str()]);
            let ReferenceOr::Item(item) = item else {
                self.types.report.error(
                    &at,
                    "path-reference",
                    "a path cannot be a reference",
                    "write the operations of the path here",
                );
                continue;
            };
            for (method, operation) in item.iter() {
                let at = pointer::join(&at, [method]);
                self.operation(path, method, item, operation, &at);
            }
        }
    }

    fn operation(&mut self, path: &str, method: &str, item: &PathItem, operation: &SpecOperation, at: &str) {
        let types = &mut *self.types;
        let id = operation
            .operation_id
            .clone()
            .unwrap_or_else(|| generated_id(method, path));
        let id_at = if operation.operation_id.is_some() {
            pointer::join(at, ["operationId"])
        } else {
            at.to_owned()
        };
        let rust = name::field_name(&id);
        if operation.operation_id.is_none() {
            types.report.note(
                at,
                "operation-unnamed",
                format!("the operation has no `operationId`: the method is `{rust}`"),
            );
        } else if rust.ends_with('_') {
            types.report.note(
                &id_at,
                "name-keyword",
                format!("`{id}` is a Rust keyword: the method is `{rust}`"),
            );
        }
        let wanted = match name::CLIENT_METHODS.contains(&rust.as_str()) {
            true => format!("{rust}_call"),
            false => rust.clone(),
        };
        // Methods whose builders would have the same name need different names too.
        let is_taken = |name: &str| self.builders.contains(&name::builder_name(name));
        let free = self.suffixes.free(&wanted, "_", is_taken);
        if free != rust {
            let message = format!("the name `{rust}` is taken: the method is `{free}`");
            types.report.note(&id_at, "name-taken", message);
        }
        let rust = free;
        let builder = name::builder_name(&rust);
        self.builders.insert(builder.clone());
        let parameters = parameters(item, operation, at, &builder, &mut self.patterns, types);
        types.define_pending();
        let body = operation
            .request_body
            .as_ref()
            .and_then(|request| body(request, at, &builder, &parameters, types));
        let response = responses(&operation.responses, at, &builder, types);
        types.define_pending();

        let (defined, report) = (&types.defined, &mut types.report);
        self.conversions
            .extend(filters(response.item.as_deref(), &parameters, defined, report));
        let mut model = Operation {
            builder,
            at: id_at.clone(),
            about: About {
                docs: operation.description.clone().filter(|text| !text.trim().is_empty()),
                deprecated: operation.deprecated,
            },
            summary: operation.summary.clone(),
            tags: operation
                .tags
                .iter()
                .map(|tag| {
                    let docs = self.tags.get(tag.as_str()).copied().unwrap_or_default();
                    (tag.clone(), types.budget.words(docs.trim()))
                })
                .collect(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            server: other_server(self.api, item, operation, at, report),
            parameters,
            body,
            success: response.success.clone(),
            success_docs: response.docs.clone(),
            success_body: response.body.clone(),
            accept: response.accept.clone(),
            errors: response.errors.clone(),
            pagination: None,
            lifecycle: None,
            columns: Vec::new(),
            security: match &operation.security {
                Some(security) => requirements(security, &pointer::join(at, ["security"]), self.schemes, report),
                None => inherited(self.security, at, &mut types.budget, report),
            },
        };
        if let Some(extension) = operation.extensions.get("x-cursor-pagination") {
            model.pagination = pagination(extension, &model.parameters, &response, at, defined, report);
        }
        let item = match (&model.pagination, &model.success_body) {
            (Some(pagination), _) => Some(pagination.item.clone()),
            (None, Success::Json(ty)) => Some(ty.to_string()),
            (None, _) => None,
        };
        if let Some(item) = item {
            let list = model.pagination.is_some().then_some(at);
            model.lifecycle = watched(&item, list, defined, report);
        }
        if let Some(extension) = operation.extensions.get("x-columns") {
            model.columns = columns(extension, response.item.as_deref(), at, defined, report);
        }
        self.operations.insert(rust, model);
    }

    /// Names the request builders. They are in the same module as the builders of structs.
    fn name_builders(&mut self) {
        let structs = self.types.defined.structs.keys();
        let mut taken: HashSet<String> = structs.map(|name| format!("{name}Builder")).collect();
        let mut suffixes = Suffixes::default();
        for (rust, operation) in &mut self.operations {
            let wanted = name::builder_name(rust);
            let is_taken = |name: &str| name::is_reserved_builder(name) || taken.contains(name);
            let builder = match is_taken(&wanted) {
                true => suffixes.free(&format!("{wanted}Request"), "", is_taken),
                false => wanted.clone(),
            };
            if builder != wanted {
                let message = format!("the name `{wanted}` is taken: the operation's builder is `{builder}`");
                self.types.report.note(&operation.at, "name-taken", message);
            }
            taken.insert(builder.clone());
            operation.builder = builder;
        }
    }
}

/// The server of an operation or of its path, if it differs from the document's. A client has only one base URL, so
/// there is a warning.
fn other_server(
    api: &OpenAPI,
    item: &PathItem,
    operation: &SpecOperation,
    at: &str,
    report: &mut Report,
) -> Option<String> {
    let path_at = at.rsplit_once('/').map_or(at, |(path, _)| path);
    let (servers, at) = match operation.servers.is_empty() {
        true => (&item.servers, path_at),
        false => (&operation.servers, at),
    };
    let url = filled_in(servers.first()?);
    if url.is_empty() || api.servers.first().map(filled_in).as_ref() == Some(&url) {
        return None;
    }
    let message = format!("the client sends this request to its own base URL, not to `{url}`");
    let finding = report
        .document
        .warning(&pointer::join(at, ["servers"]), message)
        .code("server-other");
    report.push(finding.help("callers need a second client with this `base_url`"));
    Some(url)
}

/// The security requirements of the document.
fn inherited(security: &[Vec<String>], at: &str, budget: &mut Budget, report: &mut Report) -> Vec<Vec<String>> {
    let names: usize = security.iter().map(Vec::len).sum();
    // A few requirements do not count towards the budget.
    match names <= FEW || budget.may_repeat(names, at, report) {
        true => security.to_vec(),
        false => Vec::new(),
    }
}

/// `get /tasks/{id}` → `get_tasks_by_id`.
fn generated_id(method: &str, path: &str) -> String {
    let words = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| segment.replace('{', "by_").replace('}', ""));
    std::iter::once(method.to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}
