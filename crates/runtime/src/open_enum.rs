//! Enums that take any string.
//!
//! A server may send a value that this version does not know. The caller must not lose the whole page for
//! it, so every enum has a variant that keeps such a value.

/// Implements conversions, serde and JSON Schema for an enum whose last variant is
/// `Unknown(String)`. Conversions from a string never fail, never make `Unknown` of a known string, and
/// `as_str` gives the same string back.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($krate:literal $name:ident { $($variant:ident = $value:literal,)+ }) => {
        impl $name {
            /// Every value that this version knows, in the order of the API's description.
            ///
            /// ```
            #[doc = concat!("for value in ", $krate, "::", stringify!($name), "::KNOWN {")]
            ///     println!("{value}");
            /// }
            /// ```
            pub const KNOWN: &[Self] = &[$(Self::$variant),+];

            /// The value as it is sent and received.
            ///
            /// ```
            #[doc = concat!("let new = ", $krate, "::", stringify!($name), "::from(\"new\");")]
            /// assert_eq!(new.as_str(), "new");
            /// ```
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)+
                    Self::Unknown(value) => value,
                }
            }

            fn known(value: &str) -> ::std::option::Option<Self> {
                match value {
                    $($value => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                Self::known(value).unwrap_or_else(|| Self::Unknown(value.to_owned()))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                Self::known(&value).unwrap_or(Self::Unknown(value))
            }
        }

        impl ::std::convert::From<&::std::string::String> for $name {
            fn from(value: &::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                Ok(Self::from(value))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                deserializer.deserialize_str($crate::generated::StringVisitor::new())
            }
        }

        impl $crate::generated::union::Fit for $name {
            fn fit(
                value: &::serde_json::Value,
                comparison: $crate::generated::union::Comparison,
            ) -> ::std::option::Option<isize> {
                let text = value.as_str()?;
                comparison.listed(Self::known(text).is_some(), Self::KNOWN.len())
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                // Outside of the macro, whose recursion limits the length of lists.
                let known = [$($value),+].as_slice();
                // Any string is valid; the known ones are there for tools and people.
                ::schemars::json_schema!({
                    "anyOf": [{ "type": "string", "enum": known }, { "type": "string" }],
                })
            }
        }
    };
}

/// Reads a string into anything that takes one, without a copy where it is known.
pub struct StringVisitor<T>(std::marker::PhantomData<T>);

impl<T> StringVisitor<T> {
    /// A visitor for `T`.
    #[allow(clippy::new_without_default, reason = "only generated code calls it")]
    pub fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: for<'a> From<&'a str> + From<String>> serde::de::Visitor<'_> for StringVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<T, E> {
        Ok(T::from(value))
    }
}
