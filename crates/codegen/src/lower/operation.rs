//! Operations: each becomes a method with its parameters, its request body and its responses.

use std::collections::HashSet;

use indexmap::IndexMap;
use ittybit_spec::pointer;
use openapiv3::{Operation as SpecOperation, PathItem, ReferenceOr};

use super::{Lowering, Suffixes, filled_in};
use crate::model::{About, Operation, Success};
use crate::name;

/// The document's requirements usually name at most this many schemes.
const FEW: usize = 8;

/// The names that operations have taken so far.
#[derive(Default)]
struct Names {
    builders: HashSet<String>,
    suffixes: Suffixes,
}

impl<'a> Lowering<'a> {
    /// The operations of every path.
    pub(super) fn paths(&mut self) {
        let mut names = Names::default();
        for (path, item) in self.api.paths.iter() {
            let at = pointer::join("/paths", [path.as_str()]);
            let ReferenceOr::Item(item) = item else {
                self.error(
                    &at,
                    "path-reference",
                    "a path cannot be a reference",
                    "write the operations of the path here",
                );
                continue;
            };
            for (method, operation) in item.iter() {
                let at = pointer::join(&at, [method]);
                self.operation(path, method, item, operation, &at, &mut names);
            }
        }
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: &'a PathItem,
        operation: &'a SpecOperation,
        at: &str,
        names: &mut Names,
    ) {
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
            self.note(
                at,
                "operation-unnamed",
                format!("the operation has no `operationId`: the method is `{rust}`"),
            );
        } else if rust.ends_with('_') {
            self.note(
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
        let is_taken = |name: &str| names.builders.contains(&name::builder_name(name));
        let free = names.suffixes.free(&wanted, "_", is_taken);
        if free != rust {
            let message = format!("the name `{rust}` is taken: the method is `{free}`");
            self.note(&id_at, "name-taken", message);
        }
        let rust = free;
        let builder = name::builder_name(&rust);
        names.builders.insert(builder.clone());
        let parameters = self.parameters(item, operation, at, &builder);
        self.define_pending();
        let body = operation
            .request_body
            .as_ref()
            .and_then(|body| self.body(body, at, &builder, &parameters));
        let response = self.response_model(&operation.responses, at, &builder);
        self.define_pending();
        self.filters(response.item.as_deref(), &parameters);

        let mut model = Operation {
            builder,
            at: id_at.clone(),
            about: About {
                docs: operation.description.clone(),
                deprecated: operation.deprecated,
            },
            summary: operation.summary.clone(),
            tags: operation
                .tags
                .iter()
                .map(|tag| (tag.clone(), self.tag_docs(tag)))
                .collect(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            server: self.other_server(item, operation, at),
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
                Some(security) => self.requirements(security, &pointer::join(at, ["security"])),
                None => self.inherited_security(at),
            },
        };
        if let Some(extension) = operation.extensions.get("x-cursor-pagination") {
            model.pagination = self.pagination(extension, &model, &response, at);
        }
        let item = match (&model.pagination, &model.success_body) {
            (Some(pagination), _) => Some(pagination.item.clone()),
            (None, Success::Json(ty)) => Some(ty.to_string()),
            (None, _) => None,
        };
        if let Some(item) = item {
            model.lifecycle = self.lifecycle_field(&item, model.pagination.is_some().then_some(at));
        }
        if let Some(extension) = operation.extensions.get("x-columns") {
            model.columns = self.columns(extension, response.item.as_deref(), at);
        }
        self.model.operations.insert(rust, model);
    }

    /// The server of an operation or of its path, if it differs from the document's. A client has only one base URL, so
    /// there is a warning.
    fn other_server(&mut self, item: &PathItem, operation: &SpecOperation, at: &str) -> Option<String> {
        let path_at = at.rsplit_once('/').map_or(at, |(path, _)| path);
        let (servers, at) = match operation.servers.is_empty() {
            true => (&item.servers, path_at),
            false => (&operation.servers, at),
        };
        let url = filled_in(servers.first()?);
        if url.is_empty() || self.api.servers.first().map(filled_in).as_ref() == Some(&url) {
            return None;
        }
        let message = format!("the client sends this request to its own base URL, not to `{url}`");
        let finding = self
            .document
            .warning(&pointer::join(at, ["servers"]), message)
            .code("server-other");
        self.push(finding.help("callers need a second client with this `base_url`"));
        Some(url)
    }

    /// The security requirements of the document.
    fn inherited_security(&mut self, at: &str) -> Vec<Vec<String>> {
        let names: usize = self.model.security.iter().map(Vec::len).sum();
        // A few requirements do not count towards the budget.
        match names <= FEW || self.may_repeat(names, at) {
            true => self.model.security.clone(),
            false => Vec::new(),
        }
    }

    fn tag_docs(&mut self, name: &str) -> String {
        let docs = self.tags.get(name).copied().unwrap_or_default();
        self.words(docs.trim())
    }
}

/// Follows references among the components of a kind.
pub(super) fn resolve<'c, T>(
    components: &'c IndexMap<String, ReferenceOr<T>>,
    reference: &str,
    kind: &str,
    at: String,
) -> (Option<&'c T>, String) {
    let mut reference = reference;
    // `check` reports cycles; without one, each component is visited at most once.
    for _ in 0..=components.len() {
        let Some(name) = reference.strip_prefix(&format!("#/components/{kind}/")) else {
            break;
        };
        match components.get(name) {
            Some(ReferenceOr::Item(item)) => {
                return (Some(item), pointer::join("/components", [kind, name]));
            }
            Some(ReferenceOr::Reference { reference: next }) => reference = next,
            None => break,
        }
    }
    (None, at)
}

/// The name of an inline schema: after the operation, or after the component that operations share.
pub(super) fn place_name(at: &str, builder: &str, of_operation: &str, of_component: &str) -> String {
    match pointer::parse(at).as_deref() {
        Some([root, _, component]) if root == "components" => name::type_name(&format!("{component}-{of_component}")),
        _ => name::type_name(&format!("{builder}-{of_operation}")),
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
