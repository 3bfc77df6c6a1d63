//! `cargo xtask spec lint`: reports the parts of the document that the generator ignores or refuses, and those that
//! do not follow the style of this project.

mod description;
mod enum_value;
mod example;
mod field_name;
mod inline_type;
mod operation_name;
mod style;
mod summary;
mod type_name;

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use ittybit_spec::{Diagnostics, Document, Severity};

use self::style::Style;
use super::revision;
use crate::output::counted;
use crate::workspace;

/// List mistakes in the document, and possible improvements
///
/// Reports what OpenAPI does not allow, what the generator refuses or ignores, and what does not follow
/// the style of this project: descriptions everywhere, names as in Rust, no enum or object without a
/// name, examples that fit their schemas.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes:
  0  nothing but notes
  1  errors or warnings
  2  wrong usage")]
pub struct Args {
    /// The document [default: openapi.yaml]
    file: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A document that cannot be read, and one with errors or warnings.
pub fn run(args: &Args) -> Result<()> {
    let document = match &args.file {
        Some(file) => Document::read(file)?,
        None => {
            workspace::enter()?;
            revision::read(revision::DOCUMENT)?
        }
    };
    let findings = findings(&document);
    let mut stdout = anstream::stdout();
    if !findings.is_empty() {
        writeln!(stdout, "{}\n", findings.render(true))?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    writeln!(
        stdout,
        "{}: {}, {}, {}",
        document.name(),
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(count(Severity::Note), "note"),
    )?;
    if errors + warnings > 0 {
        bail!("the document has {}", counted(errors + warnings, "finding"));
    }
    Ok(())
}

/// All findings about a document.
fn findings(document: &Document) -> Diagnostics {
    let generated = match ittybit_codegen::generate(document, "cargo xtask codegen", "ittybit") {
        Ok(client) => client.notes,
        Err(refused) => refused,
    };
    // The generator and the check both report violations of OpenAPI.
    let mut reported = HashSet::new();
    let mut findings = Diagnostics::new();
    for finding in generated.into_iter().chain(document.check()) {
        let what = (
            finding.file().to_owned(),
            finding.position(),
            finding.message().to_owned(),
        );
        if reported.insert(what) {
            findings.push(finding);
        }
    }
    // The lints need one tree in the form of 3.0, also for a document of several files or of 3.1.
    let lowered = document.lowered();
    let document = lowered.as_ref().map_or(document, |lowered| &lowered.document);
    let mut style = Style::of(document);
    document.visit(&mut |part| {
        description::check(&mut style, part);
        summary::check(&mut style, part);
        operation_name::check(&mut style, part);
        type_name::check(&mut style, part);
        field_name::check(&mut style, part);
        enum_value::check(&mut style, part);
        inline_type::check(&mut style, part);
    });
    findings.extend(style.findings);
    findings.extend(example::check(document));
    findings
}
