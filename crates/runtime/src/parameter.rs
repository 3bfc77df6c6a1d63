//! Parameters as data: what the document says of each.
//!
//! Programs that learn at run time what is to be set, such as a command line, need no line of code
//! for any one parameter.

/// A parameter of an operation, in the words of the API's document.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::Parameter;
/// fn choices(parameter: &Parameter) -> Vec<&'static str> {
///     parameter.values.iter().map(|(value, _)| *value).collect()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name as it is sent. Where two parameters of an operation are sent under the same name,
    /// the name of the builder's method.
    pub name: &'static str,
    /// What it is for, in CommonMark; empty where the document does not say it.
    pub description: &'static str,
    /// Whether nothing can be sent without it.
    pub required: bool,
    /// Whether it should be used no longer.
    pub deprecated: bool,
    /// Whether it takes any number of values.
    pub repeated: bool,
    /// The documented values, each with its description; empty where any is fine. The API may know
    /// more of them, so a builder takes others too.
    pub values: &'static [(&'static str, &'static str)],
    /// What the server takes where the parameter is left out.
    pub default: Option<&'static str>,
    /// What a value has to be, such as `from 1 to 100`; empty where nothing is demanded.
    pub bounds: &'static str,
}

impl Parameter {
    /// A parameter of which no more is said: what generated code completes.
    #[doc(hidden)]
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            required: false,
            deprecated: false,
            repeated: false,
            values: &[],
            default: None,
            bounds: "",
        }
    }
}
