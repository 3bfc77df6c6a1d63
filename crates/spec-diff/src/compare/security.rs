//! Security: alternatives; a caller has to satisfy one of them.

use indexmap::IndexMap;
use ittybit_spec::{Entry, Node};

use super::path::{operations, template};
use super::side::Side;
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::rule::{self, Rule};

/// The alternatives: for each set of schemes the scopes, and the node.
type Alternatives<'d> = IndexMap<Vec<&'d str>, (IndexMap<String, &'d Node>, &'d Node)>;

/// The rules for the whole API and for one operation differ only in their names.
struct Rules {
    removed: Rule,
    added: Rule,
    scope_removed: Rule,
    scope_added: Rule,
}

impl<'d> Walk<'d> {
    /// The security of the operations without security of their own. If no operation uses it in both documents,
    /// a change of it has no effect.
    pub(super) fn global_security(&mut self, member: &Member<'d>) {
        if !self.is_security_used() {
            let message = || {
                let difference = member.difference();
                format!("`security` of the API, which no operation of both documents uses, {difference}")
            };
            return self.leaf(rule::WRITTEN_OTHERWISE, member, message);
        }
        let rules = Rules {
            removed: rule::GLOBAL_SECURITY_REMOVED,
            added: rule::GLOBAL_SECURITY_ADDED,
            scope_removed: rule::GLOBAL_SECURITY_SCOPE_REMOVED,
            scope_added: rule::GLOBAL_SECURITY_SCOPE_ADDED,
        };
        self.security(member, (member.old, member.new), "the API", &rules);
    }

    /// Whether an operation of both documents has no security of its own.
    fn is_security_used(&self) -> bool {
        // The path, the method, and whether it has no security of its own.
        let all = |side: &Side<'d>| -> Vec<(String, &'d str, bool)> {
            let paths = side.document.get("/paths").and_then(Node::as_object);
            let of = |path: &'d Entry| {
                let item = side.references.resolve(path.value()).unwrap_or(path.value());
                operations(item).map(|(method, node)| (template(path.key()), method, node.get("security").is_none()))
            };
            paths.unwrap_or_default().iter().flat_map(of).collect()
        };
        let (old, new) = (all(self.old), all(self.new));
        let mut silent = old.iter().filter(|operation| operation.2);
        silent.any(|operation| new.contains(operation)) || old.is_empty() || new.is_empty()
    }

    /// An operation without security of its own has that of the API.
    pub(super) fn operation_security(&mut self, member: &Member<'d>, what: &str) {
        let rules = Rules {
            removed: rule::SECURITY_REMOVED,
            added: rule::SECURITY_ADDED,
            scope_removed: rule::SECURITY_SCOPE_REMOVED,
            scope_added: rule::SECURITY_SCOPE_ADDED,
        };
        let global = (self.old.root().get("security"), self.new.root().get("security"));
        let effective = (member.old.or(global.0), member.new.or(global.1));
        self.security(member, effective, what, &rules);
    }

    fn security(
        &mut self,
        member: &Member<'d>,
        effective: (Option<&'d Node>, Option<&'d Node>),
        what: &str,
        rules: &Rules,
    ) {
        let (Some(old), Some(new)) = (alternatives(effective.0), alternatives(effective.1)) else {
            return self.unclassified(member, what);
        };
        self.mark_member(member);
        let places = (
            effective.0.unwrap_or(member.within.0),
            effective.1.unwrap_or(member.within.1),
        );
        let open = |alternatives: &Alternatives<'d>| alternatives.is_empty() || alternatives.contains_key(&Vec::new());
        if open(&old) != open(&new) {
            let (rule, words) = if open(&old) {
                (
                    rule::SECURITY_REQUIRED,
                    "no longer accepts requests without credentials",
                )
            } else {
                (rule::SECURITY_OPTIONAL, "now accepts requests without credentials")
            };
            self.report(rule, Kind::Changed, places, format!("{what} {words}"));
        }
        for (schemes, (old_scopes, node)) in old.iter().filter(|(schemes, _)| !schemes.is_empty()) {
            let Some((new_scopes, new_node)) = new.get(schemes) else {
                // Reported above: credentials that are no longer required break no caller.
                if open(&new) && !open(&old) {
                    continue;
                }
                let message = format!("{what} no longer accepts {}", shown(schemes));
                let places = (*node, places.1);
                self.report(rules.removed.clone(), Kind::Removed, places, message);
                continue;
            };
            for (scope, node) in old_scopes.iter().filter(|(scope, _)| !new_scopes.contains_key(*scope)) {
                let message = format!("{what} no longer requires the scope `{scope}`");
                let places = (*node, *new_node);
                self.report(rules.scope_removed.clone(), Kind::Removed, places, message);
            }
            for (scope, new_node) in new_scopes.iter().filter(|(scope, _)| !old_scopes.contains_key(*scope)) {
                let message = format!("{what} now requires the scope `{scope}`");
                let places = (*node, *new_node);
                self.report(rules.scope_added.clone(), Kind::Added, places, message);
            }
        }
        for (schemes, (_, node)) in new.iter().filter(|(schemes, _)| !schemes.is_empty()) {
            if !old.contains_key(schemes) {
                let message = format!("{what} now accepts {}", shown(schemes));
                let places = (places.0, *node);
                self.report(rules.added.clone(), Kind::Added, places, message);
            }
        }
    }

    pub(super) fn security_scheme(&mut self, member: &Member<'d>) {
        let name = member.key;
        let what = format!("the security scheme `{name}`");
        let rules = [rule::SECURITY_COMPONENT_ADDED, rule::SECURITY_COMPONENT_REMOVED];
        let Some((old, new)) = self.both(member, &what, rules) else {
            return;
        };
        for member in self.members(old, new, &what) {
            let same_letters = || member.texts().is_some_and(|(old, new)| old.eq_ignore_ascii_case(new));
            let in_header = || old.get("in").and_then(Node::as_str) == Some("header");
            let rule = match member.key {
                // The format of a token is only a hint for readers.
                "description" | "bearerFormat" => {
                    self.annotation(&member, &what);
                    continue;
                }
                "flows" if member.is_map() => {
                    for flow in self.entries(&member) {
                        self.oauth_flow(&flow, &what);
                    }
                    continue;
                }
                "scheme" if same_letters() => rule::WRITTEN_OTHERWISE,
                "name" if same_letters() && in_header() => rule::WRITTEN_OTHERWISE,
                "type" => rule::SECURITY_COMPONENT_TYPE_CHANGED,
                "scheme" | "name" | "in" | "openIdConnectUrl" => rule::SECURITY_COMPONENT_CHANGED,
                _ => rule::UNCLASSIFIED,
            };
            let message = || format!("`{}` of {what} {}", member.key, member.difference());
            self.leaf(rule, &member, message);
        }
    }

    /// An OAuth flow: its URLs and its scopes.
    fn oauth_flow(&mut self, flow: &Member<'d>, what: &str) {
        let what = format!("the flow `{}` of {what}", flow.key);
        let Some((old, new)) = self.both(flow, &what, [rule::OAUTH_FLOW_ADDED, rule::OAUTH_FLOW_REMOVED]) else {
            return;
        };
        for member in self.members(old, new, &what) {
            let rule = match member.key {
                "authorizationUrl" => rule::OAUTH_URL_CHANGED,
                "tokenUrl" => rule::OAUTH_TOKEN_URL_CHANGED,
                "refreshUrl" => rule::OAUTH_REFRESH_URL_CHANGED,
                "scopes" if member.is_map() => {
                    for scope in self.entries(&member) {
                        let (rule, words) = match scope.kind() {
                            Kind::Added => (rule::OAUTH_SCOPE_ADDED, "was added"),
                            Kind::Removed => (rule::OAUTH_SCOPE_REMOVED, "was removed"),
                            Kind::Changed => (rule::OAUTH_SCOPE_CHANGED, "has another description"),
                        };
                        let message = || format!("the scope `{}` of {what} {words}", scope.key);
                        self.leaf(rule, &scope, message);
                    }
                    continue;
                }
                _ => rule::UNCLASSIFIED,
            };
            let message = || format!("`{}` of {what} {}", member.key, member.difference());
            self.leaf(rule, &member, message);
        }
    }
}

/// The alternatives, or `None` if they are malformed.
fn alternatives(node: Option<&Node>) -> Option<Alternatives<'_>> {
    let mut alternatives = Alternatives::new();
    let Some(node) = node else {
        return Some(alternatives);
    };
    for requirement in node.as_array()? {
        let mut schemes = Vec::new();
        let mut scopes = IndexMap::new();
        for entry in requirement.as_object()? {
            schemes.push(entry.key());
            for scope in entry.value().as_array()? {
                scopes.insert(format!("{}:{}", entry.key(), scope.as_str()?), scope);
            }
        }
        schemes.sort_unstable();
        let known = alternatives.insert(schemes, (scopes, requirement));
        if known.is_some() {
            // Two alternatives of the same schemes with other scopes cannot be compared as a set.
            return None;
        }
    }
    Some(alternatives)
}

fn shown(schemes: &[&str]) -> String {
    let names: Vec<String> = schemes.iter().map(|name| format!("`{name}`")).collect();
    names.join(" with ")
}
