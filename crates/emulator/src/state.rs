//! What changes while the emulator runs.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fault::Fault;
use crate::random::{Random, Stream};
use crate::request::Request;
use crate::store::Store;

/// How many requests are kept, and how many bytes of them.
const KEPT_REQUESTS: usize = 10_000;
const KEPT_BYTES: usize = 64 << 20;

/// Faults that come by themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct RandomFaults {
    pub(crate) seed: u64,
    /// The share of requests that one of them happens to, from 0 to 1.
    pub(crate) rate: f64,
    pub(crate) faults: Vec<Fault>,
}

pub(crate) struct State {
    pub(crate) store: Store,
    /// What happens to the next requests, one after the other.
    pub(crate) script: VecDeque<Fault>,
    requests: VecDeque<Request>,
    /// The size of all of `requests`.
    bytes: usize,
    /// How many requests there were, of which each has its number to draw a fault with.
    received: u64,
}

impl State {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            script: VecDeque::new(),
            requests: VecDeque::new(),
            bytes: 0,
            received: 0,
        }
    }

    /// The state, also after a panic in a caller's closure: that works on a copy of a task.
    pub(crate) fn lock(state: &Mutex<Self>) -> MutexGuard<'_, Self> {
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with the request that has come now: by script, or by chance.
    pub(crate) fn next_fault(&mut self, random: &RandomFaults) -> Option<Fault> {
        let number = self.received;
        self.received += 1;
        if let Some(fault) = self.script.pop_front() {
            return Some(fault);
        }
        let mut draw = Random::new(random.seed, Stream::Fault, number);
        let happens = draw.share() < random.rate && !random.faults.is_empty();
        happens.then(|| random.faults[draw.next() as usize % random.faults.len()].clone())
    }

    /// Keeps a request for whoever asks later. The oldest make room.
    pub(crate) fn remember(&mut self, request: Request) {
        self.bytes += request.size();
        self.requests.push_back(request);
        while (self.requests.len() > KEPT_REQUESTS || self.bytes > KEPT_BYTES)
            && let Some(oldest) = self.requests.pop_front()
        {
            self.bytes -= oldest.size();
        }
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter()
    }
}
