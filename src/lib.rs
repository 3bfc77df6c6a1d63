//! Client for the [Ittybit](https://ittybit.com) media API.
//!
//! ```no_run
//! use ittybit::{Client, TaskKind, TaskStatus};
//!
//! # async fn run() -> Result<(), ittybit::Error> {
//! let client = Client::from_env()?; // ITTYBIT_API_KEY
//!
//! // One page …
//! let page = client.list_tasks().status(TaskStatus::Failed).limit(50).send().await?;
//! println!("{} failed tasks, more: {}", page.len(), page.has_more());
//!
//! // … or all of them.
//! let mut tasks = client.list_tasks().kind(TaskKind::Video).stream();
//! while let Some(task) = tasks.try_next().await? {
//!     println!("{} {}", task.id, task.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - A list is read as a [`Page`], as a stream of [`Pages`], or as a stream of [`Items`], which can be
//!   resumed after an error and from a cursor.
//! - [`Watch`] polls a list until each of its items has finished.
//! - Transient failures are retried by a [`RetryPolicy`], which respects `Retry-After`.
//! - [`Error`] has a category for each kind of failure, and says what to do about it.
//! - Every enum is open, every response keeps the fields that this version does not know, and an
//!   optional value that does not fit its type only leaves out its own field.
//! - The API key is sent to the base URL and nowhere else, and is never printed.
//!
//! The [`guide`] has a page for each topic.
//!
//! # Features
//!
//! | feature | |
//! | --- | --- |
//! | `rustls` (default) | TLS by rustls, with the platform's certificates |
//! | `native-tls` | TLS by the platform: SChannel, Secure Transport or OpenSSL; taken where both are on |
//! | `blocking` | `ittybit::blocking`, for programs without an async runtime |
//! | `gzip` | asks for compressed responses |
//! | `schemars` | `schemars::JsonSchema` on every type of the API |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod guide;

// The client, as `mod generated`.
include!(concat!(env!("OUT_DIR"), "/generated.rs"));

#[doc(inline)]
pub use generated::*;

/// The examples of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
