//! The name of a schema is the name of a Rust type.

use ittybit_spec::Part;

use super::style::{Style, is_component, name};

const CODE: &str = "type-name";

pub(super) fn check(style: &mut Style<'_>, part: &Part<'_, '_>) {
    if !is_component(part) {
        return;
    }
    let name = name(part);
    let pascal = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|character| character.is_ascii_alphanumeric());
    if !pascal {
        let message = format!("`{name}` is not the name of a Rust type");
        style.warn(CODE, part.at, message, "write it in PascalCase");
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::tests::messages;

    #[test]
    fn a_name_in_another_case_is_reported() {
        let text =
            "paths: {}\ncomponents: { schemas: { task: {}, Task_Kind: {}, Task2: { properties: { a: {} } } } }\n";
        assert_eq!(
            messages(super::check, text),
            [
                "`task` is not the name of a Rust type",
                "`Task_Kind` is not the name of a Rust type",
            ]
        );
    }
}
