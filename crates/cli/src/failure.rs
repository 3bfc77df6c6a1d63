//! Failures: what is printed of them, and the exit code.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use ittybit_runtime::operation::Api;
use ittybit_runtime::{Category, Error};

use crate::naming::{Subcommand, credential_flag, variable, variables};
use crate::terminal::harmless;

/// Why the command did not do what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// Whoever read the output has enough of it.
    ClosedPipe,
    /// Told on standard error.
    Told {
        message: String,
        tips: Vec<String>,
        code: u8,
    },
    /// A call, or the client that was to make it.
    Call { error: Box<Error>, tips: Vec<String> },
}

/// It was tried, and went wrong.
const FAILED: u8 = 1;
/// It was asked for in a way that cannot go right.
const USAGE: u8 = 2;

impl Failure {
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Told {
            message: message.into(),
            tips: Vec::new(),
            code: FAILED,
        }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::Told {
            message: message.into(),
            tips: Vec::new(),
            code: USAGE,
        }
    }

    /// Says what to do.
    pub fn tip(mut self, tip: impl Into<String>) -> Self {
        match &mut self {
            Self::Told { tips, .. } | Self::Call { tips, .. } => tips.push(tip.into()),
            Self::ClosedPipe => {}
        }
        self
    }

    /// Prints it, in the words of the command line; the exit code.
    pub fn report(self, api: &Api, subcommand: Option<&Subcommand>) -> ExitCode {
        let (message, tips, code) = match self {
            Self::ClosedPipe => return ExitCode::SUCCESS,
            Self::Told { message, tips, code } => (message, tips, code),
            Self::Call { error, tips } => {
                let code = match error.category() {
                    Category::Configuration | Category::InvalidArgument => USAGE,
                    _ => FAILED,
                };
                let all = tip_of(&error, api).into_iter().chain(tips).collect();
                (in_flags(&error, api, subcommand), all, code)
            }
        };
        let red = AnsiColor::Red.on_default().bold();
        let green = AnsiColor::Green.on_default();
        tell("error", red, &message);
        for tip in tips {
            tell("  tip", green, &tip);
        }
        ExitCode::from(code)
    }
}

/// Says on standard error what may be wrong.
pub fn warn(message: &str) {
    tell("warning", AnsiColor::Yellow.on_default().bold(), message);
}

fn tell(label: &str, style: Style, message: &str) {
    line(format_args!("{style}{label}:{style:#} {}", harmless(message)));
}

/// Says something on standard error that is nothing to worry about.
pub fn note(message: &str) {
    line(format_args!("{}", harmless(message)));
}

fn line(text: fmt::Arguments<'_>) {
    // Where it cannot be said, nobody is there to be told so.
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
    match (error.category(), error.status().map(|status| status.as_u16())) {
        (Category::Api | Category::Status, Some(401 | 403)) => credentials(api),
        (Category::Connect | Category::Timeout | Category::Redirect, _) => Some(format!(
            "the address comes from --base-url or {}, if one of them is given",
            variable(api, "BASE_URL")
        )),
        _ => None,
    }
}

/// How to give credentials; nothing where the API takes none.
pub fn credentials(api: &Api) -> Option<String> {
    let ways = api.schemes.iter().map(|scheme| {
        let (noun, flag) = (scheme.noun, credential_flag(scheme));
        format!("give the right {noun} with --{flag} or {}", variables(api, scheme))
    });
    let ways: Vec<String> = ways.collect();
    (!ways.is_empty()).then(|| ways.join(", or "))
}

/// The client names its methods and arguments; here they are flags.
fn in_flags(error: &Error, api: &Api, subcommand: Option<&Subcommand>) -> String {
    let mut message = match error.argument() {
        // Nothing was sent, so it does not matter what would have been.
        Some(_) => error.message().to_owned(),
        None => error.to_string(),
    };
    if let Some(argument) = error.argument() {
        let spelled = subcommand.and_then(|subcommand| subcommand.spelled(argument));
        let spelled = spelled.unwrap_or_else(|| format!("--{argument}"));
        let named = format!("argument `{argument}`: ");
        // Most reasons go on from the name: `must be …`.
        let between = match message.strip_prefix(&named) {
            Some(reason) if reason.starts_with("the ") || reason.starts_with("this ") => ": ",
            _ => " ",
        };
        message = message.replacen(&named, &(spelled + between), 1);
    }
    let setters = api.schemes.iter().map(|scheme| {
        let flag = format!("--{}", credential_flag(scheme));
        (format!("`{}`", scheme.setter), flag)
    });
    let methods = [
        ("call `allow_insecure_http(true)`", "pass --allow-insecure-http"),
        ("the client's `timeout`", "--timeout"),
        ("`base_url`", "--base-url"),
    ]
    .map(|(method, flag)| (method.to_owned(), flag.to_owned()));
    setters
        .chain(methods)
        .fold(message, |message, (method, flag)| message.replace(&method, &flag))
}

/// A number with its thousands apart: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        let _ = out.write_char(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::count(number), text);
        }
    }
}
