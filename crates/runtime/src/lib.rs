//! The part that all clients generated from an OpenAPI document share: sending, authentication, retries,
//! pages, deserialization and errors.
//!
//! This crate knows no API. What differs between APIs is one value that generated code passes to it.
//! Callers use the generated crate, which re-exports the public items of this one. In the examples here,
//! `my_api` is such a crate.
//!
//! - A list is read as a [`Page`], as a stream of [`Pages`], or as a stream of [`Items`], which can be
//!   resumed after an error and from a cursor.
//! - [`Watch`] polls a list until each of its items has finished.
//! - Transient failures are retried by a [`RetryPolicy`], which respects `Retry-After`.
//! - [`Error`] has a category for each kind of failure, and says what to do about it.
//! - Credentials are fixed values or come from a provider ([`auth`]). They are sent to the base URL and
//!   nowhere else, and are never printed.
//! - Requests are sent through a [`transport`], which a test or a middleware can replace.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![allow(
    clippy::result_large_err,
    reason = "a failure has what was received, is made once an attempt, and is boxed in `Error`"
)]

mod api;
mod argument;
mod arguments;
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod body;
mod bounds;
mod call;
mod category;
mod client;
mod compression;
mod decode;
mod dynamic;
mod error;
mod excerpt;
mod failure;
#[doc(hidden)]
pub mod generated;
mod idempotency_key;
mod limits;
mod link;
mod members;
mod names;
mod newtypes;
mod number;
mod open_enum;
pub mod operation;
mod page;
mod parameter;
mod received;
mod redact;
mod request;
mod request_builder;
mod response;
mod retry;
mod span;
mod style;
mod timers;
mod timestamp;
pub mod transport;
mod union;
mod value_builder;
mod watch;

pub use category::Category;
pub use error::Error;
pub use page::{Items, Page, Pages};
pub use reqwest;
pub use response::Response;
pub use retry::{Attempt, Clock, Decision, RetryPolicy};
pub use timestamp::{ParseTimestampError, Timestamp, TimestampRangeError};
pub use watch::Watch;
