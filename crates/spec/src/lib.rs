//! Reads OpenAPI 3.0 documents, YAML or JSON, keeping the place of every value, so that what is
//! wrong can be shown with file, line and column, the line itself, and what to write instead.
//!
//! ```
//! use ittybit_spec::Document;
//!
//! let document = Document::parse("api.yaml", "\
//! openapi: 3.0.3
//! info: { title: Tasks }
//! paths: {}
//! ")?;
//! let findings = document.openapi().unwrap_err();
//! assert!(findings.has_errors());
//! println!("{findings}");
//! # Ok::<(), ittybit_spec::Diagnostics>(())
//! ```
//!
//! - [`Document`]: reading, finding places, checking
//! - [`Node`]: the tree
//! - [`Diagnostic`], [`Diagnostics`]: what was found
//! - [`mod@pointer`]: naming places

mod check;
mod diagnostic;
mod document;
mod grammar;
mod json;
mod node;
mod number;
mod openapi;
pub mod pointer;
mod reference;
mod rules;
mod sound;
mod source;
mod tree;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::Document;
pub use node::{Entry, Node, Object, Value};
pub use source::Position;
