//! `cargo xtask codegen`: generates the checked-in client from a document.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use clap::error::ErrorKind;
use ittybit_codegen::Client;
use ittybit_spec::{Diagnostic, Diagnostics, Document, Severity};

use crate::output::{self, Change, Mode, counted};
use crate::snapshots::{self, Snapshots};
use crate::{package, workspace};

/// Generate the client from openapi.yaml, and update the snapshots that depend on it
///
/// Writes generated/client.rs, generated/cases.rs for its tests, and the snapshots of each package's
/// tests/drift.rs, each only where it changes, and ends with a summary. A mistake in the document is shown
/// with its place and what to write instead.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask codegen
  cargo xtask codegen --check
  cargo xtask codegen --spec pets.yaml --out pets-client
  cargo xtask codegen --spec pets.yaml --out src/pets.rs
  cargo xtask codegen --spec pets.yaml --out -

Exit codes:
  0  done, or nothing to do
  1  a mistake in the document, a stale file under `--check`, or any other failure
  2  wrong usage")]
pub struct Args {
    /// Write nothing; where a file is stale, print the difference and the command that fixes it,
    /// and exit with 1
    #[arg(long)]
    check: bool,

    /// Read this document, YAML or JSON, instead of openapi.yaml; needs `--out`, updates no snapshot
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,

    /// Write the code of `--spec` to this file, which ends in `.rs` or exists already; `-` is the standard
    /// output; any other path is the folder of a crate, of which a later run changes only src/client.rs
    #[arg(long, value_name = "FILE|FOLDER", requires = "spec")]
    out: Option<PathBuf>,

    /// The name of the crate, which is also the prefix of its environment variables; by default the name
    /// of the folder, or `ittybit` for a file
    #[arg(long, value_name = "NAME", requires = "spec")]
    name: Option<String>,

    /// Also list the parts of the document that have no effect on the code, and all warnings of each kind
    #[arg(short, long)]
    verbose: bool,
}

/// The number of warnings of one kind that are shown: a large document may have hundreds.
const REPEATED: usize = 5;

/// The checked-in client of this workspace, and the part of its tests that is generated.
const CLIENT: &str = "generated/client.rs";
const CASES: &str = "generated/cases.rs";

/// Runs the command.
///
/// # Errors
/// [`Diagnostics`] for a mistake in the document; a message for anything else.
pub fn run(args: &Args) -> Result<()> {
    let mode = if args.check { Mode::Check } else { Mode::Write };
    let (spec, out) = match (&args.spec, &args.out) {
        (Some(spec), Some(out)) => (spec.as_path(), out.as_path()),
        _ => {
            workspace::enter()?;
            (Path::new("openapi.yaml"), Path::new(CLIENT))
        }
    };
    let to_stdout = out == Path::new("-");
    if to_stdout && args.check {
        refuse_check_of_stdout();
    }
    for path in [spec, out] {
        ensure!(
            !path.to_string_lossy().contains(char::is_control),
            "the path {path:?} has a control character, which the header of the code cannot have"
        );
    }
    if let (Ok(from), Ok(to)) = (fs::canonicalize(spec), fs::canonicalize(out)) {
        ensure!(from != to, "`--out {}` would overwrite the document", quoted(out));
    }

    let is_crate = !to_stdout && out.extension().is_none_or(|end| end != "rs") && !out.is_file();
    let name = match &args.name {
        None if !is_crate => "ittybit".to_owned(),
        name => package::name(name.as_deref(), out)?,
    };
    let document = Document::read(spec)?;
    let (made_by, crate_name) = (command(args, without_folders), name.replace('-', "_"));
    let client = ittybit_codegen::generate(&document, &made_by, &crate_name)?;
    if to_stdout {
        io::stdout().write_all(client.code.as_bytes())?;
        return report(&mut anstream::stderr(), args, &document, &client);
    }

    let mut changes = if is_crate {
        package::put(mode, out, &name, &document, &client)?
    } else {
        Vec::from_iter(output::put(mode, out, &client.code)?)
    };
    if args.spec.is_none() {
        let cases = ittybit_codegen::cases(&document, &made_by, &crate_name)?;
        changes.extend(output::put(mode, Path::new(CASES), &cases)?);
    }
    // The drift tests read the code, so their results are wrong while it is stale.
    let snapshots = if args.spec.is_none() && (mode == Mode::Write || changes.is_empty()) {
        put_snapshots(mode, &mut changes)
    } else {
        Ok(())
    };

    let mut stdout = anstream::stdout();
    report(&mut stdout, args, &document, &client)?;
    for change in &changes {
        match mode {
            Mode::Write => change.summarise(&mut stdout)?,
            Mode::Check => change.show(&mut stdout)?,
        }
    }
    snapshots?;
    match (mode, changes.is_empty()) {
        (Mode::Write, true) => writeln!(stdout, "nothing changed")?,
        (Mode::Check, true) => writeln!(stdout, "up to date")?,
        (Mode::Write, false) => {}
        (Mode::Check, false) => {
            writeln!(stdout)?;
            bail!("{}\nhelp: run `{}`", stale(&changes), command(args, |path| path));
        }
    }
    Ok(())
}

/// Ends the program as clap does for conflicting arguments.
fn refuse_check_of_stdout() -> ! {
    <Args as clap::Args>::augment_args(clap::Command::new("cargo xtask codegen"))
        .error(
            ErrorKind::ArgumentConflict,
            "`--check` compares with a file, but `--out -` is the standard output",
        )
        .exit()
}

/// The command with these arguments, without those that do not affect the files.
fn command(args: &Args, name: fn(&Path) -> &Path) -> String {
    let mut command = "cargo xtask codegen".to_owned();
    for (option, path) in [(" --spec ", &args.spec), (" --out ", &args.out)] {
        if let Some(path) = path {
            command += option;
            command += &quoted(name(path));
        }
    }
    if let Some(name) = &args.name {
        command += &format!(" --name {}", quoted(Path::new(name)));
    }
    command
}

/// The name of the file where the path is absolute, since the folders differ between machines.
fn without_folders(path: &Path) -> &Path {
    match path.file_name() {
        Some(name) if path.is_absolute() => Path::new(name),
        _ => path,
    }
}

/// A path, quoted for a shell where it needs to be.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |char: char| char.is_alphanumeric() || "/\\:._-+,=@%".contains(char);
    if !path.is_empty() && path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// Updates the snapshots of the drift tests.
///
/// # Errors
/// The tests whose snapshots cannot be made, and why. All other snapshots are updated.
fn put_snapshots(mode: Mode, changes: &mut Vec<Change>) -> Result<()> {
    let Snapshots { stale, failed } = snapshots::run()?;
    for (path, text) in stale {
        if mode == Mode::Write
            && let Some(folder) = path.parent()
        {
            fs::create_dir_all(folder)?;
        }
        changes.extend(output::put(mode, &path, &text)?);
    }
    if failed.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> = failed.iter().map(ToString::to_string).collect();
    bail!(
        "{} of the drift tests {}, so snapshots may be stale:\n\n{}\n\nhelp: `{}` runs only these tests",
        failed.len(),
        if failed.len() == 1 { "fails" } else { "fail" },
        reasons.join("\n\n"),
        snapshots::COMMAND,
    );
}

/// Prints the findings of the generator, and a summary of the client.
fn report(out: &mut dyn Write, args: &Args, document: &Document, client: &Client) -> Result<()> {
    let mut repeated: HashMap<_, usize> = HashMap::new();
    let mut is_shown = |finding: &Diagnostic| {
        let count = repeated.entry(finding.code_name()).or_default();
        *count += 1;
        args.verbose || (finding.severity() > Severity::Note && *count <= REPEATED)
    };
    let shown: Diagnostics = client
        .notes
        .iter()
        .filter(|finding| is_shown(finding))
        .cloned()
        .collect();
    if !shown.is_empty() {
        writeln!(out, "{}\n", shown.render(true))?;
    }
    writeln!(
        out,
        "{}: {}, {}, {}",
        document.name(),
        counted(client.operations, "operation"),
        counted(client.types, "type"),
        counted(client.code.lines().count(), "line"),
    )?;
    let count = |severity| {
        client
            .notes
            .iter()
            .filter(|finding| finding.severity() == severity)
            .count()
    };
    let notes = match (count(Severity::Note), args.verbose) {
        (0, _) => None,
        (count, true) => Some(counted(count, "note")),
        (count, false) => Some(format!(
            "{}; `-v` lists what has no effect on the code",
            counted(count, "note")
        )),
    };
    let hidden = count(Severity::Warning)
        - shown
            .iter()
            .filter(|finding| finding.severity() == Severity::Warning)
            .count();
    let warnings = match (count(Severity::Warning), hidden) {
        (0, _) => None,
        (count, 0) => Some(counted(count, "warning")),
        (count, hidden) => Some(format!(
            "{}, of which `-v` shows {hidden} more",
            counted(count, "warning")
        )),
    };
    let found: Vec<_> = warnings.into_iter().chain(notes).collect();
    if !found.is_empty() {
        writeln!(out, "{}", found.join(", "))?;
    }
    Ok(())
}

/// A message about the stale files.
fn stale(changes: &[Change]) -> String {
    match changes {
        [change] => format!("{} is stale", change.path()),
        _ => format!("{} are stale", counted(changes.len(), "file")),
    }
}
