//! The client, against a server on this machine: one program, so that it is linked once.

#[path = "../loopback/mod.rs"]
mod loopback;

mod blocking;
mod building;
mod errors;
mod gzip;
mod logging;
mod metadata;
mod odd_values;
mod paging;
mod properties;
mod retries;
mod task;
