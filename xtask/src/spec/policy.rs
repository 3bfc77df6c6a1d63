//! The review policy of this project: approved changes, and the severities of rules.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use ittybit_spec::Document;
use ittybit_spec_diff::{Policy, Report, diff_with};

use crate::workspace;

/// The name of the file in the root of the workspace.
const FILE: &str = ".spec-review.toml";

/// The report of a change, with the policy in a file or in that of the workspace.
pub fn review(old: &Document, new: &Document, file: Option<&Path>) -> Result<Report> {
    let policy = read(file)?;
    let mut report = diff_with(old, new, &policy.options());
    report.compare_clients(old, new);
    report.apply(&policy);
    Ok(report)
}

/// Reads the given file, or that of the workspace, which is optional.
fn read(file: Option<&Path>) -> Result<Policy> {
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
