//! Content by media type: of bodies, parameters and headers.

use ittybit_spec::Node;

use super::pending::{Form, Pending, Subject};
use super::walk::{Member, Walk};
use crate::change::Kind;
use crate::rule::{self, Site};

impl<'d> Walk<'d> {
    /// Compares the media types of a body.
    pub(super) fn content(&mut self, old: &'d Node, new: &'d Node, at: &Body<'_>) {
        let [_, _, schema_added, schema_removed] = &at.rules;
        let what = at.what;
        for member in self.media_types(old, new, what) {
            let media = member.key;
            let (Some(old), Some(new)) = (member.old, member.new) else {
                self.unpaired_media(&member, at);
                continue;
            };
            let what = format!("{what} as `{media}`");
            let encoding = [old, new].map(|media| media.get("encoding"));
            for member in self.members(old, new, &what) {
                match (member.key, member.old, member.new) {
                    ("schema", Some(old), Some(new)) => {
                        self.pending.push_back(Pending {
                            operation: self.operation.clone(),
                            form: if is_text(media) { Form::Text } else { Form::Json },
                            encoding,
                            ..Pending::new((old, new), at.site, Subject::new(at.what))
                        });
                    }
                    ("schema", ..) => {
                        let (rule, verb) = match member.kind() {
                            Kind::Added => (schema_added, "now has a schema"),
                            _ => (schema_removed, "no longer has a schema"),
                        };
                        self.leaf(rule.clone(), &member, || format!("{what} {verb}"));
                    }
                    ("example" | "examples", ..) => self.annotation(&member, &what),
                    ("encoding", Some(old), Some(new)) => self.encodings(old, new, &what, at.site),
                    ("encoding", ..) => {
                        let message = || format!("the encoding of the parts of {what} {}", member.difference());
                        self.leaf(rule::ENCODING_CHANGED, &member, message);
                    }
                    _ => self.unclassified(&member, &what),
                }
            }
        }
    }

    /// Reports a media type that only one of two bodies has.
    pub(super) fn unpaired_media(&mut self, media: &Member<'d>, at: &Body<'_>) {
        let (rule, words) = match media.kind() {
            Kind::Added => (&at.rules[0], "was added to"),
            _ => (&at.rules[1], "was removed from"),
        };
        let message = || format!("`{}` {words} the media types of {}", media.key, at.what);
        self.leaf(rule.clone(), media, message);
    }

    /// The media types of two bodies: `application/json` is the same as `Application/JSON; charset=utf-8`.
    pub(super) fn media_types(&mut self, old: &'d Node, new: &'d Node, what: &str) -> Vec<Member<'d>> {
        let members = self.members(old, new, &format!("the media types of {what}"));
        self.pair_equivalent(members, media_type, &|name| {
            format!("the media type `{name}` of {what}")
        })
    }

    /// The headers of two lists: `X-Page` is the same as `x-page`.
    pub(super) fn equivalent_headers(&mut self, headers: Vec<Member<'d>>, what: &str) -> Vec<Member<'d>> {
        self.pair_equivalent(headers, str::to_lowercase, &|name| {
            format!("the header `{name}` of {what}")
        })
    }

    /// Pairs the members whose names are written otherwise, and are equal in their normal form.
    fn pair_equivalent(
        &mut self,
        mut members: Vec<Member<'d>>,
        normal: fn(&str) -> String,
        named: &dyn Fn(&str) -> String,
    ) -> Vec<Member<'d>> {
        let mut at = 0;
        while at < members.len() {
            let member = members[at];
            let other = members.iter().position(|other| {
                member.new.is_none() && other.old.is_none() && normal(other.key) == normal(member.key)
            });
            if let Some(other) = other {
                let other = members.remove(other);
                // Added members are behind all others, so this does not change `at`.
                let known = &mut members[at];
                known.new = other.new;
                let (places, was) = (known.places(), known.key);
                known.key = other.key;
                let message = format!("{} is written `{}` now, which is equivalent", named(was), other.key);
                self.report(rule::WRITTEN_OTHERWISE, Kind::Changed, places, message);
            }
            at += 1;
        }
        members
    }

    /// Compares how the properties of a form are encoded.
    fn encodings(&mut self, old: &'d Node, new: &'d Node, what: &str, site: Site) {
        for property in self.members(old, new, &format!("the encoding of {what}")) {
            let name = property.key;
            let (Some(old), Some(new)) = (property.old, property.new) else {
                let message = || format!("the encoding of `{name}` of {what} {}", property.difference());
                self.leaf(rule::ENCODING_CHANGED, &property, message);
                continue;
            };
            let what = format!("`{name}` of {what}");
            for member in self.members(old, new, &what) {
                match member.key {
                    "headers" if member.is_map() => {
                        let headers = self.entries(&member);
                        for header in self.equivalent_headers(headers, &what) {
                            self.encoding_header(&header, &what, site);
                        }
                    }
                    "contentType"
                        if member
                            .texts()
                            .is_some_and(|(old, new)| media_types(old) == media_types(new)) =>
                    {
                        let message =
                            || format!("`contentType` of {what} {}, which is equivalent", member.difference());
                        self.leaf(rule::WRITTEN_OTHERWISE, &member, message);
                    }
                    "contentType" | "style" | "explode" | "allowReserved" | "headers" => {
                        let message = || format!("`{}` in the encoding of {what} {}", member.key, member.difference());
                        self.leaf(rule::ENCODING_CHANGED, &member, message);
                    }
                    _ => self.unclassified(&member, &what),
                }
            }
        }
    }

    /// Compares a header of a part of a body.
    fn encoding_header(&mut self, header: &Member<'d>, what: &str, site: Site) {
        let what = format!("the header `{}` of {what}", header.key);
        let (Some(old), Some(new)) = (header.old, header.new) else {
            let message = || format!("{what} {}", header.difference());
            return self.leaf(rule::ENCODING_CHANGED, header, message);
        };
        let (old, new) = self.resolve(old, new);
        for member in self.members(old, new, &what) {
            match (member.key, member.old, member.new) {
                ("description" | "example" | "examples", ..) => self.annotation(&member, &what),
                ("schema", Some(old), Some(new)) => self.value((old, new), site.inner(), &what, Form::Text),
                _ => {
                    let message = || format!("`{}` of {what} {}", member.key, member.difference());
                    self.leaf(rule::ENCODING_CHANGED, &member, message);
                }
            }
        }
    }
}

/// A body: its name in messages, and its rules.
pub(super) struct Body<'w> {
    pub(super) what: &'w str,
    pub(super) site: Site,
    /// For a media type that was added or removed, and a schema that was added or removed.
    pub(super) rules: [rule::Rule; 4],
}

/// Whether a body of this media type is text, in which a number is written like a string.
fn is_text(media: &str) -> bool {
    let media = media_type(media);
    media == "application/x-www-form-urlencoded" || media.starts_with("multipart/") || media.starts_with("text/plain")
}

/// Whether the encoding of a form writes a property as JSON.
pub(super) fn is_json_part(encoding: &Node, property: &str) -> bool {
    let text = encoding
        .get(property)
        .and_then(|part| part.get("contentType")?.as_str());
    let types = text.map(media_types).unwrap_or_default();
    types
        .iter()
        .filter_map(|media| media.split(';').next())
        .any(|media| media == "application/json" || media.ends_with("+json"))
}

/// Media types between commas, in their normal form.
fn media_types(list: &str) -> Vec<String> {
    list.split(',').map(|media| media_type(media.trim())).collect()
}

/// A media type in its normal form: names in lower case, with sorted parameters, and without `charset=utf-8`, which
/// is the default. The values of parameters have a case, except a charset.
pub(super) fn media_type(media: &str) -> String {
    let mut parts = media.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_lowercase();
    let mut parameters: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim().to_lowercase(), value.trim().replace('"', ""));
            match name.as_str() {
                "charset" => format!(";charset={}", value.to_lowercase()),
                _ => format!(";{name}={value}"),
            }
        })
        .filter(|part| part != ";charset=utf-8")
        .collect();
    parameters.sort_unstable();
    media + &parameters.concat()
}
