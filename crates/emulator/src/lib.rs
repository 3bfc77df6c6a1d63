//! A local server that behaves like the Ittybit API, for tests: in the test's own process, or as a program. It
//! serves the API of any other OpenAPI document as well.
//!
//! It serves every operation as the document describes it: keys, parameters, bodies, filters, order, cursors,
//! headers, errors. It has data that requests read and change, and faults that a test can set.
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
//! // The client retries. That takes no time: its waits are on the emulator's clock.
//! let page = emulator.client().list_tasks().send().await?;
//! assert_eq!(page[0].id, "task_1");
//! assert_eq!(emulator.requests().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Each emulator listens on a free port of 127.0.0.1 and stops when it is dropped, so tests can run side
//! by side. It has a thread of its own, so blocking code and other processes can call it too, by its
//! [`base_url`](Emulator::base_url) and [`api_key`](Emulator::api_key).
//!
//! ```rust
//! use std::time::Duration;
//! use ittybit_emulator::{Emulator, Fault, ManualClock};
//!
//! # fn main() -> std::io::Result<()> {
//! let clock = ManualClock::new();
//! let emulator = Emulator::builder()
//!     .tasks(1000) // generated from a seed: every kind and status, with files that fit
//!     .seed(7)
//!     .live(true) // tasks progress with the clock
//!     .clock(clock.clone())
//!     .random_faults(0.05, Fault::transient())
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
//! | serve the API of another document | [`document`](EmulatorBuilder::document) |
//! | inspect the requests | [`requests`](Emulator::requests) |
//! | let the next request fail | [`fail_next`](Emulator::fail_next) with a [`Fault`] |
//! | let some requests fail | [`random_faults`](EmulatorBuilder::random_faults) |
//! | let time pass | [`live`](EmulatorBuilder::live) and a [`ManualClock`] |
//! | have undocumented values and fields | [`unknown_values`](EmulatorBuilder::unknown_values), [`extra_fields`](EmulatorBuilder::extra_fields) |
//!
//! # In your crate
//!
//! ```toml
//! [dev-dependencies]
//! ittybit-emulator = { path = "../ittybit/crates/emulator", default-features = false }
//! ```
//!
//! The default feature `cli` is only for the program, and adds a parser of command lines.
//!
//! # As a program
//!
//! ```sh
//! cargo run -p ittybit-emulator -- --tasks 1000 --seed 7
//! ```
//!
//! prints its address and how to call it, and serves until Ctrl-C or SIGTERM. `--help` lists the options.
//!
//! A request can choose the status of its response, whatever its key: `Prefer: code=503`; and an example of
//! the document by its name: `Prefer: example=busy`.
//!
//! # Any document
//!
//! ```sh
//! cargo run -p ittybit-emulator -- --spec theirs.yaml --items 50
//! ```
//!
//! serves an OpenAPI document, under its paths and under those with the path of its servers before them.
//!
//! **Resources** are derived from it: a path with a list, or with a `POST`, and the path below that ends in an
//! id. They have state: a created item is listed, read, changed and deleted. It has an id of the form of the
//! document's example, times, and the first value of an `x-lifecycle`. With
//! [`live`](EmulatorBuilder::live) it progresses along that lifecycle, a step in one to five seconds, and 15
//! of 100 fail. A list that is nested in an item exists as long as that item.
//!
//! **Lists** filter by each parameter that names a property of the item, or has an `x-filter`; a current
//! spelling also finds the older ones (`x-enum-aliases`). Several values of one parameter are alternatives.
//! Numbers are compared by value. An object with `min`, `gte` or `from`, and `max`, `lte` or `to`, filters a number or
//! a time by these bounds; a parameter with any other object is accepted and filters nothing. Lists are ordered by the
//! time of creation, or by the values of a cursor that is not the id (numbers, times, or texts), the newest or the
//! largest first, or by a parameter with `asc` and `desc`. They page by the cursors of `x-cursor-pagination`, or by
//! `page` or `offset` with `limit`, under the usual names. Items with the same cursor are on one page, which may then
//! have more than `limit`: a cursor cannot lead to the second of them. If that is more than the `maxItems` of the
//! list, the response is a 500. Items without the cursor are smaller than the others.
//! A page takes as long among a million items as among a thousand, with any one filter; only an `offset` into a range
//! takes a step for each item that it skips. With several filters, one is followed and its items that fail another
//! are passed over: a page takes longer where these are many, and so does a total, which is counted only where the
//! document has a property or a header for it.
//!
//! **Changes.** `PUT` and `PATCH` take an object of properties. `null` is set where the schema of the property takes
//! it, and removes the property elsewhere. A list of operations (JSON Patch) is refused with 415.
//!
//! **Files** that were uploaded to a path, or to a path above it, are what a download there returns. After a `DELETE`
//! it is 404, until a file is uploaded again.
//!
//! **An `Idempotency-Key`** that is repeated within 24 hours of the emulator's clock, on the same path, gets
//! the first response and changes nothing, unless what that request created was deleted since. The last 10,000
//! responses are kept, up to 64 MiB.
//!
//! **Everything else** is one of the document's examples, or a value generated from the schema: with its
//! formats, bounds, patterns, enums and unions. The same seed gives the same data. A response always fits its
//! schema; where no such value is found, it is a 500 that names the schema. So is a page with fewer items than the
//! `minItems` of its list: [`items`](EmulatorBuilder::items) sets how many there are.
//!
//! **The schemas of 3.1** are applied as they are written, with `prefixItems`, `if`, `contains` and all other keywords
//! of JSON Schema 2020-12. A document of several files, or one with a mistake that only causes a warning, is
//! converted to 3.0 first, which has no form for these: there they are not checked.
//!
//! **Requests** are checked against the document, and refused with an error of its own shape, with what is
//! wrong and where, as far as that shape has fields for it. The status is 400, or 422 where the document has
//! only that. An integer that does not fit into 64 bits is refused where the document has an
//! integer; in free-form data it becomes a floating-point number. Any security scheme accepts the one key of the emulator; `basic` accepts it as user or password.
//!
//! # What the API's documentation leaves open
//!
//! The API's own server may behave otherwise. These are choices of this project, so do not rely on them.
//!
//! **Fields.** `error` and `metadata` are `null` where a task has none, as in the reference. Other
//! fields are left out where they have no value, such as `finished_at` of a task that waits.
//!
//! **Order.** Tasks are sorted by `created_at`, and within a second in the order in which they were added.
//!
//! **Cursors.** A cursor is a place in the order, whatever the filters: the task that it names need not
//! match them. The id of a removed task is still valid. An id that never existed is 404 `task_not_found`.
//!
//! **`before`** alone gives the results nearest to that task, in the order of the list; `Has-More` then
//! says whether there are more before them. **`after` with `before`** gives the results between the
//! two, from `after` on; where `before` comes first, there are none.
//!
//! **`Link`** has `rel="next"` where results follow the page and `rel="prev"` where results come before
//! it, except between two cursors, where it has only `next`. It keeps the filters. Where there is
//! neither, and on an empty page, the header is left out.
//!
//! **Filters.** Several are combined: a result matches all of them. `status=succeeded` also finds
//! `ready` and `completed`, and `status=waiting` finds `pending`: their older spellings. A task belongs to
//! the run in `created_by`. A `run_id` or `created_by` that no task has gives no results, and no error.
//!
//! **Parameters** that are not documented, that are given twice, that are not percent-encoded UTF-8, or
//! whose value is not documented, are 400 `request_invalid`. Values are case-sensitive. A `limit` is
//! written in digits. A body that the document does not have is ignored.
//!
//! **Keys.** The path and the method are checked before the key, and the key before the parameters. A
//! header without a bearer token is `token_missing`; so is one that has another scheme. `Bearer` may be
//! in upper or lower case. A 401 has the header `WWW-Authenticate: Bearer`.
//!
//! **Other paths and methods.** An unknown path is 404 `not_found`. `HEAD` gets the response of `GET`
//! without the body, and `OPTIONS` gets 204; other methods are 405 `method_not_allowed`. The last two
//! have the header `Allow`.
//!
//! **Errors** without a documented example are named after their status, such as `too_many_requests`. Their
//! messages are this project's own.
//!
//! **Malformed HTTP** is refused by the HTTP library, without a body: 400 for a request that cannot be read,
//! 414 for a target of more than 64 KiB, 431 for more than 100 headers or about 400 KiB of them. A body of
//! more than 64 MiB is 413. A connection on which no request arrives for a
//! [while](EmulatorBuilder::idle_timeout) is closed.
//!
//! # Performance
//!
//! A page takes the same time whatever the number of items and the cursor: an ordered index has each item under
//! each value that lists filter by. Of several filters, the one with the fewest items is followed, and the
//! others are looked up for each of its items. So a page is slower the fewer items match all filters, and where
//! two frequent values never match together, all items of the rarer one are read. A generated item that has not
//! changed is generated again from its number: it takes about 150 bytes, and a task that was pushed or has
//! changed about 2 KB. The figures are in `docs/performance.md` of the repository.

mod api;
mod body;
mod builder;
mod check;
mod clock;
mod collection;
mod contract;
mod cursor;
mod emulator;
mod error_body;
mod fault;
mod id;
mod instances;
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
mod total;
mod value;
mod wording;

pub use builder::{DEFAULT_API_KEY, EmulatorBuilder};
pub use clock::{ManualClock, SystemClock};
pub use emulator::{ChangeError, Emulator};
pub use fault::Fault;
pub use instances::Instances;
pub use items::{ItemError, Items};
pub use request::Request;
