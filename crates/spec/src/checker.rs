//! What the rules of OpenAPI need: the value to check, the findings, and how a value that breaks a rule is read.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::short;
use crate::document::{self, Located};
use crate::fix::Fixes;
use crate::grammar::{Shape, Version};
use crate::node::{Entry, Node, Value};
use crate::source::Source;
use crate::{Diagnostic, Diagnostics, Document, Severity};

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
    pub(crate) findings: Diagnostics,
    pub(crate) fixes: Fixes,
    /// The number of names that may still be compared for "did you mean": thousands of broken references to
    /// thousands of components must not take minutes.
    comparisons: usize,
    /// The position of each `operationId`.
    pub(crate) operation_ids: HashMap<&'d str, Range<usize>>,
    /// The objects that were checked, by their address and the name of their kind.
    pub(crate) checked: HashSet<(usize, &'static str)>,
    /// Values that are checked at the end, such as the targets of references that are not components.
    pub(crate) later: Vec<(Spot<'d>, &'static Shape)>,
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
    pub(crate) fn new(document: &'d Document) -> Self {
        Self {
            document,
            version: Version::V30,
            findings: document.findings.clone(),
            fixes: Fixes::default(),
            comparisons: 1_000_000,
            operation_ids: HashMap::new(),
            checked: HashSet::new(),
            later: Vec::new(),
        }
    }

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
    pub(crate) fn wrong(&mut self, spot: &Spot<'d>, expected: &str, decision: Decision, help: impl FnOnce() -> String) {
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
        self.decide(spot, decision, finding.help(help()));
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

    pub(crate) fn one_of(&mut self, spot: &Spot<'d>, choices: &[&'static str]) {
        const CODE: &str = "value-unknown";
        let list = quoted_list(choices);
        // The place of a parameter in a request cannot be guessed.
        let vital = spot.name == "in" && choices.contains(&"path");
        let Some(text) = spot.node.as_str() else {
            let decision = if vital { Decision::Refused } else { Decision::LeftOut };
            return self.wrong(spot, &format!("one of {list}"), decision, || {
                format!("write `{}: {}`", spot.name, choices[0])
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
}

/// `a`, `b` or `c`
pub(crate) fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
