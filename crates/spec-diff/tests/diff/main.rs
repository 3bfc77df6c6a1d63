//! Tests of the comparison, of its reports, and of the document `docs/spec-review.md`.

mod approval;
mod cases;
mod changes;
mod closed;
mod nasty;
mod policy;
mod random;
mod render;
mod semver;
mod surface;
mod wire;
