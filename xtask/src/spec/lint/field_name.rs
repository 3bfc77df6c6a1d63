//! The name of a property is the name of a Rust field.

use ittybit_spec::{Kind, Part};

use super::style::{Style, is_snake, name};

const CODE: &str = "field-name";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    if part.kind == Kind::Schema && part.field == "properties" && !is_snake(name(part)) {
        let message = format!("`{}` is not the name of a Rust field", name(part));
        style.warn(
            CODE,
            part.at,
            message,
            "write it in snake_case, unless the API uses this name",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn a_name_in_another_case_is_reported() {
        let text = "paths: {}\ncomponents: { schemas: { A: { properties: { aB: {}, a_b: { items: { properties: { C: {} } } } } } } }\n";
        assert_eq!(
            messages(super::check, text),
            [
                "`aB` is not the name of a Rust field",
                "`C` is not the name of a Rust field",
            ]
        );
    }
}
