//! `cargo xtask spec git-diff`: the external diff driver that `git diff` runs for a document.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::process::Command;

use anstream::AutoStream;
use anstream::ColorChoice;
use anyhow::{Context, Result};
use clap::builder::styling::{AnsiColor, Effects, Style};
use ittybit_spec::Document;
use ittybit_spec_diff::render;
use similar::TextDiff;

use super::policy;
use crate::output::diff_line;

/// Show a change of the document in `git diff`: its lines, and what it does
///
/// Git runs this for files with the attribute `diff=spec-review`, once the command is configured:
/// `git config diff.spec-review.command 'cargo xtask spec git-diff'`.
#[derive(clap::Args)]
#[command(after_help = "\
Once, in a clone:
  git config diff.spec-review.command 'cargo xtask spec git-diff'

Then:
  git diff
  git diff main -- openapi.yaml
  git log --patch --ext-diff -- openapi.yaml")]
pub struct Args {
    /// The path in the repository
    path: String,

    /// What git passes: the old file, its hash and mode, the new file, its hash and mode
    #[arg(value_name = "GIT")]
    git: Vec<String>,
}

/// The path that git passes for a file that does not exist.
const NOTHING: &str = "/dev/null";

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, or output that cannot be written. A malformed document is not an error,
/// because git would then stop its own output: the review reports it instead.
pub fn run(args: &Args) -> Result<()> {
    let choice = match is_coloured()? {
        true => ColorChoice::Always,
        false => ColorChoice::Never,
    };
    let mut out = AutoStream::new(io::stdout().lock(), choice);
    let [old, _, _, new, ..] = args.git.as_slice() else {
        // For an unresolved conflict, git passes only the path.
        writeln!(out, "* Unmerged path {}", render::visible(&args.path))?;
        return Ok(());
    };
    let read = |file: &str| match file {
        NOTHING => Ok(None),
        _ => fs::read(file)
            .map(|bytes| Some(String::from_utf8_lossy(&bytes).into_owned()))
            .with_context(|| format!("cannot read `{file}`")),
    };
    let (old, new) = (read(old)?, read(new)?);
    let (old_name, new_name) = (format!("a/{}", args.path), format!("b/{}", args.path));
    let name = |name: &'_ str, text: &Option<String>| match text {
        Some(_) => render::visible(name).into_owned(),
        None => NOTHING.to_owned(),
    };
    lines(
        &mut out,
        (&name(&old_name, &old), old.as_deref().unwrap_or_default()),
        (&name(&new_name, &new), new.as_deref().unwrap_or_default()),
    )?;
    let (Some(old), Some(new)) = (old, new) else {
        return Ok(());
    };
    writeln!(out)?;
    let review = || -> Result<String> {
        let (old, new) = (Document::parse(old_name, old)?, Document::parse(new_name, new)?);
        Ok(render::text(&policy::review(&old, &new, None)?, true))
    };
    match review() {
        Ok(review) => write!(out, "{review}")?,
        Err(error) => writeln!(out, "no review: {error}")?,
    }
    out.flush()?;
    Ok(())
}

/// Whether git shows colours, also where its output goes to a terminal through a pager.
fn is_coloured() -> Result<bool> {
    let shown = io::stdout().is_terminal() || std::env::var_os("GIT_PAGER_IN_USE").is_some();
    let status = Command::new("git")
        .args(["config", "--get-colorbool", "color.diff", &shown.to_string()])
        .stdout(std::process::Stdio::piped())
        .output()
        .context("cannot run git")?;
    Ok(String::from_utf8_lossy(&status.stdout).trim() == "true")
}

/// Prints the lines that differ, in the format of git.
fn lines(out: &mut dyn Write, old: (&str, &str), new: (&str, &str)) -> io::Result<()> {
    let bold = Style::new() | Effects::BOLD;
    writeln!(out, "{bold}--- {}{bold:#}\n{bold}+++ {}{bold:#}", old.0, new.0)?;
    let diff = TextDiff::from_lines(old.1, new.1);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let style = AnsiColor::Cyan.on_default();
        writeln!(out, "{style}{}{style:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (style, line) = diff_line(change.tag(), change.value());
            writeln!(out, "{style}{line}{style:#}")?;
            if change.missing_newline() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}
