//! Output files of a command: written where they changed, or only compared.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::builder::styling::{AnsiColor, Effects, Style};
use ittybit_spec_diff::render::visible;
use similar::{ChangeTag, TextDiff};

/// What to do with a stale file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    Write,
    /// Leave it unchanged.
    Check,
}

/// A file that is stale or, with [`Mode::Write`], was stale until now.
pub struct Change {
    path: PathBuf,
    /// Its old contents; `None` where there is no such file.
    old: Option<String>,
    new: String,
}

/// Compares a file with its expected contents, and writes it with [`Mode::Write`] where it differs.
///
/// # Errors
/// A folder that does not exist, a path that is not a file, or an error of reading or writing.
pub fn put(mode: Mode, path: &Path, text: &str) -> Result<Option<Change>> {
    let old = read(path)?;
    if old.as_deref() == Some(text.as_bytes()) {
        return Ok(None);
    }
    if mode == Mode::Write {
        let folder = folder(path);
        ensure!(
            folder.is_dir(),
            "cannot write `{}`: there is no folder `{}`\nhelp: make the folder, or name another file",
            path.display(),
            folder.display(),
        );
        write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(Some(Change {
        path: path.to_owned(),
        old: old.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        new: text.to_owned(),
    }))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            Ok(Some(fs::read(path).with_context(|| format!("cannot read `{shown}`"))?))
        }
        Ok(_) => bail!("cannot write `{shown}`: it is not a file"),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{shown}`")),
    }
}

/// Writes to a temporary file and renames it, so that a crash does not leave an incomplete file.
fn write(path: &Path, text: &str) -> io::Result<()> {
    // A rename would replace a symbolic link instead of its target.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // `File::create_new` sets the usual permissions of a new file; those of tempfile are for the owner only.
    let mut file = tempfile::Builder::new().make_in(folder(&path), |path| File::create_new(path))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

impl Change {
    /// The number of lines that are shown around a difference.
    const CONTEXT: usize = 3;
    /// The maximum number of lines of a diff. To see more, write the file and use `git diff`.
    const LINES: usize = 200;

    fn diff(&self) -> TextDiff<'_, '_, str> {
        // Files with nothing in common would take quadratic time.
        TextDiff::configure()
            .timeout(Duration::from_secs(2))
            .diff_lines(self.old.as_deref().unwrap_or_default(), self.new.as_str())
    }

    /// Prints what writing the file changed, in one line.
    pub fn summarise(&self, out: &mut dyn Write) -> io::Result<()> {
        let path = self.path.display();
        if self.old.is_none() {
            return writeln!(out, "created: {path} ({})", counted(self.new.lines().count(), "line"));
        }
        let diff = self.diff();
        let count = |tag| diff.iter_all_changes().filter(|line| line.tag() == tag).count();
        let (added, removed) = (count(ChangeTag::Insert), count(ChangeTag::Delete));
        writeln!(out, "changed: {path} (+{added} −{removed})")
    }

    /// Prints what writing the file would change, as a unified diff of bounded length.
    pub fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let path = self.path.display();
        let diff = self.diff();
        let mut unified = diff.unified_diff();
        unified.context_radius(Self::CONTEXT);
        let bold = Style::new() | Effects::BOLD;
        let old = if self.old.is_some() { "" } else { " (missing)" };
        writeln!(
            out,
            "\n{bold}--- {path}{old}{bold:#}\n{bold}+++ {path} (generated){bold:#}"
        )?;

        let lines = unified.iter_hunks().flat_map(|hunk| {
            let header = (AnsiColor::Cyan.on_default(), hunk.header().to_string());
            let changes: Vec<_> = hunk
                .iter_changes()
                .map(|change| diff_line(change.tag(), change.value()))
                .collect();
            std::iter::once(header).chain(changes)
        });
        let mut hidden = 0;
        for (index, (style, line)) in lines.enumerate() {
            if index < Self::LINES {
                writeln!(out, "{style}{line}{style:#}")?;
            } else {
                hidden += 1;
            }
        }
        if hidden > 0 {
            writeln!(out, "… {} not shown", counted(hidden, "line"))?;
        }
        Ok(())
    }

    /// The file, as it was named.
    pub fn path(&self) -> impl Display + '_ {
        self.path.display()
    }
}

/// A number and a noun, in the plural unless the number is 1.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A line of a unified diff and its colour.
pub fn diff_line(tag: ChangeTag, line: &str) -> (Style, String) {
    let style = match tag {
        ChangeTag::Delete => AnsiColor::Red.on_default(),
        ChangeTag::Insert => AnsiColor::Green.on_default(),
        ChangeTag::Equal => Style::new(),
    };
    // The file may contain anything, also what would affect a terminal.
    let line = line.strip_suffix('\n').unwrap_or(line).replace('\t', "    ");
    (style, format!("{tag}{}", visible(&line)))
}
