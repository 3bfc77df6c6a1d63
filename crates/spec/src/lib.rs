//! Reads OpenAPI 3.0 and 3.1 documents, YAML or JSON, of one file or several. It keeps the position of
//! every value, so that each mistake is shown with its file, line and column, the line itself, and what
//! to write instead.
//!
//! ```
//! use ittybit_spec::Document;
//!
//! let document = Document::parse("api.yaml", "\
//! openapi: 3.0.3
//! info: { title: Tasks }
//! paths: {}
//! ")?;
//! let findings = document.check();
//! assert_eq!(findings.iter().next().unwrap().message(), "`info` needs `version`");
//! println!("{findings}");
//! # Ok::<(), ittybit_spec::Diagnostics>(())
//! ```
//!
//! - [`Document`]: reading, checking, visiting and [lowering](Document::lowered) a document
//! - [`Node`]: the tree
//! - [`Diagnostic`], [`Diagnostics`]: the findings
//! - [`mod@pointer`]: JSON pointers to values

mod check;
mod checker;
mod diagnostic;
mod document;
mod file;
mod fix;
mod grammar;
mod json;
mod kind;
mod lower;
mod node;
mod number;
mod openapi;
pub mod pointer;
mod reference;
mod rules;
mod sound;
mod source;
mod tree;
mod walk;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::Document;
pub use grammar::{METHODS, is_component_kind};
pub use kind::Kind;
pub use lower::{Lowered, describes};
pub use node::{Entry, Node, Object, Value};
pub use reference::MAX_HOPS;
pub use source::Position;
pub use walk::Part;
