//! No two paths differ only in the names of their parameters: the server cannot distinguish their requests.
//! The operations of both are kept.

use std::collections::HashMap;
use std::ops::Range;

use super::path::template;
use crate::checker::{Checker, Spot};
use crate::diagnostic::short;

const CODE: &str = "path-same";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, paths: &Spot<'d>) {
    let mut shapes: HashMap<String, (&str, Range<usize>)> = HashMap::new();
    for path in paths.members().filter(|path| path.name.starts_with('/')) {
        let Ok(names) = template(path.name) else {
            continue;
        };
        let mut shape = String::new();
        let mut rest = path.name;
        for name in names {
            let (before, after) = rest.split_once(name).unwrap_or((rest, ""));
            shape.push_str(before);
            rest = after;
        }
        shape.push_str(rest);
        match shapes.get(&shape) {
            Some((other, place)) => {
                let message = format!("`{}` and `{}` are the same path", short(path.name), short(other));
                let finding = checker
                    .key_warning(&path, CODE, message)
                    .label("differs only in the names of parameters")
                    .also_at(checker.source(place), place.clone(), "the other")
                    .help("put the operations of both under one of them");
                checker.push(finding);
            }
            None => {
                shapes.insert(shape, (path.name, path.key_span()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn names_of_parameters_do_not_distinguish_paths() {
        let text = "paths: { '/{a}': {}, '/{b}': {}, '/{a}/c': {} }\n";
        assert_eq!(findings(text), ["path-same 4:22"]);
    }
}
