//! One look at all of the code before it is laid out: what it names, how deep its types are, and what
//! has no docs.

use std::collections::HashSet;

use syn::visit_mut::{self, VisitMut};
use syn::{AngleBracketedGenericArguments, Attribute, Item, Path};

use super::docs;

#[derive(Default)]
pub(crate) struct Survey {
    /// The names that paths begin with; with `::` after them where that is not all of the path.
    pub names: HashSet<String>,
    /// How deep types stand in types.
    pub deepest: usize,
    depth: usize,
    /// Whether an item has no docs.
    pub undocumented: bool,
}

impl Survey {
    /// Looks at the items, and takes out what stands for missing docs.
    pub(crate) fn of(items: &mut [Item]) -> Self {
        let mut survey = Self::default();
        items.iter_mut().for_each(|item| survey.visit_item_mut(item));
        survey
    }
}

impl VisitMut for Survey {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        self.undocumented |= docs::take_out_undocumented(attributes);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if let Some(first) = path.segments.first() {
            let name = first.ident.to_string();
            if path.segments.len() > 1 {
                self.names.insert(format!("{name}::"));
            }
            self.names.insert(name);
        }
    }

    fn visit_angle_bracketed_generic_arguments_mut(&mut self, arguments: &mut AngleBracketedGenericArguments) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        visit_mut::visit_angle_bracketed_generic_arguments_mut(self, arguments);
        self.depth -= 1;
    }
}
