//! Failures: how they are printed, and their exit codes.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use ittybit_runtime::operation::Api;
use ittybit_runtime::{Category, Error};

use crate::naming::{Subcommand, credential_flag};
use crate::terminal::harmless;

/// Why the command failed.
#[derive(Debug)]
pub enum Failure {
    /// The reader of the output closed it.
    ClosedPipe,
    /// Reported on standard error.
    Reported {
        message: String,
        tips: Vec<String>,
        code: u8,
    },
    /// A call failed, or its client could not be built.
    Call { error: Box<Error>, tips: Vec<String> },
}

/// The exit code of a failed command.
const FAILED: u8 = 1;
/// The exit code of a wrong command line.
const USAGE: u8 = 2;

impl Failure {
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Reported {
            message: message.into(),
            tips: Vec::new(),
            code: FAILED,
        }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::Reported {
            message: message.into(),
            tips: Vec::new(),
            code: USAGE,
        }
    }

    /// Adds a tip on what to do.
    pub fn tip(mut self, tip: impl Into<String>) -> Self {
        match &mut self {
            Self::Reported { tips, .. } | Self::Call { tips, .. } => tips.push(tip.into()),
            Self::ClosedPipe => {}
        }
        self
    }

    /// Prints it, and returns the exit code.
    pub fn report(self, api: &Api, subcommand: Option<&Subcommand>) -> ExitCode {
        let (message, tips, code) = match self {
            Self::ClosedPipe => return ExitCode::SUCCESS,
            Self::Reported { message, tips, code } => (message, tips, code),
            Self::Call { error, tips } => {
                let code = match error.category() {
                    Category::Configuration | Category::InvalidArgument => USAGE,
                    _ => FAILED,
                };
                let mut all: Vec<String> = tip_of(&error, api).into_iter().collect();
                // Who opened the connection may have had the same one.
                all.extend(tips.into_iter().filter(|tip| !all.contains(tip)).collect::<Vec<_>>());
                (message_of(&error, api, subcommand), all, code)
            }
        };
        let red = AnsiColor::Red.on_default().bold();
        let green = AnsiColor::Green.on_default();
        print("error", red, &message);
        for tip in tips {
            print("  tip", green, &tip);
        }
        ExitCode::from(code)
    }
}

/// Prints a warning to standard error.
pub fn warn(message: &str) {
    print("warning", AnsiColor::Yellow.on_default().bold(), message);
}

fn print(label: &str, style: Style, message: &str) {
    line(format_args!("{style}{label}:{style:#} {}", harmless(message)));
}

/// Prints a note to standard error.
pub fn note(message: &str) {
    line(format_args!("{}", harmless(message)));
}

fn line(text: fmt::Arguments<'_>) {
    // If that fails, there is nowhere to report it.
    let _ = writeln!(anstream::stderr(), "{text}");
}

impl From<io::Error> for Failure {
    /// Of standard output.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::failed(format!("the output cannot be written: {error}")),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call {
            error: Box::new(error),
            tips: Vec::new(),
        }
    }
}

/// What to do about it.
fn tip_of(error: &Error, api: &Api) -> Option<String> {
    match error.setting() {
        Some("timeout") => return Some("to wait longer, add --timeout with more seconds".to_owned()),
        Some("allow_insecure_http") => {
            return Some("if the network is trusted, add --allow-insecure-http".to_owned());
        }
        Some(name) if api.schemes.iter().any(|scheme| scheme.setter == name) => return credentials(api),
        _ => {}
    }
    match (error.category(), error.status().map(|status| status.as_u16())) {
        (Category::Api | Category::Status, Some(401 | 403)) => credentials(api),
        (Category::Connect | Category::Timeout | Category::Redirect, _) => Some(format!(
            "the address comes from --base-url or {}, if one of them is given",
            api.variable("BASE_URL")
        )),
        _ => None,
    }
}

/// How to give credentials; nothing where the API takes none.
pub fn credentials(api: &Api) -> Option<String> {
    let ways = api.schemes.iter().map(|scheme| {
        let (noun, flag) = (scheme.noun, credential_flag(scheme));
        format!(
            "give the right {noun} with --{flag} or {}",
            api.variables_to_set(scheme)
        )
    });
    let ways: Vec<String> = ways.collect();
    (!ways.is_empty()).then(|| ways.join(", or "))
}

/// The message of an error. The client names its arguments and settings; here they are flags.
fn message_of(error: &Error, api: &Api, subcommand: Option<&Subcommand>) -> String {
    if let Some(argument) = error.argument() {
        // Nothing was sent, so the request is not shown.
        let spelled = subcommand.and_then(|subcommand| subcommand.spelled(argument));
        let spelled = spelled.unwrap_or_else(|| format!("--{argument}"));
        return format!("{spelled}: {}", error.reason());
    }
    match error.setting() {
        Some("base_url") => format!("--base-url: {}", error.reason()),
        Some(name) if name == api.variable("BASE_URL") => format!("{name}: {}", error.reason()),
        _ => format!("{error:#}"),
    }
}
