//! A link leads to exactly one operation. Links have no effect on requests, so this is never an error.

use crate::checker::{Checker, Decision, Spot};

const CODE: &str = "link-operation";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let help = "write either `operationId` or `operationRef`";
    match (spot.get("operationId"), spot.get("operationRef")) {
        (None, None) => {
            let finding = checker.warning(spot, CODE, "the link names no operation").help(help);
            checker.decide(spot, Decision::LeftOut, finding);
        }
        (Some(_), Some(second)) => {
            let finding = checker.key_warning(&second, CODE, "the link names its operation twice");
            checker.decide(&second, Decision::LeftOut, finding.help(help));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_leads_to_one_operation() {
        let text = "paths: {}\ncomponents: { links: { A: {}, B: { operationId: a }, C: { operationId: a, operationRef: b } } }\n";
        assert_eq!(findings(text), ["link-operation 5:24", "link-operation 5:75"]);
    }
}
