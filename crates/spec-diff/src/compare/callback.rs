//! Callbacks and webhooks: requests that the server sends. So their requests are compared like responses, and
//! their responses like requests.

use std::rc::Rc;

use ittybit_spec::{METHODS, Node};

use super::deprecation::SUNSET;
use super::pending::Form;
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::rule::{self, Rule, Site};

/// The rules for callbacks and for webhooks differ only in their names.
#[derive(Clone)]
struct Rules {
    unpaired: [Rule; 2],
    changed: Rule,
}

impl<'d> Walk<'d> {
    /// The callbacks of an operation: for each name a map from expressions to path items.
    pub(super) fn callbacks(&mut self, member: &Member<'d>, what: &str) {
        let rules = Rules {
            unpaired: [rule::CALLBACK_ADDED, rule::CALLBACK_REMOVED],
            changed: rule::CALLBACK_CHANGED,
        };
        if !member.is_map() {
            return self.unclassified(member, what);
        }
        for callback in self.entries(member) {
            let name = format!("the callback `{}`", callback.key);
            let Some((old, new)) = self.both(&callback, &name, rules.unpaired.clone()) else {
                continue;
            };
            for url in self.members(old, new, &name) {
                let what = format!("`{}` of {name}", url.key);
                if let Some(nodes) = self.both(&url, &what, rules.unpaired.clone()) {
                    self.received_item(nodes, &name, &rules);
                }
            }
        }
    }

    /// The webhooks of a document: a map from names to path items.
    pub(super) fn webhooks(&mut self, member: &Member<'d>) {
        let rules = Rules {
            unpaired: [rule::WEBHOOK_ADDED, rule::WEBHOOK_REMOVED],
            changed: rule::WEBHOOK_CHANGED,
        };
        if !member.is_map() {
            return self.unclassified(member, "the document");
        }
        for webhook in self.entries(member) {
            let name = format!("the webhook `{}`", webhook.key);
            self.operation = Some(Rc::from(format!("webhook {}", webhook.key)));
            if let Some(nodes) = self.both(&webhook, &name, rules.unpaired.clone()) {
                self.received_item(nodes, &name, &rules);
            }
        }
        self.operation = None;
    }

    fn received_item(&mut self, (old, new): (&'d Node, &'d Node), what: &str, rules: &Rules) {
        for member in self.members(old, new, what) {
            match member.key {
                "summary" | "description" => self.annotation(&member, what),
                method if METHODS.contains(&method) => {
                    let what = format!("`{}` of {what}", method.to_uppercase());
                    if let Some(nodes) = self.both(&member, &what, rules.unpaired.clone()) {
                        self.received(nodes, (old, new), &what, rules);
                    }
                }
                // Compared with each operation.
                "parameters" => {}
                _ => self.other_change(&member, what, rules),
            }
        }
    }

    /// Reports a difference that no more specific rule covers.
    fn other_change(&mut self, member: &Member<'d>, what: &str, rules: &Rules) {
        let message = || format!("`{}` of {what} {}", member.key, member.difference());
        self.leaf(rules.changed.clone(), member, message);
    }

    fn received(&mut self, (old, new): (&'d Node, &'d Node), items: (&'d Node, &'d Node), what: &str, rules: &Rules) {
        for member in self.members(old, new, what) {
            match (member.key, member.old, member.new) {
                ("summary" | "description" | "externalDocs" | "operationId" | "tags", ..) => {
                    self.annotation(&member, what);
                }
                ("deprecated", ..) => self.deprecated(&member, what),
                (SUNSET, ..) => {}
                ("requestBody", Some(old), Some(new)) => {
                    let nodes = self.resolve(old, new);
                    self.body(nodes, Site::ResponseBody, &format!("the request body of {what}"), rules);
                }
                ("responses", Some(old), Some(new)) => {
                    for response in self.members(old, new, &format!("the responses to {what}")) {
                        let what = format!("the response `{}` to {what}", response.key);
                        if let (Some(old), Some(new)) = (response.old, response.new) {
                            let nodes = self.resolve(old, new);
                            self.body(nodes, Site::RequestBody, &what, rules);
                        } else {
                            self.other_change(&response, &what, rules);
                        }
                    }
                }
                ("parameters", ..) => {}
                _ => self.other_change(&member, what, rules),
            }
        }
        self.operation_sunset((old, new), what);
        let old_parameters = self.all_parameters([items.0, old], self.old);
        let mut new_parameters = self.all_parameters([items.1, new], self.new);
        for (key, (name, node)) in old_parameters {
            let what = format!("the {} parameter `{name}` of {what}", key.0);
            match new_parameters.shift_remove(&key) {
                Some((_, other)) => self.received_part((node, other), Site::ResponseProperty, &what, rules),
                None => {
                    self.mark_compared(Some(node));
                    let message = format!("{what} was removed");
                    self.report(rules.changed.clone(), Kind::Removed, (node, new), message);
                }
            }
        }
        for (key, (name, node)) in new_parameters {
            self.mark_compared(Some(node));
            let message = format!("the {} parameter `{name}` of {what} was added", key.0);
            self.report(rules.changed.clone(), Kind::Added, (old, node), message);
        }
    }

    /// A request body or a response: its content by media type, and its headers.
    fn body(&mut self, (old, new): (&'d Node, &'d Node), site: Site, what: &str, rules: &Rules) {
        for member in self.members(old, new, what) {
            let parts = ["content", "headers"].contains(&member.key);
            match (member.key, member.old, member.new) {
                ("description", ..) => self.annotation(&member, what),
                (_, Some(old), Some(new)) if parts => {
                    let parts = match member.key {
                        "content" => self.media_types(old, new, what),
                        _ => {
                            let headers = self.members(old, new, what);
                            self.equivalent_headers(headers, what)
                        }
                    };
                    for part in parts {
                        let what = format!("{what} as `{}`", part.key);
                        if let (Some(old), Some(new)) = (part.old, part.new) {
                            let nodes = self.resolve(old, new);
                            self.received_part(nodes, site, &what, rules);
                        } else {
                            self.other_change(&part, &what, rules);
                        }
                    }
                }
                _ => self.other_change(&member, what, rules),
            }
        }
    }

    /// An object with a schema: a media type, a header or a parameter.
    fn received_part(&mut self, (old, new): (&'d Node, &'d Node), site: Site, what: &str, rules: &Rules) {
        self.part_sunset((old, new), what, site);
        for member in self.members(old, new, what) {
            match (member.key, member.old, member.new) {
                ("description" | "example" | "examples", ..) => self.annotation(&member, what),
                ("deprecated", ..) => self.part_deprecated(&member, what, site),
                (SUNSET, ..) => {}
                // The name of a header, by which the two parameters were paired.
                ("name", ..) if member.texts().is_some_and(|(old, new)| old.eq_ignore_ascii_case(new)) => {
                    let message = || format!("the name of {what} {}, which is equivalent", member.difference());
                    self.leaf(rule::WRITTEN_OTHERWISE, &member, message);
                }
                ("schema", Some(old), Some(new)) => self.value((old, new), site, what, Form::Json),
                ("content", Some(old), Some(new)) => {
                    for media in self.media_types(old, new, what) {
                        if let (Some(old), Some(new)) = (media.old, media.new) {
                            self.received_part((old, new), site, what, rules);
                        } else {
                            self.other_change(&media, what, rules);
                        }
                    }
                }
                _ => self.other_change(&member, what, rules),
            }
        }
    }
}
