//! How much a change matters: on the wire, for the version, and all changes together.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

/// The effect of a change on the wire, for a caller that follows the old document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Breaks no caller.
    Info,
    /// May break a caller, or is a change that no rule covers.
    Warning,
    /// Breaks a caller.
    Error,
}

impl Severity {
    pub(crate) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];
}

/// The version bump of the generated Rust client that a change requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bump {
    /// No public item changes; at most documentation or behaviour.
    Patch,
    /// A public item is added, or is deprecated.
    Minor,
    /// A public item is removed, renamed or has another type.
    Major,
}

/// The effect of all changes together on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wire {
    /// Requests and responses are unchanged.
    None,
    /// No caller that follows the old document breaks.
    Compatible,
    /// A caller breaks, or may break.
    Breaking,
}

/// The word for each variant, in reports as in JSON.
macro_rules! words {
    ($($name:ident, $all:literal { $($variant:ident = $word:literal),* })*) => {$(
        impl $name {
            #[doc = $all]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word),*
                }
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

words! {
    Severity, "`info`, `warning` or `error`." { Info = "info", Warning = "warning", Error = "error" }
    Bump, "`patch`, `minor` or `major`." { Patch = "patch", Minor = "minor", Major = "major" }
    Wire, "`none`, `compatible` or `breaking`." { None = "none", Compatible = "compatible", Breaking = "breaking" }
}
