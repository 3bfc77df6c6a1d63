//! The workspace that the program belongs to.

use std::env;
use std::path::Path;

use anyhow::{Context, Result};

/// Makes the root of the workspace the current folder, so that its files go by their short names.
pub fn enter() -> Result<()> {
    let package = env::var_os("CARGO_MANIFEST_DIR").context("run this program as `cargo xtask`")?;
    let root = Path::new(&package).parent().unwrap_or(Path::new("."));
    env::set_current_dir(root).with_context(|| format!("cannot enter `{}`", root.display()))
}
