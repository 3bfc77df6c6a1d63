//! `cargo xtask corpus`: generates clients from many documents.
//!
//! This measures the generator on documents of other APIs. Each client is generated in its own process, so
//! that an abort or an endless loop affects only one document. With `--check`, each client is compiled as its
//! own crate: in a common crate, a module with unresolved names would hide the errors of the others. The
//! crates of a batch are members of one workspace, which is reused for the next batch, so that dependencies
//! are compiled once and the folder stays small.

mod mutation;
mod progress;
mod serve;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use ittybit_spec::{Diagnostics, Document, Severity};
use serde_json::{Value, json};

use self::progress::Progress;
use crate::output::counted;
use crate::package;

/// Generate clients from every OpenAPI 3 document below a folder, and report the results
///
/// Documents are files that end in .yaml, .yml or .json and contain `openapi: 3…`; other files are
/// skipped. With `--check` the clients are compiled, with the features `blocking` and `schemars`, and a
/// warning is a failure. With `--serve` each client also sends every argument of every operation to an
/// emulator that serves its document.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo run --release -p xtask -- corpus documents
  cargo run --release -p xtask -- corpus documents --check --json results.json
  cargo run --release -p xtask -- corpus documents --mutations 10000
  cargo xtask corpus documents --serve

Exit codes:
  0  every document became a client or was refused, and with `--check` every client compiles
  1  a crash, a document that took too long, a client that does not compile, a call without an answer that
     the client can read, or any other failure
  2  wrong usage")]
pub struct Args {
    /// Where the documents are, at any depth
    folder: PathBuf,

    /// Also compile the clients
    #[arg(long)]
    check: bool,

    /// Also compile the clients, serve each document with the emulator, and call every operation. Ids in paths
    /// are those of the lists that the emulator sent
    #[arg(long, conflicts_with = "mutations")]
    serve: bool,

    /// Use this number of documents with random changes instead, each made of one below the folder
    #[arg(long, value_name = "NUMBER")]
    mutations: Option<usize>,

    /// The seed of the random changes: the same one makes the same documents
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "mutations")]
    seed: u64,

    /// Write the result of each document to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// The path is a document: generate its client in this process, and print the result. The command runs
    /// itself with this option for each document
    #[arg(long, hide = true)]
    one: bool,
}

/// The time limit of a document, and the extra time for each 10 MB of it.
const LIMIT: Duration = Duration::from_secs(60);

/// The number of crates that are compiled together. The disk must have room for the output of all of them.
const BATCH: usize = 40;

/// The number of rows of a table that are shown.
const ROWS: usize = 10;

/// The result of a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Every call was answered.
    Called,
    Compiled,
    Generated,
    Refused,
    DoesNotCompile,
    CallsFailed,
    /// A panic, or an unexpected end of the process.
    Crashed,
    TimedOut,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::Compiled => "compiled",
            Self::Generated => "generated",
            Self::Refused => "refused",
            Self::DoesNotCompile => "does not compile",
            Self::CallsFailed => "calls failed",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed out",
        }
    }

    fn is_failure(self) -> bool {
        self > Self::Refused
    }

    /// Its name, if it is a failure.
    fn failure(self) -> Option<&'static str> {
        self.is_failure().then(|| self.name())
    }
}

/// One document and its result.
struct Entry {
    /// The path, relative to the folder of the documents.
    path: PathBuf,
    bytes: u64,
    outcome: Outcome,
    diagnostics: Vec<Finding>,
    seconds: f64,
    /// The client, until it is compiled.
    code: String,
    lines: usize,
    /// The cases of the document, and the environment variables that the client reads, to serve it.
    cases: String,
    variables: Vec<String>,
    /// The result of the calls; null before them.
    calls: Value,
}

/// A finding of the generator or the compiler.
struct Finding {
    severity: String,
    /// The code, or the message without the parts that differ between documents.
    code: String,
    message: String,
}

/// Runs the command.
///
/// # Errors
/// Files that cannot be read or written, and documents whose outcome is a failure. A refused document is none.
pub fn run(args: &Args) -> Result<()> {
    if args.one {
        return print_one(&args.folder, args.serve);
    }
    let paths = documents(&args.folder)?;
    ensure!(
        !paths.is_empty(),
        "there is no OpenAPI 3 document below `{}`\nhelp: documents are .yaml, .yml or .json files with `openapi: 3…`",
        args.folder.display()
    );
    let Some(count) = args.mutations else {
        return generate_and_report(args, &args.folder, &paths);
    };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let paths = mutation::write(&paths, folder.path(), count, args.seed)?;
    generate_and_report(args, folder.path(), &paths)
        .inspect_err(|_| anstream::eprintln!("the documents are in `{}`", folder.keep().display()))
}

fn generate_and_report(args: &Args, folder: &Path, paths: &[PathBuf]) -> Result<()> {
    let begun = Instant::now();
    let compiles = args.check || args.serve;
    let mut entries = generate_all(folder, paths, args)?;
    let generated_in = begun.elapsed();
    if compiles {
        check(&mut entries, args.serve.then_some(folder))?;
    }
    if let Some(file) = &args.json {
        let json: Vec<Value> = entries.iter().map(to_json).collect();
        let text = serde_json::to_string_pretty(&json)?;
        fs::write(file, text + "\n").with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let out = &mut anstream::stdout();
    report(out, &entries)?;
    if args.serve {
        let called = entries.iter().filter(|entry| !entry.calls.is_null());
        serve::report(out, called.map(|entry| (entry.path.as_path(), &entry.calls)))?;
    }
    writeln!(out, "\ngenerated in {:.1} s", generated_in.as_secs_f64())?;
    if compiles {
        let checked_in = begun.elapsed() - generated_in;
        writeln!(out, "compiled in {:.1} s", checked_in.as_secs_f64())?;
    }
    let failures = entries.iter().filter(|entry| entry.outcome.is_failure()).count();
    if failures > 0 {
        bail!("{} of {} failed", failures, counted(entries.len(), "document"));
    }
    Ok(())
}

/// The documents below a folder, in the order of their paths.
fn documents(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut folders, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        let read = || format!("cannot read `{}`", folder.display());
        for entry in fs::read_dir(&folder).with_context(read)? {
            let entry = entry.with_context(read)?;
            let path = entry.path();
            // Symbolic links are not followed: they may form a cycle.
            if entry.file_type().with_context(read)?.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known))
            {
                let text = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
                if is_openapi_3(&String::from_utf8_lossy(&text)) {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a text has `openapi: 3…`: in YAML at the beginning of a line, in JSON anywhere.
fn is_openapi_3(text: &str) -> bool {
    let is_3 = |rest: &str| {
        let value = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':');
        value.is_some_and(|value| {
            value
                .trim_start_matches([' ', '\t', '\n', '\r', '"', '\''])
                .starts_with("3.")
        })
    };
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return text.split("\"openapi").skip(1).any(is_3);
    }
    let keys = ["openapi", "\"openapi", "'openapi"];
    text.lines()
        .any(|line| keys.iter().any(|key| line.strip_prefix(key).is_some_and(is_3)))
}

/// Generates every client, as many in parallel as the machine has processors. The results are in the order of
/// the paths.
fn generate_all(folder: &Path, paths: &[PathBuf], args: &Args) -> Result<Vec<Entry>> {
    let next = AtomicUsize::new(0);
    let progress = Progress::new("generated", paths.len());
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else {
                return Ok(done);
            };
            let mut entry = generate(path, args.serve)?;
            if !args.check && !args.serve {
                entry.code = String::new();
            }
            entry.path = path.strip_prefix(folder).unwrap_or(path).to_owned();
            progress.done(&entry.path, entry.outcome.failure());
            done.push((index, entry));
        }
    };
    let done: Result<Vec<Vec<(usize, Entry)>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads()).map(|_| scope.spawn(worker)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().map(join).collect()
    });
    let mut done: Vec<(usize, Entry)> = done?.into_iter().flatten().collect();
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, entry)| entry).collect())
}

fn threads() -> usize {
    thread::available_parallelism().map_or(2, usize::from)
}

/// Generates one client in a process, which is killed at its time limit.
fn generate(path: &Path, serve: bool) -> Result<Entry> {
    let mut entry = Entry {
        path: path.to_owned(),
        bytes: fs::metadata(path).map_or(0, |metadata| metadata.len()),
        outcome: Outcome::Crashed,
        diagnostics: Vec::new(),
        seconds: 0.0,
        code: String::new(),
        lines: 0,
        cases: String::new(),
        variables: Vec::new(),
        calls: Value::Null,
    };
    let begun = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .args(["corpus", "--one"])
        .args(serve.then_some("--serve"))
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start this program again")?;
    let mut stdout = child.stdout.take().context("a process without output")?;
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut printed = Vec::new();
        let read = stdout.read_to_end(&mut printed);
        // It cannot be sent after the time limit, when nothing waits for it any more.
        sender.send(read.map(|_| printed)).ok();
    });
    let printed = receiver.recv_timeout(LIMIT + LIMIT * u32::try_from(entry.bytes / 10_000_000)?);
    if printed.is_err() {
        entry.outcome = Outcome::TimedOut;
        child.kill().context("cannot end a process")?;
    }
    let status = child.wait()?;
    entry.seconds = begun.elapsed().as_secs_f64();
    reader.join().ok();
    let Ok(printed) = printed else { return Ok(entry) };
    match serde_json::from_slice::<Value>(&printed?) {
        Ok(found) if status.success() => entry.fill(&found),
        _ => entry
            .diagnostics
            .push(Finding::new("error", Some("process-ended"), &status.to_string())),
    }
    Ok(entry)
}

/// Generates the client of a document, and prints the result as JSON, which [`Entry::fill`] reads.
fn print_one(path: &Path, serve: bool) -> Result<()> {
    const COMMAND: &str = "cargo xtask corpus";
    let client = Document::read(path).and_then(|document| {
        let client = ittybit_codegen::generate(&document, COMMAND, "client")?;
        let cases = serve.then(|| ittybit_codegen::cases(&document, COMMAND, "client"));
        Ok((client, cases.transpose()?.unwrap_or_default()))
    });
    let (mut cases, mut variables) = (String::new(), Vec::new());
    let (outcome, diagnostics, code) = match client {
        Ok((client, of_client)) => {
            (cases, variables) = (of_client, client.variables);
            (Outcome::Generated, client.notes, client.code)
        }
        // The generator reports its own panics as a finding with this code.
        Err(found)
            if found
                .iter()
                .any(|finding| finding.code_name() == Some("generator-failed")) =>
        {
            (Outcome::Crashed, found, String::new())
        }
        Err(found) => (Outcome::Refused, found, String::new()),
    };
    let diagnostics: Vec<Value> = findings(&diagnostics).iter().map(Finding::to_json).collect();
    let found = json!({ "outcome": outcome.name(), "diagnostics": diagnostics, "code": code,
        "cases": cases, "variables": variables });
    serde_json::to_writer(io::stdout().lock(), &found)?;
    Ok(())
}

impl Entry {
    /// Fills in the result that the process of the document printed.
    fn fill(&mut self, found: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let outcomes = [Outcome::Generated, Outcome::Refused];
        let outcome = outcomes.into_iter().find(|outcome| found["outcome"] == outcome.name());
        self.outcome = outcome.unwrap_or(Outcome::Crashed);
        let diagnostics = found["diagnostics"].as_array().into_iter().flatten();
        let finding = |finding: &Value| Finding {
            severity: text(&finding["severity"]),
            code: text(&finding["code"]),
            message: text(&finding["message"]),
        };
        self.diagnostics = diagnostics.map(finding).collect();
        self.code = text(&found["code"]);
        self.cases = text(&found["cases"]);
        self.variables = found["variables"].as_array().into_iter().flatten().map(text).collect();
        self.lines = self.code.lines().count();
    }
}

fn findings(diagnostics: &Diagnostics) -> Vec<Finding> {
    let finding = |finding: &ittybit_spec::Diagnostic| {
        let severity = match finding.severity() {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        Finding::new(severity, finding.code_name(), finding.message())
    };
    diagnostics.iter().map(finding).collect()
}

impl Finding {
    fn new(severity: &str, code: Option<&str>, message: &str) -> Self {
        Self {
            severity: severity.to_owned(),
            code: code.map_or_else(|| class(message), str::to_owned),
            message: message.to_owned(),
        }
    }

    fn to_json(&self) -> Value {
        json!({ "severity": self.severity, "code": self.code, "message": self.message })
    }
}

/// A message without its names and numbers, which differ between documents.
fn class(message: &str) -> String {
    let mut out = String::new();
    for (index, part) in message.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str("`…`");
            continue;
        }
        let mut digits = false;
        for char in part.chars() {
            if !char.is_ascii_digit() {
                out.push(char);
            } else if !digits {
                out.push('N');
            }
            digits = char.is_ascii_digit();
        }
    }
    out
}

/// Compiles the clients, batch by batch. With the folder of the documents, each document is served, and called.
fn check(entries: &mut [Entry], served: Option<&Path>) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = folder.path();
    let runtime = package::runtime()?;
    let lock = runtime.join("../../Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock")).with_context(|| format!("cannot copy `{}`", lock.display()))?;

    let workspace = runtime.join("../..");
    let emulator = served.map(|_| serve::emulator(&workspace)).transpose()?;
    let serving = emulator.as_deref().zip(served);
    let mut clients: Vec<&mut Entry> = entries
        .iter_mut()
        .filter(|entry| entry.outcome == Outcome::Generated)
        .collect();
    let progress = Progress::new("compiled", clients.len());
    for batch in clients.chunks_mut(BATCH) {
        let programs = check_batch(folder, &runtime, batch, &progress, served.is_some())?;
        for (entry, program) in batch.iter_mut().zip(programs) {
            let (Some((emulator, documents)), Some(program)) = (serving, program) else {
                continue;
            };
            if entry.outcome != Outcome::Compiled {
                continue;
            }
            entry.calls = serve::call(emulator, &documents.join(&entry.path), &program, &entry.variables)?;
            entry.outcome = match serve::failures(&entry.calls).next() {
                None => Outcome::Called,
                Some(_) => Outcome::CallsFailed,
            };
        }
    }
    Ok(())
}

/// The name of a crate of a batch. It is the same in every batch, so that the output of the batch before is
/// overwritten.
fn member(index: usize) -> String {
    format!("client-{index}")
}

/// Compiles the clients of a batch, and to serve them the program of each.
fn check_batch(
    folder: &Path,
    runtime: &Path,
    batch: &mut [&mut Entry],
    progress: &Progress,
    serve: bool,
) -> Result<Vec<Option<PathBuf>>> {
    let mut programs = vec![None; batch.len()];
    let members: Vec<String> = (0..batch.len()).map(member).collect();
    fs::write(
        folder.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
    )?;
    for (member, entry) in members.iter().zip(batch.iter_mut()) {
        let source = folder.join(member).join("src");
        fs::create_dir_all(&source)?;
        let mut manifest = package::manifest(member, runtime);
        if serve {
            // A dependency of the program.
            manifest += "http = \"1\"\n";
            serve::write_program(&folder.join(member), member, &entry.cases)?;
        }
        fs::write(folder.join(member).join("Cargo.toml"), manifest)?;
        fs::write(source.join("lib.rs"), "mod client;\npub use client::*;\n")?;
        fs::write(source.join("client.rs"), std::mem::take(&mut entry.code))?;
    }
    // A target folder that is set from outside may already have the dependencies.
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| folder.join("target"), PathBuf::from);
    let target = std::path::absolute(target)?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(if serve {
            &["build", "--examples"][..]
        } else {
            &["check"]
        })
        .args(["--workspace", "--lib", "--keep-going", "--message-format", "json"])
        .args(["--no-default-features", "--features", "blocking,schemars"])
        .current_dir(folder)
        .env("RUSTFLAGS", "")
        .env_remove("CARGO_BUILD_TARGET_DIR")
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run cargo")?;
    let (stdout, stderr) = (cargo.stdout.take(), cargo.stderr.take());
    let (stdout, mut stderr) = stdout.zip(stderr).context("a process without output")?;
    // It is read meanwhile: cargo waits when nobody does.
    let errors = thread::spawn(move || {
        let mut errors = Vec::new();
        stderr.read_to_end(&mut errors).ok();
        errors
    });
    for line in BufReader::new(stdout).split(b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(&line?) else {
            continue;
        };
        let package = message["manifest_path"]
            .as_str()
            .map(Path::new)
            .and_then(Path::parent)
            .and_then(Path::file_name);
        let Some(index) = members.iter().position(|member| package == Some(member.as_ref())) else {
            continue;
        };
        let is_first = batch[index].outcome == Outcome::Generated;
        if message["reason"] == "compiler-artifact" && is_first {
            batch[index].outcome = Outcome::Compiled;
        }
        if let Some(program) = message["executable"].as_str() {
            programs[index] = Some(PathBuf::from(program));
        }
        let (level, text) = (&message["message"]["level"], &message["message"]["message"]);
        if message["reason"] == "compiler-message" && (level == "error" || level == "warning") {
            batch[index].outcome = Outcome::DoesNotCompile;
            let text = text.as_str().unwrap_or_default();
            // Messages without a span, such as `3 warnings emitted`, only summarise the others.
            if !message["message"]["spans"].as_array().is_none_or(Vec::is_empty) {
                let place = &message["message"]["spans"][0];
                let text = format!("{text} (line {})", place["line_start"]);
                let code = message["message"]["code"]["code"].as_str();
                let finding = Finding::new(&format!("rustc {}", level.as_str().unwrap_or_default()), code, &text);
                batch[index].diagnostics.push(finding);
            }
        }
        let outcome = batch[index].outcome;
        if is_first && outcome != Outcome::Generated {
            progress.done(&batch[index].path, outcome.failure());
        }
    }
    cargo.wait()?;
    let unknown = batch.iter().any(|entry| entry.outcome == Outcome::Generated);
    ensure!(
        !unknown,
        "cargo reported nothing about a client:\n{}",
        String::from_utf8_lossy(&errors.join().unwrap_or_default())
    );
    Ok(programs)
}

fn to_json(entry: &Entry) -> Value {
    let diagnostics: Vec<Value> = entry.diagnostics.iter().map(Finding::to_json).collect();
    json!({
        "path": entry.path.to_string_lossy(),
        "bytes": entry.bytes,
        "outcome": entry.outcome.name(),
        "diagnostics": diagnostics,
        "seconds": entry.seconds,
        "lines": entry.lines,
        "calls": entry.calls,
    })
}

/// Prints the tables.
fn report(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let mut outcomes: BTreeMap<Outcome, Vec<&Entry>> = BTreeMap::new();
    let mut codes: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        outcomes.entry(entry.outcome).or_default().push(entry);
        let shown = entry.diagnostics.iter().filter(|finding| finding.severity != "note");
        for finding in shown {
            let documents = codes.entry((&finding.severity, &finding.code)).or_default();
            if documents.last() != Some(&index) {
                documents.push(index);
            }
        }
    }
    writeln!(out, "{}", counted(entries.len(), "document"))?;
    for (outcome, entries_of) in &outcomes {
        let share = 100.0 * entries_of.len() as f64 / entries.len() as f64;
        writeln!(out, "{:7}  {share:5.1} %  {}", entries_of.len(), outcome.name())?;
    }
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by_key(|(_, documents)| std::cmp::Reverse(documents.len()));
    if !codes.is_empty() {
        writeln!(out, "\ndocuments by diagnostic")?;
    }
    for ((severity, code), documents) in codes.iter().take(4 * ROWS) {
        let example = documents.first().map_or(Path::new(""), |index| &entries[*index].path);
        writeln!(out, "{:7}  {severity}: {code} ({})", documents.len(), example.display())?;
    }
    if codes.len() > 4 * ROWS {
        writeln!(
            out,
            "         … and {} more; use `--json` for all",
            codes.len() - 4 * ROWS
        )?;
    }
    for (outcome, failed) in outcomes.iter().filter(|(outcome, _)| outcome.is_failure()) {
        writeln!(out, "\n{}", outcome.name())?;
        for entry in failed.iter().take(4 * ROWS) {
            writeln!(out, "         {}", entry.path.display())?;
        }
    }
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    for (title, key) in [
        ("slowest", (|entry| entry.seconds) as fn(&Entry) -> f64),
        ("largest documents", |entry| entry.bytes as f64),
        ("longest clients", |entry| entry.lines as f64),
    ] {
        sorted.sort_by(|a, b| key(b).total_cmp(&key(a)));
        writeln!(out, "\n{title}")?;
        for entry in sorted.iter().take(ROWS) {
            let (kilobytes, seconds) = (entry.bytes.div_ceil(1024), entry.seconds);
            let (lines, path) = (entry.lines, entry.path.display());
            writeln!(out, "{seconds:8.2} s {kilobytes:7} KB {lines:8} lines  {path}")?;
        }
    }
    Ok(())
}
