//! Parameters and request bodies.

use std::borrow::Cow;

use indexmap::IndexMap;
use ittybit_spec::Node;

use super::content::Body;
use super::deprecation::SUNSET;
use super::path::Operation;
use super::pending::Form;
use super::side::Side;
use super::view::is_scalar;
use super::walk::{Member, REQUIRED, Walk};
use crate::change::Kind;
use crate::rule::{self, Site};

/// The parameters of an operation, by location (`in`) and name; names of headers in lower case.
pub(super) type Parameters<'d> = IndexMap<(&'d str, Cow<'d, str>), (&'d str, &'d Node)>;

impl<'d> Walk<'d> {
    pub(super) fn parameters(&mut self, old: &Operation<'d>, new: &Operation<'d>) {
        let old_parameters = self.effective(old, self.old);
        let mut new_parameters = self.effective(new, self.new);
        let variables: Vec<(&str, &str)> = old.variables().into_iter().zip(new.variables()).collect();
        for ((place, key), (name, node)) in &old_parameters {
            let in_path = *place == "path";
            let renamed = variables.iter().find(|(old, _)| in_path && old == name);
            let new_key = renamed.map_or(key.clone(), |(_, new)| Cow::Borrowed(*new));
            let Some((new_name, other)) = new_parameters.shift_remove(&(*place, new_key)) else {
                self.mark_compared(Some(node));
                let (rule, when) = self.removed_parameter(node);
                let message = format!("the {place} parameter `{name}` was removed{when}");
                let places = (*node, new.node);
                self.report(rule, Kind::Removed, places, message);
                continue;
            };
            if new_name != *name && !in_path {
                let message =
                    format!("the {place} parameter `{name}` is written `{new_name}` now, which is equivalent");
                let places = (*node, other);
                self.report(rule::WRITTEN_OTHERWISE, Kind::Changed, places, message);
            } else if new_name != *name {
                let message = format!("the path parameter `{name}` was renamed to `{new_name}`");
                self.report(rule::PATH_PARAMETER_RENAMED, Kind::Changed, (*node, other), message);
            }
            let what = format!("the {place} parameter `{new_name}`");
            let form = self.style(node, other, place, &what);
            self.part((node, other), &what, Site::Parameter, form);
        }
        for ((place, _), (name, node)) in new_parameters {
            self.mark_compared(Some(node));
            let required = node.get("required").and_then(Node::as_bool) == Some(true);
            let rule = match (place, required) {
                ("path", _) => rule::PARAMETER_ADDED_PATH,
                (_, true) => rule::PARAMETER_ADDED_REQUIRED,
                (_, false) => rule::PARAMETER_ADDED_OPTIONAL,
            };
            let which = if required { "required" } else { "optional" };
            let message = format!("the {which} {place} parameter `{name}` was added");
            self.report(rule, Kind::Added, (old.node, node), message);
        }
    }

    /// The parameters of an operation and those of its path, which the operation may override.
    fn effective(&mut self, operation: &Operation<'d>, side: &Side<'d>) -> Parameters<'d> {
        self.all_parameters([operation.item, operation.node], side)
    }

    pub(super) fn all_parameters(&mut self, nodes: [&'d Node; 2], side: &Side<'d>) -> Parameters<'d> {
        let mut parameters = Parameters::new();
        for list in nodes {
            let Some(list) = list.get("parameters").filter(|list| list.as_array().is_some()) else {
                continue;
            };
            self.mark_visited(list);
            for node in list.as_array().unwrap_or_default() {
                let Some(parameter) = side.references.resolve(node) else {
                    continue;
                };
                let text = |key| parameter.get(key).and_then(Node::as_str);
                // The sweep reports a difference of a malformed parameter.
                let (Some(place), Some(name)) = (text("in"), text("name")) else {
                    continue;
                };
                if let Some(reference) = node.get("$ref") {
                    self.mark_visited(node);
                    self.mark_compared(Some(reference));
                }
                let key = match place {
                    "header" => Cow::Owned(name.to_lowercase()),
                    _ => Cow::Borrowed(name),
                };
                parameters.insert((place, key), (name, parameter));
            }
        }
        parameters
    }

    /// Compares two parameters, or two headers.
    pub(super) fn part(&mut self, (old, new): (&'d Node, &'d Node), what: &str, site: Site, form: Form) {
        let is_parameter = site == Site::Parameter;
        let (required, form_changed, rules) = match is_parameter {
            true => (
                [rule::PARAMETER_BECAME_REQUIRED, rule::PARAMETER_BECAME_OPTIONAL],
                rule::PARAMETER_FORM_CHANGED,
                [
                    rule::PARAMETER_MEDIA_TYPE_ADDED,
                    rule::PARAMETER_MEDIA_TYPE_REMOVED,
                    rule::PARAMETER_SCHEMA_ADDED,
                    rule::PARAMETER_SCHEMA_REMOVED,
                ],
            ),
            false => (
                [rule::HEADER_BECAME_REQUIRED, rule::HEADER_BECAME_OPTIONAL],
                rule::HEADER_FORM_CHANGED,
                [
                    rule::HEADER_MEDIA_TYPE_ADDED,
                    rule::HEADER_MEDIA_TYPE_REMOVED,
                    rule::HEADER_SCHEMA_ADDED,
                    rule::HEADER_SCHEMA_REMOVED,
                ],
            ),
        };
        let at = Body { what, site, rules };
        self.part_sunset((old, new), what, site);
        for member in self.members(old, new, what) {
            match (member.key, member.old, member.new) {
                // Equal, or reported by `parameters`: they identify the parameter.
                ("name" | "in", ..) if is_parameter => self.mark_member(&member),
                ("description" | "example" | "examples", ..) => self.annotation(&member, what),
                ("required", ..) => self.flag(&member, what, required.clone(), REQUIRED),
                ("deprecated", ..) => self.part_deprecated(&member, what, site),
                (SUNSET, ..) => {}
                ("style" | "explode", ..) if is_parameter => {}
                ("allowReserved" | "allowEmptyValue", ..) if is_parameter => {
                    if self.switched(&member, what).is_some() {
                        self.unclassified(&member, what);
                    }
                }
                ("schema", Some(old), Some(new)) => self.value((old, new), site, what, form),
                ("content", Some(old), Some(new)) => self.content(old, new, &at),
                // The `content` that replaces it is reported.
                ("schema", ..) if old.get("content").or(new.get("content")).is_some() => self.mark_member(&member),
                ("schema" | "content", ..) => {
                    let message = || format!("`{}` of {what} {}", member.key, member.difference());
                    self.leaf(form_changed.clone(), &member, message);
                }
                _ => self.unclassified(&member, what),
            }
        }
    }

    /// Compares `style` and `explode` with their defaults. Returns how the values are written.
    fn style(&mut self, old: &'d Node, new: &'d Node, place: &str, what: &str) -> Form {
        let style = |node: &'d Node| {
            let style = match node.get("style") {
                Some(style) => style.as_str()?,
                None if matches!(place, "query" | "cookie") => "form",
                None => "simple",
            };
            let explode = match node.get("explode") {
                Some(explode) => explode.as_bool()?,
                None => style == "form",
            };
            Some((style, explode))
        };
        let (Some(was), Some(is)) = (style(old), style(new)) else {
            // Not a valid style: the sweep reports a difference.
            return Form::Parameter;
        };
        for node in [old, new] {
            self.mark_compared(node.get("style"));
            self.mark_compared(node.get("explode"));
        }
        if was != is {
            let words = |(style, explode)| {
                let exploded = if explode { "exploded" } else { "not exploded" };
                format!("`{style}`, {exploded}")
            };
            let key = if was.0 == is.0 { "explode" } else { "style" };
            let places = (old.get(key).unwrap_or(old), new.get(key).unwrap_or(new));
            let message = format!("{what} was written as {}, and is written as {}", words(was), words(is));
            // A single value is written the same with and without `explode`.
            let is_one = was.0 == is.0 && is_one_value(old, self.old) && is_one_value(new, self.new);
            let rule = match is_one {
                true => rule::WRITTEN_OTHERWISE,
                false => rule::PARAMETER_STYLE_CHANGED,
            };
            self.report(rule, Kind::Changed, places, message);
        }
        match (was, is) {
            (("form", _), ("form", true)) if place == "query" => Form::Exploded,
            _ => Form::Parameter,
        }
    }

    pub(super) fn request_body(&mut self, member: &Member<'d>) {
        let what = "the request body";
        let (Some(old_body), Some(new_body)) = (member.old, member.new) else {
            let side = if member.kind() == Kind::Added {
                self.new
            } else {
                self.old
            };
            let body = member.old.or(member.new).and_then(|body| side.references.resolve(body));
            let required = body.and_then(|body| body.get("required")).and_then(Node::as_bool) == Some(true);
            let (rule, words) = match (member.kind(), required) {
                (Kind::Added, true) => (rule::BODY_ADDED_REQUIRED, "a request body is required now"),
                (Kind::Added, false) => (rule::BODY_ADDED_OPTIONAL, "a request body may be sent now"),
                _ => (rule::BODY_REMOVED, "the request body was removed"),
            };
            return self.leaf(rule, member, || words.to_owned());
        };
        let (old_body, new_body) = self.resolve(old_body, new_body);
        for member in self.members(old_body, new_body, what) {
            match (member.key, member.old, member.new) {
                ("description", ..) => self.annotation(&member, what),
                ("required", ..) => {
                    let rules = [rule::BODY_BECAME_REQUIRED, rule::BODY_BECAME_OPTIONAL];
                    self.flag(&member, what, rules, REQUIRED);
                }
                ("content", Some(old_content), Some(new_content)) => {
                    let at = Body {
                        what,
                        site: Site::RequestBody,
                        rules: [
                            rule::BODY_MEDIA_TYPE_ADDED,
                            rule::BODY_MEDIA_TYPE_REMOVED,
                            rule::BODY_SCHEMA_ADDED,
                            rule::BODY_SCHEMA_REMOVED,
                        ],
                    };
                    self.content(old_content, new_content, &at);
                }
                _ => self.unclassified(&member, what),
            }
        }
    }
}

/// Whether the value of a parameter is neither a list nor an object.
fn is_one_value<'d>(parameter: &'d Node, side: &Side<'d>) -> bool {
    let types = parameter
        .get("schema")
        .and_then(|schema| side.folded(&[schema]).types());
    types.is_some_and(|types| types.iter().all(|name| is_scalar(name)))
}
