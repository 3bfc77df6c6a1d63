//! Reading documents: the same document in YAML and JSON, positions, and arbitrary input.

use ittybit_spec::{Document, Severity, pointer};
use proptest::prelude::*;

/// A document with every feature of OpenAPI 3.0, and one with those that 3.1 added.
const FULL: &str = include_str!("full.yaml");
const FULL31: &str = include_str!("full31.yaml");

/// Text that is difficult for a parser or for the checks.
const PIECES: [&str; 48] = [
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\r\n",
    "\r",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "|",
    ">-",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "!a ",
    "? ",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "#",
    "é",
    "😀",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\\",
    "\\u",
    "null",
    "1e999",
    "-1",
    ".inf",
    "$ref: ",
    "$ref: \"#/components/schemas/Task\"",
    "type: array",
    "x-a",
    "in: path",
    "{id}",
    "default:",
    "~",
    "[]",
    "{}",
    "\"\\ud83d\"",
];

/// Reads, checks and lowers a text, and shows the findings. Nothing may panic.
fn read(name: &str, text: &str) {
    let findings = match Document::parse(name, text) {
        Ok(document) => match document.openapi() {
            Ok(_) => {
                assert!(!document.check().has_errors());
                let lowered = document.lowered().unwrap().document;
                let again = lowered.lowered().unwrap();
                assert!(
                    !again
                        .findings
                        .iter()
                        .any(|finding| finding.code_name() == Some("no-3.0-form"))
                );
                assert_eq!(again.document.root(), lowered.root(), "lowering twice\n{text}");
                return;
            }
            Err(findings) => {
                for finding in &findings {
                    assert_eq!(finding.severity(), Severity::Error);
                    assert!(
                        !finding.message().starts_with("not OpenAPI 3.0"),
                        "the rules do not report this: {finding}\n{text}"
                    );
                }
                findings
            }
        },
        Err(findings) => findings,
    };
    assert!(findings.has_errors());
    let shown = findings.to_string();
    for finding in &findings {
        assert!(shown.contains(finding.file()));
        if let Some(position) = finding.position() {
            assert!(position.line >= 1 && position.column >= 1);
        }
    }
}

/// The full document as JSON.
fn full_as_json() -> String {
    let document = Document::parse("full.yaml", FULL).unwrap();
    serde_json::to_string_pretty(&document.root().to_json()).unwrap()
}

#[test]
fn features_of_3_1_are_read_without_a_warning() {
    let document = Document::parse("full31.yaml", FULL31).unwrap();
    let lowered = document.lowered().unwrap();
    let warnings: Vec<&str> = lowered
        .findings
        .iter()
        .filter(|finding| finding.severity() > Severity::Note)
        .map(|finding| finding.message())
        .collect();
    assert_eq!(
        warnings,
        ["a scheme of the type `mutualTLS` has no equivalent in OpenAPI 3.0"]
    );
    let openapi = lowered.openapi().unwrap();
    assert_eq!(openapi.operations().count(), 2);
    let schemas = openapi.components.unwrap().schemas;
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Task", "List", "Node", "TaskKind"]);
}

#[test]
fn features_of_3_0_are_read_without_a_finding() {
    let document = Document::parse("full.yaml", FULL).unwrap();
    assert_eq!(document.check().to_string(), "");
    let openapi = document.openapi().unwrap();
    let order: Vec<&str> = openapi.paths.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(order, ["/tasks", "/tasks/{id}"]);
    let schemas = &openapi.components.as_ref().unwrap().schemas;
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Task", "Status", "Cat", "Dog"]);
    assert_eq!(openapi.operations().count(), 3);
    let dog = document.get("/components/schemas/Dog/x-dog/a").unwrap().to_json();
    assert_eq!(dog, serde_json::json!([1, 2.5, -3, 1000.0, true, null, null]));
}

#[test]
fn json_and_yaml_give_the_same_tree() {
    let yaml = Document::parse("full.yaml", FULL).unwrap();
    let text = full_as_json();
    for name in ["full.json", "full"] {
        let json = Document::parse(name, text.as_str()).unwrap();
        assert_eq!(yaml.root().to_json(), json.root().to_json());
        assert_eq!(yaml.openapi().unwrap(), json.openapi().unwrap());
    }
}

#[test]
fn json_is_read_faithfully() {
    let document = Document::parse(
        "a.json",
        "\u{feff}{\t\"a\\/\\ud83d\\ude00\\n\": [1.50, -0, 1e2, 18446744073709551615, \"\\u0000\\t\"], \"b\": {} }",
    )
    .unwrap();
    let [first, second] = document.root().as_object().unwrap() else {
        panic!("two members");
    };
    assert_eq!(first.key(), "a/😀\n");
    assert_eq!(document.text()[first.key_span()], *"\"a\\/\\ud83d\\ude00\\n\"");
    assert_eq!(
        first.value().to_json(),
        serde_json::json!([1.5, 0, 100.0, 18446744073709551615_u64, "\u{0}\t"])
    );
    assert_eq!(&document.text()[second.value().span()], "{}");
}

#[test]
fn scalars_follow_the_core_schema() {
    let text = "\
        [null, ~, Null, , true, TRUE, yes, no, on, 12, +12, -7, 0o17, 0x1F, 007, 1.5, .5, 1., 1e3, 1e, 0x, -0x1,\n\
        2024-01-01, 1_000, 1.2.3, '12', \"true\", !!str 12, é, 99999999999999999999]"
        .replace(", ,", ",");
    let document = Document::parse("a.yaml", text).unwrap();
    assert_eq!(
        document.root().to_json(),
        serde_json::json!([
            null,
            null,
            null,
            true,
            true,
            "yes",
            "no",
            "on",
            12,
            12,
            -7,
            15,
            31,
            7,
            1.5,
            0.5,
            1.0,
            1000.0,
            "1e",
            "0x",
            "-0x1",
            "2024-01-01",
            "1_000",
            "1.2.3",
            "12",
            "true",
            "12",
            "é",
            1e20
        ])
    );
}

#[test]
fn keys_are_text_as_written() {
    let document = Document::parse("a.yaml", "200: a\n0x1: b\ntrue: c\n~: d\n1.0: e\n").unwrap();
    let entries = document.root().as_object().unwrap();
    let keys: Vec<&str> = entries.iter().map(|entry| entry.key()).collect();
    assert_eq!(keys, ["200", "0x1", "true", "~", "1.0"]);
}

#[test]
fn positions_are_those_of_the_text() {
    let document = Document::parse("a.yaml", "é: &x\n  - ü: [1, 'two']\nb: *x\n").unwrap();
    let text = |pointer: &str| &document.text()[document.get(pointer).unwrap().span()];
    assert_eq!(text("/é/0/ü/0"), "1");
    assert_eq!(text("/é/0/ü/1"), "'two'");
    assert_eq!(text("/é/0/ü"), "[1, 'two']");
    assert_eq!(document.get("/b"), document.get("/é"));
    let finding = document.error("/é/0/ü/1", "here");
    let position = finding.position().unwrap();
    assert_eq!((position.line, position.column), (2, 12));
    let nowhere = document.error("/é/0/nothing/there", "near");
    assert_eq!(nowhere.position().unwrap().line, 2);
    assert_eq!(document.get("/é/00"), None);
    assert_eq!(document.get("é"), None);
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let wrong = FULL
        .replace("in: cookie", "in: cooky")
        .replace("type: object", "type: objekt");
    let show = |text: String| {
        let document = Document::parse("full.yaml", text).unwrap();
        (document.root().to_json(), document.check().to_string())
    };
    let expected = show(wrong.clone());
    assert!(expected.1.contains("cooky"));
    assert_eq!(show(wrong.replace('\n', "\r\n")), expected);
    assert_eq!(show(format!("\u{feff}{wrong}")), expected);
    let broken = |text: &str| Document::parse("a.json", text).unwrap_err().to_string();
    assert_eq!(broken("{\n  \"a\": 1\n  2"), broken("{\r\n  \"a\": 1\r\n  2"));
}

/// The deepest schema that is allowed can be deserialised, also on the small stack of a test's thread.
#[test]
fn the_deepest_schema_is_read() {
    for part in [
        "{\"not\":",
        "{\"items\":",
        "{\"allOf\":[",
        "{\"properties\":{\"a\":",
        "{\"additionalProperties\":",
    ] {
        let opens = part.matches(['{', '[']).count();
        let levels = (128 - 4) / opens;
        let close: String = part
            .chars()
            .rev()
            .filter_map(|c| match c {
                '{' => Some('}'),
                '[' => Some(']'),
                _ => None,
            })
            .collect();
        let schema = format!("{}{{}}{}", part.repeat(levels), close.repeat(levels));
        let text = format!(
            "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"a\",\"version\":\"b\"}},\"paths\":{{}},\
             \"components\":{{\"schemas\":{{\"A\":{schema}}}}}}}"
        );
        let document = Document::parse("deep.json", text).unwrap();
        document.openapi().unwrap();
    }
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, usize)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..30_usize, 0..PIECES.len()), 1..5)
}

/// Replaces some characters of a text with pieces.
fn edit(text: &str, edits: &[(prop::sample::Index, usize, usize)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (place, removed, piece) in edits {
        let start = place.index(characters.len() + 1);
        let end = (start + removed).min(characters.len());
        characters.splice(start..end, PIECES[*piece].chars());
    }
    characters.into_iter().collect()
}

/// Replaces a value somewhere in a JSON tree.
fn graft(place: &mut serde_json::Value, steps: &[prop::sample::Index], new: serde_json::Value) {
    let inner = match (place, steps.split_first()) {
        (serde_json::Value::Array(items), Some((step, rest))) if !items.is_empty() => {
            let at = step.index(items.len());
            (&mut items[at], rest)
        }
        (serde_json::Value::Object(members), Some((step, rest))) if !members.is_empty() => {
            let at = step.index(members.len());
            (members.values_mut().nth(at).unwrap(), rest)
        }
        (place, _) => {
            *place = new;
            return;
        }
    };
    graft(inner.0, inner.1, new);
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::json!(null)),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        prop::sample::select(
            &[
                "",
                "a",
                "string",
                "array",
                "object",
                "query",
                "path",
                "form",
                "/a",
                "200",
                "x-a",
                "$ref",
                "#/components/schemas/Task",
                "#/components/schemas/Task/properties/id",
                "#/components/pathItems/Tasks",
                "#/paths/~1tasks",
                "null",
                "integer",
                "api.yaml",
                "#/components/parameters/Limit",
                "#",
                "3.0.0",
                "http",
            ][..]
        )
        .prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let keys = prop::sample::select(
            &[
                "$ref",
                "a",
                "x-a",
                "type",
                "properties",
                "items",
                "required",
                "schema",
                "name",
                "in",
                "default",
                "200",
                "/a",
                "get",
                "responses",
                "description",
                "content",
                "enum",
                "nullable",
                "allOf",
                "additionalProperties",
                "discriminator",
                "style",
                "parameters",
                "url",
                "minimum",
                "maxLength",
                "const",
                "examples",
                "prefixItems",
                "exclusiveMinimum",
                "patternProperties",
                "$defs",
                "oneOf",
                "mapping",
                "security",
            ][..],
        );
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Into::into),
            prop::collection::hash_map(keys.prop_map(String::from), inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        read("a.yaml", &text);
        read("a.json", &text);
        read("a", &text);
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        let text = pieces.concat();
        read("a.yaml", &text);
        read("a.json", &text);
    }

    #[test]
    fn any_edit_of_yaml_is_read_or_refused(edits in edits()) {
        read("a.yaml", &edit(FULL, &edits));
        read("a.yaml", &edit(FULL31, &edits));
    }

    #[test]
    fn any_edit_of_json_is_read_or_refused(edits in edits()) {
        read("a.json", &edit(&full_as_json(), &edits));
    }

    #[test]
    fn what_the_rules_allow_can_be_deserialised(
        grafts in prop::collection::vec((prop::collection::vec(any::<prop::sample::Index>(), 1..9), value()), 1..3),
    ) {
        for full in [FULL, FULL31] {
            let mut document = Document::parse("full.yaml", full).unwrap().root().to_json();
            for (steps, new) in &grafts {
                graft(&mut document, steps, new.clone());
            }
            read("a.json", &document.to_string());
        }
    }

    #[test]
    fn json_is_also_yaml(value in value()) {
        let text = serde_json::to_string(&serde_json::json!([value])).unwrap();
        let json = Document::parse("a.json", text.as_str()).unwrap();
        let yaml = Document::parse("a.yaml", format!("- {text}")).unwrap();
        prop_assert_eq!(json.root(), yaml.get("/0").unwrap());
    }

    #[test]
    fn tokens_of_pointers_round_trip(tokens in prop::collection::vec(any::<String>(), 0..6)) {
        let pointer = pointer::join("", &tokens);
        prop_assert_eq!(pointer::parse(&pointer), Some(tokens));
    }

    #[test]
    fn parsed_pointers_round_trip(text in "[~/01a]{0,8}") {
        if let Some(tokens) = pointer::parse(&text) {
            prop_assert_eq!(pointer::join("", &tokens), text);
        }
    }
}
