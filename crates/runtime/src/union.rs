//! Unions: enums of types, of which a value has one.
//!
//! A value is read as the variant that it fits best, never as the first that takes it: a discriminator
//! decides where there is one, and otherwise what the value has is compared with what each variant
//! describes. A value that no variant fits is kept as it came.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::timestamp::Timestamp;
use crate::{decode, number};

/// How strictly, and how deeply, a value is compared with a type.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// Whether a type does not fit for a value that an open enum does not list, or for an optional property
    /// of another type.
    strict: bool,
    /// How many levels of a value are compared. Deeper ones count as fitting: for some nested values, to
    /// compare all of it would take exponential time.
    levels: u8,
}

impl Comparison {
    const LEVELS: u8 = 4;

    fn deeper(self) -> Option<Self> {
        Some(Self {
            levels: self.levels.checked_sub(1)?,
            ..self
        })
    }

    /// The points for a value of an enum of strings, which is listed or not.
    pub fn listed(self, is_listed: bool, listed: usize) -> Option<isize> {
        match is_listed {
            true => Some(2),
            // An enum with one value is a tag.
            false => (!self.strict && listed > 1).then_some(0),
        }
    }
}

/// Types that can measure how well a value fits them.
pub trait Fit {
    /// More points for a better fit; `None` for a value that is not of this type.
    fn fit(value: &Value, comparison: Comparison) -> Option<isize>;
}

/// The properties of an object, compared with those that a type describes.
pub struct Members<'v> {
    members: &'v Map<String, Value>,
    /// `None` below the levels that are compared.
    comparison: Option<Comparison>,
    known: usize,
    points: isize,
}

impl<'v> Members<'v> {
    /// The properties of a value, if it is an object.
    pub fn of(value: &'v Value, comparison: Comparison) -> Option<Self> {
        Some(Self {
            members: value.as_object()?,
            comparison: comparison.deeper(),
            known: 0,
            points: 0,
        })
    }

    /// Compares a required property. `listed` contains the values of an enum of numbers or booleans, as JSON.
    pub fn required<T: Fit>(mut self, name: &str, listed: &[&str]) -> Option<Self> {
        let value = self.members.get(name)?;
        self.known += 1;
        self.points += 2;
        if let Some(comparison) = self.comparison {
            self.points += property::<T>(value, listed, comparison)?;
        }
        Some(self)
    }

    /// Compares an optional property.
    pub fn optional<T: Fit>(mut self, name: &str, listed: &[&str]) -> Option<Self> {
        let Some(value) = self.members.get(name) else {
            return Some(self);
        };
        self.known += 1;
        let fits = match self.comparison {
            _ if value.is_null() => Some(0),
            Some(comparison) => property::<T>(value, listed, comparison),
            None => Some(0),
        };
        match fits {
            Some(points) => self.points += 2 + points,
            None if self.comparison.is_some_and(|comparison| comparison.strict) => return None,
            None => {}
        }
        Some(self)
    }

    /// The sum of all points, minus one for each property that is not described.
    pub fn points(self) -> isize {
        let unknown = self.members.len().saturating_sub(self.known);
        self.points - isize::try_from(unknown).unwrap_or(isize::MAX)
    }
}

/// How well the value of a property fits its type, and its enum if there is one.
fn property<T: Fit>(value: &Value, listed: &[&str], comparison: Comparison) -> Option<isize> {
    let points = T::fit(value, comparison)?;
    if listed.is_empty() || value.is_null() {
        return Some(points);
    }
    let is_listed = text_of(value).is_some_and(|text| listed.contains(&&*text));
    Some(points + comparison.listed(is_listed, listed.len())?)
}

impl Fit for Value {
    fn fit(_: &Value, _: Comparison) -> Option<isize> {
        Some(0)
    }
}

impl Fit for Map<String, Value> {
    fn fit(value: &Value, _: Comparison) -> Option<isize> {
        value.is_object().then_some(0)
    }
}

impl Fit for String {
    fn fit(value: &Value, _: Comparison) -> Option<isize> {
        value.is_string().then_some(1)
    }
}

impl Fit for bool {
    fn fit(value: &Value, _: Comparison) -> Option<isize> {
        value.is_boolean().then_some(1)
    }
}

impl Fit for f64 {
    fn fit(value: &Value, _: Comparison) -> Option<isize> {
        value.is_number().then_some(1)
    }
}

impl Fit for Timestamp {
    fn fit(value: &Value, _: Comparison) -> Option<isize> {
        value.is_number().then_some(1)
    }
}

fn is_within(value: &Value, least: i128, most: i128) -> bool {
    let value = match (value.as_i64(), value.as_u64()) {
        (Some(value), _) => i128::from(value),
        (None, Some(value)) => i128::from(value),
        (None, None) => return false,
    };
    least <= value && value <= most
}

macro_rules! integers {
    ($($integer:ty)+) => {
        $(impl Fit for $integer {
            fn fit(value: &Value, _: Comparison) -> Option<isize> {
                is_within(value, i128::from(<$integer>::MIN), i128::from(<$integer>::MAX)).then_some(2)
            }
        })+
    };
}
integers! { i8 i16 i32 i64 u8 u16 u32 u64 }

impl<T: Fit> Fit for Box<T> {
    fn fit(value: &Value, comparison: Comparison) -> Option<isize> {
        T::fit(value, comparison)
    }
}

impl<T: Fit> Fit for Option<T> {
    fn fit(value: &Value, comparison: Comparison) -> Option<isize> {
        if value.is_null() {
            Some(1)
        } else {
            T::fit(value, comparison)
        }
    }
}

impl<T: Fit> Fit for Vec<T> {
    fn fit(value: &Value, comparison: Comparison) -> Option<isize> {
        all::<T>(value.as_array()?.iter(), comparison)
    }
}

impl<T: Fit> Fit for BTreeMap<String, T> {
    fn fit(value: &Value, comparison: Comparison) -> Option<isize> {
        all::<T>(value.as_object()?.values(), comparison)
    }
}

/// The lowest points among several values.
fn all<'v, T: Fit>(values: impl Iterator<Item = &'v Value>, comparison: Comparison) -> Option<isize> {
    let Some(comparison) = comparison.deeper() else {
        return Some(1);
    };
    let mut least = None;
    for value in values {
        let points = T::fit(value, comparison)?;
        least = Some(least.map_or(points, |least: isize| least.min(points)));
    }
    Some(least.unwrap_or(1))
}

/// A variant of a union.
pub struct Variant<U> {
    /// The values of the discriminator that mean it.
    pub tags: &'static [&'static str],
    /// How well a value fits it.
    pub fit: fn(&Value, Comparison) -> Option<isize>,
    /// The union of a value that is this variant.
    pub read: fn(&Value) -> Option<U>,
}

/// How well a value fits the best of some variants.
pub fn fit<U>(value: &Value, tag: Option<&str>, variants: &[Variant<U>], comparison: Comparison) -> Option<isize> {
    let tagged = tagged(value, tag, variants);
    let candidates = variants
        .iter()
        .enumerate()
        .filter(|(index, _)| tagged.is_none_or(|only| only == *index));
    candidates
        .filter_map(|(_, variant)| (variant.fit)(value, comparison))
        .max()
}

/// The union of a value; `None` where it fits no variant.
pub fn read<U>(value: &Value, tag: Option<&str>, variants: &[Variant<U>]) -> Option<U> {
    if let Some(only) = tagged(value, tag, variants) {
        return (variants.get(only)?.read)(value);
    }
    // A tag that no variant has belongs to a variant that this version does not know.
    let is_tagged = tag.and_then(|tag| text_of(value.get(tag)?)).is_some();
    let by_fit = |variant: &&Variant<U>| !is_tagged || variant.tags.is_empty();
    for strict in [true, false] {
        let comparison = Comparison {
            strict,
            levels: Comparison::LEVELS,
        };
        let fits = variants.iter().filter(by_fit);
        let mut fits: Vec<(isize, &Variant<U>)> = fits
            .filter_map(|variant| Some(((variant.fit)(value, comparison)?, variant)))
            .collect();
        fits.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
        if let Some(found) = fits.iter().find_map(|(_, variant)| (variant.read)(value)) {
            return Some(found);
        }
    }
    None
}

/// The variant that the discriminator names.
fn tagged<U>(value: &Value, tag: Option<&str>, variants: &[Variant<U>]) -> Option<usize> {
    let text = text_of(value.get(tag?)?)?;
    variants.iter().position(|variant| variant.tags.contains(&&*text))
}

/// A value as text, as a document writes it in an enum or in the mapping of a discriminator.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number::text(number).into()),
        Value::Bool(value) => Some(value.to_string().into()),
        _ => None,
    }
}

/// Reads a value into a type of a variant. An optional field that does not fit is left out, as elsewhere.
pub fn variant<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone())
        .ok()
        .or_else(|| decode::leniently(value))
}

/// Implements serde, JSON Schema and conversions for an enum of types whose last variant is
/// `Unknown(serde_json::Value)`.
#[doc(hidden)]
#[macro_export]
macro_rules! union {
    ($name:ident, $tag:expr, { $($variant:ident($ty:ty) as [$($value:literal)*],)+ }) => {
        impl $name {
            const TAG: ::std::option::Option<&'static str> = $tag;

            const VARIANTS: &'static [$crate::generated::union::Variant<Self>] = &[
                $($crate::generated::union::Variant {
                    tags: &[$($value),*],
                    fit: <$ty as $crate::generated::union::Fit>::fit,
                    read: |value| $crate::generated::union::variant::<$ty>(value).map(Self::$variant),
                },)+
            ];
        }

        impl $crate::generated::union::Fit for $name {
            fn fit(
                value: &::serde_json::Value,
                comparison: $crate::generated::union::Comparison,
            ) -> ::std::option::Option<isize> {
                $crate::generated::union::fit(value, Self::TAG, Self::VARIANTS, comparison)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                let found = $crate::generated::union::read(&value, Self::TAG, Self::VARIANTS);
                Ok(found.unwrap_or(Self::Unknown(value)))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => value.serialize(serializer),)+
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                // Outside of the macro, whose recursion limits the length of lists.
                let variants: &[::schemars::Schema] = &[$(generator.subschema_for::<$ty>()),+];
                ::schemars::json_schema!({ "anyOf": variants })
            }
        }
    };
}

/// Implements [`Fit`] for a struct, from its properties.
#[doc(hidden)]
#[macro_export]
macro_rules! fit {
    ($name:ident { $($presence:ident $property:literal: $ty:ty $(as $($value:literal)+)?,)* }) => {
        impl $crate::generated::union::Fit for $name {
            fn fit(
                value: &::serde_json::Value,
                comparison: $crate::generated::union::Comparison,
            ) -> ::std::option::Option<isize> {
                let members = $crate::generated::union::Members::of(value, comparison)?;
                $(let members = members.$presence::<$ty>($property, &[$($($value),+)?])?;)*
                Some(members.points())
            }
        }
    };
}
