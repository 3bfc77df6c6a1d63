//! Checks a document against the tables of the [grammar](crate::grammar), and decides how parts that do not
//! match them are read.
//!
//! Many documents break the rules. It is an error where a client would send or read something wrong. Everything
//! else is read in a fixed way, such as left out, which a warning reports.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::short;
use crate::document::{self, Located};
use crate::fix::{self, Fixes, address};
use crate::grammar::{DOCUMENT, Field, Keys, Missing, Object, SCHEMA, Shape, Version};
use crate::node::{self, Entry, Node, Value};
use crate::source::Source;
use crate::walk::{self, Kind};
use crate::{Diagnostic, Diagnostics, Document, Severity, number, reference, rules};

/// The findings, and the fixes that lowering has to apply.
pub(crate) struct Checked {
    pub(crate) findings: Diagnostics,
    pub(crate) fixes: Fixes,
    pub(crate) version: Version,
}

pub(crate) fn check(document: &Document) -> Checked {
    let root = Spot {
        node: document.root(),
        entry: None,
        name: "",
    };
    let mut checker = Checker {
        document,
        version: Version::V30,
        findings: document.findings.clone(),
        fixes: Fixes::default(),
        comparisons: 1_000_000,
        operation_ids: HashMap::new(),
        checked: HashSet::new(),
        elsewhere: Vec::new(),
    };
    if let Some(version) = rules::version::check(&mut checker, &root) {
        checker.version = version;
        checker.object(&root, &DOCUMENT);
        while let Some((spot, shape)) = checker.elsewhere.pop() {
            let name = walk::object(shape).map_or("a callback", |object| object.name);
            let new = checker.checked.insert((address(spot.node), name));
            if new {
                checker.shape(&spot, shape);
            }
        }
    }
    Checked {
        findings: checker.findings,
        fixes: checker.fixes,
        version: checker.version,
    }
}

/// A value of the document, with the member or the list that contains it.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'d> {
    pub(crate) node: &'d Node,
    /// The member whose value it is; `None` for an item of a list, and for the root.
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

    /// The key of the member whose value it is, or the value itself.
    pub(crate) fn key_span(&self) -> Range<usize> {
        self.entry.map_or_else(|| self.span(), Entry::key_span)
    }

    pub(crate) fn describe(&self) -> String {
        match self.entry {
            Some(_) => format!("`{}`", short(self.name)),
            None if self.name.is_empty() => "the document".to_owned(),
            None => format!("an item of `{}`", self.name),
        }
    }
}

/// The state of a check.
pub(crate) struct Checker<'d> {
    pub(crate) document: &'d Document,
    pub(crate) version: Version,
    findings: Diagnostics,
    pub(crate) fixes: Fixes,
    /// The number of names that may still be compared for "did you mean": thousands of broken references to
    /// thousands of components must not take minutes.
    comparisons: usize,
    /// The position of each `operationId`.
    pub(crate) operation_ids: HashMap<&'d str, Range<usize>>,
    /// The objects that were checked, by their address and the name of their kind.
    checked: HashSet<(usize, &'static str)>,
    /// The targets of references that are not components, which are checked at the end.
    elsewhere: Vec<(Spot<'d>, &'static Shape)>,
}

/// How a value that breaks a rule is read.
pub(crate) enum Decision {
    /// It is an error: no correct client can be generated.
    Refused,
    LeftOut,
    /// As another value.
    ReadAs(Value),
    /// As a list with the value as its only item.
    Listed,
    /// As it is: [lowering](crate::lower) can handle it.
    Kept,
}

impl<'d> Checker<'d> {
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// An error at a value.
    pub(crate) fn error(&self, spot: &Spot<'_>, code: &'static str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Error, spot.span(), code, message)
    }

    /// A warning at a value.
    pub(crate) fn warning(&self, spot: &Spot<'_>, code: &'static str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Warning, spot.span(), code, message)
    }

    /// An error at the key of a member.
    pub(crate) fn key_error(&self, spot: &Spot<'_>, code: &'static str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Error, spot.key_span(), code, message)
    }

    /// A warning at the key of a member.
    pub(crate) fn key_warning(&self, spot: &Spot<'_>, code: &'static str, message: impl Into<String>) -> Diagnostic {
        self.finding(Severity::Warning, spot.key_span(), code, message)
    }

    pub(crate) fn finding(
        &self,
        severity: Severity,
        span: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Diagnostic {
        let source = self.document.source_at(span.start);
        Diagnostic::new(severity, source, Some(span), message).code(code)
    }

    /// The file that contains a range, for a second place of a finding.
    pub(crate) fn source(&self, span: &Range<usize>) -> &'d Arc<Source> {
        self.document.source_at(span.start)
    }

    /// Records a decision, and reports it.
    pub(crate) fn decide(&mut self, spot: &Spot<'d>, decision: Decision, finding: Diagnostic) {
        let finding = match decision {
            Decision::Refused => finding.severe(Severity::Error),
            Decision::Kept => finding,
            Decision::LeftOut => {
                self.fixes.leave_out(spot.node);
                finding.label("left out")
            }
            Decision::Listed => {
                self.fixes.list(spot.node);
                finding.label("read as a list with this item")
            }
            Decision::ReadAs(value) => {
                let json = Node::new(0..0, value.clone()).to_json().to_string();
                self.fixes.read_as(spot.node, value);
                match json.chars().count() {
                    0..=60 => finding.label(format!("read as `{json}`")),
                    _ => finding,
                }
            }
        };
        self.push(finding);
    }

    /// Reports a value of the wrong kind.
    pub(crate) fn wrong(
        &mut self,
        spot: &Spot<'d>,
        expected: &str,
        decision: Decision,
        help: impl FnOnce() -> Option<String>,
    ) {
        const CODE: &str = "value-kind";
        let what = spot.describe();
        if *spot.node.value() == Value::Null {
            let finding = self
                .warning(spot, CODE, format!("{what} has no value, and must be {expected}"))
                .help("write a value, or remove the key");
            let decision = match decision {
                Decision::Refused | Decision::Kept => Decision::LeftOut,
                other => other,
            };
            return self.decide(spot, decision, finding);
        }
        let found = match spot.node.value() {
            Value::Number(_) => format!("the number {}", self.document.raw(spot.node)),
            _ => spot.node.kind().to_owned(),
        };
        let finding = self.warning(spot, CODE, format!("{what} must be {expected}, not {found}"));
        let finding = match help() {
            Some(help) => finding.help(help),
            None => finding,
        };
        self.decide(spot, decision, finding);
    }

    /// The most similar of some names, if one is similar enough to be meant.
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

    pub(crate) fn shape(&mut self, spot: &Spot<'d>, shape: &'static Shape) {
        match shape {
            Shape::Any => {}
            Shape::String => self.string(spot),
            Shape::Bool => self.bool(spot),
            Shape::Number => {
                if spot.node.as_number().is_none() {
                    self.not_a_number(spot, "a number");
                }
            }
            Shape::Count => {
                if !spot.node.as_number().is_some_and(serde_json::Number::is_u64) {
                    self.not_a_number(spot, "a whole number that is not negative");
                }
            }
            Shape::OneOf(choices) => self.one_of(spot, choices),
            Shape::List(of) => self.list(spot, of),
            Shape::Map(keys, of) => self.map(spot, keys, of, shape),
            Shape::Object(object) => self.object(spot, object),
            Shape::Referable(object) => self.referable(spot, object, shape),
            Shape::SchemaOrBool => match spot.node.value() {
                Value::Bool(_) => {}
                Value::Object(_) => self.referable(spot, &SCHEMA, &SCHEMA_REFERENCE),
                Value::String(text) if matches!(text.as_str(), "true" | "false") => {
                    let value = Value::Bool(text == "true");
                    self.wrong(spot, "`true`, `false` or a schema", Decision::ReadAs(value), || {
                        Some(format!("write `{}: {text}`", spot.name))
                    });
                }
                _ => self.wrong(spot, "`true`, `false` or a schema", Decision::LeftOut, || {
                    Some(format!("write `{}: {{ type: string }}`", spot.name))
                }),
            },
            Shape::SchemaName => self.string(spot),
            Shape::Type => rules::schema_type::check(self, spot),
            Shape::Exclusive => rules::exclusive::check(self, spot),
        }
    }

    fn referable(&mut self, spot: &Spot<'d>, object: &'static Object, shape: &'static Shape) {
        if spot.node.get("$ref").is_none() {
            return self.object(spot, object);
        }
        reference::check(self, spot, object, shape);
        // Siblings of `$ref` have an effect in 3.1, and in a path item in all versions.
        if object.kind == Kind::PathItem || object.kind == Kind::Schema && self.version == Version::V31 {
            self.object(spot, object);
        }
    }

    /// Adds the target of a reference to those that are checked at the end, if they were not checked before.
    pub(crate) fn elsewhere(&mut self, target: &'d Node, name: &'d str, shape: &'static Shape) {
        let spot = Spot {
            node: target,
            entry: None,
            name,
        };
        self.elsewhere.push((spot, shape));
    }

    fn string(&mut self, spot: &Spot<'d>) {
        if spot.node.as_str().is_some() {
            return;
        }
        let name = spot.name;
        let raw = self.document.raw(spot.node);
        let scalar = matches!(spot.node.value(), Value::Bool(_) | Value::Number(_));
        let decision = match scalar {
            true => Decision::ReadAs(Value::String(raw.to_owned())),
            false => Decision::LeftOut,
        };
        self.wrong(spot, "a string", decision, || {
            Some(match spot.entry {
                Some(_) if scalar => format!("put it in quotes: `{name}: \"{raw}\"`"),
                None if scalar => format!("put it in quotes: `\"{raw}\"`"),
                _ => "write text".to_owned(),
            })
        });
    }

    fn bool(&mut self, spot: &Spot<'d>) {
        if spot.node.as_bool().is_some() {
            return;
        }
        let name = spot.name;
        let text = spot.node.as_str().unwrap_or_default().to_ascii_lowercase();
        let meant = match text.as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        };
        let decision = meant.map_or(Decision::LeftOut, |meant| Decision::ReadAs(Value::Bool(meant)));
        self.wrong(spot, "`true` or `false`", decision, || {
            Some(match meant {
                Some(meant) => format!("write `{name}: {meant}`"),
                None => format!("write `{name}: true` or `{name}: false`"),
            })
        });
    }

    fn not_a_number(&mut self, spot: &Spot<'d>, expected: &str) {
        let name = spot.name;
        let text = spot.node.as_str();
        let number = match text {
            Some(text) => number::parse(text.trim()).ok().flatten(),
            None => spot.node.as_number().cloned(),
        };
        // `1.0` is a whole number.
        let number = number.filter(|_| expected == "a number" || text.is_some()).or_else(|| {
            let number = spot.node.as_number()?.as_f64()?;
            let whole = number.fract() == 0.0 && (0.0..9e15).contains(&number);
            whole.then(|| (number as u64).into())
        });
        let number = number.filter(|number| expected == "a number" || number.is_u64());
        let decision = match &number {
            Some(number) => Decision::ReadAs(Value::Number(number.clone())),
            None => Decision::LeftOut,
        };
        self.wrong(spot, expected, decision, || {
            Some(match number {
                Some(number) => format!("write it without quotes: `{name}: {number}`"),
                None => format!("write a number, as in `{name}: 1`"),
            })
        });
    }

    pub(crate) fn one_of(&mut self, spot: &Spot<'d>, choices: &[&'static str]) {
        const CODE: &str = "value-unknown";
        let list = quoted_list(choices);
        // The place of a parameter in a request cannot be guessed.
        let vital = spot.name == "in" && choices.contains(&"path");
        let Some(text) = spot.node.as_str() else {
            let decision = if vital { Decision::Refused } else { Decision::LeftOut };
            return self.wrong(spot, &format!("one of {list}"), decision, || {
                Some(format!("write `{}: {}`", spot.name, choices[0]))
            });
        };
        if choices.contains(&text) {
            return;
        }
        let message = format!("`{}` is not a value of `{}`", short(text), spot.name);
        let finding = self.warning(spot, CODE, message);
        let same = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text.trim()));
        let meant = self.similar(text, choices.iter().copied());
        let decision = match same {
            Some(choice) => Decision::ReadAs(Value::String((*choice).to_owned())),
            // A misspelt value has one obvious meaning: to leave it out would be wrong.
            None if vital || meant.is_some() => Decision::Refused,
            None => Decision::LeftOut,
        };
        let finding = match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help(format!("write one of {list}")),
        };
        self.decide(spot, decision, finding);
    }

    fn list(&mut self, spot: &Spot<'d>, of: &'static Shape) {
        if spot.node.as_array().is_none() {
            let name = spot.name;
            let raw = self.document.raw(spot.node);
            let scalar = matches!(spot.node.value(), Value::String(_) | Value::Number(_) | Value::Bool(_));
            // A single value where a list of such values is required is read as a list with one item.
            let one = match of {
                Shape::Any | Shape::String => spot.node.as_str().is_some() || scalar && matches!(of, Shape::Any),
                _ => {
                    spot.node.as_object().is_some()
                        && ["security", "servers", "tags", "allOf", "oneOf", "anyOf"].contains(&name)
                }
            };
            let decision = match one {
                true => Decision::Listed,
                false => Self::vital(name),
            };
            if one {
                self.shape(&spot.item(spot.node), of);
            }
            return self.wrong(spot, "a list", decision, || {
                Some(if scalar && !raw.contains('\n') && raw.len() < 80 {
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

    /// How a value that must be a list or an object, but is not, is read. Without some fields, requests would
    /// be wrong.
    fn vital(name: &str) -> Decision {
        match name {
            "paths" | "parameters" | "requestBody" => Decision::Refused,
            _ => Decision::LeftOut,
        }
    }

    fn map(&mut self, spot: &Spot<'d>, keys: &Keys, of: &'static Shape, shape: &'static Shape) {
        if spot.node.as_object().is_none() {
            let name = spot.name;
            // PHP writes an empty object as an empty list.
            let empty = spot.node.as_array().is_some_and(<[Node]>::is_empty);
            let decision = match empty {
                true => Decision::ReadAs(Value::Object(node::Object::of(Vec::new()))),
                false => Self::vital(name),
            };
            return self.wrong(spot, "an object", decision, || {
                Some(format!("write `{name}:` and below it `key: value` lines"))
            });
        }
        if walk::is_callback(shape) && spot.node.get("$ref").is_some() {
            return reference::check_callback(self, spot, shape);
        }
        for member in spot.members() {
            if !keys.contains(member.name) {
                if matches!(keys, Keys::Expressions) {
                    self.fixes.leave_out(member.node);
                }
                continue;
            }
            match keys {
                Keys::Names | Keys::Expressions => {}
                Keys::Components => rules::component_name::check(self, &member),
                Keys::Paths => rules::path::check(self, &member),
                Keys::Statuses => rules::status::check(self, &member),
            }
            self.shape(&member, of);
        }
        if matches!(keys, Keys::Statuses) {
            rules::status::check_all(self, spot);
        }
    }

    fn object(&mut self, spot: &Spot<'d>, object: &'static Object) {
        if spot.node.as_object().is_none() {
            return self.not_an_object(spot, object);
        }
        self.checked.insert((address(spot.node), object.name));
        for member in spot.members() {
            match object.field(member.name, Some(self.version)) {
                Some(field) => self.shape(&member, &field.shape),
                None if member.name.starts_with("x-") => {}
                // Keywords of a schema in a parameter, as in OpenAPI 2.
                None if rules::parameter::is_openapi_2_field(spot, object, member.name) => {}
                None => self.unknown(&member, object),
            }
        }
        if spot.node.get("$ref").is_some() && !matches!(object.kind, Kind::Other | Kind::Document) {
            // The required fields are in the target of the reference.
            return;
        }
        for field in object.fields {
            self.missing(spot, object, field);
        }
        (object.rules)(self, spot);
    }

    fn missing(&mut self, spot: &Spot<'d>, object: &'static Object, field: &'static Field) {
        let existing = spot.node.get(field.name);
        if existing.is_some_and(|value| !self.fixes.is_left_out(value)) {
            return;
        }
        let Some(example) = field.missing.example() else { return };
        let value = |json: &str| {
            // The tables have no other values than an empty string and an empty object.
            let value = match json {
                "{}" => Value::Object(node::Object::of(Vec::new())),
                _ => Value::String(String::new()),
            };
            Node::new(spot.node.span(), value)
        };
        let finding = self
            .warning(spot, "field-missing", format!("{} needs `{}`", object.name, field.name))
            .help(format!("add `{example}`"));
        match field.missing {
            Missing::Allowed => {}
            Missing::Error(_) => self.decide(spot, Decision::Refused, finding),
            Missing::LeftOut(_) => self.decide(spot, Decision::LeftOut, finding),
            Missing::ReadAs(_, json) | Missing::ReadAsIn30(_, json) => {
                self.fixes.add(spot.node, field.name, value(json));
                let needed = self.version == Version::V30 || matches!(field.missing, Missing::ReadAs(..));
                // A value that is left out was already reported.
                if needed && existing.is_none() {
                    self.push(finding);
                }
            }
        }
    }

    /// Reports a value that must be an object, but is not.
    fn not_an_object(&mut self, spot: &Spot<'d>, object: &'static Object) {
        let empty = || Value::Object(node::Object::of(Vec::new()));
        let null = *spot.node.value() == Value::Null;
        let decision = match object.kind {
            Kind::Schema => match spot.node.value() {
                Value::Bool(_) if self.version == Version::V31 => return,
                // A schema of 3.1, which lowering converts.
                Value::Bool(_) => Decision::Kept,
                Value::Null if spot.entry.is_none() => Decision::LeftOut,
                Value::String(text) if rules::schema_type::TYPES.contains(&text.as_str()) => {
                    let kind = ("type", Value::String(text.clone()));
                    Decision::ReadAs(fix::object(spot.node, vec![kind]).value().clone())
                }
                _ => Decision::ReadAs(empty()),
            },
            Kind::MediaType | Kind::Encoding | Kind::Response => Decision::ReadAs(empty()),
            Kind::PathItem | Kind::Operation | Kind::Parameter | Kind::RequestBody | Kind::Document if !null => {
                Decision::Refused
            }
            _ => Decision::LeftOut,
        };
        // PHP writes an empty object as an empty list.
        let decision = match spot.node.as_array() {
            Some([]) => Decision::ReadAs(empty()),
            _ => decision,
        };
        let expected = match object.name.strip_prefix('`') {
            Some(_) => "an object".to_owned(),
            None => format!("{}, which is an object", object.name),
        };
        self.wrong(spot, &expected, decision, || {
            let needed = object.fields.iter().filter_map(|field| field.missing.example());
            let mut needed: Vec<&str> = needed.collect();
            if object.kind == Kind::Schema {
                needed.push("type: string");
            }
            Some(if needed.is_empty() {
                "write its fields below the key, indented".to_owned()
            } else {
                format!("write its fields, as in `{{ {} }}`", needed.join(", "))
            })
        });
    }

    fn unknown(&mut self, member: &Spot<'d>, object: &'static Object) {
        let name = member.name;
        if name == "$ref" && object.kind != Kind::Document {
            if object.component.is_empty() {
                reference::check_inlined(self, member, object);
            }
            return;
        }
        let foreign = object.foreign.iter().find(|(field, _)| *field == name);
        let message = format!("`{}` is not a field of {}, and is ignored", short(name), object.name);
        let finding = self.key_warning(member, "field-unknown", message);
        let fields = object.fields.iter().map(|field| field.name);
        let finding = match (foreign, self.similar(name, fields)) {
            (Some((_, help)), _) => finding.help(*help),
            (None, Some(meant)) => finding.help(format!("did you mean `{meant}`?")),
            (None, None) => finding.help("remove it, or begin its name with `x-` if it is an extension"),
        };
        self.push(finding);
    }
}

static SCHEMA_REFERENCE: Shape = Shape::Referable(&SCHEMA);

/// `a`, `b` or `c`
pub(crate) fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
