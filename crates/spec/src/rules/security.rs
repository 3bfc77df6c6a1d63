//! Security requirements name security schemes.

use std::collections::HashSet;

use crate::check::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::node::Node;

const CODE: &str = "security-unknown";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(security) = spot.get("security") else {
        return;
    };
    let schemes = checker.document.get("/components/securitySchemes");
    let schemes = schemes.and_then(Node::as_object).unwrap_or_default();
    let known: HashSet<&str> = schemes
        .iter()
        .filter(|entry| !checker.fixes.is_left_out(entry.value()))
        .map(|entry| entry.key())
        .collect();
    for requirement in security.items() {
        for scheme in requirement.members() {
            if known.contains(scheme.name) {
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
