//! Manual pages.

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;

use crate::failure::Failure;

/// The manual page of a subcommand.
pub fn page_of(command: &mut Command, path: &[&String]) -> Result<Vec<u8>, Failure> {
    command.build();
    let source = source(command);
    let mut found = &*command;
    for name in path {
        found = found.find_subcommand(name.as_str()).ok_or_else(|| {
            let names: Vec<&str> = found
                .get_subcommands()
                .map(Command::get_name)
                .filter(|name| *name != "help")
                .collect();
            Failure::usage(format!("there is no command `{name}`")).tip(format!("there are: {}", names.join(", ")))
        })?;
    }
    page(found, &source).map_err(Failure::from)
}

/// The footer of a page: name and version of the program.
fn source(command: &Command) -> String {
    format!("{} {}", command.get_name(), command.get_version().unwrap_or_default())
}

fn page(command: &Command, source: &str) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone()).source(source).render(&mut out)?;
    Ok(out)
}

/// Writes the manual pages of all subcommands.
pub fn write_pages(command: Command, directory: &Path) -> Result<(), Failure> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    fs::create_dir_all(directory)
        .and_then(|()| write_page_and_below(&command, command.get_name(), &source(&command), directory))
        .map_err(|error| {
            Failure::failed(format!(
                "the pages cannot be written to {}: {error}",
                directory.display()
            ))
        })
}

fn write_page_and_below(command: &Command, name: &str, source: &str, directory: &Path) -> io::Result<()> {
    fs::write(directory.join(format!("{name}.1")), page(command, source)?)?;
    for below in command.get_subcommands() {
        write_page_and_below(below, &format!("{name}-{}", below.get_name()), source, directory)?;
    }
    Ok(())
}
