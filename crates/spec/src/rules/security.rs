//! Security requirements name security schemes.

use crate::checker::{Checker, Decision, Spot};
use crate::diagnostic::short;
use crate::node::Node;

const CODE: &str = "security-unknown";

pub(crate) fn check<'d>(checker: &mut Checker<'d>, spot: &Spot<'d>) {
    let Some(security) = spot.get("security") else {
        return;
    };
    let named = checker.document.get("/components/securitySchemes");
    let schemes = named.and_then(Node::as_object).unwrap_or_default();
    let sort = |checker: &Checker<'d>, name: &str| match named.and_then(|named| named.get(name)) {
        Some(scheme) if scheme.get("type").and_then(Node::as_str) == Some("mutualTLS") => Sort::OfConnection,
        Some(scheme) if !checker.fixes.is_left_out(scheme) => Sort::Known,
        _ => Sort::Unknown,
    };
    let remains = security.items().any(|requirement| {
        let mut members = requirement.members();
        members.all(|scheme| sort(checker, scheme.name) != Sort::Unknown)
    });
    for requirement in security.items() {
        let mut members = requirement.members();
        let sent = members.any(|scheme| sort(checker, scheme.name) != Sort::OfConnection);
        for scheme in requirement.members() {
            let sort = sort(checker, scheme.name);
            if sort == Sort::Known {
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
            match sort {
                // The certificate belongs to the connection. The other schemes of the requirement remain.
                Sort::OfConnection if sent => checker.decide(&scheme, Decision::LeftOut, finding),
                // Without an alternative, the operation would become one that needs no authentication.
                Sort::Unknown if !remains => {
                    let finding = finding.label("kept, because there is no alternative: a call that needs it fails");
                    checker.decide(&scheme, Decision::Kept, finding);
                }
                // A requirement needs all of its schemes.
                _ => checker.decide(&requirement, Decision::LeftOut, finding),
            }
        }
    }
}

/// The kind of security scheme that a name in a requirement leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Known,
    /// A scheme that is not part of a request: a certificate.
    OfConnection,
    Unknown,
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::findings;

    #[test]
    fn requirements_name_schemes() {
        let text = "paths: {}\ncomponents: { securitySchemes: { a: { type: http, scheme: bearer } } }\nsecurity: [{ a: [] }, { b: [] }]\n";
        assert_eq!(findings(text), ["security-unknown 6:25"]);
    }

    #[test]
    fn leaving_a_scheme_out_never_removes_authentication() {
        let lowered = |security: &str| {
            let text = format!(
                "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\npaths: {{}}\n\
                 components: {{ securitySchemes: {{ a: {{ type: http, scheme: bearer }}, tls: {{ type: mutualTLS }} }} }}\n\
                 security: {security}\n"
            );
            let lowered = crate::Document::parse("api.yaml", &text).unwrap().lowered().unwrap();
            lowered.document.get("/security").unwrap().to_json().to_string()
        };
        assert_eq!(lowered("[{ a: [] }, { b: [] }]"), r#"[{"a":[]}]"#);
        assert_eq!(lowered("[{ b: [] }]"), r#"[{"b":[]}]"#);
        assert_eq!(
            lowered("[{ a: [], b: [] }, { c: [] }]"),
            r#"[{"a":[],"b":[]},{"c":[]}]"#
        );
        assert_eq!(lowered("[{ b: [] }, {}]"), "[{}]");
        // A certificate belongs to the connection.
        assert_eq!(lowered("[{ tls: [], a: [] }]"), r#"[{"a":[]}]"#);
        assert_eq!(lowered("[{ tls: [] }, { a: [] }]"), r#"[{"a":[]}]"#);
        assert_eq!(lowered("[{ tls: [] }]"), "[]");
        assert_eq!(lowered("[{ tls: [], b: [] }]"), r#"[{"b":[]}]"#);
    }
}
