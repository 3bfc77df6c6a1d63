//! The `Link` response header (RFC 8288): whether it names a page with some relation.
//!
//! Only the relation is used. A link's address is never followed: the next request is built from
//! the client's own base URL, so that a server cannot send credentials elsewhere.

/// Whether a `Link` header has a link with the relation `rel`.
pub(crate) fn has_relation(header: &str, rel: &str) -> bool {
    links(header).any(|parameters| {
        relations(parameters).is_some_and(|relations| {
            relations
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case(rel))
        })
    })
}

/// The parameters of each link: what follows `<address>`, up to the comma between links.
fn links(header: &str) -> impl Iterator<Item = &str> {
    let mut rest = header;
    std::iter::from_fn(move || {
        rest = &rest[rest.find('<')?..];
        rest = &rest[rest.find('>')? + 1..];
        let end = find_unquoted(rest, ',').unwrap_or(rest.len());
        let parameters = &rest[..end];
        rest = &rest[end..];
        Some(parameters)
    })
}

/// The value of the first `rel` parameter; RFC 8288 ignores any further one.
fn relations(mut parameters: &str) -> Option<&str> {
    while !parameters.is_empty() {
        let end = find_unquoted(parameters, ';').unwrap_or(parameters.len());
        if let Some((name, value)) = parameters[..end].split_once('=')
            && name.trim().eq_ignore_ascii_case("rel")
        {
            return Some(value.trim().trim_matches('"'));
        }
        parameters = parameters.get(end + 1..).unwrap_or_default();
    }
    None
}

fn find_unquoted(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    text.char_indices()
        .find(|&(_, c)| {
            if escaped {
                escaped = false;
            } else if quoted && c == '\\' {
                escaped = true;
            } else if c == '"' {
                quoted = !quoted;
            } else if c == wanted && !quoted {
                return true;
            }
            false
        })
        .map(|(position, _)| position)
}

#[cfg(test)]
mod tests {
    use super::has_relation;
    use proptest::prelude::*;

    #[test]
    fn finds_the_relation() {
        for header in [
            r#"<https://api.example.com/pets?limit=10&after=pet_xyz>; rel="next""#,
            r"<https://x/>; rel=next",
            r#"<https://x/?a=1,2>; rel="prev", <https://x/>; rel="next""#,
            r#"<https://x/>; title="a, b; rel=prev"; REL="last NEXT""#,
            r#"<https://x/>; title="\", <y>; rel=no"; rel=next"#,
        ] {
            assert!(has_relation(header, "next"), "{header}");
        }
    }

    #[test]
    fn finds_nothing_else() {
        for header in [
            "",
            r#"<https://x/>; rel="prev""#,
            r#"<https://x/?rel=next>; rel="prev""#,
            r#"<https://x/>; title="; rel=next""#,
            r#"<https://x/>; rel="prev"; rel="next""#,
            r#"<https://x/; rel="next""#,
            "nonsense; rel=next",
        ] {
            assert!(!has_relation(header, "next"), "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(header in r#"[<>;,="\\a-zé ]{0,60}"#) {
            let _ = has_relation(&header, "next");
        }
    }
}
