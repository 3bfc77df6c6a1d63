//! References: resolving `$ref`, through other references and into other files.

use std::borrow::Cow;

use crate::document::{self, Located};
use crate::node::Node;
use crate::{Document, pointer};

/// The maximum number of references that are followed one after the other. A longer chain is treated as a cycle.
pub const MAX_HOPS: usize = 64;

/// The value that a reference leads to.
pub(crate) struct Target<'d> {
    /// The number of the file.
    pub(crate) file: usize,
    /// The JSON pointer in the file, as tokens.
    pub(crate) tokens: Vec<String>,
    pub(crate) node: &'d Node,
}

impl Target<'_> {
    /// The kind and the name of the component, where it is one.
    pub(crate) fn component(&self) -> Option<(&str, &str)> {
        match self.tokens.as_slice() {
            [components, kind, name] if self.file == 0 && components == "components" => Some((kind, name)),
            _ => None,
        }
    }
}

impl Document {
    /// The value itself or, where it is a reference, the value that it leads to, through further
    /// references and other files of the document. `None` where that does not exist, or where the
    /// references form a cycle.
    ///
    /// ```
    /// # let document = ittybit_spec::Document::parse("api.yaml", "\
    /// # components: { schemas: { Id: { type: string }, Key: { $ref: '#/components/schemas/Id' } } }
    /// # ")?;
    /// let key = document.get("/components/schemas/Key").unwrap();
    /// assert_eq!(document.resolve(key), document.get("/components/schemas/Id"));
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn resolve<'d>(&'d self, mut node: &'d Node) -> Option<&'d Node> {
        for _ in 0..MAX_HOPS {
            let Some(reference) = node.get("$ref") else {
                return Some(node);
            };
            node = self.target(reference)?.node;
        }
        None
    }

    /// The value that a reference leads to, which may be a reference itself. The node is the text of `$ref`.
    pub(crate) fn target<'d>(&'d self, reference: &Node) -> Option<Target<'d>> {
        let text = reference.as_str()?;
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        let own = self.root_of(reference);
        let file = match file {
            "" => own,
            file => *self.links.get(&(own, file.to_owned()))?,
        };
        let root = self.roots.get(file)?;
        [Cow::Borrowed(fragment), decoded(fragment)].iter().find_map(|place| {
            let Located { node, whole: true, .. } = document::locate(root, place) else {
                return None;
            };
            let tokens = pointer::parse(place)?;
            Some(Target { file, tokens, node })
        })
    }
}

/// A text with its percent-encoding decoded.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    let bytes = percent_encoding::percent_decode_str(text);
    bytes.decode_utf8().unwrap_or(Cow::Borrowed(text))
}
