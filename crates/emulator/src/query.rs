//! The query of `GET /tasks`: reading it, and saying what is wrong with it.

use std::fmt::Write;

use ittybit::{SortOrder, TaskKind, TaskStatusFilter};

use crate::api_error::ApiError;

const PARAMETERS: [&str; 8] = [
    "after",
    "before",
    "created_by",
    "kind",
    "limit",
    "order",
    "run_id",
    "status",
];
const LIMITS: std::ops::RangeInclusive<usize> = 1..=100;
const DEFAULT_LIMIT: usize = 20;

/// A query whose parameters are all as documented.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) status: Option<TaskStatusFilter>,
    pub(crate) kind: Option<TaskKind>,
    pub(crate) run_id: Option<String>,
    pub(crate) created_by: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) limit: usize,
    pub(crate) ascending: bool,
    /// The parameters but for the cursors, as they came.
    kept: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let pairs = pairs(query).map_err(|text| {
            ApiError::invalid(format!(
                "`{}` is not percent-encoded UTF-8. Encode `%` as `%25`, and every byte that is not ASCII.",
                excerpt(text)
            ))
        })?;
        for (place, (name, _)) in pairs.iter().enumerate() {
            if !PARAMETERS.contains(&name.as_str()) {
                return Err(ApiError::invalid(format!(
                    "There is no parameter `{}`. Use {}.",
                    excerpt(name),
                    one_of(PARAMETERS)
                )));
            }
            if pairs[..place].iter().any(|(earlier, _)| earlier == name) {
                return Err(ApiError::invalid(format!(
                    "`{name}` is given more than once. Give it once."
                )));
            }
        }
        let get = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        Ok(Self {
            status: known("status", get("status"), TaskStatusFilter::KNOWN)?,
            kind: known("kind", get("kind"), TaskKind::KNOWN)?,
            run_id: get("run_id"),
            created_by: get("created_by"),
            after: get("after"),
            before: get("before"),
            limit: get("limit").map_or(Ok(DEFAULT_LIMIT), |value| limit(&value))?,
            ascending: known("order", get("order"), SortOrder::KNOWN)? == Some(SortOrder::Asc),
            kept: pairs
                .into_iter()
                .filter(|(name, _)| name != "after" && name != "before")
                .collect(),
        })
    }

    /// The same query with other cursors.
    pub(crate) fn with_cursors(&self, after: Option<&str>, before: Option<&str>) -> String {
        let kept = self.kept.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let after = after.map(|cursor| ("after", cursor));
        let before = before.map(|cursor| ("before", cursor));
        let mut query = String::new();
        for (name, value) in kept.chain(after).chain(before) {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            encode(value, &mut query);
        }
        query
    }
}

fn limit(value: &str) -> Result<usize, ApiError> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse() {
        Ok(limit) if digits && LIMITS.contains(&limit) => Ok(limit),
        _ => Err(ApiError::invalid(format!(
            "`limit` is {}. Use a whole number from {} to {}.",
            shown(value),
            LIMITS.start(),
            LIMITS.end()
        ))),
    }
}

/// A value that has to be one of the documented ones.
fn known<T: Clone + AsRef<str>>(name: &str, value: Option<String>, known: &[T]) -> Result<Option<T>, ApiError> {
    let Some(value) = value else {
        return Ok(None);
    };
    match known.iter().find(|known| known.as_ref() == value) {
        Some(known) => Ok(Some(known.clone())),
        None => Err(ApiError::invalid(format!(
            "`{name}` is {}. Use {}.",
            shown(&value),
            one_of(known)
        ))),
    }
}

fn one_of<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// A value for a message, where nothing at all would be overlooked.
pub(crate) fn shown(value: &str) -> String {
    match value {
        "" => "empty".to_owned(),
        _ => format!("`{}`", excerpt(value)),
    }
}

/// The start of a text that someone sent, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The parameters of a query, decoded; or the part that cannot be.
pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>, &str> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let form = |text: &str| decode(&text.replace('+', " "));
            form(name).zip(form(value)).ok_or(part)
        })
        .collect()
}

/// What a percent-encoded text stands for, if it is UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else {
            return None;
        };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = digit(*high)? * 16 + digit(*low)?;
        bytes.push(u8::try_from(byte).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02X}").expect("writing to a string"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_what_is_encoded_and_nothing_else() {
        assert_eq!(decode("a%20b%C3%A9"), Some("a bé".to_owned()));
        for broken in ["%", "%4", "%zz", "%+1", "%C3", "%FF"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
        assert_eq!(pairs("a=1+%2B&b&&c=d=e").unwrap()[0].1, "1 +");
        assert_eq!(
            pairs("a=1+%2B&b&&c=d=e").unwrap()[1..],
            [("b".to_owned(), String::new()), ("c".to_owned(), "d=e".to_owned()),]
        );
        assert_eq!(pairs("a=1&b=%zz"), Err("b=%zz"));
    }

    #[test]
    fn parameters_are_those_of_the_document() {
        let documented = ittybit::builder::ListTasks::OPERATION.parameters;
        let mut names: Vec<_> = documented.iter().map(|parameter| parameter.name).collect();
        names.sort_unstable();
        assert_eq!(names, PARAMETERS);
        let of = |name| documented.iter().find(|parameter| parameter.name == name).unwrap();
        let limits = format!("from {} to {}", LIMITS.start(), LIMITS.end());
        assert_eq!(of("limit").bounds, limits);

        let query = Query::parse("").unwrap();
        assert_eq!(of("limit").default, Some(query.limit.to_string().as_str()));
        let order = if query.ascending {
            SortOrder::Asc
        } else {
            SortOrder::Desc
        };
        assert_eq!(of("order").default, Some(order.as_str()));
    }

    #[test]
    fn messages_name_the_parameter_and_what_to_write() {
        let messages: Vec<_> = [
            "limit=",
            "limit=0",
            "limit=101",
            "limit=2.0",
            "limit=%2B5",
            "limit=-1",
            "limit=99999999999999999999999",
            "status=ready",
            "status=",
            "kind=Video",
            "order=down",
            "limit=1&limit=1",
            "stauts=failed",
            "after=%FF",
            &format!("kind={}", "é".repeat(200)),
        ]
        .into_iter()
        .map(|query| format!("{}: {}", excerpt(query), Query::parse(query).unwrap_err().message))
        .collect();
        insta::assert_snapshot!(messages.join("\n"));
    }

    proptest! {
        #[test]
        fn encoded_is_decoded(text in "\\PC*") {
            let mut encoded = String::new();
            encode(&text, &mut encoded);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(&encoded), Some(text));
        }

        #[test]
        fn no_query_panics(query in "[a-z=&%+0-9\\PC]{0,60}") {
            let _ = Query::parse(&query);
        }
    }
}
