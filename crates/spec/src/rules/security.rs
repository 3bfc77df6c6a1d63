//! Security requirements name security schemes.

use crate::check::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::node::Node;

const CODE: &str = "security-unknown";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(security) = spot.get("security") else {
        return;
    };
    let named = checker.document.get("/components/securitySchemes");
    let schemes = named.and_then(Node::as_object).unwrap_or_default();
    for requirement in security.items() {
        for scheme in requirement.members() {
            let known = named.and_then(|named| named.get(scheme.name));
            if known.is_some_and(|known| !checker.fixes.is_left_out(known)) {
                continue;
            }
            let message = format!("there is no security scheme `{}`", short(scheme.name));
            let finding = checker.key_warning(&scheme, CODE, message);
            let names = schemes.iter().map(|entry| entry.key());
            let finding = match checker.similar(scheme.name, names) {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help(format!(
                    "add `{}` to `components: {{ securitySchemes: … }}`",
                    short(scheme.name)
                )),
            };
            // All schemes of a requirement are needed at once.
            checker.decide(&requirement, Decision::LeftOut, finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_names_schemes() {
        let text = "paths: {}\ncomponents: { securitySchemes: { a: { type: http, scheme: bearer } } }\nsecurity: [{ a: [] }, { b: [] }]\n";
        assert_eq!(findings(text), ["security-unknown 6:25"]);
    }
}
