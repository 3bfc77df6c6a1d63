//! Security: alternatives, of which a caller fulfils one.

use indexmap::IndexMap;
use ittybit_spec::Node;

use super::{Member, Walk};
use crate::change::{Bump, Kind};
use crate::rule::{self, Rule};

/// The alternatives: for each set of schemes the scopes, and the place.
type Alternatives<'d> = IndexMap<Vec<&'d str>, (IndexMap<String, &'d Node>, &'d Node)>;

/// The rules for the whole API and for one operation differ in their names only.
struct Rules {
    removed: Rule,
    added: Rule,
    scope_removed: Rule,
    scope_added: Rule,
}

impl<'d> Walk<'d> {
    pub(super) fn global_security(&mut self, member: &Member<'d>) {
        let rules = Rules {
            removed: rule::GLOBAL_SECURITY_REMOVED,
            added: rule::GLOBAL_SECURITY_ADDED,
            scope_removed: rule::GLOBAL_SECURITY_SCOPE_REMOVED,
            scope_added: rule::GLOBAL_SECURITY_SCOPE_ADDED,
        };
        self.security(member, (member.old, member.new), "the API", &rules);
    }

    /// An operation that says nothing is secured as the API is.
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
            return self.unclassified(member, what, Bump::Patch);
        };
        self.settle(member.old);
        self.settle(member.new);
        let places = (
            effective.0.unwrap_or(member.within.0),
            effective.1.unwrap_or(member.within.1),
        );
        let open = |alternatives: &Alternatives<'d>| alternatives.is_empty() || alternatives.contains_key(&Vec::new());
        if open(&old) != open(&new) {
            let (rule, words) = if open(&old) {
                (rule::SECURITY_REQUIRED, "takes requests without credentials no more")
            } else {
                (rule::SECURITY_OPTIONAL, "takes requests without credentials now")
            };
            self.report(rule, Kind::Changed, places, format!("{what} {words}"), Bump::Patch);
        }
        for (schemes, (old_scopes, node)) in old.iter().filter(|(schemes, _)| !schemes.is_empty()) {
            let Some((new_scopes, new_node)) = new.get(schemes) else {
                // Told above: credentials that nobody asks for break no caller.
                if open(&new) && !open(&old) {
                    continue;
                }
                let message = format!("{what} takes {} no more", shown(schemes));
                let places = (*node, places.1);
                self.report(rules.removed.clone(), Kind::Removed, places, message, Bump::Patch);
                continue;
            };
            for (scope, node) in old_scopes.iter().filter(|(scope, _)| !new_scopes.contains_key(*scope)) {
                let message = format!("{what} asks for the scope `{scope}` no more");
                let places = (*node, *new_node);
                self.report(rules.scope_removed.clone(), Kind::Removed, places, message, Bump::Patch);
            }
            for (scope, new_node) in new_scopes.iter().filter(|(scope, _)| !old_scopes.contains_key(*scope)) {
                let message = format!("{what} asks for the scope `{scope}` now");
                let places = (*node, *new_node);
                self.report(rules.scope_added.clone(), Kind::Added, places, message, Bump::Patch);
            }
        }
        for (schemes, (_, node)) in new.iter().filter(|(schemes, _)| !schemes.is_empty()) {
            if !old.contains_key(schemes) {
                let message = format!("{what} takes {} now", shown(schemes));
                let places = (places.0, *node);
                self.report(rules.added.clone(), Kind::Added, places, message, Bump::Patch);
            }
        }
    }

    pub(super) fn security_scheme(&mut self, member: &Member<'d>) {
        let name = member.key;
        let what = format!("the security scheme `{name}`");
        let (Some(old), Some(new)) = (member.old, member.new) else {
            let (rule, verb) = match member.kind() {
                Kind::Added => (rule::SECURITY_COMPONENT_ADDED, "added"),
                _ => (rule::SECURITY_COMPONENT_REMOVED, "removed"),
            };
            return self.leaf(rule, member, || format!("{what} was {verb}"), Bump::Patch);
        };
        let (old, new) = self.resolve(old, new);
        for member in self.members(old, new, &what) {
            let rule = match member.key {
                "description" => {
                    self.words(&member, &what);
                    continue;
                }
                "type" => rule::SECURITY_COMPONENT_TYPE_CHANGED,
                "scheme" | "name" | "in" | "openIdConnectUrl" => rule::SECURITY_COMPONENT_CHANGED,
                _ => rule::UNCLASSIFIED,
            };
            let message = || format!("`{}` of {what} {}", member.key, member.told());
            self.leaf(rule, &member, message, Bump::Patch);
        }
    }
}

/// The alternatives, or `None` where they are not what they must be.
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
            // Two alternatives of the same schemes: which scopes suffice is beyond a set.
            return None;
        }
    }
    Some(alternatives)
}

fn shown(schemes: &[&str]) -> String {
    let names: Vec<String> = schemes.iter().map(|name| format!("`{name}`")).collect();
    names.join(" with ")
}
