//! How to use this crate, one page for each topic.

#[doc = include_str!("getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("paging.md")]
pub mod paging {}

#[doc = include_str!("watching.md")]
pub mod watching {}

#[doc = include_str!("filtering.md")]
pub mod filtering {}

#[doc = include_str!("errors_and_retries.md")]
pub mod errors_and_retries {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("logging.md")]
pub mod logging {}
