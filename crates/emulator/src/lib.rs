#![doc = include_str!("../README.md")]

mod answer;
mod api_error;
mod clock;
mod data;
mod emulator;
mod fault;
mod life;
mod query;
mod random;
mod request;
mod server;
mod state;
mod store;

pub use clock::{ManualClock, SystemClock};
pub use emulator::{ChangeError, DEFAULT_API_KEY, Emulator, EmulatorBuilder};
pub use fault::Fault;
pub use request::Request;
