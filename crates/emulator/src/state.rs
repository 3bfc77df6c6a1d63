//! What changes while the emulator runs.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::collection::{Collection, ListName};
use crate::fault::Fault;
use crate::random::{Random, Stream};
use crate::reply::Reply;
use crate::request::Request;

/// How many requests are kept, and how many bytes of them.
const KEPT_REQUESTS: usize = 10_000;
const KEPT_BYTES: usize = 64 << 20;
/// How many bytes of uploaded files are kept.
const KEPT_FILES: usize = 256 << 20;
/// How many responses are kept for repeated idempotency keys, how many bytes of them, and for how many seconds.
const KEPT_RESPONSES: usize = 10_000;
const KEPT_RESPONSE_BYTES: usize = 64 << 20;
const REPEATABLE: i64 = 86_400;
/// How many lists of resources whose paths have parameters are kept besides those that were changed.
const KEPT_LISTS: usize = 1_000;

/// Random faults.
#[derive(Clone, Debug, Default)]
pub(crate) struct RandomFaults {
    pub(crate) seed: u64,
    /// The share of requests that one of them happens to, from 0 to 1.
    pub(crate) rate: f64,
    pub(crate) faults: Vec<Fault>,
}

#[derive(Default)]
pub(crate) struct State {
    lists: HashMap<ListName, Collection>,
    /// Those with parameters in their paths, the oldest first.
    nested: VecDeque<ListName>,
    files: Files,
    responses: HashMap<String, (i64, Reply)>,
    response_order: VecDeque<String>,
    response_bytes: usize,
    /// The faults of the next requests, in order.
    pub(crate) script: VecDeque<Fault>,
    requests: VecDeque<Request>,
    /// The size of all of `requests`.
    bytes: usize,
    /// How many requests there were, of which each has its number to draw a fault with.
    received: u64,
}

/// A file with its media type.
type File = (String, Vec<u8>);

/// Uploaded files by their paths.
#[derive(Default)]
struct Files {
    /// None where a file was deleted.
    by_path: HashMap<String, Option<File>>,
    order: VecDeque<String>,
    bytes: usize,
}

fn size(file: Option<&File>) -> usize {
    file.map_or(0, |(_, data)| data.len())
}

impl State {
    /// The state, also after a panic in a caller's closure: that works on a copy of an item.
    pub(crate) fn lock(state: &Mutex<Self>) -> MutexGuard<'_, Self> {
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A list, as it is at a time in Unix seconds. It is made where it is not there yet.
    pub(crate) fn list(&mut self, name: &ListName, now: i64, make: impl FnOnce() -> Collection) -> &mut Collection {
        if !self.lists.contains_key(name) {
            self.lists.insert(name.clone(), make());
            if !name.1.is_empty() {
                self.nested.push_back(name.clone());
            }
            // A list that a request or a test has changed cannot be made again.
            let others = self.nested.len().saturating_sub(1);
            let mut places = 0..if others < KEPT_LISTS { 0 } else { others };
            if let Some(place) = places.find(|place| !self.lists[&self.nested[*place]].is_changed())
                && let Some(oldest) = self.nested.remove(place)
            {
                self.lists.remove(&oldest);
            }
        }
        let list = self.lists.get_mut(name).expect("it was made where it was not there");
        list.advance(now);
        list
    }

    /// The first response to a request with this key.
    pub(crate) fn earlier_response(&self, key: &str, now: i64) -> Option<Reply> {
        let (time, reply) = self.responses.get(key)?;
        (now - time < REPEATABLE).then(|| reply.clone())
    }

    pub(crate) fn keep_response(&mut self, key: String, now: i64, reply: Reply) {
        let kept = key.clone();
        self.response_bytes += key.len() + reply.size();
        match self.responses.insert(key, (now, reply)) {
            Some((_, old)) => self.response_bytes -= kept.len() + old.size(),
            None => self.response_order.push_back(kept),
        }
        while (self.response_order.len() > KEPT_RESPONSES || self.response_bytes > KEPT_RESPONSE_BYTES)
            && let Some(oldest) = self.response_order.pop_front()
            && let Some((_, old)) = self.responses.remove(&oldest)
        {
            self.response_bytes -= oldest.len() + old.size();
        }
    }

    pub(crate) fn keep_file(&mut self, path: String, media: String, data: Vec<u8>) {
        let files = &mut self.files;
        files.bytes += data.len();
        match files.by_path.insert(path.clone(), Some((media, data))) {
            Some(old) => files.bytes -= size(old.as_ref()),
            None => files.order.push_back(path),
        }
        while files.bytes > KEPT_FILES
            && let Some(oldest) = files.order.pop_front()
        {
            files.bytes -= size(files.by_path.remove(&oldest).flatten().as_ref());
        }
    }

    /// Removes the file at a path, and those below it.
    pub(crate) fn remove_files(&mut self, path: &str) {
        let Files { by_path, order, bytes } = &mut self.files;
        let is_there = |other: &str| {
            let rest = other.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        by_path.retain(|other, file| {
            let is_there = is_there(other);
            *bytes -= if is_there { size(file.as_ref()) } else { 0 };
            !is_there
        });
        order.retain(|other| !is_there(other));
    }

    /// The same, and remembers that the file was deleted.
    pub(crate) fn delete_file(&mut self, path: &str) {
        self.remove_files(path);
        self.files.by_path.insert(path.to_owned(), None);
        self.files.order.push_back(path.to_owned());
    }

    /// The file at a path, or at the nearest path above; `Some(None)` where it was deleted.
    pub(crate) fn file(&self, path: &str) -> Option<Option<&File>> {
        let mut path = path;
        loop {
            if let Some(file) = self.files.by_path.get(path) {
                return Some(file.as_ref());
            }
            path = &path[..path.rfind('/').filter(|at| *at > 0)?];
        }
    }

    /// The fault of the current request: set by the test, or random.
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

    /// Keeps a request, to be inspected later. The oldest are dropped.
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
