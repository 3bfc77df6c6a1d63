//! What the lints of style share: their findings, and how parts and names look.

use ittybit_spec::{Diagnostic, Document, Kind, Node, Part};

/// The findings of the lints of style.
pub(super) struct Style<'d> {
    document: &'d Document,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'d> Style<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        Self {
            document,
            findings: Vec::new(),
        }
    }

    pub(super) fn warn(&mut self, code: &'static str, at: &str, message: String, help: &str) {
        let finding = self.document.warning(at, message).code(code).at_key().help(help);
        self.findings.push(finding);
    }
}

/// Whether a part is a schema among the components.
pub(super) fn is_component(part: &Part<'_, '_>) -> bool {
    part.kind == Kind::Schema && part.field == "schemas"
}

/// The name of a part in the document: its own, or that of the part around it.
pub(super) fn name<'d>(part: &Part<'_, 'd>) -> &'d str {
    match (part.kind, part.parent) {
        (Kind::Parameter, _) => match part.node.get("name").and_then(Node::as_str) {
            Some(name) => name,
            None => part.key.unwrap_or_default(),
        },
        (Kind::Schema, Some(holder)) if part.field == "schema" => name(holder),
        _ => part.key.unwrap_or(part.field),
    }
}

pub(super) fn is_snake(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The messages of one lint about a document with these paths and components.
    pub(in crate::spec::lint) fn messages(check: fn(&mut Style<'_>, &Part<'_, '_>), text: &str) -> Vec<String> {
        let text = format!("openapi: 3.0.3\ninfo: {{ title: a, version: b }}\n{text}");
        let document = Document::parse("api.yaml", text).expect("a document");
        let mut style = Style::of(&document);
        document.visit(&mut |part| check(&mut style, part));
        let messages = style.findings.iter().map(|finding| finding.message().to_owned());
        messages.collect()
    }
}
