//! The Ittybit API on this machine, for tests: a server in the test's own process, and a program. It plays
//! the API of any other OpenAPI document as well.
//!
//! It serves every operation as the document says: keys, parameters, bodies, filters, order, cursors, headers,
//! errors. It has data that requests read and change, and lets things go wrong when you say so.
//!
//! ```rust
//! use ittybit::{Task, TaskKind, TaskStatus, Timestamp};
//! use ittybit_emulator::{Emulator, Fault};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start().await?;
//! emulator.push(
//!     Task::builder()
//!         .id("task_1")
//!         .kind(TaskKind::Video)
//!         .status(TaskStatus::Succeeded)
//!         .created_at(Timestamp::from_unix_seconds(1735689600)),
//! )?;
//! emulator.fail_next(Fault::status(503));
//!
//! // The client tries again. That takes no time: its waits are on the emulator's clock.
//! let page = emulator.client().list_tasks().send().await?;
//! assert_eq!(page[0].id, "task_1");
//! assert_eq!(emulator.requests().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Each emulator listens on a free port of 127.0.0.1 and stops when it is dropped, so tests can run side
//! by side. It has a thread of its own: it also answers code that blocks, and other processes, which
//! find it by [`base_url`](Emulator::base_url) and [`api_key`](Emulator::api_key).
//!
//! ```rust
//! use std::time::Duration;
//! use ittybit_emulator::{Emulator, Fault, ManualClock};
//!
//! # fn main() -> std::io::Result<()> {
//! let clock = ManualClock::new();
//! let emulator = Emulator::builder()
//!     .tasks(1000) // made from a seed: every kind and status, with files that fit
//!     .seed(7)
//!     .live(true) // tasks go on as the clock does
//!     .clock(clock.clone())
//!     .random_faults(0.05, Fault::passing())
//!     .start_blocking()?;
//! clock.advance(Duration::from_secs(10));
//! # Ok(())
//! # }
//! ```
//!
//! | to | use |
//! | --- | --- |
//! | change the tasks | [`push`](Emulator::push), [`update`](Emulator::update), [`remove`](Emulator::remove), [`reset`](Emulator::reset) |
//! | change the items of any list, as JSON | [`items`](Emulator::items) |
//! | play the API of another document | [`document`](EmulatorBuilder::document) |
//! | see what was sent | [`requests`](Emulator::requests) |
//! | let the next request fail | [`fail_next`](Emulator::fail_next) with a [`Fault`] |
//! | let some requests fail | [`random_faults`](EmulatorBuilder::random_faults) |
//! | let time pass | [`live`](EmulatorBuilder::live) and a [`ManualClock`] |
//! | have values and fields that nobody knows | [`unknown_values`](EmulatorBuilder::unknown_values), [`extra_fields`](EmulatorBuilder::extra_fields) |
//!
//! # In your crate
//!
//! ```toml
//! [dev-dependencies]
//! ittybit-emulator = { path = "../ittybit/crates/emulator", default-features = false }
//! ```
//!
//! The default feature `cli` is for the program alone, and brings a parser of command lines.
//!
//! # As a program
//!
//! ```sh
//! cargo run -p ittybit-emulator -- --tasks 1000 --seed 7
//! ```
//!
//! prints where it listens and how to call it, and serves until Ctrl-C or SIGTERM. `--help` lists the
//! rest.
//!
//! A request can ask for a status itself, whatever its key: `Prefer: code=503`; and for an example of the
//! document by its name: `Prefer: example=busy`.
//!
//! # Any document
//!
//! ```sh
//! cargo run -p ittybit-emulator -- --spec theirs.yaml --items 50
//! ```
//!
//! serves an OpenAPI document, under its paths and under those with the path of its servers before them.
//!
//! **Resources** are found from it: a path with a list, or with a `POST`, and the path below that ends in an
//! id. They have state: what is created is listed, read, changed and deleted. A created item has an id of the
//! form of the document's example, times, and the first value of an `x-lifecycle`. With
//! [`live`](EmulatorBuilder::live) it goes along that lifecycle, a step in one to five seconds, and 15 of 100
//! fail. A list inside of an item is there only as long as that item.
//!
//! **Lists** filter by each parameter that names a property of the item, or says so with `x-filter`; older
//! spellings (`x-enum-aliases`) are found by those of today. Several values of one parameter find each. They are
//! ordered by the time of creation, the newest first, or as a parameter with `asc` and `desc` says. They page
//! by the cursors of `x-cursor-pagination`, or by `page` or `offset` with `limit`, under the usual names.
//! An `offset` costs a step for each item that it leaves out.
//!
//! **Files** that were uploaded to a path, or to a path above it, are what a download there gives.
//!
//! **An `Idempotency-Key`** that comes again within 24 hours of the emulator's clock, on the same path, gives
//! the first response, and does nothing; unless what that request created was deleted since.
//!
//! **Everything else** is one of the document's examples, or a value made from the schema: with its formats,
//! bounds, patterns, enums and unions. The same seed gives the same. A response is always as the schema says;
//! where no value for it is found, it is a 500 that says for which schema.
//!
//! **Requests** are checked against the document, and refused in its own shape of errors, with what is wrong
//! and where, as far as that shape has room for it. The status is 400, or 422 where the document has only
//! that. Any security scheme takes the one key of the emulator; `basic` takes it as user or as password.
//!
//! # What the API's documentation leaves open
//!
//! The API's own server may do these otherwise. They are choices of this project, so do not build on
//! them where it matters.
//!
//! **Fields.** `error` and `metadata` are `null` where a task has none, as in the reference. Other
//! fields are left out where there is nothing to say, such as `finished_at` of a task that waits.
//!
//! **Order.** Tasks are sorted by `created_at`. Within a second they are in the order in which the
//! emulator got to know them.
//!
//! **Cursors.** A cursor stands for a place in the order, whatever the filters: the task that it names
//! need not match them. The id of a task that was removed still serves. An id that never was a task's
//! is 404 `task_not_found`.
//!
//! **`before`** alone gives the results next to that task, in the order of the list; `Has-More` then
//! tells whether there are more before them. **`after` with `before`** gives the results between the
//! two, from `after` on; where `before` comes first, there are none.
//!
//! **`Link`** has `rel="next"` where results follow the page and `rel="prev"` where results come before
//! it, except between two cursors, where it has only `next`. It keeps the filters. Where there is
//! neither, and on an empty page, the header is left out.
//!
//! **Filters.** Several are combined: a result matches all of them. `status=succeeded` also finds
//! `ready` and `completed`, and `status=waiting` finds `pending`: the names that these had before. A
//! task is of the run that `created_by` names. A `run_id` or `created_by` that no task has gives no
//! results, and no error.
//!
//! **Parameters** that are not documented, that are given twice, that are not percent-encoded UTF-8, or
//! whose value is not documented, are 400 `request_invalid`. A value is compared to the letter. A
//! `limit` is written in digits. A body that the document does not have is not looked at.
//!
//! **Keys.** The path and the method are checked before the key, and the key before the parameters. A
//! header without a bearer token is `token_missing`; so is one that has another scheme. `Bearer` may be
//! in upper or lower case. A 401 has the header `WWW-Authenticate: Bearer`.
//!
//! **Other paths and methods.** An unknown path is 404 `not_found`. `HEAD` is answered as `GET` is,
//! without the body, and `OPTIONS` with 204; other methods are 405 `method_not_allowed`. The last two
//! have the header `Allow`.
//!
//! **Errors** without a documented example are named after their status, such as `too_many_requests`. What is
//! wrong with a request is said in this project's own words.
//!
//! **What is not HTTP** is answered by the HTTP library, without a body: 400 for a request that cannot
//! be read, 414 for a target of more than 64 KiB, 431 for more than 100 headers or about 400 KiB of
//! them. A body of more than 64 MiB is 413. A connection on which no request comes for a
//! [while](EmulatorBuilder::idle_timeout) is ended.
//!
//! # How fast
//!
//! A page costs the same whatever the number of items and the cursor: an ordered index holds each item under
//! each value that lists filter by. Of several filters, the one with the fewest items is followed, and the
//! others are looked up for each of its items: so a page costs more the rarer it is that all of them match,
//! and where two that are frequent never match together, all items of the rarer one are looked at. A generated
//! item that has not changed is made again from its number: it takes about 150 bytes, and a task that was
//! pushed or has changed about 2 KB. The figures are in `docs/performance.md` of the repository.

mod api;
mod body;
mod builder;
mod check;
mod clock;
mod collection;
mod contract;
mod emulator;
mod error_body;
mod fault;
mod id;
mod items;
mod multipart;
mod page;
mod parameter;
mod pattern;
mod percent;
mod prefer;
mod problem;
mod random;
mod recipe;
mod render;
mod reply;
mod request;
mod resource;
mod route;
mod schema;
mod security;
mod server;
mod state;
mod tasks;
mod time_field;
mod value;
mod wording;

pub use builder::{DEFAULT_API_KEY, EmulatorBuilder};
pub use clock::{ManualClock, SystemClock};
pub use emulator::{ChangeError, Emulator};
pub use fault::Fault;
pub use items::{ItemError, Items};
pub use request::Request;
