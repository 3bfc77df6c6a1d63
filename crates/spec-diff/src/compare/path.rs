//! Paths, and the operations that are on them.

use ittybit_spec::{METHODS, Node};

/// An operation of one of the documents.
#[derive(Clone, Copy)]
pub(super) struct Operation<'d> {
    pub(super) path: &'d str,
    pub(super) method: &'d str,
    /// The path item, which may contain parameters for all of its operations.
    pub(super) item: &'d Node,
    pub(super) node: &'d Node,
    /// Whether the path is only in one of the documents.
    pub(super) path_is_unpaired: bool,
    /// The objects that contain it, or would contain it.
    pub(super) within: (&'d Node, &'d Node),
}

impl<'d> Operation<'d> {
    pub(super) fn id(&self) -> Option<&'d str> {
        self.node.get("operationId").and_then(Node::as_str)
    }

    pub(super) fn label(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The names of the parameters in the path, in order.
    pub(super) fn variables(&self) -> Vec<&'d str> {
        variables(self.path)
    }
}

pub(super) fn operations(item: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let members = item.as_object().unwrap_or_default().iter();
    members
        .filter(|member| METHODS.contains(&member.key()))
        .map(|member| (member.key(), member.value()))
}

/// A path without the names of its variables.
pub(super) fn template(path: &str) -> String {
    let mut template = String::new();
    let mut inside = false;
    for character in path.chars() {
        match character {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        template.push(character);
    }
    template
}

fn variables(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
