//! The decisions of a project about changes of its document: the file `.spec-review.toml`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{self, Display};
use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike};

use crate::approval::Approval;
use crate::change::Report;
use crate::fingerprint;
use crate::options::Options;
use crate::rule;
use crate::severity::Severity;
use crate::visible::visible;

/// The decisions of a project: approved changes, and other severities for rules.
///
/// ```
/// use ittybit_spec_diff::{Policy, Severity};
///
/// let policy = Policy::parse(".spec-review.toml", r#"
/// sunset-days = 90
///
/// [severity]
/// request-parameter-removed = "error"
///
/// [[approved]]
/// fingerprint = "6b86b273ff34fce19d6b804e"
/// reason = "Nobody has ever sent it."
/// by = "Ada Lovelace"
/// on = 2026-11-27
/// "#)?;
/// assert_eq!(policy.severities["request-parameter-removed"], Severity::Error);
/// assert_eq!(policy.approvals[0].by, "Ada Lovelace");
/// # Ok::<(), ittybit_spec_diff::Malformed>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The approved changes.
    pub approvals: Vec<Approval>,
    /// The severities of rules, by their ids, that replace those of the rules themselves.
    pub severities: BTreeMap<String, Severity>,
    /// The minimum number of days between a deprecation and its sunset: see
    /// [`Options::sunset_days`](crate::Options::sunset_days).
    pub sunset_days: u32,
}

impl Policy {
    /// Parses the text of a file; the name is for errors.
    ///
    /// # Errors
    /// The text is not TOML, a key or a rule is unknown, a value is missing or of the wrong kind, or a change is
    /// approved twice.
    pub fn parse(name: &str, text: &str) -> Result<Self, Malformed> {
        let file = File { name, text };
        let document = Document::parse(text).map_err(|error| {
            let help = "the file must be TOML (https://toml.io), without duplicate keys".to_owned();
            file.malformed(error.span(), error.message(), help)
        })?;
        let mut policy = Self::default();
        for (key, item) in document.iter() {
            match key {
                "approved" => policy.approvals = file.approvals(document.as_table(), item)?,
                "severity" => policy.severities = file.severities(document.as_table(), item)?,
                "sunset-days" => {
                    let days = item.as_integer().and_then(|days| u32::try_from(days).ok());
                    policy.sunset_days = days.ok_or_else(|| {
                        let help = "write `sunset-days = 90`, or leave it out to allow any date".to_owned();
                        file.malformed(
                            place(document.as_table(), key),
                            "`sunset-days` must be a number of days",
                            help,
                        )
                    })?;
                }
                _ => {
                    return Err({
                        let message = format!("`{key}` is not a key of the file");
                        file.unknown(
                            document.as_table(),
                            key,
                            &message,
                            &["approved", "severity", "sunset-days"],
                        )
                    });
                }
            }
        }
        Ok(policy)
    }

    /// The options for a comparison under this policy.
    ///
    /// ```
    /// let policy = ittybit_spec_diff::Policy::parse(".spec-review.toml", "sunset-days = 90")?;
    /// assert_eq!(policy.options().sunset_days, 90);
    /// # Ok::<(), ittybit_spec_diff::Malformed>(())
    /// ```
    pub fn options(&self) -> Options {
        Options {
            sunset_days: self.sunset_days,
            ..Options::default()
        }
    }
}

impl Report {
    /// Applies the severities of a policy, and marks the changes that it approves. An approved change stays in the
    /// report, and an approval that matches no change is added to it.
    ///
    /// ```
    /// use ittybit_spec::Document;
    /// use ittybit_spec_diff::{Policy, Severity, diff};
    ///
    /// let old = Document::parse("old.yaml", "servers: [{ url: /v1 }, { url: /v2 }]")?;
    /// let new = Document::parse("new.yaml", "servers: [{ url: /v2 }]")?;
    /// let mut report = diff(&old, &new);
    /// let approval = format!(
    ///     "[[approved]]\nfingerprint = '{}'\nreason = 'Shut down.'\nby = 'Ada'\non = 2026-11-27\n",
    ///     report.changes[0].fingerprint,
    /// );
    /// report.apply(&Policy::parse(".spec-review.toml", &approval).unwrap());
    /// assert_eq!(report.open().count(), 0);
    /// assert_eq!(report.severity(), Some(Severity::Warning));
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn apply(&mut self, policy: &Policy) {
        let approvals: HashMap<&str, &Approval> = policy
            .approvals
            .iter()
            .map(|approval| (approval.fingerprint.as_str(), approval))
            .collect();
        let mut matched = HashSet::new();
        for change in &mut self.changes {
            if let Some(severity) = policy.severities.get(change.id.as_ref()).copied()
                && severity != change.severity
            {
                change.overruled = Some(change.severity);
                change.severity = severity;
            }
            if let Some(approval) = approvals.get(change.fingerprint.as_str()).copied() {
                matched.insert(&approval.fingerprint);
                change.approval = Some(approval.clone());
            }
        }
        let unmatched = |approval: &&Approval| !matched.contains(&approval.fingerprint);
        self.unmatched = policy.approvals.iter().filter(unmatched).cloned().collect();
        self.sort();
    }
}

/// The error for a malformed policy file: what is wrong, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    file: String,
    line: usize,
    column: usize,
    excerpt: String,
    message: String,
    help: String,
}

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            excerpt,
            message,
            help,
        } = self;
        write!(
            f,
            "{message}\n  --> {file}:{line}:{column}\n   | {excerpt}\nhelp: {help}"
        )
    }
}

impl std::error::Error for Malformed {}

/// The keys of an approval, and an example of each.
const APPROVAL: [(&str, &str); 4] = [
    ("fingerprint", "the fingerprint that the report gives for the change"),
    ("reason", "`reason = \"Nobody has ever sent it.\"`"),
    ("by", "`by = \"Ada Lovelace\"`: the person who approved it"),
    ("on", "`on = 2026-11-27`, without quotes: the date of the approval"),
];

struct File<'f> {
    name: &'f str,
    text: &'f str,
}

impl File<'_> {
    fn approvals(&self, root: &Table, item: &Item) -> Result<Vec<Approval>, Malformed> {
        let Some(tables) = item.as_array_of_tables() else {
            let help = "write `[[approved]]` above each approval".to_owned();
            return Err(self.malformed(place(root, "approved"), "`approved` must be a list of tables", help));
        };
        let mut approvals: Vec<Approval> = Vec::new();
        for table in tables {
            let approval = self.approval(table)?;
            if let Some(first) = approvals.iter().find(|other| other.fingerprint == approval.fingerprint) {
                let message = "this change is approved twice";
                let help = format!("remove one of the two; the other begins on line {}", first.line);
                return Err(self.malformed(place(table, "fingerprint"), message, help));
            }
            approvals.push(approval);
        }
        Ok(approvals)
    }

    fn approval(&self, table: &Table) -> Result<Approval, Malformed> {
        let known = APPROVAL.map(|(key, _)| key);
        if let Some((key, _)) = table.iter().find(|(key, _)| !known.contains(key)) {
            let message = format!("`{key}` is not a key of an approval");
            return Err(self.unknown(table, key, &message, &known));
        }
        for (key, example) in APPROVAL {
            if !table.contains_key(key) {
                let message = format!("this approval has no `{key}`");
                return Err(self.malformed(table.span(), &message, format!("add {example}")));
            }
        }
        let [fingerprint, reason, by, _] = APPROVAL.map(|(key, example)| {
            let text = table.get(key).and_then(Item::as_str).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(|| {
                let message = format!("`{key}` must be text, and not empty");
                self.malformed(place(table, key), &message, format!("write {example}"))
            })
        });
        let fingerprint = fingerprint?;
        let is_digit = |letter: char| matches!(letter, '0'..='9' | 'a'..='f');
        if fingerprint.len() != fingerprint::DIGITS || !fingerprint.chars().all(is_digit) {
            let message = format!(
                "`{fingerprint}` is not a fingerprint: one has {} digits from `0` to `f`",
                fingerprint::DIGITS
            );
            let help = format!("copy {}", APPROVAL[0].1);
            return Err(self.malformed(place(table, "fingerprint"), &message, help));
        }
        let on = table.get("on").and_then(Item::as_datetime);
        let day = on.and_then(|on| match (on.date, on.time) {
            (Some(day), None) => Some(day.to_string()),
            _ => None,
        });
        let Some(on) = day else {
            return Err(self.malformed(
                place(table, "on"),
                "`on` must be a date",
                format!("write {}", APPROVAL[3].1),
            ));
        };
        Ok(Approval {
            fingerprint,
            reason: reason?,
            by: by?,
            on,
            file: self.name.to_owned(),
            line: self.position(table.span()).0,
        })
    }

    fn severities(&self, root: &Table, item: &Item) -> Result<BTreeMap<String, Severity>, Malformed> {
        let Some(table) = item.as_table_like() else {
            let help = "write `[severity]`, and below it a line for each rule".to_owned();
            return Err(self.malformed(place(root, "severity"), "`severity` must be a table", help));
        };
        let rules: Vec<String> = rule::rules().into_iter().map(|rule| rule.id.into_owned()).collect();
        let mut severities = BTreeMap::new();
        for (id, item) in table.iter() {
            if !rules.iter().any(|rule| rule == id) {
                let known: Vec<&str> = rules.iter().map(String::as_str).collect();
                return Err(self.unknown(table, id, &format!("there is no rule `{id}`"), &known));
            }
            let is_named = |severity: &Severity| item.as_str() == Some(severity.as_str());
            let Some(severity) = Severity::ALL.into_iter().find(is_named) else {
                let help = format!("write `{id} = \"error\"`, `\"warning\"` or `\"info\"`");
                return Err(self.malformed(place(table, id), "this is not a severity", help));
            };
            severities.insert(id.to_owned(), severity);
        }
        Ok(severities)
    }

    /// The error for an unknown key. If many keys are known, it suggests the most similar one.
    fn unknown(&self, table: &dyn TableLike, key: &str, message: &str, known: &[&str]) -> Malformed {
        let help = if known.len() <= APPROVAL.len() {
            format!("write one of `{}`", known.join("`, `"))
        } else {
            let distance = |id: &&&str| strsim::damerau_levenshtein(key, id);
            let nearest = known.iter().min_by_key(distance).copied().unwrap_or_default();
            format!("write `{nearest}`, if that is meant; docs/spec-review.md lists all rules")
        };
        self.malformed(place(table, key), message, help)
    }

    fn malformed(&self, place: Option<Range<usize>>, message: &str, help: String) -> Malformed {
        let (line, column) = self.position(place);
        let excerpt = self.text.lines().nth(line - 1).unwrap_or_default();
        Malformed {
            file: self.name.to_owned(),
            line,
            column,
            excerpt: visible(excerpt).into_owned(),
            // Some messages of the TOML parser have several lines.
            message: visible(&message.replace('\n', "; ")).into_owned(),
            help,
        }
    }

    /// Line and column, from 1.
    fn position(&self, place: Option<Range<usize>>) -> (usize, usize) {
        let before = self
            .text
            .get(..place.map_or(0, |place| place.start))
            .unwrap_or_default();
        let last = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, last.chars().count() + 1)
    }
}

/// The place of a key.
fn place(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.key(key).and_then(|key| key.span())
}
