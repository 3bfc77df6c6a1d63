//! Servers: a set of URLs; the first is the default.

use ittybit_spec::Node;

use super::path::Operation;
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::{json, rule};

impl<'d> Walk<'d> {
    /// The servers of an operation: its own, or else those of its path, or else those of the API. Without
    /// servers of its own in both documents there is nothing to do: those of the API are compared once.
    pub(super) fn operation_servers(&mut self, old: &Operation<'d>, new: &Operation<'d>, what: &str) {
        let own = |operation: &Operation<'d>| operation.node.get("servers").or(operation.item.get("servers"));
        let (old_own, new_own) = (own(old), own(new));
        if old_own.is_none() && new_own.is_none() {
            return;
        }
        let member = Member {
            key: "servers",
            old: old_own.or(self.old.root().get("servers")),
            new: new_own.or(self.new.root().get("servers")),
            within: (old.node, new.node),
        };
        self.servers(&member, what);
    }

    pub(super) fn servers(&mut self, member: &Member<'d>, what: &str) {
        let list = |node: Option<&'d Node>| match node {
            None => Some([].as_slice()),
            Some(node) => node
                .as_array()
                .filter(|servers| servers.iter().all(|server| url(server).is_some())),
        };
        let (Some(old), Some(new)) = (list(member.old), list(member.new)) else {
            return self.unclassified(member, what);
        };
        for node in [member.old, member.new].into_iter().flatten() {
            self.mark_visited(node);
        }
        let places = member.places();
        // Without a list the only server is `/`.
        let is_default = |servers: &'d [Node]| match servers {
            [] => true,
            [server] => url(server) == Some("/") && server.as_object().is_some_and(|members| members.len() == 1),
            _ => false,
        };
        if is_default(old) && is_default(new) {
            for server in old.iter().chain(new) {
                self.mark_compared(Some(server));
            }
            if old.len() != new.len() {
                let message = format!("the servers of {what} are written differently: `/` is the default");
                self.report(rule::WRITTEN_OTHERWISE, member.kind(), places, message);
            }
            return;
        }
        let has_default = |servers: &'d [Node]| servers.iter().any(|server| url(server) == Some("/"));
        if old.is_empty() && !has_default(new) {
            let message = format!("the server `/` of {what}, which is the default without a list, was removed");
            self.report(rule::SERVER_REMOVED, Kind::Changed, places, message);
        }
        if new.is_empty() && !has_default(old) {
            let message = format!("the server `/` of {what}, which is the default without a list, was added");
            self.report(rule::SERVER_ADDED, Kind::Changed, places, message);
        }
        for server in old {
            match new.iter().find(|other| url(other) == url(server)) {
                Some(other) => self.server(server, other),
                None if new.is_empty() && url(server) == Some("/") => self.mark_compared(Some(server)),
                None => {
                    self.mark_compared(Some(server));
                    let message = format!("the server {} of {what} was removed", shown(server));
                    let places = (server, places.1);
                    self.report(rule::SERVER_REMOVED, Kind::Removed, places, message);
                }
            }
        }
        for server in new {
            if !old.iter().any(|other| url(other) == url(server)) {
                self.mark_compared(Some(server));
                if old.is_empty() && url(server) == Some("/") {
                    continue;
                }
                let message = format!("the server {} of {what} was added", shown(server));
                self.report(rule::SERVER_ADDED, Kind::Added, (places.0, server), message);
            }
        }
        let kept = |these: &'d [Node], those: &'d [Node]| -> Vec<_> {
            let known = |server: &&Node| those.iter().any(|other| url(other) == url(server));
            these.iter().filter(known).filter_map(url).collect()
        };
        if kept(old, new) != kept(new, old) {
            let message = format!("the servers of {what} are in another order; the first is the default");
            self.report(rule::SERVER_ORDER_CHANGED, Kind::Changed, places, message);
        }
    }

    fn server(&mut self, old: &'d Node, new: &'d Node) {
        let what = format!("the server {}", shown(new));
        for member in self.members(old, new, &what) {
            match member.key {
                "url" => {
                    self.mark_member(&member);
                }
                "description" => self.annotation(&member, &what),
                "variables" if member.is_map() => self.server_variables(&member, &what),
                _ => self.unclassified(&member, &what),
            }
        }
    }

    fn server_variables(&mut self, variables: &Member<'d>, what: &str) {
        for variable in self.entries(variables) {
            let what = format!("the variable `{}` of {what}", variable.key);
            let (Some(old), Some(new)) = (variable.old, variable.new) else {
                let message = || format!("{what} {}", variable.difference());
                self.leaf(rule::SERVER_VARIABLE_CHANGED, &variable, message);
                continue;
            };
            for member in self.members(old, new, &what) {
                match member.key {
                    "description" => self.annotation(&member, &what),
                    "enum" => self.server_values(&member, &what),
                    "default" => {
                        let message = || format!("the default of {what} {}", member.difference());
                        self.leaf(rule::SERVER_VARIABLE_CHANGED, &member, message);
                    }
                    _ => self.unclassified(&member, &what),
                }
            }
        }
    }

    /// The allowed values of a variable. Without a list any value is allowed.
    fn server_values(&mut self, member: &Member<'d>, what: &str) {
        let (Some(old), Some(new)) = (member.old, member.new) else {
            let rule = match member.kind() {
                Kind::Added => rule::SERVER_VALUE_REMOVED,
                _ => rule::SERVER_VALUE_ADDED,
            };
            return self.leaf(rule, member, || {
                format!("the list of values of {what} {}", member.difference())
            });
        };
        let (Some(old_values), Some(new_values)) = (old.as_array(), new.as_array()) else {
            return self.unclassified(member, what);
        };
        self.mark_member(member);
        let missing = |value: &&'d Node, list: &[Node]| !list.iter().any(|other| json::same(value, other));
        for value in old_values.iter().filter(|value| missing(value, new_values)) {
            let message = format!("{what} no longer accepts {}", json::shown(value));
            self.report(rule::SERVER_VALUE_REMOVED, Kind::Removed, (value, new), message);
        }
        for value in new_values.iter().filter(|value| missing(value, old_values)) {
            let message = format!("{what} also accepts {}", json::shown(value));
            self.report(rule::SERVER_VALUE_ADDED, Kind::Added, (old, value), message);
        }
    }
}

fn url(server: &Node) -> Option<&str> {
    server.get("url").and_then(Node::as_str)
}

fn shown(server: &Node) -> String {
    server.get("url").map(json::shown).unwrap_or_default()
}
