//! The server that requests are sent to.

use openapiv3::{OpenAPI, Server};

use super::report::Report;

/// The URL of the API's first server. Without an absolute URL, it is empty, and callers have to give a base URL.
pub(super) fn server_url(api: &OpenAPI, report: &mut Report) -> String {
    let Some(server) = api.servers.first() else {
        let message = "the document names no server: callers have to give a base URL";
        report.note("", "server-none", message);
        return String::new();
    };
    let url = filled_in(server);
    let absolute = ["https://", "http://"].iter().any(|scheme| {
        url.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if absolute && !url.contains(['{', '}', ' ', '?', '#']) {
        return url;
    }
    let message = format!("`{url}` is not the absolute URL of a server: callers have to give a base URL");
    report.note("/servers/0/url", "server-not-absolute", message);
    String::new()
}

/// A server's URL with the defaults of its variables. Braces in a default are not replaced again.
pub(super) fn filled_in(server: &Server) -> String {
    let mut url = String::new();
    for (index, part) in server.url.split('{').enumerate() {
        let variable = part.split_once('}').filter(|_| index > 0);
        let known = server.variables.as_ref().zip(variable);
        match known.and_then(|(variables, (name, rest))| Some((variables.get(name)?, rest))) {
            Some((variable, rest)) => url.extend([variable.default.as_str(), rest]),
            None => url.extend([if index > 0 { "{" } else { "" }, part]),
        }
    }
    url.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_in_defaults_are_not_replaced() {
        let server = |variables: &str| -> Server {
            serde_json::from_str(&format!(
                r#"{{ "url": "https://{{a}}.example.com/{{c}}/", "variables": {{ {variables} }} }}"#
            ))
            .unwrap()
        };
        let doubling = (b'a'..=b'z').map(char::from);
        let doubling: Vec<String> = doubling
            .map(|letter| {
                format!(
                    r#""{letter}": {{ "default": "{{{0}}}{{{0}}}" }}"#,
                    char::from(letter as u8 + 1)
                )
            })
            .collect();
        assert_eq!(
            filled_in(&server(&doubling.join(", "))),
            "https://{b}{b}.example.com/{d}{d}"
        );
        assert_eq!(
            filled_in(&server(r#""a": { "default": "eu" }"#)),
            "https://eu.example.com/{c}"
        );
    }
}
