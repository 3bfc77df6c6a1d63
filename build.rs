//! Puts the generated half of the client into `$OUT_DIR/client.rs`.
//!
//! In this workspace, where `.cargo/config.toml` sets the cfg `ittybit_codegen`, it is generated
//! from `openapi.yaml`. Everywhere else it is the checked-in copy, so that a crate that depends on
//! this one compiles no generator.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const CHECKED_IN: &str = "generated/client.rs";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CHECKED_IN}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    let client = out.join("client.rs");
    write_client(&client)?;
    // The client begins with `//!`, so it has to be the file of a module: `include!` rejects inner doc comments.
    let module = format!(
        "#[path = {:?}]\nmod generated;\n",
        client.to_str().ok_or("OUT_DIR is not UTF-8")?
    );
    write(&out.join("generated.rs"), &module)?;
    Ok(())
}

#[cfg(ittybit_codegen)]
fn write_client(client: &Path) -> Result<(), Box<dyn Error>> {
    let document = "openapi.yaml";
    println!("cargo::rerun-if-changed={document}");
    let generated = ittybit_spec::Document::read(Path::new(document)).and_then(|document| {
        for file in document.files() {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        ittybit_codegen::generate(&document, "cargo xtask codegen", env!("CARGO_PKG_NAME"))
    });
    match generated {
        Ok(generated) => {
            if fs::read_to_string(CHECKED_IN)
                .map(|text| text.replace("\r\n", "\n"))
                .ok()
                .as_ref()
                != Some(&generated.code)
            {
                println!("cargo::warning={CHECKED_IN} does not match {document}: run `cargo xtask codegen`");
            }
            write(client, &generated.code)
        }
        Err(diagnostics) => {
            eprintln!("{diagnostics}");
            std::process::exit(1);
        }
    }
}

#[cfg(not(ittybit_codegen))]
fn write_client(client: &Path) -> Result<(), Box<dyn Error>> {
    write(client, &fs::read_to_string(CHECKED_IN)?)
}

/// Writes a file only where its text changes, so that nothing is compiled again without need.
fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text)?;
    }
    Ok(())
}
