//! References inside one document.

use ittybit_spec::{Document, Node};

/// Follows the references of a document.
pub(crate) struct References<'d> {
    document: &'d Document,
    siblings: bool,
}

/// References to a component that is nothing but a reference itself are followed this often.
const LONGEST_CHAIN: usize = 64;

impl<'d> References<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        let version = document.get("/openapi").and_then(Node::as_str).unwrap_or_default();
        Self {
            document,
            siblings: version.starts_with("3.1"),
        }
    }

    /// Whether what stands beside the `$ref` of a schema counts: from OpenAPI 3.1 on.
    pub(crate) fn have_siblings(&self) -> bool {
        self.siblings
    }

    /// What a node with `$ref` stands for, or `None` where it leads nowhere, out of the document or
    /// round in a circle.
    pub(crate) fn resolve(&self, node: &'d Node) -> Option<&'d Node> {
        self.document.resolve(node)
    }

    /// What a reference leads to, which may be a reference itself: what stands beside that one counts,
    /// too.
    pub(crate) fn step(&self, node: &'d Node) -> Option<&'d Node> {
        // A place in another file is known to the document alone.
        let is_one_file = self.document.files().take(2).count() < 2;
        let pointer = node
            .get("$ref")
            .and_then(Node::as_str)
            .and_then(|text| text.strip_prefix('#'));
        let step = pointer
            .filter(|_| is_one_file)
            .and_then(|pointer| self.document.get(pointer));
        let target = self.resolve(node)?;
        step.or(Some(target))
    }

    /// The name of the component schema that a node leads to in the end: by `$ref`, or by an `allOf`
    /// of one part, which is another name for the part.
    pub(crate) fn component(&self, node: &'d Node) -> Option<&'d str> {
        let mut name = None;
        let mut node = node;
        for _ in 0..LONGEST_CHAIN {
            if let Some(reference) = node.get("$ref") {
                let reference = reference.as_str()?;
                name = reference.strip_prefix("#/components/schemas/");
                node = self.document.get(reference.strip_prefix('#')?)?;
                continue;
            }
            match node.get("allOf").and_then(Node::as_array) {
                Some([part]) if node.get("properties").is_none() && node.get("required").is_none() => node = part,
                _ => return name,
            }
        }
        None
    }
}
