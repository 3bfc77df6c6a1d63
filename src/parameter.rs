//! Parameters as data: what the document says of each.
//!
//! Programs that learn at run time what is to be set, such as a command line, need no line of code
//! for any one parameter.

/// A parameter of an operation, in the words of the API's document.
///
/// ```
/// use ittybit::builder::ListTasks;
///
/// let kind = ListTasks::OPERATION.parameters.iter().find(|parameter| parameter.name == "kind");
/// let kind = kind.ok_or("there is no such parameter")?;
/// assert_eq!(kind.description, "Only tasks of this kind.");
/// assert!(kind.values.iter().any(|(value, _)| *value == "video"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// A parameter of which no more is said.
    #[allow(dead_code, reason = "for the generated half, where the document has parameters")]
    pub(crate) const fn new(name: &'static str, description: &'static str) -> Self {
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
