//! The bump of `info.version` that a report requires, by [Semantic Versioning].
//!
//! Before `1.0.0` a breaking change requires a new minor version, and any other change a new patch
//! version, as in Cargo.
//!
//! [Semantic Versioning]: https://semver.org

use std::fmt::{self, Display};

use semver::Version;

use crate::change::Report;
use crate::severity::{Bump, Wire};
use crate::visible::visible;

/// The bump that `info.version` needs: the larger one of those for the wire and for Rust, if there is a verdict on
/// Rust; `None` if nothing but the version itself has changed.
///
/// ```
/// use ittybit_spec::Document;
/// use ittybit_spec_diff::{Bump, diff, version};
///
/// let old = Document::parse("old.yaml", "servers: [{ url: https://a.example.com }]")?;
/// let new = Document::parse("new.yaml", "servers: [{ url: https://b.example.com }]")?;
/// assert_eq!(version::required(&diff(&old, &new)), Some(Bump::Major));
/// # Ok::<(), ittybit_spec::Diagnostics>(())
/// ```
pub fn required(report: &Report) -> Option<Bump> {
    let mut others = report
        .changes
        .iter()
        .filter(|change| change.id != "api-version-changed");
    others.next()?;
    let rust = report.rust().unwrap_or(Bump::Patch);
    let wire = match report.wire() {
        Wire::Breaking => Bump::Major,
        Wire::Compatible => Bump::Minor,
        Wire::None => Bump::Patch,
    };
    Some(rust.max(wire))
}

/// Checks that `info.version` of the new document is high enough.
///
/// # Errors
/// The version is too low, is missing, or is not of the form `MAJOR.MINOR.PATCH`.
pub fn check(report: &Report) -> Result<(), NotBumped> {
    let Some(bump) = required(report) else {
        return Ok(());
    };
    let name = || report.new_name.clone();
    let new = match &report.new_version {
        None => return Err(NotBumped::Missing { name: name() }),
        Some(text) => Version::parse(text).map_err(|_| NotBumped::NotAVersion {
            name: name(),
            version: text.clone(),
        })?,
    };
    // The old document cannot be fixed any more: if its version is malformed, any new version is accepted.
    let Some(old) = report.old_version.as_deref().and_then(|text| Version::parse(text).ok()) else {
        return Ok(());
    };
    let least = next(&old, bump);
    let numbers = |version: &Version| (version.major, version.minor, version.patch);
    if numbers(&new) >= numbers(&least) && new.cmp_precedence(&old).is_gt() {
        return Ok(());
    }
    Err(NotBumped::TooLow {
        bump,
        old: old.to_string(),
        new: new.to_string(),
        least: least.to_string(),
    })
}

/// Why the version is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBumped {
    /// The version is too low.
    TooLow {
        /// The bump that the changes require.
        bump: Bump,
        /// The old version.
        old: String,
        /// The new version.
        new: String,
        /// The lowest version that is accepted.
        least: String,
    },
    /// A document has no version.
    Missing {
        /// The name of the document.
        name: String,
    },
    /// A version is not of the form `MAJOR.MINOR.PATCH`.
    NotAVersion {
        /// The name of the document.
        name: String,
        /// The malformed version.
        version: String,
    },
}

impl Display for NotBumped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBumped::TooLow { bump, old, new, least } => {
                if old == new {
                    write!(f, "the changes are {bump}, and `info.version` is still `{old}`")?;
                } else {
                    write!(
                        f,
                        "the changes are {bump}, and `info.version` changed only from `{old}` to `{new}`"
                    )?;
                }
                write!(f, ": write `version: {least}`")
            }
            NotBumped::Missing { name } => write!(
                f,
                "`{}` has no `info.version`: write `version: 1.0.0` in `info`",
                visible(name)
            ),
            NotBumped::NotAVersion { name, version } => write!(
                f,
                "`info.version` of `{}` is `{}`, which is not of the form MAJOR.MINOR.PATCH: \
                 write for example `version: 1.0.0`",
                visible(name),
                visible(version),
            ),
        }
    }
}

impl std::error::Error for NotBumped {}

/// The lowest release that the bump allows. The release that a pre-release prepares is not published yet, so the
/// pre-release may become that release with any change that such a release may contain.
fn next(old: &Version, bump: Bump) -> Version {
    let Version {
        major, minor, patch, ..
    } = *old;
    let prepared = match (major, bump) {
        (0, Bump::Minor) | (_, Bump::Patch) => true,
        (0, Bump::Major) | (_, Bump::Minor) => patch == 0,
        (_, Bump::Major) => minor == 0 && patch == 0,
    };
    if !old.pre.is_empty() && prepared {
        return Version::new(major, minor, patch);
    }
    match (major, bump) {
        (0, Bump::Major) => Version::new(0, minor.saturating_add(1), 0),
        (0, Bump::Minor) | (_, Bump::Patch) => Version::new(major, minor, patch.saturating_add(1)),
        (_, Bump::Major) => Version::new(major.saturating_add(1), 0, 0),
        (_, Bump::Minor) => Version::new(major, minor.saturating_add(1), 0),
    }
}
