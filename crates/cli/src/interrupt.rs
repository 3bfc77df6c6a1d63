//! Ctrl-C: the first one stops in good order, the second one stops at once.

use std::io::{self, Write};
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::Notify;

use crate::failure::Failure;
use crate::terminal::{ERASE_LINE, can_erase};

/// Ctrl-C came first.
pub fn interrupted() -> Failure {
    Failure::failed("interrupted before there was a response")
}

/// Reports the first Ctrl-C.
pub struct Interrupt(Arc<Notify>);

impl Interrupt {
    /// From here on Ctrl-C no longer ends the program by itself. Needs a runtime with a thread of its
    /// own, so that it is handled while the output is blocked.
    pub fn listen() -> Self {
        let first = Arc::new(Notify::new());
        let notify = Arc::clone(&first);
        let mut pressed = Box::pin(tokio::signal::ctrl_c());
        // The first poll sets up the handler. On the other thread that might happen only after the signal, which
        // would end the program without a message. Where it cannot be set up, Ctrl-C ends the program.
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

    /// The result of `work`, or nothing if Ctrl-C comes first.
    pub async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.0.notified() => {
                // The terminal has written `^C` at the start of the next line.
                if can_erase() {
                    let _ = write!(io::stderr(), "{ERASE_LINE}");
                }
                None
            }
            value = work => Some(value),
        }
    }
}
