//! No two operations have the same `operationId`: the first keeps it, that of the other is ignored.

use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;

const CODE: &str = "operation-id-repeated";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(id) = spot.get("operationId") else {
        return;
    };
    let Some(text) = id.node.as_str() else {
        return;
    };
    match checker.operation_ids.get(text).cloned() {
        Some(first) => {
            let message = format!("two operations have the `operationId` `{}`", short(text));
            let finding = checker
                .warning(&id, CODE, message)
                .also_at(checker.source(&first), first, "first here")
                .help("give each operation a name of its own");
            checker.decide(&id, Decision::LeftOut, finding);
        }
        None => {
            checker.operation_ids.insert(text, id.span());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn each_occurs_once() {
        let text = "paths: { /a: { get: { operationId: a, responses: { '200': { description: Done. } } }, put: { operationId: a, responses: { '200': { description: Done. } } } } }\n";
        assert_eq!(findings(text), ["operation-id-repeated 4:107"]);
    }
}
