//! The runtime under a client that is written by hand, against servers on this machine.

mod pets;
mod server;

mod bodies;
mod call_options;
mod leaks;
mod names;
mod newtypes;
mod providers;
mod retries;
mod schemes;
mod transports;
