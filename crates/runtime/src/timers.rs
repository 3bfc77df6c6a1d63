//! Whether there is a Tokio runtime here, and one with timers.

use std::time::Duration;

use crate::error::Error;

/// # Errors
/// There is none, or it has no timers. Call it before each use of a timer, which panics without.
pub(crate) fn ready(crate_name: &str) -> Result<(), Error> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Error::runtime(format!(
            "there is no Tokio runtime here. Call it from a Tokio task, or use \
             `{crate_name}::blocking::Client` (feature `blocking`)"
        )));
    }
    // Tokio has no other way to find out (tokio-rs/tokio#8361). The panic is its own, and leaves nothing half
    // done; a program with `panic = "abort"` is aborted. Its text goes to the program's panic hook, by default to
    // stderr: to silence that, the hook would have to be replaced for all threads, which is up to the program.
    std::panic::catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).map_err(|_| {
        Error::runtime(
            "the Tokio runtime here has no timers, and without them there are no timeouts. Build it \
             with `enable_all`, or with `enable_time` and `enable_io`",
        )
    })
}
