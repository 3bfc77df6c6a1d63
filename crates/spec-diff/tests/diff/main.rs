//! Tests of the comparison, of its reports, and of the policy that describes both.

mod cases;
mod changes;
mod closed;
mod policy;
mod random;
mod render;
mod semver;
mod surface;
mod wire;
