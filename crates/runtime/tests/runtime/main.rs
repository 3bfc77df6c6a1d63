//! The runtime under a client that is written by hand, against servers on this machine.

mod own_process;
mod pets;
#[allow(dead_code, reason = "the tests of the client use other parts")]
mod server;

/// The members of the API's error object.
const ERROR: [&str; 2] = ["code", "text"];

mod bodies;
mod call_options;
mod downloads;
mod dynamic;
mod leaks;
mod names;
mod newtypes;
mod parameters;
mod providers;
mod retries;
mod schemes;
mod statuses;
mod transports;
mod uploads;
