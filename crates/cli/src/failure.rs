//! Failures: what is printed of them, and the exit code.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use ittybit::{Category, Error};

use crate::command_line::flag;
use crate::terminal::steers;

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
        if let Self::Told { tips, .. } = &mut self {
            tips.push(tip.into());
        }
        self
    }

    /// Prints it; the exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Self::ClosedPipe => ExitCode::SUCCESS,
            Self::Told { message, tips, code } => {
                let red = AnsiColor::Red.on_default().bold();
                let green = AnsiColor::Green.on_default();
                tell("error", red, &message);
                for tip in tips {
                    tell("  tip", green, &tip);
                }
                ExitCode::from(code)
            }
        }
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

/// What a server says does not get to steer the terminal.
fn harmless(message: &str) -> String {
    message.replace(steers, " ")
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
        let message = in_flags(&error);
        let failure = match error.category() {
            Category::Configuration | Category::InvalidArgument => Self::usage(message),
            _ => Self::failed(message),
        };
        match (error.category(), error.status().map(|status| status.as_u16())) {
            (Category::Api | Category::Status, Some(401 | 403)) => failure.tip(KEY),
            (Category::Connect | Category::Timeout | Category::Redirect, _) => {
                failure.tip("the address comes from --base-url or ITTYBIT_BASE_URL, if one of them is given")
            }
            _ => failure,
        }
    }
}

/// What to do where there is no key, or not the right one.
pub const KEY: &str = "give a key of your project with --api-key or ITTYBIT_API_KEY";

/// The client names its methods; here they are flags.
fn in_flags(error: &Error) -> String {
    let mut message = error.to_string();
    if let Some(argument) = error.argument() {
        message = message.replacen(&format!("argument `{argument}`:"), &format!("--{}", flag(argument)), 1);
    }
    [
        ("call `allow_insecure_http(true)`", "pass --allow-insecure-http"),
        ("the client's `timeout`", "--timeout"),
        ("`api_key`", "--api-key"),
        ("`base_url`", "--base-url"),
    ]
    .iter()
    .fold(message, |message, (method, flag)| message.replace(method, flag))
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
