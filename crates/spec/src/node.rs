//! The tree of a document: JSON values with their positions in the text.

use std::collections::HashMap;
use std::ops::{Deref, Range};

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde_json::Number;

/// A value and the bytes of [`Document::text`](crate::Document::text) that it was read from.
///
/// Two nodes are equal when their values are equal, whatever their positions.
#[derive(Debug, Clone)]
pub struct Node {
    span: Range<usize>,
    value: Value,
}

/// The value of a node: the JSON data model, with members in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// A mapping.
    Object(Object),
}

/// The members of a mapping in the order of the text. Each key occurs once.
///
/// It dereferences to a slice of [`Entry`]. Finding a member by its key takes logarithmic time, since
/// `components/schemas` of a large document has thousands.
#[derive(Debug, Clone, Default)]
pub struct Object {
    entries: Vec<Entry>,
    /// Indices into `entries`, in the order of the keys.
    by_key: Box<[u32]>,
}

/// A member with the same key as an earlier one: the position of the earlier key, the key, and its position.
type Repeated = (Range<usize>, String, Range<usize>);

impl Object {
    /// The object, and all members with the same key as an earlier one. Of those the last value is used, as
    /// in most readers of JSON, at the index of the first one.
    pub(crate) fn new(mut entries: Vec<Entry>) -> (Self, Vec<Repeated>) {
        let mut by_key = sorted_by_key(&entries);
        let mut repeated = Vec::new();
        let key = |place: u32| &entries[place as usize].key;
        if by_key.windows(2).any(|pair| key(pair[0]) == key(pair[1])) {
            let mut first: HashMap<String, usize> = HashMap::new();
            let mut kept: Vec<Entry> = Vec::new();
            for entry in entries {
                match first.get(&entry.key) {
                    Some(&place) => {
                        repeated.push((kept[place].key_span(), entry.key.clone(), entry.key_span()));
                        kept[place] = entry;
                    }
                    None => {
                        first.insert(entry.key.clone(), kept.len());
                        kept.push(entry);
                    }
                }
            }
            entries = kept;
            by_key = sorted_by_key(&entries);
        }
        (Self { entries, by_key }, repeated)
    }

    /// An object of members that have different keys.
    pub(crate) fn of(entries: Vec<Entry>) -> Self {
        Self::new(entries).0
    }

    /// The member of that name.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        if self.entries.len() <= FEW {
            return self.entries.iter().find(|entry| entry.key == key);
        }
        let found = self
            .by_key
            .binary_search_by(|place| self.entries[*place as usize].key.as_str().cmp(key));
        Some(&self.entries[self.by_key[found.ok()?] as usize])
    }
}

/// Up to this number of members, a linear search is faster.
const FEW: usize = 16;

fn sorted_by_key(entries: &[Entry]) -> Box<[u32]> {
    let mut by_key: Box<[u32]> = (0..entries.len() as u32).collect();
    by_key.sort_by(|a, b| entries[*a as usize].key.cmp(&entries[*b as usize].key));
    by_key
}

impl Deref for Object {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.entries
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

/// One member of an object.
#[derive(Debug, Clone)]
pub struct Entry {
    key: String,
    key_span: Range<usize>,
    value: Node,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Entry {
    pub(crate) fn new(key: String, key_span: Range<usize>, value: Node) -> Self {
        Self { key, key_span, value }
    }

    /// The same member with another value.
    pub(crate) fn with_value(&self, value: Node) -> Self {
        Self::new(self.key.clone(), self.key_span(), value)
    }

    pub(crate) fn into_value(self) -> Node {
        self.value
    }

    /// The member's name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The bytes of the name.
    pub fn key_span(&self) -> Range<usize> {
        self.key_span.clone()
    }

    /// The member's value.
    pub fn value(&self) -> &Node {
        &self.value
    }
}

impl Node {
    pub(crate) fn new(span: Range<usize>, value: Value) -> Self {
        Self { span, value }
    }

    /// The bytes that the value was read from. The value of a YAML alias has the bytes of the anchored
    /// value.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The members of an object, or none.
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        match self.value {
            Value::Object(object) => object.entries,
            _ => Vec::new(),
        }
    }

    /// The value of an object's member.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(Entry::value)
    }

    /// An object's member, with the position of its name.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Object(object) => object.entry(key),
            _ => None,
        }
    }

    /// The depth of nested lists and objects: 0 for a scalar, at most 128 for a document.
    ///
    /// ```
    /// use ittybit_spec::Document;
    ///
    /// let document = Document::parse("api.yaml", "info: { tags: [a] }")?;
    /// assert_eq!(document.root().depth(), 3);
    /// # Ok::<(), ittybit_spec::Diagnostics>(())
    /// ```
    pub fn depth(&self) -> usize {
        match self.value() {
            Value::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or_default(),
            Value::Object(members) => {
                let inner = members.iter().map(|member| member.value().depth());
                1 + inner.max().unwrap_or_default()
            }
            _ => 0,
        }
    }

    /// The kind of value, as text for a message: "a string", "null".
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// The value without its positions.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => number.clone().into(),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => items.iter().map(Node::to_json).collect(),
            Value::Object(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect(),
        }
    }
}

/// Deserialises directly from the tree, which keeps the order of members; `serde_json::Value` may not.
impl<'de> Deserializer<'de> for &'de Node {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => SeqDeserializer::new(items.iter()).deserialize_any(visitor),
            Value::Object(entries) => {
                MapDeserializer::new(entries.iter().map(|entry| (entry.key.as_str(), &entry.value)))
                    .deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match &self.value {
            Value::String(text) => {
                let unit: serde::de::value::StrDeserializer<'_, Self::Error> = text.as_str().into_deserializer();
                unit.deserialize_enum(name, variants, visitor)
            }
            Value::Object(entries) => {
                MapDeserializer::new(entries.iter().map(|entry| (entry.key.as_str(), &entry.value)))
                    .deserialize_enum(name, variants, visitor)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
