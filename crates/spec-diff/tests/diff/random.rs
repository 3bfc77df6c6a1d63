//! Random documents: the comparison does not panic, reports no changes of equal documents, and misses no
//! difference.

use ittybit_spec::Document;
use ittybit_spec_diff::{Change, Severity, diff};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use crate::cases::{BASE, document, review};
use crate::surface::{assert_as_whole, surface};

/// Keys with a meaning in OpenAPI, and unknown ones.
const KEYS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "components",
    "content",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMaximum",
    "explode",
    "format",
    "get",
    "headers",
    "in",
    "info",
    "items",
    "maxLength",
    "maximum",
    "minimum",
    "multipleOf",
    "name",
    "not",
    "nullable",
    "oneOf",
    "operationId",
    "parameters",
    "paths",
    "pattern",
    "post",
    "properties",
    "readOnly",
    "requestBody",
    "required",
    "responses",
    "schema",
    "schemas",
    "security",
    "servers",
    "style",
    "summary",
    "tags",
    "title",
    "type",
    "uniqueItems",
    "url",
    "version",
    "writeOnly",
    "x-cursor-pagination",
    "x-unknown",
    "/pets",
    "/pets/{id}",
    "200",
    "application/json",
    "id",
    "unknown",
];

const REFERENCES: &[&str] = &[
    "#/components/schemas/Pet",
    "#/components/schemas/Home",
    "#/components/schemas/Kind",
    "#/components/schemas/Unused",
    "#/components/responses/Problem",
    "#/components/schemas/Nowhere",
    "#/paths/~1pets",
    "other.yaml#/Pet",
    "#",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        (-3i64..120).prop_map(Value::from),
        (0.5f64..9.0).prop_map(Value::from),
        select(vec![
            "", "a", "query", "path", "string", "integer", "object", "array", "int32", "^a$", "3.0.3"
        ])
        .prop_map(Value::from),
    ]
}

/// The keys, with or without `$ref`.
fn keys(references: bool) -> &'static [&'static str] {
    if references { KEYS } else { &KEYS[1..] }
}

/// Any JSON, with the keys of OpenAPI, and optionally with references.
fn anything(references: bool) -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 40, 6, move |inner| {
        let named = vec((select(keys(references)), inner.clone()), 0..6).prop_map(|members| {
            members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()
        });
        prop_oneof![
            2 => vec(inner, 0..4).prop_map(Value::from),
            2 => named,
            u32::from(references) => select(REFERENCES).prop_map(|reference| json!({ "$ref": reference })),
        ]
    })
}

#[derive(Clone, Debug)]
enum Edit {
    Remove,
    Replace(Value),
    /// Adds a member to an object, or an item to a list.
    Add(&'static str, Value),
    Rename(&'static str),
    Refer(&'static str),
    /// Replaces the value with a copy of another one.
    Copy(Index),
}

/// An edit at a random place. With references an edit may have no effect.
fn edit(references: bool) -> impl Strategy<Value = (Index, Edit)> {
    let edit = prop_oneof![
        2 => Just(Edit::Remove),
        2 => scalar().prop_map(Edit::Replace),
        3 => (select(keys(references)), anything(references)).prop_map(|(key, value)| Edit::Add(key, value)),
        1 => select(keys(references)).prop_map(Edit::Rename),
        u32::from(references) => select(REFERENCES).prop_map(Edit::Refer),
        u32::from(references) => any::<Index>().prop_map(Edit::Copy),
    ];
    (any::<Index>(), edit)
}

fn base() -> Value {
    document("base.yaml", BASE).root().to_json()
}

/// The pointers of all values except the outermost.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            let name = |key: &String| key.replace('~', "~0").replace('/', "~1");
            members.iter().map(|(key, value)| (name(key), value)).collect()
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (index.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    for (key, value) in inner {
        let at = format!("{at}/{key}");
        all.push(at.clone());
        places(value, &at, all);
    }
}

fn apply(mut value: Value, edits: &[(Index, Edit)]) -> Value {
    for (index, edit) in edits {
        let mut all = Vec::new();
        places(&value, "", &mut all);
        if all.is_empty() {
            return value;
        }
        let at = index.get(&all).clone();
        let (parent, key) = at.rsplit_once('/').expect("a pointer");
        let key = key.replace("~1", "/").replace("~0", "~");
        let copied = match edit {
            Edit::Copy(index) => value.pointer(index.get(&all).as_str()).cloned(),
            _ => None,
        };
        match edit {
            Edit::Remove | Edit::Rename(_) => match value.pointer_mut(parent).expect("a parent") {
                Value::Object(members) => {
                    let removed = members.remove(&key).expect("a member");
                    if let Edit::Rename(name) = edit {
                        members.entry(*name).or_insert(removed);
                    }
                }
                Value::Array(items) => drop(items.remove(key.parse().expect("an index"))),
                _ => unreachable!("a parent has parts"),
            },
            edit => {
                let place = value.pointer_mut(&at).expect("a place");
                match (edit, &mut *place) {
                    (Edit::Replace(scalar), _) => *place = scalar.clone(),
                    (Edit::Refer(reference), _) => *place = json!({ "$ref": reference }),
                    (Edit::Copy(_), _) => *place = copied.expect("a place"),
                    (Edit::Add(key, new), Value::Object(members)) => {
                        drop(members.insert((*key).to_owned(), new.clone()))
                    }
                    (Edit::Add(_, new), Value::Array(items)) => items.push(new.clone()),
                    _ => {}
                }
            }
        }
    }
    value
}

fn parsed(value: &Value) -> Option<Document> {
    Document::parse("random.json", value.to_string()).ok()
}

/// A document without differences that have no meaning: explicit defaults, empty lists and objects, and the order of
/// lists in which it has no meaning.
fn normal(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), normal(value, key)))
            .filter(|(key, value)| !is_default(key, value))
            .collect(),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| normal(item, "")).collect();
            if matches!(
                key,
                "required" | "tags" | "security" | "allOf" | "oneOf" | "anyOf" | "parameters"
            ) {
                items.sort_by_key(Value::to_string);
                items.dedup();
            }
            Value::from(items)
        }
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        _ => value.clone(),
    }
}

fn is_default(key: &str, value: &Value) -> bool {
    let empty = match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    match key {
        "style" | "explode" | "allOf" => true,
        "additionalProperties" => empty || *value == json!(true),
        "security" => empty || *value == json!([{}]),
        // One alternative without constraints.
        "oneOf" | "anyOf" => *value == json!([{}]),
        "required" | "tags" | "servers" | "parameters" | "properties" | "headers" | "paths" | "components"
        | "schemas" | "content" | "responses" => empty,
        _ => false,
    }
}

/// The rules one of which must be reported for the reverse change of an error; empty if there are none.
fn inverses(id: &str) -> &'static [&'static str] {
    const PAIRS: &[(&str, &[&str])] = &[
        (
            "api-path-removed-without-deprecation",
            &["endpoint-added", "api-path-added"],
        ),
        ("api-removed-without-deprecation", &["endpoint-added"]),
        ("api-security-became-required", &["api-security-became-optional"]),
        ("api-security-removed", &["api-security-added"]),
        ("api-global-security-removed", &["api-global-security-added"]),
        ("-scope-added", &["-scope-removed"]),
        ("new-required-request-parameter", &["request-parameter-removed"]),
        ("new-request-path-parameter", &["request-parameter-removed"]),
        ("new-required-request-property", &["request-property-removed"]),
        ("request-body-added-required", &["request-body-removed"]),
        (
            "request-body-removed",
            &["request-body-added-required", "request-body-added-optional"],
        ),
        ("server-variable-value-removed", &["server-variable-value-added"]),
        ("-media-type-removed", &["-media-type-added"]),
        (
            "request-body-media-type-schema-added",
            &["request-body-media-type-schema-removed"],
        ),
        (
            "response-body-media-type-schema-removed",
            &["response-body-media-type-schema-added"],
        ),
        ("response-success-status-removed", &["response-success-status-added"]),
        ("required-response-header-removed", &["response-header-added"]),
        (
            "response-required-property-removed",
            &["response-required-property-added"],
        ),
        ("-became-required", &["-became-optional"]),
        ("-became-optional", &["-became-required"]),
        ("-became-nullable", &["-became-not-nullable"]),
        ("-became-not-nullable", &["-became-nullable"]),
        // A number that becomes a text with values: in the other direction the type says it all.
        ("-became-enum", &["-became-not-enum", "-type-changed"]),
        ("-enum-value-removed", &["-enum-value-added"]),
        // For text and for exploded lists, one direction may be compatible.
        (
            "-type-changed",
            &["-type-changed", "-type-generalized", "-type-compatible"],
        ),
        ("-type-generalized", &["-type-specialized"]),
        ("-type-specialized", &["-type-generalized"]),
        ("-set", &["-unset"]),
        ("-increased", &["-decreased"]),
        ("-decreased", &["-increased"]),
        ("-pattern-added", &["-pattern-removed"]),
        ("-became-write-only", &["-became-not-write-only"]),
        ("-properties-restricted", &["-properties-widened"]),
        ("-of-added", &["-of-removed"]),
        ("-of-removed", &["-of-added"]),
        ("-style-changed", &["-style-changed"]),
        ("callback-removed", &["callback-added"]),
        ("webhook-removed", &["webhook-added"]),
        ("-oauth-flow-removed", &["-oauth-flow-added"]),
        ("-media-type-schema-added", &["-media-type-schema-removed"]),
        ("-media-type-schema-removed", &["-media-type-schema-added"]),
        ("-form-changed", &["-form-changed"]),
        ("-list-of-types-narrowed", &["-list-of-types-widened"]),
        ("-list-of-types-widened", &["-list-of-types-narrowed"]),
        ("-multiple-of-specialized", &["-multiple-of-generalized"]),
        ("-multiple-of-changed", &["-multiple-of-changed"]),
        ("-const-changed", &["-const-changed"]),
        (
            "-discriminator-property-name-changed",
            &["-discriminator-property-name-changed"],
        ),
        ("-content-encoding-changed", &["-content-encoding-changed"]),
        ("-content-media-type-changed", &["-content-media-type-changed"]),
        ("-required-added", &["-required-removed"]),
        // Keywords that contain schemas.
        ("-const-added", &["-const-removed"]),
        ("-const-removed", &["-const-added"]),
        ("-not-added", &["-not-removed"]),
        ("-if-added", &["-if-removed"]),
        ("-then-added", &["-then-removed"]),
        ("-else-added", &["-else-removed"]),
        ("-contains-added", &["-contains-removed"]),
        ("-names-added", &["-names-removed"]),
        ("-items-added", &["-items-removed"]),
        ("-properties-added", &["-properties-removed"]),
        ("-pattern-property-added", &["-pattern-property-removed"]),
        ("-dependent-schema-added", &["-dependent-schema-removed"]),
        ("-content-schema-added", &["-content-schema-removed"]),
    ];
    let found = PAIRS.iter().find(|(ending, _)| id.ends_with(ending));
    found.map_or(&[], |(_, inverses)| inverses)
}

fn ids(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.id.as_ref()).collect()
}

proptest! {
    #[test]
    fn equal_documents_have_no_changes(edits in vec(edit(true), 0..6)) {
        let Some(document) = parsed(&apply(base(), &edits)) else { return Ok(()) };
        prop_assert_eq!(diff(&document, &document).changes, []);
    }

    #[test]
    fn no_difference_is_missed(before in vec(edit(false), 0..3), edits in vec(edit(false), 1..4)) {
        let old = apply(base(), &before);
        let new = apply(old.clone(), &edits);
        let differ = normal(&old, "") != normal(&new, "");
        let (Some(old), Some(new)) = (parsed(&old), parsed(&new)) else { return Ok(()) };
        let report = diff(&old, &new);
        prop_assert!(!differ || !report.changes.is_empty());
    }

    #[test]
    fn an_error_has_its_inverse(edit in edit(true)) {
        let (old, new) = (base(), apply(base(), &[edit]));
        let (Some(old), Some(new)) = (parsed(&old), parsed(&new)) else { return Ok(()) };
        let (forward, back) = (diff(&old, &new), diff(&new, &old));
        for (here, there) in [(&forward, &back), (&back, &forward)] {
            for change in here.changes.iter().filter(|change| change.severity == Severity::Error) {
                let inverses = inverses(&change.id);
                let shown = there.changes.iter().any(|other| inverses.iter().any(|end| other.id.ends_with(end)));
                prop_assert!(
                    inverses.is_empty() || shown,
                    "{} has none of {:?} among {:?}", change.id, inverses, ids(&there.changes)
                );
            }
        }
    }

    #[test]
    fn any_two_documents_can_be_compared(old in anything(true), new in anything(true)) {
        let (Some(old), Some(new)) = (parsed(&old), parsed(&new)) else { return Ok(()) };
        let report = diff(&old, &new);
        prop_assert_eq!(diff(&old, &old).changes, []);
        prop_assert_eq!(diff(&new, &new).changes, []);
        for change in &report.changes {
            prop_assert!(old.get(&change.old.pointer).is_some(), "{}", change.old.pointer);
            prop_assert!(new.get(&change.new.pointer).is_some(), "{}", change.new.pointer);
            prop_assert!(ittybit_spec_diff::rules().iter().any(|rule| rule.id == change.id));
        }
    }
}

proptest! {
    // Few, and the same on every run: two clients are generated for each.
    #![proptest_config(ProptestConfig { cases: 40, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    /// The compared parts of the clients have the same differences as the whole clients.
    #[test]
    fn the_effect_on_rust_is_complete(edit in edit(true)) {
        let (Some(old), Some(new)) = (parsed(&base()), parsed(&apply(base(), &[edit]))) else { return Ok(()) };
        let (Ok(old_surface), Ok(new_surface)) = (surface(&old), surface(&new)) else { return Ok(()) };
        assert_as_whole(&review(&old, &new), [&old_surface, &new_surface], "a random edit");
    }
}

/// `inverses` contains each rule with the severity error, except the known exceptions.
#[test]
fn every_error_has_an_inverse_or_is_an_exception() {
    let without: Vec<String> = ittybit_spec_diff::rules()
        .into_iter()
        .filter(|rule| rule.severity == Severity::Error && inverses(&rule.id).is_empty())
        .map(|rule| rule.id.into_owned())
        .collect();
    // The reverse of a removal before a sunset date is an ordinary addition, and sunset dates are only checked in
    // the new document.
    let (sunsets, others): (Vec<String>, Vec<String>) = without.into_iter().partition(|id| id.contains("sunset"));
    assert_eq!(sunsets.len(), 40);
    assert_eq!(others, ["api-security-component-changed"]);
}
