//! Reports the effects of a change of an OpenAPI document (3.0 or 3.1): on requests and responses, and on users of
//! the Rust client that is generated from it.
//!
//! ```
//! use ittybit_spec::Document;
//! use ittybit_spec_diff::{Severity, diff, render};
//!
//! let old = Document::parse("old.yaml", "\
//! paths:
//!   /pets:
//!     get:
//!       parameters: [{ name: limit, in: query, schema: { type: integer, maximum: 100 } }]
//! ")?;
//! let new = Document::parse("new.yaml", "\
//! paths:
//!   /pets:
//!     get:
//!       parameters: [{ name: limit, in: query, schema: { type: integer, maximum: 50 } }]
//! ")?;
//! let report = diff(&old, &new);
//! assert_eq!(report.changes[0].id, "request-parameter-max-decreased");
//! assert_eq!(report.severity(), Some(Severity::Error));
//! println!("{}", render::text(&report, false));
//! # Ok::<(), ittybit_spec::Diagnostics>(())
//! ```
//!
//! - [`diff`]: compares two documents, and returns a [`Report`] of the changes on the wire
//! - [`Report::compare_clients`]: adds the effect on Rust, by comparing the generated clients
//! - [`rules`]: all rules that a report may contain; `docs/spec-review.md` gives the reasons for them
//! - [`Policy`]: the decisions of a project: approved changes, and other severities for rules
//! - [`render`]: a report for a terminal, for a pull request, for a browser, for programs
//! - [`version`]: the bump of `info.version` that a report requires
//!
//! No difference is left out: one that no rule covers is reported as `unclassified`, which is a warning.

mod approval;
mod change;
mod client;
mod compare;
mod date;
mod effect;
mod fingerprint;
mod json;
mod locate;
mod options;
mod policy;
mod reference;
pub mod render;
mod rule;
mod severity;
pub mod version;
mod visible;

pub use approval::Approval;
pub use change::{Change, Kind, NoVerdict, Place, Report};
pub use compare::{diff, diff_with};
pub use date::{Date, NotADate};
pub use options::Options;
pub use policy::{Malformed, Policy};
pub use rule::{Rule, rules};
pub use severity::{Bump, Severity, Wire};
