//! Generates the client of `media.yaml`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const DOCUMENT: &str = "media.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    let client = out.join("client.rs");
    let document = ittybit_spec::Document::read(Path::new(DOCUMENT));
    let generated = document.and_then(|document| ittybit_codegen::generate(&document, "build.rs", "media"));
    match generated {
        Ok(generated) => fs::write(&client, generated.code)?,
        Err(diagnostics) => return Err(diagnostics.to_string().into()),
    }
    // The client begins with `//!`, so it has to be a module's file: `include!` takes no inner docs.
    let module = format!("#[allow(unused)]\n#[path = {client:?}]\nmod client;\n");
    fs::write(out.join("module.rs"), module)?;
    Ok(())
}
