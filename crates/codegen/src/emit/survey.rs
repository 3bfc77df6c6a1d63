//! Visits all of the code before it is laid out, and finds which names it uses, how deeply its types are nested, and
//! whether an item has no docs.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{AngleBracketedGenericArguments, Attribute, Item, Macro, Path};

use super::docs;

pub(crate) struct Survey {
    /// The requested names that occur in the code.
    pub found: Vec<&'static str>,
    looked_for: Vec<&'static str>,
    /// The depth of the most deeply nested generic type.
    pub deepest: usize,
    depth: usize,
    /// Whether an item has no docs.
    pub undocumented: bool,
}

impl Survey {
    /// Visits the items, and removes the markers for missing docs. `names` are the names to look for at the start of
    /// a path. A name that ends in `::` is only found if the path has more segments.
    pub(crate) fn of(items: &mut [Item], names: &[&'static str]) -> Self {
        let mut survey = Self {
            found: Vec::new(),
            looked_for: names.to_vec(),
            deepest: 0,
            depth: 0,
            undocumented: false,
        };
        items.iter_mut().for_each(|item| survey.visit_item_mut(item));
        survey
    }

    /// Called for the first name of each path.
    fn name(&mut self, first: &str, more: bool) {
        let is_it = |name: &str| match name.strip_suffix("::") {
            Some(name) => more && first == name,
            None => first == name,
        };
        let found = self.looked_for.extract_if(.., |name| is_it(name));
        self.found.extend(found);
    }

    /// Finds the paths in the arguments of a macro. A name before a group, another name or a single colon is declared
    /// by the macro, and is not a path.
    fn tokens(&mut self, tokens: TokenStream) {
        let is_colon =
            |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            let before = index.checked_sub(2).and_then(|index| tokens.get(index));
            let (next, second) = (tokens.get(index + 1), tokens.get(index + 2));
            match (token, next) {
                (TokenTree::Group(group), _) => self.tokens(group.stream()),
                (TokenTree::Ident(_), Some(TokenTree::Ident(_) | TokenTree::Group(_))) => {}
                (TokenTree::Ident(_), _) if is_colon(next) && !is_colon(second) => {}
                (TokenTree::Ident(ident), _) if !is_colon(before) => {
                    self.name(&ident.to_string(), is_colon(next) && is_colon(second));
                }
                _ => {}
            }
        }
    }
}

impl VisitMut for Survey {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        self.undocumented |= docs::remove_undocumented(attributes);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let first = path.segments[0].ident.to_string();
        self.name(&first, path.segments.len() > 1);
    }

    fn visit_macro_mut(&mut self, call: &mut Macro) {
        self.visit_path_mut(&mut call.path);
        let name = call.path.segments.last().map(|last| last.ident.to_string());
        match name.as_deref() {
            // It contains only variants and their values, and no paths.
            Some("open_enum") => return,
            Some("value_builder") => self.name("types", true),
            _ => {}
        }
        self.tokens(call.tokens.clone());
    }

    fn visit_angle_bracketed_generic_arguments_mut(&mut self, arguments: &mut AngleBracketedGenericArguments) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        visit_mut::visit_angle_bracketed_generic_arguments_mut(self, arguments);
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_macros_declare_are_not_paths() {
        let of = |code: &str| {
            let mut file: syn::File = syn::parse_str(code).unwrap();
            Survey::of(&mut file.items, &["Timestamp", "Pagination", "text_of", "types::"]).found
        };
        let none: [&str; 0] = [];
        assert_eq!(of(r#"open_enum! { "x" Kind { Timestamp = "TIMESTAMP", } }"#), none);
        assert_eq!(
            of(r#"x::value_builder! { "x" Pagination PaginationBuilder { text_of: String = required("a"), } }"#),
            ["types::"]
        );
        assert_eq!(
            of(r#"x::value_builder! { "x" A ABuilder { at: Timestamp = required("at"), } }"#),
            ["types::", "Timestamp"]
        );
        assert_eq!(of(r#"x::union! { U, None, { Timestamp(String) as [], } }"#), none);
        assert_eq!(
            of(r#"x::union! { U, None, { Time(Timestamp) as [], } }"#),
            ["Timestamp"]
        );
        assert_eq!(
            of(r#"x::fit! { Pagination { required "at": Option<Timestamp>, } }"#),
            ["Timestamp"]
        );
    }
}
