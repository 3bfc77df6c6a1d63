//! Rust names for the names of a document.
//!
//! The generator hands progenitor a copy of the document in which every name is already the Rust
//! name, so that what progenitor and typify make of it is the same name again. That only holds if
//! the functions here are idempotent under the rules of both, which a property test checks.

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Names that the generated code or the client crate uses itself: a schema may not take them.
pub(crate) const RESERVED_TYPES: &[&str] = &[
    "Box",
    "Client",
    "ClientBuilder",
    "Debug",
    "Default",
    "Display",
    "Err",
    "Error",
    "From",
    "Into",
    "Items",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Page",
    "Pages",
    "Pagination",
    "Pattern",
    "Response",
    "Result",
    "RetryPolicy",
    "Self",
    "Some",
    "String",
    "ToString",
    "TryFrom",
    "TryInto",
    "Vec",
];

/// Methods that every request builder has: a parameter of such a name gets a suffix.
pub(crate) const BUILDER_METHODS: &[&str] = &[
    "client",
    "header_map",
    "info",
    "iter",
    "new",
    "pages",
    "request",
    "send",
    "stream",
];

/// Methods of a client that no operation may take.
pub(crate) const CLIENT_METHODS: &[&str] = &[
    "base_url",
    "builder",
    "clone",
    "fmt",
    "from_env",
    "http",
    "inner",
    "new",
    "send_empty",
    "send_json",
];

/// The name of a type: `task_status` → `TaskStatus`.
pub(crate) fn type_name(name: &str) -> String {
    let name = words(name).to_pascal_case();
    keyword_free(if starts_well(&name) { name } else { format!("X{name}") })
}

/// The name of an enum's variant: `adaptive_video` → `AdaptiveVideo`, `1080p` → `_1080p`.
pub(crate) fn variant_name(value: &str) -> String {
    let name = words(value).to_pascal_case();
    match name.as_str() {
        "" => "Empty".to_owned(),
        // The variant for values that the document does not list has this name.
        "Unknown" => "UnknownValue".to_owned(),
        _ => keyword_free(if starts_well(&name) { name } else { format!("_{name}") }),
    }
}

/// The name of a field, a parameter or a method: `Has-More` → `has_more`, `type` → `type_`.
pub(crate) fn field_name(name: &str) -> String {
    let name = words(name).to_snake_case();
    keyword_free(if starts_well(&name) { name } else { format!("x{name}") })
}

/// Whether `name` can only be written with a suffix in Rust.
pub(crate) fn is_keyword(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_err() || name == "gen"
}

fn words(name: &str) -> String {
    match name {
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
