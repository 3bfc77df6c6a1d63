//! Reads as much as possible of JSON that does not fit its type.
//!
//! An optional field whose value is not of its type is left out, and its JSON goes to the map of unknown
//! fields of the same struct, under its own name. No generated code is needed for this, because the
//! `Deserializer` decides it: a struct reads a field with `next_value`. Where that fails, the same type is
//! read from [`Absent`], which only an optional one can be. After the last field, the struct is given the
//! fields that were left out once more, each under a [key](MARK) that no field has, so that it keeps them as
//! unknown.
//!
//! This is slower than reading JSON that fits, so it runs only after that has failed.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BytesDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::position;
use crate::members::Members;

/// Begins the key of a field that did not fit. No UTF-8 text has this byte, so no property's name begins so.
const MARK: u8 = 0xff;

/// How deep values may be nested, as for `serde_json`.
const MAX_DEPTH: u8 = 128;

/// Reads a value from a text that is exactly that value. Also returns the offsets at which the values begin
/// that did not fit.
pub(super) fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<(T, Vec<usize>), Refused> {
    let reading = Reading {
        text: json,
        misfits: RefCell::default(),
    };
    let value = T::deserialize(Value {
        json,
        reading: &reading,
        depth: MAX_DEPTH,
    })?;
    Ok((value, reading.misfits.into_inner()))
}

/// Reads the map of unknown fields of a generated struct.
///
/// # Errors
/// A value is not one that the map takes.
#[doc(hidden)]
pub fn extra<'de, D, M, V>(deserializer: D) -> Result<M, D::Error>
where
    D: Deserializer<'de>,
    M: Default + Extend<(String, V)> + IntoIterator<Item = (String, V)>,
    V: Deserialize<'de>,
{
    struct Fields<M, V>(PhantomData<(M, V)>);

    impl<'de, M: Default + Extend<(String, V)>, V: Deserialize<'de>> Visitor<'de> for Fields<M, V> {
        type Value = M;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<M, A::Error> {
            let mut fields = M::default();
            while let Some((Name(name), value)) = members.next_entry()? {
                fields.extend([(name, value)]);
            }
            Ok(fields)
        }
    }

    deserializer.deserialize_map(Fields(PhantomData))
}

/// The name of an unknown field, or of one that did not fit.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.to_owned()))
            }

            fn visit_string<E>(self, name: String) -> Result<Name, E> {
                Ok(Name(name))
            }

            fn visit_bytes<E: de::Error>(self, key: &[u8]) -> Result<Name, E> {
                let name = key
                    .strip_prefix(&[MARK])
                    .and_then(|name| std::str::from_utf8(name).ok());
                let name = name.ok_or_else(|| E::invalid_value(de::Unexpected::Bytes(key), &self))?;
                Ok(Name(name.to_owned()))
            }
        }

        deserializer.deserialize_string(Text)
    }
}

/// Reads a field of a generated struct that is required and may be null. It cannot be left out, because it
/// would be written as null beside the JSON that did not fit.
///
/// # Errors
/// The value is neither null nor of the type.
#[doc(hidden)]
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    struct Nullable<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Nullable<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value or null")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
            Option::deserialize(deserializer)
        }
    }

    // `Absent` is no newtype.
    deserializer.deserialize_newtype_struct("nullable", Nullable(PhantomData))
}

/// Why a value has no typed form.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) reason: String,
    /// The offset in the text; `None` until the error has left the value that it is about.
    offset: Option<usize>,
    /// Whether it is valid JSON, but of another form.
    pub(super) is_json: bool,
    /// Whether one name has two values. Kept as unknown, one of them would be lost.
    is_duplicate: bool,
}

impl Refused {
    fn new(reason: String) -> Self {
        Self {
            reason,
            offset: None,
            is_json: true,
            is_duplicate: false,
        }
    }

    /// The offset in the text at which it was found.
    pub(super) fn offset(&self) -> usize {
        self.offset.unwrap_or_default()
    }
}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(reason.to_string())
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self {
            is_duplicate: true,
            ..Self::new(format!("duplicate field `{field}`"))
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

/// What the values of a text have in common.
struct Reading<'de> {
    text: &'de str,
    /// Where the values begin that did not fit.
    misfits: RefCell<Vec<usize>>,
}

/// A value within the text.
#[derive(Clone, Copy)]
struct Value<'de, 'r> {
    json: &'de str,
    reading: &'r Reading<'de>,
    /// How many more levels there may be.
    depth: u8,
}

// Macros and matches, where functions of closures would do: callers compile this for each type that they read.
macro_rules! located {
    ($value:ident, $result:expr) => {
        match $result {
            Ok(value) => Ok(value),
            Err(refused) => Err($value.located(refused)),
        }
    };
}

macro_rules! strictly {
    ($value:ident, $method:ident($($argument:expr),*)) => {
        match $value.strictly().$method($($argument),*) {
            Ok(value) => Ok(value),
            Err(error) => Err($value.refused(&error)),
        }
    };
}

type Json<'de> = serde_json::Deserializer<serde_json::de::StrRead<'de>>;

impl<'de, 'r> Value<'de, 'r> {
    fn start(self) -> usize {
        position::within(self.reading.text, self.json)
    }

    fn end(self) -> usize {
        self.start() + self.json.len()
    }

    /// A value within this one.
    fn inner(self, json: &'de RawValue) -> Self {
        Self {
            json: json.get(),
            depth: self.depth - 1,
            ..self
        }
    }

    /// Reads it as it is.
    fn strictly(self) -> Json<'de> {
        Json::from_str(self.json)
    }

    /// An error of reading it as it is.
    fn refused(self, error: &serde_json::Error) -> Refused {
        Refused {
            offset: Some(self.start() + position::of_error(self.json.as_bytes(), error)),
            is_json: error.is_data(),
            ..Refused::new(position::without(error))
        }
    }

    /// An error of the value as a whole was found at its end.
    fn located(self, mut refused: Refused) -> Refused {
        refused.offset.get_or_insert(self.end());
        refused
    }

    fn deeper(self) -> Result<(), Refused> {
        match self.depth {
            0 => Err(self.located(Refused::new("recursion limit exceeded".to_owned()))),
            _ => Ok(()),
        }
    }

    fn elements(self) -> Result<Array<'de, 'r>, Refused> {
        self.deeper()?;
        match Vec::deserialize(&mut self.strictly()) {
            Ok(elements) => Ok(Array {
                whole: self,
                elements: elements.into_iter(),
            }),
            Err(error) => Err(self.refused(&error)),
        }
    }

    fn members(self, keeps_unknown: bool) -> Result<Object<'de, 'r>, Refused> {
        self.deeper()?;
        match Members::deserialize(&mut self.strictly()) {
            Ok(Members(members)) => Ok(Object {
                whole: self,
                members,
                keys: 0,
                keeps_unknown,
                misfits: Vec::new(),
                current: None,
            }),
            Err(error) => Err(self.refused(&error)),
        }
    }

    fn object<V: Visitor<'de>>(self, visitor: V, keeps_unknown: bool) -> Result<V::Value, Refused> {
        located!(self, visitor.visit_map(self.members(keeps_unknown)?))
    }
}

macro_rules! all_strictly {
    ($($method:ident $(($($argument:ident: $type:ty),*))?)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($($argument: $type,)*)? visitor: V) -> Result<V::Value, Refused> {
            strictly!(self, $method($($($argument,)*)? visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'de, '_> {
    type Error = Refused;

    all_strictly! {
        deserialize_any deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
        deserialize_ignored_any
        deserialize_unit_struct(name: &'static str)
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.json {
            "null" => located!(self, visitor.visit_none()),
            _ => located!(self, visitor.visit_some(self)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refused> {
        match name {
            // Raw JSON, which only `serde_json` has.
            "$serde_json::private::RawValue" => strictly!(self, deserialize_newtype_struct(name, visitor)),
            _ => located!(self, visitor.visit_newtype_struct(self)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.json.starts_with('[') {
            true => located!(self, visitor.visit_seq(self.elements()?)),
            false => strictly!(self, deserialize_seq(visitor)),
        }
    }

    /// A map, or a struct that keeps unknown fields.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.json.starts_with('{') {
            true => self.object(visitor, true),
            false => strictly!(self, deserialize_map(visitor)),
        }
    }

    /// A struct without a place for what does not fit.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.json.starts_with('{') {
            true => self.object(visitor, false),
            false => strictly!(self, deserialize_struct(name, fields, visitor)),
        }
    }
}

/// The text of a property of an object, as it is written in a query.
pub(super) fn member(json: &str, property: &str) -> Option<String> {
    let value = serde_json::from_str::<Members>(json).ok()?.get(property)?;
    match serde_json::from_str(value.get()).ok()? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

struct Array<'de, 'r> {
    whole: Value<'de, 'r>,
    elements: std::vec::IntoIter<&'de RawValue>,
}

impl<'de> SeqAccess<'de> for Array<'de, '_> {
    type Error = Refused;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refused> {
        match self.elements.next() {
            Some(json) => Ok(Some(seed.deserialize(self.whole.inner(json))?)),
            None => Ok(None),
        }
    }
}

struct Object<'de, 'r> {
    whole: Value<'de, 'r>,
    members: Vec<(String, &'de RawValue)>,
    /// How many keys were given.
    keys: usize,
    keeps_unknown: bool,
    /// The numbers of the members that did not fit, so far as they were not given as unknown.
    misfits: Vec<usize>,
    /// The number of the member whose key was given last.
    current: Option<usize>,
}

impl<'de, 'r> Object<'de, 'r> {
    /// The number of the current member, and its value.
    fn value(&mut self) -> Result<(usize, Value<'de, 'r>), Refused> {
        let current = self.current.take();
        let number = current.ok_or_else(|| Refused::new("a value was read before its key".to_owned()))?;
        Ok((number, self.whole.inner(self.members[number].1)))
    }

    /// Leaves a member out whose value does not fit; what did not fit within it is part of that now.
    fn leave_out(&mut self, number: usize, value: Value<'de, 'r>, before: usize) {
        let mut misfits = value.reading.misfits.borrow_mut();
        misfits.truncate(before);
        misfits.push(value.start());
        self.misfits.push(number);
    }
}

impl<'de> MapAccess<'de> for Object<'de, '_> {
    type Error = Refused;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refused> {
        let number = self.keys;
        if let Some((key, _)) = self.members.get(number) {
            self.current = Some(number);
            self.keys += 1;
            return Ok(Some(seed.deserialize(StrDeserializer::new(key))?));
        }
        let Some(number) = self.misfits.pop() else {
            return Ok(None);
        };
        self.current = Some(number);
        let key = [&[MARK], self.members[number].0.as_bytes()].concat();
        Ok(Some(seed.deserialize(BytesDeserializer::new(&key))?))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refused> {
        let (_, value) = self.value()?;
        seed.deserialize(value)
    }

    /// The value of a struct's field. (Maps ask for theirs with a seed.)
    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, Refused> {
        let (number, value) = self.value()?;
        let before = value.reading.misfits.borrow().len();
        match T::deserialize(value) {
            Err(refused) if self.keeps_unknown && !refused.is_duplicate => match T::deserialize(Absent) {
                Ok(absent) => {
                    self.leave_out(number, value, before);
                    Ok(absent)
                }
                // What is not optional is refused for what was wrong with its value.
                Err(_) => Err(refused),
            },
            read => read,
        }
    }
}

/// Nothing at all, which an optional value can be made of.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
        Err(Refused::new("it is not optional".to_owned()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::{Map, Value, json};

    use super::{RawValue, extra, nullable, position, read};

    /// As the generator writes structs.
    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Item {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        input: Option<Input>,
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<Vec<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        metadata: Option<Value>,
        #[serde(default, deserialize_with = "nullable")]
        error: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        closed: Option<Closed>,
        #[serde(flatten, deserialize_with = "extra")]
        extra: Map<String, Value>,
    }

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Input {
        #[serde(skip_serializing_if = "Option::is_none")]
        width: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        inner: Option<Box<Input>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        parts: Option<Vec<Input>>,
        #[serde(flatten, deserialize_with = "extra")]
        extra: Map<String, Value>,
    }

    /// It has no place for what does not fit.
    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Closed {
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<i64>,
    }

    fn item(json: &str) -> (Item, Vec<String>) {
        let (item, misfits) = read(json).unwrap_or_else(|refused| panic!("{refused}: {json}"));
        let paths = misfits.iter().map(|offset| position::path(json.as_bytes(), *offset));
        (item, paths.collect())
    }

    fn refused(json: &str) -> String {
        let refused = read::<Item>(json).unwrap_err();
        let path = position::path(json.as_bytes(), refused.offset());
        format!("{path}: {}", refused.reason)
    }

    #[test]
    fn what_does_not_fit_is_kept_where_it_was() {
        let json = r#"{"id": "a", "labels": "one", "input": {"width": "wide", "inner": {"parts": [{"width": [1]}, {}]}},
            "new": 1, "error": null}"#;
        let (item, paths) = item(json);
        assert_eq!(paths, ["labels", "input.width", "input.inner.parts[0].width"]);
        assert_eq!(item.labels, None);
        assert_eq!(Value::Object(item.extra.clone()), json!({ "labels": "one", "new": 1 }));
        assert_eq!(item.input.as_ref().unwrap().extra["width"], "wide");
        let written = serde_json::to_value(&item).unwrap();
        assert_eq!(written, serde_json::from_str::<Value>(json).unwrap());
    }

    #[test]
    fn what_a_closed_struct_cannot_keep_is_kept_around_it() {
        let (item, paths) = item(r#"{"id": "a", "closed": {"size": "large"}}"#);
        assert_eq!(paths, ["closed"]);
        assert_eq!(item.extra["closed"], json!({ "size": "large" }));
    }

    #[test]
    fn required_fields_have_to_fit() {
        assert_eq!(
            refused(r#"{"id": 5}"#),
            "id: invalid type: integer `5`, expected a string"
        );
        assert_eq!(refused(r#"{"input": "med_1"}"#), ": missing field `id`");
        // It would be written twice: as null, and as it came.
        assert_eq!(
            refused(r#"{"id": "a", "error": 5}"#),
            "error: invalid type: integer `5`, expected a string"
        );
        assert_eq!(refused("[]"), ": invalid type: sequence, expected struct Item");
    }

    #[test]
    fn a_known_name_twice_is_refused_at_any_depth() {
        assert_eq!(refused(r#"{"id": "a", "id": "b"}"#), ": duplicate field `id`");
        assert_eq!(
            refused(r#"{"id": "a", "labels": 1, "labels": []}"#),
            ": duplicate field `labels`"
        );
        // As JSON, the second would win, and the first be lost.
        let twice = r#"{"id": "a", "input": {"width": 1, "width": 2}}"#;
        assert_eq!(refused(twice), "input: duplicate field `width`");
    }

    #[test]
    fn what_no_value_can_hold_is_refused() {
        for odd in [
            r#""\ud800""#,
            "1e400",
            &format!("{}1{}", "[".repeat(130), "]".repeat(130)),
        ] {
            for field in ["labels", "metadata", "new"] {
                let json = format!(r#"{{"id": "a", "{field}": {odd}}}"#);
                let refused = refused(&json);
                assert!(refused.starts_with(field), "{refused}");
            }
            let json = format!(r#"{{"id": "a", "input": {{"inner": {{"width": {odd}}}}}}}"#);
            let refused = refused(&json);
            assert!(refused.starts_with("input.inner.width"), "{refused}");
        }
    }

    #[test]
    fn nesting_is_bounded_by_an_error() {
        let nested = |depth: usize| {
            let (open, close) = (r#"{"inner":"#.repeat(depth), "}".repeat(depth));
            format!(r#"{{"id": "a", "error": null, "input": {open}{{"width": "wide"}}{close}}}"#)
        };
        let (shallow, paths) = item(&nested(100));
        assert_eq!(paths.len(), 1);
        assert_eq!(
            serde_json::to_value(shallow).unwrap(),
            serde_json::from_str::<Value>(&nested(100)).unwrap()
        );
        // What is too deep for its type is kept as JSON, which has levels of its own.
        let (deep, paths) = item(&nested(200));
        assert_eq!(paths.len(), 1);
        assert_eq!(
            serde_json::to_string(&deep).unwrap().len(),
            nested(200).replace(' ', "").len()
        );
        for depth in [260, 300, 3000] {
            assert!(refused(&nested(depth)).contains("recursion limit exceeded"), "{depth}");
        }
    }

    #[test]
    fn a_name_that_looks_like_the_mark_is_a_name() {
        let (item, paths) = item("{\"id\": \"a\", \"labels\": 1, \"\u{ff}labels\": 2, \"\\u0000labels\": 3}");
        assert_eq!(paths, ["labels"]);
        assert_eq!(
            Value::Object(item.extra),
            json!({ "labels": 1, "\u{ff}labels": 2, "\u{0}labels": 3 })
        );
    }

    #[test]
    fn raw_json_is_kept_as_it_is() {
        let json = r#"[{"a": 1e400}, "\ud800", 1]"#;
        let (items, _): (Vec<Box<RawValue>>, _) = read(json).unwrap();
        assert_eq!(items[0].get(), r#"{"a": 1e400}"#);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i32>().prop_map(|number| Value::from(f64::from(number) + 0.5)),
            ".{0,6}".prop_map(Value::from),
        ];
        let names = prop_oneof![
            "width|inner|parts|id|labels|input|size".prop_map(|name| name),
            ".{0,3}".prop_map(|name| name),
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(names.clone(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_in_an_optional_field_decodes_and_is_written_back(
            id: String,
            members in proptest::collection::btree_map("input|labels|metadata|closed|new", any_json(), 0..5),
        ) {
            let mut expected = json!({ "id": id, "error": null });
            expected.as_object_mut().unwrap().extend(members);
            let json = expected.to_string();
            let (read, _) = item(&json);
            // A closed struct drops unknown fields, as it does where everything fits.
            let mut written = serde_json::to_value(&read).unwrap();
            if read.closed.is_some() {
                written["closed"] = expected["closed"].clone();
            }
            prop_assert_eq!(written, expected);
        }

        #[test]
        fn a_value_that_matches_its_type_is_read_as_serde_json_reads_it(json in any_json()) {
            let json = json.to_string();
            if let Ok(strictly) = serde_json::from_str::<Input>(&json) {
                let (leniently, misfits) = read::<Input>(&json).unwrap();
                prop_assert_eq!(leniently, strictly);
                prop_assert!(misfits.is_empty());
            }
        }
    }
}
