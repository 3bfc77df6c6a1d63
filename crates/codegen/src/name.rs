//! Rust names for the names of a document.
//!
//! The copy of the document that progenitor gets already contains the Rust names, so progenitor and typify must
//! not change them again. That requires the functions here to be idempotent, which a property test checks.

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::UnicodeNormalization;

/// The types of the runtime that the root of the generated crate re-exports, beside the types of the document.
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

/// Names from Rust's prelude that generated code uses without a path, and the client's own types.
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

/// Whether a schema may not have this name. A schema named `Timestamp` can become the runtime's type.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    name != "Timestamp" && RUNTIME_TYPES.contains(&name) || OWN_TYPES.contains(&name)
}

/// What the module of the builders imports, where it is used, and from where. A name that ends in `::` is that of a
/// module.
pub(crate) const IMPORTS: &[(&str, &str)] = &[
    ("Arguments", "ittybit_runtime::generated"),
    ("Bound", "std::ops"),
    ("Bounds", "ittybit_runtime::generated"),
    ("Client", "super"),
    ("Error", "ittybit_runtime"),
    ("Form", "ittybit_runtime::generated"),
    ("Items", "ittybit_runtime"),
    ("Lifecycle", "ittybit_runtime::operation"),
    ("Operation", "ittybit_runtime::operation"),
    ("Page", "ittybit_runtime"),
    ("Pages", "ittybit_runtime"),
    ("Pagination", "ittybit_runtime::generated"),
    ("Paging", "ittybit_runtime::operation"),
    ("Parameter", "ittybit_runtime::operation"),
    ("Pattern", "ittybit_runtime::generated"),
    ("Response", "ittybit_runtime"),
    ("Style", "ittybit_runtime::generated"),
    ("Timestamp", "ittybit_runtime"),
    ("Watch", "ittybit_runtime"),
    ("Watching", "ittybit_runtime::generated"),
    ("blocking::", "super"),
    ("open_enum", "ittybit_runtime"),
    ("operation::", "ittybit_runtime"),
    ("text_of", "ittybit_runtime::generated"),
    ("types::", "super"),
];

/// Names of Rust's prelude that the code of builders uses without a path.
const PRELUDE: &[&str] = &["AsRef", "IntoIterator", "ToString", "TryFrom", "TryInto"];

/// Whether a request builder may not have this name.
pub(crate) fn is_reserved_builder(name: &str) -> bool {
    is_reserved_type(name) || PRELUDE.contains(&name) || IMPORTS.iter().any(|(imported, _)| *imported == name)
}

/// Methods of every request builder, and variables in them. A parameter with one of these names gets a suffix.
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

/// Methods of the builder of a struct, and the field for properties that are not listed. A property with one of
/// these names gets a suffix.
pub(crate) const STRUCT_METHODS: &[&str] = &["build", "clone", "extra", "new"];

/// Methods of a client. An operation may not have one of these names.
pub(crate) const CLIENT_METHODS: &[&str] = &["as_ref", "base_url", "builder", "clone", "fmt", "from_env", "new"];

/// Methods of the client's builder. The setter of a credential may not have one of these names.
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
    // `a_b` becomes `AB`, which becomes `Ab`.
    stable(name, |name| {
        let name = words(name).to_pascal_case();
        keyword_free(if starts_ident(&name) { name } else { format!("X{name}") })
    })
}

/// The name of the request builder of an operation. Methods that only differ in a suffix have different builders, so
/// nothing is cut here.
pub(crate) fn builder_name(method: &str) -> String {
    keyword_free(whole_words(method).to_pascal_case())
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
        // `Unknown` is the variant for values that the document does not list.
        "Unknown" => "UnknownValue".to_owned(),
        _ => keyword_free(if starts_ident(&name) { name } else { format!("_{name}") }),
    }
}

/// The names of symbols.
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
        keyword_free(if starts_ident(&name) { name } else { format!("x{name}") })
    })
}

/// Applies a rule until the name does not change any more.
fn stable(name: &str, rule: impl Fn(&str) -> String) -> String {
    let mut name = rule(name);
    // Twice is enough for every known name. The limit prevents an endless loop.
    for _ in 0..4 {
        let again = rule(&name);
        if again == name {
            break;
        }
        name = again;
    }
    name
}

/// Whether `name` is a Rust keyword, so that it needs a suffix.
fn is_keyword(name: &str) -> bool {
    const LONGEST: usize = "continue".len();
    name.len() <= LONGEST && (syn::parse_str::<syn::Ident>(name).is_err() || name == "gen")
}

/// Names are cut to this many characters: generated code repeats them often, and the name of an inline schema
/// begins with the names of the schemas around it.
const LONGEST: usize = 200;

fn words(name: &str) -> String {
    whole_words(name.char_indices().nth(LONGEST).map_or(name, |(end, _)| &name[..end]))
}

fn whole_words(name: &str) -> String {
    // Rust compares identifiers in the normalization form C.
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

fn starts_ident(name: &str) -> bool {
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
            // Decomposed and composed: the same identifier in Rust.
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
    fn long_names_are_cut() {
        let long = "aB".repeat(10_000);
        for name in [
            type_name(&long),
            field_name(&long),
            variant_name(&long),
            builder_name(&field_name(&long)),
        ] {
            assert!(name.chars().count() <= 2 * LONGEST, "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_name_becomes_a_stable_identifier(name in prop_oneof!["\\PC*", "[a-zA-Z0-9_-]*"]) {
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
    fn methods_of_clients_and_builders_are_reserved() {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
        let macros = ["newtypes.rs", "request_builder.rs", "value_builder.rs"];
        let text = macros
            .map(|file| fs::read_to_string(runtime.join(file)).unwrap())
            .concat();
        let methods = text.lines().filter_map(|line| {
            let line = line.trim_start();
            // Associated functions of traits, without a receiver, cannot conflict with a setter.
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
