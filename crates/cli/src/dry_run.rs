//! `--dry-run`: the request as a command for `curl`, with variables in place of credentials.

use std::sync::{Arc, Mutex, PoisonError};

use ittybit_runtime::RetryPolicy;
use ittybit_runtime::auth::{Credential, SchemeKind};
use ittybit_runtime::body::File;
use ittybit_runtime::generated::{Client, ClientBuilder};
use ittybit_runtime::operation::{Api, Encoding, Operation};
use ittybit_runtime::reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use ittybit_runtime::reqwest::{Method, Request, Response};
use ittybit_runtime::transport::{Transport, TransportError};

use crate::arguments::{Arguments, Given, STDIN, STDIN_NAME};
use crate::failure::Failure;
use crate::single::is_download;

/// Records the request instead of sending it.
#[derive(Clone, Default)]
pub struct DryRun(Arc<Mutex<Option<Request>>>);

impl Transport for DryRun {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Err(TransportError::request("nothing is sent in a dry run"))
    }
}

impl DryRun {
    /// Sets up a client that sends the names of environment variables in place of credentials.
    pub fn prepare(&self, mut builder: ClientBuilder, api: &'static Api) -> ClientBuilder {
        for scheme in api.schemes {
            let mut placeholders = scheme.variables.iter().map(|name| placeholder(api, name));
            let first = placeholders.next().unwrap_or_default();
            let credential = match scheme.kind {
                SchemeKind::Basic => Credential::basic(first, placeholders.next().unwrap_or_default()),
                _ => Credential::token(first),
            };
            builder = builder.credential(scheme.name, credential, scheme.setter);
        }
        builder.transport(self.clone()).retry(RetryPolicy::none())
    }

    /// The command.
    pub async fn command(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        api: &'static Api,
        client: &Client,
    ) -> Result<String, Failure> {
        // A file is not read: `curl` gets its path.
        let call = arguments.call_with(operation, |place, _| Ok(File::bytes(place.to_string(), "")))?;
        let sent = match is_download(operation) {
            true => call.download(client).await.map(drop),
            false => call.send(client).await.map(drop),
        };
        let request = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (request, sent) {
            (Some(request), _) => Ok(curl(&request, operation, arguments, api)),
            // It failed before it was to be sent.
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(Failure::failed("there is no request to show")),
        }
    }
}

/// A variable as a shell names it.
fn placeholder(api: &Api, name: &str) -> String {
    format!("${}", api.variable(name))
}

fn curl(request: &Request, operation: &Operation, arguments: &Arguments, api: &Api) -> String {
    let quote = |text: &str| quoted(text, api);
    let mut lines = vec!["curl".to_owned()];
    if request.method() != Method::GET {
        lines[0].push_str(&format!(" --request {}", request.method()));
    }
    lines[0].push_str(&format!(" {}", quote(request.url().as_str())));
    let encoding = operation.body.map(|body| body.encoding);
    let basic = api.schemes.iter().find(|scheme| scheme.kind == SchemeKind::Basic);
    for (name, value) in request.headers() {
        // `curl` sets the length, and the boundary of a form.
        let is_curls = *name == USER_AGENT
            || *name == CONTENT_LENGTH
            || *name == CONTENT_TYPE && encoding == Some(Encoding::Multipart);
        if is_curls {
            continue;
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        match basic.filter(|_| *name == AUTHORIZATION && text.starts_with("Basic ")) {
            Some(scheme) => {
                let parts: Vec<String> = scheme
                    .variables
                    .iter()
                    .take(2)
                    .map(|name| placeholder(api, name))
                    .collect();
                lines.push(format!("--user {}", quote(&parts.join(":"))));
            }
            None => lines.push(format!("--header {}", quote(&format!("{name}: {text}")))),
        }
    }
    match (encoding, &arguments.body) {
        (Some(Encoding::Multipart), _) => lines.extend(parts(request, arguments).iter().map(|(flag, part)| {
            let part = quote(part);
            format!("{flag} {part}")
        })),
        (_, Some(Given::File(path))) => lines.push(format!("--data-binary {}", quote(&format!("@{path}")))),
        _ => {
            let body = request.body().and_then(|body| body.as_bytes());
            lines.extend(body.map(|body| format!("--data-raw {}", quote(&String::from_utf8_lossy(body)))));
        }
    }
    lines.join(" \\\n  ") + "\n"
}

/// The parts of a form, each with the flag that takes it, as they are in the recorded request. A file is empty
/// there, and its name is its place among the arguments.
fn parts(request: &Request, arguments: &Arguments) -> Vec<(&'static str, String)> {
    let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    let delimiter = body.lines().next().unwrap_or_default();
    let parts = body.split(delimiter).filter_map(|part| {
        let (head, text) = part.strip_suffix("\r\n")?.split_once("\r\n\r\n")?;
        let name = head.split_once("; name=\"")?.1.split('"').next()?;
        let media = head.split_once("\r\nContent-Type: ").map(|(_, media)| media);
        let typed = media.map(|media| format!(";type={media}")).unwrap_or_default();
        let file = head.split_once("; filename=\"").and_then(|(_, rest)| {
            let place: usize = rest.split('"').next()?.parse().ok()?;
            arguments.files.get(place)
        });
        Some(match (file, media) {
            (Some((_, path)), _) if path == STDIN => ("--form", format!("{name}=@-;filename={STDIN_NAME}{typed}")),
            (Some((_, path)), _) => ("--form", format!("{name}=@{}{typed}", in_quotes(path))),
            (None, Some(_)) => ("--form", format!("{name}={}{typed}", in_quotes(text))),
            (None, None) => ("--form-string", format!("{name}={text}")),
        })
    });
    parts.collect()
}

/// A text that `curl` does not split at a `,` or `;`.
fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// A text quoted for a shell, with the variables of credentials left as variables.
fn quoted(text: &str, api: &Api) -> String {
    let names = api.schemes.iter().flat_map(|scheme| scheme.variables);
    let mut placeholders: Vec<String> = names.map(|name| placeholder(api, name)).collect();
    // One may begin with another.
    placeholders.sort_by_key(|placeholder| std::cmp::Reverse(placeholder.len()));
    let mut quoted = String::from("'");
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let found = placeholders.iter().find_map(|placeholder| {
            let in_a_url = placeholder.replace('$', "%24");
            let rest = rest
                .strip_prefix(placeholder.as_str())
                .or(rest.strip_prefix(in_a_url.as_str()))?;
            Some((placeholder, rest))
        });
        if let Some((placeholder, behind)) = found {
            quoted.push_str(&format!("'\"{placeholder}\"'"));
            rest = behind;
            continue;
        }
        match char {
            '\'' => quoted.push_str(r"'\''"),
            char => quoted.push(char),
        }
        rest = &rest[char.len_utf8()..];
    }
    quoted.push('\'');
    // Nothing is between the last variable and the end.
    match quoted.strip_suffix("\"''") {
        Some(rest) => format!("{rest}\""),
        None => quoted,
    }
}

#[cfg(test)]
mod tests {
    use ittybit_runtime::auth::Scheme;
    use ittybit_runtime::operation::ErrorShape;

    use super::*;

    #[test]
    fn texts_are_quoted_for_a_shell() {
        static API: Api = Api {
            user_agent: "",
            crate_name: "",
            server: None,
            env_prefix: "MEDIA",
            schemes: &[Scheme {
                name: "key",
                kind: SchemeKind::Query("key"),
                noun: "API key",
                setter: "api_key",
                variables: &["API_KEY"],
                token_url: None,
            }],
            security: &[],
            errors: ErrorShape {
                kind: &[],
                message: &[],
            },
        };
        for (text, shell) in [
            ("plain", "'plain'"),
            ("it's $(x)", r"'it'\''s $(x)'"),
            (
                "Authorization: Bearer $MEDIA_API_KEY",
                r#"'Authorization: Bearer '"$MEDIA_API_KEY""#,
            ),
            (
                "https://h/?key=%24MEDIA_API_KEY&a=1",
                r#"'https://h/?key='"$MEDIA_API_KEY"'&a=1'"#,
            ),
            ("", "''"),
        ] {
            assert_eq!(quoted(text, &API), shell);
        }
    }
}
