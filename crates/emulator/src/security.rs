//! Whether a request has the key that its operation needs.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, COOKIE};

use crate::contract::{Location, Operation, Scheme};
use crate::problem::Problem;

/// The credential of a request for a scheme.
enum Credentials {
    Missing,
    Wrong,
    Right,
}

/// # Errors
/// What the key is like that is needed.
pub(crate) fn check(
    operation: &Operation,
    headers: &HeaderMap,
    query: &[(String, String)],
    api_key: &str,
) -> Result<(), Problem> {
    if operation.security.is_empty() {
        return Ok(());
    }
    let mut wrong = false;
    for alternative in &operation.security {
        let found: Vec<_> = alternative
            .iter()
            .map(|scheme| credentials(scheme, headers, query, api_key))
            .collect();
        if found.iter().all(|found| matches!(found, Credentials::Right)) {
            return Ok(());
        }
        wrong |= found.iter().any(|found| matches!(found, Credentials::Wrong));
    }
    let wanted = operation.security.iter().flatten().next().unwrap_or(&Scheme::Bearer);
    let problem = match wrong {
        true => Problem::new(
            &[401, 403],
            "token_invalid",
            "The API key is not valid here. Use the key that the emulator was started with.",
        ),
        false => Problem::new(
            &[401, 403],
            "token_missing",
            format!("Send an API key, in {}.", place(wanted)),
        ),
    };
    Err(match challenge(operation) {
        Some(challenge) => problem.with_header("www-authenticate", challenge),
        None => problem,
    })
}

/// The header `WWW-Authenticate` of an operation; it has no scheme for a key elsewhere.
pub(crate) fn challenge(operation: &Operation) -> Option<&'static str> {
    match operation.security.iter().flatten().next()? {
        Scheme::Bearer => Some("Bearer"),
        Scheme::Basic => Some("Basic realm=\"emulator\""),
        Scheme::Key(..) => None,
    }
}

fn place(scheme: &Scheme) -> String {
    match scheme {
        Scheme::Bearer => "the header `Authorization: Bearer <api_key>`".to_owned(),
        Scheme::Basic => "the header `Authorization: Basic …`, as user or as password".to_owned(),
        Scheme::Key(Location::Query, name) => format!("the query parameter `{name}`"),
        Scheme::Key(Location::Cookie, name) => format!("the cookie `{name}`"),
        Scheme::Key(_, name) => format!("the header `{name}`"),
    }
}

fn credentials(scheme: &Scheme, headers: &HeaderMap, query: &[(String, String)], api_key: &str) -> Credentials {
    let found = match scheme {
        Scheme::Bearer => authorization(headers, "bearer").map(str::to_owned),
        Scheme::Basic => {
            let Some(encoded) = authorization(headers, "basic") else {
                return Credentials::Missing;
            };
            let decoded = base64(encoded).and_then(|bytes| String::from_utf8(bytes).ok());
            let parts = decoded.as_deref().and_then(|text| text.split_once(':'));
            return match parts.is_some_and(|(user, password)| user == api_key || password == api_key) {
                true => Credentials::Right,
                false => Credentials::Wrong,
            };
        }
        Scheme::Key(Location::Query, name) => query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone()),
        Scheme::Key(Location::Cookie, name) => cookies(headers)
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value),
        Scheme::Key(_, name) => headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
    };
    match found {
        None => Credentials::Missing,
        Some(key) if key.is_empty() => Credentials::Missing,
        Some(key) if key == api_key => Credentials::Right,
        Some(_) => Credentials::Wrong,
    }
}

/// The credentials in the header `Authorization` for a scheme, whose name may be in upper or lower case.
fn authorization<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case(wanted) && !token.is_empty()).then_some(token)
}

/// The cookies of a request.
pub(crate) fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let lines = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    let pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
        .collect()
}

/// Decodes base64 of the standard alphabet; the padding may be left out.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        for (encoded, decoded) in [
            ("", Some(&b""[..])),
            ("aXR0eWJpdA==", Some(b"ittybit")),
            ("aXR0eWJpdA", Some(b"ittybit")),
            ("dXNlcjpwYXNz", Some(b"user:pass")),
            ("a b", None),
        ] {
            assert_eq!(base64(encoded).as_deref(), decoded, "{encoded}");
        }
    }
}
