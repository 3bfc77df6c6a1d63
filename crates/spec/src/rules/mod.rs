//! The rules of OpenAPI that the tables of the grammar cannot express, one in each file.

pub(crate) mod component_name;
mod default;
mod enumeration;
pub(crate) mod exclusive;
mod items;
mod link;
mod operation_id;
pub(crate) mod parameter;
pub(crate) mod path;
mod path_parameters;
mod range;
pub(crate) mod reference;
mod repeated_parameter;
mod required_property;
mod same_path;
pub(crate) mod schema_type;
mod security;
mod security_scheme;
pub(crate) mod status;
pub(crate) mod version;

use crate::checker::{Checker, Spot};
use crate::kind::Kind;

/// Checks an object of the given kind, whose fields were checked.
pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, kind: Kind) {
    match kind {
        Kind::Document => document(checker, spot),
        Kind::PathItem => repeated_parameter::check(checker, spot),
        Kind::Operation => {
            repeated_parameter::check(checker, spot);
            security::check(checker, spot);
            operation_id::check(checker, spot);
        }
        Kind::Parameter => {
            parameter::schema_or_content(checker, spot);
            parameter::check(checker, spot);
        }
        Kind::Header => parameter::schema_or_content(checker, spot),
        Kind::Link => link::check(checker, spot),
        Kind::SecurityScheme => security_scheme::check(checker, spot),
        Kind::Schema => schema(checker, spot),
        _ => {}
    }
}

fn document<'d>(checker: &mut Checker<'d>, root: &Spot<'d>) {
    reference::check_cycles(checker);
    security::check(checker, root);
    let Some(paths) = root.get("paths") else {
        return;
    };
    same_path::check(checker, &paths);
    for path in paths.members().filter(|path| path.name.starts_with('/')) {
        path_parameters::check(checker, &path);
    }
}

fn schema<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    items::check(checker, spot);
    required_property::check(checker, spot);
    for (least, most) in [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ] {
        range::check(checker, spot, least, most);
    }
    let values = enumeration::check(checker, spot);
    default::check(checker, spot, &values);
}

#[cfg(test)]
mod tests {
    use crate::Document;

    /// The codes and positions of the findings in a document with these paths and components.
    pub(super) fn findings(text: &str) -> Vec<String> {
        let text = format!("openapi: 3.0.3\ninfo:\n  {{ title: a, version: b }}\n{text}");
        let document = Document::parse("api.yaml", text).unwrap();
        let findings = document.check();
        let findings = findings.iter().map(|finding| {
            let place = finding.position().unwrap();
            format!("{} {}:{}", finding.code_name().unwrap(), place.line, place.column)
        });
        findings.collect()
    }
}
