//! Ctrl-C: the first is an order to stop in good order, the second to stop at once.

use std::io::{self, Write};
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::Notify;

use crate::failure::Failure;
use crate::terminal::{ERASE_LINE, can_erase};

/// Ctrl-C came first.
pub fn interrupted() -> Failure {
    Failure::failed("interrupted before anything came")
}

/// Tells of the first Ctrl-C.
pub struct Interrupt(Arc<Notify>);

impl Interrupt {
    /// From here on Ctrl-C no longer ends the program by itself. Needs a runtime with a thread of its
    /// own, so that it is heard while the output is blocked.
    pub fn listen() -> Self {
        let first = Arc::new(Notify::new());
        let notify = Arc::clone(&first);
        let mut pressed = Box::pin(tokio::signal::ctrl_c());
        // Asking once sets up the handler. The other thread might come to it only after the signal, which
        // would end the program without a word. Where it cannot be set up, Ctrl-C does what it always does.
        if pressed.as_mut().now_or_never().is_none() {
            tokio::spawn(async move {
                if pressed.await.is_ok() {
                    notify.notify_one();
                }
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(1);
                }
            });
        }
        Self(first)
    }

    /// What `work` gives, or nothing if Ctrl-C comes first.
    pub async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.0.notified() => {
                // The terminal has written `^C` where the next line is to stand.
                if can_erase() {
                    let _ = write!(io::stderr(), "{ERASE_LINE}");
                }
                None
            }
            value = work => Some(value),
        }
    }
}
