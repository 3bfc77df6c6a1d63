//! Responses.

use ittybit_spec::{Entry, Node};

use super::content::Body;
use super::path::Operation;
use super::pending::Form;
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::rule::{self, Site};

impl<'d> Walk<'d> {
    pub(super) fn responses(&mut self, old: &Operation<'d>, new: &Operation<'d>) {
        let member = Member::named("responses", (old.node, new.node));
        let (Some(old_responses), Some(new_responses)) = (member.old, member.new) else {
            if member.old.or(member.new).is_some() {
                self.unclassified(&member, "the operation");
            }
            return;
        };
        for member in self.statuses(old_responses, new_responses) {
            let status = member.key;
            if status.starts_with("x-") {
                self.unclassified(&member, "the responses");
                continue;
            }
            let rules = match status.starts_with('2') {
                true => [rule::SUCCESS_STATUS_ADDED, rule::SUCCESS_STATUS_REMOVED],
                false => [rule::NON_SUCCESS_STATUS_ADDED, rule::NON_SUCCESS_STATUS_REMOVED],
            };
            match self.both(&member, &format!("the response `{status}`"), rules) {
                Some(nodes) => self.response(nodes, status, false),
                None => self.covered(&member, (old_responses, new_responses)),
            }
        }
    }

    /// Compares a response that only one document has with what the other one says of its status: the response of
    /// its range, or else `default`. Beside responses for success `default` describes failures.
    fn covered(&mut self, member: &Member<'d>, (old, new): (&'d Node, &'d Node)) {
        let other = |responses: &'d Node| {
            let mut others = responses.as_object().unwrap_or_default().iter();
            let range = others.find(|other| is_range_of(&other.key().to_uppercase(), &member.key.to_uppercase()));
            let is_success = |key: &str| key.starts_with('2');
            let has_success = responses
                .as_object()
                .unwrap_or_default()
                .iter()
                .any(|other| is_success(other.key()));
            let is_other = member.key == "default" || is_success(member.key) && has_success;
            range
                .map(Entry::value)
                .or(responses.get("default").filter(|_| !is_other))
        };
        let nodes = (member.old.or_else(|| other(old)), member.new.or_else(|| other(new)));
        if let (Some(old), Some(new)) = nodes {
            let nodes = self.resolve(old, new);
            self.response(nodes, member.key, true);
        }
    }

    /// The status codes of two sets of responses, as pairs. `200` is paired with `2XX`, which contains it.
    fn statuses(&mut self, old: &'d Node, new: &'d Node) -> Vec<Member<'d>> {
        let all = self.members(old, new, "the responses");
        let unpaired = |of: fn(&Member<'d>) -> Option<&'d Node>| -> Vec<Member<'d>> {
            all.iter().filter(|member| of(member).is_none()).copied().collect()
        };
        let (removed, added) = (unpaired(|member| member.new), unpaired(|member| member.old));
        let mut statuses = Vec::new();
        let mut paired: Vec<&str> = Vec::new();
        for old in &removed {
            for new in &added {
                let (was, is) = (old.key.to_uppercase(), new.key.to_uppercase());
                let (rule, words) = match () {
                    () if was == is => (rule::WRITTEN_OTHERWISE, "means the same"),
                    () if is_range_of(&was, &is) => (rule::STATUS_NARROWED, "is narrower"),
                    () if is_range_of(&is, &was) => (rule::STATUS_WIDENED, "also includes others"),
                    () => continue,
                };
                paired.extend([old.key, new.key]);
                let message = format!("the response `{}` is `{}` now, which {words}", old.key, new.key);
                let member = Member {
                    key: new.key,
                    old: old.old,
                    new: new.new,
                    within: new.within,
                };
                self.report(rule, Kind::Changed, member.places(), message);
                statuses.push(member);
            }
        }
        let others = all
            .into_iter()
            .filter(|member| !paired.contains(&member.key) || member.kind() == Kind::Changed);
        statuses.extend(others);
        statuses
    }

    fn response(&mut self, (old, new): (&'d Node, &'d Node), status: &str, is_covered: bool) {
        let what = format!("the response `{status}`");
        for member in self.members(old, new, &what) {
            match (member.key, member.old, member.new) {
                // The texts of a status and of its range differ.
                ("description", ..) if is_covered => self.mark_member(&member),
                ("description", ..) => self.annotation(&member, &what),
                ("headers", ..) if member.is_map() => self.headers(&member, status),
                ("links", ..) if member.is_map() => self.links(&member, &what),
                ("content", ..) => {
                    let at = Body {
                        what: &what,
                        site: Site::ResponseBody,
                        rules: [
                            rule::RESPONSE_MEDIA_TYPE_ADDED,
                            rule::RESPONSE_MEDIA_TYPE_REMOVED,
                            rule::RESPONSE_SCHEMA_ADDED,
                            rule::RESPONSE_SCHEMA_REMOVED,
                        ],
                    };
                    match (member.old, member.new) {
                        (Some(old), Some(new)) => self.content(old, new, &at),
                        _ if member.is_map() => {
                            for media in self.entries(&member) {
                                self.unpaired_media(&media, &at);
                            }
                        }
                        _ => self.unclassified(&member, &what),
                    }
                }
                _ => self.unclassified(&member, &what),
            }
        }
    }

    /// Compares the links of a response.
    fn links(&mut self, links: &Member<'d>, what: &str) {
        for link in self.entries(links) {
            let what = format!("the link `{}` of {what}", link.key);
            let Some((old, new)) = self.both(&link, &what, [rule::LINK_ADDED, rule::LINK_REMOVED]) else {
                continue;
            };
            for member in self.members(old, new, &what) {
                if member.key == "description" {
                    self.annotation(&member, &what);
                    continue;
                }
                let message = || format!("`{}` of {what} {}", member.key, member.difference());
                self.leaf(rule::LINK_CHANGED, &member, message);
            }
        }
    }

    fn headers(&mut self, member: &Member<'d>, status: &str) {
        let headers = self.entries(member);
        for header in self.equivalent_headers(headers, &format!("the response `{status}`")) {
            let what = format!("the header `{}` of the response `{status}`", header.key);
            match (header.old, header.new) {
                (Some(old), Some(new)) => {
                    let nodes = self.resolve(old, new);
                    self.part(nodes, &what, Site::ResponseHeader, Form::Text);
                }
                (Some(old), None) => {
                    let target = self.old.references.resolve(old).unwrap_or(old);
                    let rule = if required(target) {
                        rule::HEADER_REMOVED_REQUIRED
                    } else {
                        rule::HEADER_REMOVED_OPTIONAL
                    };
                    self.leaf(rule, &header, || format!("{what} was removed"));
                }
                _ => self.leaf(rule::HEADER_ADDED, &header, || format!("{what} was added")),
            }
        }
    }
}

/// Whether the first status code is a range that contains the second one.
fn is_range_of(range: &str, status: &str) -> bool {
    let digit = |status: &str| status.chars().next().filter(char::is_ascii_digit);
    range.ends_with("XX") && !status.ends_with("XX") && digit(range).is_some() && digit(range) == digit(status)
}

fn required(header: &Node) -> bool {
    header.get("required").and_then(Node::as_bool) == Some(true)
}
