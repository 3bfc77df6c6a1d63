//! The name of a component has only letters, digits, `.`, `-` and `_`.

use crate::checker::{Checker, Spot};
use crate::diagnostic::short;

const CODE: &str = "component-name";

pub(crate) fn check(checker: &mut Checker<'_>, member: &Spot<'_>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if member.name.is_empty() || !member.name.chars().all(allowed) {
        let message = format!("`{}` cannot be the name of a component", short(member.name));
        let finding = checker
            .key_warning(member, CODE, message)
            .help("use letters, digits, `.`, `-` and `_` only");
        checker.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn other_characters_are_reported() {
        let text = "paths: {}\ncomponents: { schemas: { 'A b': {}, A.b-c_1: {} } }\n";
        assert_eq!(findings(text), ["component-name 5:26"]);
    }
}
