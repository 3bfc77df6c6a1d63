//! The members of a JSON object, whose values stay text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The members of an object, in their order, with all there is under one name. A list, because a map of them would cost
/// every caller the compilation of its trees.
#[derive(Default)]
pub struct Members<'de>(pub Vec<(String, &'de RawValue)>);

impl<'de> Members<'de> {
    /// The value of a member; of several with its name, the last one.
    pub(crate) fn get(&self, name: &str) -> Option<&'de RawValue> {
        let found = self.0.iter().rfind(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    }

    /// Takes all members of a name, and returns the value of the last one.
    pub(crate) fn remove(&mut self, name: &str) -> Option<&'de RawValue> {
        let value = self.get(name);
        self.0.retain(|(known, _)| known != name);
        value
    }

    /// Sets a member, in place of those of its name, and before those of larger names, so that the order does not
    /// depend on that of the calls.
    pub(crate) fn set(&mut self, name: &str, value: &'de RawValue) {
        self.remove(name);
        let larger = self.0.iter().position(|(known, _)| known.as_str() > name);
        let place = larger.unwrap_or(self.0.len());
        self.0.insert(place, (name.to_owned(), value));
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(All)
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
