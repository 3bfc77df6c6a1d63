//! Tasks as the API sends them: the example of the reference, and values that no version knows.

use ittybit::{File, FileKind, SortOrder, Task, TaskKind, TaskStatus, TaskStatusFilter};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The example of the reference, word for word.
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

#[test]
fn what_no_version_knows_survives_at_every_level() {
    let mut task: Value = serde_json::from_str::<Vec<Value>>(REFERENCE).unwrap().remove(0);
    task["status"] = json!("paused");
    task["kind"] = json!("hologram");
    task["input"]["kind"] = json!("carrier_pigeon");
    for pointer in [
        "",
        "/input",
        "/output",
        "/input/codecs",
        "/input/codecs/video",
        "/input/codecs/audio",
    ] {
        task.pointer_mut(pointer).unwrap()["novel"] = json!({ "deep": [1, 2.5, null, "x"] });
    }
    let parsed: Task = serde_json::from_value(task.clone()).unwrap();
    assert_eq!(parsed.status, TaskStatus::Unknown("paused".to_owned()));
    assert_eq!(parsed.kind, TaskKind::Unknown("hologram".to_owned()));
    let input: &File = parsed.input.as_ref().unwrap();
    assert_eq!(input.kind, Some(FileKind::Unknown("carrier_pigeon".to_owned())));
    assert_eq!(input.extra["novel"]["deep"][1], json!(2.5));
    let mut expected = without_nulls(task.clone());
    for pointer in [
        "",
        "/input",
        "/output",
        "/input/codecs",
        "/input/codecs/video",
        "/input/codecs/audio",
    ] {
        // Unknown fields are kept as they came, nulls among them.
        expected.pointer_mut(pointer).unwrap()["novel"] = json!({ "deep": [1, 2.5, null, "x"] });
    }
    assert_eq!(round_trip(&task), expected);
}

/// A string survives every conversion, and a known one never lands in `Unknown`.
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

fn text() -> BoxedStrategy<Value> {
    any::<String>().prop_map(Value::from).boxed()
}

fn integer32() -> BoxedStrategy<Value> {
    any::<i32>().prop_map(Value::from).boxed()
}

fn integer64() -> BoxedStrategy<Value> {
    any::<i64>().prop_map(Value::from).boxed()
}

/// An object with some of the given members, null among their values, and any others.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let known = members
        .into_iter()
        .map(|(name, value)| {
            prop_oneof![Just(None), Just(Some(Value::Null)), value.prop_map(Some)].prop_map(move |value| (name, value))
        })
        .collect::<Vec<_>>();
    let others = prop::collection::btree_map(any::<String>(), any_json(), 0..4);
    (known, others)
        .prop_map(move |(known, others)| {
            let mut all: Map<String, Value> = others
                .into_iter()
                .filter(|(name, _)| !names.contains(&name.as_str()))
                .collect();
            all.extend(
                known
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?))),
            );
            Value::Object(all)
        })
        .boxed()
}

fn any_file() -> BoxedStrategy<Value> {
    let kind = || any_value().prop_map(Value::from).boxed();
    let video = object(vec![("name", text()), ("profile", text()), ("level", text())]);
    let audio = object(vec![
        ("name", text()),
        ("sample_rate", integer32()),
        ("channels", integer32()),
        ("bitrate", integer64()),
    ]);
    let codecs = object(vec![("video", video), ("audio", audio)]);
    object(vec![
        ("kind", kind()),
        ("url", text()),
        ("filename", text()),
        ("filesize", integer64()),
        ("mimetype", text()),
        ("width", integer32()),
        ("height", integer32()),
        ("duration", number().boxed()),
        ("bitrate", integer64()),
        ("framerate", number().boxed()),
        ("codecs", codecs),
    ])
}

/// Any object that has the required fields of a task.
fn any_task() -> impl Strategy<Value = Value> {
    let optional = object(vec![
        ("object", text()),
        ("progress", number().boxed()),
        ("input", any_file()),
        ("output", any_file()),
        ("error", any_json().boxed()),
        ("metadata", any_json().boxed()),
        ("created_by", text()),
        ("started_at", integer64()),
        ("finished_at", integer64()),
        ("updated_at", integer64()),
    ]);
    (optional, any::<String>(), any_value(), any_value(), any::<i64>()).prop_map(
        |(mut task, id, kind, status, created_at)| {
            task["id"] = id.into();
            task["kind"] = kind.into();
            task["status"] = status.into();
            task["created_at"] = created_at.into();
            task
        },
    )
}

/// What is left of a task when it is written back: of the fields that the document lists, those
/// that are not null.
fn written_back(task: &Value) -> Value {
    let known = |schema: &str| -> Vec<&'static str> {
        match schema {
            "task" => vec![
                "object",
                "progress",
                "input",
                "output",
                "error",
                "metadata",
                "created_by",
                "started_at",
                "finished_at",
                "updated_at",
            ],
            "file" => vec![
                "kind",
                "url",
                "filename",
                "filesize",
                "mimetype",
                "width",
                "height",
                "duration",
                "bitrate",
                "framerate",
                "codecs",
            ],
            "codecs" => vec!["video", "audio"],
            "video" => vec!["name", "profile", "level"],
            _ => vec!["name", "sample_rate", "channels", "bitrate"],
        }
    };
    fn prune(value: &mut Value, schema: &str, known: &dyn Fn(&str) -> Vec<&'static str>) {
        let Value::Object(members) = value else { return };
        let listed = known(schema);
        members.retain(|name, value| !(value.is_null() && listed.contains(&name.as_str())));
        for name in listed {
            let inner = match (schema, name) {
                ("task", "input" | "output") => "file",
                ("file", "codecs") => "codecs",
                ("codecs", "video") => "video",
                ("codecs", "audio") => "audio",
                _ => continue,
            };
            if let Some(value) = members.get_mut(name) {
                prune(value, inner, known);
            }
        }
    }
    let mut task = task.clone();
    prune(&mut task, "task", &known);
    task
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

    #[test]
    fn any_object_with_the_required_fields_survives(task in any_task()) {
        prop_assert_eq!(round_trip(&task), written_back(&task));
    }
}
