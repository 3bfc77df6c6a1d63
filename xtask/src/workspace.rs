//! The workspace that the program belongs to.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the workspace.
pub fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR").context("run this program as `cargo xtask`")?;
    Ok(Path::new(&package).parent().unwrap_or(Path::new(".")).to_owned())
}

/// Makes the root of the workspace the current folder, so that its files have short names.
pub fn enter() -> Result<()> {
    let root = root()?;
    env::set_current_dir(&root).with_context(|| format!("cannot enter `{}`", root.display()))
}
