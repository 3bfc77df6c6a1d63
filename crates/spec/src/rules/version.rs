//! The version of OpenAPI, which `openapi` or, before version 3, `swagger` has.

use crate::checker::{Checker, Spot};
use crate::grammar::Version;

const CODE: &str = "version";
const WRITE: &str = "write `openapi: 3.0.3` or `openapi: 3.1.1`";

/// The version, where it is supported.
pub(crate) fn check<'d>(checker: &mut Checker<'d>, root: &Spot<'d>) -> Option<Version> {
    let Some(openapi) = root.get("openapi") else {
        let finding = match root.get("swagger") {
            Some(swagger) => checker
                .error(&swagger, CODE, "this is an OpenAPI 2 document (Swagger)")
                .help("convert it to OpenAPI 3.0, for example with the `swagger2openapi` program"),
            None => {
                let message = match root.node.as_object() {
                    Some(_) => "this is not an OpenAPI document: it has no `openapi`".to_owned(),
                    None => format!("this is not an OpenAPI document: it is {}", root.node.kind()),
                };
                let finding = checker.error(root, CODE, message);
                finding.help("begin it with `openapi: 3.0.3` or `openapi: 3.1.1`")
            }
        };
        checker.push(finding);
        return None;
    };
    // `3.0` is a number in YAML.
    let text = match openapi.node.as_str() {
        Some(text) => text,
        None => checker.document.raw(openapi.node),
    };
    let (version, patch) = match text.split('.').collect::<Vec<_>>()[..] {
        ["3", "0", ..] => (Version::V30, text.get(4..)),
        ["3", "1", ..] => (Version::V31, text.get(4..)),
        ["3", minor, ..] if minor.bytes().all(|byte| byte.is_ascii_digit()) => {
            let message = format!("OpenAPI 3.{minor} is not supported, only 3.0 and 3.1");
            let finding = checker.error(&openapi, CODE, message).help(WRITE);
            checker.push(finding);
            return None;
        }
        _ => {
            let what = match openapi.node.as_object().is_some() || openapi.node.as_array().is_some() {
                true => openapi.node.kind().to_owned(),
                false => format!("`{}`", crate::diagnostic::short(text)),
            };
            let message = format!("{what} is not a version of OpenAPI 3.0 or 3.1");
            let finding = checker.error(&openapi, CODE, message).help(WRITE);
            checker.push(finding);
            return None;
        }
    };
    let complete = patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()));
    if openapi.node.as_str().is_none() || !complete {
        let finding = checker.warning(&openapi, CODE, "the version of OpenAPI is not complete");
        checker.push(finding.help(WRITE));
    }
    Some(version)
}

#[cfg(test)]
mod tests {
    use crate::Document;

    #[test]
    fn supported_versions() {
        for (version, errors) in [
            ("3.0.0", 0),
            ("3.0", 0),
            ("3.1.1", 0),
            ("3.1.0-rc0", 0),
            ("3.2.0", 1),
            ("2.0", 1),
            ("[3]", 1),
        ] {
            let text = format!("openapi: {version}\ninfo: {{ title: a, version: b }}\npaths: {{}}\n");
            let document = Document::parse("api.yaml", text).unwrap();
            assert_eq!(document.check().errors().count(), errors, "{version}");
        }
    }
}
