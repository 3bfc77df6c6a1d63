//! The Ittybit API on this machine, for tests: a server in the test's own process, and a program.
//!
//! It answers `GET /tasks` as the API documents it: keys, filters, order, cursors, headers, errors. It
//! has data, and lets things go wrong when you say so.
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
//! A request can ask for a status itself, whatever its key: `Prefer: code=503`.
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
//! `limit` is written in digits. A body is not read.
//!
//! **Keys.** The path and the method are checked before the key, and the key before the parameters. A
//! header without a bearer token is `token_missing`; so is one that has another scheme. `Bearer` may be
//! in upper or lower case. A 401 has the header `WWW-Authenticate: Bearer`.
//!
//! **Other paths and methods.** An unknown path is 404 `not_found`. `HEAD` is answered as `GET` is,
//! without the body, and `OPTIONS` with 204; other methods are 405 `method_not_allowed`. The last two
//! have the header `Allow`.
//!
//! **Errors** without a documented kind are named after their status, such as `too_many_requests`. All
//! messages are this project's own.
//!
//! **What is not HTTP** is answered by the HTTP library, without a body: 400 for a request that cannot
//! be read, 414 for a target of more than 64 KiB, 431 for more than 100 headers or about 400 KiB of
//! them.
//!
//! # How fast
//!
//! A page costs the same whatever the number of tasks, the filters and the cursor: one ordered index
//! holds each task under every combination of filters. So no combination is slower than another, and
//! the price is memory: about 0.5 KB for a generated task, more for one that was pushed or has changed.
//! The figures are in `docs/performance.md` of the repository.

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
