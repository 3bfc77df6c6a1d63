//! Values of builders. Each is converted when it is set; an error is kept, and reported when the value is
//! built.

use std::fmt::Display;

use crate::error::Error;

/// A value, or why the conversion failed.
pub fn converted<T>(value: impl TryInto<T, Error: Display>) -> Result<T, String> {
    value.try_into().map_err(|reason| reason.to_string())
}

/// What is wrong with a required value that was not set.
pub(crate) const MISSING: &str = "is required and was not set";

/// The value of a required field, or an error that names the field.
pub fn required<T>(name: &str, set: Option<Result<T, String>>) -> Result<T, Error> {
    let set = set.unwrap_or_else(|| Err(MISSING.to_owned()));
    set.map_err(|reason| Error::invalid_argument(name, reason))
}

/// As [`required`], for a field whose type contains the struct that it is in.
pub fn boxed<T>(name: &str, set: Option<Result<T, String>>) -> Result<Box<T>, Error> {
    required(name, set).map(Box::new)
}

/// As [`required`], for an optional field.
pub fn optional<T>(name: &str, set: Option<Result<T, String>>) -> Result<Option<T>, Error> {
    let set = set.transpose();
    set.map_err(|reason| Error::invalid_argument(name, reason))
}

/// As [`boxed`], for an optional field.
pub fn optional_boxed<T>(name: &str, set: Option<Result<T, String>>) -> Result<Option<Box<T>>, Error> {
    optional(name, set).map(|value| value.map(Box::new))
}
