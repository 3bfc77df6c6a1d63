//! Tasks as the API sends them: the example of the reference, and unknown values.

use ittybit::{File, FileKind, SortOrder, Task, TaskKind, TaskStatus, TaskStatusFilter};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::loopback::{Server, Waits, client};

/// The example of the reference, verbatim.
const REFERENCE: &str = include_str!("../data/reference.json");

/// Takes out every object member that is null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(members.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// Parses and writes back.
fn round_trip(value: &Value) -> Value {
    let task: Task = serde_json::from_value(value.clone()).unwrap();
    serde_json::to_value(task).unwrap()
}

#[test]
fn the_reference_example_survives() {
    let tasks: Vec<Task> = serde_json::from_str(REFERENCE).unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].id, "task_2jR8kLm4nP");
    assert_eq!(tasks[0].kind, TaskKind::Video);
    assert_eq!(tasks[0].status, TaskStatus::Ready);
    let input = tasks[0].input.as_ref().unwrap();
    assert_eq!(input.kind, Some(FileKind::Url));
    assert_eq!(input.framerate, Some(30.0));
    let codecs = input.codecs.as_ref().unwrap();
    assert_eq!(codecs.video.as_ref().unwrap().level.as_deref(), Some("4.0"));
    assert_eq!(codecs.audio.as_ref().unwrap().sample_rate, Some(48_000));
    assert!(tasks[0].extra.is_empty() && input.extra.is_empty() && codecs.extra.is_empty());

    let sent: Value = serde_json::from_str(REFERENCE).unwrap();
    assert_eq!(serde_json::to_value(&tasks).unwrap(), without_nulls(sent));
}

#[test]
fn the_reference_example_is_the_one_of_the_document() {
    let document = ittybit_spec::Document::read("openapi.yaml".as_ref()).unwrap();
    let example = "/paths/~1tasks/get/responses/200/content/application~1json/examples/reference/value";
    let sent: Value = serde_json::from_str(REFERENCE).unwrap();
    assert_eq!(document.get(example).unwrap().to_json(), sent);
}

/// The objects of the reference's task.
const OBJECTS: [&str; 6] = [
    "",
    "/input",
    "/output",
    "/input/codecs",
    "/input/codecs/video",
    "/input/codecs/audio",
];

#[test]
fn unknown_fields_survive_at_every_level() {
    let mut task: Value = serde_json::from_str::<Vec<Value>>(REFERENCE).unwrap().remove(0);
    task["status"] = json!("paused");
    task["kind"] = json!("hologram");
    task["input"]["kind"] = json!("carrier_pigeon");
    for pointer in OBJECTS {
        task.pointer_mut(pointer).unwrap()["novel"] = json!({ "deep": [1, 2.5, null, "x"] });
    }
    let parsed: Task = serde_json::from_value(task.clone()).unwrap();
    assert_eq!(parsed.status, TaskStatus::Unknown("paused".to_owned()));
    assert_eq!(parsed.kind, TaskKind::Unknown("hologram".to_owned()));
    let input: &File = parsed.input.as_ref().unwrap();
    assert_eq!(input.kind, Some(FileKind::Unknown("carrier_pigeon".to_owned())));
    assert_eq!(input.extra["novel"]["deep"][1], json!(2.5));
    let mut expected = without_nulls(task.clone());
    for pointer in OBJECTS {
        // Unknown fields are kept as they came, nulls among them.
        expected.pointer_mut(pointer).unwrap()["novel"] = json!({ "deep": [1, 2.5, null, "x"] });
    }
    assert_eq!(round_trip(&task), expected);
}

/// A string survives every conversion, and a known one never becomes `Unknown`.
macro_rules! survives {
    ($name:ident, $text:expr) => {{
        let text: &str = $text;
        let value = $name::from(text);
        prop_assert_eq!(value.as_str(), text);
        prop_assert_eq!(&value.to_string(), text);
        prop_assert_eq!(&$name::from(text.to_owned()), &value);
        prop_assert_eq!(&text.parse::<$name>().unwrap(), &value);
        let json = serde_json::to_value(&value).unwrap();
        prop_assert_eq!(&json, &Value::from(text));
        prop_assert_eq!(&serde_json::from_value::<$name>(json).unwrap(), &value);
        let known = $name::KNOWN.iter().any(|known| known.as_str() == text);
        prop_assert_eq!(matches!(value, $name::Unknown(_)), !known);
    }};
}

/// Any string, and with good odds one that is a value of an enum or nearly one.
fn any_value() -> impl Strategy<Value = String> {
    let known: Vec<String> = TaskKind::KNOWN
        .iter()
        .map(TaskKind::to_string)
        .chain(TaskStatus::KNOWN.iter().map(TaskStatus::to_string))
        .chain(SortOrder::KNOWN.iter().map(SortOrder::to_string))
        .chain(FileKind::KNOWN.iter().map(FileKind::to_string))
        .collect();
    let known = proptest::sample::select(known);
    prop_oneof![
        any::<String>(),
        known.clone(),
        known.prop_map(|value| value.to_uppercase()),
        Just("unknown".to_owned())
    ]
}

/// Any JSON that has the same form after it was written: no floats that are integers.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        number(),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A number as JavaScript writes it: without a fraction it is an integer.
fn number() -> impl Strategy<Value = Value> {
    let whole = (-(1_i64 << 53)..(1_i64 << 53)).prop_map(Value::from);
    let fraction = (-1e15..1e15)
        .prop_filter("has a fraction", |number: &f64| number.fract() != 0.0)
        .prop_map(Value::from);
    prop_oneof![whole, fraction]
}

/// An object with its required members and some of the others, null among their values, and any that are not
/// documented.
fn object(members: Vec<(String, bool, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let names: Vec<String> = members.iter().map(|(name, ..)| name.clone()).collect();
    let known: Vec<_> = members
        .into_iter()
        .map(|(name, required, value)| {
            let value = match required {
                true => value.prop_map(Some).boxed(),
                false => prop_oneof![Just(None), Just(Some(Value::Null)), value.prop_map(Some)].boxed(),
            };
            value.prop_map(move |value| (name.clone(), value))
        })
        .collect();
    let others = prop::collection::btree_map(any::<String>(), any_json(), 0..4);
    (known, others)
        .prop_map(move |(known, others)| {
            let others = others.into_iter().filter(|(name, _)| !names.contains(name));
            let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
            Value::Object(others.chain(known).collect())
        })
        .boxed()
}

/// The schemas of the document.
fn schemas() -> Value {
    let document = ittybit_spec::Document::read("openapi.yaml".as_ref()).unwrap();
    document.get("/components/schemas").unwrap().to_json()
}

/// A schema, or the one that it refers to, by itself or as its one part.
fn referred<'s>(schemas: &'s Value, schema: &'s Value) -> &'s Value {
    let reference = schema["$ref"].as_str().or(schema["allOf"][0]["$ref"].as_str());
    match reference.and_then(|to| to.strip_prefix("#/components/schemas/")) {
        Some(name) => referred(schemas, &schemas[name]),
        None => schema,
    }
}

/// The properties of an object, each with whether it is required.
fn properties<'s>(schemas: &'s Value, schema: &'s Value) -> Vec<(&'s str, bool, &'s Value)> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let properties = properties.map(|(name, property)| {
        let is_required = required.iter().any(|required| required == name);
        (name.as_str(), is_required, referred(schemas, property))
    });
    properties.collect()
}

/// Any value of a schema. An optional property may be null or missing, and there may be others.
fn any_of(schemas: &Value, schema: &Value) -> BoxedStrategy<Value> {
    let as_json = |strategy: BoxedStrategy<String>| strategy.prop_map(Value::from).boxed();
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), _) if schema.get("enum").is_some() => as_json(any_value().boxed()),
        (Some("string"), _) => as_json(any::<String>().boxed()),
        (Some("integer"), Some("int32")) => any::<i32>().prop_map(Value::from).boxed(),
        (Some("integer"), _) => any::<i64>().prop_map(Value::from).boxed(),
        (Some("number"), _) => number().boxed(),
        (Some("boolean"), _) => any::<bool>().prop_map(Value::from).boxed(),
        (Some("object"), _) if schema.get("properties").is_some() => {
            let members = properties(schemas, schema).into_iter();
            let members =
                members.map(|(name, required, property)| (name.to_owned(), required, any_of(schemas, property)));
            object(members.collect())
        }
        (None, _) => any_json().boxed(),
        other => panic!("there is no strategy for {other:?}"),
    }
}

/// A value as it is written back: without those optional properties of the document that are null.
fn written_back(schemas: &Value, schema: &Value, value: &Value) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let properties = properties(schemas, schema);
    let members = members.iter().filter_map(|(name, value)| {
        let documented = properties.iter().find(|(property, ..)| property == name);
        let value = match documented {
            Some((_, false, _)) if value.is_null() => return None,
            Some((_, _, property)) => written_back(schemas, property, value),
            None => value.clone(),
        };
        Some((name.clone(), value))
    });
    Value::Object(members.collect())
}

proptest! {
    #[test]
    fn any_string_survives_every_enum(text in any_value()) {
        survives!(TaskKind, &text);
        survives!(TaskStatus, &text);
        survives!(TaskStatusFilter, &text);
        survives!(SortOrder, &text);
        survives!(FileKind, &text);
    }

}

#[test]
fn any_task_of_the_document_survives() {
    let schemas = schemas();
    let task = &schemas["Task"];
    let mut runner = TestRunner::new(ProptestConfig::with_source_file(file!()));
    let outcome = runner.run(&any_of(&schemas, task), |value| {
        prop_assert_eq!(round_trip(&value), written_back(&schemas, task, &value));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// A filter takes any value of a task: one of an older name, and an unknown one.
#[tokio::test]
async fn filters_are_sent_in_the_newer_spelling() {
    let server = Server::start(|_, _| crate::loopback::with_json(200, &json!([])));
    let list = || client(&server, &Waits::default()).list_tasks();
    for (request, target) in [
        (list().status(TaskStatus::Ready), "/tasks?status=succeeded"),
        (list().status("paused & more"), "/tasks?status=paused+%26+more"),
        (
            list().created_by("key ä/?#&=+%"),
            "/tasks?created_by=key+%C3%A4%2F%3F%23%26%3D%2B%25",
        ),
    ] {
        request.send().await.unwrap();
        assert_eq!(server.requests().pop().unwrap().target, target);
    }
}
