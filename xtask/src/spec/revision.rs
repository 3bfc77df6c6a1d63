//! Documents from files, and from revisions in git.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use ittybit_spec::Document;

use crate::workspace;

/// The path of this project's document, relative to the root of the workspace.
pub const DOCUMENT: &str = "openapi.yaml";

/// Reads a document that is named by a file, or by a revision and a path.
pub fn read(name: &str) -> Result<Document> {
    if !Path::new(name).exists() {
        if let Some((revision, path)) = name.split_once(':') {
            return show(revision, path);
        }
        if is_commit(name).is_ok_and(|is| is) {
            bail!("`{name}` is a revision, not a file\nhelp: name the document in it: `{name}:{DOCUMENT}`");
        }
    }
    Ok(Document::read(Path::new(name))?)
}

/// The document at the merge base of this branch and the default branch.
pub fn merge_base() -> Result<Document> {
    workspace::enter()?;
    let branch = default_branch()?;
    let base = git(&["merge-base", &branch, "HEAD"])?;
    if !base.status.success() {
        bail!(
            "`{branch}` and `HEAD` have no commit in common\n\
             help: fetch the whole history, or name the old document: `cargo xtask spec diff REV:{DOCUMENT}`"
        );
    }
    let base = String::from_utf8_lossy(&base.stdout);
    show(base.trim().get(..12).unwrap_or_default(), DOCUMENT)
}

fn default_branch() -> Result<String> {
    if !git(&["rev-parse", "--git-dir"])?.status.success() {
        bail!(
            "this is not a git repository, so there is no older document to compare with\n\
             help: name both documents: `cargo xtask spec diff OLD NEW`"
        );
    }
    let remote = git(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])?;
    if remote.status.success() {
        return Ok(String::from_utf8_lossy(&remote.stdout).trim().to_owned());
    }
    for branch in ["origin/main", "main", "origin/master", "master"] {
        if is_commit(branch)? {
            return Ok(branch.to_owned());
        }
    }
    bail!(
        "there is no default branch: no `origin/HEAD`, `main` or `master`\n\
         help: name the old document, a file or `REV:{DOCUMENT}`"
    );
}

fn is_commit(revision: &str) -> Result<bool> {
    let commit = format!("{revision}^{{commit}}");
    let found = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    Ok(found.status.success())
}

/// Reads a document from a revision, or from the index where the revision is empty.
fn show(revision: &str, path: &str) -> Result<Document> {
    let name = format!("{revision}:{path}");
    if revision.starts_with('-') {
        bail!("`{revision}` is not a revision");
    }
    // `git show` would print a listing for a folder.
    let shown = git(&["cat-file", "blob", &name])?;
    if !shown.status.success() {
        let reason = String::from_utf8_lossy(&shown.stderr);
        let reason = match reason.trim().trim_start_matches("fatal: ") {
            reason if reason.ends_with("bad file") => "it is not a file",
            reason => reason,
        };
        bail!(
            "cannot read `{name}`: {reason}\nhelp: name a file, or `REV:path` with a path from the root of the repository"
        );
    }
    let text = String::from_utf8(shown.stdout).with_context(|| format!("`{name}` is not UTF-8"))?;
    Ok(Document::parse(name, text)?)
}

fn git(arguments: &[&str]) -> Result<Output> {
    Command::new("git")
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .context("cannot run git, which has the old documents")
}
