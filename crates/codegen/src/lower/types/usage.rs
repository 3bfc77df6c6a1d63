//! Usage: which types contain which, and which of them are in requests and in responses.

use std::collections::HashMap;

use indexmap::IndexSet;

/// The uses of structs and unions.
#[derive(Default)]
pub(super) struct Usage {
    /// For each struct and union, the structs and unions that it contains.
    pub(super) holds: HashMap<String, Vec<String>>,
    /// The structs and unions in responses, and those in requests.
    pub(super) received: Vec<String>,
    pub(super) sent: Vec<String>,
}

impl Usage {
    /// The types that are only in requests.
    pub(super) fn request_only(&self) -> impl Iterator<Item = String> {
        let received = self.closure(&self.received);
        let sent = self.closure(&self.sent);
        sent.into_iter().filter(move |name| !received.contains(name))
    }

    /// The names, and all types that they contain directly or indirectly.
    pub(super) fn closure<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> IndexSet<String> {
        let mut names: IndexSet<String> = names.into_iter().cloned().collect();
        let mut index = 0;
        while let Some(name) = names.get_index(index) {
            let inner = self.holds.get(name).cloned().unwrap_or_default();
            names.extend(inner);
            index += 1;
        }
        names
    }
}
