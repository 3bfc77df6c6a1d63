//! Rust names for the names of a document.
//!
//! The generator hands progenitor a copy of the document in which every name is already the Rust
//! name, so that what progenitor and typify make of it is the same name again. That only holds if
//! the functions here are idempotent under the rules of both, which a property test checks.

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::UnicodeNormalization;

/// What the generated crate has at its root from the runtime, beside the types of the document.
pub(crate) const RUNTIME_TYPES: &[&str] = &[
    "Attempt",
    "Category",
    "Clock",
    "Decision",
    "Error",
    "Items",
    "Page",
    "Pages",
    "ParseTimestampError",
    "Response",
    "RetryPolicy",
    "Timestamp",
    "TimestampRangeError",
    "Watch",
];

/// Names of Rust's prelude that generated code writes without a path, and of the client's own types.
const OWN_TYPES: &[&str] = &[
    "Box",
    "Client",
    "ClientBuilder",
    "Default",
    "Err",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Some",
    "String",
    "Vec",
];

/// Whether a schema may not have this name. `Timestamp` is what a schema of that name becomes.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    name != "Timestamp" && RUNTIME_TYPES.contains(&name) || OWN_TYPES.contains(&name)
}

/// Names that a request builder may not take either: the module of the builders imports them, or has
/// them from Rust's prelude.
pub(crate) const RESERVED_BUILDERS: &[&str] = &[
    "Argument",
    "AsRef",
    "Bound",
    "CallOptions",
    "Display",
    "Form",
    "IntoIterator",
    "Lifecycle",
    "Operation",
    "Pagination",
    "Paging",
    "Parameter",
    "Pattern",
    "Request",
    "Style",
    "Timestamp",
    "ToString",
    "TryFrom",
    "TryInto",
    "Watching",
];

/// Methods that every request builder has, and variables of theirs: a parameter of such a name gets
/// a suffix.
pub(crate) const REQUEST_METHODS: &[&str] = &[
    "client",
    "clone",
    "deadline",
    "download",
    "header",
    "iter",
    "new",
    "options",
    "pages",
    "pages_json",
    "request",
    "retry",
    "send",
    "set",
    "stream",
    "timeout",
    "watch",
    "watch_json",
];

/// Methods that the builder of a struct has, and the field for what is not listed: a property of
/// such a name gets a suffix.
pub(crate) const STRUCT_METHODS: &[&str] = &["build", "clone", "extra", "new"];

/// Methods of a client, that no operation may take.
pub(crate) const CLIENT_METHODS: &[&str] = &["as_ref", "base_url", "builder", "clone", "fmt", "from_env", "new"];

/// Methods of the client's builder, which no setter of a credential may be named like.
pub(crate) const BUILDER_METHODS: &[&str] = &[
    "allow_insecure_http",
    "base_url",
    "build",
    "clone",
    "connect_timeout",
    "credential",
    "deadline",
    "fmt",
    "http_client",
    "max_response_bytes",
    "new",
    "of",
    "read_env",
    "retry",
    "timeout",
    "transport",
    "user_agent",
];

/// The name of a type: `task_status` → `TaskStatus`.
pub(crate) fn type_name(name: &str) -> String {
    // `a_b` is `AB` at first, and that is `Ab`.
    stable(name, |name| {
        let name = words(name).to_pascal_case();
        keyword_free(if starts_well(&name) { name } else { format!("X{name}") })
    })
}

/// The name that progenitor gives to the builder of an operation's requests.
pub(crate) fn builder_name(method: &str) -> String {
    keyword_free(words(method).to_pascal_case())
}

/// The name of an enum's variant: `adaptive_video` → `AdaptiveVideo`, `1080p` → `_1080p`,
/// `-created` → `MinusCreated`, `>=` → `GreaterEqual`.
pub(crate) fn variant_name(value: &str) -> String {
    let spelled = match value.strip_prefix(['+', '-']) {
        Some(rest) if !rest.is_empty() => format!("{}-{rest}", spelled(&value[..1])),
        _ if value.chars().all(|char| !char.is_alphanumeric()) => spelled(value),
        _ => value.to_owned(),
    };
    let name = words(&spelled).to_pascal_case();
    match name.as_str() {
        "" => "Empty".to_owned(),
        // The variant for values that the document does not list has this name.
        "Unknown" => "UnknownValue".to_owned(),
        _ => keyword_free(if starts_well(&name) { name } else { format!("_{name}") }),
    }
}

/// Symbols in words.
fn spelled(symbols: &str) -> String {
    let word = |symbol| match symbol {
        '!' => "not",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '*' => "star",
        '+' => "plus",
        ',' => "comma",
        '-' => "minus",
        '.' => "dot",
        '/' => "slash",
        ':' => "colon",
        '<' => "less",
        '=' => "equal",
        '>' => "greater",
        '?' => "question",
        '@' => "at",
        '^' => "caret",
        '_' => "underscore",
        '|' => "or",
        '~' => "tilde",
        _ => "",
    };
    symbols.chars().map(word).collect::<Vec<_>>().join("-")
}

/// The name of a field, a parameter or a method: `Has-More` → `has_more`, `type` → `type_`.
pub(crate) fn field_name(name: &str) -> String {
    stable(name, |name| {
        let name = words(name).to_snake_case();
        keyword_free(if starts_well(&name) { name } else { format!("x{name}") })
    })
}

/// Applies a rule until it changes nothing more.
fn stable(name: &str, rule: impl Fn(&str) -> String) -> String {
    let mut name = rule(name);
    // Twice is enough for every name known; whatever is not is found out after generation.
    for _ in 0..4 {
        let again = rule(&name);
        if again == name {
            break;
        }
        name = again;
    }
    name
}

/// Whether `name` can only be written with a suffix in Rust.
fn is_keyword(name: &str) -> bool {
    const LONGEST: usize = "continue".len();
    name.len() <= LONGEST && (syn::parse_str::<syn::Ident>(name).is_err() || name == "gen")
}

/// Characters of a name that are used: names are repeated often, and those of inline schemas begin with
/// the names around them.
const LONGEST: usize = 200;

fn words(name: &str) -> String {
    let name = name.char_indices().nth(LONGEST).map_or(name, |(end, _)| &name[..end]);
    // Rust takes names for the same that Unicode takes for the same.
    let name: String = if name.is_ascii() {
        name.to_owned()
    } else {
        name.nfc().collect()
    };
    match name.as_str() {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => name.replace('\'', "").replace(|c| !is_xid_continue(c), "-"),
    }
}

fn starts_well(name: &str) -> bool {
    name.chars().next().is_some_and(is_xid_start)
}

fn keyword_free(name: String) -> String {
    if is_keyword(&name) { name + "_" } else { name }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("task_status", "TaskStatus"),
            ("a_b", "Ab"),
            ("2D", "X2d"),
            ("self", "Self_"),
            ("", "X"),
            ("größe", "Größe"),
        ] {
            assert_eq!(type_name(name), expected);
        }
        for (name, expected) in [
            ("Has-More", "has_more"),
            ("type", "type_"),
            ("filter[kind]", "filter_kind"),
            ("1st", "x1st"),
            ("$", "x"),
            // Composed and decomposed, which Rust takes for one name.
            ("u\u{308}ber", "über"),
        ] {
            assert_eq!(field_name(name), expected);
        }
        for (value, expected) in [
            ("adaptive_video", "AdaptiveVideo"),
            ("1080p", "_1080p"),
            ("", "Empty"),
            ("unknown", "UnknownValue"),
            ("-created", "MinusCreated"),
            (">=", "GreaterEqual"),
            ("Self", "Self_"),
        ] {
            assert_eq!(variant_name(value), expected);
        }
    }

    #[test]
    fn no_name_is_longer_than_two_hundred() {
        let long = "aB".repeat(10_000);
        for name in [
            type_name(&long),
            field_name(&long),
            variant_name(&long),
            builder_name(&long),
        ] {
            assert!(name.chars().count() <= 2 * LONGEST, "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_name_is_an_identifier_and_stays_it(name in prop_oneof!["\\PC*", "[a-zA-Z0-9_-]*"]) {
            for rule in [type_name, field_name] {
                let once = rule(&name);
                prop_assert!(syn::parse_str::<syn::Ident>(&once).is_ok(), "{once}");
                prop_assert_eq!(rule(&once), once);
            }
            let variant = variant_name(&name);
            prop_assert!(syn::parse_str::<syn::Ident>(&variant).is_ok(), "{}", variant);
            let builder = builder_name(&field_name(&name));
            prop_assert!(syn::parse_str::<syn::Ident>(&builder).is_ok(), "{}", builder);
        }
    }

    #[test]
    fn what_clients_and_builders_can_do_is_reserved() {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
        let macros = ["newtypes.rs", "request_builder.rs", "value_builder.rs"];
        let text = macros
            .map(|file| fs::read_to_string(runtime.join(file)).unwrap())
            .concat();
        let methods = text.lines().filter_map(|line| {
            let line = line.trim_start();
            // What a trait has of its own, without a receiver, is called on nothing.
            let (_, rest) = Some(line)
                .filter(|line| line.starts_with("pub") || line.contains("self"))?
                .trim_start_matches("pub ")
                .trim_start_matches("pub(crate) ")
                .split_once("fn ")
                .filter(|(before, _)| before.is_empty())?;
            let name = rest.split(['(', '<']).next()?;
            (!name.starts_with('$')).then_some(name)
        });
        let methods: Vec<&str> = methods.collect();
        let reserved = [CLIENT_METHODS, REQUEST_METHODS, BUILDER_METHODS, STRUCT_METHODS].concat();
        for name in &methods {
            assert!(reserved.contains(name), "{name} is not reserved");
        }
        assert!(methods.len() > 20, "the methods were not found");
    }
}
