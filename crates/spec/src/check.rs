//! The rules of OpenAPI 3.0.

use crate::{Diagnostics, Document};

pub(crate) fn check(document: &Document) -> Diagnostics {
    let mut findings = Diagnostics::new();
    if document.get("/openapi").is_none() {
        findings.push(
            document
                .error("", "this is not an OpenAPI document: `openapi` is missing")
                .help("begin it with `openapi: 3.0.3`"),
        );
    }
    findings
}
