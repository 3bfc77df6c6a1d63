//! Lower: turns a document into a simplified copy for progenitor, and a [`Model`] of everything that the copy leaves
//! out.
//!
//! The copy has Rust names everywhere, no inline enums or objects, no bounds and no operations. It only exists in
//! memory: the document itself is not changed.

mod about;
mod body;
mod bounds;
mod budget;
mod columns;
mod error_shape;
mod filter;
mod format;
mod ignored;
mod integer;
mod media_type;
mod names;
mod operation;
mod pagination;
mod parameter;
mod part;
mod reference;
mod report;
mod response;
mod schema;
mod security;
mod server;
mod types;
mod watched;

use indexmap::IndexMap;
use ittybit_spec::{Diagnostics, Document};
use openapiv3::{ReferenceOr, Schema};

use self::error_shape::error_shape;
use self::ignored::ignored;
pub(crate) use self::integer::fits;
pub(crate) use self::names::TIMESTAMP;
use self::report::Report;
pub(crate) use self::schema::any;
use self::types::Types;
use crate::model::Model;

/// The schemas of a document by their names.
pub(crate) type Schemas = IndexMap<String, ReferenceOr<Schema>>;

/// A document, ready for progenitor and emit.
#[derive(Debug)]
pub(crate) struct Lowered {
    /// The document in the form of OpenAPI 3.0. All places are places in it.
    pub document: Document,
    /// The copy for progenitor: its schemas, by Rust name.
    pub schemas: Schemas,
    /// Everything else that emit needs.
    pub model: Model,
    /// Notes and warnings about what was left out.
    pub notes: Diagnostics,
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
    let mut report = Report::new(&document);
    let schemes = security::schemes(&components, &mut report);
    let security = api.security.as_deref().unwrap_or_default();
    let security = security::requirements(security, "/security", &schemes, &mut report);
    let errors = error_shape(&api, &components);
    let server_url = server::server_url(&api, &mut report);
    let mut types = Types::new(&components, report);
    types.components();
    let (operations, conversions) = operation::operations(&api, &schemes, &security, &mut types);
    types.mark_usage();
    let in_unions = types.in_unions();
    let Types {
        mut report,
        names,
        defined,
        bytes,
        described,
        ..
    } = types;
    ignored(&document, bytes, described, &mut report);
    if report.findings.has_errors() {
        return Err(report.findings.errors().cloned().collect());
    }
    notes.extend(report.findings);
    let model = Model {
        server_url,
        title: api.info.title.clone(),
        schemes,
        security,
        errors,
        structs: defined.structs,
        enums: defined.enums,
        aliases: defined.aliases,
        unions: defined.unions,
        in_unions,
        outcomes: defined.outcomes,
        operations,
        conversions,
        places: names.places,
        elsewhere: Default::default(),
    };
    Ok(Lowered {
        document,
        schemas: defined.schemas,
        model,
        notes,
    })
}
