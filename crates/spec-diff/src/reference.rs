//! References inside one document.

use ittybit_spec::{Document, MAX_HOPS, Node};

/// Resolves the references of a document.
pub(crate) struct References<'d> {
    document: &'d Document,
    siblings: bool,
}

impl<'d> References<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        let version = document.get("/openapi").and_then(Node::as_str).unwrap_or_default();
        Self {
            document,
            siblings: version.starts_with("3.1"),
        }
    }

    /// Whether the keywords beside the `$ref` of a schema apply: from OpenAPI 3.1 on.
    pub(crate) fn have_siblings(&self) -> bool {
        self.siblings
    }

    /// The target of a node with `$ref`, all references followed; `None` if there is no target, if it is outside of
    /// the document, or if the references form a cycle.
    pub(crate) fn resolve(&self, node: &'d Node) -> Option<&'d Node> {
        self.document.resolve(node)
    }

    /// The direct target of a reference, which may be a reference itself: the keywords beside that one apply too.
    pub(crate) fn step(&self, node: &'d Node) -> Option<&'d Node> {
        // Only the document itself can resolve references into other files.
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

    /// The name of the component schema that a node finally refers to: by `$ref`, or by an `allOf` of one part, which
    /// is equivalent to the part.
    pub(crate) fn component(&self, node: &'d Node) -> Option<&'d str> {
        let mut name = None;
        let mut node = node;
        for _ in 0..MAX_HOPS {
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
