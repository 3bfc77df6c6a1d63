//! Ids of the form that a document shows.

use ittybit_spec::pointer;
use serde_json::Value;

use crate::random::{Random, Stream, scramble};
use crate::schema::{Schemas, target};
use crate::value::{self, Extent, Shape, example, uuid};

/// What ids look like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IdForm {
    /// 1, 2, 3, as numbers or after some text.
    Counter(Option<String>),
    Uuid,
    /// Some text, and so many of these digits.
    Digits {
        prefix: String,
        digits: &'static [u8],
        length: usize,
    },
    /// Made from the schema at this pointer.
    Schema(String),
}

const DECIMAL: &[u8] = b"0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";
const SMALL: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALL: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Shorter ones would soon be used up.
const SHORTEST: usize = 6;

impl IdForm {
    /// The form for the id of a noun: by its schema and its example, or by one from elsewhere.
    pub(crate) fn of(schemas: &Schemas, at: &str, shape: &Shape, other: Option<&Value>, noun: &str) -> Self {
        let types = shape.types(schemas);
        if types.iter().any(|kind| kind == "integer" || kind == "number") {
            return Self::Counter(None);
        }
        let format = shape.keywords.get("format").and_then(Value::as_str);
        let example = example(&shape.keywords).or(other).and_then(Value::as_str);
        match (format, example) {
            (Some("uuid"), _) => Self::Uuid,
            (_, Some(example)) => Self::like(example),
            _ if ["pattern", "enum", "format", "maxLength"]
                .iter()
                .any(|name| shape.keywords.contains_key(*name)) =>
            {
                Self::Schema(at.to_owned())
            }
            _ => Self::Digits {
                prefix: format!("{noun}_"),
                digits: ALL,
                length: 10,
            },
        }
    }

    /// The form of an example: the part after the last `_`, `-` or `:` varies.
    fn like(example: &str) -> Self {
        let dashes: Vec<_> = example.split('-').map(str::len).collect();
        if dashes == [8, 4, 4, 4, 12] {
            return Self::Uuid;
        }
        let start = example
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |at| at + example[at..].chars().next().map_or(1, char::len_utf8));
        let (prefix, rest) = example.split_at(start);
        let all = |digits: &[u8]| rest.bytes().all(|byte| digits.contains(&byte));
        let digits = [DECIMAL, HEXADECIMAL, SMALL]
            .into_iter()
            .find(|digits| all(digits))
            .unwrap_or(ALL);
        match rest.len() {
            length if length >= SHORTEST => Self::Digits {
                prefix: prefix.to_owned(),
                digits,
                length,
            },
            // A name, such as `alice`, or a short number.
            _ if digits == DECIMAL => Self::Counter(Some(prefix.to_owned())),
            _ => Self::Digits {
                prefix: prefix.to_owned(),
                digits: SMALL,
                length: 10,
            },
        }
    }

    /// The id with this number, counted from 0. Two numbers may give the same id, so the caller has to check
    /// that it is free.
    pub(crate) fn id(&self, schemas: &Schemas, seed: u64, number: u64) -> Option<Value> {
        Some(match self {
            Self::Counter(None) => (number + 1).into(),
            Self::Counter(Some(prefix)) => format!("{prefix}{}", number + 1).into(),
            Self::Uuid => {
                let mut random = Random::new(seed, Stream::ItemId, number);
                uuid(random.next(), random.next()).into()
            }
            Self::Digits { prefix, digits, length } => {
                let mut id = prefix.clone();
                // 11 of 62 digits represent every number of 64 bits; what is longer needs more of them.
                let mut rest = u128::from(scramble(seed, Stream::ItemId, number));
                rest |= u128::from(scramble(seed, Stream::ItemValue, number)) << 64;
                for _ in 0..*length {
                    id.push(char::from(digits[(rest % digits.len() as u128) as usize]));
                    rest /= digits.len() as u128;
                    if rest == 0 {
                        rest = u128::from(scramble(seed, Stream::Value, number + id.len() as u64));
                    }
                }
                id.into()
            }
            Self::Schema(at) => value::make(schemas, at, Extent::Full, seed, number).ok()?,
        })
    }
}

/// The pointer of a property's schema, also where the object is put together by `allOf`, `oneOf`, `anyOf` or `if`.
pub(crate) fn property(schemas: &Schemas, object: &str, name: &str) -> Option<String> {
    fn find(schemas: &Schemas, object: &str, name: &str, depth: usize) -> Option<String> {
        if depth > 16 {
            return None;
        }
        let (place, schema) = schemas.resolve(crate::schema::Direction::Response, object)?;
        if schema
            .get("properties")
            .and_then(|properties| properties.get(name))
            .is_some()
        {
            return Some(pointer::join(&place, ["properties", name]));
        }
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(target);
        if let Some(found) = referred.and_then(|referred| find(schemas, &referred, name, depth + 1)) {
            return Some(found);
        }
        let lists = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|keyword| {
            let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            (0..count).map(move |number| format!("{keyword}/{number}"))
        });
        let branches = ["then", "else"].map(str::to_owned);
        let mut parts = lists.chain(branches);
        parts.find_map(|part| find(schemas, &pointer::join(&place, part.split('/')), name, depth + 1))
    }
    find(schemas, object, name, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_have_the_form_of_their_example() {
        let schemas = Schemas::new(&json!({ "openapi": "3.1.0" })).unwrap();
        for (example, pattern) in [
            ("task_2jR8kLm4nP", "^task_[0-9A-Za-z]{10}$"),
            ("run-00ff00ff", "^run-[0-9a-f]{8}$"),
            (
                "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
                "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$",
            ),
            ("pet_1", "^pet_[0-9]+$"),
            ("alice", "^[0-9a-z]{10}$"),
            ("order:123456789", "^order:[0-9]{9}$"),
            ("", "^[0-9]+$"),
        ] {
            let validator = jsonschema::validator_for(&json!({ "pattern": pattern })).unwrap();
            let mut ids: Vec<_> = (0..100)
                .map(|number| IdForm::like(example).id(&schemas, 7, number).unwrap())
                .collect();
            for id in &ids {
                assert!(validator.is_valid(id), "{example}: {id}");
            }
            ids.dedup();
            assert_eq!(ids.len(), 100, "{example}");
        }
    }
}
