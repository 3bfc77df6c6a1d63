//! Client for the Ittybit media API.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "blocking")]
pub mod blocking;
mod bounds;
mod client;
mod decode;
mod error;
mod excerpt;
mod key;
mod link;
mod number;
mod open_enum;
mod operation;
mod page;
mod response;
mod retry;
mod task;
mod timestamp;
mod watch;

// The generated half, as `mod generated`.
include!(concat!(env!("OUT_DIR"), "/generated.rs"));

pub use client::{Client, ClientBuilder};
pub use error::{Category, Error};
pub use generated::builder;
pub use generated::types::*;
pub use page::{Items, Page, Pages};
pub use reqwest;
pub use response::Response;
pub use retry::{Clock, RetryPolicy};
pub use timestamp::{ParseTimestampError, Timestamp, TimestampRangeError};
