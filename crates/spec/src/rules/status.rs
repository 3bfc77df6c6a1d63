//! The keys of `responses` are status codes, ranges of them, or `default`.

use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::fix::Fixes;

const CODE: &str = "status-unknown";
const NONE: &str = "responses-empty";

fn is_status(text: &str) -> bool {
    match text.as_bytes() {
        b"default" => true,
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}

pub(crate) fn check<'d>(checker: &mut Checker<'d>, member: &Spot<'d>) {
    if is_status(member.name) {
        return;
    }
    let message = format!("`{}` is not a status code", short(member.name));
    let finding = checker.key_warning(member, CODE, message);
    let lower = member.name.trim().to_ascii_lowercase();
    let meant = match lower.as_str() {
        "default" => lower,
        _ => lower.to_ascii_uppercase(),
    };
    if is_status(&meant) {
        let finding = finding
            .label(format!("read as `{meant}`"))
            .help(format!("write `{meant}`"));
        checker.fixes.rename(member.node, meant);
        checker.push(finding);
    } else {
        let finding = finding.help("write a code from 100 to 599, a range as in `4XX`, or `default`");
        checker.decide(member, Decision::LeftOut, finding);
    }
}

/// Reports `responses` without a response.
pub(crate) fn check_all<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let left = |fixes: &Fixes, member: &Spot<'_>| !member.name.starts_with("x-") && !fixes.is_left_out(member.node);
    if !spot.members().any(|member| left(&checker.fixes, &member)) {
        let finding = checker
            .warning(spot, NONE, "`responses` has no response")
            .help("write `\"200\": { description: The response }`");
        checker.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn it_is_a_code_a_range_or_default() {
        let text = "paths: { /a: { get: { responses: { 200: { description: a }, 4xx: { description: a }, 99: { description: a }, Default: { description: a } } } } }\n";
        assert_eq!(
            findings(text),
            ["status-unknown 4:61", "status-unknown 4:86", "status-unknown 4:110"]
        );
    }
}
