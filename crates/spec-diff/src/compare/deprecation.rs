//! Deprecation and sunset dates: whether a removal was announced, and for which day.

use ittybit_spec::Node;

use super::walk::{DEPRECATED, Member, Walk};
use crate::change::Kind;
use crate::date::Date;
use crate::rule::{self, Rule, Site};

/// The day on which a deprecated operation, parameter or property may be removed.
pub(super) const SUNSET: &str = "x-sunset";

/// How a removal was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// It was not announced.
    Sudden,
    /// Deprecated, without a sunset date.
    Deprecated,
    BeforeSunset,
    AfterSunset,
}

impl Removal {
    /// The end of a message about the removal.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Removal::Sudden => "",
            Removal::Deprecated => ", and was deprecated",
            Removal::BeforeSunset => " before its sunset date",
            Removal::AfterSunset => ", and its sunset date has passed",
        }
    }
}

/// The rules for operations and for parameters and schemas differ only in their names.
struct Rules {
    missing: Rule,
    malformed: Rule,
    too_soon: Rule,
    earlier: Rule,
    removed: Rule,
    changed: Rule,
}

impl<'d> Walk<'d> {
    /// How the old document announced a removal.
    pub(super) fn removal(&self, deprecated: bool, date: Option<&Node>) -> Removal {
        match sunset(date) {
            _ if !deprecated => Removal::Sudden,
            Some(Ok(date)) if date > self.options.today => Removal::BeforeSunset,
            Some(Ok(_)) => Removal::AfterSunset,
            Some(Err(_)) | None => Removal::Deprecated,
        }
    }

    pub(super) fn removed_parameter(&self, node: &'d Node) -> (Rule, &'static str) {
        let removal = self.removal(is_deprecated(node), node.get(SUNSET));
        let rule = match removal {
            Removal::Sudden => rule::PARAMETER_REMOVED,
            Removal::Deprecated => rule::PARAMETER_REMOVED_DEPRECATED,
            Removal::BeforeSunset => rule::PARAMETER_REMOVED_BEFORE_SUNSET,
            Removal::AfterSunset => rule::PARAMETER_REMOVED_AFTER_SUNSET,
        };
        (rule, removal.suffix())
    }

    pub(super) fn operation_sunset(&mut self, nodes: (&'d Node, &'d Node), what: &str) {
        let rules = Rules {
            missing: rule::SUNSET_MISSING,
            malformed: rule::SUNSET_MALFORMED,
            too_soon: rule::SUNSET_TOO_SOON,
            earlier: rule::SUNSET_EARLIER,
            removed: rule::SUNSET_REMOVED,
            changed: rule::SUNSET_CHANGED,
        };
        let deprecated = (is_deprecated(nodes.0), is_deprecated(nodes.1));
        self.sunset(&Member::named(SUNSET, nodes), deprecated, what, rules);
    }

    /// The sunset date of a parameter or a header.
    pub(super) fn part_sunset(&mut self, nodes: (&'d Node, &'d Node), what: &str, site: Site) {
        let deprecated = (is_deprecated(nodes.0), is_deprecated(nodes.1));
        self.schema_sunset(&Member::named(SUNSET, nodes), deprecated, what, site);
    }

    /// The deprecation of a parameter or a header.
    pub(super) fn part_deprecated(&mut self, member: &Member<'d>, what: &str, site: Site) {
        let rules = [rule::DEPRECATED.at(site), rule::REACTIVATED.at(site)];
        self.flag(member, what, rules, DEPRECATED);
    }

    pub(super) fn schema_sunset(&mut self, date: &Member<'d>, deprecated: (bool, bool), what: &str, site: Site) {
        let rules = Rules {
            missing: rule::SUNSET_DATE_MISSING.at(site),
            malformed: rule::SUNSET_DATE_MALFORMED.at(site),
            too_soon: rule::SUNSET_DATE_TOO_SOON.at(site),
            earlier: rule::SUNSET_DATE_EARLIER.at(site),
            removed: rule::SUNSET_DATE_REMOVED.at(site),
            changed: rule::SUNSET_DATE_CHANGED.at(site),
        };
        self.sunset(date, deprecated, what, rules);
    }

    fn sunset(&mut self, member: &Member<'d>, (was, is): (bool, bool), what: &str, rules: Rules) {
        self.mark_member(member);
        let least = i64::from(self.options.sunset_days);
        // Without a minimum any day is allowed, also one that has passed.
        let is_too_soon = |date: Date| least > 0 && date.days_since(self.options.today) < least;
        let needs = format!("callers need {least} days from {}", self.options.today);
        let is_same = member.old.is_none() && member.new.is_none() || member.is_same();
        let (rule, words) = match (sunset(member.old), sunset(member.new)) {
            // The number of days is checked once, when the deprecation or the date changes.
            _ if is_same && was == is => return,
            (_, Some(Err(text))) => (
                rules.malformed,
                format!("has the sunset date {text}, which is not a date: write it as 2027-03-01"),
            ),
            (_, None) if is && !was && least > 0 => (rules.missing, "is deprecated without a sunset date".to_owned()),
            (Some(_), None) if is => (
                rules.removed,
                "no longer has a sunset date, but is still deprecated".to_owned(),
            ),
            (Some(Ok(before)), Some(Ok(date))) if is && date < before && is_too_soon(date) => (
                rules.earlier,
                format!("had the sunset date {before}, and now has {date}; {needs}"),
            ),
            (_, Some(Ok(date))) if is && !was && is_too_soon(date) => {
                (rules.too_soon, format!("has the sunset date {date}; {needs}"))
            }
            _ if is_same => return,
            (_, Some(Ok(date))) => (rules.changed, format!("now has the sunset date {date}")),
            (_, None) => (rules.changed, "no longer has a sunset date".to_owned()),
        };
        let kind = if is_same { Kind::Changed } else { member.kind() };
        self.report(rule, kind, member.places(), format!("{what} {words}"));
    }
}

fn is_deprecated(node: &Node) -> bool {
    node.get("deprecated").and_then(Node::as_bool) == Some(true)
}

/// The date, or the value if it is not a date.
fn sunset(node: Option<&Node>) -> Option<Result<Date, String>> {
    let node = node?;
    let date = node.as_str().and_then(|text| text.parse().ok());
    Some(date.ok_or_else(|| crate::json::shown(node)))
}
