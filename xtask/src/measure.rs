//! `cargo xtask measure`: the build times of crates that depend on the client, and of an edit of the
//! document. The figures are in `docs/performance.md`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace;

/// Measure build times; takes minutes, on an otherwise idle machine
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// CPU seconds of a cold build of a crate that uses the client, and of the same program with reqwest
    /// and serde only
    Build {
        /// Number of builds of each; the result is the lowest time
        #[arg(long, default_value_t = 3)]
        rounds: u32,
    },
    /// Seconds from saving `openapi.yaml` to a finished `cargo check`, everything else built
    Edit {
        /// Number of edits; the result is the median time
        #[arg(long, default_value_t = 5)]
        rounds: u32,
    },
}

/// Runs the command.
///
/// # Errors
/// A build that fails, or a document that is not as expected.
pub fn run(args: &Args) -> Result<()> {
    workspace::enter()?;
    let root = &env::current_dir()?;
    match args.what {
        What::Build { rounds } => build(root, rounds),
        What::Edit { rounds } => edit(root, rounds),
    }
}

const CRATES: [(&str, &str); 2] = [
    ("by hand", include_str!("measure/by_hand.rs")),
    ("with the client", include_str!("measure/with_client.rs")),
];

/// Builds both crates without a cache, in turns.
fn build(root: &Path, rounds: u32) -> Result<()> {
    let directory = tempfile::tempdir()?;
    // The crate without the client does not need the feature `stream` of reqwest. Both use the same TLS.
    let dependencies = [
        "reqwest = { version = \"0.13\", default-features = false, features = [\"json\", \"query\", \"rustls\"] }\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"".to_owned(),
        format!("ittybit = {{ path = {root:?} }}"),
    ];
    let mut best = [f64::INFINITY; 2];
    for _ in 0..rounds {
        for (index, (name, main)) in CRATES.iter().enumerate() {
            let package = directory.path().join(name.replace(' ', "-"));
            fs::create_dir_all(package.join("src"))?;
            let manifest = format!(
                "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
                dependencies[index]
            );
            fs::write(package.join("Cargo.toml"), manifest)?;
            fs::write(package.join("src/main.rs"), main)?;
            // Both compile the same versions of their dependencies: those of the workspace.
            fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"))?;
            let target = package.join("target");
            let seconds = cpu_seconds(&package, &target)?;
            println!("{name:<16} {seconds:>7.1} CPU seconds");
            best[index] = best[index].min(seconds);
            fs::remove_dir_all(target)?;
        }
    }
    println!("ratio of the lowest {:>5.2}", best[1] / best[0]);
    Ok(())
}

/// User and system time of all processes of one build, as measured by the shell.
fn cpu_seconds(package: &Path, target: &Path) -> Result<f64> {
    let output = Command::new("bash")
        .args(["-c", "TIMEFORMAT='%U %S'; time cargo build --quiet --offline"])
        .current_dir(package)
        .env("CARGO_TARGET_DIR", target)
        // A dependency from a registry is never compiled incrementally, as one by path is by default.
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .context("cannot run bash, whose `time` measures the CPU seconds")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the build failed:\n{stderr}");
    let times = stderr.trim_end().lines().last().unwrap_or_default();
    times
        .split_whitespace()
        .map(|time| time.parse::<f64>().with_context(|| format!("not a time: {times}")))
        .sum()
}

/// Adds a parameter to the document, runs `cargo check`, and restores the document.
fn edit(root: &Path, rounds: u32) -> Result<()> {
    let path = root.join("openapi.yaml");
    let original = fs::read_to_string(&path)?;
    check(root)?;
    let mut seconds = Vec::new();
    for round in 0..rounds {
        // Each round uses a new name, so that nothing is cached.
        let edited = original.replace("title: Ittybit API", &format!("title: Ittybit API {round}"));
        let edited = edited.replace(
            "        progress:\n",
            &format!(
                "        novel_{round}:\n          type: string\n          description: New.\n        progress:\n"
            ),
        );
        if edited == original {
            bail!(
                "{} has no property `progress`, before which another one is added",
                path.display()
            );
        }
        let start = Instant::now();
        fs::write(&path, edited)?;
        let checked = check(root);
        let took = start.elapsed().as_secs_f64();
        fs::write(&path, &original)?;
        checked?;
        println!("{took:>5.2} s");
        seconds.push(took);
    }
    check(root)?;
    seconds.sort_by(f64::total_cmp);
    println!("median {:.2} s", seconds[seconds.len() / 2]);
    Ok(())
}

fn check(root: &Path) -> Result<()> {
    let output = Command::new("cargo")
        .args(["check", "--quiet", "--package", "ittybit"])
        .current_dir(root)
        .output()?;
    ensure!(
        output.status.success(),
        "`cargo check` failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
