//! What only generated code calls: it may change in any version, together with the generator.

pub use crate::api::{Api, ErrorShape};
pub use crate::arguments::Arguments;
#[cfg(feature = "blocking")]
pub use crate::blocking::Client as BlockingClient;
pub use crate::bounds::{Bounds, Pattern};
pub use crate::call::CallOptions;
pub use crate::client::{Client, ClientBuilder};
pub use crate::decode::{Malformed, extra, nullable, text_of};
pub use crate::members::Members;
pub use crate::open_enum::StringVisitor;
pub use crate::page::Pagination;
pub use crate::request::Request;
pub use crate::response::{StatusBody, Success};
pub use crate::style::{Form, Style};
pub use crate::transport::http_client::{CONNECT_TIMEOUT, http_client};
pub use crate::watch::Watching;

/// Values of builders.
pub mod argument {
    pub use crate::argument::*;
}

/// Numbers as JSON writers other than Rust's print them.
pub mod number {
    pub use crate::number::*;
}

/// Enums of types.
pub mod union {
    pub use crate::union::*;
}
