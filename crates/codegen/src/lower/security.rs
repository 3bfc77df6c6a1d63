//! Security: the schemes that the client can send, and which of them each operation needs.

use std::collections::HashSet;

use heck::ToShoutySnakeCase;
use ittybit_spec::pointer;
use openapiv3::{APIKeyLocation, Components, OAuth2Flows, ReferenceOr, SecurityRequirement, SecurityScheme};

use super::report::Report;
use crate::model::{Scheme, SchemeKind};
use crate::name;

/// The security schemes of the document.
pub(super) fn schemes(components: &Components, report: &mut Report) -> Vec<Scheme> {
    let mut kinds = Vec::new();
    for (name, scheme) in &components.security_schemes {
        let ReferenceOr::Item(scheme) = scheme else { continue };
        // The runtime writes it into docs as it is, between backticks.
        if name.contains(|char: char| char == '`' || char.is_control()) {
            report.error_at_key(
                &pointer::join("/components/securitySchemes", [name.as_str()]),
                "security-scheme-name",
                "a backtick, or a character that is not shown, cannot be in the name of a security scheme",
                "use letters, digits, `.`, `-` and `_` only",
            );
            continue;
        }
        let (kind, noun, token_url) = match scheme {
            SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("basic") => {
                (SchemeKind::Basic, "password", None)
            }
            SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => {
                (SchemeKind::Http("Bearer".to_owned()), "API key", None)
            }
            SecurityScheme::HTTP { scheme, .. } => {
                let at = pointer::join("/components/securitySchemes", [name.as_str()]);
                report.note(
                    &at,
                    "security-scheme-other",
                    format!("the client sends the credential for `{name}` unchanged, after `{scheme}`"),
                );
                (SchemeKind::Http(scheme.clone()), "credential", None)
            }
            SecurityScheme::APIKey { location, name, .. } => {
                let kind = match location {
                    APIKeyLocation::Header => SchemeKind::Header,
                    APIKeyLocation::Query => SchemeKind::Query,
                    APIKeyLocation::Cookie => SchemeKind::Cookie,
                };
                (kind(name.clone()), "API key", None)
            }
            SecurityScheme::OAuth2 { flows, .. } => {
                let token_url = token_url(name, flows, report);
                (SchemeKind::Http("Bearer".to_owned()), "access token", token_url)
            }
            SecurityScheme::OpenIDConnect { .. } => (SchemeKind::Http("Bearer".to_owned()), "access token", None),
        };
        kinds.push((name.clone(), kind, noun, token_url));
    }
    let alone = kinds.len() == 1;
    let mut taken: HashSet<String> = name::BUILDER_METHODS.iter().map(ToString::to_string).collect();
    let with_token_url = kinds.iter().filter(|(.., token_url)| token_url.is_some()).count();
    if with_token_url == 1 {
        taken.insert(Scheme::client_credentials_setter("", with_token_url));
    }
    let mut schemes = Vec::new();
    for (name, kind, noun, token_url) in kinds {
        let mut setter = match (&kind, noun) {
            (SchemeKind::Basic, _) if alone => "basic_auth".to_owned(),
            (_, noun) if alone => name::field_name(noun),
            _ => name::field_name(&name),
        };
        let also = |setter: &str| {
            let several = token_url.is_some() && with_token_url > 1;
            several.then(|| Scheme::client_credentials_setter(setter, with_token_url))
        };
        while taken.contains(&setter) || also(&setter).is_some_and(|name| taken.contains(&name)) {
            setter.push('_');
        }
        taken.extend(also(&setter));
        taken.insert(setter.clone());
        let mut variable = if alone { noun } else { name.as_str() }.to_shouty_snake_case();
        if variable == "BASE_URL" {
            variable.push_str("_CREDENTIAL");
        }
        let variables = match (&kind, alone) {
            (SchemeKind::Basic, true) => vec!["USERNAME".to_owned(), "PASSWORD".to_owned()],
            (SchemeKind::Basic, false) => vec![format!("{variable}_USERNAME"), format!("{variable}_PASSWORD")],
            _ if token_url.is_some() => {
                let of_client = ["CLIENT_ID", "CLIENT_SECRET"].map(|name| match alone {
                    true => name.to_owned(),
                    false => format!("{variable}_{name}"),
                });
                [variable].into_iter().chain(of_client).collect()
            }
            _ => vec![variable],
        };
        schemes.push(Scheme {
            name,
            kind,
            noun,
            setter,
            variables,
            token_url,
        });
    }
    schemes
}

/// The alternatives of a `security`: each is a list of the schemes that are sent together.
pub(super) fn requirements(
    security: &[SecurityRequirement],
    at: &str,
    schemes: &[Scheme],
    report: &mut Report,
) -> Vec<Vec<String>> {
    let known = |name: &String| schemes.iter().any(|scheme| scheme.name == *name);
    let (mut alternatives, mut unknown) = (Vec::new(), Vec::new());
    for (index, requirement) in security.iter().enumerate() {
        match requirement.keys().find(|name| !known(name)) {
            Some(name) => unknown.push((index, name)),
            None => alternatives.push(requirement.keys().cloned().collect()),
        }
    }
    if alternatives.is_empty() && !unknown.is_empty() {
        report.note(
            at,
            "security-not-sendable",
            "the client can send none of these alternatives: a call that needs one is not sent, and fails with \
             an error that names the schemes",
        );
        return security
            .iter()
            .map(|requirement| requirement.keys().cloned().collect())
            .collect();
    }
    for (index, name) in unknown {
        report.note(
            &pointer::join(at, [index.to_string().as_str()]),
            "security-not-sendable",
            format!("the client cannot send the scheme `{name}`, so it never uses this alternative"),
        );
    }
    alternatives
}

/// The URL from which a program gets a token with its own id and secret.
fn token_url(scheme: &str, flows: &OAuth2Flows, report: &mut Report) -> Option<String> {
    let url = &flows.client_credentials.as_ref()?.token_url;
    if url.starts_with("https://") || url.starts_with("http://") {
        return Some(url.clone());
    }
    let at = pointer::join(
        "/components/securitySchemes",
        [scheme, "flows", "clientCredentials", "tokenUrl"],
    );
    report.note(
        &at,
        "token-url-not-absolute",
        "a token URL that is not absolute does not say which server gets the client's secret, so the client has no \
         `client_credentials`; write it like https://login.example.com/token",
    );
    None
}

impl Scheme {
    /// The setter of a client's id and secret. If several schemes have one, its name begins with that of the scheme's
    /// own setter.
    pub(crate) fn client_credentials_setter(setter: &str, schemes_with_token_url: usize) -> String {
        match schemes_with_token_url {
            1 => "client_credentials".to_owned(),
            _ => format!("{setter}_client_credentials"),
        }
    }
}
