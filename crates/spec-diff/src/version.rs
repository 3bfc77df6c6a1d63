//! The bump of `info.version` that a report asks for, by [Semantic Versioning].
//!
//! Before `1.0.0` a breaking change asks for a new minor version, and any other for a new patch
//! version, as Cargo has it.
//!
//! [Semantic Versioning]: https://semver.org

use std::fmt::{self, Display};

use crate::change::{Bump, Report, Wire};

/// The bump that the API's version needs: the graver of what the wire and Rust ask for; `None`
/// where nothing but the version itself has changed.
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
    let others = report
        .changes
        .iter()
        .filter(|change| change.id != "api-version-changed");
    let rust = others.map(|change| change.rust).max()?;
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
/// It is not; or one of the versions is missing, or is not written as `MAJOR.MINOR.PATCH`.
pub fn check(report: &Report) -> Result<(), NotBumped> {
    let Some(bump) = required(report) else {
        return Ok(());
    };
    let read = |version: &Option<String>, name: &str| match version {
        None => Err(NotBumped::Missing { name: name.to_owned() }),
        Some(text) => Version::parse(text).ok_or_else(|| NotBumped::NotAVersion {
            name: name.to_owned(),
            version: text.clone(),
        }),
    };
    let old = read(&report.old_version, &report.old_name)?;
    let new = read(&report.new_version, &report.new_name)?;
    let least = old.next(bump);
    if new.numbers >= least.numbers {
        return Ok(());
    }
    Err(NotBumped::TooLow {
        bump,
        old: old.to_string(),
        new: new.to_string(),
        least: least.to_string(),
    })
}

/// Why the version does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBumped {
    /// The version is not as high as it must be.
    TooLow {
        /// The bump that the changes ask for.
        bump: Bump,
        /// The old version.
        old: String,
        /// The new version.
        new: String,
        /// The lowest version that does.
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
        /// What stands there.
        version: String,
    },
}

impl Display for NotBumped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBumped::TooLow { bump, old, new, least } => {
                if old == new {
                    write!(f, "the changes are {bump}, and `info.version` is still {old}")?;
                } else {
                    write!(
                        f,
                        "the changes are {bump}, and `info.version` went from {old} to {new} only"
                    )?;
                }
                write!(f, ": write `version: {least}`")
            }
            NotBumped::Missing { name } => write!(f, "{name} has no `info.version`: write `version: 1.0.0` in `info`"),
            NotBumped::NotAVersion { name, version } => write!(
                f,
                "`info.version` of {name} is `{version}`, which is not of the form MAJOR.MINOR.PATCH: \
                 write for example `version: 1.0.0`"
            ),
        }
    }
}

impl std::error::Error for NotBumped {}

struct Version {
    numbers: [u64; 3],
}

impl Version {
    /// What stands behind the three numbers plays no part in a bump.
    fn parse(text: &str) -> Option<Self> {
        let numbers = text.split(['-', '+']).next()?;
        let mut parts = numbers.split('.').map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        });
        let version = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self { numbers: version })
    }

    fn next(&self, bump: Bump) -> Self {
        let [major, minor, patch] = self.numbers;
        let numbers = match (major, bump) {
            (0, Bump::Major) => [0, minor.saturating_add(1), 0],
            (0, Bump::Minor | Bump::Patch) | (_, Bump::Patch) => [major, minor, patch.saturating_add(1)],
            (_, Bump::Major) => [major.saturating_add(1), 0, 0],
            (_, Bump::Minor) => [major, minor.saturating_add(1), 0],
        };
        Self { numbers }
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")
    }
}
