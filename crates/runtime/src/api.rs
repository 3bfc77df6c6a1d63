//! What differs between APIs, as one value that generated code hands to the runtime.

use crate::auth::scheme::Scheme;

/// What a client has to know about its API. The generator writes one from the API's document.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::Api;
/// fn credentials(api: &Api) -> Vec<&'static str> {
///     api.schemes.iter().map(|scheme| scheme.noun).collect()
/// }
/// ```
#[derive(Debug)]
pub struct Api {
    /// Name and version of the client for the `User-Agent`, as `name/version`.
    pub user_agent: &'static str,
    /// The crate of the client, as error messages name it.
    pub crate_name: &'static str,
    /// The absolute URL of the API's first server; without one, callers have to set a base URL.
    pub server: Option<&'static str>,
    /// What the names of environment variables begin with: `PREFIX_BASE_URL`.
    pub env_prefix: &'static str,
    /// The security schemes of the document.
    pub schemes: &'static [Scheme],
    /// What every operation needs, so that a client without it is not built. Each alternative lists the
    /// schemes that are sent together; an empty alternative is anonymous access. Where the operations
    /// differ this is empty, and a missing credential is the error of the call.
    pub security: &'static [&'static [&'static str]],
    /// Where an error object has what a program needs.
    pub errors: ErrorShape,
}

impl Api {
    /// The full name of an environment variable, such as `PREFIX_BASE_URL`.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Api;
    /// fn base_url(api: &Api) -> Option<String> {
    ///     std::env::var(api.variable("BASE_URL")).ok()
    /// }
    /// ```
    pub fn variable(&self, name: &str) -> String {
        format!("{}_{name}", self.env_prefix)
    }

    /// The full names of the environment variables of a scheme.
    pub(crate) fn variables(&self, scheme: &Scheme) -> Vec<String> {
        scheme.variables.iter().map(|name| self.variable(name)).collect()
    }

    /// Which environment variables have to be set for a scheme: `PREFIX_TOKEN (or PREFIX_CLIENT_ID and
    /// PREFIX_CLIENT_SECRET)`.
    ///
    /// ```
    /// # use ittybit_runtime as my_api;
    /// # use my_api::operation::Api;
    /// fn help(api: &Api) -> String {
    ///     let all: Vec<_> = api.schemes.iter().map(|scheme| api.variables_to_set(scheme)).collect();
    ///     format!("Set {}", all.join(", or "))
    /// }
    /// ```
    pub fn variables_to_set(&self, scheme: &Scheme) -> String {
        match (self.variables(scheme).as_slice(), scheme.token_url) {
            ([token, client @ ..], Some(_)) if !client.is_empty() => {
                format!("{token} (or {})", client.join(" and "))
            }
            (variables, _) => variables.join(" and "),
        }
    }
}

/// Where the API's error object has its parts: JSON pointers (RFC 6901), of which the first that leads to
/// a value is used.
///
/// ```
/// # use ittybit_runtime as my_api;
/// # use my_api::operation::ErrorShape;
/// const SHAPE: ErrorShape = ErrorShape { kind: &["/error/code"], message: &["/error/message"] };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ErrorShape {
    /// To a short name of the error, for programs.
    pub kind: &'static [&'static str],
    /// To a sentence about the error, for people.
    pub message: &'static [&'static str],
}
