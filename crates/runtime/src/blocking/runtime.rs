//! The runtime of a blocking client.

use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::Error;

/// A runtime with one thread, which runs until the last clone is dropped.
#[derive(Clone)]
pub(super) struct OwnRuntime {
    runtime: Arc<Droppable>,
    /// The crate of the client, for errors.
    crate_name: &'static str,
}

impl OwnRuntime {
    pub(super) fn start(crate_name: &'static str) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("blocking-client")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| Error::runtime(format!("no thread for the client: {error}")))?;
        Ok(Self {
            runtime: Arc::new(Droppable(Some(runtime))),
            crate_name,
        })
    }

    pub(super) fn wait<R>(&self, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
        refuse_inside_runtime(self.crate_name)?;
        let runtime = self.runtime.0.as_ref();
        runtime.expect("it is taken out by `drop` only").block_on(work)
    }
}

pub(super) fn refuse_inside_runtime(crate_name: &str) -> Result<(), Error> {
    match Handle::try_current() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::runtime(format!(
            "a blocking call inside an async runtime would block all else that runs there. Use \
             `{crate_name}::Client` and `.await` there, or a thread of its own (`std::thread::spawn`)"
        ))),
    }
}

/// A runtime that can be dropped anywhere: tokio's own drop waits, and panics in async code.
struct Droppable(Option<Runtime>);

impl Drop for Droppable {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
