//! Generated from `openapi.yaml` by `cargo xtask codegen`. Do not edit.
//!
//! What the tests of the client need from the document: every type, and a request for each argument of every
//! operation.

#![allow(unused, reason = "not every document uses all of it")]

use ittybit::{Client, Error};

/// Every type: its place in the document, and the JSON Schema that is derived from it.
pub fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
    vec![
        ("/components/schemas/Task", generator.subschema_for::<ittybit::Task>()),
        ("/components/schemas/File", generator.subschema_for::<ittybit::File>()),
        ("/components/schemas/Codecs", generator.subschema_for::<ittybit::Codecs>()),
        ("/components/schemas/VideoCodec", generator.subschema_for::<ittybit::VideoCodec>()),
        ("/components/schemas/AudioCodec", generator.subschema_for::<ittybit::AudioCodec>()),
        ("/components/schemas/ErrorBody", generator.subschema_for::<ittybit::ErrorBody>()),
        ("/components/schemas/TaskStatus", generator.subschema_for::<ittybit::TaskStatus>()),
        ("/components/schemas/TaskStatusFilter", generator.subschema_for::<ittybit::TaskStatusFilter>()),
        ("/components/schemas/TaskKind", generator.subschema_for::<ittybit::TaskKind>()),
        ("/components/schemas/SortOrder", generator.subschema_for::<ittybit::SortOrder>()),
        ("/components/schemas/FileKind", generator.subschema_for::<ittybit::FileKind>()),
    ]
}

/// The places of properties that are an `Option` though the document may require them: those that may be null, and
/// those that are only sent.
pub fn nullable() -> Vec<&'static str> {
    vec![
    ]
}

/// Sends each operation with its required arguments only, with each optional argument, and with all of them.
/// `see` receives the operation, the argument, and the result of the request.
pub async fn send(client: &Client, mut see: impl FnMut(&str, &str, Result<(), Error>)) -> Result<(), Error> {
    let sent = client.list_tasks().send().await;
    see("list_tasks", "", sent.map(drop));
    let sent = client.list_tasks().after("task_2jR8kLm4nP").send().await;
    see("list_tasks", "after", sent.map(drop));
    let sent = client.list_tasks().before("task_2jR8kLm4nP").send().await;
    see("list_tasks", "before", sent.map(drop));
    let sent = client.list_tasks().limit(20).send().await;
    see("list_tasks", "limit", sent.map(drop));
    let sent = client.list_tasks()
        .status(ittybit::TaskStatusFilter::Waiting)
        .send().await;
    see("list_tasks", "status", sent.map(drop));
    let sent = client.list_tasks().kind(ittybit::TaskKind::Video).send().await;
    see("list_tasks", "kind", sent.map(drop));
    let sent = client.list_tasks().run_id("run_5xQ9wKp3vN").send().await;
    see("list_tasks", "run_id", sent.map(drop));
    let sent = client.list_tasks()
        .created_by("run_5xQ9wKp3vN")
        .send().await;
    see("list_tasks", "created_by", sent.map(drop));
    let sent = client.list_tasks().order(ittybit::SortOrder::Desc).send().await;
    see("list_tasks", "order", sent.map(drop));
    let sent = client.list_tasks()
        .after("task_2jR8kLm4nP")
        .before("task_2jR8kLm4nP")
        .limit(20)
        .status(ittybit::TaskStatusFilter::Waiting)
        .kind(ittybit::TaskKind::Video)
        .run_id("run_5xQ9wKp3vN")
        .created_by("run_5xQ9wKp3vN")
        .order(ittybit::SortOrder::Desc)
        .send().await;
    see("list_tasks", "all", sent.map(drop));
    Ok(())
}

/// Does the same with each number that is just outside its bounds.
pub async fn exceed(client: &Client, mut see: impl FnMut(&str, &str, Result<(), Error>)) -> Result<(), Error> {
    let sent = client.list_tasks().limit(0_i64).send().await;
    see("list_tasks", "limit 0", sent.map(drop));
    let sent = client.list_tasks().limit(101_i64).send().await;
    see("list_tasks", "limit 101", sent.map(drop));
    Ok(())
}
