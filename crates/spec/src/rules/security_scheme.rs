//! A security scheme has the fields that its type needs. Otherwise it cannot be used.

use crate::checker::{Checker, Decision, Spot};
use crate::fix;
use crate::node::Value;

const MISSING: &str = "security-scheme-incomplete";
const OLD: &str = "security-scheme-old";
const UNKNOWN: &str = "security-scheme-unknown";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(kind) = spot.get("type") else {
        return;
    };
    let Some(text) = kind.node.as_str() else {
        return;
    };
    const TYPES: [&str; 4] = ["apiKey", "http", "oauth2", "openIdConnect"];
    if let Some(meant) = TYPES
        .iter()
        .find(|name| name.eq_ignore_ascii_case(text) && **name != text)
    {
        let finding = checker
            .warning(&kind, UNKNOWN, format!("`{text}` is not a type of security scheme"))
            .help(format!("write `{meant}`"));
        return checker.decide(&kind, Decision::ReadAs(Value::String((*meant).to_owned())), finding);
    }
    let needed: &[(&str, &str)] = match text {
        "apiKey" => &[("name", "name: X-Api-Key"), ("in", "in: header")],
        "http" => &[("scheme", "scheme: bearer")],
        "oauth2" => &[("flows", "flows: { … }")],
        "openIdConnect" => &[("openIdConnectUrl", "openIdConnectUrl: https://example.com/…")],
        "basic" => {
            let finding = checker
                .warning(&kind, OLD, "the type `basic` is from OpenAPI 2")
                .help("write `type: http` and `scheme: basic`");
            let text = |text: &str| Value::String(text.to_owned());
            let scheme = fix::object(spot.node, vec![("type", text("http")), ("scheme", text("basic"))]);
            return checker.decide(spot, Decision::ReadAs(scheme.value().clone()), finding);
        }
        "mutualTLS" => {
            let finding = checker
                .warning(
                    &kind,
                    UNKNOWN,
                    "a scheme of the type `mutualTLS` has no equivalent in OpenAPI 3.0",
                )
                .help("give the client its certificate by other means");
            return checker.decide(spot, Decision::LeftOut, finding);
        }
        _ => {
            let finding = checker
                .warning(
                    &kind,
                    UNKNOWN,
                    format!("`{}` is not a type of security scheme", crate::diagnostic::short(text)),
                )
                .help("write `apiKey`, `http`, `oauth2` or `openIdConnect`");
            return checker.decide(spot, Decision::LeftOut, finding);
        }
    };
    for (field, example) in needed {
        let existing = spot.node.get(field);
        if existing.is_some_and(|value| !checker.fixes.is_left_out(value)) {
            continue;
        }
        let finding = checker
            .warning(
                spot,
                MISSING,
                format!("a security scheme of type `{text}` needs `{field}`"),
            )
            .help(format!("add `{example}`"));
        checker.decide(spot, Decision::LeftOut, finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn each_type_has_what_it_needs() {
        let text = "paths: {}\ncomponents: { securitySchemes: { a: { type: http }, b: { type: basic }, c: { type: mutualTLS }, d: { type: OAuth2, flows: {} }, e: { type: x } } }\n";
        assert_eq!(
            findings(text),
            [
                "security-scheme-incomplete 5:34",
                "security-scheme-old 5:64",
                "security-scheme-unknown 5:84",
                "security-scheme-unknown 5:108",
                "security-scheme-unknown 5:140"
            ]
        );
    }
}
