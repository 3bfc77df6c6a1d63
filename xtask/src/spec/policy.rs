//! The review policy of this project: approved changes, and the severities of rules.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use ittybit_spec_diff::Policy;

use crate::workspace;

/// The name of the file in the root of the workspace.
const FILE: &str = ".spec-review.toml";

/// Reads the given file, or that of the workspace, which is optional.
pub fn read(file: Option<&Path>) -> Result<Policy> {
    let (path, name) = match file {
        Some(file) => (file.to_owned(), file.display().to_string()),
        None => {
            let path = workspace::root()?.join(FILE);
            if !path.exists() {
                return Ok(Policy::default());
            }
            (path, FILE.to_owned())
        }
    };
    let text = fs::read_to_string(&path).map_err(|error| {
        anyhow!("cannot read `{name}`: {error}\nhelp: name a file like {FILE}, or leave `--policy` out")
    })?;
    Ok(Policy::parse(&name, &text)?)
}
