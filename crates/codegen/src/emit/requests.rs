//! The example requests in the docs of an operation.

use super::example::{Argument, block, statement};
use super::setter::Setter;

/// The example requests of one operation.
pub(crate) struct Requests {
    /// The client's method.
    method: String,
    /// The statements before the request that build its required arguments.
    before: String,
    /// A call for each required argument.
    required: Vec<String>,
    blocking: bool,
}

impl Requests {
    pub(crate) fn new(method: &str, setters: &[Setter], blocking: bool) -> Self {
        let required = setters.iter().filter(|setter| setter.required);
        let required: Vec<_> = required
            .filter_map(|setter| Some((&setter.name, setter.example.as_ref()?)))
            .collect();
        let call = |(name, argument): &(&String, &Argument)| format!(".{name}({})", argument.expression);
        Self {
            method: method.to_owned(),
            before: required.iter().map(|(_, argument)| argument.before.as_str()).collect(),
            required: required.iter().map(call).collect(),
            blocking,
        }
    }

    /// A request: `begin`, the request with its required arguments, `end`.
    fn with(&self, begin: &str, end: &str) -> String {
        let end = (!end.is_empty()).then(|| end.to_owned());
        let calls: Vec<String> = self.required.iter().cloned().chain(end).collect();
        self.before.clone() + &statement(&format!("{begin}client.{}()", self.method), &calls)
    }

    /// A code block for docs, with statements in a function that has a `client`.
    pub(crate) fn within(&self, code: &str) -> String {
        let (function, client) = match self.blocking {
            true => ("fn", "blocking::Client"),
            false => ("async fn", "Client"),
        };
        let function = format!("# {function} run(client: \u{2}::{client}) -> Result<(), \u{2}::Error> {{");
        block(&format!("{function}\n{code}\n# Ok(())\n# }}"))
    }

    fn awaited(&self) -> &'static str {
        if self.blocking { "?" } else { ".await?" }
    }

    /// A call whose response is printed with these arguments.
    pub(crate) fn response(&self, printed: &str) -> String {
        let response = self.with("let response = ", &format!(".send(){}", self.awaited()));
        format!("{response}\nprintln!({printed});")
    }

    pub(crate) fn page(&self) -> String {
        let page = self.with("let page = ", &format!(".send(){}", self.awaited()));
        format!("{page}\nprintln!(\"{{}} of them\", page.len());")
    }

    /// Iterating over `all`, which `method` starts: `each` is the code for each of them.
    pub(crate) fn all(&self, all: &str, one: &str, method: &str, each: &str) -> String {
        let each = each.replace('\n', "\n    ");
        let code = if self.blocking {
            let begun = self.with(&format!("let {all} = "), &format!(".{method}()"));
            format!("{begun}\nfor {one} in {all} {{\n    let {one} = {one}?;\n    {each}\n}}")
        } else {
            let begun = self.with(&format!("let mut {all} = "), &format!(".{method}()"));
            format!("{begun}\nwhile let Some({one}) = {all}.try_next().await? {{\n    {each}\n}}")
        };
        self.within(&code)
    }
}
