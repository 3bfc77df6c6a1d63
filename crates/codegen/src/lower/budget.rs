//! Budget: a limit for the code that results from using one part of a document in many places.
//!
//! A small document can result in a lot of code: an `allOf` repeats the properties of its parts, a shared body becomes
//! setters of every request, the description of a component is repeated for each field. Most documents repeat little.
//! All repetitions are counted, so that the size of the code is linear in the size of the document, not quadratic.

use super::report::Report;

/// Text up to this many bytes is always repeated.
const SHORT: usize = 200;

/// What is left of each limit.
#[derive(Debug)]
pub(super) struct Budget {
    properties: usize,
    words: usize,
}

impl Budget {
    /// The budget for a document of this size.
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            properties: 20_000 + bytes / 16,
            words: (1 << 20) + 2 * bytes,
        }
    }

    /// Counts properties that are copied from one part of the document to another, and returns whether they may be.
    pub(super) fn may_repeat(&mut self, properties: usize, at: &str, report: &mut Report) -> bool {
        if self.repeats_too_much() {
            return false;
        }
        self.properties = self.properties.saturating_sub(properties);
        let may = self.properties > 0;
        if !may {
            report.error(
                at,
                "document-repeats",
                "schemas, bodies and operations repeat too much of other parts for a document of this size",
                "refer to one schema that has all of it, instead of an `allOf` or a copy in each",
            );
        }
        may
    }

    /// Whether the budget for properties is used up.
    pub(super) fn repeats_too_much(&self) -> bool {
        self.properties == 0
    }

    /// A text for docs: all of it, or only its beginning if the budget is used up.
    pub(super) fn words(&mut self, text: &str) -> String {
        if text.len() <= SHORT {
            return text.to_owned();
        }
        match self.words.checked_sub(text.len()) {
            Some(left) => {
                self.words = left;
                text.to_owned()
            }
            None => text.chars().take(SHORT).chain(['…']).collect(),
        }
    }

    /// The docs of an item. A blank text is none.
    pub(super) fn docs(&mut self, text: Option<&str>) -> Option<String> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(self.words(text))
    }

    /// An example or a default, unless the budget is used up.
    pub(super) fn value(&mut self, value: &serde_json::Value) -> Option<serde_json::Value> {
        let size = size(value);
        if size > SHORT {
            self.words = self.words.checked_sub(size)?;
        }
        Some(value.clone())
    }
}

/// The approximate length of a value's JSON.
fn size(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        serde_json::Value::Object(members) => members.iter().map(|(name, value)| name.len() + 1 + size(value)).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use ittybit_spec::Document;

    use crate::lower::lower;

    fn document(rest: &str) -> Document {
        let head =
            "openapi: 3.0.3\ninfo: { title: Much, version: 1.0.0 }\nservers: [{ url: https://api.example.com }]\n";
        Document::parse("much.yaml", format!("{head}{rest}")).unwrap()
    }

    #[test]
    fn repeated_properties_are_limited() {
        let base: String = (0..1_000).map(|n| format!("p{n}: {{ type: string }}, ")).collect();
        let parts = "{ allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { own: {} } }] }";
        let derived: String = (0..100).map(|n| format!("    D{n}: {parts}\n")).collect();
        let schemas =
            format!("components:\n  schemas:\n    Base: {{ type: object, properties: {{ {base} }} }}\n{derived}");
        let findings = lower(&document(&format!("paths: {{}}\n{schemas}"))).unwrap_err();
        let codes: Vec<_> = findings.iter().map(|finding| finding.code_name()).collect();
        assert_eq!(codes, [Some("document-repeats")]);
    }

    #[test]
    fn repeated_texts_are_limited() {
        let long = "word ".repeat(20_000);
        let fields: String = (0..50)
            .map(|n| format!("f{n}: {{ $ref: '#/components/schemas/Long' }}, "))
            .collect();
        let schemas = format!(
            "components:\n  schemas:\n    Long: {{ type: string, description: {long}, example: {long} }}\n    \
             Many: {{ type: object, properties: {{ {fields} }} }}\n"
        );
        let lowered = lower(&document(&format!("paths: {{}}\n{schemas}"))).unwrap();
        let fields = lowered.model.structs["Many"].fields.values();
        let docs: Vec<usize> = fields.map(|field| field.about.docs.as_ref().unwrap().len()).collect();
        assert!(docs[0] > 90_000 && docs[49] < 250, "{docs:?}");
        let last = lowered.model.structs["Many"].fields.values().last();
        assert_eq!(last.unwrap().example, None);
    }

    #[test]
    fn a_pattern_is_compiled_once() {
        let parameter = |name: &str| {
            format!("{{ name: {name}, in: query, schema: {{ type: string, pattern: '^[a-z]{{1,9}}$' }} }}")
        };
        let (one, two) = (parameter("one"), parameter("two"));
        let text = format!(
            "paths:\n  /a:\n    get: {{ operationId: get_a, parameters: [{one}, {two}], responses: {{ '204': {{ description: Done. }} }} }}\n"
        );
        let lowered = lower(&document(&text)).unwrap();
        let parameters = &lowered.model.operations["get_a"].parameters;
        let [one, two] = ["one", "two"].map(|name| parameters[name].bounds.pattern.as_ref().unwrap());
        assert!(Rc::ptr_eq(one, two));
    }

    #[test]
    fn repeated_security_requirements_are_limited() {
        let schemes: String = (0..500)
            .map(|n| format!("s{n}: {{ type: apiKey, in: header, name: X-{n} }}, "))
            .collect();
        let security: String = (0..500).map(|n| format!("{{ s{n}: [] }}, ")).collect();
        let paths: String = (0..200)
            .map(|n| {
                format!(
                    "  /a{n}: {{ get: {{ operationId: get{n}, responses: {{ '204': {{ description: Done. }} }} }} }}\n"
                )
            })
            .collect();
        let text =
            format!("security: [{security}]\ncomponents: {{ securitySchemes: {{ {schemes} }} }}\npaths:\n{paths}");
        let findings = lower(&document(&text)).unwrap_err();
        let codes: Vec<_> = findings.iter().map(|finding| finding.code_name()).collect();
        assert_eq!(codes, [Some("document-repeats")]);
    }
}
