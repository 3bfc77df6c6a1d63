//! No parameter is listed twice. Otherwise the first one is used.

use std::collections::HashMap;
use std::ops::Range;

use crate::Severity;
use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;

const CODE: &str = "parameter-repeated";

/// The places in a request that a parameter may have.
const PLACES: [&str; 4] = ["query", "path", "header", "cookie"];

/// The parameters of a path item or operation as they are written, each with its name and its place in
/// a request.
pub(super) fn parameters<'d>(checker: &Checker<'d>, spot: &Spot<'d>) -> Vec<(Spot<'d>, &'d str, &'d str)> {
    let Some(list) = spot.get("parameters") else {
        return Vec::new();
    };
    list.items()
        .filter_map(|item| {
            let parameter = checker.document.resolve(item.node)?;
            let name = parameter.get("name")?.as_str()?;
            let place = parameter.get("in")?.as_str()?.trim();
            let place = PLACES.iter().find(|known| known.eq_ignore_ascii_case(place))?;
            Some((item, name, *place))
        })
        .collect()
}

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let mut seen: HashMap<(&str, &str), Range<usize>> = HashMap::new();
    for (item, name, place) in parameters(checker, spot) {
        let span = item.get("name").or(item.get("$ref")).map(|name| name.span());
        let span = span.unwrap_or_else(|| item.span());
        match seen.get(&(name, place)) {
            Some(first) => {
                let message = format!("the {place} parameter `{}` is listed twice", short(name));
                let finding = checker
                    .finding(Severity::Warning, span, CODE, message)
                    .also_at(checker.source(first), first.clone(), "first here")
                    .help("remove one of the two");
                checker.decide(&item, Decision::LeftOut, finding);
            }
            None => {
                seen.insert((name, place), span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn each_is_listed_once() {
        let text = "paths: { /a: { get: { parameters: [{ name: a, in: query, schema: {} }, { name: a, in: Query, schema: {} }, { name: a, in: header, schema: {} }], responses: { '200': { description: Done. } } } } }\n";
        assert_eq!(findings(text), ["value-unknown 4:87", "parameter-repeated 4:80"]);
    }
}
