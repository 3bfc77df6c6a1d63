//! Servers: a set of URLs, of which the first is the default.

use ittybit_spec::Node;

use super::{Member, Walk};
use crate::change::{Bump, Kind};
use crate::{json, rule};

impl<'d> Walk<'d> {
    pub(super) fn servers(&mut self, member: &Member<'d>, what: &str) {
        let list = |node: Option<&'d Node>| match node {
            None => Some([].as_slice()),
            Some(node) => node
                .as_array()
                .filter(|servers| servers.iter().all(|server| url(server).is_some())),
        };
        let (Some(old), Some(new)) = (list(member.old), list(member.new)) else {
            return self.unclassified(member, what, Bump::Patch);
        };
        for node in [member.old, member.new].into_iter().flatten() {
            self.see(node);
        }
        let places = member.places();
        for server in old {
            match new.iter().find(|other| url(other) == url(server)) {
                Some(other) => self.server(server, other),
                None => {
                    self.settle(Some(server));
                    let message = format!("the server {} of {what} was removed", shown(server));
                    let places = (server, places.1);
                    self.report(rule::SERVER_REMOVED, Kind::Removed, places, message, Bump::Patch);
                }
            }
        }
        for server in new {
            if !old.iter().any(|other| url(other) == url(server)) {
                self.settle(Some(server));
                let message = format!("the server {} of {what} was added", shown(server));
                self.report(
                    rule::SERVER_ADDED,
                    Kind::Added,
                    (places.0, server),
                    message,
                    Bump::Patch,
                );
            }
        }
        let kept = |these: &'d [Node], those: &'d [Node]| -> Vec<_> {
            let known = |server: &&Node| those.iter().any(|other| url(other) == url(server));
            these.iter().filter(known).filter_map(url).collect()
        };
        if kept(old, new) != kept(new, old) {
            let message = format!("the servers of {what} stand in another order; the first is the default");
            self.report(rule::SERVER_ORDER_CHANGED, Kind::Changed, places, message, Bump::Patch);
        }
    }

    fn server(&mut self, old: &'d Node, new: &'d Node) {
        let what = format!("the server {}", shown(new));
        for member in self.members(old, new, &what) {
            match member.key {
                "url" => {
                    self.settle(member.old);
                    self.settle(member.new);
                }
                "description" => self.words(&member, &what),
                _ => self.unclassified(&member, &what, Bump::Patch),
            }
        }
    }
}

fn url(server: &Node) -> Option<&str> {
    server.get("url").and_then(Node::as_str)
}

fn shown(server: &Node) -> String {
    server.get("url").map(json::shown).unwrap_or_default()
}
