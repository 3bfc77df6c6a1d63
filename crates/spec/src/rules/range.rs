//! A lower bound is not greater than the upper bound. Otherwise both are ignored.

use serde_json::Number;

use crate::checker::{Checker, Spot};

const CODE: &str = "range-empty";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>, least: &str, most: &str) {
    let (Some(low), Some(high)) = (spot.get(least), spot.get(most)) else {
        return;
    };
    let (Some(lower), Some(upper)) = (low.node.as_number(), high.node.as_number()) else {
        return;
    };
    if greater(lower, upper) {
        let message = format!("`{least}` is greater than `{most}`: no value fits, and both are ignored");
        let finding = checker
            .warning(&low, CODE, message)
            .label(lower.to_string())
            .also_at(checker.source(&high.span()), high.span(), upper.to_string())
            .help(format!("write a `{least}` that is not greater than {upper}"));
        checker.push(finding);
        checker.fixes.leave_out(low.node);
        checker.fixes.leave_out(high.node);
    }
}

fn greater(a: &Number, b: &Number) -> bool {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a > b,
        _ => a.as_f64() > b.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn a_lower_bound_is_not_greater_than_the_upper_bound() {
        let text =
            "paths: {}\ncomponents: { schemas: { A: { minimum: 2, maximum: 1, minLength: 1, maxLength: 1 } } }\n";
        assert_eq!(findings(text), ["range-empty 5:40"]);
    }
}
