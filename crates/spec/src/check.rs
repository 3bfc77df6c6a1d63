//! Walking a document along the tables of the [grammar](crate::grammar), and telling where it
//! leaves them.

use std::collections::HashMap;
use std::ops::Range;

use crate::document::{self, Located};
use crate::grammar::{DOCUMENT, Keys, Object, SCHEMA_OR_REFERENCE, Shape};
use crate::node::{Entry, Node, Value};
use crate::{Diagnostic, Diagnostics, Document, Severity, reference, rules};

pub(crate) fn check(document: &Document) -> Diagnostics {
    let mut checker = Checker {
        document,
        findings: Diagnostics::new(),
        comparisons: 1_000_000,
        operation_ids: HashMap::new(),
    };
    let root = Spot {
        node: document.root(),
        entry: None,
        name: "",
    };
    if rules::version(&mut checker, &root) {
        checker.object(&root, &DOCUMENT);
    }
    checker.findings
}

/// A value on the way through a document.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'d> {
    pub(crate) node: &'d Node,
    /// The member whose value it is; none for an item of a list, and for the root.
    pub(crate) entry: Option<&'d Entry>,
    /// The key of that member, or that of the list.
    pub(crate) name: &'d str,
}

impl<'d> Spot<'d> {
    pub(crate) fn member(entry: &'d Entry) -> Self {
        Self {
            node: entry.value(),
            entry: Some(entry),
            name: entry.key(),
        }
    }

    pub(crate) fn item(&self, node: &'d Node) -> Self {
        Self {
            node,
            entry: None,
            name: self.name,
        }
    }

    /// The member of that name, where the value is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.node.entry(key).map(Self::member)
    }

    /// The items, where the value is a list.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> {
        let items = self.node.as_array().unwrap_or_default();
        items.iter().map(|item| self.item(item))
    }

    /// The members, where the value is an object.
    pub(crate) fn members(&self) -> impl Iterator<Item = Self> + use<'d> {
        let entries = self.node.as_object().unwrap_or_default();
        entries.iter().map(Self::member)
    }

    pub(crate) fn span(&self) -> Range<usize> {
        document::span(Located {
            node: self.node,
            key: self.entry.map(Entry::key_span),
            whole: true,
        })
    }

    fn describe(&self) -> String {
        match self.entry {
            Some(_) => format!("`{}`", self.name),
            None if self.name.is_empty() => "the document".to_owned(),
            None => format!("an item of `{}`", self.name),
        }
    }
}

/// The walk, and what it met so far.
pub(crate) struct Checker<'d> {
    pub(crate) document: &'d Document,
    findings: Diagnostics,
    /// How many more names may be compared to find which was meant: thousands of broken references
    /// to thousands of components must not take minutes.
    comparisons: usize,
    /// The place of each `operationId`.
    pub(crate) operation_ids: HashMap<&'d str, Range<usize>>,
}

impl<'d> Checker<'d> {
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// An error at a value.
    pub(crate) fn error(&self, spot: &Spot<'_>, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Error, spot.span(), message)
    }

    /// An error at the key of a member.
    pub(crate) fn key_error(&self, spot: &Spot<'_>, message: impl Into<String>) -> Diagnostic {
        self.at_key(Severity::Error, spot, message)
    }

    /// A warning at the key of a member.
    pub(crate) fn key_warning(&self, spot: &Spot<'_>, message: impl Into<String>) -> Diagnostic {
        self.at_key(Severity::Warning, spot, message)
    }

    fn at_key(&self, severity: Severity, spot: &Spot<'_>, message: impl Into<String>) -> Diagnostic {
        let span = spot.entry.map_or_else(|| spot.span(), Entry::key_span);
        self.finding(severity, span, message)
    }

    pub(crate) fn finding(&self, severity: Severity, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(severity, self.document.source(), Some(span), message)
    }

    /// A value that is not of the kind it has to be.
    pub(crate) fn wrong(&mut self, spot: &Spot<'d>, expected: &str, help: impl FnOnce() -> Option<String>) {
        let what = spot.describe();
        let finding = if *spot.node.value() == Value::Null {
            self.error(spot, format!("{what} has no value, and must be {expected}"))
                .help("write a value, or remove the key")
        } else {
            let found = match spot.node.value() {
                Value::Number(_) => format!("the number {}", self.raw(spot.node)),
                _ => spot.node.kind().to_owned(),
            };
            let finding = self.error(spot, format!("{what} must be {expected}, not {found}"));
            match help() {
                Some(help) => finding.help(help),
                None => finding,
            }
        };
        self.push(finding);
    }

    /// The name that was probably meant.
    pub(crate) fn similar<'n>(&mut self, name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let allowed = match name.chars().count() {
            0 | 65.. => return None,
            1 => 0,
            length => (length / 3).clamp(1, 3),
        };
        let lower = name.to_lowercase();
        let comparisons = &mut self.comparisons;
        names
            .take_while(|_| {
                let some_left = *comparisons > 0;
                *comparisons = comparisons.saturating_sub(1);
                some_left
            })
            .filter(|known| known.len().abs_diff(name.len()) <= 4 * allowed)
            .map(|known| {
                let distance = strsim::damerau_levenshtein(&lower, &known.to_lowercase());
                (distance, known)
            })
            .filter(|(distance, _)| *distance <= allowed)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    }

    /// The text from which a scalar was read.
    fn raw(&self, node: &Node) -> &'d str {
        &self.document.text()[node.span()]
    }

    fn shape(&mut self, spot: &Spot<'d>, shape: &'static Shape) {
        let name = spot.name;
        match shape {
            Shape::Any => {}
            Shape::String => {
                if spot.node.as_str().is_none() {
                    let raw = self.raw(spot.node);
                    let scalar = matches!(spot.node.value(), Value::Bool(_) | Value::Number(_));
                    self.wrong(spot, "a string", || {
                        Some(match spot.entry {
                            Some(_) if scalar => format!("put it in quotes: `{name}: \"{raw}\"`"),
                            None if scalar => format!("put it in quotes: `\"{raw}\"`"),
                            _ => "write text".to_owned(),
                        })
                    });
                }
            }
            Shape::Bool => {
                if spot.node.as_bool().is_none() {
                    let text = spot.node.as_str().unwrap_or_default().to_ascii_lowercase();
                    self.wrong(spot, "`true` or `false`", || match text.as_str() {
                        "true" | "yes" | "on" | "y" => Some(format!("write `{name}: true`")),
                        "false" | "no" | "off" | "n" => Some(format!("write `{name}: false`")),
                        _ => Some(format!("write `{name}: true` or `{name}: false`")),
                    });
                }
            }
            Shape::Number => {
                if spot.node.as_number().is_none() {
                    self.not_a_number(spot, "a number");
                }
            }
            Shape::Count => {
                if !spot.node.as_number().is_some_and(|number| number.is_u64()) {
                    self.not_a_number(spot, "a whole number that is not negative");
                }
            }
            Shape::OneOf(choices) => self.one_of(spot, choices),
            Shape::List(of) => self.list(spot, of),
            Shape::Map(keys, of) => self.map(spot, keys, of),
            Shape::Object(object) => self.object(spot, object),
            Shape::Referable(object) => {
                if spot.node.get("$ref").is_some() {
                    reference::check(self, spot, object);
                } else {
                    self.object(spot, object);
                }
            }
            Shape::SchemaOrBool => match spot.node.value() {
                Value::Bool(_) => {}
                Value::Object(_) => self.shape(spot, &SCHEMA_OR_REFERENCE),
                _ => self.wrong(spot, "`true`, `false` or a schema", || {
                    Some(format!("write `{name}: {{ type: string }}`"))
                }),
            },
            Shape::Type => self.schema_type(spot),
            Shape::Exclusive => {
                if spot.node.as_bool().is_none() {
                    let raw = self.raw(spot.node);
                    let bound = if name == "exclusiveMinimum" {
                        "minimum"
                    } else {
                        "maximum"
                    };
                    let number = spot.node.as_number().is_some();
                    self.wrong(spot, "`true` or `false` in OpenAPI 3.0", || {
                        Some(if number {
                            format!("write `{bound}: {raw}` and `{name}: true`")
                        } else {
                            format!("write the bound as `{bound}`, and `{name}: true`")
                        })
                    });
                }
            }
        }
    }

    fn not_a_number(&mut self, spot: &Spot<'d>, expected: &str) {
        let name = spot.name;
        let number = spot
            .node
            .as_str()
            .filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
        self.wrong(spot, expected, || {
            Some(match number {
                Some(number) => format!("write it without quotes: `{name}: {number}`"),
                None => format!("write a number, as in `{name}: 1`"),
            })
        });
    }

    fn one_of(&mut self, spot: &Spot<'d>, choices: &[&'static str]) {
        let list = quoted_list(choices);
        let Some(text) = spot.node.as_str() else {
            return self.wrong(spot, &format!("one of {list}"), || {
                Some(format!("write `{}: {}`", spot.name, choices[0]))
            });
        };
        if choices.contains(&text) {
            return;
        }
        let name = spot.name;
        let finding = self.error(spot, format!("`{text}` is no value of `{name}`"));
        let meant = self.similar(text, choices.iter().copied());
        self.push(match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help(format!("write one of {list}")),
        });
    }

    fn schema_type(&mut self, spot: &Spot<'d>) {
        const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];
        if let Some(types) = spot.node.as_array() {
            let nullable = types
                .iter()
                .any(|name| name.as_str() == Some("null") || *name.value() == Value::Null);
            let named: Vec<&str> = types
                .iter()
                .filter_map(Node::as_str)
                .filter(|name| *name != "null")
                .collect();
            let finding = self.error(spot, "a list of types came with OpenAPI 3.1");
            let finding = match named.as_slice() {
                [name] if nullable => finding.help(format!("in 3.0 write `type: {name}` and `nullable: true`")),
                [name] => finding.help(format!("in 3.0 write `type: {name}`")),
                [] => finding.help("in 3.0 write one type, as in `type: string`"),
                _ => finding.help("in 3.0 write `oneOf` with a schema for each type"),
            };
            return self.push(finding);
        }
        if spot.node.as_str() == Some("null") {
            let finding = self
                .error(spot, "the type `null` came with OpenAPI 3.1")
                .help("in 3.0 write the type of the other values, and `nullable: true`");
            return self.push(finding);
        }
        self.one_of(spot, &TYPES);
    }

    fn list(&mut self, spot: &Spot<'d>, of: &'static Shape) {
        if spot.node.as_array().is_none() {
            let name = spot.name;
            let raw = self.raw(spot.node);
            let single = spot.node.as_str().is_some_and(|_| !raw.contains('\n'));
            return self.wrong(spot, "a list", || {
                Some(if single {
                    format!("write `{name}: [{raw}]`")
                } else {
                    format!("write `{name}:` and below it the items, each with `- ` before it")
                })
            });
        }
        for item in spot.items() {
            self.shape(&item, of);
        }
    }

    fn map(&mut self, spot: &Spot<'d>, keys: &Keys, of: &'static Shape) {
        if spot.node.as_object().is_none() {
            let name = spot.name;
            return self.wrong(spot, "an object", || {
                Some(format!("write `{name}:` and below it `key: value` lines"))
            });
        }
        for member in spot.members() {
            let extension = member.name.starts_with("x-");
            match keys {
                Keys::Paths | Keys::Statuses if extension => continue,
                Keys::Names => {}
                Keys::Components => rules::component_name(self, &member),
                Keys::Paths => rules::path(self, &member),
                Keys::Statuses => rules::status(self, &member),
                Keys::Expressions => {
                    if !rules::expression(self, &member) {
                        continue;
                    }
                }
            }
            self.shape(&member, of);
        }
        if matches!(keys, Keys::Statuses) && spot.members().all(|m| m.name.starts_with("x-")) {
            let finding = self
                .error(spot, "`responses` names no response")
                .help("write `\"200\": { description: What comes back }`");
            self.push(finding);
        }
    }

    fn object(&mut self, spot: &Spot<'d>, object: &'static Object) {
        if spot.node.as_object().is_none() {
            let expected = match object.name.strip_prefix('`') {
                Some(_) => "an object".to_owned(),
                None => format!("{}, which is an object", object.name),
            };
            return self.wrong(spot, &expected, || {
                let needed = object.fields.iter().map(|field| field.required);
                let mut needed: Vec<&str> = needed.filter(|example| !example.is_empty()).collect();
                if object.component == "schemas" {
                    needed.push("type: string");
                }
                Some(if needed.is_empty() {
                    "write its fields below the key, further in".to_owned()
                } else {
                    format!("write its fields, as in `{{ {} }}`", needed.join(", "))
                })
            });
        }
        for member in spot.members() {
            match object.fields.iter().find(|field| field.name == member.name) {
                Some(field) => self.shape(&member, &field.shape),
                None if member.name.starts_with("x-") => {}
                None => self.unknown(&member, object),
            }
        }
        for field in object.fields {
            if !field.required.is_empty() && spot.node.get(field.name).is_none() {
                let finding = self
                    .error(spot, format!("{} needs `{}`", object.name, field.name))
                    .help(format!("add `{}`", field.required));
                self.push(finding);
            }
        }
        (object.rules)(self, spot);
    }

    fn unknown(&mut self, member: &Spot<'d>, object: &Object) {
        let name = member.name;
        let foreign = object.foreign.iter().find(|(field, _)| *field == name);
        let finding = if name == "$ref" {
            let message = format!("{} cannot be a reference here", object.name);
            self.key_error(member, message)
                .help(foreign.map_or("write it out", |(_, help)| help))
        } else {
            let message = format!("`{name}` is no field of {}, and is ignored", object.name);
            let finding = self.key_warning(member, message);
            let fields = object.fields.iter().map(|field| field.name);
            match (foreign, self.similar(name, fields)) {
                (Some((_, help)), _) => finding.help(*help),
                (None, Some(meant)) => finding.help(format!("did you mean `{meant}`?")),
                (None, None) => finding.help("remove it, or begin its name with `x-` if it is an extension"),
            }
        };
        self.push(finding);
    }
}

/// `a`, `b` or `c`
pub(crate) fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
