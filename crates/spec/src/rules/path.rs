//! A path is a template that begins with `/`.

use crate::checker::{Checker, Spot};
use crate::diagnostic::short;

const NO_SLASH: &str = "path-without-slash";
const BRACES: &str = "path-braces";

pub(crate) fn check(checker: &mut Checker<'_>, member: &Spot<'_>) {
    let name = short(member.name);
    if member.name.contains("://") {
        let finding = checker
            .key_error(member, NO_SLASH, format!("the path `{name}` is a URL"))
            .help("write the server under `servers`, and the path as `/…`");
        checker.push(finding);
    } else if !member.name.starts_with('/') {
        let finding = checker
            .key_warning(member, NO_SLASH, format!("the path `{name}` does not begin with `/`"))
            .label(format!("read as `/{name}`"))
            .help(format!("write `/{name}`"));
        checker.push(finding);
        checker.fixes.rename(member.node, format!("/{}", member.name));
    } else if let Err(Unbalanced) = template(member.name) {
        let finding = checker
            .key_error(member, BRACES, format!("the braces of the path `{name}` do not match"))
            .help("write each parameter as `{name}`");
        checker.push(finding);
    }
}

pub(super) struct Unbalanced;

/// The names of the parameters in a path.
pub(super) fn template(path: &str) -> Result<Vec<&str>, Unbalanced> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let inner = rest[at..].strip_prefix('{').ok_or(Unbalanced)?;
        let (name, after) = inner.split_once('}').ok_or(Unbalanced)?;
        if name.is_empty() || name.contains('{') {
            return Err(Unbalanced);
        }
        names.push(name);
        rest = after;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_begins_with_a_slash_and_its_braces_match() {
        let text = "paths: { a: {}, 'https://a/b': {}, '/{': {}, '/{a}': {} }\n";
        assert_eq!(
            findings(text),
            ["path-without-slash 4:10", "path-without-slash 4:17", "path-braces 4:36"]
        );
    }
}
