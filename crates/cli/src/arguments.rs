//! The arguments of a call, as they were written on the command line.

use std::fs;
use std::io::{self, Read};

use clap::ArgMatches;
use ittybit_runtime::body::{Body, File};
use ittybit_runtime::operation::{Call, Encoding, Kind, Operation, Parameter};
use serde_json::value::RawValue;

use crate::failure::{Failure, warn};
use crate::naming::Subcommand;

/// Values by name, and the body apart from its fields.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub parameters: Vec<(&'static str, Vec<String>)>,
    pub fields: Vec<(&'static str, Vec<String>)>,
    /// Files, by the fields that take them.
    pub files: Vec<(&'static str, String)>,
    pub body: Option<Given>,
}

/// The body as a whole.
#[derive(Clone, Debug)]
pub enum Given {
    Json(Box<RawValue>),
    Text(String),
    /// The path of a file; `-` is standard input.
    File(String),
}

/// Standard input, where a file may be.
pub const STDIN: &str = "-";
/// The name that it is sent with.
pub const STDIN_NAME: &str = "stdin";

impl Arguments {
    pub fn of(subcommand: &Subcommand, matches: &ArgMatches) -> Result<Self, Failure> {
        let operation = subcommand.operation;
        let mut arguments = Self::default();
        for argument in &subcommand.arguments {
            let Some(values) = matches.get_many::<String>(&argument.id) else {
                continue;
            };
            let values: Vec<String> = values.cloned().collect();
            let parameter = argument.parameter;
            let spelled = subcommand.spelled(parameter.name).unwrap_or_default();
            warn_of_unknown(parameter, &values, &spelled);
            match (argument.is_field(), parameter.kind) {
                (true, Kind::File) => arguments
                    .files
                    .extend(values.into_iter().map(|path| (parameter.name, path))),
                (true, _) => arguments.fields.push((parameter.name, values)),
                (false, _) => arguments.parameters.push((parameter.name, values)),
            }
        }
        let Some(body) = operation.body else {
            return Ok(arguments);
        };
        arguments.body = match body.encoding {
            Encoding::Bytes => matches.get_one::<String>("body-file").cloned().map(Given::File),
            encoding => match matches.get_one::<String>("body") {
                None => None,
                Some(given) => {
                    let text = contents(given)?;
                    Some(match encoding {
                        Encoding::Text => Given::Text(text),
                        _ => Given::Json(json(&text, given)?),
                    })
                }
            },
        };
        Ok(arguments)
    }

    /// Whether a parameter was given.
    pub fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(known, _)| *known == name)
    }

    /// Whether files are sent.
    pub fn has_files(&self) -> bool {
        !self.files.is_empty() || matches!(self.body, Some(Given::File(_)))
    }

    /// The call with these arguments.
    pub fn call(&self, operation: &'static Operation) -> Result<Call, Failure> {
        self.call_with(operation, |_, path| match path {
            STDIN => Ok(File::bytes(STDIN_NAME, read_bytes(STDIN)?)),
            path => Ok(File::path(path)),
        })
    }

    /// The call with these arguments, and with files made from their places among them and their paths.
    pub fn call_with(
        &self,
        operation: &'static Operation,
        file: impl Fn(usize, &str) -> Result<File, Failure>,
    ) -> Result<Call, Failure> {
        let mut call = Call::new(operation);
        for (name, values) in &self.parameters {
            call = call.set(name, values)?;
        }
        for (name, values) in &self.fields {
            call = call.field(name, values)?;
        }
        for (place, (name, path)) in self.files.iter().enumerate() {
            call = call.file(name, file(place, path)?)?;
        }
        Ok(match &self.body {
            None => call,
            Some(Given::Json(json)) => call.json(json.clone()),
            Some(Given::Text(text)) => call.content(text.clone()),
            Some(Given::File(path)) if path == STDIN => call.content(read_bytes(STDIN)?),
            Some(Given::File(path)) => call.content(Body::file(path)),
        })
    }
}

/// A text, the contents of the file after an `@`, or standard input.
fn contents(given: &str) -> Result<String, Failure> {
    let path = match given.strip_prefix('@') {
        Some(path) => path,
        None if given == STDIN => STDIN,
        None => return Ok(given.to_owned()),
    };
    String::from_utf8(read_bytes(path)?).map_err(|_| Failure::usage(format!("--body: {path} is not UTF-8")))
}

fn read_bytes(path: &str) -> Result<Vec<u8>, Failure> {
    let read = match path {
        STDIN => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
        path => fs::read(path),
    };
    let name = if path == STDIN { "standard input" } else { path };
    read.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))
}

fn json(text: &str, given: &str) -> Result<Box<RawValue>, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let failure = Failure::usage(format!("--body is not JSON: {error}"));
        match fs::exists(given) {
            Ok(true) => failure.tip(format!("for what is in the file, write --body @{given}")),
            _ => failure,
        }
    })
}

/// Warns of values that are not documented.
fn warn_of_unknown(parameter: &Parameter, values: &[String], spelled: &str) {
    if parameter.values.is_empty() {
        return;
    }
    let documented: Vec<&str> = parameter.values.iter().map(|(value, _)| *value).collect();
    let what = format!("value of {spelled}");
    values
        .iter()
        .for_each(|value| warn_if_undocumented(value, &documented, &what, "sent"));
}

/// Warns of a value that is not documented.
pub fn warn_if_undocumented(value: &str, documented: &[&str], what: &str, done: &str) {
    if documented.contains(&value) {
        return;
    }
    let near = documented
        .iter()
        .map(|known| (strsim::jaro_winkler(known, value), known));
    let near = near
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = near
        .map(|(_, known)| format!(". Did you mean `{known}`?"))
        .unwrap_or_default();
    warn(&format!(
        "`{value}` is not a documented {what}; it is {done} all the same{hint}"
    ));
}
