//! An operation has a summary, which becomes the first line of its documentation.

use ittybit_spec::{Kind, Part};

use super::style::{Style, name};

const CODE: &str = "summary-missing";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    if part.kind == Kind::Operation && part.node.get("summary").is_none() {
        let path = part.parent.and_then(|path| path.key).unwrap_or_default();
        let message = format!("`{} {path}` has no summary", name(part).to_uppercase());
        style.warn(CODE, part.at, message, "describe it briefly in a `summary`");
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn an_operation_without_a_summary_is_reported() {
        let text = "paths: { /a: { get: { responses: {} }, put: { summary: Puts., responses: {} } } }\n";
        assert_eq!(messages(super::check, text), ["`GET /a` has no summary"]);
    }
}
